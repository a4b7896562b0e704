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
    /// Reached by a collection, and not yet found dead by a full one. No object lies in block 0; its first word says which
    /// blocks new objects may lie in, so that the collector needs no look at their headers.
    marks: [Cell<u64>; BLOCKS * WORDS],
    /// What was marked when the cycle under way began: old objects, alive until the cycle ends. Zero in blocks taken since.
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

    /// Whether new objects may lie in the block that an object is in.
    #[inline]
    pub(crate) fn is_young(&self, offset: usize) -> bool {
        self.marks[0].get() >> (offset / BLOCK % BLOCKS) & 1 != 0
    }

    /// Notes whether new objects may lie in some blocks, which `mask` has bits for.
    pub(crate) fn set_young(&self, mask: u64, young: bool) {
        let others = self.marks[0].get() & !mask;
        self.marks[0].set(if young { others | mask } else { others });
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

    /// Whether an old object is alive: marked, or, as long as a cycle marks, marked when the cycle began.
    #[inline]
    pub(crate) fn is_old(&self, offset: usize, marking: bool) -> bool {
        self.is_marked(offset) || marking && self.was_marked(offset)
    }

    /// A word of a block's marks, with those of before as long as a cycle marks.
    #[inline]
    fn old(&self, word: usize, marking: bool) -> u64 {
        self.marks[word].get() | if marking { self.before[word].get() } else { 0 }
    }

    /// Old objects of a block, right after a collection: its live objects.
    pub(crate) fn count(&self, block: usize, marking: bool) -> usize {
        let words = block * WORDS..(block + 1) * WORDS;
        words.map(|word| self.old(word, marking).count_ones() as usize).sum()
    }

    /// Clears a block's marks, keeping them as what was marked before.
    pub(crate) fn begin(&self, block: usize) {
        for word in block * WORDS..(block + 1) * WORDS {
            self.before[word].set(self.marks[word].replace(0));
        }
    }

    /// Marks what was marked before: the cycle is given up.
    pub(crate) fn give_up(&self, block: usize) {
        for word in block * WORDS..(block + 1) * WORDS {
            self.marks[word].set(self.old(word, true));
        }
    }

    /// Forgets what was marked before, for a block that is free.
    pub(crate) fn forget(&self, block: usize) {
        self.before[block * WORDS..][..WORDS].iter().for_each(|word| word.set(0));
    }

    /// The first old object of a block at or behind `from`, as a byte offset in the block, or `limit`.
    pub(crate) fn next_old(&self, block: usize, from: usize, limit: usize, marking: bool) -> usize {
        let granule = from / GRANULE;
        let mut word = granule / 64;
        if word >= WORDS {
            return limit;
        }
        let mut bits = self.old(block * WORDS + word, marking) & (!0 << (granule % 64));
        while bits == 0 {
            word += 1;
            if word == WORDS {
                return limit;
            }
            bits = self.old(block * WORDS + word, marking);
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

/// Whether an object is old and alive, after the objects that are alive were marked; see [`Bits::is_old`].
///
/// # Safety
/// `object` lies in a chunk that is mapped.
#[inline]
pub(crate) unsafe fn is_old(object: NonNull<Header>, marking: bool) -> bool {
    // SAFETY: the caller's promise.
    unsafe { Bits::of(object) }.is_old(object.addr().get(), marking)
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
