//! Unwind tables, made from the steps of prologues.

mod dwarf;

pub(crate) use dwarf::{Fde, eh_frame};

use code_memory::{FrameInfo, FrameOp, windows_arm64_unwind_info, windows_x64_unwind_info};
use codegen::{Arch, FrameStep};

/// Windows' unwind information for code of `len` bytes.
pub(crate) fn windows(arch: Arch, steps: &[(u32, FrameStep)], len: u64) -> Result<Vec<u8>, String> {
    let op = |step: FrameStep| match step {
        FrameStep::PushFrame => FrameOp::PushFrame,
        FrameStep::SetFrame => FrameOp::SetFrame,
        FrameStep::SaveInt { reg, cfa_offset } => FrameOp::SaveInt { reg, cfa_offset },
        FrameStep::SaveVec { reg, cfa_offset } => FrameOp::SaveVec { reg, cfa_offset },
        FrameStep::Alloc(bytes) => FrameOp::Alloc(bytes),
    };
    let frame = FrameInfo { ops: steps.iter().map(|(offset, step)| (*offset, op(*step))).collect() };
    let info = match arch {
        Arch::X64 => windows_x64_unwind_info(&frame),
        Arch::Arm64 => windows_arm64_unwind_info(&frame, usize::try_from(len).unwrap_or(usize::MAX)),
    };
    info.map_err(|error| error.to_string())
}
