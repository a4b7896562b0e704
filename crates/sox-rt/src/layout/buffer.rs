//! Storage of containers: values in a row, and index numbers.

use super::{Tail, Value, behind};
use heap::{Object, Tracer};
use std::cell::Cell;

/// A fixed number of values.
#[derive(Default)]
#[repr(C)]
pub struct Buffer {
    capacity: Cell<usize>,
}

// SAFETY: no other kind has this number; `trace` reports all values, which are valid from the start because zero is nil;
// nothing belongs to a thread.
unsafe impl Object for Buffer {
    const KIND: u8 = 21;
    const NAME: &'static str = "buffer";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.slots().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl Buffer {
    /// Distance from the object's first byte to its first value.
    pub const SLOTS: usize = size_of::<Buffer>();
    /// Offset of the number of values, a `usize` that does not change.
    pub const CAPACITY_OFFSET: usize = std::mem::offset_of!(Buffer, capacity);

    /// The values.
    #[inline]
    pub fn slots(&self) -> &[Cell<Value>] {
        // SAFETY: buffers are made by the runtime alone, with this many values behind them.
        unsafe { behind(self, self.capacity.get()) }
    }
}

impl Tail for Buffer {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(size_of::<Value>())
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts);
    }
}

/// A fixed number of 32-bit numbers: where a table's keys are among its entries.
#[derive(Default)]
#[repr(C)]
pub struct Index {
    capacity: Cell<usize>,
}

// SAFETY: no other kind has this number; there are no handles; nothing belongs to a thread.
unsafe impl Object for Index {
    const KIND: u8 = 22;
    const NAME: &'static str = "index";
    const LEAF: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}
}

impl Index {
    /// Distance from the object's first byte to its first number.
    pub const PLACES: usize = size_of::<Index>();
    /// Offset of how many numbers there are, a `usize` that does not change.
    pub const CAPACITY_OFFSET: usize = std::mem::offset_of!(Index, capacity);

    /// The numbers, a power of two of them.
    #[inline]
    pub fn places(&self) -> &[Cell<u32>] {
        // SAFETY: made by the runtime alone, with this many numbers behind.
        unsafe { behind(self, self.capacity.get()) }
    }
}

impl Tail for Index {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(4)
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts);
    }
}
