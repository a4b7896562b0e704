//! What a stub needs from an instruction set, and the parts of every stub that are built from it.

use super::layout::Layout;
use crate::plan::Extend;
use code_memory::{FrameInfo, FrameOp, RelocKind};
use dynasmrt::DynasmError;

/// A memory operand: a base register's hardware number and a byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mem {
    /// Hardware number of the base register.
    pub(super) base: u8,
    /// Offset in bytes.
    pub(super) offset: i32,
}

impl Mem {
    /// The operand `offset` bytes after the address in `base`.
    pub(super) fn new(base: u8, offset: i32) -> Mem {
        Mem { base, offset }
    }

    /// The operand `by` bytes further on.
    pub(super) fn plus(self, by: u32) -> Mem {
        // Every area is at most `MAX_AREA` bytes, so the sum of two offsets fits.
        Mem { base: self.base, offset: self.offset + by as i32 }
    }
}

/// Distance between two touches of a stack that grows by more than this: the smallest page of any host.
pub(super) const PAGE: u32 = 4096;

/// Blocks up to this many bytes are copied by straight code, larger ones by a loop.
pub(super) const INLINE_COPY: u32 = 128;

/// Bytes one turn of the copy loop moves.
pub(super) const LOOP_COPY: u32 = 32;

/// The instructions stubs are made of. Register arguments are hardware numbers.
///
/// None of the constants is an argument or result register of any convention of the instruction set, so they stay
/// valid while arguments are put in place; `SCRATCH` and `SCRATCH_VEC` are the exception on x64, where `rax` is a
/// result register and `xmm0` both: stubs use them only before the arguments or results are loaded.
pub(super) trait Isa {
    /// The stack pointer.
    const SP: u8;
    /// The frame pointer.
    const FP: u8;
    /// Holds an address to call, or to copy from.
    const TARGET: u8;
    /// Holds the base of the frame (call stubs), the result buffer (after the call) or the closure data (callbacks).
    const BASE: u8;
    /// Integer scratch register for copies and extensions.
    const SCRATCH: u8;
    /// Vector scratch register for copies.
    const SCRATCH_VEC: u8;
    /// How the distance of a direct branch or call is filled in.
    const BRANCH: RelocKind;

    /// Bytes emitted so far.
    fn position(&self) -> u32;
    /// The instruction that indirect branches may land on.
    fn landing_pad(&mut self);
    /// Saves frame pointer (and link register): [`FrameOp::PushFrame`].
    fn push_frame(&mut self);
    /// Points the frame pointer at what was saved: [`FrameOp::SetFrame`].
    fn set_frame(&mut self);
    /// Lowers the stack pointer by at least `size` bytes to a multiple of `align`, touching every page in between.
    /// May change `SCRATCH` and, on ARM64, the intra-procedure-call registers.
    fn allocate(&mut self, size: u32, align: u32);
    /// Gives back the stack area (when there is one), restores the frame pointer and returns.
    fn leave(&mut self, allocated: bool);
    /// Loads `width` (1, 2, 4, 8) bytes and fills the register's 64 bits; [`Extend::None`] fills with zeros too.
    fn load_int(&mut self, reg: u8, from: Mem, width: u32, extend: Extend);
    /// Stores the low `width` (1, 2, 4, 8) bytes.
    fn store_int(&mut self, reg: u8, to: Mem, width: u32);
    /// Fills the 64 bits of `to` from the low `width` (1, 2, 4, 8) bytes of `from`.
    fn extend_int(&mut self, to: u8, from: u8, width: u32, extend: Extend);
    /// Loads `width` (4, 8, 16) bytes into a vector register.
    fn load_vec(&mut self, reg: u8, from: Mem, width: u32);
    /// Stores the low `width` (4, 8, 16) bytes of a vector register.
    fn store_vec(&mut self, reg: u8, to: Mem, width: u32);
    /// Puts the address of the operand into a register.
    fn load_address(&mut self, reg: u8, of: Mem);
    /// Copies a register.
    fn move_int(&mut self, to: u8, from: u8);
    /// Brings the operands of a block copy into the form that is cheapest to index; they may be replaced by scratch registers.
    fn copy_operands(&mut self, to: Mem, from: Mem) -> (Mem, Mem);
    /// Copies `size` bytes, a positive multiple of [`LOOP_COPY`], in a loop; the operands come from `copy_operands`.
    fn copy_loop(&mut self, to: Mem, from: Mem, size: u32);
    /// Tells a System V variadic callee how many vector registers carry arguments.
    fn vector_count(&mut self, count: u8);
    /// Calls the address in `TARGET`.
    fn call_target(&mut self);
    /// A direct call with the distance left open; returns the offset to relocate.
    fn call_near(&mut self) -> u32;
    /// Raises an illegal-instruction or breakpoint exception.
    fn trap(&mut self);
    /// The machine code.
    fn finish(self) -> Result<Vec<u8>, DynasmError>;
}

/// An instruction set together with the unwind description of what was emitted.
pub(super) struct Emitter<I> {
    /// The instructions.
    pub(super) isa: I,
    /// What unwinders need.
    pub(super) frame: FrameInfo,
}

impl<I: Isa> Emitter<I> {
    /// An emitter that has written nothing.
    pub(super) fn new(isa: I) -> Emitter<I> {
        Emitter { isa, frame: FrameInfo::default() }
    }

    /// Landing pad, frame pointer, stack area and the registers the layout saves.
    pub(super) fn prologue(&mut self, layout: &Layout) {
        self.isa.landing_pad();
        self.isa.push_frame();
        self.note(FrameOp::PushFrame);
        self.isa.set_frame();
        self.note(FrameOp::SetFrame);
        if layout.size > 0 {
            self.isa.allocate(layout.size, layout.align);
            self.note(FrameOp::Alloc(layout.size));
        }
        for &(reg, offset) in &layout.saved_int {
            self.isa.store_int(reg, Mem::new(I::FP, offset), 8);
            self.note(FrameOp::SaveInt { reg, cfa_offset: offset - CFA_TO_FP });
        }
        for &(reg, offset) in &layout.saved_vec {
            self.isa.store_vec(reg, Mem::new(I::FP, offset), 16);
            self.note(FrameOp::SaveVec { reg, cfa_offset: offset - CFA_TO_FP });
        }
    }

    /// Undoes [`Emitter::prologue`] and returns.
    pub(super) fn epilogue(&mut self, layout: &Layout) {
        for &(reg, offset) in &layout.saved_int {
            self.isa.load_int(reg, Mem::new(I::FP, offset), 8, Extend::None);
        }
        for &(reg, offset) in &layout.saved_vec {
            self.isa.load_vec(reg, Mem::new(I::FP, offset), 16);
        }
        self.isa.leave(layout.size > 0);
    }

    /// Copies exactly `size` bytes between areas that do not overlap. Uses the scratch registers.
    pub(super) fn copy(&mut self, to: Mem, from: Mem, size: u32) {
        if size <= 16 {
            return self.copy_chunks(to, from, 0, size);
        }
        let (to, from) = self.isa.copy_operands(to, from);
        let looped = if size > INLINE_COPY { size / LOOP_COPY * LOOP_COPY } else { 0 };
        if looped > 0 {
            self.isa.copy_loop(to, from, looped);
        }
        self.copy_chunks(to, from, looped, size);
    }

    fn copy_chunks(&mut self, to: Mem, from: Mem, start: u32, size: u32) {
        for (at, width) in chunks(start, size) {
            if width == 16 {
                self.isa.load_vec(I::SCRATCH_VEC, from.plus(at), 16);
                self.isa.store_vec(I::SCRATCH_VEC, to.plus(at), 16);
            } else {
                self.isa.load_int(I::SCRATCH, from.plus(at), width, Extend::None);
                self.isa.store_int(I::SCRATCH, to.plus(at), width);
            }
        }
    }

    fn note(&mut self, op: FrameOp) {
        self.frame.ops.push((self.isa.position(), op));
    }
}

/// Distance from the frame pointer to the canonical frame address: saved frame pointer and return address.
pub(super) const CFA_TO_FP: i32 = 16;

/// Cuts the bytes `start..size` of a block into accesses of 16, 8, 4, 2 or 1 bytes (offset, width).
/// An access may reach back over bytes that an earlier one has covered, never outside `0..size`.
fn chunks(start: u32, size: u32) -> Vec<(u32, u32)> {
    let mut cut = Vec::new();
    let mut at = start;
    while at < size {
        let left = size - at;
        // The narrowest access that finishes the block in one go, if the block is long enough for it to reach back.
        let finish = left.next_power_of_two();
        let (from, width) = if left >= 16 {
            (at, 16)
        } else if finish <= size {
            (size - finish, finish)
        } else {
            (at, finish / 2)
        };
        cut.push((from, width));
        at = from + width;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::chunks;

    #[test]
    fn chunks_cover_a_block_and_stay_inside_it() {
        for size in 0..200u32 {
            for start in (0..=size).step_by(32) {
                let mut covered = vec![false; size as usize];
                for (at, width) in chunks(start, size) {
                    assert!(matches!(width, 1 | 2 | 4 | 8 | 16), "{size}: width {width}");
                    assert!(at + width <= size, "{size}: {at}+{width} leaves the block");
                    covered[at as usize..(at + width) as usize].fill(true);
                }
                assert!(covered[start as usize..].iter().all(|&c| c), "{size} from {start}: bytes left out");
            }
        }
    }

    #[test]
    fn chunks_of_odd_sizes_overlap_instead_of_going_byte_by_byte() {
        assert_eq!(chunks(0, 3), [(0, 2), (2, 1)]);
        assert_eq!(chunks(0, 7), [(0, 4), (3, 4)]);
        assert_eq!(chunks(0, 13), [(0, 8), (5, 8)]);
        assert_eq!(chunks(0, 31), [(0, 16), (15, 16)]);
    }
}
