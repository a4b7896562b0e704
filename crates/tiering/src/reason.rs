//! The tables of reasons: why code was not made, not kept, or left. Names are stable: tools and tests match on them.

use std::fmt;

macro_rules! reasons {
    ($(#[$doc:meta])* $enum:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum { $($(#[$vdoc])* $variant,)* }

        impl $enum {
            /// Every reason, in the order of the table.
            pub const ALL: &'static [$enum] = &[$($enum::$variant,)*];

            /// The stable name.
            pub const fn code(self) -> &'static str {
                match self { $($enum::$variant => $code,)* }
            }

            /// The reason with this stable name.
            pub fn from_code(code: &str) -> Option<$enum> {
                match code { $($code => Some($enum::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

reasons! {
    /// Why a function was not compiled. A tier may decline, never diverge.
    Decline {
        /// More instructions than the code generator takes.
        TooLarge = "too-large";
        /// More values carried around loops than the register allocator takes in linear time.
        TooManyLoopValues = "too-many-loop-values";
        /// More stack than the stack limit's margin covers.
        FrameTooLarge = "frame-too-large";
        /// A signature, operation or type the code generator does not have.
        Unsupported = "unsupported";
        /// A runtime call with more results than C returns.
        RuntimeResults = "runtime-results";
        /// The IR is not well formed: a bug of whoever lowered to it.
        Malformed = "malformed";
        /// The back end refused: its own limits, or a bug of ours.
        Backend = "backend";
        /// The compiler failed: a bug of ours.
        Internal = "internal";
        /// A symbol that nobody binds to an address.
        Unbound = "unbound-symbol";
        /// Executable memory is full, or the system gives none.
        CodeMemory = "code-memory";
        /// The budget for code is used up.
        Budget = "code-budget";
        /// The guest has nothing to compile for this function.
        NoBody = "no-body";
        /// It would gain too little: much of it would be done by the interpreter anyway.
        Gain = "gain";
    }
}

reasons! {
    /// Why finished code was thrown away before it was installed.
    Discard {
        /// Another version was asked for meanwhile.
        Superseded = "superseded";
        /// What the code was compiled for no longer holds.
        Invalidated = "invalidated";
        /// The function is gone.
        Gone = "gone";
        /// The engine is shutting down.
        Shutdown = "shutdown";
    }
}

reasons! {
    /// What a trap code means; codes from [`TrapKind::GUEST`] on are the guest's own.
    TrapKind {
        /// Integer division by zero.
        DivisionByZero = "division-by-zero";
        /// Code that cannot be reached was.
        Unreachable = "unreachable";
    }
}

impl TrapKind {
    /// The first trap code that guests number themselves.
    pub const GUEST: u16 = 256;

    /// The meaning of a trap code, when it is one of ours.
    pub fn of(code: u16) -> Option<TrapKind> {
        TrapKind::ALL.get(usize::from(code)).copied()
    }

    /// The trap code.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

/// A guest's table of the reasons its guards leave for: what IR calls `reason N` is entry N.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeoptTable {
    names: Vec<&'static str>,
}

impl DeoptTable {
    /// The most reasons a table can have: IR numbers them with 16 bits.
    pub const MAX: usize = 1 << 16;

    /// A table of stable names.
    ///
    /// # Panics
    /// When two names are the same, one is empty, or there are more than [`DeoptTable::MAX`]: a mistake in the guest's source.
    pub fn new(names: &[&'static str]) -> DeoptTable {
        assert!(names.len() <= DeoptTable::MAX, "a table of {} reasons", names.len());
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        let repeated = sorted.windows(2).find(|pair| pair[0] == pair[1]);
        assert!(
            repeated.is_none() && !names.contains(&""),
            "deopt reason {repeated:?} is not a name of its own"
        );
        DeoptTable { names: names.to_vec() }
    }

    /// The name of reason `number`; `reason-N` when the table has none.
    pub fn name(&self, number: u16) -> String {
        self.names
            .get(usize::from(number))
            .map_or_else(|| format!("reason-{number}"), |name| (*name).to_owned())
    }

    /// The number of a name.
    pub fn number(&self, name: &str) -> Option<u16> {
        self.names.iter().position(|known| *known == name).map(|index| index as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_words_and_read_back() {
        fn check<T: Copy + PartialEq + fmt::Debug>(
            all: &[T],
            code: fn(T) -> &'static str,
            read: fn(&str) -> Option<T>,
        ) {
            for (i, reason) in all.iter().enumerate() {
                let text = code(*reason);
                assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{text}");
                assert_eq!(read(text), Some(*reason));
                assert!(all[..i].iter().all(|other| code(*other) != text), "{text} twice");
            }
            assert_eq!(read("no such reason"), None);
        }
        check(Decline::ALL, Decline::code, Decline::from_code);
        check(Discard::ALL, Discard::code, Discard::from_code);
        check(TrapKind::ALL, TrapKind::code, TrapKind::from_code);
    }

    #[test]
    fn trap_codes_are_those_of_the_ir() {
        assert_eq!(TrapKind::of(0), Some(TrapKind::DivisionByZero));
        assert_eq!(TrapKind::of(1), Some(TrapKind::Unreachable));
        assert_eq!(TrapKind::of(TrapKind::GUEST), None);
        assert!(TrapKind::ALL.iter().all(|kind| TrapKind::of(kind.number()) == Some(*kind)));
    }

    #[test]
    fn deopt_tables_name_what_they_know() {
        let table = DeoptTable::new(&["overflow", "shape"]);
        assert_eq!((table.name(1), table.name(2)), ("shape".to_owned(), "reason-2".to_owned()));
        assert_eq!((table.number("overflow"), table.number("x")), (Some(0), None));
    }

    #[test]
    #[should_panic(expected = "not a name of its own")]
    fn deopt_tables_refuse_repetitions() {
        DeoptTable::new(&["a", "b", "a"]);
    }
}
