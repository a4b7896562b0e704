//! `cargo xtask bench sox`: which implementations there are, which programs, what the results are to be.

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
const LUA: &str = "lua5.4";
const LUAJIT: &str = "luajit";
const GCC: &str = "gcc -O2";

/// What the results are to be.
const BARS: [Comparison; 3] = [
    Comparison { ours: INTERPRETER, peer: LUA, mean: 1.5, worst: None },
    Comparison { ours: JIT, peer: LUAJIT, mean: 1.5, worst: Some(4.0) },
    Comparison { ours: JIT, peer: GCC, mean: 4.0, worst: None },
];

/// What gcc compiles: it does what benches/sox/fib.sox does.
const FIB: &str = "#include <stdio.h>
static long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(void) {
    long result = fib(35);
    printf(\"%ld\\n%ld\\n\", result / 10007, result % 10007);
}
";

/// Arguments of `bench sox`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How often each program runs in each implementation; the best run counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// One program only: a file of benches/sox without its ending
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Where to draw the times; `bench/sox.svg` of the target folder otherwise
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Builds, measures, prints and draws.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let folder = root().join("benches/sox");
    let programs = measure::programs(&folder, "sox", args.only.as_deref())?;
    let scratch = target_dir().join("bench");
    fs::create_dir_all(&scratch).map_err(|e| Failure::io(&scratch, e))?;
    let engines = engines(&scratch)?;
    let load = measure::load().map_or(String::new(), |load| format!(", load {load} at the start"));
    println!("best of {} runs in turns; + is how much longer the median took{load}", args.runs);
    start_up(&engines, &scratch, args.runs)?;
    let mut rows = Vec::new();
    for program in &programs {
        rows.push(measure::row(&engines, &folder, program, args.runs as usize)?);
    }
    let ratios: Vec<_> = BARS.iter().filter_map(|bar| Ratios::new(bar, &engines, &rows)).collect();
    println!("{}", table::text(&engines, &rows, &ratios));
    let svg = args.svg.clone().unwrap_or_else(|| scratch.join("sox.svg"));
    let title = format!("Sox: seconds, best of {} runs", args.runs);
    fs::write(&svg, chart::svg(&title, &engines, &rows, &ratios)).map_err(|e| Failure::io(&svg, e))?;
    println!("drawn: {}", svg.display());
    Ok(())
}

/// What there is on this machine, ours built before. Versions are printed, and what is missing.
fn engines(scratch: &Path) -> Result<Vec<Engine>, Failure> {
    let mut build = Command::new(run::cargo());
    run::check(build.current_dir(root()).args(["build", "--release", "-p", "cli"]))?;
    let mut engines = Vec::new();
    for name in [LUA, LUAJIT] {
        if measure::found(name) {
            println!("{name}: {}", run::output(Command::new(name).arg("-v"))?.trim_end());
            engines.push(Engine {
                name,
                command: vec![name.into()],
                input: Input::File("lua"),
                may_fail: false,
            });
        }
    }
    let spandrel = target_dir().join("release/spandrel");
    let help = run::output(Command::new(&spandrel).args(["run", "--help"]))?;
    let has_jit = help.contains("--no-jit");
    let sox = |name, options: &[&str]| {
        let words = ["run"].iter().chain(options).map(OsString::from);
        let command = [spandrel.clone().into_os_string()].into_iter().chain(words).collect();
        Engine { name, command, input: Input::File("sox"), may_fail: false }
    };
    engines.push(sox(INTERPRETER, if has_jit { &["--no-jit"] } else { &[] }));
    if has_jit {
        engines.push(sox(JIT, &[]));
        engines.extend(compiled(scratch)?);
    } else {
        println!("{JIT}: spandrel has none yet");
    }
    Ok(engines)
}

/// The machine code of a C compiler.
fn compiled(scratch: &Path) -> Result<Option<Engine>, Failure> {
    if !measure::found("gcc") {
        return Ok(None);
    }
    let (source, program) = (scratch.join("fib.c"), scratch.join("fib"));
    fs::write(&source, FIB).map_err(|e| Failure::io(&source, e))?;
    run::check(Command::new("gcc").arg("-O2").arg(&source).arg("-o").arg(&program))?;
    let version = run::output(Command::new("gcc").arg("--version"))?;
    println!("{GCC}: {}", version.lines().next().unwrap_or_default());
    Ok(Some(Engine { name: GCC, command: vec![program.into()], input: Input::Is("fib"), may_fail: false }))
}

/// Prints how long a program takes that does nothing: times contain it.
fn start_up(engines: &[Engine], scratch: &Path, runs: u32) -> Result<(), Failure> {
    for ending in ["sox", "lua"] {
        let empty = measure::file(scratch, "empty", ending);
        fs::write(&empty, "").map_err(|e| Failure::io(&empty, e))?;
    }
    let row = measure::row(engines, scratch, "empty", runs as usize)?;
    let times = engines.iter().zip(&row.times);
    let each =
        times.filter_map(|(engine, times)| Some(format!("{} {:.4} s", engine.name, times.as_ref()?.best)));
    println!("an empty program: {}\n", each.collect::<Vec<_>>().join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::FIB;
    use super::measure::programs;
    use crate::run::root;
    use std::fs;

    #[test]
    fn every_program_is_there_for_both_languages() {
        let folder = root().join("benches/sox");
        let names = programs(&folder, "sox", None).unwrap();
        assert_eq!(names.len(), 10);
        for name in &names {
            assert!(folder.join(format!("{name}.lua")).is_file(), "{name}.lua");
        }
        assert_eq!(programs(&folder, "sox", Some("fib")).unwrap(), ["fib"]);
        assert!(
            programs(&folder, "sox", Some("fob")).unwrap_err().to_string().contains("closures, fib, loops")
        );
    }

    /// The C program is compared with the one in Sox.
    #[test]
    fn fib_is_the_same_in_c() {
        let sox = fs::read_to_string(root().join("benches/sox/fib.sox")).unwrap();
        for part in ["fib(35)", "% 10007"] {
            assert!(sox.contains(part) && FIB.contains(part), "{part}");
        }
    }
}
