//! Jump threading: who enters a block with an argument that settles its branch goes straight to where the branch would.
//!
//! The block holds nothing but its branch, on a parameter or on a comparison of one with a constant, or on one whose outcome
//! follows from what branches on the way compared: where `n - 1 < 2` for an `n` of 2 at least, a loop that goes on while
//! `n - 2 >= 2` ends. Without that, `fib` takes 1.2 to 1.5 of gcc's time instead of 1.0 to 1.2 (`cargo bench -p codegen -- fib`,
//! depending on where its code lies). What the block defined
//! may be used further down: those uses get parameters where the ways meet again (see [`super::ssa`]).

use super::{Context, Pass, edit, range, ssa};
use crate::cfg::Cfg;
use crate::entity::{Block, Inst, Table, Value};
use crate::eval::{Const, Evaluated, evaluate};
use crate::function::{Def, Function, Imm, Target, Targets, Values};
use crate::ops::{Effect, Op};
use rustc_hash::FxHashMap;

/// The pass.
pub const PASS: Pass =
    Pass { name: "thread", summary: "skip branches that the way to them has decided", run };

/// Sweeps over the function: one block skipped may settle the branch of the next.
const SWEEPS: u32 = 4;
/// Instructions in front of the branch, at most, but for constants.
const BEFORE: usize = 4;

/// Steps back from a value to what it was computed from, and from a block to the branch that leads there.
const UPWARDS: usize = 3;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let mut changed = false;
    for _ in 0..SWEEPS {
        let cfg = Cfg::new(func);
        let skipped = choose(func, &cfg);
        if skipped.is_empty() {
            break;
        }
        ctx.count("jumps threaded", skipped.iter().map(|(_, edges)| edges.len() as u32).sum());
        let (before, mut behind) = (func.order.clone(), FxHashMap::default());
        let mut copies = Vec::new();
        for (block, edges) in skipped {
            copies.push(thread(func, block, edges, &mut behind));
        }
        func.order = edit::place_behind(before, behind);
        let cfg = Cfg::new(func);
        edit::remove_unreachable(func, &cfg);
        repair(func, &cfg, &copies);
        changed = true;
    }
    changed
}

/// An edge into a block and the target of that block's branch that it leads to.
struct Settled {
    pred: Block,
    edge: usize,
    onward: usize,
}

/// Blocks with settled edges that have nothing to do with one another: what one defines is no argument on the way into
/// another, and no edge leads from one to another.
fn choose(func: &Function, cfg: &Cfg) -> Vec<(Block, Vec<Settled>)> {
    let mut chosen = Vec::new();
    let mut taken = Table::filled(func.blocks.len(), false);
    // Blocks that are neighbours of a chosen one, or define what is handed to it.
    let mut near = Table::filled(func.blocks.len(), false);
    let placed = edit::placement(func);
    let ranges = range::settled(func, cfg, &related(func, cfg));
    for block in cfg.rpo.iter().copied().skip(1) {
        if near[block] || func.blocks[block].params.is_empty() || !is_plain(func, block) {
            continue;
        }
        // A loop's start stays what it is.
        if is_header(cfg, block) {
            continue;
        }
        let edges = settled(func, cfg, block, &ranges);
        let mut around: Vec<Block> = cfg.preds[block].to_vec();
        around.extend(func.successors(block));
        for Settled { pred, edge, .. } in &edges {
            let args = &func.insts[func.terminator(*pred)].targets()[*edge].args;
            around.extend(args.iter().filter_map(|arg| edit::def_block(func, &placed, *arg)));
        }
        if edges.is_empty() || around.iter().any(|other| taken[*other]) {
            continue;
        }
        taken[block] = true;
        around.iter().for_each(|other| near[*other] = true);
        chosen.push((block, edges));
    }
    chosen
}

fn is_header(cfg: &Cfg, block: Block) -> bool {
    cfg.preds[block].iter().any(|pred| cfg.dominates(block, *pred))
}

/// Edges on whose way a branch has tested what the block they lead to tests again: its outcome may follow.
fn related(func: &Function, cfg: &Cfg) -> Vec<(Block, usize)> {
    let mut found = Vec::new();
    for block in cfg.rpo.iter().copied() {
        if cfg.preds[block].len() < 2 || !is_plain(func, block) || is_header(cfg, block) {
            continue;
        }
        let Some(again) = tested(func, block) else { continue };
        for pred in &cfg.preds[block] {
            let Some(before) = decided(func, cfg, *pred).and_then(|source| tested(func, source)) else {
                continue;
            };
            for (edge, target) in func.insts[func.terminator(*pred)].targets().iter().enumerate() {
                let here = |value: Value| match func.values[value].def {
                    Def::Param(of, index) if of == block => origin(func, target.args[usize::from(index)]),
                    _ => value,
                };
                if target.block == block && again.iter().any(|value| before.contains(&here(*value))) {
                    found.push((*pred, edge));
                }
            }
        }
    }
    found
}

/// The next block upwards that ends in a `brif`, on the only way to this one.
fn decided(func: &Function, cfg: &Cfg, mut block: Block) -> Option<Block> {
    for _ in 0..UPWARDS {
        if func.insts[func.terminator(block)].op == Op::Brif {
            return Some(block);
        }
        let [pred] = cfg.preds[block][..] else { return None };
        block = pred;
    }
    None
}

/// What the `brif` of a block compares, each as the value that it was computed from.
fn tested(func: &Function, block: Block) -> Option<[Value; 2]> {
    let last = &func.insts[func.terminator(block)];
    let test = &func.insts[edit::defining_inst(func, *last.args.first()?)?];
    match (last.op, test.op, &test.args[..]) {
        (Op::Brif, Op::Icmp, [a, b]) => Some([*a, *b].map(|value| origin(func, value))),
        _ => None,
    }
}

/// The value that a sum or difference with something simple, or a conversion, was computed from.
fn origin(func: &Function, mut value: Value) -> Value {
    for _ in 0..UPWARDS {
        match edit::defining_inst(func, value).map(|inst| &func.insts[inst]) {
            Some(data) if matches!(data.op, Op::Iadd | Op::Isub | Op::Sext) => value = data.args[0],
            _ => break,
        }
    }
    value
}

/// Whether a block has nothing but its branch and a few computations for that alone.
fn is_plain(func: &Function, block: Block) -> bool {
    let insts = &func.blocks[block].insts;
    let Some((last, before)) = insts.split_last() else { return false };
    let data = &func.insts[*last];
    matches!(data.op, Op::Brif | Op::Switch)
        && before.iter().filter(|inst| !func.insts[**inst].args.is_empty()).count() <= BEFORE
        && before.iter().all(|inst| func.insts[*inst].op.effect() == Effect::Pure)
}

fn settled(
    func: &Function,
    cfg: &Cfg,
    block: Block,
    ranges: &FxHashMap<(Block, usize), usize>,
) -> Vec<Settled> {
    let mut preds = cfg.preds[block].clone();
    preds.sort_unstable();
    preds.dedup();
    let mut edges = Vec::new();
    for pred in preds {
        for (edge, target) in func.insts[func.terminator(pred)].targets().iter().enumerate() {
            if target.block != block {
                continue;
            }
            let known = ranges.get(&(pred, edge)).copied();
            let Some(onward) = known.or_else(|| outcome(func, block, &target.args)) else { continue };
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

/// What a skipped block defines, and what stands for it in the blocks on the way past it.
struct Copies {
    block: Block,
    defined: Vec<Value>,
    made: Vec<(Block, Values)>,
}

/// Leads the edges past the block, each through a block of its own with copies of what the block computes.
fn thread(
    func: &mut Function,
    block: Block,
    edges: Vec<Settled>,
    behind: &mut FxHashMap<Block, Vec<Vec<Block>>>,
) -> Copies {
    let insts = func.blocks[block].insts.clone();
    let branch = func.terminator(block);
    let mut defined: Vec<Value> = func.blocks[block].params.to_vec();
    defined.extend(insts.iter().flat_map(|inst| func.insts[*inst].results.clone()));
    let mut made = Vec::new();
    for Settled { pred, edge, onward } in edges {
        let middle = func.add_block();
        behind.entry(pred).or_default().push(vec![middle]);
        func.blocks[middle].cold = func.blocks[block].cold;
        let last = func.terminator(pred);
        let past = Target { block: middle, args: Values::new() };
        // The arguments for the block that is skipped.
        let mut values = std::mem::replace(&mut func.insts[last].targets_mut()[edge], past).args;
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
        made.push((middle, values));
    }
    Copies { block, defined, made }
}

/// Mends the uses of what the blocks defined, which no longer dominate everything behind them.
fn repair(func: &mut Function, cfg: &Cfg, skipped: &[Copies]) {
    let mut wanted = Table::filled(func.values.len(), false);
    skipped.iter().flat_map(|copies| &copies.defined).for_each(|value| wanted[*value] = true);
    let uses = ssa::uses_of(func, |value| wanted[value]);
    for Copies { block, defined, made } in skipped {
        for (number, value) in defined.iter().enumerate() {
            let elsewhere = |at: &&ssa::Use| match at {
                ssa::Use::Inst(here, _) | ssa::Use::Edge(here, ..) => here != block,
            };
            let uses: Vec<ssa::Use> =
                uses.get(value).into_iter().flatten().filter(elsewhere).copied().collect();
            if uses.is_empty() {
                continue;
            }
            let mut defs: Vec<(Block, Value)> =
                made.iter().map(|(middle, values)| (*middle, values[number])).collect();
            if cfg.is_reachable(*block) {
                defs.push((*block, *value));
            }
            ssa::repair(func, cfg, *value, &defs, &uses);
        }
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
