//! `cargo xtask abi-check`: builds and runs the example of that name in package `abi`.

use crate::run::{self, Failure, root};
use std::ffi::OsString;
use std::process::Command;

/// Arguments of `abi-check`, handed on as they are.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// For example `--seed 1 --count 500 --abi win64`; `--help` lists all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

/// Builds with optimisation, runs, and reports the example's own exit status.
///
/// # Errors
/// When the build fails (status 101) or the check does (its status, 1 on a mismatch).
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut command = Command::new(run::cargo());
    command.current_dir(root()).args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "abi",
        "--example",
        "abi-check",
        "--",
    ]);
    run::check(command.args(&args.rest))
}
