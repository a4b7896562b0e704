//! Tables: values by string keys, in the order in which the keys came.

use super::{Buffer, Index, Str, Value, kept};
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// Entries up to which keys are looked for one by one.
pub(crate) const FEW: usize = 8;
/// An index place that no entry has.
pub(crate) const EMPTY: u32 = 0;

/// A table. Entries lie in a buffer, key and value in turns; a deleted entry has no key. Tables with more than a few entries
/// have an index: a hash table with linear probing of entry numbers from 1.
#[derive(Default)]
#[repr(C)]
pub struct Table {
    entries: Cell<Option<Gc<Buffer>>>,
    /// Entries, deleted ones included.
    used: Cell<usize>,
    /// Entries that are not deleted.
    live: Cell<usize>,
    index: Cell<Option<Gc<Index>>>,
}

// SAFETY: no other kind has this number; `trace` reports both handles; nothing belongs to a thread.
unsafe impl Object for Table {
    const KIND: u8 = 7;
    const NAME: &'static str = "table";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.entries.get());
        tracer.edge_opt(self.index.get());
    }
}

impl Table {
    /// Offset of the handle of the entries.
    pub const ENTRIES_OFFSET: usize = std::mem::offset_of!(Table, entries);
    /// Offset of the number of entries, deleted ones included, a `usize`.
    pub const USED_OFFSET: usize = std::mem::offset_of!(Table, used);

    /// Offset of the handle of the index, 0 without one.
    pub const INDEX_OFFSET: usize = std::mem::offset_of!(Table, index);

    /// Number of entries.
    #[inline]
    pub fn len(&self) -> usize {
        self.live.get()
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.live.get() == 0
    }

    /// Number of entries, deleted ones included: where iteration ends.
    pub fn used(&self) -> usize {
        self.used.get()
    }

    fn slots(&self) -> Option<&[Cell<Value>]> {
        let entries = self.entries.get()?;
        // SAFETY: as for the elements of an array: the table keeps the buffer alive, or else a word on the stack does.
        let entries: &Buffer = unsafe { kept(entries) };
        Some(entries.slots())
    }

    pub(crate) fn buffer(&self) -> Option<Gc<Buffer>> {
        self.entries.get()
    }

    /// The entry at a place; `None` when it is deleted or there is none.
    #[inline]
    pub fn entry(&self, place: usize) -> Option<(Gc<Str>, Value)> {
        let slots = self.slots()?;
        if place >= self.used.get() {
            return None;
        }
        let key = slots.get(2 * place)?.get().get::<Str>()?;
        Some((key, slots.get(2 * place + 1)?.get()))
    }

    /// The entries that are not deleted, in order.
    pub fn entries(&self) -> impl Iterator<Item = (Gc<Str>, Value)> + '_ {
        (0..self.used()).filter_map(|place| self.entry(place))
    }

    /// The place of a key.
    pub fn find(&self, key: &Str) -> Option<usize> {
        let is_it = |place: usize| self.entry(place).is_some_and(|(other, _)| other.content_equals(key));
        let Some(index) = self.index.get() else {
            return (0..self.used()).find(|place| is_it(*place));
        };
        let places = index.places();
        let mask = places.len() - 1;
        let mut at = key.hash() as usize & mask;
        // An index is never full.
        loop {
            match places[at].get() {
                EMPTY => return None,
                number if is_it(number as usize - 1) => return Some(number as usize - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &Str) -> Option<Value> {
        let place = self.find(key)?;
        self.entry(place).map(|(_, value)| value)
    }

    /// Sets the value at a place.
    pub(crate) fn set_value(&self, place: usize, value: Value) {
        if let Some(slot) = self.slots().and_then(|slots| slots.get(2 * place + 1)) {
            slot.set(value);
        }
    }

    /// Removes a key; whether it was there.
    pub fn delete(&self, key: &Str) -> bool {
        let Some(place) = self.find(key) else { return false };
        if let Some(slots) = self.slots() {
            slots[2 * place].set(Value::ABSENT);
            slots[2 * place + 1].set(Value::NIL);
            self.live.set(self.live.get() - 1);
        }
        true
    }

    /// Entries that fit without a larger buffer.
    pub(crate) fn capacity(&self) -> usize {
        self.slots().map_or(0, |slots| slots.len() / 2)
    }

    /// Appends an entry for a key that is not there, into room that is.
    pub(crate) fn append(&self, key: Gc<Str>, value: Value) {
        let place = self.used.get();
        if let Some(slots) = self.slots() {
            slots[2 * place].set(key.into());
            slots[2 * place + 1].set(value);
            self.used.set(place + 1);
            self.live.set(self.live.get() + 1);
        }
        if let Some(index) = self.index.get() {
            enter(&index, key.hash(), place);
        }
    }

    /// Moves the entries that are not deleted into a larger buffer, with an index unless they will be few.
    pub(crate) fn grow(&self, entries: Gc<Buffer>, index: Option<Gc<Index>>) {
        let slots = entries.slots();
        let mut used = 0;
        for (key, value) in self.entries() {
            slots[2 * used].set(key.into());
            slots[2 * used + 1].set(value);
            if let Some(index) = index {
                enter(&index, key.hash(), used);
            }
            used += 1;
        }
        self.entries.set(Some(entries));
        self.index.set(index);
        self.used.set(used);
    }

    /// Forgets all entries.
    pub fn clear(&self) {
        self.entries.set(None);
        self.index.set(None);
        self.used.set(0);
        self.live.set(0);
    }
}

fn enter(index: &Index, hash: u32, place: usize) {
    let places = index.places();
    let mask = places.len() - 1;
    let mut at = hash as usize & mask;
    while places[at].get() != EMPTY {
        at = (at + 1) & mask;
    }
    places[at].set(place as u32 + 1);
}
