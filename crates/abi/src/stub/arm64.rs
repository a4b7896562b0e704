//! Stub instructions for ARM64.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use super::isa::{Isa, Mem, PAGE};
use crate::plan::Extend;
use code_memory::RelocKind;
use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};

/// Holds addresses that no instruction can form from base and offset (IP1; veneers may change it at calls only).
const FAR: u8 = 17;
/// Pointers and counter of block copies.
const COPY_FROM: u8 = 12;
const COPY_TO: u8 = 13;

/// Emits ARM64 instructions. Number 31 is the stack pointer as a base, x18 is never used.
pub(super) struct Arm64 {
    asm: VecAssembler<Aarch64Relocation>,
}

/// The forms of a load's or store's address.
enum Reach {
    /// A non-negative multiple of the access width.
    Scaled(u8, u32),
    /// Anything within nine bits.
    Unscaled(u8, i32),
}

macro_rules! emit {
    ($self:ident, $($code:tt)*) => { dynasm!($self.asm ; .arch aarch64 ; $($code)*) };
}

/// A load or store of `$width` bytes: mnemonic with scaled offset, mnemonic with unscaled offset, register.
macro_rules! access {
    ($self:ident, $mem:expr, $width:expr, $scaled:ident / $unscaled:ident, $($reg:tt)*) => {
        match $self.reach($mem, $width) {
            Reach::Scaled(base, offset) => emit!($self, $scaled $($reg)*, [XSP(base), offset]),
            Reach::Unscaled(base, offset) => emit!($self, $unscaled $($reg)*, [XSP(base), offset]),
        }
    };
}

impl Arm64 {
    pub(super) fn new() -> Arm64 {
        Arm64 { asm: VecAssembler::new(0) }
    }

    /// The address form for an access; forms the address in `FAR` when there is none.
    fn reach(&mut self, mem: Mem, width: u32) -> Reach {
        let Mem { base, offset } = mem;
        if let Ok(up) = u32::try_from(offset)
            && up.is_multiple_of(width)
            && up / width < 4096
        {
            return Reach::Scaled(base, up);
        }
        if (-256..256).contains(&offset) {
            return Reach::Unscaled(base, offset);
        }
        self.load_address(FAR, mem);
        Reach::Scaled(FAR, 0)
    }

    /// Puts a constant of up to 32 bits into a register.
    fn constant(&mut self, reg: u8, value: u32) {
        let (low, high) = (value & 0xffff, value >> 16);
        emit!(self, movz X(reg), low);
        if high != 0 {
            emit!(self, movk X(reg), high, lsl 16);
        }
    }
}

impl Isa for Arm64 {
    const SP: u8 = 31;
    const FP: u8 = 29;
    const TARGET: u8 = 16;
    const BASE: u8 = 9;
    const SCRATCH: u8 = 15;
    const SCRATCH_VEC: u8 = 16;
    const BRANCH: RelocKind = RelocKind::Arm64Branch26;

    fn position(&self) -> u32 {
        self.asm.offset().0 as u32
    }

    fn landing_pad(&mut self) {
        // bti c, which is a hint to processors without it.
        emit!(self, hint 34);
    }

    fn push_frame(&mut self) {
        emit!(self, stp x29, x30, [sp, -16]!);
    }

    fn set_frame(&mut self) {
        emit!(self, mov x29, sp);
    }

    fn allocate(&mut self, size: u32, align: u32) {
        let mask = u64::from(align).wrapping_neg();
        // Below a page nothing is probed: whatever is called saves its link register close enough to the last use.
        if align == 16 && size < PAGE {
            emit!(self, sub sp, sp, size);
            return;
        }
        self.constant(FAR, size);
        emit!(self, sub XSP(FAR), sp, X(FAR), uxtx);
        if align > 16 {
            emit!(self, and XSP(FAR), X(FAR), mask);
        }
        if size + (align - 16) >= PAGE {
            emit!(self, probe:
                ; sub sp, sp, 1, lsl 12
                ; cmp sp, X(FAR), uxtx
                ; b.lo >done
                ; str xzr, [sp]
                ; b <probe
                ; done:);
        }
        emit!(self, mov sp, XSP(FAR));
    }

    fn leave(&mut self, allocated: bool) {
        if allocated {
            emit!(self, mov sp, x29);
        }
        emit!(self, ldp x29, x30, [sp], 16 ; ret);
    }

    fn load_int(&mut self, reg: u8, from: Mem, width: u32, extend: Extend) {
        match (width, extend) {
            (1, Extend::Sign) => access!(self, from, 1, ldrsb / ldursb, X(reg)),
            (2, Extend::Sign) => access!(self, from, 2, ldrsh / ldursh, X(reg)),
            (4, Extend::Sign) => access!(self, from, 4, ldrsw / ldursw, X(reg)),
            (1, _) => access!(self, from, 1, ldrb / ldurb, W(reg)),
            (2, _) => access!(self, from, 2, ldrh / ldurh, W(reg)),
            (4, _) => access!(self, from, 4, ldr / ldur, W(reg)),
            _ => access!(self, from, 8, ldr / ldur, X(reg)),
        }
    }

    fn store_int(&mut self, reg: u8, to: Mem, width: u32) {
        match width {
            1 => access!(self, to, 1, strb / sturb, W(reg)),
            2 => access!(self, to, 2, strh / sturh, W(reg)),
            4 => access!(self, to, 4, str / stur, W(reg)),
            _ => access!(self, to, 8, str / stur, X(reg)),
        }
    }

    fn extend_int(&mut self, to: u8, from: u8, width: u32, extend: Extend) {
        match (width, extend) {
            (1, Extend::Sign) => emit!(self, sxtb X(to), W(from)),
            (2, Extend::Sign) => emit!(self, sxth X(to), W(from)),
            (4, Extend::Sign) => emit!(self, sxtw X(to), W(from)),
            (1, _) => emit!(self, uxtb W(to), W(from)),
            (2, _) => emit!(self, uxth W(to), W(from)),
            (4, _) => emit!(self, mov W(to), W(from)),
            _ => emit!(self, mov X(to), X(from)),
        }
    }

    fn load_vec(&mut self, reg: u8, from: Mem, width: u32) {
        match width {
            4 => access!(self, from, 4, ldr / ldur, S(reg)),
            8 => access!(self, from, 8, ldr / ldur, D(reg)),
            _ => access!(self, from, 16, ldr / ldur, Q(reg)),
        }
    }

    fn store_vec(&mut self, reg: u8, to: Mem, width: u32) {
        match width {
            4 => access!(self, to, 4, str / stur, S(reg)),
            8 => access!(self, to, 8, str / stur, D(reg)),
            _ => access!(self, to, 16, str / stur, Q(reg)),
        }
    }

    fn load_address(&mut self, reg: u8, of: Mem) {
        let Mem { base, offset } = of;
        match u32::try_from(offset) {
            Ok(up) if up < 4096 => emit!(self, add XSP(reg), XSP(base), up),
            Ok(up) => {
                self.constant(FAR, up);
                emit!(self, add XSP(reg), XSP(base), X(FAR), uxtx);
            }
            Err(_) => {
                self.constant(FAR, offset.unsigned_abs());
                emit!(self, sub XSP(reg), XSP(base), X(FAR), uxtx);
            }
        }
    }

    fn move_int(&mut self, to: u8, from: u8) {
        emit!(self, mov X(to), X(from));
    }

    fn copy_operands(&mut self, to: Mem, from: Mem) -> (Mem, Mem) {
        self.load_address(COPY_FROM, from);
        self.load_address(COPY_TO, to);
        (Mem::new(COPY_TO, 0), Mem::new(COPY_FROM, 0))
    }

    fn copy_loop(&mut self, to: Mem, from: Mem, size: u32) {
        // Downwards, so that the counter is the index. The operands are those of `copy_operands`: no offset.
        self.constant(14, size);
        emit!(self, copy:
            ; sub x14, x14, 16
            ; ldr q16, [X(from.base), x14]
            ; str q16, [X(to.base), x14]
            ; cbnz x14, <copy);
    }

    fn vector_count(&mut self, _count: u8) {
        // Only System V's x64 convention counts vector registers; plans for ARM64 carry no count.
    }

    fn call_target(&mut self) {
        emit!(self, blr x16);
    }

    fn call_near(&mut self) -> u32 {
        emit!(self, bl 0);
        self.position() - 4
    }

    fn trap(&mut self) {
        emit!(self, brk 1);
    }

    fn finish(self) -> Result<Vec<u8>, DynasmError> {
        self.asm.finalize()
    }
}

/// Offset of the branch in [`closure`]'s code.
pub(super) const CLOSURE_BRANCH: u32 = 20;

/// The code of a closure: loads `data` and jumps to a place the caller relocates, see [`CLOSURE_BRANCH`].
pub(super) fn closure(data: u64) -> Vec<u8> {
    // Encoded by hand: an assembler could only fail here. bti c; movz and three movk to x9; b adaptor; brk 1.
    // Not x16 or x17: a veneer between here and the adaptor may use those.
    let part = |i: u32| (data >> (16 * i)) as u32 & 0xffff;
    let wide = |opcode: u32, i: u32| opcode | i << 21 | part(i) << 5 | u32::from(Arm64::BASE);
    let (movz, movk) = (0xd280_0000, 0xf280_0000);
    let code =
        [0xd503_245f, wide(movz, 0), wide(movk, 1), wide(movk, 2), wide(movk, 3), 0x1400_0000, 0xd420_0020];
    code.into_iter().flat_map(u32::to_le_bytes).collect()
}
