//! Assemblers: what templates are written with, once for x64 and ARM64.
//!
//! Instructions here are what both machines can do in one to three of theirs. Registers are logical; each machine says which of its own
//! they are. Operations that need room of their own use registers that no logical one is. Tests have both machines on every host, so that
//! either's listings are looked at anywhere.

#[cfg(any(target_arch = "aarch64", test))]
pub(crate) mod arm64;
mod buffer;
#[cfg(test)]
mod tests;
#[cfg(any(target_arch = "x86_64", test))]
pub(crate) mod x64;

pub(crate) use buffer::{Buffer, Label};

/// A logical register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reg(u8);

/// Registers that nothing lives in across instructions of JavaScript. Calls of C functions change them.
pub(crate) const T0: Reg = Reg(0);
pub(crate) const T1: Reg = Reg(1);
pub(crate) const T2: Reg = Reg(2);
pub(crate) const T3: Reg = Reg(3);
pub(crate) const T4: Reg = Reg(4);
pub(crate) const T5: Reg = Reg(5);
/// The context, for the activation's time.
pub(crate) const CTX: Reg = Reg(6);
/// The frame that is executed.
pub(crate) const FRAME: Reg = Reg(7);
/// Its register 0.
pub(crate) const REGS: Reg = Reg(8);
/// `NUMBER_TAG`, which is also what is subtracted from the bits of a double to make a value.
pub(crate) const TAG: Reg = Reg(9);
/// `NOT_CELL`: no bit of it is set in a cell.
pub(crate) const CELLS: Reg = Reg(10);
/// How many logical registers there are.
const REGISTERS: usize = 11;

/// A register for doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FReg(u8);

pub(crate) const F0: FReg = FReg(0);
pub(crate) const F1: FReg = FReg(1);
pub(crate) const F2: FReg = FReg(2);

/// Bits that an instruction works on. Loads of fewer than 64 clear the rest of the register, as does what computes 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    B8,
    B16,
    B32,
    B64,
}

pub(crate) use Width::{B8, B16, B32, B64};

/// A place in memory: base, offset, and an index in units of 1, 2, 4 or 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mem {
    pub(crate) base: Reg,
    pub(crate) offset: i32,
    /// The index and the logarithm of its unit.
    pub(crate) index: Option<(Reg, u8)>,
}

/// The place `offset` bytes behind what a register points at.
pub(crate) fn at(base: Reg, offset: usize) -> Mem {
    Mem { base, offset: offset as i32, index: None }
}

/// Element `index` of those `offset` bytes behind `base`, each of `1 << log` bytes.
pub(crate) fn element(base: Reg, index: Reg, log: u8, offset: usize) -> Mem {
    Mem { base, offset: offset as i32, index: Some((index, log)) }
}

/// Conditions of comparisons: signed, then unsigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cond {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Below,
    BelowEq,
    Above,
    AboveEq,
}

/// Operations with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alu {
    Add,
    Sub,
    And,
    Or,
    Xor,
}

/// Operations on int32 that may overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    Add,
    Sub,
    Mul,
}

/// Shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    Left,
    Right,
    RightUnsigned,
}

/// Operations on doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FAlu {
    Add,
    Sub,
    Mul,
    Div,
}

/// Results of comparing doubles, as [`Masm::compare_f64`] gives them.
pub(crate) mod order {
    pub(crate) const LESS: i32 = 1;
    pub(crate) const EQUAL: i32 = 2;
    pub(crate) const GREATER: i32 = 4;
    pub(crate) const UNORDERED: i32 = 8;
}

/// An assembler for one machine.
pub(crate) trait Masm: Default {
    /// Bytes, labels, and branches that wait for them.
    fn buffer(&mut self) -> &mut Buffer;

    /// Writes the distance of a branch into it; `false`: too far.
    fn patch(code: &mut [u8], at: usize, distance: i64) -> bool;

    /// The system's convention: where arguments of C functions go. `windows` decides on x64.
    fn set_windows(&mut self, windows: bool);

    /// What indirect calls and jumps to function entries may lead to.
    fn landing_pad(&mut self);

    /// What returns in compiled code may lead to.
    fn return_pad(&mut self);

    /// Enters code from C: `fn(context, target)`. Saves what the convention preserves, sets the registers that are constant, jumps to the
    /// target; the frame and registers come from the context at these offsets.
    fn entry(&mut self, frame: usize, registers: usize) -> Vec<(u32, code_memory::FrameOp)>;

    /// Leaves to C what [`Masm::entry`] entered.
    fn leave(&mut self);

    fn mov(&mut self, to: Reg, from: Reg);
    /// The lower 32 bits, the others zero.
    fn mov32(&mut self, to: Reg, from: Reg);
    fn constant(&mut self, to: Reg, value: u64);
    fn load(&mut self, width: Width, to: Reg, from: Mem);
    /// Loads 8 or 16 bits as a signed 32-bit number.
    fn load_signed(&mut self, width: Width, to: Reg, from: Mem);
    fn store(&mut self, width: Width, to: Mem, from: Reg);
    /// Stores a constant, which is extended with its sign.
    fn store_constant(&mut self, width: Width, to: Mem, value: i32);
    fn address(&mut self, to: Reg, of: Mem);
    /// Sets bits in a byte of memory.
    fn set_bits(&mut self, of: Mem, bits: u8);
    /// Subtracts 1 from 32 bits of memory; jumps when that makes them 0.
    fn count_down(&mut self, of: Mem, zero: Label);

    /// `to` may be `a`; it may be `b` where operands can be exchanged.
    fn alu(&mut self, op: Alu, width: Width, to: Reg, a: Reg, b: Reg);
    fn alu_constant(&mut self, op: Alu, width: Width, to: Reg, a: Reg, b: i32);
    /// Of int32s; `to` is neither operand. Jumps when the result is none.
    fn checked(&mut self, op: Checked, to: Reg, a: Reg, b: Reg, overflow: Label);
    fn checked_constant(&mut self, op: Checked, to: Reg, a: Reg, b: i32, overflow: Label);
    /// Of 32 bits; the count is taken modulo 32. `to` is not `count`.
    fn shift(&mut self, op: Shift, to: Reg, a: Reg, count: Reg);
    fn shift_constant(&mut self, op: Shift, width: Width, to: Reg, a: Reg, count: u8);
    fn not32(&mut self, to: Reg, a: Reg);
    fn neg32(&mut self, to: Reg, a: Reg);
    /// Of 32 bits, modulo 2^32; `to` is neither operand.
    fn mul32(&mut self, to: Reg, a: Reg, b: Reg);
    /// `T5 = T0 % T1`, and the quotient to `T0`, of int32s that are positive.
    fn divide(&mut self);

    fn branch(&mut self, width: Width, cond: Cond, a: Reg, b: Reg, to: Label);
    fn branch_constant(&mut self, width: Width, cond: Cond, a: Reg, b: i32, to: Label);
    /// Compares a register with 32 or 64 bits of memory.
    fn branch_memory(&mut self, width: Width, cond: Cond, a: Reg, b: Mem, to: Label);
    /// Compares memory with a constant.
    fn branch_memory_constant(&mut self, width: Width, cond: Cond, a: Mem, b: i32, to: Label);
    /// Jumps if `a & b` is zero, or if it is not.
    fn branch_bits(&mut self, width: Width, zero: bool, a: Reg, b: Reg, to: Label);
    fn branch_bits_constant(&mut self, zero: bool, a: Reg, b: i32, to: Label);
    /// Whether a comparison holds, as 0 or 1.
    fn compare(&mut self, width: Width, cond: Cond, to: Reg, a: Reg, b: Reg);
    fn compare_constant(&mut self, width: Width, cond: Cond, to: Reg, a: Reg, b: i32);
    fn jump(&mut self, to: Label);
    /// Jumps to code that begins with a landing pad.
    fn jump_landing(&mut self, to: Reg);
    /// Jumps to code that need not begin with one.
    fn jump_anywhere(&mut self, to: Reg);

    /// Argument `index` of the C function called next. Arguments are set in order, from `T0` to `T3` or constants; `T1` to `T5` are not used
    /// as sources after argument 1 but in the order of their numbers.
    fn argument(&mut self, index: usize, from: Reg);
    fn argument_constant(&mut self, index: usize, value: u64);
    /// Calls the C function whose address is in the context; its result is in `T0`.
    fn call_c(&mut self, offset: usize);
    /// The same in a stub that was called.
    fn call_c_in_stub(&mut self, offset: usize);
    /// Calls a stub whose address is in the context: it ends with [`Masm::stub_return`].
    fn call_stub(&mut self, offset: usize);
    fn stub_return(&mut self);

    fn bits_to_f64(&mut self, to: FReg, from: Reg);
    fn f64_to_bits(&mut self, to: Reg, from: FReg);
    fn int_to_f64(&mut self, to: FReg, from: Reg);
    fn uint_to_f64(&mut self, to: FReg, from: Reg);
    /// Towards zero; anything when it does not fit.
    fn f64_to_int(&mut self, to: Reg, from: FReg);
    /// Towards zero, to 64 bits; one of the ends, or 0, when it does not fit.
    fn f64_to_int64(&mut self, to: Reg, from: FReg);
    fn f64(&mut self, op: FAlu, to: FReg, b: FReg);
    fn sqrt(&mut self, of: FReg);
    /// Jumps when two doubles differ or one is NaN.
    fn branch_f64_differs(&mut self, a: FReg, b: FReg, to: Label);
    /// Jumps when two doubles are equal.
    fn branch_f64_equals(&mut self, a: FReg, b: FReg, to: Label);
    /// Jumps when two doubles compare so, one of the signed conditions, or to `unordered` when one is NaN.
    fn branch_f64(&mut self, cond: Cond, a: FReg, b: FReg, to: Label, unordered: Label);
    /// Jumps when it is NaN.
    fn branch_nan(&mut self, a: FReg, to: Label);
    /// One of [`order`].
    fn compare_f64(&mut self, to: Reg, a: FReg, b: FReg);
    fn load_f64(&mut self, to: FReg, from: Mem);
    fn store_f64(&mut self, to: Mem, from: FReg);
    /// Loads 32 bits and makes a double of them.
    fn load_f32(&mut self, to: FReg, from: Mem);
    /// Stores as 32 bits; changes the register.
    fn store_f32(&mut self, to: Mem, from: FReg);

    /// A new label.
    fn label(&mut self) -> Label {
        self.buffer().label()
    }

    /// The label is here.
    fn bind(&mut self, label: Label) {
        self.buffer().bind(label);
    }

    /// Bytes so far.
    fn position(&mut self) -> usize {
        self.buffer().bytes.len()
    }

    /// Resolves all branches; `false`: one is too far.
    fn link(&mut self) -> bool {
        self.buffer().link(Self::patch)
    }
}
