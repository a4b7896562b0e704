//! Memory in one piece outside of the heap's blocks, for stacks of a guest's own.

use crate::os;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

/// Sizes of mappings are multiples of this.
const GRAIN: usize = 64 << 10;

/// Types of which all bytes zero are a value.
///
/// # Safety
/// They are, and a value need not be dropped.
pub unsafe trait Zeroed {}

// SAFETY: a cell is what is in it.
unsafe impl<T: Zeroed> Zeroed for Cell<T> {}

/// So many values, all bytes zero in the beginning. The system gives memory page by page, when a page is first written to, so
/// a region may be much larger than what is used of it. It takes nothing of a heap's limit.
pub struct Region<T> {
    start: NonNull<T>,
    len: usize,
    mapped: usize,
    values: PhantomData<T>,
}

// SAFETY: the memory is the region's own.
unsafe impl<T: Send> Send for Region<T> {}

impl<T: Zeroed> Region<T> {
    /// A region for `len` values; `None` when the system has no memory, or none that long.
    pub fn new(len: usize) -> Option<Region<T>> {
        const { assert!(align_of::<T>() <= GRAIN && size_of::<T>() > 0 && !std::mem::needs_drop::<T>()) };
        let mapped = len.checked_mul(size_of::<T>())?.max(1).checked_next_multiple_of(GRAIN)?;
        let start = os::map(mapped, GRAIN)?.cast();
        Some(Region { start, len, mapped, values: PhantomData })
    }
}

impl<T> Deref for Region<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the mapping has room for so many values, which were zero at first and written through this type since.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for Region<T> {
    fn drop(&mut self) {
        // SAFETY: the mapping was made in `new` and is borrowed by nobody any more.
        unsafe { os::unmap(self.start.cast(), self.mapped) };
    }
}

impl<T> fmt::Debug for Region<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({} values at {:p})", self.len, self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Word(Cell<u64>);

    // SAFETY: zero is a number.
    unsafe impl Zeroed for Word {}

    #[test]
    fn values_are_zero_until_they_are_set() {
        let region = Region::<Word>::new(100_000).expect("there is memory");
        assert_eq!(region.len(), 100_000);
        assert!(region.iter().all(|word| word.0.get() == 0));
        region[99_999].0.set(7);
        assert_eq!(region[99_999].0.get(), 7);
        assert!(Region::<Word>::new(usize::MAX / 4).is_none() && Region::<Word>::new(usize::MAX).is_none());
        assert!(Region::<Word>::new(0).is_some_and(|region| region.is_empty()));
    }
}
