//! Arrays.

use super::{Buffer, Value, kept};
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// An array: values in a buffer with room for more.
#[derive(Default)]
#[repr(C)]
pub struct Array {
    buffer: Cell<Option<Gc<Buffer>>>,
    len: Cell<usize>,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; nothing belongs to a thread.
unsafe impl Object for Array {
    const KIND: u8 = 6;
    const NAME: &'static str = "array";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.buffer.get());
    }
}

impl Array {
    /// Offset of the buffer's handle.
    pub const BUFFER_OFFSET: usize = std::mem::offset_of!(Array, buffer);
    /// Offset of the length, a `usize`.
    pub const LEN_OFFSET: usize = std::mem::offset_of!(Array, len);

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Whether it has no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }

    /// An element.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value> {
        self.elements().get(index).map(Cell::get)
    }

    /// The elements as they are now.
    #[inline]
    pub fn elements(&self) -> &[Cell<Value>] {
        match self.slots() {
            Some(slots) => slots.get(..self.len.get()).unwrap_or(slots),
            None => &[],
        }
    }

    fn slots(&self) -> Option<&[Cell<Value>]> {
        let buffer = self.buffer.get()?;
        // SAFETY: buffers are kept alive by the array that has them, or by the handles in whoever took the elements before
        // the array got a larger one: those are on the stack. The heap frees nothing that a word on the stack points into.
        let buffer: &Buffer = unsafe { kept(buffer) };
        Some(buffer.slots())
    }

    /// Room for elements without a larger buffer.
    pub fn capacity(&self) -> usize {
        self.slots().map_or(0, <[_]>::len)
    }

    pub(crate) fn buffer(&self) -> Option<Gc<Buffer>> {
        self.buffer.get()
    }

    pub(crate) fn set_buffer(&self, buffer: Gc<Buffer>) {
        self.buffer.set(Some(buffer));
    }

    /// Makes it shorter or longer within its capacity; elements behind the end are nil.
    pub(crate) fn set_len(&self, len: usize) {
        if let Some(slots) = self.slots() {
            let end = slots.len().min(self.len.get());
            slots.get(len..end).into_iter().flatten().for_each(|slot| slot.set(Value::NIL));
        }
        self.len.set(len.min(self.capacity()));
    }
}
