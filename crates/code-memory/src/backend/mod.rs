//! The ways to have memory that is executable here and written there, behind one trait.

use std::ops::Range;

use crate::arch::BRANCH_REACH;
use crate::error::{Attempt, OsError};
use crate::space::Near;

#[cfg(target_os = "linux")]
pub(crate) mod dual;
#[cfg(unix)]
pub(crate) mod flip;
#[cfg(unix)]
pub(crate) mod fresh;
#[cfg(target_vendor = "apple")]
pub(crate) mod map_jit;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
pub(crate) mod windows;

/// Executable memory of one reservation. Offsets count from its base.
pub(crate) trait Backend: Send + Sync {
    /// Name shown by `spandrel doctor`.
    fn name(&self) -> &'static str;

    /// Executable address of byte 0.
    fn base(&self) -> usize;

    /// Bytes of the reservation, without guard pages.
    fn len(&self) -> usize;

    /// Blocks start at and span multiples of this power of two: what can be written without touching neighbours.
    fn granule(&self) -> usize;

    /// Anything about this host that made the backend behave specially.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether [`Backend::commit`] has nothing to do for a block ending here.
    fn is_committed(&self, _end: usize) -> bool {
        true
    }

    /// Puts trap-filled memory behind everything below `end`. Called inside a write scope.
    fn commit(&self, _end: usize) -> Result<(), OsError> {
        Ok(())
    }

    /// Lets the calling thread write. `outermost` is false in a nested scope of the same thread.
    fn begin_write(&self, _outermost: bool) -> Result<(), OsError> {
        Ok(())
    }

    /// Ends what `begin_write` began.
    fn end_write(&self, _outermost: bool) {}

    /// Copies bytes to a block inside a write scope.
    ///
    /// # Safety
    /// The caller owns the block that starts at `offset` and holds `bytes`, and nobody executes it.
    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError>;

    /// Makes written bytes executable and visible to instruction fetch, outside any write scope.
    fn seal(&self, range: Range<usize>) -> Result<(), OsError>;

    /// Fills a block with traps inside a write scope; `seal` or [`Backend::seal_traps`] follows.
    ///
    /// # Safety
    /// The caller owns the block and nobody executes it.
    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError>;

    /// Makes traps visible to instruction fetch, outside any write scope.
    fn seal_traps(&self, range: Range<usize>) -> Result<(), OsError> {
        self.seal(range)
    }

    /// Address through which bytes at `offset` are written, where that is another one.
    fn writable_alias(&self, _offset: usize) -> Option<usize> {
        None
    }

    /// Opens or closes the whole writable alias, for the strict double.
    fn protect_alias(&self, _writable: bool) -> Result<(), OsError> {
        Err(OsError::refused("protect_alias", "this backend has no alias"))
    }

    /// The calling thread is about to run managed code.
    fn about_to_execute(&self) {}
}

/// A backend and what was tried before it.
pub(crate) struct Reserved {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) attempts: Vec<Attempt>,
}

/// Makes a backend, or says why not.
type Maker = fn(usize, Near) -> Result<Box<dyn Backend>, OsError>;

/// What this system has, best first.
fn makers() -> &'static [(&'static str, Maker)] {
    #[cfg(target_os = "linux")]
    return &[(dual::NAME, dual::reserve), (fresh::NAME, fresh::reserve)];
    #[cfg(target_vendor = "apple")]
    return &[(map_jit::NAME, map_jit::reserve), (fresh::NAME, fresh::reserve)];
    #[cfg(windows)]
    return &[(windows::DUAL_NAME, windows::reserve_dual), (windows::FRESH_NAME, windows::reserve_fresh)];
}

/// The best backend this host allows, with `len` bytes (a multiple of [`page_size`]).
pub(crate) fn reserve(len: usize, near: Near) -> Result<Reserved, Vec<Attempt>> {
    let mut attempts = Vec::new();
    for &(backend, make) in makers() {
        match make(len, near) {
            Ok(backend) => return Ok(Reserved { backend, attempts }),
            Err(error) => attempts.push(Attempt { backend, error }),
        }
    }
    Err(attempts)
}

/// Addresses to try for `len` bytes within branch reach of the wanted one, ever further away on both sides.
pub(crate) fn hints(wanted: usize, len: usize, unit: usize) -> impl Iterator<Item = usize> {
    const TRIES: usize = 64;
    let span = (BRANCH_REACH as usize).saturating_sub(len + unit);
    let step = (span / TRIES).max(unit) & !(unit - 1);
    let wanted = wanted & !(unit - 1);
    (1..=TRIES).flat_map(move |n| {
        let below = wanted.checked_sub(n * step + len).map(|address| address & !(unit - 1));
        let above = wanted.checked_add(n * step);
        [below, above].into_iter().flatten().filter(|&hint| hint != 0)
    })
}

/// Whether direct branches between `wanted` and every byte of the range reach.
pub(crate) fn in_reach(start: usize, len: usize, wanted: usize) -> bool {
    (start.abs_diff(wanted) as u64) < BRANCH_REACH && ((start + len).abs_diff(wanted) as u64) < BRANCH_REACH
}

/// Bytes of a page, or of the unit reservations are made in where that is larger.
pub(crate) fn page_size() -> usize {
    #[cfg(unix)]
    return unix::page_size();
    #[cfg(windows)]
    return windows::page_size();
}
