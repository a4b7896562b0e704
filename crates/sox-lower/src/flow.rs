//! A function's control flow from one instruction on, and which registers are alive where.

use crate::operands::{Effect, Regs, effect};
use sox_bytecode::{Function, Inst, Module, Op};

/// A run of instructions that is entered at its start only.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Its first instruction.
    pub(crate) start: usize,
    /// Behind its last one.
    pub(crate) end: usize,
    /// Where its last instruction goes: to the next one first, if it does, then to the target of its jump.
    pub(crate) next: Vec<usize>,
    /// Blocks that go here, each as often as it does.
    pub(crate) from: Vec<usize>,
    /// One of them lies behind: it begins a loop.
    pub(crate) header: bool,
}

/// The blocks that control can reach.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    /// In reverse postorder; the first is where control comes in.
    pub(crate) blocks: Vec<Block>,
    /// For every instruction, which registers are read from there on before they are written.
    pub(crate) live: Vec<Regs>,
}

/// The target of a jump.
pub(crate) fn target(pc: usize, inst: Inst) -> usize {
    (pc + 1).wrapping_add_signed(inst.imm() as isize)
}

/// Whether an instruction may go elsewhere than to the next one.
pub(crate) fn jumps(op: Op) -> bool {
    op.imm() == sox_bytecode::Imm::Jump
}

/// The places where an instruction may go on.
fn successors(function: &Function, pc: usize) -> impl Iterator<Item = usize> + use<> {
    let inst = function.code[pc];
    let op = inst.op();
    let next = op.is_some_and(|op| !op.ends_block()).then_some(pc + 1);
    let jump = op.is_some_and(jumps).then(|| target(pc, inst));
    next.into_iter().chain(jump)
}

impl Flow {
    /// The control flow of a verified function that is entered at an instruction.
    pub(crate) fn new(module: &Module, function: &Function, entry: usize) -> Flow {
        let starts = starts(function, entry);
        let mut blocks = order(function, &starts, entry);
        link(&mut blocks, function);
        let live = liveness(module, function, &blocks);
        Flow { blocks, live }
    }

    /// The block that starts at an instruction.
    pub(crate) fn block_at(&self, pc: usize) -> Option<usize> {
        self.blocks.iter().position(|block| block.start == pc)
    }
}

/// Marks the instructions that blocks start at; jumps of code that is not reached do no harm.
pub(crate) fn starts(function: &Function, entry: usize) -> Vec<bool> {
    let mut starts = vec![false; function.code.len() + 1];
    starts[entry] = true;
    for (pc, inst) in function.code.iter().enumerate() {
        let Some(op) = inst.op() else { continue };
        if jumps(op) {
            starts[target(pc, *inst)] = true;
        }
        if jumps(op) || op.ends_block() {
            starts[pc + 1] = true;
        }
    }
    // Handlers begin and end blocks, so that what is alive in them is the same throughout.
    for handler in &function.handlers {
        starts[handler.start as usize] = true;
        starts[handler.end as usize] = true;
    }
    starts
}

fn end_of(function: &Function, starts: &[bool], start: usize) -> usize {
    (start + 1..function.code.len()).find(|pc| starts[*pc]).unwrap_or(function.code.len())
}

/// The blocks that are reached, in reverse postorder.
fn order(function: &Function, starts: &[bool], entry: usize) -> Vec<Block> {
    let mut seen = vec![false; function.code.len()];
    let mut done = Vec::new();
    let block = |start| (start, end_of(function, starts, start));
    let mut work = vec![(block(entry), false)];
    while let Some(((start, end), visited)) = work.pop() {
        if visited {
            done.push(Block { start, end, next: Vec::new(), from: Vec::new(), header: false });
            continue;
        }
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        work.push(((start, end), true));
        let next: Vec<usize> = successors(function, end - 1).filter(|next| !seen[*next]).collect();
        // The last one pushed is visited first and so comes last: what follows is laid out next.
        work.extend(next.into_iter().map(|next| (block(next), false)));
    }
    done.reverse();
    done
}

fn link(blocks: &mut [Block], function: &Function) {
    let mut number = vec![usize::MAX; function.code.len()];
    for (index, block) in blocks.iter().enumerate() {
        number[block.start] = index;
    }
    for index in 0..blocks.len() {
        let (end, start) = (blocks[index].end, blocks[index].start);
        let next: Vec<usize> = successors(function, end - 1).map(|pc| number[pc]).collect();
        for to in &next {
            blocks[*to].from.push(index);
            blocks[*to].header |= blocks[*to].start <= start;
        }
        blocks[index].next = next;
    }
}

fn liveness(module: &Module, function: &Function, blocks: &[Block]) -> Vec<Regs> {
    let effects: Vec<Effect> = function
        .code
        .iter()
        .map(|inst| inst.op().map_or_else(Effect::default, |op| effect(module, *inst, op)))
        .collect();
    let mut live = vec![Regs::default(); function.code.len() + 1];
    let mut changed = true;
    while changed {
        changed = false;
        // Handlers are behind what they handle, and not among the blocks: control gets there by way of the interpreter.
        for handler in function.handlers.iter().rev() {
            changed |= run_back(function, &effects, &mut live, handler.target as usize..function.code.len());
        }
        for block in blocks.iter().rev() {
            changed |= run_back(function, &effects, &mut live, block.start..block.end);
        }
    }
    live
}

/// Works out what is alive in a range of instructions, the last one first; whether that changed anything.
fn run_back(
    function: &Function,
    effects: &[Effect],
    live: &mut [Regs],
    range: std::ops::Range<usize>,
) -> bool {
    let mut changed = false;
    for pc in range.rev() {
        let mut here = Regs::default();
        for next in successors(function, pc) {
            here.add(&live[next]);
        }
        let effect = &effects[pc];
        if effect.always {
            effect.writes.iter().for_each(|reg| here.remove(reg));
        }
        here.add(&effect.reads);
        for handler in function.handlers.iter().filter(|each| (each.start..each.end).contains(&(pc as u32))) {
            let mut caught = live[handler.target as usize];
            caught.remove(handler.register);
            here.add(&caught);
        }
        changed |= live[pc].add(&here);
    }
    changed
}
