//! A small scanner for Rust source: just enough tokens to tell code from comments and literals.

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifier or keyword.
    Ident,
    /// String, byte string, C string, character, byte, number or lifetime: never looked into.
    Literal,
    /// One punctuation character.
    Punct,
    /// A line or block comment, documentation included.
    Comment,
}

/// A piece of source text and the line it starts on, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text, delimiters included.
    pub(crate) text: &'a str,
    /// Line of its first character.
    pub(crate) line: usize,
}

impl Token<'_> {
    /// Whether this is the identifier or keyword `name`.
    pub(crate) fn is_ident(&self, name: &str) -> bool {
        self.kind == Kind::Ident && self.text == name
    }

    /// Whether this is the punctuation character `c`.
    pub(crate) fn is_punct(&self, c: char) -> bool {
        self.kind == Kind::Punct && self.text.starts_with(c)
    }
}

/// Splits `source` into tokens. Text that is not Rust still ends in some list of tokens: nothing panics.
pub(crate) fn scan(source: &str) -> Vec<Token<'_>> {
    let mut cursor = Cursor { source, pos: 0 };
    let mut line = 1;
    let mut tokens = Vec::new();
    while let Some(c) = cursor.peek() {
        let start = cursor.pos;
        let kind = cursor.token(c);
        let text = &source[start..cursor.pos];
        if let Some(kind) = kind {
            tokens.push(Token { kind, text, line });
        }
        line += text.matches('\n').count();
    }
    tokens
}

struct Cursor<'a> {
    source: &'a str,
    pos: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        &self.source[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn eat_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&accept) {
            self.bump();
        }
    }

    /// Consumes one token that starts with `c`; `None` for white space.
    fn token(&mut self, c: char) -> Option<Kind> {
        if c.is_whitespace() {
            self.eat_while(char::is_whitespace);
            return None;
        }
        if self.rest().starts_with("//") {
            self.eat_while(|c| c != '\n');
            return Some(Kind::Comment);
        }
        if self.rest().starts_with("/*") {
            self.block_comment();
            return Some(Kind::Comment);
        }
        Some(match c {
            '"' => self.string(),
            '\'' => self.quote(),
            c if c.is_ascii_digit() => self.number(),
            c if is_ident(c) => self.word(),
            _ => {
                self.bump();
                Kind::Punct
            }
        })
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.pos += 2;
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.pos += 2;
                if depth == 0 {
                    return;
                }
            } else if self.bump().is_none() {
                return;
            }
        }
    }

    /// A string literal whose opening quote is next.
    fn string(&mut self) -> Kind {
        self.bump();
        while let Some(c) = self.bump() {
            match c {
                '"' => break,
                '\\' => {
                    self.bump();
                }
                _ => {}
            }
        }
        Kind::Literal
    }

    /// A raw string whose hashes or opening quote are next.
    fn raw_string(&mut self) -> Kind {
        let start = self.pos;
        self.eat_while(|c| c == '#');
        let close = format!("\"{}", &self.source[start..self.pos]);
        self.bump();
        match self.rest().find(&close) {
            Some(at) => self.pos += at + close.len(),
            None => self.pos = self.source.len(),
        }
        Kind::Literal
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) -> Kind {
        self.bump();
        let mut ahead = self.rest().chars();
        let (first, second) = (ahead.next(), ahead.next());
        if first == Some('\\') {
            self.bump();
            self.bump();
            self.eat_while(|c| c != '\'' && c != '\n');
            self.bump();
        } else if second == Some('\'') {
            self.bump();
            self.bump();
        } else {
            self.eat_while(is_ident);
        }
        Kind::Literal
    }

    fn number(&mut self) -> Kind {
        self.eat_while(is_ident);
        let mut ahead = self.rest().chars();
        if ahead.next() == Some('.') && ahead.next().is_some_and(|c| c.is_ascii_digit()) {
            self.bump();
            self.eat_while(is_ident);
        }
        Kind::Literal
    }

    /// An identifier, a keyword, or a literal with a letter prefix.
    fn word(&mut self) -> Kind {
        let start = self.pos;
        self.eat_while(is_ident);
        let word = &self.source[start..self.pos];
        let next = self.peek();
        let raw_quote = self.rest().trim_start_matches('#').starts_with('"');
        match (word, next) {
            ("r" | "br" | "cr", Some('"' | '#')) if raw_quote => self.raw_string(),
            ("b" | "c", Some('"')) => self.string(),
            ("b", Some('\'')) => self.quote(),
            ("r", Some('#')) => {
                self.bump();
                self.eat_while(is_ident);
                Kind::Ident
            }
            _ => Kind::Ident,
        }
    }
}

fn is_ident(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::{Kind, scan};

    fn kinds(source: &str) -> Vec<(Kind, &str)> {
        scan(source).into_iter().map(|t| (t.kind, t.text)).collect()
    }

    #[test]
    fn comments_and_literals_swallow_what_is_in_them() {
        use Kind::{Comment, Ident, Literal, Punct};
        let source = "a /* b /* c */ d */ \"e \\\" f\" r#\"g \" h\"# b'i' 'j' '\\'' // k\nl";
        let expected = [
            (Ident, "a"),
            (Comment, "/* b /* c */ d */"),
            (Literal, "\"e \\\" f\""),
            (Literal, "r#\"g \" h\"#"),
            (Literal, "b'i'"),
            (Literal, "'j'"),
            (Literal, "'\\''"),
            (Comment, "// k"),
            (Ident, "l"),
        ];
        assert_eq!(kinds(source), expected);
        assert_eq!(kinds("&'a str"), [(Punct, "&"), (Literal, "'a"), (Ident, "str")]);
    }

    #[test]
    fn prefixes_and_numbers_end_where_they_should() {
        use Kind::{Ident, Literal, Punct};
        assert_eq!(kinds("r#type"), [(Ident, "r#type")]);
        assert_eq!(kinds("br##\"x\"#\"##y"), [(Literal, "br##\"x\"#\"##"), (Ident, "y")]);
        assert_eq!(kinds("c\"s\" cr\"t\""), [(Literal, "c\"s\""), (Literal, "cr\"t\"")]);
        assert_eq!(kinds("0..1.5"), [(Literal, "0"), (Punct, "."), (Punct, "."), (Literal, "1.5")]);
        assert_eq!(kinds("'\\u{1F600}'x"), [(Literal, "'\\u{1F600}'"), (Ident, "x")]);
    }

    #[test]
    fn lines_are_counted_through_multi_line_tokens() {
        let lines: Vec<usize> = scan("a\n/* \n */ b\n\"\n\n\" c").iter().map(|t| t.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 6]);
    }

    #[test]
    fn unfinished_text_ends_without_a_panic() {
        for source in ["\"abc", "r#\"abc", "/* abc", "'", "b'", "r#", "'\\", "1."] {
            assert!(!scan(source).is_empty(), "{source}");
        }
    }
}
