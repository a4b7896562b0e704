//! Exceptions: how they are thrown, caught and made.

use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::OutOfMemory;
use js_rt::StringError;
use js_rt::{Attrs, Class, Obj, Value};
use std::fmt;

/// What an operation comes to that may throw.
pub type Res<T> = Result<T, Throw>;

/// Why execution was ended from outside. Programs cannot catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The given number of steps is used up.
    Fuel,
    /// The given time is over.
    Deadline,
    /// Somebody asked for it.
    Cancelled,
    /// The program ended itself (host function `quit`); nothing of it runs any more.
    Exit,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stop::Fuel => "the fuel is used up",
            Stop::Deadline => "the time is over",
            Stop::Cancelled => "cancelled",
            Stop::Exit => "exit",
        })
    }
}

/// A throw completion. The value waits in the [`Vm`]; [`Vm::catch`] takes it.
///
/// Errors of operations that have no isolate at hand are named only; their objects are made when they are caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Throw {
    /// A value; the isolate has it.
    Value,
    /// Memory is out.
    Memory,
    /// A string would be longer than strings can be.
    StringLength,
    /// A BigInt would be larger than BigInts can be.
    BigIntSize,
    /// Ended from outside.
    Stop(Stop),
}

impl From<OutOfMemory> for Throw {
    #[cold]
    fn from(_: OutOfMemory) -> Throw {
        Throw::Memory
    }
}

impl From<StringError> for Throw {
    #[cold]
    fn from(error: StringError) -> Throw {
        match error {
            StringError::TooLong => Throw::StringLength,
            StringError::OutOfMemory => Throw::Memory,
        }
    }
}

/// A property key or value as messages show it, put together only when the message is.
struct Message<'a>(&'a dyn fmt::Display);

impl Vm {
    /// Throws `value`.
    #[cold]
    pub fn throw(&self, value: Value) -> Throw {
        self.ops.exception.set(value);
        Throw::Value
    }

    /// Catches: the thrown value, or the throw itself where no program may catch it.
    pub fn catch(&self, thrown: Throw) -> Result<Value, Throw> {
        match thrown {
            Throw::Value => Ok(self.take_exception()),
            Throw::Memory => Ok(self.late_error("Out of memory")),
            Throw::StringLength => Ok(self.late_error("Invalid string length")),
            Throw::BigIntSize => Ok(self.late_error("Maximum BigInt size exceeded")),
            Throw::Stop(_) => Err(thrown),
        }
    }

    /// The value that was thrown last. Only after [`Throw::Value`]; see [`Vm::catch`].
    pub fn take_exception(&self) -> Value {
        self.ops.exception.replace(Value::UNDEFINED)
    }

    /// A RangeError for a throw that had no object so far; what is kept for that case when there is no memory even for it.
    #[cold]
    fn late_error(&self, message: &str) -> Value {
        match self.new_error(Intrinsic::RangeErrorPrototype, message) {
            Ok(error) => error.into(),
            Err(Throw::Value) => self.take_exception(),
            Err(_) => self.ops.spare_error.get(),
        }
    }

    /// Makes the error that is thrown when there is no memory for one.
    pub(crate) fn prepare_spare_error(&self) -> Res<()> {
        if self.has_intrinsic(Intrinsic::RangeErrorPrototype) && self.ops.spare_error.get().is_string() {
            let error = self.new_error(Intrinsic::RangeErrorPrototype, "Out of memory")?;
            self.ops.spare_error.set(error.into());
        }
        Ok(())
    }

    /// A new error object as the built-in operations throw it: `message` (and `stack`) on an instance of the given prototype.
    pub fn new_error(&self, prototype: Intrinsic, message: &str) -> Res<Obj> {
        let error = self.object_create(Some(self.intrinsic(prototype)), Class::Error)?;
        let message = self.rt.str_from_utf8(message)?;
        self.rt.add(error, self.names().message, message.into(), Attrs::METHOD)?;
        self.capture_stack(error)?;
        Ok(error)
    }

    /// Throws a new error.
    #[cold]
    fn throw_error(&self, prototype: Intrinsic, message: &Message<'_>) -> Throw {
        match self.new_error(prototype, &message.0.to_string()) {
            Ok(error) => self.throw(error.into()),
            Err(thrown) => thrown,
        }
    }

    /// Throws a TypeError.
    #[cold]
    pub fn type_error(&self, message: impl fmt::Display) -> Throw {
        self.throw_error(Intrinsic::TypeErrorPrototype, &Message(&message))
    }

    /// Throws a RangeError.
    #[cold]
    pub fn range_error(&self, message: impl fmt::Display) -> Throw {
        self.throw_error(Intrinsic::RangeErrorPrototype, &Message(&message))
    }

    /// Throws a SyntaxError.
    #[cold]
    pub fn syntax_error(&self, message: impl fmt::Display) -> Throw {
        self.throw_error(Intrinsic::SyntaxErrorPrototype, &Message(&message))
    }

    /// Throws a ReferenceError.
    #[cold]
    pub fn reference_error(&self, message: impl fmt::Display) -> Throw {
        self.throw_error(Intrinsic::ReferenceErrorPrototype, &Message(&message))
    }

    /// Throws a URIError.
    #[cold]
    pub fn uri_error(&self, message: impl fmt::Display) -> Throw {
        self.throw_error(Intrinsic::URIErrorPrototype, &Message(&message))
    }

    /// Throws an EvalError.
    #[cold]
    pub fn eval_error(&self, message: impl fmt::Display) -> Throw {
        self.throw_error(Intrinsic::EvalErrorPrototype, &Message(&message))
    }
}
