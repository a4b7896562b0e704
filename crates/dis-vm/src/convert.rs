//! Numbers and text, with Inferno's roundings and forms.

/// Decimal digits of a real: the first is before the point if `point` is 1.
pub(crate) struct Digits {
    /// Without trailing zeros, but at least one.
    pub(crate) digits: Vec<u8>,
    /// Where the point is, counted from before the first digit.
    pub(crate) point: i32,
    pub(crate) negative: bool,
}

/// How many digits of a real are wanted.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// As few as tell it from its neighbours.
    Shortest,
    /// So many.
    Significant(usize),
    /// So many behind the point.
    Fraction(usize),
}

impl Digits {
    /// Digits of a finite real.
    pub(crate) fn of(value: f64, wanted: Wanted) -> Digits {
        let size = value.abs();
        let (text, point) = match wanted {
            Wanted::Fraction(n) => {
                let text = format!("{size:.n$}");
                let whole = text.find('.').unwrap_or(text.len());
                (text.replace('.', ""), whole as i32)
            }
            _ => {
                let text = match wanted {
                    Wanted::Significant(n) => format!("{size:.*e}", n.max(1) - 1),
                    _ => format!("{size:e}"),
                };
                let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                (digits.replace('.', ""), exponent.parse::<i32>().unwrap_or(0) + 1)
            }
        };
        let leading = text.bytes().take_while(|digit| *digit == b'0').count();
        let digits = text.trim_matches('0').as_bytes().to_vec();
        match digits.is_empty() {
            true => Digits { digits: vec![b'0'], point: 1, negative: value.is_sign_negative() },
            false => Digits { digits, point: point - leading as i32, negative: value.is_sign_negative() },
        }
    }
}

/// What is printed for a real that has no digits.
pub(crate) fn not_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        None
    }
}

/// A real in as few digits as read back the same: `%g` without width and precision, and conversions to strings.
pub(crate) fn real_text(value: f64, exponent: char) -> String {
    if let Some(text) = not_finite(value) {
        return text.into();
    }
    let Digits { digits, point, negative } = Digits::of(value, Wanted::Shortest);
    let digits = String::from_utf8(digits).unwrap_or_default();
    let sign = if negative { "-" } else { "" };
    let len = digits.len() as i32;
    if point <= -4 || point > len + 5 {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let direction = if point < 1 { '-' } else { '+' };
        return format!("{sign}{first}{dot}{rest}{exponent}{direction}{:02}", (point - 1).abs());
    }
    if point <= 0 {
        return format!("{sign}.{}{digits}", "0".repeat(-point as usize));
    }
    if point >= len {
        return format!("{sign}{digits}{}", "0".repeat((point - len) as usize));
    }
    let (whole, fraction) = digits.split_at(point as usize);
    format!("{sign}{whole}.{fraction}")
}

/// To the nearest, halves away from zero. What does not fit is the least number, as processors have it.
pub(crate) fn real_to_word(value: f64) -> i32 {
    let rounded = (if value < 0.0 { value - 0.5 } else { value + 0.5 }).trunc();
    if (-2_147_483_648.0..=2_147_483_647.0).contains(&rounded) { rounded as i32 } else { i32::MIN }
}

/// The same with 64 bits.
pub(crate) fn real_to_big(value: f64) -> i64 {
    let rounded = (if value < 0.0 { value - 0.5 } else { value + 0.5 }).trunc();
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
        rounded as i64
    } else {
        i64::MIN
    }
}

/// Text without the space it begins with, up to its first NUL.
fn begin(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    let start = text[..end].iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    &text[start..end]
}

/// The number a text begins with, 0 if with none; the greatest or least where it is beyond.
pub(crate) fn text_to_big(text: &[u8]) -> i64 {
    let text = begin(text);
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    digits.iter().take_while(|byte| byte.is_ascii_digit()).fold(0i64, |value, digit| {
        let digit = i64::from(digit - b'0');
        value.saturating_mul(10).saturating_add(if negative { -digit } else { digit })
    })
}

/// The same with 32 bits.
pub(crate) fn text_to_word(text: &[u8]) -> i32 {
    text_to_big(text).clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// The real that a text begins with, 0 if with none.
pub(crate) fn text_to_real(text: &[u8]) -> f64 {
    let text = begin(text);
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    for (name, value) in [("infinity", f64::INFINITY), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        if text.get(sign..sign + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())) {
            return if text[0] == b'-' { -value } else { value };
        }
    }
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if text.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0.0;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let start = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'-' | b'+')));
        let exponent = if start <= text.len() { digits(start) } else { 0 };
        end = if exponent > 0 { start + exponent } else { end };
    }
    std::str::from_utf8(&text[..end]).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_print_as_short_as_they_read() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (0.5, ".5"),
            (1e-4, ".0001"),
            (1.5e-5, "1.5e-05"),
            (100.0, "100"),
            (1e5, "100000"),
            (1e6, "1e+06"),
            (123456789.0, "123456789"),
            (1.25, "1.25"),
            (1e300, "1e+300"),
            (f64::INFINITY, "Infinity"),
        ];
        for (value, text) in cases {
            assert_eq!(real_text(value, 'e'), text);
        }
    }

    #[test]
    fn rounding_is_away_from_zero() {
        assert_eq!([2.5, -2.5, 2.4, 0.5, 1e10].map(real_to_word), [3, -3, 2, 1, i32::MIN]);
        assert_eq!([2.5, -0.5, 1e30].map(real_to_big), [3, -1, i64::MIN]);
    }

    #[test]
    fn texts_are_read_as_far_as_they_are_numbers() {
        assert_eq!(
            [" 12x", "-7", "", "99999999999", "+3"].map(|t| text_to_word(t.as_bytes())),
            [12, -7, 0, i32::MAX, 3]
        );
        let reals = [" 1.5e3z", ".5", "1e", "-2.e1", "x", "1e400"].map(|t| text_to_real(t.as_bytes()));
        assert_eq!(reals, [1500.0, 0.5, 1.0, -20.0, 0.0, f64::INFINITY]);
    }
}
