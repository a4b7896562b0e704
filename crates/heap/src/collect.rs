//! Collections, step by step.

use std::marker::PhantomData;
use std::time::Instant;

use crate::alloc::Allocator;
use crate::chunk;
use crate::heap::Inner;
use crate::mark::{Roots, Tracer};
use crate::object::Finalizer;
use crate::stack;
use crate::stats::Collection;
use crate::verify::{Examiner, Fault};
use crate::weak::Liveness;

/// In stress mode, every so manieth collection is full.
const STRESS_FULL: u64 = 8;

impl Inner {
    /// Whether it is time for a collection, and which.
    pub(crate) fn due(&self) -> Option<Collection> {
        if self.config.stress {
            let full = self.collections.get().is_multiple_of(STRESS_FULL);
            return Some(if full { Collection::Full } else { Collection::Minor });
        }
        let allocator = self.allocator();
        if allocator.since < self.budget.get() {
            return None;
        }
        let alive = allocator.marked + self.external.get();
        Some(if alive > self.full_at.get() { Collection::Full } else { Collection::Minor })
    }

    /// Collects because the cap is reached, for cells of a class or for something large. True when there is so much room
    /// afterwards that trying again is worth it: without a margin, a program at its limit would collect for every few objects.
    pub(crate) fn collect_for_room(&self, class: Option<usize>, value: &dyn Roots) -> bool {
        self.allocator().scraping = true;
        if !self.collect(Collection::Full, value) {
            return false;
        }
        self.allocator().room(class, self.external.get()) >= self.config.cap_bytes / 64
    }

    /// Collects, with `value` among the roots. False when that is not possible here.
    pub(crate) fn collect(&self, kind: Collection, value: &dyn Roots) -> bool {
        let base = self.base.get();
        if base == 0 || self.broken.get() {
            return false;
        }
        stack::with_registers(&mut |low| {
            assert!(low < base, "the heap was used on a stack that it was not told about");
            self.collect_from(kind, value, low, base);
        });
        true
    }

    fn collect_from(&self, kind: Collection, value: &dyn Roots, low: usize, base: usize) {
        let start = Instant::now();
        let full = kind == Collection::Full;
        let mut allocator = self.allocator();
        // Whatever panics from here on leaves the marks half made.
        self.broken.set(true);
        allocator.retire(&self.table);
        if full {
            allocator.begin_full();
            self.remembered.borrow_mut().clear();
        }
        self.mark(&allocator, full, &mut |tracer| {
            self.trace_roots(tracer, value);
            // SAFETY: this is the running thread's stack, from a frame below all callers up to the outermost entry's.
            unsafe { stack::scan(tracer, low, base) };
        });
        self.tables.borrow_mut().iter_mut().for_each(|table| table.sweep(full));
        self.finalize_dead(full);
        allocator.settle(full);
        self.plan(&mut allocator, full);
        let keep = self.budget.get();
        allocator.space.release(keep);
        self.collections.set(self.collections.get() + 1);
        self.broken.set(false);
        drop(allocator);
        self.pauses.borrow_mut()[usize::from(full)].add(start.elapsed());
        if self.config.verify
            && let Err(fault) = self.verify()
        {
            panic!("after a collection: {fault}");
        }
    }

    fn mark(&self, allocator: &Allocator, full: bool, roots: &mut dyn FnMut(&mut Tracer<'_>)) {
        let mut tracer = Tracer::new(&allocator.space, &self.kinds, full, self.config.mark_stack.max(1));
        roots(&mut tracer);
        for object in self.remembered.take() {
            tracer.visit(object);
        }
        tracer.drain();
        let alive = Liveness { heap: PhantomData };
        for object in std::mem::take(&mut tracer.prunable) {
            // SAFETY: it was traced, so it is alive.
            let kind = unsafe { object.as_ref() }.kind();
            if let Some(prune) = self.kinds.get(kind).and_then(|info| info.prune) {
                // SAFETY: the object is alive and of this kind.
                unsafe { prune(object, &alive) };
            }
        }
    }

    fn trace_roots(&self, tracer: &mut Tracer<'_>, value: &dyn Roots) {
        value.trace(tracer);
        for roots in self.roots.borrow().iter() {
            // SAFETY: `enter` borrows its roots and takes them off the list before it ends.
            unsafe { roots.as_ref() }.trace(tracer);
        }
        for &(_, low, high) in self.ranges.borrow().iter() {
            // SAFETY: `add_range` was promised that the range is readable until it is removed.
            unsafe { stack::scan(tracer, low, high) };
        }
    }

    /// Finalizes what was not marked. After a minor collection, objects that are not new are all marked.
    fn finalize_dead(&self, full: bool) {
        let mut finalizer = Finalizer { external: &self.external };
        let [new, old] = &self.mortal;
        let mut sort = |objects: Vec<_>| {
            for object in objects {
                // SAFETY: objects on the lists have not been finalized, so their cells have not been given away.
                if unsafe { chunk::is_marked(object) } {
                    old.borrow_mut().push(object);
                } else {
                    // SAFETY: nothing leads to the object; it is not put on a list again.
                    unsafe { self.finalize(object, &mut finalizer) };
                }
            }
        };
        if full {
            sort(old.take());
        }
        sort(new.take());
    }

    /// Decides when to collect next.
    fn plan(&self, allocator: &mut Allocator, full: bool) {
        let (config, alive) = (&self.config, allocator.marked + self.external.get());
        // Small caps leave no room for a generous youth.
        let young = config.young_bytes.min(config.cap_bytes / 4);
        self.budget.set(young.max(alive / 4));
        if full {
            let grown = (alive / 100).saturating_mul(config.growth_percent);
            self.full_at.set(grown.max(alive + young));
        }
        allocator.scraping = alive > config.cap_bytes / 4 * 3;
    }

    pub(crate) fn verify(&self) -> Result<(), Fault> {
        let mut allocator = self.allocator();
        allocator.retire(&self.table);
        let mut tracer = Tracer::new(&allocator.space, &self.kinds, false, 1);
        tracer.examiner = Some(Examiner { name: "root", ..Examiner::default() });
        for roots in self.roots.borrow().iter() {
            // SAFETY: `enter` borrows its roots and takes them off the list before it ends.
            unsafe { roots.as_ref() }.trace(&mut tracer);
        }
        allocator.for_each_object(|object| {
            if let Some(examiner) = &mut tracer.examiner {
                examiner.enter(object, &self.kinds);
            }
            // SAFETY: the walk passes live objects.
            let kind = unsafe { object.as_ref() }.kind();
            if let Some(trace) = self.kinds.get(kind).and_then(|info| info.trace) {
                // SAFETY: as above, and the entry is that of the object's type.
                unsafe { trace(object, &mut tracer) };
            }
        });
        match tracer.examiner.and_then(|examiner| examiner.fault) {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }
}
