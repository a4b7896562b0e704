//! Hooks that watch a program run.

use crate::entity::{AliasClass, Block, Func, Inst};
use crate::eval::Const;

/// Watches a program run. Every method does nothing unless overridden.
pub trait Tracer {
    /// An instruction is about to be executed.
    fn step(&mut self, _step: &Step<'_>) {}

    /// A load or store is about to be made.
    fn access(&mut self, _access: &Access) {}
}

/// An instruction about to be executed.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Activations below this one.
    pub depth: usize,
    /// The function.
    pub func: Func,
    /// The block.
    pub block: Block,
    /// The instruction.
    pub inst: Inst,
    /// Its operands.
    pub args: &'a [Const],
}

/// A load or store about to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// First byte.
    pub address: u64,
    /// Bytes accessed.
    pub width: u32,
    /// The alias class the instruction claims.
    pub class: AliasClass,
    /// Whether it is a store.
    pub write: bool,
}
