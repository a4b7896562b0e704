//! Integer-range propagation: comparisons that can go only one way become constants, checked arithmetic that cannot
//! overflow becomes plain, guards that cannot fail go away.
//!
//! Intervals are propagated over the dominator tree until nothing changes, with widening at block parameters; branches
//! and guards narrow them for what they dominate (Harrison, "Compiler Analysis of the Value Ranges for Variables").
//! Comparisons between two unknown values are remembered too, so that `i < n` settles a later `i <u n`.

mod edges;
mod facts;
pub mod interval;

use super::{Context, Pass, edit};
use crate::cfg::{Cfg, Loops};
use crate::entity::{Block, Inst, Table, Value};
use crate::function::{Function, Imm, InstData};
use crate::ops::{Effect, Op};
use crate::types::{IntCond, Type};
pub use edges::settled;
use facts::Facts;
use interval::Interval;
use rustc_hash::FxHashSet;

/// The pass.
pub const PASS: Pass = Pass { name: "range", summary: "drop checks that value ranges prove", run };

/// Sweeps before block parameters are widened, and after: narrowing recovers what widening gave away.
const EXACT_SWEEPS: u32 = 2;
const NARROWING_SWEEPS: u32 = 2;
/// Sweeps that widen to the next landmark only.
const PATIENT_SWEEPS: u32 = 6;
/// Sweeps after which nothing is taken for granted about loops. What a loop's end says about its bound holds for every loop
/// behind it, and while it is not yet widened it keeps their back-edges dead: loop after loop would need sweeps of its own.
const HOPEFUL_SWEEPS: u32 = 10;

fn run(func: &mut Function, _ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let mut analysis = Analysis::new(func, &cfg);
    analysis.solve(func);
    let mut rewriter = Rewriter { edits: Vec::new() };
    analysis.sweep(func, &mut |analysis, facts, func, inst| rewriter.visit(analysis, facts, func, inst));
    rewriter.apply(func)
}

/// The intervals of all values.
struct Analysis<'a> {
    cfg: &'a Cfg,
    children: Table<Block, Vec<Block>>,
    ranges: Table<Value, Interval>,
    /// What came in over each edge, by source and number of the target: one interval per argument.
    incoming: Table<Block, Vec<Vec<Interval>>>,
    landmarks: Vec<i64>,
    /// Of loops.
    headers: Vec<Block>,
    phase: Phase,
    changed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Exact,
    Widening,
    Narrowing,
}

impl<'a> Analysis<'a> {
    fn new(func: &Function, cfg: &'a Cfg) -> Analysis<'a> {
        let loops = Loops::new(func, cfg);
        let mut analysis = Analysis {
            cfg,
            children: inner_first(&loops, cfg),
            ranges: Table::filled(func.values.len(), Interval::EMPTY),
            incoming: Table::filled(func.blocks.len(), Vec::new()),
            landmarks: landmarks(func),
            headers: loops.list.iter().map(|each| each.header).collect(),
            phase: Phase::Exact,
            changed: false,
        };
        for param in &func.blocks[func.entry()].params {
            analysis.ranges[*param] = Interval::full(func.ty(*param));
        }
        analysis
    }

    fn solve(&mut self, func: &Function) {
        for _ in 0..EXACT_SWEEPS {
            self.changed = false;
            self.sweep(func, &mut |_, _, _, _| {});
            // What a block hands on was computed from what dominates it, in the same sweep: nothing is left to come.
            if !self.changed {
                return;
            }
        }
        self.phase = Phase::Widening;
        for round in 0.. {
            if round == PATIENT_SWEEPS {
                // Straight to the bounds of the type from now on: two more sweeps and everything is at rest.
                self.landmarks.clear();
            }
            if round == HOPEFUL_SWEEPS {
                for param in self.headers.iter().flat_map(|header| &func.blocks[*header].params) {
                    self.ranges[*param] = Interval::full(func.ty(*param));
                }
            }
            self.changed = false;
            self.sweep(func, &mut |_, _, _, _| {});
            if !self.changed {
                break;
            }
        }
        self.phase = Phase::Narrowing;
        for _ in 0..NARROWING_SWEEPS {
            self.sweep(func, &mut |_, _, _, _| {});
        }
    }

    /// One walk over the dominator tree. `visit` sees every instruction with the facts that hold in front of it.
    fn sweep(&mut self, func: &Function, visit: &mut impl FnMut(&Analysis<'_>, &Facts, &Function, Inst)) {
        enum Step {
            Enter(Block),
            Leave(usize),
        }
        let mut facts = Facts::default();
        let mut stack = vec![Step::Enter(func.entry())];
        while let Some(step) = stack.pop() {
            match step {
                Step::Leave(mark) => facts.rewind(mark),
                Step::Enter(block) => {
                    stack.push(Step::Leave(facts.mark()));
                    self.block(func, block, &mut facts, visit);
                    stack.extend(self.children[block].iter().rev().map(|b| Step::Enter(*b)));
                }
            }
        }
    }

    fn block(
        &mut self,
        func: &Function,
        block: Block,
        facts: &mut Facts,
        visit: &mut impl FnMut(&Analysis<'_>, &Facts, &Function, Inst),
    ) {
        self.params(func, block);
        self.learn_from_edge(func, block, facts);
        for inst in &func.blocks[block].insts {
            visit(self, facts, func, *inst);
            self.transfer(func, *inst, facts);
            let data = &func.insts[*inst];
            if data.op == Op::Guard {
                self.learn(func, data.args[0], true, facts);
            }
        }
        let last = func.terminator(block);
        let outgoing: Vec<Vec<Interval>> = (0..func.insts[last].targets().len())
            .map(|edge| self.edge(func, block, last, edge, facts))
            .collect();
        self.incoming[block] = outgoing;
    }

    /// The intervals of the arguments on one edge, with what the branch itself says about them.
    fn edge(
        &self,
        func: &Function,
        _block: Block,
        last: Inst,
        edge: usize,
        facts: &mut Facts,
    ) -> Vec<Interval> {
        let mark = facts.mark();
        let data = &func.insts[last];
        let mut dead = false;
        if data.op == Op::Brif {
            let cond = data.args[0];
            dead = edit::as_int(func, cond).is_some_and(|n| (n != 0) != (edge == 0));
            self.learn(func, cond, edge == 0, facts);
        }
        let args = data.targets()[edge].args.iter();
        let out = args.map(|arg| if dead { Interval::EMPTY } else { self.at(func, *arg, facts) }).collect();
        facts.rewind(mark);
        out
    }

    fn params(&mut self, func: &Function, block: Block) {
        if block == func.entry() {
            return;
        }
        let mut preds = self.cfg.preds[block].clone();
        preds.dedup();
        for (index, param) in func.blocks[block].params.iter().enumerate() {
            let ty = func.ty(*param);
            if !ty.is_int() {
                continue;
            }
            let mut union = Interval::EMPTY;
            for pred in preds.iter().copied() {
                for (edge, target) in func.insts[func.terminator(pred)].targets().iter().enumerate() {
                    if target.block == block {
                        let known = self.incoming[pred].get(edge).and_then(|args| args.get(index));
                        union = union.union(known.copied().unwrap_or(Interval::EMPTY));
                    }
                }
            }
            let old = self.ranges[*param];
            let new = match self.phase {
                Phase::Exact => union,
                Phase::Widening => old.union(union).widen(old, &self.landmarks, ty),
                Phase::Narrowing => old.intersect(union),
            };
            self.changed |= new != old;
            self.ranges[*param] = new;
        }
    }

    fn transfer(&mut self, func: &Function, inst: Inst, facts: &Facts) {
        let data = &func.insts[inst];
        for (index, result) in data.results.iter().copied().enumerate() {
            let ty = func.ty(result);
            if !ty.is_int() {
                continue;
            }
            // Only calls have more than one result. Every integer must get an interval: an empty one says that the
            // value is never computed.
            let new = if index == 0 { self.evaluate(func, data, facts) } else { Interval::full(ty) };
            self.changed |= self.ranges[result] != new;
            self.ranges[result] = new;
        }
    }

    fn evaluate(&self, func: &Function, data: &InstData, facts: &Facts) -> Interval {
        let ty = func.ty(data.results[0]);
        let at = |i: usize| self.at(func, data.args[i], facts);
        match (data.op, &data.imm) {
            (Op::Iconst, Imm::Int(n)) => Interval::point(*n),
            (Op::Select, _) => at(1).union(at(2)),
            (Op::BoolToI32, _) => Interval { lo: 0, hi: 1 },
            (Op::Sext | Op::Zext | Op::Wrap | Op::Sext8 | Op::Sext16, _) => {
                interval::unary(data.op, ty, at(0))
            }
            (op, _) if op.effect() == Effect::Read || data.args.len() == 1 => {
                interval::unary(op, ty, Interval::full(ty))
            }
            (op, _) if op.operands().is_some() && data.args.len() == 2 => {
                interval::binary(op, ty, at(0), at(1))
            }
            _ => Interval::full(ty),
        }
    }

    /// The interval of a value here: what is known everywhere, narrowed by the facts in scope.
    fn at(&self, func: &Function, value: Value, facts: &Facts) -> Interval {
        let ty = func.ty(value);
        if !ty.is_int() {
            return Interval::full(ty);
        }
        facts.narrow(value, self.ranges[value])
    }

    /// Takes in that a condition turned out true or false.
    fn learn(&self, func: &Function, cond: Value, truth: bool, facts: &mut Facts) {
        let mut work = vec![(cond, truth)];
        while let Some((cond, truth)) = work.pop() {
            let Some(def) = edit::defining_inst(func, cond) else { continue };
            let data = &func.insts[def];
            match (data.op, &data.imm) {
                (Op::Icmp, Imm::IntCond(c)) if data.ty.is_some_and(Type::is_int) => {
                    let c = if truth { *c } else { c.inverted() };
                    self.learn_comparison(func, c, data.args[0], data.args[1], facts);
                }
                (Op::Bxor, _) if edit::as_int(func, data.args[1]) == Some(1) => {
                    work.push((data.args[0], !truth))
                }
                (Op::Band, _) if truth => work.extend(data.args.iter().map(|v| (*v, true))),
                (Op::Bor, _) if !truth => work.extend(data.args.iter().map(|v| (*v, false))),
                _ => {}
            }
        }
    }

    fn learn_comparison(&self, func: &Function, cond: IntCond, a: Value, b: Value, facts: &mut Facts) {
        let (ra, rb) = (self.at(func, a, facts), self.at(func, b, facts));
        facts.set(a, ra.refine(cond, rb));
        facts.set(b, rb.refine(cond.swapped(), ra));
        facts.relate(cond, a, b);
        // What holds for a sign extension holds for the 32-bit value it came from.
        for (value, range) in [(a, ra.refine(cond, rb)), (b, rb.refine(cond.swapped(), ra))] {
            let Some(def) = edit::defining_inst(func, value) else { continue };
            if func.insts[def].op == Op::Sext {
                let inner = func.insts[def].args[0];
                let known = self.at(func, inner, facts);
                facts.set(inner, known.intersect(range));
            }
        }
    }

    fn learn_from_edge(&self, func: &Function, block: Block, facts: &mut Facts) {
        let [pred] = self.cfg.preds[block][..] else { return };
        let last = &func.insts[func.terminator(pred)];
        if last.op == Op::Brif {
            self.learn(func, last.args[0], last.targets()[0].block == block, facts);
        }
    }

    /// Whether a comparison is settled here.
    fn decide(&self, func: &Function, cond: IntCond, a: Value, b: Value, facts: &Facts) -> Option<bool> {
        let (ra, rb) = (self.at(func, a, facts), self.at(func, b, facts));
        if let Some(verdict) = ra.compare(cond, rb) {
            return Some(verdict);
        }
        let nonnegative = ra.lo >= 0 && rb.lo >= 0;
        facts.implies(cond, a, b, nonnegative).or_else(|| {
            let inner = |v: Value| {
                let def = edit::defining_inst(func, v)?;
                let data = &func.insts[def];
                let widens =
                    data.op == Op::Sext || data.op == Op::Zext && self.at(func, data.args[0], facts).lo >= 0;
                widens.then(|| data.args[0])
            };
            facts.implies(cond, inner(a)?, inner(b)?, nonnegative)
        })
    }
}

/// The dominator tree, loops ahead of what follows them: what comes back to a header is there before the next sweep gets
/// beyond the loop. Otherwise every loop of a sequence would need sweeps of its own.
fn inner_first(loops: &Loops, cfg: &Cfg) -> Table<Block, Vec<Block>> {
    let mut children = cfg.dominator_tree();
    children.values_mut().for_each(|list| list.sort_by_key(|block| std::cmp::Reverse(loops.depth(*block))));
    children
}

/// Constants of the function and their neighbours: where loop bounds come to rest.
fn landmarks(func: &Function) -> Vec<i64> {
    let mut marks = vec![-1, 0, 1, 255, 65535, i64::from(i32::MIN), i64::from(i32::MAX)];
    for inst in func.order.iter().flat_map(|b| &func.blocks[*b].insts) {
        if let (Op::Iconst, Imm::Int(n)) = (func.insts[*inst].op, &func.insts[*inst].imm) {
            marks.extend([n.saturating_sub(1), *n, n.saturating_add(1)]);
        }
    }
    marks.sort_unstable();
    marks.dedup();
    // Each landmark can cost a sweep; a function full of constants gets an even selection of them.
    let step = marks.len().div_ceil(64).max(1);
    marks.into_iter().step_by(step).collect()
}

/// What to change once the walk is over.
enum Edit {
    /// The instruction computes this constant.
    Constant(Inst, Type, i64),
    /// Checked arithmetic that cannot overflow.
    Unchecked(Inst, Op),
    /// A guard that cannot fail.
    Remove(Inst),
}

struct Rewriter {
    edits: Vec<Edit>,
}

impl Rewriter {
    fn visit(&mut self, analysis: &Analysis<'_>, facts: &Facts, func: &Function, inst: Inst) {
        let data = &func.insts[inst];
        match (data.op, &data.imm) {
            (Op::Icmp, Imm::IntCond(cond)) if data.ty.is_some_and(Type::is_int) => {
                if let Some(truth) = analysis.decide(func, *cond, data.args[0], data.args[1], facts) {
                    self.edits.push(Edit::Constant(inst, Type::Bool, i64::from(truth)));
                }
            }
            (Op::IaddGuard | Op::IsubGuard | Op::ImulGuard, _) => {
                let (a, b) = (analysis.at(func, data.args[0], facts), analysis.at(func, data.args[1], facts));
                let ty = func.ty(data.results[0]);
                if !a.is_empty() && !b.is_empty() && interval::cannot_overflow(data.op, ty, a, b) {
                    let plain = match data.op {
                        Op::IaddGuard => Op::Iadd,
                        Op::IsubGuard => Op::Isub,
                        _ => Op::Imul,
                    };
                    self.edits.push(Edit::Unchecked(inst, plain));
                }
            }
            (Op::Guard, _) => {
                let Some(def) = edit::defining_inst(func, data.args[0]) else { return };
                let test = &func.insts[def];
                if let (Op::Icmp, Imm::IntCond(cond)) = (test.op, &test.imm)
                    && test.ty.is_some_and(Type::is_int)
                    && analysis.decide(func, *cond, test.args[0], test.args[1], facts) == Some(true)
                {
                    self.edits.push(Edit::Remove(inst));
                }
            }
            (op, _) if op.effect() == Effect::Pure && op != Op::Iconst => {
                let Some(result) = data.results.first().filter(|v| func.ty(**v).is_int()) else { return };
                if let Some(n) = analysis.ranges[*result].as_point() {
                    self.edits.push(Edit::Constant(inst, func.ty(*result), n));
                }
            }
            _ => {}
        }
    }

    fn apply(self, func: &mut Function) -> bool {
        let changed = !self.edits.is_empty();
        let mut removed = FxHashSet::default();
        for change in self.edits {
            match change {
                Edit::Constant(inst, Type::Bool, n) => {
                    edit::rewrite(func, inst, Op::Bconst, &[], Imm::Int(n))
                }
                Edit::Constant(inst, ty, n) => {
                    edit::rewrite(func, inst, Op::Iconst, &[], Imm::Int(n));
                    func.insts[inst].ty = Some(ty);
                }
                Edit::Unchecked(inst, op) => {
                    let args = func.insts[inst].args.clone();
                    edit::rewrite(func, inst, op, &args, Imm::None);
                }
                Edit::Remove(inst) => drop(removed.insert(inst)),
            }
        }
        if !removed.is_empty() {
            for block in func.order.clone() {
                edit::retain(func, block, |_, inst| !removed.contains(&inst));
            }
        }
        changed
    }
}
