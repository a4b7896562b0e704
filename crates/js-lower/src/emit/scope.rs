//! The function being lowered, and those in place of whose calls others are.

use super::Entry;
use crate::flow::Flow;
use crate::kinds::Kinds;
use crate::snapshot::Snapshot;
use crate::value::Val;
use ir::{Block, State, Value};
use std::cell::OnceCell;

/// The function being lowered, and where it stands.
pub(crate) struct Scope<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) flow: &'a Flow,
    pub(super) kinds: &'a [Kinds],
    pub(super) blocks: Vec<Block>,
    pub(super) entries: Vec<Option<Entry>>,
    /// Blocks in front of loops, by the block that begins the loop.
    pub(super) fronts: Vec<Option<Block>>,
    /// The instruction being lowered.
    pub(crate) pc: usize,
    pub(crate) regs: Vec<Val>,
    /// Registers that hold throughout what they hold in memory where control comes in.
    pub(super) kept: Vec<bool>,
    /// Its frame record, and its register 0: where they are, or will be once the frame is pushed.
    pub(crate) frame: Value,
    pub(crate) window: Value,
    /// Whether the condition of a loop is lowered in front of the loop.
    pub(crate) entering: bool,
    /// Blocks that leave with a status, and that hand on what was thrown, there with the countdown.
    pub(super) left: Option<Block>,
    pub(crate) thrown: [Option<Block>; 2],
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        (snapshot, flow, kinds): (&'a Snapshot, &'a Flow, &'a [Kinds]),
        frame: Value,
        window: Value,
    ) -> Scope<'a> {
        Scope {
            snapshot,
            flow,
            kinds,
            blocks: Vec::new(),
            entries: vec![None; flow.blocks.len()],
            fronts: vec![None; flow.blocks.len()],
            pc: flow.blocks[0].start,
            regs: vec![Val::None; snapshot.registers as usize],
            kept: vec![false; snapshot.registers as usize],
            frame,
            window,
            entering: false,
            left: None,
            thrown: [None; 2],
        }
    }
}

/// A function that stands at a call, in place of which another one is lowered.
pub(super) struct Caller<'a> {
    pub(super) scope: Scope<'a>,
    /// What is called, and new.target where it is constructed with.
    pub(super) function: Value,
    pub(super) new_target: Option<Value>,
    /// The frame that waits for the call.
    pub(super) state: State,
    /// Where control goes with a status when the other function does not return, and whether it does.
    pub(super) gone: Block,
    pub(super) goes: bool,
    /// Where it returns.
    pub(super) arrivals: Vec<Arrival>,
}

/// An end of a block, not made yet, that goes on behind a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) block: Block,
    /// What the call comes to.
    pub(crate) value: Val,
    /// The countdown there.
    pub(crate) count: Option<Value>,
}

/// Control flow and kinds of functions in place of calls, as long as they are needed.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    node: OnceCell<Box<Node>>,
}

#[derive(Debug)]
struct Node {
    facts: (Flow, Vec<Kinds>),
    next: Chain,
}

impl Chain {
    /// Keeps them.
    pub(super) fn keep(&self, facts: (Flow, Vec<Kinds>)) -> (&Flow, &[Kinds]) {
        let mut end = self;
        while let Some(node) = end.node.get() {
            end = &node.next;
        }
        let node = end.node.get_or_init(|| Box::new(Node { facts, next: Chain::default() }));
        (&node.facts.0, &node.facts.1)
    }
}
