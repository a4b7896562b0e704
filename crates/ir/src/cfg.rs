//! The control-flow graph of a function: predecessors, reverse postorder, dominators, natural loops.
//!
//! Dominators: Semi-NCA, from Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems"; unlike the usual
//! iteration over intersections it stays fast on many checks that share one exit block.

use crate::entity::{Block, Entity, Table};
use crate::function::Function;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;
use std::cell::OnceCell;

/// Predecessors of a block; most have few.
pub type Preds = SmallVec<[Block; 4]>;

/// Predecessors, order and dominators, as of the moment of computation.
#[derive(Clone, Debug)]
pub struct Cfg {
    /// Reachable blocks in reverse postorder, the entry first.
    pub rpo: Vec<Block>,
    /// Predecessors of every block, once per edge; unreachable ones are left out.
    pub preds: Table<Block, Preds>,
    /// Position in `rpo`, or `u32::MAX` for unreachable blocks.
    position: Table<Block, u32>,
    /// The walk that dominators are found by, once somebody asks: half of the passes do not.
    tree: Tree,
    dominators: OnceCell<Dominators>,
}

#[derive(Clone, Debug)]
struct Dominators {
    /// Immediate dominator; the entry's is itself, an unreachable block's is meaningless.
    idom: Table<Block, Block>,
    /// Interval of the dominator tree's preorder: `a` dominates `b` when `b`'s entry lies in `a`'s interval.
    interval: Table<Block, (u32, u32)>,
}

impl Cfg {
    /// Analyses a function whose blocks all end in terminators.
    pub fn new(func: &Function) -> Cfg {
        let n = func.blocks.len();
        let walk = walk(func);
        let mut position = Table::filled(n, u32::MAX);
        for (i, block) in walk.rpo.iter().enumerate() {
            position[*block] = i as u32;
        }
        let mut preds = Table::filled(n, Preds::new());
        for block in &walk.rpo {
            for succ in func.successors(*block) {
                preds[succ].push(*block);
            }
        }
        Cfg { rpo: walk.rpo, preds, position, tree: walk.tree, dominators: OnceCell::new() }
    }

    fn dominators(&self) -> &Dominators {
        self.dominators.get_or_init(|| {
            let idom = dominators(&self.tree, &self.preds);
            let interval = intervals(&self.rpo, &idom);
            Dominators { idom, interval }
        })
    }

    /// A block, the newest of all, was put between another one and those of its predecessors that are not among some. Dominators
    /// stay what they were; of the new block, nothing but its predecessors is known.
    pub fn add_between(&mut self, block: Block, stays: impl Fn(Block) -> bool, made: Block) {
        self.dominators();
        let (stay, go): (Preds, Preds) = self.preds[block].iter().copied().partition(|pred| stays(*pred));
        self.preds[block] = stay;
        self.preds[block].push(made);
        self.preds.push(go);
    }

    /// Whether control can reach the block from the entry.
    pub fn is_reachable(&self, block: Block) -> bool {
        self.position[block] != u32::MAX
    }

    /// Position of a reachable block in reverse postorder.
    pub fn position(&self, block: Block) -> usize {
        self.position[block] as usize
    }

    /// The immediate dominator of a reachable block; `None` for the entry.
    pub fn idom(&self, block: Block) -> Option<Block> {
        let idom = self.dominators().idom[block];
        (idom != block).then_some(idom)
    }

    /// Whether every path from the entry to `b` passes `a`. A block dominates itself.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let interval = &self.dominators().interval;
        let (enter, leave) = interval[a];
        let at = interval[b].0;
        self.is_reachable(a) && self.is_reachable(b) && enter <= at && at < leave
    }

    /// Children of every block in the dominator tree, in reverse postorder.
    pub fn dominator_tree(&self) -> Table<Block, Vec<Block>> {
        let mut children = Table::filled(self.preds.len(), Vec::new());
        for block in &self.rpo {
            if let Some(parent) = self.idom(*block) {
                children[parent].push(*block);
            }
        }
        children
    }
}

/// A depth-first walk from the entry.
struct Walk {
    tree: Tree,
    /// Blocks in reverse postorder.
    rpo: Vec<Block>,
}

/// The tree of a depth-first walk.
#[derive(Clone, Debug, Default)]
struct Tree {
    /// Blocks in the order they were reached.
    preorder: Vec<Block>,
    /// Position in `preorder` of the block each was reached from; the entry's is 0.
    parent: Vec<u32>,
}

fn walk(func: &Function) -> Walk {
    let n = func.blocks.len();
    let tree = Tree { preorder: Vec::with_capacity(n), parent: Vec::with_capacity(n) };
    let mut walk = Walk { tree, rpo: Vec::with_capacity(n) };
    let mut seen = Table::filled(n, false);
    let Some(entry) = func.order.first().copied() else { return walk };
    seen[entry] = true;
    walk.tree.preorder.push(entry);
    walk.tree.parent.push(0);
    // Block, its position in preorder, its next successor.
    let mut stack = vec![(entry, 0u32, 0)];
    while let Some((block, number, next)) = stack.last_mut() {
        // By index: stepping through the successors each time would be quadratic in the cases of a switch.
        let targets = func.blocks[*block].insts.last().map_or(&[][..], |inst| func.insts[*inst].targets());
        match targets.get(*next).map(|target| target.block) {
            Some(succ) => {
                *next += 1;
                if !std::mem::replace(&mut seen[succ], true) {
                    walk.tree.parent.push(*number);
                    stack.push((succ, walk.tree.preorder.len() as u32, 0));
                    walk.tree.preorder.push(succ);
                }
            }
            None => {
                walk.rpo.push(*block);
                stack.pop();
            }
        }
    }
    walk.rpo.reverse();
    walk
}

/// Immediate dominators by Semi-NCA: semidominators with path compression, then nearest common ancestors in the tree
/// made so far. All numbers are positions in preorder.
fn dominators(tree: &Tree, preds: &Table<Block, Preds>) -> Table<Block, Block> {
    let n = tree.preorder.len();
    let mut number = Table::filled(preds.len(), 0);
    for (i, block) in tree.preorder.iter().enumerate() {
        number[*block] = i as u32;
    }
    let mut forest = Forest {
        ancestor: tree.parent.clone(),
        label: (0..n as u32).collect(),
        semi: (0..n as u32).collect(),
        path: Vec::new(),
    };
    for w in (1..n).rev() {
        let mut semi = tree.parent[w];
        for pred in &preds[tree.preorder[w]] {
            let best = forest.eval(number[*pred], w as u32 + 1);
            semi = semi.min(forest.semi[best as usize]);
        }
        forest.semi[w] = semi;
    }
    let mut idom = tree.parent.clone();
    for w in 1..n {
        let mut candidate = idom[w];
        while candidate > forest.semi[w] {
            candidate = idom[candidate as usize];
        }
        idom[w] = candidate;
    }
    let mut out = Table::filled(preds.len(), Block::from_index(0));
    for (i, block) in tree.preorder.iter().enumerate() {
        out[*block] = tree.preorder[idom[i] as usize];
    }
    out
}

/// The part of the depth-first tree whose semidominators are known.
struct Forest {
    /// An ancestor: the parent at first, farther up once a path was compressed.
    ancestor: Vec<u32>,
    /// Of the nodes from here up to below the ancestor, the one with the least semidominator.
    label: Vec<u32>,
    semi: Vec<u32>,
    /// Scratch space of `eval`.
    path: Vec<u32>,
}

impl Forest {
    /// The node with the least semidominator among `v` and its ancestors from `linked` on; `v` when it is not there.
    fn eval(&mut self, v: u32, linked: u32) -> u32 {
        let mut top = v;
        while self.ancestor[top as usize] >= linked {
            self.path.push(top);
            top = self.ancestor[top as usize];
        }
        // From the top down: everything on the path gets the ancestor of the topmost.
        while let Some(node) = self.path.pop() {
            let (above, node) = (top as usize, node as usize);
            self.ancestor[node] = self.ancestor[above];
            if self.semi[self.label[above] as usize] < self.semi[self.label[node] as usize] {
                self.label[node] = self.label[above];
            }
            top = node as u32;
        }
        self.label[v as usize]
    }
}

fn intervals(rpo: &[Block], idom: &Table<Block, Block>) -> Table<Block, (u32, u32)> {
    let n = idom.len();
    let mut size: Table<Block, u32> = Table::filled(n, 1);
    for block in rpo.iter().skip(1).rev() {
        let own = size[*block];
        size[idom[*block]] += own;
    }
    let mut interval = Table::filled(n, (0, 0));
    // Where the next child of each block starts.
    let mut cursor: Table<Block, u32> = Table::filled(n, 0);
    for (i, block) in rpo.iter().enumerate() {
        let enter = if i == 0 {
            0
        } else {
            let parent = idom[*block];
            let at = cursor[parent];
            cursor[parent] += size[*block];
            at
        };
        interval[*block] = (enter, enter + size[*block]);
        cursor[*block] = enter + 1;
    }
    interval
}

/// A natural loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// The block every iteration starts in; it dominates the others.
    pub header: Block,
    /// Blocks of the loop, inner loops' included, in reverse postorder, the header first.
    pub blocks: Vec<Block>,
    /// Sources of the back-edges.
    pub latches: Vec<Block>,
    /// Index of the innermost enclosing loop.
    pub parent: Option<usize>,
    /// Nesting depth, 1 for an outermost loop.
    pub depth: u32,
}

/// The loops of a function, outer before inner.
#[derive(Clone, Debug)]
pub struct Loops {
    /// Every loop.
    pub list: Vec<Loop>,
    /// Innermost loop of each block.
    innermost: Table<Block, Option<u32>>,
}

impl Loops {
    /// Finds the natural loops. Irreducible cycles (no header that dominates them) are not among them.
    pub fn new(func: &Function, cfg: &Cfg) -> Loops {
        let mut loops = Loops { list: Vec::new(), innermost: Table::filled(func.blocks.len(), None) };
        // Headers in reverse postorder: an outer header comes before the inner ones.
        for header in &cfg.rpo {
            let latches: Vec<Block> =
                cfg.preds[*header].iter().copied().filter(|p| cfg.dominates(*header, *p)).collect();
            if latches.is_empty() {
                continue;
            }
            let parent = loops.innermost[*header].map(|i| i as usize);
            let depth = parent.map_or(1, |p| loops.list[p].depth + 1);
            let blocks = body(*header, &latches, cfg);
            let index = loops.list.len() as u32;
            for block in &blocks {
                loops.innermost[*block] = Some(index);
            }
            loops.list.push(Loop { header: *header, blocks, latches, parent, depth });
        }
        loops
    }

    /// Index of the innermost loop the block is in.
    pub fn innermost(&self, block: Block) -> Option<usize> {
        self.innermost[block].map(|i| i as usize)
    }

    /// Nesting depth of a block, 0 outside of loops.
    pub fn depth(&self, block: Block) -> u32 {
        self.innermost(block).map_or(0, |i| self.list[i].depth)
    }

    /// Whether the loop contains the block.
    pub fn contains(&self, index: usize, block: Block) -> bool {
        let mut at = self.innermost(block);
        while let Some(i) = at {
            if i == index {
                return true;
            }
            at = self.list[i].parent;
        }
        false
    }
}

fn body(header: Block, latches: &[Block], cfg: &Cfg) -> Vec<Block> {
    let mut inside: Vec<Block> = vec![header];
    let mut seen = FxHashSet::from_iter([header]);
    let mut work: Vec<Block> = latches.to_vec();
    while let Some(block) = work.pop() {
        if seen.insert(block) {
            inside.push(block);
            work.extend(cfg.preds[block].iter().copied());
        }
    }
    inside.sort_by_key(|b| cfg.position(*b));
    inside
}
