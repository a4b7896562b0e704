//! Errors of opening libraries, binding functions, calling them and being called.

use crate::decl::{DeclError, TyError};
use abi::{Abi, PlanError};
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Mutex;

/// A library that cannot be opened.
#[derive(Debug)]
pub struct OpenError {
    pub(crate) name: String,
    pub(crate) source: libloading::Error,
}

impl OpenError {
    /// The name or path that was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open library '{}': {}", self.name, loader_message(&self.source))
    }
}

impl Error for OpenError {}

/// The system's own words, which the loader crate keeps one level down.
pub(crate) fn loader_message(error: &libloading::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| source.to_string())
}

/// Why a function or callback cannot be bound.
#[derive(Debug)]
pub enum BindError {
    /// The declaration cannot be read.
    Declaration(DeclError),
    /// The declaration names no function, so there is nothing to look up.
    Unnamed,
    /// The library has no such symbol.
    Symbol {
        /// The symbol.
        name: String,
        /// The library it was looked up in.
        library: String,
        /// What the loader says.
        message: String,
    },
    /// The library has been closed.
    Closed {
        /// The library.
        library: String,
    },
    /// A null pointer instead of a function.
    Null,
    /// The types cannot be passed under the convention.
    Plan(PlanError),
    /// The types cannot be described in C.
    Type(TyError),
    /// A convention of another architecture than this program's.
    Architecture(Abi),
    /// A Rust type is not the declared one.
    Mismatch {
        /// Which parameter, from 0; `None` for the result.
        param: Option<usize>,
        /// The type in the declaration.
        declared: String,
        /// The Rust type in terms of C.
        rust: String,
    },
    /// The Rust types are more or fewer than the declared parameters.
    Count {
        /// Parameters in the declaration.
        declared: usize,
        /// Rust types.
        rust: usize,
    },
    /// A Rust type is laid out differently than its own description says.
    Layout {
        /// Which parameter, from 0; `None` for the result.
        param: Option<usize>,
    },
    /// A variadic signature where the number of arguments has to be fixed: typed functions and callbacks.
    Variadic,
    /// Machine code was insisted on and cannot be made; the text says why.
    NoCode(String),
    /// No executable memory, and all precompiled callback entries are in use.
    NoEntry,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::Declaration(error) => write!(f, "declaration: {error}"),
            BindError::Unnamed => f.write_str("the declaration names no function"),
            BindError::Symbol { name, library, message } => {
                write!(f, "no symbol '{name}' in {library}: {message}")
            }
            BindError::Closed { library } => write!(f, "{library} has been closed"),
            BindError::Null => f.write_str("the function pointer is null"),
            BindError::Plan(error) => error.fmt(f),
            BindError::Type(error) => error.fmt(f),
            BindError::Architecture(abi) => write!(f, "{abi} is not a convention of this machine"),
            BindError::Mismatch { param, declared, rust } => {
                write!(f, "{} is declared '{declared}', the Rust type is '{rust}'", Part(*param))
            }
            BindError::Count { declared, rust } => {
                write!(f, "{declared} parameters are declared, the Rust types are {rust}")
            }
            BindError::Layout { param } => {
                write!(f, "{}: the Rust type's layout is not what its C type says", Part(*param))
            }
            BindError::Variadic => f.write_str("a variadic function cannot be bound to fixed types"),
            BindError::NoCode(why) => write!(f, "no machine code for this call: {why}"),
            BindError::NoEntry => {
                f.write_str("no executable memory, and all precompiled callback entries are in use")
            }
        }
    }
}

impl Error for BindError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BindError::Declaration(error) => Some(error),
            BindError::Plan(error) => Some(error),
            BindError::Type(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DeclError> for BindError {
    fn from(error: DeclError) -> BindError {
        BindError::Declaration(error)
    }
}

impl From<PlanError> for BindError {
    fn from(error: PlanError) -> BindError {
        BindError::Plan(error)
    }
}

impl From<TyError> for BindError {
    fn from(error: TyError) -> BindError {
        BindError::Type(error)
    }
}

/// "parameter 2" (from 1, as people count) or "the result".
struct Part(Option<usize>);

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(index) => write!(f, "parameter {}", index + 1),
            None => f.write_str("the result"),
        }
    }
}

/// A value that does not fit the C type it is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// A value of another kind.
    Kind {
        /// The C type.
        expected: String,
        /// What was given.
        given: &'static str,
    },
    /// A number that the type cannot hold; it is refused, never truncated.
    Range {
        /// The number.
        value: String,
        /// The C type.
        ty: &'static str,
    },
    /// Too many or too few members, elements or bytes.
    Length {
        /// The C type.
        ty: String,
        /// How many it has.
        expected: usize,
        /// How many were given.
        given: usize,
    },
    /// A union has no member with this index.
    NoMember {
        /// The index.
        index: usize,
        /// How many members there are.
        members: usize,
    },
    /// Something is wrong with one member or element.
    Inside {
        /// The member's name, or the element's index.
        place: String,
        /// What is wrong with it.
        error: Box<ValueError>,
    },
    /// A value behind `...` whose C type cannot be guessed from the value.
    Untyped {
        /// What was given.
        given: &'static str,
    },
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueError::Kind { expected, given } => write!(f, "{given} given for '{expected}'"),
            ValueError::Range { value, ty } => write!(f, "{value} is out of range for '{ty}'"),
            ValueError::Length { ty, expected, given } => write!(f, "'{ty}' takes {expected}, {given} given"),
            ValueError::NoMember { index, members } => {
                write!(f, "member {index} of a union with {members} members")
            }
            ValueError::Inside { place, error } => write!(f, "{place}: {error}"),
            ValueError::Untyped { given } => write!(f, "{given} behind '...' needs a type"),
        }
    }
}

impl Error for ValueError {}

/// Why a call was not made, or has no result.
#[derive(Debug)]
pub enum CallError {
    /// The library the function is in has been closed. Nothing was called.
    Closed {
        /// The library.
        library: String,
    },
    /// Too many or too few arguments. Nothing was called.
    Count {
        /// How many the function takes.
        expected: usize,
        /// Whether more are allowed.
        variadic: bool,
        /// How many were given.
        given: usize,
    },
    /// An argument does not fit its parameter. Nothing was called.
    Argument {
        /// Which argument, from 0.
        index: usize,
        /// What is wrong with it.
        error: ValueError,
    },
    /// The unnamed arguments cannot be passed under the convention. Nothing was called.
    Plan(PlanError),
    /// Machine code was insisted on and cannot be made for this call. Nothing was called.
    NoCode(String),
    /// A Rust callback panicked while C was running. C got a zero result from it and has returned.
    CallbackPanicked(CallbackPanic),
    /// C called a callback that could not run. C got a zero result from it and has returned.
    Callback(CallbackError),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Closed { library } => write!(f, "{library} has been closed"),
            CallError::Count { expected, variadic, given } => {
                let least = if *variadic { "at least " } else { "" };
                let plural = if *expected == 1 { "" } else { "s" };
                write!(f, "the function takes {least}{expected} argument{plural}, {given} given")
            }
            CallError::Argument { index, error } => write!(f, "argument {}: {error}", index + 1),
            CallError::Plan(error) => error.fmt(f),
            CallError::NoCode(why) => write!(f, "no machine code for this call: {why}"),
            CallError::CallbackPanicked(panic) => panic.fmt(f),
            CallError::Callback(error) => error.fmt(f),
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CallError::Argument { error, .. } => Some(error),
            CallError::Plan(error) => Some(error),
            CallError::Callback(error) => Some(error),
            _ => None,
        }
    }
}

impl From<CallbackFault> for CallError {
    #[cold]
    fn from(fault: CallbackFault) -> CallError {
        match fault {
            CallbackFault::Panicked(panic) => CallError::CallbackPanicked(panic),
            CallbackFault::Dropped => CallError::Callback(CallbackError::Dropped),
            CallbackFault::ForeignThread => CallError::Callback(CallbackError::ForeignThread),
            CallbackFault::Result(error) => CallError::Callback(CallbackError::Result(error)),
        }
    }
}

/// What kept a callback from giving C its result.
#[derive(Debug)]
pub enum CallbackFault {
    /// The Rust closure panicked.
    Panicked(CallbackPanic),
    /// C called a callback after it was dropped.
    Dropped,
    /// C called the callback on another thread than the one that made it, and it is not declared thread-safe.
    ForeignThread,
    /// The closure's value does not fit the result type.
    Result(ValueError),
}

impl fmt::Display for CallbackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallbackFault::Panicked(panic) => panic.fmt(f),
            CallbackFault::Dropped => CallbackError::Dropped.fmt(f),
            CallbackFault::ForeignThread => CallbackError::ForeignThread.fmt(f),
            CallbackFault::Result(error) => write!(f, "a callback's result: {error}"),
        }
    }
}

/// Faults of callbacks other than panics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackError {
    /// C called a callback after it was dropped.
    Dropped,
    /// C called a callback on a thread it was not made for.
    ForeignThread,
    /// The closure's value does not fit the result type.
    Result(ValueError),
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallbackError::Dropped => f.write_str("C called a callback that had been dropped"),
            CallbackError::ForeignThread => {
                f.write_str("C called a callback on another thread, and it is not declared thread-safe")
            }
            CallbackError::Result(error) => write!(f, "a callback's result: {error}"),
        }
    }
}

impl Error for CallbackError {}

/// The panic of a callback, kept while C frames were in the way.
pub struct CallbackPanic {
    message: String,
    // The mutex makes the error shareable; the payload itself is only `Send`.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl CallbackPanic {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> CallbackPanic {
        let message = (payload.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is not text".to_owned());
        CallbackPanic { message, payload: Mutex::new(payload) }
    }

    /// What the panic said, when it was text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the closure panicked with.
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Goes on panicking where the call was made.
    pub fn resume(self) -> ! {
        std::panic::resume_unwind(self.into_payload())
    }
}

impl fmt::Debug for CallbackPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallbackPanic").field(&self.message).finish()
    }
}

impl fmt::Display for CallbackPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a callback panicked: {}", self.message)
    }
}
