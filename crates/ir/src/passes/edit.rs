//! Edits that every pass needs: replacing values, dropping instructions and blocks, splitting edges.

use crate::cfg::Cfg;
use crate::entity::{Block, Entity, Inst, State, Table, Value, Virtual};
use crate::function::{Def, FrameValue, Function, Imm, Target, Targets, ValueData, Values};
use crate::ops::{Effect, Op};
use rustc_hash::FxHashMap;

/// Replacements of values by others, collected first and applied in one sweep over the function.
#[derive(Debug, Default)]
pub struct Renames {
    to: Vec<Option<Value>>,
    any: bool,
}

impl Renames {
    /// No replacements yet.
    pub fn new() -> Renames {
        Renames::default()
    }

    /// Every use of `from` becomes a use of `to`. Chains are followed; cycles must not be made.
    pub fn add(&mut self, from: Value, to: Value) {
        debug_assert_ne!(self.resolve(to), from, "a value cannot stand for itself");
        if self.to.len() <= from.index() {
            self.to.resize(from.index() + 1, None);
        }
        self.to[from.index()] = Some(to);
        self.any = true;
    }

    /// What `value` stands for now.
    pub fn resolve(&self, mut value: Value) -> Value {
        while let Some(Some(next)) = self.to.get(value.index()) {
            value = *next;
        }
        value
    }

    /// Whether there is nothing to replace.
    pub fn is_empty(&self) -> bool {
        !self.any
    }

    /// Rewrites every use in live blocks and in all frame states and virtual objects.
    pub fn apply(&self, func: &mut Function) {
        if self.any {
            map_uses(func, |v| self.resolve(v));
        }
    }
}

/// Rewrites every use of a value in live blocks, frame states and virtual objects.
pub fn map_uses(func: &mut Function, map: impl Fn(Value) -> Value) {
    for block in &func.order {
        for inst in &func.blocks[*block].insts {
            map_inst(&mut func.insts[*inst], &map);
        }
    }
    let frame = |item: &mut FrameValue| {
        if let FrameValue::Value(v) = item {
            *v = map(*v);
        }
    };
    func.states.values_mut().flat_map(|s| s.values.iter_mut()).for_each(frame);
    func.virtuals.values_mut().flat_map(|o| o.fields.iter_mut()).for_each(|(_, _, item)| frame(item));
}

fn map_inst(data: &mut crate::function::InstData, map: &impl Fn(Value) -> Value) {
    data.args.iter_mut().for_each(|v| *v = map(*v));
    for target in data.targets_mut() {
        target.args.iter_mut().for_each(|v| *v = map(*v));
    }
}

/// Number of uses of every value in reachable code; a frame state counts once for every guard that needs it.
pub fn use_counts(func: &Function) -> Table<Value, u32> {
    let mut counts = Table::filled(func.values.len(), 0);
    for block in &func.order {
        for inst in &func.blocks[*block].insts {
            func.each_use(*inst, |v| counts[v] += 1);
        }
    }
    counts
}

/// Drops blocks control cannot reach, with everything in them.
pub fn remove_unreachable(func: &mut Function, cfg: &Cfg) -> bool {
    let (live, dead): (Vec<Block>, Vec<Block>) = func.order.iter().partition(|b| cfg.is_reachable(**b));
    for block in &dead {
        let data = std::mem::take(&mut func.blocks[*block]);
        for value in data.params {
            func.values[value].def = Def::Gone;
        }
        for inst in data.insts {
            forget(func, inst);
        }
    }
    func.order = live;
    !dead.is_empty()
}

/// Marks an instruction's results as gone. The caller takes the instruction out of its block.
pub fn forget(func: &mut Function, inst: Inst) {
    for value in func.insts[inst].results.clone() {
        func.values[value].def = Def::Gone;
    }
}

/// Keeps the instructions of a block for which `keep` holds.
pub fn retain(func: &mut Function, block: Block, mut keep: impl FnMut(&Function, Inst) -> bool) -> bool {
    let insts = std::mem::take(&mut func.blocks[block].insts);
    let before = insts.len();
    let mut kept = Vec::with_capacity(before);
    for inst in insts {
        if keep(func, inst) {
            kept.push(inst);
        } else {
            forget(func, inst);
        }
    }
    let changed = kept.len() != before;
    func.blocks[block].insts = kept;
    changed
}

/// Turns an instruction into another that defines the same results, in place.
pub fn rewrite(func: &mut Function, inst: Inst, op: Op, args: &[Value], imm: Imm) {
    let data = &mut func.insts[inst];
    data.op = op;
    data.args = Values::from_slice(args);
    data.imm = imm;
    if op.types().is_empty() {
        data.ty = None;
    }
}

/// Takes parameter `index` out of a block and the argument for it out of every branch to it.
pub fn remove_param(func: &mut Function, block: Block, index: usize, preds: &[Block]) {
    let gone = func.blocks[block].params.remove(index);
    func.values[gone].def = Def::Gone;
    renumber_params(func, block);
    let mut sources: Vec<Block> = preds.to_vec();
    sources.sort_unstable();
    sources.dedup();
    for pred in sources {
        let last = func.terminator(pred);
        for target in func.insts[last].targets_mut().iter_mut().filter(|t| t.block == block) {
            target.args.remove(index);
        }
    }
}

/// Makes the parameters' definitions agree with their positions.
pub fn renumber_params(func: &mut Function, block: Block) {
    for (i, param) in func.blocks[block].params.clone().into_iter().enumerate() {
        func.values[param].def = Def::Param(block, i as u16);
    }
}

/// Puts a block of its own on edge number `edge` of `from`'s terminator and returns it.
pub fn split_edge(func: &mut Function, from: Block, edge: usize) -> Block {
    let middle = func.add_block();
    // Layout: right behind the source, so that fall-through stays possible.
    func.order.pop();
    let at = func.order.iter().position(|b| *b == from).map_or(func.order.len(), |i| i + 1);
    func.order.insert(at, middle);
    let last = func.terminator(from);
    let target = &mut func.insts[last].targets_mut()[edge];
    let old = std::mem::replace(target, Target { block: middle, args: Values::new() });
    let targets = Targets { list: vec![old], cases: Vec::new() };
    let jump = func.make_inst(Op::Jump, None, Values::new(), Imm::Targets(Box::new(targets)), &[]);
    func.blocks[middle].insts.push(jump);
    middle
}

/// A layout with lists of new blocks behind old ones, where a later list of one block goes in front of an earlier one.
/// For passes that add many: finding each block's place one at a time takes quadratic time.
pub fn place_behind(before: Vec<Block>, mut behind: FxHashMap<Block, Vec<Vec<Block>>>) -> Vec<Block> {
    let mut order = Vec::with_capacity(before.len());
    let mut work: Vec<Block> = before.into_iter().rev().collect();
    while let Some(block) = work.pop() {
        order.push(block);
        for blocks in behind.remove(&block).unwrap_or_default() {
            work.extend(blocks.into_iter().rev());
        }
    }
    order
}

/// Where each value is defined: its block and, for results, the position of its instruction there.
pub fn def_block(func: &Function, placed: &Table<Inst, Option<Block>>, value: Value) -> Option<Block> {
    match func.values[value].def {
        Def::Param(block, _) => Some(block),
        Def::Result(inst, _) => placed[inst],
        Def::Gone => None,
    }
}

/// The block every instruction is in.
pub fn placement(func: &Function) -> Table<Inst, Option<Block>> {
    let mut placed = Table::filled(func.insts.len(), None);
    for block in &func.order {
        for inst in &func.blocks[*block].insts {
            placed[*inst] = Some(*block);
        }
    }
    placed
}

/// The instruction that defines a value, when one does.
pub fn defining_inst(func: &Function, value: Value) -> Option<Inst> {
    match func.values[value].def {
        Def::Result(inst, _) => Some(inst),
        _ => None,
    }
}

/// The integer (or bool, pointer, boxed) constant a value is.
pub fn as_int(func: &Function, value: Value) -> Option<i64> {
    let data = &func.insts[defining_inst(func, value)?];
    match (data.op, &data.imm) {
        (Op::Iconst | Op::Bconst | Op::Pconst | Op::Xconst, Imm::Int(n)) => Some(*n),
        _ => None,
    }
}

/// The float constant a value is.
pub fn as_float(func: &Function, value: Value) -> Option<f64> {
    let data = &func.insts[defining_inst(func, value)?];
    match (data.op, &data.imm) {
        (Op::Fconst, Imm::Float(bits)) => Some(f64::from_bits(*bits)),
        _ => None,
    }
}

/// Copies a frame state with the values replaced; virtual objects are copied along.
pub fn copy_state(
    func: &mut Function,
    state: State,
    parent: Option<State>,
    map: &impl Fn(Value) -> Value,
) -> State {
    copy_states(func, state, parent, map, &mut Vec::new())
}

/// An object that a frame and its caller mention is one object in the copy too: `copied` is common to the chain.
fn copy_states(
    func: &mut Function,
    state: State,
    parent: Option<State>,
    map: &impl Fn(Value) -> Value,
    copied: &mut Vec<(Virtual, Virtual)>,
) -> State {
    let mut data = func.states[state].clone();
    for item in &mut data.values {
        *item = copy_frame_value(func, *item, map, copied);
    }
    data.parent = match data.parent {
        Some(outer) => Some(copy_states(func, outer, parent, map, copied)),
        None => parent,
    };
    func.states.push(data)
}

fn copy_frame_value(
    func: &mut Function,
    item: FrameValue,
    map: &impl Fn(Value) -> Value,
    copied: &mut Vec<(Virtual, Virtual)>,
) -> FrameValue {
    match item {
        FrameValue::Value(v) => FrameValue::Value(map(v)),
        FrameValue::Virtual(obj) => {
            if let Some((_, copy)) = copied.iter().find(|(from, _)| *from == obj) {
                return FrameValue::Virtual(*copy);
            }
            let data = func.virtuals[obj].clone();
            let copy = func.virtuals.push(data);
            copied.push((obj, copy));
            for i in 0..func.virtuals[copy].fields.len() {
                let field = func.virtuals[copy].fields[i].2;
                func.virtuals[copy].fields[i].2 = copy_frame_value(func, field, map, copied);
            }
            FrameValue::Virtual(copy)
        }
        other => other,
    }
}

/// Whether an unused instruction can be dropped.
pub fn is_removable(op: Op) -> bool {
    matches!(op.effect(), Effect::Pure | Effect::Read | Effect::Alloc)
}

/// A fresh value that stands for a block parameter of the same type as `like`.
pub fn param_like(func: &mut Function, block: Block, like: Value) -> Value {
    let ValueData { ty, .. } = func.values[like];
    func.add_param(block, ty)
}
