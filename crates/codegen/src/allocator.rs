//! Which of Cranelift's two register allocators a function gets.
//!
//! The backtracking one makes the better code, and its time grows with the square of a function's size in two cases: it
//! merges what one loop hands to the next into one bundle, which it then splits piece by piece, and it evicts and splits once
//! more for each value that is alive beyond the registers there are. Functions of these kinds get the one that looks at each
//! instruction once. That one keeps values in memory between blocks, which counts least where nothing is repeated, and its own
//! time grows with the square of the number of exits that calls and guards have.

use crate::target::{ALLOCATOR, OPT_LEVEL};
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Function, Value};

/// Most loops for the backtracking allocator: `cargo bench -p codegen -- growth loops` doubles from 130 loops on at 2.3 times
/// the time and more, at 1060 loops at 3.4 times.
const MAX_LOOPS: usize = 64;
/// Most calls and guards for the single pass: from 1,000 of either on it doubles at 2.3 times the time and more.
const MAX_EXITS: usize = 800;
/// Most values alive at once, where nothing is repeated, for the backtracking allocator: functions of `growth wide` with 50
/// double at 2.7 times the time and more.
const MAX_LIVE: usize = 24;
/// Instructions of a function that is too small for that to matter: up to here the square is a few milliseconds at most.
const SMALL: usize = 1000;
/// The same where there are loops, in which memory costs more.
const MAX_LIVE_WITH_LOOPS: usize = 256;

/// What of a function decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Instructions.
    pub(crate) insts: usize,
    pub(crate) loops: usize,
    /// Calls and guards.
    pub(crate) exits: usize,
    /// Values alive at once, see [`most_alive`].
    pub(crate) alive: usize,
}

/// Most calls and guards for Cranelift's own optimizations. They move a computation that nothing but an exit and what comes
/// behind it uses to each of these: in straight code of guards that all of them pass, the computations in front of each guard
/// are repeated in its exit, in the square of their number (a thousand sums of globals took 2.5 s). Our passes have run before.
const MAX_EXITS_TO_OPTIMIZE: usize = 256;

impl Shape {
    /// What Cranelift is told to do differently.
    pub(crate) fn settings(self) -> Vec<(&'static str, &'static str)> {
        let one_pass = self.in_one_pass().then_some((ALLOCATOR, "single_pass"));
        let as_it_is = (self.exits > MAX_EXITS_TO_OPTIMIZE).then_some((OPT_LEVEL, "none"));
        one_pass.into_iter().chain(as_it_is).collect()
    }

    /// Whether registers are to be allocated in one pass.
    pub(crate) fn in_one_pass(self) -> bool {
        let most = if self.loops == 0 { MAX_LIVE } else { MAX_LIVE_WITH_LOOPS };
        (self.loops > MAX_LOOPS || self.alive > most) && self.exits <= MAX_EXITS && self.insts > SMALL
    }
}

/// About how many values are alive at once, at most: each from its definition to its last use in the order of the blocks. It
/// takes one look at each instruction; what lives around a loop counts only to its last use.
pub(crate) fn most_alive(function: &Function) -> usize {
    // The number of values defined less those that ended, at each step; steps count definitions and instructions.
    let mut last_use: SecondaryMap<Value, u32> = SecondaryMap::with_capacity(function.dfg.num_values());
    let mut defined: SecondaryMap<Value, u32> = SecondaryMap::with_capacity(function.dfg.num_values());
    let mut step = 0;
    for block in function.layout.blocks() {
        step += 1;
        for param in function.dfg.block_params(block) {
            defined[*param] = step;
        }
        for inst in function.layout.block_insts(block) {
            step += 1;
            for used in function.dfg.inst_values(inst) {
                let used = function.dfg.resolve_aliases(used);
                last_use[used] = step;
            }
            for result in function.dfg.inst_results(inst) {
                defined[*result] = step;
            }
        }
    }
    let mut change = vec![0_i32; step as usize + 2];
    for value in function.dfg.values().filter(|value| last_use[*value] > defined[*value]) {
        change[defined[value] as usize] += 1;
        change[last_use[value] as usize] -= 1;
    }
    let alive = change.iter().scan(0, |alive, change| {
        *alive += change;
        Some(*alive)
    });
    alive.max().unwrap_or(0).max(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_codegen::cursor::{Cursor, FuncCursor};
    use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, types};
    use cranelift_codegen::isa::CallConv;

    /// A function that makes so many values, then uses them, the last one first.
    fn pile(values: usize) -> Function {
        let mut signature = Signature::new(CallConv::Tail);
        signature.params.push(AbiParam::new(types::I64));
        let mut function = Function::with_name_signature(Default::default(), signature);
        let block = function.dfg.make_block();
        let param = function.dfg.append_block_param(block, types::I64);
        let mut cursor = FuncCursor::new(&mut function);
        cursor.insert_block(block);
        let made: Vec<Value> = (0..values).map(|at| cursor.ins().iadd_imm_s(param, at as i64 + 1)).collect();
        let sum = made.iter().rev().copied().reduce(|sum, value| cursor.ins().imul(sum, value));
        let _ = sum.map(|sum| cursor.ins().return_(&[sum]));
        function
    }

    #[test]
    fn values_count_from_definition_to_last_use() {
        assert_eq!(most_alive(&pile(1)), 2);
        assert_eq!(most_alive(&pile(20)), 21);
        assert_eq!(most_alive(&pile(500)), 501);
    }

    #[test]
    fn each_limit_decides() {
        let few = Shape { insts: 1001, loops: 0, exits: 0, alive: 3 };
        assert!(!few.in_one_pass());
        assert!(Shape { loops: 65, ..few }.in_one_pass());
        assert!(!Shape { loops: 65, exits: 801, ..few }.in_one_pass());
        assert!(Shape { alive: 25, ..few }.in_one_pass());
        assert!(!Shape { alive: 25, loops: 1, ..few }.in_one_pass());
        assert!(Shape { alive: 257, loops: 1, ..few }.in_one_pass());
        assert!(!Shape { alive: 25, insts: 1000, ..few }.in_one_pass());
    }
}
