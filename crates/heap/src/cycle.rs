//! Cycles: full collections in slices, between which the program goes on.
//!
//! A cycle *begins* behind a minor collection, when all objects that are alive are old and marked: their marks are put aside.
//! *Slices* mark and trace old objects. *Minor collections* go on meanwhile, from the roots as always; old objects that they meet
//! unmarked are left to the slices, and new ones that survive are traced, so the cycle need not look at them. When nothing is
//! left to trace, the *end* is a minor collection that leaves nothing to trace either. Then what was put aside and is not marked
//! is dead, and more slices *sweep*: tables of weak references, objects to finalize, blocks.
//!
//! What the program does between two slices is known from the write barrier that minor collections need anyway: an old object
//! that was written to is traced again by the next minor collection, so no object that the cycle has passed leads to one that it
//! will miss. Roots and stacks have no barrier; the minor collection at the end looks at them.
//!
//! Dead objects of a cycle stay in place until their block is settled, and no block is allocated in before. Tables of weak
//! references answer by the marks until they are swept; weak handles in objects are pruned at the end of marking.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::time::Duration;

use crate::alloc::Allocator;
use crate::chunk;
use crate::header::{HOLDER, Header};
use crate::heap::Inner;
use crate::mark::{Mode, Tracer, Waiting};
use crate::object::Finalizer;
use crate::pace::{self, Limit};
use crate::space::BlockId;
use crate::weak::{Liveness, RawTable};

/// How often slices look again at maps some of whose keys had not been reached. The end does it once more.
const PASSES: u32 = 2;
/// A cycle's allowance is not less than that of one that began with so many bytes alive.
const LEAST: usize = 24 << 20;
/// Slots of a table, objects or blocks that are swept between two looks at the clock.
const SOME: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Phase {
    #[default]
    Idle,
    /// Old objects are alive, marked or not.
    Marking,
    /// Old objects are alive if they are marked. The others are not all freed yet.
    Sweeping,
}

/// A full collection under way.
#[derive(Default)]
pub(crate) struct Cycle {
    pub(crate) phase: Phase,
    pub(crate) waiting: Waiting,
    /// Slices have nothing left to trace: the next minor collection may be the end.
    pub(crate) ready: bool,
    passes: u32,
    /// Objects and bytes that were alive when it began.
    pub(crate) objects: usize,
    pub(crate) bytes: usize,
    /// Bytes handed out since it began.
    pub(crate) allocated: usize,
    /// How long its slices have marked.
    pub(crate) took: Duration,
    /// Tables that are swept.
    tables: usize,
    /// Old objects of which those that are dead are to be finalized.
    pub(crate) dying: Vec<NonNull<Header>>,
    /// Blocks to settle.
    blocks: Vec<BlockId>,
}

impl Cycle {
    /// Whether the program has allocated so much meanwhile that what is left to do is done in one go: how much memory is taken
    /// for what is alive must not depend on how fast the machine is, or how busy.
    pub(crate) fn is_behind(&self) -> bool {
        self.allocated > self.bytes.max(LEAST) / 5 * 2
    }
}

impl Inner {
    /// Begins a cycle. No object is new, unless it will be marked in one go.
    pub(crate) fn begin_cycle(&self, allocator: &mut Allocator, cycle: &mut Cycle) {
        allocator.begin();
        (cycle.phase, cycle.ready, cycle.passes) = (Phase::Marking, false, 0);
        (cycle.objects, cycle.bytes, cycle.allocated) = (allocator.objects, allocator.marked, 0);
        cycle.took = Duration::ZERO;
    }

    /// Gives up a cycle that is marking.
    pub(crate) fn give_up_cycle(&self, allocator: &mut Allocator, cycle: &mut Cycle) {
        allocator.give_up();
        let waiting = std::mem::take(&mut cycle.waiting);
        for object in waiting.holders.into_iter().chain(waiting.prunable) {
            // SAFETY: old objects are not freed while a cycle marks.
            unsafe { object.as_ref() }.listed.set(0);
        }
        cycle.phase = Phase::Idle;
    }

    /// Marks or sweeps until `limit`.
    pub(crate) fn slice(&self, allocator: &mut Allocator, cycle: &mut Cycle, limit: &mut Limit) {
        match cycle.phase {
            Phase::Idle => {}
            Phase::Marking => cycle.ready = self.mark_on(allocator, cycle, limit),
            Phase::Sweeping => _ = self.sweep_on(allocator, cycle, limit),
        }
    }

    /// Traces what waits. True when there is nothing left.
    fn mark_on(&self, allocator: &Allocator, cycle: &mut Cycle, limit: &mut Limit) -> bool {
        let mut tracer = self.tracer(allocator, Mode::Old).of_cycle(&mut cycle.waiting);
        let done = loop {
            if !tracer.drain_within(limit) {
                break false;
            }
            if cycle.passes == PASSES || !tracer.has_holders() {
                break true;
            }
            cycle.passes += 1;
            if !tracer.visit_holders(limit) {
                break false;
            }
        };
        tracer.leave();
        done
    }

    /// Ends marking, right behind a minor collection. False when there was more to trace than `limit` allows.
    pub(crate) fn end_marking(
        &self,
        allocator: &mut Allocator,
        cycle: &mut Cycle,
        limit: &mut Limit,
    ) -> bool {
        let mut tracer = self.tracer(allocator, Mode::Old).of_cycle(&mut cycle.waiting);
        if !tracer.drain_within(limit) {
            tracer.leave();
            cycle.ready = false;
            return false;
        }
        tracer.mode = Mode::All;
        tracer.visit_holders(&mut Limit::none());
        tracer.drain();
        tracer.leave();
        let mut prunable = std::mem::take(&mut cycle.waiting.prunable);
        // SAFETY: old objects are not freed while a cycle marks.
        prunable.iter().for_each(|object| unsafe { object.as_ref() }.listed.set(0));
        // SAFETY: as above. Some were only looked at because they were written to.
        prunable.retain(|object| unsafe { chunk::is_marked(*object) });
        self.prune(&prunable, false);
        cycle.dying = self.mortal[1].take();
        cycle.blocks = allocator.end();
        self.tables.borrow_mut().iter_mut().for_each(RawTable::begin_sweep);
        cycle.tables = 0;
        cycle.phase = Phase::Sweeping;
        true
    }

    /// Frees what is dead. True when all of it is.
    pub(crate) fn sweep_on(&self, allocator: &mut Allocator, cycle: &mut Cycle, limit: &mut Limit) -> bool {
        for table in &mut self.tables.borrow_mut()[cycle.tables..] {
            if !table.sweep_on(SOME, &mut |done| limit.reached(done)) {
                return false;
            }
            cycle.tables += 1;
        }
        let mut finalizer = Finalizer { external: &self.external };
        while let Some(object) = cycle.dying.pop() {
            // SAFETY: it was not finalized before, and blocks are settled after this.
            if unsafe { chunk::is_marked(object) } {
                self.mortal[1].borrow_mut().push(object);
            } else {
                // SAFETY: as above; nothing leads to the object, and it is on no list any more.
                unsafe { self.finalize(object, &mut finalizer) };
            }
            if cycle.dying.len().is_multiple_of(SOME) && limit.reached(SOME) {
                return false;
            }
        }
        while let Some(block) = cycle.blocks.pop() {
            allocator.settle(block);
            if cycle.blocks.len().is_multiple_of(SOME) && limit.reached(SOME) {
                return false;
            }
        }
        cycle.phase = Phase::Idle;
        let alive = allocator.marked + self.external.get();
        let grown = (alive / 100).saturating_mul(self.config.growth_percent);
        self.full_at.set(grown.max(alive + pace::youth(&self.config)));
        true
    }

    /// Has objects drop weak handles to what is dead.
    pub(crate) fn prune(&self, objects: &[NonNull<Header>], marking: bool) {
        let alive = Liveness { heap: PhantomData, marking };
        for &object in objects {
            // SAFETY: it was traced, so it is alive.
            let kind = unsafe { object.as_ref() }.kind();
            if let Some(prune) = self.kinds.get(kind).and_then(|info| info.prune) {
                // SAFETY: the object is alive and of this kind.
                unsafe { prune(object, &alive) };
            }
        }
    }

    /// Finalizes everything, once: the heap goes away.
    pub(crate) fn finalize_all(&self) {
        let mut finalizer = Finalizer { external: &self.external };
        let dying = RefCell::new(std::mem::take(&mut self.cycle.borrow_mut().dying));
        for list in self.mortal.iter().chain([&dying]) {
            for object in list.take() {
                // SAFETY: objects on the lists were not finalized yet; the heap goes away.
                unsafe { self.finalize(object, &mut finalizer) };
            }
        }
    }
}

impl Tracer<'_> {
    fn has_holders(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| !waiting.holders.is_empty())
    }

    /// Visits maps again some of whose keys had not been reached. False when `limit` ended it.
    fn visit_holders(&mut self, limit: &mut Limit) -> bool {
        let holders = self.waiting.as_mut().map(|waiting| std::mem::take(&mut waiting.holders));
        let mut holders = holders.unwrap_or_default().into_iter();
        while let Some(holder) = holders.next() {
            // SAFETY: it was traced, so it is alive.
            let listed = unsafe { &holder.as_ref().listed };
            listed.set(listed.get() & !HOLDER);
            self.visit(holder);
            if limit.reached(SOME) {
                // Those that were not visited are still entered.
                if let Some(waiting) = &mut self.waiting {
                    waiting.holders.extend(holders);
                }
                return false;
            }
        }
        true
    }
}
