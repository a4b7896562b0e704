//! 6.1.6 Numeric Types and 13.15.3 ApplyStringOrNumericBinaryOperator: operators on values.
//!
//! Each operator has an inlined part for numbers; what comes behind handles conversions and BigInts.

use super::Hint;
use crate::error::{Res, Throw};
use crate::vm::Vm;
use js_rt::num_bigint::{BigInt, Sign};
use js_rt::{Big, Value, number};
use num_integer::Integer;
use num_traits::{Pow, Signed, ToPrimitive, Zero};

/// Bits that a BigInt may have. No operation can be interrupted: the slowest ones, which make and read text, take seconds at
/// this size. (Other engines: 2^20 and 2^30.)
pub(super) const MAX_BITS: u64 = 1 << 24;

/// A binary operator on numeric values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+` of numeric values
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `**`
    Exp,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `>>>`
    Ushr,
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident $slow:ident $op:ident |$a:ident, $b:ident| $fast:expr;)*) => {
        impl Vm {
            $(
                $(#[$doc])*
                #[inline]
                pub fn $name(&self, left: Value, right: Value) -> Res<Value> {
                    if let (Some($a), Some($b)) = (left.as_number(), right.as_number()) {
                        return Ok($fast);
                    }
                    self.$slow(left, right)
                }

                /// The same for values that are not both numbers.
                #[cold]
                pub fn $slow(&self, left: Value, right: Value) -> Res<Value> {
                    self.apply_numeric(Operator::$op, left, right)
                }
            )*
        }
    };
}

operators! {
    /// 13.8.2 `-`
    sub sub_slow Sub |a, b| Value::number(a - b);
    /// 13.7 `*`
    mul mul_slow Mul |a, b| Value::number(a * b);
    /// 13.7 `/`
    div div_slow Div |a, b| Value::number(a / b);
    /// 13.7 `%`
    rem rem_slow Rem |a, b| Value::number(number::remainder(a, b));
    /// 13.6 `**`
    exp exp_slow Exp |a, b| Value::number(number::exponentiate(a, b));
    /// 13.12 `&`
    bit_and bit_and_slow BitAnd |a, b| Value::int(number::to_int32(a) & number::to_int32(b));
    /// 13.12 `|`
    bit_or bit_or_slow BitOr |a, b| Value::int(number::to_int32(a) | number::to_int32(b));
    /// 13.12 `^`
    bit_xor bit_xor_slow BitXor |a, b| Value::int(number::to_int32(a) ^ number::to_int32(b));
    /// 13.9.1 `<<`
    shl shl_slow Shl |a, b| Value::int(number::to_int32(a).wrapping_shl(number::to_uint32(b)));
    /// 13.9.2 `>>`
    shr shr_slow Shr |a, b| Value::int(number::to_int32(a).wrapping_shr(number::to_uint32(b)));
    /// 13.9.3 `>>>`
    ushr ushr_slow Ushr |a, b| Value::from(number::to_uint32(a).wrapping_shr(number::to_uint32(b)));
}

impl Vm {
    /// 13.8.1 `+`
    #[inline]
    pub fn add(&self, left: Value, right: Value) -> Res<Value> {
        if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
            return Ok(Value::number(a + b));
        }
        self.add_slow(left, right)
    }

    /// 13.8.1 `+` of values that are not both numbers
    pub fn add_slow(&self, left: Value, right: Value) -> Res<Value> {
        if let (Some(a), Some(b)) = (left.as_string(), right.as_string()) {
            return Ok(self.rt.concat(a, b)?.into());
        }
        let left = self.to_primitive(left, Hint::Default)?;
        let right = self.to_primitive(right, Hint::Default)?;
        if left.is_string() || right.is_string() {
            let a = self.to_string(left)?;
            let b = self.to_string(right)?;
            return Ok(self.rt.concat(a, b)?.into());
        }
        self.apply_numeric(Operator::Add, left, right)
    }

    /// 13.15.3 ApplyStringOrNumericBinaryOperator from step 3 on: the operands are converted, then the operation is applied
    pub fn apply_numeric(&self, op: Operator, left: Value, right: Value) -> Res<Value> {
        let left = self.to_numeric(left)?;
        let right = self.to_numeric(right)?;
        match (left.as_number(), right.as_number()) {
            (Some(a), Some(b)) => Ok(apply_numbers(op, a, b)),
            (None, None) => match (left.as_bigint(), right.as_bigint()) {
                (Some(a), Some(b)) => self.apply_bigints(op, a, b),
                _ => Err(self.mixed_types()),
            },
            _ => Err(self.mixed_types()),
        }
    }

    #[cold]
    fn mixed_types(&self) -> Throw {
        self.type_error("Cannot mix BigInt and other types, use explicit conversions")
    }

    /// 6.1.6.2 The BigInt Type: binary operations
    pub fn apply_bigints(&self, op: Operator, a: Big, b: Big) -> Res<Value> {
        let (x, y) = (a.value(), b.value());
        let result = match op {
            Operator::Add => x + y,
            Operator::Sub => x - y,
            Operator::Mul => {
                if x.bits() + y.bits() > MAX_BITS + 1 {
                    return Err(Throw::BigIntSize);
                }
                x * y
            }
            Operator::Div | Operator::Rem => {
                if y.is_zero() {
                    return Err(self.range_error("Division by zero"));
                }
                let (quotient, remainder) = x.div_rem(y);
                if op == Operator::Div { quotient } else { remainder }
            }
            Operator::Exp => self.bigint_exponentiate(x, y)?,
            Operator::BitAnd => x & y,
            Operator::BitOr => x | y,
            Operator::BitXor => x ^ y,
            Operator::Shl => bigint_shift(x, y, false)?,
            Operator::Shr => bigint_shift(x, y, true)?,
            Operator::Ushr => {
                return Err(self.type_error("BigInts have no unsigned right shift, use >> instead"));
            }
        };
        self.bigint(result)
    }

    /// A BigInt, unless it is too large.
    pub fn bigint(&self, value: BigInt) -> Res<Value> {
        if value.bits() > MAX_BITS {
            return Err(Throw::BigIntSize);
        }
        Ok(self.rt.new_bigint(value)?.into())
    }

    /// 6.1.6.2.3 BigInt::exponentiate
    fn bigint_exponentiate(&self, base: &BigInt, exponent: &BigInt) -> Res<BigInt> {
        if exponent.is_negative() {
            return Err(self.range_error("Exponent must be non-negative"));
        }
        if base.bits() <= 1 {
            // 0, 1 and -1 take any exponent.
            let odd = exponent.bit(0);
            return Ok(if exponent.is_zero() || (base.is_negative() && !odd) {
                BigInt::from(1)
            } else {
                base.clone()
            });
        }
        let Some(times) =
            exponent.to_u64().filter(|times| (base.bits() - 1).saturating_mul(*times) <= MAX_BITS)
        else {
            return Err(Throw::BigIntSize);
        };
        Ok(Pow::pow(base, times))
    }

    /// 13.5.5 Unary `-`
    #[inline]
    pub fn negate(&self, value: Value) -> Res<Value> {
        match value.as_number() {
            Some(number) => Ok(Value::number(-number)),
            None => self.negate_slow(value),
        }
    }

    fn negate_slow(&self, value: Value) -> Res<Value> {
        let value = self.to_numeric(value)?;
        match value.as_bigint() {
            Some(big) => self.bigint(-big.value()),
            None => Ok(Value::number(-value.as_number().unwrap_or(f64::NAN))),
        }
    }

    /// 13.5.6 `~`
    #[inline]
    pub fn bit_not(&self, value: Value) -> Res<Value> {
        match value.as_number() {
            Some(number) => Ok(Value::int(!number::to_int32(number))),
            None => self.bit_not_slow(value),
        }
    }

    fn bit_not_slow(&self, value: Value) -> Res<Value> {
        let value = self.to_numeric(value)?;
        match value.as_bigint() {
            Some(big) => self.bigint(!big.value()),
            None => Ok(Value::int(!number::to_int32(value.as_number().unwrap_or(f64::NAN)))),
        }
    }

    /// 13.4 `++`, of a numeric value or what ToNumeric makes of it
    #[inline]
    pub fn increment(&self, value: Value) -> Res<Value> {
        self.step(value, 1)
    }

    /// 13.4 `--`
    #[inline]
    pub fn decrement(&self, value: Value) -> Res<Value> {
        self.step(value, -1)
    }

    #[inline]
    fn step(&self, value: Value, by: i32) -> Res<Value> {
        if let Some(number) = value.as_number() {
            return Ok(Value::number(number + f64::from(by)));
        }
        let value = self.to_numeric(value)?;
        match value.as_bigint() {
            Some(big) => self.bigint(big.value() + by),
            None => Ok(Value::number(value.as_number().unwrap_or(f64::NAN) + f64::from(by))),
        }
    }
}

fn apply_numbers(op: Operator, a: f64, b: f64) -> Value {
    let (x, shift) = (number::to_int32(a), number::to_uint32(b));
    match op {
        Operator::Add => Value::number(a + b),
        Operator::Sub => Value::number(a - b),
        Operator::Mul => Value::number(a * b),
        Operator::Div => Value::number(a / b),
        Operator::Rem => Value::number(number::remainder(a, b)),
        Operator::Exp => Value::number(number::exponentiate(a, b)),
        Operator::BitAnd => Value::int(x & number::to_int32(b)),
        Operator::BitOr => Value::int(x | number::to_int32(b)),
        Operator::BitXor => Value::int(x ^ number::to_int32(b)),
        Operator::Shl => Value::int(x.wrapping_shl(shift)),
        Operator::Shr => Value::int(x.wrapping_shr(shift)),
        Operator::Ushr => Value::from((x as u32).wrapping_shr(shift)),
    }
}

/// 6.1.6.2.9 BigInt::leftShift and 6.1.6.2.10 BigInt::signedRightShift
fn bigint_shift(value: &BigInt, by: &BigInt, right: bool) -> Res<BigInt> {
    let right = right != by.is_negative();
    let distance = by.magnitude().to_u64();
    if right {
        return Ok(match distance.filter(|distance| *distance <= value.bits()) {
            Some(distance) => value >> distance,
            None if value.sign() == Sign::Minus => BigInt::from(-1),
            None => BigInt::zero(),
        });
    }
    if value.is_zero() {
        return Ok(BigInt::zero());
    }
    match distance.filter(|distance| value.bits().saturating_add(*distance) <= MAX_BITS) {
        Some(distance) => Ok(value << distance),
        None => Err(Throw::BigIntSize),
    }
}
