//! Choices made when a heap is created.

use std::fmt;

/// Limits and test modes of a heap.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes that objects may take, blocks that are partly free and reported external bytes included. Beyond that,
    /// allocation fails.
    pub cap_bytes: usize,
    /// Bytes allocated between two collections, at least. Larger heaps wait for a quarter of what is alive.
    pub young_bytes: usize,
    /// A collection is full when what is alive has grown to so many percent of what the last full one left.
    pub growth_percent: usize,
    /// Entries of the mark stack. What does not fit is found again by walking over the heap.
    pub mark_stack: usize,
    /// Collects at every allocation, every eighth time fully. Implies `poison`.
    pub stress: bool,
    /// Verifies the heap after every collection, and panics when it finds a fault.
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
            mark_stack: 1 << 20,
            stress: false,
            verify: false,
            poison: cfg!(debug_assertions),
        }
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
