//! What a loop carries to do to the results in the end.

use crate::builder::Builder;
use crate::entity::{Block, Value};
use crate::function::Function;
use crate::ops::Op;
use crate::types::Type;
use rustc_hash::FxHashMap;

/// An operation on a result of a call, of which the other operand is known ahead of the call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    op: Op,
    other: Value,
    /// The result is the second operand.
    flipped: bool,
}

impl Step {
    /// The step, when it is one that accumulators can take.
    pub(super) fn new(op: Op, other: Value, flipped: bool) -> Option<Step> {
        let takes = match op {
            Op::Iadd | Op::Isub | Op::Imul | Op::Band | Op::Bor | Op::Bxor => true,
            Op::Ishl => !flipped,
            _ => false,
        };
        takes.then_some(Step { op, other, flipped })
    }
}

/// What has to be carried for one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: the result is what the last call returns.
    Plain,
    /// Some of the parts of `add + factor * result`. Shifts to the left multiply, too.
    Ring { add: bool, factor: bool },
    /// The other operand of `band`, `bor` or `bxor`.
    Bits(Op),
}

impl Kind {
    /// What has to be carried for this step, too; `None` when no accumulator takes both.
    pub(super) fn with(self, step: &Step) -> Option<Kind> {
        let (adds, multiplies) = match step.op {
            Op::Iadd => (true, false),
            // What is subtracted from something is negated.
            Op::Isub => (true, step.flipped),
            Op::Imul | Op::Ishl => (false, true),
            op => return (self == Kind::Plain || self == Kind::Bits(op)).then_some(Kind::Bits(op)),
        };
        match self {
            Kind::Plain => Some(Kind::Ring { add: adds, factor: multiplies }),
            Kind::Ring { add, factor } => Some(Kind::Ring { add: add || adds, factor: factor || multiplies }),
            Kind::Bits(_) => None,
        }
    }

    /// An accumulator that changes nothing.
    pub(super) fn start(self, b: &mut Builder<'_>, ty: Type) -> Accumulator {
        let mut constant =
            |value: i64| if ty == Type::Bool { b.bconst(value != 0) } else { b.iconst(ty, value) };
        match self {
            Kind::Plain => Accumulator::Plain,
            Kind::Ring { add, factor } => {
                Accumulator::Ring { add: add.then(|| constant(0)), factor: factor.then(|| constant(1)) }
            }
            Kind::Bits(op) => Accumulator::Bits(op, constant(if op == Op::Band { -1 } else { 0 })),
        }
    }

    /// An accumulator in new parameters of a block, in the order of [`Accumulator::values`].
    pub(super) fn params(self, func: &mut Function, block: Block, ty: Type) -> Accumulator {
        match self {
            Kind::Plain => Accumulator::Plain,
            Kind::Ring { add, factor } => Accumulator::Ring {
                add: add.then(|| func.add_param(block, ty)),
                factor: factor.then(|| func.add_param(block, ty)),
            },
            Kind::Bits(op) => Accumulator::Bits(op, func.add_param(block, ty)),
        }
    }
}

/// What is to be done to a result before it is returned.
#[derive(Clone, Copy, Debug)]
pub(super) enum Accumulator {
    /// Nothing.
    Plain,
    /// `add + factor * result`, as far as they are there.
    Ring { add: Option<Value>, factor: Option<Value> },
    /// The operation with this value.
    Bits(Op, Value),
}

impl Accumulator {
    /// The values it consists of.
    pub(super) fn values(self) -> impl Iterator<Item = Value> {
        let list = match self {
            Accumulator::Plain => [None, None],
            Accumulator::Ring { add, factor } => [add, factor],
            Accumulator::Bits(_, value) => [Some(value), None],
        };
        list.into_iter().flatten()
    }

    /// What does the step first, and what this accumulator does then. `stands` has the other operands of copied steps.
    pub(super) fn behind(
        self,
        b: &mut Builder<'_>,
        step: &Step,
        stands: &FxHashMap<Value, Value>,
    ) -> Accumulator {
        let other = stands.get(&step.other).copied().unwrap_or(step.other);
        match self {
            Accumulator::Plain => Accumulator::Plain,
            Accumulator::Bits(op, value) => Accumulator::Bits(op, b.binary(op, value, other)),
            Accumulator::Ring { add, factor } => match step.op {
                Op::Imul | Op::Ishl => {
                    Accumulator::Ring { add, factor: factor.map(|factor| b.binary(step.op, factor, other)) }
                }
                _ => Accumulator::sum(b, step, other, add, factor),
            },
        }
    }

    /// Behind `result + other`, `result - other` or `other - result`.
    fn sum(
        b: &mut Builder<'_>,
        step: &Step,
        other: Value,
        add: Option<Value>,
        factor: Option<Value>,
    ) -> Accumulator {
        let negated = step.op == Op::Isub && step.flipped;
        let op = if step.op == Op::Isub && !negated { Op::Isub } else { Op::Iadd };
        let amount = match factor {
            Some(factor) => b.binary(Op::Imul, factor, other),
            None => other,
        };
        let add = add.map(|add| b.binary(op, add, amount));
        let factor = factor.map(|factor| match negated {
            true => {
                let ty = b.func().ty(factor);
                let zero = b.iconst(ty, 0);
                b.binary(Op::Isub, zero, factor)
            }
            false => factor,
        });
        Accumulator::Ring { add, factor }
    }

    /// The result that is returned instead of `value`.
    pub(super) fn apply(self, b: &mut Builder<'_>, value: Value) -> Value {
        match self {
            Accumulator::Plain => value,
            Accumulator::Bits(op, carried) => b.binary(op, carried, value),
            Accumulator::Ring { add, factor } => {
                let product = factor.map_or(value, |factor| b.binary(Op::Imul, factor, value));
                add.map_or(product, |add| b.binary(Op::Iadd, add, product))
            }
        }
    }
}
