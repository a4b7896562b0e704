//! The compiling tier of Sox: functions and loops that the interpreter finds hot become machine code.
//!
//! [`Jit`] is the interpreter's [`Tier`](sox_vm::Tier). It takes what the interpreter has learned about a function, has it lowered
//! ([`sox_lower`]) and compiled on a thread beside the program, and enters the code when it is there.

#![forbid(unsafe_code)]

mod compile;
mod guest;
mod tier;

pub use tier::{Config, Jit};
