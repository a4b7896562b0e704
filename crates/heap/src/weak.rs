//! Weak references: tables that the heap sweeps, and the question whether an object is alive.

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::chunk;
use crate::gc::{Any, Gc};
use crate::header::{Header, NEW};
use crate::heap::Heap;
use crate::object::Object;

/// Answers which objects survive the collection under way.
pub struct Liveness<'h> {
    pub(crate) heap: PhantomData<&'h ()>,
    /// Whether a cycle is marking, which does not know yet what else is dead.
    pub(crate) marking: bool,
}

impl Liveness<'_> {
    /// Whether the object survives.
    pub fn is_alive(&self, object: impl Into<Any>) -> bool {
        // SAFETY: weak handles are to objects that were alive when the collection began; nothing is freed before it ends.
        unsafe { chunk::is_old(object.into().as_ptr(), self.marking) }
    }
}

/// A hash table of objects that does not keep them alive: the table of interned strings, for example.
///
/// The handle is copied freely; the entries belong to the heap, which removes those of dead objects in every collection.
pub struct WeakTable<T> {
    pub(crate) heap: u64,
    pub(crate) index: usize,
    pub(crate) object: PhantomData<fn() -> T>,
}

impl<T> Clone for WeakTable<T> {
    fn clone(&self) -> WeakTable<T> {
        *self
    }
}

impl<T> Copy for WeakTable<T> {}

impl<T> fmt::Debug for WeakTable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakTable({})", self.index)
    }
}

impl<T: Object> WeakTable<T> {
    /// The object under `hash` that `equal` accepts.
    ///
    /// # Panics
    /// When the table is another heap's.
    pub fn find(self, heap: &Heap, hash: u32, mut equal: impl FnMut(&T) -> bool) -> Option<Gc<T>> {
        heap.with_table(self.heap, self.index, |table| {
            // SAFETY: only `insert` below adds to this table, and the heap removes what dies.
            let found = table.find(hash, |at| equal(&*unsafe { Gc::<T>::from_header(at) }))?;
            // SAFETY: as above.
            Some(unsafe { Gc::from_header(found) })
        })
    }

    /// Adds an object under `hash`. The caller has looked that no equal one is there.
    ///
    /// # Panics
    /// When the table is another heap's.
    pub fn insert(self, heap: &Heap, hash: u32, object: Gc<T>) {
        heap.with_table(self.heap, self.index, |table| table.insert(hash, object.as_ptr()));
    }

    /// Number of entries. Some may be of objects that the next collection finds dead.
    ///
    /// # Panics
    /// When the table is another heap's.
    pub fn len(self, heap: &Heap) -> usize {
        heap.with_table(self.heap, self.index, |table| table.len)
    }

    /// Whether there are no entries.
    ///
    /// # Panics
    /// When the table is another heap's.
    pub fn is_empty(self, heap: &Heap) -> bool {
        self.len(heap) == 0
    }
}

#[derive(Clone, Copy)]
enum Slot {
    Empty,
    /// An entry was here; searches go on behind it.
    Removed,
    Entry(u32, NonNull<Header>),
}

/// Open addressing with linear probing; the length is a power of two.
#[derive(Default)]
pub(crate) struct RawTable {
    slots: Vec<Slot>,
    len: usize,
    /// Slots that are not empty.
    taken: usize,
    /// Entries added since the last collection: the only ones a minor collection can remove.
    young: Vec<(u32, NonNull<Header>)>,
    /// Slots from here on have entries of objects that a cycle found dead. The objects are still in place.
    unswept: Option<usize>,
}

/// Whether an object is dead that was alive when the last cycle began. Between marking and the first block that is settled.
fn is_dead(at: NonNull<Header>) -> bool {
    // SAFETY: entries are of objects that were alive at the last collection or made since; none is freed yet.
    unsafe { !chunk::is_marked(at) && at.as_ref().state.get() != NEW }
}

impl RawTable {
    fn find(&self, hash: u32, mut equal: impl FnMut(NonNull<Header>) -> bool) -> Option<NonNull<Header>> {
        self.probe(hash).find_map(|i| match self.slots[i] {
            Slot::Entry(h, at) if h == hash && !(self.unswept.is_some() && is_dead(at)) && equal(at) => {
                Some(at)
            }
            _ => None,
        })
    }

    /// The slots where entries of this hash may be.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + '_ {
        let mask = self.slots.len().wrapping_sub(1);
        (0..self.slots.len())
            .map(move |i| (hash as usize).wrapping_add(i) & mask)
            .take_while(|&i| !matches!(self.slots[i], Slot::Empty))
    }

    fn insert(&mut self, hash: u32, at: NonNull<Header>) {
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            self.rebuild();
        }
        self.place(hash, at);
        self.young.push((hash, at));
    }

    fn place(&mut self, hash: u32, at: NonNull<Header>) {
        let mask = self.slots.len() - 1;
        let mut i = hash as usize & mask;
        while let Slot::Entry(..) = self.slots[i] {
            i = (i + 1) & mask;
        }
        self.taken += usize::from(matches!(self.slots[i], Slot::Empty));
        self.slots[i] = Slot::Entry(hash, at);
        self.len += 1;
    }

    /// Makes a table of the right size without removed slots.
    fn rebuild(&mut self) {
        let size = (self.len * 2 + 2).next_power_of_two().max(16);
        let old = std::mem::replace(&mut self.slots, vec![Slot::Empty; size]);
        let unswept = self.unswept.take().is_some();
        (self.len, self.taken) = (0, 0);
        for slot in old {
            if let Slot::Entry(hash, at) = slot
                && !(unswept && is_dead(at))
            {
                self.place(hash, at);
            }
        }
    }

    /// Removes young entries of objects that are not old, after a minor collection.
    pub(crate) fn sweep_young(&mut self, marking: bool) {
        for (hash, at) in std::mem::take(&mut self.young) {
            // SAFETY: entries are of objects that were alive at the last collection or made since; none is freed yet.
            if unsafe { !chunk::is_old(at, marking) } {
                self.remove(hash, at);
            }
        }
        self.tidy();
    }

    /// From now on, entries of objects that are not marked are to be removed.
    pub(crate) fn begin_sweep(&mut self) {
        self.sweep_young(false);
        self.unswept = Some(0);
    }

    /// Removes entries until all slots were looked at, or `stop`, asked after every so many, says so. True in the first case.
    pub(crate) fn sweep_on(&mut self, some: usize, stop: &mut dyn FnMut(usize) -> bool) -> bool {
        while let Some(at) = self.unswept {
            let end = (at + some).min(self.slots.len());
            for slot in &mut self.slots[at..end] {
                if matches!(*slot, Slot::Entry(_, object) if is_dead(object)) {
                    *slot = Slot::Removed;
                    self.len -= 1;
                }
            }
            self.unswept = (end < self.slots.len()).then_some(end);
            if self.unswept.is_some() && stop(some) {
                return false;
            }
        }
        self.tidy();
        true
    }

    /// Makes the table anew when much of it is slots of removed entries.
    fn tidy(&mut self) {
        if self.taken > 64 && self.taken - self.len > self.slots.len() / 4 {
            self.rebuild();
        }
    }

    fn remove(&mut self, hash: u32, object: NonNull<Header>) {
        let found = self.probe(hash).find(|&i| matches!(self.slots[i], Slot::Entry(_, at) if at == object));
        if let Some(i) = found {
            self.slots[i] = Slot::Removed;
            self.len -= 1;
        }
    }
}
