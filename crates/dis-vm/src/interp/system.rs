//! Calls, procs, channels, exceptions, modules: what concerns more than operands. Most of it is elsewhere.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{NIL, types};
use std::rc::Rc;

pub(super) fn Nop(_: &mut Vm, _: &Inst) -> Step {
    Ok(())
}

pub(super) fn Runt(_: &mut Vm, _: &Inst) -> Step {
    Ok(())
}

pub(super) fn Eclr(_: &mut Vm, _: &Inst) -> Step {
    Ok(())
}

pub(super) fn Frame(vm: &mut Vm, inst: &Inst) -> Step {
    vm.frame(inst)
}

pub(super) fn Mframe(vm: &mut Vm, inst: &Inst) -> Step {
    vm.mframe(inst)
}

pub(super) fn Call(vm: &mut Vm, inst: &Inst) -> Step {
    vm.call(inst)
}

pub(super) fn Mcall(vm: &mut Vm, inst: &Inst) -> Step {
    vm.mcall(inst)
}

pub(super) fn Ret(vm: &mut Vm, _: &Inst) -> Step {
    vm.ret()
}

pub(super) fn Spawn(vm: &mut Vm, inst: &Inst) -> Step {
    vm.spawn(inst)
}

pub(super) fn Mspawn(vm: &mut Vm, inst: &Inst) -> Step {
    vm.mspawn(inst)
}

pub(super) fn Exit(_: &mut Vm, _: &Inst) -> Step {
    Err(Trap::End)
}

pub(super) fn Raise(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.reference(&inst.src)?;
    if value == NIL {
        return Err(Trap::Nil);
    }
    vm.heap.keep(value);
    let old = std::mem::replace(&mut vm.exception, value);
    vm.heap.release(old);
    Err(Trap::Value)
}

/// A module that cannot be loaded is nil, and `%r` says why.
pub(super) fn Load(vm: &mut Vm, inst: &Inst) -> Step {
    vm.bury();
    if vm.code.imports.is_none() {
        vm.message = "obsolete dis".to_owned();
        return Err(Trap::Text);
    }
    let path = vm.string(&inst.src)?;
    let path = String::from_utf8_lossy(&vm.heap.text(path)).into_owned();
    let imports = vm.word(&inst.mid)?;
    let reference = match vm.load(&path, imports) {
        Ok(reference) => reference,
        Err(Trap::Text) => {
            vm.cur.error = std::mem::take(&mut vm.message);
            NIL
        }
        Err(trap) => return Err(trap),
    };
    vm.forget_call();
    vm.set_reference(&inst.dst, reference)
}

pub(super) fn SelfModule(vm: &mut Vm, inst: &Inst) -> Step {
    let module = vm.cur.module;
    vm.heap.keep(module);
    vm.set_reference(&inst.dst, module)
}

pub(super) fn Newcb(vm: &mut Vm, inst: &Inst) -> Step {
    vm.new_channel(inst, types::BYTE)
}

pub(super) fn Newcw(vm: &mut Vm, inst: &Inst) -> Step {
    vm.new_channel(inst, types::WORD)
}

pub(super) fn Newcl(vm: &mut Vm, inst: &Inst) -> Step {
    vm.new_channel(inst, types::BIG)
}

pub(super) fn Newcf(vm: &mut Vm, inst: &Inst) -> Step {
    vm.new_channel(inst, types::REAL)
}

pub(super) fn Newcp(vm: &mut Vm, inst: &Inst) -> Step {
    vm.new_channel(inst, types::POINTER)
}

pub(super) fn Newcm(vm: &mut Vm, inst: &Inst) -> Step {
    let size = u32::try_from(vm.word(&inst.src)?).map_err(|_| Trap::NegativeSize)?;
    let ty = vm.heap.types.intern(&Rc::from("chan"), 0, size, &[]);
    vm.new_channel(inst, ty)
}

pub(super) fn Newcmp(vm: &mut Vm, inst: &Inst) -> Step {
    let ty = vm.type_operand(&inst.src);
    vm.new_channel(inst, ty)
}

pub(super) fn Send(vm: &mut Vm, inst: &Inst) -> Step {
    vm.send(inst)
}

pub(super) fn Recv(vm: &mut Vm, inst: &Inst) -> Step {
    vm.recv(inst)
}

pub(super) fn Alt(vm: &mut Vm, inst: &Inst) -> Step {
    vm.alt(inst, true)
}

pub(super) fn Nbalt(vm: &mut Vm, inst: &Inst) -> Step {
    vm.alt(inst, false)
}
