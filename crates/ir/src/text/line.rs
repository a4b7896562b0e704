//! Reads the pieces that statements are made of from one line.

use super::error::{ParseError, ParseErrorKind, Pos};
use super::lexer::{Lexer, Short, Token};
use super::names::unescape;
use super::{MAX_LIST, float};
use crate::module::Signature;
use crate::types::Type;

pub(super) type Parsed<T> = Result<T, ParseError>;

/// A line being read from left to right.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    lexer: Lexer<'a>,
}

/// An integer literal as written.
pub(super) struct Integer<'a> {
    pub(super) negative: bool,
    /// The digits' value, `None` when it takes more than 64 bits.
    magnitude: Option<u64>,
    hex: bool,
    text: &'a str,
    pos: Pos,
}

impl Integer<'_> {
    /// The value when it lies in the range, else an error that calls the range `what`.
    pub(super) fn within(&self, least: i128, greatest: i128, what: &str) -> Parsed<i128> {
        let value = self.magnitude.map(|m| if self.negative { -i128::from(m) } else { i128::from(m) });
        value.filter(|v| (least..=greatest).contains(v)).ok_or_else(|| self.out_of_range(what))
    }

    pub(super) fn out_of_range(&self, what: &str) -> ParseError {
        let sign = if self.negative { "-" } else { "" };
        let literal = format!("{sign}{}", Short(self.text));
        ParseError { pos: self.pos, kind: ParseErrorKind::OutOfRange { literal, expected: what.to_string() } }
    }
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str, number: u32) -> Line<'a> {
        Line { lexer: Lexer::new(text, number) }
    }

    /// The token to be read next.
    pub(super) fn token(&self) -> Token<'a> {
        self.lexer.token
    }

    /// Where the next token starts.
    pub(super) fn pos(&self) -> Pos {
        self.lexer.pos
    }

    pub(super) fn advance(&mut self) -> Token<'a> {
        self.lexer.advance()
    }

    /// The error that `what` should stand here.
    pub(super) fn expected(&self, what: impl Into<String>) -> ParseError {
        let kind = match self.token() {
            Token::Unterminated => ParseErrorKind::UnterminatedString {},
            token => ParseErrorKind::Expected { what: what.into(), found: token.to_string() },
        };
        ParseError { pos: self.pos(), kind }
    }

    pub(super) fn eat(&mut self, mark: char) -> bool {
        let found = self.token() == Token::Mark(mark);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.token() == Token::Word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn mark(&mut self, mark: char) -> Parsed<()> {
        if self.eat(mark) { Ok(()) } else { Err(self.expected(format!("`{mark}`"))) }
    }

    pub(super) fn word(&mut self, word: &str) -> Parsed<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.expected(format!("`{word}`"))) }
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Parsed<()> {
        if self.token() == Token::End { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// The number of a word such as `v12` with this prefix, when the next token is one. Not read yet.
    pub(super) fn peek_entity(&self, prefix: &str) -> Option<&'a str> {
        let Token::Word(word) = self.token() else { return None };
        let digits = word.strip_prefix(prefix)?;
        (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
    }

    /// Reads a word such as `v12`.
    pub(super) fn entity(&mut self, prefix: &str, what: &str) -> Parsed<(u32, Pos)> {
        let Some(digits) = self.peek_entity(prefix) else { return Err(self.expected(what)) };
        let pos = self.pos();
        // u32::MAX stays free.
        let number = digits.parse::<u32>().ok().filter(|n| *n < u32::MAX).ok_or_else(|| {
            let literal = format!("{prefix}{}", Short(digits));
            ParseError {
                pos,
                kind: ParseErrorKind::OutOfRange { literal, expected: "a 32-bit number".into() },
            }
        })?;
        self.advance();
        Ok((number, pos))
    }

    /// Reads `@name`.
    pub(super) fn at_name(&mut self, what: &str) -> Parsed<(String, Pos)> {
        let pos = self.pos();
        let name = match self.token() {
            Token::Name(name) => name.to_string(),
            Token::QuotedName(raw) => unescape(raw).map_err(|kind| ParseError { pos, kind })?,
            _ => return Err(self.expected(what)),
        };
        self.advance();
        Ok((name, pos))
    }

    /// Reads the name of an alias class.
    pub(super) fn class_name(&mut self) -> Parsed<(String, Pos)> {
        let pos = self.pos();
        let name = match self.token() {
            Token::Word(name) => name.to_string(),
            Token::Str(raw) => unescape(raw).map_err(|kind| ParseError { pos, kind })?,
            _ => return Err(self.expected("the name of an alias class")),
        };
        self.advance();
        Ok((name, pos))
    }

    /// Reads an integer literal, decimal or behind `0x`, with an optional minus sign.
    pub(super) fn integer(&mut self, what: &str) -> Parsed<Integer<'a>> {
        let pos = self.pos();
        let mut ahead = self.clone();
        let negative = ahead.eat('-');
        let Token::Number(text) = ahead.token() else { return Err(self.expected(what)) };
        let (digits, hex) = text.strip_prefix("0x").map_or((text, false), |digits| (digits, true));
        let radix = if hex { 16 } else { 10 };
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err(ahead.expected(what));
        }
        ahead.advance();
        *self = ahead;
        Ok(Integer { negative, magnitude: u64::from_str_radix(digits, radix).ok(), hex, text, pos })
    }

    /// Reads an unsigned 32-bit number.
    pub(super) fn u32(&mut self, what: &str) -> Parsed<u32> {
        let integer = self.integer(what)?;
        integer.within(0, i128::from(u32::MAX), "an unsigned 32-bit number").map(|v| v as u32)
    }

    /// Reads an unsigned 16-bit number.
    pub(super) fn u16(&mut self, what: &str) -> Parsed<u16> {
        let integer = self.integer(what)?;
        integer.within(0, i128::from(u16::MAX), "an unsigned 16-bit number").map(|v| v as u16)
    }

    /// Reads a signed 32-bit number; in hexadecimal the 32 bits as they are.
    pub(super) fn i32(&mut self, what: &str) -> Parsed<i32> {
        let integer = self.integer(what)?;
        let greatest = if integer.hex { i128::from(u32::MAX) } else { i128::from(i32::MAX) };
        integer.within(i32::MIN.into(), greatest, "a signed 32-bit integer").map(|v| v as i32)
    }

    fn i64(&mut self) -> Parsed<i64> {
        let integer = self.integer("an integer")?;
        let greatest = if integer.hex { i128::from(u64::MAX) } else { i128::from(i64::MAX) };
        integer.within(i64::MIN.into(), greatest, "a signed 64-bit integer").map(|v| v as i64)
    }

    fn u64(&mut self) -> Parsed<u64> {
        let integer = self.integer("an integer")?;
        integer.within(0, u64::MAX.into(), "an unsigned 64-bit integer").map(|v| v as u64)
    }

    fn float(&mut self) -> Parsed<u64> {
        let pos = self.pos();
        let mut ahead = self.clone();
        let sign = u64::from(ahead.eat('-')) << 63;
        let bits = match ahead.token() {
            Token::Number(text) => {
                float::parse_magnitude(text).map_err(|kind| ParseError { pos, kind })? | sign
            }
            Token::Word("inf") => f64::INFINITY.to_bits() | sign,
            Token::Word("nan") if sign == 0 => {
                ahead.advance();
                ahead.mark(':')?;
                return self.nan_bits(ahead);
            }
            _ => return Err(self.expected("a float, `inf` or `nan:` with its bits")),
        };
        ahead.advance();
        *self = ahead;
        Ok(bits)
    }

    fn nan_bits(&mut self, mut ahead: Line<'a>) -> Parsed<u64> {
        let (pos, token) = (ahead.pos(), ahead.token());
        let bits = ahead.u64()?;
        if !float::is_nan(bits) {
            return Err(ParseError { pos, kind: ParseErrorKind::NotNan { literal: token.to_string() } });
        }
        *self = ahead;
        Ok(bits)
    }

    /// Reads a constant of this type: its bits, sign-extended when it is an i32.
    pub(super) fn constant(&mut self, ty: Type) -> Parsed<u64> {
        match ty {
            Type::I32 => Ok(i64::from(self.i32("a 32-bit integer")?) as u64),
            Type::I64 => Ok(self.i64()? as u64),
            Type::F64 => self.float(),
            Type::Ptr | Type::Boxed => self.u64(),
            Type::Bool => match self.token() {
                Token::Word(word @ ("true" | "false")) => {
                    self.advance();
                    Ok(u64::from(word == "true"))
                }
                _ => Err(self.expected("`true` or `false`")),
            },
            // Two words, which `pair` reads.
            Type::Pair => Err(self.expected("a constant of one word")),
        }
    }

    /// Reads the words of a pair with a colon between them.
    pub(super) fn pair(&mut self) -> Parsed<(u64, u64)> {
        let first = self.constant(Type::I64)?;
        self.mark(':')?;
        Ok((first, self.constant(Type::I64)?))
    }

    /// The type named by the next token, when it is one. Not read yet.
    pub(super) fn peek_type(&self) -> Option<Type> {
        match self.token() {
            Token::Word(word) => Type::from_name(word),
            _ => None,
        }
    }

    /// Reads a type.
    pub(super) fn ty(&mut self) -> Parsed<Type> {
        let ty = self.peek_type().ok_or_else(|| {
            let names = Type::ALL.map(Type::name).join(", ");
            self.expected(format!("a type ({names})"))
        })?;
        self.advance();
        Ok(ty)
    }

    /// Reads `(types) -> types throws`. After the arrow the list goes on as long as types follow commas.
    pub(super) fn signature(&mut self) -> Parsed<Signature> {
        let mut signature = Signature::default();
        self.mark('(')?;
        while self.token() != Token::Mark(')') {
            if !signature.params.is_empty() {
                self.mark(',')?;
            }
            check_room(signature.params.len(), "parameters", self.pos())?;
            signature.params.push(self.ty()?);
        }
        self.advance();
        if self.token() == Token::Arrow {
            self.advance();
            signature.results.push(self.ty()?);
            while let Some(mut ahead) = self.after_comma().filter(|ahead| ahead.peek_type().is_some()) {
                check_room(signature.results.len(), "results", ahead.pos())?;
                signature.results.push(ahead.ty()?);
                *self = ahead;
            }
        }
        signature.throws = self.eat_word("throws");
        Ok(signature)
    }

    /// What follows the comma that stands here.
    fn after_comma(&self) -> Option<Line<'a>> {
        let mut ahead = self.clone();
        ahead.eat(',').then_some(ahead)
    }
}

/// Refuses to make a list longer than 16-bit numbers can count.
pub(super) fn check_room(len: usize, what: &'static str, pos: Pos) -> Parsed<()> {
    if len < MAX_LIST { Ok(()) } else { Err(ParseError { pos, kind: ParseErrorKind::TooMany { what } }) }
}
