//! What compiled code relies on without checking it, and what relies on what.

use crate::engine::queue::Key;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Something that holds until it is broken, once and for all: that a class has no subclass, a global is never assigned,
/// a prototype keeps its shape. Code compiled under it is taken away when it breaks.
#[derive(Clone, Debug, Default)]
pub struct Assumption {
    broken: Arc<AtomicBool>,
}

impl Assumption {
    /// One that holds.
    pub fn new() -> Assumption {
        Assumption::default()
    }

    /// Whether it still holds.
    pub fn holds(&self) -> bool {
        !self.broken.load(Ordering::Acquire)
    }

    fn address(&self) -> usize {
        Arc::as_ptr(&self.broken).addr()
    }
}

/// Code by what it relies on.
#[derive(Debug, Default)]
pub(crate) struct Assumptions {
    /// By address of the flag. A flag that is gone makes its address free for another one: the weak reference, which keeps
    /// the address taken, goes with the entry.
    dependents: Mutex<HashMap<usize, Dependents>>,
}

#[derive(Debug)]
struct Dependents {
    flag: Weak<AtomicBool>,
    /// Keys with their versions.
    code: BTreeSet<(Key, u32)>,
}

impl Assumptions {
    /// Notes what a version relies on; false, and nothing is noted, when some of it no longer holds.
    pub(crate) fn rely(&self, key: Key, version: u32, on: &[Assumption]) -> bool {
        if on.is_empty() {
            return true;
        }
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        if !on.iter().all(Assumption::holds) {
            return false;
        }
        for assumption in on {
            let entry = dependents.entry(assumption.address());
            let flag = || Dependents { flag: Arc::downgrade(&assumption.broken), code: BTreeSet::new() };
            entry.or_insert_with(flag).code.insert((key, version));
        }
        true
    }

    /// Forgets what a version that is gone relied on.
    pub(crate) fn forget(&self, key: Key, version: u32, on: &[Assumption]) {
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        for assumption in on {
            if let Some(entry) = dependents.get_mut(&assumption.address()) {
                entry.code.remove(&(key, version));
                if entry.code.is_empty() {
                    dependents.remove(&assumption.address());
                }
            }
        }
    }

    /// Breaks an assumption. The code that is void from now on: whoever relies on it after this is told no.
    pub(crate) fn break_(&self, assumption: &Assumption) -> BTreeSet<(Key, u32)> {
        let mut dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        assumption.broken.store(true, Ordering::Release);
        let void = dependents.remove(&assumption.address());
        void.map_or_else(BTreeSet::new, |entry| entry.code)
    }

    /// Assumptions that something relies on.
    pub(crate) fn len(&self) -> usize {
        let dependents = self.dependents.lock().unwrap_or_else(PoisonError::into_inner);
        dependents.values().filter(|entry| entry.flag.strong_count() > 0).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_relies_on_a_broken_assumption_is_void_and_nothing_new_may() {
        let (all, a, b) = (Assumptions::default(), Assumption::new(), Assumption::new());
        let key = |function| Key { function, osr: None };
        assert!(
            all.rely(key(1), 1, std::slice::from_ref(&a)) && all.rely(key(2), 3, &[a.clone(), b.clone()])
        );
        assert_eq!(all.len(), 2);
        let void: Vec<_> = all.break_(&a).into_iter().collect();
        assert_eq!(void, [(key(1), 1), (key(2), 3)]);
        assert!(!a.holds() && b.holds());
        assert!(!all.rely(key(4), 1, &[b.clone(), a.clone()]), "one of the two is broken");
        all.forget(key(2), 3, &[a, b.clone()]);
        assert_eq!(all.len(), 0);
        assert!(all.break_(&b).is_empty());
    }
}
