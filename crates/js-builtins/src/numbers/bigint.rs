//! 21.2 BigInt Objects.

use super::grouping::grouped;
use js_rt::num_bigint::BigInt;
use js_rt::{Big, Class, Value};
use js_vm::{Args, Build, Hint, Intrinsic, Res, Throw, Vm};
use num_traits::{FromPrimitive, One, Signed, Zero};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::BigInt, "BigInt", 1, bigint)
        .static_method("asIntN", 2, as_int_n)
        .static_method("asUintN", 2, as_uint_n)
        .prototype(Intrinsic::BigIntPrototype)
        .method("toLocaleString", 0, to_locale_string)
        .method("toString", 0, to_string)
        .method("valueOf", 0, value_of)
        .to_string_tag("BigInt")
        .global()
        .finish()
        .map(drop)
}

/// 21.2.1.1 BigInt ( value )
fn bigint(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.new_target.is_some() {
        return Err(vm.type_error("BigInt is not a constructor"));
    }
    let primitive = vm.to_primitive(args.get(0), Hint::Number)?;
    match primitive.as_number() {
        Some(number) => number_to_bigint(vm, number),
        None => vm.to_big_int(primitive).map(Value::from),
    }
}

/// 21.2.1.1.1 NumberToBigInt ( number )
fn number_to_bigint(vm: &Vm, number: f64) -> Res<Value> {
    match BigInt::from_f64(number).filter(|_| number.trunc() == number) {
        Some(big) => Ok(vm.rt.new_bigint(big)?.into()),
        None => {
            let text = js_rt::number::number_to_string(number);
            let message = format_args!(
                "The number {text} cannot be converted to a BigInt because it is not an integer"
            );
            Err(vm.range_error(message))
        }
    }
}

/// A BigInt modulo 2^bits, for so few bits that this changes it.
fn low_bits(big: &BigInt, bits: u64) -> BigInt {
    let mask: BigInt = (BigInt::one() << bits) - 1;
    big & mask
}

/// 21.2.2.1 BigInt.asIntN ( bits, bigint )
fn as_int_n(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let bits = vm.to_index(args.get(0))?;
    let big = vm.to_big_int(args.get(1))?;
    let value = big.value();
    if bits > value.bits() {
        return Ok(big.into());
    }
    if bits == 0 {
        return vm.bigint(BigInt::zero());
    }
    let low = low_bits(value, bits);
    let result = if low.bit(bits - 1) { low - (BigInt::one() << bits) } else { low };
    vm.bigint(result)
}

/// 21.2.2.2 BigInt.asUintN ( bits, bigint )
fn as_uint_n(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    const MOST: u64 = 1 << 30;
    let bits = vm.to_index(args.get(0))?;
    let big = vm.to_big_int(args.get(1))?;
    let value = big.value();
    if !value.is_negative() && bits >= value.bits() {
        return Ok(big.into());
    }
    if bits > MOST {
        return Err(Throw::BigIntSize);
    }
    vm.bigint(low_bits(value, bits))
}

/// 21.2.3.4.1 ThisBigIntValue ( value )
fn this_bigint_value(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Big> {
    let data = || vm.primitive_data(args.this, Class::BigIntObject).and_then(Value::as_bigint);
    match args.this.as_bigint().or_else(data) {
        Some(big) => Ok(big),
        None => {
            Err(vm.type_error(format_args!("BigInt.prototype.{method} requires that 'this' be a BigInt")))
        }
    }
}

/// 21.2.3.2 BigInt.prototype.toLocaleString ( \[ reserved1 \[ , reserved2 \] \] )
fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let big = this_bigint_value(vm, args, "toLocaleString")?;
    Ok(vm.rt.str_from_utf8(&grouped(&big.value().to_string()))?.into())
}

/// 21.2.3.3 BigInt.prototype.toString ( \[ radix \] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let big = this_bigint_value(vm, args, "toString")?;
    let radix = match args.get(0) {
        Value::UNDEFINED => 10.0,
        radix => vm.to_integer_or_infinity(radix)?,
    };
    if !(2.0..=36.0).contains(&radix) {
        return Err(vm.range_error("toString() radix argument must be between 2 and 36"));
    }
    Ok(vm.rt.str_from_utf8(&big.value().to_str_radix(radix as u32))?.into())
}

/// 21.2.3.4 BigInt.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_bigint_value(vm, args, "valueOf").map(Value::from)
}
