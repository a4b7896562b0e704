//! Dates as text, in tokens.

use super::keyword::{Keyword, keyword};
use crate::units::is_white_space;
use js_rt::StrView;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Digits: their value (of the first nine that are significant) and how many there are.
    Number(i64, usize),
    /// One of `:` `-` `+` `.` `)`.
    Symbol(u8),
    /// Letters: what they mean and how many there are.
    Word(Keyword, usize),
    /// A single one.
    WhiteSpace,
    /// Anything else, and text in parentheses.
    Unknown,
    /// Nothing more.
    End,
}

impl Token {
    /// Whether it is a number of so many digits; its value.
    pub(super) fn digits(self, count: usize) -> Option<i64> {
        match self {
            Token::Number(value, length) if length == count => Some(value),
            _ => None,
        }
    }

    /// 1 or -1 for a sign.
    pub(super) fn sign(self) -> Option<i64> {
        match self {
            Token::Symbol(b'+') => Some(1),
            Token::Symbol(b'-') => Some(-1),
            _ => None,
        }
    }

    /// Whether it is the letter `Z`.
    pub(super) fn is_z(self) -> bool {
        matches!(self, Token::Word(Keyword::Zone(_), 1))
    }
}

/// Reads tokens, the next of which can be looked at.
pub(super) struct Scanner<'a> {
    text: StrView<'a>,
    at: usize,
    next: Token,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: StrView<'a>) -> Scanner<'a> {
        let mut scanner = Scanner { text, at: 0, next: Token::End };
        scanner.next = scanner.scan();
        scanner
    }

    pub(super) fn peek(&self) -> Token {
        self.next
    }

    pub(super) fn next(&mut self) -> Token {
        let next = self.scan();
        std::mem::replace(&mut self.next, next)
    }

    /// Passes a symbol if it comes next.
    pub(super) fn skip(&mut self, symbol: u8) -> bool {
        let found = self.next == Token::Symbol(symbol);
        if found {
            self.next();
        }
        found
    }

    fn byte(&self, at: usize) -> u8 {
        u8::try_from(self.text.at(at)).unwrap_or(0)
    }

    fn scan(&mut self) -> Token {
        if self.at >= self.text.len() {
            return Token::End;
        }
        let start = self.at;
        let (unit, byte) = (self.text.at(start), self.byte(start));
        if byte.is_ascii_digit() {
            return self.number();
        }
        self.at += 1;
        match byte {
            b':' | b'-' | b'+' | b'.' | b')' => Token::Symbol(byte),
            b'(' => {
                self.skip_parentheses();
                Token::Unknown
            }
            _ if is_white_space(unit) => Token::WhiteSpace,
            _ if unit >= u16::from(b'A') => self.word(start),
            _ => Token::Unknown,
        }
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        let (mut value, mut significant) = (0, 0);
        while self.byte(self.at).is_ascii_digit() {
            let digit = i64::from(self.byte(self.at) - b'0');
            if significant > 0 || digit > 0 {
                significant += 1;
            }
            if significant <= 9 {
                value = value * 10 + digit;
            }
            self.at += 1;
        }
        Token::Number(value, self.at - start)
    }

    fn word(&mut self, start: usize) -> Token {
        let is_part = |unit: u16| unit >= u16::from(b'A') && !is_white_space(unit);
        while self.at < self.text.len() && is_part(self.text.at(self.at)) {
            self.at += 1;
        }
        // No word that means something has more than three letters, or is told by more.
        let letters = (start..self.at).take(4).map(|at| char::from(self.byte(at).to_ascii_lowercase()));
        Token::Word(keyword(&letters.collect::<String>()), self.at - start)
    }

    /// Passes what is in parentheses, the first of which was read.
    fn skip_parentheses(&mut self) {
        let mut depth = 1;
        while depth > 0 && self.at < self.text.len() {
            match self.byte(self.at) {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}
