//! What all accesses to objects need: checks of cells, kinds and classes, slots, the write barrier.

use crate::emit::{Emitter, VALUE};
use crate::runtime::Reason;
use crate::value::{CELL_COUNT, CELL_FIRST, Val};
use ir::{AliasClass, AliasClassData, Block, IntCond, Op as Ir, Type, Value};
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

    /// The address of a value that is an object, and whose flags and class are in `wanted` as far as they are in `mask`. That costs one
    /// comparison: all of it is in the header. `class` says whether it may change.
    pub(crate) fn object_like(
        &mut self,
        value: Val,
        (mask, wanted): (u32, u32),
        class: AliasClass,
        slow: Option<Block>,
    ) -> Value {
        let word = self.boxed(value);
        let holds = self.is_cell(word);
        self.check(holds, slow, Reason::Shape);
        let pointer = self.pointer(word);
        let header = self.load(Type::I64, pointer, HEADER_KIND, class);
        let mask = self.int(u64::from(mask) << AUX_SHIFT | 0xff);
        let wanted = self.int(u64::from(wanted) << AUX_SHIFT | u64::from(KIND_OBJECT));
        let found = self.b().binary(Ir::Band, header, mask);
        let holds = self.b().icmp(IntCond::Eq, found, wanted);
        self.check(holds, slow, Reason::Shape);
        pointer
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
        let address = self.address(self.at.snapshot.cells.proto_epoch);
        let found = self.load(Type::I64, address, 0, self.classes.epoch);
        let wanted = self.int(epoch);
        self.b().icmp(IntCond::Eq, found, wanted)
    }

    /// Where a slot of an object is: what to add to for its address, and the offset there. `within` says in which of two places it is: a slot
    /// in the object that is not in front of this one, none if this one is outside.
    pub(crate) fn slot_place(
        &mut self,
        object: Value,
        slot: u32,
        within: Option<u32>,
        slow: Option<Block>,
    ) -> Place {
        let word = self.load(Type::I64, object, OBJECT_SLOTS, self.classes.shapes);
        let (mask, number) = (self.int(OBJECT_INLINE_MASK), self.int(within.unwrap_or(slot).into()));
        let inline = self.b().binary(Ir::Band, word, mask);
        let here = self.b().icmp(IntCond::Ult, number, inline);
        if within.is_some() {
            self.check(here, slow, Reason::Shape);
            let (offset, class) =
                (OBJECT_INLINE + VALUE as usize * slot as usize, self.slots(Slots::Inline(slot)));
            return Place { owner: object, base: object, offset, class };
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
        Place { owner: row, base, offset: SLOTS_VALUES, class: self.slots(Slots::Row(slot)) }
    }

    /// The kind of memory that slots of a number are: no two objects have slots of different numbers in one place.
    pub(crate) fn slots(&mut self, slots: Slots) -> AliasClass {
        if let Some((_, class)) = self.slots.iter().find(|(known, _)| *known == slots) {
            return *class;
        }
        let name = match slots {
            Slots::Inline(number) => format!("slot{number}"),
            Slots::Row(number) => format!("row{number}"),
            Slots::Variable(number) => format!("variable{number}"),
        };
        let class = self.module.classes.push(AliasClassData { name, immutable: false });
        self.slots.push((slots, class));
        class
    }

    /// The word at a place, which is not empty.
    pub(crate) fn load_place(&mut self, place: Place, slow: Option<Block>, reason: Reason) -> Value {
        let word = self.load(Type::I64, place.base, place.offset, place.class);
        self.not_empty(word, slow, reason);
        word
    }

    pub(crate) fn not_empty(&mut self, word: Value, slow: Option<Block>, reason: Reason) {
        let zero = self.int(0);
        let some = self.b().icmp(IntCond::Ne, word, zero);
        self.check(some, slow, reason);
    }

    /// Stores a value, and reports that where one old object now refers to another.
    pub(crate) fn store_place(&mut self, value: Val, place: Place) {
        let word = self.boxed(value);
        self.store(word, place.base, place.offset, place.class);
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

/// Where flags and class are in the word of a header, whose first byte is the kind.
const AUX_SHIFT: usize = 8 * (HEADER_AUX - HEADER_KIND);
const _: () = assert!(HEADER_KIND.is_multiple_of(8) && AUX_SHIFT == 32);

/// Where a value is in an object or a row of values.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// What the write barrier is told.
    pub(crate) owner: Value,
    pub(crate) base: Value,
    pub(crate) offset: usize,
    /// What memory it is.
    pub(crate) class: AliasClass,
}

/// Slots that are memory of a kind of their own, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slots {
    /// In objects.
    Inline(u32),
    /// In rows outside of them; the number counts those in the object, too.
    Row(u32),
    /// In environments.
    Variable(u32),
}
