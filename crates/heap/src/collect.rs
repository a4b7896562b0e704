//! Pauses: minor collections, slices of cycles, and both at once.

use std::time::Instant;

use crate::alloc::Allocator;
use crate::chunk;
use crate::cycle::{Cycle, Phase};
use crate::heap::Inner;
use crate::mark::{Mode, Roots, Tracer};
use crate::object::Finalizer;
use crate::pace::{self, Limit};
use crate::stack;
use crate::stats::{Collection, Sort};
use crate::verify::{Examiner, Fault};

/// In stress mode, every so manieth collection is full and in one go.
const STRESS_FULL: u64 = 256;

/// So many collections in stress mode happen at every allocation.
const STRESS_DENSE: u64 = 50_000;

/// Afterwards, one in so many allocations collects: a program that makes millions of objects would not end, and has made most
/// kinds of them by then.
const STRESS_SPARSE: usize = 32;

/// Consecutive numbers in no order.
fn scattered(number: u64) -> usize {
    (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// What a pause is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    Slice,
    Minor,
    Full,
}

/// What a pause finds on the stack, and what else is alive.
struct Scan<'a> {
    value: &'a dyn Roots,
    low: usize,
    base: usize,
}

impl Inner {
    /// Whether it is time for a pause, and what for.
    pub(crate) fn due(&self) -> Option<Work> {
        if self.stress.get() {
            let full = self.collections.get() % STRESS_FULL == STRESS_FULL - 1;
            return self.is_stress_due().then_some(if full { Work::Full } else { Work::Minor });
        }
        let allocator = self.allocator();
        if allocator.since < self.alarm.get() {
            return None;
        }
        let cycle = self.cycle.borrow();
        if allocator.since >= self.budget.get() {
            let full = cycle.phase == Phase::Idle && self.is_full_due(&allocator) && self.is_small();
            return Some(if full { Work::Full } else { Work::Minor });
        }
        Some(if cycle.phase == Phase::Marking && cycle.ready { Work::Minor } else { Work::Slice })
    }

    /// Whether this allocation collects in stress mode. Which of them do is spread: a loop that makes a multiple of
    /// [`STRESS_SPARSE`] objects has a collection at each of its places.
    fn is_stress_due(&self) -> bool {
        if self.collections.get() < STRESS_DENSE {
            return true;
        }
        let asked = self.stress_asked.get().wrapping_add(1);
        self.stress_asked.set(asked);
        scattered(asked).is_multiple_of(STRESS_SPARSE)
    }

    /// Whether so much is alive that a full collection may free a good part of it.
    fn is_full_due(&self, allocator: &Allocator) -> bool {
        allocator.marked + self.external.get() > self.full_at.get()
    }

    /// Whether full collections take no longer than a minor one may, so that slices are not worth their while.
    fn is_small(&self) -> bool {
        self.last_full.get() <= pace::tolerated(&self.config) && !self.config.stress_slices
    }

    /// Collects because the cap is reached, for cells of a class or for something large. True when there is so much room
    /// afterwards that trying again is worth it: without a margin, a program at its limit would collect for every few objects.
    pub(crate) fn collect_for_room(&self, class: Option<usize>, value: &dyn Roots) -> bool {
        self.allocator().scraping = true;
        if !self.pause(Work::Full, value) {
            return false;
        }
        self.allocator().room(class, self.external.get()) >= self.config.cap_bytes / 64
    }

    /// Collects, with `value` among the roots. False when that is not possible here.
    pub(crate) fn collect(&self, kind: Collection, value: &dyn Roots) -> bool {
        self.pause(if kind == Collection::Full { Work::Full } else { Work::Minor }, value)
    }

    /// Does something of the collector's work. False when that is not possible here.
    pub(crate) fn pause(&self, work: Work, value: &dyn Roots) -> bool {
        let base = self.base.get();
        if base == 0 || self.broken.get() {
            return false;
        }
        stack::with_registers(&mut |low| {
            assert!(low < base, "the heap was used on a stack that it was not told about");
            self.pause_with(work, &Scan { value, low, base });
        });
        true
    }

    fn pause_with(&self, work: Work, scan: &Scan<'_>) {
        let start = Instant::now();
        let mut allocator = self.allocator();
        let mut cycle = self.cycle.borrow_mut();
        // Whatever panics from here on leaves the marks half made.
        self.broken.set(true);
        let sort = match work {
            Work::Slice => match self.work_slice(&mut allocator, &mut cycle, start) {
                Sort::Mark if cycle.ready && cycle.is_behind() => {
                    self.work_minor(&mut allocator, &mut cycle, scan, start)
                }
                sort => sort,
            },
            Work::Minor => self.work_minor(&mut allocator, &mut cycle, scan, start),
            Work::Full => self.work_full(&mut allocator, &mut cycle, scan, start),
        };
        self.plan(&allocator, &cycle);
        self.collections.set(self.collections.get() + 1);
        self.broken.set(false);
        drop((allocator, cycle));
        self.pauses.borrow_mut().add(sort, start.elapsed());
        if self.config.verify
            && let Err(fault) = self.verify()
        {
            panic!("after a pause for {work:?}: {fault}");
        }
    }

    /// A slice of the cycle under way, if there is one.
    fn work_slice(&self, allocator: &mut Allocator, cycle: &mut Cycle, start: Instant) -> Sort {
        let fresh = allocator.since - allocator.since.min(self.sliced.replace(allocator.since));
        cycle.allocated += fresh;
        let quota = pace::quota(fresh, cycle.objects, cycle.bytes);
        let mut limit = match self.stress.get() || self.config.stress_slices {
            true => Limit::objects(self.stress_quota(cycle)),
            false => self.limit(cycle, start, quota),
        };
        let sort = if cycle.phase == Phase::Sweeping { Sort::Sweep } else { Sort::Mark };
        self.slice(allocator, cycle, &mut limit);
        if sort == Sort::Mark {
            cycle.took += start.elapsed();
        }
        allocator.space.release(self.budget.get(), || limit.is_late());
        sort
    }

    /// How long a part of a cycle may take that has to do so much.
    fn limit(&self, cycle: &Cycle, start: Instant, quota: usize) -> Limit {
        match cycle.is_behind() {
            true => Limit::none(),
            false => Limit::time(start, self.config.pause, quota),
        }
    }

    /// From one object up to a sixteenth of them, by turns: most allocations of a cycle's life happen while it marks.
    fn stress_quota(&self, cycle: &Cycle) -> usize {
        1 + scattered(self.collections.get()) % (cycle.objects / 16 + 1)
    }

    /// A minor collection, which may begin a cycle or end its marking.
    fn work_minor(
        &self,
        allocator: &mut Allocator,
        cycle: &mut Cycle,
        scan: &Scan<'_>,
        start: Instant,
    ) -> Sort {
        // Where much is allocated at once, there are no slices in between.
        let fresh = allocator.since - allocator.since.min(self.sliced.get());
        if cycle.phase != Phase::Idle && (self.stress.get() || fresh > 2 * pace::step(self.budget.get())) {
            self.work_slice(allocator, cycle, start);
        }
        let begun = Instant::now();
        let always = self.stress.get() || self.config.stress_slices;
        let wanted = always || self.is_full_due(allocator) && !self.is_small();
        self.minor(allocator, cycle, scan);
        self.sliced.set(0);
        let alive = allocator.marked + self.external.get();
        let budget = pace::next_budget(&self.config, self.budget.get(), begun.elapsed(), alive);
        self.budget.set(budget);
        allocator.scraping = alive > self.config.cap_bytes / 4 * 3;
        let mut sort = Sort::Minor;
        if cycle.phase == Phase::Idle && wanted {
            self.begin_cycle(allocator, cycle);
            let mut tracer = self.tracer(allocator, Mode::Old).of_cycle(&mut cycle.waiting);
            self.trace_roots(&mut tracer, scan);
            tracer.leave();
        } else if cycle.phase == Phase::Marking && cycle.ready {
            let mut limit = self.limit(cycle, Instant::now(), 0);
            if self.end_marking(allocator, cycle, &mut limit) {
                self.last_full.set(cycle.took);
                sort = Sort::Full;
            }
        }
        allocator.space.release(self.budget.get(), || start.elapsed() > self.config.pause);
        sort
    }

    /// A full collection in one go. What a cycle under way has marked does not count: that may be garbage by now.
    fn work_full(
        &self,
        allocator: &mut Allocator,
        cycle: &mut Cycle,
        scan: &Scan<'_>,
        start: Instant,
    ) -> Sort {
        match cycle.phase {
            Phase::Idle => {}
            Phase::Marking => self.give_up_cycle(allocator, cycle),
            Phase::Sweeping => _ = self.sweep_on(allocator, cycle, &mut Limit::none()),
        }
        allocator.retire(&self.table);
        self.begin_cycle(allocator, cycle);
        let mut tracer = self.tracer(allocator, Mode::All).of_cycle(&mut cycle.waiting);
        self.trace_roots(&mut tracer, scan);
        tracer.forget_remembered(&self.remembered.take());
        self.parts.borrow_mut().clear();
        tracer.drain();
        tracer.leave();
        let young = self.mortal[0].take();
        self.mortal[1].borrow_mut().extend(young);
        self.end_marking(allocator, cycle, &mut Limit::none());
        self.sweep_on(allocator, cycle, &mut Limit::none());
        self.sliced.set(0);
        self.last_full.set(start.elapsed());
        let alive = allocator.marked + self.external.get();
        let (least, most) = (pace::youth(&self.config), pace::most_young(&self.config, alive));
        self.budget.set(self.budget.get().clamp(least, most));
        allocator.scraping = alive > self.config.cap_bytes / 4 * 3;
        allocator.space.release(self.budget.get(), || false);
        Sort::Full
    }

    /// Traces with no more memory for what waits than the configuration allows.
    pub(crate) fn tracer<'h>(&'h self, allocator: &'h Allocator, mode: Mode) -> Tracer<'h> {
        Tracer::new(&allocator.space, &self.kinds, mode, self.config.mark_stack.max(1))
    }

    /// Traces from the roots and the stack what is new, and frees what was not reached.
    fn minor(&self, allocator: &mut Allocator, cycle: &mut Cycle, scan: &Scan<'_>) {
        allocator.retire(&self.table);
        cycle.allocated += allocator.since - allocator.since.min(self.sliced.get());
        let marking = cycle.phase == Phase::Marking;
        let mut tracer = match marking {
            true => self.tracer(allocator, Mode::Young).of_cycle(&mut cycle.waiting),
            false => self.tracer(allocator, Mode::All),
        };
        self.trace_roots(&mut tracer, scan);
        tracer.visit_remembered(&self.remembered.borrow());
        self.remembered.borrow_mut().clear();
        tracer.visit_parts(&self.parts.borrow());
        self.parts.borrow_mut().clear();
        tracer.drain();
        let prunable = std::mem::take(&mut tracer.prunable);
        drop(tracer);
        self.prune(&prunable, marking);
        self.tables.borrow_mut().iter_mut().for_each(|table| table.sweep_young(marking));
        self.finalize_young();
        allocator.settle_young();
    }

    fn trace_roots(&self, tracer: &mut Tracer<'_>, scan: &Scan<'_>) {
        scan.value.trace(tracer);
        for roots in self.roots.borrow().iter() {
            // SAFETY: `enter` borrows its roots and takes them off the list before it ends.
            unsafe { roots.as_ref() }.trace(tracer);
        }
        for &(_, low, high) in self.ranges.borrow().iter() {
            // SAFETY: `add_range` was promised that the range is readable until it is removed.
            unsafe { stack::scan(tracer, low, high) };
        }
        // SAFETY: this is the running thread's stack, from a frame below all callers up to the outermost entry's.
        unsafe { stack::scan(tracer, scan.low, scan.base) };
    }

    /// Finalizes what was new and not marked.
    fn finalize_young(&self) {
        let mut finalizer = Finalizer { external: &self.external };
        let [new, old] = &self.mortal;
        for object in new.take() {
            // SAFETY: objects on the list have not been finalized, so their cells have not been given away.
            if unsafe { chunk::is_marked(object) } {
                old.borrow_mut().push(object);
            } else {
                // SAFETY: nothing leads to the object; it is not put on a list again.
                unsafe { self.finalize(object, &mut finalizer) };
            }
        }
    }

    /// Decides when the next pause is due.
    fn plan(&self, allocator: &Allocator, cycle: &Cycle) {
        let budget = self.budget.get();
        self.alarm.set(match cycle.phase {
            Phase::Idle => budget,
            _ if self.config.stress_slices => 0,
            _ => budget.min(allocator.since + pace::step(budget)),
        });
    }

    pub(crate) fn verify(&self) -> Result<(), Fault> {
        let mut allocator = self.allocator();
        allocator.retire(&self.table);
        let cycle = self.cycle.borrow();
        let mut tracer = Tracer::new(&allocator.space, &self.kinds, Mode::Examine, 1);
        tracer.examiner = Some(Examiner::new(&cycle, &self.parts.borrow()));
        for roots in self.roots.borrow().iter() {
            // SAFETY: `enter` borrows its roots and takes them off the list before it ends.
            unsafe { roots.as_ref() }.trace(&mut tracer);
        }
        allocator.for_each_object(|object, _| {
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
