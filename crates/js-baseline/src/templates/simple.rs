//! Moves, constants, checks, conversions of what needs none, and literals.

use crate::compile::{Compiler, register};
use crate::context::Context;
use crate::masm::*;
use crate::stubs::helper;
use js_bytecode::{Inst, Op};
use js_rt::Value;
use js_rt::offsets::*;
use std::mem::offset_of;

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::Move => {
            c.get(T0, inst.b());
            c.set(inst.a(), T0);
        }
        Op::LoadConst => {
            let constant = c.constant(inst.c());
            c.set_value(inst.a(), constant);
        }
        Op::LoadInt => c.set_value(inst.a(), Value::int(inst.imm())),
        Op::LoadUndefined => c.set_value(inst.a(), Value::UNDEFINED),
        Op::LoadNull => c.set_value(inst.a(), Value::NULL),
        Op::LoadTrue => c.set_value(inst.a(), Value::TRUE),
        Op::LoadFalse => c.set_value(inst.a(), Value::FALSE),
        Op::LoadEmpty => c.set_value(inst.a(), Value::EMPTY),
        Op::NewTarget => {
            c.m.load(B64, T0, at(FRAME, FRAME_NEW_TARGET));
            c.set(inst.a(), T0);
        }
        Op::CheckInit | Op::CheckThis | Op::CheckNoThis => {
            let cold = c.cold();
            c.get(T0, inst.a());
            let fails = if inst.op() == Op::CheckNoThis { Cond::Ne } else { Cond::Eq };
            c.m.branch_constant(B64, fails, T0, 0, cold);
        }
        Op::CheckObject => {
            let cold = c.cold();
            c.get(T0, inst.a());
            c.check_object(T0, cold);
        }
        Op::CoerceThis => {
            let cold = c.cold();
            c.get(T0, inst.b());
            c.check_object(T0, cold);
            c.set(inst.a(), T0);
        }
        Op::ToNumber | Op::ToNumeric => {
            let cold = c.cold();
            c.get(T0, inst.b());
            c.m.branch_bits(B64, true, T0, TAG, cold);
            c.set(inst.a(), T0);
        }
        Op::ToPropertyKey => {
            let (cold, int) = (c.cold(), c.m.label());
            c.get(T0, inst.b());
            c.m.branch(B64, Cond::AboveEq, T0, TAG, int);
            c.check_cell(T0, KIND_STRING, cold);
            c.m.bind(int);
            c.set(inst.a(), T0);
        }
        Op::ToStr => {
            let cold = c.cold();
            c.get(T0, inst.b());
            c.check_cell(T0, KIND_STRING, cold);
            c.set(inst.a(), T0);
        }
        Op::ToElementKey => {
            let (cold, plain) = (c.cold(), c.m.label());
            c.get(T0, inst.b());
            // All but objects stay as they are.
            c.m.branch_bits(B64, false, T0, CELLS, plain);
            c.m.branch_constant(B64, Cond::Eq, T0, 0, plain);
            c.m.branch_memory_constant(B8, Cond::Eq, at(T0, HEADER_KIND), KIND_OBJECT.into(), cold);
            c.m.bind(plain);
            c.set(inst.a(), T0);
        }
        Op::ArrayPush => {
            c.store_next();
            c.get(T0, inst.a());
            c.get(T1, inst.b());
            c.m.argument(1, T0);
            c.m.argument(2, T1);
            c.call_helper(helper!(append));
        }
        Op::GetIterator if inst.c() == 0 => {
            c.store_next();
            c.m.address(T0, register(inst.a()));
            c.get(T1, inst.b());
            c.m.argument(1, T0);
            c.m.argument(2, T1);
            c.call_helper(helper!(iterator_open));
        }
        Op::IteratorClose => {
            c.store_next();
            c.get(T0, inst.a());
            c.get(T1, inst.a() + 1);
            c.m.argument(1, T0);
            c.m.argument(2, T1);
            c.m.argument_constant(3, u64::from(inst.c() != 0));
            c.call_helper(helper!(iterator_close));
        }
        Op::GetIterator => c.step(),
        Op::TypeOf => {
            c.get(T0, inst.b());
            c.m.argument(1, T0);
            c.call_helper(helper!(type_of));
            c.set(inst.a(), T0);
        }
        Op::NewObject | Op::NewArray => {
            c.store_next();
            c.m.argument_constant(1, inst.c().into());
            c.call_helper(if inst.op() == Op::NewObject { helper!(new_object) } else { helper!(new_array) });
            c.set(inst.a(), T0);
        }
        Op::Catch => {
            c.m.load(B64, T1, at(CTX, offset_of!(Context, caught)));
            c.m.load(B64, T0, at(T1, 0));
            c.m.store_constant(B64, at(T1, 0), Value::UNDEFINED.bits() as i32);
            c.set(inst.a(), T0);
        }
        _ => {}
    }
}

/// ToString of what is no string.
pub(super) fn cold_text<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    c.store_next();
    c.get(T0, inst.b());
    c.m.argument(1, T0);
    c.call_helper(helper!(text));
    c.set(inst.a(), T0);
    c.jump_next();
}
