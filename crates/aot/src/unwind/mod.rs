//! Unwind tables, made from the steps of prologues.

mod dwarf;
mod windows_arm64;
mod windows_x64;

pub(crate) use dwarf::{Fde, eh_frame};

use codegen::{Arch, FrameStep};

/// Windows' unwind information for code of `len` bytes.
pub(crate) fn windows(arch: Arch, steps: &[(u32, FrameStep)], len: u64) -> Result<Vec<u8>, String> {
    match arch {
        Arch::X64 => windows_x64::encode(steps),
        Arch::Arm64 => windows_arm64::encode(steps, len),
    }
}
