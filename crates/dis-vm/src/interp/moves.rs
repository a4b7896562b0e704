//! Moving values, taking addresses, making records.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::{Inst, Mode};
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{NIL, module, types};

#[inline]
pub(super) fn Movb(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.byte(&inst.src)?;
    vm.set_byte(&inst.dst, value)
}

#[inline]
pub(super) fn Movw(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.word(&inst.src)?;
    vm.set_word(&inst.dst, value)
}

#[inline]
pub(super) fn Movl(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.big(&inst.src)?;
    vm.set_big(&inst.dst, value)
}

/// The bits, whatever number they are.
#[inline]
pub(super) fn Movf(vm: &mut Vm, inst: &Inst) -> Step {
    Movl(vm, inst)
}

#[inline]
pub(super) fn Movp(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.reference(&inst.src)?;
    vm.heap.keep(value);
    vm.set_reference(&inst.dst, value)
}

pub(super) fn Movm(vm: &mut Vm, inst: &Inst) -> Step {
    let size = u32::try_from(vm.word(&inst.mid)?).map_err(|_| Trap::Bounds)?;
    let from = vm.at(&inst.src, Use::Read(size))?;
    let to = vm.at(&inst.dst, Use::Write(size))?;
    vm.charge(size);
    vm.heap.memory.copy(from, to, size as usize);
    Ok(())
}

pub(super) fn Movmp(vm: &mut Vm, inst: &Inst) -> Step {
    let ty = vm.type_operand(&inst.mid);
    let from = vm.at(&inst.src, Use::Get(ty))?;
    let to = vm.at(&inst.dst, Use::Put(ty))?;
    vm.charge(vm.heap.types[ty].size);
    vm.heap.copy_record(from, to, ty);
    Ok(())
}

pub(super) fn Movpc(vm: &mut Vm, inst: &Inst) -> Step {
    vm.set_word(&inst.dst, inst.src.first.cast_signed())
}

pub(super) fn Lea(vm: &mut Vm, inst: &Inst) -> Step {
    // What is there is looked at when the address is used.
    let at = match inst.src.mode {
        Mode::FpObject | Mode::MpObject => {
            let at = vm.at(&inst.src, Use::Read(0))?;
            inst.src.known.set(0);
            at
        }
        Mode::FpAddress => vm.heap.memory.pointer(vm.fp + inst.src.first).wrapping_add(inst.src.second),
        _ => vm.at(&inst.src, Use::Read(0))?,
    };
    vm.set_word(&inst.dst, at.cast_signed())
}

pub(super) fn New(vm: &mut Vm, inst: &Inst) -> Step {
    let ty = vm.type_operand(&inst.src);
    vm.charge(vm.heap.types[ty].size);
    let at = vm.heap.record(ty)?;
    vm.set_reference(&inst.dst, at)
}

/// Records are always made of zeros.
pub(super) fn Newz(vm: &mut Vm, inst: &Inst) -> Step {
    New(vm, inst)
}

pub(super) fn Mnewz(vm: &mut Vm, inst: &Inst) -> Step {
    let reference = vm.typed(&inst.src, types::MODULE)?;
    if reference == NIL {
        return Err(Trap::NotLoaded);
    }
    let number = vm.heap.memory.u32(reference + module::NUMBER);
    let code = vm.loaded.get(number as usize).and_then(Option::as_ref).and_then(|loaded| loaded.code());
    let index = inst.mid.first;
    let ty = code.and_then(|code| code.types.get(index as usize)).copied().ok_or(Trap::Type)?;
    let at = vm.heap.record(ty)?;
    vm.set_reference(&inst.dst, at)
}

/// Both are of one type, unless the first is nil.
pub(super) fn Tcmp(vm: &mut Vm, inst: &Inst) -> Step {
    let first = vm.reference(&inst.src)?;
    let second = vm.reference(&inst.dst)?;
    match first != NIL && (second == NIL || vm.heap.type_of(first) != vm.heap.type_of(second)) {
        true => Err(Trap::Type),
        false => Ok(()),
    }
}
