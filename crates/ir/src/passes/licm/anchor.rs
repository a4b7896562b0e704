//! Where guards leave that move in front of a loop, and what is still protected by those that stay.
//!
//! A load moves past guards and branches that stay only if they do not decide whether its address may be read. Whoever puts an
//! anchor has promised that none does whose outcome changes from round to round ([`Op::Anchor`]). What decides the same in every
//! round and stays, because it is a branch or for want of what it needs, protects everything that it dominates. So does what
//! depends on memory that calls in the loop may write: that it changes is only feared.

use super::{Choice, Moved, Plan, Written, is_silent};
use crate::entity::{Block, State, Value};
use crate::function::{Def, Imm, InstData, Reason};
use crate::ops::{Effect, Op};
use rustc_hash::{FxHashMap, FxHashSet};

/// Blocks that are looked through, upwards from the preheader.
const UPWARDS: usize = 6;
/// Steps from a condition to what it is computed from, at most; what needs more is taken to protect.
const STEPS: usize = 64;

/// A place from which nothing with an effect is executed up to the loop.
#[derive(Clone, Copy)]
pub(super) struct Anchor {
    pub(super) state: State,
    pub(super) reason: Reason,
}

impl Anchor {
    fn of(data: &InstData) -> Option<Anchor> {
        match data.imm {
            Imm::Guard { state, reason } if data.op == Op::Anchor => Some(Anchor { state, reason }),
            _ => None,
        }
    }
}

/// Blocks of a loop by whether nothing that stays protects what comes behind them.
#[derive(Default)]
pub(super) struct Protection {
    open: FxHashMap<Block, bool>,
}

/// Whether an anchor's state is right behind an instruction, if it is in front of it: others leave again, or do nothing.
fn is_harmless(op: Op) -> bool {
    is_silent(op) || op.effect() == Effect::Guard
}

impl Plan<'_> {
    /// The anchor that guards may leave by when they stand in front of the loop.
    pub(super) fn find_anchor(&self) -> Option<Anchor> {
        self.anchor_at_head().or_else(|| self.anchor_in_front())
    }

    /// An anchor that every entry into the loop comes to.
    fn anchor_at_head(&self) -> Option<Anchor> {
        let mut block = self.of.header;
        loop {
            for inst in &self.func.blocks[block].insts {
                let data = &self.func.insts[*inst];
                if let Some(anchor) = Anchor::of(data) {
                    return self.state_is_available(data).then_some(anchor);
                }
                if !is_harmless(data.op) {
                    return None;
                }
            }
            block = self.follow(block)?;
        }
    }

    /// An anchor on the only way to the loop.
    fn anchor_in_front(&self) -> Option<Anchor> {
        let preds = &self.known.cfg.preds;
        let mut outside = preds[self.of.header].iter().filter(|pred| !self.known.is_inside(**pred));
        let (mut block, None) = (*outside.next()?, outside.next()) else { return None };
        for _ in 0..UPWARDS {
            let (_, before) = self.func.blocks[block].insts.split_last()?;
            for inst in before.iter().rev() {
                let data = &self.func.insts[*inst];
                if let Some(anchor) = Anchor::of(data) {
                    return Some(anchor);
                }
                if !is_harmless(data.op) {
                    return None;
                }
            }
            let [pred] = preds[block][..] else { return None };
            // A call that catches is no such way.
            let last = self.func.insts[self.func.terminator(pred)].op;
            if !matches!(last, Op::Jump | Op::Brif | Op::Switch) {
                return None;
            }
            block = pred;
        }
        None
    }

    /// Whether nothing that stays protects what is in a block.
    pub(super) fn is_open(&self, protection: &Protection, block: Block) -> bool {
        if block == self.of.header {
            return true;
        }
        let mut ways = self.ways(block);
        ways.dedup();
        let Some(above) = self.above(block, &ways).filter(|above| self.known.is_inside(*above)) else {
            return false;
        };
        if !protection.open.get(&above).copied().unwrap_or(false) {
            return false;
        }
        let last = &self.func.insts[self.func.terminator(above)];
        // Where both ways of a branch meet again, it has decided nothing.
        let decided = last.op == Op::Switch || last.op == Op::Brif && ways.len() == 1;
        !decided || self.varies(last.args[0])
    }

    /// The ways into a block that do not come from it.
    fn ways(&self, block: Block) -> Vec<Block> {
        let (known, cfg) = (self.known, &self.known.cfg);
        let old = |pred: &Block| known.is_new(block) || known.is_new(*pred) || !cfg.dominates(block, *pred);
        cfg.preds[block].iter().copied().filter(old).collect()
    }

    /// A block that dominates another one, the next one above as far as is known.
    fn above(&self, block: Block, ways: &[Block]) -> Option<Block> {
        match ways {
            [only] => Some(*only),
            // A preheader is where its loop's header was.
            _ if self.known.is_new(block) => self.known.cfg.idom(self.func.successors(block).next()?),
            _ => self.known.cfg.idom(block),
        }
    }

    pub(super) fn leave(&self, protection: &mut Protection, block: Block, open: bool) {
        protection.open.insert(block, open);
    }

    /// Whether what a guard that stays looks at changes from round to round.
    pub(super) fn changes(&self, data: &InstData) -> bool {
        data.args.iter().any(|arg| self.varies(*arg))
    }

    /// Whether a value changes from round to round, and not only because a call might have written what it depends on.
    fn varies(&self, value: Value) -> bool {
        let mut work = vec![value];
        let mut seen = FxHashSet::default();
        while let Some(value) = work.pop() {
            if self.is_invariant(value) || !seen.insert(value) {
                continue;
            }
            let Def::Result(inst, _) = self.func.values[value].def else { return true };
            let data = &self.func.insts[inst];
            match (data.op.effect(), &data.imm) {
                (Effect::Call | Effect::Alloc | Effect::Poll, _) => return true,
                (Effect::Read, Imm::Mem { class, .. }) if self.written[*class] == Written::Stores => {
                    return true;
                }
                _ => {}
            }
            if seen.len() > STEPS {
                return false;
            }
            work.extend(data.args.iter().copied());
        }
        false
    }

    /// Notes the parameters of a block that are choices between values that do not change.
    pub(super) fn choices(&mut self, block: Block) {
        let Some((cond, ways)) = self.meeting(block) else { return };
        for (index, param) in self.func.blocks[block].params.iter().enumerate() {
            let args = ways
                .map(|(from, edge)| self.func.insts[self.func.terminator(from)].targets()[edge].args[index]);
            if args.iter().all(|arg| self.is_invariant(*arg)) {
                self.moved.push(Moved::Choice(Choice { param: *param, cond, values: args }));
                self.available.insert(*param);
            }
        }
    }

    /// The branch on what does not change whose two ways meet in a block: its condition, and each way's last edge, by block and
    /// number, the one first that is taken when the condition holds.
    fn meeting(&self, block: Block) -> Option<(Value, [(Block, usize); 2])> {
        let is_old = block != self.of.header && !self.known.is_new(block);
        if !is_old || self.func.blocks[block].params.is_empty() {
            return None;
        }
        let preds = &self.known.cfg.preds;
        let [a, b] = preds[block][..] else { return None };
        let fork = self.known.cfg.idom(block)?;
        let last = &self.func.insts[self.func.terminator(fork)];
        if last.op != Op::Brif || !self.known.is_inside(fork) || !self.is_invariant(last.args[0]) {
            return None;
        }
        let way = |edge: usize| {
            let to = last.targets()[edge].block;
            if to == block {
                return Some((fork, edge));
            }
            let jumps = self.func.insts[self.func.terminator(to)].op == Op::Jump;
            ([a, b].contains(&to) && jumps && preds[to][..] == [fork]).then_some((to, 0))
        };
        Some((last.args[0], [way(0)?, way(1)?]))
    }
}
