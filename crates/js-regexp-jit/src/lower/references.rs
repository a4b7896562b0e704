//! 22.2.2.7.2 BackreferenceMatcher: what a group captured, once more.

use super::emit::Emitter;
use crate::frame;
use ir::{IntCond, Op, Type, Value};

impl Emitter<'_> {
    /// Whether control comes behind it from here. Where cases do not count, whoever called has to look.
    pub(super) fn back_reference(
        &mut self,
        pc: usize,
        groups: u32,
        ignore_case: bool,
        backward: bool,
    ) -> bool {
        if ignore_case {
            let label = self.label(pc + 1);
            let number = self.int(pc as i64);
            self.set_word(frame::ASKED, number);
            let way = self.way(label, self.state.at);
            self.pause(frame::ASK, way);
            return false;
        }
        let rest = self.start(pc + 1);
        let (program, before) = (self.program, self.state);
        for group in &program.references[groups as usize] {
            let [from, to] = [0, 1].map(|end| self.register(group * 2 + end));
            let next = self.new_block(&[]);
            for place in [from, to] {
                let unset = self.is(IntCond::Eq, place, u32::MAX);
                let set = self.new_block(&[]);
                self.branch(unset, (next, &[]), (set, &[]));
                self.block = set;
            }
            let [from, to] = [from, to].map(|place| self.b().unary(Op::Zext, place));
            self.repeat(from, to, backward);
            self.go(rest, self.state);
            (self.block, self.state) = (next, before);
        }
        // None of them took part: nothing is fine.
        self.go(rest, self.state);
        false
    }

    /// Requires that the text between two places is at the place once more, and goes behind that.
    fn repeat(&mut self, from: Value, to: Value, backward: bool) {
        let at = self.state.at;
        // A group that ends in front of its start is being matched backwards just now.
        let length = self.binary(Op::Isub, to, from);
        let zero = self.int(0);
        let negative = self.compare(IntCond::Slt, length, zero);
        let length = self.b().select(negative, zero, length);
        let (start, reached) = if backward {
            let start = self.binary(Op::Isub, at, length);
            let there = self.compare(IntCond::Sge, start, zero);
            self.require(there);
            (start, start)
        } else {
            let end = self.binary(Op::Iadd, at, length);
            let there = self.compare(IntCond::Sle, end, self.length);
            self.require(there);
            (at, end)
        };
        let (head, done) = (self.new_block(&[Type::I64]), self.new_block(&[]));
        self.jump(head, &[zero]);
        self.block = head;
        let index = self.param(0);
        let more = self.compare(IntCond::Slt, index, length);
        self.unless(more, (done, &[]));
        let [a, b] = [from, start].map(|place| self.binary(Op::Iadd, place, index));
        let [a, b] = [a, b].map(|place| self.unit(place, 0));
        let same = self.compare(IntCond::Eq, a, b);
        self.require(same);
        let next = self.add(index, 1);
        self.jump(head, &[next]);
        self.block = done;
        if self.program.unicode && self.wide {
            let some = self.compare(IntCond::Sgt, length, zero);
            let (check, rest) = (self.new_block(&[]), self.new_block(&[]));
            self.branch(some, (check, &[]), (rest, &[]));
            self.block = check;
            // Neither half of a pair is a character.
            self.reject_inside_pair(reached);
            self.jump(rest, &[]);
            self.block = rest;
        }
        self.state.at = reached;
    }
}
