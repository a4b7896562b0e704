//! Blocks, and what registers hold where they are entered.

use super::{Emitter, Entry};
use crate::runtime::{Reason, THREW};
use crate::value::{Kind, Val};
use ir::{Block, Imm, IntCond, Op, Type, Value};
use sox_rt::Tag;

impl Emitter<'_> {
    pub(crate) fn new_block(&mut self, params: &[Type]) -> Block {
        self.b().add_block(params)
    }

    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.b().add_block(&[]);
        self.body.blocks[block].cold = true;
        block
    }

    /// The block that instructions are put into.
    pub(crate) fn block(&self) -> Block {
        self.block
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    pub(crate) fn params(&self, block: Block) -> Vec<Value> {
        self.body.blocks[block].params.to_vec()
    }

    /// Goes to a block if a condition holds, and on with a new one if not.
    pub(crate) fn unless(&mut self, cond: Value, block: Block) {
        let on = self.new_block(&[]);
        self.b().brif(cond, (block, &[]), (on, &[]));
        self.switch_to(on);
    }

    /// Goes to one of two new blocks and ends up in the first; the second is cold.
    pub(crate) fn unlikely(&mut self, cond: Value) -> Block {
        let off = self.cold_block();
        self.unless(cond, off);
        off
    }

    /// In the given block, which is entered when something was thrown: out of here. Comes back to the current block.
    pub(crate) fn throws_in(&mut self, block: Block) {
        let here = self.block;
        self.switch_to(block);
        self.threw();
        self.switch_to(here);
    }

    /// Whether a block is only ever entered from one place, and so needs no parameters.
    pub(super) fn is_single(&self, number: usize) -> bool {
        let block = &self.flow.blocks[number];
        let ways = block.from.len() + usize::from(number == 0);
        ways == 1 && !block.header
    }

    /// Ends the block: on with a block of the bytecode.
    pub(crate) fn goto(&mut self, number: usize) {
        let to = self.blocks[number];
        if self.is_single(number) {
            let (regs, count) = (self.regs.clone(), self.count);
            self.entries[number] = Some(Entry { regs, count, recorded: self.recorded, found: self.found });
            self.b().jump(to, &[]);
            return;
        }
        if self.entries[number].is_none() {
            self.open(number);
        }
        let args = self.arguments(number);
        self.b().jump(to, &args);
        let recorded = self.recorded;
        // Around a loop the record stays what it is.
        if let Some(entry) = &mut self.entries[number] {
            entry.recorded &= recorded;
        }
    }

    /// Gives a block its parameters.
    pub(super) fn open(&mut self, number: usize) {
        let block = self.blocks[number];
        let mut regs = vec![Val::None; self.regs.len()];
        let live = self.flow.live[self.flow.blocks[number].start];
        for reg in live.iter() {
            let mut param = |ty| self.body.add_param(block, ty);
            regs[usize::from(reg)] = match self.kinds[number][usize::from(reg)] {
                Kind::None => Val::None,
                Kind::Nil => Val::Nil,
                Kind::Bool => Val::Bool(param(Type::Bool)),
                Kind::Int => Val::Int(param(Type::I32)),
                Kind::Number => Val::Number(param(Type::F64)),
                Kind::Object(tag) => Val::Object(tag, param(Type::I64)),
                Kind::Any => Val::Any(param(Type::I64), param(Type::I64)),
            };
        }
        let count = self.count.map(|_| self.body.add_param(block, Type::I32));
        self.entries[number] = Some(Entry { regs, count, recorded: true, found: None });
    }

    /// The values for a block's parameters.
    pub(super) fn arguments(&mut self, number: usize) -> Vec<Value> {
        let pc = self.flow.blocks[number].start;
        let live = self.flow.live[pc];
        let mut args = Vec::new();
        for reg in live.iter() {
            let kind = self.kinds[number][usize::from(reg)];
            let value = self.coerced(self.reg(reg), kind, pc);
            self.set(reg, value);
            match value {
                Val::None | Val::Nil => {}
                Val::Bool(value) | Val::Int(value) | Val::Number(value) | Val::Object(_, value) => {
                    args.push(value);
                }
                Val::Any(tag, payload) => args.extend([tag, payload]),
            }
        }
        args.extend(self.count);
        args
    }

    /// A value as one of a kind; where it is not, the interpreter goes on at `pc`.
    pub(super) fn coerced(&mut self, value: Val, kind: Kind, pc: usize) -> Val {
        match (value, kind) {
            (value, kind) if value.kind() == kind => value,
            (_, Kind::None) => Val::None,
            (value, Kind::Any) => {
                let (tag, payload) = self.boxed(value);
                Val::Any(tag, payload)
            }
            (Val::Int(_), Kind::Number) => Val::Number(self.float(value)),
            (Val::Any(tag, payload), kind) => self.checked(tag, payload, kind, pc),
            (value, kind) => {
                // The analysis knew less than there is to know, or this way is never taken.
                let (tag, payload) = self.boxed(value);
                self.checked(tag, payload, kind, pc)
            }
        }
    }

    /// A value that is checked on the way into a block.
    pub(super) fn checked(&mut self, tag: Value, payload: Value, kind: Kind, pc: usize) -> Val {
        let wanted = match kind {
            Kind::Nil => Tag::Nil,
            Kind::Object(tag) => tag,
            Kind::Bool => return self.checked_bool(tag, pc),
            _ => Tag::Number,
        };
        let holds = self.is_tag(tag, wanted);
        let state = self.state(pc);
        self.b().guard(holds, state, Reason::Loop.into());
        match kind {
            Kind::Nil => Val::Nil,
            Kind::Object(tag) => Val::Object(tag, payload),
            Kind::Int => {
                let number = self.b().unary(Op::BitsToF64, payload);
                let imm = Imm::Guard { state, reason: Reason::Loop.into() };
                Val::Int(self.b().with_imm(Op::F64ToI32Guard, None, &[number], imm))
            }
            _ => Val::Number(self.b().unary(Op::BitsToF64, payload)),
        }
    }

    pub(super) fn checked_bool(&mut self, tag: Value, pc: usize) -> Val {
        let first = self.int(Tag::False as u64);
        let from_first = self.b().binary(Op::Isub, tag, first);
        let count = self.int(2);
        let holds = self.b().icmp(IntCond::Ult, from_first, count);
        let state = self.state(pc);
        self.b().guard(holds, state, Reason::Loop.into());
        Val::Bool(self.is_tag(tag, Tag::True))
    }

    /// Ends the block: to one of two blocks of the bytecode.
    pub(crate) fn branch(&mut self, cond: Value, then: usize, other: usize) {
        let (yes, no) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(cond, (yes, &[]), (no, &[]));
        let (regs, count, recorded) = (self.regs.clone(), self.count, self.recorded);
        self.switch_to(yes);
        self.way(then);
        (self.regs, self.count, self.recorded) = (regs, count, recorded);
        self.switch_to(no);
        self.way(other);
    }

    /// Ends the block: to a block that may lie behind.
    pub(crate) fn way(&mut self, number: usize) {
        if self.flow.blocks[number].start <= self.pc
            && let Some(count) = self.count
        {
            let at = self.flow.blocks[number].start;
            let pc = std::mem::replace(&mut self.pc, at);
            let counted = self.counted(count);
            self.count = Some(counted);
            self.pc = pc;
        }
        self.goto(number);
    }

    /// Counts one round: the countdown then.
    pub(super) fn counted(&mut self, count: Value) -> Value {
        let one = self.b().iconst(Type::I32, 1);
        let less = self.b().binary(Op::Isub, count, one);
        let zero = self.b().iconst(Type::I32, 0);
        let over = self.b().icmp(IntCond::Slt, less, zero);
        let joined = self.new_block(&[Type::I32]);
        let poll = self.unlikely(over);
        self.b().jump(joined, &[less]);
        let recorded = self.recorded;
        self.switch_to(poll);
        self.record();
        // Early exits may have taken it below 0.
        self.store_countdown(count);
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        let status = self.runtime(self.functions.poll, &[frame, pc]);
        let zero = self.int(0);
        let stopped = self.b().icmp(IntCond::Ne, status, zero);
        let out = self.unlikely(stopped);
        let count = self.countdown();
        self.b().jump(joined, &[count]);
        self.switch_to(out);
        // What ends a program from outside goes by all handlers.
        let (tag, none) = (self.int(THREW), self.int(0));
        self.b().ret(&[tag, none]);
        self.recorded = recorded;
        self.switch_to(joined);
        self.params(joined)[0]
    }
}
