//! Floats stay floats on their way: a block parameter that is read as a float only, and comes from a float on some edge, becomes
//! one. Guests keep numbers as words, so that where ways meet a word is made of a number and a number of the word, each time
//! by way of a machine register of the other kind.

use super::{Context, Pass, edit};
use crate::cfg::Cfg;
use crate::entity::{Block, Inst, Table, Value};
use crate::function::{Function, Imm, Values};
use crate::ops::Op;
use crate::types::Type;
use rustc_hash::FxHashSet;

/// The pass.
pub const PASS: Pass =
    Pass { name: "convert", summary: "hand floats to blocks that read a parameter as one", run };

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let reads = reads(func);
    let cfg = Cfg::new(func);
    let mut renames = edit::Renames::new();
    let mut read = FxHashSet::default();
    for block in func.order.clone().into_iter().skip(1) {
        // From behind: the ones in front keep their places.
        for index in (0..func.blocks[block].params.len()).rev() {
            let Read::Float(readers) = &reads[func.blocks[block].params[index]] else { continue };
            let Some(edges) = edges(func, &cfg, block) else { break };
            if edges.iter().any(|edge| float_of(func, edge.argument(func, index)).is_some()) {
                let param = hand_float(func, block, index, &edges);
                for reader in readers {
                    renames.add(func.insts[*reader].results[0], param);
                    read.insert(*reader);
                }
                edit::remove_param(func, block, index, &cfg.preds[block]);
                ctx.count("parameters made floats", 1);
            }
        }
    }
    renames.apply(func);
    for block in func.order.clone() {
        edit::retain(func, block, |_, inst| !read.contains(&inst));
    }
    !renames.is_empty()
}

/// How a value is read.
#[derive(Clone)]
enum Read {
    Never,
    /// By these instructions, which make a float of it.
    Float(Vec<Inst>),
    /// In other ways.
    Word,
}

fn reads(func: &Function) -> Table<Value, Read> {
    let mut reads = Table::filled(func.values.len(), Read::Never);
    for block in &func.order {
        for inst in &func.blocks[*block].insts {
            let is_float = func.insts[*inst].op == Op::BitsToF64;
            func.each_use(*inst, |value| match &mut reads[value] {
                Read::Float(insts) if is_float => insts.push(*inst),
                read @ Read::Never if is_float => *read = Read::Float(vec![*inst]),
                read => *read = Read::Word,
            });
        }
    }
    reads
}

/// One way into a block.
struct Edge {
    from: Block,
    number: usize,
}

impl Edge {
    fn argument(&self, func: &Function, index: usize) -> Value {
        func.insts[func.terminator(self.from)].targets()[self.number].args[index]
    }
}

/// The ways into a block, if all of them are jumps and branches: behind a call that catches there is no room for code.
fn edges(func: &Function, cfg: &Cfg, block: Block) -> Option<Vec<Edge>> {
    let mut sources = cfg.preds[block].to_vec();
    sources.sort_unstable();
    sources.dedup();
    let mut edges = Vec::new();
    for from in sources {
        let last = &func.insts[func.terminator(from)];
        if !matches!(last.op, Op::Jump | Op::Brif | Op::Switch) {
            return None;
        }
        let into = last.targets().iter().enumerate().filter(|(_, target)| target.block == block);
        edges.extend(into.map(|(number, _)| Edge { from, number }));
    }
    Some(edges)
}

/// The float that a word was made of.
fn float_of(func: &Function, word: Value) -> Option<Value> {
    let data = &func.insts[edit::defining_inst(func, word)?];
    (data.op == Op::F64ToBits).then(|| data.args[0])
}

/// A parameter of type `f64` at the end of the block's, and what is handed to it on each edge: what the word at `index` is.
fn hand_float(func: &mut Function, block: Block, index: usize, edges: &[Edge]) -> Value {
    let param = func.add_param(block, Type::F64);
    for edge in edges {
        let argument = edge.argument(func, index);
        let float = float_of(func, argument).unwrap_or_else(|| convert(func, edge.from, argument));
        let last = func.terminator(edge.from);
        func.insts[last].targets_mut()[edge.number].args.push(float);
    }
    param
}

/// The float of a word at the end of a block.
fn convert(func: &mut Function, block: Block, word: Value) -> Value {
    let inst = func.make_inst(Op::BitsToF64, None, Values::from_slice(&[word]), Imm::None, &[Type::F64]);
    let at = func.blocks[block].insts.len() - 1;
    func.insts[inst].position = func.insts[func.terminator(block)].position;
    func.blocks[block].insts.insert(at, inst);
    func.insts[inst].results[0]
}
