//! Arrays and strings by index, and values at the heads of lists.

use crate::emit::{Element, Emitter};
use crate::references::COUNT;
use crate::slots::slot_of;
use dis_bytecode::Op;
use dis_rt::{array, list, types};
use dis_vm::tier::{Mode, Slot, TypeInfo, shared};
use ir::{Imm, IntCond, Op as Ir, Type, Value};
use std::rc::Rc;

impl Emitter<'_> {
    pub(crate) fn array(&mut self, op: Op) -> Option<bool> {
        match op {
            Op::Lena => self.length_of(types::ARRAY)?,
            Op::Lenc => self.length_of(types::STRING)?,
            Op::Indc => self.character()?,
            Op::Insc => self.put_character()?,
            Op::Indb => self.index(1, Vec::new())?,
            Op::Indf | Op::Indl => self.index(8, Vec::new())?,
            Op::Indw => self.index(self.snapshot.word, self.refers())?,
            _ => self.index_any()?,
        }
        Some(true)
    }

    /// The address of an element of the type that was seen here, or of one that seems to be a reference.
    fn index_any(&mut self) -> Option<()> {
        let seen = self.operand(1).known;
        match self.snapshot.types.get(&seen).filter(|ty| seen != 0 && ty.size > 0) {
            Some(ty) => {
                let word = self.snapshot.word;
                let mixed = !(ty.pointers.is_empty() || ty.pointers == [0] && ty.size == word);
                let ty = Rc::new(ty.clone());
                self.index_of(ty, mixed.then_some(seen))
            }
            None => {
                let references = self.refers();
                if references.is_empty() { None } else { self.index(self.snapshot.word, references) }
            }
        }
    }

    /// Where references are in the element whose address this instruction makes, by how the address is used next.
    fn refers(&self) -> Vec<u32> {
        if self.is_for_reference() { vec![0] } else { Vec::new() }
    }

    fn is_for_reference(&self) -> bool {
        let slot = self.operand(1).first;
        for pc in self.pc + 1..self.pc + 12 {
            let Some(inst) = self.snapshot.insts.get(&pc) else { return false };
            for (role, operand) in inst.op.roles().into_iter().zip(&inst.operands) {
                if operand.mode == Mode::FpAddress && operand.first == slot {
                    return slot_of(role.kind) == Some(Slot::Reference);
                }
            }
        }
        false
    }

    /// The address of an element of this size, and with references there.
    fn index(&mut self, size: u32, pointers: Vec<u32>) -> Option<()> {
        self.index_of(Rc::new(TypeInfo { size, pointers }), None)
    }

    /// The address of an element that looks so, or is of the type with this number.
    fn index_of(&mut self, ty: Rc<TypeInfo>, number: Option<u32>) -> Option<()> {
        let size = ty.size;
        let to = self.slots.of(&self.operand(1))?;
        let array = self.read(0, Slot::Reference)?;
        let index = self.read(2, Slot::Word)?;
        self.not_nil(array);
        self.is_of_type(array, types::ARRAY);
        let (at, wanted) = match number {
            Some(number) => (array::TYPE as i32, number),
            None if ty.pointers.is_empty() => (-4, size),
            None => (-4, size | array::REFERENCES),
        };
        let (own, wanted) = (self.header(array, at), self.word(wanted));
        let right = self.b().icmp(IntCond::Eq, own, wanted);
        self.guard(right);
        let len = self.header(array, array::LEN as i32);
        let inside = self.b().icmp(IntCond::Ult, index, len);
        self.guard(inside);
        let data = self.header(array, array::DATA as i32);
        let (data, index) = (self.b().unary(Ir::Zext, data), self.b().unary(Ir::Zext, index));
        let (op, by) =
            if size.is_power_of_two() { (Ir::Ishl, size.trailing_zeros()) } else { (Ir::Imul, size) };
        let by = self.int(by.into());
        let offset = self.b().binary(op, index, by);
        let base = self.base();
        // The elements' begin stays the same in loops.
        let begin = self.b().binary(Ir::PtrAdd, base, data);
        let host = self.b().binary(Ir::PtrAdd, begin, offset);
        let address = self.b().binary(Ir::Iadd, data, offset);
        let address = self.b().unary(Ir::Wrap, address);
        self.set(to, address);
        // Where the interpreter may have done it, nothing is known of the element.
        if self.is_checked() {
            self.close(&[to]);
            return Some(());
        }
        self.close(&[to]);
        let (at, freed) = (self.slots.list[to].0, self.shared(shared::FREED, self.classes.freed));
        self.known.elements.push(Element { at, ty, address, host, freed, fresh: true });
        Some(())
    }

    /// How long an array or a string is; nil has nothing.
    fn length_of(&mut self, ty: u32) -> Option<()> {
        let value = self.read(0, Slot::Reference)?;
        let place = self.place(2, Slot::Word, true)?;
        let (there, done) = (self.new_block(&[]), self.new_block(&[Type::I32]));
        let (nil, zero) = (self.is_nil(value), self.word(0));
        self.b().brif(nil, (done, &[zero]), (there, &[]));
        self.switch_to(there);
        self.is_of_type(value, ty);
        let len = match ty {
            types::ARRAY => self.header(value, array::LEN as i32),
            _ => {
                let at = self.host(value);
                self.word_at(at, 0, self.classes.strings)
            }
        };
        self.b().jump(done, &[len]);
        self.switch_to(done);
        let len = self.params(done)[0];
        self.finish(place, Slot::Word, len);
        Some(())
    }

    fn character(&mut self) -> Option<()> {
        let (string, index) = (self.read(0, Slot::Reference)?, self.read(1, Slot::Word)?);
        let place = self.place(2, Slot::Word, true)?;
        self.not_nil(string);
        self.is_of_type(string, types::STRING);
        let at = self.host(string);
        let class = self.classes.strings;
        let len = self.b().load(Type::I32, at, 0, class);
        let inside = self.b().icmp(IntCond::Ult, index, len);
        self.guard(inside);
        let (width, one) = (self.header(string, -4), self.word(1));
        let narrow = self.b().icmp(IntCond::Eq, width, one);
        let index = self.b().unary(Ir::Zext, index);
        let (thin, thick, done) = (self.new_block(&[]), self.new_block(&[]), self.new_block(&[Type::I32]));
        self.b().brif(narrow, (thin, &[]), (thick, &[]));
        self.switch_to(thin);
        let place_of = self.b().binary(Ir::PtrAdd, at, index);
        let imm = Imm::Mem { offset: 8, class };
        let value = self.b().with_imm(Ir::LoadU8, Some(Type::I32), &[place_of], imm);
        self.b().jump(done, &[value]);
        self.switch_to(thick);
        let two = self.int(2);
        let offset = self.b().binary(Ir::Ishl, index, two);
        let place_of = self.b().binary(Ir::PtrAdd, at, offset);
        let value = self.b().load(Type::I32, place_of, 8, class);
        self.b().jump(done, &[value]);
        self.switch_to(done);
        let value = self.params(done)[0];
        self.finish(place, Slot::Word, value);
        Some(())
    }

    /// A character of 8 bits put into a string of such that nobody else has and that has room for it, as `Heap::insert` does.
    fn put_character(&mut self) -> Option<()> {
        let to = self.slots.of(&self.operand(2))?;
        let (value, index) = (self.read(0, Slot::Word)?, self.read(1, Slot::Word)?);
        let string = self.get(to);
        let (nil, one, class) = (self.word(dis_rt::NIL), self.word(1), self.classes.strings);
        let there = self.b().icmp(IntCond::Ne, string, nil);
        self.check(there);
        let at = self.host(string);
        let (ty, count) = (self.header(string, -12), self.word_at(at, COUNT, self.classes.counts));
        let (width, wanted) = (self.header(string, -4), self.word(types::STRING));
        for (actual, wanted) in [(ty, wanted), (count, one), (width, one)] {
            let same = self.b().icmp(IntCond::Eq, actual, wanted);
            self.check(same);
        }
        let (len, size) = (self.word_at(at, 0, class), self.header(string, -8));
        let (wide, first) = (self.word(256), self.word(8));
        let place = self.b().binary(Ir::Iadd, index, first);
        for (cond, less, more) in
            [(IntCond::Ult, value, wide), (IntCond::Ule, index, len), (IntCond::Ult, place, size)]
        {
            let right = self.b().icmp(cond, less, more);
            self.check(right);
        }
        let longer = self.b().binary(Ir::Iadd, index, one);
        let appends = self.b().icmp(IntCond::Eq, index, len);
        let len = self.b().select(appends, longer, len);
        self.store(len, at, 0, class);
        let index = self.b().unary(Ir::Zext, index);
        let place = self.b().binary(Ir::PtrAdd, at, index);
        self.b().op(Ir::Store8, Some(Type::I32), &[value, place], Imm::Mem { offset: 8, class });
        self.close(&[to]);
        Some(())
    }

    /// A number at the head of a list.
    pub(crate) fn head(&mut self, op: Op) -> Option<bool> {
        let (slot, size) = match op {
            Op::Headb => (Slot::Byte, 1),
            Op::Headw => (Slot::Word, self.snapshot.word),
            Op::Headf => (Slot::Real, 8),
            _ => (Slot::Big, 8),
        };
        let cell = self.cell()?;
        let place = self.place(2, slot, true)?;
        let (own, wanted) = (self.header(cell, -8), self.word(list::DATA + size));
        let large = self.b().icmp(IntCond::Uge, own, wanted);
        self.guard(large);
        let at = self.host(cell);
        let value = self.load_as(slot, at, list::DATA as i32, self.classes.data);
        self.finish(place, slot, value);
        Some(true)
    }

    /// The cell that a list begins with.
    pub(crate) fn cell(&mut self) -> Option<Value> {
        let cell = self.read(0, Slot::Reference)?;
        self.not_nil(cell);
        self.is_of_type(cell, types::LIST);
        Some(cell)
    }
}
