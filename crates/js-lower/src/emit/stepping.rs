//! What the interpreter and runtime functions do, and how code goes on behind that: registers, the countdown, statuses.

use super::Emitter;
use crate::flow::handlers;
use crate::runtime::{LEFT, THREW};
use crate::value::Val;
use ir::{Block, Builder, Func, IntCond, Runtime, Type, Value};
use js_rt::offsets::FRAME_PC;

impl Emitter<'_> {
    /// The countdown as it is in memory.
    pub(crate) fn countdown(&mut self) -> Value {
        let (address, class) = (self.address(self.at.snapshot.cells.countdown), self.classes.countdown);
        self.load(Type::I32, address, 0, class)
    }

    /// Has others see the countdown.
    pub(crate) fn store_count(&mut self) {
        if let Some(count) = self.count {
            let (address, class) = (self.address(self.at.snapshot.cells.countdown), self.classes.countdown);
            self.store(count, address, 0, class);
        }
    }

    pub(crate) fn runtime(&mut self, function: Runtime, args: &[Value]) -> Value {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.at.pc as u32);
        builder.call_runtime(&self.module, function, args, false)[0]
    }

    /// Calls a function of the module.
    pub(crate) fn call_func(&mut self, func: Func, args: &[Value]) -> Vec<Value> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.at.pc as u32);
        builder.call(&self.module, func, args, false).to_vec()
    }

    /// Goes on if a status is 0; 1: the function threw, else it goes on elsewhere. Frames that were pushed for what gave it are taken away.
    pub(crate) fn unless_left(&mut self, status: Value) {
        let zero = self.int(0);
        let next = self.b().icmp(IntCond::Eq, status, zero);
        let out = self.left_block();
        let on = self.new_block(&[]);
        self.b().brif(next, (on, &[]), (out, &[status]));
        self.switch_to(on);
        self.pop_frames();
    }

    /// The block that leaves with a status.
    fn left_block(&mut self) -> Block {
        if let Some(block) = self.at.left {
            return block;
        }
        // The statuses that are not 0 are those that functions hand back.
        const { assert!(THREW == 1 && LEFT == 2) };
        let (out, here) = (self.cold_block_with(&[Type::I64]), self.block());
        self.at.left = Some(out);
        self.switch_to(out);
        let status = self.params(out)[0];
        self.leave(status);
        self.switch_to(here);
        out
    }

    /// Stores what handlers around the instruction look at.
    pub(crate) fn spill_for_handlers(&mut self) {
        self.spill_for_handlers_but(&[]);
    }

    /// The same but for some registers.
    pub(crate) fn spill_for_handlers_but(&mut self, stored: &[u16]) {
        let around: Vec<usize> = handlers(self.at.snapshot, self.at.pc).collect();
        let flow = self.at.flow;
        for handler in around {
            let live = flow.live[handler].iter().filter(|reg| !stored.contains(reg));
            live.for_each(|reg| self.spill(reg));
        }
    }

    /// Has the interpreter execute this instruction, on registers that are stored for it; its status.
    pub(super) fn step(&mut self) -> Value {
        self.push_frames();
        let flow = self.at.flow;
        flow.effects[self.at.pc].reads.iter().for_each(|reg| self.spill(*reg));
        self.spill_for_handlers();
        self.store_count();
        let (frame, pc) = (self.at.frame, self.int(self.at.pc as u64));
        self.runtime(self.functions.step, &[frame, pc])
    }

    /// Others may have counted.
    pub(crate) fn reload_count(&mut self) {
        if self.count.is_some() {
            self.count = Some(self.countdown());
        }
    }

    fn stepped_state(&mut self) {
        self.reload_count();
        let flow = self.at.flow;
        for reg in &flow.effects[self.at.pc].writes {
            let value = self.slot(*reg);
            self.set(*reg, value);
        }
    }

    /// Has the interpreter execute this instruction, and takes over what it wrote.
    pub(crate) fn stepped(&mut self) {
        if self.leanly(self.at.snapshot.insts[self.at.pc]) {
            return;
        }
        let status = self.step();
        self.unless_left(status);
        self.stepped_state();
    }

    /// Ends the block: has the interpreter execute an instruction that throws.
    pub(crate) fn thrown(&mut self) {
        let status = self.step();
        self.leave(status);
    }

    /// Has the interpreter execute an instruction that may jump.
    pub(crate) fn stepped_jump(&mut self, next: usize, target: usize) {
        let status = self.step();
        let zero = self.int(0);
        let on = self.b().icmp(IntCond::Eq, status, zero);
        let (elsewhere, jumped) = (self.new_block(&[]), self.new_block(&[]));
        let fell = self.new_block(&[]);
        self.b().brif(on, (fell, &[]), (elsewhere, &[]));
        // It threw, or goes on at a handler, unless it is at its target.
        self.switch_to(elsewhere);
        let (frame, class) = (self.at.frame, self.classes.frames);
        let threw = self.int(THREW);
        let is_left = self.b().icmp(IntCond::Ne, status, threw);
        let out = self.cold_block();
        self.or_else(is_left, out);
        let pc = self.load(Type::I32, frame, FRAME_PC, class);
        let wanted = self.small(self.at.flow.blocks[target].start as i32);
        let there = self.b().icmp(IntCond::Eq, pc, wanted);
        self.b().brif(there, (jumped, &[]), (out, &[]));
        self.switch_to(out);
        self.leave(status);
        self.switch_to(jumped);
        self.pop_frames();
        self.stepped_state();
        let (regs, count) = (self.at.regs.clone(), self.count);
        // It has counted itself, if it goes back.
        self.goto(target);
        (self.at.regs, self.count) = (regs, count);
        self.switch_to(fell);
        self.pop_frames();
        self.stepped_state();
        self.goto(next);
    }

    /// Does something on a way that few take: what it finds out about registers does not hold elsewhere.
    pub(crate) fn apart<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.at.regs.clone(), self.count);
        let result = does(self);
        (self.at.regs, self.count) = before;
        result
    }

    /// Meets the ways of an instruction: what `fast` comes to in the current block, and what the interpreter makes of it in `slow`.
    /// The instruction writes one register.
    pub(crate) fn meet(&mut self, fast: Val, slow: Block) -> Val {
        let writes: Vec<u16> = self.at.flow.effects[self.at.pc].writes.clone();
        let counts = self.count.is_some();
        let mut types = vec![Type::I64];
        types.extend(counts.then_some(Type::I32));
        let done = self.new_block(&types);
        let word = self.boxed(fast);
        let mut args = vec![word];
        args.extend(self.count);
        self.b().jump(done, &args);
        self.switch_to(slow);
        self.apart(|this| {
            this.stepped();
            let value = writes.first().map_or(Val::None, |reg| this.reg(*reg));
            let word = this.boxed(value);
            let mut args = vec![word];
            args.extend(this.count);
            this.b().jump(done, &args);
        });
        self.switch_to(done);
        let params = self.params(done);
        if counts {
            self.count = Some(params[1]);
        }
        Val::Any(params[0])
    }
}
