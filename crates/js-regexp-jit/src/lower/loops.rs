//! Loops over classes, which are instructions by themselves.

use super::emit::{Emitter, State};
use super::shape::{follower, gives_nothing_back};
use ir::{Block, IntCond, Op, Type, Value};
use js_regexp::program::{Class, Insn};

/// Characters that a loop takes at least which are looked at one by one in straight code, at most.
const UNROLLED: u32 = 4;

/// A loop over a class.
pub(crate) struct Chars<'p> {
    pc: usize,
    class: &'p Class,
    min: u32,
    max: u32,
    backward: bool,
}

impl<'p> Emitter<'p> {
    /// [`Insn::ClassLoop`]: whether control comes behind it from here.
    pub(crate) fn class_loop(&mut self, pc: usize) -> bool {
        let program = self.program;
        let Insn::ClassLoop { class, min, max, greedy, backward } = program.code[pc] else { return true };
        let class = &program.classes[class as usize];
        let plain = gives_nothing_back(program, pc);
        // Lazily, the fewest are enough where nobody comes back.
        let max = if plain && !greedy { min } else { max };
        let turn = Chars { pc, class, min, max, backward };
        if !plain {
            self.ensure(pc, 2);
        }
        self.state.at = self.at_least(&turn);
        if min == max {
            return true;
        }
        if plain {
            self.state.at = self.as_many(&turn);
        } else if greedy {
            self.greedy(&turn);
        } else {
            self.lazy(&turn);
        }
        plain
    }

    /// The characters that there have to be: the place behind them.
    fn at_least(&mut self, turn: &Chars<'_>) -> Value {
        let mut at = self.state.at;
        if turn.min <= UNROLLED {
            for _ in 0..turn.min {
                at = self.step(turn.class, at, turn.backward);
            }
            return at;
        }
        let [head, done] = [(); 2].map(|()| self.new_block(&[Type::I64, Type::I32]));
        let min = self.small(turn.min);
        self.jump(head, &[at, min]);
        self.block = head;
        let (at, missing) = (self.param(0), self.param(1));
        let next = self.step(turn.class, at, turn.backward);
        let one = self.small(1);
        let missing = self.binary(Op::Isub, missing, one);
        let over = self.is(IntCond::Eq, missing, 0);
        self.branch(over, (done, &[next, missing]), (head, &[next, missing]));
        self.block = done;
        self.param(0)
    }

    /// As many more characters as there are, up to the most: the place behind them.
    fn as_many(&mut self, turn: &Chars<'_>) -> Value {
        let joined = self.joins_pairs(turn.class);
        if turn.backward || joined {
            return self.as_many_by_step(turn);
        }
        let at = self.state.at;
        let end = match turn.max {
            u32::MAX => self.length,
            max => {
                let far = self.add(at, i64::from(max - turn.min));
                let less = self.compare(IntCond::Slt, far, self.length);
                let length = self.length;
                self.b().select(less, far, length)
            }
        };
        match self.few_others(turn.class) {
            Some(units) if units.is_empty() => end,
            Some(units) if turn.max == u32::MAX => self.find_unit(&units, at, end),
            _ => self.as_many_units(turn, at, end),
        }
    }

    fn as_many_units(&mut self, turn: &Chars<'_>, at: Value, end: Value) -> Value {
        let [head, done] = [(); 2].map(|()| self.new_block(&[Type::I64]));
        self.jump(head, &[at]);
        self.block = head;
        let at = self.param(0);
        let more = self.compare(IntCond::Slt, at, end);
        self.unless(more, (done, &[at]));
        let unit = self.unit(at, 0);
        let found = self.in_class(turn.class, unit, false);
        let next = self.add(at, 1);
        self.branch(found, (head, &[next]), (done, &[at]));
        self.block = done;
        self.param(0)
    }

    fn as_many_by_step(&mut self, turn: &Chars<'_>) -> Value {
        let head = self.new_block(&[Type::I64, Type::I32]);
        let (done, state) = (self.state_block(), self.state);
        let left = self.small(if turn.max == u32::MAX { 0 } else { turn.max - turn.min });
        self.jump(head, &[state.at, left]);
        self.block = head;
        let (at, left) = (self.param(0), self.param(1));
        let next = self.step_or(turn.class, at, turn.backward, done);
        if turn.max == u32::MAX {
            self.jump(head, &[next, left]);
        } else {
            let one = self.small(1);
            let left = self.binary(Op::Isub, left, one);
            let over = self.is(IntCond::Eq, left, 0);
            let State { sp, left: steps, .. } = state;
            self.branch(over, (done, &[next, sp, steps]), (head, &[next, left]));
        }
        self.block = done;
        self.param(0)
    }

    /// Takes as many as there are, and goes on with fewer after failures.
    fn greedy(&mut self, turn: &Chars<'_>) {
        let least = self.state.at;
        self.state.at = self.as_many(turn);
        let rest = self.start(turn.pc + 1);
        let shorter = self.state_block();
        let label = self.new_label(shorter);
        let State { at, sp, left } = self.state;
        let same = self.compare(IntCond::Eq, at, least);
        let several = self.new_block(&[]);
        self.branch(same, (rest, &[at, sp, left]), (several, &[]));
        self.block = several;
        self.push(least);
        let cell = self.way(label, at);
        self.push(cell);
        self.go(rest, self.state);
        self.enter(shorter);
        self.shorter(turn, label, rest);
    }

    /// One character fewer, or as many fewer as let what follows begin.
    fn shorter(&mut self, turn: &Chars<'_>, label: u32, rest: Block) {
        let State { at, sp, left } = self.state;
        let class = self.classes.stack;
        let least = self.b().load(Type::I64, sp, -super::emit::CELL, class);
        let below = self.cells(sp, -1);
        let found = self.new_block(&[Type::I64]);
        let head = self.new_block(&[Type::I64]);
        self.jump(head, &[at]);
        self.block = head;
        let at = self.param(0);
        let next = self.give_back(turn, at, least);
        let cond = if turn.backward { IntCond::Slt } else { IntCond::Sgt };
        if !turn.backward && self.can_follow(turn.pc) {
            let fits = self.follows(turn.pc, next);
            let again = self.new_block(&[]);
            self.branch(fits, (found, &[next]), (again, &[]));
            self.block = again;
            let more = self.compare(cond, next, least);
            let back = self.back;
            self.branch(more, (head, &[next]), (back, &[below, left]));
        } else {
            self.jump(found, &[next]);
        }
        self.block = found;
        let next = self.param(0);
        let more = self.compare(cond, next, least);
        let keep = self.new_block(&[]);
        self.branch(more, (keep, &[]), (rest, &[next, below, left]));
        self.block = keep;
        self.state = State { at: next, sp, left };
        let cell = self.way(label, next);
        self.push(cell);
        self.go(rest, self.state);
    }

    /// The place in front of the last character that a loop took, of which it keeps what is up to `least`.
    fn give_back(&mut self, turn: &Chars<'_>, at: Value, least: Value) -> Value {
        match (self.joins_pairs(turn.class), turn.backward) {
            (false, false) => self.add(at, -1),
            (false, true) => self.add(at, 1),
            (true, false) => self.char_before(at, least).1,
            (true, true) => {
                // A pair that the loop's end splits is taken as a whole only if it fits.
                let (_, next) = self.char_at(at);
                let beyond = self.compare(IntCond::Sgt, next, least);
                let one = self.add(at, 1);
                self.b().select(beyond, one, next)
            }
        }
    }

    /// Takes as few as there may be, and goes on with more after failures.
    fn lazy(&mut self, turn: &Chars<'_>) {
        let rest = self.start(turn.pc + 1);
        let longer = self.state_block();
        let label = self.new_label(longer);
        let at = self.state.at;
        if turn.max != u32::MAX {
            let more = self.int(i64::from(turn.max - turn.min));
            self.push(more);
        }
        let cell = self.way(label, at);
        self.push(cell);
        self.go(rest, self.state);
        self.enter(longer);
        if turn.max == u32::MAX {
            self.longer(turn, label, rest)
        } else {
            self.longer_bounded(turn, label, rest)
        }
    }

    /// One more character, or as many more as let what follows begin.
    fn longer(&mut self, turn: &Chars<'_>, label: u32, rest: Block) {
        let State { at, sp, left } = self.state;
        let (head, found) = (self.new_block(&[Type::I64]), self.new_block(&[Type::I64]));
        self.jump(head, &[at]);
        self.block = head;
        let at = self.param(0);
        let next = self.step(turn.class, at, turn.backward);
        if !turn.backward && self.can_follow(turn.pc) {
            let there = self.compare(IntCond::Slt, next, self.length);
            self.require(there);
            let fits = self.follows(turn.pc, next);
            self.branch(fits, (found, &[next]), (head, &[next]));
        } else {
            self.jump(found, &[next]);
        }
        self.block = found;
        self.state = State { at: self.param(0), sp, left };
        let cell = self.way(label, self.state.at);
        self.push(cell);
        self.go(rest, self.state);
    }

    /// The same where the number of characters is on the stack.
    fn longer_bounded(&mut self, turn: &Chars<'_>, label: u32, rest: Block) {
        let State { at, sp, left } = self.state;
        let class = self.classes.stack;
        let count = self.b().load(Type::I64, sp, -super::emit::CELL, class);
        self.state.sp = self.cells(sp, -1);
        let next = self.step(turn.class, at, turn.backward);
        let count = self.add(count, -1);
        let zero = self.int(0);
        let more = self.compare(IntCond::Ne, count, zero);
        let (keep, below) = (self.new_block(&[]), self.state.sp);
        self.branch(more, (keep, &[]), (rest, &[next, below, left]));
        self.block = keep;
        self.push(count);
        let cell = self.way(label, next);
        self.push(cell);
        self.go(rest, State { at: next, ..self.state });
    }

    /// Whether one unit tells whether what follows a loop can begin.
    fn can_follow(&self, pc: usize) -> bool {
        let code = &self.program.code;
        match code.get(follower(code, pc)) {
            Some(Insn::Unit { backward: false, .. }) => true,
            Some(Insn::Class { class, backward: false }) => {
                !self.joins_pairs(&self.program.classes[*class as usize])
            }
            _ => false,
        }
    }

    /// Whether the unit at a place, where there is one, lets it begin.
    fn follows(&mut self, pc: usize, at: Value) -> Value {
        let program = self.program;
        let unit = self.unit(at, 0);
        match program.code[follower(&program.code, pc)] {
            Insn::Unit { unit: wanted, .. } => self.is(IntCond::Eq, unit, u32::from(wanted)),
            Insn::Class { class, .. } => self.in_class(&program.classes[class as usize], unit, false),
            _ => self.b().bconst(true),
        }
    }
}
