//! What is settled on the way into a block: which way its branch goes when control comes over one edge.

use super::facts::Facts;
use super::interval::{self, Interval};
use super::{Analysis, edit};
use crate::cfg::Cfg;
use crate::entity::{Block, Value};
use crate::function::{Function, Imm};
use crate::ops::Op;
use crate::types::Type;
use rustc_hash::FxHashMap;

/// Branches on the way to an edge that are taken into account.
const UPWARDS: usize = 4;

/// Those of the given edges, by source and number, that settle the `brif` of the block they lead to, with the number of the
/// target that it takes then.
pub fn settled(func: &Function, cfg: &Cfg, edges: &[(Block, usize)]) -> FxHashMap<(Block, usize), usize> {
    if edges.is_empty() {
        return FxHashMap::default();
    }
    let mut analysis = Analysis::new(func, cfg);
    analysis.solve(func);
    let settle = |(source, edge): &(Block, usize)| {
        let mut facts = Facts::default();
        analysis.come(func, *source, *edge, &mut facts);
        Some(((*source, *edge), analysis.outcome(func, *source, *edge, &mut facts)?))
    };
    edges.iter().filter_map(settle).collect()
}

impl Analysis<'_> {
    /// Takes in what the last branches on the only way over an edge say.
    fn come(&self, func: &Function, source: Block, edge: usize, facts: &mut Facts) {
        let mut way = vec![(source, edge)];
        let mut here = source;
        while way.len() < UPWARDS {
            let [above] = self.cfg.preds[here][..] else { break };
            let edge = func.successors(above).position(|block| block == here);
            way.extend(edge.map(|edge| (above, edge)));
            here = above;
        }
        for (block, edge) in way.into_iter().rev() {
            let last = &func.insts[func.terminator(block)];
            if last.op == Op::Brif {
                self.learn(func, last.args[0], edge == 0, facts);
                self.learn_origins(func, last.args[0], facts);
            }
        }
    }

    /// Carries what a comparison has said about sums and differences over to what they were computed from.
    fn learn_origins(&self, func: &Function, cond: Value, facts: &mut Facts) {
        let Some(test) = edit::defining_inst(func, cond).map(|inst| &func.insts[inst]) else { return };
        if test.op == Op::Icmp && test.ty.is_some_and(Type::is_int) {
            for value in &test.args {
                if let Some((inner, range)) = self.origin(func, *value, facts) {
                    facts.set(inner, range);
                }
            }
        }
    }

    /// The value that a sum or difference was computed from with something known, and its interval.
    fn origin(&self, func: &Function, value: Value, facts: &Facts) -> Option<(Value, Interval)> {
        let data = &func.insts[edit::defining_inst(func, value)?];
        let (checked, back) = match data.op {
            Op::Iadd => (Op::IaddGuard, Op::Isub),
            Op::Isub => (Op::IsubGuard, Op::Iadd),
            _ => return None,
        };
        let at = |value: Value| self.at(func, value, facts);
        let (ty, inner, range) = (func.ty(value), data.args[0], at(value));
        let (known, other) = (at(inner), Interval::point(at(data.args[1]).as_point()?));
        // Where it wraps around, nothing follows.
        let exact =
            !known.is_empty() && !range.is_empty() && interval::cannot_overflow(checked, ty, known, other);
        exact.then(|| (inner, known.intersect(interval::binary(back, ty, range, other))))
    }

    /// Which target the block at the end of an edge goes on to.
    fn outcome(&self, func: &Function, source: Block, edge: usize, facts: &mut Facts) -> Option<usize> {
        let target = &func.insts[func.terminator(source)].targets()[edge];
        let args: Vec<Interval> = target.args.iter().map(|arg| self.at(func, *arg, facts)).collect();
        for (param, range) in func.blocks[target.block].params.iter().zip(args) {
            enter(func, *param, range, facts)?;
        }
        let mut truths: FxHashMap<Value, bool> = FxHashMap::default();
        for inst in &func.blocks[target.block].insts {
            let data = &func.insts[*inst];
            match (data.op, &data.imm) {
                (Op::Icmp, Imm::IntCond(cond)) if data.ty.is_some_and(Type::is_int) => {
                    let truth = self.decide(func, *cond, data.args[0], data.args[1], facts);
                    truths.extend(truth.map(|truth| (data.results[0], truth)));
                }
                (Op::Brif, _) => return truths.get(&data.args[0]).map(|truth| usize::from(!truth)),
                _ => {
                    for result in &data.results {
                        enter(func, *result, self.evaluate(func, data, facts), facts)?;
                    }
                }
            }
        }
        None
    }
}

/// Takes in what a value is on this way; nothing, when control never comes here.
fn enter(func: &Function, value: Value, range: Interval, facts: &mut Facts) -> Option<()> {
    if func.ty(value).is_int() {
        if range.is_empty() {
            return None;
        }
        facts.set(value, range);
    }
    Some(())
}
