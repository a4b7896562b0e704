//! The numbers that decide.

use crate::counter::{Counter, Heat};

/// When to compile, when to compile again, when to stop trying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether anything is compiled at all.
    pub enabled: bool,
    /// Calls before a function is compiled.
    pub call_threshold: u32,
    /// Rounds of its loops that weigh as much as one call.
    pub rounds_per_call: u32,
    /// Rounds before a running loop is entered in compiled code.
    pub osr_threshold: u32,
    /// Exits at one place before the function is compiled again with what was learnt.
    pub exits_per_site: u32,
    /// Exits in all before that.
    pub exits_per_version: u32,
    /// Compiled versions of one function; after that it stays with the tier below.
    pub max_versions: u32,
    /// Bytes of memory for code. When they are used up, code that was not entered for a while makes room.
    pub code_budget: usize,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            enabled: true,
            call_threshold: 1_000,
            rounds_per_call: 20,
            osr_threshold: 20_000,
            exits_per_site: 50,
            exits_per_version: 500,
            max_versions: 5,
            code_budget: 64 << 20,
        }
    }
}

impl Policy {
    /// Compiles after `calls` calls; 0 and 1 both mean before the first. Loops are entered in step with it.
    pub fn with_threshold(mut self, calls: u32) -> Policy {
        self.call_threshold = calls;
        self.osr_threshold = calls.saturating_mul(self.rounds_per_call.max(1));
        self
    }

    /// Whether a function is hot enough to be compiled.
    pub fn is_hot(&self, counter: &Counter) -> bool {
        let rounds = counter.get(Heat::BackEdge) / self.rounds_per_call.max(1);
        let asked = Policy::asked(self.call_threshold, counter);
        self.enabled && counter.get(Heat::Call).saturating_add(rounds) >= asked
    }

    /// Whether a loop of it has run long enough to be entered in the middle.
    pub fn wants_osr(&self, counter: &Counter) -> bool {
        self.enabled && counter.get(Heat::BackEdge) >= Policy::asked(self.osr_threshold, counter)
    }

    /// A threshold for a function that may have been cooled down.
    fn asked(threshold: u32, counter: &Counter) -> u32 {
        match counter.cooled() {
            0 => threshold,
            cooled => threshold.max(1).saturating_mul(1 << cooled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_rounds_add_up() {
        let policy = Policy { call_threshold: 10, rounds_per_call: 4, ..Policy::default() };
        let counter = Counter::new();
        counter.count(Heat::Call, 7);
        counter.count(Heat::BackEdge, 11);
        assert!(!policy.is_hot(&counter), "7 + 11/4 is 9");
        counter.count(Heat::BackEdge, 1);
        assert!(policy.is_hot(&counter));
        assert!(!Policy { enabled: false, ..policy }.is_hot(&counter));
    }

    #[test]
    fn cooled_functions_have_to_get_hotter() {
        let policy = Policy::default().with_threshold(0);
        let counter = Counter::new();
        counter.cool();
        counter.count(Heat::Call, 1);
        assert!(!policy.is_hot(&counter), "even at a threshold of zero");
        counter.count(Heat::Call, 1);
        assert!(policy.is_hot(&counter));
        counter.cool();
        counter.count(Heat::BackEdge, 3);
        assert!(!policy.wants_osr(&counter));
        counter.count(Heat::BackEdge, 1);
        assert!(policy.wants_osr(&counter));
        counter.reset();
        counter.warm();
        assert!(policy.is_hot(&counter));
    }

    #[test]
    fn a_threshold_of_zero_is_hot_at_once() {
        let policy = Policy::default().with_threshold(0);
        assert!(policy.is_hot(&Counter::new()) && policy.wants_osr(&Counter::new()));
        let policy = Policy::default().with_threshold(3);
        assert_eq!(policy.osr_threshold, 60);
        let odd = Policy { rounds_per_call: 0, ..Policy::default() }.with_threshold(1);
        assert!(!odd.is_hot(&Counter::new()), "no division by zero");
    }
}
