//! `cargo xtask fuzz`: builds `fuzz/` for libFuzzer with the stable compiler and runs its targets.
//!
//! The folder keeps the layout of cargo-fuzz, which works on it too; the flags are those of `cargo fuzz --sanitizer none`.

use crate::run::{self, Failure, root, target_dir};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Coverage instrumentation, and the configuration name fuzzed crates may look at.
const FLAGS: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Targets that also start from files which are there for another reason.
const MORE_SEEDS: [(&str, &str); 3] =
    [("js_syntax", "tests/js"), ("sox_run", "tests/sox"), ("sox_syntax", "tests/sox")];

/// Arguments of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Name of a target in fuzz/fuzz_targets, or `all`
    target: String,
    /// How long to run each target
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// Processes per target
    #[arg(long, value_name = "N", default_value_t = 1)]
    jobs: u32,
    /// Run the target once on this file, to reproduce a crash
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seconds", "jobs"])]
    input: Option<PathBuf>,
}

/// Builds and runs.
///
/// # Errors
/// When the name is unknown, the build fails, or a target crashes, hangs or needs too much memory.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let targets = select(&args.target, available()?)?;
    if targets.is_empty() {
        return Err(Failure::new("no fuzz targets in fuzz/fuzz_targets"));
    }
    let programs = build(&targets)?;
    for (target, program) in targets.iter().zip(programs) {
        match &args.input {
            Some(input) => reproduce(&program, input)?,
            None => fuzz(target, &program, args)?,
        }
    }
    Ok(())
}

/// Targets by file name, sorted.
fn available() -> Result<Vec<String>, Failure> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).map_err(|e| Failure::io(&folder, e))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Failure::io(&folder, e))?.path();
        let stem = path.file_stem().and_then(|s| s.to_str());
        if let Some(stem) = stem.filter(|_| path.extension().is_some_and(|e| e == "rs")) {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn select(wanted: &str, available: Vec<String>) -> Result<Vec<String>, Failure> {
    if wanted == "all" {
        return Ok(available);
    }
    if available.iter().any(|name| name == wanted) {
        return Ok(vec![wanted.to_owned()]);
    }
    Err(Failure::new(format!(
        "no fuzz target `{wanted}`, expected `all` or one of: {}",
        available.join(", ")
    )))
}

/// Builds the targets and returns their programs. An explicit `--target` keeps build scripts uninstrumented.
fn build(targets: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let host = host_triple()?;
    let dir = if std::env::var_os("CARGO_TARGET_DIR").is_some() {
        target_dir()
    } else {
        root().join("fuzz/target")
    };
    let mut command = Command::new(run::cargo());
    command.current_dir(root()).env("RUSTFLAGS", FLAGS);
    command.args(["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
    command.arg("--target").arg(&host).arg("--target-dir").arg(&dir);
    for target in targets {
        command.args(["--bin", target]);
    }
    run::check(&mut command)?;
    Ok(targets.iter().map(|target| dir.join(&host).join("release").join(target)).collect())
}

fn host_triple() -> Result<String, Failure> {
    let version = run::output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("rustc -vV names no host"))
}

fn reproduce(program: &Path, input: &Path) -> Result<(), Failure> {
    let mut command = Command::new(program);
    // What a run can take a little longer over, a human with a debugger can wait for.
    command.arg("-rss_limit_mb=2048").arg(input);
    found(run::check(&mut command), input.display().to_string())
}

fn fuzz(target: &str, program: &Path, args: &Args) -> Result<(), Failure> {
    let fuzz = root().join("fuzz");
    let corpus = fuzz.join("corpus").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    for folder in [&corpus, &artifacts] {
        std::fs::create_dir_all(folder).map_err(|e| Failure::io(folder, e))?;
    }
    println!("fuzzing {target} for {} s", args.seconds);
    let mut command = Command::new(program);
    // Seconds of the clock: a host that gives a third of the time to others makes ten of what are three.
    command.current_dir(root()).args(["-timeout=40", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    command.arg(format!("-max_total_time={}", args.seconds));
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    if args.jobs > 1 {
        command.arg(format!("-fork={}", args.jobs));
    }
    let dictionary = fuzz.join("dictionaries").join(format!("{target}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command.arg(&corpus);
    let seeds = fuzz.join("seeds").join(target);
    if seeds.is_dir() {
        command.arg(&seeds);
    }
    for (_, seeds) in MORE_SEEDS.iter().filter(|(of, _)| *of == target) {
        command.arg(seeds);
    }
    let folder = artifacts.strip_prefix(root()).unwrap_or(&artifacts).display().to_string();
    let hint = format!("inputs are in {folder}; reproduce: cargo xtask fuzz {target} --input {folder}/NAME");
    found(run::check(&mut command), hint)
}

/// Whatever libFuzzer's exit status says, a find is exit status 1.
fn found(result: Result<(), Failure>, hint: String) -> Result<(), Failure> {
    result.map_err(|failure| Failure::new(format!("{failure}\n{hint}")))
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, MORE_SEEDS, available, select};

    #[test]
    fn names_select_targets() {
        let names = || vec!["code_memory".to_owned(), "plan".to_owned()];
        assert_eq!(select("all", names()).unwrap(), names());
        assert_eq!(select("plan", names()).unwrap(), ["plan"]);
        let message = select("plans", names()).unwrap_err().to_string();
        assert!(message.contains("`plans`") && message.contains("code_memory, plan"), "{message}");
    }

    #[test]
    fn every_target_file_is_in_the_manifest() {
        let manifest = std::fs::read_to_string(crate::run::root().join("fuzz/Cargo.toml")).unwrap();
        for target in available().unwrap() {
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
        }
    }

    #[test]
    fn seeds_are_where_targets_look_for_them() {
        for (target, folder) in MORE_SEEDS {
            assert!(available().unwrap().iter().any(|name| name == target), "{target}");
            assert!(crate::run::root().join(folder).is_dir(), "{folder}");
        }
    }

    #[test]
    fn flags_are_separated_by_single_spaces() {
        assert!(!FLAGS.contains("  "));
    }
}
