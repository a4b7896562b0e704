//! Calls of functions of Math, with numbers that they are simple for; the rest is a call like others.

use super::arithmetic::give;
use crate::compile::Compiler;
use crate::context::Context;
use crate::masm::*;
use crate::natives::MathCall;
use crate::stubs::{load_number, number_value};
use js_bytecode::Inst;
use js_rt::MathOp;
use std::mem::offset_of;

/// Whether there is a template for calls of it.
pub(crate) fn has_template(op: MathOp) -> bool {
    matches!(op, MathOp::Abs | MathOp::Floor | MathOp::Imul | MathOp::Max | MathOp::Min | MathOp::Sqrt)
}

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, call: MathCall) {
    let cold = c.cold();
    c.get(T0, inst.b());
    c.m.constant(T1, call.function);
    c.m.branch(B64, Cond::Ne, T0, T1, cold);
    match call.op {
        MathOp::Sqrt => root(c, inst, cold),
        MathOp::Floor => floor(c, inst, cold),
        op => ints(c, inst, op, cold),
    }
}

/// Counts the call, and the function that is begun, else to `few`. Changes T4 and T5.
fn count<M: Masm>(c: &mut Compiler<'_, M>, few: Label) {
    c.m.load(B64, T5, at(CTX, offset_of!(Context, countdown)));
    c.m.load(B32, T4, at(T5, 0));
    c.m.branch_constant(B32, Cond::Below, T4, 2, few);
    c.m.alu_constant(Alu::Sub, B32, T4, T4, 2);
    c.m.store(B32, at(T5, 0), T4);
}

/// Of int32s.
fn ints<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, op: MathOp, cold: Label) {
    c.get(T0, inst.b() + 2);
    if op == MathOp::Abs {
        let positive = c.m.label();
        c.m.branch(B64, Cond::Below, T0, TAG, cold);
        c.m.mov32(T2, T0);
        c.m.branch_constant(B32, Cond::Ge, T2, 0, positive);
        c.m.neg32(T2, T2);
        // That of the least is no int32.
        c.m.branch_constant(B32, Cond::Lt, T2, 0, cold);
        c.m.bind(positive);
    } else {
        c.get(T1, inst.b() + 3);
        c.m.alu(Alu::And, B64, T2, T0, T1);
        c.m.branch(B64, Cond::Below, T2, TAG, cold);
        if op == MathOp::Imul {
            c.m.mul32(T2, T0, T1);
        } else {
            let first = c.m.label();
            c.m.mov32(T2, T0);
            let cond = if op == MathOp::Max { Cond::Ge } else { Cond::Le };
            c.m.branch(B32, cond, T0, T1, first);
            c.m.mov32(T2, T1);
            c.m.bind(first);
        }
    }
    count(c, cold);
    give(c, inst);
}

fn root<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, cold: Label) {
    c.get(T0, inst.b() + 2);
    load_number(c.m, F0, T0, cold);
    count(c, cold);
    c.m.sqrt(F0);
    let done = c.m.label();
    number_value(c.m, T2, F0, done);
    c.m.bind(done);
    c.set(inst.a(), T2);
}

/// Of int32s, and of doubles whose floor is one and not -0.
fn floor<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, cold: Label) {
    let (int, whole, done) = (c.m.label(), c.m.label(), c.m.label());
    c.get(T0, inst.b() + 2);
    c.m.mov32(T2, T0);
    c.m.branch(B64, Cond::AboveEq, T0, TAG, int);
    load_number(c.m, F0, T0, cold);
    c.m.f64_to_int(T2, F0);
    // What does not fit is one of the ends.
    c.m.branch_constant(B32, Cond::Eq, T2, i32::MIN, cold);
    c.m.branch_constant(B32, Cond::Eq, T2, i32::MAX, cold);
    c.m.int_to_f64(F1, T2);
    c.m.compare_f64(T1, F0, F1);
    c.m.branch_constant(B32, Cond::Eq, T1, order::GREATER, whole);
    c.m.branch_constant(B32, Cond::Eq, T1, order::UNORDERED, cold);
    let equal = c.m.label();
    c.m.branch_constant(B32, Cond::Eq, T1, order::EQUAL, equal);
    c.m.alu_constant(Alu::Sub, B32, T2, T2, 1);
    c.m.jump(done);
    c.m.bind(equal);
    c.m.branch_constant(B32, Cond::Eq, T2, 0, cold);
    c.m.bind(whole);
    c.m.bind(done);
    c.m.bind(int);
    count(c, cold);
    give(c, inst);
}
