//! The frame record, the countdown, calls, and the interpreter.

use super::Emitter;
use crate::value::Val;
use ir::{Builder, Entity, FrameValue, Func, Function, IntCond, State, Type, Value};
use sox_rt::Frame;

impl Emitter<'_> {
    /// The countdown as it is in memory.
    pub(crate) fn countdown(&mut self) -> Value {
        let (address, offset) = self.limit(self.fiber.countdown);
        self.load(Type::I32, address, offset, self.classes.countdown)
    }

    /// Has others see the countdown.
    pub(crate) fn store_count(&mut self) {
        if let Some(count) = self.count {
            self.store_countdown(count);
        }
    }

    pub(crate) fn store_countdown(&mut self, count: Value) {
        let (address, offset) = self.limit(self.fiber.countdown);
        let class = self.classes.countdown;
        self.b().store(count, address, offset, class);
    }

    /// Others may have counted.
    pub(crate) fn reload_count(&mut self) {
        if self.count.is_some() {
            self.count = Some(self.countdown());
        }
    }

    /// Up to where the registers of a callee may start.
    pub(crate) fn reach(&mut self) -> Value {
        let (address, offset) = self.limit(self.fiber.reach);
        self.load(Type::I64, address, offset, self.classes.limits)
    }

    /// Where one of the fiber's limits is: they lie together, so that one constant leads to both of them.
    pub(super) fn limit(&mut self, address: u64) -> (Value, i32) {
        match i32::try_from(address.wrapping_sub(self.fiber.reach) as i64) {
            Ok(offset) => (self.address(self.fiber.reach), offset),
            Err(_) => (self.address(address), 0),
        }
    }

    /// Completes the frame record but for where it is, which runtime functions are told.
    pub(crate) fn record(&mut self) {
        if !std::mem::replace(&mut self.recorded, true) {
            self.write_record();
        }
    }

    /// Completes the frame record.
    pub(crate) fn record_place(&mut self) {
        if std::mem::replace(&mut self.recorded, true) {
            self.write_place();
        } else {
            self.write_record();
        }
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Here the record is complete only if it is also so on another way.
    pub(crate) fn forget_record(&mut self, recorded: bool) {
        self.recorded &= recorded;
    }

    pub(super) fn write_record(&mut self) {
        let (frame, window, closure) = (self.frame, self.window, self.closure);
        let class = self.classes.records;
        self.b().store(closure, frame, Frame::CLOSURE_OFFSET as i32, class);
        self.b().store(window, frame, Frame::REGS_OFFSET as i32, class);
        self.write_place();
    }

    pub(super) fn write_place(&mut self) {
        let place = self.int(u64::from(self.code) | (self.pc as u64 + 1) << 32);
        let (frame, class) = (self.frame, self.classes.records);
        self.b().store(place, frame, Frame::CODE_OFFSET as i32, class);
    }

    /// Does something on a way that few take: what it finds out about registers and the frame does not hold elsewhere.
    pub(crate) fn apart<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.regs.clone(), self.count, self.recorded);
        let result = does(self);
        (self.regs, self.count, self.recorded) = before;
        result
    }

    pub(crate) fn runtime(&mut self, function: ir::Runtime, args: &[Value]) -> Value {
        if function != self.functions.wrote {
            self.found = None;
            self.steady.clear();
        }
        self.runtime_results(function, args)[0]
    }

    pub(crate) fn runtime_results(&mut self, function: ir::Runtime, args: &[Value]) -> Vec<Value> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        builder.call_runtime(&self.module, function, args, false).to_vec()
    }

    /// Calls compiled code, or what is in its place; tag and payload.
    pub(crate) fn call(&mut self, code: u32, args: &[Value; 3]) -> (Value, Value) {
        let func = self.callee(code);
        self.found = None;
        let state = self.waiting();
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        let results = builder.call_with_state(&self.module, func, args, false, state);
        let global = self.steady.iter().find(|(handle, _)| *handle == args[2]);
        if self.keeps.globals(code, global.map(|(_, slot)| (self.feedback.globals, *slot))) {
            builder.keeps(&results, self.classes.watched);
        } else {
            self.steady.clear();
        }
        (results[0], results[1])
    }

    /// This frame while it waits for the function that it calls: the result comes to R[A].
    pub(super) fn waiting(&mut self) -> State {
        let pc = self.pc;
        let result = usize::from(self.feedback.function().code[pc].a());
        let count = self.count.take();
        let state = self.state(pc + 1);
        self.count = count;
        let values = &mut self.body.states[state].values;
        values[4 + 2 * result] = FrameValue::Result(0);
        values[5 + 2 * result] = FrameValue::Result(1);
        state
    }

    pub(super) fn callee(&mut self, code: u32) -> Func {
        if let Some(index) = self.codes.iter().position(|known| *known == code) {
            return Func::from_index(index);
        }
        self.codes.push(code);
        let (name, signature) = (format!("sox{code}"), crate::signature());
        self.module.functions.push(Function { name, signature, ..Function::default() })
    }

    /// Has the interpreter execute this instruction: the registers it reads are stored, its status comes back. What it throws
    /// leads out of here.
    pub(crate) fn step(&mut self) -> Value {
        let inst = self.feedback.function().code[self.pc];
        let Some(op) = inst.op() else { return self.int(0) };
        let effect = crate::operands::effect(&self.feedback.module, inst, op);
        effect.reads.iter().for_each(|reg| self.spill(reg));
        self.record();
        let calls = op.effect() == sox_bytecode::Effect::Calls;
        // What it throws may end this function.
        self.store_count();
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        let status = self.runtime(self.functions.step, &[frame, pc]);
        let two = self.int(2);
        let thrown = self.b().icmp(IntCond::Eq, status, two);
        let out = self.unlikely(thrown);
        self.throws_in(out);
        if calls {
            self.reload_count();
        }
        status
    }

    /// Has the interpreter execute this instruction, and takes over what it wrote.
    pub(crate) fn stepped(&mut self) {
        let inst = self.feedback.function().code[self.pc];
        let Some(op) = inst.op() else { return };
        self.step();
        let effect = crate::operands::effect(&self.feedback.module, inst, op);
        effect.writes.iter().for_each(|reg| self.reload(reg));
        if let (Some(tag), Val::Any(_, handle)) = (crate::kinds::made(op), self.reg(inst.a())) {
            self.set(inst.a(), Val::Object(tag, handle));
        }
    }
}
