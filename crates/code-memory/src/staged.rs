//! Code on its way into executable memory, and code that is there.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::arch::TRAP_BYTE;
use crate::cache;
use crate::error::{OsError, PublishError};
use crate::frame::FrameInfo;
use crate::free_list::Block;
use crate::reloc::{Reloc, Resolved, Site};
use crate::scan;
use crate::space::{ExecSpace, Retired, Space};
use crate::tools;
use crate::unwind;
use crate::veneer::{VENEER_LEN, veneer};
use crate::write_scope::WriteScope;

/// A block of a space that goes back to it unless it is taken out.
struct OwnedBlock {
    space: ExecSpace,
    block: Option<Block>,
    written: bool,
}

impl OwnedBlock {
    fn new(space: ExecSpace, block: Block) -> OwnedBlock {
        OwnedBlock { space, block: Some(block), written: false }
    }

    fn offset(&self) -> usize {
        self.block.as_ref().map_or(0, |block| block.offset)
    }

    fn range(&self) -> Range<usize> {
        self.block.as_ref().map_or(0..0, |block| block.offset..block.offset + block.len)
    }

    fn base(&self) -> usize {
        self.space.inner.backend.base() + self.offset()
    }
}

impl Drop for OwnedBlock {
    fn drop(&mut self) {
        if let Some(block) = self.block.take() {
            self.space.inner.discard(block, self.written);
        }
    }
}

/// Code being prepared in ordinary memory. Dropping it gives the block back.
pub struct Staged {
    block: OwnedBlock,
    bytes: Vec<u8>,
    relocs: Vec<Reloc>,
    data: Vec<Range<usize>>,
    name: Option<String>,
    frame: Option<FrameInfo>,
    kept: Option<Box<dyn Any + Send + Sync>>,
}

impl Staged {
    pub(crate) fn new(space: ExecSpace, block: Block, size: usize) -> Staged {
        let bytes = vec![TRAP_BYTE; size];
        let block = OwnedBlock::new(space, block);
        Staged { block, bytes, relocs: Vec::new(), data: Vec::new(), name: None, frame: None, kept: None }
    }

    /// The bytes to fill in; traps to begin with.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The address byte 0 will have.
    pub fn base(&self) -> usize {
        self.block.base()
    }

    /// Adds a relocation, applied when publishing.
    pub fn relocate(&mut self, reloc: Reloc) {
        self.relocs.push(reloc);
    }

    /// Declares that a range of offsets holds constants, which publishing does not read as instructions.
    pub fn mark_data(&mut self, range: Range<usize>) {
        self.data.push(range);
    }

    /// Names the code for profilers and debuggers.
    pub fn set_name(&mut self, name: &str) {
        self.name = Some(name.to_string());
    }

    /// Describes the stack frame, so that unwinders can walk through the code. Without this they stop here.
    pub fn set_frame(&mut self, frame: FrameInfo) {
        self.frame = Some(frame);
    }

    /// Keeps something for as long as the code may be running, for instance a table whose address is in the code: it is
    /// dropped with the code's memory, after the last [`Pin`](crate::Pin) of the time when the [`Code`] was dropped.
    ///
    /// It must not own the space or any of its code: that would keep both forever.
    pub fn keep(&mut self, data: Box<dyn Any + Send + Sync>) {
        self.kept = Some(data);
    }

    /// Checks the code, copies it into executable memory and makes it known to caches, unwinders and tools.
    ///
    /// # Errors
    /// When a relocation is unresolved, does not suit its instruction, or does not reach; when a call was left
    /// unrelocated; when the frame description is wrong; when the system refuses. The block is free again then.
    pub fn publish(mut self) -> Result<Code, PublishError> {
        let code_range = self.base()..self.base() + self.bytes.len();
        scan::check(&self.bytes, &self.relocs, &self.data)?;
        let unwind_bytes = match &self.frame {
            Some(frame) => unwind::encode(frame, code_range.clone()).map_err(PublishError::Frame)?,
            None => Vec::new(),
        };
        let mut annex = self.link()?;
        let code = std::mem::take(&mut self.bytes);
        let image = unwind::image(code, &unwind_bytes);
        install(&mut self.block, &image, annex.as_mut())?;
        let space = self.block.space.clone();
        let code = &image[..code_range.len()];
        let symbols = tools::announce(self.name.as_deref(), code, code_range.start, &unwind_bytes);
        let unwind = unwind::register(unwind_bytes, code_range.clone())?;
        let attachments = Attachments { symbols, unwind, kept: self.kept.take() };
        space.inner.regions.insert(code_range.clone());
        let blocks = [self.block.block.take(), annex.and_then(|mut annex| annex.block.block.take())];
        let retired = Some(Retired { blocks, attachments });
        Ok(Code { base: code_range.start, len: code_range.len(), retired, space })
    }

    /// Applies every relocation and makes the veneers they need.
    fn link(&mut self) -> Result<Option<Annex>, PublishError> {
        let site = Site { base: self.base(), reach: self.block.space.inner.reach };
        let mut direct = Vec::new();
        let mut far: Vec<(usize, usize)> = Vec::new();
        let mut targets: Vec<usize> = Vec::new();
        for (index, reloc) in self.relocs.iter().enumerate() {
            match reloc.resolve(&self.bytes, &site).map_err(PublishError::Reloc)? {
                Resolved::Direct(target) => direct.push((index, target)),
                Resolved::Veneer(target) => {
                    let slot = targets.iter().position(|&known| known == target).unwrap_or_else(|| {
                        targets.push(target);
                        targets.len() - 1
                    });
                    far.push((index, slot));
                }
            }
        }
        let annex = self.annex(&targets)?;
        let veneers = annex.as_ref().map_or(0, |annex| annex.block.base());
        let far = far.into_iter().map(|(index, slot)| (index, veneers + slot * VENEER_LEN));
        for (index, target) in direct.into_iter().chain(far) {
            self.relocs[index].apply(&mut self.bytes, site.base, target).map_err(PublishError::Reloc)?;
        }
        Ok(annex)
    }

    fn annex(&self, targets: &[usize]) -> Result<Option<Annex>, PublishError> {
        if targets.is_empty() {
            return Ok(None);
        }
        let bytes: Vec<u8> = targets.iter().flat_map(|&target| veneer(target)).collect();
        let space = self.block.space.clone();
        let block = space.inner.take(bytes.len(), VENEER_LEN, 0).map_err(PublishError::Annex)?;
        Ok(Some(Annex { block: OwnedBlock::new(space, block), bytes }))
    }
}

/// Copies code and veneers into executable memory under one write scope, and makes them executable.
fn install(block: &mut OwnedBlock, image: &[u8], annex: Option<&mut Annex>) -> Result<(), PublishError> {
    let space = block.space.clone();
    let mut pieces: Vec<(&mut OwnedBlock, &[u8])> = vec![(block, image)];
    if let Some(annex) = annex {
        pieces.push((&mut annex.block, &annex.bytes));
    }
    write_pieces(&space.inner, &mut pieces).map_err(PublishError::Os)?;
    cache::sync_fetch_of_new_code();
    Ok(())
}

fn write_pieces(space: &Space, pieces: &mut [(&mut OwnedBlock, &[u8])]) -> Result<(), OsError> {
    let scope = WriteScope::enter(&*space.backend)?;
    for (block, bytes) in pieces.iter_mut() {
        block.written = true;
        // SAFETY: the block is owned by this value, large enough for the bytes it was taken for, and not published yet.
        unsafe { space.backend.write(block.offset(), bytes)? };
    }
    drop(scope);
    pieces.iter().try_for_each(|(block, _)| space.backend.seal(block.range()))
}

/// The veneers of a piece of code.
struct Annex {
    block: OwnedBlock,
    bytes: Vec<u8>,
}

/// Registrations with others, taken down after the last thread has left the code.
pub(crate) struct Attachments {
    /// Profilers and debuggers.
    #[expect(dead_code, reason = "held for its Drop")]
    symbols: Option<tools::Announcement>,
    /// Unwinders.
    #[expect(dead_code, reason = "held for its Drop")]
    unwind: Option<unwind::Registration>,
    /// What the code refers to.
    #[expect(dead_code, reason = "held for its Drop")]
    kept: Option<Box<dyn Any + Send + Sync>>,
}

/// Published code. It stays executable until this value is dropped and every [`Pin`](crate::Pin) of that time is gone.
pub struct Code {
    base: usize,
    len: usize,
    /// Taken out when the code is retired.
    retired: Option<Retired>,
    space: ExecSpace,
}

impl Code {
    /// The address of byte 0.
    pub fn entry(&self) -> *const u8 {
        self.base as *const u8
    }

    /// Bytes of code, without padding.
    #[expect(clippy::len_without_is_empty, reason = "published code is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The space the code lives in.
    pub fn space(&self) -> &ExecSpace {
        &self.space
    }

    /// Lets other threads find the code: whoever loads the pointer from `slot` with [`Ordering::Acquire`] sees all of it.
    pub fn store_entry(&self, slot: &AtomicPtr<u8>) {
        slot.store(self.entry().cast_mut(), Ordering::Release);
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.space.inner.regions.remove(self.base);
        if let Some(retired) = self.retired.take() {
            self.space.inner.retire(retired);
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({:#x}, {} bytes)", self.base, self.len)
    }
}

impl fmt::Debug for Staged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Staged({:#x}, {} bytes)", self.base(), self.bytes.len())
    }
}
