//! Instructions: 64 bits each, and what the opcode table says about them.

use crate::for_each_op;
use std::fmt;

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Unused, zero.
    None,
    /// A register that is written.
    Def,
    /// A register that is read.
    Use,
    /// A register that is read and written.
    Mod,
    /// A register and the next one, written.
    Def2,
    /// A register and the next two, written.
    Def3,
    /// The first of the registers of a call.
    Args,
    /// A number.
    Num,
    /// A signed number.
    Int,
    /// The 32-bit immediate in bits 24 to 55.
    Imm,
    /// The index of a constant.
    Const,
    /// The index of an inline cache.
    Cache,
    /// A function of the unit.
    Func,
    /// The description of an environment.
    Scope,
    /// Hops to outer environments and a slot.
    Slot,
    /// A register that is read, with flags above it.
    UseFlags,
    /// A distance from the next instruction.
    Jump,
}

/// What an instruction may do besides writing registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing else.
    Pure,
    /// Throw, allocate.
    Fails,
    /// Run JavaScript, and throw.
    Calls,
    /// Go elsewhere than to the next instruction, and throw.
    Flow,
}

macro_rules! define_op {
    ($($variant:ident $text:literal ($a:ident, $b:ident, $c:ident) $effect:ident;)*) => {
        /// An opcode. The table in `ops.rs` says what each does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op {
            $(
                #[doc = concat!("`", $text, "`")]
                $variant,
            )*
        }

        impl Op {
            /// Every opcode, in table order.
            pub const ALL: &'static [Op] = &[$(Op::$variant,)*];

            /// Its name in listings.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Op::$variant => $text,)*
                }
            }

            /// What operands A, B and C are.
            pub const fn operands(self) -> [Operand; 3] {
                match self {
                    $(Op::$variant => [Operand::$a, Operand::$b, Operand::$c],)*
                }
            }

            /// What it may do besides writing registers.
            pub const fn effect(self) -> Effect {
                match self {
                    $(Op::$variant => Effect::$effect,)*
                }
            }
        }
    };
}

for_each_op!(define_op);

impl Op {
    /// Whether operand C is the distance of a jump.
    pub const fn jumps(self) -> bool {
        matches!(self.operands()[2], Operand::Jump)
    }

    /// Whether control never goes on to the next instruction.
    pub const fn ends_block(self) -> bool {
        matches!(
            self,
            Op::Jump
                | Op::Loop
                | Op::Return
                | Op::ReturnUndefined
                | Op::ReturnDerived
                | Op::Throw
                | Op::Rethrow
                | Op::ThrowConst
                | Op::ThrowError
        )
    }

    /// Whether it is a jump backwards: these count, and no others go back.
    pub const fn is_loop(self) -> bool {
        matches!(
            self,
            Op::Loop
                | Op::LoopIf
                | Op::LoopIfNot
                | Op::LoopLt
                | Op::LoopLe
                | Op::LoopGt
                | Op::LoopGe
                | Op::LoopLtInt
                | Op::LoopLeInt
                | Op::LoopGtInt
                | Op::LoopGeInt
        )
    }
}

/// An instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C, align(8))]
pub struct Inst {
    op: Op,
    rest: [u8; 7],
}

impl Inst {
    /// The largest distance of a jump, and of what else is signed in C.
    pub const C_MAX: i32 = (1 << 23) - 1;

    /// An instruction with operands as they lie in its word.
    pub const fn new(op: Op, a: u16, b: u16, c: u32) -> Inst {
        let (a, b, c) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes());
        Inst { op, rest: [a[0], a[1], b[0], b[1], c[0], c[1], c[2]] }
    }

    /// An instruction whose C is signed.
    pub const fn signed(op: Op, a: u16, b: u16, c: i32) -> Inst {
        Inst::new(op, a, b, c as u32)
    }

    /// `load_int`.
    pub const fn load_int(a: u16, value: i32) -> Inst {
        let (a, v) = (a.to_le_bytes(), value.to_le_bytes());
        Inst { op: Op::LoadInt, rest: [a[0], a[1], v[0], v[1], v[2], v[3], 0] }
    }

    /// The opcode.
    #[inline]
    pub const fn op(self) -> Op {
        self.op
    }

    /// Operand A.
    #[inline]
    pub const fn a(self) -> u16 {
        u16::from_le_bytes([self.rest[0], self.rest[1]])
    }

    /// Operand B.
    #[inline]
    pub const fn b(self) -> u16 {
        u16::from_le_bytes([self.rest[2], self.rest[3]])
    }

    /// Operand C, all 24 bits.
    #[inline]
    pub const fn c(self) -> u32 {
        u32::from_le_bytes([self.rest[4], self.rest[5], self.rest[6], 0])
    }

    /// The register in C.
    #[inline]
    pub const fn cr(self) -> u16 {
        u16::from_le_bytes([self.rest[4], self.rest[5]])
    }

    /// The flags above the register in C.
    #[inline]
    pub const fn flags(self) -> u8 {
        self.rest[6]
    }

    /// Operand C, signed.
    #[inline]
    pub const fn cs(self) -> i32 {
        i32::from_le_bytes([0, self.rest[4], self.rest[5], self.rest[6]]) >> 8
    }

    /// Operand B, signed.
    #[inline]
    pub const fn bs(self) -> i16 {
        self.b() as i16
    }

    /// The 32-bit immediate.
    #[inline]
    pub const fn imm(self) -> i32 {
        i32::from_le_bytes([self.rest[2], self.rest[3], self.rest[4], self.rest[5]])
    }

    /// The same instruction with another C.
    pub const fn with_c(self, c: u32) -> Inst {
        Inst::new(self.op, self.a(), self.b(), c)
    }
}

const _: () = assert!(size_of::<Inst>() == 8 && Op::ALL.len() <= 256);

impl fmt::Debug for Inst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.op.name(), self.a(), self.b(), self.c())
    }
}
