//! The JavaScript interpreter and the operations that may run JavaScript code.
//!
//! A [`Vm`] is an isolate: it owns its heap, realms and jobs, belongs to one thread at a time, and may move to another one.
#![forbid(unsafe_code)]

mod cache;
mod cache_trace;
mod call;
mod class;
mod code;
mod dispose;
mod env;
mod error;
mod eval;
mod generator;
mod global;
mod iterate;
mod job;
mod lean;
mod literal;
mod module;
mod names;
mod object;
mod operations;
mod optimized;
mod promise;
mod realm;
mod run;
mod surrogates;
#[cfg(test)]
mod testing;
mod tier;
mod trace;
mod vm;
mod waits;

pub use cache_trace::{CacheState, CacheTrace};
pub use call::{Args, NativeFn};
pub use error::{Res, Stop, Throw};
pub use generator::Resume;
pub use job::{Job, JobFn, RejectionOperation};
pub use js_bytecode::DynamicKind;
pub use module::{ModuleHost, ModuleId, ModuleType};
pub use object::{Lookup, NAMESPACE_FIELDS};
pub use operations::*;
pub use optimized::{Exit, ExitWatch, Outcome, Stepped};
pub use promise::{PromiseCapability, PromiseState};
pub use realm::*;
pub use tier::{
    Compiled, Counters, FRAME_CONSTRUCT, Left, Next, Tally, Tier, TierEvent, TierWatch, VmAddresses,
};
pub use vm::{Compiler, Limits, Refused, RegExpCreate, Vm};
