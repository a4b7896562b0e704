//! Two ways to go on: often the next unit tells that one of them leads nowhere, and nothing needs to be pushed.

use super::emit::{Emitter, State};
use ir::{IntCond, Type};
use js_regexp::Units;

/// Bits of what the next unit lets begin: the first way, the second one.
const NOW: u8 = 1;
const LATER: u8 = 2;

fn bits(now: bool, later: bool) -> u8 {
    (u8::from(now) * NOW) | (u8::from(later) * LATER)
}

impl Emitter<'_> {
    /// [`js_regexp::program::Insn::Split`]
    pub(super) fn choice(&mut self, pc: usize, now: usize, later: usize) {
        self.ensure(pc, 1);
        self.choose(pc, now, later);
    }

    /// Goes on at one instruction, and after a failure at the other. There is room for a cell.
    pub(super) fn choose(&mut self, pc: usize, now: usize, later: usize) {
        let sets = (self.program.units_at(now), self.program.units_at(later));
        match &sets {
            (None, None) => self.push_choice(now, later),
            (first, second) => self.look_and_choose((pc, now, later), first.as_ref(), second.as_ref()),
        }
    }

    fn push_choice(&mut self, now: usize, later: usize) {
        let label = self.label(later);
        let cell = self.way(label, self.state.at);
        self.push(cell);
        let block = self.start(now);
        self.go(block, self.state);
    }

    fn look_and_choose(
        &mut self,
        ways: (usize, usize, usize),
        first: Option<&Units>,
        second: Option<&Units>,
    ) {
        let low = |units: Option<&Units>, unit: usize| units.is_none_or(|units| units.low[unit]);
        let mut table = [0; 256];
        (0..256).for_each(|unit| table[unit] = bits(low(first, unit), low(second, unit)));
        let high = bits(first.is_none_or(|units| units.high), second.is_none_or(|units| units.high));
        let state = self.state;
        let decide = self.new_block(&[Type::I32]);
        let at_end = self.small(u32::from(bits(first.is_none(), second.is_none())));
        let more = self.compare(IntCond::Slt, state.at, self.length);
        self.unless(more, (decide, &[at_end]));
        let unit = self.unit(state.at, 0);
        if self.wide {
            let high = self.small(u32::from(high));
            let below = self.is(IntCond::Ult, unit, 256);
            self.unless(below, (decide, &[high]));
        }
        let found = self.look_up(table, unit);
        self.jump(decide, &[found]);
        self.block = decide;
        self.decide(ways, state);
    }

    /// Goes where the bits say that are the block's parameter.
    fn decide(&mut self, (pc, now, later): (usize, usize, usize), state: State) {
        let bits = self.param(0);
        let first = self.start(now);
        let args = [state.at, state.sp, state.left];
        let [both, not_both, none] = [(); 3].map(|()| self.new_block(&[]));
        let is_both = self.is(IntCond::Eq, bits, u32::from(NOW | LATER));
        self.branch(is_both, (both, &[]), (not_both, &[]));
        self.block = not_both;
        let is_first = self.is(IntCond::Eq, bits, u32::from(NOW));
        let not_first = self.new_block(&[]);
        self.branch(is_first, (first, &args), (not_first, &[]));
        self.block = not_first;
        let is_second = self.is(IntCond::Eq, bits, u32::from(LATER));
        let second = self.new_block(&[]);
        self.branch(is_second, (second, &[]), (none, &[]));
        self.block = second;
        self.jump_to(pc, later);
        self.state = state;
        self.block = none;
        self.fail_now();
        self.block = both;
        self.push_choice(now, later);
    }
}
