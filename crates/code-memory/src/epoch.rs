//! When retired code may be overwritten: after every thread that might still be inside has left.
//!
//! A [`Pin`] adds one to a counter and takes the same one away again. Retired items wait until each counter has been
//! seen at zero at some moment after they were retired: whoever was inside then has left. New pins go to one half of
//! the counters while the other half drains, so that a steady stream of pins cannot keep old items waiting.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::space::Space;

/// Counters per half. Threads spread over them to keep off each other's cache lines.
const STRIPES: usize = 8;
const LOWER: u32 = (1 << STRIPES) - 1;
const UPPER: u32 = LOWER << STRIPES;

thread_local! {
    static STRIPE: Cell<usize> = const { Cell::new(usize::MAX) };
}

fn stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let own = STRIPE.get();
    if own != usize::MAX {
        return own;
    }
    let own = NEXT.fetch_add(1, Ordering::Relaxed) % STRIPES;
    STRIPE.set(own);
    own
}

#[repr(align(64))]
#[derive(Default)]
struct Counter(AtomicUsize);

/// Pins and retired items of one space.
pub(crate) struct Epochs<T> {
    counters: [Counter; 2 * STRIPES],
    /// Offset of the half that new pins use: 0 or `STRIPES`.
    half: AtomicUsize,
    /// Number of items in quarantine, to keep the lock off the path of pins.
    waiting: AtomicUsize,
    quarantine: Mutex<Quarantine<T>>,
}

struct Quarantine<T> {
    /// Retired after observation of `observed` began.
    fresh: Vec<T>,
    /// Waiting for the counters whose bits are still set in `unseen`.
    observed: Vec<T>,
    unseen: u32,
}

impl<T> Epochs<T> {
    pub(crate) fn new() -> Epochs<T> {
        Epochs {
            counters: Default::default(),
            half: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            quarantine: Mutex::new(Quarantine { fresh: Vec::new(), observed: Vec::new(), unseen: 0 }),
        }
    }

    /// Registers a participant; returns the counter it must give to `leave`.
    fn enter(&self) -> usize {
        let index = self.half.load(Ordering::Relaxed) + stripe();
        self.counters[index].0.fetch_add(1, Ordering::SeqCst);
        // Loads of entry pointers must come after the count is visible. On x64 the locked add is that barrier already.
        if cfg!(not(target_arch = "x86_64")) {
            fence(Ordering::SeqCst);
        }
        index
    }

    /// Returns whether this may have been the last participant items in quarantine wait for.
    fn leave(&self, index: usize) -> bool {
        let before = self.counters[index].0.fetch_sub(1, Ordering::SeqCst);
        before == 1 && self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Puts an item into quarantine. Nothing reachable may point at it any more.
    pub(crate) fn retire(&self, item: T) {
        let mut quarantine = self.lock();
        quarantine.fresh.push(item);
        // Ordered against the counters: either `leave` sees this item, or `observe` sees its count gone.
        self.waiting.fetch_add(1, Ordering::SeqCst);
    }

    /// Takes out the items nobody can be inside any more. Returns nothing when another thread is at it.
    pub(crate) fn collect(&self) -> Vec<T> {
        if self.waiting.load(Ordering::Relaxed) == 0 {
            return Vec::new();
        }
        let mut quarantine = match self.quarantine.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Vec::new(),
        };
        let mut free = Vec::new();
        // Twice: items retired while others were observed may be free at once as well.
        for _ in 0..2 {
            if quarantine.observed.is_empty() {
                quarantine.observed = mem::take(&mut quarantine.fresh);
                quarantine.unseen = LOWER | UPPER;
            }
            self.observe(&mut quarantine);
            if quarantine.unseen == 0 {
                free.append(&mut quarantine.observed);
            }
        }
        self.waiting.fetch_sub(free.len(), Ordering::Relaxed);
        free
    }

    fn observe(&self, quarantine: &mut Quarantine<T>) {
        // Pairs with the barrier in `enter`: a pin we do not see here started after its items became unreachable.
        fence(Ordering::SeqCst);
        for (bit, counter) in self.counters.iter().enumerate() {
            if counter.0.load(Ordering::Acquire) == 0 {
                quarantine.unseen &= !(1 << bit);
            }
        }
        let other = if self.half.load(Ordering::Relaxed) == 0 { UPPER } else { LOWER };
        if quarantine.unseen != 0 && quarantine.unseen & other == 0 {
            self.half.fetch_xor(STRIPES, Ordering::Relaxed);
        }
    }

    /// Number of items in quarantine.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Everything in quarantine, for when the space itself ends and nobody can hold a pin.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        let quarantine = self.quarantine.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut all = mem::take(&mut quarantine.observed);
        all.append(&mut quarantine.fresh);
        all
    }

    fn lock(&self) -> MutexGuard<'_, Quarantine<T>> {
        // The lists are whole between any two statements, so a poisoned lock is usable.
        self.quarantine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by a thread while it may be inside managed code: code dropped meanwhile stays in place until the pin is gone.
///
/// Take it before loading an entry pointer. Pins nest, and may be taken while others are held.
#[must_use = "code is protected only while the pin is held"]
pub struct Pin<'a> {
    space: &'a Space,
    counter: usize,
    /// A pin speaks for the thread that took it.
    _thread: PhantomData<*const ()>,
}

impl<'a> Pin<'a> {
    pub(crate) fn new(space: &'a Space) -> Pin<'a> {
        let counter = space.epochs.enter();
        space.backend.about_to_execute();
        crate::cache::sync_own_pipeline();
        Pin { space, counter, _thread: PhantomData }
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        if self.space.epochs.leave(self.counter) {
            self.space.reclaim();
        }
    }
}
