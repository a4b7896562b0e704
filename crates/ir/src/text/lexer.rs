//! Splits one line of the text form into tokens, one at a time.

use super::error::Pos;
use std::fmt;

/// A token; text is as written, quotes of strings not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A word: letters, digits, `_`, `.` and `$`, not starting with a digit.
    Word(&'a str),
    /// A number; whether its characters make sense is for the reader of the number to say.
    Number(&'a str),
    /// `@name`.
    Name(&'a str),
    /// `@"name"`, escapes not yet resolved.
    QuotedName(&'a str),
    /// `"text"`, escapes not yet resolved.
    Str(&'a str),
    /// A string without end.
    Unterminated,
    /// One of `, ( ) [ ] { } : = + -`, or a character that belongs nowhere.
    Mark(char),
    /// `->`.
    Arrow,
    /// The line is over.
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(text) | Token::Number(text) => write!(f, "`{}`", Short(text)),
            Token::Name(text) => write!(f, "`@{}`", Short(text)),
            Token::QuotedName(text) => write!(f, "`@\"{}\"`", Short(text)),
            Token::Str(text) => write!(f, "`\"{}\"`", Short(text)),
            Token::Unterminated => f.write_str("a string that is not closed"),
            Token::Mark(mark) => write!(f, "`{}`", mark.escape_debug()),
            Token::Arrow => f.write_str("`->`"),
            Token::End => f.write_str("the end of the line"),
        }
    }
}

/// Text cut to a length that fits a message.
pub(super) struct Short<'a>(pub(super) &'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(40) {
            Some((cut, _)) => write!(f, "{}...", &self.0[..cut]),
            None => f.write_str(self.0),
        }
    }
}

/// Whether the character may stand in a word or a plain name.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$')
}

/// Whether a word may start with the character.
pub(super) fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// The tokens of one line.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    /// What comes after the current token.
    rest: &'a str,
    /// Where `rest` starts.
    next: Pos,
    /// The current token.
    pub(super) token: Token<'a>,
    /// Where the current token starts.
    pub(super) pos: Pos,
}

impl<'a> Lexer<'a> {
    /// Starts with the first token of the line as the current one.
    pub(super) fn new(text: &'a str, line: u32) -> Lexer<'a> {
        let next = Pos { line, column: 1 };
        let mut lexer = Lexer { rest: text, next, token: Token::End, pos: next };
        lexer.advance();
        lexer
    }

    /// Goes to the next token and hands back the current one.
    pub(super) fn advance(&mut self) -> Token<'a> {
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\r']).len();
        self.take(blank);
        self.pos = self.next;
        let token = self.lex();
        std::mem::replace(&mut self.token, token)
    }

    fn lex(&mut self) -> Token<'a> {
        let Some(first) = self.rest.chars().next() else { return Token::End };
        match first {
            ';' => Token::End,
            '"' => self.string().map_or(Token::Unterminated, Token::Str),
            '@' if self.rest[1..].starts_with('"') => {
                self.take(1);
                self.string().map_or(Token::Unterminated, Token::QuotedName)
            }
            '@' => {
                let len = word_length(&self.rest[1..]);
                if len == 0 { self.mark(first) } else { Token::Name(&self.take(1 + len)[1..]) }
            }
            '-' if self.rest.starts_with("->") => {
                self.take(2);
                Token::Arrow
            }
            c if starts_word(c) => Token::Word(self.take(word_length(self.rest))),
            c if c.is_ascii_digit() => Token::Number(self.take(number_length(self.rest))),
            c => self.mark(c),
        }
    }

    fn mark(&mut self, c: char) -> Token<'a> {
        self.take(c.len_utf8());
        Token::Mark(c)
    }

    /// The inside of the string that starts here; without a closing quote the rest of the line is gone.
    fn string(&mut self) -> Option<&'a str> {
        let mut escaped = false;
        let close = self.rest.char_indices().skip(1).find(|(_, c)| {
            let closes = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        match close {
            Some((at, _)) => Some(&self.take(at + 1)[1..at]),
            None => {
                self.take(self.rest.len());
                None
            }
        }
    }

    /// Steps over this many bytes, which end between characters.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        self.next.column += taken.chars().count() as u32;
        taken
    }
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// A number runs on over word characters, and over a sign behind its exponent letter.
fn number_length(text: &str) -> usize {
    let exponent: [u8; 2] = if text.starts_with("0x") { *b"pP" } else { *b"eE" };
    let bytes = text.as_bytes();
    let goes_on = |at: usize| match bytes[at] {
        b'+' | b'-' => at > 0 && exponent.contains(&bytes[at - 1]),
        c => is_word(char::from(c)),
    };
    (0..bytes.len()).find(|at| !goes_on(*at)).unwrap_or(bytes.len())
}
