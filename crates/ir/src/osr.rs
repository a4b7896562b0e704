//! On-stack replacement: a version of a function that is entered at a loop header.
//!
//! Its parameters are what is live there: the header's own parameters first, then the other values, ascending. Everything
//! else about the function stays, so it is optimized and compiled like any other.

use crate::cfg::Cfg;
use crate::entity::{Block, Entity, Table, Value};
use crate::function::{Def, Function};
use crate::passes::{edit, loops, ssa};
use rustc_hash::FxHashSet;
use std::fmt;

/// Why there is no entry at a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OsrError {
    /// There is no such block, or control cannot reach it.
    Unreachable(Block),
}

impl fmt::Display for OsrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OsrError::Unreachable(block) => write!(f, "control cannot reach {block}"),
        }
    }
}

impl std::error::Error for OsrError {}

/// A function that is entered at a block of another.
#[derive(Clone, Debug)]
pub struct OsrEntry {
    /// The function. Its name is the original's with the block's behind it.
    pub function: Function,
    /// What to pass, as values of the original function.
    pub live: Vec<Value>,
}

/// A version of a verified function that starts at `at`, usually a loop header.
///
/// # Errors
/// When control cannot reach the block.
pub fn entry(original: &Function, at: Block) -> Result<OsrEntry, OsrError> {
    let cfg = Cfg::new(original);
    if original.blocks.get(at).is_none() || !cfg.is_reachable(at) {
        return Err(OsrError::Unreachable(at));
    }
    let params = original.blocks[at].params.to_vec();
    let mut live = live_into(original, &cfg, at);
    live.retain(|value| !params.contains(value));
    live.sort_unstable();
    let mut func = original.clone();
    func.name = format!("{}.{at}", original.name);
    let front = func.add_block();
    func.order.pop();
    func.order.insert(0, front);
    let args = params.iter().map(|param| edit::param_like(&mut func, front, *param)).collect();
    loops::jump(&mut func, front, at, args);
    let passed: Vec<Value> = live.iter().map(|value| edit::param_like(&mut func, front, *value)).collect();
    func.signature.params = func.blocks[front].params.iter().map(|param| func.values[*param].ty).collect();
    redefine(&mut func, front, &live, &passed);
    let live = params.into_iter().chain(live).collect();
    Ok(OsrEntry { function: func, live })
}

/// Lets every use of a live value see the entry's parameter where control came in that way.
fn redefine(func: &mut Function, front: Block, live: &[Value], passed: &[Value]) {
    let cfg = Cfg::new(func);
    edit::remove_unreachable(func, &cfg);
    let placed = edit::placement(func);
    let wanted: FxHashSet<Value> = live.iter().copied().collect();
    let uses = ssa::uses_of(func, |value| wanted.contains(&value));
    for (value, param) in live.iter().zip(passed) {
        let mut defs = vec![(front, *param)];
        // A definition that control still reaches: the loop lies in another one.
        if !matches!(func.values[*value].def, Def::Gone) {
            defs.extend(edit::def_block(func, &placed, *value).map(|block| (block, *value)));
        }
        ssa::repair(func, &cfg, *value, &defs, uses.get(value).map_or(&[], Vec::as_slice));
    }
}

/// Values that control needs when it enters a block: used from there on, and defined before.
fn live_into(func: &Function, cfg: &Cfg, at: Block) -> Vec<Value> {
    let placed = edit::placement(func);
    let uses = ssa::uses_of(func, |_| true);
    let mut live = Vec::new();
    let mut seen: Table<Block, u32> = Table::filled(func.blocks.len(), 0);
    let mut round = 0;
    for (value, places) in uses {
        let Some(home) = edit::def_block(func, &placed, value) else { continue };
        if home == at && matches!(func.values[value].def, Def::Result(..)) || !cfg.dominates(home, at) {
            continue;
        }
        round += 1;
        // Upwards from each use to the definition: the blocks into which the value is live.
        let mut work: Vec<Block> = Vec::new();
        for place in places {
            let block = match place {
                ssa::Use::Inst(block, _) | ssa::Use::Edge(block, ..) => block,
            };
            if block != home && cfg.is_reachable(block) {
                work.push(block);
            }
        }
        while let Some(block) = work.pop() {
            if seen[block] == round {
                continue;
            }
            seen[block] = round;
            work.extend(cfg.preds[block].iter().copied().filter(|pred| *pred != home));
        }
        if seen[at] == round && home != at {
            live.push(value);
        }
    }
    debug_assert!(live.iter().all(|value| value.index() < func.values.len()));
    live
}
