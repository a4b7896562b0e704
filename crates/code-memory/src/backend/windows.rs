//! Windows: one section mapped twice, or pages that start writable, become executable, and are thrown away.
//!
//! The few functions needed are declared here: less to build than a crate of all of Windows. A process that prohibits
//! dynamic code (ERROR_DYNAMIC_CODE_BLOCKED) fails in `reserve`, with that error.

use std::ffi::c_void;
use std::ops::Range;
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{Backend, hints, in_reach};
use crate::arch::TRAP_BYTE;
use crate::error::OsError;
use crate::space::Near;

pub(crate) const DUAL_NAME: &str = "section mapped twice";
pub(crate) const FRESH_NAME: &str = "fresh pages, writable then executable";

type Handle = *mut c_void;

const PAGE_NOACCESS: u32 = 0x01;
const PAGE_READWRITE: u32 = 0x04;
const PAGE_EXECUTE_READ: u32 = 0x20;
const PAGE_EXECUTE_READWRITE: u32 = 0x40;
const SEC_RESERVE: u32 = 0x400_0000;
const MEM_COMMIT: u32 = 0x1000;
const MEM_RESERVE: u32 = 0x2000;
const MEM_DECOMMIT: u32 = 0x4000;
const MEM_RELEASE: u32 = 0x8000;
const FILE_MAP_WRITE: u32 = 2;
const FILE_MAP_READ: u32 = 4;
const FILE_MAP_EXECUTE: u32 = 0x20;

/// Address space is handed out in units of this many bytes; also the width of the guards, and a commit step.
const UNIT: usize = 64 << 10;

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
    fn GetSystemInfo(info: *mut SystemInfo);
    fn CreateFileMappingW(
        file: Handle,
        security: *const c_void,
        protect: u32,
        high: u32,
        low: u32,
        name: *const u16,
    ) -> Handle;
    fn MapViewOfFileEx(
        section: Handle,
        access: u32,
        high: u32,
        low: u32,
        len: usize,
        hint: *const c_void,
    ) -> *mut c_void;
    fn UnmapViewOfFile(view: *const c_void) -> i32;
    fn CloseHandle(handle: Handle) -> i32;
    fn VirtualAlloc(at: *const c_void, len: usize, kind: u32, protect: u32) -> *mut c_void;
    fn VirtualFree(at: *mut c_void, len: usize, kind: u32) -> i32;
    fn VirtualProtect(at: *const c_void, len: usize, protect: u32, before: *mut u32) -> i32;
    fn GetCurrentProcess() -> Handle;
    fn FlushInstructionCache(process: Handle, at: *const c_void, len: usize) -> i32;
}

/// Bytes of a page.
pub(crate) fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| {
        let mut info = SystemInfo::default();
        // SAFETY: the structure is large enough and only written during the call.
        unsafe { GetSystemInfo(&mut info) };
        info.page_size as usize
    })
}

/// Makes changed instructions visible to every processor.
pub(crate) fn flush(at: usize, len: usize) {
    // SAFETY: the call only maintains caches; it fails harmlessly for addresses that are not mapped.
    unsafe { FlushInstructionCache(GetCurrentProcess(), at as *const c_void, len) };
}

/// Address space with inaccessible units at both ends.
struct Region {
    start: usize,
    is_view: bool,
}

impl Region {
    /// Calls `map` with hints until it gives a region near the wanted address, or else with none.
    fn near(near: Near, len: usize, map: impl Fn(usize) -> usize) -> Option<usize> {
        let Near::Address(wanted) = near else { return Some(map(0)).filter(|&start| start != 0) };
        let mut close = hints(wanted, len, UNIT).map(&map).filter(|&start| start != 0);
        close.find(|&start| in_reach(start, len, wanted)).or_else(|| Some(map(0)).filter(|&start| start != 0))
    }

    /// Commits a range with the given protection; also changes nothing but commitment in a view.
    fn commit(&self, at: usize, len: usize, protect: u32) -> Result<(), OsError> {
        // SAFETY: the range belongs to this region; committing changes no byte that was committed before.
        let done = unsafe { VirtualAlloc(at as *const c_void, len, MEM_COMMIT, protect) };
        if done.is_null() { Err(OsError::last("VirtualAlloc")) } else { Ok(()) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the region was mapped or reserved at this address and its users are gone with their owner.
        unsafe {
            if self.is_view {
                UnmapViewOfFile(self.start as *const c_void);
            } else {
                VirtualFree(self.start as *mut c_void, 0, MEM_RELEASE);
            }
        }
    }
}

/// Copies bytes.
///
/// # Safety
/// `at` must be writable for that many bytes, and used by nobody else.
unsafe fn copy(at: usize, bytes: &[u8]) {
    // SAFETY: said the caller; a Rust slice cannot lie in a region of ours.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at as *mut u8, bytes.len()) };
}

struct Dual {
    code: Region,
    alias: Region,
    len: usize,
    committed: Mutex<usize>,
}

pub(crate) fn reserve_dual(len: usize, near: Near) -> Result<Box<dyn Backend>, OsError> {
    let whole = (len + 2 * UNIT).next_multiple_of(UNIT);
    let invalid_file = -1_isize as Handle;
    let (high, low) = ((whole as u64 >> 32) as u32, whole as u32);
    let protect = PAGE_EXECUTE_READWRITE | SEC_RESERVE;
    // SAFETY: no name, no security attributes; backed by the paging file.
    let section = unsafe { CreateFileMappingW(invalid_file, ptr::null(), protect, high, low, ptr::null()) };
    if section.is_null() {
        return Err(OsError::last("CreateFileMappingW"));
    }
    let dual = map_views(section, whole, len, near);
    // SAFETY: the section was just made; views keep it alive by themselves.
    unsafe { CloseHandle(section) };
    let dual = dual?;
    // Processes that prohibit dynamic code are told here, while there is still a choice.
    dual.commit(1)?;
    Ok(Box::new(dual))
}

fn map_views(section: Handle, whole: usize, len: usize, near: Near) -> Result<Dual, OsError> {
    let view = |access: u32, near: Near| {
        let map = |hint: usize| {
            // SAFETY: a view goes to free addresses only.
            unsafe { MapViewOfFileEx(section, access, 0, 0, whole, hint as *const c_void) as usize }
        };
        match Region::near(near, whole, map) {
            Some(start) => Ok(Region { start, is_view: true }),
            None => Err(OsError::last("MapViewOfFileEx")),
        }
    };
    let code = view(FILE_MAP_READ | FILE_MAP_EXECUTE, near)?;
    let alias = view(FILE_MAP_READ | FILE_MAP_WRITE, Near::Anywhere)?;
    Ok(Dual { code, alias, len, committed: Mutex::new(0) })
}

impl Dual {
    fn alias_of(&self, offset: usize) -> usize {
        self.alias.start + UNIT + offset
    }
}

impl Backend for Dual {
    fn name(&self) -> &'static str {
        DUAL_NAME
    }

    fn base(&self) -> usize {
        self.code.start + UNIT
    }

    fn len(&self) -> usize {
        self.len
    }

    fn granule(&self) -> usize {
        16
    }

    fn is_committed(&self, end: usize) -> bool {
        end <= *self.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(&self, end: usize) -> Result<(), OsError> {
        let mut committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        if end <= *committed {
            return Ok(());
        }
        let range = *committed..end.next_multiple_of(UNIT).min(self.len);
        self.alias.commit(self.alias_of(range.start), range.len(), PAGE_READWRITE)?;
        // SAFETY: nothing at or above the commit mark has been handed out, so nobody else uses it.
        unsafe { ptr::write_bytes(self.alias_of(range.start) as *mut u8, TRAP_BYTE, range.len()) };
        self.code.commit(self.base() + range.start, range.len(), PAGE_EXECUTE_READ)?;
        flush(self.base() + range.start, range.len());
        *committed = range.end;
        Ok(())
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        // SAFETY: the alias is committed and writable, and the block belongs to the caller.
        unsafe { copy(self.alias_of(offset), bytes) };
        Ok(())
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        flush(self.base() + range.start, range.len());
        Ok(())
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        // SAFETY: as in `write`.
        unsafe { ptr::write_bytes(self.alias_of(range.start) as *mut u8, TRAP_BYTE, range.len()) };
        Ok(())
    }

    fn writable_alias(&self, offset: usize) -> Option<usize> {
        Some(self.alias_of(offset))
    }

    fn protect_alias(&self, writable: bool) -> Result<(), OsError> {
        let committed = *self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        protect(self.alias_of(0), committed, if writable { PAGE_READWRITE } else { PAGE_NOACCESS })
    }
}

fn protect(at: usize, len: usize, protection: u32) -> Result<(), OsError> {
    let mut before = 0;
    // SAFETY: callers pass committed pages of their own regions.
    match unsafe { VirtualProtect(at as *const c_void, len, protection, &mut before) } {
        0 => Err(OsError::last("VirtualProtect")),
        _ => Ok(()),
    }
}

struct Fresh {
    pages: Region,
    len: usize,
}

pub(crate) fn reserve_fresh(len: usize, near: Near) -> Result<Box<dyn Backend>, OsError> {
    let whole = len + 2 * UNIT;
    let map = |hint: usize| {
        // SAFETY: reserves free addresses only.
        unsafe { VirtualAlloc(hint as *const c_void, whole, MEM_RESERVE, PAGE_NOACCESS) as usize }
    };
    let start = Region::near(near, whole, map).ok_or_else(|| OsError::last("VirtualAlloc"))?;
    let fresh = Fresh { pages: Region { start, is_view: false }, len };
    // SAFETY: nothing has been handed out yet.
    unsafe { fresh.write(0, &[TRAP_BYTE])? };
    fresh.seal(0..1)?;
    // SAFETY: as above.
    unsafe { fresh.erase(0..1)? };
    Ok(Box::new(fresh))
}

impl Fresh {
    /// The pages of a range: address and length.
    fn whole_pages(&self, range: Range<usize>) -> (usize, usize) {
        let start = range.start & !(page_size() - 1);
        (self.base() + start, range.end.next_multiple_of(page_size()) - start)
    }
}

impl Backend for Fresh {
    fn name(&self) -> &'static str {
        FRESH_NAME
    }

    fn base(&self) -> usize {
        self.pages.start + UNIT
    }

    fn len(&self) -> usize {
        self.len
    }

    fn granule(&self) -> usize {
        page_size()
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        let (at, len) = self.whole_pages(offset..offset + bytes.len());
        self.pages.commit(at, len, PAGE_READWRITE)?;
        // SAFETY: just committed, writable, and the block of whole pages belongs to the caller.
        unsafe {
            ptr::write_bytes(at as *mut u8, TRAP_BYTE, len);
            copy(self.base() + offset, bytes);
        }
        Ok(())
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        let (at, len) = self.whole_pages(range);
        protect(at, len, PAGE_EXECUTE_READ)?;
        flush(at, len);
        Ok(())
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        let (at, len) = self.whole_pages(range);
        // SAFETY: the pages belong to the caller, and nobody is inside.
        match unsafe { VirtualFree(at as *mut c_void, len, MEM_DECOMMIT) } {
            0 => Err(OsError::last("VirtualFree")),
            _ => Ok(()),
        }
    }

    fn seal_traps(&self, _range: Range<usize>) -> Result<(), OsError> {
        // Without memory, instruction fetch faults; the next pages at this address are new ones.
        Ok(())
    }
}
