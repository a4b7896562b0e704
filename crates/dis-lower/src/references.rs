//! Moving references and counting them; taking addresses.

use crate::emit::{Emitter, Goes};
use crate::place::Place;
use dis_bytecode::Op;
use dis_rt::{list, types};
use dis_vm::tier::{Mode, Slot};
use ir::{IntCond, Op as Ir, Value};

/// Where an object's count is.
pub(crate) const COUNT: i32 = -16;

impl Emitter<'_> {
    pub(crate) fn reference(&mut self, op: Op) -> Option<bool> {
        if op == Op::Lea {
            return self.address_of().map(|()| true);
        }
        let value = match op {
            Op::Movp => self.read(0, Slot::Reference)?,
            Op::Tail => {
                let cell = self.cell()?;
                let at = self.host(cell);
                self.word_at(at, list::TAIL as i32, self.classes.data)
            }
            _ => self.first_reference()?,
        };
        let place = self.place(2, Slot::Reference, true)?;
        self.put(place, value);
        Some(true)
    }

    /// The reference at the head of a list of references.
    fn first_reference(&mut self) -> Option<Value> {
        let cell = self.cell()?;
        let (inside, wanted) = (self.header(cell, list::TYPE as i32), self.word(types::POINTER));
        let right = self.b().icmp(IntCond::Eq, inside, wanted);
        self.check(right);
        let at = self.host(cell);
        Some(self.word_at(at, list::DATA as i32, self.classes.data))
    }

    /// Stores a reference with a count of its own. When the last reference to what was there goes, the interpreter does it.
    fn put(&mut self, place: Place, value: Value) {
        let old = self.load(place, Slot::Reference);
        let is_last = |this: &mut Self, count| {
            let one = this.word(1);
            let more = this.b().icmp(IntCond::Ne, count, one);
            this.check(more);
        };
        self.counted(old, is_last);
        self.counted(value, |this, count| this.count(value, count, 1));
        let (slot, written) = match place {
            Place::Slot(slot) => {
                self.set(slot, value);
                (Some(slot), old)
            }
            Place::Memory { at, offset, class } => {
                self.store_as(Slot::Reference, value, at, offset, class);
                (None, old)
            }
        };
        self.counted(written, |this, count| this.count(written, count, -1));
        self.close(slot.as_slice());
    }

    /// Does something with a reference's count, unless it is nil.
    pub(crate) fn counted(&mut self, reference: Value, mut with: impl FnMut(&mut Self, Value)) {
        let (there, done) = (self.new_block(&[]), self.new_block(&[]));
        let nil = self.is_nil(reference);
        self.b().brif(nil, (done, &[]), (there, &[]));
        self.switch_to(there);
        let at = self.host(reference);
        let count = self.word_at(at, COUNT, self.classes.counts);
        with(self, count);
        self.b().jump(done, &[]);
        self.switch_to(done);
    }

    pub(crate) fn count(&mut self, reference: Value, count: Value, change: i32) {
        let change = self.word(change.cast_unsigned());
        let count = self.b().binary(Ir::Iadd, count, change);
        let at = self.host(reference);
        self.store(count, at, COUNT, self.classes.counts);
    }

    fn address_of(&mut self) -> Option<()> {
        let (operand, target) = (self.operand(0), self.operand(2));
        let to = self.place(2, Slot::Word, true)?;
        let mut goes = Goes::Anywhere;
        let base = match operand.mode {
            Mode::Fp => {
                goes = Goes::Here(operand.first);
                let frame = self.frame;
                self.address_at(frame)
            }
            Mode::Fixed => self.word(0),
            Mode::Mp => {
                let mp = self.module_data();
                self.b().unary(Ir::Wrap, mp)
            }
            Mode::FpAddress => {
                if operand.second == 0 && operand.first == 4 * self.snapshot.word && self.result.is_some() {
                    goes = Goes::On;
                }
                self.lends(operand);
                self.leading(operand)?
            }
            _ => return None,
        };
        let offset = self.word(if operand.mode == Mode::FpAddress { operand.second } else { operand.first });
        let address = self.b().binary(Ir::Iadd, base, offset);
        self.finish(to, Slot::Word, address);
        if target.mode == Mode::FpAddress && target.second == 4 * self.snapshot.word {
            self.result_goes(target.first, goes);
        }
        Some(())
    }
}
