//! Strings of the parser as text of the bytecode.

use js_bytecode::Text;

/// Well-formed text.
pub(crate) fn text(value: &str) -> Text {
    if value.is_ascii() {
        return Text::Latin1(value.as_bytes().into());
    }
    from_units(value.encode_utf16().collect())
}

/// Text of code units.
pub(crate) fn from_units(units: Vec<u16>) -> Text {
    if units.iter().all(|&u| u < 256) {
        return Text::Latin1(units.into_iter().map(|u| u as u8).collect());
    }
    Text::Utf16(units.into())
}

/// Text in which the parser wrote each lone surrogate as U+FFFD and four digits, and U+FFFD itself as `fffd` behind it.
pub(crate) fn text_with_surrogates(value: &str) -> Text {
    let mut units = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        let escape = rest.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match escape {
            Some(unit) if c == '\u{fffd}' => {
                units.push(unit);
                rest = rest.get(4..).unwrap_or("");
            }
            _ => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
        }
    }
    from_units(units)
}

/// A literal of the parser.
pub(crate) fn literal(value: &str, lone_surrogates: bool) -> Text {
    if lone_surrogates { text_with_surrogates(value) } else { text(value) }
}

/// Text with a prefix: `get x`.
pub(crate) fn prefixed(prefix: &str, name: &Text) -> Text {
    let mut units: Vec<u16> = prefix.encode_utf16().collect();
    match name {
        Text::Latin1(bytes) => units.extend(bytes.iter().map(|&b| u16::from(b))),
        Text::Utf16(wide) => units.extend_from_slice(wide),
    }
    from_units(units)
}
