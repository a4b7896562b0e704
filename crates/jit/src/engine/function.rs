//! One function of an engine: its stub, its counters, and the code it has.

use crate::engine::assume::Assumption;
use crate::instance::Callable;
use crate::link::Linked;
use crate::stub::Stub;
use abi::thunk::ThunkBlock;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tiering::{Counter, Tier};

/// Installed code. Dropping it gives the memory back when nobody is inside.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) version: u32,
    /// What it counts against the budget.
    pub(crate) bytes: usize,
    pub(crate) linked: Linked,
    pub(crate) assumptions: Vec<Assumption>,
    /// What its checks look at: not 0 when it is void.
    pub(crate) stale: Arc<AtomicU32>,
}

/// Code for the function or for one of its loops, and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) tier: Tier,
    pub(crate) code: Option<Arc<Installed>>,
    /// The way into a loop's code.
    pub(crate) callable: Option<Callable>,
    /// When it was last known to be entered, in calls that the engine counted.
    pub(crate) entered: u64,
    /// Since when callers are led to the thunk in spite of the code, to see whether there are any.
    pub(crate) resting: Option<u64>,
}

/// What changes.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) main: Slot,
    pub(crate) loops: BTreeMap<u32, Slot>,
    /// The function was removed: nothing is compiled for it any more.
    pub(crate) gone: bool,
}

impl Slots {
    /// The slot of the function (`None`) or of a loop, when there is one.
    pub(crate) fn get(&self, osr: Option<u32>) -> Option<&Slot> {
        match osr {
            None => Some(&self.main),
            Some(entry) => self.loops.get(&entry),
        }
    }

    /// The slot of the function (`None`) or of a loop.
    pub(crate) fn slot(&mut self, osr: Option<u32>) -> &mut Slot {
        match osr {
            None => &mut self.main,
            Some(entry) => self.loops.entry(entry).or_default(),
        }
    }
}

/// A function of an engine.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) stub: Arc<Stub>,
    pub(crate) counter: Counter,
    /// Whether the function's own code rests.
    pub(crate) resting: AtomicBool,
    slots: Mutex<Slots>,
    /// The block the function's thunk is in, which goes with its last function.
    _thunks: Arc<ThunkBlock>,
}

impl Function {
    pub(crate) fn new(stub: Arc<Stub>, thunks: &Arc<ThunkBlock>) -> Function {
        let (counter, resting) = (Counter::new(), AtomicBool::new(false));
        Function { stub, counter, resting, slots: Mutex::default(), _thunks: Arc::clone(thunks) }
    }

    pub(crate) fn slots(&self) -> MutexGuard<'_, Slots> {
        // Compiler threads that panic are caught outside of these critical sections.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
