//! Ways between blocks: what registers hold there, heads of loops and what is in front of them, the countdown of rounds.

use super::{Emitter, Entry};
use crate::runtime::Reason;
use crate::value::{Kind, Val};
use ir::{Block, Builder, IntCond, Op, Type, Value};
use js_rt::Value as Word;

impl Emitter<'_> {
    pub(crate) fn new_block(&mut self, params: &[Type]) -> Block {
        self.b().add_block(params)
    }

    pub(crate) fn cold_block(&mut self) -> Block {
        self.cold_block_with(&[])
    }

    pub(crate) fn cold_block_with(&mut self, params: &[Type]) -> Block {
        let block = self.b().add_block(params);
        self.body.blocks[block].cold = true;
        block
    }

    /// Whether the current block is hardly ever entered.
    pub(crate) fn is_cold(&self) -> bool {
        self.body.blocks[self.block].cold
    }

    pub(crate) fn block(&self) -> Block {
        self.block
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    pub(crate) fn params(&self, block: Block) -> Vec<Value> {
        self.body.blocks[block].params.to_vec()
    }

    /// Goes to a block unless a condition holds, and on with a new one if it does.
    pub(crate) fn or_else(&mut self, holds: Value, block: Block) {
        let on = self.new_block(&[]);
        self.b().brif(holds, (on, &[]), (block, &[]));
        self.switch_to(on);
    }

    /// Whether a block is only ever entered from one place, and so needs no parameters.
    fn is_single(&self, number: usize) -> bool {
        let block = &self.at.flow.blocks[number];
        let ways = block.from.len() + usize::from(number == 0);
        ways == 1 && !block.header
    }

    /// Ends the block: on with a block of the bytecode.
    pub(crate) fn goto(&mut self, number: usize) {
        let start = self.at.flow.blocks[number].start;
        if !self.at.flow.region.contains(&start) {
            return self.over(start);
        }
        let to = self.at.blocks[number];
        if self.is_single(number) {
            let (regs, count) = (self.at.regs.clone(), self.count);
            self.at.entries[number] = Some(Entry { regs, count });
            self.b().jump(to, &[]);
            return;
        }
        if self.at.entries[number].is_none() {
            self.open(number);
        }
        let args = self.arguments(number);
        let to = if self.is_ahead(number) { self.front(number) } else { to };
        self.b().jump(to, &args);
    }

    /// Whether a block begins a loop that is entered here, and not begun again.
    fn is_ahead(&self, number: usize) -> bool {
        let block = &self.at.flow.blocks[number];
        block.header && (self.at.pc <= block.start || self.at.entering)
    }

    /// The block in front of a loop that all ways into it lead to. Where control comes in at an inner loop, the loops around it lead back to
    /// there, and the inner one stays a loop of its own.
    fn front(&mut self, number: usize) -> Block {
        if let Some(front) = self.at.fronts[number] {
            return front;
        }
        let header = self.at.blocks[number];
        let types: Vec<Type> = self.params(header).iter().map(|param| self.body.ty(*param)).collect();
        let front = self.new_block(&types);
        self.at.fronts[number] = Some(front);
        let params = self.params(front);
        Builder::at(&mut self.body, front).jump(header, &params);
        front
    }

    /// Gives a block its parameters.
    fn open(&mut self, number: usize) {
        let block = self.at.blocks[number];
        let mut regs = vec![Val::None; self.at.regs.len()];
        let flow = self.at.flow;
        for reg in flow.live[flow.blocks[number].start].iter() {
            let mut param = |ty| self.body.add_param(block, ty);
            regs[usize::from(reg)] = match self.at.kinds[number][usize::from(reg)] {
                Kind::None => Val::None,
                Kind::Bool => Val::Bool(param(Type::Bool)),
                Kind::Int => Val::Int(param(Type::I32)),
                Kind::Number => Val::Number(param(Type::F64), None),
                Kind::Any => Val::Any(param(Type::I64)),
            };
        }
        let count = self.count.map(|_| self.body.add_param(block, Type::I32));
        self.at.entries[number] = Some(Entry { regs, count });
    }

    /// The values for a block's parameters.
    fn arguments(&mut self, number: usize) -> Vec<Value> {
        let flow = self.at.flow;
        let pc = flow.blocks[number].start;
        let mut args = Vec::new();
        for reg in flow.live[pc].iter() {
            let kind = self.at.kinds[number][usize::from(reg)];
            let value = self.coerced(self.reg(reg), kind, pc);
            self.set(reg, value);
            match value {
                Val::None => {}
                Val::Bool(value) | Val::Int(value) | Val::Number(value, _) | Val::Any(value) => {
                    args.push(value)
                }
                Val::Constant(bits) => args.push(self.int(bits)),
            }
        }
        args.extend(self.count);
        args
    }

    /// A value as one of a kind; where it is not, the other tiers go on at `pc`.
    pub(super) fn coerced(&mut self, value: Val, kind: Kind, pc: usize) -> Val {
        match (value, kind) {
            (_, Kind::None) => Val::None,
            (Val::Any(_) | Val::Constant(_), Kind::Any) => value,
            (value, kind) if value.kind() == kind => value,
            (value, Kind::Any) => Val::Any(self.boxed(value)),
            (Val::Int(_), Kind::Number) => Val::Number(self.float(value), None),
            (value, kind) => {
                // Nothing is known of it, or the analysis knew less than there is to know, or this way is never taken.
                let word = self.boxed(value);
                self.checked(word, kind, pc)
            }
        }
    }

    /// A value that is checked on the way into a block.
    fn checked(&mut self, word: Value, kind: Kind, pc: usize) -> Val {
        let holds = match kind {
            Kind::Int => self.is_int(word),
            Kind::Number => return Val::Number(self.unboxed(word, pc, Reason::Loop), None),
            _ => {
                // false and true differ in one bit.
                let (one, yes) = (self.int(1), self.int(Word::TRUE.bits()));
                let bits = self.b().binary(Op::Bor, word, one);
                self.b().icmp(IntCond::Eq, bits, yes)
            }
        };
        let state = self.state(pc);
        self.b().guard(holds, state, Reason::Loop.into());
        match kind {
            Kind::Int => Val::Int(self.b().unary(Op::Wrap, word)),
            _ => {
                let yes = self.int(Word::TRUE.bits());
                Val::Bool(self.b().icmp(IntCond::Eq, word, yes))
            }
        }
    }

    /// Ends the block: to one of two blocks of the bytecode.
    pub(crate) fn branch(&mut self, cond: Value, then: usize, other: usize) {
        let (yes, no) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(cond, (yes, &[]), (no, &[]));
        let (regs, count) = (self.at.regs.clone(), self.count);
        self.switch_to(yes);
        self.way(then);
        (self.at.regs, self.count) = (regs, count);
        self.switch_to(no);
        self.way(other);
    }

    /// Ends the block: to a block that may lie behind.
    pub(crate) fn way(&mut self, number: usize) {
        let start = self.at.flow.blocks[number].start;
        if start <= self.at.pc
            && let Some(count) = self.count
        {
            let carried = self.carried_doubles(start);
            let pc = std::mem::replace(&mut self.at.pc, start);
            let counted = self.counted_with(count, &carried);
            self.count = Some(counted);
            self.at.pc = pc;
        }
        self.goto(number);
    }

    /// Registers with doubles that the loop from `start` to here computes anew in each round.
    fn carried_doubles(&self, start: usize) -> Vec<u16> {
        let flow = self.at.flow;
        let is_written =
            |reg: &u16| flow.effects[start..=self.at.pc].iter().any(|effect| effect.writes.contains(reg));
        let is_double = |reg: &u16| matches!(self.reg(*reg), Val::Number(..));
        flow.live[start].iter().filter(is_double).filter(is_written).collect()
    }

    /// Counts one round: the countdown then.
    pub(crate) fn counted(&mut self, count: Value) -> Value {
        self.counted_with(count, &[])
    }

    /// The same, with doubles that are to stay in machine registers: no such register survives a call, so that the poll has copies
    /// of its own.
    fn counted_with(&mut self, count: Value, doubles: &[u16]) -> Value {
        let one = self.small(1);
        let less = self.b().binary(Op::Isub, count, one);
        // What it was is 0 on one way and of no use on the other: it needs no register beside what it is now, which is never so large
        // that it would seem to be negative.
        let zero = self.small(0);
        let left = self.b().icmp(IntCond::Sge, less, zero);
        let mut types = vec![Type::I32];
        types.extend(doubles.iter().map(|_| Type::F64));
        let joined = self.new_block(&types);
        let poll = self.cold_block();
        let kept: Vec<Value> = doubles.iter().map(|reg| self.float(self.reg(*reg))).collect();
        self.b().brif(left, (joined, &[&[less], &kept[..]].concat()), (poll, &[]));
        self.switch_to(poll);
        self.count = Some(zero);
        let copies: Vec<Value> = kept.iter().map(|number| self.b().unary(Op::Fcanon, *number)).collect();
        self.push_frames();
        self.store_count();
        // A handler around here could be where this leads.
        self.spill_for_handlers();
        let (frame, pc) = (self.at.frame, self.int(self.at.pc as u64));
        let status = self.runtime(self.functions.poll, &[frame, pc]);
        self.unless_left(status);
        let count = self.countdown();
        self.b().jump(joined, &[&[count], &copies[..]].concat());
        self.switch_to(joined);
        let params = self.params(joined);
        for (reg, number) in doubles.iter().zip(&params[1..]) {
            self.set(*reg, Val::Number(*number, None));
        }
        params[0]
    }
}
