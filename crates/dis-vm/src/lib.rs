//! The Dis machine: it runs modules that passed the verifier.
//!
//! [`Vm`] is an instance: a [`dis_rt::Heap`], procs and channels, modules, open files. [`Vm::start`] makes the first proc,
//! [`Vm::run`] runs until nothing is left to do or a limit is reached. Nothing of a program can reach outside of its instance:
//! direct operands are proven by the verifier, everything else is checked where it is used (`place.rs`).

#![forbid(unsafe_code)]

mod bell;
mod builtin;
mod call;
mod channel;
mod code;
mod convert;
mod device;
mod ends;
mod errors;
mod exception;
mod export;
mod files;
mod format;
mod hidden;
mod input;
mod interp;
mod jobs;
mod line;
mod load;
mod namespace;
mod place;
mod proc;
mod profile;
mod random;
mod schedule;
mod snapshot;
mod stat;
mod styx;
mod table;
pub mod tier;
mod transfer;
mod trap;
mod vm;

pub use bell::Canceller;
pub use files::Output;
pub use input::Input;
pub use load::LoadError;
pub use profile::{ModuleProfile, Profile};
pub use schedule::{Ended, Limit};
pub use vm::{Options, Vm};
