//! Random well-typed programs through everything that turns IR into something else: what each run does must be what the
//! reference interpreter does on the original.
//!
//! A [`Case`] is a program with its expected [`Observation`](ir::random::Observation). A [`Leg`] is one way to run it: a
//! pass alone, all of them, compiled code of this machine, compiled code of ARM64 in a [`Remote`] process, each plain or
//! with guards forced to fail. [`reduce()`] shrinks a case while it keeps failing. `cargo xtask irfuzz` runs all of it in
//! [worker processes](mod@coordinate), so that a crash or a hang is a finding like any other.

#![forbid(unsafe_code)]

mod case;
mod check;
pub mod coordinate;
pub mod finding;
mod leg;
mod native;
mod reduce;
mod remote;
pub mod runner;
mod sabotage;
mod wire;
pub mod worker;

pub use case::{Case, Unfit};
pub use check::{Checker, Coverage, Mismatch};
pub use leg::{Leg, Machine};
pub use native::Setup;
pub use reduce::{reduce, size};
pub use remote::Remote;
pub use sabotage::Sabotage;
