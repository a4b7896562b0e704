//! Operands: where they are, and what has to be checked for that, as `place.rs` of `dis-vm` does.

use crate::emit::{Element, Emitter, Goes};
use crate::slots::size_of;
use dis_vm::tier::{Mode, Operand, Slot, TypeInfo, record, shared};
use ir::{AliasClass, IntCond, Op as Ir, Type, Value};
use std::rc::Rc;

/// Where an operand is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// A slot that is a value.
    Slot(usize),
    /// In memory.
    Memory { at: Value, offset: i32, class: AliasClass },
}

impl Emitter<'_> {
    pub(crate) fn operand(&self, index: usize) -> Operand {
        self.inst().operands[index]
    }

    /// The place of an operand. `None` when only the interpreter can say.
    pub(crate) fn place(&mut self, index: usize, slot: Slot, writes: bool) -> Option<Place> {
        let operand = self.operand(index);
        let data = self.classes.data;
        Some(match operand.mode {
            Mode::Fp => match self.slots.at(operand.first) {
                Some(slot) => Place::Slot(slot),
                None => Place::Memory {
                    at: self.fp,
                    offset: i32::try_from(operand.first).ok()?,
                    class: self.classes.frames,
                },
            },
            Mode::Mp => {
                Place::Memory { at: self.mp, offset: i32::try_from(operand.first).ok()?, class: data }
            }
            Mode::Fixed => {
                let address = self.word(operand.first);
                Place::Memory { at: self.host(address), offset: 0, class: data }
            }
            Mode::FpObject | Mode::MpObject => return self.object(operand),
            Mode::FpAddress => return self.address(operand, slot, writes),
            Mode::None | Mode::Imm => return None,
        })
    }

    /// What is at a place.
    pub(crate) fn load(&mut self, place: Place, slot: Slot) -> Value {
        match place {
            Place::Slot(index) => {
                let value = self.get(index);
                match (self.slots.list[index].1, slot) {
                    (Slot::Real, Slot::Big) => self.b().unary(Ir::F64ToBits, value),
                    _ => value,
                }
            }
            Place::Memory { at, offset, class } => self.load_as(slot, at, offset, class),
        }
    }

    /// An operand's value. `None` when only the interpreter can say.
    pub(crate) fn read(&mut self, index: usize, slot: Slot) -> Option<Value> {
        let operand = self.operand(index);
        if operand.mode == Mode::Imm {
            let bits = if slot == Slot::Byte { operand.first & 0xff } else { operand.first };
            return matches!(slot, Slot::Byte | Slot::Word).then(|| self.word(bits));
        }
        let place = self.place(index, slot, false)?;
        Some(self.load(place, slot))
    }

    /// Puts a value where the destination or another operand is, and ends the instruction.
    pub(crate) fn finish(&mut self, place: Place, slot: Slot, value: Value) {
        match place {
            Place::Slot(index) => {
                let value = match (self.slots.list[index].1, slot) {
                    (Slot::Real, Slot::Big) => self.b().unary(Ir::BitsToF64, value),
                    _ => value,
                };
                self.set(index, value);
                self.close(&[index]);
            }
            Place::Memory { at, offset, class } => {
                self.store_as(slot, value, at, offset, class);
                self.close(&[]);
            }
        }
    }

    /// The reference that leads to an object, which is not nil and of the type that the operand was right for.
    fn object(&mut self, operand: Operand) -> Option<Place> {
        if operand.known == 0 {
            return None;
        }
        let reference = self.leading(operand)?;
        self.not_nil(reference);
        self.is_of_type(reference, operand.known);
        let (at, offset) = (self.host(reference), i32::try_from(operand.second).ok()?);
        Some(Place::Memory { at, offset, class: self.classes.data })
    }

    /// The word or reference that an indirect operand begins with.
    pub(crate) fn leading(&mut self, operand: Operand) -> Option<Value> {
        let (at, class) = match operand.mode {
            Mode::MpObject => (self.mp, self.classes.data),
            _ => match self.slots.at(operand.first) {
                Some(slot) => return Some(self.get(slot)),
                None => (self.fp, self.classes.frames),
            },
        };
        let offset = i32::try_from(operand.first).ok()?;
        Some(self.load_as(Slot::Word, at, offset, class))
    }

    pub(crate) fn is_nil(&mut self, reference: Value) -> Value {
        let nil = self.word(dis_rt::NIL);
        self.b().icmp(IntCond::Eq, reference, nil)
    }

    pub(crate) fn not_nil(&mut self, reference: Value) {
        let nil = self.word(dis_rt::NIL);
        let there = self.b().icmp(IntCond::Ne, reference, nil);
        self.guard(there);
    }

    /// A word of an object's header, or one of its fields that stays the same.
    pub(crate) fn header(&mut self, reference: Value, offset: i32) -> Value {
        let at = self.host(reference);
        self.word_at(at, offset, self.classes.headers)
    }

    pub(crate) fn is_of_type(&mut self, reference: Value, ty: u32) {
        let (own, wanted) = (self.header(reference, -12), self.word(ty));
        let right = self.b().icmp(IntCond::Eq, own, wanted);
        self.guard(right);
    }

    fn address(&mut self, operand: Operand, slot: Slot, writes: bool) -> Option<Place> {
        let size = size_of(slot, self.snapshot.word);
        let offset = i32::try_from(operand.second).ok()?;
        if let Some(index) = self.known.elements.iter().position(|element| element.at == operand.first) {
            let ty = Rc::clone(&self.known.elements[index].ty);
            if !fits(&ty, operand.second, size, slot, writes, self.snapshot.word) {
                return None;
            }
            return Some(Place::Memory { at: self.element(index), offset, class: self.classes.elements });
        }
        let frames = self.classes.frames;
        let mut pending = self.known.pending.iter().rev().take(16);
        let filling = pending.find(|filling| filling.at == operand.first);
        if let Some((ty, here)) = filling.map(|filling| (filling.ty, filling.here)) {
            let ty = self.snapshot.types.get(&ty)?;
            if operand.second < 4 * self.snapshot.word
                || !fits(ty, operand.second, size, slot, writes, self.snapshot.word)
            {
                return None;
            }
            if writes && operand.second < 5 * self.snapshot.word {
                self.result_goes(operand.first, Goes::Anywhere);
            }
            let at = match here {
                Some(frame) => self.b().unary(Ir::IntToPtr, frame),
                None => {
                    let address = self.leading(operand)?;
                    self.host(address)
                }
            };
            return Some(Place::Memory { at, offset, class: frames });
        }
        if writes {
            self.results_go_anywhere();
        }
        if let Some(inlined) = self.inlined {
            return self.inlined_result(inlined, operand, slot);
        }
        let address = self.leading(operand)?;
        if operand.known == 0 || operand.first == 4 * self.snapshot.word {
            self.in_others_frame(address, operand.second, slot, writes);
        } else if self.known.pending.is_empty() {
            // The own frame, of which memory may not have everything.
            return None;
        } else {
            self.in_last_frame(address, operand.known);
        }
        Some(Place::Memory { at: self.host(address), offset, class: frames })
    }

    /// The place of an element: the slot has its address, and it is still there.
    fn element(&mut self, index: usize) -> Value {
        let Element { at, address, host, freed, fresh, .. } = self.known.elements[index].clone();
        if let Some(slot) = self.slots.at(at) {
            let now = self.get(slot);
            if now != address {
                let same = self.b().icmp(IntCond::Eq, now, address);
                self.guard(same);
                self.known.values[slot] = Some(address);
            }
        }
        if !fresh {
            let now = self.shared(shared::FREED, self.classes.freed);
            let same = self.b().icmp(IntCond::Eq, now, freed);
            self.guard(same);
            self.known.elements[index].fresh = true;
        }
        host
    }

    /// The innermost frame is at this address, and of a type that the operand was right for.
    fn in_last_frame(&mut self, address: Value, ty: u32) {
        let classes = self.classes;
        self.records();
        let last = self.number(self.known.pending.len());
        let last = self.record(last);
        let at = self.b().load(Type::I32, last, record::FP, classes.records);
        let here = self.b().icmp(IntCond::Eq, at, address);
        self.check(here);
        let (own, wanted) = (self.b().load(Type::I32, last, record::TYPE, classes.records), self.word(ty));
        let right = self.b().icmp(IntCond::Eq, own, wanted);
        self.check(right);
    }

    /// A record, by where it is.
    pub(crate) fn record(&mut self, at: Value) -> Value {
        self.b().unary(Ir::IntToPtr, at)
    }

    /// Where the caller's record is, when the own one says that it is so many further.
    pub(crate) fn callers_record(&mut self, further: Value) -> Value {
        let (own, size) = (self.own, self.int(record::SIZE.into()));
        let further = self.b().unary(Ir::Sext, further);
        let bytes = self.b().binary(Ir::Imul, further, size);
        self.b().binary(Ir::Iadd, own, bytes)
    }

    /// The address is that of a place in another function's frame that may be used so: where results go.
    fn in_others_frame(&mut self, address: Value, second: u32, slot: Slot, writes: bool) {
        let Some(known) = self.is_result(address, second, slot) else {
            return self.in_callers_frame(address, second, slot, writes);
        };
        let (on, other) = (self.new_block(&[]), self.cold_block());
        self.b().brif(known, (on, &[]), (other, &[]));
        self.switch_to(other);
        self.in_callers_frame(address, second, slot, writes);
        self.b().jump(on, &[]);
        self.switch_to(on);
    }

    /// The same for the caller's frame, when nobody has said so.
    fn in_callers_frame(&mut self, address: Value, second: u32, slot: Slot, writes: bool) {
        let classes = self.classes;
        let word = self.snapshot.word;
        let (own, len) = (self.own, self.number(self.known.pending.len() + 1));
        let own = self.record(own);
        let caller = self.b().load(Type::I32, own, record::CALLER, classes.records);
        let nobody = self.word(0);
        let called = self.b().icmp(IntCond::Ne, caller, nobody);
        self.check(called);
        let caller = self.callers_record(caller);
        // Looking far for a frame takes time from the quantum.
        let (far, near) = (self.b().binary(Ir::Isub, len, caller), self.int(16 * i64::from(record::SIZE)));
        let near = self.b().icmp(IntCond::Ult, far, near);
        self.check(near);
        let theirs = self.record(caller);
        let frame = self.b().load(Type::I32, theirs, record::FP, classes.records);
        let ty = self.b().load(Type::I32, theirs, record::TYPE, classes.records);
        let second = self.word(second);
        let at = self.b().binary(Ir::Iadd, address, second);
        let offset = self.b().binary(Ir::Isub, at, frame);
        let (types, ty) = (self.shared(shared::TYPES, classes.shared), self.b().unary(Ir::Zext, ty));
        let four = self.int(4);
        let entry = self.b().binary(Ir::Ishl, ty, four);
        let types = self.b().unary(Ir::IntToPtr, types);
        let info = self.b().binary(Ir::PtrAdd, types, entry);
        let size = self.b().load(Type::I64, info, 0, classes.shared);
        let bits = self.b().load(Type::I64, info, 8, classes.shared);
        // From behind what belongs to the machine to the end, and to where the table has bits.
        let (offset, first) = (self.b().unary(Ir::Zext, offset), self.int(i64::from(4 * word)));
        let behind = self.b().icmp(IntCond::Uge, offset, first);
        self.check(behind);
        let bytes = size_of(slot, word);
        let bytes_value = self.int(bytes.into());
        let end = self.b().binary(Ir::Iadd, offset, bytes_value);
        let inside = self.b().icmp(IntCond::Ule, end, size);
        self.check(inside);
        let most = self.int(i64::from(64 * word - 8));
        let near = self.b().icmp(IntCond::Ule, end, most);
        self.check(near);
        let aligned = self.int(i64::from(word - 1));
        let rest = self.b().binary(Ir::Band, offset, aligned);
        let zero = self.int(0);
        if slot != Slot::Byte {
            let aligned = self.b().icmp(IntCond::Eq, rest, zero);
            self.check(aligned);
        }
        if slot != Slot::Reference && !writes {
            return;
        }
        let shift = self.int(word.trailing_zeros().into());
        let number = self.b().binary(Ir::Ushr, offset, shift);
        let here = self.b().binary(Ir::Ushr, bits, number);
        let mask = self.int(if bytes > word { 3 } else { 1 });
        let touched = self.b().binary(Ir::Band, here, mask);
        let cond = if slot == Slot::Reference { IntCond::Ne } else { IntCond::Eq };
        let right = self.b().icmp(cond, touched, zero);
        self.check(right);
    }
}

/// Whether a place in something of a type may be used so.
pub(crate) fn fits(ty: &TypeInfo, offset: u32, size: u32, slot: Slot, writes: bool, word: u32) -> bool {
    if offset.checked_add(size).is_none_or(|end| end > ty.size) {
        return false;
    }
    match slot {
        Slot::Reference => ty.pointers.contains(&offset),
        _ if writes => ty.pointers.iter().all(|at| at + word <= offset || *at >= offset + size),
        _ => true,
    }
}
