//! Assertions: lines, words, lookarounds.

use super::emit::{CELL, Emitter, Fail, State};
use crate::frame;
use ir::{Block, IntCond, Op, Type, Value};

/// LineTerminator
const ENDS: [(u32, u32); 3] = [(10, 10), (13, 13), (0x2028, 0x2029)];

impl Emitter<'_> {
    pub(super) fn line_start(&mut self, multiline: bool) {
        let zero = self.int(0);
        let at = self.state.at;
        let first = self.compare(IntCond::Eq, at, zero);
        if !multiline {
            return self.require(first);
        }
        let rest = self.new_block(&[]);
        let inside = self.new_block(&[]);
        self.branch(first, (rest, &[]), (inside, &[]));
        self.block = inside;
        let unit = self.unit(at, -1);
        let ends = self.in_ranges(&ENDS, unit, self.last_unit());
        let (failed, args) = self.failure();
        self.branch(ends, (rest, &[]), (failed, &args));
        self.block = rest;
    }

    pub(super) fn line_end(&mut self, multiline: bool) {
        let at = self.state.at;
        let last = self.compare(IntCond::Sge, at, self.length);
        if !multiline {
            return self.require(last);
        }
        let rest = self.new_block(&[]);
        let inside = self.new_block(&[]);
        self.branch(last, (rest, &[]), (inside, &[]));
        self.block = inside;
        let unit = self.unit(at, 0);
        let ends = self.in_ranges(&ENDS, unit, self.last_unit());
        let (failed, args) = self.failure();
        self.branch(ends, (rest, &[]), (failed, &args));
        self.block = rest;
    }

    pub(super) fn word_boundary(&mut self, negative: bool, class: u32) {
        let at = self.state.at;
        let zero = self.int(0);
        let there = self.compare(IntCond::Sgt, at, zero);
        let before = self.is_word(there, at, -1, class);
        let there = self.compare(IntCond::Slt, at, self.length);
        let behind = self.is_word(there, at, 0, class);
        let differ = self.binary(Op::Bxor, before, behind);
        if negative { self.reject(differ) } else { self.require(differ) }
    }

    /// Whether there is a unit, and of a word: these are no halves of pairs.
    fn is_word(&mut self, there: Value, at: Value, offset: i32, class: u32) -> Value {
        let done = self.new_block(&[Type::Bool]);
        let no = self.b().bconst(false);
        self.unless(there, (done, &[no]));
        let unit = self.unit(at, offset);
        let class = &self.program.classes[class as usize];
        let found = self.in_class(class, unit, false);
        self.jump(done, &[found]);
        self.block = done;
        self.param(0)
    }

    /// [`js_regexp::program::Insn::Look`]
    pub(super) fn look(&mut self, pc: usize, register: u32, negative: bool, end: usize) {
        if self.shape.plain_looks[pc] {
            self.looks.push((self.state.at, self.fail));
            if negative {
                let behind = self.start(end);
                self.fail = Fail::Behind(behind, self.state.at);
            }
            return;
        }
        self.ensure(pc, 1);
        // The stack may be elsewhere later.
        let base = self.word(frame::BASE, Type::Ptr);
        let height = self.distance(base, self.state.sp);
        self.set_register(register, height);
        let at = self.narrow(self.state.at);
        self.set_register(register + 1, at);
        if negative {
            let label = self.label(end);
            let cell = self.way(label, self.state.at);
            self.push(cell);
        }
    }

    fn distance(&mut self, from: Value, to: Value) -> Value {
        let [from, to] = [from, to].map(|address| self.b().unary(Op::PtrToInt, address));
        let bytes = self.binary(Op::Isub, to, from);
        self.narrow(bytes)
    }

    /// [`js_regexp::program::Insn::LookEnd`]: whether control comes behind it from here.
    pub(super) fn look_end(&mut self, register: u32, negative: bool) -> bool {
        if let Some((at, fail)) = self.looks.pop() {
            self.fail = fail;
            if negative {
                self.fail_now();
                return false;
            }
            self.state.at = at;
            return true;
        }
        let base = self.word(frame::BASE, Type::Ptr);
        let height = self.register(register);
        let height = self.b().unary(Op::Zext, height);
        let floor = self.binary(Op::PtrAdd, base, height);
        if negative {
            self.undo_down_to(floor);
            return false;
        }
        self.keep_undos(floor);
        let at = self.register(register + 1);
        self.state.at = self.b().unary(Op::Zext, at);
        true
    }

    /// Takes everything off the stack down to a cell, undoes what there is to undo, and fails.
    fn undo_down_to(&mut self, floor: Value) {
        let left = self.state.left;
        let (head, done) = (self.new_block(&[Type::Ptr]), self.new_block(&[]));
        let sp = self.state.sp;
        self.jump(head, &[sp]);
        self.block = head;
        let sp = self.param(0);
        let more = self.compare(IntCond::Ugt, sp, floor);
        self.unless(more, (done, &[]));
        let below = self.cells(sp, -1);
        let cell = self.load_cell(below);
        let undo = self.is_undo(cell);
        self.unless(undo, (head, &[below]));
        self.undo_cell(cell);
        self.jump(head, &[below]);
        self.block = done;
        let back = self.back;
        self.jump(back, &[floor, left]);
    }

    /// Takes the ways to go on off the stack down to a cell; what there is to undo stays.
    fn keep_undos(&mut self, floor: Value) {
        let (head, done) = (self.new_block(&[Type::Ptr, Type::Ptr]), self.new_block(&[]));
        let top = self.state.sp;
        self.jump(head, &[floor, floor]);
        self.block = head;
        let (from, to) = (self.param(0), self.param(1));
        let more = self.compare(IntCond::Ult, from, top);
        self.unless(more, (done, &[]));
        let cell = self.load_cell(from);
        let class = self.classes.stack;
        self.b().store(cell, to, 0, class);
        let undo = self.is_undo(cell);
        let further = self.cells(to, 1);
        let kept = self.b().select(undo, further, to);
        let next = self.cells(from, 1);
        self.jump(head, &[next, kept]);
        self.block = done;
        self.state.sp = to;
    }

    pub(super) fn load_cell(&mut self, address: Value) -> Value {
        let class = self.classes.stack;
        self.b().load(Type::I64, address, 0, class)
    }

    pub(super) fn is_undo(&mut self, cell: Value) -> Value {
        let zero = self.int(0);
        self.compare(IntCond::Slt, cell, zero)
    }

    /// Gives a register the value that it had.
    pub(super) fn undo_cell(&mut self, cell: Value) {
        let upper = self.with(Op::Ushr, cell, 32);
        let register = self.with(Op::Band, upper, i64::from(frame::UNDO - 1));
        let bytes = self.with(Op::Ishl, register, 2);
        let (record, class) = (self.record, self.classes.record);
        let place = self.binary(Op::PtrAdd, record, bytes);
        let old = self.narrow(cell);
        self.b().store(old, place, frame::REGISTERS as i32 * CELL, class);
    }

    /// Takes the last way that was pushed: blocks `back`, which counts a step, and `dispatch`.
    pub(super) fn dispatch(&mut self) {
        self.block = self.back;
        let (sp, left) = (self.param(0), self.param(1));
        let one = self.small(1);
        let left = self.binary(Op::Isub, left, one);
        let over = self.is(IntCond::Eq, left, 0);
        let (pause, dispatch) = (self.cold_block(), self.dispatch);
        self.branch(over, (pause, &[]), (dispatch, &[sp, left]));
        self.block = pause;
        self.state = State { at: sp, sp, left };
        self.leave_for(frame::POLL);
        self.block = dispatch;
        let (sp, left) = (self.param(0), self.param(1));
        let below = self.cells(sp, -1);
        let cell = self.load_cell(below);
        let undo = self.is_undo(cell);
        let (undoes, goes) = (self.new_block(&[]), self.new_block(&[]));
        self.branch(undo, (undoes, &[]), (goes, &[]));
        self.block = undoes;
        self.undo_cell(cell);
        self.jump(dispatch, &[below, left]);
        self.block = goes;
        let at = self.with(Op::Band, cell, 0xffff_ffff);
        let upper = self.with(Op::Ushr, cell, 32);
        let label = self.narrow(upper);
        let args = [at, below, left];
        let blocks: Vec<Block> = self.labels.clone();
        let cases: Vec<(i32, Block, &[Value])> =
            blocks.iter().enumerate().map(|(label, block)| (label as i32, *block, &args[..])).collect();
        // There are no other labels.
        let Some((default, cases)) = cases.split_first() else { return };
        self.b().switch(label, cases, (default.1, default.2));
    }
}
