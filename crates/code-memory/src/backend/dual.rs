//! Linux: one memfd mapped twice, executable here and writable there.
//!
//! Small functions share pages, nothing ever changes its protection while in use, and other threads keep executing while
//! one writes. Memory beyond what was handed out so far is inaccessible; below that, what is not code is traps.

use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use super::Backend;
use super::unix::{Mapping, page_size, prot_exec};
use crate::cache;
use crate::error::OsError;
use crate::space::Near;

pub(crate) const NAME: &str = "memfd mapped twice";

/// Memory is put behind the reservation in steps of this many bytes.
const COMMIT_STEP: usize = 64 << 10;

pub(crate) struct Dual {
    code: Mapping,
    alias: Mapping,
    /// Executable address of byte 0, one guard page into `code`.
    base: usize,
    len: usize,
    file: OwnedFd,
    /// Bytes from the base that are backed by memory, trap filled and executable.
    committed: Mutex<usize>,
}

pub(crate) fn reserve(len: usize, near: Near) -> Result<Box<dyn Backend>, OsError> {
    let page = page_size();
    let file = memory_file(len)?;
    let code = Mapping::reserve(len + 2 * page, near)?;
    let base = code.start() + page;
    code.replace(base, len, libc::PROT_NONE, libc::MAP_SHARED, file.as_raw_fd(), 0)?;
    // Guard pages around the alias as well: it sits one page into its own reservation.
    let alias = Mapping::reserve(len + 2 * page, Near::Anywhere)?;
    let writable = libc::PROT_READ | libc::PROT_WRITE;
    alias.replace(alias.start() + page, len, writable, libc::MAP_SHARED, file.as_raw_fd(), 0)?;
    let dual = Dual { code, alias, base, len, file, committed: Mutex::new(0) };
    // Hosts that forbid executable memory say so here, while there is still a choice.
    dual.commit(1)?;
    emulator::notice(&dual)?;
    Ok(Box::new(dual))
}

fn memory_file(len: usize) -> Result<OwnedFd, OsError> {
    const MFD_EXEC: libc::c_uint = 0x10; // Linux 6.3; older kernels refuse the flag and need none.
    let create = |flags| {
        // SAFETY: the name is a C string.
        let fd = unsafe { libc::memfd_create(c"spandrel-code".as_ptr(), flags) };
        // SAFETY: a descriptor that is not negative was just made and has no other owner.
        if fd < 0 { Err(OsError::last("memfd_create")) } else { Ok(unsafe { OwnedFd::from_raw_fd(fd) }) }
    };
    let file = create(libc::MFD_CLOEXEC | MFD_EXEC).or_else(|_| create(libc::MFD_CLOEXEC))?;
    // SAFETY: the descriptor is open.
    match unsafe { libc::ftruncate(file.as_raw_fd(), len as libc::off_t) } {
        0 => Ok(file),
        _ => Err(OsError::last("ftruncate")),
    }
}

impl Dual {
    fn alias_of(&self, offset: usize) -> usize {
        self.alias.start() + (self.base - self.code.start()) + offset
    }

    /// Takes memory for a range now, so that a later write cannot fail for want of it.
    fn populate(&self, range: Range<usize>) -> Result<(), OsError> {
        let (offset, len) = (range.start as libc::off_t, range.len() as libc::off_t);
        // SAFETY: the descriptor is open; growing what backs a range changes no byte of it.
        match unsafe { libc::fallocate(self.file.as_raw_fd(), 0, offset, len) } {
            0 => Ok(()),
            _ => Err(OsError::last("fallocate")),
        }
    }
}

impl Backend for Dual {
    fn name(&self) -> &'static str {
        NAME
    }

    fn base(&self) -> usize {
        self.base
    }

    fn len(&self) -> usize {
        self.len
    }

    fn granule(&self) -> usize {
        16
    }

    fn remarks(&self) -> Vec<String> {
        emulator::remark().into_iter().collect()
    }

    fn is_committed(&self, end: usize) -> bool {
        end <= *self.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(&self, end: usize) -> Result<(), OsError> {
        let mut committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        if end <= *committed {
            return Ok(());
        }
        let range = *committed..end.next_multiple_of(COMMIT_STEP).min(self.len);
        self.populate(range.clone())?;
        // SAFETY: nothing at or above the commit mark has been handed out, so nobody else uses it.
        unsafe { self.alias.fill(self.alias_of(range.start), range.len()) };
        self.code.protect(self.base + range.start, range.len(), prot_exec())?;
        // SAFETY: the range was just made readable and executable.
        unsafe { cache::sync_range(self.base + range.start, range.len()) };
        *committed = range.end;
        Ok(())
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        // SAFETY: the alias is writable, and the caller owns the block.
        unsafe { self.alias.copy(self.alias_of(offset), bytes) };
        Ok(())
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: blocks lie below the commit mark, where the executable mapping is readable.
        unsafe { cache::sync_range(self.base + range.start, range.len()) };
        emulator::refetch(self, range)
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: the alias is writable, and the caller owns the block.
        unsafe { self.alias.fill(self.alias_of(range.start), range.len()) };
        Ok(())
    }

    fn writable_alias(&self, offset: usize) -> Option<usize> {
        Some(self.alias_of(offset))
    }

    fn protect_alias(&self, writable: bool) -> Result<(), OsError> {
        let prot = if writable { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_NONE };
        self.alias.protect(self.alias_of(0), self.len, prot)
    }
}

/// Emulators that keep translated code when it is changed through an alias and then invalidated by `ic ivau`
/// (qemu-user before 8.1). Mapping the pages again over themselves makes them translate anew.
mod emulator {
    use super::*;

    #[cfg(not(target_arch = "aarch64"))]
    pub(super) fn notice(_dual: &Dual) -> Result<(), OsError> {
        Ok(())
    }

    #[cfg(not(target_arch = "aarch64"))]
    pub(super) fn remark() -> Option<String> {
        None
    }

    #[cfg(not(target_arch = "aarch64"))]
    pub(super) fn refetch(_dual: &Dual, _range: Range<usize>) -> Result<(), OsError> {
        Ok(())
    }

    #[cfg(target_arch = "aarch64")]
    pub(super) use arm64::{notice, refetch, remark};

    #[cfg(target_arch = "aarch64")]
    mod arm64 {
        use std::sync::OnceLock;

        use super::*;

        static STALE: OnceLock<bool> = OnceLock::new();

        /// Runs a function, changes it with full cache maintenance, and runs it again.
        pub(in super::super) fn notice(dual: &Dual) -> Result<(), OsError> {
            if STALE.get().is_some() {
                return Ok(());
            }
            let mut answers = [0; 2];
            for (answer, movz) in answers.iter_mut().zip([0x5280_00a0_u32, 0x5280_00c0]) {
                let code = [0xd503_245f, movz, 0xd65f_03c0].map(u32::to_le_bytes).concat(); // bti c; mov w0, #n; ret
                // SAFETY: nothing has been handed out yet, so offset 0 is ours; the bytes are a complete function.
                unsafe {
                    dual.write(0, &code)?;
                    cache::sync_range(dual.base, code.len());
                    cache::sync_all_pipelines();
                    let run: extern "C" fn() -> u32 = std::mem::transmute(dual.base);
                    *answer = run();
                }
            }
            let _ = STALE.set(answers != [5, 6]); // Another thread may have found the same.
            // SAFETY: as above; the function has returned.
            unsafe { dual.erase(0..16)? };
            dual.seal(0..16)
        }

        pub(in super::super) fn remark() -> Option<String> {
            let text = "ic ivau is ignored (an emulator); changed pages are mapped again instead";
            (STALE.get() == Some(&true)).then(|| text.to_string())
        }

        pub(in super::super) fn refetch(dual: &Dual, range: Range<usize>) -> Result<(), OsError> {
            if STALE.get() != Some(&true) {
                return Ok(());
            }
            let page = page_size();
            let start = range.start & !(page - 1);
            let len = range.end.next_multiple_of(page) - start;
            dual.code.replace(
                dual.base + start,
                len,
                prot_exec(),
                libc::MAP_SHARED,
                dual.file.as_raw_fd(),
                start,
            )
        }
    }
}
