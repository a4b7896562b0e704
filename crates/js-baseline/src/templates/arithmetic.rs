//! Arithmetic: int32 in place, doubles by stubs, the rest by steps.

use crate::compile::Compiler;
use crate::masm::*;
use crate::stubs::{LOW_FRACTION, helper, load_double, stub};
use js_bytecode::{Inst, Op};
use js_rt::{Note, Value};

/// What the right operand is.
#[derive(Clone, Copy)]
enum Right {
    Register(u16),
    Constant(i32),
}

fn right(inst: Inst) -> Right {
    match inst.op() {
        Op::AddInt
        | Op::SubInt
        | Op::MulInt
        | Op::RemInt
        | Op::BitAndInt
        | Op::BitOrInt
        | Op::ShlInt
        | Op::ShrInt
        | Op::UshrInt => Right::Constant(inst.cs()),
        Op::Inc | Op::Dec => Right::Constant(1),
        Op::Neg => Right::Constant(-1),
        _ => Right::Register(inst.cr()),
    }
}

/// Loads operands to T0 and T1; ones that are no int32s go to `other`. A constant is not loaded.
fn ints<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, other: Label) -> Right {
    let right = right(inst);
    c.get(T0, inst.b());
    match right {
        Right::Register(number) => {
            c.get(T1, number);
            c.m.alu(Alu::And, B64, T2, T0, T1);
            c.m.branch(B64, Cond::Below, T2, TAG, other);
        }
        Right::Constant(_) => c.m.branch(B64, Cond::Below, T0, TAG, other),
    }
    right
}

/// Stores the int32 in T2.
pub(super) fn give<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    c.m.alu(Alu::Or, B64, T2, T2, TAG);
    c.set(inst.a(), T2);
}

/// Whether this file has the template of an opcode.
pub(super) fn has_template(op: Op) -> bool {
    matches!(
        op,
        Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Rem
            | Op::AddInt
            | Op::SubInt
            | Op::MulInt
            | Op::RemInt
            | Op::BitAnd
            | Op::BitOr
            | Op::BitXor
            | Op::Shl
            | Op::Shr
            | Op::Ushr
            | Op::BitAndInt
            | Op::BitOrInt
            | Op::ShlInt
            | Op::ShrInt
            | Op::UshrInt
            | Op::Neg
            | Op::BitNot
            | Op::Inc
            | Op::Dec
    )
}

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    match inst.op() {
        Op::Div => {
            ints(c, inst, cold);
            c.m.branch_constant(B32, Cond::Lt, T0, 0, cold);
            c.m.branch_constant(B32, Cond::Le, T1, 0, cold);
            c.m.mov32(T0, T0);
            c.m.mov32(T1, T1);
            c.m.divide();
            c.m.branch_constant(B32, Cond::Ne, T5, 0, cold);
            c.m.mov(T2, T0);
            return give(c, inst);
        }
        Op::BitNot => {
            c.get(T0, inst.b());
            c.m.branch(B64, Cond::Below, T0, TAG, cold);
            c.m.not32(T2, T0);
            return give(c, inst);
        }
        Op::Neg => {
            c.get(T0, inst.b());
            c.m.branch(B64, Cond::Below, T0, TAG, cold);
            // Neither 0 nor the least: -0 and 2^31 are doubles.
            c.m.mov32(T2, T0);
            c.m.shift_constant(Shift::Left, B32, T1, T2, 1);
            c.m.branch_constant(B32, Cond::Eq, T1, 0, cold);
            c.m.neg32(T2, T2);
            return give(c, inst);
        }
        _ => {}
    }
    let right = ints(c, inst, cold);
    match inst.op() {
        Op::Add | Op::AddInt | Op::Inc => checked(c, Checked::Add, right, cold),
        Op::Sub | Op::SubInt | Op::Dec => checked(c, Checked::Sub, right, cold),
        Op::Mul | Op::MulInt => {
            checked(c, Checked::Mul, right, cold);
            // It may be -0, which the cold part tells from 0.
            c.m.branch_constant(B32, Cond::Eq, T2, 0, cold);
        }
        Op::Rem | Op::RemInt => remainder(c, right, cold),
        Op::BitAnd | Op::BitAndInt => bits(c, Alu::And, right),
        Op::BitOr | Op::BitOrInt => bits(c, Alu::Or, right),
        Op::BitXor => bits(c, Alu::Xor, right),
        Op::Shl | Op::ShlInt => shift(c, Shift::Left, right),
        Op::Shr | Op::ShrInt => shift(c, Shift::Right, right),
        _ => {
            shift(c, Shift::RightUnsigned, right);
            c.m.branch_constant(B32, Cond::Lt, T2, 0, cold);
        }
    }
    give(c, inst);
}

fn checked<M: Masm>(c: &mut Compiler<'_, M>, op: Checked, right: Right, cold: Label) {
    match right {
        Right::Register(_) => c.m.checked(op, T2, T0, T1, cold),
        Right::Constant(value) => c.m.checked_constant(op, T2, T0, value, cold),
    }
}

fn bits<M: Masm>(c: &mut Compiler<'_, M>, op: Alu, right: Right) {
    match right {
        Right::Register(_) => c.m.alu(op, B32, T2, T0, T1),
        Right::Constant(value) => c.m.alu_constant(op, B32, T2, T0, value),
    }
}

fn shift<M: Masm>(c: &mut Compiler<'_, M>, op: Shift, right: Right) {
    match right {
        Right::Register(_) => c.m.shift(op, T2, T0, T1),
        Right::Constant(value) => {
            c.m.mov32(T2, T0);
            if value & 31 != 0 {
                c.m.shift_constant(op, B32, T2, T2, (value & 31) as u8);
            }
        }
    }
}

fn remainder<M: Masm>(c: &mut Compiler<'_, M>, right: Right, cold: Label) {
    c.m.branch_constant(B32, Cond::Lt, T0, 0, cold);
    match right {
        Right::Register(_) => c.m.branch_constant(B32, Cond::Le, T1, 0, cold),
        Right::Constant(value) if value <= 0 => return c.m.jump(cold),
        Right::Constant(value) if value & (value - 1) == 0 => {
            return c.m.alu_constant(Alu::And, B32, T2, T0, value - 1);
        }
        Right::Constant(value) => c.m.constant(T1, value as u64),
    }
    c.m.mov32(T0, T0);
    c.m.mov32(T1, T1);
    c.m.divide();
    c.m.mov(T2, T5);
}

/// Loads both operands as values.
fn values<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    c.get(T0, inst.b());
    match right(inst) {
        Right::Register(number) => c.get(T1, number),
        Right::Constant(value) => c.m.constant(T1, Value::int(value).bits()),
    }
}

pub(super) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let (stub, op) = match inst.op() {
        Op::Add | Op::AddInt | Op::Inc => (stub!(add), FAlu::Add),
        Op::Sub | Op::SubInt | Op::Dec => (stub!(sub), FAlu::Sub),
        Op::Mul | Op::MulInt | Op::Neg => (stub!(mul), FAlu::Mul),
        Op::Div => (stub!(div), FAlu::Div),
        Op::Rem | Op::RemInt => return cold_remainder(c, inst),
        _ => return cold_bits(c, inst),
    };
    // Of two registers both were loaded, and nothing has changed them.
    if !matches!(inst.op(), Op::Add | Op::Sub | Op::Mul) {
        values(c, inst);
    }
    doubles(c, inst, op);
    if matches!(inst.op(), Op::Mul | Op::MulInt) {
        zero_product(c, inst);
    }
    let slow = c.m.label();
    c.m.call_stub(stub);
    c.m.branch_constant(B64, Cond::Eq, T2, 0, slow);
    c.note(Note::DOUBLE);
    c.set(inst.a(), T2);
    c.jump_next();
    c.m.bind(slow);
    if !matches!(inst.op(), Op::Add | Op::AddInt) {
        return c.step_and_next();
    }
    c.store_next_and_note();
    values(c, inst);
    c.m.argument(1, T0);
    c.m.argument(2, T1);
    c.call_helper(helper!(add));
    c.set(inst.a(), T0);
    c.jump_next();
}

/// Does it, and goes on behind the instruction, when the values in T0 and T1 are numbers and the result is a double, as it mostly is when one
/// of them is.
fn doubles<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, op: FAlu) {
    let other = c.m.label();
    let left = load_double(c.m, F0, T0, other);
    let right = match right(inst) {
        Right::Register(_) => Some(load_double(c.m, F1, T1, other)),
        Right::Constant(value) => {
            c.double(F1, value);
            None
        }
    };
    c.m.f64(op, F0, F1);
    c.m.f64_to_bits(T2, F0);
    // It may be an int32, or NaN.
    c.m.branch_bits_constant(true, T2, LOW_FRACTION, other);
    c.m.alu(Alu::Sub, B64, T2, T2, TAG);
    c.note(Note::DOUBLE);
    c.set(inst.a(), T2);
    c.jump_next();
    [Some(left), right].into_iter().flatten().for_each(|int| int.emit(c.m));
    c.m.bind(other);
}

/// Goes on behind the instruction when the values in T0 and T1 are int32s whose product is 0 and not -0: nothing to be noted.
fn zero_product<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let other = c.m.label();
    c.m.alu(Alu::And, B64, T2, T0, T1);
    c.m.branch(B64, Cond::Below, T2, TAG, other);
    c.m.checked(Checked::Mul, T2, T0, T1, other);
    c.m.branch_constant(B32, Cond::Ne, T2, 0, other);
    c.m.alu(Alu::Or, B32, T2, T0, T1);
    c.m.branch_constant(B32, Cond::Lt, T2, 0, other);
    c.m.constant(T2, 0);
    give(c, inst);
    c.jump_next();
    c.m.bind(other);
}

fn cold_remainder<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    values(c, inst);
    let slow = c.m.label();
    c.m.argument(1, T0);
    c.m.argument(2, T1);
    c.m.call_c(helper!(remainder));
    c.m.branch_constant(B64, Cond::Eq, T0, 0, slow);
    c.note(Note::DOUBLE);
    c.set(inst.a(), T0);
    c.jump_next();
    c.m.bind(slow);
    c.step_and_next();
}

fn cold_bits<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let (slow, give_int) = (c.m.label(), c.m.label());
    if inst.op() == Op::BitNot {
        c.get(T0, inst.b());
        c.m.mov(T1, TAG);
    } else {
        values(c, inst);
    }
    c.m.call_stub(stub!(to_int32));
    c.m.branch_constant(B32, Cond::Eq, T2, 0, slow);
    c.note(Note::DOUBLE);
    match inst.op() {
        Op::BitAnd | Op::BitAndInt => c.m.alu(Alu::And, B32, T2, T0, T1),
        Op::BitOr | Op::BitOrInt => c.m.alu(Alu::Or, B32, T2, T0, T1),
        Op::BitXor => c.m.alu(Alu::Xor, B32, T2, T0, T1),
        Op::Shl | Op::ShlInt => c.m.shift(Shift::Left, T2, T0, T1),
        Op::Shr | Op::ShrInt => c.m.shift(Shift::Right, T2, T0, T1),
        Op::BitNot => c.m.not32(T2, T0),
        _ => {
            c.m.shift(Shift::RightUnsigned, T2, T0, T1);
            c.m.branch_constant(B32, Cond::Ge, T2, 0, give_int);
            c.m.uint_to_f64(F0, T2);
            c.m.f64_to_bits(T2, F0);
            c.m.alu(Alu::Sub, B64, T2, T2, TAG);
            c.set(inst.a(), T2);
            c.jump_next();
        }
    }
    c.m.bind(give_int);
    give(c, inst);
    c.jump_next();
    c.m.bind(slow);
    c.step_and_next();
}
