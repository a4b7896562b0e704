//! Arrays, and slices, which share the elements of the array they are taken from.
//!
//! Both are objects with four fields: the elements' type, their number, where they are, and the array that has them, nil when it is
//! this one: then they lie behind the fields.

use crate::heap::OutOfMemory;
use crate::types::{self, TypeId};
use crate::{Addr, Heap, NIL};

/// Where an array says what type its elements have.
pub const TYPE: u32 = 0;
/// Where an array says how many elements it has.
pub const LEN: u32 = 4;
/// Where an array says where its elements are.
pub const DATA: u32 = 8;
const ROOT: u32 = 12;
/// In the header of an array: each element is a reference.
pub const REFERENCES: u32 = 1 << 31;
/// In the header of an array: elements are neither plain nor references.
pub const MIXED: u32 = u32::MAX;
const FIELDS: u32 = 16;

/// What an array says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Type of the elements.
    pub ty: TypeId,
    /// How many.
    pub len: u32,
    /// The first.
    pub data: Addr,
}

impl Heap {
    /// A new array. Its references are nil and everything else zero.
    pub fn new_array(&mut self, ty: TypeId, len: u32) -> Result<Addr, OutOfMemory> {
        let size = u64::from(self.types[ty].size) * u64::from(len) + u64::from(FIELDS);
        let at = self.allocate(types::ARRAY, u32::try_from(size).map_err(|_| OutOfMemory)?)?;
        self.fields(at, Slice { ty, len, data: at + FIELDS }, NIL);
        if !self.types[ty].pointers.is_empty() {
            let size = self.types[ty].size;
            (0..len).for_each(|index| self.clear(at + FIELDS + index * size, ty));
        }
        Ok(at)
    }

    /// A new array of bytes.
    pub fn new_bytes(&mut self, bytes: &[u8]) -> Result<Addr, OutOfMemory> {
        let at = self.new_array(types::BYTE, u32::try_from(bytes.len()).map_err(|_| OutOfMemory)?)?;
        self.memory.bytes_mut(at + FIELDS, bytes.len()).copy_from_slice(bytes);
        Ok(at)
    }

    fn fields(&mut self, at: Addr, slice: Slice, root: Addr) {
        self.memory.set_u32(at + TYPE, slice.ty);
        self.memory.set_u32(at + LEN, slice.len);
        self.memory.set_u32(at + DATA, slice.data);
        self.memory.set_u32(at + ROOT, root);
        let element = self.element(slice.ty);
        self.set_own(at, element);
    }

    /// What the header of an array says of its elements: their size when they have no references, [`REFERENCES`] too when each is
    /// one, and [`MIXED`] otherwise.
    pub fn element(&self, ty: TypeId) -> u32 {
        let (size, pointers) = (self.types[ty].size, &self.types[ty].pointers);
        match **pointers {
            [] if size < REFERENCES => size,
            [0] if size == self.word_bytes() => size | REFERENCES,
            _ => MIXED,
        }
    }

    /// What an array says of itself; an empty one for nil.
    #[inline]
    pub fn slice(&self, at: Addr) -> Slice {
        match at {
            NIL => Slice { ty: types::BYTE, len: 0, data: NIL },
            _ => Slice {
                ty: self.memory.u32(at + TYPE),
                len: self.memory.u32(at + LEN),
                data: self.memory.u32(at + DATA),
            },
        }
    }

    /// The array that has the elements of a slice; nil for an array that has its own.
    pub fn root(&self, at: Addr) -> Addr {
        self.memory.u32(at + ROOT)
    }

    /// A slice of an array: elements `from` up to `to`, which have to be there. The array keeps its reference.
    pub fn new_slice(&mut self, at: Addr, from: u32, to: u32) -> Result<Addr, OutOfMemory> {
        let slice = self.slice(at);
        let new = self.allocate(types::ARRAY, FIELDS)?;
        let root = match self.root(at) {
            NIL => at,
            root => root,
        };
        self.keep(root);
        let data = slice.data + from * self.types[slice.ty].size;
        self.fields(new, Slice { ty: slice.ty, len: to - from, data }, root);
        Ok(new)
    }

    /// Copies all elements of `from` into `to`, from element `at` of it on, where there has to be room. Both are of one type.
    pub fn copy_elements(&mut self, from: Slice, to: Slice, at: u32) {
        let size = self.types[from.ty].size;
        let target = to.data + at * size;
        if self.types[from.ty].pointers.is_empty() {
            return self.memory.copy(from.data, target, (from.len * size) as usize);
        }
        // One may reach into the other: the order is the one in which nothing is overwritten before it was read.
        let upward = target <= from.data;
        for step in 0..from.len {
            let index = if upward { step } else { from.len - 1 - step };
            self.copy_record(from.data + index * size, target + index * size, from.ty);
        }
    }

    /// Whether an array's elements are bytes, by whatever type.
    pub fn is_bytes(&self, at: Addr) -> bool {
        let ty = &self.types[self.slice(at).ty];
        ty.size == 1 && ty.pointers.is_empty()
    }

    /// The bytes of an array of bytes; none for anything else.
    pub fn array_bytes(&self, at: Addr) -> &[u8] {
        let slice = self.slice(at);
        match slice.len > 0 && self.is_bytes(at) {
            true => self.memory.bytes(slice.data, slice.len as usize),
            false => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_share_and_keep_what_they_are_of() {
        let mut heap = Heap::new(false, 1 << 20);
        let whole = heap.new_bytes(b"abcdef").unwrap();
        let part = heap.new_slice(whole, 1, 5).unwrap();
        let inner = heap.new_slice(part, 1, 3).unwrap();
        assert_eq!(heap.array_bytes(inner), b"cd");
        heap.release(whole);
        heap.release(part);
        assert_eq!((heap.array_bytes(inner), heap.references(whole)), (&b"cd"[..], 1));
        heap.release(inner);
        assert_eq!(heap.find(whole), None);
    }

    #[test]
    fn overlapping_copies_of_references_keep_counts() {
        let mut heap = Heap::new(false, 1 << 20);
        let array = heap.new_array(types::POINTER, 4).unwrap();
        let slice = heap.slice(array);
        let strings: Vec<Addr> = (0..4).map(|n| heap.new_string(&[65 + n]).unwrap()).collect();
        strings.iter().enumerate().for_each(|(n, s)| heap.put(slice.data + 4 * n as u32, *s));
        heap.copy_elements(Slice { len: 3, ..slice }, slice, 1);
        assert_eq!(strings[..3].iter().map(|s| heap.references(*s)).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(heap.find(strings[3]), None);
    }
}
