//! What a piece of code does to its stack frame, in terms every platform's unwind format can be made from.

use std::{error, fmt};

/// How to unwind through a piece of code. The default describes a leaf that never moves the stack pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameInfo {
    /// Steps of the prologue: the code offset after which each holds, and the step. Offsets must not decrease.
    pub ops: Vec<(u32, FrameOp)>,
}

/// One step of a prologue. CFA is the stack pointer's value before the call pushed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameOp {
    /// x64: `push rbp`. ARM64: `stp x29, x30, [sp, #-16]!`.
    PushFrame,
    /// x64: `mov rbp, rsp`. ARM64: `mov x29, sp`. From here CFA = frame pointer + 16.
    SetFrame,
    /// A callee-saved integer register is stored at CFA + `cfa_offset`.
    SaveInt {
        /// Hardware number of the register.
        reg: u8,
        /// Negative, a multiple of 8.
        cfa_offset: i32,
    },
    /// A callee-saved vector register (or its low half, on ARM64) is stored at CFA + `cfa_offset`.
    SaveVec {
        /// Hardware number of the register.
        reg: u8,
        /// Negative, a multiple of 8 (16 for the full register on Windows x64).
        cfa_offset: i32,
    },
    /// The stack pointer is lowered by this many bytes, a multiple of 8.
    Alloc(u32),
}

/// A frame description that makes no sense, or that the platform's unwind format cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameError {
    /// Index into [`FrameInfo::ops`].
    pub index: usize,
    /// What is wrong with that step.
    pub why: &'static str,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame step {}: {}", self.index, self.why)
    }
}

impl error::Error for FrameError {}

impl FrameInfo {
    /// Checks what all formats have in common, for code of `len` bytes.
    ///
    /// # Errors
    /// Names the first step that is out of order, outside the code, or saves a register above or unaligned to its frame.
    pub fn check(&self, len: usize) -> Result<(), FrameError> {
        let mut last = 0;
        for (index, &(offset, op)) in self.ops.iter().enumerate() {
            let fail = |why| Err(FrameError { index, why });
            if offset < last {
                return fail("its offset is lower than that of the step before");
            }
            if offset as usize > len {
                return fail("its offset lies outside the code");
            }
            last = offset;
            match op {
                FrameOp::SaveInt { cfa_offset, .. } | FrameOp::SaveVec { cfa_offset, .. }
                    if cfa_offset >= 0 || cfa_offset % 8 != 0 =>
                {
                    return fail("a save slot must be a negative multiple of 8 from the CFA");
                }
                FrameOp::SaveInt { reg, .. } if reg > if cfg!(target_arch = "x86_64") { 15 } else { 30 } => {
                    return fail("no such integer register");
                }
                FrameOp::SaveVec { reg, .. } if reg > 31 => return fail("no such vector register"),
                FrameOp::Alloc(bytes) if bytes % 8 != 0 => return fail("allocation is not a multiple of 8"),
                _ => {}
            }
        }
        Ok(())
    }
}
