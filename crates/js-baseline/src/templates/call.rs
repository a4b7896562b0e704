//! Calls and returns. Frames are pushed and popped by stubs when both functions are compiled.

use super::math;
use crate::compile::{Compiler, register};
use crate::masm::*;
use crate::runtime::Site;
use crate::stubs::{helper, stub};
use js_bytecode::{Inst, Op};
use js_rt::Value;
use js_rt::offsets::*;

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::Call => match c.math_call() {
            Some(math) => math::hot(c, inst, math),
            None => call(c, inst),
        },
        Op::New => new(c, inst),
        Op::Return => give(c, Some(inst.a())),
        _ => give(c, None),
    }
}

fn call<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    c.get(T0, inst.b());
    compiled_code(c, T0, cold);
    c.m.address(T3, register(inst.b()));
    c.m.constant(T1, inst.c().into());
    enter(c, inst.a());
}

/// The callee's code to T2, if it is a closure with compiled code.
pub(super) fn compiled_code<M: Masm>(c: &mut Compiler<'_, M>, callee: Reg, no: Label) {
    c.check_object(callee, no);
    c.m.branch_memory_constant(B8, Cond::Ne, at(callee, HEADER_AUX), CLASS_FUNCTION.into(), no);
    c.m.load(B64, T2, at(callee, OBJECT_PAYLOAD));
    c.check_cell(T2, KIND_CLOSURE, no);
    c.m.load(B64, T2, at(T2, CLOSURE_CODE));
    c.m.branch_memory_constant(B64, Cond::Eq, at(T2, CODE_ENTRY), 0, no);
}

/// Enters code T2 with T1 arguments behind callee and `this` at T3. It returns to the next instruction.
pub(super) fn enter<M: Masm>(c: &mut Compiler<'_, M>, result: u16) {
    c.store_next();
    c.m.constant(T4, result.into());
    c.m.load(B64, T5, at(CTX, stub!(enter)));
    c.m.jump_landing(T5);
    c.returned_to = true;
}

/// The arguments of helpers that begin calls.
fn site<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    c.store_next_and_note();
    c.m.address(T0, register(inst.b()));
    c.m.argument(1, T0);
    c.m.argument_constant(2, Site::new(inst.c(), inst.a(), inst.b()).0);
}

/// A call of something else than a closure with compiled code.
pub(super) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    site(c, inst);
    c.call_stepping(helper!(call));
    c.jump_next();
}

fn new<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    // Only where the callee is the target, too.
    c.get(T0, inst.b());
    c.get(T1, inst.b() + 1);
    c.m.branch(B64, Cond::Ne, T0, T1, cold);
    site(c, inst);
    c.call_stepping(helper!(construct));
}

fn give<M: Masm>(c: &mut Compiler<'_, M>, result: Option<u16>) {
    match result {
        Some(number) => c.get(T0, number),
        None => c.m.constant(T0, Value::UNDEFINED.bits()),
    }
    // The interpreter may have to execute it.
    c.m.store_constant(B32, at(FRAME, FRAME_PC), c.pc as i32);
    c.m.load(B64, T1, at(CTX, stub!(give)));
    c.m.jump_landing(T1);
}
