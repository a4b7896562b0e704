//! Objects: their headers, counting, releasing, and finding the one around an address.
//!
//! A header lies in the 16 bytes before an object's data: references, type, bytes of data, and a word of the type's own. Fields of
//! strings, arrays, cells, channels and modules have the same offsets for both word sizes, since programs cannot reach them.

use crate::pages::Pages;
use crate::types::{self, TypeId, Types};
use crate::{Addr, Memory, NIL};

/// Bytes before an object's data.
pub(crate) const HEADER: u32 = 16;

/// Fields of a cell of a list.
pub mod list {
    /// The rest of the list.
    pub const TAIL: u32 = 0;
    /// The type of what is in the cell.
    pub const TYPE: u32 = 4;
    /// What is in the cell.
    pub const DATA: u32 = 8;
}

/// Fields of a channel.
pub mod channel {
    /// Who waits, as the scheduler knows it; `NIL` for nobody.
    pub const WAITING: u32 = 0;
    /// The type of what it transports.
    pub const TYPE: u32 = 4;
    /// Bytes of that.
    pub const BYTES: u32 = 8;
    /// How much its buffer takes.
    pub const ROOM: u32 = 12;
    /// The first that is in the buffer.
    pub const FRONT: u32 = 16;
    /// How many there are.
    pub const COUNT: u32 = 20;
    /// The buffer.
    pub const DATA: u32 = 24;
}

/// Fields of a module.
pub mod module {
    /// Its data, in a word: programs read it.
    pub const DATA: u32 = 0;
    /// What the machine knows of it.
    pub const NUMBER: u32 = 8;
    /// What its links lead to: a number that is not given again. 0 for nothing.
    pub const LINKS: u32 = 12;
    /// Bytes of all that.
    pub const SIZE: u32 = 16;
}

/// There is no more memory within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Something outside of the space that went away with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// An open file: the group of descriptors it was opened in, its number there.
    File(u32, i32),
    /// A channel that somebody may wait at.
    Channel(u32),
    /// A module.
    Module(u32),
    /// Something hidden, by its number.
    Hidden(u32),
}

/// The objects of an instance.
pub struct Heap {
    /// Their bytes.
    pub memory: Memory,
    /// Their types.
    pub types: Types,
    /// What went away and has to be taken care of outside.
    pub dead: Vec<Dead>,
    pub(crate) pages: Pages,
    pending: Vec<Addr>,
    /// Objects that went away so far: what is remembered of an address is void when this changes.
    freed: u64,
}

impl Heap {
    /// No objects yet, for words of 8 bytes or of 4, and for no more than `limit` bytes.
    pub fn new(wide: bool, limit: usize) -> Heap {
        Heap {
            memory: Memory::new(wide),
            types: Types::new(wide),
            dead: Vec::new(),
            pages: Pages::new(limit),
            pending: Vec::new(),
            freed: 0,
        }
    }

    /// Bytes of a word.
    #[inline]
    pub fn word_bytes(&self) -> u32 {
        if self.memory.wide() { 8 } else { 4 }
    }

    /// Bytes of the space that are in use.
    pub fn in_use(&self) -> usize {
        self.pages.bytes()
    }

    /// How many objects went away so far.
    #[inline]
    pub fn freed(&self) -> u64 {
        self.freed
    }

    /// A new object of zeros, with one reference.
    pub fn allocate(&mut self, ty: TypeId, size: u32) -> Result<Addr, OutOfMemory> {
        let whole = size.checked_add(HEADER).ok_or(OutOfMemory)?;
        let (block, real) = self.pages.take(whole, &mut self.memory).ok_or(OutOfMemory)?;
        let at = block + HEADER;
        self.memory.bytes_mut(at, (real - HEADER) as usize).fill(0);
        self.memory.set_u32(at - 16, 1);
        self.memory.set_u32(at - 12, ty);
        self.memory.set_u32(at - 8, size);
        self.memory.set_u32(at - 4, 0);
        Ok(at)
    }

    /// A new object of a program's type, with its references nil.
    pub fn record(&mut self, ty: TypeId) -> Result<Addr, OutOfMemory> {
        let at = self.allocate(ty, self.types[ty].size)?;
        self.clear(at, ty);
        Ok(at)
    }

    /// An object's type.
    #[inline]
    pub fn type_of(&self, at: Addr) -> TypeId {
        self.memory.u32(at.wrapping_sub(12))
    }

    /// Bytes of an object's data.
    #[inline]
    pub fn size_of(&self, at: Addr) -> u32 {
        self.memory.u32(at.wrapping_sub(8))
    }

    /// The word in the header that is the type's own.
    pub fn own(&self, at: Addr) -> u32 {
        self.memory.u32(at.wrapping_sub(4))
    }

    /// Sets it.
    pub fn set_own(&mut self, at: Addr, value: u32) {
        self.memory.set_u32(at - 4, value);
    }

    /// How many references there are.
    #[inline]
    pub fn references(&self, at: Addr) -> u32 {
        self.memory.u32(at.wrapping_sub(16))
    }

    /// One more reference. Fewer than 2^32 fit into the space, since each takes a word of it.
    #[inline]
    pub fn keep(&mut self, at: Addr) {
        if at != NIL {
            let count = self.references(at).wrapping_add(1);
            self.memory.set_u32(at.wrapping_sub(16), count);
        }
    }

    /// One reference less; the object goes with the last.
    #[inline]
    pub fn release(&mut self, at: Addr) {
        if at == NIL {
            return;
        }
        let count = self.references(at).wrapping_sub(1);
        self.memory.set_u32(at.wrapping_sub(16), count);
        if count == 0 {
            self.free(at);
        }
    }

    /// Frees an object and all that goes with it, without recursion: lists are long.
    #[cold]
    fn free(&mut self, at: Addr) {
        self.pending.push(at);
        while let Some(at) = self.pending.pop() {
            self.children(at, Heap::unlink);
            self.gone(at);
            self.memory.set_u32(at - 12, 0);
            self.pages.give(at - HEADER, &mut self.memory);
            self.freed += 1;
        }
    }

    fn unlink(&mut self, at: Addr) {
        if at == NIL {
            return;
        }
        let count = self.references(at).wrapping_sub(1);
        self.memory.set_u32(at.wrapping_sub(16), count);
        if count == 0 {
            self.pending.push(at);
        }
    }

    /// Notes what has to be taken care of outside when an object goes.
    pub(crate) fn gone(&mut self, at: Addr) {
        match self.type_of(at) {
            types::FILE => self.dead.push(Dead::File(self.own(at), self.memory.word(at))),
            types::CHANNEL => match self.memory.u32(at + channel::WAITING) {
                NIL => {}
                waiting => self.dead.push(Dead::Channel(waiting)),
            },
            types::HIDDEN => self.dead.push(Dead::Hidden(self.own(at))),
            types::MODULE => self.dead.push(Dead::Module(self.memory.u32(at + module::NUMBER))),
            _ => {}
        }
    }

    /// Gives block and header back, whatever the object refers to.
    pub(crate) fn discard(&mut self, at: Addr) {
        self.memory.set_u32(at - 12, 0);
        self.pages.give(at - HEADER, &mut self.memory);
        self.freed += 1;
    }

    /// Calls `visit` with every reference in an object.
    pub(crate) fn children(&mut self, at: Addr, mut visit: impl FnMut(&mut Heap, Addr)) {
        match self.type_of(at) {
            types::ARRAY => match self.root(at) {
                NIL => {
                    let slice = self.slice(at);
                    self.each(slice.data, slice.ty, slice.len, &mut visit);
                }
                root => visit(self, root),
            },
            types::LIST => {
                let ty = self.memory.u32(at + list::TYPE);
                self.each(at + list::DATA, ty, 1, &mut visit);
                let tail = self.memory.u32(at + list::TAIL);
                visit(self, tail);
            }
            types::CHANNEL => {
                let (ty, room) = (self.memory.u32(at + channel::TYPE), self.memory.u32(at + channel::ROOM));
                self.each(at + channel::DATA, ty, room, &mut visit);
            }
            types::MODULE => {
                let data = self.memory.pointer(at + module::DATA);
                visit(self, data);
            }
            types::STRING | types::STACK => {}
            ty => self.each(at, ty, 1, &mut visit),
        }
    }

    /// Calls `visit` with every reference in some things of a type that lie next to one another.
    pub(crate) fn each(&mut self, at: Addr, ty: TypeId, count: u32, visit: &mut impl FnMut(&mut Heap, Addr)) {
        let references = self.types[ty].pointers.len();
        if references == 0 {
            return;
        }
        let size = self.types[ty].size;
        for number in 0..count {
            for index in 0..references {
                let reference = self.memory.pointer(at + number * size + self.types[ty].pointers[index]);
                visit(self, reference);
            }
        }
    }

    /// Makes the references in something of a type nil, without looking at them.
    #[inline]
    pub fn clear(&mut self, at: Addr, ty: TypeId) {
        for offset in &self.types[ty].pointers {
            self.memory.set_pointer(at + offset, NIL);
        }
    }

    /// Releases the references in something of a type. They stay where they are.
    #[inline]
    pub fn release_all(&mut self, at: Addr, ty: TypeId) {
        for index in 0..self.types[ty].pointers.len() {
            let reference = self.memory.pointer(at + self.types[ty].pointers[index]);
            self.release(reference);
        }
    }

    /// Stores a reference, with the count that comes with it, and releases what was there.
    #[inline]
    pub fn put(&mut self, at: Addr, reference: Addr) {
        let old = self.memory.pointer(at);
        self.memory.set_pointer(at, reference);
        self.release(old);
    }

    /// Copies something of a type with its references.
    pub fn copy_record(&mut self, from: Addr, to: Addr, ty: TypeId) {
        let size = self.types[ty].size;
        for index in 0..self.types[ty].pointers.len() {
            let reference = self.memory.pointer(from + self.types[ty].pointers[index]);
            self.keep(reference);
        }
        if self.types[ty].pointers.is_empty() {
            return self.memory.copy(from, to, size as usize);
        }
        // What is released may be what holds the source: it is copied before.
        let old: Vec<Addr> =
            self.types[ty].pointers.iter().map(|offset| self.memory.pointer(to + offset)).collect();
        self.memory.copy(from, to, size as usize);
        old.into_iter().for_each(|reference| self.release(reference));
    }

    /// The object around an address, if there is one and the address is in its data.
    #[inline]
    pub fn find(&self, at: Addr) -> Option<Addr> {
        let object = self.pages.find(at)? + HEADER;
        (at >= object && self.type_of(object) != 0).then_some(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn heap() -> (Heap, TypeId) {
        let mut heap = Heap::new(true, 1 << 22);
        let node = heap.types.intern(&Rc::from("test"), 1, 16, &[8]);
        (heap, node)
    }

    #[test]
    fn a_long_list_goes_at_once() {
        let (mut heap, node) = heap();
        let before = heap.in_use();
        let mut last = NIL;
        for _ in 0..50_000 {
            let at = heap.record(node).unwrap();
            heap.put(at + 8, last);
            last = at;
        }
        assert_eq!(heap.find(last + 15), Some(last));
        heap.release(last);
        assert_eq!(heap.find(last), None);
        assert!(heap.in_use() <= before + (1 << 14), "{}", heap.in_use());
    }

    #[test]
    fn closed_files_are_told() {
        let (mut heap, _) = heap();
        let file = heap.record(types::FILE).unwrap();
        heap.memory.set_word(file, 7);
        heap.set_own(file, 3);
        heap.keep(file);
        heap.release(file);
        assert_eq!(heap.dead, []);
        heap.release(file);
        assert_eq!(heap.dead, [Dead::File(3, 7)]);
    }

    #[test]
    fn memory_ends_at_the_limit() {
        let (mut heap, node) = heap();
        assert_eq!(heap.allocate(node, 1 << 23), Err(OutOfMemory));
        assert_eq!(heap.allocate(node, u32::MAX), Err(OutOfMemory));
        while heap.record(node).is_ok() {}
        assert!(heap.in_use() <= 1 << 22);
    }
}
