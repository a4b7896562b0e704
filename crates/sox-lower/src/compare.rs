//! Comparisons, truth, and the jumps on them.

use crate::emit::Emitter;
use crate::value::{Kind, Val};
use ir::{FloatCond, IntCond, Op as Ir, Type, Value};
use sox_bytecode::feedback::OTHER;
use sox_bytecode::{Inst, Op};
use sox_rt::Tag;

/// The comparison of an instruction that orders, and whether it goes on where that does not hold.
pub(crate) fn ordering(op: Op) -> Option<(FloatCond, bool)> {
    Some(match op {
        Op::Lt | Op::JumpLt | Op::JumpLtK | Op::LoopLt | Op::LoopLtK => (FloatCond::Lt, false),
        Op::Le | Op::JumpLe | Op::JumpLeK | Op::LoopLe | Op::LoopLeK => (FloatCond::Le, false),
        Op::JumpGtK | Op::LoopGtK => (FloatCond::Gt, false),
        Op::JumpGeK | Op::LoopGeK => (FloatCond::Ge, false),
        Op::JumpNotLt | Op::JumpNotLtK => (FloatCond::Lt, true),
        Op::JumpNotLe | Op::JumpNotLeK => (FloatCond::Le, true),
        Op::JumpNotGtK => (FloatCond::Gt, true),
        Op::JumpNotGeK => (FloatCond::Ge, true),
        _ => return None,
    })
}

impl Emitter<'_> {
    /// Whether a value counts as true.
    pub(crate) fn truth(&mut self, value: Val) -> Value {
        match value {
            Val::Bool(value) => value,
            Val::None | Val::Nil => self.b().bconst(false),
            Val::Int(_) | Val::Number(_) | Val::Object(..) => self.b().bconst(true),
            Val::Any(tag, _) => {
                let first = self.int(Tag::True as u64);
                self.b().icmp(IntCond::Uge, tag, first)
            }
        }
    }

    fn inverted(&mut self, cond: Value) -> Value {
        let yes = self.b().bconst(true);
        self.b().binary(Ir::Bxor, cond, yes)
    }

    /// `R[A] = !R[B]`.
    pub(crate) fn not(&mut self, inst: Inst) {
        let truth = self.truth(self.reg(inst.b()));
        let result = Val::Bool(self.inverted(truth));
        self.set(inst.a(), result);
    }

    /// `R[A] = R[B] < R[C]` and `<=`.
    pub(crate) fn ordered(&mut self, op: Op, inst: Inst) {
        let (Some((cond, _)), Some((x, y))) = (ordering(op), self.numbers(inst.b(), inst.c())) else {
            return self.stepped();
        };
        let result = Val::Bool(self.compare(cond, x, y));
        self.set(inst.a(), result);
    }

    /// A jump on an order.
    pub(crate) fn jump_ordered(&mut self, op: Op, inst: Inst, (next, target): (usize, usize)) {
        let Some((cond, inverted)) = ordering(op) else { return self.stepped_jump(next, target) };
        let constant = op.operands()[1] == sox_bytecode::Operand::Const;
        let operands = if constant {
            self.one_number(inst.a()).map(|x| (x, self.constant(usize::from(inst.b()))))
        } else {
            self.numbers(inst.a(), inst.b())
        };
        let Some((x, y)) = operands else { return self.stepped_jump(next, target) };
        let holds = self.compare(cond, x, y);
        if inverted { self.branch(holds, next, target) } else { self.branch(holds, target, next) }
    }

    /// A jump that the interpreter decides about.
    pub(crate) fn stepped_jump(&mut self, next: usize, target: usize) {
        let status = self.step();
        let inst = self.feedback.function().code[self.pc];
        if let Some(op) = inst.op() {
            let effect = crate::operands::effect(&self.feedback.module, inst, op);
            effect.writes.iter().for_each(|reg| self.reload(reg));
        }
        let zero = self.int(0);
        let jumps = self.b().icmp(IntCond::Ne, status, zero);
        self.branch(jumps, target, next);
    }

    /// A jump on truth.
    pub(crate) fn jump_if(&mut self, op: Op, inst: Inst, (next, target): (usize, usize)) {
        let value = self.reg(inst.a());
        if op == Op::JumpIfPresent {
            let (tag, _) = self.boxed(value);
            let absent = self.is_tag(tag, Tag::Absent);
            return self.branch(absent, next, target);
        }
        let truth = self.truth(value);
        match op {
            Op::JumpIfNot | Op::LoopIfNot => self.branch(truth, next, target),
            _ => self.branch(truth, target, next),
        }
    }

    /// `R[A] = R[B] == R[C]` and `!=`.
    pub(crate) fn equals(&mut self, op: Op, inst: Inst) {
        let (x, y) = (self.reg(inst.b()), self.reg(inst.c()));
        let equal = self.equality(x, y, op == Op::Ne, |this| {
            this.step();
            let keep = this.reg(inst.a());
            this.reload(inst.a());
            let (tag, _) = this.boxed(this.reg(inst.a()));
            this.set(inst.a(), keep);
            this.is_tag(tag, Tag::True)
        });
        self.set(inst.a(), Val::Bool(equal));
    }

    /// A jump on equality.
    pub(crate) fn jump_equal(&mut self, op: Op, inst: Inst, (next, target): (usize, usize)) {
        let x = self.reg(inst.a());
        let y = match op {
            Op::JumpEqK | Op::JumpNeK => self.constant(usize::from(inst.b())),
            _ => self.reg(inst.b()),
        };
        let negated = matches!(op, Op::JumpNe | Op::JumpNeK);
        let jumps = self.equality(x, y, negated, |this| {
            let status = this.step();
            let zero = this.int(0);
            this.b().icmp(IntCond::Ne, status, zero)
        });
        self.branch(jumps, target, next);
    }

    /// Whether two values are equal, or are not. `slow` has the interpreter say so, for two strings.
    fn equality(&mut self, x: Val, y: Val, negated: bool, slow: impl FnOnce(&mut Self) -> Value) -> Value {
        let quick = match (x.kind(), y.kind()) {
            (x_kind, y_kind) if x_kind.is_number() && y_kind.is_number() => {
                Some(self.compare(FloatCond::Eq, x, y))
            }
            (Kind::Nil, _) | (_, Kind::Nil) => Some(self.same_tag(x, y)),
            (Kind::Bool, _) | (_, Kind::Bool) => Some(self.same_tag(x, y)),
            (kind, _) if kind.is_number() => Some(self.equals_number(y, x)),
            (_, kind) if kind.is_number() => Some(self.equals_number(x, y)),
            (Kind::Object(tag), _) | (_, Kind::Object(tag)) if tag != Tag::String => {
                Some(self.identical(x, y))
            }
            _ => None,
        };
        match quick {
            Some(equal) if negated => self.inverted(equal),
            Some(equal) => equal,
            None => self.any_equality(x, y, negated, slow),
        }
    }

    /// Values without payload are equal when their tags are.
    fn same_tag(&mut self, x: Val, y: Val) -> Value {
        let ((x, _), (y, _)) = (self.boxed(x), self.boxed(y));
        self.b().icmp(IntCond::Eq, x, y)
    }

    fn identical(&mut self, x: Val, y: Val) -> Value {
        let ((x_tag, x), (y_tag, y)) = (self.boxed(x), self.boxed(y));
        let same = self.b().icmp(IntCond::Eq, x_tag, y_tag);
        let equal = self.b().icmp(IntCond::Eq, x, y);
        self.b().binary(Ir::Band, same, equal)
    }

    fn equals_number(&mut self, value: Val, number: Val) -> Value {
        let (tag, payload) = self.boxed(value);
        let is_number = self.is_tag(tag, Tag::Number);
        let (x, y) = (self.b().unary(Ir::BitsToF64, payload), self.float(number));
        let equal = self.b().fcmp(FloatCond::Eq, x, y);
        self.b().binary(Ir::Band, is_number, equal)
    }

    fn any_equality(
        &mut self,
        x: Val,
        y: Val,
        negated: bool,
        slow: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let ((x_tag, x_bits), (y_tag, y_bits)) = (self.boxed(x), self.boxed(y));
        let done = self.new_block(&[Type::Bool]);
        let (same, other) = (self.new_block(&[]), self.new_block(&[]));
        let equal = self.b().icmp(IntCond::Eq, x_tag, y_tag);
        let unequal = self.b().bconst(negated);
        self.b().brif(equal, (same, &[]), (done, &[unequal]));
        self.switch_to(same);
        let numbers = self.new_block(&[]);
        let is_number = self.is_tag(x_tag, Tag::Number);
        self.b().brif(is_number, (numbers, &[]), (other, &[]));
        self.switch_to(numbers);
        let (x, y) = (self.b().unary(Ir::BitsToF64, x_bits), self.b().unary(Ir::BitsToF64, y_bits));
        let cond = if negated { FloatCond::Ne } else { FloatCond::Eq };
        let result = self.b().fcmp(cond, x, y);
        self.b().jump(done, &[result]);
        self.switch_to(other);
        let strings = self.new_block(&[]);
        let is_string = self.is_tag(x_tag, Tag::String);
        let cond = if negated { IntCond::Ne } else { IntCond::Eq };
        let result = self.b().icmp(cond, x_bits, y_bits);
        self.b().brif(is_string, (strings, &[]), (done, &[result]));
        self.switch_to(strings);
        // The same string is equal to itself; the others are compared by whoever knows strings.
        let ask = self.new_block(&[]);
        let identical = self.b().icmp(IntCond::Eq, x_bits, y_bits);
        let known = self.b().bconst(!negated);
        self.b().brif(identical, (done, &[known]), (ask, &[]));
        self.switch_to(ask);
        let (other, differ) = (self.cold_block(), self.b().bconst(negated));
        let interned = self.both_interned(x_bits, y_bits);
        self.b().brif(interned, (done, &[differ]), (other, &[]));
        self.switch_to(other);
        let result = self.apart(slow);
        self.b().jump(done, &[result]);
        self.switch_to(done);
        self.params(done)[0]
    }

    /// Whether the instruction is done by the interpreter, since it found other operands before.
    pub(crate) fn is_other(&self) -> bool {
        self.flags() & OTHER != 0
    }
}
