//! How wide the access to a piece is, and the check that a plan only speaks of places and bytes that exist.

use super::StubError;
use crate::convention::{Abi, Arch};
use crate::plan::{Extend, Move, Place, Plan, ResultPlan};

/// Bytes to move between memory and an integer register for a piece: the whole word where the slot has one, so that
/// pieces of 3, 5, 6 or 7 bytes need no assembling; exactly the piece where its neighbours share the word or the rest is filled.
pub(super) fn int_width(offset: u32, size: u8, extend: Extend) -> u32 {
    if extend == Extend::None && offset.is_multiple_of(8) { 8 } else { size.into() }
}

/// Bytes to move between memory and a vector register for a piece.
pub(super) fn vec_width(offset: u32, size: u8) -> u32 {
    let size = u32::from(size);
    if offset.is_multiple_of(8) { size.next_power_of_two().max(4) } else { size }
}

/// Refuses plans whose moves leave the frame, the stack arguments or the register files. [`Plan::new`] makes none;
/// the fields are public, and code emitted from a wrong one would write anywhere.
pub(super) fn check(plan: &Plan) -> Result<(), StubError> {
    let whole = |what, ok: bool| if ok { Ok(()) } else { Err(StubError::Malformed { step: None, what }) };
    whole("the frame's alignment is no power of two", plan.frame_align.is_power_of_two())?;
    whole(
        "the frame's size is no multiple of its alignment",
        plan.frame_size.is_multiple_of(plan.frame_align.max(16)),
    )?;
    whole("the stack's alignment is no power of two", plan.stack_align.is_power_of_two())?;
    whole("the stack arguments' size is no multiple of 16", plan.stack_size.is_multiple_of(16))?;
    let sides = Sides {
        memory: plan.frame_size,
        stack: plan.stack_size,
        ints: plan.abi.int_args().len() as u8,
        vecs: plan.abi.vec_args(),
    };
    for (step, m) in plan.args.iter().enumerate() {
        sides.check(m).map_err(|what| StubError::Malformed { step: Some(step), what })?;
    }
    check_result(plan)
}

fn check_result(plan: &Plan) -> Result<(), StubError> {
    let slot = plan.result_slot.map_or((0, 1), |s| (s.size, s.align));
    let refuse = |step, what| Err(StubError::Malformed { step, what });
    if !slot.1.is_power_of_two() {
        return refuse(None, "the result's alignment is no power of two");
    }
    match &plan.result {
        ResultPlan::Nothing => Ok(()),
        ResultPlan::Registers(moves) => {
            let sides = Sides {
                memory: slot.0.checked_next_multiple_of(16).unwrap_or(0),
                stack: 0,
                ints: plan.abi.int_results().len() as u8,
                vecs: plan.abi.vec_results(),
            };
            for (step, m) in moves.iter().enumerate() {
                if !matches!(m, Move::Value { place: Place::Int(_) | Place::Vec(_), .. }) {
                    return refuse(Some(step), "a result piece is not in a register");
                }
                sides.check(m).or_else(|what| refuse(Some(step), what))?;
            }
            Ok(())
        }
        ResultPlan::Memory { pointer, .. } => {
            let exists = match *pointer {
                Place::Int(i) => usize::from(i) < plan.abi.int_args().len(),
                Place::Stack(at) => inside(at, 8, plan.stack_size),
                Place::ResultPointer => has_result_pointer(plan.abi),
                Place::Vec(_) => false,
            };
            if exists { Ok(()) } else { refuse(None, "the result pointer's place does not exist") }
        }
    }
}

/// Whether the convention has a register of its own for the address of a result in memory.
pub(super) fn has_result_pointer(abi: Abi) -> bool {
    abi.arch() == Arch::Arm64
}

/// The extents moves have to stay within.
struct Sides {
    memory: u32,
    stack: u32,
    ints: u8,
    vecs: u8,
}

impl Sides {
    fn check(&self, m: &Move) -> Result<(), &'static str> {
        match *m {
            Move::Value { offset, size, extend, place, .. } => self.check_value(offset, size, extend, place),
            Move::Block { offset, size, stack, .. } => {
                self.check_memory(offset, size)?;
                if inside(stack, size, self.stack) {
                    Ok(())
                } else {
                    Err("a block leaves the stack arguments")
                }
            }
            Move::Address { offset, size, place, .. } => {
                self.check_memory(offset, size)?;
                match place {
                    Place::Int(i) if i < self.ints => Ok(()),
                    Place::Stack(at) if inside(at, 8, self.stack) => Ok(()),
                    _ => Err("an address goes to a place that does not exist"),
                }
            }
        }
    }

    fn check_value(&self, offset: u32, size: u8, extend: Extend, place: Place) -> Result<(), &'static str> {
        if extend != Extend::None && !(matches!(size, 1 | 2 | 4 | 8) && offset.is_multiple_of(8)) {
            return Err("an extended value has no size of its own or no word of its own");
        }
        match place {
            Place::Int(i) if i < self.ints => {
                let width = int_width(offset, size, extend);
                if size == 0 || size > 8 || !width.is_power_of_two() {
                    return Err("an integer register cannot hold a piece of this size and offset");
                }
                self.check_memory(offset, width)
            }
            Place::Vec(v) if v < self.vecs => {
                let width = vec_width(offset, size);
                if size == 0 || !matches!(width, 4 | 8 | 16) {
                    return Err("a vector register cannot hold a piece of this size and offset");
                }
                self.check_memory(offset, width)
            }
            Place::Stack(at) => {
                self.check_memory(offset, if extend == Extend::None { size.into() } else { 8 })?;
                let written = if extend == Extend::None { size.into() } else { 8 };
                if inside(at, written, self.stack) {
                    Ok(())
                } else {
                    Err("a value leaves the stack arguments")
                }
            }
            _ => Err("a value goes to a register that does not exist"),
        }
    }

    fn check_memory(&self, offset: u32, size: u32) -> Result<(), &'static str> {
        if inside(offset, size, self.memory) {
            Ok(())
        } else {
            Err("a move leaves the frame or the result buffer")
        }
    }
}

fn inside(at: u32, size: u32, area: u32) -> bool {
    at.checked_add(size).is_some_and(|end| end <= area)
}
