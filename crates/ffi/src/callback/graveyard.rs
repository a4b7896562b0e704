//! Dropped callbacks, whose function pointers stay callable for a while: what C does with stale pointers is then an error
//! and no jump into freed memory.

use super::Entry;
use super::block::Head;
use std::collections::VecDeque;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

/// How many dropped callbacks are kept callable.
pub const KEPT: usize = 1024;

/// Of those, how many may hold one of the few precompiled entries.
const KEPT_STATIC: usize = 32;

/// An entry and the block it leads to.
#[derive(Debug)]
pub(super) struct Grave {
    entry: Option<Entry>,
    head: NonNull<Head>,
}

// SAFETY: graves move between threads only when buried; then the closure is dropped or about to be by the call that is
// still inside it, and the rest of the block may be used and freed by any thread.
unsafe impl Send for Grave {}

impl Grave {
    pub(super) fn new(entry: Entry, head: NonNull<Head>) -> Grave {
        Grave { entry: Some(entry), head }
    }

    pub(super) fn head(&self) -> &Head {
        // SAFETY: the block is freed only when the grave is dropped.
        unsafe { self.head.as_ref() }
    }

    fn is_static(&self) -> bool {
        matches!(self.entry, Some(Entry::Static(_)))
    }
}

impl Drop for Grave {
    fn drop(&mut self) {
        self.entry = None;
        // SAFETY: the entry is gone. Graves are dropped when nobody is inside: see `Graveyard::trim`.
        unsafe { Head::free(self.head) };
    }
}

/// Oldest first.
static GRAVEYARD: Mutex<VecDeque<Grave>> = Mutex::new(VecDeque::new());

/// Keeps a dropped callback, and lets go of the oldest one when there are too many.
pub(super) fn bury(grave: Grave) {
    let mut graves = GRAVEYARD.lock().unwrap_or_else(PoisonError::into_inner);
    graves.push_back(grave);
    let statics = graves.iter().filter(|g| g.is_static()).count();
    let mut gone = Vec::new();
    if statics > KEPT_STATIC {
        gone.extend(take_oldest(&mut graves, Grave::is_static));
    }
    if graves.len() > KEPT {
        gone.extend(take_oldest(&mut graves, |_| true));
    }
    drop(graves);
    // Freed outside of the lock: code memory has locks of its own.
    drop(gone);
}

/// Lets go of all dropped callbacks that hold a precompiled entry.
pub(super) fn free_static_entries() {
    let mut gone = Vec::new();
    let mut graves = GRAVEYARD.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(grave) = take_oldest(&mut graves, Grave::is_static) {
        gone.push(grave);
    }
    drop(graves);
    drop(gone);
}

/// The oldest grave of a kind that nobody is inside of.
fn take_oldest(graves: &mut VecDeque<Grave>, kind: impl Fn(&Grave) -> bool) -> Option<Grave> {
    let at = graves.iter().position(|g| kind(g) && g.head().active() == 0)?;
    graves.remove(at)
}
