//! Intervals of signed integers, and how the ops map them.

use crate::ops::Op;
use crate::types::{IntCond, Type};

/// The signed values an integer may have; empty while nothing is known to reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Least value.
    pub lo: i64,
    /// Greatest value; below `lo` for the empty interval.
    pub hi: i64,
}

impl Interval {
    /// No value at all.
    pub const EMPTY: Interval = Interval { lo: 1, hi: 0 };

    /// Every value of a type.
    pub const fn full(ty: Type) -> Interval {
        match ty {
            Type::I32 => Interval { lo: i32::MIN as i64, hi: i32::MAX as i64 },
            _ => Interval { lo: i64::MIN, hi: i64::MAX },
        }
    }

    /// One value.
    pub const fn point(n: i64) -> Interval {
        Interval { lo: n, hi: n }
    }

    /// Whether there is no value.
    pub const fn is_empty(self) -> bool {
        self.lo > self.hi
    }

    /// The only value, when there is one.
    pub fn as_point(self) -> Option<i64> {
        (self.lo == self.hi).then_some(self.lo)
    }

    /// The least interval that holds both.
    pub fn union(self, other: Interval) -> Interval {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Interval { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) },
        }
    }

    /// What both hold.
    pub fn intersect(self, other: Interval) -> Interval {
        let met = Interval { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        if met.is_empty() { Interval::EMPTY } else { met }
    }

    /// Grows the bounds that moved since `old` to the next landmark, so that a loop settles in few steps.
    pub fn widen(self, old: Interval, landmarks: &[i64], ty: Type) -> Interval {
        let full = Interval::full(ty);
        if old.is_empty() {
            return self;
        }
        let lo = if self.lo < old.lo {
            landmarks.iter().rev().copied().find(|n| *n <= self.lo).unwrap_or(full.lo).max(full.lo)
        } else {
            self.lo
        };
        let hi = if self.hi > old.hi {
            landmarks.iter().copied().find(|n| *n >= self.hi).unwrap_or(full.hi).min(full.hi)
        } else {
            self.hi
        };
        Interval { lo, hi }
    }

    /// The values for which `value cond other` can hold for some value of `other`.
    pub fn refine(self, cond: IntCond, other: Interval) -> Interval {
        if self.is_empty() || other.is_empty() {
            return Interval::EMPTY;
        }
        let at_most = |n: i64| self.intersect(Interval { lo: i64::MIN, hi: n });
        let at_least = |n: i64| self.intersect(Interval { lo: n, hi: i64::MAX });
        match cond {
            IntCond::Eq => self.intersect(other),
            IntCond::Ne => self.without(other),
            IntCond::Slt => other.hi.checked_sub(1).map_or(Interval::EMPTY, at_most),
            IntCond::Sle => at_most(other.hi),
            IntCond::Sgt => other.lo.checked_add(1).map_or(Interval::EMPTY, at_least),
            IntCond::Sge => at_least(other.lo),
            // Below something that is not negative: not negative either, and below it.
            IntCond::Ult if other.lo >= 0 => {
                at_least(0).intersect(other.hi.checked_sub(1).map_or(Interval::EMPTY, at_most))
            }
            IntCond::Ule if other.lo >= 0 => at_least(0).intersect(at_most(other.hi)),
            IntCond::Ugt if self.lo >= 0 && other.lo >= 0 => {
                other.lo.checked_add(1).map_or(Interval::EMPTY, at_least)
            }
            IntCond::Uge if self.lo >= 0 && other.lo >= 0 => at_least(other.lo),
            _ => self,
        }
    }

    fn without(self, other: Interval) -> Interval {
        match other.as_point() {
            Some(n) if n == self.lo && n == self.hi => Interval::EMPTY,
            Some(n) if n == self.lo => Interval { lo: n + 1, ..self },
            Some(n) if n == self.hi => Interval { hi: n - 1, ..self },
            _ => self,
        }
    }

    /// Whether `a cond b` holds for all values of both, for none, or it depends.
    pub fn compare(self, cond: IntCond, b: Interval) -> Option<bool> {
        let a = self;
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let nonnegative = a.lo >= 0 && b.lo >= 0;
        match cond {
            IntCond::Eq if a.hi < b.lo || b.hi < a.lo => Some(false),
            IntCond::Eq if a.as_point().is_some() && a == b => Some(true),
            IntCond::Ne => a.compare(IntCond::Eq, b).map(|t| !t),
            IntCond::Slt if a.hi < b.lo => Some(true),
            IntCond::Slt if a.lo >= b.hi => Some(false),
            IntCond::Sle | IntCond::Sgt | IntCond::Sge => match cond {
                IntCond::Sle => b.compare(IntCond::Slt, a).map(|t| !t),
                IntCond::Sgt => b.compare(IntCond::Slt, a),
                _ => a.compare(IntCond::Slt, b).map(|t| !t),
            },
            IntCond::Ult if nonnegative => a.compare(IntCond::Slt, b),
            IntCond::Ule if nonnegative => a.compare(IntCond::Sle, b),
            IntCond::Ugt if nonnegative => a.compare(IntCond::Sgt, b),
            IntCond::Uge if nonnegative => a.compare(IntCond::Sge, b),
            // A negative number is unsigned-greater than every one that is not.
            IntCond::Ult | IntCond::Ule if a.hi < 0 && b.lo >= 0 => Some(false),
            IntCond::Ult | IntCond::Ule if a.lo >= 0 && b.hi < 0 => Some(true),
            IntCond::Ugt | IntCond::Uge if a.hi < 0 && b.lo >= 0 => Some(true),
            IntCond::Ugt | IntCond::Uge if a.lo >= 0 && b.hi < 0 => Some(false),
            _ => None,
        }
    }
}

/// Bounds of `a op b` without wrap-around, when `op` is an addition, subtraction or multiplication.
fn exact(op: Op, a: Interval, b: Interval) -> Option<(i128, i128)> {
    let (alo, ahi) = (i128::from(a.lo), i128::from(a.hi));
    let (blo, bhi) = (i128::from(b.lo), i128::from(b.hi));
    match op {
        Op::Iadd | Op::IaddGuard => Some((alo + blo, ahi + bhi)),
        Op::Isub | Op::IsubGuard => Some((alo - bhi, ahi - blo)),
        Op::Imul | Op::ImulGuard => {
            let products = [alo * blo, alo * bhi, ahi * blo, ahi * bhi];
            Some((products.into_iter().min()?, products.into_iter().max()?))
        }
        _ => None,
    }
}

/// Whether `a op b` cannot leave the type, for the arithmetic ops.
pub fn cannot_overflow(op: Op, ty: Type, a: Interval, b: Interval) -> bool {
    let full = Interval::full(ty);
    exact(op, a, b).is_some_and(|(lo, hi)| lo >= i128::from(full.lo) && hi <= i128::from(full.hi))
}

/// The interval of a binary op's result.
pub fn binary(op: Op, ty: Type, a: Interval, b: Interval) -> Interval {
    if a.is_empty() || b.is_empty() {
        return Interval::EMPTY;
    }
    let full = Interval::full(ty);
    match op {
        Op::Iadd | Op::Isub | Op::Imul if cannot_overflow(op, ty, a, b) => clamp(exact(op, a, b), full),
        // Past the guard, the result did fit.
        Op::IaddGuard | Op::IsubGuard | Op::ImulGuard => clamp(exact(op, a, b), full),
        Op::Band if a.lo >= 0 || b.lo >= 0 => {
            let hi = match (a.lo >= 0, b.lo >= 0) {
                (true, true) => a.hi.min(b.hi),
                (true, false) => a.hi,
                _ => b.hi,
            };
            Interval { lo: 0, hi }
        }
        Op::Bor | Op::Bxor if a.lo >= 0 && b.lo >= 0 => {
            Interval { lo: 0, hi: ones_up_to(a.hi.max(b.hi)).min(full.hi) }
        }
        Op::Ushr | Op::Sshr => shift_right(op, ty, a, b),
        Op::Ishl => shift_left(ty, a, b),
        Op::Urem if b.lo > 0 && a.lo >= 0 => Interval { lo: 0, hi: a.hi.min(b.hi - 1) },
        Op::Srem if b.lo > 0 => {
            let most = b.hi - 1;
            Interval { lo: if a.lo >= 0 { 0 } else { -most }, hi: if a.hi <= 0 { 0 } else { most.min(a.hi) } }
        }
        Op::Sdiv | Op::Udiv if b.lo > 0 && a.lo >= 0 => Interval { lo: a.lo / b.hi, hi: a.hi / b.lo },
        _ => full,
    }
}

fn clamp(bounds: Option<(i128, i128)>, full: Interval) -> Interval {
    let Some((lo, hi)) = bounds else { return full };
    let lo = lo.max(i128::from(full.lo));
    let hi = hi.min(i128::from(full.hi));
    if lo > hi { Interval::EMPTY } else { Interval { lo: lo as i64, hi: hi as i64 } }
}

/// The least number of the form 2^k - 1 that is at least `n`, for `n` not negative.
fn ones_up_to(n: i64) -> i64 {
    if n == 0 { 0 } else { (u64::MAX >> n.leading_zeros()) as i64 }
}

fn shift_amount(ty: Type, b: Interval) -> Option<u32> {
    let width = if ty == Type::I32 { 32 } else { 64 };
    b.as_point().map(|n| (n as u32) & (width - 1))
}

fn shift_right(op: Op, ty: Type, a: Interval, b: Interval) -> Interval {
    let full = Interval::full(ty);
    match shift_amount(ty, b) {
        Some(0) => a,
        Some(n) if a.lo >= 0 || op == Op::Sshr => Interval { lo: a.lo >> n, hi: a.hi >> n },
        Some(n) => {
            let width = if ty == Type::I32 { 32 } else { 64 };
            Interval { lo: 0, hi: ((1i128 << (width - n)) - 1) as i64 }
        }
        None if a.lo >= 0 => Interval { lo: 0, hi: a.hi },
        None => full,
    }
}

fn shift_left(ty: Type, a: Interval, b: Interval) -> Interval {
    let full = Interval::full(ty);
    let Some(n) = shift_amount(ty, b) else { return full };
    let (lo, hi) = (i128::from(a.lo) << n, i128::from(a.hi) << n);
    if lo < i128::from(full.lo) || hi > i128::from(full.hi) {
        return full;
    }
    Interval { lo: lo as i64, hi: hi as i64 }
}

/// The interval of a unary op's result.
pub fn unary(op: Op, ty: Type, a: Interval) -> Interval {
    if a.is_empty() {
        return Interval::EMPTY;
    }
    let full = Interval::full(ty);
    let fits = |lo: i64, hi: i64| a.lo >= lo && a.hi <= hi;
    match op {
        Op::Sext => a,
        Op::Zext if a.lo >= 0 => a,
        Op::Zext => Interval { lo: 0, hi: i64::from(u32::MAX) },
        Op::Wrap if fits(i64::from(i32::MIN), i64::from(i32::MAX)) => a,
        Op::Sext8 if fits(-128, 127) => a,
        Op::Sext8 => Interval { lo: -128, hi: 127 },
        Op::Sext16 if fits(-32768, 32767) => a,
        Op::Sext16 => Interval { lo: -32768, hi: 32767 },
        Op::BoolToI32 => Interval { lo: 0, hi: 1 },
        Op::Clz | Op::Ctz | Op::Popcnt => Interval { lo: 0, hi: if ty == Type::I32 { 32 } else { 64 } },
        Op::LoadU8 => Interval { lo: 0, hi: 255 },
        Op::LoadS8 => Interval { lo: -128, hi: 127 },
        Op::LoadU16 => Interval { lo: 0, hi: 65535 },
        Op::LoadS16 => Interval { lo: -32768, hi: 32767 },
        _ => full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every op's interval holds every result, checked on all pairs of small intervals against wrap-around arithmetic.
    #[test]
    fn intervals_hold_what_the_ops_compute() {
        let points =
            [i32::MIN, i32::MIN + 1, -9, -1, 0, 1, 2, 7, 31, 33, i32::MAX - 1, i32::MAX].map(i64::from);
        let ops = [
            Op::Iadd,
            Op::Isub,
            Op::Imul,
            Op::Band,
            Op::Bor,
            Op::Bxor,
            Op::Ishl,
            Op::Sshr,
            Op::Ushr,
            Op::Sdiv,
            Op::Srem,
            Op::Udiv,
            Op::Urem,
        ];
        for op in ops {
            for (i, alo) in points.iter().enumerate() {
                for ahi in &points[i..] {
                    for (j, blo) in points.iter().enumerate() {
                        for bhi in &points[j..] {
                            let a = Interval { lo: *alo, hi: *ahi };
                            let b = Interval { lo: *blo, hi: *bhi };
                            let result = binary(op, Type::I32, a, b);
                            for x in [*alo, *ahi] {
                                for y in [*blo, *bhi] {
                                    let Some(n) = compute(op, x as i32, y as i32) else { continue };
                                    let n = i64::from(n);
                                    assert!(
                                        result.lo <= n && n <= result.hi,
                                        "{op:?} {a:?} {b:?}: {x} op {y} = {n} not in {result:?}"
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn compute(op: Op, x: i32, y: i32) -> Option<i32> {
        Some(match op {
            Op::Iadd => x.wrapping_add(y),
            Op::Isub => x.wrapping_sub(y),
            Op::Imul => x.wrapping_mul(y),
            Op::Band => x & y,
            Op::Bor => x | y,
            Op::Bxor => x ^ y,
            Op::Ishl => x.wrapping_shl(y as u32),
            Op::Sshr => x.wrapping_shr(y as u32),
            Op::Ushr => (x as u32).wrapping_shr(y as u32) as i32,
            Op::Sdiv if y != 0 => x.wrapping_div(y),
            Op::Srem if y != 0 => x.wrapping_rem(y),
            Op::Udiv if y != 0 => ((x as u32) / (y as u32)) as i32,
            Op::Urem if y != 0 => ((x as u32) % (y as u32)) as i32,
            _ => return None,
        })
    }

    #[test]
    fn comparisons_are_decided_only_when_every_pair_agrees() {
        let points = [i64::MIN, -3, -1, 0, 1, 4, i64::MAX];
        for cond in IntCond::ALL {
            for (i, alo) in points.iter().enumerate() {
                for ahi in &points[i..] {
                    for (j, blo) in points.iter().enumerate() {
                        for bhi in &points[j..] {
                            let a = Interval { lo: *alo, hi: *ahi };
                            let b = Interval { lo: *blo, hi: *bhi };
                            let verdict = a.compare(*cond, b);
                            for x in points.iter().filter(|x| (*alo..=*ahi).contains(x)) {
                                for y in points.iter().filter(|y| (*blo..=*bhi).contains(y)) {
                                    let truth = holds(*cond, *x, *y);
                                    assert!(verdict.is_none_or(|v| v == truth), "{a:?} {cond} {b:?}");
                                    let kept = a.refine(*cond, b);
                                    assert!(!truth || (kept.lo <= *x && *x <= kept.hi), "{a:?} {cond} {b:?}");
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn holds(cond: IntCond, x: i64, y: i64) -> bool {
        let (ux, uy) = (x as u64, y as u64);
        match cond {
            IntCond::Eq => x == y,
            IntCond::Ne => x != y,
            IntCond::Slt => x < y,
            IntCond::Sle => x <= y,
            IntCond::Sgt => x > y,
            IntCond::Sge => x >= y,
            IntCond::Ult => ux < uy,
            IntCond::Ule => ux <= uy,
            IntCond::Ugt => ux > uy,
            IntCond::Uge => ux >= uy,
        }
    }
}
