//! Elements that are far apart, or have other attributes than usual.

use super::{Value, handle, kind};
use crate::{Attrs, Rt};
use heap::{Finalizer, Object, OutOfMemory, Tracer};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Bytes that an entry counts as.
const WEIGHT: usize = 48;

/// Elements by index, with attributes, in ascending order. The slot of an accessor holds an [`Accessor`](super::Accessor).
#[repr(C)]
pub struct Sparse {
    /// Always 0, at the place where [`Slots`](super::Slots) have their capacity.
    capacity: Cell<u64>,
    entries: RefCell<BTreeMap<u32, (Cell<Value>, Attrs)>>,
}

const _: () = assert!(std::mem::offset_of!(Sparse, capacity) == super::Slots::CAPACITY_OFFSET);

// SAFETY: no other kind has this number; `trace` reports all values; nothing belongs to a thread.
unsafe impl Object for Sparse {
    const KIND: u8 = kind::SPARSE;
    const NAME: &'static str = "sparse elements";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.entries.borrow().values().for_each(|(value, _)| value.get().trace(tracer));
    }

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(self.entries.borrow().len() * WEIGHT);
    }
}

impl Sparse {
    pub(crate) fn new() -> Sparse {
        Sparse { capacity: Cell::new(0), entries: RefCell::default() }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Value and attributes of an element.
    pub fn get(&self, index: u32) -> Option<(Value, Attrs)> {
        self.entries.borrow().get(&index).map(|(value, attrs)| (value.get(), *attrs))
    }

    /// The first element at `from` or behind it.
    pub fn next(&self, from: u32) -> Option<(u32, Value, Attrs)> {
        let entries = self.entries.borrow();
        let (index, (value, attrs)) = entries.range(from..).next()?;
        Some((*index, value.get(), *attrs))
    }

    /// The last element.
    pub fn last(&self) -> Option<(u32, Value, Attrs)> {
        let entries = self.entries.borrow();
        let (index, (value, attrs)) = entries.last_key_value()?;
        Some((*index, value.get(), *attrs))
    }

    /// Adds or overwrites an element.
    pub(crate) fn put(&self, rt: &Rt, index: u32, value: Value, attrs: Attrs) -> Result<(), OutOfMemory> {
        if !self.entries.borrow().contains_key(&index) {
            rt.heap().external_add(WEIGHT)?;
        }
        self.entries.borrow_mut().insert(index, (Cell::new(value), attrs));
        if value.is_cell() {
            // SAFETY: sparse elements are made in the heap only.
            rt.heap().wrote(unsafe { handle(self) });
        }
        Ok(())
    }

    /// Sets attributes of all elements.
    pub(crate) fn map_attrs(&self, map: impl Fn(Attrs) -> Attrs) {
        self.entries.borrow_mut().values_mut().for_each(|(_, attrs)| *attrs = map(*attrs));
    }

    /// Removes an element; whether it was there.
    pub(crate) fn remove(&self, rt: &Rt, index: u32) -> bool {
        let found = self.entries.borrow_mut().remove(&index).is_some();
        if found {
            rt.heap().external_sub(WEIGHT);
        }
        found
    }
}
