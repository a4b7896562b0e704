//! Loop-invariant code motion: what computes the same in every turn of a loop is computed once, in front of it.
//!
//! Pure operations move from anywhere in the loop. What may trap, read memory or leave moves only when the loop is certain to
//! get there before anything else can happen: from the *lead*, the instructions that every entry into the loop executes, up
//! to the first branch.
//!
//! A guard moves with its own frame state, the header's parameters replaced by what they are on entry. That state is right in
//! the preheader because of what lies between: from the preheader to the guard only instructions are executed that have no
//! effect (anything else ends the lead for guards), so the guest's state at the guard in the first turn is the guest's state at
//! the preheader; and every value the frame state names must be available there. In later turns the guard would have passed as
//! it did in the first, because its condition has not changed. When it fails in front of the loop, it would have failed in the
//! first turn, at the same place of the guest's program with the same values.

use super::{Context, Pass, edit, loops, memory};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Inst, Table, Value};
use crate::function::{Function, Imm, InstData, Values};
use crate::ops::{Effect, Op};
use std::collections::{HashMap, HashSet};

/// The pass.
pub const PASS: Pass = Pass { name: "licm", summary: "move what does not change out of loops", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let mut changed = false;
    let cfg = Cfg::new(func);
    let count = Loops::new(func, &cfg).list.len();
    // Inner loops first: what leaves one may leave the next. Numbers stay: moving code makes no loops.
    for index in (0..count).rev() {
        let cfg = Cfg::new(func);
        let found = Loops::new(func, &cfg);
        let Some(of) = found.list.get(index) else { break };
        changed |= hoist(func, ctx, &cfg, of);
    }
    changed
}

fn hoist(func: &mut Function, ctx: &Context<'_>, cfg: &Cfg, of: &Loop) -> bool {
    let moved = Plan::new(func, ctx, of).moved;
    if moved.is_empty() {
        return false;
    }
    let Some(front) = loops::preheader(func, cfg, of).or_else(|| loops::make_preheader(func, cfg, of)) else {
        return false;
    };
    let initial: Values = func.insts[func.terminator(front)].targets()[0].args.clone();
    let params = func.blocks[of.header].params.clone();
    let on_entry: HashMap<Value, Value> = params.into_iter().zip(initial).collect();
    let gone: HashSet<Inst> = moved.iter().copied().collect();
    for block in &of.blocks {
        func.blocks[*block].insts.retain(|inst| !gone.contains(inst));
    }
    let last = func.blocks[front].insts.pop();
    for inst in &moved {
        if let Some(state) = func.insts[*inst].state() {
            let map = |value| on_entry.get(&value).copied().unwrap_or(value);
            let copy = edit::copy_state(func, state, None, &map);
            func.insts[*inst].state_mut().into_iter().for_each(|state| *state = copy);
            ctx.count("guards hoisted", 1);
        }
        func.blocks[front].insts.push(*inst);
    }
    func.blocks[front].insts.extend(last);
    ctx.count("instructions hoisted", moved.len() as u32);
    true
}

/// What leaves a loop.
struct Plan<'a> {
    func: &'a Function,
    ctx: &'a Context<'a>,
    of: &'a Loop,
    placed: Table<Inst, Option<Block>>,
    /// Instructions to move, in an order in which they can stand.
    moved: Vec<Inst>,
    /// Results of those.
    available: HashSet<Value>,
    /// What the loop does to memory.
    writers: Vec<Inst>,
}

/// How far the lead still goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Nothing that could be noticed has happened.
    Untouched,
    /// Guards and effects have been passed, but every entry gets here: nothing that may trap or read moves past them.
    Over,
}

impl<'a> Plan<'a> {
    fn new(func: &'a Function, ctx: &'a Context<'a>, of: &'a Loop) -> Plan<'a> {
        let insts = of.blocks.iter().flat_map(|block| &func.blocks[*block].insts);
        let writes = |inst: &Inst| {
            matches!(func.insts[*inst].op.effect(), Effect::Write | Effect::Call | Effect::Poll)
        };
        let writers = insts.copied().filter(writes).collect();
        let placed = edit::placement(func);
        let mut plan = Plan { func, ctx, of, placed, moved: Vec::new(), available: HashSet::new(), writers };
        if of.header != func.entry() {
            plan.collect();
        }
        plan
    }

    /// Blocks of a loop are in reverse postorder: operands come before what uses them.
    fn collect(&mut self) {
        let mut lead = Some((self.of.header, Lead::Untouched));
        for block in self.of.blocks.iter().filter(|block| !self.func.blocks[**block].cold) {
            let mut state = match lead {
                Some((at, state)) if at == *block => state,
                _ => Lead::Over,
            };
            for inst in &self.func.blocks[*block].insts {
                let data = &self.func.insts[*inst];
                if self.may_move(data, state) {
                    self.moved.push(*inst);
                    self.available.extend(data.results.iter().copied());
                } else if !is_silent(data.op) {
                    state = Lead::Over;
                }
            }
            if lead.is_some_and(|(at, _)| at == *block) {
                lead = self.follow(*block).map(|next| (next, state));
            }
        }
    }

    /// The block that control goes to for certain, and that is reached in no other way.
    fn follow(&self, block: Block) -> Option<Block> {
        let last = &self.func.insts[self.func.terminator(block)];
        match (last.op, last.targets()) {
            (Op::Jump, [target]) if target.block != self.of.header && target.args.is_empty() => {
                let others =
                    self.of.blocks.iter().filter(|b| self.func.successors(**b).any(|s| s == target.block));
                (self.of.blocks.contains(&target.block) && others.count() == 1).then_some(target.block)
            }
            _ => None,
        }
    }

    fn may_move(&self, data: &InstData, lead: Lead) -> bool {
        if !data.args.iter().all(|arg| self.is_invariant(*arg)) {
            return false;
        }
        match data.op.effect() {
            Effect::Pure => true,
            Effect::Trap => lead == Lead::Untouched || self.divides_safely(data),
            Effect::Read => lead == Lead::Untouched && self.is_unchanged(data),
            // Checked arithmetic defines a value and leaves: both have to be right in front of the loop.
            Effect::Guard => lead == Lead::Untouched && self.state_is_available(data),
            _ => false,
        }
    }

    fn is_invariant(&self, value: Value) -> bool {
        self.available.contains(&value) || loops::is_outside(self.func, &self.placed, self.of, value)
    }

    /// A divisor that is a constant other than zero never traps.
    fn divides_safely(&self, data: &InstData) -> bool {
        data.args.get(1).is_some_and(|divisor| edit::as_int(self.func, *divisor).is_some_and(|n| n != 0))
    }

    /// Whether nothing in the loop writes what a load reads.
    fn is_unchanged(&self, data: &InstData) -> bool {
        let Imm::Mem { class, .. } = data.imm else { return false };
        let written = |inst: &Inst| {
            let writer = &self.func.insts[*inst];
            match writer.imm {
                Imm::Mem { class: other, .. } => other == class,
                _ => memory::written_by(self.ctx, writer).contains(class),
            }
        };
        if self.ctx.module.classes[class].immutable {
            // Written only while the object is made: not in the loop, when the object is there before it.
            return true;
        }
        !self.writers.iter().any(written)
    }

    /// Whether every value that a guard's frame state names is known in front of the loop.
    fn state_is_available(&self, data: &InstData) -> bool {
        let params = &self.func.blocks[self.of.header].params;
        let mut all = true;
        if let Some(state) = data.state() {
            self.func.each_state_use(state, &mut |value| {
                all &= params.contains(&value) || self.is_invariant(value);
            });
        }
        all
    }
}

/// Whether an instruction that stays has nothing in it that a moved one could be noticed to have passed.
fn is_silent(op: Op) -> bool {
    matches!(op.effect(), Effect::Pure | Effect::Read) || op == Op::Jump
}
