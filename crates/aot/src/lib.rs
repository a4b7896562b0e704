//! IR to relocatable object files: the same code as in `jit`, for linkers.
//!
//! [`object()`] compiles every function of a module and writes ELF, Mach-O or COFF, by the target's system. [`header`] is what
//! C includes to call it. The same arguments give the same bytes.
//!
//! # Symbols
//!
//! `NAME` is the guest's name [`mangle`]d: letters, digits and `_` as they are.
//!
//! | symbol | what it is | visible |
//! |---|---|---|
//! | `spandrel_call_NAME` | C function that calls an exported function | everywhere |
//! | `spandrel_fn_NAME` | the function itself, managed convention: what `call_indirect` operands hold | exported: in the linked image |
//! | `spandrel_cell_NAME` | its entry pointer, writable, when calls go through entry pointers | as the function |
//! | `spandrel_rt_NAME` | runtime function, to be defined by whoever links | undefined |
//! | `spandrel_helper_NAME` | `floor`, `ceil`, `trunc`, `nearest`: `double (double)`; only where the processor has no instruction | undefined |
//! | `spandrel_abort`, `spandrel_trap`, `spandrel_stack_overflow` | what the context's fields of these names hold | in the linked image, or undefined: [`Support`] |
//! | `spandrel_note_trap`, `spandrel_note_stack_overflow` | called by the two above before they abort | undefined |
//!
//! # Calling from C
//!
//! `uint32_t spandrel_call_NAME(struct spandrel_context *context, uint64_t *results, params...)` hands back 0 when the function
//! returned, 1 when it threw, 2 when it was aborted. `bool` and the integers are C's, `ptr` and `boxed` are `uint64_t`, `f64`
//! is `double`, a `pair` is two `uint64_t`. Results are one 64-bit word each (a pair two), zero-extended, an `f64` by its bits;
//! they are written when it returned. The entry goes through the bridge of `abi::thunk::tail`, as every call into compiled
//! code in `jit` does: that saves the registers C wants back, loads the pinned one and links itself into `entry_sp`, which is
//! what `spandrel_abort` returns from.
//!
//! # Guards
//!
//! A guard that fails calls the context's `deopt`. Its second argument, in the JIT a number, is the address of the function's
//! [site table](sites) here.
//!
//! # Addresses
//!
//! ELF and Mach-O code is position independent and finds what it does not call through the global offset table. COFF has no
//! such table: addresses stand in the code and are relocated when the image is loaded.
//!
//! # Unwinding
//!
//! ELF and Mach-O get `.eh_frame` (Apple's linker derives its compact form from it), COFF `.pdata` and `.xdata`. On Windows
//! for ARM64 these are right wherever a call can be, not between the instructions of a prologue: the format has no words for
//! pairs of registers that are not neighbours.

#![forbid(unsafe_code)]

mod build;
mod entry;
mod error;
mod format;
mod header;
mod names;
mod options;
pub mod sites;
mod support;
mod unwind;
mod writer;

pub use build::object;
pub use error::Error;
pub use header::{HEADER, header};
pub use names::mangle;
pub use options::{Exports, Options, Support};
