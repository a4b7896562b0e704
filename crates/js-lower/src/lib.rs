//! Lowers JavaScript functions to the shared IR, with what the baseline tier has noted about them.
//!
//! A compiled function is `fn(frame, registers) -> (status, value)`: the addresses of its frame record, which was pushed as for the
//! other tiers, and of its register 0. The status is one of [`runtime::RETURNED`], [`runtime::THREW`], [`runtime::LEFT`].
//!
//! Registers are SSA values while code runs. Numbers are unboxed: what was seen is guarded, and a guard that fails leaves for the
//! other tiers with all live registers. Frame states have the countdown in slot 0 and register `n` in slot `n + 1`: words of values as
//! `i64`, int32s, doubles and truth values as they are. What is not worth code of its own is done by the interpreter, one
//! instruction at a time, on registers that were stored for it: by a function for its kind ([`runtime::Lean`]), or as any other ([`runtime::STEP`]).

#![forbid(unsafe_code)]

mod arithmetic;
mod calls;
mod compare;
mod elements;
mod emit;
mod flow;
mod function;
mod instructions;
mod kinds;
mod lean;
mod math;
mod memory;
mod operands;
mod properties;
pub mod runtime;
mod snapshot;
mod uses;
mod value;

pub use calls::MOST_CALLEE_REGISTERS;
pub use flow::Extent;
pub use function::{Declined, Lowered, lower};
pub use runtime::{Reason, signature};
pub use snapshot::{Access, Cells, EXIT_FACTOR, Held, Note, Snapshot, StackCells, Target};
