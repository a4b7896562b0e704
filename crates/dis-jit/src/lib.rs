//! The compiling tier of Dis: functions and loops that the interpreter comes to often become machine code.
//!
//! [`Jit`] is the machine's [`Tier`](dis_vm::tier::Tier). What it compiles is a *place*: an instruction that functions begin with, or
//! the head of a loop, with everything of the function that is reached from there. Each place is a function of the engine
//! of `jit`; calls between functions of a module lead from one's code to the other's.

#![forbid(unsafe_code)]

mod compile;
mod guest;
mod tier;

pub use tier::{Config, Jit, THRESHOLD};
