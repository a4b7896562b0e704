//! Values that are no objects, and the keys of properties.

use super::style::Style;
use js_rt::{PropertyKey, Value};
use js_vm::{Res, Vm};

/// Strings up to this length are not split into lines.
const SHORT: usize = 16;

/// formatPrimitive
pub(super) fn text(vm: &Vm, value: Value, indentation: usize, style: &Style) -> Res<String> {
    if let Some(number) = value.as_number() {
        return Ok(separated(self::number(number), style));
    }
    if let Some(big) = value.as_bigint() {
        return Ok(separated(format!("{}n", big.value()), style));
    }
    match value.as_string() {
        Some(string) => {
            let units = string.to_wtf16();
            let shown = units.get(..style.max_string).unwrap_or(&units);
            let more = units.len() - shown.len();
            let plural = if more == 1 { "" } else { "s" };
            let trailer = if more > 0 { format!("... {more} more character{plural}") } else { String::new() };
            Ok(string_text(shown, indentation, style) + &trailer)
        }
        None => Ok(vm.describe_value(value)),
    }
}

/// A number; negative zero as such.
pub(super) fn number(number: f64) -> String {
    if number == 0.0 && number.is_sign_negative() {
        "-0".to_owned()
    } else {
        js_rt::number::number_to_string(number)
    }
}

/// A number's text with underscores between groups of three digits, where that is wanted.
fn separated(text: String, style: &Style) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let whole = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(whole);
    if !style.separators || whole.is_empty() || rest.contains('e') {
        return text;
    }
    let fraction = rest.strip_prefix('.').unwrap_or_default().as_bytes();
    let fraction: Vec<_> = fraction.chunks(3).map(String::from_utf8_lossy).collect();
    let first = whole.len() % 3;
    let mut groups: Vec<_> = whole.as_bytes()[first..].chunks(3).map(String::from_utf8_lossy).collect();
    if first > 0 {
        groups.insert(0, whole[..first].into());
    }
    let rest = if fraction.is_empty() { rest.to_owned() } else { format!(".{}", fraction.join("_")) };
    format!("{sign}{}{rest}", groups.join("_"))
}

/// A string in quotes; a long one with several lines as their sum.
fn string_text(units: &[u16], indentation: usize, style: &Style) -> String {
    let long = units.len() > SHORT && units.len() + indentation + 4 > style.break_length;
    let newline = u16::from(b'\n');
    let inside = units.iter().rposition(|&unit| unit == newline).is_some_and(|_| {
        units.iter().position(|&unit| unit == newline).is_some_and(|first| first + 1 < units.len())
    });
    if !long || !inside {
        return quoted(units);
    }
    let lines: Vec<_> = units.split_inclusive(|&unit| unit == newline).map(quoted).collect();
    lines.join(&format!(" +\n{}", " ".repeat(indentation + 2)))
}

/// A string in quotes: single ones, unless it contains such and no others.
pub(super) fn quoted(units: &[u16]) -> String {
    let has = |c: char| units.contains(&(c as u16));
    let templated = units.windows(2).any(|pair| pair == [u16::from(b'$'), u16::from(b'{')]);
    let quote = match () {
        () if !has('\'') => '\'',
        () if !has('"') => '"',
        () if !has('`') && !templated => '`',
        () => '\'',
    };
    let mut out = String::from(quote);
    for c in char::decode_utf16(units.iter().copied()) {
        match c {
            Ok(c) => escaped(c, quote, &mut out),
            Err(lone) => out.push_str(&format!("\\u{:x}", lone.unpaired_surrogate())),
        }
    }
    out.push(quote);
    out
}

fn escaped(c: char, quote: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\u{b}' => out.push_str("\\v"),
        '\\' => out.push_str("\\\\"),
        c if c == quote => {
            out.push('\\');
            out.push(c);
        }
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => out.push_str(&format!("\\x{:02X}", u32::from(c))),
        c => out.push(c),
    }
}

/// The key of a property.
pub(super) fn key(vm: &Vm, key: PropertyKey, enumerable: bool) -> String {
    let text = vm.key_text(key);
    if key.is_symbol() || !enumerable {
        let mut out = String::from('[');
        text.chars().for_each(|c| escaped(c, '\'', &mut out));
        out.push(']');
        return out;
    }
    if text == "__proto__" {
        return "['__proto__']".to_owned();
    }
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return text;
    }
    match key.as_atom() {
        Some(atom) => quoted(&atom.to_wtf16()),
        None => quoted(&text.encode_utf16().collect::<Vec<_>>()),
    }
}
