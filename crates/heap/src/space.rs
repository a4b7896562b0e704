//! The chunks of one heap: which block is used for what, and what is at an address.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::NonNull;

use crate::chunk::{BLOCK, BLOCKS, Bits, CHUNK};
use crate::class;
use crate::header::Header;
use crate::os;

/// The most blocks that an object shares a chunk with others by; beyond that it gets a mapping of its own.
pub(crate) const MAX_RUN: usize = BLOCKS - 1;

/// Bits of the blocks that can be handed out.
const USABLE: u64 = !1;

/// Names a block of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockId(u32);

impl BlockId {
    pub(crate) fn new(chunk: usize, block: usize) -> BlockId {
        BlockId((chunk * BLOCKS + block) as u32)
    }

    pub(crate) fn chunk(self) -> usize {
        self.0 as usize / BLOCKS
    }

    pub(crate) fn block(self) -> usize {
        self.0 as usize % BLOCKS
    }
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Free,
    /// Cells of a size class.
    Small(u8),
    /// The first of so many blocks of one object.
    Large(u8),
    /// So many blocks behind the first one of an object.
    Tail(u8),
    /// The only object of a mapping.
    Huge,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) usage: Use,
    /// Taken for allocation since the last collection. Then a cell holds an object if its header is not zero, otherwise
    /// if it is marked.
    pub(crate) swept: bool,
    /// Objects that the last collection left.
    pub(crate) live: u16,
}

const FREE: Block = Block { usage: Use::Free, swept: false, live: 0 };

pub(crate) struct Chunk {
    base: NonNull<u8>,
    mapped: usize,
    /// Free blocks.
    free: u64,
    /// Those of them that are all zero, without pages so far as we know.
    clean: u64,
    pub(crate) blocks: [Block; BLOCKS],
}

impl Chunk {
    pub(crate) fn bits(&self) -> &Bits {
        // SAFETY: every chunk begins with its bitmaps and stays mapped while this value exists.
        unsafe { self.base.cast().as_ref() }
    }

    /// Bytes of the chunk.
    pub(crate) fn mapped(&self) -> usize {
        self.mapped
    }

    /// Address of a block.
    pub(crate) fn block(&self, block: usize) -> NonNull<u8> {
        debug_assert!(block < BLOCKS);
        // SAFETY: a chunk's mapping holds `BLOCKS` blocks; that of a huge object at least two, and it asks for number 1.
        unsafe { self.base.add(block * BLOCK) }
    }

    /// Bytes of the object that begins in `block`, or of the block's cells together.
    pub(crate) fn bytes(&self, block: usize) -> usize {
        match self.blocks[block].usage {
            Use::Large(blocks) => usize::from(blocks) * BLOCK,
            Use::Huge => self.mapped - BLOCK,
            _ => BLOCK,
        }
    }
}

/// Spreads chunk numbers over a hash table.
#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

#[derive(Default)]
pub(crate) struct Space {
    chunks: Vec<Option<Box<Chunk>>>,
    /// Chunk by address / CHUNK; several entries for a huge object.
    directory: HashMap<usize, u32, BuildHasherDefault<NumberHasher>>,
    /// Addresses outside of this range are in no chunk.
    low: usize,
    high: usize,
    /// No chunk before this one has a free block.
    hint: usize,
    /// Bytes of blocks and mappings that hold objects.
    pub(crate) used: usize,
    /// Bytes of free blocks that may have pages.
    pub(crate) dirty: usize,
    /// A cycle is marking: old objects are alive whether it has reached them yet or not.
    pub(crate) marking: bool,
}

/// What `take` hands out: a block, its address, and whether it is all zero.
pub(crate) struct Taken {
    pub(crate) id: BlockId,
    pub(crate) start: NonNull<u8>,
    pub(crate) clean: bool,
}

impl Space {
    pub(crate) fn chunk(&self, id: BlockId) -> &Chunk {
        self.chunks[id.chunk()].as_ref().expect("block of a chunk that is gone")
    }

    pub(crate) fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.chunk_mut(id).blocks[id.block()]
    }

    /// Says that a block is allocated in, or that what is alive in it is old.
    pub(crate) fn set_swept(&mut self, id: BlockId, swept: bool) {
        let chunk = self.chunk_mut(id);
        chunk.blocks[id.block()].swept = swept;
        chunk.bits().set_young(1 << id.block(), swept);
    }

    fn chunk_mut(&mut self, id: BlockId) -> &mut Chunk {
        self.chunks[id.chunk()].as_mut().expect("block of a chunk that is gone")
    }

    /// Every chunk with its number.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (usize, &Chunk)> {
        self.chunks.iter().enumerate().filter_map(|(i, c)| Some((i, c.as_deref()?)))
    }

    /// Every block that holds cells or the beginning of an object.
    pub(crate) fn used_blocks(&self) -> Vec<BlockId> {
        let mut ids = Vec::new();
        for (number, chunk) in self.chunks() {
            let used = |b: &usize| !matches!(chunk.blocks[*b].usage, Use::Free | Use::Tail(_));
            ids.extend((1..BLOCKS).filter(used).map(|b| BlockId::new(number, b)));
        }
        ids
    }

    /// Takes `count` blocks in a row, 1 to [`MAX_RUN`]. `None`: the system has no memory left.
    pub(crate) fn take(&mut self, count: usize, usage: Use) -> Option<Taken> {
        let (number, first) = match self.find_free(count) {
            Some(found) => found,
            None => (self.add_chunk(CHUNK, USABLE)?, 1),
        };
        let id = BlockId::new(number, first);
        let mask = mask(first, count);
        let chunk = self.chunk_mut(id);
        let clean = chunk.clean & mask == mask;
        let dirty = (mask & !chunk.clean).count_ones() as usize * BLOCK;
        chunk.free &= !mask;
        chunk.clean &= !mask;
        for (back, block) in chunk.blocks[first..first + count].iter_mut().enumerate() {
            *block = Block { usage: Use::Tail(back as u8), swept: true, live: 0 };
        }
        chunk.blocks[first].usage = usage;
        chunk.bits().set_young(mask, true);
        let start = chunk.block(first);
        self.dirty -= dirty;
        self.used += count * BLOCK;
        Some(Taken { id, start, clean })
    }

    /// Free blocks in a row: the first ones that fit, those with pages before those without when one is enough.
    fn find_free(&mut self, count: usize) -> Option<(usize, usize)> {
        for number in self.hint..self.chunks.len() {
            let Some(chunk) = &self.chunks[number] else { continue };
            let mut starts = chunk.free;
            let mut covered = 1;
            while covered < count && starts != 0 {
                let step = covered.min(count - covered);
                starts &= starts >> step;
                covered += step;
            }
            if starts != 0 {
                let resident = starts & !chunk.clean;
                let first = if count == 1 && resident != 0 { resident } else { starts };
                return Some((number, first.trailing_zeros() as usize));
            }
            if number == self.hint && chunk.free == 0 {
                self.hint += 1;
            }
        }
        None
    }

    /// Takes a mapping for one object of `bytes` bytes.
    pub(crate) fn take_huge(&mut self, bytes: usize) -> Option<Taken> {
        let number = self.add_chunk(huge_mapping(bytes)?, 0)?;
        let id = BlockId::new(number, 1);
        *self.block_mut(id) = Block { usage: Use::Huge, swept: true, live: 0 };
        self.chunk(id).bits().set_young(1 << id.block(), true);
        self.used += self.chunk(id).mapped;
        Some(Taken { id, start: self.chunk(id).block(1), clean: true })
    }

    fn add_chunk(&mut self, mapped: usize, free: u64) -> Option<usize> {
        let number = self.chunks.iter().position(Option::is_none).unwrap_or(self.chunks.len());
        if number >= u32::MAX as usize / BLOCKS {
            return None;
        }
        let base = os::map(mapped, CHUNK)?;
        // Handles travel as words, too.
        base.as_ptr().expose_provenance();
        let chunk = Box::new(Chunk { base, mapped, free, clean: free, blocks: [FREE; BLOCKS] });
        if number == self.chunks.len() {
            self.chunks.push(Some(chunk));
        } else {
            self.chunks[number] = Some(chunk);
        }
        let start = base.addr().get();
        for address in (start..start + mapped).step_by(CHUNK) {
            self.directory.insert(address / CHUNK, number as u32);
        }
        self.low = if self.high == 0 { start } else { self.low.min(start) };
        self.high = self.high.max(start + mapped);
        if free != 0 {
            self.hint = self.hint.min(number);
        }
        Some(number)
    }

    /// Frees the object that begins in a block, or the block whose cells are all dead.
    pub(crate) fn free(&mut self, id: BlockId) {
        let (first, chunk) = (id.block(), self.chunk_mut(id));
        let count = match chunk.blocks[first].usage {
            Use::Huge => {
                self.used -= self.chunk(id).mapped;
                self.remove_chunk(id.chunk());
                return;
            }
            Use::Large(count) => usize::from(count),
            _ => 1,
        };
        chunk.bits().forget(first);
        chunk.bits().set_young(mask(first, count), false);
        chunk.free |= mask(first, count);
        chunk.blocks[first..first + count].fill(FREE);
        self.used -= count * BLOCK;
        self.dirty += count * BLOCK;
        self.hint = self.hint.min(id.chunk());
    }

    fn remove_chunk(&mut self, number: usize) {
        let Some(chunk) = self.chunks[number].take() else { return };
        self.dirty -= (chunk.free & !chunk.clean).count_ones() as usize * BLOCK;
        let start = chunk.base.addr().get();
        for address in (start..start + chunk.mapped).step_by(CHUNK) {
            self.directory.remove(&(address / CHUNK));
        }
        // SAFETY: the chunk is in no table any more and holds no object that is alive.
        unsafe { os::unmap(chunk.base, chunk.mapped) };
    }

    /// Gives pages of free blocks back to the system until at most `keep` bytes of free blocks may have pages, or `late` says
    /// that it has taken long enough.
    pub(crate) fn release(&mut self, keep: usize, late: impl Fn() -> bool) {
        for number in (0..self.chunks.len()).rev() {
            if self.dirty <= keep {
                return;
            }
            let Some(chunk) = &mut self.chunks[number] else { continue };
            if chunk.free == USABLE {
                self.remove_chunk(number);
                if late() {
                    return;
                }
                continue;
            }
            let before = chunk.clean;
            purge_free(chunk);
            self.dirty -= (chunk.clean & !before).count_ones() as usize * BLOCK;
            if chunk.clean != before && late() {
                return;
            }
        }
    }

    /// The object that an address points into, whether it is alive or not, and its block.
    fn cell_at(&self, address: usize) -> Option<(NonNull<Header>, Block)> {
        if address < self.low || address >= self.high {
            return None;
        }
        let number = *self.directory.get(&(address / CHUNK))?;
        let chunk = self.chunks[number as usize].as_ref()?;
        let offset = address - chunk.base.addr().get();
        let block = offset / BLOCK;
        let (first, within) = if chunk.blocks[1].usage == Use::Huge {
            (block > 0).then_some((1, 0))?
        } else {
            match chunk.blocks[block].usage {
                Use::Free => return None,
                Use::Small(class) => {
                    let class = usize::from(class);
                    let within = offset % BLOCK;
                    if within >= class::end(class) {
                        return None;
                    }
                    (block, within - within % class::size(class))
                }
                Use::Tail(back) => (block - usize::from(back), 0),
                Use::Large(_) | Use::Huge => (block, 0),
            }
        };
        // SAFETY: `within` is less than a block's length.
        let at = unsafe { chunk.block(first).add(within) };
        Some((at.cast(), chunk.blocks[first]))
    }

    /// The live object that an address points into.
    pub(crate) fn object_at(&self, address: usize) -> Option<NonNull<Header>> {
        let (at, block) = self.cell_at(address)?;
        // SAFETY: the cell is in a mapped chunk; cells are zeroed before they are handed out, so there is a header to read.
        let alive = unsafe {
            let (bits, offset) = (Bits::of(at), at.addr().get());
            if block.swept { at.as_ref().kind() != 0 } else { bits.is_old(offset, self.marking) }
        };
        alive.then_some(at)
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        (0..self.chunks.len()).for_each(|number| self.remove_chunk(number));
    }
}

/// Bytes to map for a huge object, bitmaps included.
pub(crate) fn huge_mapping(bytes: usize) -> Option<usize> {
    bytes.checked_add(BLOCK)?.checked_next_multiple_of(1 << 16)
}

/// Bits of `count` blocks from `first` on.
fn mask(first: usize, count: usize) -> u64 {
    (!0 >> (64 - count)) << first
}

/// Purges what pages lie wholly in free blocks that are not clean.
fn purge_free(chunk: &mut Chunk) {
    let page = os::page_size().max(1);
    let mut wanted = chunk.free & !chunk.clean;
    while wanted != 0 {
        let first = wanted.trailing_zeros() as usize;
        let count = (wanted >> first).trailing_ones() as usize;
        let mask = mask(first, count);
        wanted &= !mask;
        let (start, end) = (first * BLOCK, (first + count) * BLOCK);
        // Where pages are larger than blocks, what shares a page with something in use stays as it is.
        let (start, end) = (start.next_multiple_of(page), end / page * page);
        if start >= end {
            continue;
        }
        // SAFETY: whole pages within free blocks of this chunk.
        if unsafe { os::purge(chunk.base.add(start), end - start) } {
            let (first, last) = (start.div_ceil(BLOCK), end / BLOCK);
            if first < last {
                chunk.clean |= self::mask(first, last - first);
            }
        }
    }
}
