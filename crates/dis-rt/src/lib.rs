//! Memory of the Dis machine.
//!
//! An instance of the machine has one flat space of bytes, [`Memory`]. Addresses are 32-bit offsets into it, for both word sizes:
//! an 8-byte slot holds one sign-extended, so nil is all ones in either. Whatever a program does with an address, it cannot leave its
//! instance's space, and growing may move the space since nobody holds pointers of the host into it.
//!
//! [`Heap`] keeps objects there, each behind a header of 16 bytes: references, type, size, and a word that depends on the type.
//! References are counted and objects released with the last one; the types' pointer maps say where references lie
//! ([`types`]). [`Heap::find`] leads from any address to the object around it, which is how uncounted addresses are checked.

#![forbid(unsafe_code)]

pub mod array;
mod collect;
mod heap;
mod memory;
mod pages;
mod string;
pub mod types;
pub mod utf8;

pub use array::Slice;
pub use heap::{Dead, Heap, OutOfMemory, channel, list, module};
pub use memory::{Addr, Memory, NIL};
pub use types::{Type, TypeId, Types};
