//! Windows. The few functions needed are declared here.

use std::ffi::c_void;
use std::ptr;

const MEM_COMMIT: u32 = 0x1000;
const MEM_RESERVE: u32 = 0x2000;
const MEM_DECOMMIT: u32 = 0x4000;
const MEM_RELEASE: u32 = 0x8000;
const PAGE_READWRITE: u32 = 0x04;

#[repr(C)]
#[derive(Default)]
struct SystemInfo {
    architecture: u32,
    page_size: u32,
    addresses: [usize; 2],
    processor_mask: usize,
    processors: [u32; 2],
    allocation_granularity: u32,
    processor_level: u32,
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn VirtualAlloc(at: *const c_void, len: usize, kind: u32, protect: u32) -> *mut c_void;
    fn VirtualFree(at: *mut c_void, len: usize, kind: u32) -> i32;
    fn GetSystemInfo(info: *mut SystemInfo);
}

/// A reservation cannot be trimmed here: a roomy one finds a free aligned address, which is then asked for. Another thread
/// may take it in between; hence several tries.
pub(super) fn map(len: usize, align: usize) -> *mut u8 {
    let Some(roomy) = len.checked_add(align) else { return ptr::null_mut() };
    for _ in 0..16 {
        // SAFETY: reserves address space that was free, and gives up that very reservation.
        let start = unsafe {
            let start = VirtualAlloc(ptr::null(), roomy, MEM_RESERVE, PAGE_READWRITE);
            if start.is_null() {
                return ptr::null_mut();
            }
            VirtualFree(start, 0, MEM_RELEASE);
            start
        };
        let aligned = start.map_addr(|a| (a + align - 1) & !(align - 1));
        // SAFETY: maps only addresses that are free.
        let mapped = unsafe { VirtualAlloc(aligned, len, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) };
        if !mapped.is_null() {
            return mapped.cast();
        }
    }
    ptr::null_mut()
}

pub(super) unsafe fn unmap(start: *mut u8, _len: usize) {
    // SAFETY: the caller gives up this reservation.
    let status = unsafe { VirtualFree(start.cast(), 0, MEM_RELEASE) };
    debug_assert_ne!(status, 0, "VirtualFree of a reservation failed");
}

pub(super) unsafe fn purge(start: *mut u8, len: usize) -> bool {
    // SAFETY: the caller owns the range and needs nothing of it; committed anew, its pages are zero.
    unsafe {
        if VirtualFree(start.cast(), len, MEM_DECOMMIT) == 0 {
            return false;
        }
        let again = VirtualAlloc(start.cast(), len, MEM_COMMIT, PAGE_READWRITE);
        // Without memory for pages that were ours a moment ago nothing could go on.
        assert!(!again.is_null(), "the system did not give back pages that were just released");
        true
    }
}

pub(super) fn page_size() -> usize {
    let mut info = SystemInfo::default();
    // SAFETY: the structure is laid out as the system's.
    unsafe { GetSystemInfo(&mut info) };
    info.page_size as usize
}
