//! Calls and returns: frames are pushed and popped in place when both functions are compiled.

use crate::compile::{Compiler, register};
use crate::context::Context;
use crate::masm::*;
use crate::stubs::{helper, stub};
use js_bytecode::{Inst, Op};
use js_rt::Value;
use js_rt::offsets::*;
use js_vm::FRAME_CONSTRUCT;
use std::mem::offset_of;

/// Registers that are filled one by one; more are filled by a loop.
const UNROLLED: u32 = 12;

/// Where calls enter: T1 arguments lie in the registers that T3 points at, behind callee and `this`; the result goes to register T4 of
/// the caller, whose frame has the number of the instruction behind the call.
pub(crate) fn prologue<M: Masm>(c: &mut Compiler<'_, M>) {
    let native = &c.code.native;
    let (registers, params) = (native.registers, native.params);
    let (slow, too_few, filled) = (c.m.label(), c.m.label(), c.m.label());
    let begin = c.m.label();
    let context = |offset: usize| at(CTX, offset);
    c.m.branch_memory(B64, Cond::AboveEq, FRAME, context(offset_of!(Context, last_frame)), slow);
    c.m.address(T2, at(T3, 8 * registers as usize));
    c.m.branch_memory(B64, Cond::Above, T2, context(offset_of!(Context, last_register)), slow);
    // T2 stays the end of the registers; the countdown is the last that may fail.
    c.m.mov(T0, T4);
    c.count(slow);
    let frame = |offset: usize| at(FRAME, FRAME_SIZE + offset);
    c.m.store(B32, frame(FRAME_ARGC), T1);
    c.m.store(B16, frame(FRAME_DST), T0);
    c.m.branch_constant(B32, Cond::Below, T1, params as i32, too_few);
    c.m.bind(filled);
    fill(c, T3, 2 + params, registers);
    c.m.constant(T0, c.handle);
    c.m.store(B64, frame(FRAME_CODE), T0);
    c.m.store_constant(B64, frame(FRAME_NEW_TARGET), Value::UNDEFINED.bits() as i32);
    c.m.store_constant(B64, frame(FRAME_EXTRA), Value::UNDEFINED.bits() as i32);
    c.m.store_constant(B32, frame(FRAME_PC), 0);
    c.m.store_constant(B16, frame(FRAME_FLAGS), 0);
    // Numbers of registers from addresses.
    c.m.load(B64, T0, context(offset_of!(Context, values)));
    c.m.alu(Alu::Sub, B64, T1, T3, T0);
    c.m.shift_constant(Shift::RightUnsigned, B64, T1, T1, 3);
    c.m.store(B32, frame(FRAME_BASE), T1);
    c.m.alu_constant(Alu::Add, B32, T4, T1, 2);
    c.m.store(B32, frame(FRAME_ARGS), T4);
    top(c, registers);
    c.m.load(B64, T5, context(offset_of!(Context, depth)));
    c.m.load(B64, T4, at(T5, 0));
    c.m.alu_constant(Alu::Add, B64, T4, T4, 1);
    c.m.store(B64, at(T5, 0), T4);
    c.m.constant(T0, native.realm.to_bits());
    c.m.load(B64, T5, context(offset_of!(Context, realm)));
    c.m.store(B64, at(T5, 0), T0);
    c.m.alu_constant(Alu::Add, B64, FRAME, FRAME, FRAME_SIZE as i32);
    c.m.mov(REGS, T3);
    c.m.jump(begin);

    c.m.bind(slow);
    c.m.load(B64, T0, context(stub!(call_slow)));
    c.m.jump_landing(T0);
    c.m.bind(too_few);
    missing(c, params, filled);
    c.m.bind(begin);
}

/// Undefined in the registers from number `first` on, below `end`; `base` points at register 0. Changes T0 and T4.
fn fill<M: Masm>(c: &mut Compiler<'_, M>, base: Reg, first: u32, end: u32) {
    if first >= end {
        return;
    }
    c.m.constant(T0, Value::UNDEFINED.bits());
    if end - first <= UNROLLED {
        for number in first..end {
            c.m.store(B64, at(base, 8 * number as usize), T0);
        }
        return;
    }
    let again = c.m.label();
    c.m.address(T4, at(base, 8 * first as usize));
    c.m.bind(again);
    c.m.store(B64, at(T4, 0), T0);
    c.m.alu_constant(Alu::Add, B64, T4, T4, 8);
    c.m.branch(B64, Cond::Below, T4, T2, again);
}

/// Undefined for the parameters behind argument T1.
fn missing<M: Masm>(c: &mut Compiler<'_, M>, params: u32, filled: Label) {
    let again = c.m.label();
    c.m.constant(T0, Value::UNDEFINED.bits());
    c.m.bind(again);
    c.m.store(B64, element(T3, T1, 3, 16), T0);
    c.m.alu_constant(Alu::Add, B32, T1, T1, 1);
    c.m.branch_constant(B32, Cond::Below, T1, params as i32, again);
    c.m.jump(filled);
}

/// The stack's top: what the frame needs, or more if the caller has. T1 is the number of the first register.
fn top<M: Masm>(c: &mut Compiler<'_, M>, registers: u32) {
    let higher = c.m.label();
    c.m.alu_constant(Alu::Add, B64, T1, T1, registers as i32);
    c.m.load(B64, T5, at(CTX, offset_of!(Context, top)));
    c.m.load(B64, T4, at(T5, 0));
    c.m.branch(B64, Cond::AboveEq, T4, T1, higher);
    c.m.mov(T4, T1);
    c.m.store(B64, at(T5, 0), T4);
    c.m.bind(higher);
    c.m.store(B32, at(FRAME, FRAME_SIZE + FRAME_TOP), T4);
}

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::Call => call(c, inst),
        Op::New => new(c, inst),
        Op::Return => give(c, Some(inst.a())),
        _ => give(c, None),
    }
}

fn call<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    c.get(T0, inst.b());
    closure_entry(c, T0, cold);
    c.m.address(T3, register(inst.b()));
    c.m.constant(T1, inst.c().into());
    enter(c, inst.a());
}

/// The address at which the callee is entered to T2, if it is a closure with compiled code.
pub(super) fn closure_entry<M: Masm>(c: &mut Compiler<'_, M>, callee: Reg, no: Label) {
    c.check_object(callee, no);
    c.m.branch_memory_constant(B8, Cond::Ne, at(callee, HEADER_AUX), CLASS_FUNCTION.into(), no);
    c.m.load(B64, T2, at(callee, OBJECT_PAYLOAD));
    c.check_cell(T2, KIND_CLOSURE, no);
    c.m.load(B64, T2, at(T2, CLOSURE_CODE));
    c.m.load(B64, T2, at(T2, CODE_ENTRY));
    c.m.branch_constant(B64, Cond::Eq, T2, 0, no);
}

/// Goes to a [`prologue`], everything but what is set here being as it wants it. The callee returns to the next instruction.
pub(super) fn enter<M: Masm>(c: &mut Compiler<'_, M>, result: u16) {
    c.store_next();
    c.m.constant(T4, result.into());
    c.m.jump_landing(T2);
    c.returned_to = true;
}

fn new<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    // Only where the callee is the target, too.
    c.get(T0, inst.b());
    c.get(T1, inst.b() + 1);
    c.m.branch(B64, Cond::Ne, T0, T1, cold);
    c.store_next();
    c.m.address(T0, register(inst.b()));
    c.m.argument(1, T0);
    c.m.argument_constant(2, u64::from(inst.c()) | u64::from(inst.a()) << 32);
    c.call_stepping(helper!(construct));
}

fn give<M: Masm>(c: &mut Compiler<'_, M>, result: Option<u16>) {
    let (cold, special, ready, done) = (c.cold(), c.m.label(), c.m.label(), c.m.label());
    let context = |offset: usize| at(CTX, offset);
    match result {
        Some(number) => c.get(T0, number),
        None => c.m.constant(T0, Value::UNDEFINED.bits()),
    }
    c.m.load(B16, T1, at(FRAME, FRAME_FLAGS));
    c.m.branch_constant(B32, Cond::Ne, T1, 0, special);
    c.m.bind(ready);
    c.m.alu_constant(Alu::Sub, B64, T3, FRAME, FRAME_SIZE as i32);
    c.m.branch_memory(B64, Cond::Below, T3, context(offset_of!(Context, floor)), done);
    // Its caller has to be compiled.
    c.m.load(B64, T4, at(T3, FRAME_CODE));
    c.m.load(B64, T2, at(T4, CODE_TABLE));
    c.m.branch_constant(B64, Cond::Eq, T2, 0, cold);
    c.m.load(B16, T1, at(FRAME, FRAME_DST));
    c.m.mov(FRAME, T3);
    c.m.load(B32, T3, at(FRAME, FRAME_BASE));
    c.m.load(B64, T5, context(offset_of!(Context, values)));
    c.m.address(REGS, element(T5, T3, 3, 0));
    c.m.store(B64, element(REGS, T1, 3, 0), T0);
    // Where it goes on.
    c.m.load(B32, T1, at(FRAME, FRAME_PC));
    c.m.load(B32, T0, element(T2, T1, 2, 0));
    c.m.load(B64, T1, at(T4, CODE_BASE));
    c.m.alu(Alu::Add, B64, T0, T0, T1);
    c.m.load(B64, T5, context(offset_of!(Context, depth)));
    c.m.load(B64, T1, at(T5, 0));
    c.m.alu_constant(Alu::Sub, B64, T1, T1, 1);
    c.m.store(B64, at(T5, 0), T1);
    c.m.load(B32, T1, at(FRAME, FRAME_TOP));
    c.m.load(B64, T5, context(offset_of!(Context, top)));
    c.m.store(B64, at(T5, 0), T1);
    c.m.load(B64, T1, at(T4, CODE_REALM));
    c.m.load(B64, T5, context(offset_of!(Context, realm)));
    c.m.store(B64, at(T5, 0), T1);
    c.m.jump_landing(T0);

    // The last of the activation's frames.
    c.m.bind(done);
    c.m.load(B64, T1, context(stub!(finish)));
    c.m.jump_landing(T1);
    // Of a constructor, an object or `this`; generators and the like are for the interpreter.
    c.m.bind(special);
    let no_object = c.m.label();
    c.m.branch_constant(B32, Cond::Ne, T1, FRAME_CONSTRUCT.into(), cold);
    if result.is_some() {
        c.check_object(T0, no_object);
        c.m.jump(ready);
    }
    c.m.bind(no_object);
    c.get(T0, 1);
    c.m.jump(ready);
}

/// A call of something else than a closure with compiled code.
pub(super) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let slow = c.m.label();
    c.get(T0, inst.b());
    c.check_object(T0, slow);
    c.m.branch_memory_constant(B8, Cond::Ne, at(T0, HEADER_AUX), CLASS_NATIVE.into(), slow);
    c.store_next();
    c.m.address(T0, register(inst.b()));
    c.m.argument(1, T0);
    c.m.argument_constant(2, inst.c().into());
    c.call_helper(helper!(call_native));
    c.set(inst.a(), T0);
    c.jump_next();
    c.m.bind(slow);
    c.step_and_next();
}
