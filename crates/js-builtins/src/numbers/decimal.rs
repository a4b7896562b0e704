//! Decimal digits of numbers, exactly: what Number.prototype.toFixed and its relatives are made of.

use js_rt::num_bigint::BigUint;

/// The integers m and e for which a positive finite number is m * 2^e.
fn parts(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

fn power_of_ten(exponent: u32) -> BigUint {
    BigUint::from(10_u32).pow(exponent)
}

/// The integer nearest to x * 10^scale, the larger one of two, for a finite x that is not negative.
fn scaled(x: f64, scale: i32) -> BigUint {
    let (mantissa, exponent) = parts(x);
    let mut numerator = BigUint::from(mantissa);
    let mut denominator = BigUint::from(1_u32);
    if scale >= 0 {
        numerator *= power_of_ten(scale.unsigned_abs());
    } else {
        denominator *= power_of_ten(scale.unsigned_abs());
    }
    if exponent >= 0 {
        numerator <<= exponent.unsigned_abs();
    } else {
        denominator <<= exponent.unsigned_abs();
    }
    ((numerator << 1_u32) + &denominator) / (denominator << 1_u32)
}

/// The digits of a number with `fraction` of them behind the point.
pub(super) fn fixed(x: f64, fraction: usize) -> String {
    let mut digits = scaled(x, fraction as i32).to_string();
    if fraction == 0 {
        return digits;
    }
    if digits.len() <= fraction {
        digits.insert_str(0, &"0".repeat(fraction + 1 - digits.len()));
    }
    digits.insert(digits.len() - fraction, '.');
    digits
}

/// The first `precision` digits of a positive number, rounded, and the exponent e for which it is d.ddd * 10^e.
pub(super) fn digits(x: f64, precision: usize) -> (String, i32) {
    if x == 0.0 {
        return ("0".repeat(precision), 0);
    }
    let mut exponent = x.log10().floor() as i32;
    loop {
        let digits = scaled(x, precision as i32 - 1 - exponent).to_string();
        // The logarithm is near the truth only, and rounding may carry into another digit.
        match digits.len().cmp(&precision) {
            std::cmp::Ordering::Equal => {
                // A power of ten may be that from below, which more of the digits tell.
                if digits.trim_end_matches('0') == "1" {
                    let finer = scaled(x, precision as i32 - exponent).to_string();
                    if finer.len() == precision {
                        return (finer, exponent - 1);
                    }
                }
                return (digits, exponent);
            }
            std::cmp::Ordering::Greater => exponent += 1,
            std::cmp::Ordering::Less => exponent -= 1,
        }
    }
}

/// As few digits as tell a positive number from all others, and the exponent.
pub(super) fn shortest(x: f64) -> (String, i32) {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// The shortest digits in full, with at most `fraction` of them behind the point.
pub(super) fn readable(x: f64, fraction: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let (digits, exponent) = shortest(x);
    let whole = usize::try_from(exponent + 1).unwrap_or(0);
    let zeros = "0".repeat((-exponent).max(0) as usize);
    let mut digits = zeros + &digits;
    let whole = whole.max(1);
    while digits.len() < whole {
        digits.push('0');
    }
    let kept = whole + fraction;
    if digits.len() > kept {
        let up = digits.as_bytes()[kept] >= b'5';
        digits.truncate(kept);
        let number: BigUint = digits.parse().unwrap_or_default();
        let number = (number + u32::from(up)).to_string();
        digits = "0".repeat(kept.saturating_sub(number.len())) + &number;
    }
    let fraction = digits.split_off(digits.len() - digits.len().saturating_sub(whole).min(fraction));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { digits } else { format!("{digits}.{fraction}") }
}

/// Digits with exponent: `d.ddde+x`.
pub(super) fn exponential(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_up() {
        assert_eq!(fixed(0.5, 0), "1");
        assert_eq!(fixed(2.5, 0), "3");
        assert_eq!(fixed(1.005, 2), "1.00");
        assert_eq!(fixed(0.000001, 7), "0.0000010");
        assert_eq!(fixed(1e20, 2), "100000000000000000000.00");
        assert_eq!(digits(25.0, 1), ("3".into(), 1));
        assert_eq!(digits(999.9, 2), ("10".into(), 3));
        assert_eq!(digits(1e-21, 16), ("9999999999999999".into(), -22));
        assert_eq!(digits(100.0, 2), ("10".into(), 2));
        assert_eq!(digits(5e-324, 3), ("494".into(), -324));
        assert_eq!(digits(f64::MAX, 3), ("180".into(), 308));
        assert_eq!(shortest(123.456), ("123456".into(), 2));
        assert_eq!(readable(1234.5678, 3), "1234.568");
        assert_eq!(readable(999.9996, 3), "1000");
        assert_eq!(readable(0.0004, 3), "0");
        assert_eq!(readable(0.0005, 3), "0.001");
        assert_eq!(readable(1e21, 3), "1000000000000000000000");
        assert_eq!(readable(0.5, 3), "0.5");
        assert_eq!(exponential("1", -7), "1e-7");
    }
}
