//! Choices made when a heap is created.

use std::fmt;
use std::time::Duration;

/// Limits and test modes of a heap.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes that objects may take, blocks that are partly free and reported external bytes included. Beyond that,
    /// allocation fails.
    pub cap_bytes: usize,
    /// Bytes allocated between two minor collections. Larger heaps wait for a quarter of what is alive, unless the pauses
    /// become too long.
    pub young_bytes: usize,
    /// A full collection begins when what is alive has grown to so many percent of what the last one left.
    pub growth_percent: usize,
    /// How long pauses may be. What is full is done in slices of half of that; minor collections come more often when they
    /// take longer. With `Duration::MAX` nothing is done in slices.
    pub pause: Duration,
    /// Entries of the mark stack. What does not fit is found again by walking over the heap.
    pub mark_stack: usize,
    /// At every allocation a slice of a full collection, which is under way at all times, and a minor one; now and then a full
    /// one in one go. After 50,000 collections, at one in 32 allocations. Implies `poison`.
    pub stress: bool,
    /// At every allocation a slice of a full collection, without a minor one. Implies `poison`.
    pub stress_slices: bool,
    /// Verifies the heap after every pause, and panics when it finds a fault.
    pub verify: bool,
    /// Overwrites freed cells.
    pub poison: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            cap_bytes: 4 << 30,
            young_bytes: 4 << 20,
            growth_percent: 150,
            pause: Duration::from_millis(2),
            mark_stack: 1 << 20,
            stress: false,
            stress_slices: false,
            verify: false,
            poison: cfg!(debug_assertions),
        }
    }
}

impl Config {
    pub(crate) fn poison(&self) -> bool {
        self.poison || self.stress || self.stress_slices
    }
}

/// No memory within the heap's limit, or none from the system. The heap stays usable: when the program lets go of objects,
/// allocation succeeds again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory: the heap's limit is reached")
    }
}

impl std::error::Error for OutOfMemory {}
