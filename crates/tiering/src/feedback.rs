//! What the tier below has seen, for the compiler to speculate on. Written without locks by whoever runs the function,
//! read by compiler threads: a reader sees some recent state of each slot, which is all that speculation needs.

use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};

/// A set of up to 16 kinds of values, numbered by the guest.
#[derive(Debug, Default)]
pub struct KindSet(AtomicU16);

impl KindSet {
    /// Adds a kind, 0 to 15; whether it is new.
    ///
    /// # Panics
    /// When the kind is above 15.
    pub fn see(&self, kind: u8) -> bool {
        assert!(kind < 16, "kind {kind}: a set has 16");
        let bit = 1 << kind;
        // Most values have been seen before: look before writing, so that the cache line stays shared.
        self.0.load(Ordering::Relaxed) & bit == 0 && self.0.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    /// The kinds, one bit each.
    pub fn bits(&self) -> u16 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often a branch was taken and not taken.
#[derive(Debug, Default)]
pub struct BranchCounts {
    taken: AtomicU32,
    not_taken: AtomicU32,
}

impl BranchCounts {
    /// Counts one execution.
    pub fn see(&self, taken: bool) {
        let cell = if taken { &self.taken } else { &self.not_taken };
        cell.store(cell.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
    }

    /// Times taken and not taken.
    pub fn get(&self) -> (u32, u32) {
        (self.taken.load(Ordering::Relaxed), self.not_taken.load(Ordering::Relaxed))
    }
}

/// The first few different targets of one place: callees, shapes, maps, whatever the guest gives non-zero numbers.
#[derive(Debug, Default)]
pub struct TargetCache {
    targets: [AtomicU64; TargetCache::LEN],
    counts: [AtomicU32; TargetCache::LEN],
    /// Executions with a target that had no room.
    others: AtomicU32,
}

impl TargetCache {
    /// Targets remembered.
    pub const LEN: usize = 4;

    /// Counts one execution with `target`, which is not 0.
    pub fn see(&self, target: u64) {
        for (cell, count) in self.targets.iter().zip(&self.counts) {
            let mut known = cell.load(Ordering::Relaxed);
            if known == 0 {
                // Another thread may fill the slot first: then it is that thread's.
                let won = cell.compare_exchange(0, target, Ordering::Relaxed, Ordering::Relaxed);
                known = won.map_or_else(|other| other, |_| target);
            }
            if known == target {
                count.store(count.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
                return;
            }
        }
        self.others.store(self.others.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
    }

    /// What was seen.
    pub fn get(&self) -> Observed {
        let pairs = self.targets.iter().zip(&self.counts);
        let seen = pairs.map(|(t, n)| (t.load(Ordering::Relaxed), n.load(Ordering::Relaxed)));
        let mut targets: Vec<(u64, u32)> = seen.filter(|(target, _)| *target != 0).collect();
        targets.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Observed { targets, others: self.others.load(Ordering::Relaxed) }
    }

    /// Forgets a target that no longer exists, so that its number can be given to another one.
    pub fn forget(&self, target: u64) {
        for (cell, count) in self.targets.iter().zip(&self.counts) {
            if cell.compare_exchange(target, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                count.store(0, Ordering::Relaxed);
            }
        }
    }
}

/// Targets of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Targets with their counts, the most frequent first.
    pub targets: Vec<(u64, u32)>,
    /// Executions with further targets.
    pub others: u32,
}

impl Observed {
    /// The only target there was.
    pub fn single(&self) -> Option<u64> {
        match self.targets[..] {
            [(target, _)] if self.others == 0 => Some(target),
            _ => None,
        }
    }

    /// Whether there were more targets than are remembered.
    pub fn is_megamorphic(&self) -> bool {
        self.others > 0
    }
}

/// Feedback of one place in a function.
#[derive(Debug)]
pub enum Slot {
    /// Kinds of a value.
    Kinds(KindSet),
    /// Kinds of two operands and the result, each 16 of them.
    Binary([KindSet; 3]),
    /// A branch.
    Branch(BranchCounts),
    /// Targets.
    Targets(TargetCache),
}

/// What a slot held when it was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotSnapshot {
    /// Kinds, one bit each.
    Kinds(u16),
    /// Kinds of left operand, right operand and result.
    Binary([u16; 3]),
    /// Times taken and not taken.
    Branch(u32, u32),
    /// Targets.
    Targets(Observed),
}

impl Slot {
    /// A copy.
    pub fn snapshot(&self) -> SlotSnapshot {
        match self {
            Slot::Kinds(kinds) => SlotSnapshot::Kinds(kinds.bits()),
            Slot::Binary(kinds) => SlotSnapshot::Binary(kinds.each_ref().map(KindSet::bits)),
            Slot::Branch(counts) => {
                let (taken, not_taken) = counts.get();
                SlotSnapshot::Branch(taken, not_taken)
            }
            Slot::Targets(targets) => SlotSnapshot::Targets(targets.get()),
        }
    }
}

/// Feedback of one function, a slot per place that collects any.
#[derive(Debug, Default)]
pub struct Vector {
    slots: Box<[Slot]>,
}

impl Vector {
    /// A vector of these slots.
    pub fn new(slots: Vec<Slot>) -> Vector {
        Vector { slots: slots.into() }
    }

    /// A slot.
    pub fn slot(&self, index: usize) -> Option<&Slot> {
        self.slots.get(index)
    }

    /// A copy for one compilation, so that it sees each slot the same way throughout.
    pub fn snapshot(&self) -> VectorSnapshot {
        VectorSnapshot { slots: self.slots.iter().map(Slot::snapshot).collect() }
    }
}

/// A copy of a function's feedback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VectorSnapshot {
    /// One per slot.
    pub slots: Vec<SlotSnapshot>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_new_once() {
        let kinds = KindSet::default();
        assert!(kinds.see(3) && kinds.see(15) && !kinds.see(3));
        assert_eq!(kinds.bits(), 1 << 3 | 1 << 15);
    }

    #[test]
    fn targets_are_ordered_by_frequency_and_overflow() {
        let cache = TargetCache::default();
        cache.see(10);
        assert_eq!(cache.get().single(), Some(10));
        for target in [20, 20, 30, 40, 20, 50, 60] {
            cache.see(target);
        }
        let seen = cache.get();
        assert_eq!((seen.targets[0], seen.targets.len(), seen.others), ((20, 3), 4, 2));
        assert!(seen.is_megamorphic() && seen.single().is_none());
        cache.forget(20);
        cache.see(70);
        assert!(cache.get().targets.contains(&(70, 1)));
    }

    #[test]
    fn vectors_are_copied_as_they_are() {
        let vector = Vector::new(vec![
            Slot::Kinds(KindSet::default()),
            Slot::Binary(Default::default()),
            Slot::Branch(BranchCounts::default()),
            Slot::Targets(TargetCache::default()),
        ]);
        let before = vector.snapshot();
        let Some(Slot::Branch(branch)) = vector.slot(2) else { panic!("slot 2 is a branch") };
        branch.see(true);
        branch.see(false);
        branch.see(true);
        let Some(Slot::Binary(kinds)) = vector.slot(1) else { panic!("slot 1 is binary") };
        kinds[2].see(1);
        assert_eq!(before.slots[2], SlotSnapshot::Branch(0, 0));
        let after = vector.snapshot();
        assert_eq!(after.slots[2], SlotSnapshot::Branch(2, 1));
        assert_eq!(after.slots[1], SlotSnapshot::Binary([0, 0, 2]));
        assert!(vector.slot(4).is_none());
    }

    #[test]
    fn two_threads_agree_on_slots() {
        let cache = TargetCache::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|i| cache.see(1 + i % 3)));
            }
        });
        let mut targets: Vec<u64> = cache.get().targets.iter().map(|(target, _)| *target).collect();
        targets.sort_unstable();
        assert_eq!(targets, [1, 2, 3], "no target twice");
    }
}
