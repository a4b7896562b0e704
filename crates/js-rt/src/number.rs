//! Conversions of numbers that run no code.

use crate::{Rt, Str, StrView};
use heap::OutOfMemory;
use num_bigint::{BigInt, Sign};
use num_traits::{FromPrimitive, Zero};
use std::cmp::Ordering;

/// 7.1.5 ToIntegerOrInfinity of a number.
pub fn to_integer_or_infinity(number: f64) -> f64 {
    // Adding 0 makes -0 positive.
    if number.is_nan() { 0.0 } else { number.trunc() + 0.0 }
}

/// 7.1.6 ToInt32 of a number.
#[inline]
pub fn to_int32(number: f64) -> i32 {
    let int = number as i32;
    if f64::from(int) == number { int } else { modulo_2_64(number) as i32 }
}

/// 7.1.7 ToUint32 of a number.
#[inline]
pub fn to_uint32(number: f64) -> u32 {
    to_int32(number) as u32
}

/// 7.1.8 ToInt16 of a number.
pub fn to_int16(number: f64) -> i16 {
    to_int32(number) as i16
}

/// 7.1.9 ToUint16 of a number.
pub fn to_uint16(number: f64) -> u16 {
    to_int32(number) as u16
}

/// 7.1.10 ToInt8 of a number.
pub fn to_int8(number: f64) -> i8 {
    to_int32(number) as i8
}

/// 7.1.11 ToUint8 of a number.
pub fn to_uint8(number: f64) -> u8 {
    to_int32(number) as u8
}

/// 7.1.12 ToUint8Clamp of a number.
pub fn to_uint8_clamp(number: f64) -> u8 {
    // Casts clamp, and make NaN zero.
    number.round_ties_even() as u8
}

/// The integer part modulo 2^64; 0 for what is not finite.
pub fn modulo_2_64(number: f64) -> u64 {
    const MANTISSA: u32 = 52;
    let bits = number.to_bits();
    let exponent = (bits >> MANTISSA & 0x7ff) as i32 - 1023;
    let mantissa = bits & ((1 << MANTISSA) - 1) | 1 << MANTISSA;
    let magnitude = match exponent {
        ..0 => 0,
        0..52 => mantissa >> (52 - exponent),
        52..116 => mantissa << (exponent - 52),
        // Multiples of 2^64, infinities and NaNs.
        _ => 0,
    };
    if number.is_sign_negative() { magnitude.wrapping_neg() } else { magnitude }
}

/// 6.1.6.1.6 Number::remainder.
#[inline]
pub fn remainder(number: f64, divisor: f64) -> f64 {
    number % divisor
}

/// 6.1.6.1.3 Number::exponentiate.
pub fn exponentiate(base: f64, exponent: f64) -> f64 {
    // IEEE 754 has 1 for both.
    if exponent.is_nan() || base.abs() == 1.0 && exponent.is_infinite() {
        return f64::NAN;
    }
    base.powf(exponent)
}

/// Text of a number: 6.1.6.1.20 Number::toString with radix 10.
pub fn number_to_string(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

/// 6.1.6.1.20 Number::toString with a radix of 2 to 36: the shortest digits that mean this number and no other, the last one
/// rounded.
pub fn to_string_radix(number: f64, radix: u32) -> String {
    if radix == 10 || !number.is_finite() || number == 0.0 {
        return number_to_string(number);
    }
    let mut text = String::new();
    if number < 0.0 {
        text.push('-');
    }
    let number = number.abs();
    let (mut whole, mut fraction) = (whole_digits(number.trunc(), radix), Vec::new());
    if number.fract() > 0.0 && fraction_digits(number, radix, &mut fraction) {
        carry(&mut whole, radix);
    }
    let digit = |digit: &u8| char::from_digit(u32::from(*digit), radix).unwrap_or('0');
    text.extend(whole.iter().map(digit));
    if !fraction.is_empty() {
        text.push('.');
        text.extend(fraction.iter().map(digit));
    }
    text
}

/// The digits of an integer that is not negative. Those that the double does not determine are what others make of them:
/// quotients are doubles again, and digits that no double could tell apart are zeros.
fn whole_digits(number: f64, radix: u32) -> Vec<u8> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let radix = f64::from(radix);
    let (mut digits, mut rest) = (Vec::new(), number);
    while rest >= EXACT * radix {
        rest /= radix;
        digits.push(0);
    }
    loop {
        let digit = rest % radix;
        digits.push(digit as u8);
        rest = (rest - digit) / radix;
        if rest <= 0.0 {
            digits.reverse();
            return digits;
        }
    }
}

/// The digits behind the point, as few as tell the number from its neighbours; whether the last carries over into the
/// integer part.
fn fraction_digits(number: f64, radix: u32, digits: &mut Vec<u8>) -> bool {
    let radix = f64::from(radix);
    let mut fraction = number.fract();
    let mut delta = (0.5 * (number.next_up() - number)).max(f64::from_bits(1));
    loop {
        fraction *= radix;
        delta *= radix;
        let digit = fraction as u8;
        digits.push(digit);
        fraction -= f64::from(digit);
        // Rounds half to even when the rest would be too much, or below what counts.
        if (fraction > 0.5 || fraction == 0.5 && digit & 1 == 1) && fraction + delta > 1.0 {
            return round_up(digits, radix as u8);
        }
        if fraction < delta {
            return false;
        }
    }
}

/// Adds one to the last digit; whether that carries over beyond the first.
fn round_up(digits: &mut Vec<u8>, radix: u8) -> bool {
    while let Some(last) = digits.pop() {
        if last + 1 < radix {
            digits.push(last + 1);
            return false;
        }
    }
    true
}

/// Adds one.
fn carry(digits: &mut Vec<u8>, radix: u32) {
    for digit in digits.iter_mut().rev() {
        if u32::from(*digit) + 1 < radix {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

/// WhiteSpace and LineTerminator (12.2, 12.3).
pub fn is_white_space(unit: u16) -> bool {
    matches!(
        unit,
        0x09..=0x0d
            | 0x20
            | 0xa0
            | 0x1680
            | 0x2000..=0x200a
            | 0x2028
            | 0x2029
            | 0x202f
            | 0x205f
            | 0x3000
            | 0xfeff
    )
}

/// The units without white space at both ends (22.1.3.32.1 TrimString).
pub fn trim(text: StrView<'_>) -> StrView<'_> {
    let start = text.units().position(|unit| !is_white_space(unit)).unwrap_or(text.len());
    let end = text.units().rposition(|unit| !is_white_space(unit)).map_or(start, |last| last + 1);
    text.slice(start, end)
}

/// The units as ASCII text; `None` when one is none.
fn ascii(text: StrView<'_>) -> Option<String> {
    text.units().map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii).map(char::from)).collect()
}

/// What comes after `0x`, `0o` or `0b`, and the radix.
fn prefixed(text: &str) -> Option<(&str, u32)> {
    let rest = text.strip_prefix('0')?;
    let radix = match rest.as_bytes().first()? {
        b'x' | b'X' => 16,
        b'o' | b'O' => 8,
        b'b' | b'B' => 2,
        _ => return None,
    };
    Some((&rest[1..], radix))
}

/// 7.1.4.1.1 StringToNumber.
pub fn string_to_number(text: StrView<'_>) -> f64 {
    let text = trim(text);
    if text.is_empty() {
        return 0.0;
    }
    let Some(text) = ascii(text) else { return f64::NAN };
    if let Some((digits, radix)) = prefixed(&text) {
        return digits_to_number(digits, radix).unwrap_or(f64::NAN);
    }
    decimal_to_number(&text)
}

/// StrDecimalLiteral (7.1.4.1) as a whole; NaN for other texts.
fn decimal_to_number(text: &str) -> f64 {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if digits == "Infinity" {
        return sign * f64::INFINITY;
    }
    // Rust's syntax is the same but for signs, `inf`, `infinity` and `nan`.
    match digits.as_bytes().first() {
        Some(b'0'..=b'9' | b'.') => digits.parse::<f64>().map_or(f64::NAN, |number| sign * number),
        _ => f64::NAN,
    }
}

/// The integer with these digits, rounded to the nearest double; `None` when there are none, or others.
pub fn digits_to_number(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() || !digits.bytes().all(|digit| char::from(digit).is_digit(radix)) {
        return None;
    }
    if let Ok(number) = u64::from_str_radix(digits, radix)
        && number < 1 << 53
    {
        return Some(number as f64);
    }
    BigInt::parse_bytes(digits.as_bytes(), radix).map(|number| bigint_to_number(&number))
}

/// 7.1.14 StringToBigInt.
pub fn string_to_bigint(text: StrView<'_>) -> Option<BigInt> {
    let text = trim(text);
    if text.is_empty() {
        return Some(BigInt::zero());
    }
    let text = ascii(text)?;
    let (digits, radix) = prefixed(&text).unwrap_or((&text, 10));
    let unsigned = digits.strip_prefix(['+', '-']).filter(|_| radix == 10).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|digit| char::from(digit).is_digit(radix)) {
        return None;
    }
    let number = BigInt::parse_bytes(unsigned.as_bytes(), radix)?;
    Some(if digits.starts_with('-') { -number } else { number })
}

/// 21.1.1.1 𝔽(ℝ(prim)): the nearest double, ties to even.
pub fn bigint_to_number(big: &BigInt) -> f64 {
    let bits = big.bits();
    if bits <= 64 {
        let magnitude = big.iter_u64_digits().next().unwrap_or(0) as f64;
        return if big.sign() == Sign::Minus { -magnitude } else { magnitude };
    }
    if bits > 1024 {
        return if big.sign() == Sign::Minus { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // The upper 64 bits, the last of them set if any bit below is: rounding then goes the right way.
    let shift = bits - 64;
    let magnitude = big.magnitude();
    let mut top = (magnitude >> shift).iter_u64_digits().next().unwrap_or(0);
    if magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift) {
        top |= 1;
    }
    // 2^shift is exact: at most 2^960.
    let number = top as f64 * 2f64.powi(shift as i32);
    if big.sign() == Sign::Minus { -number } else { number }
}

/// 21.2.1.1.1 NumberToBigInt; `None` when the number is no integer.
pub fn number_to_bigint(number: f64) -> Option<BigInt> {
    if number.is_finite() && number.trunc() == number { BigInt::from_f64(number) } else { None }
}

/// The lowest 64 bits in two's complement (7.1.16 ToBigUint64).
pub fn bigint_low_bits(big: &BigInt) -> u64 {
    let low = big.iter_u64_digits().next().unwrap_or(0);
    if big.sign() == Sign::Minus { low.wrapping_neg() } else { low }
}

/// The order of a BigInt and a number, as mathematical values; `None` for NaN.
pub fn compare_bigint(big: &BigInt, number: f64) -> Option<Ordering> {
    if number.is_nan() {
        return None;
    }
    if number.is_infinite() {
        return Some(if number > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = BigInt::from_f64(number.trunc())?;
    let rest = number.fract();
    Some(big.cmp(&whole).then_with(|| 0.0.partial_cmp(&rest).unwrap_or(Ordering::Equal)))
}

impl Rt {
    /// 6.1.6.1.20 Number::toString with radix 10.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn number_to_str(&self, number: f64) -> Result<Str, OutOfMemory> {
        let int = number as u32;
        if f64::from(int) != number {
            return self.str_latin1(ryu_js::Buffer::new().format(number).as_bytes());
        }
        let mut digits = [0; 10];
        let mut at = digits.len();
        let mut rest = int;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                return self.str_latin1(&digits[at..]);
            }
        }
    }
}
