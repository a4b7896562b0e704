//! Searches by the interpreter and by machine code, side by side.

use js_regexp::{Found, Host, Pattern, PatternFlags, Search, Text, compile};
use js_regexp_jit::{Config, Native};
use std::cell::Cell;
use std::sync::Arc;
use tiering::Trace;

/// Gives up after so many looks.
pub(crate) struct Patient(pub(crate) Cell<u32>);

impl Host for Patient {
    fn poll(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }

    fn name(&self) -> String {
        "test".to_owned()
    }
}

/// Both ways.
pub(crate) struct Both {
    pub(crate) native: Native,
    pub(crate) trace: Arc<Trace>,
}

impl Both {
    pub(crate) fn new() -> Both {
        let trace = Arc::new(Trace::new());
        Both { native: Native::new(Config::eager(), Arc::clone(&trace)), trace }
    }

    /// What a search finds in machine code. None: there is none.
    pub(crate) fn native(
        &self,
        pattern: &Pattern,
        text: Text<'_>,
        at: usize,
        sticky: bool,
        polls: u32,
    ) -> (Found, bool) {
        let host = Patient(Cell::new(polls));
        let before = self.native.runs();
        let found = pattern.execute(Some(&self.native), Search { host: &host, text, at, sticky });
        (found, self.native.runs() > before)
    }

    /// Checks that a search finds the same both ways; what that is. Searches that take too long in either count for nothing.
    #[track_caller]
    pub(crate) fn check(&self, pattern: &Pattern, text: Text<'_>, at: usize, sticky: bool) -> Found {
        const POLLS: u32 = 2_000;
        let host = Patient(Cell::new(POLLS));
        let plain = pattern.execute(None, Search { host: &host, text, at, sticky });
        let (native, _) = self.native(pattern, text, at, sticky, POLLS);
        if plain.is_ok() && native.is_ok() {
            assert_eq!(plain, native, "at {at} of {text:?}, sticky: {sticky}");
        }
        plain
    }
}

/// The flags of a text.
pub(crate) fn flags(text: &str) -> PatternFlags {
    let has = |flag: char| text.contains(flag);
    PatternFlags {
        ignore_case: has('i'),
        multiline: has('m'),
        dot_all: has('s'),
        unicode: has('u'),
        unicode_sets: has('v'),
    }
}

/// A pattern with flags; none if it is no pattern.
pub(crate) fn pattern(source: &str, with: &str) -> Option<Pattern> {
    let units: Vec<u16> = source.encode_utf16().collect();
    compile(&units, flags(with)).ok().map(Pattern::new)
}
