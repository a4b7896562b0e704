//! What functions do where their results go: whether they look at what is there, and what they write before they return.
//!
//! Callers of functions that do not look there need not put anything there, and slots that are written there anyway do not matter
//! in front of the call.

use crate::flow::{Flow, successors};
use crate::slots::{Use, excluded, says_where_results_go, size_of, slot_of, uses};
use dis_bytecode::{Access, Op};
use dis_vm::tier::{Inst, Mode, Slot, Snapshot};

/// Bytes of a result that are followed, one bit each.
type Bytes = u64;

/// What calls of a function do to its frame, where it is known that nothing else of the frame is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    /// Calls of functions that only write where their results go: there, and how many bytes they write for sure; with what said so.
    calls: Vec<Known>,
}

/// A call, what said where its result goes, where that is, and how many bytes are written there for sure.
#[derive(Clone, Copy, Debug)]
struct Known {
    call: u32,
    said: u32,
    at: u32,
    bytes: u32,
}

impl Results {
    /// Of a function, by the functions that `within` knows.
    pub(crate) fn new(snapshot: &Snapshot, flow: &Flow, within: &Snapshot) -> Results {
        let mut results = Results::default();
        let mut known: Vec<(u32, Option<u32>)> = Vec::new();
        for block in &flow.blocks {
            for (index, pc) in block.insts.iter().enumerate() {
                let Some(inst) = snapshot.insts.get(pc).filter(|inst| inst.op == Op::Call) else { continue };
                let begin = inst.operands[2].first;
                let before = known.iter().find(|other| other.0 == begin).copied();
                let (_, bytes) = before.unwrap_or_else(|| {
                    let callee = within.callees.get(&(snapshot.code, begin));
                    known.push((begin, callee.and_then(writes)));
                    known[known.len() - 1]
                });
                let Some(bytes) = bytes else { continue };
                if let Some((said, at)) = said_for(snapshot, &block.insts[..index], inst) {
                    results.calls.push(Known { call: *pc, said, at, bytes });
                }
            }
        }
        results
    }

    /// The place of the result of a call and how many bytes are written there for sure, if it is known that the callee reads nothing there.
    pub(crate) fn of_call(&self, pc: u32) -> Option<(u32, u32)> {
        self.calls.iter().find(|known| known.call == pc).map(|known| (known.at, known.bytes))
    }

    /// Whether an instruction says of such a call's result where it goes.
    pub(crate) fn is_only_written(&self, pc: u32) -> bool {
        self.calls.iter().any(|known| known.said == pc)
    }
}

/// The instruction among those in front of a call in its block that said where its result goes, and the offset in the own frame.
fn said_for(snapshot: &Snapshot, before: &[u32], call: &Inst) -> Option<(u32, u32)> {
    let word = snapshot.word;
    let slot = Some(call.operands[0]).filter(|frame| frame.mode == Mode::Fp)?.first;
    for pc in before.iter().rev() {
        let inst = snapshot.insts.get(pc)?;
        let to = &inst.operands[2];
        if says_where_results_go(inst, word) && to.first == slot {
            return (inst.operands[0].mode == Mode::Fp).then_some((*pc, inst.operands[0].first));
        }
        let other = to.mode == Mode::FpAddress && to.first == slot && to.second < 5 * word;
        if other || uses(inst).iter().any(|each| each.writes && each.at == slot) {
            return None;
        }
    }
    None
}

/// How many bytes a function writes for sure where its result goes, before it returns. `None` when it may do anything else there.
fn writes(callee: &Snapshot) -> Option<u32> {
    let place = (4 * callee.word, 5 * callee.word);
    let touches = |(from, to): (u32, u32)| from < place.1 && place.0 < to;
    for inst in callee.insts.values() {
        let aside = |each: &Use| each.at != place.0 && touches((each.at, each.at + 8));
        if uses(inst).iter().any(aside)
            || excluded(inst, callee).into_iter().any(touches)
            || !only_writes(inst, place.0)
        {
            return None;
        }
    }
    if callee.handlers.is_empty() { Some(before_returns(callee).trailing_ones()) } else { Some(0) }
}

/// Whether an instruction does nothing by an address but write.
fn only_writes(inst: &Inst, address: u32) -> bool {
    inst.op.roles().into_iter().zip(&inst.operands).all(|(role, operand)| {
        let here = operand.first == address;
        match operand.mode {
            Mode::FpAddress if here => role.access == Access::Write && slot_of(role.kind).is_some(),
            Mode::Fp | Mode::FpObject if here => false,
            _ => true,
        }
    })
}

/// The bytes that are written on every way to a return.
fn before_returns(callee: &Snapshot) -> Bytes {
    let pcs: Vec<u32> = callee.insts.keys().copied().collect();
    let mut known: Vec<Option<Bytes>> = vec![None; pcs.len()];
    let (mut work, mut all) = (vec![(callee.entry, 0)], Bytes::MAX);
    while let Some((pc, before)) = work.pop() {
        let Ok(index) = pcs.binary_search(&pc) else { return 0 };
        let old = known[index];
        let here = old.unwrap_or(Bytes::MAX) & before;
        if old == Some(here) {
            continue;
        }
        known[index] = Some(here);
        let inst = &callee.insts[&pc];
        let behind = here | written(inst, callee.word);
        if inst.op == Op::Ret {
            all &= behind;
        }
        work.extend(successors(inst, pc).into_iter().map(|next| (next, behind)));
    }
    all
}

/// The bytes that an instruction writes where the result goes.
fn written(inst: &Inst, word: u32) -> Bytes {
    let (role, operand) = (inst.op.roles()[2], inst.operands[2]);
    if role.access != Access::Write || operand.mode != Mode::FpAddress || operand.first != 4 * word {
        return 0;
    }
    match slot_of(role.kind) {
        // What was there was let go of, and has to be right.
        None | Some(Slot::Reference) => 0,
        Some(slot) if operand.second <= Bytes::BITS - 8 => ((1 << size_of(slot, word)) - 1) << operand.second,
        Some(_) => 0,
    }
}
