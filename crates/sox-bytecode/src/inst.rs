//! Instructions: 64 bits each, and what the opcode table says about them.

use crate::for_each_op;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an 8-bit operand is.
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
    /// A number.
    Num,
    /// The index of a constant.
    Const,
    /// The first of the registers of a call.
    Args,
}

/// What the 32-bit immediate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imm {
    /// Unused, zero.
    None,
    /// A number.
    Int,
    /// The index of a constant.
    Const,
    /// A slot of the module's globals.
    Global,
    /// A captured variable.
    Up,
    /// A function of the module.
    Func,
    /// An inline cache.
    Cache,
    /// A distance from the next instruction.
    Jump,
    /// An index in the array of what has no register.
    Far,
    /// An interface that the function declares.
    Shape,
}

/// What an instruction may do besides writing registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing else.
    Pure,
    /// Throw.
    Fails,
    /// Run Sox code, and throw.
    Calls,
    /// Go elsewhere than to the next instruction; ordering jumps also throw.
    Flow,
}

macro_rules! define_op {
    ($($variant:ident $text:literal ($a:ident, $b:ident, $c:ident) $imm:ident $effect:ident;)*) => {
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
                match self { $(Op::$variant => $text,)* }
            }

            /// What its operands A, B, C are.
            pub const fn operands(self) -> [Operand; 3] {
                match self { $(Op::$variant => [Operand::$a, Operand::$b, Operand::$c],)* }
            }

            /// What its immediate is.
            pub const fn imm(self) -> Imm {
                match self { $(Op::$variant => Imm::$imm,)* }
            }

            /// What it may do.
            pub const fn effect(self) -> Effect {
                match self { $(Op::$variant => Effect::$effect,)* }
            }
        }
    };
}
for_each_op!(define_op);

impl Op {
    /// The opcode with this number.
    pub fn from_number(number: u8) -> Option<Op> {
        Op::ALL.get(usize::from(number)).copied()
    }

    /// Whether it may go back: it polls.
    pub const fn is_back_edge(self) -> bool {
        matches!(
            self,
            Op::Loop
                | Op::LoopIf
                | Op::LoopIfNot
                | Op::LoopLt
                | Op::LoopLe
                | Op::LoopLtK
                | Op::LoopLeK
                | Op::LoopGtK
                | Op::LoopGeK
                | Op::LoopAddLt
                | Op::LoopAddLe
        )
    }

    /// Whether the next instruction never follows it.
    pub const fn ends_block(self) -> bool {
        matches!(self, Op::Jump | Op::Loop | Op::Return | Op::ReturnNil | Op::Throw | Op::Rethrow)
    }
}

/// An instruction: opcode in bits 0 to 7, A, B, C in the next 8 bits each, the immediate in the upper half.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Inst(u64);

impl Inst {
    /// An instruction.
    pub const fn new(op: Op, a: u8, b: u8, c: u8, imm: i32) -> Inst {
        let low = op as u64 | (a as u64) << 8 | (b as u64) << 16 | (c as u64) << 24;
        Inst(low | (imm as u32 as u64) << 32)
    }

    /// The number of its opcode, which is none after a fault in a file that nobody verified.
    #[inline(always)]
    pub const fn number(self) -> u8 {
        self.0 as u8
    }

    /// Its opcode.
    pub fn op(self) -> Option<Op> {
        Op::from_number(self.number())
    }

    /// Operand A.
    #[inline(always)]
    pub const fn a(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Operand B.
    #[inline(always)]
    pub const fn b(self) -> u8 {
        (self.0 >> 16) as u8
    }

    /// Operand C.
    #[inline(always)]
    pub const fn c(self) -> u8 {
        (self.0 >> 24) as u8
    }

    /// The immediate.
    #[inline(always)]
    pub const fn imm(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// The immediate of an index.
    #[inline(always)]
    pub const fn index(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// The same with another immediate.
    pub const fn with_imm(self, imm: i32) -> Inst {
        Inst(self.0 & 0xffff_ffff | (imm as u32 as u64) << 32)
    }
}

impl fmt::Debug for Inst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.op().map_or("?", Op::name);
        write!(f, "{name} {} {} {} {}", self.a(), self.b(), self.c(), self.imm())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back() {
        let inst = Inst::new(Op::LoopAddLt, 1, 255, 3, -7);
        assert_eq!(
            (inst.op(), inst.a(), inst.b(), inst.c(), inst.imm()),
            (Some(Op::LoopAddLt), 1, 255, 3, -7)
        );
        let inst = inst.with_imm(i32::MIN);
        assert_eq!((inst.a(), inst.imm()), (1, i32::MIN));
        assert_eq!(Inst::new(Op::Move, 0, 0, 0, 9).index(), 9);
    }

    #[test]
    fn numbers_are_opcodes_as_far_as_the_table_goes() {
        for (number, op) in Op::ALL.iter().enumerate() {
            assert_eq!(Op::from_number(number as u8), Some(*op));
        }
        assert_eq!(Op::from_number(Op::ALL.len() as u8), None);
    }

    #[test]
    fn only_loops_go_back() {
        for op in Op::ALL {
            assert_eq!(op.is_back_edge(), op.name().starts_with("loop"), "{op:?}");
            assert!(!op.is_back_edge() || op.imm() == Imm::Jump);
        }
    }
}
