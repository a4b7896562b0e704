//! Development commands of this repository: `cargo xtask help` lists them.

#![forbid(unsafe_code)]

mod abi_check;
mod bench;
mod cross;
mod fuzz;
mod inferno_check;
mod irfuzz;
mod jsfuzz;
mod run;
mod test262;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Development commands of the Spandrel repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check the rules that the compiler does not: layers, unsafe code, reasons, headers, manifests
    Tidy,
    /// Run the tests compiled for ARM64 Linux, under qemu
    Arm64(cross::Arm64Args),
    /// Check that libraries and command compile for macOS and Windows
    CheckTargets(cross::TargetsArgs),
    /// Compare our calls with what C compilers produce, for seeded random signatures
    AbiCheck(abi_check::Args),
    /// Hold random IR programs to the reference interpreter: every pass, x64, ARM64
    Irfuzz(irfuzz::Args),
    /// Run programs of an Inferno tree and compare with what the manual says
    InfernoCheck(inferno_check::Args),
    /// Compare what random JavaScript programs do in our engine and in node
    Jsfuzz(jsfuzz::Args),
    /// Measure our guests beside other implementations
    Bench(bench::Args),
    /// Run fuzz targets with coverage guidance
    Fuzz(fuzz::Args),
    /// Run the conformance suite of ECMA-262
    Test262(test262::Args),
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Verb::Tidy => tidy::run(),
        Verb::Arm64(args) => cross::arm64(&args),
        Verb::CheckTargets(args) => cross::check_targets(&args),
        Verb::AbiCheck(args) => abi_check::run(&args),
        Verb::Bench(args) => bench::run(&args),
        Verb::Fuzz(args) => fuzz::run(&args),
        Verb::InfernoCheck(args) => inferno_check::run(&args),
        Verb::Irfuzz(args) => irfuzz::run(&args),
        Verb::Jsfuzz(args) => jsfuzz::run(&args),
        Verb::Test262(args) => test262::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.code())
        }
    }
}
