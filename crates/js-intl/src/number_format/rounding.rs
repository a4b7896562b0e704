//! Rounding modes, and FormatNumericToString: the digits of a number as the digit options want them.

use super::decimal::Decimal;
use super::digits::{DigitOptions, RoundingType};
use std::cmp::Ordering;

/// The rounding modes of Intl.NumberFormat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoundingMode {
    Ceil,
    Floor,
    Expand,
    Trunc,
    HalfCeil,
    HalfFloor,
    HalfExpand,
    HalfTrunc,
    HalfEven,
}

/// The modes by what they do to a number without its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnsignedMode {
    Infinity,
    Zero,
    HalfInfinity,
    HalfZero,
    HalfEven,
}

impl RoundingMode {
    /// GetUnsignedRoundingMode ( roundingMode, sign )
    fn unsigned(self, negative: bool) -> UnsignedMode {
        match (self, negative) {
            (RoundingMode::Ceil, false) | (RoundingMode::Floor, true) | (RoundingMode::Expand, _) => {
                UnsignedMode::Infinity
            }
            (RoundingMode::Ceil, true) | (RoundingMode::Floor, false) | (RoundingMode::Trunc, _) => {
                UnsignedMode::Zero
            }
            (RoundingMode::HalfCeil, false)
            | (RoundingMode::HalfFloor, true)
            | (RoundingMode::HalfExpand, _) => UnsignedMode::HalfInfinity,
            (RoundingMode::HalfCeil, true)
            | (RoundingMode::HalfFloor, false)
            | (RoundingMode::HalfTrunc, _) => UnsignedMode::HalfZero,
            (RoundingMode::HalfEven, _) => UnsignedMode::HalfEven,
        }
    }
}

impl UnsignedMode {
    /// ApplyUnsignedRoundingMode ( x, r1, r2, unsignedRoundingMode ) for an x between r1 and r2: whether r2 is the result.
    /// `nearer` compares the distance to r1 with that to r2, `odd` says that r1 is an odd multiple of the increment.
    pub(super) fn rounds_up(self, nearer: Ordering, odd: bool) -> bool {
        match self {
            UnsignedMode::Infinity => true,
            UnsignedMode::Zero => false,
            UnsignedMode::HalfInfinity => nearer != Ordering::Less,
            UnsignedMode::HalfZero => nearer == Ordering::Greater,
            UnsignedMode::HalfEven => nearer == Ordering::Greater || nearer == Ordering::Equal && odd,
        }
    }
}

/// A rounded number and its digits in ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rounded {
    pub(crate) integer: String,
    /// Empty: there is no decimal separator.
    pub(crate) fraction: String,
    pub(crate) number: Decimal,
}

/// What ToRawPrecision and ToRawFixed return.
struct Raw {
    rounded: Rounded,
    /// The power of ten of the last digit that was kept.
    magnitude: i64,
}

/// FormatNumericToString ( intlObj, x ): the digits of |x|. The sign of the result is that of x.
pub(crate) fn format_numeric_to_string(options: &DigitOptions, negative: bool, x: &Decimal) -> Rounded {
    let mode = options.rounding_mode.unsigned(negative);
    let precision = || to_raw_precision(x, options.significant_digits, mode);
    let fixed = || to_raw_fixed(x, options.fraction_digits, options.rounding_increment, mode);
    let raw = match options.rounding_type {
        RoundingType::SignificantDigits => precision(),
        RoundingType::FractionDigits => fixed(),
        RoundingType::MorePrecision | RoundingType::LessPrecision => {
            let (significant, fraction) = (precision(), fixed());
            let fixed_is_more_precise = fraction.magnitude < significant.magnitude;
            let more = options.rounding_type == RoundingType::MorePrecision;
            if more == fixed_is_more_precise { fraction } else { significant }
        }
    };
    let mut rounded = raw.rounded;
    if options.strip_if_integer && rounded.fraction.bytes().all(|d| d == b'0') {
        rounded.fraction.clear();
    }
    let missing = options.minimum_integer_digits.saturating_sub(rounded.integer.len());
    rounded.integer.insert_str(0, &"0".repeat(missing));
    rounded
}

/// ToRawPrecision ( x, minPrecision, maxPrecision, unsignedRoundingMode )
fn to_raw_precision(x: &Decimal, (min, max): (usize, usize), mode: UnsignedMode) -> Raw {
    let precision = max as i64;
    let mut e = x.magnitude();
    let n = x.round(precision - 1 - e, 1, mode);
    let number = n.scaled(e - precision + 1);
    // 99.9 may have become 100, which has one digit more.
    let carried = n.len() > max;
    e += i64::from(carried);
    let mut text = n.text(usize::from(carried));
    text.push_str(&"0".repeat(max.saturating_sub(text.len())));
    let (integer, fraction) = if e < 0 {
        let zeros = "0".repeat(usize::try_from(-(e + 1)).unwrap_or(0));
        ("0".to_owned(), zeros + &text)
    } else {
        let whole = usize::try_from(e + 1).unwrap_or(usize::MAX);
        match text.split_at_checked(whole) {
            Some((integer, fraction)) => (integer.to_owned(), fraction.to_owned()),
            None => (format!("{text}{}", "0".repeat(whole - text.len())), String::new()),
        }
    };
    let fraction = cut(fraction, max - min);
    Raw { rounded: Rounded { integer, fraction, number }, magnitude: e - precision + 1 }
}

/// ToRawFixed ( x, minFraction, maxFraction, roundingIncrement, unsignedRoundingMode )
fn to_raw_fixed(x: &Decimal, (min, max): (usize, usize), increment: u32, mode: UnsignedMode) -> Raw {
    let f = max as i64;
    let n = x.round(f, increment, mode);
    let text = n.text(0);
    let text = "0".repeat((max + 1).saturating_sub(text.len())) + &text;
    let (integer, fraction) = text.split_at(text.len() - max);
    let rounded = Rounded {
        integer: integer.to_owned(),
        fraction: cut(fraction.to_owned(), max - min),
        number: n.scaled(-f),
    };
    Raw { rounded, magnitude: -f }
}

/// Removes up to `limit` zeros from the end.
fn cut(mut fraction: String, limit: usize) -> String {
    let kept = fraction.trim_end_matches('0').len().max(fraction.len().saturating_sub(limit));
    fraction.truncate(kept);
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn precision(text: &str, exponent: i64, digits: (usize, usize)) -> String {
        written(&to_raw_precision(
            &Decimal::new(text.as_bytes(), exponent),
            digits,
            UnsignedMode::HalfInfinity,
        ))
    }

    fn fixed(text: &str, exponent: i64, digits: (usize, usize), increment: u32) -> String {
        let x = Decimal::new(text.as_bytes(), exponent);
        written(&to_raw_fixed(&x, digits, increment, UnsignedMode::HalfInfinity))
    }

    fn written(raw: &Raw) -> String {
        let Rounded { integer, fraction, .. } = &raw.rounded;
        format!("{integer}.{fraction} {}", raw.magnitude)
    }

    #[test]
    fn significant_digits() {
        assert_eq!(precision("0", 0, (3, 5)), "0.00 -4");
        assert_eq!(precision("123456", 0, (1, 3)), "123000. 3");
        assert_eq!(precision("9995", -1, (1, 3)), "1000. 1");
        assert_eq!(precision("12", -4, (3, 3)), "0.00120 -5");
        assert_eq!(precision("99999", -8, (1, 2)), "0.001 -4");
        assert_eq!(precision("15", -1, (1, 21)), "1.5 -20");
    }

    #[test]
    fn fraction_digits() {
        assert_eq!(fixed("1005", -3, (2, 2), 1), "1.01 -2");
        assert_eq!(fixed("5", -7, (0, 3), 1), "0. -3");
        assert_eq!(fixed("995", -3, (0, 2), 1), "1. -2");
        assert_eq!(fixed("5", -2, (1, 3), 1), "0.05 -3");
        assert_eq!(fixed("12", 0, (0, 0), 5), "10. 0");
    }
}
