//! Reduction: smaller versions of a program, as long as they keep failing.
//!
//! Edits are tried from coarse to fine until none helps: bodies of functions go, branches lose all targets but one,
//! instructions without results go, those with results become constants. Groups of edits that are too many at once are
//! split (delta debugging; Zeller and Hildebrandt, 2002). What nothing uses any more is swept away in between.

use ir::{Block, Entity, Func, Function, Imm, Inst, Module, Op, Type};
use std::collections::BTreeSet;

/// One way to make a program smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    /// The function returns constants.
    Empty(Func),
    /// The block ends with a jump to its terminator's target of this number.
    Only(Func, Block, usize),
    /// The instruction goes; it has no results.
    Remove(Func, Inst),
    /// The instruction's results are constants.
    Constant(Func, Inst),
}

/// Shrinks a module while `fails` says that it still fails. `fails` also refuses modules that cannot be run.
pub fn reduce(module: &Module, fails: &mut dyn FnMut(&Module) -> bool) -> Module {
    let mut best = module.clone();
    loop {
        let before = size(&best);
        for kind in [empties, onlys, removals, constants] {
            shrink(&mut best, kind, fails);
            sweep(&mut best, fails);
        }
        if size(&best) >= before {
            return best;
        }
    }
}

/// Instructions of a module.
pub(crate) fn size(module: &Module) -> usize {
    let insts = |function: &Function| function.order.iter().map(|b| function.blocks[*b].insts.len()).sum::<usize>();
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
    let worth = |function: &Function| function.order.len() > 1 || function.blocks[function.entry()].insts.len() > 1;
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
    let removable = |(func, _, inst): &(Func, Block, Inst)| {
        let data = &module.functions[*func].insts[*inst];
        data.results.is_empty() && !data.op.is_terminator()
    };
    live_insts(module).filter(removable).map(|(func, _, inst)| Edit::Remove(func, inst)).collect()
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
        Edit::Constant(func, inst) => constant(&mut module.functions[func], inst),
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

fn sweep_once(function: &mut Function) -> bool {
    let mut used = vec![false; function.values.len()];
    for block in &function.order {
        for inst in &function.blocks[*block].insts {
            function.each_use(*inst, |value| used[value.index()] = true);
        }
    }
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
