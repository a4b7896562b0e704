//! `spandrel ir`: check, run, optimize and compile programs in the text form of the IR.

mod compile;
pub(crate) mod graph;
pub(crate) mod listing;
mod opt;
mod passes;
mod run;
mod source;
mod tiered;

use clap::{Args, Subcommand};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check, run, optimize and compile programs in the text form of the IR
///
/// Exit status: 0 when all went well, 1 when a program ended otherwise than by returning, 2 for wrong files or arguments.
#[derive(Args)]
#[command(after_help = "Examples:
  spandrel ir check program.ir
  spandrel ir run program.ir --func fib 30
  spandrel ir opt program.ir --passes fold,gvn,dce
  spandrel ir opt program.ir --emit svg -o program.svg
  spandrel ir compile program.ir --emit asm --target arm64-macos")]
pub(crate) struct IrArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Check(CheckArgs),
    Run(run::RunArgs),
    Opt(opt::OptArgs),
    Compile(compile::CompileArgs),
}

/// Report everything that is wrong with files
#[derive(Args)]
struct CheckArgs {
    /// Files to check; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Why a verb did not do its work: text for the user, ready to be printed.
enum Failure {
    /// The file, the arguments or the system: exit status 2.
    Usage(String),
    /// The program: exit status 1.
    Program(String),
}

impl Failure {
    fn usage(message: impl std::fmt::Display) -> Failure {
        Failure::Usage(format!("error: {message}\n"))
    }

    fn program(message: impl std::fmt::Display) -> Failure {
        Failure::Program(format!("{message}\n"))
    }
}

/// Does what the arguments ask for.
pub(crate) fn run(args: &IrArgs) -> ExitCode {
    let result = match &args.verb {
        Verb::Check(args) => check(&args.files),
        Verb::Run(args) => run::run(args),
        Verb::Opt(args) => opt::run(args),
        Verb::Compile(args) => compile::run(args),
    };
    let (text, status) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => (text, 2),
        Err(Failure::Program(text)) => (text, 1),
    };
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::from(status)
}

/// Every file is looked at, whatever the others are like.
fn check(files: &[PathBuf]) -> Result<(), Failure> {
    let mut wrong = String::new();
    for file in files {
        if let Err(Failure::Usage(text) | Failure::Program(text)) = source::load(file) {
            wrong += &text;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Usage(wrong)) }
}

/// Writes to a file, or to standard output.
fn output(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    match path {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))
        }
        None => {
            // A closed pipe is no reason to fail: whoever closed it has read enough.
            let _ = std::io::stdout().write_all(bytes);
            Ok(())
        }
    }
}
