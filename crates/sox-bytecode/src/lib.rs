//! Sox bytecode: what the front end makes and every tier reads.
//!
//! [`compile()`] turns a resolved tree into a [`Module`] of [`Function`]s, [`verify()`] checks one that came from elsewhere,
//! [`disassemble()`] prints one, and [`cache`] stores one in a file. The opcodes are declared in [`for_each_op`] and nowhere else.

#![forbid(unsafe_code)]

mod assembler;
pub mod cache;
mod compile;
mod disassemble;
pub mod feedback;
mod function;
mod inst;
mod ops;
mod verify;

pub use compile::{Globals, Source, TooComplex, compile};
pub use disassemble::{disassemble, disassemble_function};
pub use function::{Capture, Constant, Function, Handler, InterfaceInfo, Kind, Module, Variable};
pub use inst::{Effect, Imm, Inst, Op, Operand};
pub use verify::{Fault, verify};
