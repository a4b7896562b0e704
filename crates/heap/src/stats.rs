//! What the heap tells about itself.

use std::time::Duration;

/// How far a collection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Finds dead objects among those allocated since the last collection.
    Minor,
    /// Finds all dead objects.
    Full,
}

/// What the collector did in a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Minor,
    Full,
    Mark,
    Sweep,
}

/// All pauses of a heap.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Minor collections.
    pub minor: Pauses,
    /// Ends of full collections, with the minor one that is a part of it, and full collections in one go.
    pub full: Pauses,
    /// Slices in which full collections marked.
    pub mark: Pauses,
    /// Slices in which full collections freed what is dead.
    pub sweep: Pauses,
    /// All of these.
    pub all: Pauses,
}

impl History {
    pub(crate) fn add(&mut self, sort: Sort, pause: Duration) {
        self.all.add(pause);
        match sort {
            Sort::Minor => &mut self.minor,
            Sort::Full => &mut self.full,
            Sort::Mark => &mut self.mark,
            Sort::Sweep => &mut self.sweep,
        }
        .add(pause);
    }
}

/// Pauses of one sort.
#[derive(Clone)]
pub struct Pauses {
    /// How many there were.
    pub count: u64,
    /// All of them together.
    pub total: Duration,
    /// The longest.
    pub max: Duration,
    /// Counts by length; eight steps for each power of two of nanoseconds.
    buckets: Box<[u32; 64 * STEPS]>,
}

const STEPS: usize = 8;

impl Default for Pauses {
    fn default() -> Pauses {
        let buckets = Box::new([0; 64 * STEPS]);
        Pauses { count: 0, total: Duration::ZERO, max: Duration::ZERO, buckets }
    }
}

impl Pauses {
    pub(crate) fn add(&mut self, pause: Duration) {
        self.count += 1;
        self.total += pause;
        self.max = self.max.max(pause);
        let nanoseconds = u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX).max(STEPS as u64);
        let power = nanoseconds.ilog2() as usize;
        let step = (nanoseconds >> (power - 3)) as usize & (STEPS - 1);
        self.buckets[power * STEPS + step] += 1;
    }

    /// A length that so many percent of the pauses do not exceed, an eighth too long at most.
    pub fn percentile(&self, percent: f64) -> Duration {
        let wanted = (self.count as f64 * percent / 100.0).ceil() as u64;
        let mut seen = 0;
        for (i, &count) in self.buckets.iter().enumerate() {
            seen += u64::from(count);
            if seen >= wanted && count > 0 {
                let (power, step) = (i / STEPS, i % STEPS);
                let end = ((STEPS + step + 1) as u128) << power >> 3;
                return Duration::from_nanos(u64::try_from(end).unwrap_or(u64::MAX)).min(self.max);
            }
        }
        self.max
    }
}

impl std::fmt::Debug for Pauses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99] = [50.0, 99.0].map(|p| self.percentile(p));
        write!(
            f,
            "{} pauses, p50 {p50:?}, p99 {p99:?}, max {:?}, total {:?}",
            self.count, self.max, self.total
        )
    }
}

/// State and history of a heap.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Bytes of objects that the last collection left, rounded up to cells.
    pub live: usize,
    /// Bytes of the blocks and mappings that hold objects.
    pub used: usize,
    /// Bytes of free blocks whose pages the heap keeps.
    pub kept: usize,
    /// Bytes that objects own elsewhere, as reported.
    pub external: usize,
    /// Bytes handed out in the heap's life, by runs.
    pub allocated: u64,
    /// The most that `used` and `external` were together.
    pub peak: usize,
    /// Pauses.
    pub pauses: History,
}

#[cfg(test)]
mod tests {
    use super::Pauses;
    use std::time::Duration;

    #[test]
    fn percentiles_are_near_and_never_below() {
        let mut pauses = Pauses::default();
        (1..=1000).for_each(|us| pauses.add(Duration::from_micros(us)));
        for percent in [1.0, 50.0, 99.0, 100.0] {
            let exact = Duration::from_micros((percent * 10.0) as u64);
            let told = pauses.percentile(percent);
            assert!(told >= exact && told <= exact.mul_f64(1.13), "{percent}: {told:?}");
        }
        assert_eq!(Pauses::default().percentile(50.0), Duration::ZERO);
    }

    #[test]
    fn extremes_have_a_place() {
        let mut pauses = Pauses::default();
        pauses.add(Duration::ZERO);
        pauses.add(Duration::MAX);
        assert_eq!(pauses.percentile(100.0), Duration::MAX.min(pauses.max).min(pauses.percentile(100.0)));
        assert!(pauses.percentile(50.0) <= Duration::from_nanos(16));
    }
}
