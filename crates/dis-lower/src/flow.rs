//! Basic blocks of a function, in reverse postorder, and how far it is from one to the next look at the quantum.

use dis_bytecode::Flow as Goes;
use dis_vm::tier::{Inst, Mode, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Instructions of a block, at most.
const LONG: usize = 64;
/// The longest way between looks at the quantum, but for one block.
const FAR: u32 = 200;

/// A basic block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// Its instructions.
    pub(crate) insts: Vec<u32>,
    /// Blocks behind it: for branches the target first.
    pub(crate) next: Vec<usize>,
    /// Ways into it.
    pub(crate) ways: usize,
    /// Whether it is the head of a loop.
    pub(crate) header: bool,
    /// Whether the quantum is looked at here.
    pub(crate) looks: bool,
    /// Instructions from here to the next look, at most.
    pub(crate) length: u32,
}

/// The blocks of a function; the first is where it is entered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flow {
    pub(crate) blocks: Vec<Block>,
    /// Blocks by their first instruction.
    pub(crate) at: BTreeMap<u32, usize>,
}

fn is_indirect(mode: Mode) -> bool {
    matches!(mode, Mode::FpObject | Mode::MpObject | Mode::FpAddress)
}

/// Where an instruction leads within its function.
pub(crate) fn successors(inst: &Inst, pc: u32) -> Vec<u32> {
    match inst.op.flow() {
        Goes::Next | Goes::Call => vec![pc + 1],
        Goes::Branch => vec![inst.operands[2].first, pc + 1],
        Goes::Jump => vec![inst.operands[2].first],
        Goes::Table => {
            let unique: BTreeSet<u32> = inst.targets.iter().copied().collect();
            unique.into_iter().collect()
        }
        Goes::Stop => Vec::new(),
    }
}

impl Flow {
    pub(crate) fn new(snapshot: &Snapshot) -> Flow {
        let leaders = leaders(snapshot);
        let mut flow = Flow::default();
        for start in order(snapshot, &leaders) {
            flow.at.insert(start, flow.blocks.len());
            flow.blocks.push(Block { insts: body(snapshot, &leaders, start), ..Block::default() });
        }
        flow.connect(snapshot);
        flow.measure();
        flow
    }

    fn connect(&mut self, snapshot: &Snapshot) {
        for index in 0..self.blocks.len() {
            let last = self.blocks[index].insts.last().copied().unwrap_or(0);
            let next = snapshot.insts.get(&last).map(|inst| successors(inst, last)).unwrap_or_default();
            let next: Vec<usize> = next.iter().filter_map(|pc| self.at.get(pc).copied()).collect();
            // A table may have several entries that lead to one place, and the interpreter may be asked about others.
            let indirect = snapshot.insts.get(&last).is_some_and(|inst| {
                inst.op.flow() == Goes::Table || inst.operands.iter().any(|operand| is_indirect(operand.mode))
            });
            for to in &next {
                self.blocks[*to].ways += 1 + usize::from(indirect);
                self.blocks[*to].header |= *to <= index;
            }
            self.blocks[index].next = next;
        }
    }

    /// Whether the first block is the head of a loop that lies in another one: there are ways to it from behind it, and from
    /// in front of it in the program.
    pub(crate) fn is_nested(&self) -> bool {
        let Some(first) = self.blocks.first() else { return false };
        let back = self.blocks.iter().filter(|block| block.next.contains(&0));
        let (below, above): (Vec<&Block>, Vec<&Block>) =
            back.partition(|block| block.insts.last() < first.insts.first());
        !below.is_empty() && !above.is_empty()
    }

    /// The blocks of the loop that has this head. `None` when there is another way in.
    pub(crate) fn body(&self, header: usize) -> Option<BTreeSet<usize>> {
        let mut body = BTreeSet::from([header]);
        let leads = |from: &usize, to: usize| self.blocks[*from].next.contains(&to);
        let mut work: Vec<usize> = (header..self.blocks.len()).filter(|from| leads(from, header)).collect();
        while let Some(block) = work.pop() {
            if block < header {
                return None;
            }
            if body.insert(block) {
                work.extend((0..self.blocks.len()).filter(|from| leads(from, block)));
            }
        }
        Some(body)
    }

    /// Blocks are in reverse postorder, so what is behind one is measured before it.
    fn measure(&mut self) {
        for block in &mut self.blocks {
            block.looks = block.header;
        }
        if let Some(first) = self.blocks.first_mut() {
            first.looks = true;
        }
        for index in (0..self.blocks.len()).rev() {
            let own = self.blocks[index].insts.len() as u32;
            let next = self.blocks[index].next.clone();
            let behind = |flow: &Flow| {
                let open = next.iter().filter(|to| !flow.blocks[**to].looks);
                open.map(|to| flow.blocks[*to].length).max().unwrap_or(0)
            };
            if own + behind(self) > FAR {
                next.iter().for_each(|to| self.blocks[*to].looks = true);
            }
            self.blocks[index].length = own + behind(self);
        }
    }
}

fn leaders(snapshot: &Snapshot) -> BTreeSet<u32> {
    let mut leaders = BTreeSet::from([snapshot.entry]);
    for (pc, inst) in &snapshot.insts {
        if !matches!(inst.op.flow(), Goes::Next | Goes::Call) {
            leaders.extend(successors(inst, *pc));
        }
    }
    leaders
}

/// The instructions of the block that begins here.
fn body(snapshot: &Snapshot, leaders: &BTreeSet<u32>, start: u32) -> Vec<u32> {
    let mut insts = vec![start];
    let mut pc = start;
    while snapshot.insts.get(&pc).is_some_and(|inst| matches!(inst.op.flow(), Goes::Next | Goes::Call)) {
        pc += 1;
        if leaders.contains(&pc) || insts.len() == LONG || !snapshot.insts.contains_key(&pc) {
            break;
        }
        insts.push(pc);
    }
    insts
}

/// Begins of blocks that are reached from the entry, in reverse postorder.
fn order(snapshot: &Snapshot, leaders: &BTreeSet<u32>) -> Vec<u32> {
    let behind = |start: u32| {
        let insts = body(snapshot, leaders, start);
        let last = insts.last().copied().unwrap_or(start);
        snapshot.insts.get(&last).map(|inst| successors(inst, last)).unwrap_or_default()
    };
    let (mut seen, mut done) = (BTreeSet::from([snapshot.entry]), Vec::new());
    let mut stack = vec![(snapshot.entry, behind(snapshot.entry))];
    while let Some((start, next)) = stack.last_mut() {
        match next.pop() {
            Some(to) if snapshot.insts.contains_key(&to) && seen.insert(to) => {
                let next = behind(to);
                stack.push((to, next));
            }
            Some(_) => {}
            None => {
                done.push(*start);
                stack.pop();
            }
        }
    }
    done.reverse();
    done
}
