//! What happens between a call and the end of the function.

use super::accumulate::{Kind, Step};
use crate::entity::{Block, Inst, Value};
use crate::function::{Function, InstData, Values};
use crate::ops::{Effect, Op};
use rustc_hash::FxHashMap;

/// Blocks that control may go through on its way to the end.
const MOST_BLOCKS: usize = 8;
/// Instructions of later blocks that are copied.
const MOST_COPIES: usize = 16;

/// The way from a call to the end of the function: nothing but computations, and what becomes of the results.
pub(super) struct Ending {
    /// What happens to each result of the call, in order.
    results: Vec<Vec<Step>>,
    /// Computations in the call's block that go without its results.
    kept: Vec<Inst>,
    /// The same in later blocks, which others may come to.
    copied: Vec<Inst>,
    /// What the parameters of later blocks are on this way.
    params: FxHashMap<Value, Value>,
}

impl Ending {
    /// The way from the call at this place to a `return` of its results, when there is one without any effect.
    pub(super) fn of(func: &Function, block: Block, at: usize) -> Option<Ending> {
        let call = &func.insts[func.blocks[block].insts[at]];
        let mut way = Way {
            func,
            needs: FxHashMap::default(),
            kept: Vec::new(),
            copied: Vec::new(),
            params: FxHashMap::default(),
        };
        way.needs.extend(call.results.iter().enumerate().map(|(index, value)| (*value, (index, Vec::new()))));
        let mut seen = vec![block];
        let mut rest = &func.blocks[block].insts[at + 1..];
        loop {
            let (last, computations) = rest.split_last()?;
            for inst in computations {
                way.compute(*inst, seen.len() == 1)?;
            }
            let last = &func.insts[*last];
            match last.op {
                Op::Return => return way.end(&last.args),
                Op::Jump => {
                    let target = &last.targets()[0];
                    if seen.contains(&target.block) || seen.len() == MOST_BLOCKS {
                        return None;
                    }
                    way.enter(target.block, &target.args);
                    seen.push(target.block);
                    rest = &func.blocks[target.block].insts;
                }
                _ => return None,
            }
        }
    }

    /// Whether the results are returned as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.results.iter().all(Vec::is_empty)
    }

    /// What the results need when this call is replaced besides those that gave these needs.
    pub(super) fn join(&self, kinds: &[Kind]) -> Option<Vec<Kind>> {
        let join =
            |(kind, steps): (&Kind, &Vec<Step>)| steps.iter().try_fold(*kind, |kind, step| kind.with(step));
        kinds.iter().zip(&self.results).map(join).collect()
    }

    /// Whether an instruction of the call's block stays.
    pub(super) fn keeps(&self, inst: Inst) -> bool {
        self.kept.contains(&inst)
    }

    /// What happens to each result, the first step first.
    pub(super) fn steps(&self) -> &[Vec<Step>] {
        &self.results
    }

    /// Copies what is computed in later blocks to the end of the call's block; what values of those are there.
    pub(super) fn copy(&self, func: &mut Function, block: Block) -> FxHashMap<Value, Value> {
        let mut stands = self.params.clone();
        let resolve = |stands: &FxHashMap<Value, Value>, mut value: Value| {
            // Parameters stand for parameters of earlier blocks.
            while let Some(next) = stands.get(&value) {
                value = *next;
            }
            value
        };
        for inst in &self.copied {
            let data = func.insts[*inst].clone();
            let args: Values = data.args.iter().map(|value| resolve(&stands, *value)).collect();
            let types: Vec<_> = data.results.iter().map(|value| func.ty(*value)).collect();
            let copy = func.make_inst(data.op, data.ty, args, data.imm, &types);
            func.insts[copy].position = data.position;
            func.blocks[block].insts.push(copy);
            let copies = func.insts[copy].results.clone();
            stands.extend(data.results.into_iter().zip(copies));
        }
        let all: Vec<Value> = stands.keys().copied().collect();
        all.into_iter().map(|value| (value, resolve(&stands, value))).collect()
    }
}

/// The way as far as it has been followed.
struct Way<'a> {
    func: &'a Function,
    /// Values that need a result of the call: which one, and what happened to it.
    needs: FxHashMap<Value, (usize, Vec<Step>)>,
    kept: Vec<Inst>,
    copied: Vec<Inst>,
    params: FxHashMap<Value, Value>,
}

impl Way<'_> {
    /// Goes past a computation; `None` when it cannot be done ahead of the call.
    fn compute(&mut self, inst: Inst, own_block: bool) -> Option<()> {
        let data = &self.func.insts[inst];
        if data.op.effect() != Effect::Pure {
            return None;
        }
        if data.args.iter().any(|arg| self.needs.contains_key(arg)) {
            return self.step(data);
        }
        let list = if own_block { &mut self.kept } else { &mut self.copied };
        list.push(inst);
        (self.copied.len() <= MOST_COPIES).then_some(())
    }

    /// Goes past an operation on a result.
    fn step(&mut self, data: &InstData) -> Option<()> {
        let [a, b] = data.args[..] else { return None };
        let (of, other, flipped) = match (self.needs.get(&a), self.needs.get(&b)) {
            (Some(of), None) => (of, b, false),
            (None, Some(of)) => (of, a, true),
            _ => return None,
        };
        let step = Step::new(data.op, other, flipped)?;
        let (index, mut steps) = of.clone();
        steps.push(step);
        self.needs.insert(data.results[0], (index, steps));
        Some(())
    }

    fn enter(&mut self, block: Block, args: &[Value]) {
        for (param, arg) in self.func.blocks[block].params.iter().zip(args) {
            match self.needs.get(arg).cloned() {
                Some(of) => drop(self.needs.insert(*param, of)),
                None => drop(self.params.insert(*param, *arg)),
            }
        }
    }

    /// The whole way, when each result of the call has become the same result of the function.
    fn end(mut self, returned: &[Value]) -> Option<Ending> {
        let mut results = Vec::with_capacity(returned.len());
        for (number, value) in returned.iter().enumerate() {
            match self.needs.remove(value) {
                Some((index, steps)) if index == number => results.push(steps),
                _ => return None,
            }
        }
        Some(Ending { results, kept: self.kept, copied: self.copied, params: self.params })
    }
}
