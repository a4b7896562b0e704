//! What lives in a heap, by type of object, and how the collector has kept it: the statistics that programs print.

use std::fmt;
use std::time::Duration;

use crate::class;
use crate::heap::Heap;
use crate::space::Use;
use crate::stats::{Pauses, Stats};

/// Objects of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindStatistics {
    /// The type's name.
    pub name: &'static str,
    /// How many there are.
    pub objects: usize,
    /// Bytes of their cells, headers and rounding included.
    pub bytes: usize,
}

/// What lives in a heap, and how.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Totals and pauses.
    pub stats: Stats,
    /// Objects by type, those that take the most first. What died since the last collection is still among them.
    pub kinds: Vec<KindStatistics>,
    /// Blocks with cells of a size class.
    pub blocks: usize,
    /// Bytes of these cells.
    pub cells: usize,
    /// Objects that have blocks of their own.
    pub large: usize,
    /// Bytes of these blocks.
    pub large_bytes: usize,
    /// Bytes of address space: blocks in use or not, and their bitmaps.
    pub mapped: usize,
}

impl Heap {
    /// Walks the heap and counts.
    pub fn statistics(&self) -> Statistics {
        let stats = self.stats();
        let inner = self.inner();
        let mut allocator = inner.allocator();
        allocator.retire(&inner.table);
        let mut counts = [(0, 0); 256];
        allocator.for_each_object(|object, bytes| {
            // SAFETY: the walk passes live objects.
            let (objects, sum) = &mut counts[usize::from(unsafe { object.as_ref() }.kind())];
            *objects += 1;
            *sum += bytes;
        });
        let name = |kind: usize| inner.kinds.get(kind as u8).map_or("unknown", |info| info.name);
        let counted = counts.iter().enumerate().filter(|(_, count)| count.0 > 0);
        let mut kinds: Vec<_> = counted
            .map(|(kind, &(objects, bytes))| KindStatistics { name: name(kind), objects, bytes })
            .collect();
        kinds.sort_by_key(|kind| (std::cmp::Reverse(kind.bytes), kind.name));
        let mapped = allocator.space.chunks().map(|(_, chunk)| chunk.mapped()).sum();
        let mut statistics =
            Statistics { stats, kinds, blocks: 0, cells: 0, large: 0, large_bytes: 0, mapped };
        for id in allocator.space.used_blocks() {
            let chunk = allocator.space.chunk(id);
            match chunk.blocks[id.block()].usage {
                Use::Small(class) => {
                    statistics.blocks += 1;
                    statistics.cells += class::end(class.into());
                }
                _ => {
                    statistics.large += 1;
                    statistics.large_bytes += chunk.bytes(id.block());
                }
            }
        }
        statistics
    }
}

/// Bytes in the unit that fits.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            bytes if bytes >= 1 << 20 => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
            bytes if bytes >= 1 << 10 => format!("{:.1} KiB", bytes as f64 / f64::from(1 << 10)),
            bytes => format!("{bytes} B"),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = &self.stats;
        let allocated = usize::try_from(stats.allocated).unwrap_or(usize::MAX);
        writeln!(
            f,
            "heap        {:>12} in objects, {} external",
            Bytes(self.bytes()),
            Bytes(stats.external)
        )?;
        writeln!(
            f,
            "memory      {:>12} used, {} kept, {} mapped, {} at most",
            Bytes(stats.used),
            Bytes(stats.kept),
            Bytes(self.mapped),
            Bytes(stats.peak)
        )?;
        writeln!(f, "allocated   {:>12} since the beginning", Bytes(allocated))?;
        writeln!(
            f,
            "blocks      {:>12} with {} in cells; {} large objects with {}",
            self.blocks,
            Bytes(self.cells),
            self.large,
            Bytes(self.large_bytes)
        )?;
        let history = &stats.pauses;
        let sorts = [
            ("minor", &history.minor),
            ("marking", &history.mark),
            ("full", &history.full),
            ("sweeping", &history.sweep),
            ("all", &history.all),
        ];
        writeln!(f, "\npauses            count      median        99 %     longest       total")?;
        sorts.into_iter().try_for_each(|(name, pauses)| line(f, name, pauses))?;
        writeln!(f, "\nobjects           count       bytes")?;
        for KindStatistics { name, objects, bytes } in &self.kinds {
            writeln!(f, "{name:<14} {objects:>8}{:>12}", Bytes(*bytes))?;
        }
        Ok(())
    }
}

impl Statistics {
    /// Bytes of all objects.
    pub fn bytes(&self) -> usize {
        self.kinds.iter().map(|kind| kind.bytes).sum()
    }
}

/// A length of time, in a column.
fn time(time: Duration) -> String {
    format!("{time:.1?}")
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, pauses: &Pauses) -> fmt::Result {
    let [median, most] = [50.0, 99.0].map(|percent| time(pauses.percentile(percent)));
    let (longest, total) = (time(pauses.max), time(pauses.total));
    writeln!(f, "{name:<14} {:>8}{median:>12}{most:>12}{longest:>12}{total:>12}", pauses.count)
}
