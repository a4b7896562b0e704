//! 22.2.1 Patterns and 22.2.2 Pattern Semantics: from text to instructions, and these at work.
//!
//! A pattern is parsed by oxc, which knows all early errors, compiled to instructions of a backtracking machine
//! ([`program`]), and executed on units of 8 or 16 bits ([`Pattern::execute`]). The machine has a stack of its own, whose size is
//! bounded, and asks its [`Host`] now and then whether to go on: no pattern can hang or crash it. There is no isolate and no heap here.

#![forbid(unsafe_code)]

mod case;
mod classes;
mod compile;
mod first;
mod matcher;
pub mod program;
mod property;
mod set;
mod source;
mod tier;

pub use compile::compile;
pub use first::{First, Units};
pub use matcher::NONE;
pub use program::Program;
pub use tier::{Found, Pattern, Search, Tier};

/// Units of a string, in a row.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// Units below 256.
    Latin1(&'a [u8]),
    /// Any units.
    Utf16(&'a [u16]),
}

/// Who has patterns matched.
pub trait Host {
    /// Some hundred steps were made: whether to go on.
    fn poll(&self) -> bool;

    /// What the pattern is called where people read it.
    fn name(&self) -> String;
}

/// Why a match was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The host wants no more of it.
    Host,
    /// There is too much to go back to.
    TooDeep,
}

/// The flags that a pattern's meaning depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatternFlags {
    /// `i`
    pub ignore_case: bool,
    /// `m`
    pub multiline: bool,
    /// `s`
    pub dot_all: bool,
    /// `u`
    pub unicode: bool,
    /// `v`
    pub unicode_sets: bool,
}

impl PatternFlags {
    /// HasEitherUnicodeFlag
    pub fn either_unicode(self) -> bool {
        self.unicode || self.unicode_sets
    }
}
