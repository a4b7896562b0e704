//! Tail recursion: a function that calls itself last goes back to its start instead.
//!
//! What remains to be done to the results of such a call is done ahead of it, on accumulators that the loop carries: wrapping
//! sums and products (`add + factor * result`), and one of `band`, `bor` and `bxor`. Never floats, whose operations are not
//! associative. As gcc's tree-tailcall does; `fib`, which adds the results of two calls, becomes a loop with one call in it.
//!
//! The caller's frame is gone then. So a call that has a frame state stays where something may leave the function, and what
//! leaves a function returns what the frame there returns, which must not lack what accumulators hold. The loop polls where the
//! function did. A recursion without an end, which overflows the stack, becomes a loop without an end: a guest that promises an
//! error there leaves this pass out.

mod accumulate;
mod ending;

use super::{Context, Pass, edit};
use crate::builder::Builder;
use crate::cfg::Cfg;
use crate::entity::{Block, Inst, Value};
use crate::function::{Function, Imm, Target, Targets, Values};
use crate::ops::{Effect, Op};
use accumulate::{Accumulator, Kind};
use ending::Ending;

/// The pass.
pub const PASS: Pass =
    Pass { name: "tail", summary: "turn calls of a function by itself at its end into loops", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    if !self_calls(func, ctx).any(|_| true) {
        return false;
    }
    let cfg = Cfg::new(func);
    let changed = cfg.rpo.len() != func.order.len() && edit::remove_unreachable(func, &cfg);
    let (sites, kinds) = choose(func, ctx);
    if sites.is_empty() {
        return changed;
    }
    ctx.count("tail calls removed", sites.len() as u32);
    let accumulators = enter_loop(func, &kinds);
    let header = func.order[1];
    let returns: Vec<Block> = func.order.clone();
    for site in &sites {
        go_back(func, header, site, &accumulators);
    }
    for block in returns {
        finish(func, block, &accumulators);
    }
    edit::remove_unreachable(func, &Cfg::new(func));
    true
}

/// A call to be replaced.
struct Site {
    block: Block,
    /// Where in the block.
    at: usize,
    ending: Ending,
}

/// Calls of the function by itself that do not catch, with their places.
fn self_calls<'a>(
    func: &'a Function,
    ctx: &'a Context<'_>,
) -> impl Iterator<Item = (Block, usize, Inst)> + 'a {
    let own = |inst: &Inst| matches!(func.insts[*inst].imm, Imm::Func { func, catches: false, .. } if func == ctx.func);
    func.order.iter().flat_map(move |block| {
        let insts = func.blocks[*block].insts.iter().enumerate();
        insts.filter(move |(_, inst)| own(inst)).map(move |(at, inst)| (*block, at, *inst))
    })
}

/// The calls at the function's end that can be replaced, and what each result needs for that.
fn choose(func: &Function, ctx: &Context<'_>) -> (Vec<Site>, Vec<Kind>) {
    let mut kinds = vec![Kind::Plain; func.signature.results.len()];
    let (mut sites, leaves) = (Vec::new(), leaves(func, ctx));
    for (block, at, call) in self_calls(func, ctx) {
        let Some(ending) = Ending::of(func, block, at) else { continue };
        if leaves && func.insts[call].state().is_some() {
            ctx.count("tail calls kept: frame state", 1);
        } else if leaves && !ending.is_plain() {
            ctx.count("tail calls kept: exits need the results", 1);
        } else if let Some(joined) = ending.join(&kinds) {
            kinds = joined;
            sites.push(Site { block, at, ending });
        } else {
            ctx.count("tail calls kept: different operations", 1);
        }
    }
    (sites, kinds)
}

/// Whether control may leave the function through a frame state, now or once the calls that have one are inlined.
fn leaves(func: &Function, ctx: &Context<'_>) -> bool {
    func.order.iter().flat_map(|block| &func.blocks[*block].insts).any(|inst| {
        let data = &func.insts[*inst];
        match data.imm {
            Imm::Func { func: callee, state, .. } => callee != ctx.func && state.is_some(),
            _ => data.op.effect() == Effect::Guard || data.op == Op::Deopt,
        }
    })
}

/// Puts an entry in front of the function, whose first block becomes the header of a loop that carries accumulators.
fn enter_loop(func: &mut Function, kinds: &[Kind]) -> Vec<Accumulator> {
    let (header, entry) = (func.entry(), func.add_block());
    func.order.pop();
    func.order.insert(0, entry);
    func.blocks[entry].cold = func.blocks[header].cold;
    for param in func.blocks[header].params.clone() {
        edit::param_like(func, entry, param);
    }
    let mut args = func.blocks[entry].params.clone();
    let mut accumulators = Vec::new();
    for (kind, ty) in kinds.iter().zip(func.signature.results.clone()) {
        let mut b = Builder::at(func, entry);
        args.extend(kind.start(&mut b, ty).values());
        accumulators.push(kind.params(func, header, ty));
    }
    jump(func, entry, header, args, u32::MAX);
    accumulators
}

/// Replaces a call, and everything up to the end of the function, by a jump to its start.
fn go_back(func: &mut Function, header: Block, site: &Site, accumulators: &[Accumulator]) {
    let behind = func.blocks[site.block].insts.split_off(site.at);
    let (call, rest) = behind.split_first().expect("the call is there");
    let (args, position) = (func.insts[*call].args.clone(), func.insts[*call].position);
    func.blocks[site.block].insts.extend(rest.iter().filter(|inst| site.ending.keeps(**inst)));
    let stands = site.ending.copy(func, site.block);
    let mut b = Builder::at(func, site.block);
    b.set_position(position);
    let mut args = args;
    for (accumulator, steps) in accumulators.iter().zip(site.ending.steps()) {
        // The last step first: what is done to the result in the end is next to what the accumulator does to it.
        let next = steps.iter().rev().fold(*accumulator, |next, step| next.behind(&mut b, step, &stands));
        args.extend(next.values());
    }
    edit::forget(func, *call);
    rest.iter().filter(|inst| !site.ending.keeps(**inst)).for_each(|inst| edit::forget(func, *inst));
    jump(func, site.block, header, args, position);
}

/// Does to the results at a `return` what the accumulators say.
fn finish(func: &mut Function, block: Block, accumulators: &[Accumulator]) {
    let last = func.terminator(block);
    if func.insts[last].op != Op::Return {
        return;
    }
    func.blocks[block].insts.pop();
    let mut b = Builder::at(func, block);
    let data = &b.func().insts[last];
    let (args, position) = (data.args.clone(), data.position);
    b.set_position(position);
    let results: Values = accumulators
        .iter()
        .zip(&args)
        .map(|(accumulator, value)| accumulator.apply(&mut b, *value))
        .collect();
    func.insts[last].args = results;
    func.blocks[block].insts.push(last);
}

fn jump(func: &mut Function, from: Block, to: Block, args: impl IntoIterator<Item = Value>, position: u32) {
    let list = vec![Target { block: to, args: args.into_iter().collect() }];
    let targets = Imm::Targets(Box::new(Targets { list, cases: Vec::new() }));
    let jump = func.make_inst(Op::Jump, None, Values::new(), targets, &[]);
    func.insts[jump].position = position;
    func.blocks[from].insts.push(jump);
}
