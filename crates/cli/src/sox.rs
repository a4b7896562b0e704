//! Sox programs: what the verbs for guest programs do with them.

mod run;

pub(crate) use run::run;

use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::Path;
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
                eprintln!("error: cannot start a thread: {error}");
                ExitCode::from(74)
            }
        }
    })
}

/// The text of a file, or the exit status after saying that it cannot be read.
fn read(path: &Path) -> Result<Vec<u8>, u8> {
    std::fs::read(path).map_err(|_| {
        eprintln!("Could not open file \"{}\".", path.display());
        println!("Could not read file: {}", path.display());
        74
    })
}

/// Writes what ended a program to standard error; the exit status.
fn report(error: &sox_vm::Error, source: &[u8]) -> u8 {
    let text = match error {
        sox_vm::Error::Compile(errors) if stderr().is_terminal() && errors.too_complex.is_none() => {
            sox_syntax::render(&errors.diagnostics, source, &errors.file, true).into_bytes()
        }
        sox_vm::Error::Compile(errors) => {
            errors.lines().iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect()
        }
        sox_vm::Error::Runtime(failure) => failure.report(),
        sox_vm::Error::Stopped(stop) => format!("{stop}\n").into_bytes(),
        sox_vm::Error::Exit(_) => Vec::new(),
    };
    // There is nowhere else to complain to.
    let _ = stderr().write_all(&text);
    error.status() as u8
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
