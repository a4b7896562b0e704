//! Call stubs: from a frame in memory to a call under some convention, and its result back to memory.

use super::isa::{Emitter, Isa, Mem};
use super::layout::Layout;
use super::pieces::{int_width, vec_width};
use crate::convention::Abi;
use crate::plan::{Extend, Move, Place, Plan, ResultPlan};

/// AAPCS64's x8.
pub(super) const RESULT_POINTER: u8 = 8;

/// Emits `fn(target, frame, result)`.
///
/// The order is what keeps registers alive: target and frame leave the argument registers they arrived in, everything
/// on the stack is written while only scratch registers are in use, then the result pointer moves from where it arrived
/// to where the callee wants it, and only then are the argument registers filled, from the frame alone.
pub(super) fn emit<I: Isa>(e: &mut Emitter<I>, plan: &Plan, host: Abi, layout: &Layout) {
    let [target, frame, result, ..] = *host.int_args() else { unreachable!("every convention has three") };
    e.prologue(layout);
    if let Some(offset) = layout.pointer {
        e.isa.store_int(result, Mem::new(I::FP, offset), 8);
    }
    e.isa.move_int(I::TARGET, target);
    if !plan.args.is_empty() {
        e.isa.move_int(I::BASE, frame);
    }
    plan.args.iter().for_each(|m| to_stack(e, m));
    if let ResultPlan::Memory { pointer, .. } = plan.result {
        pass_result_pointer(e, plan.abi, pointer, result);
    }
    plan.args.iter().for_each(|m| to_register(e, plan.abi, m));
    if let Some(count) = plan.vector_count {
        e.isa.vector_count(count);
    }
    e.isa.call_target();
    if let (ResultPlan::Registers(moves), Some(offset)) = (&plan.result, layout.pointer) {
        e.isa.load_int(I::BASE, Mem::new(I::FP, offset), 8, Extend::None);
        moves.iter().for_each(|m| from_result(e, plan.abi, m));
    }
    e.epilogue(layout);
}

fn to_stack<I: Isa>(e: &mut Emitter<I>, m: &Move) {
    match *m {
        Move::Value { offset, size, extend, place: Place::Stack(at), .. } => {
            let (from, to) = (Mem::new(I::BASE, offset as i32), Mem::new(I::SP, at as i32));
            if extend == Extend::None {
                e.copy(to, from, size.into());
            } else {
                e.isa.load_int(I::SCRATCH, from, size.into(), extend);
                e.isa.store_int(I::SCRATCH, to, 8);
            }
        }
        Move::Block { offset, size, stack, .. } => {
            e.copy(Mem::new(I::SP, stack as i32), Mem::new(I::BASE, offset as i32), size);
        }
        Move::Address { offset, place: Place::Stack(at), .. } => {
            e.isa.load_address(I::SCRATCH, Mem::new(I::BASE, offset as i32));
            e.isa.store_int(I::SCRATCH, Mem::new(I::SP, at as i32), 8);
        }
        Move::Value { .. } | Move::Address { .. } => {}
    }
}

fn to_register<I: Isa>(e: &mut Emitter<I>, abi: Abi, m: &Move) {
    match *m {
        Move::Value { offset, size, extend, place: Place::Int(i), .. } => {
            let from = Mem::new(I::BASE, offset as i32);
            e.isa.load_int(abi.int_args()[usize::from(i)], from, int_width(offset, size, extend), extend);
        }
        Move::Value { offset, size, place: Place::Vec(v), .. } => {
            e.isa.load_vec(v, Mem::new(I::BASE, offset as i32), vec_width(offset, size));
        }
        Move::Address { offset, place: Place::Int(i), .. } => {
            e.isa.load_address(abi.int_args()[usize::from(i)], Mem::new(I::BASE, offset as i32));
        }
        Move::Value { .. } | Move::Block { .. } | Move::Address { .. } => {}
    }
}

fn pass_result_pointer<I: Isa>(e: &mut Emitter<I>, abi: Abi, place: Place, from: u8) {
    match place {
        Place::Int(i) => e.isa.move_int(abi.int_args()[usize::from(i)], from),
        Place::ResultPointer => e.isa.move_int(RESULT_POINTER, from),
        Place::Stack(at) => e.isa.store_int(from, Mem::new(I::SP, at as i32), 8),
        Place::Vec(_) => unreachable!("refused by pieces::check"),
    }
}

fn from_result<I: Isa>(e: &mut Emitter<I>, abi: Abi, m: &Move) {
    let Move::Value { offset, size, extend, place, .. } = *m else { return };
    let to = Mem::new(I::BASE, offset as i32);
    match place {
        Place::Int(i) => {
            let reg = abi.int_results()[usize::from(i)];
            if extend == Extend::None {
                e.isa.store_int(reg, to, int_width(offset, size, extend));
            } else {
                e.isa.extend_int(reg, reg, size.into(), extend);
                e.isa.store_int(reg, to, 8);
            }
        }
        Place::Vec(v) => e.isa.store_vec(v, to, vec_width(offset, size)),
        Place::Stack(_) | Place::ResultPointer => {}
    }
}
