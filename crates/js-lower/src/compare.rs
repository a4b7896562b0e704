//! Comparisons, truth, and the jumps that they decide.

use crate::emit::Emitter;
use crate::runtime::{Lean, Reason};
use crate::value::{Val, is_cell, number_of};
use ir::{FloatCond, IntCond, Op as Ir, Type, Value};
use js_bytecode::{Inst, Op, Operand};
use js_rt::Value as Word;
use js_rt::offsets::{FLAG_HTMLDDA, HEADER_AUX, HEADER_KIND, KIND_OBJECT, KIND_STRING, STRING_LEN};

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Test {
    Always,
    /// ToBoolean of A.
    Truth,
    /// A word compared with that of a value.
    Is(u64),
    Nullish,
    /// The same with [[IsHTMLDDA]] objects.
    NullLike,
    Order(IntCond),
    Strict,
    Loose,
}

/// What a comparison or jump does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) test: Test,
    /// Whether the test is to hold.
    pub(crate) holds: bool,
}

/// Of jumps, and of what gives a truth value.
pub(crate) fn plan(op: Op) -> Option<Plan> {
    use IntCond::{Sge, Sgt, Sle, Slt};
    use Test::{Always, Is, Loose, NullLike, Nullish, Order, Strict, Truth};
    let (test, holds) = match op {
        Op::Jump | Op::Loop => (Always, true),
        Op::JumpIf | Op::LoopIf => (Truth, true),
        Op::JumpIfNot | Op::LoopIfNot | Op::Not => (Truth, false),
        Op::JumpIfUndefined => (Is(Word::UNDEFINED.bits()), true),
        Op::JumpIfNotUndefined => (Is(Word::UNDEFINED.bits()), false),
        Op::JumpIfEmpty => (Is(Word::EMPTY.bits()), true),
        Op::JumpIfNullish => (Nullish, true),
        Op::JumpIfNotNullish => (Nullish, false),
        Op::JumpEqNull => (NullLike, true),
        Op::JumpNeNull => (NullLike, false),
        Op::JumpEq | Op::Eq => (Loose, true),
        Op::JumpNe | Op::Ne => (Loose, false),
        Op::JumpStrictEq | Op::JumpStrictEqInt | Op::StrictEq => (Strict, true),
        Op::JumpStrictNe | Op::JumpStrictNeInt | Op::StrictNe => (Strict, false),
        Op::JumpLt | Op::JumpLtInt | Op::LoopLt | Op::LoopLtInt | Op::Lt => (Order(Slt), true),
        Op::JumpLe | Op::JumpLeInt | Op::LoopLe | Op::LoopLeInt | Op::Le => (Order(Sle), true),
        Op::JumpGt | Op::JumpGtInt | Op::LoopGt | Op::LoopGtInt | Op::Gt => (Order(Sgt), true),
        Op::JumpGe | Op::JumpGeInt | Op::LoopGe | Op::LoopGeInt | Op::Ge => (Order(Sge), true),
        Op::JumpNotLt | Op::JumpNotLtInt => (Order(Slt), false),
        Op::JumpNotLe | Op::JumpNotLeInt => (Order(Sle), false),
        Op::JumpNotGt | Op::JumpNotGtInt => (Order(Sgt), false),
        Op::JumpNotGe | Op::JumpNotGeInt => (Order(Sge), false),
        _ => return None,
    };
    Some(Plan { test, holds })
}

fn float_cond(cond: IntCond) -> FloatCond {
    match cond {
        IntCond::Slt => FloatCond::Lt,
        IntCond::Sle => FloatCond::Le,
        IntCond::Sgt => FloatCond::Gt,
        IntCond::Sge => FloatCond::Ge,
        _ => FloatCond::Eq,
    }
}

/// The number of an order, as the runtime has it.
fn order(cond: IntCond) -> u32 {
    match cond {
        IntCond::Slt => 0,
        IntCond::Sle => 1,
        IntCond::Sgt => 2,
        _ => 3,
    }
}

/// The other operand.
#[derive(Clone, Copy)]
enum Right {
    Register(u16),
    Constant(i32),
}

/// The registers that are compared.
fn operands(inst: Inst) -> (u16, Right) {
    let op = inst.op();
    match op {
        _ if !op.jumps() => (inst.b(), Right::Register(inst.cr())),
        _ if op.operands()[1] == Operand::Int => (inst.a(), Right::Constant(inst.bs().into())),
        _ => (inst.a(), Right::Register(inst.b())),
    }
}

impl Emitter<'_> {
    /// Lowers an instruction that gives a truth value; whether it is one.
    pub(crate) fn comparison(&mut self, inst: Inst) -> bool {
        let Some(plan) = plan(inst.op()).filter(|_| !inst.op().jumps()) else { return false };
        let cond = self.decided(inst, plan);
        self.set(inst.a(), Val::Bool(cond));
        true
    }

    /// Lowers a jump, the last instruction of its block.
    pub(crate) fn jump(&mut self, inst: Inst) {
        let target = self.at.flow.block_at(crate::flow::target(self.at.pc, inst));
        let Some(plan) = plan(inst.op()) else {
            let next = self.at.flow.block_at(self.at.pc + 1);
            return match inst.op() {
                Op::IteratorNext => self.iterator_next(inst, next, target),
                _ => self.stepped_jump(next, target),
            };
        };
        if plan.test == Test::Always {
            return if self.is_condition(target) { self.condition(target) } else { self.way(target) };
        }
        let next = self.at.flow.block_at(self.at.pc + 1);
        let cond = self.decided(inst, plan);
        self.branch(cond, target, next);
    }

    /// Whether a block that lies ahead is the condition of a loop, which a jump from in front of the loop leads to.
    fn is_condition(&self, number: usize) -> bool {
        let block = &self.at.flow.blocks[number];
        block.start > self.at.pc
            && self.at.flow.region.contains(&block.start)
            && crate::flow::is_condition(&self.at.snapshot.insts, block.start..block.end)
    }

    /// Ends the block with the condition of a loop once more, so that what the loop is entered with is that it holds: what does not change in
    /// the loop is computed behind it.
    fn condition(&mut self, number: usize) {
        let flow = self.at.flow;
        self.at.entering = true;
        for pc in flow.blocks[number].start..flow.blocks[number].end {
            self.at.pc = pc;
            if !self.inst() {
                break;
            }
        }
        self.at.entering = false;
    }

    /// Whether a test comes out as wanted.
    fn decided(&mut self, inst: Inst, plan: Plan) -> Value {
        let (left, right) = operands(inst);
        let cond = match plan.test {
            Test::Always => self.b().bconst(true),
            Test::Truth => {
                let value = self.reg(left);
                self.truth(value)
            }
            Test::Is(bits) => {
                let (word, wanted) = (self.word(left), self.int(bits));
                self.b().icmp(IntCond::Eq, word, wanted)
            }
            Test::Nullish => {
                let word = self.word(left);
                self.nullish(word)
            }
            Test::NullLike => self.null_like(left),
            Test::Order(cond) => match self.compared(left, right) {
                Some((x, y)) => self.compare(cond, x, y),
                None => self.lean_truth(Lean::Order, order(cond)),
            },
            Test::Strict => self.strict(left, right),
            Test::Loose => match self.compared(left, right) {
                Some((x, y)) => self.compare(IntCond::Eq, x, y),
                None => self.lean_truth(Lean::LooselyEqual, 0),
            },
        };
        if plan.holds { cond } else { self.not(cond) }
    }

    fn not(&mut self, cond: Value) -> Value {
        let yes = self.b().bconst(true);
        self.b().binary(Ir::Bxor, cond, yes)
    }

    fn word(&mut self, reg: u16) -> Value {
        let value = self.reg(reg);
        self.boxed(value)
    }

    fn compared(&mut self, left: u16, right: Right) -> Option<(Val, Val)> {
        match right {
            Right::Register(right) => self.numbers(left, right),
            Right::Constant(value) => {
                let x = self.number(left)?;
                Some((x, Val::Int(self.small(value))))
            }
        }
    }

    fn compare(&mut self, cond: IntCond, x: Val, y: Val) -> Value {
        if let (Val::Int(x), Val::Int(y)) = (x, y) {
            return self.b().icmp(cond, x, y);
        }
        let (x, y) = (self.float(x), self.float(y));
        self.b().fcmp(float_cond(cond), x, y)
    }

    fn nullish(&mut self, word: Value) -> Value {
        // They differ in one bit.
        let (bit, both) = (self.int(8), self.int(Word::UNDEFINED.bits()));
        let bits = self.b().binary(Ir::Bor, word, bit);
        self.b().icmp(IntCond::Eq, bits, both)
    }

    /// `== null`; leaves for objects that only claim to be.
    fn null_like(&mut self, left: u16) -> Value {
        let word = self.word(left);
        let null = self.nullish(word);
        if !self.reg(left).may_be_cell() {
            return null;
        }
        // null, or not an [[IsHTMLDDA]] object: the flag is looked at on a way of its own.
        let (done, cell) = (self.new_block(&[]), self.new_block(&[]));
        let is_cell = self.is_cell(word);
        self.b().brif(is_cell, (cell, &[]), (done, &[]));
        self.switch_to(cell);
        let pointer = self.pointer(word);
        let kind = self.load_byte(pointer, HEADER_KIND, self.classes.kinds);
        let wanted = self.small(KIND_OBJECT.into());
        let object = self.new_block(&[]);
        let is_object = self.b().icmp(IntCond::Eq, kind, wanted);
        self.b().brif(is_object, (object, &[]), (done, &[]));
        self.switch_to(object);
        self.plain_object(pointer);
        self.b().jump(done, &[]);
        self.switch_to(done);
        null
    }

    /// Leaves when an object is an [[IsHTMLDDA]] one.
    fn plain_object(&mut self, pointer: Value) {
        let flags = self.load(Type::I32, pointer, HEADER_AUX, self.classes.flags);
        let mask = self.small(FLAG_HTMLDDA as i32);
        let bit = self.b().binary(Ir::Band, flags, mask);
        let zero = self.small(0);
        let plain = self.b().icmp(IntCond::Eq, bit, zero);
        self.guard(plain, Reason::Shape);
    }

    /// IsStrictlyEqual.
    fn strict(&mut self, left: u16, right: Right) -> Value {
        let right = match right {
            Right::Constant(value) => Val::Int(self.small(value)),
            Right::Register(reg) => self.reg(reg),
        };
        let left_value = self.reg(left);
        match (left_value, right) {
            (Val::Constant(bits), other) | (other, Val::Constant(bits)) if is_odd(bits) => {
                let (word, wanted) = (self.boxed(other), self.int(bits));
                return self.b().icmp(IntCond::Eq, word, wanted);
            }
            (x, y) if x.kind().is_number() && y.kind().is_number() => return self.compare(IntCond::Eq, x, y),
            (Val::Bool(x), Val::Bool(y)) => return self.b().icmp(IntCond::Eq, x, y),
            _ => {}
        }
        let (x, y) = (self.boxed(left_value), self.boxed(right));
        self.runtime_equal(x, y)
    }

    /// Two words: int32s and equal cells in place.
    fn runtime_equal(&mut self, x: Value, y: Value) -> Value {
        let done = self.new_block(&[Type::Bool]);
        let (ints, others) = (self.new_block(&[]), self.new_block(&[]));
        let both = self.b().binary(Ir::Band, x, y);
        let are_ints = self.is_int(both);
        self.b().brif(are_ints, (ints, &[]), (others, &[]));
        self.switch_to(ints);
        let equal = self.b().icmp(IntCond::Eq, x, y);
        self.b().jump(done, &[equal]);
        self.switch_to(others);
        let word = self.runtime(self.functions.strict_equal, &[x, y]);
        let zero = self.int(0);
        let equal = self.b().icmp(IntCond::Ne, word, zero);
        self.b().jump(done, &[equal]);
        self.switch_to(done);
        self.params(done)[0]
    }

    /// ToBoolean.
    fn truth(&mut self, value: Val) -> Value {
        match value {
            Val::Bool(value) => value,
            Val::Int(int) => {
                let zero = self.small(0);
                self.b().icmp(IntCond::Ne, int, zero)
            }
            Val::Number(number, _) => {
                let zero = self.b().fconst(0.0);
                let less = self.b().fcmp(FloatCond::Lt, number, zero);
                let more = self.b().fcmp(FloatCond::Gt, number, zero);
                self.b().binary(Ir::Bor, less, more)
            }
            Val::None => self.b().bconst(false),
            Val::Constant(bits) if !is_cell(bits) => self.b().bconst(bits == Word::TRUE.bits()),
            Val::Constant(_) | Val::Any(_) => {
                let word = self.boxed(value);
                self.word_truth(word)
            }
        }
    }

    /// Truth values and objects in place, others by the runtime.
    fn word_truth(&mut self, word: Value) -> Value {
        let done = self.new_block(&[Type::Bool]);
        let (cell, other, ask, object) =
            (self.new_block(&[]), self.new_block(&[]), self.new_block(&[]), self.new_block(&[]));
        let is_cell = self.is_cell(word);
        self.b().brif(is_cell, (cell, &[]), (other, &[]));
        self.switch_to(other);
        let number = self.is_number(word);
        let yes = self.int(Word::TRUE.bits());
        let is_true = self.b().icmp(IntCond::Eq, word, yes);
        self.b().brif(number, (ask, &[]), (done, &[is_true]));
        self.switch_to(cell);
        let pointer = self.pointer(word);
        let kind = self.load_byte(pointer, HEADER_KIND, self.classes.kinds);
        let wanted = self.small(KIND_OBJECT.into());
        let is_object = self.b().icmp(IntCond::Eq, kind, wanted);
        let text = self.new_block(&[]);
        self.b().brif(is_object, (object, &[]), (text, &[]));
        self.switch_to(object);
        let flags = self.load(Type::I32, pointer, HEADER_AUX, self.classes.flags);
        let mask = self.small(FLAG_HTMLDDA as i32);
        let bit = self.b().binary(Ir::Band, flags, mask);
        let zero = self.small(0);
        let plain = self.b().icmp(IntCond::Eq, bit, zero);
        self.b().jump(done, &[plain]);
        self.switch_to(text);
        let wanted = self.small(KIND_STRING.into());
        let is_string = self.b().icmp(IntCond::Eq, kind, wanted);
        let string = self.new_block(&[]);
        self.b().brif(is_string, (string, &[]), (ask, &[]));
        self.switch_to(string);
        let length = self.load(Type::I32, pointer, STRING_LEN, self.classes.fixed);
        let zero = self.small(0);
        let some = self.b().icmp(IntCond::Ne, length, zero);
        self.b().jump(done, &[some]);
        self.switch_to(ask);
        let answer = self.runtime(self.functions.truth, &[word]);
        let zero = self.int(0);
        let is_true = self.b().icmp(IntCond::Ne, answer, zero);
        self.b().jump(done, &[is_true]);
        self.switch_to(done);
        self.params(done)[0]
    }
}

/// Whether a constant is strictly equal to nothing but what has the same word.
fn is_odd(bits: u64) -> bool {
    number_of(bits).is_none() && !is_cell(bits)
}
