//! A reservation of executable address space: where blocks come from, and where retired code goes.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::arch::BRANCH_REACH;
use crate::backend::{self, Backend, Reserved};
use crate::cache;
use crate::epoch::{Epochs, Pin};
use crate::error::{AllocError, Attempt, OsError, ReserveError};
use crate::free_list::{Block, FreeList};
use crate::host::Description;
use crate::region::RegionMap;
use crate::staged::{Attachments, Staged};
use crate::unwind;
use crate::write_scope::WriteScope;

/// Where a reservation should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Near {
    /// Wherever the system likes.
    Anywhere,
    /// Within a direct branch of this address if there is room. Where there is none, veneers make up for it.
    Address(usize),
}

/// A reservation of executable address space. Clones share it; it ends with the last clone and the last piece of code.
#[derive(Clone)]
pub struct ExecSpace {
    pub(crate) inner: Arc<Space>,
}

/// What the clones of an [`ExecSpace`] share.
pub(crate) struct Space {
    // Field order is drop order: attachments of retired code go before the memory they describe.
    pub(crate) epochs: Epochs<Retired>,
    free: Mutex<FreeList>,
    pub(crate) regions: RegionMap,
    /// Branches at least this far go through a veneer.
    pub(crate) reach: u64,
    attempts: Vec<Attempt>,
    /// Bytes that could not be erased and so are never handed out again.
    lost: AtomicUsize,
    pub(crate) backend: Box<dyn Backend>,
}

/// Code nobody can reach any more, though somebody may still be inside.
pub(crate) struct Retired {
    pub(crate) blocks: [Option<Block>; 2],
    pub(crate) attachments: Attachments,
}

impl ExecSpace {
    /// The largest alignment a block can have, in bytes.
    pub const MAX_ALIGN: usize = 4096;

    /// The most bytes one reservation can hold: within it, every direct branch reaches every address.
    pub const MAX_LEN: usize = BRANCH_REACH as usize - (1 << 20);

    /// Reserves address space for `len` bytes of code, rounded up to whole pages. Memory is taken as code is published.
    ///
    /// # Errors
    /// [`ReserveError::Forbidden`] when the host allows no executable memory; callers then do without.
    pub fn reserve(len: usize, near: Near) -> Result<ExecSpace, ReserveError> {
        let len = Self::check_len(len)?;
        let reserved =
            backend::reserve(len, near).map_err(|attempts| ReserveError::Forbidden { attempts })?;
        Ok(Self::new(reserved, BRANCH_REACH))
    }

    /// The length to reserve for `len` bytes.
    pub(crate) fn check_len(len: usize) -> Result<usize, ReserveError> {
        match len {
            0 => Err(ReserveError::Empty),
            _ if len > Self::MAX_LEN => Err(ReserveError::TooLarge { len, max: Self::MAX_LEN }),
            _ => Ok(len.next_multiple_of(backend::page_size())),
        }
    }

    pub(crate) fn new(reserved: Reserved, reach: u64) -> ExecSpace {
        let Reserved { backend, attempts } = reserved;
        let free = Mutex::new(FreeList::new(backend.len(), backend.granule()));
        let (epochs, regions, lost) = (Epochs::new(), RegionMap::default(), AtomicUsize::new(0));
        ExecSpace { inner: Arc::new(Space { epochs, free, regions, reach, attempts, lost, backend }) }
    }

    /// Takes a block for `size` bytes of code whose first byte will be at a multiple of `align`.
    ///
    /// # Errors
    /// When `size` is 0, `align` is no power of two up to [`ExecSpace::MAX_ALIGN`], or there is no room.
    pub fn alloc(&self, size: usize, align: usize) -> Result<Staged, AllocError> {
        let block = self.inner.take(size, align, unwind::ROOM)?;
        Ok(Staged::new(self.clone(), block, size))
    }

    /// Whether the address lies in a live published piece of code of this space, by our own map.
    pub fn is_published(&self, addr: usize) -> bool {
        self.inner.regions.contains(addr)
    }

    /// Declares that the calling thread may be inside managed code until the pin is dropped.
    pub fn pin(&self) -> Pin<'_> {
        Pin::new(&self.inner)
    }

    /// Makes dropped code's memory available again where no pin is in the way. Happens by itself when code is dropped,
    /// pins end and blocks are allocated; call it to bound how long that takes.
    pub fn reclaim(&self) {
        self.inner.reclaim();
    }

    /// What this space stands on and how full it is, for people and for `spandrel doctor`.
    pub fn describe(&self) -> Description {
        self.inner.describe()
    }
}

impl fmt::Debug for ExecSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let backend = &self.inner.backend;
        write!(f, "ExecSpace({:#x}, {} bytes, {})", backend.base(), backend.len(), backend.name())
    }
}

impl Space {
    /// A block for `size` bytes and `room` more.
    pub(crate) fn take(&self, size: usize, align: usize, room: usize) -> Result<Block, AllocError> {
        if size == 0 {
            return Err(AllocError::Empty);
        }
        if !align.is_power_of_two() || align > ExecSpace::MAX_ALIGN {
            return Err(AllocError::BadAlign(align));
        }
        self.reclaim();
        let mut free = self.free();
        let block = free.take(size.saturating_add(room), align).ok_or_else(|| {
            let largest = free.largest();
            AllocError::OutOfSpace { size, align, largest }
        })?;
        drop(free);
        match self.commit(block.offset + block.len) {
            Ok(()) => Ok(block),
            Err(error) => {
                self.free().give(block);
                Err(AllocError::Os(error))
            }
        }
    }

    fn commit(&self, end: usize) -> Result<(), OsError> {
        if self.backend.is_committed(end) {
            return Ok(());
        }
        let _scope = WriteScope::enter(&*self.backend)?;
        self.backend.commit(end)
    }

    /// Puts code into quarantine, or straight back when nobody can be inside.
    pub(crate) fn retire(&self, retired: Retired) {
        self.epochs.retire(retired);
        self.reclaim();
    }

    /// Gives back what quarantine no longer needs to hold.
    pub(crate) fn reclaim(&self) {
        let mut erased = Vec::new();
        for Retired { blocks, attachments } in self.epochs.collect() {
            drop(attachments);
            erased.extend(blocks.into_iter().flatten().filter_map(|block| self.erase(block)));
        }
        self.give_back(erased);
    }

    /// Erases a block that was written but never executed, and gives it back.
    pub(crate) fn discard(&self, block: Block, written: bool) {
        let erased = if written { self.erase(block) } else { Some(block) };
        self.give_back(erased);
    }

    fn give_back(&self, blocks: impl IntoIterator<Item = Block>) {
        let mut blocks = blocks.into_iter().peekable();
        if blocks.peek().is_none() {
            return;
        }
        // Once for all of them: nobody keeps instructions of what was here before.
        cache::sync_all_pipelines();
        let mut free = self.free();
        blocks.for_each(|block| free.give(block));
    }

    fn erase(&self, block: Block) -> Option<Block> {
        let range = block.offset..block.offset + block.len;
        let erased = WriteScope::enter(&*self.backend).and_then(|_scope| {
            // SAFETY: we own the block, and it was never executed or has been through quarantine.
            unsafe { self.backend.erase(range.clone()) }
        });
        match erased.and_then(|()| self.backend.seal_traps(range)) {
            Ok(()) => Some(block),
            Err(_) => {
                // Handing it out again could run old code. Losing the room is the safe way, and `describe` tells.
                self.lost.fetch_add(block.len, Ordering::Relaxed);
                None
            }
        }
    }

    fn free(&self) -> MutexGuard<'_, FreeList> {
        // Panics cannot happen between the list's own statements, so a poisoned lock guards a whole list.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self) -> Description {
        let (free_blocks, free_bytes) = self.free().totals();
        Description {
            backend: self.backend.name(),
            remarks: self.backend.remarks(),
            fallbacks: self.attempts.iter().map(ToString::to_string).collect(),
            base: self.backend.base(),
            len: self.backend.len(),
            granule: self.backend.granule(),
            live: self.regions.len(),
            quarantined: self.epochs.waiting(),
            free_blocks,
            free_bytes,
            lost_bytes: self.lost.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        // No pin can be left, for it would borrow the space: take attachments down while the memory is still there.
        drop(self.epochs.drain());
    }
}
