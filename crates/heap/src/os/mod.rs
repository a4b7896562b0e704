//! Memory from the operating system: aligned mappings, and giving pages back.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

use std::ptr::NonNull;
use std::sync::OnceLock;

/// Zeroed memory of `len` bytes whose address is a multiple of `align`, or `None` when the system has none left. Both are
/// multiples of 64 KiB, `align` a power of two.
pub(crate) fn map(len: usize, align: usize) -> Option<NonNull<u8>> {
    NonNull::new(system::map(len, align))
}

/// Gives a mapping back.
///
/// # Safety
/// `start` and `len` are those of one call of [`map`], and nothing points into it any more.
pub(crate) unsafe fn unmap(start: NonNull<u8>, len: usize) {
    // SAFETY: the caller's promise.
    unsafe { system::unmap(start.as_ptr(), len) }
}

/// Gives the pages of a part of a mapping back to the system. The memory stays usable and reads as zero. False when the
/// system declined; then the contents are what they were.
///
/// # Safety
/// The range lies in a mapping, `start` and `len` are multiples of [`page_size`], and nobody needs what is in it.
pub(crate) unsafe fn purge(start: NonNull<u8>, len: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { system::purge(start.as_ptr(), len) }
}

/// Bytes of a page.
pub(crate) fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(system::page_size)
}

#[cfg(test)]
mod tests {
    use super::{map, page_size, purge, unmap};

    #[test]
    fn memory_is_aligned_zeroed_and_zero_again_after_purging() {
        let len = 1 << 20;
        let start = map(len, len).expect("memory");
        assert_eq!(start.addr().get() % len, 0);
        // SAFETY: the mapping is `len` bytes long, ours alone, and unmapped at the end.
        unsafe {
            let bytes = std::slice::from_raw_parts_mut(start.as_ptr(), len);
            assert!(bytes.iter().all(|&b| b == 0));
            bytes.fill(7);
            let page = page_size();
            if purge(start.add(page), page) {
                assert!(bytes[page..2 * page].iter().all(|&b| b == 0));
            }
            assert!(bytes[..page].iter().chain(&bytes[2 * page..]).all(|&b| b == 7));
            unmap(start, len);
        }
    }
}
