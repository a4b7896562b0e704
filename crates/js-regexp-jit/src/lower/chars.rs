//! Characters: which are in a set, what is at a place, where one is.

use super::emit::{Emitter, Fail};
use ir::{Imm, IntCond, Op, Type, Value};
use js_regexp::program::Class;

/// The last code point.
const LAST: u32 = 0x10_ffff;
/// Ranges that are compared with one by one, at most.
const FEW: usize = 3;
/// Units that are looked for in a word at a time, at most.
pub(crate) const MOST_SOUGHT: usize = 3;

/// What of some ranges is below a bound.
fn clip(ranges: &[(u32, u32)], last: u32) -> Vec<(u32, u32)> {
    let within = ranges.iter().filter(|range| range.0 <= last);
    within.map(|range| (range.0, range.1.min(last))).collect()
}

fn complement(ranges: &[(u32, u32)], last: u32) -> Vec<(u32, u32)> {
    let mut next = 0;
    let mut others = Vec::new();
    for (from, to) in ranges {
        if *from > next {
            others.push((next, from - 1));
        }
        next = to + 1;
    }
    if next <= last {
        others.push((next, last));
    }
    others
}

/// The bit in which two characters differ that are all there is.
fn pair(ranges: &[(u32, u32)]) -> Option<u32> {
    match ranges {
        [(a, b), (c, d)] if a == b && c == d && (a ^ c).is_power_of_two() => Some(a ^ c),
        _ => None,
    }
}

/// The units of a set that is no more than these.
fn singles(ranges: &[(u32, u32)]) -> Option<Vec<u16>> {
    let count: u64 = ranges.iter().map(|range| u64::from(range.1 - range.0) + 1).sum();
    let all = || ranges.iter().flat_map(|range| range.0..=range.1).map(|unit| unit as u16).collect();
    (count <= MOST_SOUGHT as u64).then(all)
}

impl Emitter<'_> {
    /// The last unit that a text may have.
    pub(crate) fn last_unit(&self) -> u32 {
        if self.wide { 0xffff } else { 0xff }
    }

    /// Whether characters have to be put together of pairs to tell whether they are in a class.
    pub(crate) fn joins_pairs(&self, class: &Class) -> bool {
        let beyond = |range: &(u32, u32)| range.1 >= 0xd800 && range.0 < 0xe000 || range.1 > 0xffff;
        self.wide && self.program.unicode && class.ranges().iter().any(beyond)
    }

    /// Whether one unit fits exactly: it or, with this bit, another one.
    pub(crate) fn exactly(&self, class: &Class) -> Option<(u16, u16)> {
        if self.joins_pairs(class) {
            return None;
        }
        match &*clip(&class.ranges(), self.last_unit()) {
            [(from, to)] if from == to => Some((*from as u16, 0)),
            ranges => pair(ranges).map(|bit| (ranges[1].0 as u16, bit as u16)),
        }
    }

    /// The units that a class does not have, if they are few.
    pub(crate) fn few_others(&self, class: &Class) -> Option<Vec<u16>> {
        let last = self.last_unit();
        if self.joins_pairs(class) {
            return None;
        }
        singles(&complement(&clip(&class.ranges(), last), last))
    }

    /// The units of a set, if they are few.
    pub(crate) fn few_units(&self, ranges: &[(u32, u32)]) -> Option<Vec<u16>> {
        singles(&clip(ranges, self.last_unit()))
    }

    /// Whether a character is in a class; `joined` says whether it may be beyond 16 bits.
    pub(crate) fn in_class(&mut self, class: &Class, char: Value, joined: bool) -> Value {
        let last = if joined { LAST } else { self.last_unit() };
        self.in_ranges(&class.ranges(), char, last)
    }

    /// Whether a character, which is no larger than `last`, is in one of some ranges.
    pub(crate) fn in_ranges(&mut self, ranges: &[(u32, u32)], char: Value, last: u32) -> Value {
        let ranges = clip(ranges, last);
        let others = complement(&ranges, last);
        if ranges.is_empty() || others.is_empty() {
            return self.b().bconst(others.is_empty());
        }
        if others.len() <= FEW && others.len() < ranges.len() {
            let other = self.in_few(&others, char);
            let yes = self.b().bconst(true);
            return self.binary(Op::Bxor, other, yes);
        }
        if ranges.len() < FEW || last > 255 && ranges.len() == FEW {
            return self.in_few(&ranges, char);
        }
        let mut low = [0; 256];
        for (from, to) in &ranges {
            (*from..=*to).take_while(|char| *char < 256).for_each(|char| low[char as usize] = 1);
        }
        if last <= 255 {
            return self.in_table(low, char);
        }
        let high = clip(&ranges, last).into_iter().filter(|range| range.1 > 255);
        let high: Vec<(u32, u32)> = high.map(|(from, to)| (from.max(256), to)).collect();
        let (narrow, rest, join) = (self.new_block(&[]), self.new_block(&[]), self.new_block(&[Type::Bool]));
        let is_low = self.is(IntCond::Ult, char, 256);
        self.branch(is_low, (narrow, &[]), (rest, &[]));
        self.block = narrow;
        let found = self.in_table(low, char);
        self.jump(join, &[found]);
        self.block = rest;
        let found = match high.len() {
            0 => self.b().bconst(false),
            1..=FEW => self.in_few(&high, char),
            _ => self.in_many(&high, char),
        };
        self.jump(join, &[found]);
        self.block = join;
        self.param(0)
    }

    fn in_few(&mut self, ranges: &[(u32, u32)], char: Value) -> Value {
        if let Some(bit) = pair(ranges) {
            let bit = self.small(bit);
            let folded = self.binary(Op::Bor, char, bit);
            return self.is(IntCond::Eq, folded, ranges[0].0 | ranges[1].0);
        }
        let mut all = None;
        for (from, to) in ranges {
            let one = if from == to {
                self.is(IntCond::Eq, char, *from)
            } else if *from == 0 {
                self.is(IntCond::Ule, char, *to)
            } else {
                let from_value = self.small(*from);
                let distance = self.binary(Op::Isub, char, from_value);
                self.is(IntCond::Ule, distance, to - from)
            };
            all = Some(match all {
                None => one,
                Some(before) => self.binary(Op::Bor, before, one),
            });
        }
        all.unwrap_or_else(|| self.b().bconst(false))
    }

    fn in_table(&mut self, table: [u8; 256], char: Value) -> Value {
        let entry = self.look_up(table, char);
        self.is(IntCond::Ne, entry, 0)
    }

    /// The entry of a character below 256 in a table.
    pub(crate) fn look_up(&mut self, table: [u8; 256], char: Value) -> Value {
        let address = self.tables.bytes(table);
        let base = self.address(address);
        let index = self.b().unary(Op::Zext, char);
        let place = self.binary(Op::PtrAdd, base, index);
        let imm = Imm::Mem { offset: 0, class: self.classes.text };
        self.b().with_imm(Op::LoadU8, Some(Type::I32), &[place], imm)
    }

    /// Looks through sorted ranges by halves: the number of bounds up to the character is odd inside of one.
    fn in_many(&mut self, ranges: &[(u32, u32)], char: Value) -> Value {
        let bounds = ranges.iter().flat_map(|(from, to)| [*from, to + 1]).collect();
        let (address, halvings) = self.tables.bounds(bounds);
        let base = self.address(address);
        let mut found = self.int(0);
        for half in (0..halvings).rev() {
            let bytes = self.with(Op::Ishl, found, 2);
            let place = self.binary(Op::PtrAdd, base, bytes);
            let class = self.classes.text;
            let bound = self.b().load(Type::I32, place, ((1 << half) - 1) * 4, class);
            let reaches = self.compare(IntCond::Ule, bound, char);
            let further = self.add(found, 1 << half);
            found = self.b().select(reaches, further, found);
        }
        let odd = self.with(Op::Band, found, 1);
        let zero = self.int(0);
        self.compare(IntCond::Ne, odd, zero)
    }

    /// Whether a unit is the first (`0xd800`) or second (`0xdc00`) of a pair.
    pub(crate) fn is_half(&mut self, unit: Value, which: u32) -> Value {
        let mask = self.small(0xfc00);
        let kind = self.binary(Op::Band, unit, mask);
        self.is(IntCond::Eq, kind, which)
    }

    fn join(&mut self, lead: Value, trail: Value) -> Value {
        let mask = self.small(0x3ff);
        let high = self.binary(Op::Band, lead, mask);
        let ten = self.small(10);
        let high = self.binary(Op::Ishl, high, ten);
        let low = self.binary(Op::Band, trail, mask);
        let both = self.binary(Op::Bor, high, low);
        let base = self.small(0x1_0000);
        self.binary(Op::Iadd, both, base)
    }

    /// The character at a place, where there is one, with pairs put together; and the place behind it.
    pub(crate) fn char_at(&mut self, at: Value) -> (Value, Value) {
        let unit = self.unit(at, 0);
        let behind = self.add(at, 1);
        let done = self.new_block(&[Type::I32, Type::I64]);
        let lead = self.is_half(unit, 0xd800);
        self.unless(lead, (done, &[unit, behind]));
        let more = self.compare(IntCond::Slt, behind, self.length);
        self.unless(more, (done, &[unit, behind]));
        let other = self.unit(behind, 0);
        let trail = self.is_half(other, 0xdc00);
        self.unless(trail, (done, &[unit, behind]));
        let both = self.join(unit, other);
        let behind = self.add(at, 2);
        self.jump(done, &[both, behind]);
        self.block = done;
        (self.param(0), self.param(1))
    }

    /// The character in front of a place, where there is one, and its place: it does not begin before `low`.
    pub(crate) fn char_before(&mut self, at: Value, low: Value) -> (Value, Value) {
        let unit = self.unit(at, -1);
        let (before, twice) = (self.add(at, -1), self.add(at, -2));
        let done = self.new_block(&[Type::I32, Type::I64]);
        let trail = self.is_half(unit, 0xdc00);
        self.unless(trail, (done, &[unit, before]));
        let more = self.compare(IntCond::Sge, twice, low);
        self.unless(more, (done, &[unit, before]));
        let other = self.unit(twice, 0);
        let lead = self.is_half(other, 0xd800);
        self.unless(lead, (done, &[unit, before]));
        let both = self.join(other, unit);
        self.jump(done, &[both, twice]);
        self.block = done;
        (self.param(0), self.param(1))
    }

    /// Fails if a place is between the halves of a pair.
    pub(crate) fn reject_inside_pair(&mut self, at: Value) {
        let rest = self.new_block(&[]);
        let zero = self.int(0);
        let within = self.compare(IntCond::Sgt, at, zero);
        self.unless(within, (rest, &[]));
        let within = self.compare(IntCond::Slt, at, self.length);
        self.unless(within, (rest, &[]));
        let unit = self.unit(at, 0);
        let trail = self.is_half(unit, 0xdc00);
        self.unless(trail, (rest, &[]));
        let unit = self.unit(at, -1);
        let lead = self.is_half(unit, 0xd800);
        let (failed, args) = self.failure();
        self.branch(lead, (failed, &args), (rest, &[]));
        self.block = rest;
    }

    /// One step over a character of a class, from a place; fails where there is none.
    pub(crate) fn step(&mut self, class: &Class, at: Value, backward: bool) -> Value {
        let zero = self.int(0);
        let there = match backward {
            true => self.compare(IntCond::Sgt, at, zero),
            false => self.compare(IntCond::Slt, at, self.length),
        };
        self.require(there);
        let joined = self.joins_pairs(class);
        let (char, next) = match (joined, backward) {
            (true, false) => self.char_at(at),
            (true, true) => self.char_before(at, zero),
            (false, false) => (self.unit(at, 0), self.add(at, 1)),
            (false, true) => (self.unit(at, -1), self.add(at, -1)),
        };
        let found = self.in_class(class, char, joined);
        self.require(found);
        next
    }

    /// One step over a character of a class, where there is one or it goes on elsewhere: the place, and `other` gets that it was at.
    pub(crate) fn step_or(&mut self, class: &Class, at: Value, backward: bool, other: ir::Block) -> Value {
        // The block takes the state: that of before.
        let before = std::mem::replace(&mut self.fail, Fail::Behind(other, at));
        let next = self.step(class, at, backward);
        self.fail = before;
        next
    }

    /// The first of some units from a place on, or the length. A word of the text at a time.
    pub(crate) fn find_unit(&mut self, units: &[u16], from: Value, end: Value) -> Value {
        let lane: u32 = if self.wide { 16 } else { 8 };
        let lanes = i64::from(64 / lane);
        let ones = if self.wide { 0x0001_0001_0001_0001_u64 } else { 0x0101_0101_0101_0101 };
        let tops = ones << (lane - 1);
        let place = |emitter: &mut Self| emitter.new_block(&[Type::I64]);
        let [words, rest, done] = [place(self), place(self), place(self)];
        let [word, found] = [self.new_block(&[]), self.new_block(&[])];
        self.jump(words, &[from]);
        self.block = words;
        let at = self.param(0);
        let behind = self.add(at, lanes);
        let fits = self.compare(IntCond::Sle, behind, end);
        self.branch(fits, (word, &[]), (rest, &[at]));
        self.block = word;
        let address = self.unit_address(at);
        let class = self.classes.text;
        let loaded = self.b().load(Type::I64, address, 0, class);
        let mut hits = self.int(0);
        for unit in units {
            // The lowest lane that is zero keeps its top bit; some above it may, too.
            let other = self.with(Op::Bxor, loaded, ones.wrapping_mul(u64::from(*unit)) as i64);
            let less = self.with(Op::Isub, other, ones as i64);
            let inverse = self.with(Op::Bxor, other, -1);
            let both = self.binary(Op::Band, less, inverse);
            let hit = self.with(Op::Band, both, tops as i64);
            hits = self.binary(Op::Bor, hits, hit);
        }
        let zero = self.int(0);
        let none = self.compare(IntCond::Eq, hits, zero);
        self.branch(none, (words, &[behind]), (found, &[]));
        self.block = found;
        let bit = self.b().unary(Op::Ctz, hits);
        let index = self.with(Op::Ushr, bit, if self.wide { 4 } else { 3 });
        let there = self.binary(Op::Iadd, at, index);
        self.jump(done, &[there]);
        self.find_in_rest(units, (rest, done), end);
        self.block = done;
        self.param(0)
    }

    /// The same unit by unit: from the parameter of one block to that of another.
    fn find_in_rest(&mut self, units: &[u16], (rest, done): (ir::Block, ir::Block), end: Value) {
        self.block = rest;
        let at = self.param(0);
        let more = self.compare(IntCond::Slt, at, end);
        self.unless(more, (done, &[at]));
        let unit = self.unit(at, 0);
        let ranges: Vec<(u32, u32)> = units.iter().map(|unit| (u32::from(*unit), u32::from(*unit))).collect();
        let hit = self.in_few(&ranges, unit);
        let next = self.add(at, 1);
        self.branch(hit, (done, &[at]), (rest, &[next]));
    }
}
