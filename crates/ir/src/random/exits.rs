//! Guards, frame states, and blocks that leave the function or a loop.

use crate::Entity;
use crate::entity::{State, Value, Virtual};
use crate::eval::Const;
use crate::function::{FrameValue, Imm, Reason, StateData, TrapCode, VirtualData};
use crate::ops::Op;
use crate::random::body::{Body, Shape};
use crate::random::constant;
use crate::random::expr::slot_type;
use crate::random::layout::{KINDS, header};
use crate::types::{IntCond, Type};

/// Codes from here on belong to frames that were never functions of the module: they stand for inlined callers.
const MADE_UP_CODE: u32 = 1000;

/// How a block leaves.
#[derive(Clone, Copy)]
enum Way {
    Return,
    Throw,
    Trap,
    Deopt,
    Break,
    Continue,
}

impl Body<'_> {
    /// A frame state for a guard made here. Live values are added when the body is complete; here come values that
    /// nobody else may need, constants, objects taken apart, and callers.
    pub(super) fn state(&mut self) -> State {
        let mut objects = Vec::new();
        let parent = if self.rng.chance(20) { Some(self.made_up_caller(&mut objects)) } else { None };
        let values = self.extra_values(&mut objects);
        let offset = self.offset;
        self.offset += 1;
        let code = self.plan.func.index() as u32;
        self.b.state(StateData { code, offset, values, parent })
    }

    fn made_up_caller(&mut self, objects: &mut Vec<Virtual>) -> State {
        let parent = if self.rng.chance(25) { Some(self.made_up_caller(objects)) } else { None };
        let values = self.extra_values(objects);
        let code = MADE_UP_CODE + self.rng.below(5);
        let offset = self.rng.below(100);
        self.b.state(StateData { code, offset, values, parent })
    }

    fn extra_values(&mut self, objects: &mut Vec<Virtual>) -> Vec<FrameValue> {
        (0..self.rng.below(3)).map(|_| self.frame_value(objects)).collect()
    }

    fn frame_value(&mut self, objects: &mut Vec<Virtual>) -> FrameValue {
        match self.rng.below(10) {
            0..4 => FrameValue::Value(self.env[self.rng.index(self.env.len())].0),
            4 | 5 => {
                let types = [Type::I32, Type::I64, Type::F64, Type::Bool, Type::Boxed, Type::Pair];
                let ty = self.rng.pick(&types[..if self.config.pairs { 6 } else { 5 }]);
                self.frame_constant(ty)
            }
            6..9 => FrameValue::Virtual(self.virtual_object(objects)),
            _ => FrameValue::Dead,
        }
    }

    fn frame_constant(&mut self, ty: Type) -> FrameValue {
        constant(self.rng, self.config, ty).to_frame_value()
    }

    /// An object of a frame state: a new one or one that the same state has already.
    fn virtual_object(&mut self, objects: &mut Vec<Virtual>) -> Virtual {
        if !objects.is_empty() && self.rng.chance(40) {
            return self.rng.pick(objects);
        }
        let kind = self.rng.below(3);
        let size = KINDS[kind as usize].size;
        let first = (0, Type::I64, FrameValue::Const(Type::I64, header(kind)));
        let object = self.b.func().virtuals.push(VirtualData { size, kind, fields: vec![first] });
        objects.push(object);
        for (offset, ty) in KINDS[kind as usize].fields {
            let value = match (kind, ty) {
                // Of kind 2, whose pointer goes anywhere: back to itself, too.
                (2, _) => FrameValue::Virtual(self.virtual_object(objects)),
                (_, Type::Ptr) => FrameValue::Value(self.object(0)),
                _ if self.rng.chance(30) => continue,
                (_, Type::Pair) => match self.known(Shape::Scalar(Type::Pair)) {
                    Some(value) => FrameValue::Value(value),
                    None if self.config.pairs => self.frame_constant(Type::Pair),
                    None => continue,
                },
                (_, ty) => match self.known(Shape::Scalar(*ty)) {
                    Some(value) if self.rng.chance(70) => FrameValue::Value(value),
                    _ => self.frame_constant(*ty),
                },
            };
            self.b.func().virtuals[object].fields.push((*offset, *ty, value));
        }
        object
    }

    /// A condition that holds, though not for everybody to see.
    fn truth(&mut self) -> Value {
        if !self.checked.is_empty() && self.rng.chance(35) {
            return self.rng.pick(&self.checked);
        }
        let ty = self.rng.pick(&[Type::I32, Type::I64]);
        let value = self.scalar(ty, 2);
        match self.rng.below(3) {
            0 => {
                let mask = self.b.iconst(ty, i64::from(self.rng.pick(&[0u8, 1, 7, 15, 127, 255])));
                let part = self.b.binary(Op::Band, value, mask);
                let condition = self.rng.pick(&[IntCond::Ule, IntCond::Sle]);
                self.b.icmp(condition, part, mask)
            }
            1 => {
                let copy = self.b.binary(Op::Bor, value, value);
                let condition = self.rng.pick(&[IntCond::Eq, IntCond::Sge, IntCond::Ule]);
                self.b.icmp(condition, value, copy)
            }
            _ => {
                let least = self.b.iconst(ty, if ty == Type::I32 { i64::from(i32::MIN) } else { i64::MIN });
                self.b.icmp(IntCond::Sge, value, least)
            }
        }
    }

    pub(super) fn guard(&mut self) {
        let fails = self.config.failing_guards && self.rng.chance(5);
        let condition = if fails { self.scalar(Type::Bool, 2) } else { self.truth() };
        let reason = Reason(self.rng.below(4) as u16);
        let state = self.state();
        self.b.guard(condition, state, reason);
        self.checked.push(condition);
        self.define(condition, Shape::Scalar(Type::Bool));
    }

    /// Arithmetic that leaves when its result does not fit; mostly it fits.
    pub(super) fn checked_arithmetic(&mut self) {
        let (op, ty) = self.rng.pick(&self.menu.checked);
        let wild = self.config.failing_guards && self.rng.chance(6);
        let slots = op.operands().unwrap_or_default();
        let args: Vec<Value> = slots
            .iter()
            .filter_map(|slot| slot_type(*slot, ty))
            .map(|ty| if wild { self.scalar(ty, 2) } else { self.small(ty) })
            .collect();
        let reason = Reason(4 + self.rng.below(2) as u16);
        let state = self.state();
        let value = self.b.with_imm(op, ty, &args, Imm::Guard { state, reason });
        let ty = self.b.func().ty(value);
        self.define(value, Shape::Scalar(ty));
    }

    /// A number that survives checked arithmetic: 15 bits, or a float that is an integer and not -0.
    fn small(&mut self, ty: Type) -> Value {
        if ty == Type::F64 {
            let value = self.scalar(Type::I32, 2);
            return self.b.convert(Op::SintToF64, Type::I32, value);
        }
        let value = self.scalar(ty, 2);
        let mask = self.constant(Const::new(ty, 0x7fff));
        self.b.binary(Op::Band, value, mask)
    }

    /// Leaves on a condition that is not often true.
    pub(super) fn leave_sometimes(&mut self) {
        let ways = [
            (3, Way::Return),
            (if self.plan.throws { 3 } else { 0 }, Way::Throw),
            (u32::from(self.config.traps), Way::Trap),
            (u32::from(self.config.failing_guards && self.plan.guards), Way::Deopt),
            (if self.around.is_empty() { 0 } else { 8 }, Way::Break),
            (if self.around.is_empty() { 0 } else { 8 }, Way::Continue),
        ];
        let Some(way) = self.rng.weighted(&ways) else { return };
        let condition = self.rarely(way);
        let (leave, stay) = (self.b.add_block(&[]), self.b.add_block(&[]));
        self.b.brif(condition, (leave, &[]), (stay, &[]));
        self.b.switch_to(leave);
        let scope = self.scope();
        self.b.func().blocks[leave].cold = self.rng.chance(60);
        self.go(way);
        self.leave_scope(&scope);
        self.b.switch_to(stay);
    }

    /// A condition: often true where only a loop is left, seldom where everything ends.
    fn rarely(&mut self, way: Way) -> Value {
        if matches!(way, Way::Break | Way::Continue) {
            return self.scalar(Type::Bool, 2);
        }
        // A callee that ends early and often leaves its caller enough to do.
        if self.config.calls_foremost && self.plan.func.index() > 0 && self.rng.chance(50) {
            return self.scalar(Type::Bool, 2);
        }
        let value = self.scalar(Type::I32, 2);
        let rare = self.i32(0x5a5a);
        let condition = if self.rng.chance(85) { IntCond::Eq } else { IntCond::Slt };
        self.b.icmp(condition, value, rare)
    }

    fn go(&mut self, way: Way) {
        match way {
            Way::Return => self.result(),
            Way::Throw => {
                self.b.op(Op::Throw, None, &[], Imm::None);
            }
            Way::Trap => self.b.trap(TrapCode(1 + self.rng.below(3) as u16)),
            Way::Deopt => {
                let state = self.state();
                self.b.op(Op::Deopt, None, &[], Imm::Guard { state, reason: Reason(9) });
            }
            Way::Break | Way::Continue => {
                let Some(around) = self.around.last().cloned() else { return self.result() };
                let values = self.values_of(&around.carried);
                let to = if matches!(way, Way::Break) { around.exit } else { around.latch };
                self.b.jump(to, &values);
            }
        }
    }
}
