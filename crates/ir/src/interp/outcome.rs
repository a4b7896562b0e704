//! How an interpreted call ends.

use crate::entity::{Func, Inst, Runtime, State, Virtual};
use crate::eval::Const;
use crate::function::{Reason, TrapCode};
use crate::interp::ResumeError;
use std::fmt;

/// How an interpreted call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The function returned these values.
    Return(Vec<Const>),
    /// The function left with an exception.
    Throw,
    /// A guard left, in this activation or in one that it called.
    Deopt(Box<Deopt>),
    /// A trap.
    Trap(TrapCode),
    /// The limit on executed instructions was reached.
    OutOfFuel,
    /// The limit on nested calls was reached.
    StackOverflow,
    /// The host has no memory there, or it must not be written.
    MemoryFault(MemoryFault),
    /// There was no memory for the virtual objects of a guard that left.
    OutOfMemory,
    /// The host asked a poll to stop.
    Stopped,
    /// The program or the host did what has no meaning: compiled code may do anything here.
    Undefined(Undefined),
}

/// An access to memory that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryFault {
    /// First byte of the access.
    pub address: u64,
    /// Bytes accessed.
    pub width: u32,
    /// Whether it was a store.
    pub write: bool,
}

impl fmt::Display for MemoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.write { "store" } else { "load" };
        write!(f, "{what} of {} bytes at {:#x} outside of memory", self.width, self.address)
    }
}

impl std::error::Error for MemoryFault {}

/// A breach of the rules that the verifier cannot see.
#[derive(Clone, Debug, PartialEq)]
pub enum Undefined {
    /// The call's arguments are not what the signature says: the embedder's fault.
    Arguments(Func),
    /// A `load.bool` found a byte other than 0 and 1.
    BoolByte {
        /// Where.
        address: u64,
        /// What.
        byte: u8,
    },
    /// An indirect call went to an address that is no entry, or the entry of a function with another signature.
    IndirectTarget(u64),
    /// The host has no handler for this runtime call.
    UnboundRuntime(Runtime),
    /// The host's handler handed back other types than the runtime table says.
    RuntimeResults(Runtime),
    /// The host's handler threw although the runtime table says it does not.
    RuntimeThrow(Runtime),
    /// An exception went through a function whose signature says that it does not throw.
    UndeclaredThrow(Func),
    /// What [`Host::deopt`](crate::interp::Host::deopt) handed back are not results of the function that left.
    ResumedResults(Func),
    /// A guard's frame does not describe a place to go on at.
    Resume(ResumeError),
    /// A block ended without a terminator: the module was not verified.
    NoTerminator(Func),
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undefined::Arguments(func) => write!(f, "arguments do not match the signature of {func}"),
            Undefined::BoolByte { address, byte } => write!(f, "bool at {address:#x} has the byte {byte}"),
            Undefined::IndirectTarget(address) => {
                write!(f, "indirect call to {address:#x}, which is no entry of that signature")
            }
            Undefined::UnboundRuntime(runtime) => {
                write!(f, "the host does not implement runtime call {runtime}")
            }
            Undefined::RuntimeResults(runtime) => {
                write!(f, "the host's {runtime} handed back other types than declared")
            }
            Undefined::RuntimeThrow(runtime) => write!(f, "the host's {runtime} threw, undeclared"),
            Undefined::UndeclaredThrow(func) => write!(f, "an exception left {func}, which may not throw"),
            Undefined::ResumedResults(func) => {
                write!(f, "the host resumed {func} with results of other types")
            }
            Undefined::Resume(error) => write!(f, "cannot resume after a guard left: {error}"),
            Undefined::NoTerminator(func) => write!(f, "a block of {func} has no terminator"),
        }
    }
}

/// What a guard that left hands to the guest.
#[derive(Clone, Debug, PartialEq)]
pub struct Deopt {
    /// The function that left.
    pub func: Func,
    /// The instruction that left.
    pub inst: Inst,
    /// Its frame state.
    pub state: State,
    /// Why it left.
    pub reason: Reason,
    /// Guest frames: the innermost first, then the callers it was inlined into.
    pub frames: Vec<GuestFrame>,
    /// Objects made anew for the frames, in order of first mention: frames from the innermost on, slots in order, then
    /// the fields of objects already mentioned.
    pub objects: Vec<Materialised>,
    /// Activations below the one that left, 0 for the function that was called from outside.
    pub depth: usize,
}

/// One guest frame.
#[derive(Clone, Debug, PartialEq)]
pub struct GuestFrame {
    /// The guest's name of the code.
    pub code: u32,
    /// Bytecode offset to go on at.
    pub offset: u32,
    /// The frame's slots; `None` where nobody will look, and where results of a call will go.
    pub slots: Vec<Option<Const>>,
    /// In the frame of a caller: slots that get results of the call it waits in, with the number of the result.
    pub results: Vec<(u32, u16)>,
}

/// An object that was made anew because compiled code had taken it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Materialised {
    /// Its description in the function that left.
    pub object: Virtual,
    /// Where it is now.
    pub address: u64,
    /// Its size in bytes.
    pub size: u32,
    /// Its guest-defined kind.
    pub kind: u32,
}
