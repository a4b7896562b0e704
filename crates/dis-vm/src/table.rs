//! Tables of targets, as the verifier saw them. Dis specification, "case", "casec", "goto"; `verify/tables.rs` has the layouts.

use dis_bytecode::{Initial, Kind};
use dis_rt::utf8;
use std::cmp::Ordering;

/// Strings between two, and where they go. Both ends belong to it; without an upper one it is a single string.
type Strings = (Vec<u32>, Option<Vec<u32>>, u32);

/// A table.
pub(crate) enum Table {
    Goto(Vec<u32>),
    /// Ranges whose ends do not belong to them, ascending, and the target for the rest.
    Numbers(Vec<(i64, i64, u32)>, Option<u32>),
    Strings(Vec<Strings>, Option<u32>),
}

impl Table {
    /// The table of an instruction that passed the verifier.
    pub(crate) fn of(kind: Kind, initial: &Initial<'_>, at: u32, word: u32) -> Table {
        let count = |at: u32| initial.word(at).and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
        let target = |at: u32| initial.word(at).and_then(|pc| u32::try_from(pc).ok());
        let number = |at: u32| initial.word(at).map_or(0, i64::from);
        let sure = |at: u32| target(at).unwrap_or(0);
        match kind {
            Kind::Goto => {
                let count = count(at - word);
                Table::Goto((0..count).map(|index| sure(at + index * word)).collect())
            }
            Kind::CaseL => {
                let (count, table, stride) = (count(at), at + 2 * word, 16 + 2 * word);
                let places = (0..count).map(|index| table + index * stride);
                let big = |at: u32| initial.big(at).unwrap_or(0);
                let entries = places.map(|at| (big(at), big(at + 8), sure(at + 16))).collect();
                Table::Numbers(entries, target(table + count * stride))
            }
            Kind::CaseC => {
                let (count, table, stride) = (count(at), at + word, 3 * word);
                let string = |at: u32| initial.string(at).map(utf8::decode_all);
                let places = (0..count).map(|index| table + index * stride);
                let entries = places
                    .map(|at| (string(at).unwrap_or_default(), string(at + word), sure(at + 2 * word)))
                    .collect();
                Table::Strings(entries, target(table + count * stride))
            }
            _ => {
                let (count, table, stride) = (count(at), at + word, 3 * word);
                let places = (0..count).map(|index| table + index * stride);
                let entries = places.map(|at| (number(at), number(at + word), sure(at + 2 * word))).collect();
                Table::Numbers(entries, target(table + count * stride))
            }
        }
    }

    /// The target with this number.
    pub(crate) fn goto(&self, index: i32) -> Option<u32> {
        match self {
            Table::Goto(targets) => targets.get(usize::try_from(index).ok()?).copied(),
            _ => None,
        }
    }

    /// The target of the range that a number is in, or of the rest.
    pub(crate) fn number(&self, value: i64) -> Option<u32> {
        let Table::Numbers(entries, rest) = self else { return None };
        let after = entries.partition_point(|(low, _, _)| *low <= value);
        let entry = after.checked_sub(1).and_then(|index| entries.get(index));
        entry.filter(|(_, high, _)| value < *high).map(|(_, _, target)| *target).or(*rest)
    }

    /// The same for strings; `order` says where the value is seen from one.
    pub(crate) fn string(&self, order: impl Fn(&[u32]) -> Ordering) -> Option<u32> {
        let Table::Strings(entries, rest) = self else { return None };
        let after = entries.partition_point(|(low, _, _)| order(low).is_ge());
        let entry = after.checked_sub(1).and_then(|index| entries.get(index));
        let inside = entry.filter(|(low, high, _)| match high {
            Some(high) => order(high).is_le(),
            None => order(low).is_eq(),
        });
        inside.map(|(_, _, target)| *target).or(*rest)
    }
}
