//! The `spandrel` command.

#![forbid(unsafe_code)]

mod dis;
mod doctor;
mod ffi;
mod ir;
mod js;
mod run;
mod sox;
mod tiers;

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
    Test(sox::TestArgs),
    Bench(sox::BenchArgs),
    Repl(sox::ReplArgs),
    Build(sox::BuildArgs),
    Sox(sox::AliasArgs),
    Dump(dis::DumpArgs),
    Ffi(ffi::FfiArgs),
    Ir(ir::IrArgs),
    Doctor(doctor::Args),
    #[command(hide = true)]
    Test262Worker(js::WorkerArgs),
}

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let parsed = match sox::called_as_sox(&words) {
        None => Args::parse_from(dis::switches(words.clone())),
        Some(words) => match sox::unavailable(&words).map(|()| Args::try_parse_from(words)) {
            Ok(Ok(args)) => args,
            // The exit status of wrong command lines is that of the original command.
            Ok(Err(error)) => {
                let _ = error.print();
                return ExitCode::from(u8::from(error.use_stderr()));
            }
            Err(status) => return ExitCode::from(status),
        },
    };
    match parsed.verb {
        Verb::Run(args) => run::run(&args),
        Verb::Test(args) => sox::test(&args),
        Verb::Bench(args) => sox::bench(&args),
        Verb::Repl(args) => sox::repl(&args),
        Verb::Build(args) => sox::build(&args),
        Verb::Sox(args) => sox::alias(args),
        Verb::Dump(args) => dis::dump(&args),
        Verb::Ffi(args) => ffi::run(args),
        Verb::Ir(args) => ir::run(&args),
        Verb::Doctor(args) => doctor::run(&args),
        Verb::Test262Worker(args) => js::worker(args),
    }
}
