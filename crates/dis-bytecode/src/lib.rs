//! Dis bytecode: what Inferno's Limbo compiler makes and every tier reads.
//!
//! [`read()`] turns the bytes of a `.dis` file into a [`Module`], [`write()`] a module into bytes. [`assemble()`] and
//! [`disassemble()`] do the same with text. [`word_size`] finds out for which of the two machines a module was made, and
//! [`verify()`] checks it for that machine and says what tiers may rely on. [`Symbols`] are what a compiler says about a module's source. The opcodes are declared in [`for_each_op`] and
//! nowhere else.

#![forbid(unsafe_code)]

mod assemble;
mod disassemble;
mod inst;
mod module;
mod ops;
mod raw;
mod read;
#[doc(hidden)]
pub mod samples;
mod symbols;
mod verify;
pub mod word_size;
mod write;

pub use assemble::{Assembled, assemble};
pub use disassemble::{disassemble, disassemble_inst};
pub use inst::{Access, Effect, Flow, Inst, Kind, Middle, Op, Operand, Role};
pub use module::{Catch, DataItem, DataValue, Export, Handler, Import, Module, TypeDesc, WordSize, flags};
pub use raw::RawInst;
pub use read::{ReadError, Section, read};
pub use symbols::{Source, SymbolError, Symbols};
pub use verify::{Check, Facts, Fault, Function, Initial, Place, Table, verify};
pub use write::{OPERAND_MAX, OPERAND_MIN, write};
