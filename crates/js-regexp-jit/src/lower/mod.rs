//! Programs of regular expressions to IR: a function for a program and a width of units.

mod chars;
mod choice;
mod emit;
mod literal;
mod looks;
mod loops;
mod references;
mod search;
mod shape;
mod tables;

pub(crate) use tables::Tables;

use emit::{Emitter, Fail};
use ir::{Func, IntCond, Module, Value};
use js_regexp::Program;
use js_regexp::program::{Insn, Loop};
use shape::Shape;
use tiering::Decline;

/// Instructions of programs that are compiled, at most.
const MOST_INSNS: usize = 2_000;
/// Instructions of IR.
const MOST: usize = 25_000;

/// A program as IR.
pub(crate) struct Lowered {
    pub(crate) module: Module,
    pub(crate) func: Func,
    /// What its code reads.
    pub(crate) tables: Tables,
}

/// Lowers a program for texts of 16-bit units, or bytes.
///
/// # Errors
/// Why it is not compiled.
pub(crate) fn lower(program: &Program, wide: bool) -> Result<Lowered, (Decline, String)> {
    let count = program.code.len();
    if count > MOST_INSNS {
        return Err((Decline::TooLarge, format!("{count} instructions of a pattern")));
    }
    let cells = program.code.iter().map(cells_of).max().unwrap_or(0);
    if cells > crate::frame::RESERVE - 16 {
        return Err((Decline::Unsupported, format!("a loop around {} groups", cells / 2)));
    }
    let shape = Shape::new(program);
    let mut emitter = Emitter::new(program, &shape, wide);
    emitter.entry();
    let mut pc = 0;
    let mut open = false;
    while pc < count {
        if shape.targets[pc] || emitter.starts[pc].is_some() {
            let block = emitter.start(pc);
            if open {
                emitter.go(block, emitter.state);
            }
            emitter.enter(block);
            open = true;
        }
        if !open {
            pc += 1;
            continue;
        }
        if emitter.size() > MOST {
            return Err((Decline::TooLarge, format!("{count} instructions of a pattern, {} of IR", MOST)));
        }
        if emitter.looks.is_empty() {
            emitter.fail = if pc < shape.prefix { Fail::Attempt } else { Fail::Back };
        }
        (pc, open) = emitter.insn(pc);
    }
    emitter.dispatch();
    let (module, func, tables) = emitter.finish();
    Ok(Lowered { module, func, tables })
}

/// Cells that an instruction pushes, at most.
fn cells_of(insn: &Insn) -> usize {
    match insn {
        Insn::Forget { from, to } => (to - from) as usize * 2,
        Insn::LoopEnter(turn) => turn.groups.1.saturating_sub(turn.groups.0) as usize * 2 + 1,
        _ => 2,
    }
}

impl Emitter<'_> {
    /// Lowers an instruction: the next one to be lowered, and whether control comes there from here.
    fn insn(&mut self, pc: usize) -> (usize, bool) {
        let program = self.program;
        if let Some(next) = self.literal(pc) {
            return (next, true);
        }
        match program.code[pc] {
            Insn::Unit { unit, backward } => self.one_unit(unit, backward),
            Insn::Class { class, backward } => {
                let class = &program.classes[class as usize];
                self.state.at = self.step(class, self.state.at, backward);
            }
            Insn::ClassLoop { .. } => return (pc + 1, self.class_loop(pc)),
            Insn::Split { other } => {
                self.choice(pc, pc + 1, other as usize);
                return (pc + 1, false);
            }
            Insn::Jump { to } => {
                self.jump_to(pc, to as usize);
                return (pc + 1, false);
            }
            Insn::Save { register } => self.save_place(pc, register),
            Insn::LoopStart { register } => {
                self.ensure(pc, 1);
                let zero = self.small(0);
                self.save(register, zero);
            }
            Insn::LoopTest(turn) => {
                self.loop_test(pc, turn);
                return (pc + 1, false);
            }
            Insn::LoopEnter(turn) => {
                self.ensure(pc, cells_of(&program.code[pc]));
                let at = self.narrow(self.state.at);
                self.save(turn.register + 1, at);
                self.forget(turn.groups.0, turn.groups.1);
            }
            Insn::Forget { from, to } => {
                self.ensure(pc, cells_of(&program.code[pc]));
                self.forget(from, to);
            }
            Insn::LoopNext { test, register, min } => {
                self.loop_next(pc, test as usize, register, min);
                return (pc + 1, false);
            }
            Insn::LineStart { multiline } => self.line_start(multiline),
            Insn::LineEnd { multiline } => self.line_end(multiline),
            Insn::WordBoundary { negative, class } => self.word_boundary(negative, class),
            Insn::BackReference { groups, ignore_case, backward } => {
                return (pc + 1, self.back_reference(pc, groups, ignore_case, backward));
            }
            Insn::Look { register, negative, end } => self.look(pc, register, negative, end as usize),
            Insn::LookEnd { register, negative } => return (pc + 1, self.look_end(register, negative)),
            Insn::Fail => {
                self.fail_now();
                return (pc + 1, false);
            }
            Insn::Match => {
                let zero = self.int(0);
                self.leave(crate::frame::MATCHED, zero);
                return (pc + 1, false);
            }
        }
        (pc + 1, true)
    }

    fn one_unit(&mut self, unit: u16, backward: bool) {
        let at = self.state.at;
        let there = if backward {
            let zero = self.int(0);
            self.compare(IntCond::Sgt, at, zero)
        } else {
            self.compare(IntCond::Slt, at, self.length)
        };
        self.require(there);
        let found = self.unit(at, if backward { -1 } else { 0 });
        let same = self.is(IntCond::Eq, found, u32::from(unit));
        self.require(same);
        self.state.at = self.add(at, if backward { -1 } else { 1 });
    }

    fn jump_to(&mut self, pc: usize, to: usize) {
        if to > pc {
            let block = self.start(to);
            self.go(block, self.state);
        } else {
            self.tick_to(to);
        }
    }

    /// [`Insn::Save`]: nobody goes back to how it was from before the first choice, or behind the last.
    fn save_place(&mut self, pc: usize, register: u32) {
        let at = self.narrow(self.state.at);
        let code = &self.program.code;
        let last = matches!(code.get(shape::follower(code, pc)), Some(Insn::Match));
        if pc < self.shape.prefix || last {
            self.set_register(register, at);
            return;
        }
        self.ensure(pc, 1);
        // The block may be another one now.
        let at = self.narrow(self.state.at);
        self.save(register, at);
    }

    /// Registers of groups that are not what they were before a turn. The cells are pushed in any case, and kept if they are of use.
    fn forget(&mut self, from: u32, to: u32) {
        for register in from * 2..to * 2 {
            let old = self.register(register);
            let unset = self.is(IntCond::Eq, old, u32::MAX);
            let cell = self.undo(register, old);
            let before = self.state.sp;
            self.push(cell);
            self.state.sp = self.select(unset, before, self.state.sp);
            let none = self.small(u32::MAX);
            self.set_register(register, none);
        }
    }

    fn select(&mut self, cond: Value, yes: Value, no: Value) -> Value {
        self.b().select(cond, yes, no)
    }

    fn loop_test(&mut self, pc: usize, turn: Loop) {
        self.ensure(pc, 1);
        let count = self.register(turn.register);
        let (enter, exit) = (pc + 1, turn.exit as usize);
        if turn.min > 0 {
            let missing = self.is(IntCond::Ult, count, turn.min);
            let block = self.start(enter);
            let rest = self.new_block(&[]);
            let args = [self.state.at, self.state.sp, self.state.left];
            self.branch(missing, (block, &args), (rest, &[]));
            self.block = rest;
        }
        if turn.max != u32::MAX {
            let enough = self.is(IntCond::Uge, count, turn.max);
            let block = self.start(exit);
            let rest = self.new_block(&[]);
            let args = [self.state.at, self.state.sp, self.state.left];
            self.branch(enough, (block, &args), (rest, &[]));
            self.block = rest;
        }
        let (now, later) = if turn.greedy { (enter, exit) } else { (exit, enter) };
        self.choose(pc, now, later);
    }

    fn loop_next(&mut self, pc: usize, test: usize, register: u32, min: u32) {
        self.ensure(pc, 2);
        let count = self.register(register);
        // Once there were turns enough, one that matches nothing fails.
        let began = self.register(register + 1);
        let at = self.narrow(self.state.at);
        let nothing = self.compare(IntCond::Eq, began, at);
        let idle = if min == 0 {
            nothing
        } else {
            let enough = self.is(IntCond::Uge, count, min);
            self.binary(ir::Op::Band, nothing, enough)
        };
        self.reject(idle);
        let one = self.small(1);
        let next = self.binary(ir::Op::Iadd, count, one);
        let full = self.is(IntCond::Uge, count, u32::MAX - 1);
        let most = self.small(u32::MAX - 1);
        let next = self.select(full, most, next);
        self.save(register, next);
        self.tick_to(test);
    }
}
