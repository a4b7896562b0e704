//! Tidies the control-flow graph: branches that go one way, blocks that only pass control on, parameters that always get
//! the same value, chains of blocks that can be one.

use super::{Context, Pass, edit};
use crate::cfg::Cfg;
use crate::entity::{Block, Inst, Value};
use crate::function::{Def, Function, Imm, Target, Targets, Values};
use crate::ops::Op;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// The pass.
pub const PASS: Pass =
    Pass { name: "cleanup", summary: "fold branches, merge blocks, drop redundant parameters", run };

fn run(func: &mut Function, _ctx: &Context<'_>) -> bool {
    let mut changed = false;
    // Each step can make room for the others; every round removes something, so this ends.
    loop {
        let mut round = false;
        for block in func.order.clone() {
            round |= fold_branch(func, block);
        }
        let mut cfg = Cfg::new(func);
        round |= edit::remove_unreachable(func, &cfg);
        if skip_empty_blocks(func, &cfg) {
            round = true;
            cfg = Cfg::new(func);
        }
        // These two leave all edges as they are.
        round |= redundant_params(func, &cfg);
        round |= equal_params(func, &cfg);
        round |= merge_chains(func, &cfg);
        if !round {
            return changed;
        }
        changed = true;
    }
}

fn fold_branch(func: &mut Function, block: Block) -> bool {
    let inst = func.terminator(block);
    let data = &func.insts[inst];
    let targets = data.targets();
    let chosen = match data.op {
        Op::Brif => match edit::as_int(func, data.args[0]) {
            Some(n) => Some(usize::from(n == 0)),
            None => (targets[0] == targets[1]).then_some(0),
        },
        Op::Switch => match (edit::as_int(func, data.args[0]), &data.imm) {
            (Some(n), Imm::Targets(t)) => {
                Some(t.cases.iter().position(|c| i64::from(*c) == n).unwrap_or(t.cases.len()))
            }
            _ => targets.iter().all(|t| *t == targets[0]).then_some(0),
        },
        _ => None,
    };
    let Some(target) = chosen.and_then(|i| targets.get(i)).cloned() else { return turn_branch(func, inst) };
    jump_to(func, inst, target);
    true
}

/// A branch on a negation is the branch the other way round.
fn turn_branch(func: &mut Function, inst: Inst) -> bool {
    let data = &func.insts[inst];
    if data.op != Op::Brif {
        return false;
    }
    let Some(test) = edit::defining_inst(func, data.args[0]).map(|test| &func.insts[test]) else {
        return false;
    };
    if test.op != Op::Bxor || edit::as_int(func, test.args[1]) != Some(1) {
        return false;
    }
    let positive = test.args[0];
    func.insts[inst].args[0] = positive;
    func.insts[inst].targets_mut().swap(0, 1);
    true
}

fn jump_to(func: &mut Function, inst: Inst, target: Target) {
    let targets = Targets { list: vec![target], cases: Vec::new() };
    edit::rewrite(func, inst, Op::Jump, &[], Imm::Targets(Box::new(targets)));
}

/// Sends edges into a block that has nothing but a jump straight to where the jump goes.
fn skip_empty_blocks(func: &mut Function, cfg: &Cfg) -> bool {
    let mut changed = false;
    // Backwards, so that of a chain of empty blocks each is one step from its end.
    for block in cfg.rpo.iter().rev() {
        let inst = func.terminator(*block);
        for edge in 0..func.insts[inst].targets().len() {
            if let Some(target) = final_target(func, &func.insts[inst].targets()[edge]) {
                func.insts[inst].targets_mut()[edge] = target;
                changed = true;
            }
        }
    }
    changed
}

/// Where an edge ends up when empty blocks are skipped, if that is somewhere else. A cycle of empty blocks is an endless
/// loop of the program: edges into it stay as they are.
fn final_target(func: &Function, target: &Target) -> Option<Target> {
    let mut at = pass_through(func, target)?;
    for _ in 0..func.order.len() {
        match pass_through(func, &at) {
            Some(next) => at = next,
            None => return Some(at),
        }
    }
    None
}

/// Where an edge ends up when its block only jumps on; `None` when the block does something, or when its parameters are
/// used further down so that the block must stay.
fn pass_through(func: &Function, target: &Target) -> Option<Target> {
    let data = &func.blocks[target.block];
    let [only] = data.insts[..] else { return None };
    let jump = &func.insts[only];
    if jump.op != Op::Jump || jump.targets()[0].block == target.block {
        return None;
    }
    if !data.params.is_empty() {
        return None;
    }
    Some(jump.targets()[0].clone())
}

/// Replaces parameters that get one value from everywhere (and themselves from back-edges) by that value.
fn redundant_params(func: &mut Function, cfg: &Cfg) -> bool {
    let mut changed = false;
    loop {
        let mut renames = edit::Renames::new();
        for block in cfg.rpo.iter().skip(1) {
            for index in (0..func.blocks[*block].params.len()).rev() {
                let param = func.blocks[*block].params[index];
                if let Some(value) = only_value(func, cfg, *block, index, &renames) {
                    edit::remove_param(func, *block, index, &cfg.preds[*block]);
                    renames.add(param, value);
                }
            }
        }
        if renames.is_empty() {
            return changed;
        }
        renames.apply(func);
        changed = true;
    }
}

/// Merges parameters of a block that get the same arguments from everywhere (and themselves from back-edges).
fn equal_params(func: &mut Function, cfg: &Cfg) -> bool {
    let mut renames = edit::Renames::new();
    for block in cfg.rpo.iter().skip(1).copied() {
        if func.blocks[block].params.len() < 2 {
            continue;
        }
        let mut sources = cfg.preds[block].clone();
        sources.sort_unstable();
        sources.dedup();
        let mut first: FxHashMap<Vec<Option<Value>>, Value> = FxHashMap::default();
        let mut equal = Vec::new();
        for (index, param) in func.blocks[block].params.iter().copied().enumerate() {
            let targets = sources.iter().flat_map(|pred| func.insts[func.terminator(*pred)].targets());
            let args = targets.filter(|target| target.block == block).map(|target| {
                let arg = renames.resolve(target.args[index]);
                (arg != param).then_some(arg)
            });
            match first.entry(args.collect()) {
                Entry::Occupied(known) => equal.push((index, param, *known.get())),
                Entry::Vacant(place) => drop(place.insert(param)),
            }
        }
        for (index, param, known) in equal.into_iter().rev() {
            // Nothing but itself comes in: unreachable, and of any type.
            if func.ty(param) == func.ty(known) {
                edit::remove_param(func, block, index, &cfg.preds[block]);
                renames.add(param, known);
            }
        }
    }
    renames.apply(func);
    !renames.is_empty()
}

fn only_value(
    func: &Function,
    cfg: &Cfg,
    block: Block,
    index: usize,
    renames: &edit::Renames,
) -> Option<Value> {
    let param = func.blocks[block].params[index];
    let mut only = None;
    for pred in &cfg.preds[block] {
        for target in func.insts[func.terminator(*pred)].targets().iter().filter(|t| t.block == block) {
            let value = renames.resolve(target.args[index]);
            if value == param || Some(value) == only {
                continue;
            }
            if only.replace(value).is_some() {
                return None;
            }
        }
    }
    only
}

/// Appends a block to its only predecessor when that has no other successor.
fn merge_chains(func: &mut Function, cfg: &Cfg) -> bool {
    let mut renames = edit::Renames::new();
    let mut gone = FxHashSet::default();
    for block in cfg.rpo.iter().copied() {
        if gone.contains(&block) {
            continue;
        }
        while let Some((next, args)) = sole_successor(func, cfg, block) {
            let params = std::mem::take(&mut func.blocks[next].params);
            for (param, arg) in params.iter().zip(&args) {
                renames.add(*param, renames.resolve(*arg));
                func.values[*param].def = Def::Gone;
            }
            let jump = func.blocks[block].insts.pop();
            debug_assert!(jump.is_some_and(|inst| func.insts[inst].op == Op::Jump));
            let insts = std::mem::take(&mut func.blocks[next].insts);
            func.blocks[block].insts.extend(insts);
            gone.insert(next);
        }
    }
    func.order.retain(|b| !gone.contains(b));
    renames.apply(func);
    !gone.is_empty()
}

fn sole_successor(func: &Function, cfg: &Cfg, block: Block) -> Option<(Block, Values)> {
    let data = &func.insts[func.terminator(block)];
    let [target] = data.targets() else { return None };
    let mergeable = data.op == Op::Jump
        && target.block != block
        && target.block != func.entry()
        && cfg.preds[target.block].len() == 1;
    mergeable.then(|| (target.block, target.args.clone()))
}
