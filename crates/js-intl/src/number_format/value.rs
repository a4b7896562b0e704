//! Intl mathematical values: numbers, BigInts and decimal strings with all their digits.

use super::decimal::Decimal;
use js_rt::num_bigint::{BigInt, Sign};
use js_rt::number::{string_to_bigint, trim};
use js_rt::{StrView, Value};
use js_vm::{Hint, Res, Vm};

/// An Intl mathematical value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mathematical {
    /// A mathematical value or, when it is a negative zero, ~negative-zero~.
    Finite { negative: bool, value: Decimal },
    /// ~positive-infinity~ or ~negative-infinity~
    Infinite { negative: bool },
    /// ~not-a-number~
    NotANumber,
}

impl Mathematical {
    /// Zero.
    pub(crate) fn zero() -> Mathematical {
        Mathematical::Finite { negative: false, value: Decimal::default() }
    }

    /// Whether it has a minus sign.
    pub(crate) fn is_negative(&self) -> bool {
        matches!(
            self,
            Mathematical::Finite { negative: true, .. } | Mathematical::Infinite { negative: true }
        )
    }
}

impl From<f64> for Mathematical {
    fn from(x: f64) -> Mathematical {
        if x.is_nan() {
            return Mathematical::NotANumber;
        }
        let negative = x.is_sign_negative();
        if x.is_infinite() {
            return Mathematical::Infinite { negative };
        }
        // The shortest digits that tell the number from others, as Number::toString has them.
        let text = format!("{:e}", x.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64;
        let value = Decimal::new(format!("{integer}{fraction}").as_bytes(), exponent);
        Mathematical::Finite { negative, value }
    }
}

impl From<i128> for Mathematical {
    fn from(x: i128) -> Mathematical {
        Mathematical::Finite { negative: x < 0, value: Decimal::integer(x.unsigned_abs()) }
    }
}

impl From<&BigInt> for Mathematical {
    fn from(x: &BigInt) -> Mathematical {
        let value = Decimal::new(x.magnitude().to_string().as_bytes(), 0);
        Mathematical::Finite { negative: x.sign() == Sign::Minus, value }
    }
}

/// ToIntlMathematicalValue ( value )
pub(crate) fn to_intl_mathematical_value(vm: &Vm, value: Value) -> Res<Mathematical> {
    let primitive = vm.to_primitive(value, Hint::Number)?;
    if let Some(big) = primitive.as_bigint() {
        return Ok(big.value().into());
    }
    if let Some(text) = primitive.as_string() {
        return Ok(string_intl_mv(text.flat(&vm.rt)?));
    }
    Ok(vm.to_number(primitive)?.into())
}

/// StringIntlMV of a StringNumericLiteral, rounded to an infinity or zero where a Number would be; other texts are no numbers.
fn string_intl_mv(text: StrView<'_>) -> Mathematical {
    let text = trim(text);
    let ascii: Option<Vec<u8>> = text.units().map(|unit| u8::try_from(unit).ok()).collect();
    let Some(ascii) = ascii else { return Mathematical::NotANumber };
    if ascii.is_empty() {
        return Mathematical::zero();
    }
    if let [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..] = ascii.as_slice() {
        return string_to_bigint(text).map_or(Mathematical::NotANumber, |n| rounded_mv((&n).into()));
    }
    let (negative, unsigned) = match ascii.as_slice() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if unsigned == b"Infinity" {
        return Mathematical::Infinite { negative };
    }
    match decimal_literal(unsigned) {
        Some(value) => rounded_mv(Mathematical::Finite { negative, value }),
        None => Mathematical::NotANumber,
    }
}

/// What RoundMVResult says of a number that no Number is near to: an infinity, or zero.
fn rounded_mv(x: Mathematical) -> Mathematical {
    let Mathematical::Finite { negative, value } = x else { return x };
    let nearest = value.nearest();
    if nearest.is_infinite() {
        return Mathematical::Infinite { negative };
    }
    if nearest == 0.0 {
        return Mathematical::Finite { negative, value: Decimal::default() };
    }
    Mathematical::Finite { negative, value }
}

/// StrUnsignedDecimalLiteral without `Infinity`.
fn decimal_literal(text: &[u8]) -> Option<Decimal> {
    let (mantissa, exponent) = match text.iter().position(|c| matches!(c, b'e' | b'E')) {
        Some(at) => (text.get(..at)?, exponent_part(text.get(at + 1..)?)?),
        None => (text, 0),
    };
    let mut parts = mantissa.splitn(2, |c| *c == b'.');
    let (integer, fraction) = (parts.next()?, parts.next().unwrap_or_default());
    let digits = || integer.iter().chain(fraction);
    if integer.is_empty() && fraction.is_empty() || !digits().all(u8::is_ascii_digit) {
        return None;
    }
    Some(Decimal::shortened(digits().copied(), exponent.saturating_sub(fraction.len() as i64)))
}

/// ExponentPart behind its letter. One of many digits is as good as a very large one.
fn exponent_part(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let step = |n: i64, d: &u8| n.saturating_mul(10).saturating_add(i64::from(d - b'0'));
    // Half of the range leaves room for the digits of the mantissa.
    let exponent = digits.iter().fold(0_i64, step).min(i64::MAX / 2);
    Some(if negative { -exponent } else { exponent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Mathematical {
        string_intl_mv(StrView::Latin1(text.as_bytes()))
    }

    fn finite(text: &str, exponent: i64) -> Mathematical {
        Mathematical::Finite { negative: false, value: Decimal::new(text.as_bytes(), exponent) }
    }

    #[test]
    fn literals() {
        assert_eq!(read(" 12.50e2 "), finite("1250", 0));
        assert_eq!(read(".5"), finite("5", -1));
        assert_eq!(read("5."), finite("5", 0));
        assert_eq!(read("0x10"), finite("16", 0));
        assert_eq!(read(""), Mathematical::zero());
        for text in [".", "e5", "1e", "--1", "-0x10", "1_0", "inf", "1.2.3", "0x"] {
            assert_eq!(read(text), Mathematical::NotANumber, "{text}");
        }
    }

    #[test]
    fn what_numbers_cannot_hold() {
        assert_eq!(read("1e400"), Mathematical::Infinite { negative: false });
        assert_eq!(read("-1e99999999999999999999999"), Mathematical::Infinite { negative: true });
        assert_eq!(read("1e-400"), Mathematical::zero());
        assert!(read("-1e-400").is_negative());
        assert_eq!(read("987654321987654321.000000001"), finite("987654321987654321000000001", -9));
        assert_eq!(Mathematical::from(5e-324), finite("5", -324));
        assert_eq!(Mathematical::from(123.456), finite("123456", -3));
    }
}
