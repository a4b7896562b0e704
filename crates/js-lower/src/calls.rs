//! Calls of functions that were seen, straight into their code: the frame record is pushed here as the other tiers push it. Constructors
//! are called so, too, with the new object as `this`.

use crate::emit::{Arrival, Callee, Emitter, VALUE};
use crate::runtime::{FRAME_CONSTRUCT, RETURNED, Reason};
use crate::snapshot::{Snapshot, Target};
use crate::value::Val;
use ir::{Block, Entity, Func, Function, Imm, IntCond, Op as Ir, Type, Value};
use js_bytecode::{Inst, Op};
use js_rt::Value as Word;
use js_rt::offsets::*;

/// Registers of a function that is called so, at most: each is written.
pub const MOST_CALLEE_REGISTERS: u32 = 40;

impl<'a> Emitter<'a> {
    /// Lowers a call; whether control goes on behind it.
    pub(crate) fn call(&mut self, inst: Inst) -> bool {
        if inst.op() == Op::Call && self.math_call(inst) {
            return true;
        }
        if self.at.snapshot.is_untaken(self.at.pc) {
            self.deopt(Reason::Untaken);
            return false;
        }
        let straight = self.straight_targets();
        if straight.is_empty() || !matches!(self.reg(inst.b()), Val::Any(_)) {
            self.stepped();
        } else {
            return self.call_functions(inst, (self.reg(inst.b()), None), &straight);
        }
        true
    }

    /// What the instruction is likely to call straight away, with the engine's numbers.
    pub(crate) fn straight_targets(&self) -> Vec<(Target, u32)> {
        let targets = self.at.snapshot.targets_at(self.at.pc).unwrap_or_default();
        targets.iter().filter_map(|target| Some((*target, target.number?))).collect()
    }

    /// Calls one of some functions, if the callee is one, and else has the interpreter execute the instruction. A getter's receiver is given.
    /// Whether control goes on behind it.
    pub(crate) fn call_functions(
        &mut self,
        inst: Inst,
        (function, receiver): (Val, Option<Value>),
        targets: &[(Target, u32)],
    ) -> bool {
        let before = (self.at.regs.clone(), self.count);
        let getter = receiver.map(|receiver| (self.boxed(function), receiver));
        let slow = self.cold_block();
        let mut arrivals = Vec::new();
        let mut falls = true;
        if let ([target], None) = (targets, getter)
            && let Some(known) = target.0.function.filter(|_| self.note().exits == 0)
        {
            // Until it proves wrong, it is the very function that was seen.
            let (word, known) = (self.boxed(function), self.int(known));
            let same = self.b().icmp(IntCond::Eq, word, known);
            self.guard(same, Reason::Callee);
            self.set(inst.b(), Val::Any(known));
            let body = self.body_of(target.0.code);
            falls = body.is_none() || inst.op() == Op::New;
            arrivals = self.call_one((inst, None), target, (body, None), slow);
        } else {
            let code = self.code_of(function, slow);
            for (index, target) in targets.iter().enumerate() {
                let wanted = self.int(target.0.code);
                let same = self.b().icmp(IntCond::Eq, code, wanted);
                let last = index + 1 == targets.len();
                let next = if last { slow } else { self.new_block(&[]) };
                if last && target.0.guessed {
                    self.guard(same, Reason::Callee);
                } else {
                    self.or_else(same, next);
                }
                let body = self.body_of(target.0.code).filter(|_| getter.is_none());
                arrivals.extend(self.call_one((inst, getter), target, (body, Some(slow)), slow));
                if !last {
                    self.switch_to(next);
                }
            }
        }
        (self.at.regs, self.count) = before;
        let last = falls.then(|| {
            self.switch_to(slow);
            self.stepped();
            self.arrival(self.reg(inst.a()))
        });
        self.meet_arrivals(inst, &arrivals, last)
    }

    /// The code of a value that is a function, else to the interpreter.
    fn code_of(&mut self, function: Val, slow: Block) -> Value {
        let callee = self.object(function, Some(slow));
        let function = self.is_class(callee, CLASS_FUNCTION);
        self.or_else(function, slow);
        let closure = self.load(Type::I64, callee, OBJECT_PAYLOAD, self.classes.fixed);
        let closure = self.pointer(closure);
        self.load(Type::I64, closure, CLOSURE_CODE, self.classes.fixed)
    }

    /// Calls a function, or puts it in place of the call; `full` says where control goes in place of which there is no room for a frame.
    fn call_one(
        &mut self,
        (inst, getter): (Inst, Option<(Value, Value)>),
        target: &(Target, u32),
        (body, full): (Option<&'a Snapshot>, Option<Block>),
        slow: Block,
    ) -> Vec<Arrival> {
        self.apart(|this| match body {
            Some(body) => this.call_in_place(inst, (&target.0, body), (full, slow)),
            None => this.direct((inst, getter), target, slow),
        })
    }

    /// Where a function goes on that came to a value; of a constructor, an object or `this`.
    fn arrivals_with(&mut self, value: Val, this: Option<Value>) -> Vec<Arrival> {
        let Some(this) = this else { return vec![self.arrival(value)] };
        if matches!(value, Val::Any(_)) {
            let no_object = self.new_block(&[]);
            self.object(value, Some(no_object));
            let object = self.arrival(value);
            self.switch_to(no_object);
            return vec![object, self.arrival(Val::Any(this))];
        }
        // A word that is known is that of no object.
        vec![self.arrival(Val::Any(this))]
    }

    /// Puts a function in place of its call.
    fn call_in_place(
        &mut self,
        inst: Inst,
        (target, body): (&Target, &'a Snapshot),
        (full, slow): (Option<Block>, Block),
    ) -> Vec<Arrival> {
        let distance = self.small(inst.b().into());
        let (record, window) = self.room(distance, target, full);
        let mut new_target = None;
        let mut this = self.reg(inst.b() + 1);
        if inst.op() == Op::New {
            self.push_frames();
            let created = self.create(inst.b() + 1, slow);
            self.pop_frames();
            (this, new_target) = (Val::Any(created.0), Some(created.1));
        } else if let Some(count) = self.count {
            self.count = Some(self.counted(count));
        }
        let function = self.boxed(self.reg(inst.b()));
        let args = (0..inst.c() as u16).map(|number| self.reg(inst.b() + 2 + number)).collect();
        let callee = Callee { record, window, function, this, new_target, args };
        let this = new_target.map(|_| self.boxed(this));
        let (returns, gone) = self.in_place(body, callee);
        let mut arrivals = Vec::new();
        for Arrival { block, value, count } in returns {
            self.switch_to(block);
            self.count = count;
            arrivals.extend(self.arrivals_with(value, this));
        }
        if let Some(gone) = gone {
            self.switch_to(gone);
            self.apart(|this| this.gone(inst, gone));
        }
        arrivals
    }

    /// Ends the block: a function in place of a call came to a status. If it is done nevertheless, the other tiers go on behind the call: what
    /// code knows of memory holds where it goes on itself.
    fn gone(&mut self, inst: Inst, gone: Block) {
        let (status, pc) = (self.params(gone)[0], self.int(self.at.pc as u64));
        let status = self.runtime(self.functions.called, &[status, pc]);
        self.unless_left(status);
        self.reload_count();
        let value = self.slot(inst.a());
        self.set(inst.a(), value);
        let state = self.state(self.at.pc + 1);
        self.deopt_in(state, Reason::Gone);
    }

    /// The object that a constructor finds as `this`, and the new.target, which is in a register. Frames have been pushed, which are taken away
    /// where there is none.
    fn create(&mut self, reg: u16, slow: Block) -> (Value, Value) {
        let new_target = self.boxed(self.reg(reg));
        // The collector looks at registers.
        self.spill_for_handlers();
        self.spill(reg);
        let register = self.int(reg.into());
        let this = self.runtime(self.functions.create, &[register]);
        let zero = self.int(0);
        let made = self.b().icmp(IntCond::Ne, this, zero);
        let other = self.cold_block();
        self.or_else(made, other);
        let here = self.block();
        self.switch_to(other);
        self.pop_frames();
        self.b().jump(slow, &[]);
        self.switch_to(here);
        (this, new_target)
    }

    /// Ends the block: a constructor of a class with `extends` returns what it says, or what its parent's made.
    pub(crate) fn return_derived(&mut self, inst: Inst) {
        let (value, this) = (self.boxed(self.reg(inst.a())), self.boxed(self.reg(inst.b())));
        let other = self.new_block(&[]);
        self.object(Val::Any(value), Some(other));
        self.returned(Val::Any(value));
        self.switch_to(other);
        let (undefined, empty) = (self.int(Word::UNDEFINED.bits()), self.int(Word::EMPTY.bits()));
        let nothing = self.b().icmp(IntCond::Eq, value, undefined);
        self.guard(nothing, Reason::Binding);
        let made = self.b().icmp(IntCond::Ne, this, empty);
        self.guard(made, Reason::Binding);
        self.returned(Val::Any(this));
    }

    /// Calls one function.
    fn direct(
        &mut self,
        (inst, getter): (Inst, Option<(Value, Value)>),
        (target, number): &(Target, u32),
        slow: Block,
    ) -> Vec<Arrival> {
        let argc = if getter.is_some() { 0 } else { inst.c() };
        // Registers of getters lie behind all that are in use.
        let distance = match getter {
            None => self.small(inst.b().into()),
            Some(_) => {
                let (frame, class) = (self.at.frame, self.classes.frames);
                let [base, top] =
                    [FRAME_BASE, FRAME_TOP].map(|offset| self.load(Type::I32, frame, offset, class));
                self.b().binary(Ir::Isub, top, base)
            }
        };
        let (record, window) = self.room(distance, target, Some(slow));
        let (room, left) = self.counts(inst, slow);
        self.push_frames();
        let this = (inst.op() == Op::New).then(|| self.create(inst.b() + 1, slow));
        let class = self.classes.registers;
        if let Some((function, receiver)) = getter {
            self.b().store(function, window, 0, class);
            self.b().store(receiver, window, VALUE, class);
        } else {
            (inst.b()..inst.b() + 2 + argc as u16).for_each(|reg| self.spill(reg));
        }
        if let Some((this, _)) = this {
            self.b().store(this, window, VALUE, class);
        }
        self.spill_for_handlers();
        self.undefined(window, 2 + argc.min(target.params)..target.registers);
        let new_target = this.map(|(_, new_target)| new_target);
        let top = self.push((inst.a(), argc), (target, distance), (record, new_target));
        self.set_room(left);
        let func = self.callee(*number);
        let results = self.call_func(func, &[record, window]);
        let (status, zero) = (results[0], self.int(RETURNED));
        let returned = self.b().icmp(IntCond::Eq, status, zero);
        let other = self.cold_block();
        self.or_else(returned, other);
        self.pop(top);
        self.set_room(room);
        self.pop_frames();
        self.reload_count();
        let mut arrivals = self.arrivals_with(Val::Any(results[1]), this.map(|(this, _)| this));
        self.switch_to(other);
        let pc = self.int(self.at.pc as u64);
        let status = self.runtime(self.functions.called, &[status, pc]);
        self.set_room(room);
        self.unless_left(status);
        self.reload_count();
        let value = self.slot(inst.a());
        arrivals.push(self.arrival(value));
        arrivals
    }

    /// Whether there is room for a frame, else to the interpreter or out of the code: its record and its register 0.
    fn room(&mut self, distance: Value, target: &Target, slow: Option<Block>) -> (Value, Value) {
        let stack = self.at.snapshot.cells.stack;
        let (frame, registers) = (self.at.frame, self.at.window);
        let size = self.int(FRAME_SIZE as u64);
        let record = self.b().binary(Ir::PtrAdd, frame, size);
        let (place, last) = (self.b().unary(Ir::PtrToInt, record), self.int(stack.last_frame));
        let fits = self.b().icmp(IntCond::Ule, place, last);
        self.check(fits, slow, Reason::Callee);
        let (wide, three) = (self.b().unary(Ir::Zext, distance), self.int(3));
        let distance = self.b().binary(Ir::Ishl, wide, three);
        let window = self.b().binary(Ir::PtrAdd, registers, distance);
        let size = self.int(u64::from(target.registers) * VALUE as u64);
        let end = self.b().binary(Ir::PtrAdd, window, size);
        let (end, last) = (self.b().unary(Ir::PtrToInt, end), self.int(stack.last_register));
        let fits = self.b().icmp(IntCond::Ule, end, last);
        self.check(fits, slow, Reason::Callee);
        (record, window)
    }

    /// Counts the call, and takes from the native stack: how many functions it had room for, and how many it has then.
    fn counts(&mut self, inst: Inst, slow: Block) -> (Value, Value) {
        let stack = self.at.snapshot.cells.stack;
        let (address, class) = (self.address(stack.native_room), self.classes.frames);
        let room = self.load(Type::I32, address, 0, class);
        let (zero, one) = (self.small(0), self.small(1));
        let some = self.b().icmp(IntCond::Ne, room, zero);
        // Deep recursion is for tiers that take no native stack for it.
        self.or_else(some, slow);
        let left = self.b().binary(Ir::Isub, room, one);
        if inst.op() == Op::New {
            // The other tiers do not count these.
            self.store_count();
            return (room, left);
        }
        let count = match self.count {
            Some(count) => count,
            None => self.countdown(),
        };
        let some = self.b().icmp(IntCond::Ne, count, zero);
        self.or_else(some, slow);
        let less = self.b().binary(Ir::Isub, count, one);
        let (address, class) = (self.address(self.at.snapshot.cells.countdown), self.classes.countdown);
        self.store(less, address, 0, class);
        (room, left)
    }

    fn set_room(&mut self, room: Value) {
        let (address, class) = (self.address(self.at.snapshot.cells.stack.native_room), self.classes.frames);
        self.store(room, address, 0, class);
    }

    /// Makes registers undefined: the collector looks at them.
    fn undefined(&mut self, window: Value, registers: std::ops::Range<u32>) {
        let (word, class) = (self.int(Word::UNDEFINED.bits()), self.classes.registers);
        for reg in registers {
            self.b().store(word, window, reg as i32 * VALUE, class);
        }
    }

    /// Pushes the record; where the stack's top is without it.
    fn push(
        &mut self,
        (dst, argc): (u16, u32),
        (target, distance): (&Target, Value),
        (record, new_target): (Value, Option<Value>),
    ) -> Value {
        let (frame, class, stack) = (self.at.frame, self.classes.frames, self.at.snapshot.cells.stack);
        let next = self.small(self.at.pc as i32 + 1);
        self.store(next, frame, FRAME_PC, class);
        let code = self.int(target.code);
        self.store(code, record, FRAME_CODE, class);
        let undefined = self.int(Word::UNDEFINED.bits());
        self.store(new_target.unwrap_or(undefined), record, FRAME_NEW_TARGET, class);
        self.store(undefined, record, FRAME_EXTRA, class);
        let base = self.load(Type::I32, frame, FRAME_BASE, class);
        let base = self.b().binary(Ir::Iadd, base, distance);
        self.store(base, record, FRAME_BASE, class);
        let (zero, two) = (self.small(0), self.small(2));
        self.store(zero, record, FRAME_PC, class);
        let args = self.b().binary(Ir::Iadd, base, two);
        self.store(args, record, FRAME_ARGS, class);
        let argc = self.small(argc as i32);
        self.store(argc, record, FRAME_ARGC, class);
        let dst = self.small(dst.into());
        let flags = self.small(if new_target.is_some() { FRAME_CONSTRUCT.into() } else { 0 });
        for (value, offset) in [(dst, FRAME_DST), (flags, FRAME_FLAGS)] {
            let imm = Imm::Mem { offset: offset as i32, class };
            self.b().op(Ir::Store16, Some(Type::I32), &[value, record], imm);
        }
        // The top is that of the caller, or the end of the callee's registers.
        let (top, count) =
            (self.load(Type::I32, frame, FRAME_TOP, class), self.small(target.registers as i32));
        let end = self.b().binary(Ir::Iadd, base, count);
        let higher = self.b().icmp(IntCond::Ugt, end, top);
        let highest = self.b().select(higher, end, top);
        self.store(highest, record, FRAME_TOP, class);
        self.set_top(highest);
        let depth = self.address(stack.depth);
        let (frames, one) = (self.load(Type::I64, depth, 0, class), self.int(1));
        let frames = self.b().binary(Ir::Iadd, frames, one);
        self.store(frames, depth, 0, class);
        top
    }

    pub(crate) fn set_top(&mut self, top: Value) {
        let (address, class) = (self.address(self.at.snapshot.cells.stack.top), self.classes.frames);
        let top = self.b().unary(Ir::Zext, top);
        self.store(top, address, 0, class);
    }

    /// Takes the record away that was pushed.
    fn pop(&mut self, top: Value) {
        let (address, class) = (self.address(self.at.snapshot.cells.stack.depth), self.classes.frames);
        let (frames, one) = (self.load(Type::I64, address, 0, class), self.int(1));
        let frames = self.b().binary(Ir::Isub, frames, one);
        self.store(frames, address, 0, class);
        self.set_top(top);
    }

    /// The module's function for one of the engine's.
    fn callee(&mut self, number: u32) -> Func {
        if let Some(index) = self.numbers.iter().position(|known| *known == number) {
            return Func::from_index(index);
        }
        self.numbers.push(number);
        let (name, signature) = (format!("js{number}"), crate::signature());
        self.module.functions.push(Function { name, signature, ..Function::default() })
    }
}
