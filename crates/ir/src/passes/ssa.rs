//! SSA repair: when code was copied and a value has several definitions now, uses get block parameters where the
//! definitions meet.
//!
//! Braun et al., "Simple and Efficient Construction of Static Single Assignment Form", on a complete graph: parameters
//! are made on demand at joins; redundant ones are left to the cleanup pass.

use super::edit;
use crate::cfg::Cfg;
use crate::entity::{Block, Inst, Value};
use crate::function::Function;
use crate::types::Type;
use rustc_hash::FxHashMap;

/// The definitions of one original value: at the end of each of these blocks the value is that.
#[derive(Debug, Default)]
pub struct Repair {
    ty: Option<Type>,
    /// What the value is at the end of a block.
    at_end: FxHashMap<Block, Value>,
    /// What the value is at the start of a block, where that had to be worked out.
    at_start: FxHashMap<Block, Value>,
}

impl Repair {
    /// A value of this type with a definition in each of the blocks.
    pub fn new(ty: Type, defs: impl IntoIterator<Item = (Block, Value)>) -> Repair {
        Repair { ty: Some(ty), at_end: defs.into_iter().collect(), at_start: FxHashMap::default() }
    }

    /// What the value is when control leaves `block`.
    pub fn at_end(&mut self, func: &mut Function, cfg: &Cfg, block: Block) -> Value {
        match self.at_end.get(&block) {
            Some(value) => *value,
            None => {
                let value = self.at_start(func, cfg, block);
                self.at_end.insert(block, value);
                value
            }
        }
    }

    /// What the value is when control enters `block`, ahead of any definition in the block itself.
    ///
    /// # Panics
    /// When no definition reaches the block on some path: the original value did not dominate it.
    pub fn at_start(&mut self, func: &mut Function, cfg: &Cfg, block: Block) -> Value {
        // Walk up single-predecessor chains without recursion; they are as long as the function.
        let mut chain = vec![block];
        let found = loop {
            let here = *chain.last().expect("starts with one block");
            if let Some(value) = self.at_start.get(&here) {
                break *value;
            }
            match cfg.preds[here][..] {
                [] => panic!("a repaired value is used where none of its definitions reaches"),
                [pred] => match self.at_end.get(&pred) {
                    Some(value) => break *value,
                    None => chain.push(pred),
                },
                _ => break self.join(func, cfg, here),
            }
        };
        for here in chain {
            self.at_start.insert(here, found);
            self.at_end.entry(here).or_insert(found);
        }
        found
    }

    /// Makes a parameter where definitions may meet, then finds its arguments: the parameter is known by then, so cycles
    /// come back to it.
    fn join(&mut self, func: &mut Function, cfg: &Cfg, block: Block) -> Value {
        let ty = self.ty.unwrap_or(Type::I64);
        let mut work = vec![block];
        let param = func.add_param(block, ty);
        self.at_start.insert(block, param);
        self.at_end.entry(block).or_insert(param);
        // Every join met on the way gets its parameter first and its arguments in turn: no recursion over the graph.
        while let Some(join) = work.pop() {
            let mut preds = cfg.preds[join].clone();
            preds.sort_unstable();
            preds.dedup();
            for pred in preds {
                let value = self.reach(func, cfg, pred, ty, &mut work);
                let last = func.terminator(pred);
                for target in func.insts[last].targets_mut().iter_mut().filter(|t| t.block == join) {
                    target.args.push(value);
                }
            }
        }
        param
    }

    /// What the value is at the end of `block`; joins on the way get a parameter and are queued for their arguments.
    fn reach(
        &mut self,
        func: &mut Function,
        cfg: &Cfg,
        block: Block,
        ty: Type,
        queue: &mut Vec<Block>,
    ) -> Value {
        let mut chain = Vec::new();
        let mut here = block;
        let found = loop {
            if let Some(value) = self.at_end.get(&here) {
                break *value;
            }
            chain.push(here);
            match cfg.preds[here][..] {
                [] => panic!("a repaired value is used where none of its definitions reaches"),
                [pred] => here = pred,
                _ => {
                    let param = func.add_param(here, ty);
                    queue.push(here);
                    break param;
                }
            }
        };
        for here in chain {
            self.at_start.entry(here).or_insert(found);
            self.at_end.insert(here, found);
        }
        found
    }
}

/// Rewrites the uses of `original` after its definition got copies: `defs` has every definition, the original one too,
/// by the block it is in. Uses in the defining blocks that follow the definition there are left alone.
pub fn repair(func: &mut Function, cfg: &Cfg, original: Value, defs: &[(Block, Value)], uses: &[Use]) {
    let mut repair = Repair::new(func.ty(original), defs.iter().copied());
    for at in uses {
        match *at {
            Use::Inst(block, inst) => {
                if defs.iter().any(|(b, _)| *b == block) {
                    continue;
                }
                let value = repair.at_start(func, cfg, block);
                replace_in_inst(func, inst, original, value);
            }
            Use::Edge(block, inst, edge) => {
                let value = repair.at_end(func, cfg, block);
                for arg in func.insts[inst].targets_mut()[edge].args.iter_mut().filter(|a| **a == original) {
                    *arg = value;
                }
            }
        }
    }
}

/// A place where a value is used.
#[derive(Clone, Copy, Debug)]
pub enum Use {
    /// As an operand, or in the frame state, of an instruction in a block.
    Inst(Block, Inst),
    /// As an argument of a branch target.
    Edge(Block, Inst, usize),
}

/// Every use of the given values, by value.
pub fn uses_of(func: &Function, wanted: impl Fn(Value) -> bool) -> FxHashMap<Value, Vec<Use>> {
    let mut uses: FxHashMap<Value, Vec<Use>> = FxHashMap::default();
    for block in &func.order {
        for inst in &func.blocks[*block].insts {
            let data = &func.insts[*inst];
            let mut direct: Vec<Value> = data.args.iter().copied().filter(|v| wanted(*v)).collect();
            if let Some(state) = data.state() {
                func.each_state_use(state, &mut |v| {
                    if wanted(v) {
                        direct.push(v);
                    }
                });
            }
            direct.sort_unstable();
            direct.dedup();
            for value in direct {
                uses.entry(value).or_default().push(Use::Inst(*block, *inst));
            }
            for (edge, target) in data.targets().iter().enumerate() {
                let mut args: Vec<Value> = target.args.iter().copied().filter(|v| wanted(*v)).collect();
                args.sort_unstable();
                args.dedup();
                for value in args {
                    uses.entry(value).or_default().push(Use::Edge(*block, *inst, edge));
                }
            }
        }
    }
    uses
}

/// Replaces a value among an instruction's operands and in its frame state, which becomes a copy of its own.
fn replace_in_inst(func: &mut Function, inst: Inst, from: Value, to: Value) {
    if from == to {
        return;
    }
    for arg in func.insts[inst].args.iter_mut().filter(|a| **a == from) {
        *arg = to;
    }
    let Some(state) = func.insts[inst].state() else { return };
    let mut used = false;
    func.each_state_use(state, &mut |v| used |= v == from);
    if used {
        let copy = edit::copy_state(func, state, None, &|v| if v == from { to } else { v });
        func.insts[inst].state_mut().into_iter().for_each(|state| *state = copy);
    }
}

/// Whether a frame state names only these values.
pub fn state_only_uses(
    func: &Function,
    state: crate::entity::State,
    allowed: impl Fn(Value) -> bool,
) -> bool {
    let mut fine = true;
    func.each_state_use(state, &mut |v| fine &= allowed(v));
    fine
}
