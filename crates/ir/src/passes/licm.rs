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
//!
//! Other guards move when the loop has an *anchor* ([`Op::Anchor`]) that nothing with an effect lies before, and leave by its
//! state, before the first turn: the guest then goes on at the loop's head as if nothing had been executed. That may leave where
//! the program would not have, on a way through the loop that is not taken, so the reason is the anchor's: who sees it puts no
//! anchor there the next time. What a guard in the loop protects may then move as well (`licm/anchor.rs`).

mod anchor;

use super::{Context, Pass, edit, loops, memory};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{AliasClass, Block, Entity, Inst, State, Table, Value};
use crate::function::{Def, Function, Imm, InstData, Values};
use crate::ops::{Effect, Op};
use anchor::{Anchor, Protection};
use rustc_hash::{FxHashMap, FxHashSet};

/// The pass.
pub const PASS: Pass = Pass { name: "licm", summary: "move what does not change out of loops", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let mut list = Loops::new(func, &cfg).list;
    let (placed, inside) = (edit::placement(func), Table::filled(func.blocks.len(), 0));
    let blocks = func.blocks.len();
    let mut known = Known { cfg, placed, inside, number: 0, blocks };
    let mut changed = false;
    // Inner loops first: what leaves one may leave the next. Moving code makes no loops.
    for index in (0..list.len()).rev() {
        known.number = index as u32 + 1;
        list[index].blocks.iter().for_each(|block| known.inside[*block] = known.number);
        let Some(made) = hoist(func, ctx, &mut known, &list[index]) else { continue };
        changed = true;
        if let Some(made) = made {
            known.add(made, &mut list, index);
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
    /// How many blocks there were at first.
    blocks: usize,
}

impl Known {
    fn is_inside(&self, block: Block) -> bool {
        self.inside[block] == self.number
    }

    /// Whether a block was made here: of such, only predecessors are known.
    fn is_new(&self, block: Block) -> bool {
        block.index() >= self.blocks
    }

    /// A preheader was made for a loop.
    fn add(&mut self, made: Block, list: &mut [Loop], index: usize) {
        let header = list[index].header;
        let (inside, number) = (&self.inside, self.number);
        self.cfg.add_between(header, |pred| inside[pred] == number, made);
        self.inside.push(0);
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
    let Plan { moved, anchor, anchored, .. } = Plan::new(func, ctx, of, known);
    if moved.is_empty() {
        return None;
    }
    let there = loops::preheader(func, &known.cfg, of);
    let made = if there.is_some() { None } else { Some(loops::make_preheader(func, &known.cfg, of)?) };
    let front = there.or(made)?;
    let initial: Values = func.insts[func.terminator(front)].targets()[0].args.clone();
    let params = func.blocks[of.header].params.clone();
    let on_entry: FxHashMap<Value, Value> = params.into_iter().zip(initial).collect();
    let insts =
        moved.iter().filter_map(|moved| if let Moved::Inst(inst) = moved { Some(*inst) } else { None });
    let gone: FxHashSet<Inst> = insts.collect();
    for block in &of.blocks {
        func.blocks[*block].insts.retain(|inst| !gone.contains(inst));
    }
    let last = func.blocks[front].insts.pop();
    let mut moving = Moving { ctx, front, on_entry, anchor, left: None, chosen: Vec::new() };
    for item in &moved {
        match item {
            Moved::Inst(inst) => {
                known.placed[*inst] = Some(front);
                moving.inst(func, *inst, anchored.contains(inst));
            }
            Moved::Choice(choice) => moving.choice(func, choice),
        }
    }
    func.blocks[front].insts.extend(last);
    while known.placed.len() < func.insts.len() {
        known.placed.push(Some(front));
    }
    moving.settle(func, &known.cfg);
    ctx.count("instructions hoisted", moved.len() as u32);
    Some(made)
}

/// What is moved: where to, and what that does to frame states.
struct Moving<'a> {
    ctx: &'a Context<'a>,
    front: Block,
    /// What the header's parameters are on entry.
    on_entry: FxHashMap<Value, Value>,
    anchor: Option<Anchor>,
    /// The anchor's state in front of the loop, once it is needed: all guards that leave by it share the exit.
    left: Option<State>,
    /// Parameters that are no longer, and what stands for them.
    chosen: Vec<(Value, Value)>,
}

impl Moving<'_> {
    fn inst(&mut self, func: &mut Function, inst: Inst, anchored: bool) {
        if let Some(state) = func.insts[inst].state() {
            let anchor = self.anchor.filter(|_| anchored);
            let copy = match (anchor, self.left) {
                (Some(_), Some(left)) => left,
                _ => {
                    let map = |value| self.on_entry.get(&value).copied().unwrap_or(value);
                    edit::copy_state(func, anchor.map_or(state, |anchor| anchor.state), None, &map)
                }
            };
            func.insts[inst].state_mut().into_iter().for_each(|state| *state = copy);
            if let Some(anchor) = anchor {
                self.left = Some(copy);
                func.insts[inst].imm = Imm::Guard { state: copy, reason: anchor.reason };
                self.ctx.count("guards anchored", 1);
            }
            self.ctx.count("guards hoisted", 1);
        }
        func.blocks[self.front].insts.push(inst);
    }

    fn choice(&mut self, func: &mut Function, choice: &Choice) {
        let ty = func.ty(choice.param);
        let args = Values::from_slice(&[choice.cond, choice.values[0], choice.values[1]]);
        let inst = func.make_inst(Op::Select, Some(ty), args, Imm::None, &[ty]);
        func.blocks[self.front].insts.push(inst);
        self.chosen.push((choice.param, func.insts[inst].results[0]));
        self.ctx.count("choices hoisted", 1);
    }

    /// Takes the parameters out whose values are made in front of the loop now.
    fn settle(self, func: &mut Function, cfg: &Cfg) {
        let mut renames = edit::Renames::new();
        for (param, value) in &self.chosen {
            renames.add(*param, *value);
        }
        renames.apply(func);
        for (param, _) in &self.chosen {
            // Where it is now: others in front of it may be gone.
            if let Def::Param(block, index) = func.values[*param].def {
                edit::remove_param(func, block, usize::from(index), &cfg.preds[block]);
            }
        }
    }
}

/// Something that leaves a loop.
enum Moved {
    Inst(Inst),
    Choice(Choice),
}

/// A parameter of a block where the two ways of a branch meet, when neither the branch nor what they hand over changes.
struct Choice {
    param: Value,
    cond: Value,
    /// If the condition holds, and else.
    values: [Value; 2],
}

/// What leaves a loop.
struct Plan<'a> {
    func: &'a Function,
    ctx: &'a Context<'a>,
    of: &'a Loop,
    known: &'a Known,
    /// In an order in which it can stand.
    moved: Vec<Moved>,
    /// Results of that.
    available: FxHashSet<Value>,
    /// Alias classes that the loop writes to.
    written: Table<AliasClass, Written>,
    anchor: Option<Anchor>,
    /// Guards among what leaves that leave by the anchor.
    anchored: FxHashSet<Inst>,
}

/// How a loop writes to an alias class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    Never,
    /// By stores of its own.
    Stores,
    /// By calls.
    Calls,
}

/// How far the lead still goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Nothing that could be noticed has happened.
    Untouched,
    /// Guards and effects have been passed, but every entry gets here: nothing that may trap or read moves past them.
    Over,
}

/// How an instruction may move.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    Stays,
    Plainly,
    /// A guard, which leaves by the anchor.
    Anchored,
}

impl<'a> Plan<'a> {
    fn new(func: &'a Function, ctx: &'a Context<'a>, of: &'a Loop, known: &'a Known) -> Plan<'a> {
        let (written, available) = (written(func, ctx, of), FxHashSet::default());
        let (moved, anchored) = (Vec::new(), FxHashSet::default());
        let mut plan = Plan { func, ctx, of, known, moved, available, written, anchor: None, anchored };
        if of.header != func.entry() {
            plan.anchor = plan.find_anchor();
            plan.collect();
        }
        plan
    }

    /// Blocks of a loop are in reverse postorder: operands come before what uses them.
    fn collect(&mut self) {
        let mut lead = Some((self.of.header, Lead::Untouched));
        let mut protection = Protection::default();
        for block in self.of.blocks.iter().filter(|block| !self.func.blocks[**block].cold) {
            let mut state = match lead {
                Some((at, state)) if at == *block => state,
                _ => Lead::Over,
            };
            self.choices(*block);
            let mut open = self.anchor.is_some() && self.is_open(&protection, *block);
            for inst in &self.func.blocks[*block].insts {
                let data = &self.func.insts[*inst];
                let how = self.may_move(data, state, open);
                if how != Move::Stays {
                    self.moved.push(Moved::Inst(*inst));
                    self.available.extend(data.results.iter().copied());
                    if how == Move::Anchored {
                        self.anchored.insert(*inst);
                    }
                    continue;
                }
                if !is_silent(data.op) {
                    state = Lead::Over;
                }
                open &= data.op.effect() != Effect::Guard || data.op == Op::Anchor || self.changes(data);
            }
            self.leave(&mut protection, *block, open);
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

    /// `open`: nothing that stays protects what is here, and there is an anchor.
    fn may_move(&self, data: &InstData, lead: Lead, open: bool) -> Move {
        if data.op == Op::Anchor || !data.args.iter().all(|arg| self.is_invariant(*arg)) {
            return Move::Stays;
        }
        let untouched = lead == Lead::Untouched;
        let may = match data.op.effect() {
            Effect::Pure => true,
            Effect::Trap => untouched || self.divides_safely(data),
            Effect::Read => (untouched || open) && self.is_unchanged(data),
            // Checked arithmetic defines a value and leaves: both have to be right in front of the loop.
            Effect::Guard if untouched && self.state_is_available(data) => true,
            Effect::Guard if open => return Move::Anchored,
            _ => false,
        };
        if may { Move::Plainly } else { Move::Stays }
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
        self.ctx.module.classes[class].immutable || self.written[class] == Written::Never
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
fn written(func: &Function, ctx: &Context<'_>, of: &Loop) -> Table<AliasClass, Written> {
    let mut written = Table::filled(ctx.module.classes.len(), Written::Never);
    for inst in of.blocks.iter().flat_map(|block| &func.blocks[*block].insts) {
        let data = &func.insts[*inst];
        match (data.op.effect(), &data.imm) {
            (Effect::Write, Imm::Mem { class, .. }) => written[*class] = written[*class].max(Written::Stores),
            (Effect::Write | Effect::Call | Effect::Poll, _) => {
                for class in ctx.module.classes.keys().filter(|class| memory::may_write(ctx, data, *class)) {
                    written[class] = Written::Calls;
                }
            }
            _ => {}
        }
    }
    written
}

/// Whether an instruction that stays has nothing in it that a moved one could be noticed to have passed.
fn is_silent(op: Op) -> bool {
    matches!(op.effect(), Effect::Pure | Effect::Read) || matches!(op, Op::Jump | Op::Anchor)
}
