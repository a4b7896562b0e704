//! Sets of characters: code points, or code units without a Unicode flag.

/// The last code point.
pub(super) const LAST: u32 = 0x10_ffff;

/// Ranges in order that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    ranges: Vec<(u32, u32)>,
}

impl Set {
    /// The set of some ranges.
    pub(super) fn of(ranges: impl IntoIterator<Item = (u32, u32)>) -> Set {
        let mut set = Set { ranges: ranges.into_iter().collect() };
        set.normalize();
        set
    }

    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    fn normalize(&mut self) {
        self.ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for &(from, to) in &self.ranges {
            match merged.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        self.ranges = merged;
    }

    /// Adds the elements of another set.
    pub(super) fn add_all(&mut self, other: &Set) {
        self.ranges.extend_from_slice(&other.ranges);
        self.normalize();
    }

    /// Adds ranges.
    pub(super) fn add(&mut self, ranges: impl IntoIterator<Item = (u32, u32)>) {
        self.ranges.extend(ranges);
        self.normalize();
    }

    pub(super) fn contains(&self, element: u32) -> bool {
        let at = self.ranges.partition_point(|range| range.1 < element);
        self.ranges.get(at).is_some_and(|range| range.0 <= element)
    }

    /// What is not in the set.
    pub(super) fn complement(&self) -> Set {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(from, to) in &self.ranges {
            if from > next {
                ranges.push((next, from - 1));
            }
            next = to + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Set { ranges }
    }

    /// What is in both.
    pub(super) fn intersection(&self, other: &Set) -> Set {
        let mut without = self.complement();
        without.add_all(&other.complement());
        without.complement()
    }

    /// What is in this one only.
    pub(super) fn difference(&self, other: &Set) -> Set {
        self.intersection(&other.complement())
    }
}

#[cfg(test)]
mod tests {
    use super::{LAST, Set};

    #[test]
    fn ranges_are_merged_and_complemented() {
        let set = Set::of([(5, 9), (0, 2), (3, 3), (20, 30), (25, 40)]);
        assert_eq!(set.ranges(), [(0, 3), (5, 9), (20, 40)]);
        assert_eq!(set.complement().ranges(), [(4, 4), (10, 19), (41, LAST)]);
        assert_eq!(set.complement().complement(), set);
        assert!(set.contains(3) && !set.contains(4) && set.contains(40) && !set.contains(LAST));
    }

    #[test]
    fn intersections_and_differences() {
        let (a, b) = (Set::of([(0, 10), (20, 30)]), Set::of([(5, 25)]));
        assert_eq!(a.intersection(&b).ranges(), [(5, 10), (20, 25)]);
        assert_eq!(a.difference(&b).ranges(), [(0, 4), (26, 30)]);
        assert!(Set::default().complement().difference(&Set::of([(0, LAST)])).is_empty());
    }
}
