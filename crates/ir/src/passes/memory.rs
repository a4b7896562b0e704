//! Load and store elimination by alias class: a load of what is known to be in memory becomes that value, a store of what
//! is there already or of what is overwritten before anyone can look goes away.
//!
//! One sweep in reverse postorder. A join keeps what all its predecessors agree on; a loop header keeps what the loop
//! cannot change.

use super::{Context, Pass, edit};
use crate::cfg::{Cfg, Loops};
use crate::entity::{AliasClass, Block, Inst, Table, Value};
use crate::function::{Function, Imm, InstData};
use crate::ops::{Effect, Op};
use crate::types::Type;
use std::collections::BTreeMap;

/// The pass.
pub const PASS: Pass =
    Pass { name: "memory", summary: "eliminate loads and stores whose value is known", run };

/// A place in memory: a base value plus a constant, and what is accessed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    class: AliasClass,
    base: Value,
    offset: i64,
    /// The load op that reads it back, which fixes width and extension.
    load: Op,
    ty: Type,
}

impl Place {
    fn size(&self) -> i64 {
        i64::from(access_size(self.load, self.ty))
    }

    fn overlaps(&self, other: &Place) -> bool {
        self.offset < other.offset + other.size() && other.offset < self.offset + self.size()
    }
}

/// Bytes a memory op touches.
fn access_size(op: Op, ty: Type) -> u32 {
    match op {
        Op::LoadS8 | Op::LoadU8 | Op::Store8 => 1,
        Op::LoadS16 | Op::LoadU16 | Op::Store16 => 2,
        Op::LoadF32 | Op::StoreF32 => 4,
        _ => ty.size(),
    }
}

/// Places known at one time, at most: every block has a set of its own.
const PLACES: usize = 256;
/// Stores of a block that are remembered while looking for earlier ones, at most.
const STORES: usize = 64;

/// What is known to be in memory.
type Known = BTreeMap<Place, Value>;

fn run(func: &mut Function, ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let loops = Loops::new(func, &cfg);
    let out = Table::filled(func.blocks.len(), None);
    let mut pass = Memory { ctx, renames: edit::Renames::new(), rewrites: Vec::new(), out };
    let mut changed = false;
    for block in cfg.rpo.clone() {
        let mut known = pass.on_entry(func, block, &cfg, &loops);
        changed |= edit::retain(func, block, |func, inst| pass.inst(func, inst, &mut known));
        changed |= remove_overwritten(func, ctx, block);
        pass.out[block] = Some(known);
    }
    changed |= !pass.renames.is_empty() || !pass.rewrites.is_empty();
    for (inst, op, value) in pass.rewrites {
        edit::rewrite(func, inst, op, &[value], Imm::None);
    }
    pass.renames.apply(func);
    changed
}

/// What a load gives that finds a value of another type: the op that makes it, the type and how far in front it starts.
/// All guests' machines are little-endian.
fn conversions(wanted: Type) -> &'static [(Op, Type, i64)] {
    match wanted {
        Type::I64 => &[
            (Op::F64ToBits, Type::F64, 0),
            (Op::UnboxBits, Type::Boxed, 0),
            (Op::PtrToInt, Type::Ptr, 0),
            (Op::PairFirst, Type::Pair, 0),
            (Op::PairSecond, Type::Pair, 8),
        ],
        Type::I32 => &[(Op::Wrap, Type::I64, 0)],
        Type::F64 => &[(Op::BitsToF64, Type::I64, 0)],
        Type::Boxed => &[(Op::BoxBits, Type::I64, 0)],
        Type::Ptr => &[(Op::IntToPtr, Type::I64, 0)],
        Type::Bool | Type::Pair => &[],
    }
}

struct Memory<'a> {
    ctx: &'a Context<'a>,
    renames: edit::Renames,
    /// Loads that become conversions of a value.
    rewrites: Vec<(Inst, Op, Value)>,
    /// State at the end of every block processed so far.
    out: Table<Block, Option<Known>>,
}

impl Memory<'_> {
    fn on_entry(&self, func: &Function, block: Block, cfg: &Cfg, loops: &Loops) -> Known {
        let preds = &cfg.preds[block];
        let mut done = preds.iter().filter_map(|p| self.out[*p].as_ref());
        let Some(first) = done.next() else { return Known::new() };
        let mut known = first.clone();
        for other in done {
            known.retain(|place, value| other.get(place) == Some(value));
        }
        if preds.iter().all(|p| self.out[*p].is_some()) {
            return known;
        }
        // A predecessor is still to come: only as the latch of a natural loop do we know what lies between.
        let header = loops.innermost(block).map(|i| &loops.list[i]).filter(|l| l.header == block);
        let expected =
            |pred: &Block| self.out[*pred].is_some() || header.is_some_and(|l| l.latches.contains(pred));
        match header {
            Some(l) if preds.iter().all(expected) => {
                for inst in l.blocks.iter().flat_map(|b| &func.blocks[*b].insts) {
                    self.kill(func, *inst, &mut known);
                }
                known
            }
            _ => Known::new(),
        }
    }

    /// Processes one instruction; the answer says whether it stays.
    fn inst(&mut self, func: &Function, inst: Inst, known: &mut Known) -> bool {
        let data = &func.insts[inst];
        match data.op.effect() {
            Effect::Read => {
                let Some(place) = self.place(func, data) else { return true };
                if let Some(value) = known.get(&place) {
                    self.renames.add(data.results[0], *value);
                    return false;
                }
                if let Some((op, value)) = converted(&place, known) {
                    self.rewrites.push((inst, op, value));
                }
                note(known, place, data.results[0]);
                true
            }
            Effect::Write => self.store(func, inst, known),
            _ => {
                self.kill(func, inst, known);
                true
            }
        }
    }

    fn store(&mut self, func: &Function, inst: Inst, known: &mut Known) -> bool {
        let data = &func.insts[inst];
        let Some(place) = self.place(func, data) else { return true };
        let value = self.renames.resolve(data.args[0]);
        if known.get(&place) == Some(&value) && data.op == Op::Store {
            return false;
        }
        self.kill(func, inst, known);
        // A narrow store's value is not what a narrow load gives back: its upper bits are cut off.
        if data.op == Op::Store {
            note(known, place, value);
        }
        true
    }

    /// Takes out what the instruction may change.
    fn kill(&self, func: &Function, inst: Inst, known: &mut Known) {
        let data = &func.insts[inst];
        match data.op.effect() {
            Effect::Write => {
                let Some(place) = self.place(func, data) else { return known.clear() };
                known.retain(|other, _| other.class != place.class || !self.may_overlap(func, other, &place));
            }
            Effect::Call | Effect::Poll => {
                known.retain(|place, _| {
                    self.ctx.module.classes[place.class].immutable || !may_write(self.ctx, data, place.class)
                });
            }
            _ => {}
        }
    }

    fn may_overlap(&self, func: &Function, a: &Place, b: &Place) -> bool {
        if a.base == b.base {
            return a.overlaps(b);
        }
        // Two allocations are two places.
        !(is_alloc(func, a.base) && is_alloc(func, b.base))
    }

    fn place(&self, func: &Function, data: &InstData) -> Option<Place> {
        let Imm::Mem { offset, class } = data.imm else { return None };
        let address = *data.args.last()?;
        let (base, extra) = self.split(func, address);
        let load = match data.op {
            Op::Store => Op::Load,
            Op::Store8 => Op::LoadU8,
            Op::Store16 => Op::LoadU16,
            Op::StoreF32 => Op::LoadF32,
            load => load,
        };
        let ty = data.ty.unwrap_or(Type::F64);
        Some(Place { class, base, offset: extra.checked_add(i64::from(offset))?, load, ty })
    }

    /// Takes constant additions off an address, and what makes a word one.
    fn split(&self, func: &Function, address: Value) -> (Value, i64) {
        let mut base = self.renames.resolve(address);
        let mut offset = 0i64;
        while let Some(inst) = edit::defining_inst(func, base) {
            let data = &func.insts[inst];
            // A word is one address, however often it is made one.
            if data.op == Op::IntToPtr {
                base = self.renames.resolve(data.args[0]);
                break;
            }
            if data.op != Op::PtrAdd {
                break;
            }
            let step = edit::as_int(func, self.renames.resolve(data.args[1]));
            let Some(sum) = step.and_then(|n| offset.checked_add(n)) else { break };
            // Sums beyond 32 bits could wrap around the address space; leave them apart.
            if i32::try_from(sum).is_err() {
                break;
            }
            offset = sum;
            base = self.renames.resolve(data.args[0]);
        }
        (base, offset)
    }
}

/// Adds what is in a place. When there is too much to know, what is known goes: what comes is more likely asked for.
fn note(known: &mut Known, place: Place, value: Value) {
    if known.len() >= PLACES {
        known.clear();
    }
    known.insert(place, value);
}

/// How a load's result follows from what is known of its place at another type.
fn converted(place: &Place, known: &Known) -> Option<(Op, Value)> {
    if place.load != Op::Load {
        return None;
    }
    conversions(place.ty).iter().find_map(|(op, ty, before)| {
        let other = Place { ty: *ty, offset: place.offset.checked_sub(*before)?, ..*place };
        known.get(&other).map(|value| (*op, *value))
    })
}

fn is_alloc(func: &Function, value: Value) -> bool {
    edit::defining_inst(func, value).is_some_and(|inst| func.insts[inst].op == Op::Alloc)
}

/// Whether a call or poll may write a class.
pub fn may_write(ctx: &Context<'_>, data: &InstData, class: AliasClass) -> bool {
    let declared = match data.imm {
        Imm::Runtime { runtime, .. } => ctx.module.runtimes[runtime].writes.contains(class),
        _ => true,
    };
    declared && data.keeps() != Some(class)
}

/// Drops stores that a later store of the same block covers, with nothing in between that could look.
fn remove_overwritten(func: &mut Function, ctx: &Context<'_>, block: Block) -> bool {
    // Places that will be overwritten, seen from the end: class, address, offset, size.
    let mut later: Vec<(AliasClass, Value, i64, i64)> = Vec::new();
    let mut dead: Vec<Inst> = Vec::new();
    for inst in func.blocks[block].insts.iter().rev() {
        let data = &func.insts[*inst];
        match (data.op.effect(), &data.imm) {
            (Effect::Write, Imm::Mem { offset, class }) => {
                let (address, from) = (data.args[1], i64::from(*offset));
                let size = i64::from(access_size(data.op, data.ty.unwrap_or(Type::F64)));
                let covered = later
                    .iter()
                    .any(|(c, a, o, s)| c == class && *a == address && *o <= from && from + size <= o + s);
                if covered {
                    dead.push(*inst);
                } else {
                    later.push((*class, address, from, size));
                    if later.len() > STORES {
                        later.remove(0);
                    }
                }
            }
            (Effect::Read, Imm::Mem { class, .. }) => later.retain(|(c, ..)| c != class),
            (Effect::Pure, _) => {}
            (Effect::Call, Imm::Runtime { runtime, .. }) if ctx.module.runtimes[*runtime].is_pure() => {}
            // Whoever is reached through an exit, a trap, a call or the end of the block may look.
            _ => later.clear(),
        }
    }
    // The last one found comes first.
    !dead.is_empty() && edit::retain(func, block, |_, inst| dead.pop_if(|next| *next == inst).is_none())
}
