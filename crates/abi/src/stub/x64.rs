//! Stub instructions for x64.

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every operand")]

use super::isa::{Isa, LOOP_COPY, Mem, PAGE};
use crate::plan::Extend;
use code_memory::RelocKind;
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};

const RAX: u8 = 0;

/// Emits x64 instructions; integer registers have their encoding numbers.
pub(super) struct X64 {
    asm: VecAssembler<X64Relocation>,
}

impl X64 {
    pub(super) fn new() -> X64 {
        X64 { asm: VecAssembler::new(0) }
    }
}

macro_rules! emit {
    ($self:ident, $($code:tt)*) => { dynasm!($self.asm ; .arch x64 ; $($code)*) };
}

/// An instruction whose last operand is memory, with the short displacement where it fits.
macro_rules! load {
    ($self:ident, $mem:expr, $($code:tt)*) => {
        match ($mem.base, i8::try_from($mem.offset)) {
            (base, Ok(near)) => emit!($self, $($code)* [BYTE Rq(base) + near]),
            (base, Err(_)) => emit!($self, $($code)* [DWORD Rq(base) + $mem.offset]),
        }
    };
}

/// An instruction that stores the register `$value` to memory.
macro_rules! store {
    ($self:ident, $mem:expr, $op:ident, $($value:tt)*) => {
        match ($mem.base, i8::try_from($mem.offset)) {
            (base, Ok(near)) => emit!($self, $op [BYTE Rq(base) + near], $($value)*),
            (base, Err(_)) => emit!($self, $op [DWORD Rq(base) + $mem.offset], $($value)*),
        }
    };
}

impl Isa for X64 {
    const SP: u8 = 4;
    const FP: u8 = 5;
    const TARGET: u8 = 11;
    const BASE: u8 = 10;
    const SCRATCH: u8 = RAX;
    const SCRATCH_VEC: u8 = 0;
    const BRANCH: RelocKind = RelocKind::X64Rel32;

    fn position(&self) -> u32 {
        self.asm.offset().0 as u32
    }

    fn landing_pad(&mut self) {
        // endbr64, which the assembler has no name for.
        emit!(self, .bytes [0xf3, 0x0f, 0x1e, 0xfa].iter());
    }

    fn push_frame(&mut self) {
        emit!(self, push rbp);
    }

    fn set_frame(&mut self) {
        emit!(self, mov rbp, rsp);
    }

    fn allocate(&mut self, size: u32, align: u32) {
        let (size, mask) = (size as i32, -(align as i32));
        // Below a page nothing is probed: the return address of the call touches the stack close enough to the last use.
        if size as u32 + (align - 16) < PAGE {
            match i8::try_from(size) {
                Ok(size) => emit!(self, sub rsp, BYTE size),
                Err(_) => emit!(self, sub rsp, DWORD size),
            }
            if align > 16 {
                emit!(self, and rsp, DWORD mask);
            }
            return;
        }
        emit!(self, lea rax, [rsp - size]);
        if align > 16 {
            emit!(self, and rax, DWORD mask);
        }
        let page = PAGE as i32;
        emit!(self, probe:
            ; sub rsp, DWORD page
            ; cmp rsp, rax
            ; jb >done
            ; or DWORD [rsp], BYTE 0
            ; jmp <probe
            ; done:
            ; mov rsp, rax);
    }

    fn leave(&mut self, allocated: bool) {
        if allocated {
            // This form, unlike `leave`, is an epilogue to Windows' unwinder.
            emit!(self, lea rsp, [BYTE rbp + 0]);
        }
        emit!(self, pop rbp ; ret);
    }

    fn load_int(&mut self, reg: u8, from: Mem, width: u32, extend: Extend) {
        match (width, extend) {
            (1, Extend::Sign) => load!(self, from, movsx Rq(reg), BYTE),
            (2, Extend::Sign) => load!(self, from, movsx Rq(reg), WORD),
            (4, Extend::Sign) => load!(self, from, movsxd Rq(reg), DWORD),
            (1, _) => load!(self, from, movzx Rd(reg), BYTE),
            (2, _) => load!(self, from, movzx Rd(reg), WORD),
            (4, _) => load!(self, from, mov Rd(reg),),
            _ => load!(self, from, mov Rq(reg),),
        }
    }

    fn store_int(&mut self, reg: u8, to: Mem, width: u32) {
        match width {
            1 => store!(self, to, mov, Rb(reg)),
            2 => store!(self, to, mov, Rw(reg)),
            4 => store!(self, to, mov, Rd(reg)),
            _ => store!(self, to, mov, Rq(reg)),
        }
    }

    fn extend_int(&mut self, to: u8, from: u8, width: u32, extend: Extend) {
        match (width, extend) {
            (1, Extend::Sign) => emit!(self, movsx Rq(to), Rb(from)),
            (2, Extend::Sign) => emit!(self, movsx Rq(to), Rw(from)),
            (4, Extend::Sign) => emit!(self, movsxd Rq(to), Rd(from)),
            (1, _) => emit!(self, movzx Rd(to), Rb(from)),
            (2, _) => emit!(self, movzx Rd(to), Rw(from)),
            (4, _) => emit!(self, mov Rd(to), Rd(from)),
            _ => emit!(self, mov Rq(to), Rq(from)),
        }
    }

    fn load_vec(&mut self, reg: u8, from: Mem, width: u32) {
        match width {
            4 => load!(self, from, movss Rx(reg),),
            8 => load!(self, from, movsd Rx(reg),),
            _ => load!(self, from, movups Rx(reg),),
        }
    }

    fn store_vec(&mut self, reg: u8, to: Mem, width: u32) {
        match width {
            4 => store!(self, to, movss, Rx(reg)),
            8 => store!(self, to, movsd, Rx(reg)),
            _ => store!(self, to, movups, Rx(reg)),
        }
    }

    fn load_address(&mut self, reg: u8, of: Mem) {
        load!(self, of, lea Rq(reg),);
    }

    fn move_int(&mut self, to: u8, from: u8) {
        emit!(self, mov Rq(to), Rq(from));
    }

    fn copy_operands(&mut self, to: Mem, from: Mem) -> (Mem, Mem) {
        (to, from)
    }

    fn copy_loop(&mut self, to: Mem, from: Mem, size: u32) {
        // Downwards, so that the counter is the index; no argument register and no direction flag is involved.
        let step = LOOP_COPY as i32;
        let (from_low, from_high) = (from.offset - step, from.offset - step + 16);
        let (to_low, to_high) = (to.offset - step, to.offset - step + 16);
        emit!(self, mov eax, DWORD size as i32
            ; copy:
            ; movups xmm0, [Rq(from.base) + rax + from_low]
            ; movups xmm1, [Rq(from.base) + rax + from_high]
            ; movups [Rq(to.base) + rax + to_low], xmm0
            ; movups [Rq(to.base) + rax + to_high], xmm1
            ; sub eax, BYTE step as i8
            ; jnz <copy);
    }

    fn vector_count(&mut self, count: u8) {
        emit!(self, mov eax, DWORD count.into());
    }

    fn call_target(&mut self) {
        emit!(self, call r11);
    }

    fn call_near(&mut self) -> u32 {
        emit!(self, .bytes [0xe8, 0, 0, 0, 0].iter());
        self.position() - 4
    }

    fn trap(&mut self) {
        emit!(self, ud2);
    }

    fn finish(self) -> Result<Vec<u8>, DynasmError> {
        self.asm.finalize()
    }
}

/// Offset of the branch distance in [`closure`]'s code.
pub(super) const CLOSURE_BRANCH: u32 = 15;

/// The code of a closure: loads `data` and jumps to a place the caller relocates, see [`CLOSURE_BRANCH`].
pub(super) fn closure(data: u64) -> Vec<u8> {
    // Encoded by hand: an assembler could only fail here. endbr64; mov r10, data; jmp adaptor; ud2.
    let mut code = vec![0xf3, 0x0f, 0x1e, 0xfa, 0x49, 0xba];
    code.extend_from_slice(&data.to_le_bytes());
    code.extend_from_slice(&[0xe9, 0, 0, 0, 0, 0x0f, 0x0b]);
    code
}
