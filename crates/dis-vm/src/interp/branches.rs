//! Branches, jumps, and tables of targets.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, types};
use std::cmp::Ordering;

impl Vm {
    /// Goes to an instruction. Going back costs fuel.
    #[inline]
    fn jump(&mut self, to: u32) -> Step {
        if to < self.pc {
            self.spend()?;
        }
        self.pc = to;
        Ok(())
    }
}

macro_rules! branches {
    ($($name:ident $get:ident $operator:tt;)*) => {
        $(
            #[inline]
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

pub(super) fn Goto(vm: &mut Vm, inst: &Inst) -> Step {
    let index = vm.word(&inst.src)?;
    let table = vm.at(&inst.dst, Use::Read(0))?;
    let count = vm.heap.memory.word(table - vm.word);
    if index < 0 || index >= count {
        return Err(Trap::Bounds);
    }
    vm.table_jump(table + index.cast_unsigned() * vm.word)
}

impl Vm {
    /// Goes where an entry of a table says. There is none for what the compiler thought impossible.
    fn table_jump(&mut self, entry: Addr) -> Step {
        match u32::try_from(self.heap.memory.word(entry)) {
            Ok(to) => self.jump(to),
            Err(_) => Err(Trap::Invalid),
        }
    }

    /// The entry of a sorted table that a value is in, by halving: `order` says where the value is seen from an entry.
    fn search(
        &self,
        table: Addr,
        stride: u32,
        count: i32,
        order: impl Fn(&Vm, Addr) -> Ordering,
    ) -> Option<Addr> {
        let (mut low, mut high) = (0, count.max(0).cast_unsigned());
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = table + middle * stride;
            match order(self, entry) {
                Ordering::Less => high = middle,
                Ordering::Greater => low = middle + 1,
                Ordering::Equal => return Some(entry),
            }
        }
        None
    }
}

/// Where a value is seen from a range whose end does not belong to it.
fn seen<T: PartialOrd>(value: T, low: T, high: T) -> Ordering {
    if value < low {
        Ordering::Less
    } else if value >= high {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

pub(super) fn Case(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.word(&inst.src)?;
    let head = vm.at(&inst.dst, Use::Read(0))?;
    let (word, count) = (vm.word, vm.heap.memory.word(head));
    let table = head + word;
    let order = |vm: &Vm, at| seen(value, vm.heap.memory.word(at), vm.heap.memory.word(at + word));
    let entry = vm.search(table, 3 * word, count, order);
    vm.table_jump(entry.map_or(table + 3 * word * count.cast_unsigned(), |entry| entry + 2 * word))
}

pub(super) fn Casel(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.big(&inst.src)?;
    let head = vm.at(&inst.dst, Use::Read(0))?;
    let (word, count) = (vm.word, vm.heap.memory.word(head));
    let (table, stride) = (head + 2 * word, 16 + 2 * word);
    let order = |vm: &Vm, at| seen(value, vm.heap.memory.big(at), vm.heap.memory.big(at + 8));
    let entry = vm.search(table, stride, count, order);
    vm.table_jump(entry.map_or(table + stride * count.cast_unsigned(), |entry| entry + 16))
}

pub(super) fn Casec(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.string(&inst.src)?;
    let head = vm.at(&inst.dst, Use::Read(0))?;
    let (word, count) = (vm.word, vm.heap.memory.word(head));
    let table = head + word;
    let string = |vm: &Vm, at| {
        let string = vm.heap.memory.pointer(at);
        if string != NIL && vm.heap.type_of(string) == types::STRING { string } else { NIL }
    };
    let order = |vm: &Vm, at| {
        let (low, high) = (string(vm, at), string(vm, at + word));
        match vm.heap.compare(value, low) {
            // Both ends belong to the range; without an upper one, it is a single string.
            Ordering::Greater if high != NIL && vm.heap.compare(value, high).is_le() => Ordering::Equal,
            order => order,
        }
    };
    let entry = vm.search(table, 3 * word, count, order);
    vm.table_jump(entry.map_or(table + 3 * word * count.cast_unsigned(), |entry| entry + 2 * word))
}
