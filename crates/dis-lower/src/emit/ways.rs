//! Blocks and the ways between them.

use super::{Element, Emitter, Filling, Known};
use crate::signature;
use dis_vm::tier::{self, Slot};
use ir::{Block, Entity, Func, Function, IntCond, Op as Ir, Type, Value};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Element {
    /// Only what is known on another way, too, is known.
    fn meet(&mut self, others: &[Element]) -> bool {
        let same = |other: &&Element| (other.at, other.host, other.freed) == (self.at, self.host, self.freed);
        let other = others.iter().find(same);
        self.fresh &= other.is_some_and(|other| other.fresh);
        other.is_some()
    }
}

impl Emitter<'_> {
    pub(crate) fn new_block(&mut self, params: &[Type]) -> Block {
        self.b().add_block(params)
    }

    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.b().add_block(&[]);
        self.body.blocks[block].cold = true;
        block
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    pub(crate) fn params(&self, block: Block) -> Vec<Value> {
        self.body.blocks[block].params.to_vec()
    }

    /// Emits something after which what is known is what it was before.
    pub(crate) fn apart(&mut self, emit: impl FnOnce(&mut Self)) {
        let known = self.known.clone();
        emit(self);
        self.known = known;
    }

    /// Ends the block: on with the one that begins with an instruction. Going back costs fuel.
    pub(crate) fn jump_to(&mut self, pc: u32) {
        if pc <= self.pc && self.snapshot.limited {
            self.spend();
        }
        self.goto_pc(pc);
    }

    /// Takes fuel; without any, the interpreter sees to this instruction, whose time is not counted then.
    pub(crate) fn spend(&mut self) {
        let class = self.classes.shared;
        let fuel = self.shared(tier::shared::FUEL, class);
        let zero = self.int(0);
        let some = self.b().icmp(IntCond::Ne, fuel, zero);
        self.leave_unless(some);
        let one = self.int(1);
        let less = self.b().binary(Ir::Isub, fuel, one);
        self.set_shared(tier::shared::FUEL, less);
    }

    /// Leaves for the interpreter, which executes this instruction, unless the condition holds; for what is rarely so.
    pub(crate) fn leave_unless(&mut self, holds: Value) {
        let off = self.cold_block();
        let on = if self.body.blocks[self.block].cold { self.cold_block() } else { self.new_block(&[]) };
        self.b().brif(holds, (on, &[]), (off, &[]));
        self.switch_to(off);
        let now = std::mem::replace(&mut self.known, self.before.clone());
        self.leave(self.pc);
        self.known = now;
        self.switch_to(on);
    }

    pub(crate) fn goto_pc(&mut self, pc: u32) {
        match self.flow.at.get(&pc) {
            Some(number) => self.goto(*number),
            None => self.leave(pc),
        }
    }

    pub(super) fn goto(&mut self, number: usize) {
        if self.entries[number].as_ref().is_some_and(|entry| entry.pending.len() != self.known.pending.len())
        {
            let pc = self.flow.blocks[number].insts[0];
            return self.apart(|this| this.leave(pc));
        }
        let flow = Rc::clone(&self.flow);
        let block = &flow.blocks[number];
        let to = match self.outer {
            Some(outer) if number == 0 && self.pc < block.insts[0] => outer,
            _ => self.blocks[number],
        };
        if block.ways == 1 && !block.header && number != 0 && self.entries[number].is_none() {
            self.entries[number] = Some(self.known.clone());
            self.b().jump(to, &[]);
            return;
        }
        self.records();
        if self.entries[number].is_none() {
            self.open(number);
        }
        let args = self.arguments(number);
        self.b().jump(to, &args);
        if let Some(entry) = &mut self.entries[number] {
            entry.elements.retain_mut(|element| element.meet(&self.known.elements));
            entry.pending.iter_mut().zip(&self.known.pending).for_each(|(all, this)| all.meet(this));
        }
    }

    /// What a block is handed.
    pub(super) fn arguments(&mut self, number: usize) -> Vec<Value> {
        let live = self.live_at(number);
        let mut args: Vec<Value> = live.into_iter().map(|slot| self.get(slot)).collect();
        args.push(self.left());
        args.extend(self.known.tops());
        args
    }

    pub(super) fn live_at(&self, number: usize) -> Vec<usize> {
        let pc = self.flow.blocks[number].insts[0];
        self.slots.live.get(&pc).map_or(Vec::new(), |live| live.iter().collect())
    }

    /// Gives a block its parameters: the slots that are live, and the quantum.
    pub(super) fn open(&mut self, number: usize) {
        let block = self.blocks[number];
        let mut values = vec![None; self.slots.list.len()];
        for slot in self.live_at(number) {
            let ty = match self.slots.list[slot].1 {
                Slot::Byte | Slot::Word | Slot::Reference => Type::I32,
                Slot::Big => Type::I64,
                Slot::Real => Type::F64,
            };
            values[slot] = Some(self.body.add_param(block, ty));
        }
        let quantum = self.body.add_param(block, Type::I64);
        let dirty = self.slots.dirty[number].clone();
        let mut known = Known { values, dirty, quantum, used: 0, ..self.known.clone() };
        known.pending.iter_mut().skip(1).for_each(|each| each.below = self.body.add_param(block, Type::I64));
        if !known.pending.is_empty() {
            known.top = self.body.add_param(block, Type::I64);
        }
        let live = self.slots.live.get(&self.flow.blocks[number].insts[0]);
        let matters = |at| self.slots.at(at).is_some_and(|slot| live.is_none_or(|live| live.has(slot)));
        known.elements.retain(|element| matters(element.at));
        if self.flow.blocks[number].header {
            let changes = self.changed_in_loop(number);
            known.elements.retain(|element| changes.as_ref().is_some_and(|all| !all.contains(&element.at)));
            known.age();
            known.pending.iter_mut().for_each(Filling::forget);
        }
        self.entries[number] = Some(known);
    }

    /// Offsets of slots that the instructions of a loop name to write to. `None` when it has several entries.
    fn changed_in_loop(&self, header: usize) -> Option<BTreeSet<u32>> {
        let insts = self.flow.body(header)?.into_iter().flat_map(|block| &self.flow.blocks[block].insts);
        let written = insts.flat_map(|pc| self.slots.written(&self.snapshot.insts[pc]));
        Some(written.map(|slot| self.slots.list[slot].0).collect())
    }

    /// The number in the module of the function that begins with an instruction.
    pub(crate) fn callee(&mut self, code: u32, pc: u32) -> Func {
        let index = self.begins.iter().position(|begin| *begin == (code, pc)).unwrap_or_else(|| {
            self.begins.push((code, pc));
            let name = match code == self.snapshot.code {
                true => format!("{}.{pc}", self.snapshot.name),
                false => format!("{code}.{pc}"),
            };
            self.module.functions.push(Function { name, signature: signature(), ..Function::default() });
            self.begins.len() - 1
        });
        Func::from_index(index)
    }
}
