//! `cargo xtask bench sox`: which implementations there are, which programs, what the results are to be.

use super::measure::{self, Engine, Input};
use super::suite::{self, Options, Spandrel, Suite};
use super::table::Comparison;
use crate::run::{self, Failure, root};
use std::fs;
use std::path::Path;
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
    #[command(flatten)]
    options: Options,
}

/// Builds, measures, prints and draws.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let folder = root().join("benches/sox");
    let programs = args.options.programs(&folder, "sox")?;
    let scratch = suite::scratch("")?;
    let engines = engines(&scratch)?;
    start_up(&engines, &scratch, args.options.runs)?;
    let suite = Suite { title: "Sox", picture: "sox.svg", folder: &folder, programs: &programs, bars: &BARS };
    args.options.measure(&suite, &engines)
}

/// What there is on this machine, ours built before. Versions are printed, and what is missing.
fn engines(scratch: &Path) -> Result<Vec<Engine>, Failure> {
    let spandrel = Spandrel::build()?;
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
    engines.push(spandrel.engine(INTERPRETER, &["--no-jit"], "sox"));
    engines.push(spandrel.engine(JIT, &[], "sox"));
    engines.extend(compiled(scratch)?);
    Ok(engines)
}

/// The machine code of a C compiler.
fn compiled(scratch: &Path) -> Result<Option<Engine>, Failure> {
    if !suite::has_gcc(GCC)? {
        return Ok(None);
    }
    let (source, program) = (scratch.join("fib.c"), scratch.join("fib"));
    fs::write(&source, FIB).map_err(|e| Failure::io(&source, e))?;
    run::check(Command::new("gcc").arg("-O2").arg(&source).arg("-o").arg(&program))?;
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
