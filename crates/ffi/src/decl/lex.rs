//! Splits C declarations into tokens.

use super::error::{DeclError, DeclErrorKind};
use std::ops::Range;

/// One token; identifiers include keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tok<'a> {
    Ident(&'a str),
    Number(u64),
    Punct(&'static str),
    /// A string; only attributes have any, and none of those that matter reads it.
    Str,
    End,
}

/// A token and the bytes it came from.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) tok: Tok<'a>,
    pub(super) span: Range<usize>,
}

/// Longest first, so that the first match is the right one.
const PUNCTUATION: [&str; 29] = [
    "...", "<<", ">>", "->", "##", "(", ")", "[", "]", "{", "}", ";", ",", "*", "=", ":", "+", "-", "/", "%",
    "&", "|", "^", "~", "!", "<", ">", "?", ".",
];

/// All tokens of `text`, the last one being [`Tok::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, DeclError> {
    let mut out = Vec::new();
    let mut at = skip_blank(text, 0)?;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (tok, len) = if first.is_ascii_alphabetic() || first == '_' {
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Tok::Ident(&rest[..len]), len)
        } else if first.is_ascii_digit() {
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let value = number(&rest[..len]).ok_or_else(|| {
                DeclError::new(DeclErrorKind::BadNumber(rest[..len].to_owned()), text, at..at + len)
            })?;
            (Tok::Number(value), len)
        } else if let Some(body) = rest.strip_prefix('"') {
            let len = string_end(body).ok_or_else(|| bad_char(first, text, at))?;
            (Tok::Str, len + 1)
        } else if let Some(p) = PUNCTUATION.into_iter().find(|p| rest.starts_with(p)) {
            (Tok::Punct(p), p.len())
        } else {
            return Err(bad_char(first, text, at));
        };
        out.push(Token { tok, span: at..at + len });
        at = skip_blank(text, at + len)?;
    }
    out.push(Token { tok: Tok::End, span: text.len()..text.len() });
    Ok(out)
}

fn bad_char(c: char, text: &str, at: usize) -> DeclError {
    let kind = match c {
        '#' => DeclErrorKind::Unsupported("preprocessor directives"),
        '\'' => DeclErrorKind::Unsupported("character constants"),
        c => DeclErrorKind::UnexpectedChar(c),
    };
    DeclError::new(kind, text, at..at + c.len_utf8())
}

/// The length of a string up to and including its closing quote; `None` when it does not end on its line.
fn string_end(body: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in body.char_indices() {
        match c {
            '\n' => return None,
            '"' if !escaped => return Some(i + 1),
            c => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// Skips white space and comments; returns the offset of what follows.
fn skip_blank(text: &str, mut at: usize) -> Result<usize, DeclError> {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', '\x0b', '\x0c']);
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if let Some(body) = trimmed.strip_prefix("/*") {
            match body.find("*/") {
                Some(len) => at += len + 4,
                None => return Err(DeclError::new(DeclErrorKind::UnterminatedComment, text, at..at + 2)),
            }
        } else {
            return Ok(at);
        }
    }
}

/// The value of a C integer constant with its suffix, or `None`.
fn number(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (&lower[..], 10),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let suffix_ok = matches!(&digits[end..], "" | "u" | "l" | "ul" | "lu" | "ll" | "ull" | "llu");
    let bare_zero = lower.starts_with('0') && radix == 8 && end == 0;
    match (suffix_ok, bare_zero) {
        (true, true) => Some(0),
        (true, false) => u64::from_str_radix(&digits[..end], radix).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        for (text, value) in [("0", 0), ("0u", 0), ("017", 15), ("0x1fUL", 31), ("0b11", 3), ("42ll", 42)] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["08", "0x", "1f", "1lul", "18446744073709551616", "0b2"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn comments_separate_tokens() {
        let all = tokens("int/* a */x // b\n,...").unwrap();
        let toks: Vec<_> = all.iter().map(|t| t.tok).collect();
        assert_eq!(toks, [Tok::Ident("int"), Tok::Ident("x"), Tok::Punct(","), Tok::Punct("..."), Tok::End]);
        assert!(matches!(tokens("int /* x").unwrap_err().kind, DeclErrorKind::UnterminatedComment));
    }
}
