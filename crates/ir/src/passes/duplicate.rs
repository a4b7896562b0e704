//! Copies of whole loops: the way a round is peeled, and the ground for faster versions of a loop.

use super::{edit, loops, ssa};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Inst, Table, Value};
use crate::function::Function;
use crate::ops::Op;
use rustc_hash::{FxHashMap, FxHashSet};

/// A copy of a loop: what its blocks and values are called there. Edges that leave the loop lead to where the original's do.
#[derive(Debug, Default)]
pub struct Copy {
    /// Blocks, by the original.
    pub blocks: FxHashMap<Block, Block>,
    /// Values, by the original.
    pub values: FxHashMap<Value, Value>,
    /// Instructions and the blocks they are in, by the original.
    pub insts: FxHashMap<Inst, (Block, Inst)>,
}

/// Uses, outside of a loop, of what is defined in it: to be taken before copying.
#[derive(Debug)]
pub struct Outer {
    /// Values with the block that defines each, ascending.
    values: Vec<(Value, Block)>,
    uses: FxHashMap<Value, Vec<ssa::Use>>,
}

impl Outer {
    /// The uses of a loop's values behind it.
    pub fn of(func: &Function, of: &Loop) -> Outer {
        let homes: FxHashMap<Value, Block> = of
            .blocks
            .iter()
            .flat_map(|block| loops::defined_in(func, *block).into_iter().map(move |value| (value, *block)))
            .collect();
        let inside: FxHashSet<Block> = of.blocks.iter().copied().collect();
        let mut uses = ssa::uses_of(func, |value| homes.contains_key(&value));
        for places in uses.values_mut() {
            places.retain(|place| match place {
                ssa::Use::Inst(block, _) | ssa::Use::Edge(block, ..) => !inside.contains(block),
            });
        }
        uses.retain(|_, places| !places.is_empty());
        let mut values: Vec<(Value, Block)> = uses.keys().map(|value| (*value, homes[value])).collect();
        values.sort_unstable();
        Outer { values, uses }
    }

    /// Whether a value is used behind the loop.
    pub fn has(&self, value: Value) -> bool {
        self.uses.contains_key(&value)
    }

    /// Lets the uses see whichever copy of the loop control came through.
    pub fn repair(&self, func: &mut Function, copies: &[Copy]) {
        if self.values.is_empty() {
            return;
        }
        let cfg = Cfg::new(func);
        for (value, home) in &self.values {
            let mut defs = vec![(*home, *value)];
            defs.extend(copies.iter().map(|copy| (copy.blocks[home], copy.values[value])));
            ssa::repair(func, &cfg, *value, &defs, &self.uses[value]);
        }
    }
}

/// Loops of one function that one pass copies at most. Each makes the analyses stale: the time this takes must not grow with
/// the square of the function.
pub const MAX_LOOPS: u32 = 8;

/// Loops without loops in them, by number, the most deeply nested first.
pub fn innermost(found: &Loops) -> Vec<usize> {
    let mut inner = vec![true; found.list.len()];
    found.list.iter().filter_map(|of| of.parent).for_each(|parent| inner[parent] = false);
    let mut list: Vec<usize> = (0..inner.len()).filter(|index| inner[*index]).collect();
    list.sort_by_key(|index| std::cmp::Reverse(found.list[*index].depth));
    list
}

/// Instructions of a loop without constants; `None` when it has one that is not to be copied: an allocation twice in the text
/// would be two objects to passes that look for one.
pub fn size(func: &Function, of: &Loop) -> Option<u32> {
    let mut size = 0;
    for inst in of.blocks.iter().flat_map(|block| &func.blocks[*block].insts) {
        match func.insts[*inst].op {
            Op::Alloc => return None,
            Op::Iconst | Op::Fconst | Op::Bconst | Op::Pconst | Op::Xconst => {}
            _ => size += 1,
        }
    }
    Some(size)
}

/// Copies a loop; the copy's blocks stand in front of the original. Its back-edges lead to its own header. Nothing leads to it
/// yet.
pub fn copy(func: &mut Function, of: &Loop) -> Copy {
    let mut copy = Copy::default();
    for block in &of.blocks {
        let made = func.add_block();
        func.order.pop();
        func.blocks[made].cold = func.blocks[*block].cold;
        for param in func.blocks[*block].params.clone() {
            let like = edit::param_like(func, made, param);
            copy.values.insert(param, like);
        }
        copy.blocks.insert(*block, made);
    }
    // In reverse postorder: operands come before what uses them.
    for block in &of.blocks {
        let made = copy.blocks[block];
        for inst in func.blocks[*block].insts.clone() {
            let original = inst;
            let inst = loops::copy_inst(func, inst, &mut copy.values);
            copy.insts.insert(original, (made, inst));
            for target in func.insts[inst].targets_mut() {
                target.block = copy.blocks.get(&target.block).copied().unwrap_or(target.block);
            }
            func.blocks[made].insts.push(inst);
        }
    }
    place(func, of, &copy);
    copy
}

/// In the order of the original, in front of the first of its blocks.
fn place(func: &mut Function, of: &Loop, copy: &Copy) {
    let inside: FxHashSet<Block> = of.blocks.iter().copied().collect();
    let in_order: Vec<Block> =
        func.order.iter().filter(|b| inside.contains(b)).map(|b| copy.blocks[b]).collect();
    let at = func.order.iter().position(|block| inside.contains(block)).unwrap_or(func.order.len());
    func.order.splice(at..at, in_order);
}

/// Sends the edges of a block that lead to `from` to `to`.
pub fn redirect(func: &mut Function, block: Block, from: Block, to: Block) {
    let last = func.terminator(block);
    for target in func.insts[last].targets_mut().iter_mut().filter(|target| target.block == from) {
        target.block = to;
    }
}

/// Executes the first rounds of a loop in copies in front of it, one each. `settle` sees every copy with its number.
pub fn peel(
    func: &mut Function,
    cfg: &Cfg,
    of: &Loop,
    rounds: u32,
    mut settle: impl FnMut(&mut Function, u32, &Copy),
) {
    let outer = Outer::of(func, of);
    let mut entries = loops::outside_preds(cfg, of);
    let latches: FxHashSet<Block> = of.latches.iter().copied().collect();
    let mut copies = Vec::new();
    for round in 0..rounds {
        let made = copy(func, of);
        let header = made.blocks[&of.header];
        for entry in entries {
            redirect(func, entry, of.header, header);
        }
        for latch in &latches {
            redirect(func, made.blocks[latch], header, of.header);
        }
        entries = latches.iter().map(|latch| made.blocks[latch]).collect();
        settle(func, round, &made);
        copies.push(made);
    }
    outer.repair(func, &copies);
}

/// Blocks of a loop that every round passes, cold ones left out.
pub fn every_round(func: &Function, cfg: &Cfg, of: &Loop) -> Vec<Block> {
    let passed = |block: &Block| of.latches.iter().all(|latch| cfg.dominates(*block, *latch));
    of.blocks.iter().copied().filter(|block| !func.blocks[*block].cold && passed(block)).collect()
}

/// Whether a value is the same in every round: made outside of the loop, or a constant.
pub fn is_invariant(func: &Function, placed: &Table<Inst, Option<Block>>, of: &Loop, value: Value) -> bool {
    edit::as_int(func, value).is_some() || loops::is_outside(func, placed, of, value)
}
