//! C declarations: a parser for the part of C that describes functions, the types it yields, and a printer back to C.

mod base;
mod declarations;
mod error;
mod lex;
mod parse;
mod print;
mod prototype;
mod scope;
mod ty;

pub use abi::RecordKind;
pub use base::{Base, StdName};
pub use declarations::Declarations;
pub use error::{DeclError, DeclErrorKind, TyError};
pub use prototype::{Prototype, PrototypeBuilder};
pub use ty::{Array, FieldTy, FunctionTy, MAX_DEPTH, MAX_NODES, Param, Pointer, RecordTy, Tag, Ty};
