//! Words of assembler text, line by line, each with its column.

use diagnostics::Finding;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name: letters, digits, `_` and `.`, the first no digit.
    Name(String),
    /// A whole number, with its text.
    Int(i128),
    /// A number with a point or an exponent.
    Real(f64),
    /// A string, unescaped.
    Text(Vec<u8>),
    /// One of `, : ( ) $ -`.
    Mark(char),
}

/// A word with its place.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) column: u32,
    pub(crate) token: Token,
}

/// A finding about a place.
pub(crate) fn finding(line: u32, column: u32, message: impl Into<String>, label: &str) -> Finding {
    Finding { line, column, message: message.into(), label: label.into() }
}

/// The words of a line; `#` begins a comment.
pub(crate) fn words(number: u32, line: &str) -> Result<Vec<Word>, Finding> {
    let mut chars = Chars { line: line.chars().collect(), at: 0, number };
    let mut words = Vec::new();
    while let Some(c) = chars.peek() {
        let column = chars.column();
        if c == '#' {
            break;
        }
        if c.is_whitespace() {
            chars.at += 1;
            continue;
        }
        let token = match c {
            '"' => Token::Text(chars.text()?),
            ',' | ':' | '(' | ')' | '$' => chars.mark(c),
            '-' | '+' if !chars.peek_at(1).is_some_and(|c| c.is_ascii_digit()) => chars.mark(c),
            '-' | '+' | '0'..='9' => chars.number()?,
            c if c.is_alphabetic() || matches!(c, '_' | '.') => Token::Name(chars.run()),
            c => {
                return Err(finding(
                    number,
                    column,
                    format!("the character {c:?} means nothing here"),
                    "here",
                ));
            }
        };
        words.push(Word { column, token });
    }
    Ok(words)
}

struct Chars {
    line: Vec<char>,
    at: usize,
    number: u32,
}

impl Chars {
    fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.line.get(self.at + ahead).copied()
    }

    fn column(&self) -> u32 {
        self.at as u32 + 1
    }

    fn mark(&mut self, c: char) -> Token {
        self.at += 1;
        Token::Mark(c)
    }

    fn run(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
            self.at += 1;
        }
        self.line[start..self.at].iter().collect()
    }

    fn number(&mut self) -> Result<Token, Finding> {
        let column = self.column();
        let sign = if self.peek() == Some('-') { "-" } else { "" };
        if matches!(self.peek(), Some('-' | '+')) {
            self.at += 1;
        }
        let mut text = self.run();
        let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).map(str::to_owned);
        if hex.is_none() && text.ends_with(['e', 'E']) && matches!(self.peek(), Some('-' | '+')) {
            text.push(self.line[self.at]);
            self.at += 1;
            text.push_str(&self.run());
        }
        let wrong = |_| finding(self.number, column, format!("{sign}{text} is not a number"), "here");
        if let Some(hex) = hex {
            let value = i128::from_str_radix(&hex, 16).map_err(|_| wrong(()))?;
            return Ok(Token::Int(if sign == "-" { -value } else { value }));
        }
        let whole = format!("{sign}{text}");
        if text.contains(['.', 'e', 'E']) {
            return whole.parse().map(Token::Real).map_err(|_| wrong(()));
        }
        whole.parse().map(Token::Int).map_err(|_| wrong(()))
    }

    fn text(&mut self) -> Result<Vec<u8>, Finding> {
        let start = self.column();
        let mut out = Vec::new();
        self.at += 1;
        loop {
            let column = self.column();
            let c = self.peek();
            self.at += 1;
            match c {
                None => {
                    return Err(finding(
                        self.number,
                        start,
                        "the string has no end on its line",
                        "begins here",
                    ));
                }
                Some('"') => return Ok(out),
                Some('\\') => self.escape(column, &mut out)?,
                Some(c) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
    }

    fn escape(&mut self, column: u32, out: &mut Vec<u8>) -> Result<(), Finding> {
        let c = self.peek();
        self.at += 1;
        match c {
            Some('n') => out.push(b'\n'),
            Some('t') => out.push(b'\t'),
            Some(c @ ('"' | '\\')) => out.push(c as u8),
            Some('x') => {
                let digits: String = self.line.iter().skip(self.at).take(2).collect();
                self.at += 2;
                let byte = u8::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 2);
                out.push(
                    byte.ok_or_else(|| finding(self.number, column, "\\x takes two hex digits", "here"))?,
                );
            }
            _ => {
                return Err(finding(self.number, column, "there are \\n, \\t, \\\", \\\\ and \\xNN", "here"));
            }
        }
        Ok(())
    }
}
