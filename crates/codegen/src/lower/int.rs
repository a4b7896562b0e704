//! Integers: constants, division, checked arithmetic, comparisons, pairs.

use super::{Lower, Lowered};
use crate::Declined;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use ir::{Def, Imm, InstData, IntCond, Op, TrapCode, Type, Value};

pub(super) const fn int_cc(cond: IntCond) -> IntCC {
    match cond {
        IntCond::Eq => IntCC::Equal,
        IntCond::Ne => IntCC::NotEqual,
        IntCond::Slt => IntCC::SignedLessThan,
        IntCond::Sle => IntCC::SignedLessThanOrEqual,
        IntCond::Sgt => IntCC::SignedGreaterThan,
        IntCond::Sge => IntCC::SignedGreaterThanOrEqual,
        IntCond::Ult => IntCC::UnsignedLessThan,
        IntCond::Ule => IntCC::UnsignedLessThanOrEqual,
        IntCond::Ugt => IntCC::UnsignedGreaterThan,
        IntCond::Uge => IntCC::UnsignedGreaterThanOrEqual,
    }
}

impl Lower<'_> {
    pub(super) fn int_const(&mut self, inst: &InstData) -> Lowered {
        let Imm::Int(bits) = inst.imm else { return Err(Declined::Malformed("a constant without bits")) };
        let word = match self.function.ty(inst.results[0]) {
            // CLIF wants the bits above a type's width to be clear.
            Type::I32 => self.b.ins().iconst(types::I32, i64::from(bits as u32)),
            Type::Bool => self.b.ins().iconst(types::I8, bits & 1),
            _ => self.b.ins().iconst(types::I64, bits),
        };
        self.set(inst, word)
    }

    /// The constant that a value is, when an instruction says so.
    fn known(&self, value: Value) -> Option<i64> {
        match self.function.values[value].def {
            Def::Result(inst, 0) => match (self.function.insts[inst].op, &self.function.insts[inst].imm) {
                (Op::Iconst, Imm::Int(bits)) => Some(*bits),
                _ => None,
            },
            _ => None,
        }
    }

    /// Traps when the divisor is zero.
    fn nonzero(&mut self, divisor: Value) {
        if self.known(divisor).is_some_and(|bits| bits != 0) {
            return;
        }
        let word = self.get(divisor);
        let (trap, rest) = (self.trap_block(TrapCode::DIVISION_BY_ZERO), self.b.create_block());
        self.b.ins().brif(word, rest, &[], trap, &[]);
        self.b.switch_to_block(rest);
    }

    pub(super) fn unsigned_division(&mut self, inst: &InstData) -> Lowered {
        self.nonzero(inst.args[1]);
        let (a, b) = (self.arg(inst, 0), self.arg(inst, 1));
        let word = if inst.op == Op::Udiv { self.b.ins().udiv(a, b) } else { self.b.ins().urem(a, b) };
        self.set(inst, word)
    }

    /// Division by -1 is a negation, which wraps around where the machine's division would trap.
    pub(super) fn signed_division(&mut self, inst: &InstData) -> Lowered {
        self.nonzero(inst.args[1]);
        let (a, b) = (self.arg(inst, 0), self.arg(inst, 1));
        let divide = inst.op == Op::Sdiv;
        if self.known(inst.args[1]).is_some_and(|bits| bits != -1) {
            let word = if divide { self.b.ins().sdiv(a, b) } else { self.b.ins().srem(a, b) };
            return self.set(inst, word);
        }
        let ty = self.b.func.dfg.value_type(a);
        let ones = self.int(ty, -1);
        let minus_one = self.b.ins().icmp(IntCC::Equal, b, ones);
        let one = self.int(ty, 1);
        let safe = self.b.ins().select(minus_one, one, b);
        let (usual, other) = if divide {
            (self.b.ins().sdiv(a, safe), self.b.ins().ineg(a))
        } else {
            (self.b.ins().srem(a, safe), self.int(ty, 0))
        };
        let word = self.b.ins().select(minus_one, other, usual);
        self.set(inst, word)
    }

    /// An integer constant.
    pub(super) fn int(&mut self, ty: clif::Type, value: i64) -> clif::Value {
        let bits = if ty == types::I32 { i64::from(value as u32) } else { value };
        self.b.ins().iconst(ty, bits)
    }

    /// Arithmetic that leaves when the result does not fit. 32 bits: in 64, which is faster than the flags (0.79 against
    /// 1.31 ns per iteration of a summing loop, DESIGN.md).
    pub(super) fn checked(&mut self, inst: &InstData) -> Lowered {
        if let Some((moved, by, up)) = self.known_direction(inst) {
            return self.checked_one_way(inst, moved, by, up);
        }
        let (a, b) = (self.arg(inst, 0), self.arg(inst, 1));
        if inst.ty == Some(Type::I32) {
            let (a, b) = (self.b.ins().sextend(types::I64, a), self.b.ins().sextend(types::I64, b));
            let wide = match inst.op {
                Op::IaddGuard => self.b.ins().iadd(a, b),
                Op::IsubGuard => self.b.ins().isub(a, b),
                _ => self.b.ins().imul(a, b),
            };
            let word = self.b.ins().ireduce(types::I32, wide);
            let back = self.b.ins().sextend(types::I64, word);
            let fits = self.b.ins().icmp(IntCC::Equal, back, wide);
            self.guard(inst, fits)?;
            return self.set(inst, word);
        }
        let (word, over) = match inst.op {
            Op::IaddGuard => self.b.ins().sadd_overflow(a, b),
            Op::IsubGuard => self.b.ins().ssub_overflow(a, b),
            _ => self.b.ins().smul_overflow(a, b),
        };
        self.guard_not(inst, over)?;
        self.set(inst, word)
    }

    /// A sum or difference that can only lie on one side of its first operand: that operand, the other one, and whether the
    /// result is not below it.
    fn known_direction(&self, inst: &InstData) -> Option<(Value, Value, bool)> {
        let (a, b) = (inst.args[0], inst.args[1]);
        match inst.op {
            Op::IaddGuard => {
                let down = |value: Value| self.known(value).is_some_and(|bits| bits < 0);
                if self.is_nonnegative(b) {
                    Some((a, b, true))
                } else if self.is_nonnegative(a) {
                    Some((b, a, true))
                } else if down(b) {
                    Some((a, b, false))
                } else {
                    down(a).then_some((b, a, false))
                }
            }
            Op::IsubGuard if self.is_nonnegative(b) => Some((a, b, false)),
            _ => None,
        }
    }

    /// Whether a value's definition alone says that it is not negative.
    fn is_nonnegative(&self, value: Value) -> bool {
        let Def::Result(inst, 0) = self.function.values[value].def else { return false };
        let data = &self.function.insts[inst];
        let narrow = matches!(data.op, Op::BoolToI32 | Op::LoadU8 | Op::LoadU16 | Op::Zext);
        let known = |index: usize| data.args.get(index).and_then(|arg| self.known(*arg));
        match data.op {
            Op::Iconst => matches!(data.imm, Imm::Int(bits) if bits >= 0),
            Op::Band => [known(0), known(1)].into_iter().flatten().any(|bits| bits >= 0),
            Op::Clz | Op::Ctz | Op::Popcnt => true,
            _ => narrow,
        }
    }

    /// Wrapped around, the result lies on the wrong side of where it came from: one comparison, for every width.
    fn checked_one_way(&mut self, inst: &InstData, from: Value, by: Value, up: bool) -> Lowered {
        let (from, by) = (self.get(from), self.get(by));
        let word = match inst.op {
            Op::IaddGuard => self.b.ins().iadd(from, by),
            _ => self.b.ins().isub(from, by),
        };
        let cc = if up { IntCC::SignedGreaterThanOrEqual } else { IntCC::SignedLessThanOrEqual };
        let fits = self.b.ins().icmp(cc, word, from);
        self.guard(inst, fits)?;
        self.set(inst, word)
    }

    pub(super) fn icmp(&mut self, inst: &InstData) -> Lowered {
        let Imm::IntCond(cond) = inst.imm else { return Err(Declined::Malformed("icmp without condition")) };
        let (a, b) = (self.arg(inst, 0), self.arg(inst, 1));
        let word = self.b.ins().icmp(int_cc(cond), a, b);
        self.set(inst, word)
    }

    pub(super) fn select(&mut self, inst: &InstData) -> Lowered {
        let condition = self.arg(inst, 0);
        let (a, b) = (self.values[inst.args[1]], self.values[inst.args[2]]);
        if inst.ty == Some(Type::F64) {
            // On x64 it is a branch in any case. As a branch it stays where it is: Cranelift computes what it computes from constants
            // where it is needed, in each round of a loop that it was moved out of.
            let rest = self.b.create_block();
            let result = self.b.append_block_param(rest, types::F64);
            self.b.ins().brif(condition, rest, &[a[0].into()], rest, &[b[0].into()]);
            self.b.switch_to_block(rest);
            return self.set(inst, result);
        }
        let first = self.b.ins().select(condition, a[0], b[0]);
        let second = match inst.ty {
            Some(Type::Pair) => self.b.ins().select(condition, a[1], b[1]),
            _ => first,
        };
        self.values[inst.results[0]] = [first, second];
        Ok(())
    }

    pub(super) fn sext_low(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let narrow = if inst.op == Op::Sext8 { types::I8 } else { types::I16 };
        let low = self.b.ins().ireduce(narrow, a);
        let ty = self.b.func.dfg.value_type(a);
        let word = self.b.ins().sextend(ty, low);
        self.set(inst, word)
    }

    pub(super) fn pair_make(&mut self, inst: &InstData) -> Lowered {
        self.values[inst.results[0]] = [self.arg(inst, 0), self.arg(inst, 1)];
        Ok(())
    }

    pub(super) fn pair_first(&mut self, inst: &InstData) -> Lowered {
        let word = self.values[inst.args[0]][0];
        self.set(inst, word)
    }

    pub(super) fn pair_second(&mut self, inst: &InstData) -> Lowered {
        let word = self.values[inst.args[0]][1];
        self.set(inst, word)
    }
}
