//! What branches and guards have settled, in scopes that follow the dominator tree.

use super::interval::Interval;
use crate::entity::Value;
use crate::types::IntCond;
use rustc_hash::FxHashMap;

/// Relations kept per pair; older ones are the first to go.
const RELATIONS_PER_PAIR: usize = 4;

/// Narrowed intervals and relations between values, with an undo log.
#[derive(Default)]
pub(super) struct Facts {
    narrowed: FxHashMap<Value, Interval>,
    relations: FxHashMap<(Value, Value), Vec<IntCond>>,
    undo: Vec<Undo>,
}

enum Undo {
    Narrowed(Value, Option<Interval>),
    Relation((Value, Value), Vec<IntCond>),
}

impl Facts {
    /// A point to go back to.
    pub(super) fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Forgets what came after `mark`.
    pub(super) fn rewind(&mut self, mark: usize) {
        while self.undo.len() > mark {
            match self.undo.pop() {
                Some(Undo::Narrowed(value, Some(old))) => drop(self.narrowed.insert(value, old)),
                Some(Undo::Narrowed(value, None)) => drop(self.narrowed.remove(&value)),
                Some(Undo::Relation(pair, old)) => drop(self.relations.insert(pair, old)),
                None => {}
            }
        }
    }

    /// `range`, narrowed by what is in scope.
    pub(super) fn narrow(&self, value: Value, range: Interval) -> Interval {
        self.narrowed.get(&value).map_or(range, |known| known.intersect(range))
    }

    /// The value lies in `range` from here on.
    pub(super) fn set(&mut self, value: Value, range: Interval) {
        let old = self.narrowed.insert(value, range);
        self.undo.push(Undo::Narrowed(value, old));
    }

    /// `a cond b` holds from here on.
    pub(super) fn relate(&mut self, cond: IntCond, a: Value, b: Value) {
        let (pair, cond) = ordered(cond, a, b);
        let known = self.relations.entry(pair).or_default();
        self.undo.push(Undo::Relation(pair, known.clone()));
        if known.len() == RELATIONS_PER_PAIR {
            known.remove(0);
        }
        known.push(cond);
    }

    /// Whether the relations in scope settle `a cond b`. `nonnegative`: neither value is negative, so that signed and
    /// unsigned order agree.
    pub(super) fn implies(&self, cond: IntCond, a: Value, b: Value, nonnegative: bool) -> Option<bool> {
        if a == b {
            return Some(holds_for_equal(cond));
        }
        let (pair, cond) = ordered(cond, a, b);
        let known = self.relations.get(&pair)?;
        let view = |c: IntCond| if nonnegative { signed(c) } else { c };
        known.iter().find_map(|fact| conclude(view(*fact), view(cond)))
    }
}

fn ordered(cond: IntCond, a: Value, b: Value) -> ((Value, Value), IntCond) {
    if a <= b { ((a, b), cond) } else { ((b, a), cond.swapped()) }
}

fn holds_for_equal(cond: IntCond) -> bool {
    matches!(cond, IntCond::Eq | IntCond::Sle | IntCond::Sge | IntCond::Ule | IntCond::Uge)
}

fn signed(cond: IntCond) -> IntCond {
    match cond {
        IntCond::Ult => IntCond::Slt,
        IntCond::Ule => IntCond::Sle,
        IntCond::Ugt => IntCond::Sgt,
        IntCond::Uge => IntCond::Sge,
        other => other,
    }
}

/// Given that `fact` holds for a pair, whether `question` does.
fn conclude(fact: IntCond, question: IntCond) -> Option<bool> {
    // The outcomes less, equal, greater that each allows, in one order at a time.
    let (f, q) = (outcomes(fact), outcomes(question));
    let same_order = f.order == q.order || f.order == Order::Either || q.order == Order::Either;
    if !same_order {
        return None;
    }
    if f.allowed & !q.allowed == 0 {
        Some(true)
    } else if f.allowed & q.allowed == 0 {
        Some(false)
    } else {
        None
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Signed,
    Unsigned,
    /// Equality means the same in both.
    Either,
}

struct Outcomes {
    order: Order,
    /// Bit 0 less, bit 1 equal, bit 2 greater.
    allowed: u8,
}

fn outcomes(cond: IntCond) -> Outcomes {
    let (order, allowed) = match cond {
        IntCond::Eq => (Order::Either, 0b010),
        IntCond::Ne => (Order::Either, 0b101),
        IntCond::Slt => (Order::Signed, 0b001),
        IntCond::Sle => (Order::Signed, 0b011),
        IntCond::Sgt => (Order::Signed, 0b100),
        IntCond::Sge => (Order::Signed, 0b110),
        IntCond::Ult => (Order::Unsigned, 0b001),
        IntCond::Ule => (Order::Unsigned, 0b011),
        IntCond::Ugt => (Order::Unsigned, 0b100),
        IntCond::Uge => (Order::Unsigned, 0b110),
    };
    Outcomes { order, allowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conclusions_hold_for_every_pair_of_numbers() {
        let points = [i64::MIN, -2, -1, 0, 1, 2, i64::MAX];
        let holds = |c: IntCond, x: i64, y: i64| match c {
            IntCond::Eq => x == y,
            IntCond::Ne => x != y,
            IntCond::Slt => x < y,
            IntCond::Sle => x <= y,
            IntCond::Sgt => x > y,
            IntCond::Sge => x >= y,
            IntCond::Ult => (x as u64) < y as u64,
            IntCond::Ule => x as u64 <= y as u64,
            IntCond::Ugt => x as u64 > y as u64,
            IntCond::Uge => x as u64 >= y as u64,
        };
        for fact in IntCond::ALL {
            for question in IntCond::ALL {
                let Some(verdict) = conclude(*fact, *question) else { continue };
                for x in points {
                    for y in points.iter().filter(|y| holds(*fact, x, **y)) {
                        assert_eq!(holds(*question, x, *y), verdict, "{fact} then {question}: {x}, {y}");
                    }
                }
            }
        }
    }
}
