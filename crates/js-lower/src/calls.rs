//! Calls of functions that were seen, straight into their code: the frame record is pushed here as the other tiers push it.

use crate::emit::{Emitter, VALUE};
use crate::runtime::{RETURNED, Reason};
use crate::snapshot::Target;
use crate::value::Val;
use ir::{Block, Entity, Func, Function, Imm, IntCond, Op as Ir, Type, Value};
use js_bytecode::Inst;
use js_rt::Value as Word;
use js_rt::offsets::*;

/// Registers of a function that is called so, at most: each is written.
pub const MOST_CALLEE_REGISTERS: u32 = 40;

impl Emitter<'_> {
    /// Lowers a call; whether control goes on behind it.
    pub(crate) fn call(&mut self, inst: Inst) -> bool {
        if self.math_call(inst) {
            return true;
        }
        if self.snapshot.is_untaken(self.pc) {
            self.deopt(Reason::Untaken);
            return false;
        }
        let targets = self.snapshot.targets_at(self.pc).unwrap_or_default();
        if targets.is_empty() || !matches!(self.reg(inst.b()), Val::Any(_)) {
            self.stepped();
        } else {
            self.call_functions(inst, targets);
        }
        true
    }

    fn call_functions(&mut self, inst: Inst, targets: &[Target]) {
        let slow = self.cold_block();
        let before = (self.regs.clone(), self.count);
        let callee = self.object(self.reg(inst.b()), Some(slow));
        let function = self.is_class(callee, CLASS_FUNCTION);
        self.or_else(function, slow);
        let closure = self.load(Type::I64, callee, OBJECT_PAYLOAD, self.classes.fixed);
        let closure = self.pointer(closure);
        let code = self.load(Type::I64, closure, CLOSURE_CODE, self.classes.fixed);
        let mut types = vec![Type::I64];
        types.extend(self.count.map(|_| Type::I32));
        let done = self.new_block(&types);
        for (index, target) in targets.iter().enumerate() {
            let wanted = self.int(target.code);
            let same = self.b().icmp(IntCond::Eq, code, wanted);
            let last = index + 1 == targets.len();
            let next = if last { slow } else { self.new_block(&[]) };
            self.or_else(same, next);
            self.apart(|this| this.direct(inst, target, slow, done));
            if !last {
                self.switch_to(next);
            }
        }
        self.switch_to(slow);
        (self.regs, self.count) = before;
        self.stepped();
        let word = self.boxed(self.reg(inst.a()));
        self.finish_in(done, word);
        self.switch_to(done);
        let params = self.params(done);
        if self.count.is_some() {
            self.count = Some(params[1]);
        }
        self.set(inst.a(), Val::Any(params[0]));
    }

    /// Ends the block: on with what is behind the call.
    fn finish_in(&mut self, done: Block, word: Value) {
        let mut args = vec![word];
        args.extend(self.count);
        self.b().jump(done, &args);
    }

    /// Calls one function.
    fn direct(&mut self, inst: Inst, target: &Target, slow: Block, done: Block) {
        let first = inst.b();
        let (record, window) = self.room(first, target, slow);
        let (room, left) = self.counts(slow);
        for reg in first..first + 2 + inst.c() as u16 {
            self.spill(reg);
        }
        self.spill_for_handlers();
        let given = inst.c().min(target.params) as u16;
        self.undefined(first + 2 + given..first + target.registers as u16);
        let top = self.push(inst, target, record);
        self.set_room(left);
        let results = self.invoke(target, record, window);
        let (status, zero) = (results[0], self.int(RETURNED));
        let returned = self.b().icmp(IntCond::Eq, status, zero);
        let other = self.cold_block();
        self.or_else(returned, other);
        self.pop(top);
        self.set_room(room);
        self.reload_count();
        self.finish_in(done, results[1]);
        self.switch_to(other);
        let pc = self.int(self.pc as u64);
        let status = self.runtime(self.functions.called, &[status, pc]);
        self.set_room(room);
        self.unless_left(status);
        self.reload_count();
        let word = self.slot(inst.a());
        let word = self.boxed(word);
        self.finish_in(done, word);
    }

    /// Whether there is room for a frame, else to the interpreter: its record and its register 0.
    fn room(&mut self, first: u16, target: &Target, slow: Block) -> (Value, Value) {
        let stack = self.snapshot.cells.stack;
        let (frame, registers) = (self.frame, self.window);
        let distance = self.int(FRAME_SIZE as u64);
        let record = self.b().binary(Ir::PtrAdd, frame, distance);
        let (place, last) = (self.b().unary(Ir::PtrToInt, record), self.int(stack.last_frame));
        let fits = self.b().icmp(IntCond::Ule, place, last);
        self.or_else(fits, slow);
        let distance = self.int(u64::from(first) * VALUE as u64);
        let window = self.b().binary(Ir::PtrAdd, registers, distance);
        let size = self.int(u64::from(target.registers) * VALUE as u64);
        let end = self.b().binary(Ir::PtrAdd, window, size);
        let (end, last) = (self.b().unary(Ir::PtrToInt, end), self.int(stack.last_register));
        let fits = self.b().icmp(IntCond::Ule, end, last);
        self.or_else(fits, slow);
        (record, window)
    }

    /// Counts the call, and takes from the native stack: how many functions it had room for, and how many it has then.
    fn counts(&mut self, slow: Block) -> (Value, Value) {
        let stack = self.snapshot.cells.stack;
        let (address, class) = (self.address(stack.native_room), self.classes.frames);
        let room = self.load(Type::I32, address, 0, class);
        let (zero, one) = (self.small(0), self.small(1));
        let some = self.b().icmp(IntCond::Ne, room, zero);
        // Deep recursion is for tiers that take no native stack for it.
        self.or_else(some, slow);
        let left = self.b().binary(Ir::Isub, room, one);
        let count = match self.count {
            Some(count) => count,
            None => self.countdown(),
        };
        let some = self.b().icmp(IntCond::Ne, count, zero);
        self.or_else(some, slow);
        let less = self.b().binary(Ir::Isub, count, one);
        let (address, class) = (self.address(self.snapshot.cells.countdown), self.classes.countdown);
        self.store(less, address, 0, class);
        (room, left)
    }

    fn set_room(&mut self, room: Value) {
        let (address, class) = (self.address(self.snapshot.cells.stack.native_room), self.classes.frames);
        self.store(room, address, 0, class);
    }

    /// Makes registers undefined: the collector looks at them.
    fn undefined(&mut self, registers: std::ops::Range<u16>) {
        let (word, window, class) = (self.int(Word::UNDEFINED.bits()), self.window, self.classes.registers);
        for reg in registers {
            self.b().store(word, window, i32::from(reg) * VALUE, class);
        }
    }

    /// Pushes the record; where the stack's top is without it.
    fn push(&mut self, inst: Inst, target: &Target, record: Value) -> Value {
        let (frame, class, stack) = (self.frame, self.classes.frames, self.snapshot.cells.stack);
        let next = self.small(self.pc as i32 + 1);
        self.store(next, frame, FRAME_PC, class);
        let code = self.int(target.code);
        self.store(code, record, FRAME_CODE, class);
        let undefined = self.int(Word::UNDEFINED.bits());
        self.store(undefined, record, FRAME_NEW_TARGET, class);
        self.store(undefined, record, FRAME_EXTRA, class);
        let (base, distance) = (self.load(Type::I32, frame, FRAME_BASE, class), self.small(inst.b().into()));
        let base = self.b().binary(Ir::Iadd, base, distance);
        self.store(base, record, FRAME_BASE, class);
        let (zero, two) = (self.small(0), self.small(2));
        self.store(zero, record, FRAME_PC, class);
        let args = self.b().binary(Ir::Iadd, base, two);
        self.store(args, record, FRAME_ARGS, class);
        let argc = self.small(inst.c() as i32);
        self.store(argc, record, FRAME_ARGC, class);
        let dst = self.small(inst.a().into());
        for (value, offset) in [(dst, FRAME_DST), (zero, FRAME_FLAGS)] {
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

    fn set_top(&mut self, top: Value) {
        let (address, class) = (self.address(self.snapshot.cells.stack.top), self.classes.frames);
        let top = self.b().unary(Ir::Zext, top);
        self.store(top, address, 0, class);
    }

    /// Takes the record away that was pushed.
    fn pop(&mut self, top: Value) {
        let (address, class) = (self.address(self.snapshot.cells.stack.depth), self.classes.frames);
        let (frames, one) = (self.load(Type::I64, address, 0, class), self.int(1));
        let frames = self.b().binary(Ir::Isub, frames, one);
        self.store(frames, address, 0, class);
        self.set_top(top);
    }

    fn invoke(&mut self, target: &Target, record: Value, window: Value) -> Vec<Value> {
        let func = self.callee(target.number);
        self.call_func(func, &[record, window])
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
