//! Jump threading: who enters a block with an argument that settles its branch goes straight to where the branch would.
//!
//! The block holds nothing but its branch, on a parameter or on a comparison of one with a constant. What it defined
//! may be used further down: those uses get parameters where the ways meet again (see [`super::ssa`]).

use super::{Context, Pass, edit, ssa};
use crate::cfg::Cfg;
use crate::entity::{Block, Entity, Inst, Value};
use crate::eval::{Const, Evaluated, evaluate};
use crate::function::{Def, Function, Imm, Target, Targets, Values};
use crate::ops::{Effect, Op};

/// The pass.
pub const PASS: Pass =
    Pass { name: "thread", summary: "skip branches that the way to them has decided", run };

/// Blocks skipped in one run, at most: each takes the graph anew.
const BLOCKS: u32 = 40;
/// Instructions in front of the branch, at most.
const BEFORE: usize = 3;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let mut changed = false;
    let mut from = 0;
    for _ in 0..BLOCKS {
        let cfg = Cfg::new(func);
        let Some((at, block, edges)) = candidate(func, &cfg, from) else { break };
        ctx.count("jumps threaded", edges.len() as u32);
        thread(func, block, edges);
        changed = true;
        from = at;
    }
    changed
}

/// An edge into a block and the target of that block's branch that it leads to.
struct Settled {
    pred: Block,
    edge: usize,
    onward: usize,
}

/// The first block from position `from` on with settled edges.
fn candidate(func: &Function, cfg: &Cfg, from: usize) -> Option<(usize, Block, Vec<Settled>)> {
    for (at, block) in cfg.rpo.iter().copied().enumerate().skip(from.max(1)) {
        if func.blocks[block].params.is_empty() || !is_plain(func, block) {
            continue;
        }
        // A loop's start stays what it is.
        if cfg.preds[block].iter().any(|pred| cfg.dominates(block, *pred)) {
            continue;
        }
        let edges = settled(func, cfg, block);
        if !edges.is_empty() {
            return Some((at, block, edges));
        }
    }
    None
}

/// Whether a block has nothing but its branch and a few computations for that alone.
fn is_plain(func: &Function, block: Block) -> bool {
    let insts = &func.blocks[block].insts;
    let Some((last, before)) = insts.split_last() else { return false };
    let data = &func.insts[*last];
    matches!(data.op, Op::Brif | Op::Switch)
        && before.len() <= BEFORE
        && before.iter().all(|inst| func.insts[*inst].op.effect() == Effect::Pure)
}

fn settled(func: &Function, cfg: &Cfg, block: Block) -> Vec<Settled> {
    let mut preds = cfg.preds[block].clone();
    preds.sort_unstable();
    preds.dedup();
    let mut edges = Vec::new();
    for pred in preds {
        for (edge, target) in func.insts[func.terminator(pred)].targets().iter().enumerate() {
            if target.block != block {
                continue;
            }
            let Some(onward) = outcome(func, block, &target.args) else { continue };
            let to = func.insts[func.terminator(block)].targets()[onward].block;
            // Another way back to a loop's start, or a branch to itself, is no gain.
            if to != block && !cfg.dominates(to, block) {
                edges.push(Settled { pred, edge, onward });
            }
        }
    }
    edges
}

/// Which target the block's branch takes when the block is entered with these arguments.
fn outcome(func: &Function, block: Block, args: &[Value]) -> Option<usize> {
    let data = &func.insts[func.terminator(block)];
    let value = known(func, block, args, data.args[0], BEFORE)?;
    match &data.imm {
        Imm::Targets(_) if data.op == Op::Brif => Some(usize::from(!value.as_bool())),
        Imm::Targets(targets) => {
            let case = targets.cases.iter().position(|case| *case == value.as_i32());
            Some(case.unwrap_or(targets.cases.len()))
        }
        _ => None,
    }
}

/// The constant that a value is when the block is entered with these arguments.
fn known(func: &Function, block: Block, args: &[Value], value: Value, depth: usize) -> Option<Const> {
    match func.values[value].def {
        Def::Param(of, index) if of == block => {
            let arg = args[usize::from(index)];
            let data = &func.insts[edit::defining_inst(func, arg)?];
            Const::of_inst(data.op, data.ty, &data.imm)
        }
        Def::Result(inst, _) => {
            let data = &func.insts[inst];
            if let Some(constant) = Const::of_inst(data.op, data.ty, &data.imm) {
                return Some(constant);
            }
            if depth == 0 || !func.blocks[block].insts.contains(&inst) {
                return None;
            }
            let operands: Option<Vec<Const>> =
                data.args.iter().map(|arg| known(func, block, args, *arg, depth - 1)).collect();
            match evaluate(data, &operands?) {
                Evaluated::Value(constant) => Some(constant),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Leads the edges past the block, each through a block of its own with copies of what the block computes.
fn thread(func: &mut Function, block: Block, edges: Vec<Settled>) {
    let params: Vec<Value> = func.blocks[block].params.to_vec();
    let insts = func.blocks[block].insts.clone();
    let branch = func.terminator(block);
    let mut defined = params.clone();
    defined.extend(insts.iter().flat_map(|inst| func.insts[*inst].results.clone()));
    let mut copies: Vec<(Block, Vec<Value>)> = Vec::new();
    for Settled { pred, edge, onward } in edges {
        let middle = edit::split_edge(func, pred, edge);
        func.blocks[middle].cold = func.blocks[block].cold;
        // The jump of the new block, with the arguments for the block that is skipped.
        let jump = func.blocks[middle].insts.pop();
        let mut values: Values =
            jump.map(|jump| func.insts[jump].targets()[0].args.clone()).unwrap_or_default();
        for inst in &insts[..insts.len() - 1] {
            let copy = copy(func, *inst, &defined, &values);
            func.blocks[middle].insts.push(copy);
            values.extend(func.insts[copy].results.clone());
        }
        let mut target: Target = func.insts[branch].targets()[onward].clone();
        target.args.iter_mut().for_each(|arg| *arg = substitute(&defined, &values, *arg));
        let targets = Imm::Targets(Box::new(Targets { list: vec![target], cases: Vec::new() }));
        let jump = func.make_inst(Op::Jump, None, Values::new(), targets, &[]);
        func.blocks[middle].insts.push(jump);
        copies.push((middle, values.to_vec()));
    }
    let cfg = Cfg::new(func);
    edit::remove_unreachable(func, &cfg);
    repair(func, &cfg, block, &defined, &copies);
}

/// Mends the uses of what the block defined, which no longer dominates everything behind it.
fn repair(func: &mut Function, cfg: &Cfg, block: Block, defined: &[Value], copies: &[(Block, Vec<Value>)]) {
    let reached = cfg.is_reachable(block);
    let mut wanted = vec![false; func.values.len()];
    defined.iter().for_each(|value| wanted[value.index()] = true);
    let uses = ssa::uses_of(func, |value| wanted.get(value.index()) == Some(&true));
    for (number, value) in defined.iter().enumerate() {
        let Some(uses) = uses.get(value) else { continue };
        let elsewhere = |at: &ssa::Use| match at {
            ssa::Use::Inst(here, _) | ssa::Use::Edge(here, ..) => *here != block,
        };
        let uses: Vec<ssa::Use> = uses.iter().copied().filter(elsewhere).collect();
        if uses.is_empty() {
            continue;
        }
        let mut defs: Vec<(Block, Value)> =
            copies.iter().map(|(middle, values)| (*middle, values[number])).collect();
        if reached {
            defs.push((block, *value));
        }
        ssa::repair(func, cfg, *value, &defs, &uses);
    }
}

fn copy(func: &mut Function, inst: Inst, defined: &[Value], values: &[Value]) -> Inst {
    let data = func.insts[inst].clone();
    let args = data.args.iter().map(|arg| substitute(defined, values, *arg)).collect();
    let types: Vec<_> = data.results.iter().map(|value| func.ty(*value)).collect();
    let copy = func.make_inst(data.op, data.ty, args, data.imm, &types);
    func.insts[copy].position = data.position;
    copy
}

fn substitute(defined: &[Value], values: &[Value], value: Value) -> Value {
    defined.iter().position(|known| *known == value).and_then(|at| values.get(at).copied()).unwrap_or(value)
}
