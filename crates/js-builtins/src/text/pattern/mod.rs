//! 22.2.1 Patterns and 22.2.2 Pattern Semantics: from text to instructions, and these at work.
//!
//! A pattern is parsed by oxc, which knows all early errors, compiled to instructions of a backtracking machine
//! ([`program`]), and executed on units of 8 or 16 bits ([`matcher`]). The machine has a stack of its own, whose size is bounded,
//! and looks at the isolate's deadline now and then: no pattern can hang or crash it.

mod case;
mod classes;
mod compile;
mod first;
mod matcher;
mod program;
mod property;
mod set;
mod source;

pub(super) use compile::compile;
pub(super) use matcher::NONE;
pub(super) use program::Program;

/// The flags that a pattern's meaning depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PatternFlags {
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) dot_all: bool,
    pub(super) unicode: bool,
    pub(super) unicode_sets: bool,
}

impl PatternFlags {
    /// HasEitherUnicodeFlag
    pub(super) fn either_unicode(self) -> bool {
        self.unicode || self.unicode_sets
    }
}
