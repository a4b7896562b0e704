//! Completes frame states: every value that is live at a guard gets a slot, so that a run can go on from there.

use crate::entity::{Block, Entity, Inst, State, Table, Value};
use crate::function::{FrameValue, Function};
use crate::ops::Op;
use crate::random::Rng;

/// A set of values.
#[derive(Clone, PartialEq)]
struct Set(Vec<u64>);

impl Set {
    fn insert(&mut self, value: Value) {
        self.0[value.index() / 64] |= 1 << (value.index() % 64);
    }

    fn remove(&mut self, value: Value) {
        self.0[value.index() / 64] &= !(1 << (value.index() % 64));
    }

    fn contains(&self, value: Value) -> bool {
        self.0[value.index() / 64] >> (value.index() % 64) & 1 != 0
    }

    fn add(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }
}

/// Adds the live values to the states of guards and of `deopt`, where they are what the state and its callers name, and to
/// those of calls: what is live behind the call, its results as slots that wait.
pub(super) fn complete_states(rng: &mut Rng, function: &mut Function) {
    let live_in = live_in(function);
    for block in function.order.clone() {
        let mut live = live_out(function, &live_in, block);
        for inst in function.blocks[block].insts.clone().into_iter().rev() {
            let state = function.insts[inst].state();
            match state.filter(|_| function.insts[inst].op == Op::Call) {
                Some(state) => {
                    add_results(rng, function, inst, state, &mut live);
                    add_slots(rng, function, state, &live);
                    before(function, inst, &mut live);
                }
                None => {
                    before(function, inst, &mut live);
                    state.into_iter().for_each(|state| add_slots(rng, function, state, &live));
                }
            }
        }
    }
}

/// Adds slots for those results of a call that are live behind it; others get one sometimes.
fn add_results(rng: &mut Rng, function: &mut Function, inst: Inst, state: State, live: &mut Set) {
    for (number, value) in function.insts[inst].results.iter().enumerate() {
        if live.contains(*value) || rng.chance(20) {
            function.states[state].values.push(FrameValue::Result(number as u16));
        }
        live.remove(*value);
    }
}

fn add_slots(rng: &mut Rng, function: &mut Function, state: State, live: &Set) {
    let slots = &mut function.states[state].values;
    for value in function.values.keys().filter(|value| live.contains(*value)) {
        if rng.chance(10) {
            slots.push(FrameValue::Dead);
        }
        if !slots.contains(&FrameValue::Value(value)) {
            slots.push(FrameValue::Value(value));
        }
    }
}

/// Turns what is live after an instruction into what is live before it.
fn before(function: &Function, inst: Inst, live: &mut Set) {
    function.insts[inst].results.iter().for_each(|value| live.remove(*value));
    function.each_use(inst, |value| live.insert(value));
}

fn live_out(function: &Function, live_in: &Table<Block, Set>, block: Block) -> Set {
    let mut live = Set(vec![0; function.values.len().div_ceil(64)]);
    function.successors(block).for_each(|succ| live.add(&live_in[succ]));
    live
}

fn live_in(function: &Function) -> Table<Block, Set> {
    let empty = Set(vec![0; function.values.len().div_ceil(64)]);
    let mut live_in = Table::filled(function.blocks.len(), empty);
    let mut changed = true;
    while changed {
        changed = false;
        for block in function.order.iter().rev() {
            let mut live = live_out(function, &live_in, *block);
            for inst in function.blocks[*block].insts.iter().rev() {
                before(function, *inst, &mut live);
            }
            function.blocks[*block].params.iter().for_each(|param| live.remove(*param));
            if live != live_in[*block] {
                live_in[*block] = live;
                changed = true;
            }
        }
    }
    live_in
}
