//! The free part of a reservation: an ordered, coalescing list of blocks, in offsets from the reservation's base.

use std::collections::{BTreeMap, BTreeSet};

/// A piece of the reservation, owned by whoever holds this value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Block {
    /// Bytes from the base of the reservation.
    pub(crate) offset: usize,
    /// Bytes; a multiple of the granule.
    pub(crate) len: usize,
}

/// Free blocks, never adjacent to one another: neighbours merge when they are freed.
#[derive(Debug)]
pub(crate) struct FreeList {
    by_offset: BTreeMap<usize, usize>,
    by_len: BTreeSet<(usize, usize)>,
    granule: usize,
}

impl FreeList {
    /// A list with one free block of `len` bytes. `granule` is a power of two and divides `len`.
    pub(crate) fn new(len: usize, granule: usize) -> FreeList {
        debug_assert!(granule.is_power_of_two() && len.is_multiple_of(granule));
        let mut list = FreeList { by_offset: BTreeMap::new(), by_len: BTreeSet::new(), granule };
        if len > 0 {
            list.insert(0, len);
        }
        list
    }

    /// Takes the smallest block that fits, the lowest one of several: high addresses stay untouched until needed.
    pub(crate) fn take(&mut self, size: usize, align: usize) -> Option<Block> {
        let len = size.checked_next_multiple_of(self.granule)?;
        let (start, whole) = self.by_len.range((len, 0)..).find_map(|&(whole, start)| {
            let padding = start.next_multiple_of(align) - start;
            (padding.checked_add(len)? <= whole).then_some((start, whole))
        })?;
        self.remove(start, whole);
        let offset = start.next_multiple_of(align);
        if offset > start {
            self.insert(start, offset - start);
        }
        if start + whole > offset + len {
            self.insert(offset + len, start + whole - offset - len);
        }
        Some(Block { offset, len })
    }

    /// Gives a block back and merges it with free neighbours.
    pub(crate) fn give(&mut self, block: Block) {
        let Block { mut offset, mut len } = block;
        if let Some((&before, &before_len)) = self.by_offset.range(..offset).next_back() {
            debug_assert!(before + before_len <= offset, "a block was freed twice");
            if before + before_len == offset {
                self.remove(before, before_len);
                offset = before;
                len += before_len;
            }
        }
        if let Some(&after_len) = self.by_offset.get(&(offset + len)) {
            self.remove(offset + len, after_len);
            len += after_len;
        }
        self.insert(offset, len);
    }

    /// Length of the largest free block.
    pub(crate) fn largest(&self) -> usize {
        self.by_len.last().map_or(0, |&(len, _)| len)
    }

    /// Number of free blocks and their total length.
    pub(crate) fn totals(&self) -> (usize, usize) {
        (self.by_offset.len(), self.by_offset.values().sum())
    }

    fn insert(&mut self, offset: usize, len: usize) {
        self.by_offset.insert(offset, len);
        self.by_len.insert((len, offset));
    }

    fn remove(&mut self, offset: usize, len: usize) {
        self.by_offset.remove(&offset);
        self.by_len.remove(&(len, offset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freed_neighbours_merge() {
        let mut list = FreeList::new(1024, 16);
        let blocks: Vec<Block> = (0..4).map(|_| list.take(100, 16).unwrap()).collect();
        assert_eq!(
            blocks.iter().map(|block| (block.offset, block.len)).collect::<Vec<_>>(),
            [(0, 112), (112, 112), (224, 112), (336, 112)]
        );
        let mut blocks = blocks.into_iter();
        let (a, b, c, d) = (blocks.next(), blocks.next(), blocks.next(), blocks.next());
        for (block, count) in [(a, 2), (c, 3), (b, 2), (d, 1)] {
            list.give(block.unwrap());
            assert_eq!(list.totals().0, count);
        }
        assert_eq!(list.totals(), (1, 1024));
    }

    #[test]
    fn alignment_leaves_its_padding_free() {
        let mut list = FreeList::new(8192, 16);
        let first = list.take(16, 16).unwrap();
        let aligned = list.take(32, 4096).unwrap();
        assert_eq!((aligned.offset, aligned.len), (4096, 32));
        assert_eq!(list.totals(), (2, 8192 - 48));
        assert_eq!(list.take(64, 16).unwrap().offset, 4128, "the smallest block that fits");
        assert!(list.take(5000, 16).is_none());
        assert!(list.take(usize::MAX, 16).is_none());
        list.give(aligned);
        list.give(first);
        assert_eq!(list.largest(), 4128);
    }
}
