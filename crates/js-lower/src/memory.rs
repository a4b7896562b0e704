//! What all accesses to objects need: checks of cells, kinds and classes, slots, the write barrier.

use crate::emit::{Emitter, VALUE};
use crate::runtime::Reason;
use crate::value::{CELL_COUNT, CELL_FIRST, Val};
use ir::{AliasClass, Block, IntCond, Op as Ir, Type, Value};
use js_rt::offsets::*;

impl Emitter<'_> {
    /// Whether a word is that of a cell.
    pub(crate) fn is_cell(&mut self, word: Value) -> Value {
        let (first, count) = (self.int(CELL_FIRST), self.int(CELL_COUNT));
        let distance = self.b().binary(Ir::Isub, word, first);
        self.b().icmp(IntCond::Ult, distance, count)
    }

    /// Goes on when a condition holds; else to a block, or out of here.
    pub(crate) fn check(&mut self, holds: Value, slow: Option<Block>, reason: Reason) {
        match slow {
            Some(slow) => self.or_else(holds, slow),
            None => self.guard(holds, reason),
        }
    }

    /// The address of a value that is a cell of a kind.
    pub(crate) fn cell(&mut self, value: Val, kind: u8, slow: Option<Block>) -> Value {
        let word = self.boxed(value);
        let holds = self.is_cell(word);
        self.check(holds, slow, Reason::Shape);
        let pointer = self.pointer(word);
        let found = self.load_byte(pointer, HEADER_KIND, self.classes.kinds);
        let wanted = self.small(kind.into());
        let holds = self.b().icmp(IntCond::Eq, found, wanted);
        self.check(holds, slow, Reason::Shape);
        pointer
    }

    /// The address of a value that is an object.
    pub(crate) fn object(&mut self, value: Val, slow: Option<Block>) -> Value {
        self.cell(value, KIND_OBJECT, slow)
    }

    /// Whether an object is of a class.
    pub(crate) fn is_class(&mut self, object: Value, class: u8) -> Value {
        let found = self.load_byte(object, HEADER_AUX, self.classes.classes);
        let wanted = self.small(class.into());
        self.b().icmp(IntCond::Eq, found, wanted)
    }

    /// Whether an object has a shape.
    pub(crate) fn has_shape(&mut self, object: Value, shape: u64) -> Value {
        let found = self.load(Type::I64, object, OBJECT_SHAPE, self.classes.shapes);
        let wanted = self.int(shape);
        self.b().icmp(IntCond::Eq, found, wanted)
    }

    /// Whether no prototype's shape changed since an entry of a cache was made.
    pub(crate) fn same_epoch(&mut self, epoch: u64) -> Value {
        let address = self.address(self.snapshot.cells.proto_epoch);
        let found = self.load(Type::I64, address, 0, self.classes.epoch);
        let wanted = self.int(epoch);
        self.b().icmp(IntCond::Eq, found, wanted)
    }

    /// Where a slot of an object is: what to add to for its address, and the offset there. `outside` says in which of two places it is.
    pub(crate) fn slot_place(
        &mut self,
        object: Value,
        slot: u32,
        outside: bool,
        slow: Option<Block>,
    ) -> Place {
        let word = self.load(Type::I64, object, OBJECT_SLOTS, self.classes.shapes);
        let (mask, number) = (self.int(OBJECT_INLINE_MASK), self.int(slot.into()));
        let inline = self.b().binary(Ir::Band, word, mask);
        let here = self.b().icmp(IntCond::Ult, number, inline);
        if !outside {
            self.check(here, slow, Reason::Shape);
            return Place {
                owner: object,
                base: object,
                offset: OBJECT_INLINE + VALUE as usize * slot as usize,
            };
        }
        let no = self.b().bconst(false);
        let there = self.b().icmp(IntCond::Eq, here, no);
        self.check(there, slow, Reason::Shape);
        let row = self.b().binary(Ir::Isub, word, inline);
        let row = self.pointer(row);
        let number = self.b().binary(Ir::Isub, number, inline);
        let room = self.load(Type::I64, row, SLOTS_CAPACITY, self.classes.fixed);
        let fits = self.b().icmp(IntCond::Ult, number, room);
        self.check(fits, slow, Reason::Shape);
        let three = self.int(3);
        let distance = self.b().binary(Ir::Ishl, number, three);
        let base = self.b().binary(Ir::PtrAdd, row, distance);
        Place { owner: row, base, offset: SLOTS_VALUES }
    }

    /// The word at a place, which is not empty.
    pub(crate) fn load_place(&mut self, place: Place, slow: Option<Block>, reason: Reason) -> Value {
        let word = self.load(Type::I64, place.base, place.offset, self.classes.properties);
        self.not_empty(word, slow, reason);
        word
    }

    pub(crate) fn not_empty(&mut self, word: Value, slow: Option<Block>, reason: Reason) {
        let zero = self.int(0);
        let some = self.b().icmp(IntCond::Ne, word, zero);
        self.check(some, slow, reason);
    }

    /// Stores a value, and reports that where one old object now refers to another.
    pub(crate) fn store_place(&mut self, value: Val, place: Place, class: AliasClass) {
        let word = self.boxed(value);
        self.store(word, place.base, place.offset, class);
        if value.may_be_cell() {
            self.report(word, place.owner);
        }
    }

    /// The write barrier.
    pub(crate) fn report(&mut self, word: Value, owner: Value) {
        let (on, cell, old) = (self.new_block(&[]), self.new_block(&[]), self.cold_block());
        let is_cell = self.is_cell(word);
        self.b().brif(is_cell, (cell, &[]), (on, &[]));
        self.switch_to(cell);
        let state = self.load_byte(owner, HEADER_STATE, self.classes.states);
        let wanted = self.small(STATE_OLD.into());
        let is_old = self.b().icmp(IntCond::Eq, state, wanted);
        self.b().brif(is_old, (old, &[]), (on, &[]));
        self.switch_to(old);
        let owner = self.b().unary(Ir::PtrToInt, owner);
        self.runtime(self.functions.wrote, &[owner]);
        self.b().jump(on, &[]);
        self.switch_to(on);
    }
}

/// Where a value is in an object or a row of values.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// What the write barrier is told.
    pub(crate) owner: Value,
    pub(crate) base: Value,
    pub(crate) offset: usize,
}
