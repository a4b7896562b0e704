//! What a worker does with a seed: every planned leg of its program.

use crate::case::Case;
use crate::check::{Checker, Mismatch};
use crate::leg::Leg;
use fuzz_workers::Worker;
use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Says the leg that a finding was made in.
impl Worker for Checker {
    const REPORT: u64 = 16;

    fn check_seed(&mut self, seed: u64) -> io::Result<Option<String>> {
        let finding = check(seed, self).err();
        if let Some(finding) = &finding {
            eprintln!("seed {seed}: {finding}");
        }
        self.coverage.counts.entry("programs".into()).and_modify(|n| *n += 1).or_insert(1);
        Ok(finding.map(|finding| finding.leg.to_string()))
    }

    fn counts(&mut self) -> impl IntoIterator<Item = (impl Display, u64)> {
        std::mem::take(&mut self.coverage.counts)
    }
}

/// Every planned leg of a seed's program. A panic is a finding of the leg it happens in.
pub fn check(seed: u64, checker: &mut Checker) -> Result<(), Mismatch> {
    let case = match Case::generate(seed) {
        Ok(case) => case,
        // The interpreter's own leg: the generator promises programs that it can run.
        Err(why) => return Err(Mismatch { leg: Leg::Pass(0), what: format!("not a case: {why}") }),
    };
    let legs = Leg::plan(seed, &checker.machines());
    legs.into_iter().try_for_each(|leg| check_leg(&case, leg, checker))
}

/// One leg; a panic is a mismatch.
pub fn check_leg(case: &Case, leg: Leg, checker: &mut Checker) -> Result<(), Mismatch> {
    catch_unwind(AssertUnwindSafe(|| checker.check(case, leg))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(Mismatch { leg, what: format!("panic: {text}") })
    })
}
