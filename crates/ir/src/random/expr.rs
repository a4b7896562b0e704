//! Expressions: ops chosen from the op table by the type they make.

use crate::entity::Value;
use crate::eval::Const;
use crate::function::{Def, Function, Imm};
use crate::ops::{Effect, ImmKind, Op, Slot};
use crate::random::body::{Body, Shape};
use crate::random::{Config, constant};
use crate::types::{FloatCond, IntCond, Type};

/// An op with its controlling type.
pub(super) type Choice = (Op, Option<Type>);

/// Ops by what they are good for, read from the op table: a new pure op takes part without a change here.
#[derive(Debug)]
pub(super) struct Menu {
    /// Ops on numbers by result type, in the order of [`Type::ALL`].
    pure: Vec<Vec<Choice>>,
    /// Loads of bytes that may be anything.
    pub(super) loads: Vec<Choice>,
    /// Stores of anything that may be loaded as anything.
    pub(super) stores: Vec<Choice>,
    /// Checked arithmetic.
    pub(super) checked: Vec<Choice>,
}

/// The type of an operand or result.
pub(super) fn slot_type(slot: Slot, ty: Option<Type>) -> Option<Type> {
    match slot {
        Slot::Controlling => ty,
        Slot::Fixed(ty) => Some(ty),
    }
}

/// Every type an op takes and makes.
fn types(op: Op, ty: Option<Type>) -> Option<Vec<Type>> {
    op.operands()?.iter().chain(op.results()?).map(|slot| slot_type(*slot, ty)).collect()
}

impl Menu {
    pub(super) fn new(config: &Config) -> Menu {
        let mut menu =
            Menu { pure: vec![Vec::new(); Type::ALL.len()], loads: vec![], stores: vec![], checked: vec![] };
        for op in Op::ALL {
            let controlling: Vec<Option<Type>> = match op.types() {
                [] => vec![None],
                some => some.iter().copied().map(Some).collect(),
            };
            for ty in controlling {
                menu.add(*op, ty, config);
            }
        }
        menu
    }

    fn add(&mut self, op: Op, ty: Option<Type>, config: &Config) {
        let Some(types) = types(op, ty) else { return };
        if types.contains(&Type::Pair) && !config.pairs {
            return;
        }
        let addresses = types.iter().filter(|ty| **ty == Type::Ptr).count();
        let result = op.results().and_then(|r| slot_type(*r.first()?, ty));
        match (op.effect(), op.imm()) {
            (Effect::Pure | Effect::Trap, ImmKind::None | ImmKind::IntCond | ImmKind::FloatCond)
                if addresses == 0
                    && op != Op::Context
                    && let Some(result) = result =>
            {
                self.pure[result as usize].push((op, ty));
            }
            // Truth values and addresses are not to be made of any bytes.
            (Effect::Read, _) if addresses == 1 && ty != Some(Type::Bool) => self.loads.push((op, ty)),
            (Effect::Write, _) if addresses == 1 && ty != Some(Type::Bool) => self.stores.push((op, ty)),
            (Effect::Guard, ImmKind::Guard) if result.is_some() => self.checked.push((op, ty)),
            _ => {}
        }
    }
}

/// Whether the bits of a float are specified even when it is a NaN. What memory holds was shown when it was stored.
fn has_certain_bits(func: &Function, value: Value) -> bool {
    let Def::Result(inst, _) = func.values[value].def else { return false };
    let data = &func.insts[inst];
    match data.op {
        Op::Fconst | Op::BitsToF64 | Op::Fcanon | Op::SintToF64 | Op::UintToF64 | Op::Load => true,
        Op::Fneg | Op::Fabs => has_certain_bits(func, data.args[0]),
        Op::Select => data.args[1..].iter().all(|v| has_certain_bits(func, *v)),
        _ => false,
    }
}

impl Body<'_> {
    /// A number or opaque value: known, constant, or computed from such, `depth` ops deep.
    pub(super) fn scalar(&mut self, ty: Type, depth: u32) -> Value {
        let choice = if depth == 0 { self.rng.below(60) } else { self.rng.below(100) };
        if choice < 40
            && let Some(value) = self.known(Shape::Scalar(ty))
        {
            return value;
        }
        if choice < 60 || self.menu.pure[ty as usize].is_empty() {
            let value = constant(self.rng, self.config, ty);
            return self.constant(value);
        }
        let (op, controlling) = self.rng.pick(&self.menu.pure[ty as usize]);
        self.apply(op, controlling, depth.saturating_sub(1))
    }

    pub(super) fn i32(&mut self, value: i32) -> Value {
        self.b.iconst(Type::I32, i64::from(value))
    }

    pub(super) fn constant(&mut self, value: Const) -> Value {
        match value.to_inst() {
            Some((op, ty, imm)) => self.b.with_imm(op, ty, &[], imm),
            None => {
                let [first, second] = value.words().map(|word| self.b.iconst(Type::I64, word as i64));
                self.b.binary(Op::PairMake, first, second)
            }
        }
    }

    /// The value, for a place that shows its bits: a float whose NaN may be any goes through `fcanon`.
    pub(super) fn shown(&mut self, value: Value) -> Value {
        if self.b.func().ty(value) != Type::F64 || has_certain_bits(self.b.func(), value) {
            return value;
        }
        self.b.unary(Op::Fcanon, value)
    }

    /// An op on random operands.
    fn apply(&mut self, op: Op, ty: Option<Type>, depth: u32) -> Value {
        let slots = op.operands().unwrap_or_default();
        let mut args: Vec<Value> =
            slots.iter().filter_map(|slot| slot_type(*slot, ty)).map(|ty| self.scalar(ty, depth)).collect();
        // Sometimes both the same: `x - x`, `x == x`.
        if args.len() == 2 && slots[0] == slots[1] && self.rng.chance(5) {
            args[1] = args[0];
        }
        if matches!(op, Op::F64ToBits | Op::BoxNumber) {
            args[0] = self.shown(args[0]);
        }
        let may_trap = self.config.traps && self.rng.chance(5);
        if let (Effect::Trap, false, Some(ty)) = (op.effect(), may_trap, ty) {
            let one = self.b.iconst(ty, 1);
            args[1] = self.b.binary(Op::Bor, args[1], one);
        }
        let imm = match op.imm() {
            ImmKind::IntCond => Imm::IntCond(self.rng.pick(IntCond::ALL)),
            ImmKind::FloatCond => Imm::FloatCond(self.rng.pick(FloatCond::ALL)),
            _ => Imm::None,
        };
        self.b.with_imm(op, ty, &args, imm)
    }
}
