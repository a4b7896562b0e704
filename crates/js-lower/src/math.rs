//! Calls of functions of Math that are what they were seen to be: done in place.

use crate::emit::Emitter;
use crate::runtime::Reason;
use crate::value::Val;
use ir::{FloatCond, IntCond, Op as Ir, Type, Value};
use js_bytecode::Inst;
use js_rt::MathOp;
use js_rt::offsets::*;

impl Emitter<'_> {
    /// Lowers a call of a function of Math; whether it is one.
    pub(crate) fn math_call(&mut self, inst: Inst) -> bool {
        let known = self.at.snapshot.math_at(self.at.pc);
        let Some(op) = known.filter(|_| self.note().exits < self.at.snapshot.most_exits()) else {
            return false;
        };
        let (callee, first) = (self.reg(inst.b()), inst.b() + 2);
        let takes = inst.c() == op.arguments();
        let given: Vec<Val> = (first..first + inst.c() as u16).map(|reg| self.reg(reg)).collect();
        if !takes || !matches!(callee, Val::Any(_)) || !given.iter().all(|value| value.may_be_number()) {
            return false;
        }
        self.is_native(callee);
        for (reg, value) in (first..).zip(given) {
            let number = self.argument(value);
            self.set(reg, number);
        }
        // Behind everything that may leave: whoever executes the call then counts it.
        self.count_native();
        let numbers: Vec<Val> = (first..first + inst.c() as u16).map(|reg| self.reg(reg)).collect();
        let result = self.math(op, &numbers);
        self.set(inst.a(), result);
        true
    }

    /// Calls of built-in functions count twice: as calls, and as functions that are begun.
    fn count_native(&mut self) {
        let in_loop = self.count.is_some();
        let count = match self.count {
            Some(count) => count,
            None => self.countdown(),
        };
        let two = self.small(2);
        let left = self.b().icmp(IntCond::Uge, count, two);
        let doubles = self.live_doubles();
        let kept: Vec<Value> = doubles.iter().map(|reg| self.float(self.reg(*reg))).collect();
        let mut types = vec![Type::I32];
        types.extend(doubles.iter().map(|_| Type::F64));
        let (done, few) = (self.new_block(&types), self.cold_block());
        let less = self.b().binary(Ir::Isub, count, two);
        self.b().brif(left, (done, &[&[less], &kept[..]].concat()), (few, &[]));
        self.switch_to(few);
        let copies: Vec<Value> = kept.iter().map(|number| self.b().unary(Ir::Fcanon, *number)).collect();
        self.count = Some(count);
        let once = self.counted(count);
        self.count = Some(once);
        let twice = self.counted(once);
        self.b().jump(done, &[&[twice], &copies[..]].concat());
        self.switch_to(done);
        let params = self.params(done);
        self.count = Some(params[0]);
        for (reg, number) in doubles.iter().zip(&params[1..]) {
            self.set(*reg, Val::Number(*number, None));
        }
        if !in_loop {
            self.store_count();
            self.count = None;
        }
    }

    /// Registers with doubles that were written a moment ago: as in loops, the polls have copies of their own. What was there before may be the
    /// same for many rounds, which copies would hide.
    fn live_doubles(&self) -> Vec<u16> {
        let flow = self.at.flow;
        let here = flow.blocks.iter().find(|block| (block.start..block.end).contains(&self.at.pc));
        let fresh = here.map_or(&[][..], |block| &flow.effects[block.start..self.at.pc]);
        let is_fresh = |reg: &u16| fresh.iter().any(|effect| effect.writes.contains(reg));
        let is_double = |reg: &u16| matches!(self.reg(*reg), Val::Number(_, None));
        flow.live[self.at.pc].iter().filter(is_double).filter(is_fresh).collect()
    }

    /// Leaves unless a value is the built-in function that was called here.
    fn is_native(&mut self, callee: Val) {
        let object = self.object(callee, None);
        let class = self.is_class(object, CLASS_NATIVE);
        self.guard(class, Reason::Shape);
        let native = self.load(Type::I64, object, OBJECT_PAYLOAD, self.classes.fixed);
        let native = self.pointer(native);
        let id = self.load(Type::I32, native, NATIVE_ID, self.classes.fixed);
        let wanted = self.small(self.note().native.wrapping_sub(1) as i32);
        let same = self.b().icmp(IntCond::Eq, id, wanted);
        self.guard(same, Reason::Shape);
    }

    /// A number that is an argument: leaves when it is none.
    fn argument(&mut self, value: Val) -> Val {
        let Val::Any(word) = value else { return value };
        Val::Number(self.unboxed(word, self.at.pc, Reason::Number), None)
    }

    fn math(&mut self, op: MathOp, numbers: &[Val]) -> Val {
        let (x, y) = (numbers[0], numbers.get(1).copied().unwrap_or_default());
        match (op, x) {
            // Of int32s, these are the int32s themselves.
            (MathOp::Ceil | MathOp::Floor | MathOp::Round | MathOp::Trunc, Val::Int(_)) => x,
            (MathOp::Clz32, _) => {
                let x = self.int32(x);
                Val::Int(self.b().unary(Ir::Clz, x))
            }
            (MathOp::Imul, _) => {
                let (x, y) = (self.int32(x), self.int32(y));
                Val::Int(self.b().binary(Ir::Imul, x, y))
            }
            (MathOp::Max | MathOp::Min, _) => self.extreme(op, x, y),
            _ => {
                let x = self.float(x);
                Val::Number(self.rounded(op, x), None)
            }
        }
    }

    fn rounded(&mut self, op: MathOp, x: Value) -> Value {
        let op = match op {
            MathOp::Abs => Ir::Fabs,
            MathOp::Ceil => Ir::Fceil,
            MathOp::Floor => Ir::Ffloor,
            MathOp::Fround => Ir::RoundToF32,
            MathOp::Sqrt => Ir::Fsqrt,
            MathOp::Trunc => Ir::Ftrunc,
            _ => return self.nearest(x),
        };
        self.b().unary(op, x)
    }

    /// Math.round: the integer nearest, the larger one of two; -0 for what is above -1/2.
    fn nearest(&mut self, x: Value) -> Value {
        let floor = self.b().unary(Ir::Ffloor, x);
        let distance = self.b().binary(Ir::Fsub, x, floor);
        let (half, one, zero) = (self.b().fconst(0.5), self.b().fconst(1.0), self.b().fconst(0.0));
        let up = self.b().fcmp(FloatCond::Ge, distance, half);
        let above = self.b().binary(Ir::Fadd, floor, one);
        let rounded = self.b().select(up, above, floor);
        // The sign is that of the number: it matters where the sum is 0.
        let negative = self.b().fcmp(FloatCond::Lt, x, zero);
        let is_zero = self.b().fcmp(FloatCond::Eq, rounded, zero);
        let minus = self.b().fconst(-0.0);
        let signed = self.b().select(negative, minus, rounded);
        self.b().select(is_zero, signed, rounded)
    }

    fn extreme(&mut self, op: MathOp, x: Val, y: Val) -> Val {
        if let (Val::Int(a), Val::Int(b)) = (x, y) {
            let cond = if op == MathOp::Max { IntCond::Sgt } else { IntCond::Slt };
            let first = self.b().icmp(cond, a, b);
            let value = self.b().select(first, a, b);
            return Val::Int(value);
        }
        let (x, y) = (self.float(x), self.float(y));
        let op = if op == MathOp::Max { Ir::Fmax } else { Ir::Fmin };
        Val::Number(self.b().binary(op, x, y), None)
    }
}
