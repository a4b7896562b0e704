//! Chunks: the aligned megabytes that blocks and large objects lie in, with a bit per granule beside them.
//!
//! A chunk's first block holds two bitmaps over the chunk, so that an object's mark bit is found from its address alone,
//! and the collector reads dense bits where it would otherwise touch every cell.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::header::Header;

/// Bytes of a chunk, and its alignment.
pub(crate) const CHUNK: usize = 1 << 20;
/// Bytes of a block.
pub(crate) const BLOCK: usize = 1 << 14;
/// Objects begin at multiples of this.
pub(crate) const GRANULE: usize = 16;
/// Blocks of a chunk; number 0 holds the bitmaps.
pub(crate) const BLOCKS: usize = CHUNK / BLOCK;
/// Words of bitmap for one block.
pub(crate) const WORDS: usize = BLOCK / GRANULE / 64;

/// The first block of a chunk.
#[repr(C)]
pub(crate) struct Bits {
    /// Reached by a collection, and not yet found dead by a full one.
    marks: [Cell<u64>; BLOCKS * WORDS],
    /// What was marked when the full collection under way began, in blocks that have not been swept since.
    before: [Cell<u64>; BLOCKS * WORDS],
}

const _: () = assert!(size_of::<Bits>() == BLOCK);

impl Bits {
    /// The bitmaps of the chunk that an object is in.
    ///
    /// # Safety
    /// The object lies in a chunk's mapping, which outlives the result.
    #[inline]
    pub(crate) unsafe fn of<'a>(object: NonNull<Header>) -> &'a Bits {
        let base = object.as_ptr().map_addr(|a| a & !(CHUNK - 1)).cast::<Bits>();
        // SAFETY: chunks are aligned and begin with their bitmaps, which are only ever accessed through cells.
        unsafe { &*base }
    }

    /// The words of one block's marks.
    #[inline]
    pub(crate) fn marks(&self, block: usize) -> &[Cell<u64>] {
        &self.marks[block * WORDS..][..WORDS]
    }

    #[inline]
    pub(crate) fn is_marked(&self, offset: usize) -> bool {
        let (word, bit) = place(offset);
        self.marks[word].get() & bit != 0
    }

    #[inline]
    pub(crate) fn was_marked(&self, offset: usize) -> bool {
        let (word, bit) = place(offset);
        self.before[word].get() & bit != 0
    }

    /// Marks; false if it was already.
    #[inline]
    pub(crate) fn mark(&self, offset: usize) -> bool {
        let (word, bit) = place(offset);
        let old = self.marks[word].get();
        self.marks[word].set(old | bit);
        old & bit == 0
    }

    /// Marked granules of a block: its live objects, right after a collection.
    pub(crate) fn count(&self, block: usize) -> usize {
        self.marks(block).iter().map(|w| w.get().count_ones() as usize).sum()
    }

    /// Clears a block's marks, keeping them as what was marked before.
    pub(crate) fn begin_full(&self, block: usize) {
        for word in block * WORDS..(block + 1) * WORDS {
            self.before[word].set(self.marks[word].replace(0));
        }
    }

    /// The first marked granule of a block at or behind `from`, as a byte offset in the block, or `limit`.
    pub(crate) fn next_mark(&self, block: usize, from: usize, limit: usize) -> usize {
        let marks = self.marks(block);
        let granule = from / GRANULE;
        let mut word = granule / 64;
        if word >= WORDS {
            return limit;
        }
        let mut bits = marks[word].get() & (!0 << (granule % 64));
        while bits == 0 {
            word += 1;
            if word == WORDS {
                return limit;
            }
            bits = marks[word].get();
        }
        ((word * 64 + bits.trailing_zeros() as usize) * GRANULE).min(limit)
    }
}

/// Word and bit of a byte offset in a chunk.
#[inline]
fn place(offset: usize) -> (usize, u64) {
    let granule = (offset & (CHUNK - 1)) / GRANULE;
    (granule / 64, 1 << (granule % 64))
}

/// Marks an object; false if it was already.
///
/// # Safety
/// A live object is at `object`.
#[inline]
pub(crate) unsafe fn mark(object: NonNull<Header>) -> bool {
    // SAFETY: live objects lie in mapped chunks.
    unsafe { Bits::of(object) }.mark(object.addr().get())
}

/// Whether an object is marked.
///
/// # Safety
/// `object` lies in a chunk that is mapped.
#[inline]
pub(crate) unsafe fn is_marked(object: NonNull<Header>) -> bool {
    // SAFETY: the caller's promise.
    unsafe { Bits::of(object) }.is_marked(object.addr().get())
}
