//! Global value numbering over the dominator tree: equal pure computations become one, and a guard whose condition a
//! dominating guard or branch has settled goes away.
//!
//! Scoped hash tables as in Briggs, Cooper, Simpson, "Value Numbering".

use super::{Context, Pass, edit};
use crate::cfg::Cfg;
use crate::entity::{Block, Entity, Inst, Value};
use crate::function::{Function, Imm, InstData, Values};
use crate::ops::{Effect, Op};
use crate::types::{FloatCond, IntCond, Type};
use rustc_hash::FxHashMap;

/// The pass.
pub const PASS: Pass = Pass { name: "gvn", summary: "merge equal computations and repeated guards", run };

/// What makes two computations equal.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    op: Op,
    ty: Option<Type>,
    args: Values,
    imm: KeyImm,
}

/// The part of an immediate that takes part in equality.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum KeyImm {
    None,
    Int(i64),
    Float(u64),
    IntCond(IntCond),
    FloatCond(FloatCond),
    Runtime(u32),
}

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let mut pass = Gvn {
        ctx,
        children: cfg.dominator_tree(),
        cfg: &cfg,
        table: FxHashMap::default(),
        facts: FxHashMap::default(),
        undo: Vec::new(),
        renames: edit::Renames::new(),
        changed: false,
    };
    pass.walk(func);
    let Gvn { renames, changed, .. } = pass;
    renames.apply(func);
    changed
}

/// One entry to take back when its scope ends.
enum Undo {
    Computation(Key, Option<Values>),
    Fact(Value, Option<bool>),
}

struct Gvn<'a> {
    ctx: &'a Context<'a>,
    cfg: &'a Cfg,
    children: crate::entity::Table<Block, Vec<Block>>,
    table: FxHashMap<Key, Values>,
    /// Truth values known in the current scope.
    facts: FxHashMap<Value, bool>,
    undo: Vec<Undo>,
    renames: edit::Renames,
    changed: bool,
}

impl Gvn<'_> {
    /// Preorder over the dominator tree with an explicit stack: depth of the tree must not be depth of the host stack.
    fn walk(&mut self, func: &mut Function) {
        enum Step {
            Enter(Block),
            Leave(usize),
        }
        let Some(entry) = func.order.first().copied() else { return };
        let mut stack = vec![Step::Enter(entry)];
        while let Some(step) = stack.pop() {
            match step {
                Step::Leave(mark) => self.leave(mark),
                Step::Enter(block) => {
                    stack.push(Step::Leave(self.undo.len()));
                    self.learn_from_edge(func, block);
                    self.block(func, block);
                    stack.extend(self.children[block].iter().rev().map(|b| Step::Enter(*b)));
                }
            }
        }
    }

    fn leave(&mut self, mark: usize) {
        while self.undo.len() > mark {
            match self.undo.pop() {
                Some(Undo::Computation(key, Some(old))) => drop(self.table.insert(key, old)),
                Some(Undo::Computation(key, None)) => drop(self.table.remove(&key)),
                Some(Undo::Fact(value, Some(old))) => drop(self.facts.insert(value, old)),
                Some(Undo::Fact(value, None)) => drop(self.facts.remove(&value)),
                None => {}
            }
        }
    }

    /// A block with one incoming edge knows how its predecessor's branch went.
    fn learn_from_edge(&mut self, func: &Function, block: Block) {
        let [pred] = self.cfg.preds[block][..] else { return };
        let last = &func.insts[func.terminator(pred)];
        if last.op == Op::Brif {
            let cond = self.renames.resolve(last.args[0]);
            self.learn(func, cond, last.targets()[0].block == block);
        }
    }

    fn learn(&mut self, func: &Function, cond: Value, truth: bool) {
        let old = self.facts.insert(cond, truth);
        self.undo.push(Undo::Fact(cond, old));
        // `bxor.bool x, true` is the negation: knowing one is knowing the other.
        let Some(def) = edit::defining_inst(func, cond) else { return };
        let data = &func.insts[def];
        if data.op == Op::Bxor && edit::as_int(func, self.renames.resolve(data.args[1])) == Some(1) {
            let inner = self.renames.resolve(data.args[0]);
            let old = self.facts.insert(inner, !truth);
            self.undo.push(Undo::Fact(inner, old));
        }
    }

    fn block(&mut self, func: &mut Function, block: Block) {
        let mut insts = std::mem::take(&mut func.blocks[block].insts);
        let before = insts.len();
        insts.retain(|inst| self.inst(func, *inst));
        self.changed |= insts.len() != before;
        func.blocks[block].insts = insts;
    }

    /// Returns whether the instruction stays.
    fn inst(&mut self, func: &mut Function, inst: Inst) -> bool {
        for i in 0..func.insts[inst].args.len() {
            let arg = func.insts[inst].args[i];
            func.insts[inst].args[i] = self.renames.resolve(arg);
        }
        match func.insts[inst].op {
            Op::Guard => self.guard(func, inst),
            Op::Brif => {
                self.branch(func, inst);
                true
            }
            Op::Select => self.select(func, inst) && self.computation(func, inst),
            Op::Icmp | Op::Fcmp => {
                self.settle(func, inst);
                self.computation(func, inst)
            }
            _ => self.computation(func, inst),
        }
    }

    fn guard(&mut self, func: &mut Function, inst: Inst) -> bool {
        let cond = func.insts[inst].args[0];
        if self.facts.get(&cond) == Some(&true) || edit::as_int(func, cond) == Some(1) {
            return false;
        }
        self.learn(func, cond, true);
        true
    }

    fn branch(&mut self, func: &mut Function, inst: Inst) {
        let cond = func.insts[inst].args[0];
        let Some(truth) = self.facts.get(&cond).copied() else { return };
        if edit::as_int(func, cond).is_some() {
            return;
        }
        // The branch stays a branch here; a constant condition is what the simplifier folds.
        let kept = usize::from(!truth);
        if let Imm::Targets(targets) = &mut func.insts[inst].imm {
            let target = targets.list[kept].clone();
            targets.list = vec![target];
            let imm = Imm::Targets(targets.clone());
            edit::rewrite(func, inst, Op::Jump, &[], imm);
            self.changed = true;
        }
    }

    /// A choice whose outcome a branch or guard has settled. Whether the instruction stays.
    fn select(&mut self, func: &mut Function, inst: Inst) -> bool {
        let data = &func.insts[inst];
        let Some(truth) = self.facts.get(&data.args[0]).copied() else { return true };
        let chosen = data.args[if truth { 1 } else { 2 }];
        self.renames.add(data.results[0], chosen);
        edit::forget(func, inst);
        false
    }

    /// A comparison whose opposite a branch or guard has settled becomes a constant.
    fn settle(&mut self, func: &mut Function, inst: Inst) {
        let data = &func.insts[inst];
        let opposite = match data.imm {
            Imm::IntCond(cond) => Imm::IntCond(cond.inverted()),
            // The two that are opposites with NaN among the operands, too.
            Imm::FloatCond(FloatCond::Eq) => Imm::FloatCond(FloatCond::Ne),
            Imm::FloatCond(FloatCond::Ne) => Imm::FloatCond(FloatCond::Eq),
            _ => return,
        };
        let Some(key) = self.key(&InstData { imm: opposite, ..data.clone() }) else { return };
        let known = self.table.get(&key).and_then(|results| self.facts.get(&results[0]));
        if let Some(truth) = known {
            let imm = Imm::Int(i64::from(!truth));
            edit::rewrite(func, inst, Op::Bconst, &[], imm);
            self.changed = true;
        }
    }

    fn computation(&mut self, func: &mut Function, inst: Inst) -> bool {
        let Some(key) = self.key(&func.insts[inst]) else { return true };
        if let Some(known) = self.table.get(&key) {
            let results = func.insts[inst].results.clone();
            for (from, to) in results.iter().zip(known) {
                self.renames.add(*from, *to);
            }
            edit::forget(func, inst);
            return false;
        }
        let results = func.insts[inst].results.iter().copied().collect();
        let old = self.table.insert(key.clone(), results);
        self.undo.push(Undo::Computation(key, old));
        true
    }

    /// The key of a computation that gives the same results whenever its operands are the same.
    ///
    /// Division counts: where the first one was reached without a trap, the second would not trap either. So does
    /// checked arithmetic: the first one's exit would have been taken already.
    fn key(&self, data: &InstData) -> Option<Key> {
        let repeatable = match (data.op.effect(), &data.imm) {
            (Effect::Pure | Effect::Trap | Effect::Guard, _) => true,
            (Effect::Call, Imm::Runtime { runtime, .. }) => self.ctx.module.runtimes[*runtime].is_pure(),
            _ => false,
        };
        if !repeatable || data.results.is_empty() {
            return None;
        }
        let imm = match data.imm {
            Imm::None | Imm::Guard { .. } => KeyImm::None,
            Imm::Int(n) => KeyImm::Int(n),
            Imm::Float(bits) => KeyImm::Float(bits),
            Imm::IntCond(c) => KeyImm::IntCond(c),
            Imm::FloatCond(c) => KeyImm::FloatCond(c),
            Imm::Runtime { runtime, catches, .. } => {
                KeyImm::Runtime(runtime.index() as u32 * 2 + u32::from(catches))
            }
            _ => return None,
        };
        let mut key = Key { op: data.op, ty: data.ty, args: data.args.clone(), imm };
        key.normalise();
        Some(key)
    }
}

impl Key {
    /// Commutative operands in ascending order, comparisons turned to match.
    fn normalise(&mut self) {
        if self.args.len() != 2 || self.args[0] <= self.args[1] {
            return;
        }
        match &mut self.imm {
            KeyImm::IntCond(c) => *c = c.swapped(),
            KeyImm::FloatCond(c) => *c = c.swapped(),
            _ if self.op.is_commutative() => {}
            _ => return,
        }
        self.args.swap(0, 1);
    }
}
