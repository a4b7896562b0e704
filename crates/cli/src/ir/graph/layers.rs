//! What a picture shows: boxes in layers, edges from layer to layer.

use super::{CHARACTER, LINE, PADDING};
use ir::cfg::Cfg;
use ir::text::InstText;
use ir::{Block, Entity, Function, Imm, Module, Op, Table};

/// Longest line of a box, in characters.
const LONGEST: usize = 96;

/// A block.
pub(super) struct Node {
    pub(super) lines: Vec<String>,
    pub(super) cold: bool,
    pub(super) reachable: bool,
    pub(super) layer: usize,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Why control goes along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The condition is true.
    True,
    /// The condition is false.
    False,
    /// Always.
    Jump,
    /// A case of a switch.
    Case(i32),
    /// No case of a switch.
    Default,
}

/// An edge between boxes, by their indices.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: Kind,
    /// Whether it goes up, or from a block to itself.
    pub(super) back: bool,
}

/// A function as boxes and edges.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

impl Graph {
    pub(super) fn of(module: &Module, function: &Function) -> Graph {
        let cfg = Cfg::new(function);
        let order = order(function, &cfg);
        let mut index = Table::filled(function.blocks.len(), usize::MAX);
        for (i, block) in order.iter().enumerate() {
            index[*block] = i;
        }
        let mut edges = Vec::new();
        for (from, block) in order.iter().enumerate() {
            for (target, kind) in targets(function, *block) {
                let to = index[target];
                edges.push(Edge { from, to, kind, back: to <= from });
            }
        }
        let layers = layers(order.len(), &edges);
        let node = |(block, layer): (&Block, usize)| {
            let lines = lines(module, function, *block);
            let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
            Node {
                cold: function.blocks[*block].cold,
                reachable: cfg.is_reachable(*block),
                layer,
                width: longest as f64 * CHARACTER + 2.0 * PADDING,
                height: lines.len() as f64 * LINE + 2.0 * PADDING,
                lines,
            }
        };
        Graph { nodes: order.iter().zip(layers).map(node).collect(), edges }
    }

    /// Number of layers.
    pub(super) fn depth(&self) -> usize {
        self.nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0)
    }
}

/// Live blocks: reachable ones in reverse postorder, then the others.
fn order(function: &Function, cfg: &Cfg) -> Vec<Block> {
    let mut order = cfg.rpo.clone();
    order.extend(function.order.iter().copied().filter(|block| !cfg.is_reachable(*block)));
    order
}

fn targets(function: &Function, block: Block) -> Vec<(Block, Kind)> {
    let Some(last) = function.blocks[block].insts.last() else { return Vec::new() };
    let data = &function.insts[*last];
    let Imm::Targets(targets) = &data.imm else { return Vec::new() };
    let kind = |i: usize| match data.op {
        Op::Brif if i == 0 => Kind::True,
        Op::Brif => Kind::False,
        Op::Switch => targets.cases.get(i).map_or(Kind::Default, |case| Kind::Case(*case)),
        _ => Kind::Jump,
    };
    targets.list.iter().enumerate().map(|(i, target)| (target.block, kind(i))).collect()
}

/// The layer of each box: below everything that leads to it, back-edges left aside.
fn layers(count: usize, edges: &[Edge]) -> Vec<usize> {
    let mut layers = vec![0; count];
    // Edges are sorted by source, sources come before what they lead to.
    for edge in edges.iter().filter(|edge| !edge.back) {
        layers[edge.to] = layers[edge.to].max(layers[edge.from] + 1);
    }
    layers
}

fn lines(module: &Module, function: &Function, block: Block) -> Vec<String> {
    let data = &function.blocks[block];
    let params: Vec<String> =
        data.params.iter().map(|param| format!("{param}: {}", function.ty(*param))).collect();
    let params = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
    let cold = if data.cold { " cold" } else { "" };
    let header = format!("block{}{params}{cold}:", block.index());
    let insts = data.insts.iter().map(|inst| InstText { module, function, inst: *inst }.to_string());
    std::iter::once(header).chain(insts).map(|line| shortened(&line)).collect()
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}\u{2026}", &line[..cut]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_know_their_kind_and_direction() {
        let text = "func @f(bool, i32) {\nblock0(v0: bool, v1: i32):\n  jump block1\nblock1:\n  brif v0, block1, block2\n\
            block2 cold:\n  switch v1, 7: block3, default block1\nblock3:\n  return\nblock4:\n  jump block3\n}\n";
        let module = ir::text::parse(text).expect("it is right");
        let graph = Graph::of(&module, &module.functions[ir::Func(0)]);
        let seen: Vec<_> = graph.edges.iter().map(|e| (e.from, e.to, e.kind, e.back)).collect();
        let wanted = [
            (0, 1, Kind::Jump, false),
            (1, 1, Kind::True, true),
            (1, 2, Kind::False, false),
            (2, 3, Kind::Case(7), false),
            (2, 1, Kind::Default, true),
        ];
        assert_eq!(seen[..5], wanted);
        assert_eq!(graph.nodes.iter().map(|n| n.layer).collect::<Vec<_>>(), [0, 1, 2, 3, 0]);
        assert!(graph.nodes[2].cold && !graph.nodes[4].reachable);
    }
}
