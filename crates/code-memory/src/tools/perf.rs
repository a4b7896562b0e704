//! The two ways `perf` learns about code: a map of names, or a dump with everything.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::PerfMode;
use super::jitdump::JitDump;

enum Output {
    Off,
    Map(File),
    Dump(JitDump),
}

struct State {
    output: Output,
    failure: Option<String>,
}

static STATE: Mutex<State> = Mutex::new(State { output: Output::Off, failure: None });
/// Keeps the lock off the path of publishing while nothing is switched on.
static ON: AtomicBool = AtomicBool::new(false);

pub(super) fn set(mode: PerfMode) -> io::Result<()> {
    let made = match mode {
        PerfMode::Off => Ok(Output::Off),
        PerfMode::Map => open_map().map(Output::Map),
        PerfMode::JitDump => JitDump::create().map(Output::Dump),
    };
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    state.failure = made.as_ref().err().map(ToString::to_string);
    ON.store(made.is_ok() && mode != PerfMode::Off, Ordering::Relaxed);
    let (output, result) = match made {
        Ok(output) => (output, Ok(())),
        Err(error) => (Output::Off, Err(error)),
    };
    state.output = output;
    result
}

/// The name is `perf`'s. Links are not followed, since anybody may write to that directory.
fn open_map() -> io::Result<File> {
    let path = format!("/tmp/perf-{}.map", process::id());
    OpenOptions::new().append(true).create(true).custom_flags(libc::O_NOFOLLOW).mode(0o600).open(path)
}

pub(super) fn status() -> (PerfMode, Option<String>) {
    let state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    let mode = match state.output {
        Output::Off => PerfMode::Off,
        Output::Map(_) => PerfMode::Map,
        Output::Dump(_) => PerfMode::JitDump,
    };
    (mode, state.failure.clone())
}

pub(super) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

pub(super) fn announce(name: &str, code: &[u8], base: usize) {
    if !is_on() {
        return;
    }
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    // One line, one record: a name cannot be allowed to end either.
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let written = match &mut state.output {
        Output::Off => Ok(()),
        Output::Map(file) => file.write_all(format!("{base:x} {:x} {name}\n", code.len()).as_bytes()),
        Output::Dump(dump) => dump.load(&name, code, base),
    };
    if let Err(error) = written {
        state.output = Output::Off;
        state.failure = Some(error.to_string());
        ON.store(false, Ordering::Relaxed);
    }
}
