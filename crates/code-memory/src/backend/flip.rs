//! What this crate exists to avoid, as a test double: one mapping whose protection goes back and forth.
//!
//! While one thread writes, every other thread in the region faults. Tests use it to show that they would notice.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::Backend;
use super::unix::{Mapping, prot_exec};
use crate::cache;
use crate::error::OsError;
use crate::space::Near;

pub(crate) const NAME: &str = "protection flipped back and forth (a test double)";

struct Flip {
    region: Mapping,
    len: usize,
    writers: Mutex<u32>,
}

pub(crate) fn reserve(len: usize, near: Near) -> Result<Box<dyn Backend>, OsError> {
    let region =
        Mapping::near(near, len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON)?;
    // SAFETY: just mapped, writable, and nobody else's.
    unsafe { region.fill(region.start(), len) };
    region.protect(region.start(), len, prot_exec())?;
    Ok(Box::new(Flip { region, len, writers: Mutex::new(0) }))
}

impl Backend for Flip {
    fn name(&self) -> &'static str {
        NAME
    }

    fn base(&self) -> usize {
        self.region.start()
    }

    fn len(&self) -> usize {
        self.len
    }

    fn granule(&self) -> usize {
        16
    }

    fn begin_write(&self, _outermost: bool) -> Result<(), OsError> {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        if *writers == 0 {
            self.region.protect(self.base(), self.len, libc::PROT_READ | libc::PROT_WRITE)?;
        }
        *writers += 1;
        Ok(())
    }

    fn end_write(&self, _outermost: bool) {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        *writers -= 1;
        if *writers == 0 {
            // Nothing can be done about a refusal here; the next call into the region faults and tells.
            let _ = self.region.protect(self.base(), self.len, prot_exec());
        }
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        // SAFETY: writable inside a write scope; the block belongs to the caller.
        unsafe { self.region.copy(self.base() + offset, bytes) };
        Ok(())
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: the region is always readable.
        unsafe { cache::sync_range(self.base() + range.start, range.len()) };
        Ok(())
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: as in `write`.
        unsafe { self.region.fill(self.base() + range.start, range.len()) };
        Ok(())
    }
}
