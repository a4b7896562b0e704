//! A function's control flow from one instruction on, and which registers are alive where.

use crate::operands::{Effect, Regs, effect};
use crate::snapshot::Snapshot;
use js_bytecode::{Inst, Op};
use std::ops::Range;

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
    /// What each instruction does to registers.
    pub(crate) effects: Vec<Effect>,
    /// Instructions that are compiled: all, or those of the loops around the one where control comes in.
    pub(crate) region: Range<usize>,
    /// The block that starts at an instruction.
    numbers: Vec<usize>,
}

/// Where a loop lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// From its head to the last jump back there without being suspended; empty if there is none.
    pub own: Range<usize>,
    /// The outermost loop around it of which all rounds are made without being suspended, which is what is compiled for its head: what comes
    /// behind that is mostly done once, and would be compiled for each loop in front of it.
    pub around: Range<usize>,
}

/// Whether an instruction suspends the function.
fn suspends(inst: Inst) -> bool {
    matches!(inst.op(), Op::InitialYield | Op::Yield | Op::YieldRaw | Op::Await)
}

impl Extent {
    /// That of the loop with a head.
    pub fn new(insts: &[Inst], header: usize) -> Extent {
        let back = rounds(insts);
        let own = back.iter().filter(|(to, _)| *to == header).map(|(_, pc)| pc + 1).max();
        Extent { own: header..own.unwrap_or(header), around: around(&back, header) }
    }

    /// Whether there are any loops of which rounds are made without the function being suspended.
    pub fn any(insts: &[Inst]) -> bool {
        !rounds(insts).is_empty()
    }
}

/// Jumps back, by target and place, that nothing in between suspends the function.
fn rounds(insts: &[Inst]) -> Vec<(usize, usize)> {
    let jumps = insts.iter().enumerate().filter(|(_, inst)| inst.op().jumps());
    let back = jumps.map(|(pc, inst)| (target(pc, *inst), pc)).filter(|(to, pc)| to <= pc);
    let stays = |(to, pc): &(usize, usize)| !insts[*to..=*pc].iter().copied().any(suspends);
    back.filter(stays).collect()
}

/// What jumps `back`, each with its target, span around the head of a loop.
fn around(back: &[(usize, usize)], header: usize) -> Range<usize> {
    let mut region = header..header + 1;
    loop {
        let before = region.clone();
        for (start, pc) in back {
            if *start < region.end && *pc >= region.start {
                region = region.start.min(*start)..region.end.max(pc + 1);
            }
        }
        if region == before {
            return region;
        }
    }
}

/// The target of a jump.
pub(crate) fn target(pc: usize, inst: Inst) -> usize {
    (pc + 1).wrapping_add_signed(inst.cs() as isize)
}

/// The places where an instruction may go on.
fn successors(insts: &[Inst], pc: usize) -> impl Iterator<Item = usize> + use<> {
    let inst = insts[pc];
    let op = inst.op();
    let next = (!op.ends_block()).then_some(pc + 1);
    let jump = op.jumps().then(|| target(pc, inst));
    next.into_iter().chain(jump)
}

impl Flow {
    /// The control flow of a verified function that is entered at an instruction.
    pub(crate) fn new(snapshot: &Snapshot, header: Option<usize>) -> Flow {
        let insts = &snapshot.insts;
        let entry = header.unwrap_or(0);
        let starts = starts(snapshot, entry);
        let mut blocks = order(insts, &starts, entry);
        let numbers = link(&mut blocks, insts);
        let effects: Vec<Effect> = insts.iter().map(|inst| effect(*inst)).collect();
        let live = liveness(snapshot, &effects, &blocks);
        let region = header.map_or(0..insts.len(), |header| Extent::new(insts, header).around);
        Flow { blocks, live, effects, region, numbers }
    }

    /// Whether any instruction that control can reach writes to a register.
    pub(crate) fn writes(&self, reg: u16) -> bool {
        let mut reached = self.blocks.iter().flat_map(|block| &self.effects[block.start..block.end]);
        reached.any(|effect| effect.writes.contains(&reg))
    }

    /// Whether a block starts at an instruction.
    pub(crate) fn starts(&self, pc: usize) -> bool {
        self.numbers[pc] != usize::MAX
    }

    /// The block that starts at an instruction.
    pub(crate) fn block_at(&self, pc: usize) -> usize {
        self.numbers[pc]
    }
}

/// Marks the instructions that blocks start at; jumps of code that is not reached do no harm.
fn starts(snapshot: &Snapshot, entry: usize) -> Vec<bool> {
    let mut starts = vec![false; snapshot.insts.len() + 1];
    starts[entry] = true;
    for (pc, inst) in snapshot.insts.iter().enumerate() {
        let op = inst.op();
        if op.jumps() {
            starts[target(pc, *inst)] = true;
        }
        if op.jumps() || op.ends_block() {
            starts[pc + 1] = true;
        }
    }
    // Handlers begin and end blocks, so that what is alive in them is the same throughout.
    for handler in &snapshot.handlers {
        starts[handler.start as usize] = true;
        starts[handler.end as usize] = true;
        starts[handler.target as usize] = true;
    }
    starts
}

/// The blocks that are reached, in reverse postorder.
fn order(insts: &[Inst], starts: &[bool], entry: usize) -> Vec<Block> {
    let end_of = |start: usize| (start + 1..insts.len()).find(|pc| starts[*pc]).unwrap_or(insts.len());
    let mut seen = vec![false; insts.len()];
    let mut done = Vec::new();
    let block = |start| (start, end_of(start));
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
        let next: Vec<usize> = successors(insts, end - 1).filter(|next| !seen[*next]).collect();
        // The last one pushed is visited first and so comes last: what follows is laid out next.
        work.extend(next.into_iter().map(|next| (block(next), false)));
    }
    done.reverse();
    done
}

/// Instructions of a condition that is worth being there twice, at most.
const MOST_OF_CONDITION: usize = 8;

/// Whether a block is the condition of a loop, which a jump from in front of the loop leads to.
pub(crate) fn is_condition(insts: &[Inst], block: Range<usize>) -> bool {
    let last = insts[block.end - 1];
    last.op().is_loop() && last.op() != Op::Loop && block.len() <= MOST_OF_CONDITION
}

/// Notes which blocks lead where; the number of the block that starts at each instruction.
fn link(blocks: &mut [Block], insts: &[Inst]) -> Vec<usize> {
    let mut numbers = vec![usize::MAX; insts.len() + 1];
    for (index, block) in blocks.iter().enumerate() {
        numbers[block.start] = index;
    }
    for index in 0..blocks.len() {
        let (end, start) = (blocks[index].end, blocks[index].start);
        let next: Vec<usize> = successors(insts, end - 1).map(|pc| numbers[pc]).collect();
        // A loop's condition may be there twice.
        let times = if is_condition(insts, start..end) { 2 } else { 1 };
        for to in &next {
            blocks[*to].from.extend([index].repeat(times));
            blocks[*to].header |= blocks[*to].start <= start;
        }
        blocks[index].next = next;
    }
    numbers
}

fn liveness(snapshot: &Snapshot, effects: &[Effect], blocks: &[Block]) -> Vec<Regs> {
    let count = snapshot.insts.len();
    let mut live = vec![Regs::new(snapshot.registers as usize); count + 1];
    let mut changed = true;
    while changed {
        changed = false;
        // Handlers are behind what they handle, and not among the blocks: control gets there by way of other tiers.
        for handler in snapshot.handlers.iter().rev() {
            changed |= run_back(snapshot, effects, &mut live, handler.target as usize..count);
        }
        for block in blocks.iter().rev() {
            changed |= run_back(snapshot, effects, &mut live, block.start..block.end);
        }
    }
    live
}

/// Works out what is alive in a range of instructions, the last one first; whether that changed anything.
fn run_back(snapshot: &Snapshot, effects: &[Effect], live: &mut [Regs], range: Range<usize>) -> bool {
    let mut changed = false;
    for pc in range.rev() {
        let mut here = Regs::new(snapshot.registers as usize);
        for next in successors(&snapshot.insts, pc) {
            here.add(&live[next]);
        }
        let effect = &effects[pc];
        // Those that jump write on one way only, or both; nothing is gained by knowing.
        if !snapshot.insts[pc].op().jumps() {
            effect.writes.iter().for_each(|reg| here.remove(*reg));
        }
        effect.reads.iter().for_each(|reg| here.insert(*reg));
        for handler in handlers(snapshot, pc) {
            here.add(&live[handler]);
        }
        changed |= live[pc].add(&here);
    }
    changed
}

/// Where what an instruction throws may be handled: the first instruction of each handler around it.
pub(crate) fn handlers(snapshot: &Snapshot, pc: usize) -> impl Iterator<Item = usize> + '_ {
    let at = pc as u32;
    let around = move |handler: &&js_bytecode::Handler| (handler.start..handler.end).contains(&at);
    snapshot.handlers.iter().filter(around).map(|handler| handler.target as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_around_one_another_have_one_extent_around_them() {
        // 0: outer head, 1: inner head, 2: back to 1, 3: back to 0, 4: the end.
        let nop = Inst::new(Op::Debugger, 0, 0, 0);
        let back = |from: i32, to: i32| Inst::new(Op::Loop, 0, 0, (to - from - 1) as u32);
        let insts = [nop, nop, back(2, 1), back(3, 0), nop];
        assert_eq!(Extent::new(&insts, 1), Extent { own: 1..3, around: 0..4 });
        assert_eq!(Extent::new(&insts, 0), Extent { own: 0..4, around: 0..4 });
        assert_eq!(Extent::new(&insts, 4), Extent { own: 4..4, around: 4..5 });
    }

    #[test]
    fn loops_that_are_suspended_are_around_none() {
        // The inner loop is as above, the outer one waits.
        let nop = Inst::new(Op::Debugger, 0, 0, 0);
        let back = |from: i32, to: i32| Inst::new(Op::Loop, 0, 0, (to - from - 1) as u32);
        let waits = Inst::new(Op::Await, 0, 0, 0);
        let insts = [nop, nop, back(2, 1), waits, back(4, 0)];
        assert_eq!(Extent::new(&insts, 1), Extent { own: 1..3, around: 1..3 });
        assert_eq!(Extent::new(&insts, 0).own, 0..0);
        assert!(Extent::any(&insts) && !Extent::any(&insts[3..]));
    }
}
