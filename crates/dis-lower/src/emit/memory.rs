//! Constants, memory, and the slots of the frame.

use super::{Emitter, Filling, Goes};
use dis_vm::tier::Slot;
use ir::{AliasClass, Imm, Op as Ir, Type, Value};

impl Emitter<'_> {
    // Constants and memory.

    pub(crate) fn int(&mut self, value: i64) -> Value {
        self.b().iconst(Type::I64, value)
    }

    pub(crate) fn word(&mut self, value: u32) -> Value {
        self.b().iconst(Type::I32, i64::from(value.cast_signed()))
    }

    /// Where memory begins.
    pub(crate) fn base(&mut self) -> Value {
        let base = self.snapshot.base as i64;
        self.b().with_imm(Ir::Pconst, None, &[], Imm::Int(base))
    }

    /// The place at an address of the machine.
    pub(crate) fn host(&mut self, address: Value) -> Value {
        let (base, offset) = (self.base(), self.b().unary(Ir::Zext, address));
        self.b().binary(Ir::PtrAdd, base, offset)
    }

    /// The machine's address of a place in the host's memory.
    pub(crate) fn address_at(&mut self, place: Value) -> Value {
        let (base, place) = (self.word(self.snapshot.base as u32), self.b().unary(Ir::Wrap, place));
        self.b().binary(Ir::Isub, place, base)
    }

    /// 32 bits.
    pub(crate) fn word_at(&mut self, at: Value, offset: i32, class: AliasClass) -> Value {
        self.b().load(Type::I32, at, offset, class)
    }

    pub(crate) fn store(&mut self, value: Value, at: Value, offset: i32, class: AliasClass) {
        self.b().store(value, at, offset, class);
    }

    fn shared_base(&mut self) -> Value {
        let shared = self.snapshot.shared as i64;
        self.b().with_imm(Ir::Pconst, None, &[], Imm::Int(shared))
    }

    /// A word that is shared with the machine.
    pub(crate) fn shared(&mut self, offset: i32, class: AliasClass) -> Value {
        let base = self.shared_base();
        self.b().load(Type::I64, base, offset, class)
    }

    pub(crate) fn set_shared(&mut self, offset: i32, value: Value) {
        let (base, class) = (self.shared_base(), self.classes.shared);
        self.b().store(value, base, offset, class);
    }

    pub(crate) fn load_as(&mut self, slot: Slot, at: Value, offset: i32, class: AliasClass) -> Value {
        match slot {
            Slot::Byte => {
                let imm = Imm::Mem { offset, class };
                self.b().with_imm(Ir::LoadU8, Some(Type::I32), &[at], imm)
            }
            Slot::Word | Slot::Reference => self.b().load(Type::I32, at, offset, class),
            Slot::Big => self.b().load(Type::I64, at, offset, class),
            Slot::Real => self.b().load(Type::F64, at, offset, class),
        }
    }

    pub(crate) fn store_as(&mut self, slot: Slot, value: Value, at: Value, offset: i32, class: AliasClass) {
        match slot {
            Slot::Byte => {
                let imm = Imm::Mem { offset, class };
                self.b().op(Ir::Store8, Some(Type::I32), &[value, at], imm);
            }
            Slot::Word | Slot::Reference if self.snapshot.word == 8 => {
                let wide = self.b().unary(Ir::Sext, value);
                self.b().store(wide, at, offset, class);
            }
            _ => self.b().store(value, at, offset, class),
        }
    }

    // Slots.

    pub(super) fn load_slot(&mut self, slot: usize) -> Value {
        let (at, kind) = self.slots.list[slot];
        self.load_as(kind, self.fp, at as i32, self.classes.frames)
    }

    pub(crate) fn get(&mut self, slot: usize) -> Value {
        match self.known.values[slot] {
            Some(value) => value,
            None => {
                let value = self.load_slot(slot);
                self.known.values[slot] = Some(value);
                value
            }
        }
    }

    pub(crate) fn set(&mut self, slot: usize, value: Value) {
        let (at, kind) = self.slots.list[slot];
        self.known.values[slot] = Some(value);
        self.forget(at);
        if kind == Slot::Reference {
            self.store_as(kind, value, self.fp, at as i32, self.classes.frames);
        } else {
            self.known.dirty.insert(slot);
        }
    }

    /// A slot at this offset has another value: what was known of the address in it is void.
    pub(crate) fn forget(&mut self, at: u32) {
        self.known.elements.retain(|element| element.at != at);
        self.known.pending.iter_mut().filter(|filling| filling.at == at).for_each(Filling::forget);
    }

    /// Slots of which memory has to be told when the interpreter goes on at an instruction.
    pub(super) fn unsaved(&self, pc: u32) -> Vec<usize> {
        let live = self.slots.live.get(&pc);
        self.known.dirty.iter().filter(|slot| live.is_none_or(|live| live.has(*slot))).collect()
    }

    /// Puts slots into memory for the interpreter.
    pub(crate) fn save(&mut self, pc: u32) {
        for slot in self.unsaved(pc) {
            self.save_slot(slot);
        }
        self.known.dirty.clear();
    }

    /// Puts those into memory that a callee finds where its result is to be, and behind.
    pub(crate) fn save_from(&mut self, result: Goes) {
        let from = match result {
            Goes::Here(offset) => offset,
            Goes::On => return,
            Goes::Anywhere => self.slots.results,
        };
        let dirty: Vec<usize> =
            self.known.dirty.iter().filter(|slot| self.slots.list[*slot].0 >= from).collect();
        for slot in dirty {
            self.save_slot(slot);
            self.known.dirty.remove(slot);
        }
    }

    fn save_slot(&mut self, slot: usize) {
        let (at, kind) = self.slots.list[slot];
        if let Some(value) = self.known.values[slot] {
            self.store_as(kind, value, self.fp, at as i32, self.classes.frames);
        }
    }
}
