//! The text form of the IR: parser, printer, source map.
//!
//! One statement per line, `;` starts a comment:
//!
//! ```text
//! class heap                      ; alias class, `class shape immutable` for one that is written only at birth
//! runtime @helper(i64, boxed) -> boxed throws allocs reads(heap) writes(all)
//! func @fib(i32, ptr) -> i32, bool throws {
//! fs0 = state 7+12 [v0, i32 5, dead, obj0] in fs1     ; code+offset, slots, the caller's state
//! obj0 = virtual 24 kind 3 {0: i64 v2, 8: f64 0x1.8p+3}
//! block0(v0: i32, v1: ptr):
//!   v2 = iconst.i32 -2
//!   v5 = icmp.slt.i32 v0, v2
//!   v7 = load.i64 heap [v1 + 16]
//!   v9 = iadd_guard.i32 v0, v2, fs0, reason 3
//!   v10, v11, v12 = call catch @fib(v9, v1) at 40       ; `at`: the instruction's source position
//!   v14, v15 = call @fib(v9, v1), fs1                   ; the frame that waits: fs1 = state 7+20 [v0, result 0]
//!   v16, v17 = call keeps heap @fib(v9, v1)             ; `keeps`: the class is behind the call what it was
//!   v13 = call_indirect (i32) -> i64 throws, v1(v2)
//!   brif v5, block1(v0), block2
//! block2 cold:
//!   switch v2, 0: block1(v2), -7: block3, default block3
//! }
//! ```
//!
//! Names that are not plain words are quoted (`@"get x"`). Numbers of values, blocks, states and virtuals are kept as
//! written, and printed as they are in the tables, unless they are very sparse: then both parser and printer number
//! densely in the order of definition (`keeps_numbers` in `numbers.rs` is the one rule). So printing what was parsed
//! from printed text gives the same text. What nothing live refers to (dead blocks and instructions, unused
//! frame states and virtuals, unused signatures) is not printed.

mod body;
mod constant;
mod error;
mod float;
mod inst;
mod lexer;
mod line;
mod map;
mod names;
mod numbers;
mod parse;
mod print;

pub use constant::parse_constant;
pub(crate) use error::kinds;
pub use error::{MAX_ERRORS, ParseError, ParseErrorKind, Pos};
pub use map::{FunctionMap, SourceMap};
pub(crate) use names::{AtName, ClassName};
pub use parse::{MAX_BYTES, parse, parse_with_map};
pub use print::{FunctionText, InstText, print, print_function};

/// Most parameters, results or block parameters: their numbers are 16-bit.
pub const MAX_LIST: usize = u16::MAX as usize;
