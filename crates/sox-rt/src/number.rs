//! Numbers as text and back, as C's `printf` and Sox's lexer have it.

use std::fmt::Write;

/// A number as `print` and `+` write it: C's `%g`, six significant digits.
pub fn to_text(value: f64) -> String {
    general(value, 6)
}

/// C's `%.Ng`: `digits` significant digits, trailing zeros left out, an exponent for what is very small or large
/// (ISO C 7.23.6.1, conversion `g`). Infinities are `inf` and `-inf`. NaN is `nan`, where C shows
/// its sign: machines disagree about that of 0 / 0.
pub fn general(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    let digits = digits.max(1);
    // Whole numbers with few enough digits are common, and have no rounding to be careful about. Zero may have a sign.
    if digits <= 15 && value != 0.0 && value.fract() == 0.0 && value.abs() < 10_f64.powi(digits as i32) {
        return (value as i64).to_string();
    }
    // The exponent after rounding decides about the form.
    let scientific = format!("{:.*e}", digits - 1, value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        return with_exponent(sign, mantissa, exponent);
    }
    let behind_point = (digits as i32 - 1 - exponent) as usize;
    let fixed = format!("{:.*}", behind_point, value.abs());
    format!("{sign}{}", without_zeros(&fixed))
}

fn with_exponent(sign: &str, mantissa: &str, exponent: i32) -> String {
    let mut text = format!("{sign}{}e", without_zeros(mantissa));
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    // Writing to a string does not fail.
    let _ = write!(text, "{exponent_sign}{:02}", exponent.abs());
    text
}

/// A decimal fraction without the zeros at its end.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// The number that a text is, with white space around it: decimal with fraction and exponent, `0x` and hexadecimal digits,
/// a sign in front. `None` when it is anything else.
pub fn from_text(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => from_hexadecimal(hexadecimal)?,
        None => from_decimal(digits)?,
    };
    Some(if negative { -value } else { value })
}

fn from_hexadecimal(digits: &str) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0.0, |value: f64, digit| Some(value * 16.0 + f64::from(digit.to_digit(16)?)))
}

fn from_decimal(digits: &str) -> Option<f64> {
    // Rust also reads words such as `inf`, and numbers that begin or end with a point.
    let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let exponent_fits =
        exponent.is_none_or(|text| digits_only(text.strip_prefix(['+', '-']).unwrap_or(text)));
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits_only(whole) && digits_only(fraction),
        None => digits_only(mantissa),
    };
    if exponent_fits && mantissa_fits { digits.parse().ok() } else { None }
}

/// `%`: what is left of `x` after taking off `y` as often as possible; it has the sign of `x`, also when it is zero.
#[inline]
pub fn remainder(x: f64, y: f64) -> f64 {
    let (whole_x, whole_y) = (x as i64, y as i64);
    // Division of whole numbers takes a tenth of the time of C's fmod. What does not fit 53 bits is left to that.
    let exact = |number: f64, whole: i64| whole as f64 == number && whole.unsigned_abs() <= 1 << 53;
    if exact(x, whole_x) && exact(y, whole_y) && whole_y != 0 {
        return ((whole_x % whole_y) as f64).copysign(x);
    }
    x % y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_are_those_of_fmod() {
        let numbers = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            2.0,
            3.0,
            -3.0,
            7.0,
            0.5,
            -2.5,
            1e15,
            -1e15,
            9_007_199_254_740_993.0,
            1e300,
            -1e300,
            9.3e18,
            -9.3e18,
            f64::MIN_POSITIVE,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        for x in numbers {
            for y in numbers {
                let (ours, theirs) = (remainder(x, y), x % y);
                assert!(
                    ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan(),
                    "{x} % {y}: {ours}"
                );
            }
        }
    }

    #[test]
    fn texts_are_those_of_c() {
        // From printf("%g") of a C library.
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (100000.0, "100000"),
            (999999.0, "999999"),
            (1000000.0, "1e+06"),
            (9227465.0, "9.22746e+06"),
            (999999.5, "1e+06"),
            (1.0 / 3.0, "0.333333"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.000099999995, "0.0001"),
            (123456.7, "123457"),
            (0.1 + 0.2, "0.3"),
            (2.5, "2.5"),
            (1e100, "1e+100"),
            (-1.5e-300, "-1.5e-300"),
            (5e-324, "4.94066e-324"),
            (f64::MAX, "1.79769e+308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in cases {
            assert_eq!(to_text(value), text);
        }
        assert_eq!(to_text(f64::NAN.copysign(1.0)), "nan");
        assert_eq!(to_text(f64::NAN.copysign(-1.0)), "nan");
        assert_eq!(general(1.0 / 3.0, 14), "0.33333333333333");
        assert_eq!(general(123456789012345.0, 14), "1.2345678901234e+14");
        assert_eq!(general(0.5, 0), "0.5");
    }

    #[test]
    fn halves_round_to_even_on_the_exact_value() {
        assert_eq!(to_text(0.5000005), "0.5", "a little less than it looks");
        assert_eq!(to_text(100000.5), "100000");
        assert_eq!(to_text(1000005.0 / 8.0), "125001");
        assert_eq!(to_text(2097155.0 / 16.0), "131072");
    }

    #[test]
    fn numbers_are_read() {
        let read = |text: &str| from_text(text.as_bytes());
        assert_eq!(read("42"), Some(42.0));
        assert_eq!(read("  -1.5e3\n"), Some(-1500.0));
        assert_eq!(read("+0x1F"), Some(31.0));
        assert_eq!(read("1E-2"), Some(0.01));
        for wrong in
            ["", " ", "1.", ".5", "inf", "nan", "1e", "0x", "0xg", "1 2", "--1", "1_000", "1e+", "e5", "-"]
        {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
        assert_eq!(from_text(b"\xff1"), None);
    }
}
