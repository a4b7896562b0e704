//! `cargo xtask bench js`: the JavaScript programs of benches/js in our interpreter and in others.

use super::chart;
use super::measure::{self, Engine, Input};
use super::table::{self, Comparison, Ratios};
use crate::run::{self, Failure, root, target_dir};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const INTERPRETER: &str = "interpreter";
const NODE: &str = "node --jitless";
const BOA: &str = "boa";

/// What the results are to be: 0.6 of the speed of node's interpreter, five times that of boa.
const BARS: [Comparison; 2] = [
    Comparison { ours: INTERPRETER, peer: NODE, mean: 1.0 / 0.6, worst: None },
    Comparison { ours: INTERPRETER, peer: BOA, mean: 0.2, worst: None },
];

/// Arguments of `bench js`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How often each program runs in each implementation; the best run counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// One program only: a file of benches/js without its ending
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// The program to run as node, if it is not the one on the path
    #[arg(long, value_name = "FILE")]
    node: Option<OsString>,
    /// Where to draw the times; `bench/js.svg` of the target folder otherwise
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Builds, measures, prints and draws.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let folder = root().join("benches/js");
    let programs = measure::programs(&folder, "js", args.only.as_deref())?;
    let scratch = target_dir().join("bench");
    fs::create_dir_all(&scratch).map_err(|e| Failure::io(&scratch, e))?;
    let engines = engines(args)?;
    let load = measure::load().map_or(String::new(), |load| format!(", load {load} at the start"));
    println!("best of {} runs in turns; + is how much longer the median took{load}", args.runs);
    let mut rows = Vec::new();
    for program in &programs {
        rows.push(measure::row(&engines, &folder, program, args.runs as usize)?);
    }
    let ratios: Vec<_> = BARS.iter().filter_map(|bar| Ratios::new(bar, &engines, &rows)).collect();
    println!("{}", table::text(&engines, &rows, &ratios));
    let svg = args.svg.clone().unwrap_or_else(|| scratch.join("js.svg"));
    let title = format!("JavaScript: seconds, best of {} runs", args.runs);
    fs::write(&svg, chart::svg(&title, &engines, &rows, &ratios)).map_err(|e| Failure::io(&svg, e))?;
    println!("drawn: {}", svg.display());
    Ok(())
}

/// What there is on this machine, ours built before. Versions are printed, and what is missing.
fn engines(args: &Args) -> Result<Vec<Engine>, Failure> {
    let mut build = Command::new(run::cargo());
    run::check(build.current_dir(root()).args(["build", "--release", "-p", "cli"]))?;
    let mut engines = Vec::new();
    let node = args.node.clone().unwrap_or_else(|| "node".into());
    if args.node.is_some() || measure::found("node") {
        println!("{NODE}: {}", run::output(Command::new(&node).arg("--version"))?.trim_end());
        let command = vec![node, "--jitless".into()];
        engines.push(Engine { name: NODE, command, input: Input::File("js"), may_fail: false });
    }
    if measure::found(BOA) {
        println!("{BOA}: {}", run::output(Command::new(BOA).arg("--version"))?.trim_end());
        engines.push(Engine {
            name: BOA,
            command: vec![BOA.into()],
            input: Input::File("js"),
            may_fail: true,
        });
    }
    let spandrel = target_dir().join("release/spandrel");
    let command = vec![spandrel.into(), "run".into(), "--no-jit".into()];
    engines.push(Engine { name: INTERPRETER, command, input: Input::File("js"), may_fail: false });
    Ok(engines)
}
