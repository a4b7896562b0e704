//! Floats in text, exact both ways: hexadecimal, `inf`, `nan:` with its bits; decimal on input.

use super::error::ParseErrorKind;

const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;
const INFINITY: u64 = 0x7ff << MANTISSA_BITS;
const MIN_EXPONENT: i64 = -1022;

/// The float with these bits as text that [`parse_magnitude`] (behind sign and `nan:`) turns into the same bits.
pub(super) fn format_bits(bits: u64) -> String {
    let sign = if bits >> 63 == 1 { "-" } else { "" };
    let exponent = (bits & INFINITY) >> MANTISSA_BITS;
    let mantissa = bits & MANTISSA;
    match (exponent, mantissa) {
        (0x7ff, 0) => format!("{sign}inf"),
        (0x7ff, _) => format!("nan:{bits:#018x}"),
        (0, 0) => format!("{sign}0x0p+0"),
        (0, _) => format!("{sign}0x0{}p{MIN_EXPONENT}", fraction(mantissa)),
        _ => format!("{sign}0x1{}p{:+}", fraction(mantissa), exponent as i64 - 1023),
    }
}

fn fraction(mantissa: u64) -> String {
    if mantissa == 0 {
        return String::new();
    }
    format!(".{mantissa:013x}").trim_end_matches('0').to_string()
}

/// Whether these are the bits of a NaN.
pub(super) fn is_nan(bits: u64) -> bool {
    bits & !(1 << 63) > INFINITY
}

/// The bits of an unsigned float literal, decimal (rounded to nearest) or hexadecimal (exact or refused).
pub(super) fn parse_magnitude(text: &str) -> Result<u64, ParseErrorKind> {
    let literal = || text.to_string();
    match text.strip_prefix("0x") {
        Some(hex) => parse_hex(hex, text),
        None => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value.to_bits()),
            Ok(_) => Err(out_of_range(text)),
            Err(_) => {
                Err(ParseErrorKind::Expected { what: "a float".into(), found: format!("`{}`", literal()) })
            }
        },
    }
}

fn out_of_range(text: &str) -> ParseErrorKind {
    ParseErrorKind::OutOfRange { literal: text.to_string(), expected: "a finite 64-bit float".into() }
}

fn parse_hex(hex: &str, text: &str) -> Result<u64, ParseErrorKind> {
    let malformed =
        || ParseErrorKind::Expected { what: "a hexadecimal float".into(), found: format!("`{text}`") };
    let (digits, exponent) = match hex.split_once(['p', 'P']) {
        Some((digits, exponent)) => (digits, parse_exponent(exponent).ok_or_else(malformed)?),
        None => (hex, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(malformed());
    }
    let mut mantissa: u64 = 0;
    let mut scale: i64 = 0;
    let mut lost = false;
    for (i, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let digit = char::from(digit).to_digit(16).ok_or_else(malformed)?;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            scale -= if i >= whole.len() { 4 } else { 0 };
        } else {
            lost |= digit != 0;
            scale += if i >= whole.len() { 0 } else { 4 };
        }
    }
    if lost {
        return Err(ParseErrorKind::Inexact { literal: text.to_string() });
    }
    assemble(mantissa, exponent.saturating_add(scale), text)
}

/// A decimal exponent with an optional sign, cut off far outside of what floats have.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX).min(1 << 40);
    Some(if negative { -magnitude } else { magnitude })
}

/// The bits of `mantissa * 2^exponent`.
fn assemble(mantissa: u64, exponent: i64, text: &str) -> Result<u64, ParseErrorKind> {
    if mantissa == 0 {
        return Ok(0);
    }
    // The leading one goes to bit 63, its weight is 2^top.
    let top = exponent + 63 - i64::from(mantissa.leading_zeros());
    let aligned = mantissa << mantissa.leading_zeros();
    if top > 1023 {
        return Err(out_of_range(text));
    }
    // Below the least normal exponent fewer bits are kept.
    let missing = (MIN_EXPONENT - top).max(0);
    let dropped = 11 + missing;
    if dropped >= 64 || aligned.trailing_zeros() < dropped as u32 {
        return Err(ParseErrorKind::Inexact { literal: text.to_string() });
    }
    let kept = aligned >> dropped;
    if missing > 0 { Ok(kept) } else { Ok((kept & MANTISSA) | ((top + 1023) as u64) << MANTISSA_BITS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<u64, ParseErrorKind> {
        match text.strip_prefix('-') {
            Some(rest) => parse_magnitude(rest).map(|bits| bits | 1 << 63),
            None => parse_magnitude(text),
        }
    }

    #[test]
    fn every_finite_float_survives() {
        let mut bits: u64 = 1;
        let edges = [0.0, -0.0, 1.0, -1.5, 12.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1, 1e300];
        let random = (0..200_000).map(|_| {
            bits = bits.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            f64::from_bits(bits ^ bits >> 29)
        });
        let subnormal = (0..52).map(|i| f64::from_bits(1 << i | 1));
        for value in edges.into_iter().chain(random).chain(subnormal).filter(|v| v.is_finite()) {
            let text = format_bits(value.to_bits());
            assert_eq!(parse(&text), Ok(value.to_bits()), "{text}");
        }
    }

    #[test]
    fn spellings() {
        let cases: &[(&str, f64)] = &[
            ("0x1.8p3", 12.0),
            ("0x1.8p+1", 3.0),
            ("0x18p-1", 12.0),
            ("0x.8p1", 1.0),
            ("0x10", 16.0),
            ("2.5", 2.5),
            ("7", 7.0),
            ("1e3", 1000.0),
            ("0x0p-99999999999999999999", 0.0),
            ("0x00000000000000000000000001p0", 1.0),
            ("0x1000000000000000000000p0", 2f64.powi(84)),
        ];
        for (text, value) in cases {
            assert_eq!(parse(text), Ok(value.to_bits()), "{text}");
        }
    }

    #[test]
    fn refused() {
        for text in ["0x1p1024", "1e999", "0x1p99999999999999999999"] {
            assert!(matches!(parse(text), Err(ParseErrorKind::OutOfRange { .. })), "{text}");
        }
        let inexact =
            ["0x1.00000000000001p0", "0x1p-1075", "0x1.00000000000000000001p0", "0x1p-9999999999999999999"];
        for text in inexact {
            assert!(matches!(parse(text), Err(ParseErrorKind::Inexact { .. })), "{text}");
        }
        for text in ["0x", "0x.p1", "0x1p", "0x1p+", "0x1pz", "0x1.g", "1.5x", "1e", "0x1.0.0"] {
            assert!(matches!(parse(text), Err(ParseErrorKind::Expected { .. })), "{text}");
        }
    }
}
