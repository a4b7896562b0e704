//! The properties of shapes: keys and attributes by slot, with a hash table when they are many.

use super::key::hash_bits;
use super::{PropertyKey, Tail, behind, kind};
use crate::Attrs;
use heap::{Object, Tracer};
use std::cell::Cell;

/// Up to so many entries are looked at one by one.
const FEW: usize = 8;
/// Where the attributes are in an entry's word. Addresses end well below.
const ATTRS_SHIFT: u32 = 56;
const KEY_MASK: u64 = (1 << ATTRS_SHIFT) - 1;

/// Keys and attributes, the place being the slot.
///
/// Shapes that come from one another by adding properties share a table: each uses as many entries as it has properties. Only
/// a shape that uses all entries has its child's appended in place; others get a copy. So a chain of shapes takes memory in
/// proportion to its length, and every shape finds keys as quickly.
///
/// A deleted entry, of a dictionary only, is zero.
#[repr(C)]
pub struct PropertyTable {
    used: Cell<u32>,
    capacity: Cell<u32>,
    /// Entries that are not deleted.
    live: Cell<u32>,
    /// Length of the hash table less one; 0 without one.
    mask: Cell<u32>,
}

// SAFETY: no other kind has this number; `trace` reports all keys; nothing belongs to a thread.
unsafe impl Object for PropertyTable {
    const KIND: u8 = kind::PROPERTY_TABLE;
    const NAME: &'static str = "property table";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        for place in 0..self.used() {
            if let Some((key, _)) = self.entry(place) {
                key.trace(tracer);
            }
        }
    }
}

/// Length of the hash table for so many entries.
fn buckets(capacity: usize) -> usize {
    if capacity <= FEW { 0 } else { (capacity * 2).next_power_of_two() }
}

impl PropertyTable {
    pub(crate) fn new() -> PropertyTable {
        PropertyTable { used: Cell::new(0), capacity: Cell::new(0), live: Cell::new(0), mask: Cell::new(0) }
    }

    /// Entries in use, deleted ones included.
    #[inline]
    pub fn used(&self) -> u32 {
        self.used.get()
    }

    /// Entries that are not deleted.
    #[inline]
    pub fn live(&self) -> u32 {
        self.live.get()
    }

    pub(crate) fn capacity(&self) -> u32 {
        self.capacity.get()
    }

    #[inline]
    fn words(&self) -> &[Cell<u64>] {
        // SAFETY: tables are made with this many words behind them, and the hash table behind these.
        unsafe { behind(self, 0, self.capacity.get() as usize) }
    }

    #[inline]
    fn index(&self) -> &[Cell<u32>] {
        let skip = self.capacity.get() as usize * 8;
        // SAFETY: as above.
        unsafe { behind(self, skip, self.mask.get() as usize + 1) }
    }

    /// Key and attributes at a place; `None` when deleted or beyond the last.
    #[inline]
    pub fn entry(&self, place: u32) -> Option<(PropertyKey, Attrs)> {
        let word = self.words().get(place as usize)?.get();
        if word == 0 {
            return None;
        }
        // SAFETY: words are made of keys, which this table keeps alive.
        let key = unsafe { PropertyKey::from_bits(word & KEY_MASK) };
        Some((key, Attrs::from_bits((word >> ATTRS_SHIFT) as u8)))
    }

    /// Whether the entry at a place is this one.
    pub(crate) fn is(&self, place: u32, key: PropertyKey, attrs: Attrs) -> bool {
        self.words().get(place as usize).is_some_and(|word| word.get() == pack(key, attrs))
    }

    /// The place and the attributes of a key among the first `count` entries.
    #[inline]
    pub fn find(&self, key: PropertyKey, count: u32) -> Option<(u32, Attrs)> {
        if self.mask.get() != 0 {
            return self.find_hashed(key).filter(|(place, _)| *place < count);
        }
        let bits = key.bits();
        let words = self.words().get(..count as usize)?;
        let place = words.iter().position(|word| word.get() & KEY_MASK == bits)?;
        Some((place as u32, Attrs::from_bits((words[place].get() >> ATTRS_SHIFT) as u8)))
    }

    fn find_hashed(&self, key: PropertyKey) -> Option<(u32, Attrs)> {
        let (words, index) = (self.words(), self.index());
        let mask = index.len() - 1;
        let mut at = key.hash() as usize & mask;
        // The hash table is never more than half full.
        loop {
            let place = index[at].get();
            if place == 0 {
                return None;
            }
            let word = words[place as usize - 1].get();
            if word & KEY_MASK == key.bits() {
                return Some((place - 1, Attrs::from_bits((word >> ATTRS_SHIFT) as u8)));
            }
            at = (at + 1) & mask;
        }
    }

    /// Appends an entry for a key that is not there, into room that is.
    pub(crate) fn append(&self, key: PropertyKey, attrs: Attrs) {
        let place = self.used.get();
        self.words()[place as usize].set(pack(key, attrs));
        self.used.set(place + 1);
        self.live.set(self.live.get() + 1);
        if self.mask.get() == 0 {
            return;
        }
        let index = self.index();
        let mask = index.len() - 1;
        let mut at = hash_bits(key.bits()) as usize & mask;
        while index[at].get() != 0 {
            at = (at + 1) & mask;
        }
        index[at].set(place + 1);
    }

    /// Sets the attributes of an entry. Only in tables of one shape.
    pub(crate) fn set_attrs(&self, place: u32, attrs: Attrs) {
        if let Some((key, _)) = self.entry(place) {
            self.words()[place as usize].set(pack(key, attrs));
        }
    }

    /// Deletes an entry. Only in tables of dictionaries.
    pub(crate) fn delete(&self, place: u32) {
        if let Some(word) = self.words().get(place as usize)
            && word.replace(0) != 0
        {
            self.live.set(self.live.get() - 1);
        }
    }
}

fn pack(key: PropertyKey, attrs: Attrs) -> u64 {
    key.bits() | u64::from(attrs.bits()) << ATTRS_SHIFT
}

impl Tail for PropertyTable {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(8).saturating_add(buckets(parts) * 4)
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts as u32);
        self.mask.set(buckets(parts).saturating_sub(1) as u32);
    }
}
