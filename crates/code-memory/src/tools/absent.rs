//! Systems without `perf`, and without a debugger that reads ELF symbols from memory.

/// Profilers.
pub(super) mod perf {
    use std::io;

    use crate::tools::PerfMode;

    pub(in crate::tools) fn set(mode: PerfMode) -> io::Result<()> {
        match mode {
            PerfMode::Off => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, "perf exists on Linux only")),
        }
    }

    pub(in crate::tools) fn status() -> (PerfMode, Option<String>) {
        (PerfMode::Off, None)
    }

    pub(in crate::tools) fn is_on() -> bool {
        false
    }

    pub(in crate::tools) fn announce(_name: &str, _code: &[u8], _base: usize) {}
}

/// Debuggers.
pub(super) mod gdb {
    /// Never made.
    pub(crate) struct Entry;

    impl Entry {
        pub(in crate::tools) fn new(_name: &str, _len: usize, _base: usize, _unwind: &[u8]) -> Entry {
            Entry
        }
    }

    pub(in crate::tools) fn set(_on: bool) {}

    pub(in crate::tools) fn is_on() -> bool {
        false
    }
}
