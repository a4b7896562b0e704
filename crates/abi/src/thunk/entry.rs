//! The shared entry that all interpreter thunks jump to, and the invoker that enters managed code from the host.

use super::conv::{CountField, ManagedConv};
use super::target::Targets;
use super::{ThunkError, arm64, x64};
use crate::convention::{Abi, Arch};
use crate::stub::StubCode;
use code_memory::{Code, ExecSpace, FrameInfo, FrameOp, Reloc, RelocKind, RelocTarget};
use dynasmrt::DynasmError;
use std::sync::Arc;

/// The interpreter as thunks call it.
///
/// `array` holds function, call info, then `count` arguments, ascending; it is the interpreter's to read and change until it
/// returns. `identity` is the value given for the function when its thunk was made, `context` the contents of the
/// pinned register ([`ManagedConv::context`]). It must not unwind.
pub type Interpreter =
    unsafe extern "C" fn(array: *mut u64, count: usize, identity: u64, context: u64) -> u64;

/// An invoker as the host calls it: `entry` is a managed function; `array` holds function, call info, then `count`
/// arguments; `context` goes to the pinned register. Returns what the function returned.
pub type InvokeFn =
    unsafe extern "C" fn(entry: *const u8, array: *const u64, count: usize, context: u64) -> u64;

/// What the emitters need to know, and what they have to preserve beyond their callee.
pub(super) struct Shape {
    pub(super) conv: ManagedConv,
    pub(super) host: Abi,
    /// Registers to save, with their offsets from the frame pointer.
    pub(super) saved_int: Vec<(u8, i32)>,
    pub(super) saved_vec: Vec<(u8, i32)>,
    /// Bytes below the frame pointer for saved registers and the two words the shared entry keeps, a multiple of 16.
    pub(super) fixed: u32,
}

impl Shape {
    /// Saved registers lie below the `words` words nearest to the frame pointer.
    fn new(conv: ManagedConv, host: Abi, words: u32, int: Vec<u8>, vec: Vec<u8>) -> Shape {
        let mut below = words * 8;
        let saved_int = Vec::from_iter(int.into_iter().map(|reg| {
            below += 8;
            (reg, -(below as i32))
        }));
        below = below.next_multiple_of(16);
        let saved_vec = Vec::from_iter(vec.into_iter().map(|reg| {
            below += 16;
            (reg, -(below as i32))
        }));
        Shape { conv, host, saved_int, saved_vec, fixed: below }
    }

    /// Number of integer argument registers.
    pub(super) fn registers(&self) -> u32 {
        self.conv.int_args().len() as u32
    }

    /// Arguments after function and call info that are passed in registers.
    pub(super) fn register_args(&self) -> u32 {
        self.registers() - 2
    }
}

/// What an emitter hands back: code, the offset of its direct call when there is one, and where the prologue's steps end.
pub(super) struct Emitted {
    pub(super) bytes: Vec<u8>,
    pub(super) call: Option<u32>,
    pub(super) pushed: u32,
    pub(super) framed: u32,
    pub(super) saved: u32,
}

/// Emits the code that thunks jump to. It finds the identity in r11 or x17, and calls `interpreter` in `host`'s convention.
///
/// # Errors
/// `conv` and `host` are of different architectures, or the count field is impossible.
pub fn emit_shared_entry(
    conv: ManagedConv,
    host: Abi,
    count: CountField,
    interpreter: RelocTarget,
) -> Result<StubCode, ThunkError> {
    check_arch(conv, host)?;
    if !count.is_valid() {
        return Err(ThunkError::CountField(count));
    }
    // Word 1 holds the identity, word 2 the count.
    let shape = Shape::new(conv, host, 2, conv.int_not_saved_by(host), conv.vec_not_saved_by(host));
    let (emitted, kind) = match conv.arch() {
        Arch::X64 => (x64::shared_entry(&shape, count), RelocKind::X64Rel32),
        Arch::Arm64 => (arm64::shared_entry(&shape, count), RelocKind::Arm64Branch26),
    };
    let reloc = |offset| Reloc { offset, kind, target: interpreter.clone(), addend: 0 };
    finish(&shape, emitted, reloc)
}

/// Emits an [`InvokeFn`] of `host`'s convention that enters functions of `conv`.
///
/// # Errors
/// `conv` and `host` are of different architectures.
pub fn emit_invoke(conv: ManagedConv, host: Abi) -> Result<StubCode, ThunkError> {
    check_arch(conv, host)?;
    let mut int = conv.int_clobbers(host);
    int.push(conv.context());
    let shape = Shape::new(conv, host, 0, int, conv.vec_clobbers(host));
    let emitted = match conv.arch() {
        Arch::X64 => x64::invoke(&shape),
        Arch::Arm64 => arm64::invoke(&shape),
    };
    finish(&shape, emitted, |offset| Reloc {
        offset,
        kind: RelocKind::Abs64,
        target: RelocTarget::Unresolved("an invoker calls nothing directly".to_owned()),
        addend: 0,
    })
}

fn check_arch(conv: ManagedConv, host: Abi) -> Result<(), ThunkError> {
    if conv.arch() == host.arch() { Ok(()) } else { Err(ThunkError::Arch { conv, host }) }
}

fn finish(
    shape: &Shape,
    emitted: Result<Emitted, DynasmError>,
    reloc: impl Fn(u32) -> Reloc,
) -> Result<StubCode, ThunkError> {
    let emitted = emitted.map_err(|error| ThunkError::Assembler(error.to_string()))?;
    // The frame pointer is 16 below the CFA. What is allocated after it was set needs no description: it is where
    // unwinders start from.
    let mut ops = vec![(emitted.pushed, FrameOp::PushFrame), (emitted.framed, FrameOp::SetFrame)];
    if shape.fixed > 0 {
        ops.push((emitted.saved, FrameOp::Alloc(shape.fixed)));
    }
    let slot = |offset: i32| offset - 16;
    ops.extend(
        shape
            .saved_int
            .iter()
            .map(|&(reg, offset)| (emitted.saved, FrameOp::SaveInt { reg, cfa_offset: slot(offset) })),
    );
    ops.extend(
        shape
            .saved_vec
            .iter()
            .map(|&(reg, offset)| (emitted.saved, FrameOp::SaveVec { reg, cfa_offset: slot(offset) })),
    );
    let relocs = emitted.call.map(reloc).into_iter().collect();
    Ok(StubCode { bytes: emitted.bytes, relocs, frame: FrameInfo { ops } })
}

/// The published shared entry of one interpreter and one convention.
#[derive(Debug)]
pub struct SharedEntry {
    code: Code,
    conv: ManagedConv,
}

impl SharedEntry {
    /// Publishes the entry in `space`. `interpreter` is an [`Interpreter`] in the host's convention.
    ///
    /// # Errors
    /// `interpreter` is not among `targets`, the convention is not of the host's architecture, the count field is impossible,
    /// or the code cannot be published.
    pub fn publish(
        space: &ExecSpace,
        targets: &Targets,
        conv: ManagedConv,
        count: CountField,
        interpreter: *const u8,
    ) -> Result<Arc<SharedEntry>, ThunkError> {
        targets.check(interpreter, "an interpreter")?;
        let target = RelocTarget::Address(interpreter.addr());
        let stub = emit_shared_entry(conv, Abi::HOST, count, target)?;
        let code = stub.publish(space, &format!("interpreter entry ({conv})"))?;
        Ok(Arc::new(SharedEntry { code, conv }))
    }

    /// The address that thunks jump to.
    pub fn entry(&self) -> *const u8 {
        self.code.entry()
    }

    /// The convention of the functions it stands in for.
    pub fn conv(&self) -> ManagedConv {
        self.conv
    }
}

/// The published way from the host into managed functions of one convention.
#[derive(Debug)]
pub struct Invoke {
    code: Code,
}

impl Invoke {
    /// Publishes the invoker in `space`.
    ///
    /// # Errors
    /// The convention is not of the host's architecture, or the code cannot be published.
    pub fn publish(space: &ExecSpace, conv: ManagedConv) -> Result<Invoke, ThunkError> {
        let code = emit_invoke(conv, Abi::HOST)?.publish(space, &format!("invoke ({conv})"))?;
        Ok(Invoke { code })
    }

    /// The [`InvokeFn`], for code that calls it itself.
    pub fn entry(&self) -> *const u8 {
        self.code.entry()
    }

    /// Enters the managed function at `entry` with function and call info in the first two words of `array`, the arguments
    /// in the others, and `context` in the pinned register.
    ///
    /// # Safety
    /// `entry` must be a function of this invoker's convention that is sound to enter with these values; its code must stay
    /// published until it has returned.
    ///
    /// # Panics
    /// When `array` has less than two words.
    pub unsafe fn call(&self, entry: *const u8, array: &[u64], context: u64) -> u64 {
        assert!(array.len() >= 2, "an argument array starts with function and call info");
        // SAFETY: the code is what `emit_invoke` emitted for this type in the host's convention.
        let invoke: InvokeFn = unsafe { std::mem::transmute(self.code.entry()) };
        // SAFETY: the array has count + 2 words; the rest is the caller's promise.
        unsafe { invoke(entry, array.as_ptr(), array.len() - 2, context) }
    }
}
