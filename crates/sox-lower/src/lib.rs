//! Lowers Sox functions to the shared IR, with what the interpreter has learned about them.
//!
//! A compiled function is `fn(frame, regs, closure) -> (tag, payload)`: the addresses of its frame record and of its register 0 in
//! the main program's [`Fiber`](sox_rt::Fiber), and its closure's handle. The caller has put the receiver and the arguments into
//! registers. The result is handed back in machine registers; the tag [`THREW`] says that there is none.
//!
//! Registers are SSA values while code runs. Numbers are unboxed: what the interpreter has seen is guarded, and a guard that
//! fails leaves for the interpreter with all live registers. What is not worth code of its own is done by the interpreter, one
//! instruction at a time, on registers that were stored for it ([`runtime::STEP`]).

#![forbid(unsafe_code)]

mod arithmetic;
mod calls;
mod compare;
mod early;
mod emit;
mod flow;
mod function;
mod keeps;
mod kinds;
mod natives;
mod objects;
mod operands;
mod results;
pub mod runtime;
mod tables;
mod value;
mod variables;

pub use function::{Fiber, Lowered, TooLarge, lower, signature};
pub use runtime::{DEAD, Reason, THREW};
