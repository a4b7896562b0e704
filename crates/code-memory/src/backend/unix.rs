//! Address space on systems with `mmap`.

use std::ptr;
use std::sync::OnceLock;

use libc::{c_int, c_void};

use super::{hints, in_reach};
use crate::arch::TRAP_BYTE;
use crate::error::OsError;
use crate::space::Near;

/// Protection of code. ARM64 pages ask for branch target identification where the processor has it.
pub(crate) fn prot_exec() -> c_int {
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    if crate::host::has_bti() {
        return libc::PROT_READ | libc::PROT_EXEC | 0x10; // PROT_BTI, asm/mman.h
    }
    libc::PROT_READ | libc::PROT_EXEC
}

/// Bytes of a page.
pub(crate) fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    // SAFETY: the call touches no memory of ours.
    *SIZE.get_or_init(|| usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096))
}

/// A range of address space that this value unmaps when it goes away.
pub(crate) struct Mapping {
    start: usize,
    len: usize,
}

impl Mapping {
    /// Maps `len` bytes, at `hint` if nothing is there and it is not 0.
    pub(crate) fn new(
        hint: usize,
        len: usize,
        prot: c_int,
        flags: c_int,
        fd: c_int,
    ) -> Result<Mapping, OsError> {
        // SAFETY: without MAP_FIXED the call maps only addresses that were free.
        let start = unsafe { libc::mmap(hint as *mut c_void, len, prot, flags, fd, 0) };
        if start == libc::MAP_FAILED {
            return Err(OsError::last("mmap"));
        }
        Ok(Mapping { start: start as usize, len })
    }

    /// Inaccessible address space, as near to the wanted address as possible.
    pub(crate) fn reserve(len: usize, near: Near) -> Result<Mapping, OsError> {
        Mapping::near(near, len, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE)
    }

    /// Anonymous memory as near to the wanted address as possible.
    pub(crate) fn near(near: Near, len: usize, prot: c_int, flags: c_int) -> Result<Mapping, OsError> {
        if let Near::Address(wanted) = near {
            for hint in hints(wanted, len, page_size()) {
                let mapping = Mapping::new(hint, len, prot, flags, -1)?;
                if in_reach(mapping.start, len, wanted) {
                    return Ok(mapping);
                }
            }
        }
        Mapping::new(0, len, prot, flags, -1)
    }

    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Replaces a part of this mapping by a new one.
    pub(crate) fn replace(
        &self,
        at: usize,
        len: usize,
        prot: c_int,
        flags: c_int,
        fd: c_int,
        offset: usize,
    ) -> Result<(), OsError> {
        assert!(at >= self.start && at + len <= self.start + self.len, "replaced range lies in the mapping");
        let offset = offset as libc::off_t;
        // SAFETY: MAP_FIXED replaces a range that belongs to this mapping, by the assertion, and nothing else.
        let start = unsafe { libc::mmap(at as *mut c_void, len, prot, flags | libc::MAP_FIXED, fd, offset) };
        if start == libc::MAP_FAILED { Err(OsError::last("mmap")) } else { Ok(()) }
    }

    /// Changes the protection of a part of this mapping.
    pub(crate) fn protect(&self, at: usize, len: usize, prot: c_int) -> Result<(), OsError> {
        assert!(at >= self.start && at + len <= self.start + self.len, "protected range lies in the mapping");
        // SAFETY: the range belongs to this mapping, by the assertion; no Rust reference points into it.
        match unsafe { libc::mprotect(at as *mut c_void, len, prot) } {
            0 => Ok(()),
            _ => Err(OsError::last("mprotect")),
        }
    }

    /// Copies bytes into the mapping.
    ///
    /// # Safety
    /// The range must be writable, and used by nobody else meanwhile.
    pub(crate) unsafe fn copy(&self, at: usize, bytes: &[u8]) {
        assert!(
            at >= self.start && at + bytes.len() <= self.start + self.len,
            "copied range lies in the mapping"
        );
        // SAFETY: in the mapping by the assertion, writable and unshared says the caller; `bytes` is a Rust slice and so
        // cannot lie in it.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at as *mut u8, bytes.len()) };
    }

    /// Fills a range with traps.
    ///
    /// # Safety
    /// As for `copy`.
    pub(crate) unsafe fn fill(&self, at: usize, len: usize) {
        assert!(at >= self.start && at + len <= self.start + self.len, "filled range lies in the mapping");
        // SAFETY: in the mapping by the assertion, writable and unshared says the caller.
        unsafe { ptr::write_bytes(at as *mut u8, TRAP_BYTE, len) };
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `new` and its users are gone with their owner.
        unsafe { libc::munmap(self.start as *mut c_void, self.len) };
    }
}
