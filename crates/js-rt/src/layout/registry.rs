//! Finalization registries.

use super::{Value, handle, kind};
use crate::Rt;
use heap::{Finalizer, Liveness, Object, OutOfMemory, Tracer};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes that a record counts as.
const WEIGHT: usize = 24;

/// A record of `[[Cells]]`.
struct Record {
    /// `[[WeakRefTarget]]`; weak.
    target: Value,
    /// `[[HeldValue]]`.
    held: Value,
    /// `[[UnregisterToken]]`, or `EMPTY`; weak.
    token: Value,
}

/// `[[Cells]]` of a FinalizationRegistry.
pub struct Registry {
    records: RefCell<Vec<Record>>,
    /// Held values of targets that are dead.
    ready: RefCell<VecDeque<Cell<Value>>>,
    /// Set when there is something ready.
    signal: Arc<AtomicBool>,
    reported: Cell<usize>,
}

fn is_dead(value: Value, alive: &Liveness<'_>) -> bool {
    value.as_cell().is_some_and(|cell| !alive.is_alive(cell))
}

// SAFETY: no other kind has this number; `trace` reports held values; targets and tokens are weak, and `prune` forgets them;
// nothing belongs to a thread.
unsafe impl Object for Registry {
    const KIND: u8 = kind::REGISTRY;
    const NAME: &'static str = "finalization registry";
    const PRUNE: bool = true;

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.records.borrow().iter().for_each(|record| record.held.trace(tracer));
        self.ready.borrow().iter().for_each(|held| held.get().trace(tracer));
    }

    fn prune(&self, alive: &Liveness<'_>) {
        let mut ready = self.ready.borrow_mut();
        self.records.borrow_mut().retain_mut(|record| {
            if is_dead(record.token, alive) {
                record.token = Value::EMPTY;
            }
            let dead = is_dead(record.target, alive);
            if dead {
                ready.push_back(Cell::new(record.held));
                self.signal.store(true, Ordering::Relaxed);
            }
            !dead
        });
    }

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(self.reported.get());
    }
}

impl Registry {
    pub(crate) fn new(signal: Arc<AtomicBool>) -> Registry {
        Registry { records: RefCell::default(), ready: RefCell::default(), signal, reported: Cell::new(0) }
    }

    /// 26.2.3.2 FinalizationRegistry.prototype.register from step 6 on. Without a token, it is `EMPTY`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn register(&self, rt: &Rt, target: Value, held: Value, token: Value) -> Result<(), OutOfMemory> {
        self.reserve(rt)?;
        self.records.borrow_mut().push(Record { target, held, token });
        // SAFETY: registries are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
        Ok(())
    }

    /// Has room for a record more, reported to the heap. Nothing is borrowed while the heap may collect.
    fn reserve(&self, rt: &Rt) -> Result<(), OutOfMemory> {
        let (len, capacity) = (self.records.borrow().len(), self.records.borrow().capacity());
        if len < capacity {
            return Ok(());
        }
        let room = (capacity * 2).max(4);
        rt.heap().external_add(room * WEIGHT)?;
        let len = self.records.borrow().len();
        if self.records.borrow_mut().try_reserve_exact(room - len).is_err() {
            rt.heap().external_sub(room * WEIGHT);
            return Err(OutOfMemory);
        }
        rt.heap().external_sub(self.reported.replace(room * WEIGHT));
        Ok(())
    }

    /// 26.2.3.3 FinalizationRegistry.prototype.unregister from step 4 on; whether a record was removed.
    pub fn unregister(&self, token: Value) -> bool {
        let mut records = self.records.borrow_mut();
        let before = records.len();
        records.retain(|record| record.token != token);
        records.len() < before
    }

    /// The held value of a target that is dead: what the cleanup callback is called with next.
    pub fn take_ready(&self) -> Option<Value> {
        self.ready.borrow_mut().pop_front().map(Cell::into_inner)
    }

    /// Whether there is something for the cleanup callback.
    pub fn has_ready(&self) -> bool {
        !self.ready.borrow().is_empty()
    }
}
