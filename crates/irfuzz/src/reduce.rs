//! Reduction: smaller versions of a program, as long as they keep failing.
//!
//! Edits are tried from coarse to fine until none helps: bodies of functions go, branches lose all targets but one,
//! instructions without results go, those with results become constants. Groups of edits that are too many at once are
//! split (delta debugging; Zeller and Hildebrandt, 2002). What nothing uses any more is swept away in between.

use ir::function::Def;
use ir::passes::edit;
use ir::{Block, Entity, FrameValue, Func, Function, Imm, Inst, Module, Op, State, Type};
use std::collections::BTreeSet;

/// One way to make a program smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    /// The function returns constants at once.
    Empty(Func),
    /// The block ends with a jump to its terminator's target of this number.
    Only(Func, Block, usize),
    /// The instruction goes; nothing uses a result of it.
    Remove(Func, Inst),
    /// What the block jumps to becomes part of it.
    Merge(Func, Block),
    /// The instruction's results are constants.
    Constant(Func, Inst),
    /// The block's parameter of this number is a constant.
    Param(Func, Block, usize),
    /// Nobody looks at this slot of the frame state.
    Dead(Func, State, usize),
}

/// Shrinks a module while `fails` says that it still fails. `fails` also refuses modules that cannot be run.
pub fn reduce(module: &Module, fails: &mut dyn FnMut(&Module) -> bool) -> Module {
    let mut best = module.clone();
    loop {
        let before = weight(&best);
        for kind in [empties, onlys, merges, removals, params, slots, constants] {
            shrink(&mut best, kind, fails);
            sweep(&mut best, fails);
        }
        if weight(&best) >= before {
            return best;
        }
    }
}

/// What gets less with every edit that helps: instructions, parameters, slots.
fn weight(module: &Module) -> usize {
    let slots = slots(module).len() + params(module).len();
    size(module) + slots + constants(module).len()
}

/// Instructions of a module: those in live blocks.
pub fn size(module: &Module) -> usize {
    let insts =
        |function: &Function| function.order.iter().map(|b| function.blocks[*b].insts.len()).sum::<usize>();
    module.functions.values().map(insts).sum()
}

/// Tries the edits that `kind` finds, in groups that get smaller.
fn shrink(best: &mut Module, kind: fn(&Module) -> Vec<Edit>, fails: &mut dyn FnMut(&Module) -> bool) {
    let mut edits = kind(best);
    let mut group = edits.len();
    while group > 0 {
        let mut left = Vec::new();
        for chunk in edits.chunks(group) {
            let mut candidate = best.clone();
            for edit in chunk {
                apply(&mut candidate, *edit);
            }
            if fails(&candidate) {
                *best = candidate;
            } else {
                left.extend_from_slice(chunk);
            }
        }
        edits = left;
        group = if group == 1 { 0 } else { group.div_ceil(2).min(edits.len()) };
    }
}

fn live_insts(module: &Module) -> impl Iterator<Item = (Func, Block, Inst)> + '_ {
    module.functions.iter().flat_map(|(func, function)| {
        function.order.iter().flat_map(move |block| {
            function.blocks[*block].insts.iter().map(move |inst| (func, *block, *inst))
        })
    })
}

fn empties(module: &Module) -> Vec<Edit> {
    let worth =
        |function: &Function| function.order.len() > 1 || function.blocks[function.entry()].insts.len() > 1;
    let found = module.functions.iter().filter(|(_, function)| !function.order.is_empty() && worth(function));
    found.map(|(func, _)| Edit::Empty(func)).collect()
}

fn onlys(module: &Module) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (func, block, inst) in live_insts(module) {
        let targets = module.functions[func].insts[inst].targets().len();
        if targets > 1 {
            edits.extend((0..targets).map(|target| Edit::Only(func, block, target)));
        }
    }
    edits
}

fn removals(module: &Module) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (func, function) in module.functions.iter() {
        let used = used(function);
        for inst in function.order.iter().flat_map(|block| &function.blocks[*block].insts) {
            let data = &function.insts[*inst];
            if !data.op.is_terminator() && data.results.iter().all(|value| !used[value.index()]) {
                edits.push(Edit::Remove(func, *inst));
            }
        }
    }
    edits
}

/// Where control comes from and goes to in one way only.
fn merges(module: &Module) -> Vec<Edit> {
    let blocks = |(func, function): (Func, &Function)| {
        let order = function.order.clone();
        order.into_iter().map(move |block| Edit::Merge(func, block))
    };
    let single = |edit: &Edit| matches!(edit, Edit::Merge(func, block) if only_next(&module.functions[*func], *block).is_some());
    module.functions.iter().flat_map(blocks).filter(single).collect()
}

fn only_next(function: &Function, block: Block) -> Option<Block> {
    let last = &function.insts[*function.blocks[block].insts.last()?];
    let [target] = last.targets() else { return None };
    let next = target.block;
    let from =
        function.order.iter().flat_map(|from| function.successors(*from)).filter(|to| *to == next).count();
    let plain = last.op == Op::Jump && next != block && next != function.entry();
    (plain && from == 1).then_some(next)
}

fn merge(function: &mut Function, block: Block) {
    // Others of the same group may have changed what there is.
    if !function.order.contains(&block) {
        return;
    }
    let Some(next) = only_next(function, block) else { return };
    let handed = function.insts[function.terminator(block)].targets()[0].args.clone();
    let params = std::mem::take(&mut function.blocks[next].params);
    for (param, value) in params.into_iter().zip(handed) {
        function.values[param].def = Def::Gone;
        edit::map_uses(function, |used| if used == param { value } else { used });
    }
    let rest = std::mem::take(&mut function.blocks[next].insts);
    let insts = &mut function.blocks[block].insts;
    insts.pop();
    insts.extend(rest);
    function.order.retain(|other| *other != next);
}

fn constants(module: &Module) -> Vec<Edit> {
    let replaceable = |(func, _, inst): &(Func, Block, Inst)| {
        let function = &module.functions[*func];
        let data = &function.insts[*inst];
        // A pair or several results would take several instructions.
        let single = matches!(data.results[..], [result] if function.ty(result) != Type::Pair);
        single && !matches!(data.op, Op::Iconst | Op::Fconst | Op::Bconst | Op::Pconst | Op::Xconst)
    };
    live_insts(module).filter(replaceable).map(|(func, _, inst)| Edit::Constant(func, inst)).collect()
}

fn params(module: &Module) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (func, function) in module.functions.iter() {
        // Those of the entry are the function's. From the last: numbers of the ones before stay what they are.
        for block in function.order.iter().skip(1) {
            let params = function.blocks[*block].params.iter().enumerate().rev();
            let plain = params.filter(|(_, param)| function.ty(**param) != Type::Pair);
            edits.extend(plain.map(|(number, _)| Edit::Param(func, *block, number)));
        }
    }
    edits
}

fn slots(module: &Module) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (func, _, inst) in live_insts(module) {
        let function = &module.functions[func];
        let Some(state) = function.insts[inst].state() else { continue };
        for (number, value) in function.states[state].values.iter().enumerate() {
            // A result is filled in by the callee: the shape of the frame.
            if !matches!(value, FrameValue::Dead | FrameValue::Result(_)) {
                edits.push(Edit::Dead(func, state, number));
            }
        }
    }
    edits
}

fn param(function: &mut Function, block: Block, number: usize) {
    let Some(old) = function.blocks[block].params.get(number).copied() else { return };
    let reaches = |from: &Block| function.successors(*from).any(|to| to == block);
    let preds: Vec<Block> = function.order.iter().copied().filter(reaches).collect();
    edit::remove_param(function, block, number, &preds);
    let inst = make_constant(function, function.ty(old));
    let new = function.insts[inst].results[0];
    function.blocks[block].insts.insert(0, inst);
    edit::map_uses(function, |value| if value == old { new } else { value });
}

fn apply(module: &mut Module, edit: Edit) {
    match edit {
        Edit::Empty(func) => empty(&mut module.functions[func]),
        Edit::Only(func, block, target) => only(&mut module.functions[func], block, target),
        Edit::Remove(func, inst) => {
            let function = &mut module.functions[func];
            for block in function.order.clone() {
                function.blocks[block].insts.retain(|other| *other != inst);
            }
        }
        Edit::Merge(func, block) => merge(&mut module.functions[func], block),
        Edit::Constant(func, inst) => constant(&mut module.functions[func], inst),
        Edit::Param(func, block, number) => param(&mut module.functions[func], block, number),
        Edit::Dead(func, state, number) => {
            if let Some(slot) = module.functions[func].states[state].values.get_mut(number) {
                *slot = FrameValue::Dead;
            }
        }
    }
    drop_unreachable(module);
}

fn empty(function: &mut Function) {
    let results = function.signature.results.clone();
    let entry = function.entry();
    let mut insts = Vec::new();
    let mut values = ir::Values::new();
    for ty in results {
        if ty == Type::Pair {
            let zero = make_constant(function, Type::I64);
            let word = function.insts[zero].results[0];
            let args = [word, word].into_iter().collect();
            let pair = function.make_inst(Op::PairMake, None, args, Imm::None, &[Type::Pair]);
            insts.extend([zero, pair]);
        } else {
            insts.push(make_constant(function, ty));
        }
        values.push(function.insts[*insts.last().expect("just pushed")].results[0]);
    }
    insts.push(function.make_inst(Op::Return, None, values, Imm::None, &[]));
    function.blocks[entry].insts = insts;
    function.order.truncate(1);
}

fn constant_parts(ty: Type) -> (Op, Option<Type>, Imm) {
    match ty {
        Type::I32 | Type::I64 => (Op::Iconst, Some(ty), Imm::Int(0)),
        Type::F64 => (Op::Fconst, None, Imm::Float(0)),
        Type::Bool => (Op::Bconst, None, Imm::Int(0)),
        Type::Ptr => (Op::Pconst, None, Imm::Int(0)),
        Type::Boxed | Type::Pair => (Op::Xconst, None, Imm::Int(0)),
    }
}

fn make_constant(function: &mut Function, ty: Type) -> Inst {
    let (op, controlling, imm) = constant_parts(ty);
    function.make_inst(op, controlling, ir::Values::new(), imm, &[ty])
}

fn constant(function: &mut Function, inst: Inst) {
    let Some(result) = function.insts[inst].results.first().copied() else { return };
    let (op, controlling, imm) = constant_parts(function.ty(result));
    let data = &mut function.insts[inst];
    (data.op, data.ty, data.imm) = (op, controlling, imm);
    data.args.clear();
}

fn only(function: &mut Function, block: Block, number: usize) {
    let Some(last) = function.blocks[block].insts.last().copied() else { return };
    let data = &mut function.insts[last];
    let Some(target) = data.targets().get(number).cloned() else { return };
    (data.op, data.ty) = (Op::Jump, None);
    data.args.clear();
    data.imm = Imm::Targets(Box::new(ir::Targets { list: vec![target], cases: Vec::new() }));
}

fn drop_unreachable(module: &mut Module) {
    let funcs: Vec<Func> = module.functions.keys().collect();
    for func in funcs {
        let function = &mut module.functions[func];
        let Some(entry) = function.order.first().copied() else { continue };
        let (mut reached, mut pending) = (BTreeSet::from([entry.index()]), vec![entry]);
        while let Some(block) = pending.pop() {
            let next: Vec<Block> = function.successors(block).collect();
            pending.extend(next.into_iter().filter(|block| reached.insert(block.index())));
        }
        function.order.retain(|block| reached.contains(&block.index()));
    }
}

/// Removes pure instructions that nothing uses, and what only they used.
fn sweep(best: &mut Module, fails: &mut dyn FnMut(&Module) -> bool) {
    let mut candidate = best.clone();
    let funcs: Vec<Func> = candidate.functions.keys().collect();
    for func in funcs {
        while sweep_once(&mut candidate.functions[func]) {}
    }
    if fails(&candidate) {
        *best = candidate;
    }
}

/// By value: whether an instruction or frame state names it.
fn used(function: &Function) -> Vec<bool> {
    let mut used = vec![false; function.values.len()];
    for block in &function.order {
        for inst in &function.blocks[*block].insts {
            function.each_use(*inst, |value| used[value.index()] = true);
        }
    }
    used
}

fn sweep_once(function: &mut Function) -> bool {
    let used = used(function);
    let mut changed = false;
    for block in function.order.clone() {
        let insts = std::mem::take(&mut function.blocks[block].insts);
        let before = insts.len();
        let needed = |inst: &Inst| {
            let data = &function.insts[*inst];
            data.op.effect() != ir::Effect::Pure || data.results.iter().any(|value| used[value.index()])
        };
        let kept: Vec<Inst> = insts.into_iter().filter(needed).collect();
        changed |= kept.len() != before;
        function.blocks[block].insts = kept;
    }
    changed
}
