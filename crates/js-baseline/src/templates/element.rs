//! Elements of arrays and typed arrays by int32.

use crate::compile::{Compiler, register};
use crate::masm::*;
use crate::runtime::DONE;
use crate::stubs::{helper, stub};
use js_bytecode::{Inst, Op};
use js_rt::offsets::*;
use js_rt::{Note, Value};

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::GetElement => get(c, inst),
        Op::SetElement => set(c, inst),
        _ => next(c, inst),
    }
}

/// The next element of an array that iterates plainly: then the method is the index.
fn next<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    c.get(T0, inst.b());
    c.get(T1, inst.b() + 1);
    c.m.branch(B64, Cond::Below, T1, TAG, cold);
    c.check_object(T0, cold);
    place(c, T0, cold);
    c.m.load(B64, T4, at(T0, OBJECT_PAYLOAD));
    c.m.branch(B64, Cond::Below, T4, TAG, cold);
    c.m.branch(B32, Cond::Ge, T3, T4, cold);
    c.m.load(B64, T0, element(T2, T3, 3, SLOTS_VALUES));
    c.m.branch_constant(B64, Cond::Eq, T0, 0, cold);
    // It is below the length, so it can be counted up.
    c.m.alu_constant(Alu::Add, B64, T1, T1, 1);
    c.set(inst.b() + 1, T1);
    c.set(inst.a(), T0);
}

fn get<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    c.get(T0, inst.b());
    c.get(T1, inst.cr());
    c.m.branch(B64, Cond::Below, T1, TAG, cold);
    c.check_object(T0, cold);
    c.m.load(B32, T2, at(T0, HEADER_AUX));
    c.m.branch_bits_constant(false, T2, FLAG_EXOTIC as i32, cold);
    place(c, T0, cold);
    c.m.load(B64, T0, element(T2, T3, 3, SLOTS_VALUES));
    c.m.branch_constant(B64, Cond::Eq, T0, 0, cold);
    c.set(inst.a(), T0);
}

/// The row of elements of an object to T2, the index in T1 to T3. Sparse elements have no room in a row.
fn place<M: Masm>(c: &mut Compiler<'_, M>, object: Reg, cold: Label) {
    c.m.load(B64, T2, at(object, OBJECT_ELEMENTS));
    c.m.mov32(T3, T1);
    c.m.branch_memory(B64, Cond::AboveEq, T3, at(T2, SLOTS_CAPACITY), cold);
}

fn set<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let (cold, store, double) = (c.cold(), c.m.label(), c.m.label());
    c.get(T0, inst.a());
    c.get(T1, inst.b());
    c.m.branch(B64, Cond::Below, T1, TAG, cold);
    c.check_object(T0, cold);
    c.m.branch_memory_constant(B8, Cond::Ne, at(T0, HEADER_AUX), CLASS_ARRAY.into(), cold);
    place(c, T0, cold);
    c.m.branch_memory_constant(B64, Cond::Eq, element(T2, T3, 3, SLOTS_VALUES), 0, cold);
    c.get(T1, inst.cr());
    // What the elements' flags say has to include the value.
    c.m.branch(B64, Cond::AboveEq, T1, TAG, store);
    c.m.load(B32, T4, at(T0, HEADER_AUX));
    c.m.branch_bits(B64, false, T1, TAG, double);
    c.m.branch_bits_constant(true, T4, ELEMENTS_VALUE as i32, cold);
    c.barrier(T2, T1, cold);
    c.m.jump(store);
    c.m.bind(double);
    c.m.branch_bits_constant(true, T4, ELEMENTS_DOUBLE as i32, cold);
    c.m.bind(store);
    c.m.store(B64, element(T2, T3, 3, SLOTS_VALUES), T1);
}

fn cold_next<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let end = c.m.label();
    c.store_next();
    c.m.address(T0, register(inst.b()));
    c.m.argument(1, T0);
    c.call_helper(helper!(iterator_next));
    c.m.branch_constant(B64, Cond::Eq, T0, DONE, end);
    c.set(inst.a(), T0);
    c.jump_next();
    c.m.bind(end);
    c.set_value(inst.a(), Value::UNDEFINED);
    let target = c.target(inst);
    c.m.jump(target);
}

/// Loads what typed arrays' stubs want, or goes to `ask`.
fn typed<M: Masm>(c: &mut Compiler<'_, M>, object: u16, key: u16, ask: Label) {
    c.get(T0, object);
    c.get(T1, key);
    c.m.branch(B64, Cond::Below, T1, TAG, ask);
    c.check_object(T0, ask);
}

/// Notes the class of typed array T0.
fn note_class<M: Masm>(c: &mut Compiler<'_, M>) {
    let Some(address) = c.note_address() else { return };
    let (first, done) = (c.m.label(), c.m.label());
    c.m.constant(T5, address);
    c.m.load(B8, T4, at(T0, HEADER_AUX));
    c.m.load(B8, T3, at(T5, NOTE_CLASS));
    c.m.branch(B32, Cond::Eq, T3, T4, done);
    c.m.branch_constant(B32, Cond::Eq, T3, 0, first);
    c.m.constant(T4, Note::MANY.into());
    c.m.bind(first);
    c.m.store(B8, at(T5, NOTE_CLASS), T4);
    c.m.bind(done);
}

pub(super) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    if inst.op() == Op::IteratorNext {
        return cold_next(c, inst);
    }
    let ask = c.m.label();
    if inst.op() == Op::GetElement {
        typed(c, inst.b(), inst.cr(), ask);
        c.m.call_stub(stub!(typed_element));
        c.m.branch_constant(B64, Cond::Eq, T2, 0, ask);
        c.set(inst.a(), T2);
        note_class(c);
        c.jump_next();
        c.m.bind(ask);
        c.store_next_and_note();
        c.get(T0, inst.b());
        c.get(T1, inst.cr());
        c.m.argument(1, T0);
        c.m.argument(2, T1);
        c.call_helper(helper!(get_element));
        c.set(inst.a(), T0);
    } else {
        typed(c, inst.a(), inst.b(), ask);
        c.get(T2, inst.cr());
        c.m.call_stub(stub!(set_typed_element));
        c.m.branch_constant(B32, Cond::Eq, T4, 0, ask);
        note_class(c);
        c.jump_next();
        c.m.bind(ask);
        c.store_next_and_note();
        c.get(T0, inst.a());
        c.get(T1, inst.b());
        c.get(T2, inst.cr());
        c.m.argument(1, T0);
        c.m.argument(2, T1);
        c.m.argument(3, T2);
        c.call_helper(helper!(set_element));
    }
    c.jump_next();
}
