//! Register images: a call described by the complete contents of the registers and the stack, and what came back.
//!
//! [`call_image`] is how [`super::call`] reaches a target without any code made at run time. [`call_image_canary`] loads
//! *every* register first and reads every one back, so that a harness can tell which ones a callee preserved.

use super::host;
use crate::convention::{Abi, Arch};
use std::fmt;

/// Integer registers in an image. x64 uses 16; ARM64 31 (the last entry is unused there).
pub const INT_REGS: usize = if matches!(Arch::HOST, Arch::X64) { 16 } else { 32 };
/// Vector registers in an image.
pub const VEC_REGS: usize = if matches!(Arch::HOST, Arch::X64) { 16 } else { 32 };

/// Bytes of stack arguments that [`call_image_canary`] can pass; its frame has a fixed size.
pub const CANARY_STACK_MAX: usize = host::WINDOW;

/// The contents of the host's registers, by hardware number (x64: the instruction-encoding one).
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registers {
    /// Integer registers.
    pub int: [u64; INT_REGS],
    /// Vector registers, byte 0 in the low bits.
    pub vec: [u128; VEC_REGS],
}

impl Registers {
    /// All zero.
    pub const ZERO: Registers = Registers { int: [0; INT_REGS], vec: [0; VEC_REGS] };
}

/// Everything a callee can see of a call.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct CallImage {
    /// The function to call.
    pub target: *const u8,
    /// The bytes at the stack pointer when the call instruction executes (Win64's shadow space included).
    pub stack: *const u8,
    /// How many bytes that is, a multiple of 16.
    pub stack_size: usize,
    /// Alignment of the stack pointer at the call, a power of two of at least 16.
    pub stack_align: usize,
    /// Register contents. [`call_image`] loads the registers that any convention passes something in:
    /// x64 rax rcx rdx rsi rdi r8 r9 r10 and xmm0 to xmm7; ARM64 x0 to x8 and v0 to v7.
    pub registers: Registers,
}

impl CallImage {
    /// A call of `target` with zeros in all registers and nothing on the stack.
    pub fn new(target: *const u8) -> CallImage {
        CallImage {
            target,
            stack: std::ptr::null(),
            stack_size: 0,
            stack_align: 16,
            registers: Registers::ZERO,
        }
    }

    /// Puts a different, recognisable value into every register that `abi` wants a callee to preserve.
    pub fn fill_canaries(&mut self, abi: Abi) {
        for &reg in abi.int_callee_saved() {
            self.registers.int[reg as usize] = 0xc0de_0000_cafe_0000 | u64::from(reg);
        }
        for &reg in abi.vec_callee_saved() {
            let half = 0xfeed_0000_beef_0000 | u128::from(reg);
            self.registers.vec[reg as usize] = half << 64 | half;
        }
    }
}

/// What was in the registers when the callee returned.
///
/// [`call_image`] stores those that a convention returns something in (x64 rax rdx xmm0 xmm1; ARM64 x0 x1 v0 to v3) and
/// leaves the rest; [`call_image_canary`] stores all but x64's rsp and ARM64's x16, x18 and x30.
#[repr(C)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultImage {
    /// Register contents.
    pub registers: Registers,
}

impl Default for ResultImage {
    fn default() -> Self {
        ResultImage { registers: Registers::ZERO }
    }
}

/// A register that a callee should have preserved and did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clobbered {
    /// An integer register.
    Int {
        /// Hardware number.
        reg: u8,
        /// Contents before the call.
        before: u64,
        /// Contents after it.
        after: u64,
    },
    /// A vector register; on ARM64 the low halves differ.
    Vec {
        /// Hardware number.
        reg: u8,
        /// Contents before the call.
        before: u128,
        /// Contents after it.
        after: u128,
    },
}

impl fmt::Display for Clobbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (int, vec) = match Arch::HOST {
            Arch::X64 => ("gpr", "xmm"),
            Arch::Arm64 => ("x", "v"),
        };
        match self {
            Clobbered::Int { reg, before, after } => {
                write!(f, "callee-saved {int}{reg} changed from {before:#x} to {after:#x}")
            }
            Clobbered::Vec { reg, before, after } => {
                write!(f, "callee-saved {vec}{reg} changed from {before:#x} to {after:#x}")
            }
        }
    }
}

impl ResultImage {
    /// The registers that `abi` wants preserved and that differ from `image`, after [`call_image_canary`].
    pub fn clobbered(&self, image: &CallImage, abi: Abi) -> Vec<Clobbered> {
        let ints = abi.int_callee_saved().iter().filter_map(|&reg| {
            let (before, after) = (image.registers.int[reg as usize], self.registers.int[reg as usize]);
            (before != after).then_some(Clobbered::Int { reg, before, after })
        });
        let mask = if abi.arch() == Arch::Arm64 { u128::from(u64::MAX) } else { u128::MAX };
        let vecs = abi.vec_callee_saved().iter().filter_map(|&reg| {
            let (before, after) = (image.registers.vec[reg as usize], self.registers.vec[reg as usize]);
            (before & mask != after & mask).then_some(Clobbered::Vec { reg, before, after })
        });
        ints.chain(vecs).collect()
    }
}

/// The stack arguments do not fit [`call_image_canary`]'s frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanaryStackTooLarge {
    /// Bytes of stack arguments asked for.
    pub stack_size: usize,
}

impl fmt::Display for CanaryStackTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes of stack arguments, a call with canaries passes at most {CANARY_STACK_MAX}",
            self.stack_size
        )
    }
}

impl std::error::Error for CanaryStackTooLarge {}

/// Makes the call and stores the result registers.
///
/// Every callee-saved register of the host and the stack pointer are restored afterwards whatever the target does with
/// them, so targets of any convention can be called, also ones that pop their stack arguments.
///
/// # Safety
/// `image.target` must be code that is sound to enter with these registers and this stack and that returns (or unwinds, where the
/// host's unwinder can). `image.stack` must be readable for `stack_size` bytes, which is a multiple of 16; `stack_align` must be
/// a power of two of at least 16.
pub unsafe fn call_image(image: &CallImage, result: &mut ResultImage) {
    debug_assert!(
        image.stack_size.is_multiple_of(16) && image.stack_align.is_power_of_two() && image.stack_align >= 16
    );
    // SAFETY: both pointers come from references to `repr(C)` types laid out as the trampoline's offsets say; the rest is
    // this function's own contract.
    unsafe { host::call_plain(image, result) }
}

/// Makes the call with every register loaded from the image (not only those that pass arguments; all but the stack pointer, and on
/// ARM64 x16, x18 and x30), and stores every register afterwards.
///
/// # Errors
/// [`CanaryStackTooLarge`] when there are more than [`CANARY_STACK_MAX`] bytes of stack arguments; nothing is called then.
///
/// # Safety
/// As for [`call_image`]; besides, the target must return with the stack pointer the caller had (no convention of
/// [`Abi::ALL`] pops arguments). The frame pointer is a canary too, so frame-pointer walks end here; walks by unwind tables pass,
/// except on Windows.
pub unsafe fn call_image_canary(
    image: &CallImage,
    result: &mut ResultImage,
) -> Result<(), CanaryStackTooLarge> {
    debug_assert!(
        image.stack_size.is_multiple_of(16) && image.stack_align.is_power_of_two() && image.stack_align >= 16
    );
    if image.stack_size > CANARY_STACK_MAX {
        return Err(CanaryStackTooLarge { stack_size: image.stack_size });
    }
    // SAFETY: as in `call_image`; the stack arguments fit the window, which was just checked.
    unsafe { host::call_canary(image, result) };
    Ok(())
}
