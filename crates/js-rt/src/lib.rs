//! The JavaScript runtime that every tier shares: values, strings, symbols, BigInts, shapes, objects, and what is in them.
//!
//! An [`Rt`] owns the heap of an isolate. Objects are reached through [`heap::Gc`] handles and change through cells; where
//! handles, [`Value`]s and [`PropertyKey`]s may be kept is [`heap::Heap`]'s rule. Nothing here runs JavaScript code: whatever
//! could is an abstract operation of the virtual machine. Modules below `layout` alone contain unsafe code: they say how
//! objects lie in memory, which compiled code knows, too.

#![deny(unsafe_code)]

mod class;
mod descriptor;
mod dictionary;
mod element_type;
mod elements;
mod integrity;
mod layout;
mod math_op;
mod names;
mod note;
pub mod number;
mod objects;
mod own;
mod rt;
mod strings;
mod text;

pub use class::{Attrs, Class, Elements, Flags};
pub use descriptor::{Own, PropertyDescriptor, Verdict, validate};
pub use element_type::{ElementType, from_half, to_half};
pub use layout::*;
pub use math_op::MathOp;
pub use names::{Names, Symbols};
pub use note::Note;
pub use objects::DEFAULT_INLINE;
pub use rt::Rt;
pub use strings::{MAX_STRING_LENGTH, StringError};
pub use text::StringBuilder;

pub use heap::{Config, Gc, Heap, OutOfMemory, Tracer};
pub use num_bigint;
