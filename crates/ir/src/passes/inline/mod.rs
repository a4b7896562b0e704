//! Inlining: direct calls become copies of their callees' bodies.
//!
//! Callees are optimized before their callers, so what is copied is final. A callee with guards needs a frame state on
//! the call: it becomes the caller of the copied states. An exception that leaves a copied body under `call catch`
//! becomes a jump; what may throw without saying so in a result (`poll`, `alloc`) cannot be copied there. A poll that is
//! in no loop of the callee is not copied where the caller polls as often anyway.
//!
//! A function is copied into itself as it was before; more than one level only where it is small. The calls of itself that
//! remain stand behind copies of the tests it starts with. `fib`, a loop with one call by then, at three levels takes 1.0 to 1.2
//! of gcc's time (`cargo bench -p codegen -- fib`), depending on where its code lies. One level takes 1.1 to 1.5, two 1.1 to
//! 1.3; more than three gain nothing, and none takes 2.5. gcc copies up to eight levels.

mod partial;
mod splice;

use super::layout::cold_blocks;
use super::{Context, Pass, edit};
use crate::cfg::{Cfg, Loop, Loops};
use crate::entity::{Block, Entity, Func, Inst, Table};
use crate::function::{Function, Imm};
use crate::ops::{Effect, Op};
use partial::Quick;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::rc::Rc;

/// The pass.
pub const PASS: Pass = Pass { name: "inline", summary: "replace direct calls by their callees' bodies", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    // Taken out of the module for the time, and about to change: what calls itself is inlined as it was.
    let own = calls(func).any(|(_, _, callee)| callee == ctx.func).then(|| func.clone());
    let quick = own.as_ref().and_then(|own| Quick::of(own, ctx.func));
    let (facts, layout) = (FxHashMap::default(), FxHashMap::default());
    let mut inliner = Inliner {
        ctx,
        own: own.as_ref(),
        quick,
        facts,
        added: 0,
        recursive: 0,
        queue: VecDeque::new(),
        layout,
    };
    let before = func.order.clone();
    inliner.start(func);
    let mut changed = false;
    while let Some(site) = inliner.queue.pop_front() {
        changed |= inliner.visit(func, &site);
    }
    if changed {
        func.order = edit::place_behind(before, inliner.layout);
    }
    drop_states(func) || changed
}

/// What was not worth inlining here is not worth it where this function is inlined, so nobody asks for the frames any
/// more, which only keep values alive.
fn drop_states(func: &mut Function) -> bool {
    let with_state: Vec<Inst> =
        calls(func).map(|(_, inst, _)| inst).filter(|inst| func.insts[*inst].state().is_some()).collect();
    for inst in &with_state {
        if let Imm::Func { state, .. } = &mut func.insts[*inst].imm {
            *state = None;
        }
    }
    !with_state.is_empty()
}

/// Every direct call.
fn calls(func: &Function) -> impl Iterator<Item = (Block, Inst, Func)> + '_ {
    func.order.iter().flat_map(move |block| {
        func.blocks[*block].insts.iter().filter_map(move |inst| match func.insts[*inst].imm {
            Imm::Func { func: callee, .. } => Some((*block, *inst, callee)),
            _ => None,
        })
    })
}

/// A call to decide on.
struct Site {
    inst: Inst,
    block: Block,
    /// Functions whose bodies the call is in, the one being optimized first.
    within: Rc<Vec<Func>>,
    in_loop: bool,
    cold: bool,
    /// Whoever comes by here again polls in between.
    polled: bool,
}

/// What decides about a callee, looked at once.
struct Facts {
    /// Instructions but for constants.
    size: u32,
    /// It may leave through a frame state.
    guards: bool,
    allocates: bool,
    /// It polls: in loops, elsewhere.
    polls: [bool; 2],
    cold: Table<Block, bool>,
    in_loop: Table<Block, bool>,
    /// The innermost loop of the block polls in every round; of a block in no loop, the function does at its entry.
    polled: Table<Block, bool>,
}

impl Facts {
    fn of(func: &Function) -> Facts {
        let cfg = Cfg::new(func);
        let loops = Loops::new(func, &cfg);
        let has_poll = |block: Block| func.blocks[block].insts.iter().any(|i| func.insts[*i].op == Op::Poll);
        let every_round = |of: &Loop| has_poll(of.header) || of.latches.iter().all(|latch| has_poll(*latch));
        let loop_polls: Vec<bool> = loops.list.iter().map(every_round).collect();
        let entry_polls = has_poll(func.entry());
        let mut in_loop = Table::filled(func.blocks.len(), false);
        let mut polled = Table::filled(func.blocks.len(), entry_polls);
        let (mut size, mut guards, mut allocates, mut polls) = (0, false, false, [false; 2]);
        for block in &func.order {
            if let Some(index) = loops.innermost(*block) {
                in_loop[*block] = true;
                polled[*block] = loop_polls[index];
            }
            for inst in &func.blocks[*block].insts {
                let data = &func.insts[*inst];
                let constant = data.args.is_empty() && data.op.effect() == Effect::Pure;
                size += u32::from(!constant);
                guards |= data.op.effect() == Effect::Guard || data.op == Op::Deopt;
                allocates |= data.op == Op::Alloc;
                polls[usize::from(!in_loop[*block])] |= data.op == Op::Poll;
            }
        }
        Facts { size, guards, allocates, polls, cold: cold_blocks(func, &cfg), in_loop, polled }
    }
}

/// Why a call stays, as the report counts it.
type Kept = &'static str;

struct Inliner<'a> {
    ctx: &'a Context<'a>,
    /// The function as it was, when it calls itself.
    own: Option<&'a Function>,
    /// The tests it started with then.
    quick: Option<Quick>,
    facts: FxHashMap<Func, Rc<Facts>>,
    /// Instructions added so far.
    added: u32,
    /// Those of them that are copies of functions inside of themselves.
    recursive: u32,
    queue: VecDeque<Site>,
    /// Blocks to be laid out behind each block, the last first.
    layout: FxHashMap<Block, Vec<Vec<Block>>>,
}

impl<'a> Inliner<'a> {
    /// Queues the calls of the function itself, those in loops first.
    fn start(&mut self, func: &Function) {
        let facts = Facts::of(func);
        let within = Rc::new(vec![self.ctx.func]);
        let mut sites: Vec<Site> = calls(func)
            .map(|(block, inst, _)| Site {
                inst,
                block,
                within: within.clone(),
                in_loop: facts.in_loop[block],
                cold: facts.cold[block],
                polled: facts.polled[block],
            })
            .collect();
        // The last of a block first: what follows a call moves to another block when it is replaced.
        sites.reverse();
        sites.sort_by_key(|site| !site.in_loop);
        self.queue.extend(sites);
    }

    fn body(&self, callee: Func) -> &'a Function {
        if callee == self.ctx.func
            && let Some(own) = self.own
        {
            return own;
        }
        &self.ctx.module.functions[callee]
    }

    fn visit(&mut self, func: &mut Function, site: &Site) -> bool {
        let Imm::Func { func: callee, .. } = func.insts[site.inst].imm else { return false };
        let facts = match self.decide(func, site, callee) {
            Ok(facts) => facts,
            Err(kept) => {
                self.ctx.count(kept, 1);
                return callee == self.ctx.func && self.test_first(func, site);
            }
        };
        self.ctx.count("calls inlined", 1);
        self.added += facts.size;
        if site.within.contains(&callee) {
            self.recursive += facts.size;
        }
        let skip = |from: Block| site.polled && !facts.in_loop[from];
        let body = splice::Body { callee: self.body(callee), skips_polls: &skip };
        let copied = splice::splice(func, self.ctx, site.block, site.inst, &body);
        let within: Rc<Vec<Func>> = Rc::new(site.within.iter().copied().chain([callee]).collect());
        // The last of a block first, as in the beginning.
        for call in copied.calls.into_iter().rev() {
            self.queue.push_back(Site {
                inst: call.inst,
                block: call.block,
                within: within.clone(),
                in_loop: site.in_loop || facts.in_loop[call.from],
                cold: facts.cold[call.from],
                polled: if facts.in_loop[call.from] { facts.polled[call.from] } else { site.polled },
            });
        }
        self.layout.entry(site.block).or_default().push(copied.blocks);
        true
    }

    /// Puts the tests that the function starts with in front of a call of it that stays.
    fn test_first(&mut self, func: &mut Function, site: &Site) -> bool {
        let Some(quick) = &self.quick else { return false };
        let full = self.added.saturating_add(quick.size) > self.ctx.options.inline_budget;
        if site.cold || full || quick.polls && !site.polled {
            return false;
        }
        self.ctx.count("calls behind copied tests", 1);
        self.added += quick.size;
        let body = splice::Body { callee: &quick.body, skips_polls: &|_| true };
        let copied = splice::splice(func, self.ctx, site.block, site.inst, &body);
        self.layout.entry(site.block).or_default().push(copied.blocks);
        true
    }

    fn decide(&mut self, func: &Function, site: &Site, callee: Func) -> Result<Rc<Facts>, Kept> {
        let options = self.ctx.options;
        let body = self.body(callee);
        if body.order.is_empty() {
            return Err("calls kept: no body");
        }
        if site.cold {
            return Err("calls kept: cold");
        }
        if site.within.len() as u32 > options.inline_depth {
            return Err("calls kept: too deep");
        }
        let times = site.within.iter().filter(|outer| **outer == callee).count() as u32;
        // Other recursive functions hold copies of themselves already.
        if times > if callee == self.ctx.func { options.inline_recursion } else { 0 } {
            return Err("calls kept: recursive");
        }
        let facts = self.facts.entry(callee).or_insert_with(|| Rc::new(Facts::of(body))).clone();
        let limit = options.inline_size.saturating_mul(if site.in_loop { 2 } else { 1 });
        if facts.size > limit {
            return Err("calls kept: too large");
        }
        if times > 1 && self.recursive.saturating_add(facts.size) > options.inline_size {
            return Err("calls kept: recursive");
        }
        if self.added.saturating_add(facts.size) > options.inline_budget {
            return Err("calls kept: over budget");
        }
        let call = &func.insts[site.inst];
        if facts.guards && call.state().is_none() {
            return Err("calls kept: no frame state");
        }
        let polls = facts.polls[0] || facts.polls[1] && !site.polled;
        if call.catches() && (facts.allocates || polls) {
            return Err("calls kept: polls or allocates under catch");
        }
        Ok(facts)
    }
}

/// Functions in the order in which they are to be optimized: callees before callers, as far as calls go in no circle.
pub fn callees_first(module: &crate::module::Module) -> Vec<Func> {
    let mut order = Vec::with_capacity(module.functions.len());
    let mut seen = Table::filled(module.functions.len(), false);
    let callees = |func: Func| {
        let function = &module.functions[func];
        let mut list: Vec<Func> = calls(function).map(|(_, _, callee)| callee).collect();
        list.reverse();
        list
    };
    for root in module.functions.keys() {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut path = vec![(root, callees(root))];
        while let Some((func, left)) = path.last_mut() {
            match left.pop() {
                Some(callee) if callee.index() >= seen.len() => {}
                Some(callee) => {
                    if !std::mem::replace(&mut seen[callee], true) {
                        path.push((callee, callees(callee)));
                    }
                }
                None => {
                    order.push(*func);
                    path.pop();
                }
            }
        }
    }
    order
}
