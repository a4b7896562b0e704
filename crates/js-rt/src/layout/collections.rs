//! What maps and sets keep: entries in the order in which their keys came, found by hashing.

use super::slots::values_of;
use super::{JsBigInt, JsString, Slots, Tail, Value, behind, handle, kind};
use crate::Rt;
use heap::{Gc, Object, OutOfMemory, Tracer};
use std::cell::Cell;

/// Values that an entry takes: key, value, number.
const STRIDE: usize = 3;
/// Entries that the first room is for.
const FIRST: usize = 4;

/// `[[MapData]]` and `[[SetData]]`: values by keys, which are compared by SameValueZero.
///
/// Entries lie in a row; every entry has a number, larger than that of those before it, which it keeps when others are deleted.
/// A place in an iteration is the number of the entry that comes next: so it survives every change. A deleted entry has no key.
#[repr(C)]
pub struct OrderedTable {
    entries: Cell<Gc<Slots>>,
    index: Cell<Option<Gc<Index>>>,
    /// Entries, deleted ones included.
    used: Cell<u32>,
    /// Entries that are not deleted.
    live: Cell<u32>,
    /// The number of the next entry.
    next: Cell<u64>,
    /// The number of the first entry, if each of the others has the number after that of the one before; else 0.
    first: Cell<u64>,
}

/// A place in the iteration over a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(u64);

impl Cursor {
    /// The beginning.
    pub const START: Cursor = Cursor(0);

    /// As a number, for an internal slot.
    pub fn to_value(self) -> Value {
        Value::number(self.0 as f64)
    }

    /// From such a number; the beginning for other values.
    pub fn from_value(value: Value) -> Cursor {
        Cursor(value.as_number().unwrap_or(0.0) as u64)
    }
}

// SAFETY: no other kind has this number; `trace` reports both handles; nothing belongs to a thread.
unsafe impl Object for OrderedTable {
    const KIND: u8 = kind::ORDERED_TABLE;
    const NAME: &'static str = "ordered table";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.entries.get());
        tracer.edge_opt(self.index.get());
    }
}

/// A hash of a key such that those that are the same value have the same one.
fn hash_of(key: Value) -> u32 {
    let bits = match (key.as_number(), key.as_cell()) {
        // Integers are the same number however they are kept, and so are both zeros.
        (Some(number), _) => Value::number(number + 0.0).bits(),
        (_, Some(cell)) => match (cell.downcast::<JsString>(), cell.downcast::<JsBigInt>()) {
            (Some(string), _) => return string.hash(),
            (_, Some(big)) => {
                big.value().iter_u64_digits().fold(7u64, |hash, digit| hash.rotate_left(9) ^ digit)
            }
            _ => cell.to_bits() >> 4,
        },
        _ => key.bits(),
    };
    let mixed = bits.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32
}

/// The number of an entry.
#[inline]
fn number_of(entry: &[Cell<Value>; STRIDE]) -> u64 {
    entry[2].get().as_number().unwrap_or(0.0) as u64
}

impl OrderedTable {
    pub(crate) fn new(entries: Gc<Slots>) -> OrderedTable {
        OrderedTable {
            entries: Cell::new(entries),
            index: Cell::new(None),
            used: Cell::new(0),
            live: Cell::new(0),
            next: Cell::new(1),
            first: Cell::new(1),
        }
    }

    /// Number of entries.
    #[inline]
    pub fn len(&self) -> usize {
        self.live.get() as usize
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn slots(&self) -> &[Cell<Value>] {
        values_of(self, self.entries.get())
    }

    /// Key, value and number of an entry, be it deleted.
    #[inline]
    fn entry(&self, place: usize) -> Option<&[Cell<Value>; STRIDE]> {
        if place >= self.used.get() as usize {
            return None;
        }
        self.slots().get(place * STRIDE..)?.first_chunk()
    }

    fn find(&self, key: Value) -> Option<usize> {
        let index = self.index.get()?;
        let mut place = index.first(hash_of(key));
        while let Some(at) = place {
            let is = self.entry(at)?[0].get();
            if is.bits() == key.bits() || is.same_value_zero(key) {
                return Some(at);
            }
            place = index.after(at);
        }
        None
    }

    /// Whether there is an entry for a key.
    #[inline]
    pub fn has(&self, key: Value) -> bool {
        self.find(key).is_some()
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, key: Value) -> Option<Value> {
        self.entry(self.find(key)?).map(|entry| entry[1].get())
    }

    /// Sets the value of a key; a new key comes last. -0 becomes 0.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn set(&self, rt: &Rt, key: Value, value: Value) -> Result<(), OutOfMemory> {
        if let Some(place) = self.find(key) {
            if let Some(entry) = self.entry(place) {
                entry[1].set(value);
                Slots::wrote(self.entries.get(), rt, place * STRIDE + 1);
            }
            return Ok(());
        }
        let place = self.used.get() as usize;
        if (place + 1) * STRIDE > self.slots().len() {
            self.rebuild(rt, self.len() + 1)?;
        }
        let key = if key.as_number() == Some(0.0) { Value::int(0) } else { key };
        self.append(key, value, self.next.get());
        self.next.set(self.next.get() + 1);
        let place = self.used.get() as usize - 1;
        Slots::wrote_two(self.entries.get(), rt, place * STRIDE);
        Ok(())
    }

    /// Appends an entry into room that is there.
    fn append(&self, key: Value, value: Value, number: u64) {
        let place = self.used.get();
        self.used.set(place + 1);
        self.live.set(self.live.get() + 1);
        if let (Some(entry), Some(index)) = (self.entry(place as usize), self.index.get()) {
            entry[0].set(key);
            entry[1].set(value);
            entry[2].set(Value::number(number as f64));
            index.enter(hash_of(key), place as usize);
        }
    }

    /// Has room for so many entries.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&self, rt: &Rt, capacity: usize) -> Result<(), OutOfMemory> {
        if capacity * STRIDE > self.slots().len() { self.rebuild(rt, capacity) } else { Ok(()) }
    }

    /// Makes room for `needed` entries and some more, leaving out deleted ones.
    fn rebuild(&self, rt: &Rt, needed: usize) -> Result<(), OutOfMemory> {
        let capacity = (needed + needed / 2).next_power_of_two().max(FIRST);
        let entries = rt.new_slots(capacity * STRIDE)?;
        let index = rt.alloc_tail(Index::new(), capacity)?;
        let (old, used) = (self.entries.replace(entries), self.used.replace(0));
        self.index.set(Some(index));
        self.live.set(0);
        for entry in old.values().chunks_exact(STRIDE).take(used as usize) {
            if !entry[0].get().is_empty() {
                self.append(entry[0].get(), entry[1].get(), entry[2].get().as_number().unwrap_or(0.0) as u64);
            }
        }
        // The entries' numbers are consecutive, up to that of the next one, if there are as many numbers as entries.
        let first = self.entry(0).map_or(self.next.get(), number_of);
        let consecutive = self.next.get() - first == u64::from(self.used.get());
        self.first.set(if consecutive { first } else { 0 });
        rt.heap().wrote(entries);
        // SAFETY: tables are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
        Ok(())
    }

    /// Removes the entry of a key; whether there was one.
    pub fn delete(&self, rt: &Rt, key: Value) -> bool {
        let Some(place) = self.find(key) else { return false };
        if let (Some(entry), Some(index)) = (self.entry(place), self.index.get()) {
            index.leave(hash_of(key), place);
            entry[0].set(Value::EMPTY);
            entry[1].set(Value::EMPTY);
            self.live.set(self.live.get() - 1);
        }
        let (live, used) = (self.len(), self.used.get() as usize);
        if live == 0 {
            self.clear(rt);
        } else if used > 32 && live < used / 4 {
            // Without memory, it stays as it is.
            let _ = self.rebuild(rt, live);
        }
        true
    }

    /// Removes all entries.
    pub fn clear(&self, rt: &Rt) {
        self.entries.set(rt.common.slots);
        self.index.set(None);
        self.used.set(0);
        self.live.set(0);
        self.first.set(self.next.get());
        // SAFETY: tables are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
    }

    /// Key and value of the entry that comes next in an iteration, and the place behind it. Entries that were added meanwhile are
    /// visited, those that were deleted are not.
    #[inline]
    pub fn next(&self, cursor: Cursor) -> Option<(Value, Value, Cursor)> {
        let mut place = self.place_of(cursor.0);
        loop {
            let entry = self.entry(place)?;
            if !entry[0].get().is_empty() {
                return Some((entry[0].get(), entry[1].get(), Cursor(number_of(entry) + 1)));
            }
            place += 1;
        }
    }

    /// The place of the first entry whose number is not smaller; beyond the last if there is none.
    #[inline]
    fn place_of(&self, number: u64) -> usize {
        match self.first.get() {
            0 => self.search(number),
            first => usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX),
        }
    }

    fn search(&self, number: u64) -> usize {
        let number_at = |place: usize| self.entry(place).map_or(u64::MAX, number_of);
        let first = number_at(0);
        if number <= first {
            return 0;
        }
        // Where it is unless entries were left out before it.
        let used = self.used.get() as usize;
        let guess = usize::try_from(number - first).unwrap_or(used).min(used);
        if number_at(guess) >= number && number_at(guess - 1) < number {
            return guess;
        }
        let (mut low, mut high) = (0, guess);
        while low < high {
            let middle = low.midpoint(high);
            if number_at(middle) < number {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The hash table of [`OrderedTable`]: chains of entries, by their places plus one. There are as many chains as entries.
#[repr(C)]
pub(crate) struct Index {
    capacity: Cell<u64>,
}

// SAFETY: no other kind has this number; there are no handles; nothing belongs to a thread.
unsafe impl Object for Index {
    const KIND: u8 = kind::ORDERED_INDEX;
    const NAME: &'static str = "ordered table's index";
    const LEAF: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}
}

impl Index {
    fn new() -> Index {
        Index { capacity: Cell::new(0) }
    }

    /// The heads of the chains, and for each entry the next one.
    fn parts(&self) -> (&[Cell<u32>], &[Cell<u32>]) {
        let capacity = self.capacity.get() as usize;
        // SAFETY: they are made with this many numbers behind them.
        let all: &[Cell<u32>] = unsafe { behind(self, 0, 2 * capacity) };
        all.split_at(capacity)
    }

    fn head(&self, hash: u32) -> Option<&Cell<u32>> {
        let heads = self.parts().0;
        heads.get(hash as usize & heads.len().wrapping_sub(1))
    }

    fn first(&self, hash: u32) -> Option<usize> {
        (self.head(hash)?.get() as usize).checked_sub(1)
    }

    fn after(&self, place: usize) -> Option<usize> {
        (self.parts().1.get(place)?.get() as usize).checked_sub(1)
    }

    fn enter(&self, hash: u32, place: usize) {
        if let (Some(head), Some(next)) = (self.head(hash), self.parts().1.get(place)) {
            next.set(head.replace(place as u32 + 1));
        }
    }

    fn leave(&self, hash: u32, place: usize) {
        let (Some(mut link), nexts) = (self.head(hash), self.parts().1) else { return };
        while let Some(next) = (link.get() as usize).checked_sub(1).and_then(|at| nexts.get(at)) {
            if link.get() as usize == place + 1 {
                link.set(next.get());
                return;
            }
            link = next;
        }
    }
}

impl Tail for Index {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(8)
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts as u64);
    }
}
