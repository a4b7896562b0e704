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

use crate::tiers::{TierArgs, Tiers};
use sox_vm::Vm;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Native stack of the thread that programs run on: compiled functions take some for each of the 200,000 calls that may be nested.
/// What is not used is not there.
const STACK: usize = 256 << 20;

/// Runs `f` where there is stack enough.
fn on_a_large_stack(f: impl FnOnce() -> u8 + Send) -> ExitCode {
    code_memory::prepare();
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

/// A machine whose functions are compiled as the switches say.
fn machine(options: sox_vm::Options, tiers: &Tiers) -> Vm {
    let mut vm = Vm::new(options);
    if tiers.flags.policy.enabled {
        add_tier(&mut vm, tiers);
    }
    vm
}

/// Where no code can be made, everything is interpreted.
fn add_tier(vm: &mut Vm, tiers: &Tiers) {
    let config = sox_jit::Config::new(tiers.flags.policy.clone());
    match sox_jit::Jit::new(vm, config, Arc::clone(&tiers.trace)) {
        Ok(jit) => vm.set_tier(Box::new(jit)),
        Err(error) => complain(&format!("note: nothing is compiled: {error}")),
    }
}

/// The switches, or the exit status after saying what is wrong with them.
fn tiers(args: &TierArgs) -> Result<Tiers, u8> {
    args.tiers().map_err(|message| {
        complain(&format!("error: {message}"));
        64
    })
}

/// Writes what is to be told about tiers at the end.
fn told(tiers: &Tiers) -> Result<(), u8> {
    tiers.finish().map_err(|message| {
        complain(&format!("error: {message}"));
        74
    })
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
