//! Loop unrolling and peeling: rounds of small loops that are written out.
//!
//! * A counted loop of few rounds is written out whole: its index is a constant in every round, and the tests go away.
//! * The first round is written out in front of the loop when that settles something for the rest: a value handed around that is
//!   the same from the second round on, or a check of something that does not change but is not what the loop starts with, so
//!   that it cannot move in front. Once a round in front has passed the check, those in the loop go away.
//!
//! Every copy has its own guards and frame states, so a round is left as it always was. Code grows by at most
//! [`unroll_budget`](super::Options::unroll_budget) instructions per function.

use super::{Context, Pass, duplicate, edit, induction, loops};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Inst, Table, Value};
use crate::eval::{Const, icmp};
use crate::function::{Function, Imm};
use crate::ops::{Effect, Op};
use rustc_hash::FxHashSet;

/// The pass.
pub const PASS: Pass =
    Pass { name: "unroll", summary: "write out short loops, and first rounds that settle later ones", run };

/// Most rounds of a loop that is written out whole, and most instructions that this makes.
const MAX_ROUNDS: u32 = 16;
const MAX_WHOLE: u32 = 120;
/// Largest loop whose first round is written out.
const MAX_PEELED: u32 = 60;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let mut budget = ctx.options.unroll_budget;
    let mut seen = FxHashSet::default();
    let mut changed = edit::remove_unreachable(func, &Cfg::new(func));
    for _ in 0..duplicate::MAX_LOOPS {
        let cfg = Cfg::new(func);
        let found = Loops::new(func, &cfg);
        let placed = edit::placement(func);
        let planned = duplicate::innermost(&found).into_iter().find_map(|index| {
            let of = &found.list[index];
            let known = !seen.insert(of.header) || of.header == func.entry() || func.blocks[of.header].cold;
            let size = duplicate::size(func, of).filter(|_| !known)?;
            let at = Around { func, cfg: &cfg, of, placed: &placed };
            let plan = at.whole(size, budget).or_else(|| at.first(size, budget))?;
            Some((of, size, plan))
        });
        let Some((of, size, plan)) = planned else { break };
        budget -= plan.rounds * size;
        plan.apply(func, ctx, &cfg, of);
        changed = true;
    }
    changed
}

/// Rounds to write out.
struct Plan {
    rounds: u32,
    /// The test that leaves in the last of them, and how it turns out in the others; `None` when the loop stays.
    test: Option<(Inst, bool)>,
}

impl Plan {
    fn apply(&self, func: &mut Function, ctx: &Context<'_>, cfg: &Cfg, of: &Loop) {
        duplicate::peel(func, cfg, of, self.rounds, |func, round, copy| {
            if let Some((test, stays)) = self.test {
                let truth = stays == (round + 1 < self.rounds);
                edit::rewrite(func, copy.insts[&test].1, Op::Bconst, &[], Imm::Int(i64::from(truth)));
            }
        });
        ctx.count(if self.test.is_some() { "loops unrolled" } else { "loops peeled" }, 1);
    }
}

/// A loop and what plans for it are made from.
struct Around<'a> {
    func: &'a Function,
    cfg: &'a Cfg,
    of: &'a Loop,
    placed: &'a Table<Inst, Option<Block>>,
}

impl Around<'_> {
    /// All rounds, when their number is known and small.
    fn whole(&self, size: u32, budget: u32) -> Option<Plan> {
        let most = (MAX_WHOLE.min(budget) / size.max(1)).min(MAX_ROUNDS);
        let variables = induction::basic(self.func, self.of);
        for variable in &variables {
            let Some(start) = loops::constant_on_entry(self.func, self.cfg, self.of, variable.index) else {
                continue;
            };
            for block in duplicate::every_round(self.func, self.cfg, self.of) {
                let Some((test, stays)) = self.exit_test(block) else { continue };
                if let Some(rounds) = self.rounds(variable, start, (test, stays), most) {
                    return Some(Plan { rounds, test: Some((test, stays)) });
                }
            }
        }
        None
    }

    /// The comparison that a block leaves the loop for, and how it turns out when it stays.
    fn exit_test(&self, block: Block) -> Option<(Inst, bool)> {
        let data = &self.func.insts[self.func.terminator(block)];
        if data.op != Op::Brif {
            return None;
        }
        let stays = |edge: usize| self.of.blocks.contains(&data.targets()[edge].block);
        let test = edit::defining_inst(self.func, data.args[0])?;
        let is_test = self.func.insts[test].op == Op::Icmp && stays(0) != stays(1);
        is_test.then_some((test, stays(0)))
    }

    /// How many rounds are begun when the variable starts with `start` and this test ends the loop; `None` when more than
    /// `most`, or unknown.
    fn rounds(
        &self,
        variable: &induction::Induction,
        start: i64,
        (test, stays): (Inst, bool),
        most: u32,
    ) -> Option<u32> {
        let data = &self.func.insts[test];
        let Imm::IntCond(cond) = data.imm else { return None };
        let ty = data.ty.filter(|ty| ty.is_int())?;
        let (cond, a, end) = match edit::as_int(self.func, data.args[1]) {
            Some(n) => (cond, data.args[0], n),
            None => (cond.swapped(), data.args[1], edit::as_int(self.func, data.args[0])?),
        };
        let (base, offset) = induction::linear(self.func, a);
        if base != variable.param {
            return None;
        }
        let mut at = start.wrapping_add(offset);
        for round in 1..=most {
            if icmp(cond, Const::new(ty, at as u64), Const::new(ty, end as u64)) != stays {
                return Some(round);
            }
            at = at.wrapping_add(variable.step);
        }
        None
    }

    /// One round, when it settles something for the others.
    fn first(&self, size: u32, budget: u32) -> Option<Plan> {
        let settles = || self.settles_parameter() || self.settles_check();
        (size <= MAX_PEELED.min(budget) && settles()).then_some(Plan { rounds: 1, test: None })
    }

    fn is_invariant(&self, value: Value) -> bool {
        duplicate::is_invariant(self.func, self.placed, self.of, value)
    }

    /// A parameter that is one and the same from the second round on, and that something but frame states needs.
    fn settles_parameter(&self) -> bool {
        let Some((latch, edge)) = induction::back_edge(self.func, self.of) else { return false };
        let back = &self.func.insts[self.func.terminator(latch)].targets()[edge].args;
        let settled: FxHashSet<Value> = self.func.blocks[self.of.header]
            .params
            .iter()
            .zip(back)
            .filter(|(_, next)| self.is_invariant(**next))
            .map(|(param, _)| *param)
            .collect();
        let mut insts = self.of.blocks.iter().flat_map(|block| &self.func.blocks[*block].insts);
        !settled.is_empty()
            && insts.any(|inst| self.func.insts[*inst].args.iter().any(|arg| settled.contains(arg)))
    }

    /// Something that may leave or trap and asks the same in every round.
    fn settles_check(&self) -> bool {
        let blocks = duplicate::every_round(self.func, self.cfg, self.of);
        let mut insts = blocks.iter().flat_map(|block| &self.func.blocks[*block].insts);
        insts.any(|inst| {
            let data = &self.func.insts[*inst];
            let checks = matches!(data.op.effect(), Effect::Guard | Effect::Trap);
            checks
                && data.args.iter().all(|arg| self.is_invariant(*arg))
                && data.args.iter().any(|arg| edit::as_int(self.func, *arg).is_none())
        })
    }
}
