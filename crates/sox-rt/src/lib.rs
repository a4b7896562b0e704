//! The Sox runtime that interpreter, compiled code and executables share: values, objects, strings, tables, texts.
//!
//! A [`Runtime`] owns the heap. Objects are reached through [`heap::Gc`] handles and change through cells; where handles may
//! be kept is [`heap::Heap`]'s rule. The modules below `layout` alone contain unsafe code: they say how objects lie in memory,
//! which compiled code knows, too.

#![deny(unsafe_code)]

pub mod layout;
pub mod number;
mod runtime;
mod text;

pub use layout::{
    Array, BoundMethod, BoxCell, Boxable, Buffer, Class, Closure, ClosureInfo, Coroutine, ErrorObject, Fiber,
    File, Frame, Index, Instance, Interface, Iter, ModuleObject, Native, Progress, Range, Shape, Str, Table,
    Tag, Trace, Value, WINDOW, Window,
};
pub use runtime::{Runtime, TooLong};
