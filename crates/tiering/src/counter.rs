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
/// Begins with two 32-bit words, calls and then back edges, so that machine code can count in place.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Counter {
    calls: AtomicU32,
    back_edges: AtomicU32,
    /// How often it was cooled down.
    cooled: AtomicU32,
}

impl Counter {
    /// The most that cooling counts: what is asked of a function doubles up to 64 times the threshold.
    pub const MAX_COOLED: u32 = 6;

    /// Nothing counted yet.
    pub const fn new() -> Counter {
        Counter { calls: AtomicU32::new(0), back_edges: AtomicU32::new(0), cooled: AtomicU32::new(0) }
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

    /// Starts anew and asks twice as much from now on: its code had to make room, or found none. Functions that take turns in
    /// a memory too small for all of them are compiled ever less often this way.
    pub fn cool(&self) {
        self.reset();
        let cooled = self.cooled.load(Ordering::Relaxed);
        self.cooled.store((cooled + 1).min(Counter::MAX_COOLED), Ordering::Relaxed);
    }

    /// Asks what is asked of any function again: its code has proved to be in use.
    pub fn warm(&self) {
        self.cooled.store(0, Ordering::Relaxed);
    }

    /// How often it was cooled since it was warm, at most [`Counter::MAX_COOLED`].
    pub fn cooled(&self) -> u32 {
        self.cooled.load(Ordering::Relaxed)
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

    #[test]
    fn cooling_has_a_limit_and_an_end() {
        let counter = Counter::new();
        counter.count(Heat::Call, 3);
        counter.cool();
        assert_eq!((counter.get(Heat::Call), counter.cooled()), (0, 1));
        (0..100).for_each(|_| counter.cool());
        assert_eq!(counter.cooled(), Counter::MAX_COOLED);
        counter.reset();
        assert_eq!(counter.cooled(), Counter::MAX_COOLED, "only use warms");
        counter.warm();
        assert_eq!(counter.cooled(), 0);
    }
}
