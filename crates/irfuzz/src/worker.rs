//! A worker: runs programs one after the other, and says on standard output which, so that whoever started it knows what
//! it died of. Lines: `start SEED`, `finding SEED LEG`, `coverage COUNT WHAT`, `end`.

use crate::case::Case;
use crate::check::{Checker, Mismatch};
use crate::leg::Leg;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Which programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The first seed.
    pub from: u64,
    /// Distance from one to the next.
    pub step: u64,
    /// How many.
    pub count: u64,
}

/// Programs between two reports.
const REPORT: u64 = 16;

/// Runs a share of programs.
///
/// # Errors
/// When nobody reads what it says.
pub fn run(share: Share, checker: &mut Checker) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for number in 0..share.count {
        let seed = share.from + number * share.step;
        writeln!(out, "start {seed}")?;
        out.flush()?;
        if let Err(finding) = check(seed, checker) {
            eprintln!("seed {seed}: {finding}");
            writeln!(out, "finding {seed} {}", finding.leg)?;
        }
        checker.coverage.counts.entry("programs".into()).and_modify(|n| *n += 1).or_insert(1);
        if number % REPORT == REPORT - 1 {
            report(&mut out, checker)?;
        }
    }
    report(&mut out, checker)?;
    writeln!(out, "end")?;
    out.flush()
}

fn report(out: &mut impl Write, checker: &mut Checker) -> io::Result<()> {
    for (what, count) in std::mem::take(&mut checker.coverage.counts) {
        writeln!(out, "coverage {count} {what}")?;
    }
    Ok(())
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
