//! Dead code: instructions nobody needs, block parameters nobody reads.

use super::{Context, Pass, edit};
use crate::cfg::Cfg;
use crate::entity::{Block, Inst, Table, Value};
use crate::function::{Def, Function, Imm};
use crate::ops::{Effect, Op};

/// The pass.
pub const PASS: Pass =
    Pass { name: "dce", summary: "drop instructions and block parameters nobody needs", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let mut changed = edit::remove_unreachable(func, &cfg);
    // Nothing moves any more that could leave by them, and they keep alive what their states name.
    for block in func.order.clone() {
        changed |= edit::retain(func, block, |func, inst| func.insts[inst].op != Op::Anchor);
    }
    let live = Liveness::of(func, ctx);
    for block in func.order.clone() {
        changed |= edit::retain(func, block, |_, inst| live.insts[inst]);
        changed |= remove_dead_params(func, block, &cfg, &live);
    }
    changed
}

fn remove_dead_params(func: &mut Function, block: Block, cfg: &Cfg, live: &Liveness) -> bool {
    if block == func.entry() {
        return false;
    }
    let mut changed = false;
    for index in (0..func.blocks[block].params.len()).rev() {
        if !live.values[func.blocks[block].params[index]] {
            edit::remove_param(func, block, index, &cfg.preds[block]);
            changed = true;
        }
    }
    changed
}

/// Whether an instruction stays even when nobody reads its results.
pub fn is_root(func: &Function, ctx: &Context<'_>, inst: Inst) -> bool {
    let data = &func.insts[inst];
    match (data.op, &data.imm) {
        (Op::CallRuntime, Imm::Runtime { runtime, .. }) => !ctx.module.runtimes[*runtime].is_pure(),
        // A division by a constant other than zero cannot trap.
        (Op::Sdiv | Op::Udiv | Op::Srem | Op::Urem, _) => {
            edit::as_int(func, data.args[1]).is_none_or(|n| n == 0)
        }
        (op, _) => !matches!(op.effect(), Effect::Pure | Effect::Read | Effect::Alloc),
    }
}

/// What is needed, found from the roots: effects, terminators and what they use.
struct Liveness {
    insts: Table<Inst, bool>,
    values: Table<Value, bool>,
}

impl Liveness {
    fn of(func: &Function, ctx: &Context<'_>) -> Liveness {
        let mut live = Liveness {
            insts: Table::filled(func.insts.len(), false),
            values: Table::filled(func.values.len(), false),
        };
        let mut work = Vec::new();
        for block in &func.order {
            for inst in &func.blocks[*block].insts {
                if is_root(func, ctx, *inst) {
                    live.mark_inst(func, *inst, &mut work);
                }
            }
        }
        let incoming = incoming(func);
        while let Some(value) = work.pop() {
            match func.values[value].def {
                Def::Result(inst, _) => live.mark_inst(func, inst, &mut work),
                Def::Param(block, index) => {
                    for (pred, edge) in &incoming[block] {
                        let last = func.terminator(*pred);
                        live.mark(func.insts[last].targets()[*edge].args[index as usize], &mut work);
                    }
                }
                Def::Gone => {}
            }
        }
        live
    }

    /// Branch arguments do not count as uses of their own: they matter when the parameter does.
    fn mark_inst(&mut self, func: &Function, inst: Inst, work: &mut Vec<Value>) {
        if std::mem::replace(&mut self.insts[inst], true) {
            return;
        }
        for arg in &func.insts[inst].args {
            self.mark(*arg, work);
        }
        if let Some(state) = func.insts[inst].state() {
            func.each_state_use(state, &mut |v| self.mark(v, work));
        }
    }

    fn mark(&mut self, value: Value, work: &mut Vec<Value>) {
        if !std::mem::replace(&mut self.values[value], true) {
            work.push(value);
        }
    }
}

/// Edges into every block: source and number of the target.
fn incoming(func: &Function) -> Table<Block, Vec<(Block, usize)>> {
    let mut edges = Table::filled(func.blocks.len(), Vec::new());
    for block in &func.order {
        for (i, succ) in func.successors(*block).enumerate() {
            edges[succ].push((*block, i));
        }
    }
    edges
}
