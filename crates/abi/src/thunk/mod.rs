//! Entry points of managed functions: interpreter thunks, and the way from the interpreter into compiled code.
//!
//! A managed function is called as `fn(function, call info, args...)` with 64-bit integers, the leading ones in the
//! [`ManagedConv`]'s integer argument registers, the rest on the stack. Callers know nothing but its entry pointer
//! ([`EntryPointer`]). While it is interpreted, that points to a *thunk* of a few bytes ([`ThunkBlock`]), which loads what
//! identifies the function and jumps to one shared entry ([`SharedEntry`]). That one turns registers and stack arguments into
//! the interpreter's argument array: contiguous, ascending, function and call info first. [`Invoke`] is the reverse.
//!
//! [`tail`] does the same for functions of any signature, and can leave managed frames without unwinding.
//!
//! Every entry starts with a landing pad and keeps the frame pointer chain; addresses are checked against [`Targets`].

mod arm64;
mod block;
mod conv;
mod entry;
pub mod tail;
mod target;
mod x64;

pub use block::ThunkBlock;
pub use conv::{CountField, ManagedConv};
pub use entry::{Interpreter, Invoke, InvokeFn, SharedEntry, emit_invoke, emit_shared_entry};
pub use target::{EntryPointer, TargetError, Targets};

use crate::convention::Abi;
use crate::stub::StubError;
use code_memory::{AllocError, PublishError};
use std::fmt;

/// Why there is no thunk.
#[derive(Debug)]
pub enum ThunkError {
    /// Managed code and the host's code are for different architectures.
    Arch {
        /// The convention of managed functions.
        conv: ManagedConv,
        /// The convention of the interpreter.
        host: Abi,
    },
    /// The argument count does not lie in the call info's 64 bits, or is wider than [`CountField::MAX_BITS`].
    CountField(CountField),
    /// The address to jump to is not one that may be jumped to.
    Target(TargetError),
    /// A block of thunks for no function at all, or for more than [`ThunkBlock::MAX`].
    BlockSize(usize),
    /// The assembler refused what we emitted: a mistake in this crate.
    Assembler(String),
    /// No room for the code.
    Alloc(AllocError),
    /// The code cannot be made executable.
    Publish(PublishError),
}

impl fmt::Display for ThunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThunkError::Arch { conv, host } => {
                write!(
                    f,
                    "functions called under {conv} cannot be interpreted by code under {host}: the architectures differ"
                )
            }
            ThunkError::CountField(field) => write!(
                f,
                "an argument count of {} bits at bit {} of the call info: at most {} bits are possible, all inside 64",
                field.bits,
                field.shift,
                CountField::MAX_BITS
            ),
            ThunkError::Target(error) => error.fmt(f),
            ThunkError::BlockSize(n) => {
                write!(f, "a block of {n} thunks, 1 to {} are possible", ThunkBlock::MAX)
            }
            ThunkError::Assembler(why) => write!(f, "internal error, the assembler refused a thunk: {why}"),
            ThunkError::Alloc(error) => write!(f, "no room for thunks: {error}"),
            ThunkError::Publish(error) => write!(f, "thunks cannot be published: {error}"),
        }
    }
}

impl std::error::Error for ThunkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ThunkError::Target(error) => Some(error),
            ThunkError::Alloc(error) => Some(error),
            ThunkError::Publish(error) => Some(error),
            _ => None,
        }
    }
}

impl From<TargetError> for ThunkError {
    fn from(error: TargetError) -> ThunkError {
        ThunkError::Target(error)
    }
}

impl From<StubError> for ThunkError {
    fn from(error: StubError) -> ThunkError {
        match error {
            StubError::Alloc(error) => ThunkError::Alloc(error),
            StubError::Publish(error) => ThunkError::Publish(error),
            other => ThunkError::Assembler(other.to_string()),
        }
    }
}
