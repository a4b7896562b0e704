//! Call C functions and be called by them, with signatures described at run time.

pub mod decl;

pub use abi::Abi;
pub use decl::{DeclError, Declarations, Prototype};
