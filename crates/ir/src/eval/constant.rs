//! A typed constant.

use crate::function::{FrameValue, Imm};
use crate::ops::Op;
use crate::types::Type;
use std::fmt;

/// A constant: a type and the bits of a value of that type.
///
/// Two constants are equal when type and bits are: NaNs with the same bits are equal, `0.0` and `-0.0` are not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Const {
    ty: Type,
    /// The value, zero-extended: `i32` has 32 bits, `bool` is 0 or 1, a pair has its first word here.
    bits: u64,
    /// The second word of a pair; zero for every other type.
    second: u64,
}

impl Const {
    /// A value of the type from the low bits of `bits`; a pair gets a second word of zero.
    pub const fn new(ty: Type, bits: u64) -> Const {
        let bits = match ty {
            Type::I32 => bits & 0xffff_ffff,
            Type::Bool => bits & 1,
            _ => bits,
        };
        Const { ty, bits, second: 0 }
    }

    /// The value whose bits are all zero.
    pub const fn zero(ty: Type) -> Const {
        Const::new(ty, 0)
    }

    /// An `i32`.
    pub const fn i32(value: i32) -> Const {
        Const::new(Type::I32, value as u64)
    }

    /// An `i64`.
    pub const fn i64(value: i64) -> Const {
        Const::new(Type::I64, value as u64)
    }

    /// An `f64`, bits as they are.
    pub const fn f64(value: f64) -> Const {
        Const::new(Type::F64, value.to_bits())
    }

    /// A `bool`.
    pub const fn bool(value: bool) -> Const {
        Const::new(Type::Bool, value as u64)
    }

    /// An address.
    pub const fn ptr(address: u64) -> Const {
        Const::new(Type::Ptr, address)
    }

    /// An opaque guest value.
    pub const fn boxed(bits: u64) -> Const {
        Const::new(Type::Boxed, bits)
    }

    /// A pair.
    pub const fn pair(first: u64, second: u64) -> Const {
        Const { ty: Type::Pair, bits: first, second }
    }

    /// The constant an `iconst`, `fconst`, `bconst`, `pconst` or `xconst` makes; `None` for any other op.
    pub fn of_inst(op: Op, ty: Option<Type>, imm: &Imm) -> Option<Const> {
        match (op, imm) {
            (Op::Iconst, Imm::Int(bits)) => Some(Const::new(ty?, *bits as u64)),
            (Op::Fconst, Imm::Float(bits)) => Some(Const::new(Type::F64, *bits)),
            (Op::Bconst, Imm::Int(bits)) => Some(Const::new(Type::Bool, *bits as u64)),
            (Op::Pconst, Imm::Int(bits)) => Some(Const::new(Type::Ptr, *bits as u64)),
            (Op::Xconst, Imm::Int(bits)) => Some(Const::new(Type::Boxed, *bits as u64)),
            _ => None,
        }
    }

    /// Op, controlling type and immediate of the instruction that makes this constant; `None` for pairs, which take a
    /// `pair_make`.
    pub fn to_inst(self) -> Option<(Op, Option<Type>, Imm)> {
        Some(match self.ty {
            Type::I32 | Type::I64 => (Op::Iconst, Some(self.ty), Imm::Int(self.as_i64())),
            Type::F64 => (Op::Fconst, None, Imm::Float(self.bits)),
            Type::Bool => (Op::Bconst, None, Imm::Int(self.bits as i64)),
            Type::Ptr => (Op::Pconst, None, Imm::Int(self.bits as i64)),
            Type::Boxed => (Op::Xconst, None, Imm::Int(self.bits as i64)),
            Type::Pair => return None,
        })
    }

    /// The constant as the content of a frame's slot.
    pub const fn to_frame_value(self) -> FrameValue {
        match self.ty {
            Type::Pair => FrameValue::Pair(self.bits, self.second),
            ty => FrameValue::Const(ty, self.as_i64() as u64),
        }
    }

    /// The type.
    pub const fn ty(self) -> Type {
        self.ty
    }

    /// The bits, zero-extended; a pair's first word.
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// Both words; the second is zero for every type but pairs.
    pub const fn words(self) -> [u64; 2] {
        [self.bits, self.second]
    }

    /// The low 32 bits as a signed number.
    pub const fn as_i32(self) -> i32 {
        self.bits as i32
    }

    /// The signed number: an `i32` sign-extended, anything else its 64 bits.
    pub const fn as_i64(self) -> i64 {
        match self.ty {
            Type::I32 => self.bits as i32 as i64,
            _ => self.bits as i64,
        }
    }

    /// The bits as a float.
    pub const fn as_f64(self) -> f64 {
        f64::from_bits(self.bits)
    }

    /// Whether any of the (first word's) bits is set.
    pub const fn as_bool(self) -> bool {
        self.bits != 0
    }
}

impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ty {
            Type::I32 | Type::I64 => write!(f, "{} {}", self.ty, self.as_i64()),
            Type::F64 if self.as_f64().is_nan() => write!(f, "f64 nan:{:#x}", self.bits),
            Type::F64 => write!(f, "f64 {:?}", self.as_f64()),
            Type::Bool => write!(f, "bool {}", self.as_bool()),
            Type::Ptr | Type::Boxed => write!(f, "{} {:#x}", self.ty, self.bits),
            Type::Pair => write!(f, "pair {:#x}:{:#x}", self.bits, self.second),
        }
    }
}

impl fmt::Debug for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
