//! Telling profilers and debuggers about published code. Everything is off until switched on, by these functions or by
//! environment variables read when the first code is published: `SPANDREL_PERF=map` or `jitdump`, and `SPANDREL_GDB=1`.

use std::sync::Once;
use std::{env, io};

#[cfg(not(target_os = "linux"))]
mod absent;
#[cfg(target_os = "linux")]
mod elf;
#[cfg(target_os = "linux")]
mod gdb;
#[cfg(target_os = "linux")]
mod jitdump;
#[cfg(target_os = "linux")]
mod perf;
#[cfg(not(target_os = "linux"))]
use absent::{gdb, perf};

/// How Linux `perf` learns the names of published code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerfMode {
    /// Not at all.
    #[default]
    Off,
    /// `/tmp/perf-PID.map`: addresses and names, read by `perf report`.
    Map,
    /// `jit-PID.dump` in `$JITDUMPDIR` or the temporary directory, with the code itself, for `perf inject --jit` after
    /// `perf record -k 1`.
    JitDump,
}

/// Held as long as the code exists; takes the announcement back.
pub(crate) struct Announcement {
    #[expect(dead_code, reason = "held for its Drop")]
    gdb: gdb::Entry,
}

/// Chooses how `perf` learns about code published from now on.
///
/// # Errors
/// When the file cannot be made, or the system has no `perf`. The mode is [`PerfMode::Off`] then.
pub fn set_perf(mode: PerfMode) -> io::Result<()> {
    READ_ENVIRONMENT.call_once(|| {});
    perf::set(mode)
}

/// Switches the GDB JIT interface on or off for code published from now on. Does nothing where there is none.
pub fn set_gdb(on: bool) {
    READ_ENVIRONMENT.call_once(|| {});
    gdb::set(on);
}

/// What is switched on, and what went wrong meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolsStatus {
    /// How `perf` learns about code.
    pub perf: PerfMode,
    /// Why it was switched off: the file could not be made or written.
    pub perf_failure: Option<String>,
    /// Whether the GDB JIT interface is on.
    pub gdb: bool,
}

/// What is switched on.
pub fn tools_status() -> ToolsStatus {
    READ_ENVIRONMENT.call_once(read_environment);
    let (perf, perf_failure) = perf::status();
    ToolsStatus { perf, perf_failure, gdb: gdb::is_on() }
}

/// Run by whoever comes first; the functions that set modes take its place.
static READ_ENVIRONMENT: Once = Once::new();

fn read_environment() {
    let mode = match env::var("SPANDREL_PERF").as_deref() {
        Ok("map") => PerfMode::Map,
        Ok("jitdump") => PerfMode::JitDump,
        _ => PerfMode::Off,
    };
    if mode != PerfMode::Off {
        // A profile that cannot be written is no reason not to run; `tools_status` tells why.
        let _ = perf::set(mode);
    }
    gdb::set(env::var("SPANDREL_GDB").is_ok_and(|value| value == "1"));
}

/// Announces code at `base` to the tools that are switched on. `unwind` is its `.eh_frame` data, possibly empty.
pub(crate) fn announce(name: Option<&str>, code: &[u8], base: usize, unwind: &[u8]) -> Option<Announcement> {
    READ_ENVIRONMENT.call_once(read_environment);
    let unnamed;
    let name = match name {
        Some(name) => name,
        None if perf::is_on() || gdb::is_on() => {
            unnamed = format!("spandrel_{base:x}");
            &unnamed
        }
        None => return None,
    };
    perf::announce(name, code, base);
    let gdb = gdb::is_on().then(|| gdb::Entry::new(name, code.len(), base, unwind));
    gdb.map(|gdb| Announcement { gdb })
}
