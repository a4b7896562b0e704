//! What the parser reports, and where.

use std::fmt;

/// A place in a text, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pos {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

impl fmt::Display for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Declares an enumeration of message kinds: variants with named fields, each with its message, so that no kind is
/// without one, and a list of the variants' names, so that tests can tell that they provoked every kind.
macro_rules! kinds {
    ($(#[$meta:meta])* $enum:ident {
        $($(#[$vmeta:meta])* $variant:ident { $($field:ident: $ty:ty),* } => $text:literal $(, $arg:expr)*;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the message beside each variant says what its fields are")]
        pub enum $enum {
            $($(#[$vmeta])* $variant { $($field: $ty),* },)*
        }

        impl $enum {
            /// The names of all variants.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($variant)),*];

            /// The name of this variant.
            pub fn name(&self) -> &'static str {
                match self { $($enum::$variant { .. } => stringify!($variant),)* }
            }
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($enum::$variant { $($field),* } => write!(f, $text $(, $arg)*),)*
                }
            }
        }
    };
}
pub(crate) use kinds;

kinds! {
    /// What the parser could not make sense of.
    ParseErrorKind {
        /// The text is longer than the parser takes.
        TooLarge { bytes: usize } => "the text has {bytes} bytes, at most {} are read", super::MAX_BYTES;
        /// Something else stands where the grammar wants `what`.
        Expected { what: String, found: String } => "expected {what}, found {found}";
        /// A string without its closing quote.
        UnterminatedString {} => "this string is not closed: expected `\"` before the end of the line";
        /// A backslash with something unknown behind it.
        BadEscape { escape: String } =>
            "unknown escape {escape}: expected \\\\, \\\", \\n, \\r, \\t or \\u{{...}} with a character's hexadecimal number";
        /// No op has this name.
        UnknownOp { name: String } => "there is no op `{name}`";
        /// The op works on several types and the text does not say which.
        MissingType { op: &'static str, types: String } => "`{op}` needs its type behind a dot, one of {types}";
        /// The op has no such suffix.
        UnexpectedSuffix { op: &'static str, suffix: String } => "`{op}` takes no suffix `.{suffix}`";
        /// A name that nothing defines.
        Undefined { what: &'static str, name: String } => "there is no {what} {name}{}", scope(what);
        /// A name that is defined already.
        Redefined { name: String, first: Pos } => "{name} is defined already, at {first}";
        /// A number that does not fit.
        OutOfRange { literal: String, expected: String } => "{literal} is out of range: expected {expected}";
        /// A hexadecimal float with more digits than a double holds.
        Inexact { literal: String } => "{literal} is not exactly a 64-bit float";
        /// The bits behind `nan:` are a number's.
        NotNan { literal: String } => "{literal} is not the bit pattern of a NaN";
        /// The names on the left are not as many as the results.
        ResultCount { op: &'static str, expected: usize, found: usize } =>
            "this `{op}` has {expected} result{}, but {found} stand before `=`", if *expected == 1 { "" } else { "s" };
        /// A list is too long for 16-bit numbers.
        TooMany { what: &'static str } => "too many {what}: at most {} are possible", super::MAX_LIST;
        /// An instruction before the first block of a function.
        OutsideBlock {} => "this instruction stands before the first block: expected `block0:` above it";
        /// A function without its closing brace.
        MissingBrace { name: String, opened: Pos } =>
            "the function {name} opened at {opened} is not closed: expected `}}` on a line of its own before this";
        /// The rest is not listed.
        TooManyErrors {} => "more than {} errors, the rest is not listed", super::MAX_ERRORS;
    }
}

fn scope(what: &str) -> &'static str {
    match what {
        "function" | "runtime entry" | "alias class" => " in this module",
        _ => " in this function",
    }
}

/// An error in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Where.
    pub pos: Pos,
    /// What.
    pub kind: ParseErrorKind,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pos, self.kind)
    }
}

impl std::error::Error for ParseError {}

/// Errors listed for one text; a last one says that there are more.
pub const MAX_ERRORS: usize = 10_000;

/// Collects errors up to the limit.
#[derive(Debug, Default)]
pub(super) struct Errors {
    list: Vec<ParseError>,
    dropped: bool,
}

impl Errors {
    pub(super) fn push(&mut self, pos: Pos, kind: ParseErrorKind) {
        self.add(ParseError { pos, kind });
    }

    pub(super) fn add(&mut self, error: ParseError) {
        if self.list.len() < MAX_ERRORS {
            self.list.push(error);
        } else {
            self.dropped = true;
        }
    }

    /// `good` when nothing was collected, else the errors in the order of the text.
    pub(super) fn finish<T>(mut self, good: T) -> Result<T, Vec<ParseError>> {
        if self.list.is_empty() {
            return Ok(good);
        }
        self.list.sort_by_key(|e| e.pos);
        if self.dropped {
            let pos = self.list[self.list.len() - 1].pos;
            self.list.push(ParseError { pos, kind: ParseErrorKind::TooManyErrors {} });
        }
        Err(self.list)
    }
}
