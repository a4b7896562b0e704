//! What stands around the digits of a number, from the innermost to the outermost, and the list of parts that it becomes.

use super::symbols::Affix;
use crate::parts::TextPart;

/// What stands in front of something, and what behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) prefix: Vec<TextPart>,
    pub(super) suffix: Vec<TextPart>,
}

impl Around {
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of characters.
    pub(super) fn len(&self) -> usize {
        self.prefix.iter().chain(&self.suffix).map(|part| part.text.chars().count()).sum()
    }
}

/// A piece of a pattern.
pub(super) enum Piece<'a> {
    Number,
    Literal(&'a str),
    Parts(&'a [TextPart]),
}

/// What a pattern has in front of the number and behind; its text is of a kind. A pattern without number has all in front.
pub(super) fn around<'a>(pattern: impl Iterator<Item = Piece<'a>>, kind: &'static str) -> (Around, bool) {
    let mut around = Around::default();
    let mut seen = false;
    for piece in pattern {
        let side = if seen { &mut around.suffix } else { &mut around.prefix };
        match piece {
            Piece::Number => seen = true,
            Piece::Literal(text) => side.push(TextPart::new(kind, text)),
            Piece::Parts(parts) => side.extend_from_slice(parts),
        }
    }
    (around, seen)
}

/// The sign of a number, as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sign {
    /// What stands in front of the number or, in patterns, where the sign belongs.
    pub(super) prefix: Vec<TextPart>,
    pub(super) suffix: Vec<TextPart>,
}

impl Sign {
    pub(super) fn new(kind: &'static str, affix: &Affix) -> Sign {
        let part = |text: &String| if text.is_empty() { Vec::new() } else { vec![TextPart::new(kind, text)] };
        Sign { prefix: part(&affix.prefix), suffix: part(&affix.suffix) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }

    /// The same behind a sign that says that the number is about right.
    pub(super) fn approximate(mut self, text: &str) -> Sign {
        if !text.is_empty() {
            self.prefix.insert(0, TextPart::new("approximatelySign", text));
        }
        self
    }

    /// The whole sign at one place.
    pub(super) fn joined(&self) -> Vec<TextPart> {
        [self.prefix.as_slice(), self.suffix.as_slice()].concat()
    }

    pub(super) fn into_around(self) -> Around {
        Around { prefix: self.prefix, suffix: self.suffix }
    }
}

/// A number with all that is around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Formatted {
    pub(super) number: Vec<TextPart>,
    /// The exponent of scientific notation.
    pub(super) inner: Around,
    /// Signs, percent signs, symbols of currencies, the words of compact notation.
    pub(super) middle: Around,
    /// Units and names of currencies.
    pub(super) outer: Around,
}

impl Formatted {
    pub(super) fn into_parts(self) -> Vec<TextPart> {
        let sides = [self.outer.prefix, self.middle.prefix, self.inner.prefix, self.number];
        let behind = [self.inner.suffix, self.middle.suffix, self.outer.suffix];
        let mut parts = Vec::new();
        for part in sides.into_iter().chain(behind).flatten() {
            push(&mut parts, part);
        }
        parts
    }
}

/// Adds a part. White space and directional marks at its ends are literal, and literals that meet are one.
pub(super) fn push(parts: &mut Vec<TextPart>, part: TextPart) {
    if part.kind == "group" {
        parts.push(part);
        return;
    }
    let trimmed = part.text.trim_matches(is_ignorable);
    if part.kind == "literal" || trimmed.is_empty() {
        push_literal(parts, &part.text, part.extra);
        return;
    }
    let start = part.text.len() - part.text.trim_start_matches(is_ignorable).len();
    push_literal(parts, &part.text[..start], part.extra);
    parts.push(TextPart { kind: part.kind, text: trimmed.to_owned(), extra: part.extra });
    push_literal(parts, &part.text[start + trimmed.len()..], part.extra);
}

fn push_literal(parts: &mut Vec<TextPart>, text: &str, extra: Option<(&'static str, &'static str)>) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(last) if last.kind == "literal" && last.extra == extra => last.text.push_str(text),
        _ => parts.push(TextPart { kind: "literal", text: text.to_owned(), extra }),
    }
}

/// Whether a character is none of what a part is, when it stands at one of its ends.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    ) || is_mark(c)
}

/// Whether a character says in which direction text goes.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
