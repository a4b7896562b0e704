//! Arrays: making, indexing, slicing.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::{Inst, Mode};
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{NIL, types};

pub(super) fn Newa(vm: &mut Vm, inst: &Inst) -> Step {
    let len = u32::try_from(vm.word(&inst.src)?).map_err(|_| Trap::NegativeSize)?;
    let ty = vm.type_operand(&inst.mid);
    vm.charge(len.saturating_mul(vm.heap.types[ty].size));
    let array = vm.heap.new_array(ty, len)?;
    vm.set_reference(&inst.dst, array)
}

/// Elements are always made of zeros.
pub(super) fn Newaz(vm: &mut Vm, inst: &Inst) -> Step {
    Newa(vm, inst)
}

/// The middle operand gets the address of an element, whose size has to be the array's own.
#[inline]
fn index(vm: &mut Vm, inst: &Inst, size: Option<u32>) -> Step {
    let array = vm.typed(&inst.src, types::ARRAY)?;
    let index = vm.word(&inst.dst)?.cast_unsigned();
    if array == NIL {
        return Err(Trap::Bounds);
    }
    let slice = vm.heap.slice(array);
    if index >= slice.len {
        return Err(Trap::Bounds);
    }
    let own = vm.heap.types[slice.ty].size;
    if size.is_some_and(|size| size != own) {
        return Err(Trap::Type);
    }
    if size.is_none() && inst.mid.mode == Mode::Fp {
        // For the tier: what the address leads to.
        inst.mid.known.set(slice.ty);
    }
    vm.remember(slice);
    vm.set_word(&inst.mid, (slice.data + index * own).cast_signed())
}

pub(super) fn Indx(vm: &mut Vm, inst: &Inst) -> Step {
    index(vm, inst, None)
}

#[inline]
pub(super) fn Indw(vm: &mut Vm, inst: &Inst) -> Step {
    index(vm, inst, Some(vm.word))
}

#[inline]
pub(super) fn Indf(vm: &mut Vm, inst: &Inst) -> Step {
    index(vm, inst, Some(8))
}

#[inline]
pub(super) fn Indl(vm: &mut Vm, inst: &Inst) -> Step {
    index(vm, inst, Some(8))
}

#[inline]
pub(super) fn Indb(vm: &mut Vm, inst: &Inst) -> Step {
    index(vm, inst, Some(1))
}

pub(super) fn Lena(vm: &mut Vm, inst: &Inst) -> Step {
    let array = vm.typed(&inst.src, types::ARRAY)?;
    let len = vm.heap.slice(array).len;
    vm.set_word(&inst.dst, len.cast_signed())
}

pub(super) fn Slicea(vm: &mut Vm, inst: &Inst) -> Step {
    let (from, to) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let array = vm.typed(&inst.dst, types::ARRAY)?;
    if array == NIL {
        return if from == to { Ok(()) } else { Err(Trap::Nil) };
    }
    let len = vm.heap.slice(array).len;
    let (from, to) = (from.cast_unsigned(), to.cast_unsigned());
    if from > to || to > len {
        return Err(Trap::Bounds);
    }
    let slice = vm.heap.new_slice(array, from, to)?;
    vm.set_reference(&inst.dst, slice)
}

pub(super) fn Slicela(vm: &mut Vm, inst: &Inst) -> Step {
    let source = vm.typed(&inst.src, types::ARRAY)?;
    let at = vm.word(&inst.mid)?;
    let target = vm.typed(&inst.dst, types::ARRAY)?;
    if source == NIL {
        return Ok(());
    }
    if target == NIL {
        return Err(Trap::Nil);
    }
    let (from, to) = (vm.heap.slice(source), vm.heap.slice(target));
    let at = u32::try_from(at).map_err(|_| Trap::Bounds)?;
    if at.checked_add(from.len).is_none_or(|end| end > to.len) {
        return Err(Trap::Bounds);
    }
    if !vm.heap.types.same(from.ty, to.ty) {
        return Err(Trap::Type);
    }
    vm.charge(from.len.saturating_mul(vm.heap.types[from.ty].size));
    vm.heap.copy_elements(from, to, at);
    Ok(())
}
