//! The assembler for ARM64 (encodings: Arm Architecture Reference Manual, C6).
//!
//! X18 is never used: it belongs to the system on Apple's and Windows' machines. X16 and X17 are for these operations. What is
//! entered by `br` begins with `bti jc`; other indirect jumps are `ret`, which needs no landing pad.

use super::*;
use code_memory::FrameOp;

/// For these operations alone: addresses and constants.
const IP0: u8 = 16;
const IP1: u8 = 17;
const FP: u8 = 29;
const LR: u8 = 30;
/// As a base, the stack pointer; else zero.
const SP: u8 = 31;
const ZR: u8 = 31;

/// The machine's registers, by logical one: T0 to T5, then those that calls preserve.
const MAP: [u8; REGISTERS] = [9, 10, 11, 12, 13, 14, 19, 20, 21, 22, 23];
/// Saved by [`Masm::entry`], in order of descending addresses, the first 24 bytes below the CFA.
const SAVED: [u8; 5] = [19, 20, 21, 22, 23];
/// Vector register of these operations.
const V_SCRATCH: u8 = 16;

/// Machine code for ARM64.
#[derive(Default)]
pub(crate) struct Arm64 {
    buffer: Buffer,
}

fn r(reg: Reg) -> u8 {
    MAP[usize::from(reg.0)]
}

fn n(reg: u8) -> u32 {
    u32::from(reg)
}

fn rn(reg: u8) -> u32 {
    u32::from(reg) << 5
}

fn rm(reg: u8) -> u32 {
    u32::from(reg) << 16
}

/// The bit that makes an operation one of 64 bits.
fn sf(width: Width) -> u32 {
    u32::from(width == B64) << 31
}

fn cc(cond: Cond) -> u32 {
    match cond {
        Cond::Eq => 0,
        Cond::Ne => 1,
        Cond::Lt => 11,
        Cond::Le => 13,
        Cond::Gt => 12,
        Cond::Ge => 10,
        Cond::Below => 3,
        Cond::BelowEq => 9,
        Cond::Above => 8,
        Cond::AboveEq => 2,
    }
}

/// V set: signed overflow, and unordered doubles.
const VS: u32 = 6;

const ADD: u32 = 0x0b00_0000;
const SUB: u32 = 0x4b00_0000;
const SUBS: u32 = 0x6b00_0000;
const ADDS: u32 = 0x2b00_0000;
const ANDS: u32 = 0x6a00_0000;
const ORR: u32 = 0x2a00_0000;
/// The forms with a 12-bit constant.
const ADD_IMM: u32 = 0x1100_0000;
const SUB_IMM: u32 = 0x5100_0000;
const SUBS_IMM: u32 = 0x7100_0000;
const B: u32 = 0x1400_0000;
const B_COND: u32 = 0x5400_0000;
const CBZ: u32 = 0x3400_0000;
const CBNZ: u32 = 0x3500_0000;

/// Loads and stores with a scaled 12-bit offset; the unscaled 9-bit forms lack bit 24.
const SCALED: u32 = 1 << 24;

fn opcode(op: Alu) -> u32 {
    match op {
        Alu::Add => ADD,
        Alu::Sub => SUB,
        Alu::And => 0x0a00_0000,
        Alu::Or => ORR,
        Alu::Xor => 0x4a00_0000,
    }
}

impl Arm64 {
    #[inline]
    fn emit(&mut self, word: u32) {
        self.buffer.word(word);
    }

    fn constant_in(&mut self, to: u8, value: u64) {
        let part = |i: u32| (value >> (16 * i)) as u32 & 0xffff;
        let ones = (0..4).filter(|&i| part(i) == 0xffff).count();
        let zeros = (0..4).filter(|&i| part(i) == 0).count();
        let (fill, first) = if ones > zeros { (0xffff, 0x9280_0000) } else { (0, 0xd280_0000) };
        let mut begun = false;
        for i in (0..4).filter(|&i| part(i) != fill) {
            let bits = if begun || fill == 0 { part(i) } else { part(i) ^ 0xffff };
            self.emit(if begun { 0xf280_0000 } else { first } | i << 21 | bits << 5 | n(to));
            begun = true;
        }
        if !begun {
            self.emit(first | n(to));
        }
    }

    /// `op to, base, value` for an addition or subtraction of a constant, with another register in between if it is large.
    fn add_in(&mut self, width: Width, to: u8, base: u8, value: i32) {
        let (small, large) = if value < 0 { (SUB_IMM, SUB) } else { (ADD_IMM, ADD) };
        let size = value.unsigned_abs();
        if size < 4096 {
            self.emit(small | sf(width) | size << 10 | rn(base) | n(to));
        } else {
            debug_assert!(base != IP1 && base != SP);
            self.constant_in(IP1, u64::from(size));
            self.emit(large | sf(width) | rm(IP1) | rn(base) | n(to));
        }
    }

    /// Base and offset of a place, without an index, and with an offset that an access of `1 << log` bytes can have.
    fn reach(&mut self, mem: Mem, log: u32) -> (u8, u32) {
        let mut base = r(mem.base);
        if let Some((index, unit)) = mem.index {
            self.emit(ADD | sf(B64) | rm(r(index)) | u32::from(unit) << 10 | rn(base) | n(IP0));
            base = IP0;
        }
        let offset = mem.offset;
        if offset >= 0 && offset.trailing_zeros() >= log && offset >> log < 4096 {
            return (base, SCALED | (offset as u32 >> log) << 10);
        }
        if (-256..256).contains(&offset) {
            return (base, (offset as u32 & 0x1ff) << 12);
        }
        self.add_in(B64, IP0, base, offset);
        (IP0, SCALED)
    }

    fn access(&mut self, opcode: u32, log: u32, reg: u8, mem: Mem) {
        let (base, offset) = self.reach(mem, log);
        self.emit(opcode | offset | rn(base) | n(reg));
    }

    fn load_in(&mut self, width: Width, to: u8, mem: Mem) {
        let log = width as u32;
        self.access(0x3840_0000 | log << 30, log, to, mem);
    }

    fn store_in(&mut self, width: Width, from: u8, mem: Mem) {
        let log = width as u32;
        self.access(0x3800_0000 | log << 30, log, from, mem);
    }

    fn branch_if(&mut self, condition: u32, to: Label) {
        let at = self.buffer.bytes.len();
        self.buffer.branch(at, to);
        self.emit(B_COND | condition);
    }

    fn branch_zero(&mut self, opcode: u32, width: Width, reg: u8, to: Label) {
        let at = self.buffer.bytes.len();
        self.buffer.branch(at, to);
        self.emit(opcode | sf(width) | n(reg));
    }

    fn compare_rr(&mut self, width: Width, a: u8, b: u8) {
        self.emit(SUBS | sf(width) | rm(b) | rn(a) | n(ZR));
    }

    fn compare_ri(&mut self, width: Width, a: u8, b: i32) {
        match u32::try_from(b) {
            Ok(small) if small < 4096 => self.emit(SUBS_IMM | sf(width) | small << 10 | rn(a) | n(ZR)),
            _ if b < 0 && b > -4096 => {
                self.emit(0x3100_0000 | sf(width) | b.unsigned_abs() << 10 | rn(a) | n(ZR));
            }
            _ => {
                self.wide(width, IP1, b);
                self.compare_rr(width, a, IP1);
            }
        }
    }

    /// A constant that is extended with its sign to the width.
    fn wide(&mut self, width: Width, to: u8, value: i32) {
        self.constant_in(to, if width == B64 { i64::from(value) as u64 } else { u64::from(value as u32) });
    }

    fn set(&mut self, cond: Cond, to: Reg) {
        // cset: csinc with the opposite condition.
        self.emit(0x1a9f_07e0 | (cc(cond) ^ 1) << 12 | n(r(to)));
    }

    /// Compares what was loaded for 8 or 16 bits as 32.
    fn compared(width: Width) -> Width {
        if width == B64 { B64 } else { B32 }
    }
}

impl Masm for Arm64 {
    fn buffer(&mut self) -> &mut Buffer {
        &mut self.buffer
    }

    fn patch(code: &mut [u8], at: usize, distance: i64) -> bool {
        let Some(&word) = code[at..].first_chunk::<4>() else { return false };
        let word = u32::from_le_bytes(word);
        let words = distance >> 2;
        let jump = word & 0xfc00_0000 == B;
        let bits = if jump { 26 } else { 19 };
        if words < -(1 << (bits - 1)) || words >= 1 << (bits - 1) {
            return false;
        }
        let field = (words as u32) & ((1 << bits) - 1);
        let word = word | if jump { field } else { field << 5 };
        code[at..at + 4].copy_from_slice(&word.to_le_bytes());
        true
    }

    fn set_windows(&mut self, _windows: bool) {
        // The conventions for ARM64 agree about what is used here.
    }

    fn landing_pad(&mut self) {
        // bti jc, a hint to processors without it.
        self.emit(0xd503_24df);
    }

    fn return_pad(&mut self) {
        self.landing_pad();
    }

    fn entry(&mut self, frame: usize, registers: usize) -> Vec<(u32, FrameOp)> {
        let mut steps = Vec::new();
        self.landing_pad();
        // stp x29, x30, [sp, #-16]!
        self.emit(0xa9bf_0000 | n(LR) << 10 | rn(SP) | n(FP));
        steps.push((self.position() as u32, FrameOp::PushFrame));
        // mov x29, sp
        self.emit(ADD_IMM | sf(B64) | rn(SP) | n(FP));
        steps.push((self.position() as u32, FrameOp::SetFrame));
        self.emit(SUB_IMM | sf(B64) | 48 << 10 | rn(SP) | n(SP));
        steps.push((self.position() as u32, FrameOp::Alloc(48)));
        for (number, &reg) in SAVED.iter().enumerate() {
            let below = -8 - 8 * number as i32;
            // stur
            self.emit(0xf800_0000 | (below as u32 & 0x1ff) << 12 | rn(FP) | n(reg));
            steps.push((self.position() as u32, FrameOp::SaveInt { reg, cfa_offset: below - 16 }));
        }
        // The target comes in x1; x0 is the context.
        self.emit(ORR | sf(B64) | rm(0) | rn(ZR) | n(r(CTX)));
        self.emit(ORR | sf(B64) | rm(1) | rn(ZR) | n(r(T0)));
        self.constant_in(r(TAG), js_rt::offsets::NUMBER_TAG);
        self.constant_in(r(CELLS), js_rt::offsets::NOT_CELL);
        self.load(B64, FRAME, at(CTX, frame));
        self.load(B64, REGS, at(CTX, registers));
        self.jump_anywhere(T0);
        steps
    }

    fn leave(&mut self) {
        for (number, &reg) in SAVED.iter().enumerate() {
            let below = -8 - 8 * number as i32;
            // ldur
            self.emit(0xf840_0000 | (below as u32 & 0x1ff) << 12 | rn(FP) | n(reg));
        }
        // mov sp, x29; ldp x29, x30, [sp], #16; ret
        self.emit(ADD_IMM | sf(B64) | rn(FP) | n(SP));
        self.emit(0xa8c1_0000 | n(LR) << 10 | rn(SP) | n(FP));
        self.emit(0xd65f_0000 | rn(LR));
    }

    fn mov(&mut self, to: Reg, from: Reg) {
        if to != from {
            self.emit(ORR | sf(B64) | rm(r(from)) | rn(ZR) | n(r(to)));
        }
    }

    fn mov32(&mut self, to: Reg, from: Reg) {
        self.emit(ORR | rm(r(from)) | rn(ZR) | n(r(to)));
    }

    fn constant(&mut self, to: Reg, value: u64) {
        self.constant_in(r(to), value);
    }

    fn load(&mut self, width: Width, to: Reg, from: Mem) {
        self.load_in(width, r(to), from);
    }

    fn load_signed(&mut self, width: Width, to: Reg, from: Mem) {
        // ldrsb, ldrsh to 32 bits.
        let log = width as u32;
        self.access(0x38c0_0000 | log << 30, log, r(to), from);
    }

    fn store(&mut self, width: Width, to: Mem, from: Reg) {
        self.store_in(width, r(from), to);
    }

    fn store_constant(&mut self, width: Width, to: Mem, value: i32) {
        if value == 0 {
            return self.store_in(width, ZR, to);
        }
        // The address may need both scratch registers: it is formed first, and then the constant.
        let (base, offset) = self.reach(to, width as u32);
        self.wide(width, IP1, value);
        self.emit(0x3800_0000 | (width as u32) << 30 | offset | rn(base) | n(IP1));
    }

    fn address(&mut self, to: Reg, of: Mem) {
        let mut base = r(of.base);
        if let Some((index, unit)) = of.index {
            self.emit(ADD | sf(B64) | rm(r(index)) | u32::from(unit) << 10 | rn(base) | n(r(to)));
            base = r(to);
        }
        if of.offset != 0 || base != r(to) {
            self.add_in(B64, r(to), base, of.offset);
        }
    }

    fn set_bits(&mut self, of: Mem, bits: u8) {
        let (base, offset) = self.reach(of, 0);
        debug_assert!(base != IP0, "the place takes no register of its own");
        self.emit(0x3840_0000 | offset | rn(base) | n(IP1));
        self.constant_in(IP0, bits.into());
        self.emit(ORR | rm(IP0) | rn(IP1) | n(IP1));
        self.emit(0x3800_0000 | offset | rn(base) | n(IP1));
    }

    fn count_down(&mut self, of: Mem, zero: Label) {
        let (base, offset) = self.reach(of, 2);
        let width = (B32 as u32) << 30;
        self.emit(0x3840_0000 | width | offset | rn(base) | n(IP1));
        self.emit(SUBS_IMM | 1 << 10 | rn(IP1) | n(IP1));
        self.emit(0x3800_0000 | width | offset | rn(base) | n(IP1));
        self.branch_if(cc(Cond::Eq), zero);
    }

    fn alu(&mut self, op: Alu, width: Width, to: Reg, a: Reg, b: Reg) {
        self.emit(opcode(op) | sf(width) | rm(r(b)) | rn(r(a)) | n(r(to)));
    }

    fn alu_constant(&mut self, op: Alu, width: Width, to: Reg, a: Reg, b: i32) {
        match op {
            Alu::Add => self.add_in(width, r(to), r(a), b),
            Alu::Sub if b != i32::MIN => self.add_in(width, r(to), r(a), -b),
            _ => {
                self.wide(width, IP1, b);
                self.emit(opcode(op) | sf(width) | rm(IP1) | rn(r(a)) | n(r(to)));
            }
        }
    }

    fn checked(&mut self, op: Checked, to: Reg, a: Reg, b: Reg, overflow: Label) {
        self.checked_in(op, r(to), r(a), r(b), overflow);
    }

    fn checked_constant(&mut self, op: Checked, to: Reg, a: Reg, b: i32, overflow: Label) {
        self.wide(B32, IP1, b);
        self.checked_in(op, r(to), r(a), IP1, overflow);
    }

    fn shift(&mut self, op: Shift, to: Reg, a: Reg, count: Reg) {
        let opcode = match op {
            Shift::Left => 0x1ac0_2000,
            Shift::RightUnsigned => 0x1ac0_2400,
            Shift::Right => 0x1ac0_2800,
        };
        self.emit(opcode | rm(r(count)) | rn(r(a)) | n(r(to)));
    }

    fn shift_constant(&mut self, op: Shift, width: Width, to: Reg, a: Reg, count: u8) {
        let bits = if width == B64 { 64 } else { 32 };
        let size = sf(width) | u32::from(width == B64) << 22;
        let count = u32::from(count);
        let (base, immr, imms) = match op {
            Shift::Left => (0x5300_0000, (bits - count) % bits, bits - 1 - count),
            Shift::RightUnsigned => (0x5300_0000, count, bits - 1),
            Shift::Right => (0x1300_0000, count, bits - 1),
        };
        self.emit(base | size | immr << 16 | imms << 10 | rn(r(a)) | n(r(to)));
    }

    fn not32(&mut self, to: Reg, a: Reg) {
        // mvn: orn with zero.
        self.emit(0x2a20_0000 | rm(r(a)) | rn(ZR) | n(r(to)));
    }

    fn neg32(&mut self, to: Reg, a: Reg) {
        self.emit(SUB | rm(r(a)) | rn(ZR) | n(r(to)));
    }

    fn mul32(&mut self, to: Reg, a: Reg, b: Reg) {
        // madd to, a, b, wzr
        self.emit(0x1b00_7c00 | rm(r(b)) | rn(r(a)) | n(r(to)));
    }

    fn divide(&mut self) {
        // udiv w16, T0, T1; msub T5, w16, T1, T0; mov T0, w16
        self.emit(0x1ac0_0800 | rm(r(T1)) | rn(r(T0)) | n(IP0));
        self.emit(0x1b00_8000 | rm(r(T1)) | n(r(T0)) << 10 | rn(IP0) | n(r(T5)));
        self.emit(0x2a00_03e0 | rm(IP0) | n(r(T0)));
    }

    fn branch(&mut self, width: Width, cond: Cond, a: Reg, b: Reg, to: Label) {
        self.compare_rr(width, r(a), r(b));
        self.branch_if(cc(cond), to);
    }

    fn branch_constant(&mut self, width: Width, cond: Cond, a: Reg, b: i32, to: Label) {
        match (cond, b) {
            (Cond::Eq, 0) => self.branch_zero(CBZ, width, r(a), to),
            (Cond::Ne, 0) => self.branch_zero(CBNZ, width, r(a), to),
            _ => {
                self.compare_ri(width, r(a), b);
                self.branch_if(cc(cond), to);
            }
        }
    }

    fn branch_memory(&mut self, width: Width, cond: Cond, a: Reg, b: Mem, to: Label) {
        self.load_in(width, IP0, b);
        self.compare_rr(Self::compared(width), r(a), IP0);
        self.branch_if(cc(cond), to);
    }

    fn branch_memory_constant(&mut self, width: Width, cond: Cond, a: Mem, b: i32, to: Label) {
        self.load_in(width, IP0, a);
        match (cond, b) {
            (Cond::Eq, 0) => self.branch_zero(CBZ, Self::compared(width), IP0, to),
            (Cond::Ne, 0) => self.branch_zero(CBNZ, Self::compared(width), IP0, to),
            _ => {
                self.compare_ri(Self::compared(width), IP0, b);
                self.branch_if(cc(cond), to);
            }
        }
    }

    fn branch_bits(&mut self, width: Width, zero: bool, a: Reg, b: Reg, to: Label) {
        if a == b {
            return self.branch_zero(if zero { CBZ } else { CBNZ }, width, r(a), to);
        }
        self.emit(ANDS | sf(width) | rm(r(b)) | rn(r(a)) | n(ZR));
        self.branch_if(cc(if zero { Cond::Eq } else { Cond::Ne }), to);
    }

    fn branch_bits_constant(&mut self, zero: bool, a: Reg, b: i32, to: Label) {
        self.wide(B32, IP1, b);
        self.emit(ANDS | rm(IP1) | rn(r(a)) | n(ZR));
        self.branch_if(cc(if zero { Cond::Eq } else { Cond::Ne }), to);
    }

    fn compare(&mut self, width: Width, cond: Cond, to: Reg, a: Reg, b: Reg) {
        self.compare_rr(width, r(a), r(b));
        self.set(cond, to);
    }

    fn compare_constant(&mut self, width: Width, cond: Cond, to: Reg, a: Reg, b: i32) {
        self.compare_ri(width, r(a), b);
        self.set(cond, to);
    }

    fn jump(&mut self, to: Label) {
        let at = self.buffer.bytes.len();
        self.buffer.branch(at, to);
        self.emit(B);
    }

    fn jump_landing(&mut self, to: Reg) {
        // br
        self.emit(0xd61f_0000 | rn(r(to)));
    }

    fn jump_anywhere(&mut self, to: Reg) {
        // ret
        self.emit(0xd65f_0000 | rn(r(to)));
    }

    fn argument(&mut self, index: usize, from: Reg) {
        self.emit(ORR | sf(B64) | rm(r(from)) | rn(ZR) | index as u32);
    }

    fn argument_constant(&mut self, index: usize, value: u64) {
        self.constant_in(index as u8, value);
    }

    fn call_c(&mut self, offset: usize) {
        self.emit(ORR | sf(B64) | rm(r(CTX)) | rn(ZR));
        self.call_stub(offset);
        self.emit(ORR | sf(B64) | rm(0) | rn(ZR) | n(r(T0)));
    }

    fn call_c_in_stub(&mut self, offset: usize) {
        // str x30, [sp, #-16]!; ldr x30, [sp], #16
        self.emit(0xf81f_0c00 | rn(SP) | n(LR));
        self.call_c(offset);
        self.emit(0xf841_0400 | rn(SP) | n(LR));
    }

    fn call_stub(&mut self, offset: usize) {
        self.load_in(B64, IP0, at(CTX, offset));
        // blr
        self.emit(0xd63f_0000 | rn(IP0));
    }

    fn stub_return(&mut self) {
        self.emit(0xd65f_0000 | rn(LR));
    }

    fn bits_to_f64(&mut self, to: FReg, from: Reg) {
        self.emit(0x9e67_0000 | rn(r(from)) | n(to.0));
    }

    fn f64_to_bits(&mut self, to: Reg, from: FReg) {
        self.emit(0x9e66_0000 | rn(from.0) | n(r(to)));
    }

    fn int_to_f64(&mut self, to: FReg, from: Reg) {
        self.emit(0x1e62_0000 | rn(r(from)) | n(to.0));
    }

    fn uint_to_f64(&mut self, to: FReg, from: Reg) {
        self.emit(0x1e63_0000 | rn(r(from)) | n(to.0));
    }

    fn f64_to_int(&mut self, to: Reg, from: FReg) {
        self.emit(0x1e78_0000 | rn(from.0) | n(r(to)));
    }

    fn f64_to_int64(&mut self, to: Reg, from: FReg) {
        self.emit(0x9e78_0000 | rn(from.0) | n(r(to)));
    }

    fn f64(&mut self, op: FAlu, to: FReg, b: FReg) {
        let opcode = match op {
            FAlu::Add => 0x1e60_2800,
            FAlu::Sub => 0x1e60_3800,
            FAlu::Mul => 0x1e60_0800,
            FAlu::Div => 0x1e60_1800,
        };
        self.emit(opcode | rm(b.0) | rn(to.0) | n(to.0));
    }

    fn sqrt(&mut self, of: FReg) {
        self.emit(0x1e61_c000 | rn(of.0) | n(of.0));
    }

    fn branch_f64_differs(&mut self, a: FReg, b: FReg, to: Label) {
        // Unordered is not equal.
        self.emit(0x1e60_2000 | rm(b.0) | rn(a.0));
        self.branch_if(cc(Cond::Ne), to);
    }

    fn branch_f64_equals(&mut self, a: FReg, b: FReg, to: Label) {
        self.emit(0x1e60_2000 | rm(b.0) | rn(a.0));
        self.branch_if(cc(Cond::Eq), to);
    }

    fn branch_f64(&mut self, cond: Cond, a: FReg, b: FReg, to: Label, unordered: Label) {
        self.emit(0x1e60_2000 | rm(b.0) | rn(a.0));
        self.branch_if(VS, unordered);
        self.branch_if(cc(cond), to);
    }

    fn branch_nan(&mut self, a: FReg, to: Label) {
        self.emit(0x1e60_2000 | rm(a.0) | rn(a.0));
        self.branch_if(VS, to);
    }

    fn compare_f64(&mut self, to: Reg, a: FReg, b: FReg) {
        self.emit(0x1e60_2000 | rm(b.0) | rn(a.0));
        // Each branch leads over what is left: two words for each further answer, and the last.
        let answers = [(order::UNORDERED, VS, 6), (order::GREATER, cc(Cond::Gt), 4), (order::EQUAL, 0, 2)];
        for (answer, condition, words) in answers {
            self.emit(0x5280_0000 | (answer as u32) << 5 | n(r(to)));
            self.emit(B_COND | words << 5 | condition);
        }
        self.emit(0x5280_0000 | (order::LESS as u32) << 5 | n(r(to)));
    }

    fn load_f64(&mut self, to: FReg, from: Mem) {
        self.access(0xfc40_0000, 3, to.0, from);
    }

    fn store_f64(&mut self, to: Mem, from: FReg) {
        self.access(0xfc00_0000, 3, from.0, to);
    }

    fn load_f32(&mut self, to: FReg, from: Mem) {
        self.access(0xbc40_0000, 2, to.0, from);
        self.emit(0x1e22_c000 | rn(to.0) | n(to.0));
    }

    fn store_f32(&mut self, to: Mem, from: FReg) {
        self.emit(0x1e62_4000 | rn(from.0) | n(V_SCRATCH));
        self.access(0xbc00_0000, 2, V_SCRATCH, to);
    }
}

impl Arm64 {
    fn checked_in(&mut self, op: Checked, to: u8, a: u8, b: u8, overflow: Label) {
        match op {
            Checked::Add => self.emit(ADDS | rm(b) | rn(a) | n(to)),
            Checked::Sub => self.emit(SUBS | rm(b) | rn(a) | n(to)),
            Checked::Mul => {
                // smull to, a, b; cmp to, to, sxtw; clear the upper half.
                self.emit(0x9b20_7c00 | rm(b) | rn(a) | n(to));
                self.emit(0xeb20_c000 | rm(to) | rn(to) | n(ZR));
                self.branch_if(cc(Cond::Ne), overflow);
                return self.emit(ORR | rm(to) | rn(ZR) | n(to));
            }
        }
        self.branch_if(VS, overflow);
    }
}
