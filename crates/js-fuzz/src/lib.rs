//! Random JavaScript programs and regular expressions through our engine and node: both do the same.
//!
//! A seed stands for a program, whatever the machine: [`Work::tree`]. An [`Engine`] runs programs in this process, one way or
//! another; a [`Node`] runs them in node. A [`Checker`] compares what they print. `cargo xtask jsfuzz` does that in
//! [worker processes](mod@coordinate), so that a crash or a hang is a finding like any other.

#![forbid(unsafe_code)]

mod check;
pub mod coordinate;
mod engine;
mod node;
mod program;
mod regexps;
mod rng;
mod tree;
pub mod worker;

pub use check::{Checker, Difference, Side, Ways, Work};
pub use engine::{COMPILER, End, Engine, Leg, PRELUDE, Program, on_large_stack};
pub use node::Node;
pub use program::{Config, program};
pub use regexps::regexps;
pub use tree::{Builder, Kind, Tree};
