//! Calls: frames, calling, returning. `call.rs` and `proc.rs` of `dis-vm` have what this does.

use crate::emit::{Emitter, Filling, Goes, Inlined};
use crate::frames::frame_size;
use crate::place::fits;
use dis_bytecode::Op;
use dis_rt::NIL;
use dis_vm::tier::{LARGEST, Mode, RETURNED, Slot, record, shared};
use ir::{IntCond, Op as Ir, Type, Value};

/// References in a frame that is dropped here, at most.
const MOST: usize = 8;

impl Emitter<'_> {
    /// What is known of frames being filled, behind an instruction that the interpreter executed.
    pub(crate) fn calls_stepped(&mut self) {
        let inst = self.inst();
        let (to, class) = (inst.operands[2], self.classes.shared);
        match inst.op {
            Op::Frame | Op::Mframe => {
                let ty = if inst.op == Op::Frame { inst.operands[0].first } else { 0 };
                let known = to.mode == Mode::Fp && self.slots.at(to.first).is_some();
                let (at, ty) = if known { (to.first, ty) } else { (u32::MAX, 0) };
                let top = self.shared(shared::TOP, class);
                self.filling(at, ty, top, None);
            }
            Op::Call | Op::Mcall | Op::Spawn | Op::Mspawn => self.called(),
            _ => {}
        }
    }

    /// Makes a frame of a type.
    pub(crate) fn new_frame(&mut self, number: u32) -> Option<()> {
        let to = self.operand(2);
        let slot = self.slots.of(&to)?;
        let ty = self.snapshot.types.get(&number)?;
        let size = frame_size(ty, self.snapshot.word);
        if u64::from(size) > LARGEST {
            return None;
        }
        let (top, bytes) = (self.known.top, self.int(size.into()));
        let above = self.b().binary(Ir::Iadd, top, bytes);
        // Where there may be no room, for it or its record, the interpreter makes it.
        let near = self.shared(shared::NEAR, self.classes.shared);
        let fits = self.b().icmp(IntCond::Ule, above, near);
        self.check(fits);
        let host = self.b().unary(Ir::IntToPtr, top);
        self.blank(ty, size, host, to.first);
        let frame = self.address_at(top);
        self.set(slot, frame);
        self.close(&[slot]);
        self.filling(to.first, number, above, Some(top));
        Some(())
    }

    pub(crate) fn call(&mut self) -> Option<()> {
        let (filling, slot) = self.called_with()?;
        let begin = (self.snapshot.code, self.operand(2).first);
        self.call_with(&filling, slot, begin, None)
    }

    /// The frame that this instruction calls with, and the slot that has its address.
    pub(crate) fn called_with(&self) -> Option<(Filling, usize)> {
        let (operand, types) = (self.operand(0), &self.snapshot.types);
        let filling = self.known.pending.last()?.clone();
        let (given, wanted) = (types.get(&filling.ty)?, types.get(&self.inst().frame)?);
        if operand.mode != Mode::Fp || filling.at != operand.first || filling.ty == 0 || given != wanted {
            return None;
        }
        let slot = self.slots.at(filling.at)?;
        Some((filling, slot))
    }

    /// Where a frame being filled is in the host's memory.
    pub(crate) fn frame_of(&mut self, filling: &Filling, slot: usize) -> Value {
        if let Some(frame) = filling.here {
            return frame;
        }
        let frame = self.get(slot);
        let (base, frame) = (self.int(self.snapshot.base.cast_signed()), self.b().unary(Ir::Zext, frame));
        self.b().binary(Ir::Iadd, base, frame)
    }

    /// Calls a function, of another module if there is a reference to that, and goes on behind the call.
    pub(crate) fn call_with(
        &mut self,
        filling: &Filling,
        slot: usize,
        (code, target): (u32, u32),
        module: Option<Value>,
    ) -> Option<()> {
        let index = self.number(self.known.pending.len());
        if filling.here.is_none() {
            self.bounded(index);
        }
        let inlined = self.inlinable((code, target), filling, slot);
        if self.snapshot.limited {
            self.spend();
        }
        self.known.used += 1;
        // The callee's frame is not in the way of who goes on behind the call, but handlers are asked with the call's number.
        let handled =
            self.snapshot.handlers.iter().any(|handler| (handler.from..handler.to).contains(&self.pc));
        if self.slots.called.of_call(self.pc).is_none() {
            self.save_from(filling.result);
        }
        self.save(if handled { self.pc } else { self.pc + 1 });
        // Who looks at frames from the callee on finds those being filled, too.
        self.first_records(self.known.pending.len() - 1);
        let frame = self.frame_of(filling, slot);
        let old = module.map(|module| self.enter_module(module));
        self.record_of_call(index, filling, old);
        let asked = inlined.is_some_and(|callee| self.asked_before(callee) > 0);
        match inlined {
            Some(callee) => self.inline((callee, module.is_some()), frame, index, filling.result),
            None => self.call_code((code, target), (frame, filling.here.is_some()), index, filling.result),
        }
        if module.is_some() {
            self.leave_module(index);
        }
        self.called();
        if !asked {
            self.look_behind();
        }
        Some(())
    }

    /// Calls a function's code, with a frame that has a record there.
    fn call_code(
        &mut self,
        (code, target): (u32, u32),
        (frame, is_here): (Value, bool),
        index: Value,
        result: Goes,
    ) {
        let (room, quantum) = (self.room(frame, result, is_here), self.left());
        let callee = self.callee(code, target);
        let functions = std::mem::take(&mut self.module);
        let results = self.b().call(&functions, callee, &[frame, quantum, index, room], false);
        self.module = functions;
        (self.known.quantum, self.known.used) = (results[1], 0);
        let returned = self.went_on(results[0]);
        const { assert!(RETURNED == 0) };
        self.come_back_unless(returned, results[0]);
        // Everything is in memory, where others may have written.
        self.known.values.fill(None);
        self.keep_result();
        self.known.age();
    }

    /// The record of a frame that is called with. It is not being filled any more. From another module's function, it has the caller's.
    fn record_of_call(&mut self, index: Value, filling: &Filling, module: Option<Value>) {
        let record = self.record(index);
        let back = self.pc + 1;
        self.words_of_record(record, record::PC, [back, 0]);
        if let Some((frame, ty)) = filling.made {
            self.frame_of_record(record, frame, ty);
        }
        let caller = (self.known.pending.len() as u32).wrapping_neg();
        self.words_of_record(record, record::CALLER, [caller, NIL]);
        if let Some(module) = module {
            let module = self.b().unary(Ir::Wrap, module);
            let class = self.classes.records;
            self.b().store(module, record, record::MODULE, class);
        }
    }

    /// Drops the frame and goes back, if the caller is of this module and nothing is freed.
    pub(crate) fn ret(&mut self) -> Option<()> {
        let ty = self.snapshot.types.get(&self.snapshot.frame)?;
        let pointers = ty.pointers.clone();
        let word = self.snapshot.word;
        if !self.known.pending.is_empty()
            || pointers.len() > MOST
            || !pointers.iter().all(|at| fits(ty, *at, word, Slot::Reference, true, word))
        {
            return None;
        }
        for at in pointers {
            self.drop_reference(at);
        }
        if self.inlined.is_none() {
            let (room, zero) = (self.room, self.int(0));
            let by_code = self.b().icmp(IntCond::Ne, room, zero);
            let (other, back) = (self.cold_block(), self.new_block(&[]));
            self.b().brif(by_code, (back, &[]), (other, &[]));
            self.switch_to(other);
            self.drop_frame();
            self.b().jump(back, &[]);
            self.switch_to(back);
        }
        self.close_return();
        let quantum = self.left();
        if let Some(Inlined { back, .. }) = self.inlined {
            self.b().jump(back, &[quantum]);
            return Some(());
        }
        let place = self.int(0);
        self.b().ret(&[place, quantum]);
        Some(())
    }

    /// Tells the machine that the frame is gone, if it may go so.
    fn drop_frame(&mut self) {
        let (classes, own, frame) = (self.classes, self.own, self.frame);
        let start = self.shared(shared::START, classes.shared);
        let record = self.record(own);
        let (caller, module) = (
            self.b().load(Type::I32, record, record::CALLER, classes.records),
            self.b().load(Type::I32, record, record::MODULE, classes.records),
        );
        let (nil, nobody) = (self.word(NIL), self.word(0));
        let called = self.b().icmp(IntCond::Ne, caller, nobody);
        self.check(called);
        let same = self.b().icmp(IntCond::Eq, module, nil);
        self.check(same);
        let above = self.b().icmp(IntCond::Ne, frame, start);
        self.check(above);
        self.set_shared(shared::LEN, own);
        self.set_shared(shared::TOP, frame);
        let caller = self.callers_record(caller);
        self.set_shared(shared::ACTIVE, caller);
    }

    /// Drops the reference at an offset of the frame. It is nil then, so that the interpreter may begin again.
    fn drop_reference(&mut self, at: u32) {
        let reference = match self.slots.at(at) {
            Some(slot) => self.get(slot),
            None => self.load_as(Slot::Reference, self.fp, at as i32, self.classes.frames),
        };
        self.counted(reference, |this, count| {
            let one = this.word(1);
            let more = this.b().icmp(IntCond::Ne, count, one);
            this.check(more);
            this.count(reference, count, -1);
            let nil = this.word(NIL);
            this.store_as(Slot::Reference, nil, this.fp, at as i32, this.classes.frames);
        });
    }
}
