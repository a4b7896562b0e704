//! The heap as embedders see it.

use std::cell::{Cell, RefCell, RefMut};
use std::marker::PhantomData;
use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::alloc::{AllocTable, Allocator};
use crate::class::{self, MAX_SMALL};
use crate::config::{Config, OutOfMemory};
use crate::cycle::Cycle;
use crate::gc::{Any, Gc, Stored};
use crate::header::{Header, OLD, REMEMBERED};
use crate::mark::{Roots, Tracer, Unborn};
use crate::object::{Finalizer, KindInfo, Kinds, Object};
use crate::pace;
use crate::stack;
use crate::stats::{Collection, History, Stats};
use crate::verify::Fault;
use crate::weak::{RawTable, WeakTable};

/// A heap of objects of several types, with its roots.
///
/// All methods take `&self`; a heap belongs to one thread at a time and may move to another while nobody has
/// [entered](Heap::enter) it.
pub struct Heap {
    inner: NonNull<Inner>,
}

/// So many parts are noted between two collections; then the objects are.
const MOST_PARTS: usize = 1 << 16;

/// Lies at one address for the heap's life: compiled code knows where the table is.
#[repr(C)]
pub(crate) struct Inner {
    pub(crate) table: AllocTable,
    pub(crate) config: Config,
    pub(crate) kinds: Kinds,
    /// The stack's end as the outermost entry noted it; 0 outside.
    pub(crate) base: Cell<usize>,
    pub(crate) roots: RefCell<Vec<NonNull<dyn Roots>>>,
    pub(crate) ranges: RefCell<Vec<(u64, usize, usize)>>,
    pub(crate) allocator: RefCell<Allocator>,
    /// Old objects that were written to since the last collection.
    pub(crate) remembered: RefCell<Vec<NonNull<Header>>>,
    /// Parts of old objects that were written to since the last collection, where the objects are long.
    pub(crate) parts: RefCell<Vec<(NonNull<Header>, usize)>>,
    /// Objects to finalize: those allocated since the last collection, and the others.
    pub(crate) mortal: [RefCell<Vec<NonNull<Header>>>; 2],
    pub(crate) tables: RefCell<Vec<RawTable>>,
    pub(crate) external: Cell<usize>,
    /// The full collection under way.
    pub(crate) cycle: RefCell<Cycle>,
    /// Bytes to hand out between minor collections.
    pub(crate) budget: Cell<usize>,
    /// Bytes handed out since the last collection when the next pause is due.
    pub(crate) alarm: Cell<usize>,
    /// The same as of the last slice.
    pub(crate) sliced: Cell<usize>,
    /// How long the last full collection took to mark.
    pub(crate) last_full: Cell<Duration>,
    /// Bytes alive from which on a full collection is due.
    pub(crate) full_at: Cell<usize>,
    /// [`Config::stress`], until it is changed.
    pub(crate) stress: Cell<bool>,
    /// Allocations of stress mode since it does not collect at each of them.
    pub(crate) stress_asked: Cell<u64>,
    /// Pauses so far, for stress mode.
    pub(crate) collections: Cell<u64>,
    /// A collection is under way, or one was left by a panic. Then marks say nothing, and nothing is allocated any more.
    pub(crate) broken: Cell<bool>,
    pub(crate) pauses: RefCell<History>,
    id: u64,
}

const _: () = assert!(offset_of!(Inner, table) == 0);

// SAFETY: everything the heap points to is its own. Its objects may be used and dropped by other threads, by the condition
// of `Object`; roots and stack addresses are there only between the beginning and the end of an `enter`, which borrows.
unsafe impl Send for Heap {}

impl Heap {
    /// Makes a heap for objects of the given types.
    ///
    /// # Safety
    /// The embedder keeps to the rule of where handles ([`Gc`], [`Any`], and whatever is made of their words) live. Whenever
    /// [`alloc`](Heap::alloc), [`external_add`](Heap::external_add) or [`collect`](Heap::collect) is called inside of
    /// [`enter`](Heap::enter), every handle that is used later is in one of these places:
    ///
    /// * a local variable or argument of a function called (however indirectly) by the outermost `enter`, on its stack;
    /// * an object of the same heap that such a place leads to, in a part that its `trace` reports;
    /// * what the roots given to an `enter` that is under way report;
    /// * the value that is being passed to `alloc`, however deep in what it owns;
    /// * a range of memory given to [`add_range`](Heap::add_range).
    ///
    /// A `Vec`, `Box` or `HashMap` that none of these owns is not such a place, nor is a thread-local or static variable. All
    /// code inside of `enter` that calls the heap runs on the stack of `enter`, or has said otherwise by
    /// [`set_stack_base`](Heap::set_stack_base). Handles are never given to objects of another heap, nor used after their
    /// heap was dropped.
    ///
    /// # Panics
    /// When two types have the same kind.
    pub unsafe fn new(config: Config, kinds: &[KindInfo]) -> Heap {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let inner = Box::new(Inner {
            table: AllocTable::new(),
            kinds: Kinds::new(kinds),
            base: Cell::new(0),
            roots: RefCell::default(),
            ranges: RefCell::default(),
            allocator: RefCell::new(Allocator::new(config.cap_bytes, config.poison())),
            remembered: RefCell::default(),
            parts: RefCell::default(),
            mortal: [RefCell::default(), RefCell::default()],
            tables: RefCell::default(),
            external: Cell::new(0),
            cycle: RefCell::default(),
            budget: Cell::new(pace::youth(&config)),
            alarm: Cell::new(pace::youth(&config)),
            sliced: Cell::new(0),
            last_full: Cell::new(Duration::ZERO),
            full_at: Cell::new(config.young_bytes),
            stress: Cell::new(config.stress),
            stress_asked: Cell::new(0),
            collections: Cell::new(0),
            broken: Cell::new(false),
            pauses: RefCell::default(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            config,
        });
        Heap { inner: NonNull::from(Box::leak(inner)) }
    }

    #[inline]
    pub(crate) fn inner(&self) -> &Inner {
        // SAFETY: allocated in `new` and freed in `drop`.
        unsafe { self.inner.as_ref() }
    }

    /// Runs `f` with collections allowed and `roots` known. Entries nest: inner roots are added to outer ones for the time
    /// of the call, which makes this also the way to protect handles in a buffer that the heap does not know.
    ///
    /// Outside of it nothing is ever collected, and allocation goes on up to the cap.
    #[inline(never)]
    pub fn enter<R>(&self, roots: &dyn Roots, f: impl FnOnce() -> R) -> R {
        struct Leave<'h>(&'h Inner, usize);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.roots.borrow_mut().pop();
                self.0.base.set(self.1);
            }
        }
        let inner = self.inner();
        let outer = inner.base.get();
        // SAFETY: only the lifetime changes; `Leave` takes the roots off before this function ends, however it does.
        let roots: &'static dyn Roots =
            unsafe { std::mem::transmute::<&dyn Roots, &'static dyn Roots>(roots) };
        inner.roots.borrow_mut().push(NonNull::from(roots));
        let leave = Leave(inner, outer);
        if outer == 0 {
            inner.base.set(stack::here());
        }
        let result = below(f);
        drop(leave);
        result
    }

    /// Allocates an object. This may collect.
    ///
    /// # Errors
    /// When the object does not fit under the cap even after a full collection.
    #[inline]
    pub fn alloc<T: Object>(&self, value: T) -> Result<Gc<T>, OutOfMemory> {
        let inner = self.inner();
        match inner.bump(const { class_for::<T>() }) {
            Some(cell) if const { size_of::<Stored<T>>() <= MAX_SMALL } => Ok(inner.born(cell, value)),
            _ => inner.alloc_slowly(value, size_of::<Stored<T>>()),
        }
    }

    /// Allocates an object with `extra` zeroed bytes behind it, at [`Gc::trailing`]. This may collect.
    ///
    /// One byte more than asked for belongs to the object, so that a pointer to the end of the bytes keeps it alive, too.
    ///
    /// # Errors
    /// When the object does not fit under the cap even after a full collection.
    pub fn alloc_sized<T: Object>(&self, value: T, extra: usize) -> Result<Gc<T>, OutOfMemory> {
        let inner = self.inner();
        let bytes = extra.checked_add(size_of::<Stored<T>>() + 1).ok_or(OutOfMemory)?;
        if bytes <= MAX_SMALL
            && let Some(cell) = inner.bump(class::of(bytes))
        {
            return Ok(inner.born(cell, value));
        }
        inner.alloc_slowly(value, bytes)
    }

    /// The write barrier: a handle was or will be stored in `object`, before the next allocation. Compiled code compares the
    /// state byte itself ([`Header::STATE_OFFSET`]) and calls this when it is [`Header::STATE_OLD`].
    #[inline]
    pub fn wrote<T>(&self, object: Gc<T>) {
        self.wrote_any(object.erase());
    }

    /// The write barrier for a store in one part of an object ([`Object::trace_part`]).
    #[inline]
    pub fn wrote_part<T: Object>(&self, object: Gc<T>, part: usize) {
        if object.header().state.get() == OLD {
            self.inner().remember_part(object, part);
        }
    }

    /// The write barrier for an object of any type.
    #[inline]
    pub fn wrote_any(&self, object: Any) {
        if object.header().state.get() == OLD {
            self.inner().remember(object.as_ptr());
        }
    }

    /// The object whose handle has this word ([`Any::to_bits`]), if there is one: words that are no handles, or handles to what
    /// was collected, give none.
    pub fn object_at(&self, word: u64) -> Option<Any> {
        let word = usize::try_from(word).ok()?;
        let found = self.inner().allocator().space.object_at(word)?;
        // SAFETY: the space knows a live object there; between collections what it knows is alive.
        (found.addr().get() == word).then(|| unsafe { Any::from_header(found) })
    }

    /// Collects now. False outside of [`Heap::enter`], where nothing is collected.
    pub fn collect(&self, kind: Collection) -> bool {
        self.inner().collect(kind, &|_: &mut Tracer<'_>| {})
    }

    /// Begins or ends stress mode ([`Config::stress`]): what makes a guest ready would take long in it. Whether freed cells are
    /// overwritten stays as it was in the beginning.
    pub fn set_stress(&self, stress: bool) {
        self.inner().stress.set(stress);
        self.inner().table.withhold();
    }

    /// Objects own `bytes` bytes more elsewhere, which count against the cap and make collections more frequent. This may
    /// collect. [`Finalizer::external_sub`] takes them off again.
    ///
    /// # Errors
    /// When the bytes do not fit under the cap even after a full collection. Then they are not counted.
    pub fn external_add(&self, bytes: usize) -> Result<(), OutOfMemory> {
        self.inner().external_add(bytes)
    }

    /// Objects own `bytes` bytes fewer elsewhere.
    pub fn external_sub(&self, bytes: usize) {
        let external = &self.inner().external;
        external.set(external.get().saturating_sub(bytes));
    }

    /// Makes a table of weak references. It exists as long as the heap.
    pub fn weak_table<T: Object>(&self) -> WeakTable<T> {
        let mut tables = self.inner().tables.borrow_mut();
        tables.push(RawTable::default());
        WeakTable { heap: self.inner().id, index: tables.len() - 1, object: PhantomData }
    }

    pub(crate) fn with_table<R>(&self, heap: u64, index: usize, f: impl FnOnce(&mut RawTable) -> R) -> R {
        assert_eq!(heap, self.inner().id, "weak table of another heap");
        f(&mut self.inner().tables.borrow_mut()[index])
    }

    /// Has words in a range of memory keep objects alive: another stack, or a buffer of frames. The result names the range.
    ///
    /// # Safety
    /// Until [`Heap::remove_range`], the range is readable whenever a collection may happen.
    pub unsafe fn add_range(&self, start: *const usize, len: usize) -> u64 {
        let mut ranges = self.inner().ranges.borrow_mut();
        let id = ranges.iter().map(|r| r.0 + 1).max().unwrap_or(0);
        let start = start.expose_provenance();
        ranges.push((id, start, start + len * size_of::<usize>()));
        id
    }

    /// Forgets a range.
    pub fn remove_range(&self, id: u64) {
        self.inner().ranges.borrow_mut().retain(|r| r.0 != id);
    }

    /// From now on, the running stack ends at `base`; returns where the previous one ended. For code that switches stacks:
    /// it adds the part of the stack it leaves as a range first.
    ///
    /// # Safety
    /// Everything from the stack pointer up to `base` is readable.
    pub unsafe fn set_stack_base(&self, base: usize) -> usize {
        self.inner().base.replace(base)
    }

    /// Walks the heap and the roots.
    ///
    /// # Errors
    /// The first fault found.
    pub fn verify(&self) -> Result<(), Fault> {
        self.inner().verify()
    }

    /// State and history.
    pub fn stats(&self) -> Stats {
        let inner = self.inner();
        let allocator = inner.allocator();
        Stats {
            live: allocator.marked,
            used: allocator.space.used,
            kept: allocator.space.dirty,
            external: inner.external.get(),
            allocated: allocator.total,
            peak: allocator.peak,
            pauses: inner.pauses.borrow().clone(),
        }
    }

    /// The runs that allocation bumps through, for compiled code. The address holds as long as the heap.
    pub fn table(&self) -> NonNull<AllocTable> {
        self.inner.cast()
    }

    /// The size class of objects of `bytes` bytes, header included, and its cell size. `None`: too large for a run.
    pub fn class_of(bytes: usize) -> Option<(usize, usize)> {
        (bytes <= MAX_SMALL).then(|| (class::of(bytes), class::size(class::of(bytes))))
    }
}

/// The class of a type's objects; any for those that are too large.
const fn class_for<T>() -> usize {
    let bytes = size_of::<Stored<T>>();
    class::of(if bytes > MAX_SMALL { 1 } else { bytes })
}

/// Runs `f` in a frame below the caller's.
#[inline(never)]
fn below<R>(f: impl FnOnce() -> R) -> R {
    f()
}

impl Inner {
    pub(crate) fn allocator(&self) -> RefMut<'_, Allocator> {
        self.allocator.try_borrow_mut().expect("the heap was used by what it called during a collection")
    }

    /// A cell of the class's current run, if there is one.
    #[inline]
    fn bump(&self, class: usize) -> Option<NonNull<u8>> {
        let entry = &self.table.entries[class];
        let (cell, size) = (entry.cursor.get(), class::size(class));
        if entry.limit.get().addr() - cell.addr() < size {
            return None;
        }
        entry.cursor.set(cell.wrapping_add(size));
        // SAFETY: a run begins behind address 0.
        Some(unsafe { NonNull::new_unchecked(cell) })
    }

    /// Makes a zeroed cell an object.
    #[inline]
    fn born<T: Object>(&self, cell: NonNull<u8>, value: T) -> Gc<T> {
        let at = cell.cast::<Stored<T>>();
        // SAFETY: the cell is at least as long as a stored `T`, aligned to 16, and nobody else's.
        unsafe {
            Header::write(at.cast(), T::KIND);
            (&raw mut (*at.as_ptr()).value).write(value);
        }
        if T::FINALIZE {
            self.mortal[0].borrow_mut().push(at.cast());
        }
        // SAFETY: a `T` was just put there.
        unsafe { Gc::from_header(at.cast()) }
    }

    /// Allocates when the current run has no cell to give, or the object is too large for one. The value comes by itself so
    /// that it can stay in registers elsewhere.
    #[cold]
    #[inline(never)]
    fn alloc_slowly<T: Object>(&self, value: T, bytes: usize) -> Result<Gc<T>, OutOfMemory> {
        let cell = self.slow(bytes, &Unborn(&value))?;
        Ok(self.born(cell, value))
    }

    /// Takes memory, collecting before when it is time for that, or fully when there is none.
    fn slow(&self, bytes: usize, value: &dyn Roots) -> Result<NonNull<u8>, OutOfMemory> {
        if let Some(work) = self.due() {
            self.pause(work, value);
        }
        if self.broken.get() {
            return Err(OutOfMemory);
        }
        let class = (bytes <= MAX_SMALL).then(|| class::of(bytes));
        if let Some(cell) = self.take(bytes, class) {
            return Ok(cell);
        }
        if !self.collect_for_room(class, value) {
            return Err(OutOfMemory);
        }
        self.take(bytes, class).ok_or(OutOfMemory)
    }

    fn take(&self, bytes: usize, class: Option<usize>) -> Option<NonNull<u8>> {
        let (mut allocator, external) = (self.allocator(), self.external.get());
        match class {
            // In stress modes the rest of the run stays hidden, so that the next allocation comes here again.
            Some(class) => {
                let publish = !self.stress.get() && !self.config.stress_slices;
                allocator.cell(&self.table.entries[class], class, external, publish)
            }
            None => allocator.large(bytes, external),
        }
    }

    fn external_add(&self, bytes: usize) -> Result<(), OutOfMemory> {
        let fits = || {
            let used = self.allocator().space.used;
            used.checked_add(self.external.get())?
                .checked_add(bytes)
                .filter(|&sum| sum <= self.config.cap_bytes)
        };
        let sum = match fits() {
            Some(sum) => sum,
            None => {
                if !self.collect_for_room(None, &|_: &mut Tracer<'_>| {}) {
                    return Err(OutOfMemory);
                }
                fits().ok_or(OutOfMemory)?
            }
        };
        self.external.set(self.external.get() + bytes);
        let mut allocator = self.allocator();
        allocator.since += bytes;
        allocator.peak = allocator.peak.max(sum);
        if allocator.since >= self.alarm.get() {
            self.table.withhold();
        }
        Ok(())
    }

    /// A long object stays old, so that the next store in it is noted, too, until there are too many.
    #[cold]
    #[inline(never)]
    fn remember_part<T: Object>(&self, object: Gc<T>, part: usize) {
        let mut parts = self.parts.borrow_mut();
        if !T::PARTS || !object.is_long() || parts.len() >= MOST_PARTS {
            self.remember(object.as_ptr());
        } else if parts.last() != Some(&(object.as_ptr(), part)) {
            parts.push((object.as_ptr(), part));
        }
    }

    #[cold]
    #[inline(never)]
    fn remember(&self, object: NonNull<Header>) {
        // SAFETY: the caller has a handle to it.
        unsafe { object.as_ref() }.state.set(REMEMBERED);
        self.remembered.borrow_mut().push(object);
    }

    /// # Safety
    /// The object is in the heap, was not finalized before, and is not used again.
    pub(crate) unsafe fn finalize(&self, object: NonNull<Header>, finalizer: &mut Finalizer<'_>) {
        // SAFETY: the caller's promise.
        let kind = unsafe { object.as_ref() }.kind();
        if let Some(finalize) = self.kinds.get(kind).and_then(|info| info.finalize) {
            // SAFETY: the caller's promise; the table's entry is that of the object's type.
            unsafe { finalize(object, finalizer) };
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.inner().finalize_all();
        // SAFETY: `new` leaked this box; nobody has a reference into it any more.
        drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
    }
}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap").field("stats", &self.stats()).finish()
    }
}
