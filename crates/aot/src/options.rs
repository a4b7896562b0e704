//! What a caller may choose.

use ir::Func;
use std::collections::BTreeSet;

/// Which functions C code can call, and other objects can name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exports {
    /// Every one.
    #[default]
    All,
    /// These.
    Only(BTreeSet<Func>),
}

impl Exports {
    /// Whether a function is among them.
    pub fn contains(&self, func: Func) -> bool {
        match self {
            Exports::All => true,
            Exports::Only(functions) => functions.contains(&func),
        }
    }
}

/// Where `spandrel_abort`, `spandrel_trap` and `spandrel_stack_overflow` are. One object of a program defines them; an object
/// of an empty module will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Support {
    /// In this object.
    #[default]
    Define,
    /// In another one.
    Import,
}

/// What a caller may choose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How functions are compiled. Listings are not kept.
    pub codegen: codegen::Options,
    /// Which functions can be called from outside.
    pub exports: Exports,
    /// Where the shared code is.
    pub support: Support,
}
