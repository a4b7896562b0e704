//! Callback adaptors: from a call under some convention to a frame in memory and a handler, and the handler's result back.

use super::call::RESULT_POINTER;
use super::isa::{CFA_TO_FP, Emitter, Isa, Mem};
use super::layout::Layout;
use super::pieces::{int_width, vec_width};
use super::{ClosureData, Handler};
use crate::convention::Abi;
use crate::plan::{Extend, Move, Place, Plan, ResultPlan};
use crate::types::Type;
use std::mem::offset_of;

/// Emits the adaptor; `BASE` holds the address of the [`ClosureData`] on entry and until the handler is called.
///
/// The order is what keeps registers alive: argument registers are stored away before anything needs a scratch register
/// that is one of them, vector registers before integer ones (a Win64 variadic caller fills both, and `va_arg` believes
/// the integer register), and pointers are followed while the registers they came in are still untouched.
pub(super) fn emit<I: Isa>(e: &mut Emitter<I>, plan: &Plan, host: Abi, layout: &Layout) {
    e.prologue(layout);
    if let (ResultPlan::Memory { pointer, .. }, Some(offset)) = (&plan.result, layout.pointer) {
        keep_result_pointer(e, plan.abi, *pointer, Mem::new(I::FP, offset));
    }
    plan.args.iter().for_each(|m| from_vector(e, layout, m));
    plan.args.iter().for_each(|m| from_integer(e, plan.abi, layout, m));
    plan.args.iter().for_each(|m| from_pointer(e, plan.abi, layout, m));
    plan.args.iter().for_each(|m| from_stack(e, plan, layout, m));
    call_handler(e, host, layout);
    match (&plan.result, layout.pointer) {
        (ResultPlan::Registers(moves), _) => moves.iter().for_each(|m| to_result(e, plan.abi, layout, m)),
        (ResultPlan::Memory { returned: true, .. }, Some(offset)) => {
            e.isa.load_int(plan.abi.int_results()[0], Mem::new(I::FP, offset), 8, Extend::None);
        }
        _ => {}
    }
    e.epilogue(layout);
}

fn in_frame<I: Isa>(layout: &Layout, offset: u32) -> Mem {
    Mem::new(I::SP, (layout.frame + offset) as i32)
}

/// A stack argument: the caller's stack pointer was where our canonical frame address is.
fn incoming<I: Isa>(at: u32) -> Mem {
    Mem::new(I::FP, CFA_TO_FP).plus(at)
}

fn keep_result_pointer<I: Isa>(e: &mut Emitter<I>, abi: Abi, place: Place, to: Mem) {
    match place {
        Place::Int(i) => e.isa.store_int(abi.int_args()[usize::from(i)], to, 8),
        Place::ResultPointer => e.isa.store_int(RESULT_POINTER, to, 8),
        Place::Stack(at) => {
            e.isa.load_int(I::TARGET, incoming::<I>(at), 8, Extend::None);
            e.isa.store_int(I::TARGET, to, 8);
        }
        Place::Vec(_) => unreachable!("refused by pieces::check"),
    }
}

fn from_vector<I: Isa>(e: &mut Emitter<I>, layout: &Layout, m: &Move) {
    if let Move::Value { offset, size, place: Place::Vec(v), .. } = *m {
        e.isa.store_vec(v, in_frame::<I>(layout, offset), vec_width(offset, size));
    }
}

fn from_integer<I: Isa>(e: &mut Emitter<I>, abi: Abi, layout: &Layout, m: &Move) {
    let Move::Value { offset, size, extend, place: Place::Int(i), .. } = *m else { return };
    let (reg, to) = (abi.int_args()[usize::from(i)], in_frame::<I>(layout, offset));
    if extend == Extend::None || size == 8 {
        e.isa.store_int(reg, to, int_width(offset, size, extend));
    } else {
        // What a caller leaves above the width is never trusted.
        e.isa.extend_int(I::SCRATCH, reg, size.into(), extend);
        e.isa.store_int(I::SCRATCH, to, 8);
    }
}

fn from_pointer<I: Isa>(e: &mut Emitter<I>, abi: Abi, layout: &Layout, m: &Move) {
    if let Move::Address { offset, size, place: Place::Int(i), .. } = *m {
        e.copy(in_frame::<I>(layout, offset), Mem::new(abi.int_args()[usize::from(i)], 0), size);
    }
}

fn from_stack<I: Isa>(e: &mut Emitter<I>, plan: &Plan, layout: &Layout, m: &Move) {
    match *m {
        Move::Value { arg, offset, size, extend, place: Place::Stack(at) } => {
            let extend = if extend == Extend::None { packed_extend(plan, arg, offset, size) } else { extend };
            if extend == Extend::None {
                e.copy(in_frame::<I>(layout, offset), incoming::<I>(at), size.into());
            } else {
                e.isa.load_int(I::SCRATCH, incoming::<I>(at), size.into(), extend);
                e.isa.store_int(I::SCRATCH, in_frame::<I>(layout, offset), 8);
            }
        }
        Move::Block { offset, size, stack, .. } => {
            e.copy(in_frame::<I>(layout, offset), incoming::<I>(stack), size);
        }
        Move::Address { offset, size, place: Place::Stack(at), .. } => {
            e.isa.load_int(I::TARGET, incoming::<I>(at), 8, Extend::None);
            e.copy(in_frame::<I>(layout, offset), Mem::new(I::TARGET, 0), size);
        }
        Move::Value { .. } | Move::Address { .. } => {}
    }
}

/// How a narrow integer fills its slot in the frame when it lies packed on the stack, as Apple's convention has it:
/// there the move says nothing, because nothing above the value's width exists.
fn packed_extend(plan: &Plan, arg: u16, offset: u32, size: u8) -> Extend {
    let scalar = plan.signature.params.get(usize::from(arg)).and_then(Type::as_scalar);
    match scalar.filter(|s| !s.is_float() && s.size() == u32::from(size) && offset.is_multiple_of(8)) {
        Some(s) if s.size() < 8 && s.is_signed() => Extend::Sign,
        Some(s) if s.size() < 8 => Extend::Zero,
        _ => Extend::None,
    }
}

fn call_handler<I: Isa>(e: &mut Emitter<I>, host: Abi, layout: &Layout) {
    let [user, frame, result, ..] = *host.int_args() else { unreachable!("every convention has three") };
    match layout.pointer {
        Some(offset) => e.isa.load_int(result, Mem::new(I::FP, offset), 8, Extend::None),
        None => e.isa.load_address(result, Mem::new(I::SP, layout.result as i32)),
    }
    e.isa.load_address(frame, in_frame::<I>(layout, 0));
    e.isa.load_int(user, Mem::new(I::BASE, offset_of!(ClosureData, user) as i32), 8, Extend::None);
    const { assert!(size_of::<Handler>() == 8, "handlers are code addresses") };
    e.isa.load_int(I::TARGET, Mem::new(I::BASE, offset_of!(ClosureData, handler) as i32), 8, Extend::None);
    e.isa.call_target();
}

fn to_result<I: Isa>(e: &mut Emitter<I>, abi: Abi, layout: &Layout, m: &Move) {
    let Move::Value { offset, size, extend, place, .. } = *m else { return };
    let from = Mem::new(I::SP, (layout.result + offset) as i32);
    match place {
        Place::Int(i) => {
            let reg = abi.int_results()[usize::from(i)];
            e.isa.load_int(reg, from, int_width(offset, size, extend), extend);
        }
        Place::Vec(v) => e.isa.load_vec(v, from, vec_width(offset, size)),
        Place::Stack(_) | Place::ResultPointer => {}
    }
}
