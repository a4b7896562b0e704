//! Where matches may begin: the entry, and one attempt after another.

use super::chars::MOST_SOUGHT;
use super::emit::{CELL, Emitter, State};
use crate::frame;
use ir::{Block, IntCond, Op, Type, Value};
use js_regexp::First;

/// Labels of attempts: what follows the failure of one.
const ANYWHERE: u32 = 0;
const HERE_ONLY: u32 = 1;

impl Emitter<'_> {
    /// The entry, and what is done between attempts. The program begins where this ends.
    pub(super) fn entry(&mut self) {
        let (scan, failed, failed_here) = (self.state_block(), self.state_block(), self.state_block());
        assert!(self.new_label(failed) == ANYWHERE && self.new_label(failed_here) == HERE_ONLY);
        self.state.sp = self.word(frame::TOP, Type::Ptr);
        self.state.left = self.word(frame::LEFT, Type::I32);
        let mode = self.word(frame::MODE, Type::I64);
        let State { at, sp, left } = self.state;
        let (fresh, begin, sticky) = (self.new_block(&[]), self.start(0), self.new_block(&[]));
        let resumed = self.with(Op::Bxor, mode, frame::RESUME as i64);
        let zero = self.int(0);
        let resumed = self.compare(IntCond::Eq, resumed, zero);
        let dispatch = self.dispatch;
        self.branch(resumed, (dispatch, &[sp, left]), (fresh, &[]));
        self.block = fresh;
        let searches = self.compare(IntCond::Eq, mode, zero);
        self.branch(searches, (scan, &[at, sp, left]), (sticky, &[]));
        self.block = sticky;
        self.attempt(HERE_ONLY, begin);
        self.enter(scan);
        self.scan(begin);
        self.enter(failed);
        self.after_failure(scan);
        self.enter(failed_here);
        self.no_match();
        self.next_attempt(failed, failed_here);
    }

    fn no_match(&mut self) {
        let zero = self.int(0);
        self.leave(frame::FAILED, zero);
    }

    /// Begins an attempt.
    fn attempt(&mut self, label: u32, begin: Block) {
        let cell = self.way(label, self.state.at);
        self.push(cell);
        self.go(begin, self.state);
    }

    /// An attempt has failed, and nothing is on the stack but its own cell.
    fn next_attempt(&mut self, failed: Block, failed_here: Block) {
        self.block = self.next_attempt;
        let (sp, left) = (self.param(0), self.param(1));
        let below = self.cells(sp, -1);
        let cell = self.load_cell(below);
        let limit = self.int(i64::from(HERE_ONLY) << 32);
        let searches = self.compare(IntCond::Slt, cell, limit);
        // The label of the others is 0.
        self.branch(searches, (failed, &[cell, below, left]), (failed_here, &[cell, below, left]));
    }

    /// Goes on at the next character. Steps are counted here.
    fn after_failure(&mut self, scan: Block) {
        let State { at, sp, left } = self.state;
        let none = self.new_block(&[]);
        let more = self.compare(IntCond::Slt, at, self.length);
        self.unless(more, (none, &[]));
        let next = if self.wide && self.program.unicode { self.char_at(at).1 } else { self.add(at, 1) };
        let one = self.small(1);
        let left = self.binary(Op::Isub, left, one);
        let over = self.is(IntCond::Eq, left, 0);
        let pause = self.cold_block();
        self.branch(over, (pause, &[]), (scan, &[next, sp, left]));
        self.block = pause;
        self.state = State { at: next, sp, left };
        let label = self.new_label(scan);
        self.suspend(frame::POLL, label);
        self.block = none;
        self.no_match();
    }

    /// The next place where a match may begin.
    fn scan(&mut self, begin: Block) {
        let (wide, again) = (self.wide, self.block);
        let program = self.program;
        let from = self.state.at;
        match &program.first {
            First::Any => {}
            First::Start => {
                let zero = self.int(0);
                let first = self.compare(IntCond::Eq, from, zero);
                self.found_or_none(first);
            }
            First::Byte(byte) => {
                let found = self.find_unit(&[u16::from(*byte)], from, self.length);
                self.found_at(found);
            }
            First::Units(units) => {
                let mut ranges: Vec<(u32, u32)> = Vec::new();
                let low = (0..256_u32).filter(|unit| units.low[*unit as usize]);
                low.for_each(|unit| ranges.push((unit, unit)));
                if units.high && wide {
                    ranges.push((256, 0xffff));
                }
                let ranges = joined(&ranges);
                let found = match self.few_units(&ranges) {
                    Some(units) if units.is_empty() => self.length,
                    Some(units) if units.len() <= MOST_SOUGHT => self.find_unit(&units, from, self.length),
                    _ => self.find_in(&ranges, from),
                };
                self.found_at(found);
            }
        }
        if wide && program.unicode {
            self.skip_halves(again);
        }
        self.attempt(ANYWHERE, begin);
    }

    fn found_at(&mut self, found: Value) {
        let there = self.compare(IntCond::Slt, found, self.length);
        self.found_or_none(there);
        self.state.at = found;
    }

    fn found_or_none(&mut self, found: Value) {
        let (rest, none) = (self.new_block(&[]), self.new_block(&[]));
        self.branch(found, (rest, &[]), (none, &[]));
        self.block = none;
        self.no_match();
        self.block = rest;
    }

    /// The first unit of a set from a place on, or the length.
    fn find_in(&mut self, ranges: &[(u32, u32)], from: Value) -> Value {
        let [head, done] = [(); 2].map(|()| self.new_block(&[Type::I64]));
        self.jump(head, &[from]);
        self.block = head;
        let at = self.param(0);
        let more = self.compare(IntCond::Slt, at, self.length);
        self.unless(more, (done, &[at]));
        let unit = self.unit(at, 0);
        let found = self.in_ranges(ranges, unit, self.last_unit());
        let next = self.add(at, 1);
        self.branch(found, (done, &[at]), (head, &[next]));
        self.block = done;
        self.param(0)
    }

    /// No attempt begins between the halves of a pair, unless the search does.
    fn skip_halves(&mut self, again: Block) {
        let State { at, sp, left } = self.state;
        let start = self.word(frame::START, Type::I64);
        let (inside, rest) = (self.new_block(&[]), self.new_block(&[]));
        let behind = self.compare(IntCond::Sgt, at, start);
        self.branch(behind, (inside, &[]), (rest, &[]));
        self.block = inside;
        let next = self.add(at, 1);
        let before = std::mem::replace(&mut self.fail, super::emit::Fail::Behind(again, next));
        self.reject_inside_pair(at);
        self.fail = before;
        self.jump(rest, &[]);
        self.block = rest;
        self.state = State { at, sp, left };
    }
}

/// Ranges that touch as one.
fn joined(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut all: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match all.last_mut() {
            Some(last) if last.1 + 1 == *from => last.1 = *to,
            _ => all.push((*from, *to)),
        }
    }
    all
}

const _: () = assert!(CELL as usize == size_of::<u64>());
