//! Sox programs: what the verbs for guest programs do with them.

mod alias;
mod bench;
mod build;
mod repl;
mod run;
mod test;

pub(crate) use alias::{AliasArgs, alias, called_as_sox, unavailable};
pub(crate) use bench::{BenchArgs, bench};
pub(crate) use build::{BuildArgs, build};
pub(crate) use repl::{ReplArgs, repl};
pub(crate) use run::run;
pub(crate) use test::{TestArgs, test};

use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Native stack of the thread that programs run on: the interpreter calls itself through natives to a fixed depth.
const STACK: usize = 64 << 20;

/// Runs `f` where there is stack enough.
fn on_a_large_stack(f: impl FnOnce() -> u8 + Send) -> ExitCode {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, f);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(status)) => ExitCode::from(status),
            // The panic's message was printed.
            Ok(Err(_)) => ExitCode::from(101),
            Err(error) => {
                complain(&format!("error: cannot start a thread: {error}"));
                ExitCode::from(74)
            }
        }
    })
}

/// A line on standard output. A closed pipe is no reason to fail: whoever closed it has read enough.
fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

/// A line on standard error. There is nowhere else to complain to.
fn complain(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// The text of a file, or the exit status after saying that it cannot be read.
fn read(path: &Path) -> Result<Vec<u8>, u8> {
    std::fs::read(path).map_err(|_| {
        complain(&format!("Could not open file \"{}\".", path.display()));
        say(&format!("Could not read file: {}", path.display()));
        74
    })
}

/// Writes what ended a program to standard error; the exit status.
fn report(error: &sox_vm::Error, source: &[u8]) -> u8 {
    // As above.
    let _ = stderr().write_all(&message(error, source, stderr().is_terminal()));
    error.status() as u8
}

/// What there is to say about what ended a program; for people with the lines that it is about.
fn message(error: &sox_vm::Error, source: &[u8], for_people: bool) -> Vec<u8> {
    match error {
        sox_vm::Error::Compile(errors) if for_people && errors.too_complex.is_none() => {
            sox_syntax::render(&errors.diagnostics, source, &errors.file, true).into_bytes()
        }
        sox_vm::Error::Compile(errors) => {
            errors.lines().iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect()
        }
        sox_vm::Error::Runtime(failure) => failure.report(),
        sox_vm::Error::Stopped(stop) => format!("{stop}\n").into_bytes(),
        sox_vm::Error::Exit(_) => Vec::new(),
    }
}

/// Directories in which modules are looked for.
fn search() -> Vec<PathBuf> {
    std::env::var_os("SOX_PATH").map_or(Vec::new(), |path| std::env::split_paths(&path).collect())
}

/// Standard output for a program: by lines when somebody looks on, by blocks otherwise.
fn output() -> Box<dyn Write + Send> {
    let stdout = stdout();
    if stdout.is_terminal() {
        Box::new(stdout)
    } else {
        Box::new(std::io::BufWriter::with_capacity(1 << 16, stdout))
    }
}
