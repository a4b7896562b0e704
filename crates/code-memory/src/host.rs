//! What this host is like, as far as executable memory is concerned: the facts `spandrel doctor` prints.

use std::fmt;

use crate::arch::BRANCH_REACH;
use crate::backend;
use crate::cache::{self, CacheLines, PipelineSync};
use crate::error::ReserveError;
use crate::space::{ExecSpace, Near};

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
pub(crate) fn has_bti() -> bool {
    hwcap::second() & hwcap::BTI != 0
}

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
mod hwcap {
    /// asm/hwcap.h
    pub(super) const PACA: u64 = 1 << 30;
    pub(super) const BTI: u64 = 1 << 17;

    pub(super) fn first() -> u64 {
        // SAFETY: the call touches no memory of ours.
        unsafe { libc::getauxval(libc::AT_HWCAP) }
    }

    pub(super) fn second() -> u64 {
        // SAFETY: the call touches no memory of ours.
        unsafe { libc::getauxval(libc::AT_HWCAP2) }
    }
}

/// Whether a protection exists, and whether it is in force for our code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// In force for this process.
    Active,
    /// The processor has it; this process does not use it.
    Available,
    /// The processor does not have it.
    Absent,
    /// Another architecture's, or this system gives no way to ask.
    Unknown,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protection::Active => "active",
            Protection::Available => "available, not in force",
            Protection::Absent => "not on this processor",
            Protection::Unknown => "unknown here",
        })
    }
}

/// What this host offers to code generators.
#[derive(Debug)]
pub struct Capabilities {
    /// The backend new reservations get with everything they do differently here, or why there are none.
    pub backend: Result<Description, ReserveError>,
    /// Bytes of a page.
    pub page_size: usize,
    /// Bytes a direct branch crosses in either direction; further targets get veneers.
    pub branch_reach: u64,
    /// Cache lines, where the processor lets us ask and it matters (ARM64 Linux).
    pub cache_lines: Option<CacheLines>,
    /// How other threads come to see changed code.
    pub pipeline_sync: PipelineSync,
    /// Why `membarrier` is not used, on Linux.
    pub membarrier_refused: Option<String>,
    /// ARM64 branch target identification; active means that code pages demand landing pads.
    pub bti: Protection,
    /// ARM64 pointer authentication. Active means usable: code decides by itself.
    pub pac: Protection,
    /// x64 shadow stacks (CET SHSTK).
    pub shadow_stack: Protection,
    /// x64 indirect branch tracking (CET IBT). No system enforces it for user code of this kind yet.
    pub ibt: Protection,
}

impl Capabilities {
    /// Looks at this host. Makes a small reservation to find out which backend works, and gives it back.
    pub fn probe() -> Capabilities {
        let maintenance = cache::maintenance();
        let (shadow_stack, ibt) = cet();
        let (bti, pac) = arm64_protections();
        Capabilities {
            backend: ExecSpace::reserve(1, Near::Anywhere).map(|space| space.describe()),
            page_size: backend::page_size(),
            branch_reach: BRANCH_REACH,
            cache_lines: cache::lines(),
            pipeline_sync: maintenance.pipelines,
            membarrier_refused: maintenance.refused.as_ref().map(ToString::to_string),
            bti,
            pac,
            shadow_stack,
            ibt,
        }
    }
}

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
fn arm64_protections() -> (Protection, Protection) {
    let state = |has| if has { Protection::Active } else { Protection::Absent };
    (state(has_bti()), state(hwcap::first() & hwcap::PACA != 0))
}

#[cfg(not(all(target_os = "linux", target_arch = "aarch64")))]
fn arm64_protections() -> (Protection, Protection) {
    (Protection::Unknown, Protection::Unknown)
}

/// Shadow stacks and indirect branch tracking.
#[cfg(target_arch = "x86_64")]
fn cet() -> (Protection, Protection) {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    // CPUID leaf 7: ECX bit 7 and EDX bit 20. Every x86-64 processor has the instruction.
    let leaf7 = (__cpuid(0).eax >= 7).then(|| __cpuid_count(7, 0));
    let has = |bit: fn(&std::arch::x86_64::CpuidResult) -> u32| {
        leaf7.as_ref().is_some_and(|leaf| bit(leaf) & 1 == 1)
    };
    let state = |has, active| match (has, active) {
        (_, true) => Protection::Active,
        (true, false) => Protection::Available,
        (false, false) => Protection::Absent,
    };
    (state(has(|leaf| leaf.ecx >> 7), shadow_stack_active()), state(has(|leaf| leaf.edx >> 20), false))
}

#[cfg(not(target_arch = "x86_64"))]
fn cet() -> (Protection, Protection) {
    (Protection::Unknown, Protection::Unknown)
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn shadow_stack_active() -> bool {
    const ARCH_SHSTK_STATUS: libc::c_int = 0x5005; // asm/prctl.h, Linux 6.6
    let mut features: u64 = 0;
    // SAFETY: the kernel writes one word, if it knows the request at all.
    let answer = unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_SHSTK_STATUS, &mut features) };
    answer == 0 && features & 1 == 1
}

#[cfg(all(not(target_os = "linux"), target_arch = "x86_64"))]
fn shadow_stack_active() -> bool {
    false
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.backend {
            Ok(description) => {
                writeln!(f, "executable memory: {}", description.backend)?;
                description.fallbacks.iter().try_for_each(|tried| writeln!(f, "  instead of {tried}"))?;
                description.remarks.iter().try_for_each(|remark| writeln!(f, "  {remark}"))?;
            }
            Err(error) => writeln!(f, "executable memory: none ({error})")?,
        }
        writeln!(f, "page size: {} bytes", self.page_size)?;
        writeln!(f, "branch reach: {} MB, veneers beyond", self.branch_reach >> 20)?;
        match self.cache_lines {
            Some(lines) => writeln!(
                f,
                "cache lines: data {} bytes{}, instruction {} bytes{}",
                lines.data,
                if lines.data_coherent { " (coherent)" } else { "" },
                lines.instruction,
                if lines.instruction_coherent { " (coherent)" } else { "" },
            )?,
            None => writeln!(f, "cache lines: maintained by the processor or the system")?,
        }
        let sync = match self.pipeline_sync {
            PipelineSync::Membarrier => "membarrier SYNC_CORE",
            PipelineSync::AtPin => "each thread by itself when it enters",
            PipelineSync::System => "the system's cache maintenance call",
        };
        writeln!(f, "changed code reaches other threads by: {sync}")?;
        if let Some(why) = &self.membarrier_refused {
            writeln!(f, "  instead of membarrier ({why})")?;
        }
        writeln!(f, "BTI: {}", self.bti)?;
        writeln!(f, "PAC: {}", self.pac)?;
        writeln!(f, "CET shadow stack: {}", self.shadow_stack)?;
        writeln!(f, "CET indirect branch tracking: {}", self.ibt)
    }
}

/// What a space stands on and how full it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The backend in use.
    pub backend: &'static str,
    /// What the backend does differently on this host, and why.
    pub remarks: Vec<String>,
    /// Backends that were tried first, each with the reason it is not in use.
    pub fallbacks: Vec<String>,
    /// Executable address of byte 0.
    pub base: usize,
    /// Bytes reserved.
    pub len: usize,
    /// Blocks start at and span multiples of this many bytes.
    pub granule: usize,
    /// Published pieces of code.
    pub live: usize,
    /// Pieces of dropped code that threads may still be inside.
    pub quarantined: usize,
    /// Free blocks; neighbours are always merged.
    pub free_blocks: usize,
    /// Bytes in them.
    pub free_bytes: usize,
    /// Bytes the system would not let us erase, never to be used again.
    pub lost_bytes: usize,
}
