//! How long pauses may be, and when the next one is due.
//!
//! The clock is looked at after every few objects. Where a slice is interrupted by the system, it still does its quota, so that
//! a cycle ends before the program has allocated a third of what was alive when it began. One that does not keep up is ended in one
//! go (`Cycle::is_behind`).

use std::time::{Duration, Instant};

use crate::config::Config;

/// Bytes that are allocated between two slices of a cycle, at most.
const STEP: usize = 256 << 10;
/// Bytes that are allocated between two minor collections when these take long, unless the configuration says less.
const LEAST: usize = 1 << 20;
/// Objects visited between two looks at the clock, at most.
const SOME: usize = 512;
/// Objects visited between two looks at the clock, at least.
const FEW: usize = 128;

/// When a slice ends.
pub(crate) struct Limit {
    start: Instant,
    /// Not before that.
    soft: Duration,
    /// Objects to visit, even if it takes longer.
    quota: usize,
    /// Then in any case.
    hard: Duration,
    done: usize,
    /// What was done when the clock was looked at.
    looked: usize,
}

impl Limit {
    /// Goes on to the end.
    pub(crate) fn none() -> Limit {
        Limit::objects(usize::MAX)
    }

    /// So many objects, however long that takes.
    pub(crate) fn objects(quota: usize) -> Limit {
        Limit { start: Instant::now(), soft: Duration::ZERO, quota, hard: Duration::MAX, done: 0, looked: 0 }
    }

    /// Half of the longest pause from `start` on, up to all of it while less than the quota is done.
    pub(crate) fn time(start: Instant, pause: Duration, quota: usize) -> Limit {
        Limit { start, soft: pause / 2, quota, hard: pause, done: 0, looked: 0 }
    }

    /// How many objects to visit before [`Limit::reached`] is asked.
    pub(crate) fn some(&self) -> usize {
        if self.is_timed() { SOME } else { self.quota.saturating_sub(self.done).clamp(1, SOME) }
    }

    fn is_timed(&self) -> bool {
        self.hard != Duration::MAX || !self.soft.is_zero()
    }

    /// So many more are done: whether to stop.
    pub(crate) fn reached(&mut self, done: usize) -> bool {
        self.done = self.done.saturating_add(done);
        let enough = self.done >= self.quota;
        if !self.is_timed() {
            return enough;
        }
        if self.done - self.looked < FEW {
            return false;
        }
        self.looked = self.done;
        let took = self.start.elapsed();
        took >= self.hard || enough && took >= self.soft
    }

    /// Whether the time is over.
    pub(crate) fn is_late(&self) -> bool {
        self.start.elapsed() >= self.soft.max(Duration::from_micros(1)) && self.quota != usize::MAX
    }
}

/// Bytes to hand out until the next slice, of `budget` bytes until the next minor collection.
pub(crate) fn step(budget: usize) -> usize {
    STEP.min(budget / 4).max(1)
}

/// Bytes that may be young at most: what is alive decides.
pub(crate) fn most_young(config: &Config, alive: usize) -> usize {
    youth(config).max(alive / 4)
}

/// Bytes that are young in a small heap. Small caps leave no room for a generous youth.
pub(crate) fn youth(config: &Config) -> usize {
    config.young_bytes.min(config.cap_bytes / 4)
}

/// How long a collection may take without being divided. Half of a pause more than intended is nothing to react to: more
/// collections find more objects alive, and slices find fewer of them dead.
pub(crate) fn tolerated(config: &Config) -> Duration {
    config.pause.saturating_mul(3) / 2
}

/// Bytes to hand out until the next minor collection, after one that took `took` with `budget`.
pub(crate) fn next_budget(config: &Config, budget: usize, took: Duration, alive: usize) -> usize {
    let next = if took > tolerated(config) {
        let share = config.pause.as_secs_f64() / took.as_secs_f64();
        (budget as f64 * share.max(0.25)) as usize
    } else if took < config.pause / 2 {
        budget.saturating_add(budget / 2)
    } else if took < config.pause / 4 * 3 {
        // Roots take their time whatever the budget is.
        budget.saturating_add(budget / 4)
    } else {
        budget
    };
    next.clamp(youth(config).min(LEAST), most_young(config, alive))
}

/// Objects to visit for `bytes` bytes that were allocated, in a cycle that began with so many objects and bytes alive.
pub(crate) fn quota(bytes: usize, objects: usize, alive: usize) -> usize {
    let share = bytes as f64 / (alive / 3).max(4 * STEP) as f64;
    (objects as f64 * share) as usize
}
