//! Numbers: unboxed, int32s where nothing else was seen.

use crate::emit::Emitter;
use crate::kinds::has_small_operand;
use crate::runtime::Reason;
use crate::snapshot::Note;
use crate::value::{MOST_SUMMANDS, Val, Wrapped};
use ir::{FloatCond, Imm, IntCond, Op as Ir, Type, Value};
use js_bytecode::{Inst, Op};

impl Emitter<'_> {
    /// Lowers an operation on numbers; whether it is one.
    pub(crate) fn arithmetic(&mut self, inst: Inst) -> bool {
        let result = match inst.op() {
            Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Rem
            | Op::AddInt
            | Op::SubInt
            | Op::MulInt
            | Op::RemInt => self.two_numbers(inst).map(|(x, y)| self.binary(inst.op(), x, y)),
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr | Op::Ushr => self.bits(inst),
            Op::BitAndInt | Op::BitOrInt | Op::ShlInt | Op::ShrInt | Op::UshrInt => self.bits(inst),
            Op::Inc | Op::Dec => self.number(inst.b()).map(|x| {
                let one = Val::Int(self.small(1));
                self.binary(if inst.op() == Op::Inc { Op::Add } else { Op::Sub }, x, one)
            }),
            Op::Neg => self.number(inst.b()).map(|x| self.negated(x)),
            Op::BitNot => self.number(inst.b()).map(|x| {
                let (x, ones) = (self.int32(x), self.small(-1));
                Val::Int(self.b().binary(Ir::Bxor, x, ones))
            }),
            Op::ToNumber | Op::ToNumeric => self.numeric(inst),
            _ => return false,
        };
        match result {
            Some(value) => self.set(inst.a(), value),
            None => self.stepped(),
        }
        true
    }

    /// A register's value, which is checked to be a number of the kind that was seen; none when it never is one.
    pub(crate) fn number(&mut self, reg: u16) -> Option<Val> {
        let note = self.note();
        if note.bits & Note::OTHER != 0 {
            return None;
        }
        let value = match self.reg(reg) {
            Val::Any(word) if note.bits & Note::DOUBLE != 0 => {
                Val::Number(self.unboxed(word, self.at.pc, Reason::Number), None)
            }
            Val::Any(word) => Val::Int(self.int_of(word, Reason::Number)),
            value if value.kind().is_number() => return Some(value),
            _ => return None,
        };
        self.set(reg, value);
        Some(value)
    }

    /// The int32 that a word stands for; leaves when it stands for something else.
    pub(crate) fn int_of(&mut self, word: Value, reason: Reason) -> Value {
        let holds = self.is_int(word);
        self.guard(holds, reason);
        self.b().unary(Ir::Wrap, word)
    }

    /// Both operands, R[B] and R[C] or a constant.
    fn two_numbers(&mut self, inst: Inst) -> Option<(Val, Val)> {
        if has_small_operand(inst.op()) {
            let x = self.number(inst.b())?;
            return Some((x, Val::Int(self.small(inst.cs()))));
        }
        self.numbers(inst.b(), inst.cr())
    }

    /// Two registers' values, checked to be numbers.
    pub(crate) fn numbers(&mut self, x: u16, y: u16) -> Option<(Val, Val)> {
        // Both are looked at before either is checked: a check is for nothing when the other one is no number.
        if !self.reg(x).may_be_number() || !self.reg(y).may_be_number() {
            return None;
        }
        let x_value = self.number(x)?;
        let y_value = self.number(y)?;
        // The second check may have been that of the first one's register.
        Some((if x == y { y_value } else { x_value }, y_value))
    }

    /// An operation on two numbers.
    fn binary(&mut self, op: Op, x: Val, y: Val) -> Val {
        let small = self.note().bits & Note::DOUBLE == 0;
        match (op, x, y) {
            (Op::Add | Op::AddInt, Val::Int(x), Val::Int(y)) if small => self.checked_op(Ir::IaddGuard, x, y),
            (Op::Sub | Op::SubInt, Val::Int(x), Val::Int(y)) if small => self.checked_op(Ir::IsubGuard, x, y),
            (Op::Mul | Op::MulInt, Val::Int(x), Val::Int(y)) if small => self.product(x, y),
            (Op::Rem | Op::RemInt, Val::Int(x), Val::Int(y)) if small => self.int_remainder(x, y),
            (Op::Rem | Op::RemInt, ..) => self.remainder(x, y),
            (Op::Add | Op::AddInt, ..) => self.sum(Ir::Fadd, Ir::Iadd, x, y),
            (Op::Sub | Op::SubInt, ..) => self.sum(Ir::Fsub, Ir::Isub, x, y),
            _ => {
                let (x, y) = (self.float(x), self.float(y));
                let op = if op == Op::Div { Ir::Fdiv } else { Ir::Fmul };
                Val::Number(self.b().binary(op, x, y), None)
            }
        }
    }

    fn checked_op(&mut self, op: Ir, x: Value, y: Value) -> Val {
        let state = self.state(self.at.pc);
        Val::Int(self.b().checked(op, x, y, state, Reason::Integer.into()))
    }

    /// A product of int32s that is one and not -0.
    fn product(&mut self, x: Value, y: Value) -> Val {
        let product = self.checked_op(Ir::ImulGuard, x, y);
        if let Val::Int(value) = product {
            let zero = self.small(0);
            let some = self.b().icmp(IntCond::Ne, value, zero);
            let both = self.b().binary(Ir::Bor, x, y);
            let positive = self.b().icmp(IntCond::Sge, both, zero);
            let holds = self.b().binary(Ir::Bor, some, positive);
            self.guard(holds, Reason::Integer);
        }
        product
    }

    /// A sum or difference as a double, and modulo 2^32 as long as it is exact.
    fn sum(&mut self, float: Ir, int: Ir, x: Val, y: Val) -> Val {
        let wrapped = match (wrapped(x), wrapped(y)) {
            (Some(a), Some(b)) if a.depth + b.depth < MOST_SUMMANDS => {
                Some(Wrapped { value: self.b().binary(int, a.value, b.value), depth: a.depth + b.depth + 1 })
            }
            _ => None,
        };
        let (x, y) = (self.float(x), self.float(y));
        Val::Number(self.b().binary(float, x, y), wrapped)
    }

    /// The remainder of int32s, of which the first is not negative and the second positive: then it is one, too, and not -0.
    fn int_remainder(&mut self, x: Value, y: Value) -> Val {
        let zero = self.small(0);
        let fits = self.b().icmp(IntCond::Sge, x, zero);
        self.guard(fits, Reason::Integer);
        let fits = self.b().icmp(IntCond::Sgt, y, zero);
        self.guard(fits, Reason::Integer);
        Val::Int(self.b().binary(Ir::Urem, x, y))
    }

    /// Number::remainder. Of integers that are not negative by a positive int32 it is that of machine words.
    fn remainder(&mut self, x: Val, y: Val) -> Val {
        let Val::Int(divisor) = y else { return self.any_remainder(x, y) };
        let number = self.float(x);
        let done = self.new_block(&[Type::F64]);
        let (word, other) = (self.new_block(&[]), self.cold_block());
        let int = self.b().convert(Ir::F64ToSint, Type::I64, number);
        let back = self.b().convert(Ir::SintToF64, Type::I64, int);
        let same = self.b().fcmp(FloatCond::Eq, back, number);
        let (none, zero) = (self.small(0), self.int(0));
        let positive = self.b().icmp(IntCond::Sgt, divisor, none);
        // 0 is left out, since it may be -0.
        let more = self.b().icmp(IntCond::Sgt, int, zero);
        let holds = self.b().binary(Ir::Band, same, positive);
        let holds = self.b().binary(Ir::Band, holds, more);
        self.b().brif(holds, (word, &[]), (other, &[]));
        self.switch_to(word);
        let wide = self.b().unary(Ir::Zext, divisor);
        let rest = self.b().binary(Ir::Urem, int, wide);
        let rest = self.b().convert(Ir::SintToF64, Type::I64, rest);
        self.b().jump(done, &[rest]);
        self.switch_to(other);
        let rest = self.any_remainder(x, y);
        let rest = self.float(rest);
        self.b().jump(done, &[rest]);
        self.switch_to(done);
        Val::Number(self.params(done)[0], None)
    }

    fn any_remainder(&mut self, x: Val, y: Val) -> Val {
        let (x, y) = (self.float(x), self.float(y));
        let (x, y) = (self.b().unary(Ir::F64ToBits, x), self.b().unary(Ir::F64ToBits, y));
        let bits = self.runtime(self.functions.remainder, &[x, y]);
        Val::Number(self.b().unary(Ir::BitsToF64, bits), None)
    }

    fn negated(&mut self, x: Val) -> Val {
        match x {
            Val::Int(int) if self.note().bits & Note::DOUBLE == 0 => {
                let zero = self.small(0);
                let holds = self.b().icmp(IntCond::Ne, int, zero);
                self.guard(holds, Reason::Integer);
                self.checked_op(Ir::IsubGuard, zero, int)
            }
            _ => {
                let x = self.float(x);
                Val::Number(self.b().unary(Ir::Fneg, x), None)
            }
        }
    }

    /// ToNumeric of a number is the number.
    fn numeric(&mut self, inst: Inst) -> Option<Val> {
        if self.note().bits & Note::OTHER != 0 {
            return None;
        }
        match self.reg(inst.b()) {
            Val::Any(word) => {
                let holds = self.is_number(word);
                self.guard(holds, Reason::Number);
                Some(Val::Any(word))
            }
            value if value.kind().is_number() => Some(value),
            _ => None,
        }
    }

    /// ToInt32 of a number.
    pub(crate) fn int32(&mut self, value: Val) -> Value {
        match value {
            Val::Int(int) => int,
            Val::Number(_, Some(wrapped)) => wrapped.value,
            _ => {
                let number = self.float(value);
                self.b().unary(Ir::F64ToI32Mod, number)
            }
        }
    }

    /// A number as an int32; leaves when it is none.
    pub(crate) fn integer(&mut self, value: Val, reason: Reason) -> Value {
        if let Val::Int(int) = value {
            return int;
        }
        let number = self.float(value);
        let state = self.state(self.at.pc);
        let imm = Imm::Guard { state, reason: reason.into() };
        self.b().with_imm(Ir::F64ToI32Guard, None, &[number], imm)
    }

    fn bits(&mut self, inst: Inst) -> Option<Val> {
        let (x, y) = self.two_numbers(inst)?;
        let (x, y) = (self.int32(x), self.int32(y));
        let op = match inst.op() {
            Op::BitAnd | Op::BitAndInt => Ir::Band,
            Op::BitOr | Op::BitOrInt => Ir::Bor,
            Op::BitXor => Ir::Bxor,
            Op::Shl | Op::ShlInt => Ir::Ishl,
            Op::Shr | Op::ShrInt => Ir::Sshr,
            _ => Ir::Ushr,
        };
        let result = self.b().binary(op, x, y);
        if op == Ir::Ushr {
            return Some(self.unsigned(result));
        }
        Some(Val::Int(result))
    }

    /// An unsigned integer of 32 bits as a number.
    fn unsigned(&mut self, bits: Value) -> Val {
        if self.note().bits & Note::DOUBLE != 0 {
            return self.uint32(bits);
        }
        let zero = self.small(0);
        let fits = self.b().icmp(IntCond::Sge, bits, zero);
        self.guard(fits, Reason::Integer);
        Val::Int(bits)
    }

    /// The same whatever was seen.
    pub(crate) fn uint32(&mut self, bits: Value) -> Val {
        Val::Number(self.b().unary(Ir::UintToF64, bits), Some(Wrapped { value: bits, depth: 1 }))
    }
}

fn wrapped(value: Val) -> Option<Wrapped> {
    match value {
        Val::Int(value) => Some(Wrapped { value, depth: 0 }),
        Val::Number(_, wrapped) => wrapped,
        _ => None,
    }
}
