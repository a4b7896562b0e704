//! Binding plans: a signature under one convention as a list of small moves.
//!
//! A plan speaks of two sides. The *frame* is ordinary memory owned by whoever makes or receives the call: every argument
//! has a slot at [`Slot::offset`], in order, ascending, each at least 8-aligned and padded to a multiple of 8 bytes; the
//! result has a buffer of its own, padded to a multiple of 16 bytes. The *boundary* is what the convention fixes: argument
//! registers by index into the convention's register file ([`crate::Abi::int_args`]), and bytes above the stack pointer.
//! A call stub executes the moves from frame to boundary and results back; a callback stub executes the same list in reverse.

use crate::convention::Abi;
use crate::signature::Signature;
use std::fmt;

/// A place at the call boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Integer register, an index into `int_args` for arguments and `int_results` for results.
    Int(u8),
    /// Vector register, an index from 0.
    Vec(u8),
    /// Byte offset from the stack pointer at the call instruction (before a return address is pushed).
    /// Includes Win64's shadow space: the first stack argument there is at 32.
    Stack(u32),
    /// AAPCS64's x8, which holds the address for a result in memory.
    ResultPointer,
}

/// How a narrow value fills the 64 bits of an integer register or stack slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extend {
    /// Whole bytes, nothing above them is defined: records' pieces, vectors, floats and 64-bit values.
    None,
    /// Zero-extended to 64 bits from the width of the move.
    Zero,
    /// Sign-extended to 64 bits from the width of the move.
    Sign,
}

/// One step between the frame and the boundary. `offset` is always a byte offset into the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// `size` bytes (1 to 8; up to 16 for a vector register) between the frame and one place.
    Value {
        /// Which argument the bytes belong to.
        arg: u16,
        /// Where they are in the frame.
        offset: u32,
        /// How many bytes carry meaning. Reading a whole 8-byte word at `offset` stays inside the slot when
        /// the piece starts at a multiple of 8 in it; other pieces (packed HFA members) have power-of-two sizes.
        size: u8,
        /// How the rest of an integer register is filled. At a stack place [`Extend::None`] means that exactly `size`
        /// bytes are written, anything else that 8 bytes are; whoever receives reads `size` bytes and no more.
        extend: Extend,
        /// Where the bytes are at the call.
        place: Place,
    },
    /// A block of `size` bytes that lies on the stack at the call: records in memory.
    Block {
        /// Which argument the bytes belong to.
        arg: u16,
        /// Where they are in the frame.
        offset: u32,
        /// Exact size of the record.
        size: u32,
        /// Offset from the stack pointer at the call.
        stack: u32,
    },
    /// The *address* of the frame slot goes to the place: a record passed by reference to a copy.
    /// The frame is the copy, so the callee may write to it. In reverse, `size` bytes are copied from the address.
    Address {
        /// Which argument it is.
        arg: u16,
        /// Where its slot is in the frame.
        offset: u32,
        /// Size of the record behind the address.
        size: u32,
        /// Where the address is at the call: `Int` or `Stack` (8 bytes).
        place: Place,
    },
}

/// Where an argument or the result lives in the frame or result buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Byte offset in the frame (0 for the result).
    pub offset: u32,
    /// Exact size of the type in bytes.
    pub size: u32,
    /// Alignment of the type in bytes.
    pub align: u32,
}

/// How the result comes back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ResultPlan {
    /// `void`, or a type of size 0.
    Nothing,
    /// In registers: every step is a [`Move::Value`] with `arg` 0, `offset` into the result buffer and a register place.
    Registers(Vec<Move>),
    /// In memory the caller provides.
    Memory {
        /// Where the caller passes the address of the result buffer.
        pointer: Place,
        /// Whether the callee hands the address back in the first integer result register.
        returned: bool,
    },
}

/// Everything needed to make or receive one kind of call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// The convention.
    pub abi: Abi,
    /// The signature the plan was made from.
    pub signature: Signature,
    /// One slot per parameter.
    pub slots: Vec<Slot>,
    /// Size of the frame in bytes, a multiple of its alignment.
    pub frame_size: u32,
    /// Alignment of the frame in bytes, at least 16.
    pub frame_align: u32,
    /// Steps for the arguments, in argument order.
    pub args: Vec<Move>,
    /// Bytes of stack at the call, shadow space included, a multiple of 16.
    pub stack_size: u32,
    /// Alignment of the stack pointer at the call: 16, or more for over-aligned records in memory.
    pub stack_align: u32,
    /// The result's slot; `None` for `void`.
    pub result_slot: Option<Slot>,
    /// Steps for the result.
    pub result: ResultPlan,
    /// System V variadic calls: the number of vector registers used, which goes to `al`.
    pub vector_count: Option<u8>,
}

/// Whether a place is meant among the arguments or among the results, which use different registers.
#[derive(Clone, Copy)]
enum Side {
    Argument,
    Result,
}

impl Place {
    fn write(self, f: &mut fmt::Formatter<'_>, abi: Abi, side: Side) -> fmt::Result {
        match self {
            Place::Int(i) => {
                let registers = match side {
                    Side::Argument => abi.int_args(),
                    Side::Result => abi.int_results(),
                };
                match registers.get(i as usize) {
                    Some(number) => f.write_str(abi.int_name(*number)),
                    None => write!(f, "int{i}?"),
                }
            }
            Place::Vec(i) => write!(f, "{}{i}", abi.vec_prefix()),
            Place::Stack(offset) => write!(f, "[sp+{offset}]"),
            Place::ResultPointer => f.write_str("x8"),
        }
    }
}

impl Move {
    fn write(&self, f: &mut fmt::Formatter<'_>, plan: &Plan, side: Side) -> fmt::Result {
        let base = |arg: u16| match side {
            Side::Argument => plan.slots.get(arg as usize).map_or(0, |slot| slot.offset),
            Side::Result => 0,
        };
        match *self {
            Move::Value { arg, offset, size, extend, place } => {
                place.write(f, plan.abi, side)?;
                let from = offset.saturating_sub(base(arg));
                match side {
                    Side::Argument => write!(f, " = #{arg}")?,
                    Side::Result => f.write_str(" = result")?,
                }
                write!(f, "[{from}..{}]", from + u32::from(size))?;
                f.write_str(match extend {
                    Extend::None => "",
                    Extend::Zero => " zero-extended",
                    Extend::Sign => " sign-extended",
                })
            }
            Move::Block { arg, size, stack, .. } => write!(f, "[sp+{stack}] = #{arg}[0..{size}]"),
            Move::Address { arg, place, .. } => {
                place.write(f, plan.abi, side)?;
                write!(f, " = &#{arg}")
            }
        }
    }
}

/// The plan as a person reads it: one step per line, `#n` is argument n.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.abi, self.signature)?;
        for step in &self.args {
            f.write_str("  ")?;
            step.write(f, self, Side::Argument)?;
            writeln!(f)?;
        }
        if let Some(count) = self.vector_count {
            writeln!(f, "  al = {count}")?;
        }
        match &self.result {
            ResultPlan::Nothing => {}
            ResultPlan::Registers(moves) => {
                for step in moves {
                    f.write_str("  ")?;
                    step.write(f, self, Side::Result)?;
                    writeln!(f)?;
                }
            }
            ResultPlan::Memory { pointer, returned } => {
                f.write_str("  ")?;
                pointer.write(f, self.abi, Side::Argument)?;
                writeln!(f, " = &result{}", if *returned { ", handed back" } else { "" })?;
            }
        }
        write!(f, "  stack: {} bytes, {}-aligned", self.stack_size, self.stack_align)
    }
}
