//! Which addresses are published code: our own ordered map, of any size. The operating system is never asked.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

/// Live pieces of code by start address, with their ends.
#[derive(Debug, Default)]
pub(crate) struct RegionMap {
    live: RwLock<BTreeMap<usize, usize>>,
}

impl RegionMap {
    pub(crate) fn insert(&self, range: Range<usize>) {
        // A poisoned lock is fine: the map is changed by single calls that leave it whole.
        self.live.write().unwrap_or_else(PoisonError::into_inner).insert(range.start, range.end);
    }

    pub(crate) fn remove(&self, start: usize) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).remove(&start);
    }

    pub(crate) fn contains(&self, addr: usize) -> bool {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.range(..=addr).next_back().is_some_and(|(_, &end)| addr < end)
    }

    pub(crate) fn len(&self) -> usize {
        self.live.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}
