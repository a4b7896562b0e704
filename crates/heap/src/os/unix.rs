//! Linux and macOS.

use std::ptr;

use libc::{MAP_ANON, MAP_FAILED, MAP_NORESERVE, MAP_PRIVATE, PROT_READ, PROT_WRITE, c_int, c_void};

const FLAGS: c_int = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE;

fn anywhere(len: usize) -> *mut u8 {
    // SAFETY: without MAP_FIXED the call maps only addresses that were free.
    let start = unsafe { libc::mmap(ptr::null_mut(), len, PROT_READ | PROT_WRITE, FLAGS, -1, 0) };
    if start == MAP_FAILED { ptr::null_mut() } else { start.cast() }
}

/// Mappings of one size tend to follow one another, so that the first try is mostly aligned. Otherwise more than needed
/// is mapped and trimmed.
pub(super) fn map(len: usize, align: usize) -> *mut u8 {
    let first = anywhere(len);
    if first.is_null() || first.addr().is_multiple_of(align) {
        return first;
    }
    // SAFETY: this is the mapping just made, which nobody else knows.
    unsafe { unmap(first, len) };
    let Some(roomy) = len.checked_add(align) else { return ptr::null_mut() };
    let start = anywhere(roomy);
    if start.is_null() {
        return start;
    }
    let before = start.addr().wrapping_neg() & (align - 1);
    // SAFETY: both parts lie in the mapping just made, outside of what is handed out.
    unsafe {
        let aligned = start.add(before);
        if before > 0 {
            unmap(start, before);
        }
        if before < align {
            unmap(aligned.add(len), align - before);
        }
        aligned
    }
}

pub(super) unsafe fn unmap(start: *mut u8, len: usize) {
    // SAFETY: the caller gives up this mapping.
    let status = unsafe { libc::munmap(start.cast::<c_void>(), len) };
    debug_assert_eq!(status, 0, "munmap of a mapping failed");
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) unsafe fn purge(start: *mut u8, len: usize) -> bool {
    // SAFETY: the caller needs nothing of this range; private anonymous pages read as zero afterwards.
    unsafe { libc::madvise(start.cast(), len, libc::MADV_DONTNEED) == 0 }
}

/// Elsewhere `MADV_DONTNEED` promises nothing about the contents; a fresh mapping in place of the old one does.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) unsafe fn purge(start: *mut u8, len: usize) -> bool {
    let flags = FLAGS | libc::MAP_FIXED;
    // SAFETY: the caller owns the range and needs nothing of it.
    unsafe { libc::mmap(start.cast(), len, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED }
}

pub(super) fn page_size() -> usize {
    // SAFETY: the call touches no memory of ours.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}
