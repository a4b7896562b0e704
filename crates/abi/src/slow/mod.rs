//! Calls and callbacks with no executable memory at all: trampolines compiled ahead of time that interpret binding plans.
//!
//! Slower than the stubs (every call goes through a complete register image), equal in everything else, and available
//! where the host forbids code made at run time. The images are public: harnesses check conventions with them.

mod capture;
mod closure;
#[cfg(target_arch = "aarch64")]
#[path = "arm64.rs"]
mod host;
#[cfg(target_arch = "x86_64")]
#[path = "x64.rs"]
mod host;
pub mod image;
mod moves;
mod pool;
mod scratch;

pub use capture::{Capture, Captured};
pub use closure::StaticClosure;
pub use pool::{ENTRY_COUNT, EntryHandler, EntryImage, PoolExhausted, RawEntry};

use crate::convention::Arch;
use crate::plan::Plan;
use image::{CallImage, ResultImage, call_image};
use moves::Boundary;
use scratch::Scratch;

/// Calls `target` as the plan says: arguments from `frame`, the result to `result`.
///
/// The plan may be of any convention of the host's architecture. `frame` is consumed: records passed by reference are
/// passed as they lie in it. Without a result, `result` may be null.
///
/// # Safety
/// * `plan` must have come from [`Plan::new`] with an [`crate::Abi`] of [`Arch::HOST`].
/// * `target` must be a function of the plan's convention and signature that is sound to call with these arguments.
/// * `frame` must be valid for `plan.frame_size` bytes at a multiple of `plan.frame_align`, with every argument in its slot.
/// * `result` must be valid for the result's size rounded up to a multiple of 16, at a multiple of its alignment and of 16.
pub unsafe fn call(plan: &Plan, target: *const u8, frame: *mut u8, result: *mut u8) {
    debug_assert_eq!(plan.abi.arch(), Arch::HOST);
    let mut stack = Scratch::new(plan.stack_size as usize, 16);
    let mut image = CallImage::new(target);
    image.stack = stack.as_mut_ptr();
    image.stack_size = plan.stack_size as usize;
    image.stack_align = plan.stack_align as usize;
    let mut boundary = Boundary { registers: &mut image.registers, stack: stack.as_mut_ptr() };
    // SAFETY: frame and result are the caller's promise, and the stack was just allocated at the plan's size.
    unsafe { moves::arguments_out(plan, frame, result, &mut boundary) };
    let mut returned = ResultImage::default();
    // SAFETY: the image is complete for the plan's convention and signature, which are those of the target. Plans have a
    // stack size that is a multiple of 16 and a stack alignment that is a power of two of at least 16.
    unsafe { call_image(&image, &mut returned) };
    // SAFETY: the result buffer is the caller's promise.
    unsafe { moves::result_in(plan, &returned.registers, result) };
}

#[cfg(test)]
mod tests;
