//! 19.2.2 isFinite, 19.2.3 isNaN, 19.2.4 parseFloat, 19.2.5 parseInt.

use crate::units::is_white_space;
use js_rt::num_bigint::BigUint;
use js_rt::{StrView, Value};
use js_vm::{Args, Res, Vm};
use num_traits::ToPrimitive;

/// 19.2.2 isFinite ( number )
pub(super) fn is_finite(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(vm.to_number(args.get(0))?.is_finite()))
}

/// 19.2.3 isNaN ( number )
pub(super) fn is_nan(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(vm.to_number(args.get(0))?.is_nan()))
}

/// 19.2.4 parseFloat ( string )
pub(super) fn parse_float(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.get(0).is_int() {
        return Ok(args.get(0));
    }
    let string = vm.to_string(args.get(0))?;
    Ok(Value::number(decimal_prefix(string.flat(&vm.rt)?)))
}

fn unit_as_byte(text: StrView<'_>, at: usize) -> u8 {
    u8::try_from(text.at(at)).unwrap_or(0)
}

fn skip_white_space(text: StrView<'_>) -> usize {
    text.units().take_while(|unit| is_white_space(*unit)).count()
}

/// The number that the longest StrDecimalLiteral at the beginning of a text is.
fn decimal_prefix(text: StrView<'_>) -> f64 {
    let start = skip_white_space(text);
    let byte = |at: usize| unit_as_byte(text, at);
    let digits = |from: usize| (from..text.len()).take_while(|at| byte(*at).is_ascii_digit()).count();
    let mut at = start + usize::from(matches!(byte(start), b'+' | b'-'));
    if (at..at + 8).map(byte).eq(*b"Infinity") {
        return if byte(start) == b'-' { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let whole = digits(at);
    at += whole;
    if byte(at) == b'.' {
        let fraction = digits(at + 1);
        if whole + fraction == 0 {
            return f64::NAN;
        }
        at += 1 + fraction;
    } else if whole == 0 {
        return f64::NAN;
    }
    if matches!(byte(at), b'e' | b'E') {
        let sign = usize::from(matches!(byte(at + 1), b'+' | b'-'));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    let literal: String = (start..at).map(|at| char::from(byte(at))).collect();
    literal.parse().unwrap_or(f64::NAN)
}

/// 19.2.5 parseInt ( string, radix )
pub(super) fn parse_int(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.get(0).is_int() && args.get(1).is_undefined() {
        return Ok(args.get(0));
    }
    let string = vm.to_string(args.get(0))?;
    let radix = vm.to_int32(args.get(1))?;
    Ok(Value::number(integer_prefix(string.flat(&vm.rt)?, radix)))
}

/// parseInt from step 2 on
fn integer_prefix(text: StrView<'_>, radix: i32) -> f64 {
    let mut at = skip_white_space(text);
    let negative = unit_as_byte(text, at) == b'-';
    at += usize::from(matches!(unit_as_byte(text, at), b'+' | b'-'));
    let mut radix = match u32::try_from(radix) {
        Ok(radix @ (0 | 2..=36)) => radix,
        _ => return f64::NAN,
    };
    if matches!(radix, 0 | 16) {
        let prefixed = unit_as_byte(text, at) == b'0' && matches!(unit_as_byte(text, at + 1), b'x' | b'X');
        at += if prefixed { 2 } else { 0 };
        radix = if prefixed || radix == 16 { 16 } else { 10 };
    }
    let digit = |at: usize| char::from(unit_as_byte(text, at)).to_digit(radix);
    let end = (at..text.len()).find(|at| digit(*at).is_none()).unwrap_or(text.len());
    if end == at {
        return f64::NAN;
    }
    let digits: Vec<u8> =
        (at..end).filter_map(digit).skip_while(|digit| *digit == 0).map(|digit| digit as u8).collect();
    let value = digits_value(&digits, radix);
    if negative { -value } else { value }
}

/// The number that is nearest to the one with these digits.
fn digits_value(digits: &[u8], radix: u32) -> f64 {
    // More than this are infinite whatever the radix.
    if digits.len() > 1100 {
        return f64::INFINITY;
    }
    if digits.len() <= 10 {
        return digits.iter().fold(0_u64, |value, digit| value * u64::from(radix) + u64::from(*digit)) as f64;
    }
    BigUint::from_radix_be(digits, radix).and_then(|value| value.to_f64()).unwrap_or(f64::NAN)
}
