//! Branches, jumps, and tables of targets.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use std::cmp::Ordering;

impl Vm {
    /// Goes to an instruction. Going back costs fuel.
    #[inline]
    fn jump(&mut self, to: u32) -> Step {
        if to < self.pc {
            self.spend()?;
            self.pc = to;
            return self.count();
        }
        self.pc = to;
        Ok(())
    }
}

macro_rules! branches {
    ($($name:ident $get:ident $operator:tt;)*) => {
        $(
            #[inline(always)]
            pub(super) fn $name(vm: &mut Vm, inst: &Inst) -> Step {
                let left = vm.$get(&inst.src)?;
                let right = vm.$get(&inst.mid)?;
                if left $operator right { vm.jump(inst.dst.first) } else { Ok(()) }
            }
        )*
    };
}

branches! {
    Beqb byte ==; Bneb byte !=; Bltb byte <; Bleb byte <=; Bgtb byte >; Bgeb byte >=;
    Beqw word ==; Bnew word !=; Bltw word <; Blew word <=; Bgtw word >; Bgew word >=;
    Beql big ==; Bnel big !=; Bltl big <; Blel big <=; Bgtl big >; Bgel big >=;
    Beqf real ==; Bnef real !=; Bltf real <; Blef real <=; Bgtf real >; Bgef real >=;
}

fn compare(vm: &mut Vm, inst: &Inst, wanted: fn(Ordering) -> bool) -> Step {
    let left = vm.string(&inst.src)?;
    let right = vm.string(&inst.mid)?;
    vm.charge(vm.heap.string_len(left).min(vm.heap.string_len(right)));
    if wanted(vm.heap.compare(left, right)) { vm.jump(inst.dst.first) } else { Ok(()) }
}

macro_rules! string_branches {
    ($($name:ident $wanted:ident;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, inst: &Inst) -> Step { compare(vm, inst, Ordering::$wanted) })*
    };
}

string_branches! { Beqc is_eq; Bnec is_ne; Bltc is_lt; Blec is_le; Bgtc is_gt; Bgec is_ge; }

#[inline]
pub(super) fn Jmp(vm: &mut Vm, inst: &Inst) -> Step {
    vm.jump(inst.dst.first)
}

/// Goes where a table says. There is nothing for what the compiler thought impossible.
fn table_jump(vm: &mut Vm, target: Option<u32>) -> Step {
    match target {
        Some(target) => vm.jump(target),
        None => Err(Trap::Invalid),
    }
}

pub(super) fn Goto(vm: &mut Vm, inst: &Inst) -> Step {
    let index = vm.word(&inst.src)?;
    let target = vm.code.tables[inst.extra as usize].goto(index).ok_or(Trap::Bounds)?;
    vm.jump(target)
}

pub(super) fn Case(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.word(&inst.src)?;
    let target = vm.code.tables[inst.extra as usize].number(value.into());
    table_jump(vm, target)
}

pub(super) fn Casel(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.big(&inst.src)?;
    let target = vm.code.tables[inst.extra as usize].number(value);
    table_jump(vm, target)
}

pub(super) fn Casec(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.string(&inst.src)?;
    vm.charge(vm.heap.string_len(value));
    let target =
        vm.code.tables[inst.extra as usize].string(|other| vm.heap.chars(value).cmp(other.iter().copied()));
    table_jump(vm, target)
}
