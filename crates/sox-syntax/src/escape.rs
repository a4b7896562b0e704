//! What stands between the quotes of a string.

use crate::diagnostic::Kind;

/// One escape sequence.
enum Escape {
    /// These bytes, and how many bytes of text say so.
    Bytes([u8; 4], usize, usize),
    /// None, and how many bytes of text that is about.
    Wrong(Kind, usize),
}

/// The sequence at the beginning of the text, which is a backslash.
fn escape(text: &[u8]) -> Escape {
    let byte = |value| Escape::Bytes([value, 0, 0, 0], 1, 2);
    match text.get(1) {
        Some(b'n') => byte(b'\n'),
        Some(b't') => byte(b'\t'),
        Some(b'r') => byte(b'\r'),
        Some(b'0') => byte(0),
        Some(b'"') => byte(b'"'),
        Some(b'\\') => byte(b'\\'),
        Some(b'x') => hexadecimal(text),
        Some(b'u') => unicode(text),
        Some(first) => Escape::Wrong(Kind::UnknownEscape, 1 + character(*first, &text[1..])),
        None => Escape::Wrong(Kind::UnknownEscape, 1),
    }
}

/// `\xHH`.
fn hexadecimal(text: &[u8]) -> Escape {
    let digits = text[2..].iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if digits < 2 {
        return Escape::Wrong(Kind::HexadecimalEscape, 2 + digits);
    }
    Escape::Bytes([value(&text[2..4]) as u8, 0, 0, 0], 1, 4)
}

/// `\u{H..}`: a code point of one to six digits, as UTF-8.
fn unicode(text: &[u8]) -> Escape {
    if text.get(2) != Some(&b'{') {
        return Escape::Wrong(Kind::UnicodeEscape, 2);
    }
    let digits = text[3..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let closed = text.get(3 + digits) == Some(&b'}');
    let length = 3 + digits + usize::from(closed);
    let point = if closed && (1..=6).contains(&digits) { value(&text[3..3 + digits]) } else { u32::MAX };
    let Some(point) = char::from_u32(point) else {
        return Escape::Wrong(Kind::UnicodeEscape, length);
    };
    let mut bytes = [0; 4];
    let count = point.encode_utf8(&mut bytes).len();
    Escape::Bytes(bytes, count, length)
}

/// Of at most eight hexadecimal digits.
fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 16 + (*digit as char).to_digit(16).unwrap_or(0))
}

/// How long the UTF-8 character at the beginning of a text is; 1 where there is none.
pub(crate) fn character(first: u8, text: &[u8]) -> usize {
    let length = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    match text.get(..length).map(std::str::from_utf8) {
        Some(Ok(_)) => length,
        _ => 1,
    }
}

/// The string that the text between two quotes means. What is wrong in it is left out.
pub(crate) fn decode(mut text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    while let Some(at) = text.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&text[..at]);
        text = &text[at..];
        let length = match escape(text) {
            Escape::Bytes(bytes, count, length) => {
                out.extend_from_slice(&bytes[..count]);
                length
            }
            Escape::Wrong(_, length) => length,
        };
        text = &text[length..];
    }
    out.extend_from_slice(text);
    out
}

/// Calls `found` with every sequence that means nothing: what is wrong, where it begins and how long it is.
pub(crate) fn faults(text: &[u8], mut found: impl FnMut(Kind, usize, usize)) {
    let mut at = 0;
    while let Some(next) = text[at..].iter().position(|byte| *byte == b'\\') {
        at += next;
        at += match escape(&text[at..]) {
            Escape::Bytes(_, _, length) => length,
            Escape::Wrong(kind, length) => {
                found(kind, at, length);
                length
            }
        };
    }
}
