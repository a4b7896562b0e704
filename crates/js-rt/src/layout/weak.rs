//! Weak maps and weak references.

use super::{Value, handle, kind};
use crate::Rt;
use heap::{Any, Finalizer, Liveness, Object, OutOfMemory, Tracer};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Hashes addresses of cells, which are multiples of 16.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
}

/// Bytes that an entry counts as.
const WEIGHT: usize = 40;

/// `[[WeakMapData]]` and `[[WeakSetData]]`: a value is alive as long as its key is, and the table.
///
/// Entries are by the address of the key, which does not move, and is weak.
#[derive(Default)]
pub struct WeakMapTable {
    entries: RefCell<HashMap<u64, Cell<Value>, BuildHasherDefault<AddressHasher>>>,
    /// Bytes reported to the heap.
    reported: Cell<usize>,
}

fn cell_at(word: u64) -> Any {
    // SAFETY: the words are those of keys, whose entries `prune` removes when they die.
    unsafe { Any::from_bits(word) }
}

// SAFETY: no other kind has this number; `trace` reports values by way of their keys, which are weak, and `prune` forgets those
// that are dead; nothing belongs to a thread.
unsafe impl Object for WeakMapTable {
    const KIND: u8 = kind::WEAK_MAP;
    const NAME: &'static str = "weak map";
    const PRUNE: bool = true;

    fn trace(&self, tracer: &mut Tracer<'_>) {
        for (key, value) in self.entries.borrow().iter() {
            if let Some(value) = value.get().as_cell() {
                tracer.ephemeron(cell_at(*key), value);
            }
        }
    }

    fn prune(&self, alive: &Liveness<'_>) {
        self.entries.borrow_mut().retain(|key, _| alive.is_alive(cell_at(*key)));
    }

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(self.reported.get());
    }
}

impl WeakMapTable {
    /// The value of a key.
    pub fn get(&self, key: Value) -> Option<Value> {
        let key = key.as_cell()?;
        self.entries.borrow().get(&key.to_bits()).map(Cell::get)
    }

    /// Whether there is an entry for a key.
    pub fn has(&self, key: Value) -> bool {
        self.get(key).is_some()
    }

    /// Number of entries. Keys of some may be dead already.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets the value of a key, an object or a symbol.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn set(&self, rt: &Rt, key: Value, value: Value) -> Result<(), OutOfMemory> {
        let Some(key) = key.as_cell() else { return Ok(()) };
        self.reserve(rt)?;
        self.entries.borrow_mut().insert(key.to_bits(), Cell::new(value));
        // SAFETY: weak maps are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
        Ok(())
    }

    /// Has room for an entry more, reported to the heap. Nothing is borrowed while the heap may collect.
    fn reserve(&self, rt: &Rt) -> Result<(), OutOfMemory> {
        let (len, capacity) = (self.len(), self.entries.borrow().capacity());
        if len < capacity {
            return Ok(());
        }
        let bytes = (capacity * 2).max(4) * WEIGHT;
        rt.heap().external_add(bytes)?;
        if self.entries.borrow_mut().try_reserve(len.max(4)).is_err() {
            rt.heap().external_sub(bytes);
            return Err(OutOfMemory);
        }
        rt.heap().external_sub(self.reported.replace(bytes));
        Ok(())
    }

    /// Removes the entry of a key; whether there was one.
    pub fn delete(&self, key: Value) -> bool {
        key.as_cell().is_some_and(|key| self.entries.borrow_mut().remove(&key.to_bits()).is_some())
    }
}

/// `[[WeakRefTarget]]`: a value that is `EMPTY` once it is dead.
#[derive(Default)]
#[repr(C)]
pub struct WeakCell {
    target: Cell<Value>,
}

// SAFETY: no other kind has this number; the one handle is weak, and `prune` forgets it; nothing belongs to a thread.
unsafe impl Object for WeakCell {
    const KIND: u8 = kind::WEAK_CELL;
    const NAME: &'static str = "weak reference";
    const PRUNE: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}

    fn prune(&self, alive: &Liveness<'_>) {
        if self.target.get().as_cell().is_some_and(|target| !alive.is_alive(target)) {
            self.target.set(Value::EMPTY);
        }
    }
}

impl WeakCell {
    /// The value is not in a new cell from the start: it would be dropped if it died while the cell is made.
    pub(crate) fn set_target(&self, target: Value) {
        self.target.set(target);
    }

    /// The value, `EMPTY` once it is dead. Whoever asks keeps it alive until the end of the job (9.10.3 AddToKeptObjects).
    pub fn target(&self) -> Value {
        self.target.get()
    }
}
