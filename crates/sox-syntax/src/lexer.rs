//! Bytes to tokens.

use crate::ast::Span;
use crate::diagnostic::Kind;
use crate::escape;
use crate::token::{Token, TokenKind};

/// Something that is no token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) kind: Kind,
    /// Where.
    pub(crate) span: Span,
    /// The token that follows it or that it is in.
    pub(crate) before: usize,
}

/// Every token of a text, the last is [`TokenKind::End`], and what is none.
pub(crate) fn lex(source: &[u8]) -> (Vec<Token>, Vec<Fault>) {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), faults: Vec::new() };
    while lexer.token() != TokenKind::End {}
    (lexer.tokens, lexer.faults)
}

struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    tokens: Vec<Token>,
    faults: Vec<Fault>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn span(&self, start: usize) -> Span {
        Span { start: start as u32, end: self.at as u32 }
    }

    fn fault(&mut self, kind: Kind, start: usize) {
        let span = self.span(start);
        self.faults.push(Fault { kind, span, before: self.tokens.len() });
    }

    fn skip(&mut self, fits: impl Fn(u8) -> bool) {
        let rest = &self.source[self.at..];
        self.at += rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len());
    }

    /// Reads up to and including the next token.
    fn token(&mut self) -> TokenKind {
        let mut newline = false;
        loop {
            newline |= self.space();
            let start = self.at;
            let kind = match self.source.get(start) {
                None => Some(TokenKind::End),
                Some(first) => self.visible(*first),
            };
            if let Some(kind) = kind {
                let span = self.span(start);
                self.tokens.push(Token { kind, newline, span });
                return kind;
            }
        }
    }

    /// Skips white space and comments; whether a line ends there.
    fn space(&mut self) -> bool {
        let start = self.at;
        loop {
            self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            match (self.peek(0), self.peek(1)) {
                (b'/', b'/') => self.skip(|byte| byte != b'\n'),
                (b'/', b'*') => self.comment(),
                _ => break,
            }
        }
        self.source[start..self.at].contains(&b'\n')
    }

    /// A comment in `/* */`, with comments in it.
    fn comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.source.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.fault(Kind::UnterminatedComment, start);
    }

    /// The token that begins with this byte, if it is one.
    fn visible(&mut self, first: u8) -> Option<TokenKind> {
        let start = self.at;
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                Some(TokenKind::word(&self.source[start..self.at]))
            }
            b'0'..=b'9' => Some(self.number()),
            b'"' => self.string(),
            _ => {
                let (kind, length) = punctuation(first, self.peek(1));
                self.at += match kind {
                    Some(_) => length,
                    None => escape::character(first, &self.source[start..]),
                };
                if kind.is_none() {
                    self.fault(Kind::UnexpectedCharacter, start);
                }
                kind
            }
        }
    }

    fn number(&mut self) -> TokenKind {
        let start = self.at;
        if self.peek(0) == b'0' && self.peek(1) | 0x20 == b'x' {
            self.at += 2;
            self.skip(|byte| byte.is_ascii_hexdigit());
            if self.at == start + 2 {
                self.fault(Kind::HexadecimalNumber, start);
            }
            return TokenKind::Number;
        }
        self.skip(|byte| byte.is_ascii_digit());
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.skip(|byte| byte.is_ascii_digit());
        }
        let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
        if self.peek(0) | 0x20 == b'e' && self.peek(1 + sign).is_ascii_digit() {
            self.at += 1 + sign;
            self.skip(|byte| byte.is_ascii_digit());
        }
        TokenKind::Number
    }

    fn string(&mut self) -> Option<TokenKind> {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip(|byte| byte != b'"' && byte != b'\\');
            match self.source.get(self.at) {
                Some(b'"') => break,
                Some(_) if self.at + 1 < self.source.len() => self.at += 2,
                _ => {
                    self.at = self.source.len();
                    self.fault(Kind::UnterminatedString, start);
                    return None;
                }
            }
        }
        let before = self.tokens.len();
        let faults = &mut self.faults;
        escape::faults(&self.source[start + 1..self.at], |kind, at, length| {
            let start = (start + 1 + at) as u32;
            faults.push(Fault { kind, span: Span { start, end: start + length as u32 }, before });
        });
        self.at += 1;
        Some(TokenKind::String)
    }
}

/// The token that these bytes begin with, and its length.
fn punctuation(first: u8, second: u8) -> (Option<TokenKind>, usize) {
    use TokenKind::*;
    let kind = match (first, second) {
        (b'!', b'=') => BangEqual,
        (b'=', b'=') => EqualEqual,
        (b'<', b'=') => LessEqual,
        (b'>', b'=') => GreaterEqual,
        (b'.', b'.') => DotDot,
        _ => return (single(first), 1),
    };
    (Some(kind), 2)
}

fn single(byte: u8) -> Option<TokenKind> {
    use TokenKind::*;
    Some(match byte {
        b'(' => LeftParen,
        b')' => RightParen,
        b'{' => LeftBrace,
        b'}' => RightBrace,
        b'[' => LeftBracket,
        b']' => RightBracket,
        b',' => Comma,
        b'.' => Dot,
        b'-' => Minus,
        b'+' => Plus,
        b';' => Semicolon,
        b'/' => Slash,
        b'*' => Star,
        b'%' => Percent,
        b':' => Colon,
        b'#' => Hash,
        b'!' => Bang,
        b'=' => Equal,
        b'<' => Less,
        b'>' => Greater,
        _ => return None,
    })
}
