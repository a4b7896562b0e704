//! Interpreter thunks: the entry points of functions that are interpreted, a few bytes each, made in blocks.

use super::ThunkError;
use super::entry::SharedEntry;
use super::target::Targets;
use crate::convention::Arch;
use code_memory::{Code, ExecSpace, FrameInfo, Reloc, RelocKind, RelocTarget};
use std::any::Any;
use std::sync::Arc;

/// Bytes from one thunk to the next.
const STRIDE: usize = 16;

/// A block of thunks, with the values that identify their functions behind them. They stay callable as long as it lives.
#[derive(Debug)]
pub struct ThunkBlock {
    code: Code,
    len: usize,
    /// Jumped to by the thunks.
    #[expect(dead_code, reason = "keeps the code that the thunks jump to published")]
    shared: Option<Arc<SharedEntry>>,
}

impl ThunkBlock {
    /// The most thunks one block can have: their identities must be within reach of a load on ARM64, which is 1 MB.
    pub const MAX: usize = 1 << 15;

    /// Publishes one thunk per element of `identities`: when it is called, the interpreter behind `shared` gets that value
    /// as the identity.
    ///
    /// # Errors
    /// No identities or more than [`ThunkBlock::MAX`], or the code cannot be published.
    pub fn publish(
        space: &ExecSpace,
        shared: &Arc<SharedEntry>,
        identities: &[u64],
    ) -> Result<ThunkBlock, ThunkError> {
        Self::emit(space, shared.entry(), Some(Arc::clone(shared)), identities, None)
    }

    /// Publishes thunks that jump to any code of the host's architecture, for instance a lazy compiler's entry. It finds
    /// the identity in r11 (x64) or x17 (ARM64), and must stay where it is as long as the thunks can be called.
    ///
    /// # Errors
    /// `target` is not among `targets`, or as for [`ThunkBlock::publish`].
    pub fn publish_to(
        space: &ExecSpace,
        targets: &Targets,
        target: *const u8,
        identities: &[u64],
    ) -> Result<ThunkBlock, ThunkError> {
        targets.check(target, "what thunks jump to")?;
        Self::emit(space, target, None, identities, None)
    }

    /// As [`ThunkBlock::publish_to`]. What the identities stand for is kept until no thread can be in the thunks any more,
    /// see [`Staged::keep`](code_memory::Staged::keep).
    ///
    /// # Errors
    /// As for [`ThunkBlock::publish_to`].
    pub fn publish_keeping(
        space: &ExecSpace,
        targets: &Targets,
        target: *const u8,
        identities: &[u64],
        kept: Box<dyn Any + Send + Sync>,
    ) -> Result<ThunkBlock, ThunkError> {
        targets.check(target, "what thunks jump to")?;
        Self::emit(space, target, None, identities, Some(kept))
    }

    fn emit(
        space: &ExecSpace,
        target: *const u8,
        shared: Option<Arc<SharedEntry>>,
        identities: &[u64],
        kept: Option<Box<dyn Any + Send + Sync>>,
    ) -> Result<ThunkBlock, ThunkError> {
        let len = identities.len();
        if len == 0 || len > Self::MAX {
            return Err(ThunkError::BlockSize(len));
        }
        let mut staged = space.alloc(len * (STRIDE + 8), STRIDE).map_err(ThunkError::Alloc)?;
        let (thunks, data) = staged.bytes_mut().split_at_mut(len * STRIDE);
        for (index, thunk) in thunks.chunks_exact_mut(STRIDE).enumerate() {
            let distance = (len - index) * STRIDE + index * 8;
            thunk.copy_from_slice(&match Arch::HOST {
                Arch::X64 => thunk_x64(distance),
                Arch::Arm64 => thunk_arm64(distance),
            });
        }
        for (word, identity) in data.chunks_exact_mut(8).zip(identities) {
            word.copy_from_slice(&identity.to_le_bytes());
        }
        staged.mark_data(len * STRIDE..len * (STRIDE + 8));
        let (jump, kind) = match Arch::HOST {
            Arch::X64 => (X64_JUMP, RelocKind::X64Rel32),
            Arch::Arm64 => (ARM64_JUMP, RelocKind::Arm64Branch26),
        };
        for index in 0..len {
            let (offset, target) = ((index * STRIDE + jump) as u32, RelocTarget::Address(target.addr()));
            staged.relocate(Reloc { offset, kind, target, addend: 0 });
        }
        staged.set_name("interpreter thunks");
        if let Some(kept) = kept {
            staged.keep(kept);
        }
        // Thunks leave stack and link register alone.
        staged.set_frame(FrameInfo::default());
        let code = staged.publish().map_err(ThunkError::Publish)?;
        Ok(ThunkBlock { code, len, shared })
    }

    /// Number of thunks.
    #[expect(clippy::len_without_is_empty, reason = "a block is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The entry point of the function with the identity at `index`; `None` when there are fewer.
    pub fn entry(&self, index: usize) -> Option<*const u8> {
        (index < self.len).then(|| self.code.entry().wrapping_add(index * STRIDE))
    }
}

/// Offset of the jump's distance in a thunk.
const X64_JUMP: usize = 12;

/// `distance` is from the thunk to its identity.
fn thunk_x64(distance: usize) -> [u8; STRIDE] {
    let mut bytes = [0; STRIDE];
    bytes[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]); // endbr64
    bytes[4..7].copy_from_slice(&[0x4c, 0x8b, 0x1d]); // mov r11, [rip + (distance - 11)]
    bytes[7..11].copy_from_slice(&(distance as u32 - 11).to_le_bytes());
    bytes[11] = 0xe9; // jmp rel32
    bytes
}

/// Offset of the branch in a thunk.
const ARM64_JUMP: usize = 8;

/// `distance` is from the thunk to its identity.
fn thunk_arm64(distance: usize) -> [u8; STRIDE] {
    let literal = 0x5800_0011 | ((distance as u32 - 4) >> 2) << 5;
    // bti jc: tail calls between managed functions are jumps through any register, which `bti c` lets pass only from x16 and
    // x17. ldr x17, identity; b; udf #0, which is never reached.
    let words: [u32; 4] = [0xd503_24df, literal, 0x1400_0000, 0];
    let mut bytes = [0; STRIDE];
    for (to, word) in bytes.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}
