//! `spandrel doctor`: what this machine allows, what is used instead of what, and whether it works.

mod facts;
mod report;
mod self_test;

use std::process::ExitCode;

/// Show what this machine allows and whether Spandrel works on it
///
/// Prints the calling convention, how executable memory is made and why not otherwise, how caches are kept in step, which
/// control-flow protections are on, and the outcome of a self-test that publishes, calls and drops machine code.
/// Exit status: 0 when every test passed, 1 when one failed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Prints the report.
pub(crate) fn run(args: &Args) -> ExitCode {
    let report = report::Report { sections: facts::collect(), checks: self_test::run() };
    let text = if args.json { report.json() } else { report.text() };
    // A closed pipe is no reason to fail: whoever closed it has read enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
    ExitCode::from(u8::from(!report.passed()))
}
