//! 21.1 Number Objects.

use super::{decimal, grouping::grouped};
use js_rt::number::{number_to_string, to_string_radix};
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use num_traits::ToPrimitive;

const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::Number, "Number", 1, number)
        .constant("EPSILON", f64::EPSILON)
        .constant("MAX_SAFE_INTEGER", MAX_SAFE_INTEGER)
        .constant("MAX_VALUE", f64::MAX)
        .constant("MIN_SAFE_INTEGER", -MAX_SAFE_INTEGER)
        .constant("MIN_VALUE", 5e-324)
        .constant("NaN", f64::NAN)
        .constant("NEGATIVE_INFINITY", f64::NEG_INFINITY)
        .constant("POSITIVE_INFINITY", f64::INFINITY)
        .static_method("isFinite", 1, is_finite)
        .static_method("isInteger", 1, is_integer)
        .static_method("isNaN", 1, is_nan)
        .static_method("isSafeInteger", 1, is_safe_integer)
        .value("parseFloat", vm.intrinsic(Intrinsic::ParseFloat))
        .value("parseInt", vm.intrinsic(Intrinsic::ParseInt))
        .prototype_of(Intrinsic::NumberPrototype, Intrinsic::ObjectPrototype, Class::Number)
        .method("toExponential", 1, to_exponential)
        .method("toFixed", 1, to_fixed)
        .method("toLocaleString", 0, to_locale_string)
        .method("toPrecision", 1, to_precision)
        .method("toString", 1, to_string)
        .method("valueOf", 0, value_of)
        .global()
        .finish()?;
    vm.intrinsic(Intrinsic::NumberPrototype).set_payload(&vm.rt, Value::int(0));
    Ok(())
}

/// 21.1.1.1 Number ( value )
fn number(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let mut n = Value::int(0);
    if let Some(value) = args.given(0) {
        n = vm.to_numeric(value)?;
        if let Some(big) = n.as_bigint() {
            n = Value::number(big.value().to_f64().unwrap_or(f64::NAN));
        }
    }
    let Some(new_target) = args.new_target else {
        return Ok(n);
    };
    let o = vm.ordinary_create_from_constructor(new_target, Intrinsic::NumberPrototype, Class::Number)?;
    o.set_payload(&vm.rt, n);
    Ok(o.into())
}

/// 21.1.2.2 Number.isFinite ( number )
fn is_finite(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(args.get(0).as_number().is_some_and(f64::is_finite)))
}

/// 7.2.6 IsIntegralNumber
fn integral(value: Value) -> Option<f64> {
    value.as_number().filter(|number| number.is_finite() && number.trunc() == *number)
}

/// 21.1.2.3 Number.isInteger ( number )
fn is_integer(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(integral(args.get(0)).is_some()))
}

/// 21.1.2.4 Number.isNaN ( number )
fn is_nan(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(args.get(0).as_number().is_some_and(f64::is_nan)))
}

/// 21.1.2.5 Number.isSafeInteger ( number )
fn is_safe_integer(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(integral(args.get(0)).is_some_and(|number| number.abs() <= MAX_SAFE_INTEGER)))
}

/// 21.1.3.7.1 ThisNumberValue ( value )
fn this_number_value(vm: &Vm, args: &Args<'_>, method: &str) -> Res<f64> {
    let data = || vm.primitive_data(args.this, Class::Number).and_then(Value::as_number);
    match args.this.as_number().or_else(data) {
        Some(number) => Ok(number),
        None => {
            Err(vm.type_error(format_args!("Number.prototype.{method} requires that 'this' be a Number")))
        }
    }
}

fn text(vm: &Vm, text: &str) -> Res<Value> {
    Ok(vm.rt.str_from_utf8(text)?.into())
}

/// The text for a number, given that of its absolute value.
fn signed(vm: &Vm, x: f64, digits: &str) -> Res<Value> {
    if x < 0.0 { text(vm, &format!("-{digits}")) } else { text(vm, digits) }
}

/// 21.1.3.2 Number.prototype.toExponential ( fractionDigits )
fn to_exponential(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let x = this_number_value(vm, args, "toExponential")?;
    let fraction = vm.to_integer_or_infinity(args.get(0))?;
    if !x.is_finite() {
        return text(vm, &number_to_string(x));
    }
    if !(0.0..=100.0).contains(&fraction) {
        return Err(vm.range_error("toExponential() argument must be between 0 and 100"));
    }
    let (digits, exponent) = match args.get(0).is_undefined() {
        true => decimal::shortest(x.abs()),
        false => decimal::digits(x.abs(), fraction as usize + 1),
    };
    signed(vm, x, &decimal::exponential(&digits, exponent))
}

/// 21.1.3.3 Number.prototype.toFixed ( fractionDigits )
fn to_fixed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let x = this_number_value(vm, args, "toFixed")?;
    let fraction = vm.to_integer_or_infinity(args.get(0))?;
    if !(0.0..=100.0).contains(&fraction) {
        return Err(vm.range_error("toFixed() digits argument must be between 0 and 100"));
    }
    if !x.is_finite() || x.abs() >= 1e21 {
        return text(vm, &number_to_string(x));
    }
    signed(vm, x, &decimal::fixed(x.abs(), fraction as usize))
}

/// 21.1.3.4 Number.prototype.toLocaleString ( \[ reserved1 \[ , reserved2 \] \] )
fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let x = this_number_value(vm, args, "toLocaleString")?;
    if x.is_nan() {
        return text(vm, "NaN");
    }
    if x.is_infinite() {
        return signed(vm, x, "∞");
    }
    let digits = decimal::readable(x.abs(), 3);
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let sign = if x.is_sign_negative() { "-" } else { "" };
    text(vm, &format!("{sign}{}{fraction}", grouped(whole)))
}

/// 21.1.3.5 Number.prototype.toPrecision ( precision )
fn to_precision(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let x = this_number_value(vm, args, "toPrecision")?;
    if args.get(0).is_undefined() {
        return text(vm, &number_to_string(x));
    }
    let precision = vm.to_integer_or_infinity(args.get(0))?;
    if !x.is_finite() {
        return text(vm, &number_to_string(x));
    }
    if !(1.0..=100.0).contains(&precision) {
        return Err(vm.range_error("toPrecision() argument must be between 1 and 100"));
    }
    let precision = precision as usize;
    let (digits, exponent) = decimal::digits(x.abs(), precision);
    if exponent < -6 || exponent >= precision as i32 {
        return signed(vm, x, &decimal::exponential(&digits, exponent));
    }
    let digits = match usize::try_from(exponent) {
        Ok(exponent) if exponent + 1 == precision => digits,
        Ok(exponent) => {
            let (whole, fraction) = digits.split_at(exponent + 1);
            format!("{whole}.{fraction}")
        }
        Err(_) => format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
    };
    signed(vm, x, &digits)
}

/// 21.1.3.6 Number.prototype.toString ( \[ radix \] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let x = this_number_value(vm, args, "toString")?;
    let radix = match args.get(0) {
        Value::UNDEFINED => 10.0,
        radix => vm.to_integer_or_infinity(radix)?,
    };
    if !(2.0..=36.0).contains(&radix) {
        return Err(vm.range_error("toString() radix argument must be between 2 and 36"));
    }
    if radix == 10.0 {
        return Ok(vm.rt.number_to_str(x)?.into());
    }
    text(vm, &to_string_radix(x, radix as u32))
}

/// 21.1.3.7 Number.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_number_value(vm, args, "valueOf").map(Value::number)
}
