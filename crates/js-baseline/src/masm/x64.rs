//! The assembler for x64 (encodings: Intel SDM volume 2).
//!
//! System V and Win64 differ in the registers of arguments and the shadow space only: what both preserve holds the constants, what
//! neither does is for templates, and RSI, RDI and the upper vector registers are not used but for arguments.

use super::*;
use code_memory::FrameOp;

const RAX: u8 = 0;
/// For these operations alone: no logical register.
const RCX: u8 = 1;
const RBX: u8 = 3;
const RSP: u8 = 4;
const RBP: u8 = 5;

/// The machine's registers, by logical one: T0 to T5, then those that calls preserve.
const MAP: [u8; REGISTERS] = [RAX, 8, 9, 10, 11, 2, 13, 14, RBX, 15, 12];
/// Vector register of these operations.
const XMM_SCRATCH: u8 = 5;

const SYSTEM_V: [u8; 4] = [7, 6, 2, 1];
const WINDOWS: [u8; 4] = [1, 2, 8, 9];
/// What Windows wants below the return address of whatever is called.
const SHADOW: u8 = 32;

/// Saved by [`Masm::entry`], in order of descending addresses, the first 24 bytes below the CFA.
const SAVED: [u8; 5] = [RBX, 12, 13, 14, 15];

/// Machine code for x64.
#[derive(Default)]
pub(crate) struct X64 {
    buffer: Buffer,
    windows: bool,
}

fn r(reg: Reg) -> u8 {
    MAP[usize::from(reg.0)]
}

/// The condition's number in `jcc` and `setcc`.
fn cc(cond: Cond) -> u8 {
    match cond {
        Cond::Eq => 4,
        Cond::Ne => 5,
        Cond::Lt => 12,
        Cond::Le => 14,
        Cond::Gt => 15,
        Cond::Ge => 13,
        Cond::Below => 2,
        Cond::BelowEq => 6,
        Cond::Above => 7,
        Cond::AboveEq => 3,
    }
}

const OVERFLOW: u8 = 0;
const PARITY: u8 = 10;

/// The row of an operation in opcodes (`op rm, reg` is 8 n + 1) and its digit with immediates.
fn row(op: Alu) -> u8 {
    match op {
        Alu::Add => 0,
        Alu::Or => 1,
        Alu::And => 4,
        Alu::Sub => 5,
        Alu::Xor => 6,
    }
}

const CMP: u8 = 7;

impl X64 {
    #[inline]
    fn byte(&mut self, byte: u8) {
        self.buffer.bytes.push(byte);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.buffer.bytes.extend_from_slice(bytes);
    }

    fn int32(&mut self, value: i32) {
        self.buffer.word(value as u32);
    }

    /// Prefixes and opcode; `low` means a byte register, which needs a REX prefix from SPL on.
    #[inline]
    fn head(&mut self, prefix: u8, wide: bool, opcode: &[u8], regs: [u8; 3], low: bool) {
        let [reg, index, base] = regs;
        if prefix != 0 {
            self.byte(prefix);
        }
        let rex = u8::from(wide) << 3 | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if rex != 0 || low {
            self.byte(0x40 | rex);
        }
        self.bytes(opcode);
    }

    /// An instruction on two registers.
    #[inline]
    fn rr(&mut self, prefix: u8, wide: bool, opcode: &[u8], reg: u8, rm: u8) {
        self.head(prefix, wide, opcode, [reg, 0, rm], false);
        self.byte(0xc0 | (reg & 7) << 3 | rm & 7);
    }

    /// An instruction on a register and memory.
    #[inline]
    fn rm(&mut self, prefix: u8, wide: bool, opcode: &[u8], reg: u8, mem: Mem, low: bool) {
        let base = r(mem.base);
        let index = mem.index.map(|(index, log)| (r(index), log));
        self.head(prefix, wide, opcode, [reg, index.map_or(0, |(index, _)| index), base], low);
        let reg = (reg & 7) << 3;
        let mode = match mem.offset {
            0 if base & 7 != RBP => 0,
            -128..=127 => 0x40,
            _ => 0x80,
        };
        match index {
            Some((index, log)) => self.bytes(&[mode | reg | 4, log << 6 | (index & 7) << 3 | base & 7]),
            None if base & 7 == RSP => self.bytes(&[mode | reg | 4, 0x24]),
            None => self.byte(mode | reg | base & 7),
        }
        match mode {
            0 => {}
            0x40 => self.byte(mem.offset as u8),
            _ => self.int32(mem.offset),
        }
    }

    /// `op rm, imm` with a digit of the 81/83 group.
    fn group(&mut self, digit: u8, wide: bool, rm: u8, value: i32) {
        match i8::try_from(value) {
            Ok(value) => {
                self.rr(0, wide, &[0x83], digit, rm);
                self.byte(value as u8);
            }
            Err(_) => {
                self.rr(0, wide, &[0x81], digit, rm);
                self.int32(value);
            }
        }
    }

    fn jump_if(&mut self, condition: u8, to: Label) {
        self.bytes(&[0x0f, 0x80 | condition]);
        self.distance(to);
    }

    fn distance(&mut self, to: Label) {
        let at = self.buffer.bytes.len();
        self.buffer.branch(at, to);
        self.int32(0);
    }

    /// A jump forward over what is emitted until [`X64::land`].
    fn short(&mut self, opcode: u8) -> usize {
        self.bytes(&[opcode, 0]);
        self.buffer.bytes.len()
    }

    fn land(&mut self, from: usize) {
        let distance = self.buffer.bytes.len() - from;
        self.buffer.bytes[from - 1] = distance as u8;
    }

    fn move64(&mut self, to: u8, from: u8) {
        if to != from {
            self.rr(0, true, &[0x89], from, to);
        }
    }

    fn constant_in(&mut self, to: u8, value: u64) {
        if value == 0 {
            self.rr(0, false, &[0x31], to, to);
        } else if let Ok(small) = u32::try_from(value) {
            self.head(0, false, &[0xb8 | to & 7], [0, 0, to], false);
            self.int32(small as i32);
        } else if let Ok(small) = i32::try_from(value as i64) {
            self.rr(0, true, &[0xc7], 0, to);
            self.int32(small);
        } else {
            self.head(0, true, &[0xb8 | to & 7], [0, 0, to], false);
            self.bytes(&value.to_le_bytes());
        }
    }

    fn compare_rr(&mut self, width: Width, a: Reg, b: Reg) {
        self.rr(0, width == B64, &[0x39], r(b), r(a));
    }

    fn compare_ri(&mut self, width: Width, a: Reg, b: i32) {
        if b == 0 {
            self.rr(0, width == B64, &[0x85], r(a), r(a));
        } else {
            self.group(CMP, width == B64, r(a), b);
        }
    }

    fn set(&mut self, cond: Cond, to: Reg) {
        // movzx keeps the flags' result: it comes after.
        self.head(0, false, &[0x0f, 0x90 | cc(cond)], [0, 0, r(to)], r(to) >= 4);
        self.byte(0xc0 | r(to) & 7);
        self.head(0, false, &[0x0f, 0xb6], [r(to), 0, r(to)], r(to) >= 4);
        self.byte(0xc0 | (r(to) & 7) << 3 | r(to) & 7);
    }

    fn arguments(&self) -> [u8; 4] {
        if self.windows { WINDOWS } else { SYSTEM_V }
    }

    /// Breaks the dependency of a conversion on the register's old value.
    fn clear_f64(&mut self, reg: FReg) {
        self.rr(0, false, &[0x0f, 0x57], reg.0, reg.0);
    }
}

impl Masm for X64 {
    fn buffer(&mut self) -> &mut Buffer {
        &mut self.buffer
    }

    fn patch(code: &mut [u8], at: usize, distance: i64) -> bool {
        let Ok(distance) = i32::try_from(distance - 4) else { return false };
        code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
        true
    }

    fn set_windows(&mut self, windows: bool) {
        self.windows = windows;
    }

    fn landing_pad(&mut self) {
        self.bytes(&[0xf3, 0x0f, 0x1e, 0xfa]);
    }

    fn return_pad(&mut self) {
        // No system has programs' own indirect jumps checked on x64: where calls enter, which tools look at, there is a pad all the same.
    }

    fn entry(&mut self, frame: usize, registers: usize) -> Vec<(u32, FrameOp)> {
        let [context, target, ..] = self.arguments();
        let mut steps = Vec::new();
        self.landing_pad();
        self.byte(0x50 | RBP);
        steps.push((self.position() as u32, FrameOp::PushFrame));
        self.rr(0, true, &[0x89], RSP, RBP);
        steps.push((self.position() as u32, FrameOp::SetFrame));
        for (number, &reg) in SAVED.iter().enumerate() {
            self.head(0, false, &[0x50 | reg & 7], [0, 0, reg], false);
            let cfa_offset = -24 - 8 * number as i32;
            steps.push((self.position() as u32, FrameOp::SaveInt { reg, cfa_offset }));
        }
        // Return address, frame pointer and five registers: 8 more make the stack pointer a multiple of 16.
        let room = 8 + if self.windows { SHADOW } else { 0 };
        self.group(5, true, RSP, i32::from(room));
        steps.push((self.position() as u32, FrameOp::Alloc(u32::from(room))));
        self.move64(RAX, target);
        self.move64(r(CTX), context);
        self.constant_in(r(TAG), js_rt::offsets::NUMBER_TAG);
        self.constant_in(r(CELLS), js_rt::offsets::NOT_CELL);
        self.load(B64, FRAME, at(CTX, frame));
        self.load(B64, REGS, at(CTX, registers));
        self.jump_anywhere(T0);
        steps
    }

    fn leave(&mut self) {
        // lea rsp, [rbp - 40]
        self.bytes(&[0x48, 0x8d, 0x65, 0xd8]);
        for &reg in SAVED.iter().rev() {
            self.head(0, false, &[0x58 | reg & 7], [0, 0, reg], false);
        }
        self.bytes(&[0x58 | RBP, 0xc3]);
    }

    fn mov(&mut self, to: Reg, from: Reg) {
        self.move64(r(to), r(from));
    }

    fn mov32(&mut self, to: Reg, from: Reg) {
        self.rr(0, false, &[0x89], r(from), r(to));
    }

    fn constant(&mut self, to: Reg, value: u64) {
        self.constant_in(r(to), value);
    }

    fn load(&mut self, width: Width, to: Reg, from: Mem) {
        let (wide, opcode): (bool, &[u8]) = match width {
            B8 => (false, &[0x0f, 0xb6]),
            B16 => (false, &[0x0f, 0xb7]),
            B32 => (false, &[0x8b]),
            B64 => (true, &[0x8b]),
        };
        self.rm(0, wide, opcode, r(to), from, false);
    }

    fn load_signed(&mut self, width: Width, to: Reg, from: Mem) {
        let opcode = if width == B8 { 0xbe } else { 0xbf };
        self.rm(0, false, &[0x0f, opcode], r(to), from, false);
    }

    fn store(&mut self, width: Width, to: Mem, from: Reg) {
        match width {
            B8 => self.rm(0, false, &[0x88], r(from), to, r(from) >= 4),
            B16 => self.rm(0x66, false, &[0x89], r(from), to, false),
            B32 => self.rm(0, false, &[0x89], r(from), to, false),
            B64 => self.rm(0, true, &[0x89], r(from), to, false),
        }
    }

    fn store_constant(&mut self, width: Width, to: Mem, value: i32) {
        match width {
            B8 => {
                self.rm(0, false, &[0xc6], 0, to, false);
                self.byte(value as u8);
            }
            B16 => {
                self.rm(0x66, false, &[0xc7], 0, to, false);
                self.bytes(&(value as i16).to_le_bytes());
            }
            _ => {
                self.rm(0, width == B64, &[0xc7], 0, to, false);
                self.int32(value);
            }
        }
    }

    fn address(&mut self, to: Reg, of: Mem) {
        self.rm(0, true, &[0x8d], r(to), of, false);
    }

    fn set_bits(&mut self, of: Mem, bits: u8) {
        self.rm(0, false, &[0x80], row(Alu::Or), of, false);
        self.byte(bits);
    }

    fn count_down(&mut self, of: Mem, zero: Label) {
        self.rm(0, false, &[0x83], row(Alu::Sub), of, false);
        self.byte(1);
        self.jump_if(cc(Cond::Eq), zero);
    }

    fn alu(&mut self, op: Alu, width: Width, to: Reg, a: Reg, b: Reg) {
        let wide = width == B64;
        if to == b && to != a {
            debug_assert!(op != Alu::Sub);
            return self.rr(0, wide, &[8 * row(op) + 1], r(a), r(to));
        }
        self.move64(r(to), r(a));
        self.rr(0, wide, &[8 * row(op) + 1], r(b), r(to));
    }

    fn alu_constant(&mut self, op: Alu, width: Width, to: Reg, a: Reg, b: i32) {
        self.move64(r(to), r(a));
        self.group(row(op), width == B64, r(to), b);
    }

    fn checked(&mut self, op: Checked, to: Reg, a: Reg, b: Reg, overflow: Label) {
        debug_assert!(to != a && to != b);
        self.mov32(to, a);
        match op {
            Checked::Add => self.rr(0, false, &[0x01], r(b), r(to)),
            Checked::Sub => self.rr(0, false, &[0x29], r(b), r(to)),
            Checked::Mul => self.rr(0, false, &[0x0f, 0xaf], r(to), r(b)),
        }
        self.jump_if(OVERFLOW, overflow);
    }

    fn checked_constant(&mut self, op: Checked, to: Reg, a: Reg, b: i32, overflow: Label) {
        debug_assert!(to != a);
        match op {
            Checked::Add | Checked::Sub => {
                self.mov32(to, a);
                self.group(if op == Checked::Add { 0 } else { 5 }, false, r(to), b);
            }
            Checked::Mul => {
                self.rr(0, false, &[0x69], r(to), r(a));
                self.int32(b);
            }
        }
        self.jump_if(OVERFLOW, overflow);
    }

    fn shift(&mut self, op: Shift, to: Reg, a: Reg, count: Reg) {
        self.rr(0, false, &[0x89], r(count), RCX);
        self.mov32(to, a);
        self.rr(0, false, &[0xd3], shift_digit(op), r(to));
    }

    fn shift_constant(&mut self, op: Shift, width: Width, to: Reg, a: Reg, count: u8) {
        self.move64(r(to), r(a));
        self.rr(0, width == B64, &[0xc1], shift_digit(op), r(to));
        self.byte(count);
    }

    fn not32(&mut self, to: Reg, a: Reg) {
        self.move64(r(to), r(a));
        self.rr(0, false, &[0xf7], 2, r(to));
    }

    fn neg32(&mut self, to: Reg, a: Reg) {
        self.move64(r(to), r(a));
        self.rr(0, false, &[0xf7], 3, r(to));
    }

    fn mul32(&mut self, to: Reg, a: Reg, b: Reg) {
        debug_assert!(to != a && to != b);
        self.mov32(to, a);
        self.rr(0, false, &[0x0f, 0xaf], r(to), r(b));
    }

    fn divide(&mut self) {
        // xor edx, edx; div r8d: T0, T1 and T5 are the registers that `div` takes.
        self.rr(0, false, &[0x31], r(T5), r(T5));
        self.rr(0, false, &[0xf7], 6, r(T1));
    }

    fn branch(&mut self, width: Width, cond: Cond, a: Reg, b: Reg, to: Label) {
        self.compare_rr(width, a, b);
        self.jump_if(cc(cond), to);
    }

    fn branch_constant(&mut self, width: Width, cond: Cond, a: Reg, b: i32, to: Label) {
        self.compare_ri(width, a, b);
        self.jump_if(cc(cond), to);
    }

    fn branch_memory(&mut self, width: Width, cond: Cond, a: Reg, b: Mem, to: Label) {
        debug_assert!(matches!(width, B32 | B64));
        self.rm(0, width == B64, &[0x3b], r(a), b, false);
        self.jump_if(cc(cond), to);
    }

    fn branch_memory_constant(&mut self, width: Width, cond: Cond, a: Mem, b: i32, to: Label) {
        match (width, i8::try_from(b)) {
            (B8, _) => {
                self.rm(0, false, &[0x80], CMP, a, false);
                self.byte(b as u8);
            }
            (B16, _) => {
                self.rm(0x66, false, &[0x81], CMP, a, false);
                self.bytes(&(b as i16).to_le_bytes());
            }
            (_, Ok(small)) => {
                self.rm(0, width == B64, &[0x83], CMP, a, false);
                self.byte(small as u8);
            }
            (_, Err(_)) => {
                self.rm(0, width == B64, &[0x81], CMP, a, false);
                self.int32(b);
            }
        }
        self.jump_if(cc(cond), to);
    }

    fn branch_bits(&mut self, width: Width, zero: bool, a: Reg, b: Reg, to: Label) {
        self.rr(0, width == B64, &[0x85], r(b), r(a));
        self.jump_if(cc(if zero { Cond::Eq } else { Cond::Ne }), to);
    }

    fn branch_bits_constant(&mut self, zero: bool, a: Reg, b: i32, to: Label) {
        self.rr(0, false, &[0xf7], 0, r(a));
        self.int32(b);
        self.jump_if(cc(if zero { Cond::Eq } else { Cond::Ne }), to);
    }

    fn compare(&mut self, width: Width, cond: Cond, to: Reg, a: Reg, b: Reg) {
        self.compare_rr(width, a, b);
        self.set(cond, to);
    }

    fn compare_constant(&mut self, width: Width, cond: Cond, to: Reg, a: Reg, b: i32) {
        self.compare_ri(width, a, b);
        self.set(cond, to);
    }

    fn jump(&mut self, to: Label) {
        self.byte(0xe9);
        self.distance(to);
    }

    fn jump_landing(&mut self, to: Reg) {
        self.rr(0, false, &[0xff], 4, r(to));
    }

    fn jump_anywhere(&mut self, to: Reg) {
        self.rr(0, false, &[0xff], 4, r(to));
    }

    fn argument(&mut self, index: usize, from: Reg) {
        self.move64(self.arguments()[index], r(from));
    }

    fn argument_constant(&mut self, index: usize, value: u64) {
        self.constant_in(self.arguments()[index], value);
    }

    fn call_c(&mut self, offset: usize) {
        self.move64(self.arguments()[0], r(CTX));
        self.rm(0, false, &[0xff], 2, at(CTX, offset), false);
    }

    fn call_c_in_stub(&mut self, offset: usize) {
        // The stub's own return address is what the stack pointer is off by.
        let room = 8 + i32::from(if self.windows { SHADOW } else { 0 });
        self.group(5, true, RSP, room);
        self.call_c(offset);
        self.group(0, true, RSP, room);
    }

    fn call_stub(&mut self, offset: usize) {
        self.rm(0, false, &[0xff], 2, at(CTX, offset), false);
    }

    fn stub_return(&mut self) {
        self.byte(0xc3);
    }

    fn bits_to_f64(&mut self, to: FReg, from: Reg) {
        self.rr(0x66, true, &[0x0f, 0x6e], to.0, r(from));
    }

    fn f64_to_bits(&mut self, to: Reg, from: FReg) {
        self.rr(0x66, true, &[0x0f, 0x7e], from.0, r(to));
    }

    fn int_to_f64(&mut self, to: FReg, from: Reg) {
        self.clear_f64(to);
        self.rr(0xf2, false, &[0x0f, 0x2a], to.0, r(from));
    }

    fn uint_to_f64(&mut self, to: FReg, from: Reg) {
        // The upper half is zero, so it is positive as 64 bits.
        self.clear_f64(to);
        self.rr(0xf2, true, &[0x0f, 0x2a], to.0, r(from));
    }

    fn f64_to_int(&mut self, to: Reg, from: FReg) {
        self.rr(0xf2, false, &[0x0f, 0x2c], r(to), from.0);
    }

    fn f64_to_int64(&mut self, to: Reg, from: FReg) {
        self.rr(0xf2, true, &[0x0f, 0x2c], r(to), from.0);
    }

    fn f64(&mut self, op: FAlu, to: FReg, b: FReg) {
        let opcode = match op {
            FAlu::Add => 0x58,
            FAlu::Sub => 0x5c,
            FAlu::Mul => 0x59,
            FAlu::Div => 0x5e,
        };
        self.rr(0xf2, false, &[0x0f, opcode], to.0, b.0);
    }

    fn sqrt(&mut self, of: FReg) {
        self.rr(0xf2, false, &[0x0f, 0x51], of.0, of.0);
    }

    fn branch_f64_differs(&mut self, a: FReg, b: FReg, to: Label) {
        self.rr(0x66, false, &[0x0f, 0x2e], a.0, b.0);
        self.jump_if(cc(Cond::Ne), to);
        self.jump_if(PARITY, to);
    }

    fn branch_f64_equals(&mut self, a: FReg, b: FReg, to: Label) {
        const JP: u8 = 0x7a;
        self.rr(0x66, false, &[0x0f, 0x2e], a.0, b.0);
        let unordered = self.short(JP);
        self.jump_if(cc(Cond::Eq), to);
        self.land(unordered);
    }

    fn branch_f64(&mut self, cond: Cond, a: FReg, b: FReg, to: Label, unordered: Label) {
        self.rr(0x66, false, &[0x0f, 0x2e], a.0, b.0);
        self.jump_if(PARITY, unordered);
        // Doubles set the flags as unsigned numbers do.
        let cond = match cond {
            Cond::Lt => Cond::Below,
            Cond::Le => Cond::BelowEq,
            Cond::Gt => Cond::Above,
            Cond::Ge => Cond::AboveEq,
            other => other,
        };
        self.jump_if(cc(cond), to);
    }

    fn branch_nan(&mut self, a: FReg, to: Label) {
        self.rr(0x66, false, &[0x0f, 0x2e], a.0, a.0);
        self.jump_if(PARITY, to);
    }

    fn compare_f64(&mut self, to: Reg, a: FReg, b: FReg) {
        const JP: u8 = 0x7a;
        const JA: u8 = 0x77;
        const JE: u8 = 0x74;
        self.rr(0x66, false, &[0x0f, 0x2e], a.0, b.0);
        let mut ends = [0; 3];
        // Moves leave the flags alone.
        for (end, (answer, jump)) in
            ends.iter_mut().zip([(order::UNORDERED, JP), (order::GREATER, JA), (order::EQUAL, JE)])
        {
            self.head(0, false, &[0xb8 | r(to) & 7], [0, 0, r(to)], false);
            self.int32(answer);
            *end = self.short(jump);
        }
        self.head(0, false, &[0xb8 | r(to) & 7], [0, 0, r(to)], false);
        self.int32(order::LESS);
        ends.into_iter().for_each(|end| self.land(end));
    }

    fn load_f64(&mut self, to: FReg, from: Mem) {
        self.rm(0xf2, false, &[0x0f, 0x10], to.0, from, false);
    }

    fn store_f64(&mut self, to: Mem, from: FReg) {
        self.rm(0xf2, false, &[0x0f, 0x11], from.0, to, false);
    }

    fn load_f32(&mut self, to: FReg, from: Mem) {
        self.rm(0xf3, false, &[0x0f, 0x10], to.0, from, false);
        self.rr(0xf3, false, &[0x0f, 0x5a], to.0, to.0);
    }

    fn store_f32(&mut self, to: Mem, from: FReg) {
        self.rr(0xf2, false, &[0x0f, 0x5a], XMM_SCRATCH, from.0);
        self.rm(0xf3, false, &[0x0f, 0x11], XMM_SCRATCH, to, false);
    }
}

fn shift_digit(op: Shift) -> u8 {
    match op {
        Shift::Left => 4,
        Shift::Right => 7,
        Shift::RightUnsigned => 5,
    }
}
