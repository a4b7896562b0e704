//! Module data as it begins, and the tables of `goto` and `case` in it. Dis specification, "case", "casec", "goto".
//!
//! A table of `case` is a count, entries of low, high and instruction (a word each, strings for `casec`), and the instruction for
//! the rest. In one of `casel` the count and instructions take the place of two words each, bounds are 8 bytes. One of `goto` is the
//! instructions, with their number in the word before.

use super::{Check, Place, Verifier};
use crate::{DataValue, Kind, Module, WordSize};

/// A table that an instruction uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// The instruction.
    pub pc: u32,
    /// Where in module data the operand is.
    pub offset: u32,
    /// How many entries there are, without the one for the rest.
    pub count: u32,
    /// Whether there is no instruction for the rest, as compilers leave it when there need be none: an error at run time.
    pub open: bool,
}

/// A run of values in module data.
struct Run<'a> {
    from: u32,
    to: u32,
    values: Values<'a>,
}

enum Values<'a> {
    Words(&'a [i32]),
    Bigs(&'a [i64]),
    String(&'a [u8]),
    Other,
}

/// Values that module data begins with, outside of arrays, by place: what the verifier takes for constants and tables.
pub struct Initial<'a> {
    runs: Vec<Run<'a>>,
    word: u32,
    size: u32,
}

impl<'a> Initial<'a> {
    /// Those of a module.
    pub fn of(module: &'a Module, word: WordSize) -> Initial<'a> {
        let w = word.bytes();
        let mut runs = Vec::new();
        let mut depth = 0usize;
        for item in &module.data {
            let (values, size) = match &item.value {
                DataValue::Index(_) => {
                    depth += 1;
                    continue;
                }
                DataValue::Restore => {
                    depth = depth.saturating_sub(1);
                    continue;
                }
                _ if depth > 0 => continue,
                DataValue::Words(words) => (Values::Words(words), words.len() * w as usize),
                DataValue::Bigs(bigs) => (Values::Bigs(bigs), bigs.len() * 8),
                DataValue::String(bytes) => (Values::String(bytes), w as usize),
                DataValue::Reals(bits) => (Values::Other, bits.len() * 8),
                DataValue::Bytes(bytes) => (Values::Other, bytes.len()),
                DataValue::Array { .. } => (Values::Other, w as usize),
            };
            let to = item.offset.saturating_add(u32::try_from(size).unwrap_or(u32::MAX));
            runs.push(Run { from: item.offset, to, values });
        }
        // Later items win where they overlap, so they come first.
        runs.reverse();
        runs.sort_by_key(|run| run.from);
        Initial { runs, word: w, size: module.data_size }
    }

    /// The run that a place is in, if it begins there or before and no other begins between.
    fn run(&self, offset: u32) -> Option<&Run<'a>> {
        let index = self.runs.partition_point(|run| run.from <= offset);
        let last = self.runs[..index].last()?;
        let first = self.runs[..index].partition_point(|run| run.from < last.from);
        self.runs[first..index].iter().find(|run| offset < run.to)
    }

    /// The word here; zero where nothing says what it is.
    pub fn word(&self, offset: u32) -> Option<i32> {
        if offset.checked_add(self.word)? > self.size {
            return None;
        }
        match self.run(offset) {
            None => Some(0),
            Some(Run { from, values: Values::Words(words), .. })
                if (offset - from).is_multiple_of(self.word) =>
            {
                words.get(((offset - from) / self.word) as usize).copied()
            }
            Some(_) => None,
        }
    }

    /// The big number here; zero where nothing says what it is.
    pub fn big(&self, offset: u32) -> Option<i64> {
        if offset.checked_add(8)? > self.size {
            return None;
        }
        match self.run(offset) {
            None => Some(0),
            Some(Run { from, values: Values::Bigs(bigs), .. }) if (offset - from).is_multiple_of(8) => {
                bigs.get(((offset - from) / 8) as usize).copied()
            }
            Some(_) => None,
        }
    }

    /// The string here, where there is one.
    pub fn string(&self, offset: u32) -> Option<&'a [u8]> {
        match self.run(offset) {
            Some(Run { from, values: Values::String(bytes), .. }) if *from == offset => Some(bytes),
            _ => None,
        }
    }
}

impl Verifier<'_> {
    /// The instructions that a table leads to.
    pub(super) fn table(&mut self, pc: u32, kind: Kind, offset: u32) -> Option<Vec<u32>> {
        let result = match kind {
            Kind::Goto => self.goto_table(offset),
            _ => self.case_table(kind, offset),
        };
        match result {
            Err(reason) => {
                self.fault(Place::Inst(pc), reason);
                None
            }
            Ok((targets, from, to, count)) => {
                let open = kind != Kind::Goto && targets.len() == count as usize;
                let table = Table { pc, offset, count, open };
                if self.tabled.insert(pc) {
                    self.facts.tables.push(table);
                    self.frozen.insert((from, to), pc);
                }
                Some(targets)
            }
        }
    }

    fn goto_table(&self, offset: u32) -> Result<(Vec<u32>, u32, u32, u32), String> {
        let start = offset.checked_sub(self.w).ok_or("the table of goto has no room for its count")?;
        let count = self.count(start, self.w)?;
        let targets =
            (0..count).map(|index| self.target(offset + index * self.w)).collect::<Result<_, _>>()?;
        Ok((targets, start, offset + count * self.w, count))
    }

    fn case_table(&self, kind: Kind, offset: u32) -> Result<(Vec<u32>, u32, u32, u32), String> {
        let (head, low, high, target, stride) = match kind {
            Kind::CaseL => (2 * self.w, 0, 8, 16, 16 + 2 * self.w),
            _ => (self.w, 0, self.w, 2 * self.w, 3 * self.w),
        };
        let count = self.count(offset, stride)?;
        let mut targets = Vec::new();
        let mut last: Option<i64> = None;
        for index in 0..count {
            let at = offset + head + index * stride;
            self.bounds(kind, at + low, at + high, &mut last)
                .map_err(|why| format!("entry {index} of the table {why}"))?;
            targets.push(self.target(at + target)?);
        }
        let rest = offset + head + count * stride;
        if self.initial.word(rest) != Some(-1) {
            targets.push(self.target(rest)?);
        }
        Ok((targets, offset, rest + self.w, count))
    }

    /// The count of a table; all of its entries are in module data.
    fn count(&self, offset: u32, stride: u32) -> Result<u32, String> {
        let count = self.initial.word(offset).ok_or_else(|| format!("there is no table at {offset}(mp)"))?;
        match u32::try_from(count) {
            Ok(count) if count <= (self.module.data_size - offset) / stride => Ok(count),
            _ => Err(format!("the table at {offset}(mp) has {count} entries, more than module data")),
        }
    }

    fn target(&self, offset: u32) -> Result<u32, String> {
        match self.initial.word(offset) {
            Some(pc) if self.is_pc(pc) => Ok(pc as u32),
            Some(pc) => Err(format!("the table leads to {pc}, which is no instruction")),
            None => Err(format!("the table has no instruction at {offset}(mp)")),
        }
    }

    /// Entries ascend and do not overlap, which the search for one relies on.
    fn bounds(&self, kind: Kind, low: u32, high: u32, last: &mut Option<i64>) -> Result<(), &'static str> {
        let (low, high) = match kind {
            Kind::CaseC => {
                let map = &self.module.types[0];
                let pointers = map.is_pointer(low, self.word) && map.is_pointer(high, self.word);
                let known = pointers && self.initial.string(low).is_some();
                return if known { Ok(()) } else { Err("has no string") };
            }
            Kind::CaseL => (self.initial.big(low), self.initial.big(high)),
            _ => (self.initial.word(low).map(i64::from), self.initial.word(high).map(i64::from)),
        };
        let (Some(low), Some(high)) = (low, high) else { return Err("has no bounds") };
        // The upper bound is one too far and wraps for the greatest number.
        if last.is_some_and(|last| low < last) {
            return Err("comes before the one before it");
        }
        *last = Some(high.max(low));
        Ok(())
    }

    /// Nothing may write what was read here, and addresses end where it begins.
    pub(super) fn frozen(&mut self) {
        let mut frozen: Vec<(u32, u32)> = self.frozen.keys().copied().collect();
        frozen.sort_unstable();
        let ends = frozen.iter().scan(0, |most, range| {
            *most = range.1.max(*most);
            Some(*most)
        });
        let ends: Vec<u32> = ends.collect();
        let touches = |from: u32, to: u32| {
            let index = frozen.partition_point(|range| range.0 < to);
            index > 0 && ends[index - 1] > from
        };
        let mut reasons = Vec::new();
        for ((from, to), pc) in &self.written {
            if touches(*from, *to) {
                reasons.push((
                    *pc,
                    format!("{from}(mp) is written, but belongs to a table or a constant of the code"),
                ));
            }
        }
        for (pc, operand, at) in std::mem::take(&mut self.reached) {
            let next = frozen
                .get(frozen.partition_point(|range| range.0 < at))
                .map_or(self.module.data_size, |r| r.0);
            let end = if touches(at, at + 1) { at } else { next };
            self.facts.checks[pc as usize][operand] = Check::Extent(end.saturating_sub(at));
        }
        reasons.into_iter().for_each(|(pc, reason)| self.fault(Place::Inst(pc), reason));
    }
}
