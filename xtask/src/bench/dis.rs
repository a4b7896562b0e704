//! `cargo xtask bench dis`: assembled Dis programs, interpreted and compiled, beside the same in C.

use super::measure::{self, Engine, Input};
use super::suite::{self, Options, Spandrel, Suite};
use super::table::Comparison;
use crate::run::{self, Failure, root};
use std::path::Path;
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
    #[command(flatten)]
    options: Options,
}

/// Builds, measures, prints and draws.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let folder = root().join("benches/dis");
    let programs = args.options.programs(&folder, "s")?;
    let scratch = suite::scratch("dis")?;
    assemble(&folder, &scratch, &programs)?;
    let engines = engines(&folder, &scratch, &programs)?;
    let suite =
        Suite { title: "Dis", picture: "dis.svg", folder: &scratch, programs: &programs, bars: &BARS };
    args.options.measure(&suite, &engines)
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
    let spandrel = Spandrel::build()?;
    let mut engines =
        vec![spandrel.engine(INTERPRETER, &["--no-jit"], "dis"), spandrel.engine(JIT, &[], "dis")];
    if suite::has_gcc("gcc")? {
        for (name, flags, ending) in
            [(FAST, &["-O2", "-fno-tree-vectorize"][..], "fast"), (PLAIN, &["-O0"], "plain")]
        {
            for program in programs {
                let source = measure::file(&folder.join("c"), program, "c");
                let out = measure::file(scratch, program, ending);
                run::check(Command::new("gcc").args(flags).arg(source).arg("-lm").arg("-o").arg(out))?;
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
