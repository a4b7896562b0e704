//! Floats, and conversions between floats and integers.

use super::{Lower, Lowered};
use crate::Declined;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};
use ir::eval::{CANONICAL_NAN, CANONICAL_NAN_F32};
use ir::{FloatCond, Imm, InstData, Op, Type};

const fn float_cc(cond: FloatCond) -> FloatCC {
    match cond {
        FloatCond::Eq => FloatCC::Equal,
        FloatCond::Ne => FloatCC::NotEqual,
        FloatCond::Lt => FloatCC::LessThan,
        FloatCond::Le => FloatCC::LessThanOrEqual,
        FloatCond::Gt => FloatCC::GreaterThan,
        FloatCond::Ge => FloatCC::GreaterThanOrEqual,
    }
}

impl Lower<'_> {
    pub(super) fn float_const(&mut self, inst: &InstData) -> Lowered {
        let Imm::Float(bits) = inst.imm else { return Err(Declined::Malformed("a constant without bits")) };
        let word = self.b.ins().f64const(Ieee64::with_bits(bits));
        self.set(inst, word)
    }

    pub(super) fn fcmp(&mut self, inst: &InstData) -> Lowered {
        let Imm::FloatCond(cond) = inst.imm else {
            return Err(Declined::Malformed("fcmp without condition"));
        };
        let (a, b) = (self.arg(inst, 0), self.arg(inst, 1));
        let word = self.b.ins().fcmp(float_cc(cond), a, b);
        self.set(inst, word)
    }

    pub(super) fn fcanon(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let nan = self.b.ins().f64const(Ieee64::with_bits(CANONICAL_NAN));
        let is_nan = self.b.ins().fcmp(FloatCC::Unordered, a, a);
        let word = self.b.ins().select(is_nan, nan, a);
        self.set(inst, word)
    }

    pub(super) fn round_to_f32(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let narrow = self.b.ins().fdemote(types::F32, a);
        let word = self.b.ins().fpromote(types::F64, narrow);
        self.set(inst, word)
    }

    /// The binary32 that `store_f32` stores.
    pub(super) fn canonical_f32(&mut self, wide: clif::Value) -> clif::Value {
        let narrow = self.b.ins().fdemote(types::F32, wide);
        let nan = self.b.ins().f32const(Ieee32::with_bits(CANONICAL_NAN_F32));
        let is_nan = self.b.ins().fcmp(FloatCC::Unordered, wide, wide);
        self.b.ins().select(is_nan, nan, narrow)
    }

    pub(super) fn f64_to_bits(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let word = self.bits_of(a);
        self.set(inst, word)
    }

    pub(super) fn bits_of(&mut self, float: clif::Value) -> clif::Value {
        self.b.ins().bitcast(types::I64, MemFlagsData::new(), float)
    }

    pub(super) fn float_of(&mut self, bits: clif::Value) -> clif::Value {
        self.b.ins().bitcast(types::F64, MemFlagsData::new(), bits)
    }

    pub(super) fn bits_to_f64(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let word = self.float_of(a);
        self.set(inst, word)
    }

    pub(super) fn f64_to_int(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let ty = if inst.ty == Some(Type::I32) { types::I32 } else { types::I64 };
        let word = if inst.op == Op::F64ToSint {
            self.b.ins().fcvt_to_sint_sat(ty, a)
        } else {
            self.b.ins().fcvt_to_uint_sat(ty, a)
        };
        self.set(inst, word)
    }

    /// ToInt32. Below 2^63 in magnitude the 64-bit integer has the right low half (NaN gives 0); what saturated, and the two
    /// integers that look like it, goes the long way.
    pub(super) fn f64_to_i32_mod(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let wide = self.b.ins().fcvt_to_sint_sat(types::I64, a);
        // i64::MAX and i64::MIN, and no other integers, are i64::MAX after their sign was folded in.
        let sign = self.b.ins().sshr_imm_u(wide, 63);
        let magnitude = self.b.ins().bxor(wide, sign);
        let most = self.b.ins().iconst(types::I64, i64::MAX);
        let saturated = self.b.ins().icmp(IntCC::Equal, magnitude, most);
        let quick = self.b.ins().ireduce(types::I32, wide);
        let (cold, rest) = (self.cold_block(), self.b.create_block());
        let word = self.b.append_block_param(rest, types::I32);
        self.b.ins().brif(saturated, cold, &[], rest, &[quick.into()]);
        self.b.switch_to_block(cold);
        let slow = self.large_mod(a);
        self.b.ins().jump(rest, &[slow.into()]);
        self.b.switch_to_block(rest);
        self.set(inst, word)
    }

    /// ToInt32 of a float of at least 2^63 in magnitude, infinities included: the significand shifted left by its exponent,
    /// which is at least 11; from 32 on nothing is left in the low half.
    fn large_mod(&mut self, float: clif::Value) -> clif::Value {
        let bits = self.bits_of(float);
        let shifted = self.b.ins().ushr_imm_u(bits, 52);
        let biased = self.b.ins().band_imm_u(shifted, 0x7ff);
        let by = self.b.ins().iadd_imm_s(biased, -1075);
        let fraction = self.b.ins().band_imm_u(bits, (1 << 52) - 1);
        let significand = self.b.ins().bor_imm_u(fraction, 1 << 52);
        let product = self.b.ins().ishl(significand, by);
        let low = self.b.ins().ireduce(types::I32, product);
        let negated = self.b.ins().ineg(low);
        let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, bits, 0);
        let signed = self.b.ins().select(negative, negated, low);
        let gone = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, by, 32);
        let zero = self.b.ins().iconst(types::I32, 0);
        self.b.ins().select(gone, zero, signed)
    }

    /// Bits are compared, not values: -0 must not pass as 0.
    pub(super) fn f64_to_i32_guard(&mut self, inst: &InstData) -> Lowered {
        let a = self.arg(inst, 0);
        let word = self.b.ins().fcvt_to_sint_sat(types::I32, a);
        let back = self.b.ins().fcvt_from_sint(types::F64, word);
        let (before, after) = (self.bits_of(a), self.bits_of(back));
        let exact = self.b.ins().icmp(IntCC::Equal, before, after);
        self.guard(inst, exact)?;
        self.set(inst, word)
    }
}
