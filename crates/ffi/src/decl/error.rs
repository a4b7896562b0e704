//! What can be wrong with a C declaration, and where.

use std::fmt;
use std::ops::Range;

/// A declaration that could not be read, with the place that shows why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclError {
    /// What is wrong.
    pub kind: DeclErrorKind,
    /// Byte range in the text that was parsed; empty at the end of the text.
    pub span: Range<usize>,
    /// Line of the first byte of the span, from 1.
    pub line: u32,
    /// Column of the first byte of the span in characters, from 1.
    pub column: u32,
}

/// The ways in which a declaration can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclErrorKind {
    /// A character that starts no C token.
    UnexpectedChar(char),
    /// A `/*` that is never closed.
    UnterminatedComment,
    /// A number that is malformed or does not fit 64 bits.
    BadNumber(String),
    /// Something else was expected here.
    Expected {
        /// What would have been right.
        expected: &'static str,
        /// The token that is there instead, or "end of text".
        found: String,
    },
    /// A name that is not a type known here.
    UnknownType(String),
    /// Type words that do not go together, such as `unsigned float`.
    BadSpecifiers(String),
    /// Legal C that this library does not do.
    Unsupported(&'static str),
    /// An attribute this library does not know, so that it cannot say whether it changes how the function is called.
    UnknownAttribute(String),
    /// A tag, typedef, member, enumerator or function declared twice with different meanings.
    Redeclared(String),
    /// The type is not complete, or cannot stand here.
    Type(TyError),
    /// A constant expression without a usable value.
    BadConstant(&'static str),
    /// Nested deeper than the parser goes.
    TooDeep,
    /// A second declaration, or none, where exactly one function was asked for.
    NotOneFunction,
}

/// A C type that cannot be used in the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TyError {
    /// `void` where a value is needed.
    Void,
    /// A struct, union or enum of which only the tag is known.
    Incomplete(String),
    /// An array without a length where its size matters.
    UnsizedArray,
    /// A function where a value is needed; its address can be passed, it cannot.
    Function,
    /// An array as a result; C has none.
    ArrayResult,
    /// Pointers, arrays, records and functions are nested deeper than [`super::MAX_DEPTH`].
    TooDeep,
    /// The type has more than [`super::MAX_NODES`] parts.
    TooLarge,
    /// The type cannot be passed under the convention.
    Abi(abi::TypeError),
}

impl fmt::Display for TyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TyError::Void => f.write_str("'void' is not a value"),
            TyError::Incomplete(tag) => write!(f, "'{tag}' is incomplete here: only its tag is declared"),
            TyError::UnsizedArray => f.write_str("the array has no length"),
            TyError::Function => f.write_str("a function is not a value, only a pointer to it is"),
            TyError::ArrayResult => f.write_str("a function cannot return an array"),
            TyError::TooDeep => write!(f, "the type is nested deeper than {} levels", super::MAX_DEPTH),
            TyError::TooLarge => write!(f, "the type has more than {} parts", super::MAX_NODES),
            TyError::Abi(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TyError {}

impl From<abi::TypeError> for TyError {
    fn from(error: abi::TypeError) -> TyError {
        TyError::Abi(error)
    }
}

impl fmt::Display for DeclErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeclErrorKind::UnexpectedChar(c) => write!(f, "unexpected character {c:?}"),
            DeclErrorKind::UnterminatedComment => f.write_str("the comment is never closed"),
            DeclErrorKind::BadNumber(text) => write!(f, "'{text}' is not a 64-bit integer constant"),
            DeclErrorKind::Expected { expected, found } => write!(f, "expected {expected}, found {found}"),
            DeclErrorKind::UnknownType(name) => write!(f, "unknown type '{name}'"),
            DeclErrorKind::BadSpecifiers(words) => write!(f, "'{words}' is not a type"),
            DeclErrorKind::Unsupported(what) => write!(f, "not supported: {what}"),
            DeclErrorKind::UnknownAttribute(name) => write!(f, "unknown attribute '{name}'"),
            DeclErrorKind::Redeclared(name) => write!(f, "'{name}' is already declared differently"),
            DeclErrorKind::Type(error) => error.fmt(f),
            DeclErrorKind::BadConstant(why) => write!(f, "bad constant expression: {why}"),
            DeclErrorKind::TooDeep => f.write_str("nested too deeply"),
            DeclErrorKind::NotOneFunction => {
                f.write_str("expected one function declaration and nothing else")
            }
        }
    }
}

impl DeclError {
    pub(crate) fn new(kind: DeclErrorKind, text: &str, span: Range<usize>) -> DeclError {
        let before = &text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        DeclError {
            kind,
            line: before.matches('\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
            span,
        }
    }

    /// The offending line of `text` (the text that was parsed) with carets under the span, in two lines.
    pub fn excerpt(&self, text: &str) -> String {
        let start = text.get(..self.span.start).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
        let line = text.get(start..).and_then(|t| t.lines().next()).unwrap_or("");
        let indent: String = (line.chars().take(self.column as usize - 1))
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let end = self.span.end.min(start + line.len());
        let width = text.get(self.span.start..end).map_or(1, |t| t.chars().count()).max(1);
        format!("    {line}\n    {indent}{}", "^".repeat(width))
    }
}

impl fmt::Display for DeclError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.kind)
    }
}

impl std::error::Error for DeclError {}
