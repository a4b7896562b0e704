//! Words that stand for numbers.
//!
//! Most words that programs unbox are those of doubles. Words of anything else turn into NaNs when they are taken for a double's, so
//! that one comparison tells; and few doubles end in as many zero bits as an int32 does.

use super::{Lower, Lowered};
use crate::Arch;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self as clif, Endianness, InstBuilder, MemFlagsData, types};
use ir::InstData;
use ir::eval::{CANONICAL_NAN, word};

impl Lower<'_> {
    pub(super) fn box_number(&mut self, inst: &InstData) -> Lowered {
        let number = self.arg(inst, 0);
        let bits = self.bits_of(number);
        let double = self.b.ins().iadd_imm_s(bits, word::INT.wrapping_neg() as i64);
        let low = self.b.ins().band_imm_u(bits, word::FRACTION as i64);
        let (cold, rest) = (self.cold_block(), self.b.create_block());
        let result = self.b.append_block_param(rest, types::I64);
        self.b.ins().brif(low, rest, &[double.into()], cold, &[]);
        self.b.switch_to_block(cold);
        let int = self.b.ins().fcvt_to_sint_sat(types::I32, number);
        let back = self.b.ins().fcvt_from_sint(types::F64, int);
        let back = self.bits_of(back);
        let exact = self.b.ins().icmp(IntCC::Equal, back, bits);
        let is_nan = self.b.ins().fcmp(FloatCC::Unordered, number, number);
        let nan = self.b.ins().iconst(types::I64, CANONICAL_NAN.wrapping_sub(word::INT) as i64);
        let other = self.b.ins().select(is_nan, nan, double);
        let wide = self.b.ins().uextend(types::I64, int);
        let tagged = self.b.ins().bor_imm_u(wide, word::INT as i64);
        let either = self.b.ins().select(exact, tagged, other);
        self.b.ins().jump(rest, &[either.into()]);
        self.b.switch_to_block(rest);
        self.set(inst, result)
    }

    pub(super) fn unbox_number(&mut self, inst: &InstData) -> Lowered {
        let boxed = self.arg(inst, 0);
        if self.options.force_guards {
            // Guards that are executed rarely are forced rarely.
            let holds = self.is_number(boxed);
            self.guard(inst, holds)?;
        }
        let (double, boxed) = self.double_of(boxed);
        let holds = self.b.ins().fcmp(FloatCC::Ordered, double, double);
        let (cold, rest) = (self.cold_block(), self.b.create_block());
        let result = self.b.append_block_param(rest, types::F64);
        self.b.ins().brif(holds, rest, &[double.into()], cold, &[]);
        self.b.switch_to_block(cold);
        let tag = self.b.ins().iconst(types::I64, word::INT as i64);
        let is_int = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, boxed, tag);
        let (int, other) = (self.cold_block(), self.cold_block());
        self.b.ins().brif(is_int, int, &[], other, &[]);
        self.b.switch_to_block(int);
        let low = self.b.ins().ireduce(types::I32, boxed);
        let number = self.b.ins().fcvt_from_sint(types::F64, low);
        self.b.ins().jump(rest, &[number.into()]);
        self.b.switch_to_block(other);
        // A double that is a NaN, or no number.
        let holds = self.is_number(boxed);
        self.guard(inst, holds)?;
        if let Some(block) = self.b.current_block() {
            self.b.set_cold_block(block);
        }
        self.b.ins().jump(rest, &[double.into()]);
        self.b.switch_to_block(rest);
        self.set(inst, result)
    }

    /// What a word is if it is that of a double, and the word for whoever looks at it then.
    fn double_of(&mut self, boxed: clif::Value) -> (clif::Value, clif::Value) {
        if self.target.arch() != Arch::X64 {
            let bits = self.b.ins().iadd_imm_s(boxed, word::INT as i64);
            return (self.float_of(bits), boxed);
        }
        // Where doubles are: a word that was loaded for this goes there straight away.
        let vector = self.b.ins().scalar_to_vector(types::I64X2, boxed);
        let offset = [word::INT.to_le_bytes(), [0; 8]].concat();
        let offset = self.b.func.dfg.constants.insert(offset.into());
        let offset = self.b.ins().vconst(types::I64X2, offset);
        let sum = self.b.ins().iadd(vector, offset);
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        let doubles = self.b.ins().bitcast(types::F64X2, flags, sum);
        (self.b.ins().extractlane(doubles, 0), self.b.ins().extractlane(vector, 0))
    }

    fn is_number(&mut self, boxed: clif::Value) -> clif::Value {
        let bits = self.b.ins().band_imm_u(boxed, word::INT as i64);
        self.b.ins().icmp_imm_u(IntCC::NotEqual, bits, 0)
    }
}
