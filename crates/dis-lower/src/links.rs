//! Calls through links of modules, from compiled code to compiled code: what the links lead to was seen, and is checked.

use crate::emit::{Emitter, Goes};
use crate::place::Place;
use crate::references::COUNT;
use crate::slots::size_of;
use dis_rt::{NIL, module, types};
use dis_vm::tier::{Leads, Math, Slot, record, shared};
use ir::{IntCond, Op as Ir, Type, Value};

impl Emitter<'_> {
    /// A frame for a function that a link leads to.
    pub(crate) fn linked_frame(&mut self) -> Option<()> {
        let link = self.inst().link?;
        let reference = self.read(0, Slot::Reference)?;
        self.leads(reference, link.shape);
        self.new_frame(self.inst().frame)
    }

    /// A call of such a function.
    pub(crate) fn linked_call(&mut self) -> Option<()> {
        let link = self.inst().link?;
        let (filling, slot) = self.called_with()?;
        match link.leads {
            Leads::Code(code, pc) => {
                let reference = self.read(2, Slot::Reference)?;
                self.leads(reference, link.shape);
                self.call_with(&filling, slot, (code, pc), Some(reference))
            }
            Leads::Math(function) => self.compute(function, link.shape),
            Leads::Machine => None,
        }
    }

    /// The reference is one to a module whose links lead where they were seen to.
    fn leads(&mut self, reference: Value, shape: u32) {
        self.not_nil(reference);
        self.is_of_type(reference, types::MODULE);
        let (own, wanted) = (self.header(reference, module::LINKS as i32), self.word(shape));
        let right = self.b().icmp(IntCond::Eq, own, wanted);
        self.guard(right);
    }

    /// Has another module run, counted, and says which one did.
    pub(crate) fn enter_module(&mut self, reference: Value) -> Value {
        let at = self.host(reference);
        let count = self.word_at(at, COUNT, self.classes.counts);
        self.count(reference, count, 1);
        let old = self.shared(shared::MODULE, self.classes.shared);
        let reference = self.b().unary(Ir::Zext, reference);
        self.run_module(reference);
        old
    }

    /// Says which module runs.
    fn run_module(&mut self, module: Value) {
        let base = self.base();
        let at = self.b().binary(Ir::PtrAdd, base, module);
        let data = self.word_at(at, module::DATA as i32, self.classes.headers);
        let data = self.b().unary(Ir::Zext, data);
        self.set_shared(shared::MODULE, module);
        self.set_shared(shared::MP, data);
    }

    /// Behind a call of another module's function: the caller's runs again, unless the interpreter has seen to that. It is in the
    /// record of the frame that is gone.
    pub(crate) fn leave_module(&mut self, index: Value) {
        let (record, class) = (self.record(index), self.classes.records);
        let module = self.b().load(Type::I32, record, record::MODULE, class);
        let nil = self.word(NIL);
        let seen_to = self.b().icmp(IntCond::Eq, module, nil);
        let (on, last, more, done) =
            (self.new_block(&[]), self.cold_block(), self.new_block(&[]), self.new_block(&[]));
        self.b().brif(seen_to, (done, &[]), (on, &[]));
        self.switch_to(on);
        let old = self.shared(shared::MODULE, self.classes.shared);
        let module = self.b().unary(Ir::Zext, module);
        self.run_module(module);
        let reference = self.b().unary(Ir::Wrap, old);
        let at = self.host(reference);
        let (count, one) = (self.word_at(at, COUNT, self.classes.counts), self.word(1));
        let is_last = self.b().icmp(IntCond::Eq, count, one);
        self.b().brif(is_last, (last, &[]), (more, &[]));
        self.switch_to(last);
        self.runtime(self.functions.release, &[old]);
        self.b().jump(done, &[]);
        self.switch_to(more);
        self.count(reference, count, -1);
        self.b().jump(done, &[]);
        self.switch_to(done);
    }

    /// A function of `$Math`, whose result goes to the own frame.
    fn compute(&mut self, function: Math, shape: u32) -> Option<()> {
        let (filling, slot) = self.called_with()?;
        let Goes::Here(offset) = filling.result else { return None };
        let (word, frames) = (self.snapshot.word, self.classes.frames);
        let apart =
            |(at, slot): &(u32, Slot)| at + size_of(*slot, word) <= offset || *at >= offset.saturating_add(8);
        let to = self.slots.at(offset).filter(|to| self.slots.list[*to].1 == Slot::Real);
        let mut others = (0..).zip(&self.slots.list).filter(|(slot, _)| Some(*slot) != to);
        let argument = self.snapshot.types.get(&self.inst().frame)?;
        if !argument.pointers.is_empty()
            || (self.room_here(offset) as u32) >> 2 < 8
            || !others.all(|(_, slot)| apart(slot))
        {
            return None;
        }
        let reference = self.read(2, Slot::Reference)?;
        self.leads(reference, shape);
        let frame = self.frame_of(&filling, slot);
        if filling.here.is_none() {
            self.drops_alone(frame);
            let expected = self.own_address(offset);
            self.goes_to(frame, expected);
        }
        if self.snapshot.limited {
            self.spend();
        }
        let at = self.b().unary(Ir::IntToPtr, frame);
        let value = self.load_as(Slot::Real, at, 8 * word as i32, frames);
        let value = self.b().unary(operation(function), value);
        self.called();
        let place = match to {
            Some(slot) => Place::Slot(slot),
            None => Place::Memory { at: self.fp, offset: offset as i32, class: frames },
        };
        self.finish(place, Slot::Real, value);
        Some(())
    }

    /// The frame is not the first of a part of the stack, which would go with it.
    fn drops_alone(&mut self, frame: Value) {
        let start = self.shared(shared::START, self.classes.shared);
        let apart = self.b().icmp(IntCond::Ne, frame, start);
        self.check(apart);
    }

    /// The frame says that its result goes to this address.
    fn goes_to(&mut self, frame: Value, expected: Value) {
        let at = self.b().unary(Ir::IntToPtr, frame);
        let actual = self.word_at(at, 4 * self.snapshot.word as i32, self.classes.frames);
        let same = self.b().icmp(IntCond::Eq, actual, expected);
        self.check(same);
    }
}

fn operation(function: Math) -> Ir {
    match function {
        Math::Sqrt => Ir::Fsqrt,
        Math::Fabs => Ir::Fabs,
        Math::Floor => Ir::Ffloor,
        Math::Ceil => Ir::Fceil,
    }
}
