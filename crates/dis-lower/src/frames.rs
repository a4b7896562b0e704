//! Which frames there are: records, the top of the stack, and where results go.
//!
//! Compiled code knows where its function's record is, how many frames are being filled behind it, and where the stack ends. It
//! tells the machine where somebody may look, not in between.
//!
//! Where a result goes is an address in the frame that a function cannot trust. A caller in compiled code says of it what it knows:
//! a word with these bits, 0 from the machine.
//!
//! ```text
//! 0       the caller is compiled code of this module, and the frame is not the first of a part of the stack
//! 1       a reference is at the address
//! 2..31   bytes from there on that are no references, in a frame
//! 32..    how many frames lie between
//! ```

use crate::emit::{Emitter, Filling, Goes, Known};
use dis_rt::NIL;
use dis_vm::tier::{Operand, Slot, TypeInfo, record, shared};
use ir::{IntCond, Op as Ir, Value};

/// Where the number of frames between begins, and how many there may be so that looking for the place takes no time from the quantum.
const FAR: u32 = 32;
const FARTHEST: i64 = 16;

/// Bytes that a frame of a type takes.
pub(crate) fn frame_size(ty: &TypeInfo, word: u32) -> u32 {
    ty.size.max(5 * word).next_multiple_of(8)
}

impl Filling {
    /// Nothing is known of it but that it is there.
    pub(crate) fn forget(&mut self) {
        (self.at, self.ty, self.here, self.result) = (u32::MAX, 0, None, Goes::Anywhere);
    }

    /// Only what is known on another way, too, is known.
    pub(crate) fn meet(&mut self, other: &Filling) {
        if (self.at, self.ty) != (other.at, other.ty) {
            self.forget();
        }
        self.here = self.here.filter(|here| other.here == Some(*here));
        if self.result != other.result {
            self.result = Goes::Anywhere;
        }
    }
}

impl Known {
    /// The interpreter may have freed what addresses lead to.
    pub(crate) fn age(&mut self) {
        self.elements.iter_mut().for_each(|element| element.fresh = false);
    }

    /// Tops of the stack that differ by the way here.
    pub(crate) fn tops(&self) -> Vec<Value> {
        let tops = self.pending.iter().map(|filling| filling.below).chain([self.top]);
        tops.skip(1).collect()
    }
}

impl Emitter<'_> {
    /// The function's own frame is the innermost, with nothing above.
    pub(crate) fn enter_frame(&mut self) {
        let size =
            self.snapshot.types.get(&self.snapshot.frame).map_or(0, |ty| frame_size(ty, self.snapshot.word));
        let size = self.int(size.into());
        let frame = self.frame;
        self.known.top = self.b().binary(Ir::Iadd, frame, size);
    }

    /// Where the record is that is so many behind the own one. Records stay where they are while code runs.
    pub(crate) fn number(&mut self, behind: usize) -> Value {
        let own = self.own;
        if behind == 0 {
            return own;
        }
        let behind = self.int(behind as i64 * i64::from(record::SIZE));
        self.b().binary(Ir::Iadd, own, behind)
    }

    /// Tells the machine which frames there are.
    pub(crate) fn tell(&mut self) {
        self.records();
        let (own, top) = (self.own, self.known.top);
        let len = self.number(self.known.pending.len() + 1);
        self.set_shared(shared::ACTIVE, own);
        self.set_shared(shared::LEN, len);
        self.set_shared(shared::TOP, top);
    }

    /// The frame at an address in a slot is being filled. Of one that was made here, there, there may be no record yet.
    pub(crate) fn filling(&mut self, at: u32, ty: u32, above: Value, frame: Option<Value>) {
        let below = std::mem::replace(&mut self.known.top, above);
        let (result, here, made) = (Goes::Anywhere, frame, frame.map(|frame| (frame, ty)));
        self.known.pending.push(Filling { at, ty, below, here, result, made });
    }

    /// Makes the records that frames being filled do not have yet.
    pub(crate) fn records(&mut self) {
        self.first_records(self.known.pending.len());
    }

    /// The same for so many of them, the outermost.
    pub(crate) fn first_records(&mut self, count: usize) {
        for index in 0..count {
            let Some((frame, ty)) = self.known.pending[index].made.take() else { continue };
            let number = self.number(index + 1);
            let record = self.record(number);
            self.frame_of_record(record, frame, ty);
            // Being filled, and no instruction to go back to; then neither caller nor module.
            self.words_of_record(record, record::PC, [0, 1]);
            self.words_of_record(record, record::CALLER, [0, NIL]);
        }
    }

    /// A record's frame and type.
    pub(crate) fn frame_of_record(&mut self, record: Value, frame: Value, ty: u32) {
        let (ty, class) = (self.word(ty), self.classes.records);
        let frame = self.address_at(frame);
        self.b().store(frame, record, record::FP, class);
        self.b().store(ty, record, record::TYPE, class);
    }

    /// Two words of a record, one behind the other.
    pub(crate) fn words_of_record(&mut self, record: Value, at: i32, [first, second]: [u32; 2]) {
        const { assert!(record::PENDING == record::PC + 4 && record::MODULE == record::CALLER + 4) };
        let class = self.classes.records;
        let both = self.int((u64::from(second) << 32 | u64::from(first)).cast_signed());
        self.b().store(both, record, at, class);
    }

    /// The innermost of these is gone.
    pub(crate) fn called(&mut self) {
        if let Some(filling) = self.known.pending.pop() {
            self.known.top = filling.below;
        }
    }

    /// The interpreter sees to this instruction unless there may be a record there.
    pub(crate) fn bounded(&mut self, number: Value) {
        let limit = self.shared(shared::LIMIT, self.classes.shared);
        let fits = self.b().icmp(IntCond::Ult, number, limit);
        self.leave_unless(fits);
    }

    /// The address of an own slot, or that of the own result, was put where a frame being filled has that of its result.
    pub(crate) fn result_goes(&mut self, at: u32, goes: Goes) {
        if let Some(filling) = self.known.pending.iter_mut().find(|filling| filling.at == at) {
            filling.result = goes;
        }
    }

    /// An address in a frame being filled is taken: of where its own result goes, somebody else might change that.
    pub(crate) fn lends(&mut self, operand: Operand) {
        let word = self.snapshot.word;
        let lent = |filling: &&mut Filling| filling.at == operand.first && operand.second < 5 * word;
        self.known.pending.iter_mut().filter(lent).for_each(Filling::forget);
    }

    /// Something was written by an address: where the results go of frames being filled is not known any more.
    pub(crate) fn results_go_anywhere(&mut self) {
        self.known.pending.iter_mut().for_each(|filling| filling.result = Goes::Anywhere);
    }

    /// What a function is told that is called with a frame, whose result was said to go somewhere. One that is made here is not the first of
    /// a part of the stack.
    pub(crate) fn room(&mut self, frame: Value, goes: Goes, is_here: bool) -> Value {
        let (expected, room) = match goes {
            Goes::Anywhere => (None, self.int(1)),
            Goes::Here(offset) => {
                let expected = self.own_address(offset);
                let room = self.room_here(offset);
                (Some(expected), self.int(room))
            }
            Goes::On => (self.result, self.room_on()),
        };
        let mut room = room;
        // What was said of a frame that is made here is there.
        if let Some(expected) = expected.filter(|_| !is_here) {
            let (one, at) = (self.int(1), self.b().unary(Ir::IntToPtr, frame));
            let actual = self.word_at(at, 4 * self.snapshot.word as i32, self.classes.frames);
            let same = self.b().icmp(IntCond::Eq, actual, expected);
            room = self.b().select(same, room, one);
        }
        if is_here {
            return room;
        }
        let (start, zero) = (self.shared(shared::START, self.classes.shared), self.int(0));
        let apart = self.b().icmp(IntCond::Ne, frame, start);
        self.b().select(apart, room, zero)
    }

    /// Where the own result goes is what it was when the function began: no result of what it calls goes there.
    pub(crate) fn keep_result(&mut self) {
        if let Some(slot) = self.slots.result.filter(|slot| self.slots.list[*slot].0 < self.slots.results) {
            self.known.values[slot] = self.result;
        }
    }

    /// The address of an offset of the own frame.
    pub(crate) fn own_address(&mut self, offset: u32) -> Value {
        let (own, offset) = (self.frame, self.word(offset));
        let own = self.address_at(own);
        self.b().binary(Ir::Iadd, own, offset)
    }

    /// What may be done at an offset of the own frame.
    pub(crate) fn room_here(&self, offset: u32) -> i64 {
        let between = self.known.pending.len() as i64;
        match self.room_at(offset).filter(|_| between < FARTHEST) {
            None => 1,
            Some((bytes, reference)) => {
                between << FAR | i64::from(bytes) << 2 | i64::from(reference) << 1 | 1
            }
        }
    }

    /// Bytes of the own frame from an offset on that are no references, and whether there is a reference at the offset.
    pub(crate) fn room_at(&self, offset: u32) -> Option<(u32, bool)> {
        let word = self.snapshot.word;
        let ty = self.snapshot.types.get(&self.snapshot.frame)?;
        let end = ty.size.min(64 * word - 8);
        if offset < 4 * word || !offset.is_multiple_of(word) || offset >= end {
            return None;
        }
        if ty.pointers.contains(&offset) {
            return if offset + word <= end { Some((0, true)) } else { None };
        }
        let next = ty.pointers.iter().copied().filter(|at| *at > offset).min().unwrap_or(end);
        Some((next.min(end) - offset, false))
    }

    /// What the own caller said, if that is not too far.
    fn room_on(&mut self) -> Value {
        let further = self.int((self.known.pending.len() as i64) << FAR);
        let (room, one, far) = (self.room, self.int(1), self.int(FARTHEST << FAR));
        let room = self.b().binary(Ir::Bor, room, one);
        let further = self.b().binary(Ir::Iadd, room, further);
        let near = self.b().icmp(IntCond::Ult, further, far);
        self.b().select(near, further, one)
    }

    /// Whether the own caller said that the own result's address may be used so. `None` when it cannot have.
    pub(crate) fn is_result(&mut self, address: Value, second: u32, slot: Slot) -> Option<Value> {
        let (result, word) = (self.result?, self.snapshot.word);
        let size = crate::slots::size_of(slot, word);
        let aligned = slot == Slot::Byte || second.is_multiple_of(word);
        if !aligned || second > 1 << 20 || self.known.pending.len() as i64 >= FARTHEST - 1 {
            return None;
        }
        let room = self.room;
        let room = self.b().unary(Ir::Wrap, room);
        let may = if slot == Slot::Reference {
            let (two, zero) = (self.word(2), self.word(0));
            let bit = self.b().binary(Ir::Band, room, two);
            (second == 0).then(|| self.b().icmp(IntCond::Ne, bit, zero))?
        } else {
            let wanted = self.word((second + size) << 2);
            self.b().icmp(IntCond::Uge, room, wanted)
        };
        if address == result {
            return Some(may);
        }
        let same = self.b().icmp(IntCond::Eq, address, result);
        Some(self.b().binary(Ir::Band, may, same))
    }
}
