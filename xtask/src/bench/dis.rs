//! `cargo xtask bench dis`: assembled Dis programs, interpreted and compiled, beside the same in C.

use super::chart;
use super::measure::{self, Engine, Input};
use super::table::{self, Comparison, Ratios};
use crate::run::{self, Failure, root, target_dir};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const INTERPRETER: &str = "interpreter";
const JIT: &str = "JIT";
const FAST: &str = "gcc -O2";
const PLAIN: &str = "gcc -O0";

/// What the results are to be; single programs have bars of their own besides.
const BARS: [Comparison; 2] = [
    Comparison { ours: JIT, peer: FAST, mean: 1.5, worst: Some(4.0) },
    Comparison { ours: JIT, peer: PLAIN, mean: 1.0, worst: Some(2.0) },
];

/// Arguments of `bench dis`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How often each program runs in each way; the best run counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// One program only: a file of benches/dis without its ending
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Where to draw the times; `bench/dis.svg` of the target folder otherwise
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Builds, measures, prints and draws.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let folder = root().join("benches/dis");
    let programs = measure::programs(&folder, "s", args.only.as_deref())?;
    let scratch = target_dir().join("bench/dis");
    fs::create_dir_all(&scratch).map_err(|e| Failure::io(&scratch, e))?;
    assemble(&folder, &scratch, &programs)?;
    let engines = engines(&folder, &scratch, &programs)?;
    let load = measure::load().map_or(String::new(), |load| format!(", load {load} at the start"));
    println!("best of {} runs in turns; + is how much longer the median took{load}", args.runs);
    let mut rows = Vec::new();
    for program in &programs {
        rows.push(measure::row(&engines, &scratch, program, args.runs as usize)?);
    }
    let ratios: Vec<_> = BARS.iter().filter_map(|bar| Ratios::new(bar, &engines, &rows)).collect();
    println!("{}", table::text(&engines, &rows, &ratios));
    let svg = args.svg.clone().unwrap_or_else(|| scratch.with_extension("svg"));
    let title = format!("Dis: seconds, best of {} runs", args.runs);
    fs::write(&svg, chart::svg(&title, &engines, &rows, &ratios)).map_err(|e| Failure::io(&svg, e))?;
    println!("drawn: {}", svg.display());
    Ok(())
}

/// Makes files of the programs.
fn assemble(folder: &Path, scratch: &Path, programs: &[String]) -> Result<(), Failure> {
    let mut command = Command::new(run::cargo());
    command.current_dir(root()).args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "dis-vm",
        "--example",
        "assemble",
        "--",
    ]);
    for name in programs {
        command.arg(measure::file(folder, name, "s")).arg(measure::file(scratch, name, "dis"));
    }
    run::check(&mut command)
}

/// Ours, built before, and what gcc makes of the C programs.
fn engines(folder: &Path, scratch: &Path, programs: &[String]) -> Result<Vec<Engine>, Failure> {
    let mut build = Command::new(run::cargo());
    run::check(build.current_dir(root()).args(["build", "--release", "-p", "cli"]))?;
    let spandrel = target_dir().join("release/spandrel");
    let dis = |name, options: &[&str]| {
        let words = ["run"].iter().chain(options).map(OsString::from);
        let command = [spandrel.clone().into_os_string()].into_iter().chain(words).collect();
        Engine { name, command, input: Input::File("dis"), may_fail: false }
    };
    let mut engines = vec![dis(INTERPRETER, &["--no-jit"]), dis(JIT, &[])];
    if measure::found("gcc") {
        let version = run::output(Command::new("gcc").arg("--version"))?;
        println!("gcc: {}", version.lines().next().unwrap_or_default());
        for (name, flags, ending) in
            [(FAST, &["-O2", "-fno-tree-vectorize"][..], "fast"), (PLAIN, &["-O0"], "plain")]
        {
            for program in programs {
                let source = measure::file(&folder.join("c"), program, "c");
                let out = measure::file(scratch, program, ending);
                run::check(Command::new("gcc").args(flags).arg(source).arg("-o").arg(out))?;
            }
            engines.push(Engine {
                name,
                command: Vec::new(),
                input: Input::Program(ending),
                may_fail: false,
            });
        }
    }
    Ok(engines)
}

#[cfg(test)]
mod tests {
    use super::measure::programs;
    use crate::run::root;

    #[test]
    fn every_program_is_there_in_c() {
        let folder = root().join("benches/dis");
        let names = programs(&folder, "s", None).unwrap();
        assert!(names.len() >= 8);
        assert_eq!(programs(&folder.join("c"), "c", None).unwrap(), names);
    }
}
