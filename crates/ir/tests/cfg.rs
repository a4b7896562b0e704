//! The control-flow graph against its definitions, and walks that must end on broken functions.

use ir::cfg::{Cfg, Loops};
use ir::random::Rng;
use ir::*;
use std::collections::HashSet;

/// A function of nothing but branches: block `i` goes to the blocks of `edges[i]`, or returns.
fn graph(edges: &[Vec<usize>]) -> Function {
    let mut func = Function::default();
    let blocks: Vec<Block> = edges.iter().map(|_| func.add_block()).collect();
    for (from, to) in blocks.iter().zip(edges) {
        let list: Vec<Target> =
            to.iter().map(|i| Target { block: blocks[*i], args: Values::new() }).collect();
        let (op, imm) = match list.len() {
            0 => (Op::Return, Imm::None),
            1 => (Op::Jump, Imm::Targets(Box::new(Targets { list, cases: Vec::new() }))),
            // Whether there are operands and cases plays no part here.
            _ => (Op::Switch, Imm::Targets(Box::new(Targets { list, cases: Vec::new() }))),
        };
        let inst = func.make_inst(op, None, Values::new(), imm, &[]);
        func.blocks[*from].insts.push(inst);
    }
    func
}

fn random_edges(rng: &mut Rng, blocks: usize) -> Vec<Vec<usize>> {
    let mut edges = vec![Vec::new(); blocks];
    for (from, to) in edges.iter_mut().enumerate() {
        let degree = if rng.chance(90) { 1 + rng.below(2) } else { rng.below(4) };
        for _ in 0..degree {
            // Mostly near by, so that the graphs are deep.
            let near = rng.chance(70);
            let at = if near { from + rng.index(5) } else { rng.index(blocks) };
            // The entry has no predecessors.
            to.push(at.saturating_sub(usize::from(near && rng.chance(20))).clamp(1, blocks - 1));
        }
    }
    edges
}

/// Blocks reached from the entry without passing `without`.
fn reached(func: &Function, without: Option<Block>) -> HashSet<Block> {
    let mut seen = HashSet::new();
    let mut work = vec![func.entry()];
    while let Some(block) = work.pop() {
        if Some(block) != without && seen.insert(block) {
            work.extend(func.successors(block));
        }
    }
    seen
}

#[test]
fn dominators_agree_with_their_definition() {
    let mut rng = Rng::new(5);
    let mut deep = 0;
    for _ in 0..400 {
        let blocks = 2 + rng.index(18);
        let func = graph(&random_edges(&mut rng, blocks));
        let cfg = Cfg::new(&func);
        let live = reached(&func, None);
        assert_eq!(cfg.rpo.iter().copied().collect::<HashSet<Block>>(), live);
        for a in func.order.iter().copied() {
            let around = reached(&func, Some(a));
            for b in func.order.iter().copied() {
                let expected = live.contains(&a) && live.contains(&b) && !around.contains(&b);
                assert_eq!(cfg.dominates(a, b), expected, "{a} over {b} in {func:?}");
            }
        }
        for block in live.iter().copied() {
            let strict = live.iter().filter(|a| **a != block && cfg.dominates(**a, block));
            // The immediate one is the strict dominator that all the others dominate.
            let nearest = strict.max_by_key(|a| live.iter().filter(|b| cfg.dominates(**b, **a)).count());
            assert_eq!(cfg.idom(block), nearest.copied());
            deep += usize::from(nearest.is_some_and(|a| cfg.idom(*a).is_some()));
        }
    }
    assert!(deep > 1000, "only {deep} blocks have more than one dominator");
}

#[test]
fn loops_are_what_goes_round() {
    let mut rng = Rng::new(6);
    let mut found = 0;
    for _ in 0..300 {
        let func = graph(&random_edges(&mut rng, 12));
        let cfg = Cfg::new(&func);
        let loops = Loops::new(&func, &cfg);
        for (index, l) in loops.list.iter().enumerate() {
            found += 1;
            assert!(l.latches.iter().all(|latch| func.successors(*latch).any(|b| b == l.header)));
            assert!(l.blocks.iter().all(|b| cfg.dominates(l.header, *b) && loops.contains(index, *b)));
        }
    }
    assert!(found > 100, "only {found} loops");
}

/// The square of this many checks takes minutes.
#[test]
fn many_checks_with_one_exit_take_linear_time() {
    const CHECKS: usize = 100_000;
    let mut edges: Vec<Vec<usize>> = (0..CHECKS).map(|i| vec![i + 1, CHECKS + 1]).collect();
    edges.extend([vec![], vec![]]);
    let func = graph(&edges);
    let start = std::time::Instant::now();
    let cfg = Cfg::new(&func);
    assert!(start.elapsed().as_secs() < 5);
    assert_eq!(cfg.idom(func.order[CHECKS + 1]), Some(func.entry()));
    assert_eq!(cfg.idom(func.order[CHECKS]), Some(func.order[CHECKS - 1]));
}

#[test]
fn a_chain_of_parents_that_comes_back_is_walked_to_an_end() {
    let mut func = graph(&[vec![]]);
    let value = func.add_param(func.entry(), Type::I32);
    let state = |parent| StateData { code: 0, offset: 0, values: vec![FrameValue::Value(value)], parent };
    let first = func.states.push(state(Some(State(1))));
    func.states.push(state(Some(State(2))));
    func.states.push(state(Some(State(1))));
    let mut uses = 0;
    func.each_state_use(first, &mut |v| uses += usize::from(v == value));
    assert!(uses >= 3);
}
