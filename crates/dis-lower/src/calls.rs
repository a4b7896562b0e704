//! Calls within the module: frames, calling, returning. `call.rs` and `proc.rs` of `dis-vm` have what this does.

use crate::emit::Emitter;
use crate::place::fits;
use dis_bytecode::Op;
use dis_rt::NIL;
use dis_vm::tier::{CALLED, KIND, Mode, RETURNED, Slot, TypeInfo, record, shared};
use ir::{IntCond, Op as Ir, Type, Value};

/// Bytes of a frame that is made here, at most.
const LARGEST: u32 = 512;
/// References in a frame that is dropped here, at most.
const MOST: usize = 8;

/// Bytes that a frame of a type takes.
fn frame_size(ty: &TypeInfo, word: u32) -> u32 {
    ty.size.max(5 * word).next_multiple_of(8)
}

impl Emitter<'_> {
    /// What is known of frames being filled, behind an instruction that the interpreter executed.
    pub(crate) fn calls_stepped(&mut self) {
        let inst = self.inst();
        match inst.op {
            Op::Frame => self.filling(inst.operands[2].mode, inst.operands[2].first, inst.operands[0].first),
            Op::Mframe => self.filling(inst.operands[2].mode, inst.operands[2].first, 0),
            Op::Call | Op::Mcall | Op::Spawn | Op::Mspawn => self.called(),
            _ => {}
        }
    }

    fn filling(&mut self, mode: Mode, at: u32, ty: u32) {
        let known = mode == Mode::Fp && self.slots.at(at).is_some();
        self.known.pending.push(if known { (at, ty) } else { (u32::MAX, 0) });
    }

    fn called(&mut self) {
        let operand = self.operand(0);
        match self.known.pending.last() {
            Some(pending) if operand.mode == Mode::Fp && pending.0 == operand.first => {
                self.known.pending.pop();
            }
            _ => self.known.pending.clear(),
        }
    }

    pub(crate) fn new_frame(&mut self) -> Option<()> {
        let (number, to) = (self.operand(0).first, self.place(2, Slot::Word, true)?);
        let ty = self.snapshot.types.get(&number)?;
        let size = frame_size(ty, self.snapshot.word);
        if size > LARGEST {
            return None;
        }
        let classes = self.classes;
        let [top, end, len, room, records] =
            [shared::TOP, shared::END, shared::LEN, shared::ROOM, shared::RECORDS]
                .map(|offset| self.shared(offset, classes.shared));
        let bytes = self.int(size.into());
        let above = self.b().binary(Ir::Iadd, top, bytes);
        let fits = self.b().icmp(IntCond::Ule, above, end);
        self.check(fits);
        let fits = self.b().icmp(IntCond::Ult, len, room);
        self.check(fits);
        let base = self.base();
        let host = self.b().binary(Ir::PtrAdd, base, top);
        self.blank(ty, size, host);
        let record = self.record(records, len);
        let frame = self.b().unary(Ir::Wrap, top);
        let (ty, filling, none) = (self.word(number), self.int(1), self.int(-1));
        self.b().store(frame, record, record::FP, classes.records);
        self.b().store(ty, record, record::TYPE, classes.records);
        // Being filled, and no instruction to go back to; then neither caller nor module.
        self.b().store(filling, record, record::PENDING, classes.records);
        self.b().store(none, record, record::CALLER, classes.records);
        let one = self.int(1);
        let more = self.b().binary(Ir::Iadd, len, one);
        self.set_shared(shared::LEN, more);
        self.set_shared(shared::TOP, above);
        let operand = self.operand(2);
        self.finish(to, Slot::Word, frame);
        self.filling(operand.mode, operand.first, number);
        Some(())
    }

    /// Fills a new frame: zeros, and references that are nil, among them where the result goes.
    fn blank(&mut self, ty: &TypeInfo, size: u32, host: Value) {
        let word = self.snapshot.word;
        let is_nil = |at: u32| at == 4 * word || ty.pointers.contains(&at);
        for at in (0..size).step_by(8) {
            let low = if is_nil(at) { u64::from(NIL) } else { 0 };
            let bits = match word {
                8 if low != 0 => u64::MAX,
                8 => 0,
                _ => low | if is_nil(at + 4) { u64::from(NIL) << 32 } else { 0 },
            };
            let value = self.int(bits.cast_signed());
            self.store(value, host, at as i32, self.classes.frames);
        }
    }

    pub(crate) fn call(&mut self) -> Option<()> {
        let (operand, target) = (self.operand(0), self.operand(2).first);
        let (at, ty) = *self.known.pending.last()?;
        let (given, wanted) = (self.snapshot.types.get(&ty)?, self.snapshot.types.get(&self.inst().frame)?);
        if operand.mode != Mode::Fp || at != operand.first || ty == 0 || given != wanted {
            return None;
        }
        let slot = self.slots.at(at)?;
        if self.snapshot.limited {
            self.spend();
        }
        self.known.used += 1;
        self.save(self.pc);
        let classes = self.classes;
        let [len, records, active] =
            [shared::LEN, shared::RECORDS, shared::ACTIVE].map(|offset| self.shared(offset, classes.shared));
        let one = self.int(1);
        let own = self.b().binary(Ir::Isub, len, one);
        let record = self.record(records, own);
        // Not being filled any more.
        let back = self.int(i64::from(self.pc + 1) << 32);
        let caller = self.b().unary(Ir::Wrap, active);
        self.b().store(back, record, record::PENDING, classes.records);
        self.b().store(caller, record, record::CALLER, classes.records);
        self.set_shared(shared::ACTIVE, own);
        let zero = self.int(0);
        let depth = self.depth;
        let deep = self.b().icmp(IntCond::Ne, depth, zero);
        let place = self.int((CALLED << KIND | u64::from(target)) as i64);
        self.come_back_unless(deep, place);
        let frame = self.get(slot);
        let (frame, quantum) = (self.b().unary(Ir::Zext, frame), self.left());
        let depth = self.b().binary(Ir::Isub, depth, one);
        let callee = self.callee(target);
        let module = std::mem::take(&mut self.module);
        let results = self.b().call(&module, callee, &[frame, quantum, depth], false);
        self.module = module;
        (self.known.quantum, self.known.used) = (results[1], 0);
        let returned = self.went_on(results[0]);
        const { assert!(RETURNED == 0) };
        self.come_back_unless(returned, results[0]);
        self.known.elements.clear();
        self.called();
        self.look_behind();
        Some(())
    }

    /// Drops the frame and goes back, if the caller is of this module and nothing is freed.
    pub(crate) fn ret(&mut self) -> Option<()> {
        let ty = self.snapshot.types.get(&self.snapshot.frame)?;
        let pointers = ty.pointers.clone();
        let word = self.snapshot.word;
        if pointers.len() > MOST
            || !pointers.iter().all(|at| fits(ty, *at, word, Slot::Reference, true, word))
        {
            return None;
        }
        let classes = self.classes;
        let [len, records, active, start] = [shared::LEN, shared::RECORDS, shared::ACTIVE, shared::START]
            .map(|offset| self.shared(offset, classes.shared));
        let one = self.int(1);
        let last = self.b().binary(Ir::Isub, len, one);
        let only = self.b().icmp(IntCond::Eq, last, active);
        self.check(only);
        let record = self.record(records, active);
        let (caller, module) = (
            self.b().load(Type::I32, record, record::CALLER, classes.records),
            self.b().load(Type::I32, record, record::MODULE, classes.records),
        );
        let nil = self.word(NIL);
        let called = self.b().icmp(IntCond::Ne, caller, nil);
        self.check(called);
        let same = self.b().icmp(IntCond::Eq, module, nil);
        self.check(same);
        let frame = self.frame;
        let above = self.b().icmp(IntCond::Ne, frame, start);
        self.check(above);
        for at in pointers {
            self.drop_reference(at);
        }
        self.set_shared(shared::LEN, active);
        self.set_shared(shared::TOP, self.frame);
        let caller = self.b().unary(Ir::Zext, caller);
        self.set_shared(shared::ACTIVE, caller);
        self.close_return();
        let (place, quantum) = (self.int(0), self.left());
        self.b().ret(&[place, quantum]);
        Some(())
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
