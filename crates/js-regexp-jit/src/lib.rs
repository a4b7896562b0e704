//! Regular expressions as machine code: the tier above the interpreter of `js-regexp`.
//!
//! [`Native`] has programs lowered to IR and compiled, one function for a program and a width of units, on a thread beside the
//! program or at once; and runs what was made. Machine code calls nothing and keeps everything in memory that its caller gave it:
//! it returns to have its stack grown, to have somebody look at the clock, and for references whose characters' cases do not count.
//! What is declined stays with the interpreter, and so does everything where the system gives no executable memory.

#![forbid(unsafe_code)]

mod compile;
mod frame;
mod lower;
mod run;
mod tier;

pub use tier::{Config, Native};
