//! Opcodes as numbers, for the interpreter's dispatch.
#![allow(non_upper_case_globals, reason = "the names are those of the variants")]

use sox_bytecode::{Op, for_each_op};

macro_rules! numbers {
    ($($variant:ident $text:literal $operands:tt $imm:ident $effect:ident;)*) => {
        $(pub(crate) const $variant: u8 = Op::$variant as u8;)*
    };
}
for_each_op!(numbers);
