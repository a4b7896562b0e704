//! What the benches share: texts, slots that hold objects, random numbers, facts about the process.
#![allow(dead_code, reason = "every bench uses its own part")]

use std::cell::Cell;

use heap::{Gc, Object};

#[path = "../../tests/support/mod.rs"]
pub(crate) mod tests;

pub(crate) use tests::Bytes as Text;

pub(crate) type Slots<T> = Vec<Cell<Option<Gc<T>>>>;

pub(crate) fn slots<T: Object>(count: usize) -> Slots<T> {
    (0..count).map(|_| Cell::new(None)).collect()
}

/// Xorshift (Marsaglia); the seed is not zero.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 8) as usize % end
    }
}

/// Whether there is nothing to measure: under `cargo test --benches`.
pub(crate) fn is_test() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

/// How many times the usual work is to be done.
pub(crate) fn scale() -> usize {
    std::env::var("HEAP_BENCH_SCALE").ok().and_then(|s| s.parse().ok()).unwrap_or(1)
}

pub(crate) fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
