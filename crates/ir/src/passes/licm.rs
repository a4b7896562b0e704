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
use crate::entity::{AliasClass, Block, Inst, Table, Value};
use crate::function::{Function, Imm, InstData, Values};
use crate::ops::{Effect, Op};
use rustc_hash::{FxHashMap, FxHashSet};

/// The pass.
pub const PASS: Pass = Pass { name: "licm", summary: "move what does not change out of loops", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let mut list = Loops::new(func, &cfg).list;
    let (placed, inside) = (edit::placement(func), Table::filled(func.blocks.len(), 0));
    let mut known = Known { cfg, placed, inside, number: 0 };
    let mut changed = false;
    // Inner loops first: what leaves one may leave the next. Moving code makes no loops.
    for index in (0..list.len()).rev() {
        known.number = index as u32 + 1;
        list[index].blocks.iter().for_each(|block| known.inside[*block] = known.number);
        let Some(made) = hoist(func, ctx, &mut known, &list[index]) else { continue };
        changed = true;
        if let Some(made) = made {
            known.add(func, made, &mut list, index);
        }
    }
    changed
}

/// What is known about the function, and kept up to date while code moves.
struct Known {
    /// Of this, only predecessors and reachability of the blocks that were there at first.
    cfg: Cfg,
    placed: Table<Inst, Option<Block>>,
    /// The number of the last loop looked at that a block is in.
    inside: Table<Block, u32>,
    /// The loop being looked at.
    number: u32,
}

impl Known {
    fn is_inside(&self, block: Block) -> bool {
        self.inside[block] == self.number
    }

    /// A preheader was made for a loop.
    fn add(&mut self, func: &Function, made: Block, list: &mut [Loop], index: usize) {
        let header = list[index].header;
        let (inner, outer): (Vec<Block>, Vec<Block>) =
            self.cfg.preds[header].iter().partition(|pred| self.is_inside(**pred));
        self.cfg.preds[header] = inner;
        self.cfg.preds[header].push(made);
        self.cfg.preds.push(outer);
        self.inside.push(0);
        while self.placed.len() < func.insts.len() {
            self.placed.push(Some(made));
        }
        let mut around = list[index].parent;
        while let Some(parent) = around {
            let blocks = &mut list[parent].blocks;
            let at = blocks.iter().position(|block| *block == header).unwrap_or(blocks.len());
            blocks.insert(at, made);
            around = list[parent].parent;
        }
    }
}

/// Moves what does not change in front of a loop. `None` when nothing does; otherwise the preheader, if one had to be made.
fn hoist(func: &mut Function, ctx: &Context<'_>, known: &mut Known, of: &Loop) -> Option<Option<Block>> {
    let moved = Plan::new(func, ctx, of, known).moved;
    if moved.is_empty() {
        return None;
    }
    let there = loops::preheader(func, &known.cfg, of);
    let made = if there.is_some() { None } else { Some(loops::make_preheader(func, &known.cfg, of)?) };
    let front = there.or(made)?;
    moved.iter().for_each(|inst| known.placed[*inst] = Some(front));
    let initial: Values = func.insts[func.terminator(front)].targets()[0].args.clone();
    let params = func.blocks[of.header].params.clone();
    let on_entry: FxHashMap<Value, Value> = params.into_iter().zip(initial).collect();
    let gone: FxHashSet<Inst> = moved.iter().copied().collect();
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
    Some(made)
}

/// What leaves a loop.
struct Plan<'a> {
    func: &'a Function,
    ctx: &'a Context<'a>,
    of: &'a Loop,
    known: &'a Known,
    /// Instructions to move, in an order in which they can stand.
    moved: Vec<Inst>,
    /// Results of those.
    available: FxHashSet<Value>,
    /// Alias classes that the loop writes to.
    written: Table<AliasClass, bool>,
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
    fn new(func: &'a Function, ctx: &'a Context<'a>, of: &'a Loop, known: &'a Known) -> Plan<'a> {
        let written = written(func, ctx, of);
        let mut plan =
            Plan { func, ctx, of, known, moved: Vec::new(), available: FxHashSet::default(), written };
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
                let only =
                    self.known.is_inside(target.block) && self.known.cfg.preds[target.block].len() == 1;
                only.then_some(target.block)
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
        let block = edit::def_block(self.func, &self.known.placed, value);
        self.available.contains(&value) || block.is_some_and(|block| !self.known.is_inside(block))
    }

    /// A divisor that is a constant other than zero never traps.
    fn divides_safely(&self, data: &InstData) -> bool {
        data.args.get(1).is_some_and(|divisor| edit::as_int(self.func, *divisor).is_some_and(|n| n != 0))
    }

    /// Whether nothing in the loop writes what a load reads.
    fn is_unchanged(&self, data: &InstData) -> bool {
        let Imm::Mem { class, .. } = data.imm else { return false };
        // Immutable memory is written only while the object is made: not in the loop, when the object is there before it.
        self.ctx.module.classes[class].immutable || !self.written[class]
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

/// The alias classes that instructions of a loop write to.
fn written(func: &Function, ctx: &Context<'_>, of: &Loop) -> Table<AliasClass, bool> {
    let mut written = Table::filled(ctx.module.classes.len(), false);
    for inst in of.blocks.iter().flat_map(|block| &func.blocks[*block].insts) {
        let data = &func.insts[*inst];
        match (data.op.effect(), &data.imm) {
            (Effect::Write, Imm::Mem { class, .. }) => written[*class] = true,
            (Effect::Write | Effect::Call | Effect::Poll, _) => {
                let classes = memory::written_by(ctx, data);
                for class in ctx.module.classes.keys() {
                    written[class] |= classes.contains(class);
                }
            }
            _ => {}
        }
    }
    written
}

/// Whether an instruction that stays has nothing in it that a moved one could be noticed to have passed.
fn is_silent(op: Op) -> bool {
    matches!(op.effect(), Effect::Pure | Effect::Read) || op == Op::Jump
}
