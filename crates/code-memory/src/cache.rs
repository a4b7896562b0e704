//! Making newly written instructions visible to the processors that will execute them.

use std::sync::OnceLock;

use crate::error::OsError;

/// What is known about other threads' pipelines after code changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineSync {
    /// `membarrier(PRIVATE_EXPEDITED_SYNC_CORE)` makes every thread of the process refetch.
    Membarrier,
    /// Threads refetch on their own when they take a [`Pin`](crate::Pin), because the system offers no barrier.
    AtPin,
    /// The system's own cache maintenance call does it.
    System,
}

/// Cache maintenance of this host.
#[derive(Debug)]
pub(crate) struct Maintenance {
    pub(crate) pipelines: PipelineSync,
    /// Why `membarrier` is not used, on Linux.
    pub(crate) refused: Option<OsError>,
}

/// Asks the system for what the process needs to change code later. It happens by itself, but Linux takes some ten milliseconds
/// for it in a process that has threads already, and none before: programs that start threads do well to call this first.
pub fn prepare() {
    maintenance();
}

/// Facts found once per process.
pub(crate) fn maintenance() -> &'static Maintenance {
    static FOUND: OnceLock<Maintenance> = OnceLock::new();
    FOUND.get_or_init(find_maintenance)
}

#[cfg(target_os = "linux")]
fn find_maintenance() -> Maintenance {
    match membarrier(REGISTER_SYNC_CORE).and_then(|()| membarrier(SYNC_CORE)) {
        Ok(()) => Maintenance { pipelines: PipelineSync::Membarrier, refused: None },
        Err(error) => Maintenance { pipelines: PipelineSync::AtPin, refused: Some(error) },
    }
}

#[cfg(not(target_os = "linux"))]
fn find_maintenance() -> Maintenance {
    Maintenance { pipelines: PipelineSync::System, refused: None }
}

/// MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE and its registration (linux/membarrier.h).
#[cfg(target_os = "linux")]
const SYNC_CORE: libc::c_long = 1 << 5;
#[cfg(target_os = "linux")]
const REGISTER_SYNC_CORE: libc::c_long = 1 << 6;

#[cfg(target_os = "linux")]
fn membarrier(command: libc::c_long) -> Result<(), OsError> {
    // SAFETY: the call takes integers and touches no memory of ours.
    match unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) } {
        0 => Ok(()),
        _ => Err(OsError::last("membarrier")),
    }
}

/// Makes every thread of the process drop instructions it fetched before, as far as the host can.
pub(crate) fn sync_all_pipelines() {
    #[cfg(target_os = "linux")]
    if maintenance().pipelines == PipelineSync::Membarrier {
        // It worked when it was tried; without it `sync_own_pipeline` would be in use.
        let _ = membarrier(SYNC_CORE);
    }
}

/// Before newly written code is first entered. ARM64 asks every processor for a context synchronization of its own (Arm
/// ARM B2.4.4). x64 processors see new code at an address they have not executed before; what they have executed was
/// flushed everywhere when its memory was given back.
pub(crate) fn sync_fetch_of_new_code() {
    if cfg!(target_arch = "aarch64") {
        sync_all_pipelines();
    }
}

/// Makes the calling thread refetch, where no barrier reaches all threads at once.
pub(crate) fn sync_own_pipeline() {
    #[cfg(all(target_arch = "aarch64", target_os = "linux"))]
    if maintenance().pipelines == PipelineSync::AtPin {
        // SAFETY: `isb` has no effect but refetching.
        unsafe { std::arch::asm!("isb", options(nostack, preserves_flags)) };
    }
}

/// Cleans the data cache and invalidates the instruction cache for a range, as seen through its executable address.
///
/// x64 keeps its instruction caches coherent with stores.
///
/// # Safety
/// The range must be mapped and readable.
#[cfg(unix)]
pub(crate) unsafe fn sync_range(addr: usize, len: usize) {
    if len == 0 {
        return;
    }
    #[cfg(all(target_arch = "aarch64", target_os = "linux"))]
    // SAFETY: passed on to the caller.
    unsafe {
        sync_range_by_line(addr, len);
    }
    #[cfg(target_vendor = "apple")]
    // SAFETY: the range is mapped, says the caller.
    unsafe {
        sys_icache_invalidate(addr as *mut libc::c_void, len);
    }
    #[cfg(all(target_arch = "x86_64", not(target_vendor = "apple")))]
    let _ = addr; // Only the other targets use it.
}

#[cfg(target_vendor = "apple")]
unsafe extern "C" {
    /// libkern/OSCacheControl.h
    fn sys_icache_invalidate(start: *mut libc::c_void, len: usize);
}

/// Smallest data and instruction cache lines of any core, in bytes, and whether cleaning or invalidating is needed at all
/// (CTR_EL0, Arm ARM D24.2.34).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLines {
    /// Data cache line, in bytes.
    pub data: usize,
    /// Instruction cache line, in bytes.
    pub instruction: usize,
    /// Data cache need not be cleaned (CTR_EL0.IDC).
    pub data_coherent: bool,
    /// Instruction cache need not be invalidated (CTR_EL0.DIC).
    pub instruction_coherent: bool,
}

/// What CTR_EL0 says, where user code may read it.
pub(crate) fn lines() -> Option<CacheLines> {
    #[cfg(all(target_arch = "aarch64", target_os = "linux"))]
    {
        let ctr: u64;
        // SAFETY: Linux lets user code read CTR_EL0 (or emulates the read where cores differ).
        unsafe { std::arch::asm!("mrs {}, ctr_el0", out(reg) ctr, options(nomem, nostack, preserves_flags)) };
        Some(CacheLines {
            data: 4 << (ctr >> 16 & 15),
            instruction: 4 << (ctr & 15),
            data_coherent: ctr >> 28 & 1 == 1,
            instruction_coherent: ctr >> 29 & 1 == 1,
        })
    }
    #[cfg(not(all(target_arch = "aarch64", target_os = "linux")))]
    None
}

/// # Safety
/// The range must be mapped and readable.
#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
unsafe fn sync_range_by_line(addr: usize, len: usize) {
    use std::arch::asm;
    static LINES: OnceLock<Option<CacheLines>> = OnceLock::new();
    let Some(lines) = *LINES.get_or_init(lines) else { return };
    let each_line = |line: usize| ((addr & !(line - 1))..addr + len).step_by(line);
    if !lines.data_coherent {
        for address in each_line(lines.data) {
            // SAFETY: cleaning a readable line writes back what was stored and changes nothing.
            unsafe { asm!("dc cvau, {}", in(reg) address, options(nostack, preserves_flags)) };
        }
    }
    // SAFETY: barriers only order what was done before.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    if !lines.instruction_coherent {
        for address in each_line(lines.instruction) {
            // SAFETY: invalidating an instruction cache line makes it be fetched again.
            unsafe { asm!("ic ivau, {}", in(reg) address, options(nostack, preserves_flags)) };
        }
        // SAFETY: as above.
        unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    }
    // SAFETY: as above.
    unsafe { asm!("isb", options(nostack, preserves_flags)) };
}
