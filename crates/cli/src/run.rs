//! `spandrel run`: programs of the guests, told apart by the names of their files.

use crate::tiers::TierArgs;
use clap::Args;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Memory for a program's objects: the same for every verb that executes one.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct MemoryArgs {
    /// Collects garbage at every allocation and verifies the heap after it
    #[arg(long)]
    gc_stress: bool,
    /// Memory for the program's objects, in megabytes; more is an error that it can catch
    #[arg(long, value_name = "MB")]
    max_memory: Option<usize>,
}

impl MemoryArgs {
    /// The heap's configuration.
    pub(crate) fn config(self) -> heap::Config {
        let default = heap::Config::default();
        let cap_bytes =
            self.max_memory.map_or(default.cap_bytes, |megabytes| megabytes.saturating_mul(1 << 20));
        heap::Config { cap_bytes, stress: self.gc_stress, verify: self.gc_stress, ..default }
    }
}

/// Runs a program: a Sox script (.sox)
#[derive(Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    #[command(flatten)]
    pub(crate) tiers: TierArgs,
    /// Ends the program after so many calls and rounds of loops
    #[arg(long, value_name = "N")]
    pub(crate) fuel: Option<u64>,
    /// Ends the program after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<f64>,
    /// Drops what the program prints
    #[arg(long)]
    pub(crate) suppress_print: bool,
    /// The program
    pub(crate) file: PathBuf,
    /// The program's own arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// A time that a clock can have.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..1e9).contains(&seconds) => Ok(seconds),
        _ => Err("it is to be a number from 0 to a billion".to_owned()),
    }
}

pub(crate) fn run(args: &RunArgs) -> ExitCode {
    match args.file.extension().and_then(|extension| extension.to_str()) {
        Some("sox" | "sbc") => crate::sox::run(args),
        _ => {
            eprintln!("error: {}: only Sox scripts, files that end in .sox, can be run", args.file.display());
            ExitCode::from(64)
        }
    }
}
