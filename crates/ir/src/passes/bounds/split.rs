//! The transformation: a version of a loop for the rounds between limits, in front of the loop itself.

use super::limits::{Limits, extremes};
use crate::cfg::{Cfg, Loop};
use crate::entity::{Block, Inst, Value};
use crate::function::{Function, Imm, InstData, Target, Targets, Values};
use crate::ops::Op;
use crate::passes::duplicate::{self, Copy, Outer};
use crate::passes::induction::Induction;
use crate::passes::{edit, loops};
use crate::types::{IntCond, Type};

/// What is settled in the fast version.
#[derive(Clone, Copy, Debug)]
pub(in crate::passes) enum Settled {
    /// A guard that does not fail.
    Guard(Inst),
    /// Checked arithmetic that fits.
    Arithmetic(Inst),
    /// A comparison that turns out like this.
    Comparison(Inst, bool),
}

/// A fast version to make.
#[derive(Debug)]
pub(in crate::passes) struct Plan {
    /// The variable that has limits.
    pub(super) variable: Induction,
    pub(super) limits: Limits,
    /// What the limits settle in every round.
    pub(super) settled: Vec<Settled>,
    /// The test at the end of the loop, when the limits say that it stays, and how it turns out then.
    pub(super) last: Option<(Inst, bool)>,
    /// The block and edge that go back.
    pub(super) back: (Block, usize),
    /// The variable on entry, when that is a constant.
    pub(super) start: Option<i64>,
    /// Rounds of the loop in one round of the fast version.
    pub(super) rounds: u32,
}

impl Plan {
    /// Makes the fast version. It ends when the next rounds would not lie between the limits, and goes on in the loop as it
    /// was: so that is right whatever the limits are.
    pub(super) fn apply(&self, func: &mut Function, cfg: &Cfg, of: &Loop) -> Option<()> {
        let outer = Outer::of(func, of);
        let front = loops::make_preheader(func, cfg, of)?;
        let copies: Vec<Copy> = (0..self.rounds).map(|_| duplicate::copy(func, of)).collect();
        for (i, copy) in copies.iter().enumerate() {
            self.settle(func, copy);
            if let Some(next) = copies.get(i + 1) {
                self.settle_last(func, copy);
                let (own, next) = (copy.blocks[&of.header], next.blocks[&of.header]);
                duplicate::redirect(func, copy.blocks[&self.back.0], own, next);
            }
        }
        let (first, last) = (copies.first()?.blocks[&of.header], copies.last()?);
        let limit = self.enter(func, front, of.header, first);
        self.go_round(func, of.header, (first, last), limit);
        self.drop_last(func, last, &outer);
        outer.repair(func, &copies);
        for block in &of.blocks {
            func.blocks[*block].cold = true;
        }
        Some(())
    }

    fn settle(&self, func: &mut Function, copy: &Copy) {
        for settled in &self.settled {
            match *settled {
                Settled::Comparison(inst, truth) => settle_comparison(func, copy, inst, truth),
                Settled::Guard(guard) => {
                    let always = func.insts[guard].args[0];
                    let made = copied(func, copy, guard);
                    if let Some(test) = edit::defining_inst(func, always) {
                        settle_comparison(func, copy, test, true);
                    }
                    func.blocks[made.0].insts.retain(|inst| *inst != made.1);
                }
                Settled::Arithmetic(inst) => {
                    let (_, made) = copied(func, copy, inst);
                    let plain = if func.insts[made].op == Op::IaddGuard { Op::Iadd } else { Op::Isub };
                    let args = func.insts[made].args.clone();
                    edit::rewrite(func, made, plain, &args, Imm::None);
                }
            }
        }
    }

    fn settle_last(&self, func: &mut Function, copy: &Copy) {
        if let Some((test, truth)) = self.last {
            settle_comparison(func, copy, test, truth);
        }
    }

    /// Ends the block in front of the loops: computes the limit that ends the fast version, which is handed back, and enters
    /// the fast version when the variable lies between the limits.
    fn enter(&self, func: &mut Function, front: Block, slow: Block, fast: Block) -> Value {
        func.blocks[front].insts.pop();
        let limits = &self.limits;
        let (near, far) = if limits.ascending {
            ((limits.upper, &limits.uppers), (limits.lower, &limits.lowers))
        } else {
            ((limits.lower, &limits.lowers), (limits.upper, &limits.uppers))
        };
        let mut at = Front { func, block: front, ty: limits.ty };
        let (inside, outside) = self.conditions();
        let limit = at.tightest(near, inside);
        let start = at.func.blocks[front].params[self.variable.index];
        let mut enter = at.compare(inside, start, limit);
        for (x, bound) in far.1 {
            let other = at.sum(*x, *bound);
            let holds = at.compare(outside, start, other);
            enter = at.both(enter, holds);
        }
        let (min, max) = extremes(limits.ty);
        if (min..=max).contains(&far.0) && self.start.is_none() {
            let other = at.constant(far.0);
            let holds = at.compare(outside, start, other);
            enter = at.both(enter, holds);
        }
        let args = func.blocks[front].params.clone();
        let targets = [Target { block: fast, args: args.clone() }, Target { block: slow, args }];
        branch(func, front, enter, targets);
        limit
    }

    /// The comparisons of the variable with the limit that ends the fast version, and with the others.
    fn conditions(&self) -> (IntCond, IntCond) {
        if self.limits.ascending { (IntCond::Slt, IntCond::Sgt) } else { (IntCond::Sgt, IntCond::Slt) }
    }

    /// Ends a round of the fast version: another one, or on in the loop as it was.
    fn go_round(&self, func: &mut Function, slow: Block, (fast, last): (Block, &Copy), limit: Value) {
        let latch = last.blocks[&self.back.0];
        let jump = func.terminator(latch);
        let back = func.insts[jump].targets()[self.back.1].clone();
        let (inside, _) = self.conditions();
        let next = back.args[self.variable.index];
        let test = func.make_inst(
            Op::Icmp,
            Some(self.limits.ty),
            Values::from_slice(&[next, limit]),
            Imm::IntCond(inside),
            &[Type::Bool],
        );
        let again = func.insts[test].results[0];
        let ending = func.add_block();
        func.order.pop();
        let at = func.order.iter().position(|block| *block == latch).map_or(func.order.len(), |at| at + 1);
        func.order.insert(at, ending);
        let round = Target { block: fast, args: back.args.clone() };
        let Some((compared, _)) = self.last else {
            // Whatever else is decided at the end: going back depends on the limit, too.
            func.insts[jump].targets_mut()[self.back.1] = Target { block: ending, args: Values::new() };
            func.blocks[ending].insts.push(test);
            branch(func, ending, again, [round, Target { block: slow, args: back.args }]);
            return;
        };
        // The loop's own test is asked when the limit is reached.
        let (_, compared) = copied(func, last, compared);
        let InstData { op, ty, args, imm, .. } = func.insts[compared].clone();
        let own = func.make_inst(op, ty, args, imm, &[Type::Bool]);
        let mut targets = func.insts[jump].targets().to_vec();
        targets[self.back.1].block = slow;
        func.blocks[ending].insts.push(own);
        let stays = func.insts[own].results[0];
        if let [first, second] = &targets[..] {
            branch(func, ending, stays, [first.clone(), second.clone()]);
        }
        func.blocks[latch].insts.pop();
        func.blocks[latch].insts.push(test);
        branch(func, latch, again, [round, Target { block: ending, args: Values::new() }]);
    }

    /// Takes the loop's own test out of the fast version when nobody else looks at it: once there is an equal one behind it,
    /// it would seem to be worth keeping.
    fn drop_last(&self, func: &mut Function, last: &Copy, outer: &Outer) {
        let Some((test, _)) = self.last else { return };
        let (block, made) = copied(func, last, test);
        let result = func.insts[made].results[0];
        let mut used = outer.has(func.insts[test].results[0]);
        for inst in last.blocks.values().flat_map(|block| &func.blocks[*block].insts) {
            func.each_use(*inst, |value| used |= value == result);
        }
        if !used {
            edit::retain(func, block, |_, inst| inst != made);
        }
    }
}

fn settle_comparison(func: &mut Function, copy: &Copy, inst: Inst, truth: bool) {
    let (_, made) = copied(func, copy, inst);
    edit::rewrite(func, made, Op::Bconst, &[], Imm::Int(i64::from(truth)));
}

/// The copy of an instruction, and its block.
fn copied(func: &Function, copy: &Copy, inst: Inst) -> (Block, Inst) {
    let found = copy.insts[&inst];
    debug_assert_eq!(func.insts[found.1].results.len(), func.insts[inst].results.len());
    found
}

fn branch(func: &mut Function, from: Block, cond: Value, targets: [Target; 2]) {
    let targets = Targets { list: targets.to_vec(), cases: Vec::new() };
    let args = Values::from_slice(&[cond]);
    let inst = func.make_inst(Op::Brif, None, args, Imm::Targets(Box::new(targets)), &[]);
    func.blocks[from].insts.push(inst);
}

/// Instructions in front of the loops.
struct Front<'a> {
    func: &'a mut Function,
    block: Block,
    ty: Type,
}

impl Front<'_> {
    fn push(&mut self, op: Op, ty: Option<Type>, args: &[Value], imm: Imm, result: Type) -> Value {
        let inst = self.func.make_inst(op, ty, Values::from_slice(args), imm, &[result]);
        self.func.blocks[self.block].insts.push(inst);
        self.func.insts[inst].results[0]
    }

    fn constant(&mut self, n: i128) -> Value {
        self.push(Op::Iconst, Some(self.ty), &[], Imm::Int(n as i64), self.ty)
    }

    fn compare(&mut self, cond: IntCond, a: Value, b: Value) -> Value {
        self.push(Op::Icmp, Some(self.ty), &[a, b], Imm::IntCond(cond), Type::Bool)
    }

    fn both(&mut self, a: Value, b: Value) -> Value {
        self.push(Op::Band, Some(Type::Bool), &[a, b], Imm::None, Type::Bool)
    }

    fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        self.push(Op::Select, Some(self.ty), &[cond, a, b], Imm::None, self.ty)
    }

    /// `x + bound`, or the nearest number of the type.
    fn sum(&mut self, x: Value, bound: i128) -> Value {
        if bound == 0 {
            return x;
        }
        let (min, max) = extremes(self.ty);
        let amount = self.constant(bound);
        let sum = self.push(Op::Iadd, Some(self.ty), &[x, amount], Imm::None, self.ty);
        let (cond, farthest, end) =
            if bound > 0 { (IntCond::Sgt, max - bound, max) } else { (IntCond::Slt, min - bound, min) };
        let (farthest, end) = (self.constant(farthest), self.constant(end));
        let too_far = self.compare(cond, x, farthest);
        self.select(too_far, end, sum)
    }

    /// The limit that is reached first: of two, the one for which `cond` holds.
    fn tightest(&mut self, (constant, values): (i128, &Vec<(Value, i128)>), cond: IntCond) -> Value {
        let mut found: Option<Value> = None;
        let (min, max) = extremes(self.ty);
        for (x, bound) in values {
            let sum = self.sum(*x, *bound);
            found = Some(self.nearer(found, sum, cond));
        }
        // Below any number of the type is below the greatest one, and so at the other end.
        let says_more = if cond == IntCond::Slt { constant < max } else { constant > min };
        match found {
            Some(found) if !says_more => found,
            _ => {
                let other = self.constant(constant);
                self.nearer(found, other, cond)
            }
        }
    }

    fn nearer(&mut self, known: Option<Value>, other: Value, cond: IntCond) -> Value {
        let Some(known) = known else { return other };
        let is_nearer = self.compare(cond, known, other);
        self.select(is_nearer, known, other)
    }
}
