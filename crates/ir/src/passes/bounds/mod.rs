//! Bounds- and overflow-check elimination in counted loops: rounds that cannot fail a check are executed without it.
//!
//! In front of a loop goes a version of it for the rounds in which the induction variable lies between limits that are computed
//! once: below the length that it is checked against, far enough from the ends of its type, where the loop's own test stays. In
//! that version these checks are gone, the only comparison left is that with the limit, and where it ends, control goes on in
//! the loop as it was, with every check in place.
//!
//! This is what HotSpot does (pre, main and post loops). The other way, V8's and LuaJIT's, is a guard in front of the loop that
//! leaves when some round would. It needs a frame state from before the loop, leaves where the program would not have (a check
//! under a condition, a loop left early), and so has to tell the tiering policy not to do that again. Versions need neither:
//! every exit is taken where it would have been, with its own frame state, and a wrong guess costs a few comparisons. What they
//! cost is code, which [`unroll_budget`](super::Options::unroll_budget) limits.

mod limits;
pub(super) mod split;

use super::{Context, Pass, duplicate, edit, induction, loops};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Inst, Table, Value};
use crate::function::{Function, Imm};
use crate::ops::Op;
use crate::types::{IntCond, Type};
use limits::Limits;
use rustc_hash::FxHashSet;
use split::{Plan, Settled};

/// The pass.
pub const PASS: Pass =
    Pass { name: "bounds", summary: "run loops without the checks that limits of the index prove", run };

/// Largest loop that gets a second version, in instructions without constants.
const MAX_SIZE: u32 = 120;
/// What entering the second version takes, about.
const ENTRY_SIZE: u32 = 6;

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
            let size = affordable(func, of, budget).filter(|_| seen.insert(of.header))?;
            let plan = best(&Analysis { func, cfg: &cfg, of, placed: &placed })?;
            Some((of, size, plan))
        });
        let Some((of, size, plan)) = planned else { break };
        ctx.count("loops without checks", 1);
        ctx.count("checks removed from loops", plan.checks());
        if plan.apply(func, &cfg, of).is_some() {
            budget -= size;
            changed = true;
        }
    }
    changed
}

/// The size of a version of the loop, when one may be made.
fn affordable(func: &Function, of: &Loop, budget: u32) -> Option<u32> {
    if of.header == func.entry() || func.blocks[of.header].cold {
        return None;
    }
    let size = duplicate::size(func, of)?;
    (size <= MAX_SIZE && size + ENTRY_SIZE <= budget).then_some(size + ENTRY_SIZE)
}

/// The plan that removes most checks: one for each induction variable.
fn best(at: &Analysis<'_>) -> Option<Plan> {
    let variables = induction::basic(at.func, at.of);
    let plans = variables.iter().filter_map(|variable| at.plan(variable, 1));
    plans
        .filter(|plan| plan.checks() > 0)
        .reduce(|best, plan| if plan.checks() > best.checks() { plan } else { best })
}

impl Plan {
    /// Checks that the fast version goes without.
    pub(super) fn checks(&self) -> u32 {
        self.settled.iter().filter(|settled| !matches!(settled, Settled::Comparison(..))).count() as u32
    }
}

/// What plans are made from.
pub(super) struct Analysis<'a> {
    pub(super) func: &'a Function,
    pub(super) cfg: &'a Cfg,
    pub(super) of: &'a Loop,
    pub(super) placed: &'a Table<Inst, Option<Block>>,
}

impl Analysis<'_> {
    /// A plan for one variable: with everything that its limits can settle in blocks that every round passes. (A check that
    /// is made in some rounds only must not end the fast version for all.)
    pub(super) fn plan(&self, variable: &induction::Induction, rounds: u32) -> Option<Plan> {
        let back = induction::back_edge(self.func, self.of)?;
        let mut limits = Limits::new(self.func, variable);
        let mut settled = Vec::new();
        let mut last = None;
        for block in duplicate::every_round(self.func, self.cfg, self.of) {
            for inst in &self.func.blocks[block].insts {
                let data = &self.func.insts[*inst];
                match data.op {
                    Op::Guard if self.holds(&mut limits, data.args[0], true, 0) => {
                        settled.push(Settled::Guard(*inst));
                    }
                    Op::IaddGuard | Op::IsubGuard if self.fits(&mut limits, *inst) => {
                        settled.push(Settled::Arithmetic(*inst));
                    }
                    Op::Brif if block == back.0 => {
                        last = self.last_test(&mut limits, variable, *inst, back.1)
                    }
                    Op::Brif => settled.extend(self.exit_test(&mut limits, *inst)),
                    _ => {}
                }
            }
        }
        limits.ahead(i128::from(rounds) - 1, variable.step);
        // The steps themselves are numbers of the type, each.
        let start = loops::constant_on_entry(self.func, self.cfg, self.of, variable.index);
        let plan = Plan { variable: *variable, limits, settled, last, back, start, rounds };
        (plan.limits.can_hold() && plan.limits.ends() && plan.can_start()).then_some(plan)
    }

    /// Asks for a condition to turn out like this.
    fn holds(&self, limits: &mut Limits, cond: Value, truth: bool, before: i64) -> bool {
        let Some((cond, a, b, ty)) = self.comparison(cond) else { return false };
        let cond = if truth { cond } else { cond.inverted() };
        let invariant = |value| duplicate::is_invariant(self.func, self.placed, self.of, value);
        ty == limits.ty && limits.require(self.func, invariant, (cond, a, b), before)
    }

    fn comparison(&self, cond: Value) -> Option<(IntCond, Value, Value, Type)> {
        let data = &self.func.insts[edit::defining_inst(self.func, cond)?];
        match (data.op, &data.imm, data.ty) {
            (Op::Icmp, Imm::IntCond(cond), Some(ty)) => Some((*cond, data.args[0], data.args[1], ty)),
            _ => None,
        }
    }

    fn fits(&self, limits: &mut Limits, inst: Inst) -> bool {
        let data = &self.func.insts[inst];
        let constant = |i: usize| edit::as_int(self.func, data.args[i]);
        if data.ty != Some(limits.ty) {
            return false;
        }
        match (data.op, constant(0), constant(1)) {
            (Op::IaddGuard, _, Some(n)) => limits.require_sum(self.func, data.args[0], i128::from(n)),
            (Op::IaddGuard, Some(n), _) => limits.require_sum(self.func, data.args[1], i128::from(n)),
            (Op::IsubGuard, _, Some(n)) => limits.require_sum(self.func, data.args[0], -i128::from(n)),
            _ => false,
        }
    }

    /// A branch out of the loop that is not taken between the limits.
    fn exit_test(&self, limits: &mut Limits, branch: Inst) -> Option<Settled> {
        let data = &self.func.insts[branch];
        let stays = |edge: usize| self.of.blocks.contains(&data.targets()[edge].block);
        let truth = match (stays(0), stays(1)) {
            (true, false) => true,
            (false, true) => false,
            _ => return None,
        };
        let test = edit::defining_inst(self.func, data.args[0])?;
        self.holds(limits, data.args[0], truth, 0).then_some(Settled::Comparison(test, truth))
    }

    /// The branch at the end: it goes back when the next round lies between the limits.
    fn last_test(
        &self,
        limits: &mut Limits,
        variable: &induction::Induction,
        branch: Inst,
        edge: usize,
    ) -> Option<(Inst, bool)> {
        let data = &self.func.insts[branch];
        let other = data.targets()[1 - edge].block;
        if self.of.blocks.contains(&other) {
            return None;
        }
        let test = edit::defining_inst(self.func, data.args[0])?;
        self.holds(limits, data.args[0], edge == 0, variable.step).then_some((test, edge == 0))
    }
}

impl Plan {
    /// Whether the first round can lie between the constant limits.
    fn can_start(&self) -> bool {
        let inside = |n: i64| self.limits.lower < i128::from(n) && i128::from(n) < self.limits.upper;
        self.start.is_none_or(inside)
    }
}
