//! Interprets the moves of a plan against a register image, in both directions.

use super::image::Registers;
use crate::convention::Abi;
use crate::plan::{Extend, Move, Place, Plan, ResultPlan};

/// ARM64's x8, the place of `Place::ResultPointer`.
const RESULT_POINTER: usize = 8;

/// The boundary of one call: registers and the bytes above the stack pointer.
pub(super) struct Boundary<'a> {
    pub(super) registers: &'a mut Registers,
    pub(super) stack: *mut u8,
}

/// Executes the plan's argument moves, frame to boundary.
///
/// # Safety
/// `frame` and `result` must be the buffers the plan describes; the boundary's stack must have room for `plan.stack_size` bytes.
pub(super) unsafe fn arguments_out(
    plan: &Plan,
    frame: *mut u8,
    result: *mut u8,
    boundary: &mut Boundary<'_>,
) {
    for step in &plan.args {
        // SAFETY: the plan's offsets lie inside its frame and stack, which are the caller's promise.
        unsafe {
            match *step {
                Move::Value { offset, size, extend, place, .. } => {
                    let value = read(frame.add(offset as usize), size.into());
                    put(plan.abi, boundary, place, value, size, extend);
                }
                Move::Block { offset, size, stack, .. } => {
                    let (from, to) = (frame.add(offset as usize), boundary.stack.add(stack as usize));
                    from.copy_to_nonoverlapping(to, size as usize);
                }
                Move::Address { offset, place, .. } => {
                    let address = frame.add(offset as usize) as u128;
                    put(plan.abi, boundary, place, address, 8, Extend::Zero);
                }
            }
        }
    }
    if let Some(count) = plan.vector_count {
        boundary.registers.int[0] = count.into();
    }
    if let ResultPlan::Memory { pointer, .. } = plan.result {
        // SAFETY: a pointer's place is inside the boundary like every other place of the plan.
        unsafe { put(plan.abi, boundary, pointer, result as u128, 8, Extend::Zero) }
    }
}

/// Stores the result registers of a call that was made into the result buffer.
///
/// # Safety
/// `result` must be the buffer the plan describes.
pub(super) unsafe fn result_in(plan: &Plan, registers: &Registers, result: *mut u8) {
    let ResultPlan::Registers(moves) = &plan.result else { return };
    for step in moves {
        let &Move::Value { offset, size, extend, place, .. } = step else { continue };
        let value = match place {
            Place::Int(i) => registers.int[plan.abi.int_results()[i as usize] as usize].into(),
            Place::Vec(i) => registers.vec[i as usize],
            Place::Stack(_) | Place::ResultPointer => continue,
        };
        // SAFETY: the piece lies inside the result buffer.
        unsafe { store(result.add(offset as usize), value, size, extend) }
    }
}

/// Executes the plan's argument moves in reverse, boundary to frame.
///
/// # Safety
/// `frame` must be the zeroed buffer the plan describes, and the boundary that of a call in progress with the plan's signature.
pub(super) unsafe fn arguments_in(plan: &Plan, boundary: &Boundary<'_>, frame: *mut u8) {
    for step in &plan.args {
        // SAFETY: the plan's offsets lie inside its frame; places and addresses hold what the caller of this signature passed.
        unsafe {
            match *step {
                Move::Value { offset, size, extend, place, .. } => {
                    let value = get(plan.abi, boundary, place, size);
                    store(frame.add(offset as usize), value, size, extend);
                }
                Move::Block { offset, size, stack, .. } => {
                    let (from, to) = (boundary.stack.add(stack as usize), frame.add(offset as usize));
                    from.copy_to_nonoverlapping(to, size as usize);
                }
                Move::Address { offset, size, place, .. } => {
                    let from = get(plan.abi, boundary, place, 8) as usize as *const u8;
                    from.copy_to_nonoverlapping(frame.add(offset as usize), size as usize);
                }
            }
        }
    }
}

/// Where the caller of a callback wants a result in memory.
///
/// # Safety
/// As for [`arguments_in`].
pub(super) unsafe fn result_pointer(plan: &Plan, boundary: &Boundary<'_>) -> Option<*mut u8> {
    let ResultPlan::Memory { pointer, .. } = plan.result else { return None };
    // SAFETY: the place holds the address the caller passed.
    Some(unsafe { get(plan.abi, boundary, pointer, 8) } as usize as *mut u8)
}

/// Loads a callback's result from the result buffer into the result registers, narrow integers extended to 64 bits.
///
/// # Safety
/// `result` must be the buffer the plan describes.
pub(super) unsafe fn result_out(plan: &Plan, result: *const u8, int: &mut [u64; 2], vec: &mut [u128; 4]) {
    let ResultPlan::Registers(moves) = &plan.result else { return };
    for step in moves {
        let &Move::Value { offset, size, extend, place, .. } = step else { continue };
        // SAFETY: the piece lies inside the result buffer.
        let value = unsafe { read(result.add(offset as usize), size.into()) };
        match place {
            Place::Int(i) => int[i as usize] = extended(value, size, extend),
            Place::Vec(i) => vec[i as usize] = value,
            Place::Stack(_) | Place::ResultPointer => {}
        }
    }
}

/// Reads `size` bytes, at most 16, zero-extended.
unsafe fn read(from: *const u8, size: usize) -> u128 {
    let mut bytes = [0u8; 16];
    // SAFETY: the caller's pointer is good for `size` bytes, and no move is wider than a vector register.
    unsafe { from.copy_to_nonoverlapping(bytes.as_mut_ptr(), size) };
    u128::from_le_bytes(bytes)
}

/// Writes the low `size` bytes of `value`, at most 16.
unsafe fn write(to: *mut u8, value: u128, size: usize) {
    let bytes = value.to_le_bytes();
    // SAFETY: the caller's pointer is good for `size` bytes, and no move is wider than a vector register.
    unsafe { bytes.as_ptr().copy_to_nonoverlapping(to, size) };
}

/// Stores what came through the boundary: nothing above its width is trusted, and scalars fill their 8-byte slots.
unsafe fn store(to: *mut u8, value: u128, size: u8, extend: Extend) {
    // SAFETY: pieces lie inside the buffer; those that are extended are scalars, whose slots are padded to 8 bytes.
    unsafe {
        match extend {
            Extend::None => write(to, value, size.into()),
            Extend::Zero | Extend::Sign => write(to, extended(value, size, extend).into(), 8),
        }
    }
}

/// The low `size` bytes of `value` as the 64 bits of an integer register.
fn extended(value: u128, size: u8, extend: Extend) -> u64 {
    let unused = 64 - u32::from(size.min(8)) * 8;
    let low = value as u64;
    match extend {
        Extend::Sign => ((low as i64) << unused >> unused) as u64,
        Extend::Zero | Extend::None => low << unused >> unused,
    }
}

unsafe fn put(abi: Abi, boundary: &mut Boundary<'_>, place: Place, value: u128, size: u8, extend: Extend) {
    match place {
        Place::Int(i) => {
            boundary.registers.int[abi.int_args()[i as usize] as usize] = extended(value, size, extend)
        }
        Place::Vec(i) => boundary.registers.vec[i as usize] = value,
        Place::ResultPointer => boundary.registers.int[RESULT_POINTER] = value as u64,
        Place::Stack(offset) => {
            // SAFETY: the caller's stack has room for every place of its plan; a place that is extended is 8 bytes wide.
            unsafe { store(boundary.stack.add(offset as usize), value, size, extend) }
        }
    }
}

unsafe fn get(abi: Abi, boundary: &Boundary<'_>, place: Place, size: u8) -> u128 {
    match place {
        Place::Int(i) => boundary.registers.int[abi.int_args()[i as usize] as usize].into(),
        Place::Vec(i) => boundary.registers.vec[i as usize],
        Place::ResultPointer => boundary.registers.int[RESULT_POINTER].into(),
        // SAFETY: the caller's stack holds every place of its plan.
        Place::Stack(offset) => unsafe { read(boundary.stack.add(offset as usize), size.into()) },
    }
}
