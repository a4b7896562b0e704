//! Marking: an explicit stack, filled by what objects and roots report.

use std::ptr::NonNull;

use crate::alloc::marked_objects;
use crate::chunk;
use crate::gc::{Any, Gc};
use crate::header::{Header, OLD};
use crate::object::{Kinds, Object};
use crate::space::Space;
use crate::verify::Examiner;

/// How many objects are being fetched while one is visited.
const AHEAD: usize = 16;

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

/// Receives the handles that objects and roots hold.
pub struct Tracer<'h> {
    pub(crate) space: &'h Space,
    kinds: &'h Kinds,
    /// Whether all marks are made anew.
    full: bool,
    stack: Vec<NonNull<Header>>,
    limit: usize,
    overflowed: bool,
    ephemerons: Vec<(NonNull<Header>, NonNull<Header>)>,
    /// Objects that were traced and want to drop weak handles.
    pub(crate) prunable: Vec<NonNull<Header>>,
    /// Set while the heap is being verified: nothing is marked then.
    pub(crate) examiner: Option<Examiner>,
}

impl<'h> Tracer<'h> {
    pub(crate) fn new(space: &'h Space, kinds: &'h Kinds, full: bool, limit: usize) -> Tracer<'h> {
        Tracer {
            space,
            kinds,
            full,
            stack: Vec::new(),
            limit,
            overflowed: false,
            ephemerons: Vec::new(),
            prunable: Vec::new(),
            examiner: None,
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
    #[inline]
    pub unsafe fn edge_raw(&mut self, target: NonNull<Header>) {
        if let Some(examiner) = &mut self.examiner {
            examiner.edge(self.space, target);
            return;
        }
        // SAFETY: the caller's promise.
        if unsafe { chunk::mark(target) } {
            self.push(target);
        }
    }

    /// `value` is to be alive if `key` is: an entry of a map whose keys are weak. The key itself is not reported.
    pub fn ephemeron(&mut self, key: Any, value: Any) {
        if self.examiner.is_some() {
            return;
        }
        // SAFETY: handles are to live objects, by the condition of `Heap::new`.
        if unsafe { chunk::is_marked(key.as_ptr()) } {
            self.edge_any(value);
        } else {
            self.ephemerons.push((key.as_ptr(), value.as_ptr()));
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
        if self.examiner.is_some() {
            return;
        }
        if let Some(target) = self.space.object_at(word, self.full) {
            // SAFETY: the space knows a live object there.
            unsafe { self.edge_raw(target) };
        }
    }

    #[inline]
    fn push(&mut self, object: NonNull<Header>) {
        if self.stack.len() < self.limit {
            self.stack.push(object);
        } else {
            // SAFETY: only live objects are pushed.
            unsafe { object.as_ref() }.pending.set(true);
            self.overflowed = true;
        }
    }

    /// Traces everything that was marked and not traced, and what is reached from there.
    pub(crate) fn drain(&mut self) {
        loop {
            self.drain_stack();
            if !self.refill() && !self.advance_ephemerons() {
                return;
            }
        }
    }

    /// Objects wait in a short queue between the stack and being visited, so that the processor can fetch them meanwhile.
    fn drain_stack(&mut self) {
        let mut queue = [None; AHEAD];
        let mut turn = 0;
        let mut waiting = 0;
        loop {
            let next = self.stack.pop();
            if let Some(next) = next {
                prefetch(next);
                waiting += 1;
            } else if waiting == 0 {
                return;
            }
            if let Some(object) = std::mem::replace(&mut queue[turn], next) {
                waiting -= 1;
                self.visit(object);
            }
            turn = (turn + 1) % AHEAD;
        }
    }

    /// Reports what an object holds, and makes it old.
    #[inline]
    pub(crate) fn visit(&mut self, object: NonNull<Header>) {
        // SAFETY: only live objects are marked.
        let header = unsafe { object.as_ref() };
        if header.state.get() != OLD {
            header.state.set(OLD);
        }
        let kinds = self.kinds;
        let Some(info) = kinds.get(header.kind()) else { return };
        if info.prune.is_some() {
            self.prunable.push(object);
        }
        if let Some(trace) = info.trace {
            // SAFETY: the object is alive and of this kind.
            unsafe { trace(object, self) };
        }
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

    /// Reports the values of keys that were reached meanwhile. False when there were none.
    fn advance_ephemerons(&mut self) -> bool {
        let waiting = std::mem::take(&mut self.ephemerons);
        let before = waiting.len();
        for (key, value) in waiting {
            // SAFETY: `ephemeron` was given handles; nothing is freed while marking goes on.
            unsafe { self.ephemeron(Any::from_header(key), Any::from_header(value)) };
        }
        self.ephemerons.len() < before
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
