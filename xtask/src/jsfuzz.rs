//! `cargo xtask jsfuzz`: builds the fuzzer of JavaScript and starts it.

use crate::run::{self, Failure, target_dir};
use std::path::PathBuf;
use std::process::Command;

/// Arguments of `jsfuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to run: `programs`, the same with each guard of optimized code leaving in turn (`guards`), or `regexps`
    #[arg(long, default_value = "programs", value_parser = ["programs", "guards", "regexps"])]
    kind: String,
    /// The program to run as node; without it, our engine is compared with itself while it collects garbage all the time
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
    /// How long to run; until `--count` programs have run otherwise
    #[arg(long, value_name = "N", required_unless_present = "count")]
    seconds: Option<u64>,
    /// How many programs to run
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// The first seed
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    from: u64,
    /// Programs at a time; as many as there are processors otherwise
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// Make what is found small
    #[arg(long)]
    minimise: bool,
    /// Build as tests are built: sooner ready, but slower
    #[arg(long)]
    debug: bool,
    /// Where to put what is found
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Builds and runs.
///
/// # Errors
/// When the build fails, or there are findings.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut command = Command::new(run::program("js-fuzz", args.debug)?);
    command.args(["run", "--kind", &args.kind, "--from", &args.from.to_string()]);
    for (name, value) in [("--seconds", args.seconds), ("--count", args.count), ("--jobs", args.jobs)] {
        if let Some(value) = value {
            command.args([name, &value.to_string()]);
        }
    }
    if let Some(node) = &args.node {
        command.arg("--node").arg(node);
    }
    if args.minimise {
        command.arg("--minimise");
    }
    let keep = args.keep.clone().unwrap_or_else(|| target_dir().join("jsfuzz"));
    run::check(command.arg("--keep").arg(keep))
}
