//! macOS: one MAP_JIT region whose writability is a switch of each thread (Apple: "Porting just-in-time compilers to Apple
//! silicon"). Such memory must not be mapped over or have its protection changed, so this backend does neither.

use std::ops::Range;

use libc::c_int;

use super::Backend;
use super::unix::{Mapping, page_size};
use crate::cache;
use crate::error::OsError;
use crate::space::Near;

pub(crate) const NAME: &str = "MAP_JIT with a write switch per thread";

unsafe extern "C" {
    fn pthread_jit_write_protect_np(enabled: c_int);
    fn pthread_jit_write_protect_supported_np() -> c_int;
}

struct MapJit {
    region: Mapping,
    /// One page into the region: its first and last page are never written and so hold only traps.
    base: usize,
    len: usize,
}

pub(crate) fn reserve(len: usize, near: Near) -> Result<Box<dyn Backend>, OsError> {
    // SAFETY: the call only asks about the processor.
    if unsafe { pthread_jit_write_protect_supported_np() } == 0 {
        return Err(OsError::refused("pthread_jit_write_protect_supported_np", "no write switch per thread"));
    }
    let page = page_size();
    let prot = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_JIT;
    let region = Mapping::near(near, len + 2 * page, prot, flags)?;
    Ok(Box::new(MapJit { base: region.start() + page, region, len }))
}

impl Backend for MapJit {
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

    fn begin_write(&self, outermost: bool) -> Result<(), OsError> {
        if outermost {
            // SAFETY: this thread runs no code of any MAP_JIT region before the scope ends.
            unsafe { pthread_jit_write_protect_np(0) };
        }
        Ok(())
    }

    fn end_write(&self, outermost: bool) {
        if outermost {
            // SAFETY: makes the regions executable for this thread again; nothing is written after this.
            unsafe { pthread_jit_write_protect_np(1) };
        }
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        // SAFETY: writable by this thread inside a write scope; the block belongs to the caller.
        unsafe { self.region.copy(self.base + offset, bytes) };
        Ok(())
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: the whole region stays mapped and readable.
        unsafe { cache::sync_range(self.base + range.start, range.len()) };
        Ok(())
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: as in `write`.
        unsafe { self.region.fill(self.base + range.start, range.len()) };
        Ok(())
    }
}
