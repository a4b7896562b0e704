//! `cargo xtask irfuzz`: builds the fuzzer of the IR for this machine, its runner for ARM64, and starts it.

use crate::cross;
use crate::run::{self, Failure, target_dir};
use std::path::PathBuf;
use std::process::Command;

/// Arguments of `irfuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long to run; until `--count` programs have run otherwise
    #[arg(long, value_name = "N", required_unless_present = "count")]
    seconds: Option<u64>,
    /// How many programs to run
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// Programs at a time; as many as there are processors otherwise
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// Leave out ARM64, for which code runs under qemu
    #[arg(long)]
    no_arm64: bool,
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
/// When the build fails, a package for ARM64 is missing, or there are findings.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut command = Command::new(run::program("irfuzz", args.debug)?);
    command.arg("run").args(["--from", &args.from.to_string()]);
    for (name, value) in [("--seconds", args.seconds), ("--count", args.count), ("--jobs", args.jobs)] {
        if let Some(value) = value {
            command.args([name, &value.to_string()]);
        }
    }
    let keep = args.keep.clone().unwrap_or_else(|| target_dir().join("irfuzz"));
    command.arg("--keep").arg(keep);
    if !args.no_arm64 {
        let (program, emulator) = cross::arm64_program(("irfuzz", "irfuzz"), args.debug)?;
        command.arg("--arm64").arg(program).args(["--emulator", emulator]);
    }
    run::check(&mut command)
}
