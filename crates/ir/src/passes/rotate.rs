//! Loop rotation: `while (test) body` becomes `if (test) do body while (test)`.
//!
//! One jump less per turn, and what stands at the start of the body is certain to be executed once the loop is entered: other
//! passes may move it in front. The header is copied in front of the loop, the copy decides whether the loop is entered, and
//! the header itself becomes the test at the end of the body.

use super::{Context, Pass, edit, loops, ssa};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Entity};
use crate::function::Function;
use crate::ops::Op;
use std::collections::HashMap;

/// The pass.
pub const PASS: Pass = Pass { name: "rotate", summary: "test loops at their end", run };

/// Most instructions a header may have to be copied.
const MAX_HEADER: usize = 24;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let mut changed = false;
    // Each rotation makes the analyses stale. Loops with a test at their end are left alone: this ends.
    for _ in 0..func.blocks.len() {
        let cfg = Cfg::new(func);
        if cfg.rpo.len() != func.order.len() {
            changed |= edit::remove_unreachable(func, &cfg);
            continue;
        }
        let found = Loops::new(func, &cfg);
        let Some((of, body)) = found.list.iter().rev().find_map(|of| Some((of, body_of(func, of)?))) else {
            break;
        };
        rotate(func, &cfg, of, body);
        ctx.count("loops rotated", 1);
        changed = true;
    }
    changed
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

fn rotate(func: &mut Function, cfg: &Cfg, of: &Loop, edge: usize) {
    let header = of.header;
    // The start of the body gets both copies of the test as predecessors and nothing else: it is the new header.
    let last = func.terminator(header);
    if cfg.preds[func.insts[last].targets()[edge].block].len() > 1 {
        edit::split_edge(func, header, edge);
    }
    let values = loops::defined_in(func, header);
    let uses = ssa::uses_of(func, |value| values.contains(&value));
    let (copy, map) = copy_block(func, header);
    for pred in loops::outside_preds(cfg, of) {
        let last = func.terminator(pred);
        for target in func.insts[last].targets_mut().iter_mut().filter(|t| t.block == header) {
            target.block = copy;
        }
    }
    // Both copies of the test stand where control comes from: the one in front of the loop ahead of everything in it.
    func.order.retain(|block| *block != copy);
    let at = func.order.iter().position(|block| of.blocks.contains(block)).unwrap_or(func.order.len());
    func.order.insert(at, copy);
    let cfg = Cfg::new(func);
    let mut values: Vec<_> = values.into_iter().filter(|value| uses.contains_key(value)).collect();
    values.sort_unstable_by_key(|value| value.index());
    for value in values {
        let defs = [(header, value), (copy, map[&value])];
        ssa::repair(func, &cfg, value, &defs, &uses[&value]);
    }
}

/// A copy of a block at the end of the order, and what its values are called there.
fn copy_block(
    func: &mut Function,
    block: Block,
) -> (Block, HashMap<crate::entity::Value, crate::entity::Value>) {
    let copy = func.add_block();
    func.blocks[copy].cold = func.blocks[block].cold;
    let mut map = HashMap::new();
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
