//! Lists: cells with a value and the rest of the list.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::{Inst, Operand};
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, list, types};

impl Vm {
    /// A new cell before a list, whose count it takes over, with `size` bytes of zeros and nil.
    fn cell(&mut self, ty: TypeId, size: u32, tail: Addr) -> Result<Addr, Trap> {
        let size = size.checked_add(list::DATA).ok_or(Trap::Memory)?;
        let cell = self.heap.allocate(types::LIST, size)?;
        self.heap.memory.set_u32(cell + list::TAIL, tail);
        self.heap.memory.set_u32(cell + list::TYPE, ty);
        self.heap.clear(cell + list::DATA, ty);
        Ok(cell)
    }

    /// A list that begins with a counted reference, before a counted list. Both go when there is no memory.
    pub(crate) fn cons_reference(&mut self, value: Addr, tail: Addr) -> Result<Addr, Trap> {
        match self.cell(types::POINTER, self.word, tail) {
            Ok(cell) => {
                self.heap.memory.set_pointer(cell + list::DATA, value);
                Ok(cell)
            }
            Err(trap) => {
                self.heap.release(value);
                self.heap.release(tail);
                Err(trap)
            }
        }
    }

    /// The value in a list's first cell, of this type or at least this size.
    fn head(&mut self, operand: &Operand, ty: TypeId, size: u32) -> Result<Addr, Trap> {
        let cell = self.typed(operand, types::LIST)?;
        if cell == NIL {
            return Err(Trap::Nil);
        }
        let inside = self.heap.memory.u32(cell + list::TYPE);
        let alike = self.heap.types[inside].pointers == self.heap.types[ty].pointers;
        let plain = self.heap.types[ty].pointers.is_empty();
        match (alike || plain) && self.heap.size_of(cell) - list::DATA >= size {
            true => Ok(cell + list::DATA),
            false => Err(Trap::Type),
        }
    }
}

fn cons(vm: &mut Vm, inst: &Inst, ty: TypeId, size: u32, from: Option<Addr>) -> Result<Addr, Trap> {
    let at = vm.at(&inst.dst, Use::Reference)?;
    let tail = vm.heap.memory.pointer(at);
    if tail != NIL && vm.heap.type_of(tail) != types::LIST {
        return Err(Trap::Type);
    }
    let cell = vm.cell(ty, size, tail)?;
    // The list's count goes from the place to the cell.
    vm.heap.memory.set_pointer(at, cell);
    if let Some(from) = from {
        match vm.heap.types[ty].pointers.is_empty() {
            true => vm.heap.memory.copy(from, cell + list::DATA, size as usize),
            false => vm.heap.copy_record(from, cell + list::DATA, ty),
        }
    }
    Ok(cell + list::DATA)
}

pub(super) fn Consb(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.byte(&inst.src)?;
    let at = cons(vm, inst, types::BYTE, vm.word, None)?;
    vm.heap.memory.set_byte(at, value);
    Ok(())
}

pub(super) fn Consw(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.word(&inst.src)?;
    let at = cons(vm, inst, types::WORD, vm.word, None)?;
    vm.heap.memory.set_word(at, value);
    Ok(())
}

pub(super) fn Consl(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.big(&inst.src)?;
    let at = cons(vm, inst, types::BIG, 8, None)?;
    vm.heap.memory.set_big(at, value);
    Ok(())
}

pub(super) fn Consf(vm: &mut Vm, inst: &Inst) -> Step {
    Consl(vm, inst)
}

pub(super) fn Consp(vm: &mut Vm, inst: &Inst) -> Step {
    let from = vm.at(&inst.src, Use::Reference)?;
    cons(vm, inst, types::POINTER, vm.word, Some(from)).map(drop)
}

pub(super) fn Consm(vm: &mut Vm, inst: &Inst) -> Step {
    let size = u32::try_from(vm.word(&inst.mid)?).map_err(|_| Trap::NegativeSize)?;
    let from = vm.at(&inst.src, Use::Read(size))?;
    cons(vm, inst, 0, size, Some(from)).map(drop)
}

pub(super) fn Consmp(vm: &mut Vm, inst: &Inst) -> Step {
    let ty = vm.type_operand(&inst.mid);
    let from = vm.at(&inst.src, Use::Get(ty))?;
    cons(vm, inst, ty, vm.heap.types[ty].size, Some(from)).map(drop)
}

pub(super) fn Headb(vm: &mut Vm, inst: &Inst) -> Step {
    let at = vm.head(&inst.src, types::BYTE, 1)?;
    let value = vm.heap.memory.byte(at);
    vm.set_byte(&inst.dst, value)
}

pub(super) fn Headw(vm: &mut Vm, inst: &Inst) -> Step {
    let at = vm.head(&inst.src, types::WORD, vm.word)?;
    let value = vm.heap.memory.word(at);
    vm.set_word(&inst.dst, value)
}

pub(super) fn Headl(vm: &mut Vm, inst: &Inst) -> Step {
    let at = vm.head(&inst.src, types::BIG, 8)?;
    let value = vm.heap.memory.big(at);
    vm.set_big(&inst.dst, value)
}

pub(super) fn Headf(vm: &mut Vm, inst: &Inst) -> Step {
    Headl(vm, inst)
}

pub(super) fn Headp(vm: &mut Vm, inst: &Inst) -> Step {
    let at = vm.head(&inst.src, types::POINTER, vm.word)?;
    let value = vm.heap.memory.pointer(at);
    vm.heap.keep(value);
    vm.set_reference(&inst.dst, value)
}

pub(super) fn Headm(vm: &mut Vm, inst: &Inst) -> Step {
    let size = u32::try_from(vm.word(&inst.mid)?).map_err(|_| Trap::Bounds)?;
    let from = vm.head(&inst.src, 0, size)?;
    let to = vm.at(&inst.dst, Use::Write(size))?;
    vm.heap.memory.copy(from, to, size as usize);
    Ok(())
}

pub(super) fn Headmp(vm: &mut Vm, inst: &Inst) -> Step {
    let ty = vm.type_operand(&inst.mid);
    let from = vm.head(&inst.src, ty, vm.heap.types[ty].size)?;
    let to = vm.at(&inst.dst, Use::Put(ty))?;
    vm.heap.copy_record(from, to, ty);
    Ok(())
}

pub(super) fn Tail(vm: &mut Vm, inst: &Inst) -> Step {
    let cell = vm.typed(&inst.src, types::LIST)?;
    if cell == NIL {
        return Err(Trap::Nil);
    }
    let tail = vm.heap.memory.u32(cell + list::TAIL);
    vm.heap.keep(tail);
    vm.set_reference(&inst.dst, tail)
}

/// Lists may be long: counting one takes its time from the quantum.
pub(super) fn Lenl(vm: &mut Vm, inst: &Inst) -> Step {
    let mut cell = vm.typed(&inst.src, types::LIST)?;
    let mut len = 0u32;
    while cell != NIL {
        len += 1;
        cell = vm.heap.memory.u32(cell + list::TAIL);
    }
    vm.quantum = vm.quantum.saturating_sub(len / 16);
    vm.set_word(&inst.dst, len.cast_signed())
}
