//! How a call of compiled code ends, and why one cannot be made.

use ir::eval::Const;
use ir::{TrapCode, Type};
use std::fmt;

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The function returned these values.
    Return(Vec<Const>),
    /// The function left with an exception.
    Throw,
    /// Everything down to this call was left.
    Abort(Abort),
}

/// Why managed code was left without being finished.
#[derive(Clone, Debug, PartialEq)]
pub enum Abort {
    /// A trap.
    Trap(TrapCode),
    /// The stack limit was reached.
    StackOverflow,
    /// There was no memory, in a function that cannot throw; or a runtime function aborted without saying why.
    OutOfMemory,
    /// An [`InterruptHandle`](crate::InterruptHandle) or the guest stopped it.
    Stopped,
    /// The guest's interpreter, which went on where a guard left, ended in a way that compiled code has no word for.
    Reference(Box<ir::interp::Outcome>),
    /// A callback of the guest panicked. The instance is spoilt: further calls are refused.
    Panic(String),
    /// The guest broke a rule. The instance is spoilt.
    Broken(Broken),
}

/// A rule that a guest's callback or runtime function broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It resumed a function with results of other types than its signature has.
    Results {
        /// The function's name.
        function: String,
        /// What it returns.
        expected: Vec<Type>,
        /// What the guest gave.
        found: Vec<Type>,
    },
    /// It threw out of a function whose signature says that it does not throw.
    Throw {
        /// The function's name.
        function: String,
    },
    /// It was asked to run a function that has no code, and does not interpret.
    NotInterpreted {
        /// The function's name.
        function: String,
    },
    /// It bound a runtime function for another type of guest than the one whose code called it.
    ForeignGuest,
    /// It called a function of another engine or program than its entry's.
    ForeignCode,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Results { function, expected, found } => {
                write!(f, "the guest resumed `{function}` with results {found:?} instead of {expected:?}")
            }
            Broken::Throw { function } => {
                write!(f, "the guest threw out of `{function}`, which does not throw")
            }
            Broken::NotInterpreted { function } => {
                write!(f, "`{function}` has no code, and the guest does not interpret")
            }
            Broken::ForeignGuest => {
                f.write_str("a runtime function was bound for another type of guest than its caller's")
            }
            Broken::ForeignCode => f.write_str("the code belongs to another engine than the entry"),
        }
    }
}

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Abort::Trap(code) => match tiering::TrapKind::of(code.0) {
                Some(kind) => write!(f, "trap: {kind}"),
                None => write!(f, "trap {}", code.0),
            },
            Abort::StackOverflow => f.write_str("stack overflow"),
            Abort::OutOfMemory => f.write_str("out of memory"),
            Abort::Stopped => f.write_str("stopped"),
            Abort::Reference(outcome) => write!(f, "after a deoptimization: {outcome:?}"),
            Abort::Panic(message) => write!(f, "a callback of the guest panicked: {message}"),
            Abort::Broken(broken) => write!(f, "{broken}"),
        }
    }
}

impl std::error::Error for Abort {}

impl Abort {
    /// Whether the instance is of no use any more.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Abort::Panic(_) | Abort::Broken(_))
    }
}

impl Outcome {
    /// What the reference interpreter would call this; `None` for what it cannot do.
    pub fn to_reference(&self) -> Option<ir::interp::Outcome> {
        use ir::interp::Outcome as Reference;
        Some(match self {
            Outcome::Return(values) => Reference::Return(values.clone()),
            Outcome::Throw => Reference::Throw,
            Outcome::Abort(Abort::Trap(code)) => Reference::Trap(*code),
            Outcome::Abort(Abort::StackOverflow) => Reference::StackOverflow,
            Outcome::Abort(Abort::OutOfMemory) => Reference::OutOfMemory,
            Outcome::Abort(Abort::Stopped) => Reference::Stopped,
            Outcome::Abort(Abort::Reference(outcome)) => (**outcome).clone(),
            Outcome::Abort(Abort::Panic(_) | Abort::Broken(_)) => return None,
        })
    }
}

/// Why a call was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The arguments are not what the signature says.
    Arguments {
        /// The function's parameter types.
        expected: Vec<Type>,
        /// The types of the arguments.
        found: Vec<Type>,
    },
    /// The instance was spoilt by an earlier call.
    Spoilt(String),
    /// The code belongs to another space than the instance.
    ForeignCode,
    /// There is no code for calls of this shape, and no room to make it.
    Bridge(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Arguments { expected, found } => {
                write!(f, "arguments of types {found:?} for parameters of types {expected:?}")
            }
            CallError::Spoilt(why) => {
                write!(f, "the instance is of no use since a fatal error: {why}")
            }
            CallError::ForeignCode => f.write_str("the code belongs to another engine than the instance"),
            CallError::Bridge(why) => write!(f, "cannot enter compiled code: {why}"),
        }
    }
}

impl std::error::Error for CallError {}
