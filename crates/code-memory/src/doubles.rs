//! Spaces for tests: stricter than the system, failing on command, far away, or watched.
//!
//! ```
//! use code_memory::doubles::Double;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (space, controls) = Double::new().strict().check_modes().reserve(1 << 16)?;
//! controls.fail_allocs(1);
//! assert!(space.alloc(64, 16).is_err());
//! assert!(space.alloc(64, 16).is_ok());
//! # Ok(()) }
//! ```

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::{fmt, mem};

use crate::arch::BRANCH_REACH;
use crate::backend::{self, Backend, Reserved};
use crate::error::{Attempt, OsError, ReserveError};
use crate::space::{ExecSpace, Near};
use crate::write_scope;

/// Which kind of memory a double stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pages {
    /// What [`ExecSpace::reserve`] would take.
    #[default]
    Best,
    /// The fallback: pages that start writable, become executable, and are thrown away.
    Fresh,
    /// A mistake kept for tests: protection flipped back and forth under running code. Not on Windows.
    Flipped,
    /// None: the host forbids executable memory.
    Forbidden,
}

/// Describes a space for tests. Start with [`Double::new`].
#[derive(Clone, Debug, Default)]
pub struct Double {
    pages: Pages,
    strict: bool,
    check_modes: bool,
    stale_caches: bool,
    far_from: Option<usize>,
    reach: Option<u64>,
}

impl Double {
    /// A space like any other, whose [`Controls`] make it fail and tell what it did.
    pub fn new() -> Double {
        Double::default()
    }

    /// Chooses the kind of memory.
    pub fn on(self, pages: Pages) -> Double {
        Double { pages, ..self }
    }

    /// Makes memory writable through its alias inside write scopes only, so that stray writes fault. (Code that was not
    /// published traps in every space.)
    pub fn strict(self) -> Double {
        Double { strict: true, ..self }
    }

    /// Watches every thread's write mode: a [`Pin`](crate::Pin) taken inside a write scope is recorded as a violation.
    pub fn check_modes(self) -> Double {
        Double { check_modes: true, ..self }
    }

    /// Leaves cache maintenance out, to show that tests notice.
    pub fn stale_caches(self) -> Double {
        Double { stale_caches: true, ..self }
    }

    /// Places the space out of reach of direct branches from `address`.
    pub fn far_from(self, address: usize) -> Double {
        Double { far_from: Some(address), ..self }
    }

    /// Takes branches of `bytes` or more for out of reach, so that they get veneers.
    pub fn short_reach(self, bytes: u64) -> Double {
        Double { reach: Some(bytes), ..self }
    }

    /// Makes the space, of at least `len` bytes.
    ///
    /// # Errors
    /// As [`ExecSpace::reserve`]; also when the kind of memory does not exist here, or no place is far enough.
    pub fn reserve(self, len: usize) -> Result<(ExecSpace, Controls), ReserveError> {
        let len = ExecSpace::check_len(len)?;
        let Reserved { backend, attempts } = match self.far_from {
            None => self.pages.reserve(len, Near::Anywhere),
            Some(from) => self.reserve_far(len, from),
        }
        .map_err(|attempts| ReserveError::Forbidden { attempts })?;
        let controls = Controls::default();
        let reach = self.reach.unwrap_or(BRANCH_REACH);
        let watched =
            Watched { inner: backend, double: self, controls: controls.clone(), writers: Mutex::new(0) };
        watched.close_alias().map_err(|error| {
            let attempts = vec![Attempt { backend: "strict double", error }];
            ReserveError::Forbidden { attempts }
        })?;
        Ok((ExecSpace::new(Reserved { backend: Box::new(watched), attempts }, reach), controls))
    }

    fn reserve_far(&self, len: usize, from: usize) -> Result<Reserved, Vec<Attempt>> {
        // Reservations land within reach of what they are asked for, so twice and a half the reach away is far enough.
        let away = BRANCH_REACH as usize / 2 * 5;
        for wanted in [from.checked_sub(away), from.checked_add(away)].into_iter().flatten() {
            let reserved = self.pages.reserve(len, Near::Address(wanted))?;
            let (base, len) = (reserved.backend.base(), reserved.backend.len());
            let is_far = |address: usize| address.abs_diff(from) as u64 > BRANCH_REACH;
            if is_far(base) && is_far(base + len) {
                return Ok(reserved);
            }
        }
        Err(vec![Attempt {
            backend: "far double",
            error: OsError::refused("reserve", "no address far enough"),
        }])
    }
}

impl Pages {
    fn reserve(self, len: usize, near: Near) -> Result<Reserved, Vec<Attempt>> {
        let made = match self {
            Pages::Best => return backend::reserve(len, near),
            #[cfg(unix)]
            Pages::Fresh => backend::fresh::reserve(len, near),
            #[cfg(unix)]
            Pages::Flipped => backend::flip::reserve(len, near),
            #[cfg(windows)]
            Pages::Fresh => backend::windows::reserve_fresh(len, near),
            #[cfg(windows)]
            Pages::Flipped => Err(OsError::refused("reserve", "no such double on this system")),
            Pages::Forbidden => Err(OsError::refused("reserve", "forbidden by the test")),
        };
        let attempt = |error| vec![Attempt { backend: "test double", error }];
        made.map(|backend| Reserved { backend, attempts: Vec::new() }).map_err(attempt)
    }
}

/// A thread that was about to run managed code while it could write to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeViolation {
    /// The thread.
    pub thread: ThreadId,
    /// How many write scopes it was in.
    pub depth: u32,
}

/// What a watched space did to a range of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Code was written.
    Wrote(Range<usize>),
    /// Traps were written.
    Erased(Range<usize>),
    /// Caches were made to see it.
    Synced(Range<usize>),
}

type Hook = Box<dyn FnOnce() + Send>;

/// Makes a double misbehave, and asks it what happened. Clones control the same space.
#[derive(Clone, Default)]
pub struct Controls {
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    failing_allocs: AtomicU32,
    failing_writes: AtomicU32,
    failing_syncs: AtomicU32,
    failing_erasures: AtomicU32,
    on_write: Mutex<Option<Hook>>,
    violations: Mutex<Vec<ModeViolation>>,
    events: Mutex<Vec<Event>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Hooks panic on purpose; what they interrupt is only taken out of its place before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fail_if(count: &AtomicU32, call: &'static str) -> Result<(), OsError> {
    let take = |left: u32| left.checked_sub(1);
    match count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
        Ok(_) => Err(OsError::refused(call, "failure asked for by the test")),
        Err(_) => Ok(()),
    }
}

impl Controls {
    /// Makes the next `count` allocations fail.
    pub fn fail_allocs(&self, count: u32) {
        self.state.failing_allocs.store(count, Ordering::Relaxed);
    }

    /// Makes the next `count` writes of code fail.
    pub fn fail_writes(&self, count: u32) {
        self.state.failing_writes.store(count, Ordering::Relaxed);
    }

    /// Makes the next `count` attempts to make written code executable fail.
    pub fn fail_syncs(&self, count: u32) {
        self.state.failing_syncs.store(count, Ordering::Relaxed);
    }

    /// Makes the next `count` erasures of dropped code fail.
    pub fn fail_erasures(&self, count: u32) {
        self.state.failing_erasures.store(count, Ordering::Relaxed);
    }

    /// Runs `hook` inside the write scope of the next publication, before anything is written. It may panic.
    pub fn on_next_write(&self, hook: impl FnOnce() + Send + 'static) {
        *lock(&self.state.on_write) = Some(Box::new(hook));
    }

    /// Threads caught executing while they could write.
    pub fn violations(&self) -> Vec<ModeViolation> {
        lock(&self.state.violations).clone()
    }

    /// Takes the record of what was written, erased and synced so far, in order.
    pub fn take_events(&self) -> Vec<Event> {
        mem::take(&mut *lock(&self.state.events))
    }

    fn record(&self, event: Event) {
        const KEPT: usize = 1 << 16;
        let mut events = lock(&self.state.events);
        if events.len() < KEPT {
            events.push(event);
        }
    }
}

impl fmt::Debug for Controls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controls").field("violations", &self.violations()).finish_non_exhaustive()
    }
}

/// The address through which the byte at `addr` is written, if the space writes through another one.
pub fn writable_alias(space: &ExecSpace, addr: usize) -> Option<usize> {
    let backend = &space.inner.backend;
    let offset = addr.checked_sub(backend.base()).filter(|&offset| offset < backend.len())?;
    backend.writable_alias(offset)
}

/// How many write scopes the calling thread is in.
pub fn write_depth() -> u32 {
    write_scope::depth()
}

/// A backend with all of a double's peculiarities.
struct Watched {
    inner: Box<dyn Backend>,
    double: Double,
    controls: Controls,
    /// Threads inside write scopes, for the strict double.
    writers: Mutex<u32>,
}

impl Watched {
    fn close_alias(&self) -> Result<(), OsError> {
        if self.double.strict && self.inner.writable_alias(0).is_some() {
            self.inner.protect_alias(false)
        } else {
            Ok(())
        }
    }

    fn addresses(&self, range: &Range<usize>) -> Range<usize> {
        self.inner.base() + range.start..self.inner.base() + range.end
    }
}

impl Backend for Watched {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn base(&self) -> usize {
        self.inner.base()
    }

    fn len(&self) -> usize {
        self.inner.len()
    }

    fn granule(&self) -> usize {
        self.inner.granule()
    }

    fn remarks(&self) -> Vec<String> {
        self.inner.remarks()
    }

    fn is_committed(&self, end: usize) -> bool {
        self.controls.state.failing_allocs.load(Ordering::Relaxed) == 0 && self.inner.is_committed(end)
    }

    fn commit(&self, end: usize) -> Result<(), OsError> {
        fail_if(&self.controls.state.failing_allocs, "commit")?;
        self.inner.commit(end)
    }

    fn begin_write(&self, outermost: bool) -> Result<(), OsError> {
        self.inner.begin_write(outermost)?;
        if self.double.strict && self.inner.writable_alias(0).is_some() {
            let mut writers = lock(&self.writers);
            if *writers == 0 {
                self.inner.protect_alias(true).inspect_err(|_| self.inner.end_write(outermost))?;
            }
            *writers += 1;
        }
        Ok(())
    }

    fn end_write(&self, outermost: bool) {
        if self.double.strict && self.inner.writable_alias(0).is_some() {
            let mut writers = lock(&self.writers);
            *writers -= 1;
            if *writers == 0 {
                // Left open, the alias would let stray writes through unnoticed; tests that look for them fail then.
                let _ = self.inner.protect_alias(false);
            }
        }
        self.inner.end_write(outermost);
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OsError> {
        let hook = lock(&self.controls.state.on_write).take();
        if let Some(hook) = hook {
            hook();
        }
        fail_if(&self.controls.state.failing_writes, "write")?;
        self.controls.record(Event::Wrote(self.addresses(&(offset..offset + bytes.len()))));
        // SAFETY: passed on from the caller.
        unsafe { self.inner.write(offset, bytes) }
    }

    fn seal(&self, range: Range<usize>) -> Result<(), OsError> {
        fail_if(&self.controls.state.failing_syncs, "seal")?;
        // Pages that change their protection cannot skip this: their code would not run at all.
        if self.double.stale_caches && self.inner.writable_alias(0).is_some() {
            return Ok(());
        }
        self.controls.record(Event::Synced(self.addresses(&range)));
        self.inner.seal(range)
    }

    unsafe fn erase(&self, range: Range<usize>) -> Result<(), OsError> {
        fail_if(&self.controls.state.failing_erasures, "erase")?;
        self.controls.record(Event::Erased(self.addresses(&range)));
        // SAFETY: passed on from the caller.
        unsafe { self.inner.erase(range) }
    }

    fn seal_traps(&self, range: Range<usize>) -> Result<(), OsError> {
        if self.double.stale_caches && self.inner.writable_alias(0).is_some() {
            return Ok(());
        }
        self.controls.record(Event::Synced(self.addresses(&range)));
        self.inner.seal_traps(range)
    }

    fn writable_alias(&self, offset: usize) -> Option<usize> {
        self.inner.writable_alias(offset)
    }

    fn protect_alias(&self, writable: bool) -> Result<(), OsError> {
        self.inner.protect_alias(writable)
    }

    fn about_to_execute(&self) {
        let depth = write_scope::depth();
        if self.double.check_modes && depth > 0 {
            lock(&self.controls.state.violations)
                .push(ModeViolation { thread: thread::current().id(), depth });
        }
        self.inner.about_to_execute();
    }
}
