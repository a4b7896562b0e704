//! Sox source text to a syntax tree with resolved names, and every error at its place.
//!
//! Any bytes are fine: [`parse`] takes time linear in their number, recurses to a fixed depth only, and never panics.
#![forbid(unsafe_code)]

pub mod ast;
pub mod check;
mod diagnostic;
mod dump;
mod escape;
mod lexer;
mod lines;
mod number;
mod parser;
mod print;
pub mod random;
mod render;
mod scope;
mod token;

pub use diagnostic::{Diagnostic, Kind, Label, Place};
pub use dump::dump;
pub use lines::Lines;
pub use parser::{Mode, Parsed, Session, parse, parse_as, parse_repl};
pub use print::print;
pub use render::render;
