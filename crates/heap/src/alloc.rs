//! Allocation: the table that allocating code bumps through, and lazy sweeping into it.
//!
//! For each size class there is one run of free, zeroed cells between a cursor and a limit. When it is used up, the next
//! run is looked for among the marks of the class's current block, then in the next block that has free cells, then in a
//! free block. So sweeping costs something only where allocation profits from it, and a dead object is touched once, when
//! its cell is zeroed for the next one.

use std::cell::Cell;
use std::ptr::{self, NonNull};

use crate::chunk::{BLOCK, Bits};
use crate::class::{self, CLASSES};
use crate::header::Header;
use crate::space::{self, BlockId, MAX_RUN, Space, Taken, Use};

/// What fills freed cells where poisoning is on.
pub(crate) const POISON: u8 = 0xdb;

/// The run of one size class that allocation takes cells from. The bytes between are zero.
#[repr(C)]
pub struct AllocEntry {
    /// The next cell.
    pub cursor: Cell<*mut u8>,
    /// Where the run ends. Equal to `cursor` whenever the heap wants to be asked.
    pub limit: Cell<*mut u8>,
}

/// The runs of all size classes, ascending. Compiled code that allocates inline loads `cursor`, adds the class's size
/// ([`Heap::class_of`](crate::Heap::class_of)), compares with `limit`, stores `cursor` back, and writes the header.
/// Only for types without [`Object::FINALIZE`](crate::Object::FINALIZE): the others are entered in a list.
#[repr(C)]
pub struct AllocTable {
    /// One run per size class.
    pub entries: [AllocEntry; CLASSES],
}

impl AllocTable {
    pub(crate) fn new() -> AllocTable {
        let empty = || AllocEntry { cursor: Cell::new(ptr::null_mut()), limit: Cell::new(ptr::null_mut()) };
        AllocTable { entries: std::array::from_fn(|_| empty()) }
    }

    /// Makes the next allocation of every class ask the heap.
    pub(crate) fn withhold(&self) {
        self.entries.iter().for_each(|e| e.limit.set(e.cursor.get()));
    }
}

/// Where sweeping of a block has come to.
struct Sweep {
    id: BlockId,
    at: usize,
    clean: bool,
}

struct Class {
    /// Where the current run ends in truth.
    limit: *mut u8,
    sweep: Option<Sweep>,
    /// Blocks with free cells that were not swept since the last collection.
    available: Vec<BlockId>,
}

/// Everything about memory that is not on the fast path.
pub(crate) struct Allocator {
    pub(crate) space: Space,
    classes: [Class; CLASSES],
    /// Blocks and large objects taken since the last collection.
    young: Vec<BlockId>,
    /// Bytes handed out since the last collection, external ones included.
    pub(crate) since: usize,
    /// Bytes of objects that the last collection left.
    pub(crate) marked: usize,
    /// Number of these objects.
    pub(crate) objects: usize,
    /// Bytes that blocks may take.
    pub(crate) cap: usize,
    /// Blocks with a single free cell are used, too.
    pub(crate) scraping: bool,
    pub(crate) poison: bool,
    /// Bytes handed out in the heap's life.
    pub(crate) total: u64,
    pub(crate) peak: usize,
}

impl Allocator {
    pub(crate) fn new(cap: usize, poison: bool) -> Allocator {
        let class = || Class { limit: ptr::null_mut(), sweep: None, available: Vec::new() };
        Allocator {
            space: Space::default(),
            classes: std::array::from_fn(|_| class()),
            young: Vec::new(),
            since: 0,
            marked: 0,
            objects: 0,
            cap,
            scraping: false,
            poison,
            total: 0,
            peak: 0,
        }
    }

    /// Takes one cell, refilling the class's run if need be. `publish`: the rest of the run may be taken without asking.
    pub(crate) fn cell(
        &mut self,
        entry: &AllocEntry,
        class: usize,
        external: usize,
        publish: bool,
    ) -> Option<NonNull<u8>> {
        let size = class::size(class);
        if self.classes[class].limit.addr() - entry.cursor.get().addr() < size {
            let (start, end) = self.next_run(class, external)?;
            entry.cursor.set(start);
            self.classes[class].limit = end;
        }
        let cell = entry.cursor.get();
        let next = cell.wrapping_add(size);
        entry.cursor.set(next);
        entry.limit.set(if publish { self.classes[class].limit } else { next });
        NonNull::new(cell)
    }

    fn next_run(&mut self, class: usize, external: usize) -> Option<(*mut u8, *mut u8)> {
        loop {
            if let Some(run) = self.sweep_on(class) {
                return Some(run);
            }
            let sweep = match self.classes[class].available.pop() {
                Some(id) => {
                    self.space.set_swept(id, true);
                    let live = usize::from(self.space.block_mut(id).live) * class::size(class);
                    self.count(class::end(class) - live);
                    Sweep { id, at: 0, clean: false }
                }
                None => {
                    self.check_cap(BLOCK, external)?;
                    let Taken { id, clean, .. } = self.space.take(1, Use::Small(class as u8))?;
                    self.count(class::end(class));
                    Sweep { id, at: 0, clean }
                }
            };
            self.young.push(sweep.id);
            self.classes[class].sweep = Some(sweep);
        }
    }

    /// The next free run of the class's current block, zeroed.
    fn sweep_on(&mut self, class: usize) -> Option<(*mut u8, *mut u8)> {
        let (size, end) = (class::size(class), class::end(class));
        let sweep = self.classes[class].sweep.as_mut()?;
        let (chunk, marking) = (self.space.chunk(sweep.id), self.space.marking);
        let (bits, block) = (chunk.bits(), sweep.id.block());
        while sweep.at < end && bits.is_old(block * BLOCK + sweep.at, marking) {
            sweep.at += size;
        }
        let (from, to) = (sweep.at, bits.next_old(block, sweep.at, end, marking));
        if from >= to {
            self.classes[class].sweep = None;
            return None;
        }
        sweep.at = to;
        // SAFETY: `from < to <= BLOCK`, both within the block; cells of a block being swept that are not old hold nothing alive.
        let run = unsafe {
            let start = chunk.block(block).add(from).as_ptr();
            if !sweep.clean {
                ptr::write_bytes(start, 0, to - from);
            }
            (start, start.add(to - from))
        };
        Some(run)
    }

    /// Takes memory for an object of more than [`class::MAX_SMALL`] bytes, zeroed.
    pub(crate) fn large(&mut self, bytes: usize, external: usize) -> Option<NonNull<u8>> {
        let blocks = bytes.div_ceil(BLOCK);
        let taken = if blocks <= MAX_RUN {
            self.check_cap(blocks * BLOCK, external)?;
            self.space.take(blocks, Use::Large(blocks as u8))?
        } else {
            self.check_cap(space::huge_mapping(bytes)?, external)?;
            self.space.take_huge(bytes)?
        };
        let len = self.space.chunk(taken.id).bytes(taken.id.block());
        if !taken.clean {
            // SAFETY: the blocks were free and are `len` bytes long.
            unsafe { ptr::write_bytes(taken.start.as_ptr(), 0, len) };
        }
        self.young.push(taken.id);
        self.count(len);
        Some(taken.start)
    }

    fn count(&mut self, bytes: usize) {
        self.since += bytes;
        self.total += bytes as u64;
    }

    fn check_cap(&mut self, more: usize, external: usize) -> Option<()> {
        let needed = self.space.used.checked_add(more)?.checked_add(external)?;
        if needed > self.cap {
            return None;
        }
        self.peak = self.peak.max(needed);
        Some(())
    }

    /// Bytes that can be handed out under the cap, in free blocks and in free cells of a class.
    pub(crate) fn room(&self, class: Option<usize>, external: usize) -> usize {
        let cells = |class: usize| -> usize {
            let free = |id: &BlockId| class::end(class) - self.live_bytes(*id);
            self.classes[class].available.iter().map(free).sum()
        };
        self.cap.saturating_sub(self.space.used + external) + class.map_or(0, cells)
    }

    /// Ends allocation in the current runs: from here on, cells that hold nothing have a header of zero in every block
    /// that was swept.
    pub(crate) fn retire(&mut self, table: &AllocTable) {
        for (class, entry) in table.entries.iter().enumerate() {
            entry.cursor.set(ptr::null_mut());
            entry.limit.set(ptr::null_mut());
            self.classes[class].limit = ptr::null_mut();
            let Some(sweep) = self.classes[class].sweep.take() else { continue };
            let chunk = self.space.chunk(sweep.id);
            for at in (sweep.at..class::end(class)).step_by(class::size(class)) {
                if !chunk.bits().is_old(sweep.id.block() * BLOCK + at, self.space.marking) {
                    // SAFETY: a cell within the block, without a live object.
                    unsafe { chunk.block(sweep.id.block()).add(at).cast::<u64>().write(0) };
                }
            }
        }
    }

    /// Takes the marks off all objects, which are as old as before: a cycle begins.
    pub(crate) fn begin(&mut self) {
        self.space.used_blocks().into_iter().for_each(|id| self.space.chunk(id).bits().begin(id.block()));
        self.space.marking = true;
    }

    /// Marks all old objects again: the cycle will not be finished.
    pub(crate) fn give_up(&mut self) {
        self.space.used_blocks().into_iter().for_each(|id| self.space.chunk(id).bits().give_up(id.block()));
        self.space.marking = false;
    }

    /// What is not marked is dead from now on. All blocks, which are to be settled; until then none of them is allocated in.
    pub(crate) fn end(&mut self) -> Vec<BlockId> {
        self.space.marking = false;
        self.young.clear();
        self.since = 0;
        self.classes.iter_mut().for_each(|class| class.available.clear());
        self.space.used_blocks()
    }

    /// Frees what did not become old in the blocks that were allocated in: cells by forgetting them, whole blocks and large
    /// objects at once.
    pub(crate) fn settle_young(&mut self) {
        let mut young = std::mem::take(&mut self.young);
        young.drain(..).for_each(|id| self.settle(id));
        self.young = young;
        self.since = 0;
    }

    /// Bytes of a block's objects as of the last collection.
    fn live_bytes(&self, id: BlockId) -> usize {
        let chunk = self.space.chunk(id);
        let block = chunk.blocks[id.block()];
        match block.usage {
            Use::Small(class) => usize::from(block.live) * class::size(class.into()),
            _ if block.live > 0 => chunk.bytes(id.block()),
            _ => 0,
        }
    }

    /// Frees what is not old in a block.
    pub(crate) fn settle(&mut self, id: BlockId) {
        if self.poison {
            self.poison(id);
        }
        self.marked -= self.live_bytes(id);
        let live = self.space.chunk(id).bits().count(id.block(), self.space.marking);
        let block = self.space.block_mut(id);
        self.objects = self.objects + live - usize::from(block.live);
        block.live = live as u16;
        let usage = block.usage;
        self.space.set_swept(id, false);
        if live == 0 {
            self.space.free(id);
            return;
        }
        self.marked += self.live_bytes(id);
        let Use::Small(class) = usage else { return };
        let class = usize::from(class);
        let cells = BLOCK / class::size(class);
        let worthwhile = if self.scraping { 1 } else { (cells / 16).max(1) };
        if cells - live >= worthwhile {
            self.classes[class].available.push(id);
        }
    }

    /// Overwrites every cell of a block, or the large object, that is not old.
    fn poison(&self, id: BlockId) {
        let chunk = self.space.chunk(id);
        let (size, end) = match chunk.blocks[id.block()].usage {
            Use::Small(class) => (class::size(class.into()), class::end(class.into())),
            _ => (chunk.bytes(id.block()), chunk.bytes(id.block())),
        };
        for at in (0..end).step_by(size) {
            if !chunk.bits().is_old(id.block() * BLOCK + at, self.space.marking) {
                // SAFETY: the cell is within what belongs to the block, and nothing alive is in it.
                unsafe { ptr::write_bytes(chunk.block(id.block()).add(at).as_ptr(), POISON, size) };
            }
        }
    }

    /// Calls `f` with every object that is alive by marks, or by its header in blocks that were swept, and the bytes it takes.
    /// The runs are retired.
    pub(crate) fn for_each_object(&self, mut f: impl FnMut(NonNull<Header>, usize)) {
        for id in self.space.used_blocks() {
            let chunk = self.space.chunk(id);
            let block = chunk.blocks[id.block()];
            let (size, end, bytes) = match block.usage {
                Use::Small(class) => {
                    (class::size(class.into()), class::end(class.into()), class::size(class.into()))
                }
                _ => (BLOCK, BLOCK, chunk.bytes(id.block())),
            };
            for at in (0..end).step_by(size) {
                // SAFETY: a cell's beginning within the block; a large object begins where its first block does.
                let cell = unsafe { chunk.block(id.block()).add(at) }.cast::<Header>();
                let offset = id.block() * BLOCK + at;
                let alive = if block.swept {
                    // SAFETY: in a block that was swept, every cell has a header, zero without an object.
                    unsafe { cell.as_ref() }.kind() != 0
                } else {
                    chunk.bits().is_old(offset, self.space.marking)
                };
                if alive {
                    f(cell, bytes);
                }
            }
        }
    }
}

/// Calls `f` with every marked object.
pub(crate) fn marked_objects(space: &Space, f: &mut dyn FnMut(NonNull<Header>)) {
    for id in space.used_blocks() {
        let chunk = space.chunk(id);
        let bits: &Bits = chunk.bits();
        let mut at = bits.next_old(id.block(), 0, BLOCK, false);
        while at < BLOCK {
            // SAFETY: within the block.
            f(unsafe { chunk.block(id.block()).add(at) }.cast());
            at = bits.next_old(id.block(), at + 16, BLOCK, false);
        }
    }
}
