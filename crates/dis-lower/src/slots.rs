//! Slots of the frame that become SSA values: which ones, where they are live, and where memory may not have what they are.

use crate::bits::Bits;
use crate::flow::{Flow, successors};
use crate::numbers::is_native;
use crate::results::Results;
use dis_bytecode::{Access, Kind, Op};
use dis_vm::tier::{Inst, Mode, Operand, Slot, Snapshot};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The slots of a function.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    /// Offset and kind, ascending.
    pub(crate) list: Vec<(u32, Slot)>,
    by_offset: HashMap<u32, usize>,
    /// Those that matter at an instruction, whatever happens there.
    pub(crate) live: BTreeMap<u32, Bits>,
    /// Those that may differ from memory where a block begins.
    pub(crate) dirty: Vec<Bits>,
    /// The one with the address of the result, if the function never changes it.
    pub(crate) result: Option<usize>,
    /// The first offset where the result of a call may be to go, with other slots behind it.
    pub(crate) results: u32,
    /// What is known of calls' results.
    pub(crate) called: Results,
}

/// What an operand of this kind is as a slot.
pub(crate) fn slot_of(kind: Kind) -> Option<Slot> {
    Some(match kind {
        Kind::Byte => Slot::Byte,
        Kind::Word | Kind::Frame | Kind::Address => Slot::Word,
        Kind::Big => Slot::Big,
        Kind::Real => Slot::Real,
        kind if kind.is_pointer() => Slot::Reference,
        _ => return None,
    })
}

/// Bytes of a slot.
pub(crate) fn size_of(slot: Slot, word: u32) -> u32 {
    match slot {
        Slot::Byte => 1,
        Slot::Word | Slot::Reference => word,
        Slot::Big | Slot::Real => 8,
    }
}

/// What an operand does to the frame: the slot's offset, what it is, whether it is read and written.
pub(crate) struct Use {
    pub(crate) at: u32,
    slot: Slot,
    reads: bool,
    pub(crate) writes: bool,
}

/// Direct uses of slots.
pub(crate) fn uses(inst: &Inst) -> Vec<Use> {
    let mut uses = Vec::new();
    for (role, operand) in inst.op.roles().into_iter().zip(&inst.operands) {
        let leads = |slot| Use { at: operand.first, slot, reads: true, writes: false };
        match operand.mode {
            Mode::FpObject => uses.push(leads(Slot::Reference)),
            Mode::FpAddress => uses.push(leads(Slot::Word)),
            Mode::Fp if role.access != Access::Address => {
                if let Some(slot) = slot_of(role.kind) {
                    let writes = matches!(role.access, Access::Write | Access::Update);
                    uses.push(Use { at: operand.first, slot, reads: role.access != Access::Write, writes });
                }
            }
            _ => {}
        }
    }
    uses
}

/// Words of the frame that an instruction reads without naming them.
pub(crate) fn hidden(op: Op, word: u32) -> &'static [u32] {
    match op {
        Op::Mulx | Op::Divx | Op::Mulx0 | Op::Divx0 | Op::Cvtxx0 | Op::Mulx1 | Op::Divx1 | Op::Cvtxx1 => {
            if word == 8 {
                &[40, 56]
            } else {
                &[20, 28]
            }
        }
        _ => &[],
    }
}

/// Bytes of the frame that are accessed other than as slots.
pub(crate) fn excluded(inst: &Inst, snapshot: &Snapshot) -> Vec<(u32, u32)> {
    let mut ranges = Vec::new();
    for (role, operand) in inst.op.roles().into_iter().zip(&inst.operands) {
        if operand.mode != Mode::Fp || (slot_of(role.kind).is_some() && role.access != Access::Address) {
            continue;
        }
        let middle = &inst.operands[1];
        let size = match role.kind {
            Kind::Short => 2,
            Kind::ShortReal => 4,
            Kind::Memory if middle.mode == Mode::Imm => middle.first,
            Kind::Record => snapshot.types.get(&middle.first).map_or(u32::MAX, |ty| ty.size),
            _ => operand.extent.unwrap_or(u32::MAX),
        };
        ranges.push((operand.first, operand.first.saturating_add(size)));
    }
    ranges
}

/// Whether an instruction says where the result of a call is to be. Only the callee goes there, how far nobody knows; but around calls
/// slots from there on are in memory, and are read again. The verifier lets no such address go elsewhere.
pub(crate) fn says_where_results_go(inst: &Inst, word: u32) -> bool {
    let to = &inst.operands[2];
    inst.op == Op::Lea && to.mode == Mode::FpAddress && to.second == 4 * word
}

impl Slots {
    /// Of a function. What it calls is looked up in `within`.
    pub(crate) fn new(snapshot: &Snapshot, flow: &Flow, within: &Snapshot) -> Slots {
        let places = snapshot.insts.values().filter(|inst| says_where_results_go(inst, snapshot.word));
        let results = places.map(|inst| inst.operands[0].first).min().unwrap_or(u32::MAX);
        let called = Results::new(snapshot, flow, within);
        let mut slots = Slots { list: promoted(snapshot), results, called, ..Slots::default() };
        slots.by_offset = slots.list.iter().enumerate().map(|(index, slot)| (slot.0, index)).collect();
        slots.find_live(snapshot);
        slots.find_dirty(snapshot, flow);
        let result = slots.at(4 * snapshot.word).filter(|slot| slots.list[*slot].1 == Slot::Word);
        let changes = |slot: usize| snapshot.insts.values().any(|inst| slots.written(inst).contains(&slot));
        slots.result = result.filter(|slot| !changes(*slot));
        slots
    }

    /// The slot at an offset.
    pub(crate) fn at(&self, offset: u32) -> Option<usize> {
        self.by_offset.get(&offset).copied()
    }

    /// The slot that an operand is.
    pub(crate) fn of(&self, operand: &Operand) -> Option<usize> {
        if operand.mode == Mode::Fp { self.at(operand.first) } else { None }
    }

    /// The slots that an instruction writes.
    pub(crate) fn written(&self, inst: &Inst) -> Vec<usize> {
        let mut written: Vec<usize> =
            uses(inst).iter().filter(|each| each.writes).filter_map(|each| self.at(each.at)).collect();
        written.dedup();
        written
    }

    fn find_live(&mut self, snapshot: &Snapshot) {
        let count = self.list.len();
        let mut live: BTreeMap<u32, Bits> = snapshot.insts.keys().map(|pc| (*pc, Bits::new(count))).collect();
        // What a callee may read where its result is to be.
        let behind: Vec<usize> = (0..count).filter(|slot| self.list[*slot].0 >= self.results).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for (pc, inst) in snapshot.insts.iter().rev() {
                let mut here = Bits::new(count);
                for next in successors(inst, *pc) {
                    if let Some(next) = live.get(&next) {
                        here.add(next);
                    }
                }
                let called = self.called.of_call(*pc);
                if let Some((from, bytes)) = called {
                    let word = snapshot.word;
                    let over =
                        |(at, slot): (u32, Slot)| from <= at && at + size_of(slot, word) <= from + bytes;
                    (0..count).filter(|slot| over(self.list[*slot])).for_each(|slot| here.remove(slot));
                }
                let uses = uses(inst);
                let at = |at: u32| self.by_offset.get(&at).copied();
                uses.iter()
                    .filter(|each| each.writes)
                    .filter_map(|each| at(each.at))
                    .for_each(|n| here.remove(n));
                uses.iter()
                    .filter(|each| each.reads)
                    .filter_map(|each| at(each.at))
                    .for_each(|n| here.insert(n));
                if matches!(inst.op, Op::Call | Op::Mcall) && called.is_none() {
                    behind.iter().for_each(|slot| here.insert(*slot));
                }
                hidden(inst.op, snapshot.word).iter().filter_map(|n| at(*n)).for_each(|n| here.insert(n));
                for handler in snapshot.handlers.iter().filter(|each| (each.from..each.to).contains(pc)) {
                    for target in handler.targets.iter().filter_map(|target| live.get(target)) {
                        here.add(target);
                    }
                }
                changed |= live.get_mut(pc).is_some_and(|live| live.add(&here));
            }
        }
        self.live = live;
    }

    fn find_dirty(&mut self, snapshot: &Snapshot, flow: &Flow) {
        let mut dirty = vec![Bits::new(self.list.len()); flow.blocks.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for (index, block) in flow.blocks.iter().enumerate() {
                let mut here = dirty[index].clone();
                for inst in block.insts.iter().filter_map(|pc| snapshot.insts.get(pc)) {
                    if is_native(inst.op) {
                        self.written(inst)
                            .into_iter()
                            .filter(|n| self.list[*n].1 != Slot::Reference)
                            .for_each(|n| here.insert(n));
                    } else {
                        here.clear();
                    }
                }
                for next in &block.next {
                    changed |= dirty[*next].add(&here);
                }
            }
        }
        self.dirty = dirty;
    }
}

/// Slots that are only ever accessed directly, as one kind.
fn promoted(snapshot: &Snapshot) -> Vec<(u32, Slot)> {
    let mut kinds: BTreeMap<u32, Option<Slot>> = BTreeMap::new();
    let mut out: Vec<(u32, u32)> = Vec::new();
    let all = || snapshot.insts.values().flat_map(uses);
    let references: HashSet<u32> =
        all().filter(|each| each.slot == Slot::Reference).map(|each| each.at).collect();
    for inst in snapshot.insts.values() {
        for mut each in uses(inst) {
            // Programs compare references as words.
            if each.slot == Slot::Word && !each.writes && references.contains(&each.at) {
                each.slot = Slot::Reference;
            }
            let known = kinds.entry(each.at).or_insert(Some(each.slot));
            // Reals and bigs are 64 bits of one kind or the other.
            let wide = [Some(Slot::Big), Some(Slot::Real)];
            if wide.contains(known) && wide.contains(&Some(each.slot)) {
                *known = if *known == Some(each.slot) { *known } else { Some(Slot::Real) };
            } else if *known != Some(each.slot) {
                let widest = size_of(each.slot, snapshot.word).max(8);
                out.push((each.at, each.at + widest));
                *known = None;
            }
        }
        if !says_where_results_go(inst, snapshot.word) {
            out.extend(excluded(inst, snapshot));
        }
    }
    let word = snapshot.word;
    let found: Vec<(u32, Slot)> =
        kinds.iter().filter_map(|(at, slot)| slot.map(|slot| (*at, slot))).collect();
    let ends = |(at, slot): (u32, Slot)| (at, at + size_of(slot, word));
    let apart = |index: usize| {
        let (from, to) = ends(found[index]);
        let before = index.checked_sub(1).is_none_or(|before| ends(found[before]).1 <= from);
        let after = found.get(index + 1).is_none_or(|next| next.0 >= to);
        before && after && out.iter().all(|range| range.1 <= from || range.0 >= to)
    };
    (0..found.len()).filter(|index| apart(*index)).map(|index| found[index]).collect()
}
