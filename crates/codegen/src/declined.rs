//! Why a function was not compiled.

use std::fmt;

/// Why a function was not compiled. It runs in a lower tier instead, with the same results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Declined {
    /// More CLIF instructions than [`Options::max_insts`](crate::Options::max_insts).
    TooLarge {
        /// Instructions the function has.
        insts: usize,
        /// Instructions it may have.
        max: usize,
    },
    /// A loop carries more words around than [`Options::max_loop_values`](crate::Options::max_loop_values).
    TooManyLoopValues {
        /// Words the loop carries.
        values: usize,
        /// Words it may carry.
        max: usize,
    },
    /// A stack frame larger than [`Options::max_frame`](crate::Options::max_frame).
    FrameTooLarge {
        /// Bytes of the frame.
        bytes: u32,
        /// Bytes it may have.
        max: u32,
    },
    /// A runtime call with more result words, its status among them, than 64.
    RuntimeResults {
        /// Name of the runtime entry.
        name: String,
        /// Words it hands back.
        words: usize,
    },
    /// The module has not been verified: this is what it breaks.
    Malformed(&'static str),
    /// Cranelift refused: its own limits, or a fault of ours.
    Backend(String),
}

impl Declined {
    /// A short stable name, for counters and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Declined::TooLarge { .. } => "too-large",
            Declined::TooManyLoopValues { .. } => "too-many-loop-values",
            Declined::FrameTooLarge { .. } => "frame-too-large",
            Declined::RuntimeResults { .. } => "runtime-results",
            Declined::Malformed(_) => "malformed",
            Declined::Backend(_) => "backend",
        }
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Declined::TooLarge { insts, max } => {
                write!(f, "{insts} instructions are more than the {max} that are compiled")
            }
            Declined::TooManyLoopValues { values, max } => {
                write!(f, "a loop carries {values} words, more than the {max} that are compiled")
            }
            Declined::FrameTooLarge { bytes, max } => {
                write!(f, "a stack frame of {bytes} bytes is more than the {max} that compiled code may use")
            }
            Declined::RuntimeResults { name, words } => {
                write!(f, "runtime call @{name} hands back {words} words, and 64 are the most")
            }
            Declined::Malformed(what) => write!(f, "the function was not verified: {what}"),
            Declined::Backend(message) => write!(f, "the code generator refused: {message}"),
        }
    }
}

impl std::error::Error for Declined {}
