//! Loop rotation: `while (test) body` becomes `if (test) do body while (test)`.
//!
//! One jump less per turn, and what stands at the start of the body is certain to be executed once the loop is entered: other
//! passes may move it in front. The header is copied in front of the loop, the copy decides whether the loop is entered, and
//! the header itself becomes the test at the end of the body.

use super::{Context, Pass, edit, loops, ssa};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Entity, Table, Value};
use crate::function::Function;
use crate::ops::Op;
use rustc_hash::{FxHashMap, FxHashSet};

/// The pass.
pub const PASS: Pass = Pass { name: "rotate", summary: "test loops at their end", run };

/// Most instructions a header may have to be copied.
const MAX_HEADER: usize = 24;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let mut changed = false;
    // Each round makes the analyses stale. Loops with a test at their end are left alone: this ends.
    for _ in 0..func.blocks.len() {
        let cfg = Cfg::new(func);
        if cfg.rpo.len() != func.order.len() {
            changed |= edit::remove_unreachable(func, &cfg);
            continue;
        }
        let found = Loops::new(func, &cfg);
        let batch = batch(func, &found);
        if batch.is_empty() {
            break;
        }
        ctx.count("loops rotated", batch.len() as u32);
        rotate(func, &cfg, &found, &batch);
        changed = true;
    }
    changed
}

/// Loops to rotate at the same time, with the number of the header's edge into each. The innermost come first, and the ones
/// around them have to wait: of two loops in a batch, none lies in the other.
fn batch(func: &Function, found: &Loops) -> Vec<(usize, usize)> {
    let mut batch = Vec::new();
    let mut waits = vec![false; found.list.len()];
    for (index, of) in found.list.iter().enumerate().rev() {
        let edge = if waits[index] { None } else { body_of(func, of) };
        batch.extend(edge.map(|edge| (index, edge)));
        if let (true, Some(parent)) = (waits[index] || edge.is_some(), of.parent) {
            waits[parent] = true;
        }
    }
    batch
}

/// The number of the header's edge into the loop, when the loop is one to rotate.
fn body_of(func: &Function, of: &Loop) -> Option<usize> {
    let header = of.header;
    if header == func.entry() || of.latches.contains(&header) || func.blocks[header].insts.len() > MAX_HEADER
    {
        return None;
    }
    let last = &func.insts[func.terminator(header)];
    if last.op != Op::Brif {
        return None;
    }
    let leaves = |block: &Block| func.successors(*block).any(|next| !of.blocks.contains(&next));
    // Tested at its end already; turning it further would go on forever.
    if of.latches.iter().any(leaves) {
        return None;
    }
    let inside: Vec<usize> = (0..2).filter(|edge| of.blocks.contains(&last.targets()[*edge].block)).collect();
    // An allocation twice in the text would be two objects to passes that look for one.
    let copied = |inst: &crate::entity::Inst| func.insts[*inst].op != Op::Alloc;
    match inside[..] {
        [edge] if func.blocks[header].insts.iter().all(copied) => Some(edge),
        _ => None,
    }
}

/// A header and its copy in front of the loop, and what the header's values are called there.
struct Rotated {
    header: Block,
    copy: Block,
    map: FxHashMap<Value, Value>,
}

fn rotate(func: &mut Function, cfg: &Cfg, found: &Loops, batch: &[(usize, usize)]) {
    let mut rotated = Vec::new();
    // The loop of the batch that a block is in.
    let mut home: Table<Block, Option<usize>> = Table::filled(func.blocks.len(), None);
    for (number, (index, edge)) in batch.iter().enumerate() {
        let of = &found.list[*index];
        of.blocks.iter().for_each(|block| home[*block] = Some(number));
        // The start of the body gets both copies of the test as predecessors and nothing else: it is the new header.
        let last = func.terminator(of.header);
        if cfg.preds[func.insts[last].targets()[*edge].block].len() > 1 {
            let middle = edit::split_edge(func, of.header, *edge);
            debug_assert_eq!(middle.index(), home.len());
            home.push(Some(number));
        }
    }
    for (index, _) in batch {
        let header = found.list[*index].header;
        let (copy, map) = copy_block(func, header);
        home.push(None);
        rotated.push(Rotated { header, copy, map });
    }
    enter_through_copies(func, &home, &rotated);
    repair(func, &rotated);
}

/// Leads whoever comes to a header from outside of its loop to the copy, and puts each copy ahead of everything in its loop:
/// both copies of the test stand where control comes from.
fn enter_through_copies(func: &mut Function, home: &Table<Block, Option<usize>>, rotated: &[Rotated]) {
    let numbers: FxHashMap<Block, usize> =
        rotated.iter().enumerate().map(|(number, each)| (each.header, number)).collect();
    for block in func.order.clone() {
        let last = func.terminator(block);
        for target in func.insts[last].targets_mut() {
            match numbers.get(&target.block) {
                Some(number) if home[block] != Some(*number) => target.block = rotated[*number].copy,
                _ => {}
            }
        }
    }
    let rest = func.order.len() - rotated.len();
    let mut placed = vec![false; rotated.len()];
    let mut order = Vec::with_capacity(func.order.len());
    for block in &func.order[..rest] {
        if let Some(number) = home[*block].filter(|number| !placed[*number]) {
            placed[number] = true;
            order.push(rotated[number].copy);
        }
        order.push(*block);
    }
    func.order = order;
}

/// Gives uses of the headers' values what reaches them now.
fn repair(func: &mut Function, rotated: &[Rotated]) {
    let cfg = Cfg::new(func);
    let values: Vec<Vec<Value>> = rotated.iter().map(|each| loops::defined_in(func, each.header)).collect();
    let wanted: FxHashSet<Value> = values.iter().flatten().copied().collect();
    let uses = ssa::uses_of(func, |value| wanted.contains(&value));
    for (each, values) in rotated.iter().zip(values) {
        let mut used: Vec<Value> = values.into_iter().filter(|value| uses.contains_key(value)).collect();
        used.sort_unstable_by_key(|value| value.index());
        for value in used {
            let defs = [(each.header, value), (each.copy, each.map[&value])];
            ssa::repair(func, &cfg, value, &defs, &uses[&value]);
        }
    }
}

/// A copy of a block at the end of the order, and what its values are called there.
fn copy_block(func: &mut Function, block: Block) -> (Block, FxHashMap<Value, Value>) {
    let copy = func.add_block();
    func.blocks[copy].cold = func.blocks[block].cold;
    let mut map = FxHashMap::default();
    for param in func.blocks[block].params.clone() {
        let made = edit::param_like(func, copy, param);
        map.insert(param, made);
    }
    for inst in func.blocks[block].insts.clone() {
        let made = loops::copy_inst(func, inst, &mut map);
        func.blocks[copy].insts.push(made);
    }
    (copy, map)
}
