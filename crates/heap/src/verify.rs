//! Walking the heap to see that every handle is to a live object.

use std::collections::HashSet;
use std::fmt;
use std::ptr::NonNull;

use crate::chunk;
use crate::cycle::{Cycle, Phase};
use crate::header::{Header, NEW, OLD};
use crate::mark::Waiting;
use crate::object::Kinds;
use crate::space::Space;

/// Something that must not be in a heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The type that holds the handle, or `root`.
    pub holder: &'static str,
    /// Its address; 0 for a root.
    pub at: usize,
    /// The address the handle has.
    pub target: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What can be wrong with a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No live object begins there: the holder did not report the handle in an earlier collection, or kept it where the heap
    /// does not look.
    Dead,
    /// An old object holds a handle to a new one, but the store was not reported to the write barrier.
    Unreported,
    /// A cycle has passed the holder and has not reached the object: a store was not reported to the write barrier.
    Missed,
    /// The object's kind is not one of the heap's.
    UnknownKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { holder, at, target, wrong } = self;
        let what = match wrong {
            Wrong::Dead => "which is no live object",
            Wrong::Unreported => "which is newer, and the write barrier was not told",
            Wrong::Missed => "which the cycle will miss, as the write barrier was not told",
            Wrong::UnknownKind => "whose kind the heap does not know",
        };
        write!(f, "{holder} at {at:#x} has a handle to {target:#x}, {what}")
    }
}

impl std::error::Error for Fault {}

/// The state of a walk.
pub(crate) struct Examiner {
    /// What the cycle under way has marked and not traced.
    waiting: Option<HashSet<NonNull<Header>>>,
    /// Objects of which parts were written to.
    written: HashSet<NonNull<Header>>,
    /// The cycle is done with the holder.
    passed: bool,
    /// The object whose handles are being reported.
    pub(crate) holder: Option<NonNull<Header>>,
    pub(crate) name: &'static str,
    pub(crate) fault: Option<Fault>,
}

impl Examiner {
    /// Begins with the roots.
    pub(crate) fn new(cycle: &Cycle, parts: &[(NonNull<Header>, usize)]) -> Examiner {
        let waiting = (cycle.phase == Phase::Marking).then(|| {
            let Waiting { grey, partly, .. } = &cycle.waiting;
            grey.iter().copied().chain(partly.iter().map(|begun| begun.0)).collect()
        });
        let written = parts.iter().map(|part| part.0).collect();
        Examiner { waiting, written, passed: false, holder: None, name: "root", fault: None }
    }

    pub(crate) fn edge(&mut self, space: &Space, target: NonNull<Header>) {
        let address = target.addr().get();
        if space.object_at(address) != Some(target) {
            self.found(address, Wrong::Dead);
            return;
        }
        let Some(holder) = self.holder else { return };
        // SAFETY: the holder is a live object.
        if unsafe { holder.as_ref() }.state.get() != OLD || self.written.contains(&holder) {
            return;
        }
        // SAFETY: the space knows a live object there.
        if unsafe { !chunk::is_marked(target) && target.as_ref().state.get() == NEW } {
            self.found(address, Wrong::Unreported);
        }
        // SAFETY: both are live objects.
        if self.passed && unsafe { !chunk::is_marked(target) && target.as_ref().state.get() != NEW } {
            self.found(address, Wrong::Missed);
        }
    }

    /// Looks at an object before its handles.
    pub(crate) fn enter(&mut self, object: NonNull<Header>, kinds: &Kinds) {
        self.holder = Some(object);
        // SAFETY: the caller walks over live objects.
        let (header, marked) = unsafe { (object.as_ref(), chunk::is_marked(object)) };
        let waiting = |waiting: &HashSet<_>| waiting.contains(&object) || header.pending.get();
        self.passed = marked && self.waiting.as_ref().is_some_and(|list| !waiting(list));
        let kind = header.kind();
        match kinds.get(kind) {
            Some(info) => self.name = info.name,
            None => {
                self.name = "an object";
                self.found(object.addr().get(), Wrong::UnknownKind);
            }
        }
    }

    fn found(&mut self, target: usize, wrong: Wrong) {
        let at = self.holder.map_or(0, |h| h.addr().get());
        self.fault.get_or_insert(Fault { holder: self.name, at, target, wrong });
    }
}
