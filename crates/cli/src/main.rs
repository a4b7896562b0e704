//! The `spandrel` command.

#![forbid(unsafe_code)]

mod doctor;
mod ffi;
mod ir;
mod run;
mod sox;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs guest programs at native speed, and C functions from the shell.
#[derive(Parser)]
#[command(name = "spandrel", version)]
struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Run(run::RunArgs),
    Ffi(ffi::FfiArgs),
    Ir(ir::IrArgs),
    Doctor(doctor::Args),
}

fn main() -> ExitCode {
    match Args::parse().verb {
        Verb::Run(args) => run::run(&args),
        Verb::Ffi(args) => ffi::run(args),
        Verb::Ir(args) => ir::run(&args),
        Verb::Doctor(args) => doctor::run(&args),
    }
}
