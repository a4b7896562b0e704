//! Names in text: plain words as they are, everything else quoted and escaped.

use super::error::ParseErrorKind;
use super::lexer::{is_word, starts_word};
use std::fmt;

/// A function's or runtime entry's name with its `@`.
pub(crate) struct AtName<'a>(pub(crate) &'a str);

impl fmt::Display for AtName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("@")?;
        if !self.0.is_empty() && self.0.chars().all(is_word) { f.write_str(self.0) } else { quote(self.0, f) }
    }
}

/// An alias class's name. `all` is quoted: as a word it means every class.
pub(crate) struct ClassName<'a>(pub(crate) &'a str);

impl fmt::Display for ClassName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.starts_with(starts_word) && self.0.chars().all(is_word) && self.0 != "all";
        if plain { f.write_str(self.0) } else { quote(self.0, f) }
    }
}

fn quote(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for c in name.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

/// The text that the inside of a quoted name stands for.
pub(super) fn unescape(raw: &str) -> Result<String, ParseErrorKind> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (c, len) = match escape.chars().next() {
            Some('n') => ('\n', 1),
            Some('r') => ('\r', 1),
            Some('t') => ('\t', 1),
            Some(c @ ('"' | '\\')) => (c, 1),
            Some('u') => unicode(escape)?,
            other => return Err(bad_escape(other)),
        };
        out.push(c);
        rest = &escape[len..];
    }
    out.push_str(rest);
    Ok(out)
}

fn bad_escape(c: Option<char>) -> ParseErrorKind {
    ParseErrorKind::BadEscape { escape: c.map_or("`\\`".into(), |c| format!("`\\{}`", c.escape_debug())) }
}

/// Reads `u{hex}`; the character and the bytes it took.
fn unicode(escape: &str) -> Result<(char, usize), ParseErrorKind> {
    let digits = escape.strip_prefix("u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
    let c = digits
        .filter(|d| (1..=6).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_hexdigit()))
        .and_then(|d| u32::from_str_radix(d, 16).ok())
        .and_then(char::from_u32);
    match (c, digits) {
        (Some(c), Some(digits)) => Ok((c, digits.len() + 3)),
        _ => Err(bad_escape(Some('u'))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_names_survive() {
        for name in ["", "a b", "\"\\\n\r\t\0\u{7f}", "é∀𝒳", "u{41}", "all", "7x", "x;y", "\u{feff}"] {
            let text = AtName(name).to_string();
            let raw = text.strip_prefix("@\"").and_then(|t| t.strip_suffix('"'));
            let back = raw.map_or(Ok(text[1..].to_string()), unescape);
            assert_eq!(back.as_deref(), Ok(name));
        }
        assert_eq!(ClassName("all").to_string(), "\"all\"");
        assert_eq!(ClassName("7x").to_string(), "\"7x\"");
        assert_eq!(AtName("7x.$_").to_string(), "@7x.$_");
    }

    #[test]
    fn bad_escapes() {
        for raw in ["\\q", "\\", "\\u", "\\u{", "\\u{}", "\\u{d800}", "\\u{1234567}", "\\u{+1}", "\\é"] {
            assert!(matches!(unescape(raw), Err(ParseErrorKind::BadEscape { .. })), "{raw}");
        }
    }
}
