//! 21.3 The Math Object.

use super::{random, sum::ExactSum};
use js_rt::{MathOp, Value};
use js_vm::{Args, Build, Intrinsic, IteratorKind, NativeFn, Res, Throw, Vm};
use std::f64::consts;

pub(crate) fn install(vm: &Vm) -> Res<()> {
    let constants = [
        ("E", consts::E),
        ("LN10", consts::LN_10),
        ("LN2", consts::LN_2),
        ("LOG10E", consts::LOG10_E),
        ("LOG2E", consts::LOG2_E),
        ("PI", consts::PI),
        ("SQRT1_2", consts::FRAC_1_SQRT_2),
        ("SQRT2", consts::SQRT_2),
    ];
    let binary: [(&str, NativeFn); 4] = [("clz32", clz32), ("imul", imul), ("max", max), ("min", min)];
    for (name, f) in UNARY.iter().copied().chain(binary) {
        if let Some(op) = MathOp::named(name) {
            vm.note_math_op(f, op);
        }
    }
    let mut build = Build::namespace(vm, Intrinsic::Math, "Math").to_string_tag("Math");
    for (name, value) in constants {
        build = build.constant(name, value);
    }
    for (name, f) in UNARY {
        build = build.method(name, 1, *f);
    }
    build
        .method("atan2", 2, atan2)
        .method("clz32", 1, clz32)
        .method("hypot", 2, hypot)
        .method("imul", 2, imul)
        .method("max", 2, max)
        .method("min", 2, min)
        .method("pow", 2, pow)
        .method("sumPrecise", 1, sum_precise)
        .global()
        .finish()?;
    random::install(vm).map(drop)
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $text:literal |$x:ident| $value:expr;)*) => {
        $(
            $(#[$doc])*
            fn $name(vm: &Vm, args: &Args<'_>) -> Res<Value> {
                let $x = vm.to_number(args.get(0))?;
                Ok(Value::number($value))
            }
        )*

        /// The functions of one number.
        const UNARY: &[(&str, NativeFn)] = &[$(($text, $name)),*];
    };
}

unary! {
    /// 21.3.2.1 Math.abs ( x )
    abs "abs" |x| x.abs();
    /// 21.3.2.2 Math.acos ( x )
    acos "acos" |x| libm::acos(x);
    /// 21.3.2.3 Math.acosh ( x )
    acosh "acosh" |x| libm::acosh(x);
    /// 21.3.2.4 Math.asin ( x )
    asin "asin" |x| libm::asin(x);
    /// 21.3.2.5 Math.asinh ( x )
    asinh "asinh" |x| libm::asinh(x);
    /// 21.3.2.6 Math.atan ( x )
    atan "atan" |x| libm::atan(x);
    /// 21.3.2.7 Math.atanh ( x )
    atanh "atanh" |x| libm::atanh(x);
    /// 21.3.2.9 Math.cbrt ( x )
    cbrt "cbrt" |x| libm::cbrt(x);
    /// 21.3.2.10 Math.ceil ( x )
    ceil "ceil" |x| x.ceil();
    /// 21.3.2.12 Math.cos ( x )
    cos "cos" |x| libm::cos(x);
    /// 21.3.2.13 Math.cosh ( x )
    cosh "cosh" |x| x.cosh();
    /// 21.3.2.14 Math.exp ( x )
    exp "exp" |x| x.exp();
    /// 21.3.2.15 Math.expm1 ( x )
    expm1 "expm1" |x| libm::expm1(x);
    /// 21.3.2.16 Math.floor ( x )
    floor "floor" |x| x.floor();
    /// 21.3.2.17 Math.fround ( x )
    fround "fround" |x| f64::from(x as f32);
    /// 21.3.2.18 Math.f16round ( x )
    f16round "f16round" |x| round_to_half(x);
    /// 21.3.2.21 Math.log ( x )
    log "log" |x| libm::log(x);
    /// 21.3.2.22 Math.log1p ( x )
    log1p "log1p" |x| libm::log1p(x);
    /// 21.3.2.23 Math.log10 ( x )
    log10 "log10" |x| libm::log10(x);
    /// 21.3.2.24 Math.log2 ( x )
    log2 "log2" |x| libm::log2(x);
    /// 21.3.2.28 Math.round ( x )
    round "round" |x| round_half_up(x);
    /// 21.3.2.29 Math.sign ( x )
    sign "sign" |x| if x == 0.0 || x.is_nan() { x } else { x.signum() };
    /// 21.3.2.30 Math.sin ( x )
    sin "sin" |x| libm::sin(x);
    /// 21.3.2.31 Math.sinh ( x )
    sinh "sinh" |x| libm::sinh(x);
    /// 21.3.2.32 Math.sqrt ( x )
    sqrt "sqrt" |x| x.sqrt();
    /// 21.3.2.34 Math.tan ( x )
    tan "tan" |x| libm::tan(x);
    /// 21.3.2.35 Math.tanh ( x )
    tanh "tanh" |x| libm::tanh(x);
    /// 21.3.2.36 Math.trunc ( x )
    trunc "trunc" |x| x.trunc();
}

/// The integer nearest to a number, the larger one of two.
fn round_half_up(x: f64) -> f64 {
    let floor = x.floor();
    // The difference is exact, or less than one half and far from it.
    let rounded = if x - floor >= 0.5 { floor + 1.0 } else { floor };
    rounded.copysign(x)
}

/// The binary16 number nearest to a number, the even one of two.
fn round_to_half(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let exponent = ((x.to_bits() >> 52 & 0x7ff) as i32 - 1023).max(-14);
    // 10 bits behind the first one. Steps of powers of two round nothing but the result.
    let step = f64::from_bits(((exponent - 10 + 1023) as u64) << 52);
    let rounded = (x / step).round_ties_even() * step;
    if rounded.abs() > 65504.0 { f64::INFINITY.copysign(x) } else { rounded }
}

/// 21.3.2.8 Math.atan2 ( y, x )
fn atan2(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let y = vm.to_number(args.get(0))?;
    let x = vm.to_number(args.get(1))?;
    Ok(Value::number(libm::atan2(y, x)))
}

/// 21.3.2.11 Math.clz32 ( x )
fn clz32(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::from(vm.to_uint32(args.get(0))?.leading_zeros()))
}

/// 21.3.2.19 Math.hypot ( ...args )
fn hypot(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    // What was converted takes the place of the arguments: the list may be long.
    let (mut largest, mut nan, mut infinite) = (0.0_f64, false, false);
    for cell in args.list {
        let number = vm.to_number(cell.get())?.abs();
        cell.set(Value::number(number));
        nan |= number.is_nan();
        infinite |= number.is_infinite();
        largest = largest.max(number);
    }
    if infinite {
        return Ok(Value::number(f64::INFINITY));
    }
    if nan {
        return Ok(Value::number(f64::NAN));
    }
    if largest == 0.0 {
        return Ok(Value::int(0));
    }
    // Kahan's summation of the squares of what is at most 1.
    let (mut sum, mut compensation) = (0.0, 0.0);
    for number in args.list.iter().filter_map(|cell| cell.get().as_number()) {
        let ratio = number / largest;
        let summand = ratio * ratio - compensation;
        let preliminary = sum + summand;
        compensation = (preliminary - sum) - summand;
        sum = preliminary;
    }
    Ok(Value::number(sum.sqrt() * largest))
}

/// 21.3.2.20 Math.imul ( x, y )
fn imul(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let a = vm.to_int32(args.get(0))?;
    let b = vm.to_int32(args.get(1))?;
    Ok(Value::int(a.wrapping_mul(b)))
}

/// The one of all numbers that `beats` the others; -0 is less than +0.
fn extreme(vm: &Vm, args: &Args<'_>, start: f64, beats: impl Fn(f64, f64) -> bool) -> Res<Value> {
    let mut best = start;
    for cell in args.list {
        let number = vm.to_number(cell.get())?;
        if number.is_nan() || beats(number, best) {
            best = if best.is_nan() { best } else { number };
        }
    }
    Ok(Value::number(best))
}

/// 21.3.2.25 Math.max ( ...args )
fn max(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    extreme(vm, args, f64::NEG_INFINITY, |a, b| a > b || (a == b && b.is_sign_negative()))
}

/// 21.3.2.26 Math.min ( ...args )
fn min(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    extreme(vm, args, f64::INFINITY, |a, b| a < b || (a == b && a.is_sign_negative()))
}

/// 21.3.2.27 Math.pow ( base, exponent )
fn pow(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let base = vm.to_number(args.get(0))?;
    let exponent = vm.to_number(args.get(1))?;
    vm.exp(Value::number(base), Value::number(exponent))
}

/// 21.3.2.33 Math.sumPrecise ( items )
fn sum_precise(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let items = vm.require_object_coercible(args.get(0))?;
    let record = vm.get_iterator(items, IteratorKind::Sync)?;
    let mut sum = Sum { exact: ExactSum::new(), minus_zero: true, special: None };
    while let Some(value) = vm.iterator_step_value(&record)? {
        match value.as_number() {
            Some(number) => sum.add(number),
            None => {
                let thrown: Throw = not_a_number(vm, value);
                return vm.iterator_close(&record, Err(thrown));
            }
        }
        vm.poll()?;
    }
    Ok(Value::number(sum.result()))
}

#[cold]
fn not_a_number(vm: &Vm, value: Value) -> Throw {
    let text = vm.describe_value(value);
    vm.type_error(format_args!("Math.sumPrecise: {text} is not a number"))
}

/// What Math.sumPrecise has summed up so far.
struct Sum {
    exact: ExactSum,
    /// Only zeros of negative sign, or nothing, were added.
    minus_zero: bool,
    /// An infinity or NaN.
    special: Option<f64>,
}

impl Sum {
    fn add(&mut self, number: f64) {
        if !number.is_finite() {
            self.special = Some(self.special.map_or(number, |special| special + number));
        } else if number != 0.0 || !number.is_sign_negative() {
            self.minus_zero = false;
            self.exact.add(number);
        }
    }

    fn result(self) -> f64 {
        match self.special {
            Some(special) => special,
            None if self.minus_zero => -0.0,
            None => self.exact.round(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{round_half_up, round_to_half};

    #[test]
    fn rounding() {
        assert_eq!(round_half_up(0.499_999_999_999_999_94), 0.0);
        assert_eq!(round_half_up(2.5), 3.0);
        assert_eq!(round_half_up(-2.5), -2.0);
        assert!(round_half_up(-0.2).is_sign_negative());
        assert_eq!(round_to_half(65519.99), 65504.0);
        assert_eq!(round_to_half(65520.0), f64::INFINITY);
        assert_eq!(round_to_half(2.980_232_238_769_532e-8), 5.960_464_477_539_063e-8);
        assert_eq!(round_to_half(2.980_232_238_769_531e-8), 0.0);
        assert_eq!(round_to_half(1.000_488_281_25), 1.0);
        assert_eq!(round_to_half(1.337), 1.336_914_062_5);
    }
}
