//! Compiled code in this process: loading it, calling it, leaving it, replacing it.
//!
//! A [`Program`] is a module compiled and loaded as a whole. An [`Instance`] is a [`Guest`] with a context to run it in; an
//! [`Entry`] is a context for a [`SharedGuest`], which needs no unsafe code.
//!
//! Compiled code never unwinds. Exceptions are results; what cannot be caught (traps, stack overflow, a stop from another
//! thread, a panic of the guest) leaves everything down to the innermost entry, of which the call reports the reason as an
//! [`Abort`].

mod context;
mod control;
pub mod doubles;
pub mod engine;
mod entries;
mod exit;
mod guest;
mod helpers;
mod instance;
mod lent;
mod link;
mod outcome;
mod program;
mod runtime;
mod shared;
mod signature;
mod stack;
mod stub;
mod unit;
mod words;

pub use context::{InterruptHandle, VmContext};
pub use guest::{Cx, Guest, Resume, STATUS_ABORT, STATUS_RETURNED, STATUS_THREW};
pub use helpers::runtime;
pub use instance::{Callable, Instance};
pub use lent::Lent;
pub use link::LinkError;
pub use outcome::{Abort, Broken, CallError, Outcome};
pub use program::{CodeSpace, LoadError, Program};
pub use runtime::RuntimeTable;
pub use shared::{Entry, MovableEntry, NotWords, SharedGuest, WordCallable};
pub use signature::SignatureLayout;
pub use stack::stack_lowest;
pub use words::WordResult;
