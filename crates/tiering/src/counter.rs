//! How hot a function is, counted by whoever runs it.

use std::sync::atomic::{AtomicU32, Ordering};

/// What a count means for the policy: one call, or one round of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heat {
    /// A call.
    Call,
    /// A loop's back edge.
    BackEdge,
}

/// Counts calls and back edges of one function. Saturates; loses counts when threads race, which only delays.
///
/// Two 32-bit words, calls and then back edges, so that machine code can count in place.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Counter {
    calls: AtomicU32,
    back_edges: AtomicU32,
}

impl Counter {
    /// Nothing counted yet.
    pub const fn new() -> Counter {
        Counter { calls: AtomicU32::new(0), back_edges: AtomicU32::new(0) }
    }

    /// Counts `times` events; the new value.
    pub fn count(&self, heat: Heat, times: u32) -> u32 {
        let cell = self.cell(heat);
        // A plain load and store: an interpreter counts on every call, and a lost count does no harm.
        let value = cell.load(Ordering::Relaxed).saturating_add(times);
        cell.store(value, Ordering::Relaxed);
        value
    }

    /// What was counted.
    pub fn get(&self, heat: Heat) -> u32 {
        self.cell(heat).load(Ordering::Relaxed)
    }

    /// Starts anew, for instance after the function was deoptimized.
    pub fn reset(&self) {
        self.calls.store(0, Ordering::Relaxed);
        self.back_edges.store(0, Ordering::Relaxed);
    }

    fn cell(&self, heat: Heat) -> &AtomicU32 {
        match heat {
            Heat::Call => &self.calls,
            Heat::BackEdge => &self.back_edges,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_both_kinds_apart_and_saturates() {
        let counter = Counter::new();
        assert_eq!(counter.count(Heat::Call, 2), 2);
        assert_eq!(counter.count(Heat::BackEdge, 5), 5);
        assert_eq!((counter.get(Heat::Call), counter.get(Heat::BackEdge)), (2, 5));
        assert_eq!(counter.count(Heat::Call, u32::MAX), u32::MAX);
        assert_eq!(counter.count(Heat::Call, 1), u32::MAX);
        counter.reset();
        assert_eq!((counter.get(Heat::Call), counter.get(Heat::BackEdge)), (0, 0));
    }
}
