//! Induction variables: header parameters that change by the same constant in every round of a loop.

use super::edit;
use crate::cfg::Loop;
use crate::entity::{Block, Value};
use crate::function::Function;
use crate::ops::Op;
use crate::types::Type;

/// Additions that are looked through on the way to a variable.
const MAX_CHAIN: usize = 8;

/// A basic induction variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Induction {
    /// The parameter of the header.
    pub param: Value,
    /// Which one it is.
    pub index: usize,
    /// What it is in the next round.
    pub next: Value,
    /// The difference, modulo the width of the type; never 0.
    pub step: i64,
}

/// The block and the edge of it that go back to the header, when there is one way only.
pub fn back_edge(func: &Function, of: &Loop) -> Option<(Block, usize)> {
    let [latch] = of.latches[..] else { return None };
    let targets = func.insts[func.terminator(latch)].targets();
    let edge = targets.iter().position(|target| target.block == of.header)?;
    Some((latch, edge))
}

/// The basic induction variables of a loop with one back-edge.
pub fn basic(func: &Function, of: &Loop) -> Vec<Induction> {
    let Some((latch, edge)) = back_edge(func, of) else { return Vec::new() };
    let args = &func.insts[func.terminator(latch)].targets()[edge].args;
    let params = func.blocks[of.header].params.iter().copied().enumerate();
    params
        .filter(|(_, param)| func.ty(*param).is_int())
        .filter_map(|(index, param)| {
            let next = args[index];
            let (base, step) = linear(func, next);
            (base == param && step != 0).then_some(Induction { param, index, next, step })
        })
        .collect()
}

/// A value as another one plus a constant, modulo the width of its type. Any value is itself plus 0.
pub fn linear(func: &Function, mut value: Value) -> (Value, i64) {
    let mut offset = 0i64;
    for _ in 0..MAX_CHAIN {
        let Some((base, amount)) = step_back(func, value) else { break };
        offset = offset.wrapping_add(amount);
        value = base;
    }
    let offset = if func.ty(value) == Type::I32 { i64::from(offset as i32) } else { offset };
    (value, offset)
}

fn step_back(func: &Function, value: Value) -> Option<(Value, i64)> {
    let data = &func.insts[edit::defining_inst(func, value)?];
    let constant = |i: usize| edit::as_int(func, data.args[i]);
    match data.op {
        Op::Iadd | Op::IaddGuard => match (constant(0), constant(1)) {
            (_, Some(n)) => Some((data.args[0], n)),
            (Some(n), None) => Some((data.args[1], n)),
            _ => None,
        },
        Op::Isub | Op::IsubGuard => constant(1).map(|n| (data.args[0], n.wrapping_neg())),
        _ => None,
    }
}
