//! Marking: an explicit stack, filled by what objects and roots report.

use std::collections::HashMap;
use std::ptr::NonNull;

use crate::alloc::marked_objects;
use crate::chunk::{self, Bits};
use crate::gc::{Any, Gc};
use crate::header::{HOLDER, Header, NEW, OLD, PRUNABLE};
use crate::object::{Kinds, Object};
use crate::pace::Limit;
use crate::space::Space;
use crate::verify::Examiner;

/// How many objects are being fetched while one is visited.
const AHEAD: usize = 16;

/// Traces a part of an object; whether there are more.
pub(crate) type Part = unsafe fn(NonNull<Header>, usize, &mut Tracer<'_>) -> bool;

/// Tells the processor that an object will be read.
#[inline(always)]
fn prefetch(object: NonNull<Header>) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(object.as_ptr().cast());
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a hint, which reads nothing.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{0}]", in(reg) object.as_ptr(), options(nostack, preserves_flags));
    }
}

/// Roots that the embedder knows exactly.
///
/// They are traced in every collection, so `trace` sees what the roots are at that moment: keep them in cells.
/// Closures that take a tracer are roots, too.
///
/// `trace` must not use the heap and not panic: after a panic the heap gives out no more memory. Mind `RefCell`s that are
/// borrowed mutably while something is allocated.
pub trait Roots {
    /// Reports every root.
    fn trace(&self, tracer: &mut Tracer<'_>);
}

impl<F: Fn(&mut Tracer<'_>)> Roots for F {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self(tracer);
    }
}

/// What is done with the handles that are reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// Objects that are not marked are marked, and traced here. What a minor collection does when no cycle is under way: then
    /// all old objects are marked. Also the end of a cycle, right after a minor collection: then no object is new.
    All,
    /// A minor collection during a cycle: new objects are marked and traced; old ones are marked and left to the cycle.
    Young,
    /// The same for an old object that the cycle has not reached: what is old concerns nobody until it does.
    YoungOnly,
    /// A slice of a cycle: old objects are marked and traced, new ones passed over. They are the next minor collection's, which
    /// finds all that are alive: what old object holds them was reported to the write barrier.
    Old,
    /// Nothing is marked; the examiner looks.
    Examine,
}

/// What tracing leaves for later in a cycle.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Marked, and not traced: the cycle's mark stack.
    pub(crate) grey: Vec<NonNull<Header>>,
    /// Traced up to a part.
    pub(crate) partly: Vec<(NonNull<Header>, usize)>,
    /// Objects were dropped from `grey` because it was full.
    pub(crate) overflowed: bool,
    /// Objects that reported an entry with an old key which the cycle had not reached.
    pub(crate) holders: Vec<NonNull<Header>>,
    /// Objects that want to drop weak handles at the end.
    pub(crate) prunable: Vec<NonNull<Header>>,
}

impl Waiting {
    /// Enters an object in the list of what is to be pruned, once.
    fn prune_later(&mut self, object: NonNull<Header>) {
        // SAFETY: the object is being traced, so it is alive.
        let listed = unsafe { &object.as_ref().listed };
        if listed.get() & PRUNABLE == 0 {
            listed.set(listed.get() | PRUNABLE);
            self.prunable.push(object);
        }
    }

    fn hold(&mut self, object: NonNull<Header>) {
        // SAFETY: the object is being traced, so it is alive.
        let listed = unsafe { &object.as_ref().listed };
        if listed.get() & HOLDER == 0 {
            listed.set(listed.get() | HOLDER);
            self.holders.push(object);
        }
    }
}

/// Receives the handles that objects and roots hold.
pub struct Tracer<'h> {
    pub(crate) space: &'h Space,
    kinds: &'h Kinds,
    pub(crate) mode: Mode,
    stack: Vec<NonNull<Header>>,
    limit: usize,
    overflowed: bool,
    /// In a slice, and in minor collections during a cycle.
    pub(crate) waiting: Option<&'h mut Waiting>,
    /// The object being visited.
    holder: Option<NonNull<Header>>,
    ephemerons: Vec<(NonNull<Header>, NonNull<Header>)>,
    /// Values of keys that were not marked when everything else was traced: reported as soon as the key is visited, so that a
    /// chain of entries, each the key of the next, takes one pass.
    by_key: HashMap<NonNull<Header>, Vec<NonNull<Header>>>,
    /// Objects that were traced and want to drop weak handles.
    pub(crate) prunable: Vec<NonNull<Header>>,
    /// Set while the heap is being verified.
    pub(crate) examiner: Option<Examiner>,
}

impl<'h> Tracer<'h> {
    pub(crate) fn new(space: &'h Space, kinds: &'h Kinds, mode: Mode, limit: usize) -> Tracer<'h> {
        Tracer {
            space,
            kinds,
            mode,
            stack: Vec::new(),
            limit,
            overflowed: false,
            waiting: None,
            holder: None,
            ephemerons: Vec::new(),
            by_key: HashMap::new(),
            prunable: Vec::new(),
            examiner: None,
        }
    }

    /// Has it trace for a cycle: from what waits there.
    pub(crate) fn of_cycle(mut self, waiting: &'h mut Waiting) -> Tracer<'h> {
        if self.mode != Mode::Young {
            self.stack = std::mem::take(&mut waiting.grey);
            self.overflowed = std::mem::take(&mut waiting.overflowed);
        }
        self.waiting = Some(waiting);
        self
    }

    /// Puts what was not traced back where it waits.
    pub(crate) fn leave(mut self) {
        if let Some(waiting) = self.waiting.filter(|_| self.mode != Mode::Young) {
            waiting.grey = std::mem::take(&mut self.stack);
            waiting.overflowed |= self.overflowed;
        }
    }

    /// There is a handle to `target`.
    #[inline]
    pub fn edge<T>(&mut self, target: Gc<T>) {
        // SAFETY: handles are to live objects, by the condition of `Heap::new`.
        unsafe { self.edge_raw(target.as_ptr()) };
    }

    /// There is a handle to `target`, if it is one.
    #[inline]
    pub fn edge_opt<T>(&mut self, target: Option<Gc<T>>) {
        if let Some(target) = target {
            self.edge(target);
        }
    }

    /// There is a handle to `target`.
    #[inline]
    pub fn edge_any(&mut self, target: Any) {
        // SAFETY: handles are to live objects, by the condition of `Heap::new`.
        unsafe { self.edge_raw(target.as_ptr()) };
    }

    /// There is a handle to the object whose header is at `target`.
    ///
    /// # Safety
    /// A live object of this heap is there.
    #[inline(always)]
    pub unsafe fn edge_raw(&mut self, target: NonNull<Header>) {
        // SAFETY: the caller's promise.
        let (bits, offset) = (unsafe { Bits::of(target) }, target.addr().get());
        if bits.is_marked(offset) && self.mode != Mode::Examine {
            return;
        }
        if self.mode == Mode::All {
            bits.mark(offset);
            self.push(target);
        } else {
            // SAFETY: the caller's promise.
            unsafe { self.edge_in_cycle(target) };
        }
    }

    /// A handle to an object that is not marked, during a cycle; any when the heap is being verified.
    ///
    /// # Safety
    /// A live object of this heap is there.
    #[inline(never)]
    unsafe fn edge_in_cycle(&mut self, target: NonNull<Header>) {
        // SAFETY: the caller's promise.
        let (bits, offset) = (unsafe { Bits::of(target) }, target.addr().get());
        if self.mode == Mode::Old {
            if !bits.is_young(offset) || bits.was_marked(offset) {
                bits.mark(offset);
                self.push(target);
            }
            return;
        }
        let old = bits.was_marked(offset);
        match self.mode {
            Mode::YoungOnly if old => {}
            Mode::Young if old => {
                bits.mark(offset);
                self.leave_to_cycle(target);
            }
            Mode::Examine => {
                if let Some(examiner) = &mut self.examiner {
                    examiner.edge(self.space, target);
                }
            }
            _ => {
                bits.mark(offset);
                self.push(target);
            }
        }
    }

    /// `value` is to be alive if `key` is: an entry of a map whose keys are weak. The key itself is not reported.
    pub fn ephemeron(&mut self, key: Any, value: Any) {
        if self.mode == Mode::Examine {
            return;
        }
        // SAFETY: handles are to live objects, by the condition of `Heap::new`.
        let bits = unsafe { Bits::of(key.as_ptr()) };
        let offset = key.as_ptr().addr().get();
        if bits.is_marked(offset) {
            self.edge_any(value);
        } else if self.mode == Mode::All || self.mode != Mode::Old && !bits.was_marked(offset) {
            self.ephemerons.push((key.as_ptr(), value.as_ptr()));
        } else if bits.was_marked(offset) {
            self.later(value);
        }
        // What is left is a new key that a slice meets. The map was written to, so the next minor collection sees it.
    }

    /// An entry whose key is old, and perhaps reached by the cycle later.
    #[cold]
    fn later(&mut self, value: Any) {
        if self.mode != Mode::YoungOnly
            && let (Some(holder), Some(waiting)) = (self.holder, &mut self.waiting)
        {
            waiting.hold(holder);
        }
        // For a minor collection what is old is alive, so the value is if it is new.
        if self.mode != Mode::Old {
            let mode = std::mem::replace(&mut self.mode, Mode::YoungOnly);
            self.edge_any(value);
            self.mode = mode;
        }
    }

    /// Whatever these words point to is alive: for buffers that nobody knows the layout of.
    pub fn conservative(&mut self, words: &[usize]) {
        for &word in words {
            self.word(word);
        }
    }

    #[inline]
    pub(crate) fn word(&mut self, word: usize) {
        if self.mode == Mode::Examine {
            return;
        }
        if let Some(target) = self.space.object_at(word) {
            // SAFETY: the space knows a live object there.
            unsafe { self.edge_raw(target) };
        }
    }

    #[inline]
    fn push(&mut self, object: NonNull<Header>) {
        if self.stack.len() < self.limit { self.stack.push(object) } else { self.overflow(object) }
    }

    #[cold]
    fn overflow(&mut self, object: NonNull<Header>) {
        // SAFETY: only live objects are pushed.
        unsafe { object.as_ref() }.pending.set(true);
        self.overflowed = true;
    }

    #[cold]
    fn leave_to_cycle(&mut self, object: NonNull<Header>) {
        let Some(waiting) = &mut self.waiting else { return };
        if waiting.grey.len() < self.limit {
            waiting.grey.push(object);
        } else {
            // SAFETY: only live objects are marked.
            unsafe { object.as_ref() }.pending.set(true);
            waiting.overflowed = true;
        }
    }

    /// Traces everything that was marked and not traced, and what is reached from there.
    pub(crate) fn drain(&mut self) {
        loop {
            self.drain_stack(usize::MAX);
            if !self.next_part() && !self.refill() && !self.advance_ephemerons() {
                return;
            }
        }
    }

    /// The same, until `limit` ends it: then false. Entries with weak keys are left to the end of the cycle.
    pub(crate) fn drain_within(&mut self, limit: &mut Limit) -> bool {
        loop {
            let some = limit.some();
            let visited = self.drain_stack(some);
            if visited < some && !self.next_part() && !self.refill() {
                return true;
            }
            if limit.reached(visited.max(1)) {
                return false;
            }
        }
    }

    /// Objects wait in a short queue between the stack and being visited, so that the processor can fetch them meanwhile. Stops
    /// when it has visited `most`; returns how many it has.
    fn drain_stack(&mut self, most: usize) -> usize {
        let mut queue = [None; AHEAD];
        let mut turn = 0;
        let mut waiting = 0;
        let mut visited = 0;
        while visited < most {
            let next = self.stack.pop();
            if let Some(next) = next {
                prefetch(next);
                waiting += 1;
            } else if waiting == 0 {
                return visited;
            }
            if let Some(object) = std::mem::replace(&mut queue[turn], next) {
                waiting -= 1;
                visited += 1;
                self.visit(object);
            }
            turn = (turn + 1) % AHEAD;
        }
        queue.into_iter().flatten().for_each(|object| self.push(object));
        visited
    }

    /// Reports what an object holds, and makes it old.
    #[inline(always)]
    pub(crate) fn visit(&mut self, object: NonNull<Header>) {
        // SAFETY: only live objects are marked.
        let header = unsafe { object.as_ref() };
        if header.state.get() == NEW {
            header.state.set(OLD);
        }
        self.holder = Some(object);
        let kinds = self.kinds;
        let Some(info) = kinds.get(header.kind()) else { return };
        if info.prune.is_some() {
            self.found_prunable(object);
        }
        if !self.by_key.is_empty() {
            self.report_values(object);
        }
        if let Some(part) = info.part.filter(|_| self.mode == Mode::Old) {
            self.begin_parts(object, part);
        } else if let Some(trace) = info.trace {
            // SAFETY: the object is alive and of this kind.
            unsafe { trace(object, self) };
        }
    }

    #[cold]
    fn found_prunable(&mut self, object: NonNull<Header>) {
        // A minor collection prunes at once; at its end a cycle does it again, for the old objects that it did not reach.
        if self.mode != Mode::Old {
            self.prunable.push(object);
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.prune_later(object);
        }
    }

    /// Visits the old objects that the write barrier noted.
    pub(crate) fn visit_remembered(&mut self, objects: &[NonNull<Header>]) {
        let mode = self.mode;
        for (at, &object) in objects.iter().enumerate() {
            if let Some(&later) = objects.get(at + AHEAD) {
                prefetch(later);
            }
            // SAFETY: what was written to was alive; what is old is not freed before a cycle ends, and the list is empty then.
            let (header, marked) = unsafe { (object.as_ref(), chunk::is_marked(object)) };
            header.state.set(OLD);
            self.mode = if mode == Mode::Young && !marked { Mode::YoungOnly } else { mode };
            self.visit(object);
        }
        self.mode = mode;
    }

    /// Visits the parts of old objects that the write barrier noted.
    pub(crate) fn visit_parts(&mut self, parts: &[(NonNull<Header>, usize)]) {
        let mode = self.mode;
        for (at, &(object, number)) in parts.iter().enumerate() {
            if let Some(&(later, _)) = parts.get(at + AHEAD) {
                prefetch(later);
            }
            // SAFETY: as for whole objects.
            let (kind, marked) = unsafe { (object.as_ref().kind(), chunk::is_marked(object)) };
            self.mode = if mode == Mode::Young && !marked { Mode::YoungOnly } else { mode };
            self.holder = Some(object);
            if let Some(part) = self.kinds.get(kind).and_then(|info| info.part) {
                // SAFETY: the object is alive and of this kind.
                unsafe { part(object, number, self) };
            }
        }
        self.mode = mode;
    }

    /// The old objects that the write barrier noted will be visited like all others.
    pub(crate) fn forget_remembered(&mut self, objects: &[NonNull<Header>]) {
        for object in objects {
            // SAFETY: what was written to was alive, and nothing was freed since.
            unsafe { object.as_ref() }.state.set(OLD);
        }
    }

    /// Visits an object of many parts, the first now.
    fn begin_parts(&mut self, object: NonNull<Header>, part: Part) {
        // SAFETY: the object is alive and of the kind whose entry `part` is.
        if unsafe { part(object, 0, self) }
            && let Some(waiting) = &mut self.waiting
        {
            waiting.partly.push((object, 1));
        }
    }

    /// Traces one more part of an object that was begun with. False when there is none.
    fn next_part(&mut self) -> bool {
        if self.mode == Mode::Young {
            return false;
        }
        let Some((object, number)) = self.waiting.as_mut().and_then(|waiting| waiting.partly.pop()) else {
            return false;
        };
        // SAFETY: objects that a cycle has reached stay until it has ended.
        let kind = unsafe { object.as_ref() }.kind();
        let part = self.kinds.get(kind).and_then(|info| info.part);
        // SAFETY: as above, and the entry is that of the object's type.
        if part.is_some_and(|part| unsafe { part(object, number, self) })
            && let Some(waiting) = &mut self.waiting
        {
            waiting.partly.push((object, number + 1));
        }
        true
    }

    /// Finds what was dropped because the stack was full, as much of it as fits.
    #[cold]
    fn find_pending(&mut self) -> bool {
        let (space, limit) = (self.space, self.limit);
        let mut found = std::mem::take(&mut self.stack);
        let mut more = false;
        marked_objects(space, &mut |object| {
            // SAFETY: marked objects are alive.
            let pending = unsafe { &object.as_ref().pending };
            if pending.get() {
                if found.len() < limit {
                    pending.set(false);
                    found.push(object);
                } else {
                    more = true;
                }
            }
        });
        self.stack = found;
        self.overflowed = more;
        !self.stack.is_empty()
    }

    fn refill(&mut self) -> bool {
        self.overflowed && self.find_pending()
    }

    /// Reports the values of keys that were reached meanwhile; the others wait for their keys. False when there were none.
    fn advance_ephemerons(&mut self) -> bool {
        let mut any = false;
        for (key, value) in std::mem::take(&mut self.ephemerons) {
            // SAFETY: `ephemeron` was given handles; nothing is freed while marking goes on.
            if unsafe { chunk::is_marked(key) } {
                // SAFETY: as above.
                unsafe { self.edge_raw(value) };
                any = true;
            } else {
                self.by_key.entry(key).or_default().push(value);
            }
        }
        any
    }

    /// Reports the values of a key that is being visited.
    #[cold]
    fn report_values(&mut self, key: NonNull<Header>) {
        for value in self.by_key.remove(&key).unwrap_or_default() {
            // SAFETY: `ephemeron` was given handles; nothing is freed while marking goes on.
            unsafe { self.edge_raw(value) };
        }
    }
}

/// The roots of one object that is not in the heap yet.
pub(crate) struct Unborn<'v, T>(pub(crate) &'v T);

impl<T: Object> Roots for Unborn<'_, T> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if !T::LEAF {
            self.0.trace(tracer);
        }
    }
}
