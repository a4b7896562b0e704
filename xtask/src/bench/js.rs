//! `cargo xtask bench js`: the JavaScript programs of benches/js in our interpreter, in our tiers, and in other engines.

use super::measure::{self, Engine, Input};
use super::suite::{self, Options, Spandrel, Suite};
use super::table::Comparison;
use crate::run::{self, Failure, root};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

const INTERPRETER: &str = "interpreter";
const TIERS: &str = "tiers";
const BASELINE: &str = "baseline";
const OPTIMIZING: &str = "optimizing";
const JITLESS: &str = "node --jitless";
const NODE: &str = "node";
const JSC: &str = "jsc";
const BOA: &str = "boa";

/// What the results are to be: 0.6 of the speed of node's interpreter, five times that of boa; with the tiers three times that of
/// our interpreter, and what there is to say about the engines that speculate.
const BARS: [Comparison; 5] = [
    Comparison { ours: INTERPRETER, peer: JITLESS, mean: 1.0 / 0.6, worst: None },
    Comparison { ours: INTERPRETER, peer: BOA, mean: 0.2, worst: None },
    Comparison { ours: TIERS, peer: INTERPRETER, mean: 1.0 / 3.0, worst: None },
    Comparison { ours: TIERS, peer: NODE, mean: 2.5, worst: Some(8.0) },
    Comparison { ours: TIERS, peer: JSC, mean: 2.5, worst: None },
];

/// The same for the kernels: what is wanted of each of them, and of baseline code alone.
const KERNEL_BARS: [Comparison; 3] = [
    Comparison { ours: OPTIMIZING, peer: NODE, mean: 1.3, worst: Some(1.3) },
    Comparison { ours: OPTIMIZING, peer: INTERPRETER, mean: 1.0 / 12.0, worst: None },
    Comparison { ours: BASELINE, peer: INTERPRETER, mean: 1.0 / 3.0, worst: None },
];

/// The same for programs that are over in less than 50 ms: having tiers is to cost next to nothing.
const SHORT_BARS: [Comparison; 1] =
    [Comparison { ours: TIERS, peer: INTERPRETER, mean: 1.0, worst: Some(1.05) }];

/// Arguments of `bench js`.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    options: Options,
    /// The programs of benches/js/kernels instead: in our interpreter, in baseline code, in optimized code, and in node
    #[arg(long, conflicts_with = "against")]
    kernels: bool,
    /// The programs of benches/js/short instead, which hardly run for long enough to be compiled: in our interpreter and with the tiers
    #[arg(long, conflicts_with_all = ["against", "kernels"])]
    short: bool,
    /// Engines to compare with, as far as they are there
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "jitless,boa",
        value_parser = ["jitless", "node", "jsc", "boa"])]
    against: Vec<String>,
    /// The program to run as node, if it is not the one on the path
    #[arg(long, value_name = "FILE")]
    node: Option<OsString>,
}

/// Builds, measures, prints and draws.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let (folder, picture, bars) = if args.kernels {
        (root().join("benches/js/kernels"), "kernels.svg", &KERNEL_BARS[..])
    } else if args.short {
        (root().join("benches/js/short"), "short.svg", &SHORT_BARS[..])
    } else {
        (root().join("benches/js"), "js.svg", &BARS[..])
    };
    let programs = args.options.programs(&folder, "js")?;
    let engines = engines(args, &suite::scratch("")?)?;
    let suite = Suite { title: "JavaScript", picture, folder: &folder, programs: &programs, bars };
    args.options.measure(&suite, &engines)
}

/// What there is on this machine, ours built before. Versions are printed, and what is missing.
fn engines(args: &Args, scratch: &Path) -> Result<Vec<Engine>, Failure> {
    let spandrel = Spandrel::build()?;
    let mut engines = Vec::new();
    let peers: Vec<&str> = match (args.kernels, args.short) {
        (true, _) => vec!["node"],
        (_, true) => Vec::new(),
        _ => args.against.iter().map(String::as_str).collect(),
    };
    for name in peers {
        engines.extend(match name {
            "jitless" => node(args, JITLESS, &["--jitless"])?,
            "node" => node(args, NODE, &[])?,
            "jsc" => jsc(scratch)?,
            _ => boa()?,
        });
    }
    let tiers: &[(&'static str, &[&str])] = if args.kernels {
        &[(INTERPRETER, &["--no-jit"]), (BASELINE, &["--no-opt"]), (OPTIMIZING, &["--opt"])]
    } else {
        &[(INTERPRETER, &["--no-jit"]), (TIERS, &[])]
    };
    engines.extend(tiers.iter().map(|(name, flags)| spandrel.engine(name, flags, "js")));
    Ok(engines)
}

/// Node, if it is there.
fn node(args: &Args, name: &'static str, flags: &[&str]) -> Result<Option<Engine>, Failure> {
    if args.node.is_none() && !measure::found("node") {
        return Ok(None);
    }
    let node = args.node.clone().unwrap_or_else(|| "node".into());
    println!("{name}: {}", run::output(Command::new(&node).arg("--version"))?.trim_end());
    let mut command = vec![node];
    command.extend(flags.iter().map(OsString::from));
    Ok(Some(Engine { name, command, input: Input::File("js"), may_fail: false }))
}

/// JavaScriptCore's shell, if it is there: Debian's package libjavascriptcoregtk-4.0-bin has it.
fn jsc(scratch: &Path) -> Result<Option<Engine>, Failure> {
    if !measure::found(JSC) {
        return Ok(None);
    }
    let prelude = scratch.join("jsc-prelude.js");
    fs::write(&prelude, JSC_PRELUDE).map_err(|error| Failure::io(&prelude, error))?;
    Ok(Some(Engine {
        name: JSC,
        command: vec![JSC.into(), prelude.into()],
        input: Input::File("js"),
        may_fail: true,
    }))
}

/// What programs expect of a host, where the shell has another name: its own `console` writes elsewhere.
const JSC_PRELUDE: &str = "globalThis.console = { log: print };\n";

/// Boa, if it is there.
fn boa() -> Result<Option<Engine>, Failure> {
    if !measure::found(BOA) {
        return Ok(None);
    }
    println!("{BOA}: {}", run::output(Command::new(BOA).arg("--version"))?.trim_end());
    Ok(Some(Engine { name: BOA, command: vec![BOA.into()], input: Input::File("js"), may_fail: true }))
}
