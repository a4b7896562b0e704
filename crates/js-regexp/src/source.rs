//! The text of a pattern as the parser takes it.

/// Parentheses and brackets within each other that a pattern may have: the parser recurses.
const DEEPEST: usize = 300;

/// The pattern with surrogates that have no partner as escapes, which mean the same. Not when it is nested too deeply, or escapes
/// one of them where there is a Unicode flag.
pub(super) fn to_text(units: &[u16], unicode: bool) -> Result<String, &'static str> {
    let mut text = String::with_capacity(units.len());
    let mut escaped = false;
    let (mut depth, mut in_class) = (0_usize, false);
    for char in char::decode_utf16(units.iter().copied()) {
        match char {
            Ok(char) => {
                if !escaped {
                    match char {
                        '(' if !in_class => depth += 1,
                        ')' if !in_class => depth = depth.saturating_sub(1),
                        // Nested classes need a flag; without it the count is too high, which is harmless.
                        '[' => (in_class, depth) = (true, depth + 1),
                        ']' => (in_class, depth) = (false, depth.saturating_sub(1)),
                        _ => {}
                    }
                    if depth > DEEPEST {
                        return Err("Regular expression too large");
                    }
                }
                text.push(char);
                escaped = char == '\\' && !escaped;
            }
            Err(error) => {
                if escaped && unicode {
                    return Err("Invalid escape");
                }
                if escaped {
                    // A backslash in front of it adds nothing.
                    text.pop();
                }
                escaped = false;
                text.push_str(&format!("\\u{:04x}", error.unpaired_surrogate()));
            }
        }
    }
    Ok(text)
}

/// What is wrong with an escape that the parser lets pass when there is a Unicode flag: `\c` without a letter behind it within a
/// class, `\0` with a digit behind it when there are groups, nothing at all.
pub(super) fn bad_escape(text: &str) -> Option<&'static str> {
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            continue;
        }
        match (chars.next(), chars.clone().next()) {
            (Some('c'), next) if !next.is_some_and(|next| next.is_ascii_alphabetic()) => {
                return Some("Invalid unicode escape");
            }
            (Some('0'), Some(next)) if next.is_ascii_digit() => return Some("Invalid decimal escape"),
            (None, _) => return Some("\\ at end of pattern"),
            _ => {}
        }
    }
    None
}

/// The text with `\x01` for `\ca` and so on, which the parser misreads within classes. There, `\c1` and `\c_` are such, too, and
/// any other `\c` is two characters (B.1.2 ClassEscape). The same for `\01` and so on, which it takes for references to groups.
pub(super) fn escapes_as_hex(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut chars = text.chars();
    let mut in_class = false;
    while let Some(char) = chars.next() {
        if char != '\\' {
            in_class = if in_class { char != ']' } else { char == '[' };
            result.push(char);
            continue;
        }
        match (chars.next(), chars.clone().next()) {
            (Some('c'), Some(letter))
                if letter.is_ascii_alphabetic() || in_class && (letter.is_ascii_digit() || letter == '_') =>
            {
                chars.next();
                result.push_str(&format!("\\x{:02x}", u32::from(letter) % 32));
            }
            (Some('c'), _) if in_class => result.push_str("\\\\c"),
            (Some('0'), Some('0'..='9')) => {
                // LegacyOctalEscapeSequence: three digits at most.
                let digits = chars.clone().take(2).take_while(|digit| ('0'..='7').contains(digit)).count();
                let value = chars.by_ref().take(digits).filter_map(|digit| digit.to_digit(8));
                result.push_str(&format!("\\x{:02x}", value.fold(0, |value, digit| value * 8 + digit)));
            }
            (Some(next), _) => result.extend(['\\', next]),
            (None, _) => result.push('\\'),
        }
    }
    result
}

/// The name of a group, whose escapes the parser leaves.
pub(super) fn group_name(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if let Some((code_point, length)) = rest.strip_prefix("\\u").and_then(escaped) {
            units.extend(
                char::from_u32(code_point)
                    .map_or(vec![code_point as u16], |char| char.encode_utf16(&mut [0; 2]).to_vec()),
            );
            rest = rest.get(2 + length..).unwrap_or("");
            continue;
        }
        units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
        rest = &rest[char.len_utf8()..];
    }
    String::from_utf16_lossy(&units)
}

/// The code point of an escape behind its `\u`, and how long that is.
fn escaped(text: &str) -> Option<(u32, usize)> {
    let (digits, length) = match text.strip_prefix('{') {
        Some(braced) => {
            let end = braced.find('}')?;
            (braced.get(..end)?, end + 2)
        }
        None => (text.get(..4)?, 4),
    };
    Some((u32::from_str_radix(digits, 16).ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::{bad_escape, escapes_as_hex, group_name, to_text};

    fn text(pattern: &[u16]) -> Option<String> {
        to_text(pattern, false).ok()
    }

    #[test]
    fn lone_surrogates_become_escapes() {
        assert_eq!(text(&[0x61, 0xd800]).as_deref(), Some("a\\ud800"));
        assert_eq!(text(&[0x5c, 0xdc00]).as_deref(), Some("\\udc00"));
        assert_eq!(text(&[0x5c, 0x5c, 0xdc00]).as_deref(), Some("\\\\\\udc00"));
        assert_eq!(text(&[0xd83d, 0xde00]).as_deref(), Some("\u{1f600}"));
        assert!(to_text(&[0x5c, 0xdc00], true).is_err() && to_text(&[0x5c, 0x5c, 0xdc00], true).is_ok());
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |depth: usize| "(".repeat(depth).encode_utf16().collect::<Vec<u16>>();
        assert!(text(&nested(200)).is_some());
        assert!(text(&nested(1000)).is_none());
        assert!(text(&"\\(".repeat(1000).encode_utf16().collect::<Vec<u16>>()).is_some());
    }

    #[test]
    fn names_and_controls() {
        assert_eq!(group_name("the\\ud835\\udfda\\u{1d7da}x"), "the\u{1d7da}\u{1d7da}x");
        assert!(
            bad_escape("[\\c]").is_some()
                && bad_escape("\\c1").is_some()
                && bad_escape("\\ca\\\\c").is_none()
        );
        assert!(bad_escape("a\\").is_some() && bad_escape("a\\\\").is_none());
        assert!(bad_escape("()\\01").is_some() && bad_escape("\\0a\\\\01").is_none());
        assert_eq!(escapes_as_hex("[\\cA]\\\\cA\\cz"), "[\\x01]\\\\cA\\x1a");
        assert_eq!(escapes_as_hex("[\\c1\\c_\\c-z]\\c1"), "[\\x11\\x1f\\\\c-z]\\c1");
        assert_eq!(escapes_as_hex("()\\01\\0778\\08\\0"), "()\\x01\\x3f8\\x008\\0");
    }
}
