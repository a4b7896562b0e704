//! Numbers: unboxed, integers where nothing else was seen.

use crate::emit::Emitter;
use crate::kinds::is_divisor;
use crate::runtime::Reason;
use crate::value::{Kind, Val};
use ir::{Imm, IntCond, Op as Ir, Type, Value};
use sox_bytecode::feedback::{BIG, OTHER};
use sox_bytecode::{Inst, Op};
use sox_rt::Tag;

impl Emitter<'_> {
    /// What was noted about the instruction.
    pub(crate) fn flags(&self) -> u8 {
        self.feedback.flags[self.pc]
    }

    /// A register's value, which is checked to be a number; none when it never is one.
    pub(crate) fn number(&mut self, reg: u8) -> Option<Val> {
        match self.reg(reg) {
            value if value.kind().is_number() => Some(value),
            Val::Any(tag, payload) => {
                let holds = self.is_tag(tag, Tag::Number);
                self.guard(holds, Reason::Operand);
                let number = Val::Number(self.b().unary(Ir::BitsToF64, payload));
                self.set(reg, number);
                Some(number)
            }
            _ => None,
        }
    }

    /// Two registers' values, checked to be numbers.
    pub(crate) fn numbers(&mut self, x: u8, y: u8) -> Option<(Val, Val)> {
        if self.flags() & OTHER != 0 {
            return None;
        }
        // Both are looked at before either is checked: a check is for nothing when the other one is no number.
        let never = |value: Val| !matches!(value.kind(), Kind::Any | Kind::Int | Kind::Number);
        if never(self.reg(x)) || never(self.reg(y)) {
            return None;
        }
        let x_value = self.number(x)?;
        let y_value = self.number(y)?;
        // The second check may have been that of the first one's register.
        Some((if x == y { y_value } else { x_value }, y_value))
    }

    /// One register's value, checked to be a number.
    pub(crate) fn one_number(&mut self, reg: u8) -> Option<Val> {
        if self.flags() & OTHER != 0 {
            return None;
        }
        self.number(reg)
    }

    /// `R[A] = R[B] op R[C]`.
    pub(crate) fn binary(&mut self, op: Op, inst: Inst) {
        match self.numbers(inst.b(), inst.c()) {
            Some((x, y)) => {
                let result = self.arithmetic(op, x, y);
                self.set(inst.a(), result);
            }
            None => self.stepped(),
        }
    }

    /// `R[A] = R[B] op K[I]`, or the other way around.
    pub(crate) fn with_constant(&mut self, op: Op, inst: Inst) {
        let Some(x) = self.one_number(inst.b()) else { return self.stepped() };
        let y = self.constant(inst.index());
        let result = match op {
            Op::AddK => self.arithmetic(Op::Add, x, y),
            Op::SubK => self.arithmetic(Op::Sub, x, y),
            Op::MulK => self.arithmetic(Op::Mul, x, y),
            Op::DivK => self.arithmetic(Op::Div, x, y),
            Op::SubFrom => self.arithmetic(Op::Sub, y, x),
            Op::DivFrom => self.arithmetic(Op::Div, y, x),
            _ if is_divisor(self.feedback, inst.index()) => self.arithmetic(Op::Rem, x, y),
            _ => self.remainder(x, y),
        };
        self.set(inst.a(), result);
    }

    /// An operation on two numbers.
    pub(crate) fn arithmetic(&mut self, op: Op, x: Val, y: Val) -> Val {
        let small = self.flags() & BIG == 0;
        match (op, x, y) {
            (Op::Add, Val::Int(x), Val::Int(y)) if small => self.checked_op(Ir::IaddGuard, x, y),
            (Op::Sub, Val::Int(x), Val::Int(y)) if small => self.checked_op(Ir::IsubGuard, x, y),
            (Op::Rem, ..) if small => self.int_remainder(x, y),
            (Op::Rem, ..) => self.remainder(x, y),
            _ => {
                let (x, y) = (self.float(x), self.float(y));
                let op = match op {
                    Op::Add => Ir::Fadd,
                    Op::Sub => Ir::Fsub,
                    Op::Mul => Ir::Fmul,
                    _ => Ir::Fdiv,
                };
                Val::Number(self.b().binary(op, x, y))
            }
        }
    }

    fn checked_op(&mut self, op: Ir, x: Value, y: Value) -> Val {
        let state = self.state(self.pc);
        Val::Int(self.b().checked(op, x, y, state, Reason::Integer.into()))
    }

    /// A number as an integer of 32 bits; leaves when it is none.
    pub(crate) fn integer(&mut self, value: Val) -> Value {
        if let Val::Int(int) = value {
            return int;
        }
        let number = self.float(value);
        let state = self.state(self.pc);
        let imm = Imm::Guard { state, reason: Reason::Integer.into() };
        self.b().with_imm(Ir::F64ToI32Guard, None, &[number], imm)
    }

    /// The remainder of integers, of which the first is not negative and the second positive: then it is one, too, and not -0.
    fn int_remainder(&mut self, x: Val, y: Val) -> Val {
        let (x, y) = (self.integer(x), self.integer(y));
        let zero = self.b().iconst(Type::I32, 0);
        let fits = self.b().icmp(IntCond::Sge, x, zero);
        self.guard(fits, Reason::Integer);
        let fits = self.b().icmp(IntCond::Sgt, y, zero);
        self.guard(fits, Reason::Integer);
        Val::Int(self.b().binary(Ir::Urem, x, y))
    }

    /// The remainder as C has it.
    fn remainder(&mut self, x: Val, y: Val) -> Val {
        let (x, y) = (self.float(x), self.float(y));
        let (x, y) = (self.b().unary(Ir::F64ToBits, x), self.b().unary(Ir::F64ToBits, y));
        let bits = self.runtime(self.functions.remainder, &[x, y]);
        Val::Number(self.b().unary(Ir::BitsToF64, bits))
    }

    pub(crate) fn negate(&mut self, inst: Inst) {
        let Some(x) = self.one_number(inst.b()) else { return self.stepped() };
        let x = self.float(x);
        let result = Val::Number(self.b().unary(Ir::Fneg, x));
        self.set(inst.a(), result);
    }

    /// The end of a loop that counts: adds, compares, goes around.
    pub(crate) fn loop_add(&mut self, op: Op, inst: Inst, (next, around): (usize, usize)) {
        // The step is a constant; what it is added to and compared with is checked first.
        let Some((x, limit)) = self.numbers(inst.a(), inst.b()) else {
            return self.stepped_jump(next, around);
        };
        let step = self.constant(usize::from(inst.c()));
        let sum = self.arithmetic(Op::Add, x, step);
        self.set(inst.a(), sum);
        let limit = if inst.a() == inst.b() { sum } else { limit };
        let cond = if op == Op::LoopAddLt { ir::FloatCond::Lt } else { ir::FloatCond::Le };
        let again = self.compare(cond, sum, limit);
        self.branch(again, around, next);
    }
}
