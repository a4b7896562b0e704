//! One method per op, expanded from the op table: a handler that forgets an op does not compile.

use crate::function::InstData;
use crate::ops::Op;

macro_rules! define_handler {
    ($($variant:ident $text:literal [$($ty:ident)*] ($($operand:tt)*) -> $result:tt, $imm:ident, $effect:ident;)*) => {
        /// Does something with an instruction, by op.
        #[allow(non_snake_case, reason = "the methods have the names of the op table's variants")]
        pub trait OpHandler {
            /// What the methods hand back.
            type Output;
            $(
                #[doc = concat!("`", $text, "`")]
                fn $variant(&mut self, inst: &InstData) -> Self::Output;
            )*
        }

        /// Calls the method for the instruction's op.
        pub fn dispatch<H: OpHandler>(handler: &mut H, inst: &InstData) -> H::Output {
            match inst.op { $(Op::$variant => handler.$variant(inst),)* }
        }
    };
}
crate::for_each_op!(define_handler);
