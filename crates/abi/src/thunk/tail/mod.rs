//! Between C and functions of Cranelift's `Tail` convention, whatever their signature: the way in, the way out without
//! unwinding, and entries that stand in for functions which have no code yet.
//!
//! A [`TailLayout`] says where each word of a signature travels. The machine code here knows no signature: it moves whole
//! register files to and from a [`Registers`], and callers put words where the layout says.
//!
//! * A *bridge* ([`emit_bridge`]) is a C function that loads the registers, calls a managed function and stores what came
//!   back. It saves every register its C caller wants back and links itself into the context: the *innermost bridge*.
//! * *Abort* ([`emit_abort`]) leaves everything the innermost bridge has called, by restoring registers and stack pointer
//!   from the bridge's frame, and makes the bridge return [`BridgeStatus::Aborted`]. Only managed frames may lie between.
//! * *Leave* ([`emit_leave`]) is what managed code calls to end itself: a C function notes why, then abort.
//! * *Dispatch* ([`emit_dispatch`]) is jumped to by the thunks of functions without code. A C function sees the arguments
//!   and says what to do: return results, jump to code with the arguments as they were, or abort.

mod arm64;
mod layout;
mod x64;

pub use layout::{Place, TailLayout, Word};

use super::ThunkError;
use crate::convention::{Abi, Arch};
use crate::stub::StubCode;
use code_memory::{FrameInfo, FrameOp, Reloc, RelocKind, RelocTarget};
use dynasmrt::DynasmError;

/// The registers a `Tail` function gets arguments and returns results in, and its stack arguments.
///
/// Arguments: `int` holds rdi, rsi, rdx, rcx, r8, r9 (x64) or x2 to x7, then x8 for the address of the return area (ARM64).
/// Results: `int` holds rax, rcx, rdx, rsi, rdi, r8, r9, r10 (x64) or x2 to x7 (ARM64). `float` is xmm0 to xmm7 or d0 to d7.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Registers {
    /// Integer registers.
    pub int: [u64; 8],
    /// Floating point registers, as bits.
    pub float: [u64; 8],
    /// The first stack argument: to be copied by a bridge, or where the caller of a dispatch entry left it.
    pub stack: *const u64,
    /// Bridge: number of words of stack arguments. Dispatch: bytes of stack arguments to pop when returning results,
    /// a multiple of 16.
    pub stack_size: u64,
    /// Dispatch: where to jump to.
    pub target: *const u8,
}

impl Default for Registers {
    fn default() -> Registers {
        Registers {
            int: [0; 8],
            float: [0; 8],
            stack: std::ptr::null(),
            stack_size: 0,
            target: std::ptr::null(),
        }
    }
}

const FLOAT: u32 = 64;
const STACK: u32 = 128;
const STACK_SIZE: u32 = 136;
const TARGET: u32 = 144;
/// Bytes a dispatch entry sets aside for a [`Registers`], a multiple of 16.
const FILE: u32 = 160;

const _: () = {
    assert!(std::mem::offset_of!(Registers, float) == FLOAT as usize);
    assert!(std::mem::offset_of!(Registers, stack) == STACK as usize);
    assert!(std::mem::offset_of!(Registers, stack_size) == STACK_SIZE as usize);
    assert!(std::mem::offset_of!(Registers, target) == TARGET as usize);
    assert!(size_of::<Registers>() <= FILE as usize);
};

/// A bridge as C calls it: the context for the pinned register, the managed function, its registers. Returns a
/// [`BridgeStatus`]; only after [`BridgeStatus::Returned`] are there results.
pub type Bridge<C> =
    unsafe extern "C" fn(context: *mut C, entry: *const u8, registers: *mut Registers) -> BridgeStatus;

/// How a bridge came back.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeStatus {
    /// The managed function returned.
    Returned = 0,
    /// Abort ended it.
    Aborted = 1,
}

/// What a dispatch entry calls: the context, the identity of the thunk that was called, the registers it was called with.
/// It must not unwind.
pub type DispatchFn<C> =
    unsafe extern "C" fn(context: *mut C, identity: u64, registers: *mut Registers) -> DispatchAction;

/// What a dispatch entry is to do next.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DispatchAction {
    /// Return the results in the registers and pop the stack arguments.
    Return = 0,
    /// Jump to [`Registers::target`] with the registers as they were on entry.
    Jump = 1,
    /// Leave everything the innermost bridge has called.
    Abort = 2,
}

/// Which registers a bridge moves. Bridges of every shape have the same frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BridgeShape {
    /// Leading integer argument registers; the ARM64 return area register is the seventh.
    pub int_args: u8,
    /// Leading float argument registers.
    pub float_args: u8,
    /// Leading integer result registers.
    pub int_results: u8,
    /// Leading float result registers.
    pub float_results: u8,
    /// Whether there are stack arguments.
    pub stack: bool,
}

impl BridgeShape {
    /// Whatever a signature needs.
    pub const FULL: BridgeShape =
        BridgeShape { int_args: 8, float_args: 8, int_results: 8, float_results: 8, stack: true };
}

/// Hardware numbers of the integer argument registers in the order of [`Registers::int`].
pub(super) const fn int_args(arch: Arch) -> &'static [u8] {
    match arch {
        Arch::X64 => &[7, 6, 2, 1, 8, 9],
        Arch::Arm64 => &[2, 3, 4, 5, 6, 7, 8],
    }
}

/// Hardware numbers of the integer result registers in the order of [`Registers::int`].
pub(super) const fn int_results(arch: Arch) -> &'static [u8] {
    match arch {
        Arch::X64 => &[0, 1, 2, 6, 7, 8, 9, 10],
        Arch::Arm64 => &[2, 3, 4, 5, 6, 7],
    }
}

/// Words of a bridge's frame nearest to the frame pointer: the outer bridge, the address of the registers, and the shadow
/// stack pointer (x64 only).
const BRIDGE_WORDS: u32 = 3;

/// A bridge's frame: the registers it saves, with their offsets from the frame pointer.
struct Saved {
    int: Vec<(u8, i32)>,
    vec: Vec<(u8, i32)>,
    /// Bytes below the frame pointer, a multiple of 16.
    fixed: u32,
}

impl Saved {
    /// Everything `host` wants back but the frame pointer, which the frame itself saves.
    fn new(host: Abi) -> Saved {
        let frame_pointer = if host.arch() == Arch::X64 { 5 } else { 29 };
        let mut below = BRIDGE_WORDS * 8;
        let ints = host.int_callee_saved().iter().filter(|reg| **reg != frame_pointer);
        let int = Vec::from_iter(ints.map(|&reg| {
            below += 8;
            (reg, -(below as i32))
        }));
        // Win64 preserves all 16 bytes, ARM64 the low 8.
        let width = if host.arch() == Arch::X64 { 16 } else { 8 };
        below = below.next_multiple_of(width);
        let vec = Vec::from_iter(host.vec_callee_saved().iter().map(|&reg| {
            below += width;
            (reg, -(below as i32))
        }));
        Saved { int, vec, fixed: below.next_multiple_of(16) }
    }

    /// The steps of a prologue that saves them all, for unwinders. The frame pointer is 16 below the CFA.
    fn steps(&self, at: u32) -> Vec<(u32, FrameOp)> {
        let int = self.int.iter().map(|&(reg, offset)| FrameOp::SaveInt { reg, cfa_offset: offset - 16 });
        let vec = self.vec.iter().map(|&(reg, offset)| FrameOp::SaveVec { reg, cfa_offset: offset - 16 });
        [FrameOp::Alloc(self.fixed)].into_iter().chain(int).chain(vec).map(|op| (at, op)).collect()
    }
}

/// What an emitter hands back.
struct Emitted {
    bytes: Vec<u8>,
    /// Ends of the instructions that push and set the frame pointer.
    pushed: u32,
    framed: u32,
    /// End of the prologue.
    done: u32,
    /// Fields to relocate, in the order of the emitter's targets.
    relocs: Vec<(u32, RelocKind)>,
}

fn finish(
    emitted: Result<Emitted, DynasmError>,
    targets: &[&RelocTarget],
    steps: impl FnOnce(u32) -> Vec<(u32, FrameOp)>,
) -> Result<StubCode, ThunkError> {
    let emitted = emitted.map_err(|error| ThunkError::Assembler(error.to_string()))?;
    let mut ops = vec![(emitted.pushed, FrameOp::PushFrame), (emitted.framed, FrameOp::SetFrame)];
    ops.extend(steps(emitted.done));
    let relocs = emitted.relocs.iter().zip(targets).map(|(&(offset, kind), target)| Reloc {
        offset,
        kind,
        target: (*target).clone(),
        addend: 0,
    });
    Ok(StubCode { bytes: emitted.bytes, relocs: relocs.collect(), frame: FrameInfo { ops } })
}

/// Emits a [`Bridge`] in `host`'s convention. The word at `entry_sp` in the context links the bridges; it is the frame
/// pointer of the innermost one while that runs, and what it was before when it has returned.
///
/// # Errors
/// When the assembler refuses, which is a mistake in this crate.
pub fn emit_bridge(host: Abi, entry_sp: u32, shape: BridgeShape) -> Result<StubCode, ThunkError> {
    let saved = Saved::new(host);
    let emitted = match host.arch() {
        Arch::X64 => x64::bridge(host, &saved, entry_sp, shape),
        Arch::Arm64 => arm64::bridge(&saved, entry_sp, shape),
    };
    finish(emitted, &[], |at| saved.steps(at))
}

/// Emits `extern "C" fn(context) -> !`: the innermost bridge returns [`BridgeStatus::Aborted`].
///
/// Calling it is sound only from code that the innermost bridge of that context has called on this thread, with nothing but
/// managed frames and the caller's own in between, and nothing in the caller's frame to be dropped.
///
/// # Errors
/// When the assembler refuses, which is a mistake in this crate.
pub fn emit_abort(host: Abi, entry_sp: u32) -> Result<StubCode, ThunkError> {
    let saved = Saved::new(host);
    let emitted = match host.arch() {
        Arch::X64 => x64::abort(host, &saved, entry_sp),
        Arch::Arm64 => arm64::abort(&saved, entry_sp),
    };
    // Unwinders that stop here see a leaf: its caller is still on the stack.
    let code = finish(emitted, &[], |_| Vec::new())?;
    Ok(StubCode { frame: FrameInfo::default(), ..code })
}

/// Emits what managed code calls in `host`'s convention to end itself: calls `note`, a C function that gets the same
/// arguments and returns nothing, then `abort` with the context from the pinned register.
///
/// # Errors
/// When the assembler refuses, which is a mistake in this crate.
pub fn emit_leave(host: Abi, note: &RelocTarget, abort: &RelocTarget) -> Result<StubCode, ThunkError> {
    let emitted = match host.arch() {
        Arch::X64 => x64::leave(host),
        Arch::Arm64 => arm64::leave(),
    };
    finish(emitted, &[note, abort], |_| Vec::new())
}

/// Emits the entry that thunks of functions without code jump to, with the identity in r11 (x64) or x17 (ARM64).
/// `decide` is a [`DispatchFn`] in `host`'s convention.
///
/// # Errors
/// When the assembler refuses, which is a mistake in this crate.
pub fn emit_dispatch(host: Abi, decide: &RelocTarget, abort: &RelocTarget) -> Result<StubCode, ThunkError> {
    let emitted = match host.arch() {
        Arch::X64 => x64::dispatch(host),
        Arch::Arm64 => arm64::dispatch(),
    };
    let fixed = FILE + host.shadow_space();
    finish(emitted, &[decide, abort], |at| vec![(at, FrameOp::Alloc(fixed))])
}
