//! Values in a row: properties, elements, lists.

use super::{Tail, Value, behind, handle, kept, kind};
use crate::Rt;
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// Values that are traced together: two cache lines.
const PART: usize = 16;
/// So many values that minor collections look at those parts only that were written to.
const LONG: usize = 1024;

/// A fixed number of values, `EMPTY` at first.
#[repr(C)]
pub struct Slots {
    capacity: Cell<u64>,
}

// SAFETY: no other kind has this number; `trace` reports all values, which are valid from the start because zero is `EMPTY`;
// nothing belongs to a thread.
unsafe impl Object for Slots {
    const KIND: u8 = kind::SLOTS;
    const NAME: &'static str = "slots";
    const PARTS: bool = true;

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.values().iter().for_each(|slot| slot.get().trace(tracer));
    }

    fn trace_part(&self, part: usize, tracer: &mut Tracer<'_>) -> bool {
        let rest = self.values().get(part.saturating_mul(PART)..).unwrap_or_default();
        rest.iter().take(PART).for_each(|slot| slot.get().trace(tracer));
        rest.len() > PART
    }

    fn is_long(&self) -> bool {
        self.capacity() >= LONG
    }
}

impl Slots {
    /// Offset of the number of values, a `u64`.
    pub const CAPACITY_OFFSET: usize = std::mem::offset_of!(Slots, capacity);
    /// Values that the write barrier reports together.
    pub const PART: usize = PART;
    /// Rows of so many values are reported by part.
    pub const LONG: usize = LONG;
    /// Distance from the object's first byte to its first value.
    pub const VALUES: usize = size_of::<Slots>();

    pub(crate) fn new() -> Slots {
        Slots { capacity: Cell::new(0) }
    }

    /// The values.
    #[inline]
    pub fn values(&self) -> &[Cell<Value>] {
        // SAFETY: they are made with this many values behind them, which are zero or were stored as values.
        unsafe { behind(self, 0, self.capacity.get() as usize) }
    }

    /// Copies `count` values within, from one place to another; as many as there are in both.
    pub(crate) fn copy_within(&self, from: usize, to: usize, count: usize) {
        let values = self.values();
        let count = count.min(values.len().saturating_sub(from)).min(values.len().saturating_sub(to));
        if count > 0 {
            // SAFETY: both ranges are within the values, which are cells: nobody relies on what is in them.
            unsafe { std::ptr::copy(values[from..].as_ptr(), values[to..].as_ptr().cast_mut(), count) };
        }
    }

    /// The write barrier for one value.
    #[inline]
    pub(crate) fn wrote(slots: Gc<Slots>, rt: &Rt, at: usize) {
        rt.heap().wrote_part(slots, at / PART);
    }

    /// The write barrier for a value and the one behind it.
    #[inline]
    pub(crate) fn wrote_two(slots: Gc<Slots>, rt: &Rt, at: usize) {
        Slots::wrote(slots, rt, at);
        if (at + 1).is_multiple_of(PART) {
            Slots::wrote(slots, rt, at + 1);
        }
    }

    /// How many there are.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.capacity.get() as usize
    }
}

impl Tail for Slots {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(size_of::<Value>())
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts as u64);
    }
}

/// The values of slots that something keeps alive: an object that is borrowed as long as the result.
#[inline]
pub(crate) fn values_of(_owner: &impl Object, slots: Gc<Slots>) -> &[Cell<Value>] {
    // SAFETY: `owner` has the handle, or had it: then the word on the stack that the result is keeps the slots alive.
    unsafe { kept(slots) }.values()
}

/// 6.2.2 The List specification type: values in a row that grows, known to the heap.
#[repr(C)]
pub struct List {
    store: Cell<Gc<Slots>>,
    len: Cell<u64>,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; nothing belongs to a thread.
unsafe impl Object for List {
    const KIND: u8 = kind::LIST;
    const NAME: &'static str = "list";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.store.get());
    }
}

impl List {
    pub(crate) fn new(store: Gc<Slots>) -> List {
        List { store: Cell::new(store), len: Cell::new(0) }
    }

    /// Number of values.
    #[inline]
    pub fn len(&self) -> usize {
        self.len.get() as usize
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }

    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[Cell<Value>] {
        let values = values_of(self, self.store.get());
        values.get(..self.len()).unwrap_or(values)
    }

    /// The value at a place.
    #[inline]
    pub fn get(&self, at: usize) -> Option<Value> {
        self.as_slice().get(at).map(Cell::get)
    }

    /// The values, one after the other; what is added meanwhile is seen.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..).map_while(|at| self.get(at))
    }

    pub(crate) fn handle(&self) -> Gc<List> {
        // SAFETY: lists are borrowed out of the heap only.
        unsafe { handle(self) }
    }

    pub(crate) fn store(&self) -> Gc<Slots> {
        self.store.get()
    }

    pub(crate) fn set_store(&self, store: Gc<Slots>) {
        self.store.set(store);
    }

    /// Forgets the values from `len` on.
    pub fn truncate(&self, len: usize) {
        if len < self.len() {
            self.as_slice()[len..].iter().for_each(|slot| slot.set(Value::EMPTY));
            self.len.set(len as u64);
        }
    }

    /// Removes the last value.
    pub fn pop(&self) -> Option<Value> {
        let last = self.as_slice().last()?.replace(Value::EMPTY);
        self.len.set(self.len.get() - 1);
        Some(last)
    }

    /// Says that there are more values, in slots that are there.
    pub(crate) fn set_len(&self, len: usize) {
        self.len.set(len as u64);
    }
}
