//! What an induction variable has to satisfy for checks to hold, as limits that it must lie between.
//!
//! Everything is turned into `variable < x + c` and `variable > x + c` in numbers without end, with constants `c` and values `x`
//! that do not change in the loop. Sums that the type cannot hold saturate: to the far end, which asks for more than needed, or
//! to the near one, which no variable satisfies. So limits are never too weak.

use crate::entity::Value;
use crate::function::Function;
use crate::passes::{edit, induction};
use crate::types::{IntCond, Type};

/// Limits with values on one side at most: each costs a comparison in front of the loop.
const MAX_VALUES: usize = 4;

/// Limits of one variable, all exclusive.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    variable: Value,
    pub(super) ty: Type,
    pub(super) ascending: bool,
    /// The least constant above.
    pub(super) upper: i128,
    /// The greatest constant below.
    pub(super) lower: i128,
    /// Values plus constants above.
    pub(super) uppers: Vec<(Value, i128)>,
    /// Values plus constants below.
    pub(super) lowers: Vec<(Value, i128)>,
}

/// The least and the greatest number of a type.
pub(super) fn extremes(ty: Type) -> (i128, i128) {
    match ty {
        Type::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    }
}

impl Limits {
    /// The variable and the next one are numbers of the type.
    pub(super) fn new(func: &Function, variable: &induction::Induction) -> Limits {
        let ty = func.ty(variable.param);
        let (min, max) = extremes(ty);
        let mut limits = Limits {
            variable: variable.param,
            ty,
            ascending: variable.step > 0,
            upper: max + 1,
            lower: min - 1,
            uppers: Vec::new(),
            lowers: Vec::new(),
        };
        limits.fits(i128::from(variable.step));
        limits
    }

    /// Asks for `variable + offset` to be a number of the type.
    fn fits(&mut self, offset: i128) {
        let (min, max) = extremes(self.ty);
        self.below(None, max + 1 - offset.max(0));
        self.above(None, min - 1 - offset.min(0));
    }

    /// Asks for checked arithmetic to fit: of a value that is the variable plus a constant, with the constant `amount` added.
    pub(super) fn require_sum(&mut self, func: &Function, value: Value, amount: i128) -> bool {
        let (base, offset) = induction::linear(func, value);
        if base != self.variable {
            return false;
        }
        self.fits(i128::from(offset));
        self.fits(i128::from(offset) + amount);
        true
    }

    /// Asks for a comparison to hold, of the variable or what is computed from it, `before` less than it is there; `false`,
    /// and nothing changed, when limits cannot say that.
    pub(super) fn require(
        &mut self,
        func: &Function,
        invariant: impl Fn(Value) -> bool,
        comparison: (IntCond, Value, Value),
        before: i64,
    ) -> bool {
        let (cond, a, b) = comparison;
        let (base, offset) = induction::linear(func, a);
        if base == self.variable && invariant(b) {
            return self.compare(func, cond, i128::from(offset) - i128::from(before), b);
        }
        let (base, offset) = induction::linear(func, b);
        let offset = i128::from(offset) - i128::from(before);
        base == self.variable && invariant(a) && self.compare(func, cond.swapped(), offset, a)
    }

    /// Asks for `variable + offset cond x`.
    fn compare(&mut self, func: &Function, cond: IntCond, offset: i128, x: Value) -> bool {
        if self.uppers.len() >= MAX_VALUES || self.lowers.len() >= MAX_VALUES {
            return false;
        }
        let (x, known) = match edit::as_int(func, x) {
            Some(n) => (None, i128::from(n)),
            None => (Some(x), 0),
        };
        let (upper, or_equal) = match (cond, self.ascending) {
            (IntCond::Slt | IntCond::Ult, _) | (IntCond::Ne, true) => (true, 0),
            (IntCond::Sle | IntCond::Ule, _) => (true, 1),
            (IntCond::Sgt, _) | (IntCond::Ne, false) => (false, 0),
            (IntCond::Sge, _) => (false, 1),
            _ => return false,
        };
        // The sum is what it is in numbers without end: at one end because of the comparison, at the other by asking.
        let (min, max) = extremes(self.ty);
        if upper {
            let least = if matches!(cond, IntCond::Ult | IntCond::Ule) { 0 } else { min };
            self.below(x, known - offset + or_equal);
            self.above(None, least - 1 - offset);
        } else {
            self.above(x, known - offset - or_equal);
            self.below(None, max + 1 - offset);
        }
        true
    }

    fn below(&mut self, x: Option<Value>, bound: i128) {
        match x {
            None => self.upper = self.upper.min(bound),
            Some(x) => tighten(&mut self.uppers, x, bound, i128::min),
        }
    }

    fn above(&mut self, x: Option<Value>, bound: i128) {
        match x {
            None => self.lower = self.lower.max(bound),
            Some(x) => tighten(&mut self.lowers, x, bound, i128::max),
        }
    }

    /// Asks for everything of the variable and of the next `rounds` ones as well.
    pub(super) fn ahead(&mut self, rounds: i128, step: i64) {
        let distance = rounds * i128::from(step);
        if self.ascending {
            self.upper -= distance;
            self.uppers.iter_mut().for_each(|(_, bound)| *bound -= distance);
        } else {
            self.lower -= distance;
            self.lowers.iter_mut().for_each(|(_, bound)| *bound -= distance);
        }
    }

    /// Whether some number lies between the constant limits, and every constant is one of the type.
    pub(super) fn can_hold(&self) -> bool {
        let (min, max) = extremes(self.ty);
        let mut sums = self.uppers.iter().chain(&self.lowers);
        self.lower + 1 < self.upper && sums.all(|(_, bound)| min < *bound && *bound <= max)
    }

    /// Whether limits say when to stop.
    pub(super) fn ends(&self) -> bool {
        let (min, max) = extremes(self.ty);
        if self.ascending {
            !self.uppers.is_empty() || self.upper <= max
        } else {
            !self.lowers.is_empty() || self.lower >= min
        }
    }
}

fn tighten(list: &mut Vec<(Value, i128)>, x: Value, bound: i128, pick: fn(i128, i128) -> i128) {
    match list.iter_mut().find(|(value, _)| *value == x) {
        Some((_, known)) => *known = pick(*known, bound),
        None => list.push((x, bound)),
    }
}
