//! Properties and global bindings by inline cache.

use crate::compile::Compiler;
use crate::context::Context;
use crate::masm::*;
use crate::stubs::{check_epoch, helper, load_slot, stub};
use js_bytecode::{Inst, Op};
use js_rt::offsets::*;
use js_rt::{CacheKind, Note};
use std::mem::offset_of;

/// Whether this file has the template of an opcode.
pub(super) fn has_template(op: Op) -> bool {
    matches!(
        op,
        Op::GetProperty
            | Op::GetMethod
            | Op::GetLength
            | Op::SetProperty
            | Op::DefineField
            | Op::GetGlobal
            | Op::SetGlobal
    )
}

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    match inst.op() {
        Op::GetProperty | Op::GetMethod => get(c, inst),
        Op::GetLength => length(c, inst),
        Op::SetProperty | Op::DefineField => set(c, inst),
        Op::GetGlobal => global(c, inst, false),
        _ => global(c, inst, true),
    }
}

/// What the first entry of a cache is now: which of the kinds is tried in place.
fn kind<M: Masm>(c: &Compiler<'_, M>, inst: Inst) -> CacheKind {
    c.code.caches.get(inst.c() as usize).map_or(CacheKind::None, |cache| cache.first.kind.get())
}

/// The property of object T0 to T1, by the first entry of the cache, which is loaded to T3.
fn get<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let cold = c.cold();
    let address = c.cache(inst.c());
    c.get(T0, inst.b());
    c.check_object(T0, cold);
    c.m.constant(T3, address);
    c.m.load(B64, T1, at(T0, OBJECT_SHAPE));
    c.m.branch_memory(B64, Cond::Ne, T1, at(T3, ENTRY_SHAPE), cold);
    let kind = kind(c, inst);
    if inst.op() == Op::GetProperty && matches!(kind, CacheKind::OwnAccessor | CacheKind::ProtoAccessor) {
        return getter(c, inst, kind == CacheKind::ProtoAccessor, cold);
    }
    let proto = kind == CacheKind::Proto;
    let wanted = if proto { ENTRY_PROTO } else { ENTRY_OWN };
    c.m.branch_memory_constant(B8, Cond::Ne, at(T3, ENTRY_KIND), wanted.into(), cold);
    let from = if proto {
        check_epoch(c.m, cold);
        // The object stays in T0, for a method's receiver.
        c.m.load(B64, T1, at(T3, ENTRY_HOLDER));
        c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
        T1
    } else {
        T0
    };
    load_property(c, from);
    c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
    if inst.op() == Op::GetMethod {
        c.set(inst.a() + 1, T0);
    }
    c.set(inst.a(), T1);
}

/// The value of the slot that entry T3 says, of object `of`, to T1.
fn load_property<M: Masm>(c: &mut Compiler<'_, M>, of: Reg) {
    let note = c.note_address();
    load_slot(c.m, of, |m| {
        if let Some(address) = note {
            m.constant(T5, address);
            m.set_bits(at(T5, NOTE_BITS), Note::OUTSIDE);
        }
    });
}

/// Calls the getter that entry T3 says, for object T0: its frame lies behind all registers in use.
fn getter<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, proto: bool, cold: Label) {
    let wanted = if proto { ENTRY_PROTO_ACCESSOR } else { ENTRY_OWN_ACCESSOR };
    c.m.branch_memory_constant(B8, Cond::Ne, at(T3, ENTRY_KIND), wanted.into(), cold);
    let from = if proto {
        check_epoch(c.m, cold);
        c.m.load(B64, T1, at(T3, ENTRY_HOLDER));
        c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
        T1
    } else {
        T0
    };
    load_property(c, from);
    c.check_cell(T1, KIND_ACCESSOR, cold);
    c.m.load(B64, T1, at(T1, ACCESSOR_GET));
    super::call::compiled_code(c, T1, cold);
    c.m.load(B64, T3, at(CTX, offset_of!(Context, top)));
    c.m.load(B64, T3, at(T3, 0));
    c.m.load(B64, T4, at(CTX, offset_of!(Context, values)));
    c.m.address(T3, element(T4, T3, 3, 0));
    c.m.store(B64, at(T3, 0), T1);
    c.m.store(B64, at(T3, 8), T0);
    c.m.constant(T1, 0);
    super::call::enter(c, inst.a());
}

fn length<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let (cold, array, done) = (c.cold(), c.m.label(), c.m.label());
    c.get(T0, inst.b());
    c.m.branch_bits(B64, false, T0, CELLS, cold);
    c.m.branch_constant(B64, Cond::Eq, T0, 0, cold);
    c.m.load(B8, T1, at(T0, HEADER_KIND));
    c.m.branch_constant(B32, Cond::Eq, T1, KIND_OBJECT.into(), array);
    c.m.branch_constant(B32, Cond::Ne, T1, KIND_STRING.into(), cold);
    c.m.load(B32, T1, at(T0, STRING_LEN));
    c.m.alu(Alu::Or, B64, T1, T1, TAG);
    c.m.jump(done);
    c.m.bind(array);
    c.m.branch_memory_constant(B8, Cond::Ne, at(T0, HEADER_AUX), CLASS_ARRAY.into(), cold);
    c.m.load(B64, T1, at(T0, OBJECT_PAYLOAD));
    c.m.bind(done);
    c.set(inst.a(), T1);
}

fn set<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let (cold, outside, done) = (c.cold(), c.m.label(), c.m.label());
    let address = c.cache(inst.c());
    c.get(T0, inst.a());
    c.check_object(T0, cold);
    c.m.constant(T3, address);
    c.m.load(B64, T1, at(T0, OBJECT_SHAPE));
    c.m.branch_memory(B64, Cond::Ne, T1, at(T3, ENTRY_SHAPE), cold);
    if kind(c, inst) == CacheKind::Add {
        return add(c, inst, cold);
    }
    c.m.branch_memory_constant(B8, Cond::Ne, at(T3, ENTRY_KIND), ENTRY_OWN.into(), cold);
    c.get(T1, inst.b());
    slot_place(c, T0, outside);
    c.barrier(T0, T1, cold);
    c.m.store(B64, element(T0, T2, 3, OBJECT_INLINE), T1);
    c.m.jump(done);
    c.m.bind(outside);
    store_outside(c, cold);
    c.m.bind(done);
}

/// Adds a property to object T0, which has the shape of entry T3.
fn add<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, cold: Label) {
    let (outside, shape, done) = (c.m.label(), c.m.label(), c.m.label());
    c.m.branch_memory_constant(B8, Cond::Ne, at(T3, ENTRY_KIND), ENTRY_ADD.into(), cold);
    if inst.op() == Op::SetProperty {
        check_epoch(c.m, cold);
    }
    c.m.load(B32, T1, at(T0, HEADER_AUX));
    c.m.branch_bits_constant(false, T1, FLAG_PROTO_CACHED as i32, cold);
    // The shape is a reference, so old objects are reported whatever the value is.
    c.m.branch_memory_constant(B8, Cond::Eq, at(T0, HEADER_STATE), STATE_OLD.into(), cold);
    c.m.branch_memory_constant(B64, Cond::Eq, at(T3, ENTRY_NEXT), 0, cold);
    c.get(T1, inst.b());
    slot_place(c, T0, outside);
    c.m.store(B64, element(T0, T2, 3, OBJECT_INLINE), T1);
    c.m.bind(shape);
    c.m.load(B64, T5, at(T3, ENTRY_NEXT));
    c.m.store(B64, at(T0, OBJECT_SHAPE), T5);
    c.m.jump(done);
    c.m.bind(outside);
    store_outside(c, cold);
    c.m.jump(shape);
    c.m.bind(done);
}

/// The slot's number to T2, the object's word of slots to T4, how many are inside to T5.
fn slot_place<M: Masm>(c: &mut Compiler<'_, M>, object: Reg, outside: Label) {
    c.m.load(B32, T2, at(T3, ENTRY_SLOT));
    c.m.load(B64, T4, at(object, OBJECT_SLOTS));
    c.m.alu_constant(Alu::And, B64, T5, T4, OBJECT_INLINE_MASK as i32);
    c.m.branch(B64, Cond::AboveEq, T2, T5, outside);
}

fn store_outside<M: Masm>(c: &mut Compiler<'_, M>, cold: Label) {
    c.m.alu(Alu::Sub, B64, T2, T2, T5);
    c.m.alu(Alu::Sub, B64, T4, T4, T5);
    c.m.branch_memory(B64, Cond::AboveEq, T2, at(T4, SLOTS_CAPACITY), cold);
    c.barrier(T4, T1, cold);
    c.m.store(B64, element(T4, T2, 3, SLOTS_VALUES), T1);
    c.note(Note::OUTSIDE);
}

fn global<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, store: bool) {
    let cold = c.cold();
    let address = c.cache(inst.c());
    c.m.constant(T3, address);
    if kind(c, inst) == CacheKind::Own {
        c.m.branch_memory_constant(B8, Cond::Ne, at(T3, ENTRY_KIND), ENTRY_OWN.into(), cold);
        c.m.load(B64, T0, at(T3, ENTRY_HOLDER));
        c.m.branch_constant(B64, Cond::Eq, T0, 0, cold);
        c.m.load(B64, T1, at(T3, ENTRY_SHAPE));
        c.m.branch_memory(B64, Cond::Ne, T1, at(T0, OBJECT_SHAPE), cold);
        check_epoch(c.m, cold);
        if store {
            let (outside, done) = (c.m.label(), c.m.label());
            load_property(c, T0);
            c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
            c.get(T1, inst.a());
            slot_place(c, T0, outside);
            c.barrier(T0, T1, cold);
            c.m.store(B64, element(T0, T2, 3, OBJECT_INLINE), T1);
            c.m.jump(done);
            c.m.bind(outside);
            store_outside(c, cold);
            return c.m.bind(done);
        }
        load_property(c, T0);
    } else {
        c.m.branch_memory_constant(B8, Cond::Ne, at(T3, ENTRY_KIND), ENTRY_LEXICAL.into(), cold);
        c.m.load(B64, T0, at(T3, ENTRY_ENV));
        c.m.branch_constant(B64, Cond::Eq, T0, 0, cold);
        c.m.load(B32, T2, at(T3, ENTRY_SLOT));
        c.m.branch_memory(B64, Cond::AboveEq, T2, at(T0, ENV_COUNT), cold);
        c.m.load(B64, T1, element(T0, T2, 3, ENV_SLOTS));
        if store {
            c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
            c.get(T1, inst.a());
            c.barrier(T0, T1, cold);
            return c.m.store(B64, element(T0, T2, 3, ENV_SLOTS), T1);
        }
    }
    c.m.branch_constant(B64, Cond::Eq, T1, 0, cold);
    c.set(inst.a(), T1);
}

pub(super) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let address = c.cache(inst.c());
    match inst.op() {
        Op::GetProperty | Op::GetMethod | Op::GetLength => {
            c.store_next_and_note();
            c.get(T0, inst.b());
            c.m.constant(T3, address);
            c.m.call_stub(stub!(get_property));
            c.branch_thrown(T1);
            if inst.op() == Op::GetMethod {
                c.get(T0, inst.b());
                c.set(inst.a() + 1, T0);
            }
            c.set(inst.a(), T1);
        }
        Op::SetProperty | Op::DefineField => {
            c.store_next_and_note();
            c.get(T0, inst.a());
            c.get(T1, inst.b());
            c.m.argument(1, T0);
            c.m.argument(2, T1);
            c.m.argument_constant(3, address);
            let define = inst.op() == Op::DefineField;
            c.call_helper(if define { helper!(define_field) } else { helper!(set_property) });
        }
        Op::GetGlobal => {
            c.store_next_and_note();
            c.m.argument_constant(1, address);
            c.call_helper(helper!(get_global));
            c.set(inst.a(), T0);
        }
        _ => {
            c.store_next_and_note();
            c.get(T0, inst.a());
            c.m.argument(1, T0);
            c.m.argument_constant(2, address);
            c.call_helper(helper!(set_global));
        }
    }
    c.jump_next();
}
