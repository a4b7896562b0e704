//! Integers. Operands of one call have the same type, which is the result's too; bits above a type's width are cut off.

use crate::eval::Const;
use crate::function::TrapCode;
use crate::types::{IntCond, Type};

/// Width in bits.
const fn width(c: Const) -> u32 {
    c.ty().size() * 8
}

/// A shift amount, modulo the width of what is shifted.
const fn amount(value: Const, by: Const) -> u32 {
    (by.bits() as u32) & (width(value) - 1)
}

const fn like(a: Const, bits: i64) -> Const {
    Const::new(a.ty(), bits as u64)
}

/// `iadd`: the sum, wrapped around.
pub const fn iadd(a: Const, b: Const) -> Const {
    like(a, a.as_i64().wrapping_add(b.as_i64()))
}

/// `isub`: the difference, wrapped around.
pub const fn isub(a: Const, b: Const) -> Const {
    like(a, a.as_i64().wrapping_sub(b.as_i64()))
}

/// `imul`: the product, wrapped around.
pub const fn imul(a: Const, b: Const) -> Const {
    like(a, a.as_i64().wrapping_mul(b.as_i64()))
}

/// `sdiv`: rounds towards zero; the least integer divided by -1 is itself.
///
/// # Errors
/// The trap for a divisor of zero.
pub const fn sdiv(a: Const, b: Const) -> Result<Const, TrapCode> {
    match b.bits() {
        0 => Err(TrapCode::DIVISION_BY_ZERO),
        _ => Ok(like(a, a.as_i64().wrapping_div(b.as_i64()))),
    }
}

/// `udiv`.
///
/// # Errors
/// The trap for a divisor of zero.
pub const fn udiv(a: Const, b: Const) -> Result<Const, TrapCode> {
    match b.bits() {
        0 => Err(TrapCode::DIVISION_BY_ZERO),
        divisor => Ok(Const::new(a.ty(), a.bits() / divisor)),
    }
}

/// `srem`: has the sign of the dividend; the least integer by -1 leaves 0.
///
/// # Errors
/// The trap for a divisor of zero.
pub const fn srem(a: Const, b: Const) -> Result<Const, TrapCode> {
    match b.bits() {
        0 => Err(TrapCode::DIVISION_BY_ZERO),
        _ => Ok(like(a, a.as_i64().wrapping_rem(b.as_i64()))),
    }
}

/// `urem`.
///
/// # Errors
/// The trap for a divisor of zero.
pub const fn urem(a: Const, b: Const) -> Result<Const, TrapCode> {
    match b.bits() {
        0 => Err(TrapCode::DIVISION_BY_ZERO),
        divisor => Ok(Const::new(a.ty(), a.bits() % divisor)),
    }
}

/// `band`, of integers and truth values.
pub const fn band(a: Const, b: Const) -> Const {
    Const::new(a.ty(), a.bits() & b.bits())
}

/// `bor`, of integers and truth values.
pub const fn bor(a: Const, b: Const) -> Const {
    Const::new(a.ty(), a.bits() | b.bits())
}

/// `bxor`, of integers and truth values.
pub const fn bxor(a: Const, b: Const) -> Const {
    Const::new(a.ty(), a.bits() ^ b.bits())
}

/// `ishl`: left by `b` modulo the width.
pub const fn ishl(a: Const, b: Const) -> Const {
    Const::new(a.ty(), a.bits() << amount(a, b))
}

/// `sshr`: right by `b` modulo the width, filled with the sign.
pub const fn sshr(a: Const, b: Const) -> Const {
    like(a, a.as_i64() >> amount(a, b))
}

/// `ushr`: right by `b` modulo the width, filled with zeros.
pub const fn ushr(a: Const, b: Const) -> Const {
    Const::new(a.ty(), a.bits() >> amount(a, b))
}

/// `rotl`: turned left by `b` modulo the width.
pub const fn rotl(a: Const, b: Const) -> Const {
    match a.ty() {
        Type::I32 => Const::new(Type::I32, (a.bits() as u32).rotate_left(amount(a, b)) as u64),
        ty => Const::new(ty, a.bits().rotate_left(amount(a, b))),
    }
}

/// `clz`: zeros above the highest set bit; the width for 0.
pub const fn clz(a: Const) -> Const {
    Const::new(a.ty(), (a.bits().leading_zeros() - (64 - width(a))) as u64)
}

/// `ctz`: zeros below the lowest set bit; the width for 0.
pub const fn ctz(a: Const) -> Const {
    let zeros = a.bits().trailing_zeros();
    Const::new(a.ty(), (if zeros < width(a) { zeros } else { width(a) }) as u64)
}

/// `popcnt`: number of set bits.
pub const fn popcnt(a: Const) -> Const {
    Const::new(a.ty(), a.bits().count_ones() as u64)
}

/// `sext8`: the low 8 bits, sign-extended.
pub const fn sext8(a: Const) -> Const {
    like(a, a.bits() as i8 as i64)
}

/// `sext16`: the low 16 bits, sign-extended.
pub const fn sext16(a: Const) -> Const {
    like(a, a.bits() as i16 as i64)
}

/// The exact result when it is a signed number of the type of `a`.
const fn fitting(a: Const, exact: i128) -> Option<Const> {
    let half = 1i128 << (width(a) - 1);
    if exact < -half || exact >= half { None } else { Some(like(a, exact as i64)) }
}

/// `iadd_guard`: the signed sum, `None` when it does not fit.
pub const fn iadd_checked(a: Const, b: Const) -> Option<Const> {
    fitting(a, a.as_i64() as i128 + b.as_i64() as i128)
}

/// `isub_guard`: the signed difference, `None` when it does not fit.
pub const fn isub_checked(a: Const, b: Const) -> Option<Const> {
    fitting(a, a.as_i64() as i128 - b.as_i64() as i128)
}

/// `imul_guard`: the signed product, `None` when it does not fit.
pub const fn imul_checked(a: Const, b: Const) -> Option<Const> {
    fitting(a, a.as_i64() as i128 * b.as_i64() as i128)
}

/// `icmp`, of integers, truth values (the numbers 0 and 1), addresses and opaque values (64-bit integers).
pub const fn icmp(cond: IntCond, a: Const, b: Const) -> bool {
    let (sa, sb, ua, ub) = (a.as_i64(), b.as_i64(), a.bits(), b.bits());
    match cond {
        IntCond::Eq => ua == ub,
        IntCond::Ne => ua != ub,
        IntCond::Slt => sa < sb,
        IntCond::Sle => sa <= sb,
        IntCond::Sgt => sa > sb,
        IntCond::Sge => sa >= sb,
        IntCond::Ult => ua < ub,
        IntCond::Ule => ua <= ub,
        IntCond::Ugt => ua > ub,
        IntCond::Uge => ua >= ub,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_wraps_at_each_width() {
        assert_eq!(iadd(Const::i32(i32::MAX), Const::i32(1)), Const::i32(i32::MIN));
        assert_eq!(iadd(Const::i64(i64::MAX), Const::i64(1)), Const::i64(i64::MIN));
        assert_eq!(isub(Const::i32(i32::MIN), Const::i32(1)), Const::i32(i32::MAX));
        assert_eq!(imul(Const::i32(0x10001), Const::i32(0x10001)), Const::i32(0x20001));
        assert_eq!(imul(Const::i64(i64::MIN), Const::i64(-1)), Const::i64(i64::MIN));
    }

    #[test]
    fn division_of_the_least_integer_and_by_zero() {
        assert_eq!(sdiv(Const::i32(i32::MIN), Const::i32(-1)), Ok(Const::i32(i32::MIN)));
        assert_eq!(sdiv(Const::i64(i64::MIN), Const::i64(-1)), Ok(Const::i64(i64::MIN)));
        assert_eq!(srem(Const::i32(i32::MIN), Const::i32(-1)), Ok(Const::i32(0)));
        assert_eq!(srem(Const::i64(i64::MIN), Const::i64(-1)), Ok(Const::i64(0)));
        assert_eq!(sdiv(Const::i32(-7), Const::i32(2)), Ok(Const::i32(-3)));
        assert_eq!(srem(Const::i32(-7), Const::i32(2)), Ok(Const::i32(-1)));
        assert_eq!(udiv(Const::i32(-1), Const::i32(2)), Ok(Const::i32(i32::MAX)));
        assert_eq!(urem(Const::i32(-1), Const::i32(10)), Ok(Const::i32(5)));
        for divide in [sdiv, udiv, srem, urem] {
            assert_eq!(divide(Const::i32(1), Const::i32(0)), Err(TrapCode::DIVISION_BY_ZERO));
            assert_eq!(divide(Const::i64(1), Const::i64(0)), Err(TrapCode::DIVISION_BY_ZERO));
        }
    }

    #[test]
    fn shifts_count_modulo_the_width() {
        assert_eq!(ishl(Const::i32(1), Const::i32(33)), Const::i32(2));
        assert_eq!(ishl(Const::i64(1), Const::i64(33)), Const::i64(1 << 33));
        assert_eq!(ishl(Const::i64(1), Const::i64(-1)), Const::i64(i64::MIN));
        assert_eq!(sshr(Const::i32(i32::MIN), Const::i32(-1)), Const::i32(-1));
        assert_eq!(ushr(Const::i32(i32::MIN), Const::i32(31)), Const::i32(1));
        assert_eq!(ushr(Const::i32(-1), Const::i32(32)), Const::i32(-1));
        assert_eq!(rotl(Const::i32(0x8000_0001u32 as i32), Const::i32(33)), Const::i32(3));
        assert_eq!(rotl(Const::i64(i64::MIN), Const::i64(65)), Const::i64(1));
    }

    #[test]
    fn bit_counts_know_the_width() {
        assert_eq!(clz(Const::i32(0)), Const::i32(32));
        assert_eq!(ctz(Const::i32(0)), Const::i32(32));
        assert_eq!(clz(Const::i64(0)), Const::i64(64));
        assert_eq!(ctz(Const::i64(0)), Const::i64(64));
        assert_eq!(clz(Const::i32(-1)), Const::i32(0));
        assert_eq!(popcnt(Const::i32(-1)), Const::i32(32));
        assert_eq!(sext8(Const::i32(0x180)), Const::i32(-128));
        assert_eq!(sext16(Const::i64(0x1_7fff)), Const::i64(0x7fff));
    }

    #[test]
    fn checked_arithmetic_says_when_it_does_not_fit() {
        assert_eq!(iadd_checked(Const::i32(i32::MAX), Const::i32(1)), None);
        assert_eq!(iadd_checked(Const::i32(i32::MAX), Const::i32(0)), Some(Const::i32(i32::MAX)));
        assert_eq!(iadd_checked(Const::i64(i64::MAX), Const::i64(1)), None);
        assert_eq!(isub_checked(Const::i32(i32::MIN), Const::i32(1)), None);
        assert_eq!(isub_checked(Const::i32(-1), Const::i32(i32::MAX)), Some(Const::i32(i32::MIN)));
        assert_eq!(imul_checked(Const::i32(i32::MIN), Const::i32(-1)), None);
        assert_eq!(imul_checked(Const::i64(i64::MIN), Const::i64(-1)), None);
        assert_eq!(imul_checked(Const::i64(i64::MIN), Const::i64(1)), Some(Const::i64(i64::MIN)));
    }

    #[test]
    fn comparisons_take_the_sign_from_the_condition() {
        assert!(icmp(IntCond::Slt, Const::i32(-1), Const::i32(0)));
        assert!(!icmp(IntCond::Ult, Const::i32(-1), Const::i32(0)));
        assert!(icmp(IntCond::Slt, Const::bool(false), Const::bool(true)));
        assert!(icmp(IntCond::Ugt, Const::ptr(u64::MAX), Const::ptr(1)));
        for cond in IntCond::ALL {
            for (a, b) in [(1, 2), (2, 1), (1, 1), (-1, 1), (i32::MIN, i32::MAX)] {
                let (a, b) = (Const::i32(a), Const::i32(b));
                assert_eq!(icmp(*cond, a, b), icmp(cond.swapped(), b, a), "{cond} {a} {b}");
                assert_eq!(icmp(*cond, a, b), !icmp(cond.inverted(), a, b), "{cond} {a} {b}");
            }
        }
    }
}
