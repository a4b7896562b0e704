//! IR to machine code through Cranelift, for x64 and ARM64 under three operating systems.
//!
//! [`compile`] turns one function of a verified [`ir::Module`] into bytes, relocations and tables. It depends on nothing but
//! its arguments and keeps nothing: `jit` publishes the result into code memory, `aot` writes it into an object file.
//!
//! What compiled code expects of its surroundings:
//!
//! * **Managed convention**: Cranelift's `Tail`, the VM context in the pinned register (x64 r15, ARM64 x21). A `pair` is two
//!   words. A function that `throws` has one more result, the last: an 8-bit status, 0 returned, 1 threw (all other results
//!   are then zero).
//! * **VM context**: [`ContextLayout`] says where its fields are.
//! * **Runtime calls**: the C convention of the target, the context as first argument; see [`runtime_signature`].
//! * **Leaving**: a guard that fails fills the frame buffer as its [`Site`] says and calls `deopt`; traps, stack overflow and
//!   a stop at a poll call helpers that never come back. No signal is raised for any of it.

#![forbid(unsafe_code)]

mod allocator;
mod compile;
mod context;
mod declined;
mod emit;
mod lower;
mod options;
mod output;
mod place;
mod saving;
mod signature;
mod target;

pub use compile::compile;
pub use context::ContextLayout;
pub use declined::Declined;
pub use emit::{frame_steps, reloc_kind};
pub use options::{Calls, OptLevel, Options};
pub use output::{
    CallSite, Compiled, FrameStep, Helper, Reloc, RelocKind, Site, SiteFrame, SiteObject, Stats, Symbol,
    Where,
};
pub use place::CACHE_LINE;
pub use saving::saving_call;
pub use signature::{RuntimeResults, runtime_signature};
pub use target::{Arch, Os, Target};
