//! Operands at run time: where they are, and whether that is a place of the right kind.
//!
//! Places in the own frame and in module data are proven by the verifier. Behind a reference, the object's type decides; what was
//! found right once for a type is remembered in the instruction. An address that nobody counts may lead to what is not there any
//! more, so it is looked up: the frame being filled and the array indexed last are looked at first, then the heap is asked.

use crate::code::{Mode, Operand};
use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types};

/// What a place is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// These many bytes are read.
    Read(u32),
    /// These many bytes are written, none of a reference.
    Write(u32),
    /// A reference.
    Reference,
    /// Something of a type is read.
    Get(TypeId),
    /// Something of a type is written.
    Put(TypeId),
}

/// Elements that an instruction gave an address in, while nothing was freed since.
#[derive(Clone, Copy, Default)]
pub(crate) struct Hint {
    start: Addr,
    end: Addr,
    freed: u64,
    /// Whether each is a reference.
    references: bool,
}

impl Vm {
    /// The place of an operand for this use.
    #[inline]
    pub(crate) fn at(&mut self, operand: &Operand, usage: Use) -> Result<Addr, Trap> {
        match operand.mode {
            Mode::Fp => Ok(self.fp + operand.first),
            Mode::Mp => Ok(self.mp.wrapping_add(operand.first)),
            Mode::FpObject => self.object(self.heap.memory.pointer(self.fp + operand.first), operand, usage),
            Mode::MpObject => {
                let slot = self.mp.wrapping_add(operand.first);
                self.object(self.heap.memory.pointer(slot), operand, usage)
            }
            Mode::FpAddress => {
                self.address(self.heap.memory.pointer(self.fp + operand.first), operand, usage)
            }
            Mode::Fixed => Ok(operand.first),
            Mode::None | Mode::Imm => Err(Trap::Invalid),
        }
    }

    #[inline]
    fn object(&mut self, reference: Addr, operand: &Operand, usage: Use) -> Result<Addr, Trap> {
        if reference == NIL {
            return Err(Trap::Nil);
        }
        let ty = self.heap.type_of(reference);
        if ty != operand.known.get() {
            self.object_of_type(ty, operand, usage)?;
        }
        Ok(reference.wrapping_add(operand.second))
    }

    #[cold]
    fn object_of_type(&mut self, ty: TypeId, operand: &Operand, usage: Use) -> Result<(), Trap> {
        if ty == types::MODULE {
            let word = self.heap.word_bytes();
            let first = operand.second == 0 && matches!(usage, Use::Read(size) if size <= word);
            return if first { Ok(()) } else { Err(Trap::Type) };
        }
        if ty < types::FILE {
            return Err(Trap::Type);
        }
        self.check(ty, operand.second, usage)?;
        operand.known.set(ty);
        Ok(())
    }

    #[inline]
    fn address(&mut self, address: Addr, operand: &Operand, usage: Use) -> Result<Addr, Trap> {
        let at = address.wrapping_add(operand.second);
        let hint = &self.hint;
        if at >= hint.start && at < hint.end && hint.freed == self.heap.freed() {
            let right = match usage {
                Use::Read(size) => size <= hint.end - at,
                Use::Write(size) => size <= hint.end - at && !hint.references,
                Use::Reference => hint.references && (at - hint.start).is_multiple_of(self.word),
                Use::Get(_) | Use::Put(_) => false,
            };
            if right {
                return Ok(at);
            }
        }
        if let Some(record) = self.cur.records.last()
            && record.fp == address
        {
            if record.ty != operand.known.get() {
                self.in_frame(record.ty, operand.second, usage)?;
                operand.known.set(record.ty);
            }
            return Ok(at);
        }
        self.find_place(at, usage)
    }

    fn in_frame(&self, ty: TypeId, offset: u32, usage: Use) -> Result<(), Trap> {
        if offset < 4 * self.word {
            return Err(Trap::Type);
        }
        self.check(ty, offset, usage)
    }

    /// Checks a place in something of a type.
    pub(crate) fn check(&self, ty: TypeId, offset: u32, usage: Use) -> Result<(), Trap> {
        let desc = &self.heap.types[ty];
        let size = self.bytes_of(usage);
        if u64::from(offset) + u64::from(size) > u64::from(desc.size) {
            return Err(Trap::Type);
        }
        let inner = |ty: TypeId| &self.heap.types[ty].pointers;
        let right = match usage {
            Use::Read(_) => true,
            Use::Write(_) => !desc.touches(offset, size, self.word),
            Use::Reference => desc.is_pointer(offset),
            Use::Get(inside) => inner(inside).iter().all(|at| desc.is_pointer(offset + at)),
            Use::Put(inside) => {
                desc.within(offset, size).eq(inner(inside).iter().copied())
                    && desc.touches(offset, size, self.word) != inner(inside).is_empty()
            }
        };
        if right { Ok(()) } else { Err(Trap::Type) }
    }

    fn bytes_of(&self, usage: Use) -> u32 {
        match usage {
            Use::Read(size) | Use::Write(size) => size,
            Use::Reference => self.word,
            Use::Get(ty) | Use::Put(ty) => self.heap.types[ty].size,
        }
    }

    /// Checks an address against what is there.
    pub(crate) fn find_place(&mut self, at: Addr, usage: Use) -> Result<Addr, Trap> {
        let object = self.heap.find(at).ok_or(Trap::Nil)?;
        let word = self.word;
        match self.heap.type_of(object) {
            types::STACK => self.find_frame(at, usage)?,
            types::ARRAY => self.find_element(object, at, usage)?,
            types::MODULE => match usage {
                Use::Read(size) if at == object && size <= word => {}
                _ => return Err(Trap::Type),
            },
            ty if ty < types::FILE => return Err(Trap::Type),
            ty => self.check(ty, at - object, usage)?,
        }
        Ok(at)
    }

    /// Work on so many bytes at once counts as several instructions, so that turns stay short.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: u32) {
        self.quantum = self.quantum.saturating_sub(bytes >> 10);
    }

    /// Frames of the running proc, the innermost first. Long ways count as work.
    fn find_frame(&mut self, at: Addr, usage: Use) -> Result<(), Trap> {
        let mut steps = 0;
        let found = self.cur.records.iter().rev().find(|record| {
            steps += 1;
            at >= record.fp && at - record.fp < self.heap.types[record.ty].size.max(1)
        });
        let found = found.map(|record| (record.ty, at - record.fp));
        self.quantum = self.quantum.saturating_sub(steps / 32);
        let (ty, offset) = found.ok_or(Trap::Nil)?;
        self.in_frame(ty, offset, usage)
    }

    fn find_element(&mut self, array: Addr, at: Addr, usage: Use) -> Result<(), Trap> {
        let slice = self.heap.slice(array);
        let each = self.heap.types[slice.ty].size;
        let size = self.bytes_of(usage);
        if at < slice.data
            || u64::from(at) + u64::from(size)
                > u64::from(slice.data) + u64::from(each) * u64::from(slice.len)
        {
            return Err(Trap::Bounds);
        }
        let plain = self.heap.types[slice.ty].pointers.is_empty();
        match usage {
            Use::Read(_) => Ok(()),
            Use::Write(_) if plain => Ok(()),
            Use::Get(ty) | Use::Put(ty) if plain && self.heap.types[ty].pointers.is_empty() => Ok(()),
            _ => self.check(slice.ty, (at - slice.data) % each.max(1), usage),
        }
    }

    /// Remembers the array that an address was given in.
    #[inline]
    pub(crate) fn remember(&mut self, slice: dis_rt::Slice) {
        let ty = &self.heap.types[slice.ty];
        let references = match *ty.pointers {
            [] => false,
            [0] if ty.size == self.word => true,
            _ => return,
        };
        let end = slice.data + slice.len * ty.size;
        self.hint = Hint { start: slice.data, end, freed: self.heap.freed(), references };
    }

    // What instructions read.

    #[inline]
    pub(crate) fn word(&mut self, operand: &Operand) -> Result<i32, Trap> {
        match operand.mode {
            Mode::Imm => Ok(operand.first.cast_signed()),
            Mode::Fp => Ok(self.heap.memory.word(self.fp + operand.first)),
            _ => {
                let at = self.at(operand, Use::Read(self.word))?;
                Ok(self.heap.memory.word(at))
            }
        }
    }

    #[inline]
    pub(crate) fn byte(&mut self, operand: &Operand) -> Result<u8, Trap> {
        if operand.mode == Mode::Imm {
            return Ok(operand.first as u8);
        }
        let at = self.at(operand, Use::Read(1))?;
        Ok(self.heap.memory.byte(at))
    }

    #[inline]
    pub(crate) fn big(&mut self, operand: &Operand) -> Result<i64, Trap> {
        let at = self.at(operand, Use::Read(8))?;
        Ok(self.heap.memory.big(at))
    }

    #[inline]
    pub(crate) fn real(&mut self, operand: &Operand) -> Result<f64, Trap> {
        let at = self.at(operand, Use::Read(8))?;
        Ok(self.heap.memory.real(at))
    }

    /// A reference, which stays where it is and counted there.
    #[inline]
    pub(crate) fn reference(&mut self, operand: &Operand) -> Result<Addr, Trap> {
        let at = self.at(operand, Use::Reference)?;
        Ok(self.heap.memory.pointer(at))
    }

    /// A reference to something of this type of the machine, or nil.
    #[inline]
    pub(crate) fn typed(&mut self, operand: &Operand, ty: TypeId) -> Result<Addr, Trap> {
        let reference = self.reference(operand)?;
        if reference != NIL && self.heap.type_of(reference) != ty {
            return Err(Trap::Type);
        }
        Ok(reference)
    }

    #[inline]
    pub(crate) fn string(&mut self, operand: &Operand) -> Result<Addr, Trap> {
        self.typed(operand, types::STRING)
    }

    /// The type that an operand names: a number of the instance, put there when it was decoded.
    #[inline]
    pub(crate) fn type_operand(&self, operand: &Operand) -> TypeId {
        operand.first
    }

    // What instructions write.

    #[inline]
    pub(crate) fn set_word(&mut self, operand: &Operand, value: i32) -> Result<(), Trap> {
        let at = match operand.mode {
            Mode::Fp => self.fp + operand.first,
            _ => self.at(operand, Use::Write(self.word))?,
        };
        self.heap.memory.set_word(at, value);
        Ok(())
    }

    #[inline]
    pub(crate) fn set_byte(&mut self, operand: &Operand, value: u8) -> Result<(), Trap> {
        let at = self.at(operand, Use::Write(1))?;
        self.heap.memory.set_byte(at, value);
        Ok(())
    }

    #[inline]
    pub(crate) fn set_big(&mut self, operand: &Operand, value: i64) -> Result<(), Trap> {
        let at = self.at(operand, Use::Write(8))?;
        self.heap.memory.set_big(at, value);
        Ok(())
    }

    #[inline]
    pub(crate) fn set_real(&mut self, operand: &Operand, value: f64) -> Result<(), Trap> {
        let at = self.at(operand, Use::Write(8))?;
        self.heap.memory.set_real(at, value);
        Ok(())
    }

    /// Stores a reference with the count that comes with it. When there is no place for it, the count goes, too.
    #[inline]
    pub(crate) fn set_reference(&mut self, operand: &Operand, value: Addr) -> Result<(), Trap> {
        match self.at(operand, Use::Reference) {
            Ok(at) => {
                self.heap.put(at, value);
                Ok(())
            }
            Err(trap) => {
                self.heap.release(value);
                Err(trap)
            }
        }
    }
}
