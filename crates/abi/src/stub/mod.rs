//! Machine code made from binding plans: call stubs, callback adaptors and closures, for x64 and ARM64 on any host.
//!
//! A *call stub* takes a target, a frame and a result buffer and makes the call the plan describes. A *callback adaptor*
//! is the reverse: called by foreign code under the plan's convention, it builds a frame on its own stack and hands it to
//! a [`Handler`]. One adaptor serves every callback of a plan; what tells them apart is a *closure*, a few bytes that load
//! the address of a [`ClosureData`] and jump to the adaptor.
//!
//! Emission is written once (`call.rs`, `callback.rs`) over a small instruction set (`isa.rs`), which `x64.rs` and
//! `arm64.rs` implement. Every entry starts with a landing pad, every stub keeps the frame pointer chain, describes
//! its frame for unwinders and touches every page of a large stack area. ARM64's x18 is never used.

mod arm64;
mod call;
mod callback;
mod isa;
mod layout;
mod pieces;
mod x64;

use crate::convention::{Abi, Arch};
use crate::plan::Plan;
use code_memory::{AllocError, Code, ExecSpace, FrameInfo, PublishError, Reloc, RelocTarget};
use isa::{Emitter, Isa};
use layout::Layout;
use std::ffi::c_void;
use std::fmt;

/// What a callback adaptor calls, in the convention the adaptor was emitted for ([`Abi::HOST`] for functions of this program).
///
/// `frame` has the plan's slots: valid for [`Plan::frame_size`] bytes until the handler returns, and its own to change.
/// Integers narrower than 64 bits are extended to 8 bytes. `result` is where the result goes: the caller's memory when
/// the plan returns in memory, otherwise a buffer of the result's size, 16 bytes at least and padded to a multiple of 16;
/// all the bytes of the result type are read from there. A handler must not unwind.
pub type Handler = unsafe extern "C" fn(user: *mut c_void, frame: *mut u8, result: *mut u8);

/// What one closure knows. Must stay where it is as long as its closure can be called.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ClosureData {
    /// Called for every call of the closure.
    pub handler: Handler,
    /// Handed to the handler as it is.
    pub user: *mut c_void,
}

/// Machine code that is not in executable memory yet.
#[derive(Clone, Debug)]
pub struct StubCode {
    /// The instructions. The entry is at offset 0.
    pub bytes: Vec<u8>,
    /// Addresses to fill in.
    pub relocs: Vec<Reloc>,
    /// What unwinders need to step over the code.
    pub frame: FrameInfo,
}

impl StubCode {
    /// Makes the code executable in `space`, known to profilers and debuggers as `name`.
    ///
    /// # Errors
    /// No room in `space`, or `code-memory` refuses: the code's architecture is not this machine's, a target is unresolved
    /// or out of reach, or the system allows no executable memory.
    pub fn publish(&self, space: &ExecSpace, name: &str) -> Result<Code, StubError> {
        let mut staged = space.alloc(self.bytes.len(), 16).map_err(StubError::Alloc)?;
        staged.bytes_mut().copy_from_slice(&self.bytes);
        self.relocs.iter().for_each(|reloc| staged.relocate(reloc.clone()));
        staged.set_name(name);
        staged.set_frame(self.frame.clone());
        staged.publish().map_err(StubError::Publish)
    }
}

/// Why there is no stub.
#[derive(Debug)]
pub enum StubError {
    /// The stub would be called on one architecture and call on another.
    Arch {
        /// Convention of the plan.
        plan: Abi,
        /// Convention the stub itself follows.
        host: Abi,
    },
    /// The plan was not made by [`Plan::new`], or was changed: one of its steps leaves the frame, the stack arguments or
    /// the registers of its convention.
    Malformed {
        /// Index of the step among the arguments or the result pieces; `None` when the plan as a whole is wrong.
        step: Option<usize>,
        /// What is wrong.
        what: &'static str,
    },
    /// The call needs more memory than a stub can address.
    TooLarge {
        /// Which part of it.
        what: &'static str,
        /// Its size in bytes.
        bytes: u32,
        /// The largest possible.
        limit: u32,
    },
    /// The assembler refused what we emitted: a mistake in this crate.
    Assembler(String),
    /// No room for the code.
    Alloc(AllocError),
    /// The code cannot be made executable.
    Publish(PublishError),
}

impl fmt::Display for StubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StubError::Arch { plan, host } => {
                write!(f, "code called under {host} cannot call under {plan}: the architectures differ")
            }
            StubError::Malformed { step: Some(step), what } => {
                write!(f, "malformed plan, step {step}: {what}")
            }
            StubError::Malformed { step: None, what } => write!(f, "malformed plan: {what}"),
            StubError::TooLarge { what, bytes, limit } => {
                write!(f, "{what} of {bytes} bytes, a stub can address at most {limit}")
            }
            StubError::Assembler(why) => write!(f, "internal error, the assembler refused a stub: {why}"),
            StubError::Alloc(error) => write!(f, "no room for a stub: {error}"),
            StubError::Publish(error) => write!(f, "a stub cannot be published: {error}"),
        }
    }
}

impl std::error::Error for StubError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StubError::Alloc(error) => Some(error),
            StubError::Publish(error) => Some(error),
            _ => None,
        }
    }
}

/// Emits a call stub: machine code of type `extern "C" fn(target: *const u8, frame: *mut u8, result: *mut u8)` in `host`'s
/// convention that calls `target` as `plan` says.
///
/// The frame must be aligned to [`Plan::frame_align`] and may be changed by the call; the result buffer must be padded to a
/// multiple of 16 bytes and aligned to 16 and to the result type. Narrow integer results are extended to 8 bytes.
///
/// # Errors
/// `host` and the plan belong to different architectures, or the plan is malformed or too large.
pub fn emit_call(plan: &Plan, host: Abi) -> Result<StubCode, StubError> {
    check(plan, host)?;
    let layout = Layout::for_call(plan, host)?;
    match host.arch() {
        Arch::X64 => build(x64::X64::new(), |e| call::emit(e, plan, host, &layout)),
        Arch::Arm64 => build(arm64::Arm64::new(), |e| call::emit(e, plan, host, &layout)),
    }
}

/// Emits the adaptor shared by all callbacks with one plan: called under the plan's convention by way of a closure
/// ([`emit_closure`]), it calls the closure's handler in `host`'s convention.
///
/// # Errors
/// `host` and the plan belong to different architectures, or the plan is malformed or too large.
pub fn emit_callback(plan: &Plan, host: Abi) -> Result<StubCode, StubError> {
    check(plan, host)?;
    let layout = Layout::for_callback(plan, host)?;
    match host.arch() {
        Arch::X64 => build(x64::X64::new(), |e| callback::emit(e, plan, host, &layout)),
        Arch::Arm64 => build(arm64::Arm64::new(), |e| callback::emit(e, plan, host, &layout)),
    }
}

/// Emits a closure: the entry foreign code calls, which loads the address of `data` and jumps to `adaptor`, the entry of
/// code from [`emit_callback`]. A null adaptor is a target that publishing refuses as unresolved.
pub fn emit_closure(arch: Arch, adaptor: *const u8, data: *const ClosureData) -> StubCode {
    let target = match adaptor.addr() {
        0 => RelocTarget::Unresolved("callback adaptor".to_owned()),
        address => RelocTarget::Address(address),
    };
    let data = data.addr() as u64;
    let (bytes, offset, kind) = match arch {
        Arch::X64 => (x64::closure(data), x64::CLOSURE_BRANCH, x64::X64::BRANCH),
        Arch::Arm64 => (arm64::closure(data), arm64::CLOSURE_BRANCH, arm64::Arm64::BRANCH),
    };
    StubCode { bytes, relocs: vec![Reloc { offset, kind, target, addend: 0 }], frame: FrameInfo::default() }
}

/// Emits an entry whose whole body is a call of `callee`, a function of `host`'s convention that must not return and gets
/// whatever the entry's caller passed in registers: what an entry pointer holds while there is nothing to enter.
/// Should the callee return all the same, the thread traps instead of running into whatever follows.
///
/// # Errors
/// None that depend on the arguments. An unresolved callee is refused when the code is published.
pub fn emit_noreturn(host: Abi, callee: RelocTarget) -> Result<StubCode, StubError> {
    match host.arch() {
        Arch::X64 => noreturn(x64::X64::new(), host, callee),
        Arch::Arm64 => noreturn(arm64::Arm64::new(), host, callee),
    }
}

fn noreturn<I: Isa>(isa: I, host: Abi, callee: RelocTarget) -> Result<StubCode, StubError> {
    let layout = Layout { size: host.shadow_space(), align: 16, ..Layout::default() };
    let mut offset = 0;
    let mut code = build(isa, |e| {
        e.prologue(&layout);
        offset = e.isa.call_near();
        e.isa.trap();
    })?;
    code.relocs.push(Reloc { offset, kind: I::BRANCH, target: callee, addend: 0 });
    Ok(code)
}

fn check(plan: &Plan, host: Abi) -> Result<(), StubError> {
    if plan.abi.arch() != host.arch() {
        return Err(StubError::Arch { plan: plan.abi, host });
    }
    pieces::check(plan)
}

fn build<I: Isa>(isa: I, emit: impl FnOnce(&mut Emitter<I>)) -> Result<StubCode, StubError> {
    let mut emitter = Emitter::new(isa);
    emit(&mut emitter);
    let Emitter { isa, frame } = emitter;
    let bytes = isa.finish().map_err(|error| StubError::Assembler(error.to_string()))?;
    Ok(StubCode { bytes, relocs: Vec::new(), frame })
}
