//! Block layout: what is rarely reached is marked cold and goes last, loops stay in one piece, and blocks follow those
//! that jump to them.

use super::{Context, Pass};
use crate::cfg::{Cfg, Loops};
use crate::entity::{Block, Table};
use crate::function::Function;
use crate::ops::Op;

/// The pass.
pub const PASS: Pass =
    Pass { name: "layout", summary: "put loops together and rarely reached blocks last", run };

fn run(func: &mut Function, _ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let cold = cold_blocks(func, &cfg);
    let mut changed = false;
    for block in cfg.rpo.iter().copied().filter(|block| cold[*block]) {
        changed |= !std::mem::replace(&mut func.blocks[block].cold, true);
    }
    let order = order(func, &cfg, &cold);
    changed |= order != func.order;
    func.order = order;
    changed
}

/// Blocks that are marked cold, that cannot but end in an exception, an exit or a trap, or that only cold blocks lead to.
/// The entry is never cold.
pub fn cold_blocks(func: &Function, cfg: &Cfg) -> Table<Block, bool> {
    let mut cold = Table::filled(func.blocks.len(), false);
    // Against the flow: whoever can only go on to cold blocks is cold.
    for block in cfg.rpo.iter().rev().copied() {
        let op = func.insts[func.terminator(block)].op;
        let mut next = func.successors(block).peekable();
        let ends = matches!(op, Op::Throw | Op::Deopt | Op::Trap);
        let onward = next.peek().is_some() && next.all(|succ| cold[succ]);
        cold[block] = func.blocks[block].cold || ends || onward;
    }
    // With the flow. Back-edges say nothing of how control comes in.
    let loops = Loops::new(func, cfg);
    for block in cfg.rpo.iter().copied() {
        let before = |pred: &&Block| cfg.position(**pred) < cfg.position(block);
        let mut preds = cfg.preds[block].iter().filter(before).peekable();
        cold[block] |=
            preds.peek().is_some() && preds.all(|pred| passes_cold(cfg, &loops, &cold, *pred, block));
    }
    if let Some(entry) = cfg.rpo.first() {
        cold[*entry] = false;
    }
    cold
}

/// Whether control comes from one block to another only by way of cold ones. What is behind a loop is as cold as what is in front of
/// it: the last rounds of a loop may have a version of their own, which is cold, and yet everything goes through it.
fn passes_cold(cfg: &Cfg, loops: &Loops, cold: &Table<Block, bool>, from: Block, to: Block) -> bool {
    let mut left = None;
    let mut around = loops.innermost(from);
    while let Some(found) = around.map(|index| &loops.list[index]).filter(|found| !found.blocks.contains(&to))
    {
        left = Some(found);
        around = found.parent;
    }
    let Some(left) = left.filter(|_| cold[from]) else { return cold[from] };
    let mut ways = cfg.preds[left.header].iter().filter(|pred| !left.blocks.contains(pred));
    ways.all(|pred| cold[*pred])
}

/// Live blocks in reverse postorder, each loop in one piece, cold blocks and then unreachable ones at the end.
fn order(func: &Function, cfg: &Cfg, cold: &Table<Block, bool>) -> Vec<Block> {
    let loops = Loops::new(func, cfg);
    let mut headers = Table::filled(func.blocks.len(), None);
    for (index, found) in loops.list.iter().enumerate() {
        headers[found.header] = Some(index);
    }
    let mut placed = Table::filled(func.blocks.len(), false);
    let mut hot = Vec::with_capacity(func.order.len());
    let mut late = Vec::new();
    // What is being laid out: the whole function, then loops inside of one another, each with the next block to look at.
    let mut open: Vec<(&[Block], usize)> = vec![(&cfg.rpo, 0)];
    while let Some((blocks, next)) = open.last_mut() {
        let Some(block) = blocks.get(*next).copied() else {
            open.pop();
            continue;
        };
        *next += 1;
        if std::mem::replace(&mut placed[block], true) {
            continue;
        }
        if cold[block] {
            late.push(block);
        } else {
            hot.push(block);
        }
        // The header's loop is in reverse postorder, the header first.
        open.extend(headers[block].map(|index: usize| (&loops.list[index].blocks[..], 1)));
    }
    hot.extend(late);
    hot.extend(func.order.iter().copied().filter(|block| !cfg.is_reachable(*block)));
    hot
}
