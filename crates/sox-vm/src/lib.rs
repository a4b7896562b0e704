//! Executes Sox: an interpreter for its bytecode, with the functions that programs find there.
//!
//! A [`Vm`] has a heap and any number of modules. [`Vm::compile`] turns a text into a module, [`Vm::run`] executes it. Programs
//! cannot use more memory, time or stack than [`Options`] give them; whatever they do, the answer is a value or an [`Error`].

#![forbid(unsafe_code)]

mod cached;
mod call;
mod code;
mod error;
mod import;
mod natives;
mod object;
mod op;
mod ops;
mod run;
mod session;
mod state;
mod step;
mod testing;
mod tier;
mod vm;

pub use error::{Failure, Stop};
pub use session::{Program, Session};
pub use testing::Outcome;
pub use tier::{DEAD, Entered, LEFT, Left, MainFiber, THREW, THROWN, Tier};
pub use vm::{CompileErrors, Error, Options, Vm};
