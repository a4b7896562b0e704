//! Loads, stores, allocation, the VM context.

use super::{GUEST, Lower, Lowered};
use crate::Declined;
use crate::context::ContextLayout;
use crate::signature::word_type;
use cranelift_codegen::ir::{InstBuilder, types};
use ir::{Imm, InstData, Op, Type};

impl Lower<'_> {
    pub(super) fn load(&mut self, inst: &InstData) -> Lowered {
        let Imm::Mem { offset, .. } = inst.imm else {
            return Err(Declined::Malformed("load without offset"));
        };
        let address = self.arg(inst, 0);
        let ty = word_type(inst.ty.unwrap_or(Type::F64));
        let word = match inst.op {
            Op::LoadS8 => self.b.ins().sload8(ty, GUEST, address, offset),
            Op::LoadU8 => self.b.ins().uload8(ty, GUEST, address, offset),
            Op::LoadS16 => self.b.ins().sload16(ty, GUEST, address, offset),
            Op::LoadU16 => self.b.ins().uload16(ty, GUEST, address, offset),
            Op::LoadF32 => {
                let narrow = self.b.ins().load(types::F32, GUEST, address, offset);
                self.b.ins().fpromote(types::F64, narrow)
            }
            _ => self.b.ins().load(ty, GUEST, address, offset),
        };
        if inst.ty == Some(Type::Pair) {
            let upper = self.b.ins().iadd_imm_s(address, 8);
            let second = self.b.ins().load(types::I64, GUEST, upper, offset);
            self.values[inst.results[0]] = [word, second];
            return Ok(());
        }
        self.set(inst, word)
    }

    pub(super) fn store(&mut self, inst: &InstData) -> Lowered {
        let Imm::Mem { offset, .. } = inst.imm else {
            return Err(Declined::Malformed("store without offset"));
        };
        let ([first, second], address) = (self.values[inst.args[0]], self.arg(inst, 1));
        match inst.op {
            Op::Store8 => self.b.ins().istore8(GUEST, first, address, offset),
            Op::Store16 => self.b.ins().istore16(GUEST, first, address, offset),
            Op::StoreF32 => {
                let narrow = self.canonical_f32(first);
                self.b.ins().store(GUEST, narrow, address, offset)
            }
            _ => self.b.ins().store(GUEST, first, address, offset),
        };
        if inst.ty == Some(Type::Pair) {
            let upper = self.b.ins().iadd_imm_s(address, 8);
            self.b.ins().store(GUEST, second, upper, offset);
        }
        Ok(())
    }

    pub(super) fn alloc(&mut self, inst: &InstData) -> Lowered {
        let Imm::Alloc { size, kind } = inst.imm else {
            return Err(Declined::Malformed("alloc without size"));
        };
        let size = self.b.ins().iconst(types::I32, i64::from(size));
        let kind = self.b.ins().iconst(types::I32, i64::from(kind));
        let params = [types::I32, types::I32];
        let made = self.call_helper(ContextLayout::ALLOC, &params, &[size, kind], Some(types::I64));
        let made = made.ok_or(Declined::Malformed("alloc without result"))?;
        let (out, rest) = (self.throw_block(), self.b.create_block());
        self.b.ins().brif(made, rest, &[], out, &[]);
        self.b.switch_to_block(rest);
        self.set(inst, made)
    }

    pub(super) fn context_op(&mut self, inst: &InstData) -> Lowered {
        let context = self.context();
        self.set(inst, context)
    }
}
