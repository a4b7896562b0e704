//! Starting the `spandrel` command.

use std::process::{Command, Output};

/// The command, ready to start. Under an emulator, children need it named: `SPANDREL_TEST_RUNNER`.
pub(crate) fn command(args: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_spandrel");
    let runner = std::env::var("SPANDREL_TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace().chain([program]);
    let mut command = Command::new(words.next().expect("at least the program"));
    command.args(words).args(args);
    command
}

/// Runs the command to its end.
pub(crate) fn spandrel(args: &[&str]) -> Output {
    command(args).output().expect("the command starts")
}

/// What it printed.
pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

/// What it complained about.
pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("text")
}
