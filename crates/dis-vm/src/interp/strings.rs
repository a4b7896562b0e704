//! Strings, by characters.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{NIL, types};

pub(super) fn Lenc(vm: &mut Vm, inst: &Inst) -> Step {
    let string = vm.string(&inst.src)?;
    let len = vm.heap.string_len(string);
    vm.set_word(&inst.dst, len.cast_signed())
}

pub(super) fn Indc(vm: &mut Vm, inst: &Inst) -> Step {
    let string = vm.string(&inst.src)?;
    let index = vm.word(&inst.mid)?.cast_unsigned();
    if string == NIL {
        return Err(Trap::Nil);
    }
    if index >= vm.heap.string_len(string) {
        return Err(Trap::Bounds);
    }
    let value = vm.heap.char(string, index);
    vm.set_word(&inst.dst, value.cast_signed())
}

pub(super) fn Insc(vm: &mut Vm, inst: &Inst) -> Step {
    let (value, index) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let string = vm.string(&inst.dst)?;
    let index = u32::try_from(index).map_err(|_| Trap::Bounds)?;
    let new = vm.heap.insert(string, index, value.cast_unsigned())?.ok_or(Trap::Bounds)?;
    if new != string {
        vm.charge(vm.heap.string_len(new));
    }
    vm.set_reference(&inst.dst, new)
}

pub(super) fn Addc(vm: &mut Vm, inst: &Inst) -> Step {
    let second = vm.string(&inst.src)?;
    let first = vm.string(&inst.mid)?;
    // A string that is about to be replaced by the longer one may grow in its place.
    let append = same_place(inst);
    let new = vm.heap.concatenate(first, second, append)?;
    if new != first {
        vm.charge(vm.heap.string_len(new));
    }
    vm.set_reference(&inst.dst, new)
}

fn same_place(inst: &Inst) -> bool {
    let (mid, dst) = (&inst.mid, &inst.dst);
    (mid.mode, mid.first, mid.second) == (dst.mode, dst.first, dst.second)
}

pub(super) fn Slicec(vm: &mut Vm, inst: &Inst) -> Step {
    let (from, to) = (vm.word(&inst.src)?.cast_unsigned(), vm.word(&inst.mid)?.cast_unsigned());
    let string = vm.string(&inst.dst)?;
    if from > to || to > vm.heap.string_len(string) {
        return Err(Trap::Bounds);
    }
    vm.charge(to - from);
    let new = vm.heap.substring(string, from, to)?;
    vm.set_reference(&inst.dst, new)
}

pub(super) fn Cvtca(vm: &mut Vm, inst: &Inst) -> Step {
    let string = vm.string(&inst.src)?;
    vm.charge(vm.heap.string_len(string));
    let text = vm.heap.text(string);
    let array = vm.heap.new_bytes(&text)?;
    vm.set_reference(&inst.dst, array)
}

pub(super) fn Cvtac(vm: &mut Vm, inst: &Inst) -> Step {
    let array = vm.typed(&inst.src, types::ARRAY)?;
    if !vm.heap.is_bytes(array) {
        return Err(Trap::Type);
    }
    let string = match array {
        NIL => NIL,
        _ => {
            let bytes = vm.heap.array_bytes(array).to_vec();
            vm.charge(bytes.len() as u32);
            vm.heap.new_text(&bytes)?
        }
    };
    vm.set_reference(&inst.dst, string)
}
