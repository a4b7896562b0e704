//! Elements of arrays and typed arrays by int32.

use crate::emit::{Emitter, VALUE};
use crate::kinds::{element_note, element_type};
use crate::memory::Place;
use crate::runtime::Reason;
use crate::snapshot::Note;
use crate::value::Val;
use ir::{Block, Imm, IntCond, Op as Ir, Type, Value};
use js_bytecode::{Inst, Op};
use js_rt::ElementType;
use js_rt::offsets::*;

impl Emitter<'_> {
    /// Lowers an access to an element; whether it is one.
    pub(crate) fn element(&mut self, inst: Inst) -> bool {
        match inst.op() {
            Op::GetElement => self.get_element(inst),
            Op::SetElement => self.set_element(inst),
            _ => return false,
        }
        true
    }

    fn get_element(&mut self, inst: Inst) {
        let note = element_note(self.at.snapshot, self.at.pc, inst.b());
        let (base, key) = (inst.b(), inst.cr());
        if !matches!(self.reg(base), Val::Any(_)) || !self.reg(key).may_be_number() {
            return self.stepped();
        }
        if let Some(element) = element_type(note).filter(|_| note.exits < self.at.snapshot.most_exits()) {
            let value = self.typed_element(base, key, element);
            return self.set(inst.a(), value);
        }
        if note.class != 0 || note.bits & Note::PRIMITIVE != 0 {
            return self.stepped();
        }
        let slow = self.slow_block();
        let Some(index) = self.index(key, slow) else { return self.stepped() };
        let object = self.object_like(self.reg(base), (FLAG_EXOTIC, 0), self.classes.flags, slow);
        let place = self.place(object, index, slow);
        let value = match slow {
            Some(slow) => {
                let word = self.load_place(place, Some(slow), Reason::Element);
                self.meet(Val::Any(word), slow)
            }
            None => self.loaded(place, inst.a(), Reason::Element),
        };
        self.set(inst.a(), value);
    }

    /// One of an object's flags, as it is in the word.
    fn flag(&mut self, object: Value, flag: u32) -> Value {
        let flags = self.load(Type::I32, object, HEADER_AUX, self.classes.flags);
        let mask = self.small(flag as i32);
        self.b().binary(Ir::Band, flags, mask)
    }

    /// Where an element of an object is that has elements in a row.
    pub(crate) fn place(&mut self, object: Value, index: Value, slow: Option<Block>) -> Place {
        let row = self.load(Type::I64, object, OBJECT_ELEMENTS, self.classes.rows);
        let row = self.pointer(row);
        // The lower half, which is no more than all of it: bounds are found out for numbers as wide as loops count with.
        let room = self.load(Type::I32, row, SLOTS_CAPACITY, self.classes.fixed);
        let within = self.b().icmp(IntCond::Ult, index, room);
        self.check(within, slow, Reason::Element);
        let wide = self.b().unary(Ir::Zext, index);
        Place { owner: row, base: self.at(row, wide, 3), offset: SLOTS_VALUES, class: self.classes.elements }
    }

    /// The address of element `index`, of `1 << log` bytes.
    fn at(&mut self, base: Value, index: Value, log: u64) -> Value {
        let log = self.int(log);
        let distance = self.b().binary(Ir::Ishl, index, log);
        self.b().binary(Ir::PtrAdd, base, distance)
    }

    fn set_element(&mut self, inst: Inst) {
        let note = element_note(self.at.snapshot, self.at.pc, inst.a());
        let (base, key, value) = (inst.a(), inst.b(), self.reg(inst.cr()));
        if !matches!(self.reg(base), Val::Any(_)) || !self.reg(key).may_be_number() {
            return self.stepped();
        }
        if let Some(element) = element_type(note).filter(|_| note.exits < self.at.snapshot.most_exits()) {
            return self.set_typed(inst, element);
        }
        if note.class != 0 {
            return self.stepped();
        }
        // What is not there yet is for the interpreter, and goes on behind.
        let slow = self.cold_block();
        let Some(index) = self.index(key, Some(slow)) else {
            // Nothing leads to the block; it is dropped.
            return self.stepped();
        };
        let array = (0xff, CLASS_ARRAY.into());
        let object = self.object_like(self.reg(base), array, self.classes.classes, Some(slow));
        let place = self.place(object, index, Some(slow));
        let found = self.load(Type::I64, place.base, place.offset, self.classes.elements);
        self.not_empty(found, Some(slow), Reason::Element);
        let word = self.boxed(value);
        self.fits(object, value, word, slow);
        // The word again: what a double is has been decided.
        let value = if value.may_be_cell() { value } else { Val::Any(word) };
        let cell = value.may_be_cell() && matches!(self.reg(inst.cr()), Val::Any(_) | Val::Constant(_));
        self.store(word, place.base, place.offset, self.classes.elements);
        if cell {
            self.report(word, place.owner);
        }
        self.join(slow);
    }

    /// Meets a way on which the interpreter did what the instruction does.
    pub(crate) fn join(&mut self, slow: Block) {
        let nothing = Val::Constant(js_rt::Value::UNDEFINED.bits());
        self.meet(nothing, slow);
    }

    /// What flags say of elements has to include the value.
    fn fits(&mut self, object: Value, value: Val, word: Value, slow: Block) {
        let zero = self.small(0);
        match value {
            Val::Int(_) => {}
            Val::Number(..) => {
                // The word may be an int32's, for which there need be no flag: but mostly there is.
                let doubles = self.flag(object, ELEMENTS_DOUBLE);
                let holds = self.b().icmp(IntCond::Ne, doubles, zero);
                self.check(holds, Some(slow), Reason::Element);
            }
            Val::Any(_) => {
                let (done, other) = (self.new_block(&[]), self.new_block(&[]));
                let int = self.is_int(word);
                self.b().brif(int, (done, &[]), (other, &[]));
                self.switch_to(other);
                let number = self.is_number(word);
                let (double, any) = (self.new_block(&[]), self.new_block(&[]));
                self.b().brif(number, (double, &[]), (any, &[]));
                for (block, flag) in [(double, ELEMENTS_DOUBLE), (any, ELEMENTS_VALUE)] {
                    self.switch_to(block);
                    let bit = self.flag(object, flag);
                    let holds = self.b().icmp(IntCond::Ne, bit, zero);
                    self.b().brif(holds, (done, &[]), (slow, &[]));
                }
                self.switch_to(done);
            }
            _ => {
                let values = self.flag(object, ELEMENTS_VALUE);
                let holds = self.b().icmp(IntCond::Ne, values, zero);
                self.check(holds, Some(slow), Reason::Element);
            }
        }
    }

    // Typed arrays.

    /// The address of an element of a typed array of a type.
    fn typed_place(&mut self, base: u16, key: u16, element: ElementType, writing: bool) -> Option<Value> {
        let index = self.index(key, None)?;
        let object = self.object(self.reg(base), None);
        let class = self.is_class(object, element.class() as u8);
        self.guard(class, Reason::Shape);
        let view = self.load(Type::I64, object, OBJECT_PAYLOAD, self.classes.views);
        let view = self.pointer(view);
        let length = self.load(Type::I64, view, VIEW_LENGTH, self.classes.views);
        // Not one that tracks the buffer's length, which has all ones there.
        let most = self.int(i32::MAX as u64);
        let fixed = self.b().icmp(IntCond::Ule, length, most);
        self.guard(fixed, Reason::Element);
        let log = u64::from(element.size().trailing_zeros());
        let start = self.load(Type::I64, view, VIEW_OFFSET, self.classes.views);
        let buffer = self.load(Type::I64, view, VIEW_DATA, self.classes.views);
        let buffer = self.pointer(buffer);
        let shift = self.int(log);
        let size = self.b().binary(Ir::Ishl, length, shift);
        let end = self.b().binary(Ir::Iadd, size, start);
        let bytes = self.load(Type::I64, buffer, BUFFER_LEN, self.classes.buffers);
        let inside = self.b().icmp(IntCond::Ule, end, bytes);
        self.guard(inside, Reason::Element);
        if writing {
            let immutable = self.load_byte(buffer, BUFFER_IMMUTABLE, self.classes.buffers);
            let zero = self.small(0);
            let mutable = self.b().icmp(IntCond::Eq, immutable, zero);
            self.guard(mutable, Reason::Element);
        }
        let data = self.load(Type::I64, buffer, BUFFER_DATA, self.classes.buffers);
        self.not_empty(data, None, Reason::Element);
        // What depends on the index comes last: all else is the same for all elements.
        let room = self.b().unary(Ir::Wrap, length);
        let within = self.b().icmp(IntCond::Ult, index, room);
        self.guard(within, Reason::Element);
        let wide = self.b().unary(Ir::Zext, index);
        let data = self.pointer(data);
        let first = self.b().binary(Ir::PtrAdd, data, start);
        Some(self.at(first, wide, log))
    }

    fn typed_element(&mut self, base: u16, key: u16, element: ElementType) -> Val {
        use ElementType as E;
        let Some(address) = self.typed_place(base, key, element, false) else { return Val::None };
        let mem = Imm::Mem { offset: 0, class: self.classes.bytes };
        let narrow = |this: &mut Self, op| this.b().with_imm(op, Some(Type::I32), &[address], mem.clone());
        match element {
            E::Int8 => Val::Int(narrow(self, Ir::LoadS8)),
            E::Uint8 | E::Uint8Clamped => Val::Int(narrow(self, Ir::LoadU8)),
            E::Int16 => Val::Int(narrow(self, Ir::LoadS16)),
            E::Uint16 => Val::Int(narrow(self, Ir::LoadU16)),
            E::Float32 => Val::Number(self.b().with_imm(Ir::LoadF32, None, &[address], mem), None),
            E::Float64 => {
                // NaNs of words have no payload.
                let number = self.load(Type::F64, address, 0, self.classes.bytes);
                Val::Number(self.b().unary(Ir::Fcanon, number), None)
            }
            _ => {
                let bits = self.load(Type::I32, address, 0, self.classes.bytes);
                if element == E::Uint32 { self.uint32(bits) } else { Val::Int(bits) }
            }
        }
    }

    fn set_typed(&mut self, inst: Inst, element: ElementType) {
        use ElementType as E;
        // The value is converted first, and it is a number, or else an exit.
        let Some(value) = self.stored_number(inst.cr()) else { return self.stepped() };
        let Some(address) = self.typed_place(inst.a(), inst.b(), element, true) else {
            return self.stepped();
        };
        let mem = Imm::Mem { offset: 0, class: self.classes.bytes };
        match element {
            E::Float32 | E::Float64 => {
                let number = self.float(value);
                if element == E::Float64 {
                    self.store(number, address, 0, self.classes.bytes);
                } else {
                    self.b().op(Ir::StoreF32, None, &[number, address], mem);
                }
            }
            E::Int32 | E::Uint32 => {
                let bits = self.int32(value);
                self.store(bits, address, 0, self.classes.bytes);
            }
            _ => {
                let bits = if element == E::Uint8Clamped { self.clamped(value) } else { self.int32(value) };
                let op = if element.size() == 1 { Ir::Store8 } else { Ir::Store16 };
                self.b().op(op, Some(Type::I32), &[bits, address], mem);
            }
        }
    }

    /// A register's value as a number to be stored.
    fn stored_number(&mut self, reg: u16) -> Option<Val> {
        match self.reg(reg) {
            Val::Any(word) => Some(Val::Number(self.unboxed(word, self.at.pc, Reason::Number), None)),
            value if value.kind().is_number() => Some(value),
            _ => None,
        }
    }

    /// ToUint8Clamp.
    fn clamped(&mut self, value: Val) -> Value {
        let (zero, most) = (self.small(0), self.small(255));
        if let Val::Int(int) = value {
            let negative = self.b().icmp(IntCond::Slt, int, zero);
            let int = self.b().select(negative, zero, int);
            let large = self.b().icmp(IntCond::Sgt, int, most);
            return self.b().select(large, most, int);
        }
        let number = self.float(value);
        let nearest = self.b().unary(Ir::Fnearest, number);
        // NaN comes to 0.
        let int = self.b().convert(Ir::F64ToSint, Type::I32, nearest);
        self.clamped(Val::Int(int))
    }
}

/// Bytes of a value, for those who count in elements.
const _: () = assert!(VALUE == 8);
/// Of notes, which tell arrays from typed arrays.
const _: () = assert!(Note::MANY > CLASS_TYPED_LAST);
