//! Edits that loop passes share: preheaders, copies of instructions.

use super::edit;
use crate::cfg::{Cfg, Loop};
use crate::entity::{Block, Inst, Value};
use crate::function::{Def, Function, Imm, Target, Targets, Values};
use crate::ops::Op;
use rustc_hash::FxHashMap;

/// Whether control may enter the loop's header from outside of the loop.
pub fn outside_preds(cfg: &Cfg, of: &Loop) -> Vec<Block> {
    let mut preds: Vec<Block> =
        cfg.preds[of.header].iter().copied().filter(|pred| !of.blocks.contains(pred)).collect();
    preds.sort_unstable();
    preds.dedup();
    preds
}

/// What every entry into the loop hands to a parameter of the header, when that is one integer constant.
pub fn constant_on_entry(func: &Function, cfg: &Cfg, of: &Loop, index: usize) -> Option<i64> {
    let mut known = None;
    for pred in outside_preds(cfg, of) {
        for target in func.insts[func.terminator(pred)].targets().iter().filter(|t| t.block == of.header) {
            let n = edit::as_int(func, target.args[index])?;
            if known.replace(n).is_some_and(|other| other != n) {
                return None;
            }
        }
    }
    known
}

/// The block that every entry into the loop passes and that leads nowhere else, when there is one already.
pub fn preheader(func: &Function, cfg: &Cfg, of: &Loop) -> Option<Block> {
    match outside_preds(cfg, of)[..] {
        [pred] if func.insts[func.terminator(pred)].op == Op::Jump => Some(pred),
        _ => None,
    }
}

/// Makes a preheader: a block with the header's parameters that all entries go to now. `None` when the header is the entry of
/// the function, which nothing can precede.
pub fn make_preheader(func: &mut Function, cfg: &Cfg, of: &Loop) -> Option<Block> {
    if of.header == func.entry() {
        return None;
    }
    let made = func.add_block();
    func.order.pop();
    let at = func.order.iter().position(|block| *block == of.header)?;
    func.order.insert(at, made);
    let params: Values = func.blocks[of.header].params.clone();
    let args: Values = params.iter().map(|param| edit::param_like(func, made, *param)).collect();
    jump(func, made, of.header, args);
    for pred in outside_preds(cfg, of) {
        let last = func.terminator(pred);
        for target in func.insts[last].targets_mut().iter_mut().filter(|t| t.block == of.header) {
            target.block = made;
        }
    }
    Some(made)
}

/// Ends a block in a jump.
pub fn jump(func: &mut Function, from: Block, to: Block, args: Values) {
    let targets = Targets { list: vec![Target { block: to, args }], cases: Vec::new() };
    let inst = func.make_inst(Op::Jump, None, Values::new(), Imm::Targets(Box::new(targets)), &[]);
    func.blocks[from].insts.push(inst);
}

/// Copies an instruction, its operands, branch arguments and frame state mapped; its results join the map.
pub fn copy_inst(func: &mut Function, inst: Inst, map: &mut FxHashMap<Value, Value>) -> Inst {
    let of = |value: Value, map: &FxHashMap<Value, Value>| map.get(&value).copied().unwrap_or(value);
    let mut data = func.insts[inst].clone();
    data.args.iter_mut().for_each(|arg| *arg = of(*arg, map));
    for target in data.targets_mut() {
        target.args.iter_mut().for_each(|arg| *arg = of(*arg, map));
    }
    if let Some(state) = data.state() {
        let copy = edit::copy_state(func, state, None, &|value| of(value, map));
        data.state_mut().into_iter().for_each(|state| *state = copy);
    }
    let types: Vec<_> = data.results.iter().map(|result| func.ty(*result)).collect();
    let made = func.make_inst(data.op, data.ty, data.args, data.imm, &types);
    func.insts[made].position = data.position;
    let results = func.insts[made].results.clone();
    map.extend(data.results.iter().copied().zip(results));
    made
}

/// The values a block defines.
pub fn defined_in(func: &Function, block: Block) -> Vec<Value> {
    let mut values: Vec<Value> = func.blocks[block].params.to_vec();
    for inst in &func.blocks[block].insts {
        values.extend_from_slice(&func.insts[*inst].results);
    }
    values
}

/// Whether a value is defined outside of the loop.
pub fn is_outside(
    func: &Function,
    placed: &crate::entity::Table<Inst, Option<Block>>,
    of: &Loop,
    value: Value,
) -> bool {
    match func.values[value].def {
        Def::Gone => false,
        _ => edit::def_block(func, placed, value).is_some_and(|block| !of.blocks.contains(&block)),
    }
}
