//! Floats and conversions between floats and integers.

use crate::eval::Const;
use crate::types::{FloatCond, Type};

/// The bits of the canonical quiet NaN.
pub const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;
/// The bits of binary32's canonical quiet NaN, which `store_f32` stores for every NaN.
pub const CANONICAL_NAN_F32: u32 = 0x7fc0_0000;

/// The number, or the canonical NaN.
pub const fn canonical(value: f64) -> Const {
    Const::new(Type::F64, if value.is_nan() { CANONICAL_NAN } else { value.to_bits() })
}

/// `fadd`.
pub fn fadd(a: Const, b: Const) -> Const {
    canonical(a.as_f64() + b.as_f64())
}

/// `fsub`.
pub fn fsub(a: Const, b: Const) -> Const {
    canonical(a.as_f64() - b.as_f64())
}

/// `fmul`.
pub fn fmul(a: Const, b: Const) -> Const {
    canonical(a.as_f64() * b.as_f64())
}

/// `fdiv`.
pub fn fdiv(a: Const, b: Const) -> Const {
    canonical(a.as_f64() / b.as_f64())
}

/// `fmin`: IEEE 754-2019 `minimum`: NaN when an operand is, and -0 below +0.
pub fn fmin(a: Const, b: Const) -> Const {
    let (x, y) = (a.as_f64(), b.as_f64());
    if x.is_nan() || y.is_nan() {
        return canonical(f64::NAN);
    }
    // Only zeros compare equal with different bits; the negative one is the smaller.
    if x == y { if x.is_sign_negative() { a } else { b } } else { canonical(if x < y { x } else { y }) }
}

/// `fmax`: IEEE 754-2019 `maximum`: NaN when an operand is, and +0 above -0.
pub fn fmax(a: Const, b: Const) -> Const {
    let (x, y) = (a.as_f64(), b.as_f64());
    if x.is_nan() || y.is_nan() {
        return canonical(f64::NAN);
    }
    if x == y { if x.is_sign_negative() { b } else { a } } else { canonical(if x > y { x } else { y }) }
}

/// The sign bit of a binary64.
const SIGN: u64 = 1 << 63;

/// `fneg`: the other sign bit, of NaNs too.
pub fn fneg(a: Const) -> Const {
    Const::new(Type::F64, a.bits() ^ SIGN)
}

/// `fabs`: without the sign bit, of NaNs too.
pub fn fabs(a: Const) -> Const {
    Const::new(Type::F64, a.bits() & !SIGN)
}

/// `fsqrt`.
pub fn fsqrt(a: Const) -> Const {
    canonical(a.as_f64().sqrt())
}

/// `ffloor`.
pub fn ffloor(a: Const) -> Const {
    canonical(a.as_f64().floor())
}

/// `fceil`.
pub fn fceil(a: Const) -> Const {
    canonical(a.as_f64().ceil())
}

/// `ftrunc`.
pub fn ftrunc(a: Const) -> Const {
    canonical(a.as_f64().trunc())
}

/// `fnearest`: the nearest integer, the even one of two.
pub fn fnearest(a: Const) -> Const {
    canonical(a.as_f64().round_ties_even())
}

/// `fcanon`: the canonical NaN for any NaN.
pub fn fcanon(a: Const) -> Const {
    canonical(a.as_f64())
}

/// `fcmp`: false for NaN, but `ne` is true.
pub fn fcmp(cond: FloatCond, a: Const, b: Const) -> bool {
    let (a, b) = (a.as_f64(), b.as_f64());
    match cond {
        FloatCond::Eq => a == b,
        FloatCond::Ne => a != b,
        FloatCond::Lt => a < b,
        FloatCond::Le => a <= b,
        FloatCond::Gt => a > b,
        FloatCond::Ge => a >= b,
    }
}

/// `sint_to_f64`.
pub fn sint_to_f64(a: Const) -> Const {
    canonical(a.as_i64() as f64)
}

/// `uint_to_f64`.
pub fn uint_to_f64(a: Const) -> Const {
    canonical(a.bits() as f64)
}

/// `f64_to_sint`: truncated and clamped to the range of `ty`; NaN gives 0.
pub fn f64_to_sint(ty: Type, a: Const) -> Const {
    match ty {
        Type::I32 => Const::i32(a.as_f64() as i32),
        _ => Const::i64(a.as_f64() as i64),
    }
}

/// `f64_to_uint`: truncated and clamped to the unsigned range of `ty`; NaN gives 0.
pub fn f64_to_uint(ty: Type, a: Const) -> Const {
    match ty {
        Type::I32 => Const::new(Type::I32, u64::from(a.as_f64() as u32)),
        _ => Const::new(Type::I64, a.as_f64() as u64),
    }
}

/// `f64_to_i32_mod`: ECMA-262 ToInt32 (7.1.6): truncated, modulo 2^32; NaN and infinities give 0.
pub fn f64_to_i32_mod(a: Const) -> Const {
    const TWO_TO_32: f64 = 4_294_967_296.0;
    // The remainder is exact and NaN for infinities, which the cast turns into 0; it lies within +-2^32.
    Const::i32((a.as_f64().trunc() % TWO_TO_32) as i64 as i32)
}

/// `f64_to_i32_guard`: the integer with exactly this value, `None` for fractions, NaN, -0 and what is out of range.
pub fn f64_to_i32_exact(a: Const) -> Option<Const> {
    let int = a.as_f64() as i32;
    // Bits, not values: -0 must not pass as 0.
    (f64::from(int).to_bits() == a.bits()).then_some(Const::i32(int))
}

/// `round_to_f32`: the nearest binary32, as a binary64.
pub fn round_to_f32(a: Const) -> Const {
    canonical(f64::from(a.as_f64() as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f(value: f64) -> Const {
        Const::f64(value)
    }

    #[test]
    fn every_nan_result_is_canonical() {
        let payload = Const::new(Type::F64, 0xfff4_0000_dead_beef);
        let nan = Const::new(Type::F64, CANONICAL_NAN);
        for op in [fadd, fsub, fmul, fdiv, fmin, fmax] {
            assert_eq!(op(payload, f(1.0)), nan);
            assert_eq!(op(f(1.0), payload), nan);
        }
        for op in [fsqrt, ffloor, fceil, ftrunc, fnearest, fcanon, round_to_f32] {
            assert_eq!(op(payload), nan);
        }
        assert_eq!(fsqrt(f(-1.0)), nan);
        assert_eq!(fsub(f(f64::INFINITY), f(f64::INFINITY)), nan);
        assert_eq!(fdiv(f(0.0), f(-0.0)), nan);
    }

    #[test]
    fn signs_change_without_the_rest() {
        let payload = Const::new(Type::F64, 0xfff4_0000_dead_beef);
        let positive = Const::new(Type::F64, 0x7ff4_0000_dead_beef);
        assert_eq!((fneg(payload), fneg(positive)), (positive, payload));
        assert_eq!((fabs(payload), fabs(positive)), (positive, positive));
        assert_eq!((fneg(f(0.0)), fabs(f(-0.0)), fcanon(f(-0.0))), (f(-0.0), f(0.0), f(-0.0)));
    }

    #[test]
    fn minimum_and_maximum_order_the_zeros() {
        for (a, b) in [(0.0, -0.0), (-0.0, 0.0)] {
            assert_eq!(fmin(f(a), f(b)), f(-0.0));
            assert_eq!(fmax(f(a), f(b)), f(0.0));
        }
        assert_eq!(fmin(f(1.0), f(-2.0)), f(-2.0));
        assert_eq!(fmax(f(1.0), f(f64::INFINITY)), f(f64::INFINITY));
    }

    #[test]
    fn nearest_takes_the_even_neighbour() {
        for (x, want) in
            [(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-0.5, -0.0), (-1.5, -2.0), (0.49999999999999994, 0.0)]
        {
            assert_eq!(fnearest(f(x)), f(want), "{x}");
        }
        assert_eq!(fceil(f(-0.5)), f(-0.0));
        assert_eq!(ftrunc(f(-0.5)), f(-0.0));
    }

    #[test]
    fn conversions_saturate() {
        assert_eq!(f64_to_sint(Type::I32, f(f64::NAN)), Const::i32(0));
        assert_eq!(f64_to_sint(Type::I32, f(3e9)), Const::i32(i32::MAX));
        assert_eq!(f64_to_sint(Type::I64, f(-1e30)), Const::i64(i64::MIN));
        assert_eq!(f64_to_sint(Type::I64, f(9_223_372_036_854_775_808.0)), Const::i64(i64::MAX));
        assert_eq!(f64_to_uint(Type::I32, f(-1.0)), Const::i32(0));
        assert_eq!(f64_to_uint(Type::I32, f(4_294_967_295.5)), Const::i32(-1));
        assert_eq!(f64_to_uint(Type::I64, f(1e30)), Const::i64(-1));
        assert_eq!(uint_to_f64(Const::i64(-1)), f(18_446_744_073_709_551_616.0));
        assert_eq!(uint_to_f64(Const::i32(-1)), f(4_294_967_295.0));
        assert_eq!(sint_to_f64(Const::i64(i64::MAX)), f(9_223_372_036_854_775_808.0));
    }

    #[test]
    fn to_int32_is_modulo() {
        let cases = [
            (4_294_967_296.0, 0),
            (4_294_967_297.9, 1),
            (2_147_483_648.0, i32::MIN),
            (-2_147_483_649.0, i32::MAX),
            (-1.9, -1),
            (-4_294_967_297.0, -1),
            (1e300, 0),
            (9_007_199_254_740_993.0, 0),
            (9_007_199_254_740_994.0, 2),
            (f64::NAN, 0),
            (f64::INFINITY, 0),
            (f64::NEG_INFINITY, 0),
        ];
        for (x, want) in cases {
            assert_eq!(f64_to_i32_mod(f(x)), Const::i32(want), "{x}");
        }
    }

    #[test]
    fn exact_conversion_refuses_what_is_not_an_i32() {
        for x in [-0.0, 0.5, f64::NAN, f64::INFINITY, 2_147_483_648.0, -2_147_483_649.0] {
            assert_eq!(f64_to_i32_exact(f(x)), None, "{x}");
        }
        for x in [0, 1, -1, i32::MAX, i32::MIN] {
            assert_eq!(f64_to_i32_exact(f(f64::from(x))), Some(Const::i32(x)));
        }
    }

    #[test]
    fn comparisons_with_nan() {
        let nan = f(f64::NAN);
        for cond in FloatCond::ALL {
            assert_eq!(fcmp(*cond, nan, f(0.0)), *cond == FloatCond::Ne);
            assert_eq!(fcmp(*cond, nan, nan), *cond == FloatCond::Ne);
            assert_eq!(fcmp(*cond, f(1.0), f(2.0)), fcmp(cond.swapped(), f(2.0), f(1.0)));
        }
        assert!(fcmp(FloatCond::Eq, f(0.0), f(-0.0)));
    }
}
