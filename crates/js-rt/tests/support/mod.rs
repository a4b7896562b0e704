//! Runtimes for tests, and numbers that look random.
#![allow(dead_code, reason = "every test file uses its part")]

use js_rt::{Config, Rt, Tracer};

/// Runs a test in a runtime that collects now and then.
pub(crate) fn run(test: impl FnOnce(&Rt)) {
    let config = Config { young_bytes: 64 << 10, poison: true, ..Config::default() };
    enter(config, test);
}

/// Runs a test in a runtime that collects at every allocation, and verifies its heap then.
pub(crate) fn stress(test: impl FnOnce(&Rt)) {
    enter(Config { stress: true, verify: true, ..Config::default() }, test);
}

/// Both.
pub(crate) fn both(test: impl Fn(&Rt)) {
    run(&test);
    stress(&test);
}

fn enter(config: Config, test: impl FnOnce(&Rt)) {
    let rt = Rt::new(config).expect("there is memory");
    rt.enter(&|_: &mut Tracer<'_>| {}, || test(&rt));
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}
