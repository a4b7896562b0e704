//! New frames: what has to be put into them before the callee begins.
//!
//! Frames are made of zeros and of references that are nil. References have to be: whoever drops the frame looks at them. Zeros have to
//! be where the callee may look before it writes, unless the caller writes there itself.

use crate::emit::Emitter;
use crate::flow::{Flow, successors};
use crate::slots::{Slots, excluded, hidden, size_of, slot_of, uses};
use dis_bytecode::{Access, Flow as Goes, Op};
use dis_rt::NIL;
use dis_vm::tier::{Inst, Leads, Mode, Operand, Snapshot, TypeInfo};
use ir::Value;
use std::rc::Rc;

/// Instructions from making a frame to calling with it, on all ways, at most.
const NEAR: u32 = 60;

/// Bytes, from and to.
pub(crate) type Range = (u32, u32);

/// What of its frame a function may read before it has written it.
fn needs(callee: &Snapshot, within: &Snapshot) -> Vec<Range> {
    let slots = Slots::new(callee, &Flow::new(callee), within);
    let mut found = Vec::new();
    for (pc, inst) in &callee.insts {
        if !slots.called.is_only_written(*pc) {
            found.extend(excluded(inst, callee));
        }
        let other = uses(inst).into_iter().filter(|each| slots.at(each.at).is_none());
        found.extend(other.map(|each| (each.at, each.at + 8)));
        found.extend(hidden(inst.op, callee.word).iter().map(|at| (*at, at + callee.word)));
    }
    let live = slots.live.get(&callee.entry).into_iter().flat_map(|live| live.iter());
    found.extend(live.map(|slot| slots.list[slot]).map(|(at, slot)| (at, at + size_of(slot, callee.word))));
    found
}

/// What is known of a frame from the instruction that makes it on.
struct Filled {
    /// What the callee needs.
    needs: Rc<[Range]>,
    /// What the caller writes.
    writes: Vec<Range>,
}

/// Who is called with a frame.
enum Callee<'a> {
    Function(&'a Snapshot),
    /// Something that reads one argument, a real.
    OfReal,
}

/// Who is called with a frame. `None` when that is not seen.
fn callee<'a>((snapshot, within): (&Snapshot, &'a Snapshot), made: &Inst, call: &Inst) -> Option<Callee<'a>> {
    if (made.op, call.op) == (Op::Frame, Op::Call) {
        return within.callees.get(&(snapshot.code, call.operands[2].first)).map(Callee::Function);
    }
    let module = made.operands[0];
    if (made.op, call.op) != (Op::Mframe, Op::Mcall)
        || module.mode != Mode::Fp
        || call.operands[2] != module
        || call.link != made.link
    {
        return None;
    }
    match call.link?.leads {
        Leads::Code(code, pc) => within.callees.get(&(code, pc)).map(Callee::Function),
        Leads::Math(_) => Some(Callee::OfReal),
        Leads::Machine => None,
    }
}

/// What was done to a frame up to an instruction, on every way there.
#[derive(Clone, Default)]
struct Done {
    /// What was written to it.
    writes: Vec<Range>,
    /// Slots with addresses of elements.
    indexed: Vec<u32>,
}

impl Done {
    fn meet(&mut self, other: &Done) {
        self.writes.retain(|range| other.writes.contains(range));
        self.indexed.retain(|slot| other.indexed.contains(slot));
    }

    fn add(&mut self, inst: &Inst, slot: u32, word: u32) {
        self.writes.extend(written(inst, slot, word));
        if matches!(inst.op, Op::Indx | Op::Indw | Op::Indf | Op::Indb | Op::Indl) {
            self.indexed.push(inst.operands[1].first);
        }
    }
}

/// What becomes of the frame that an instruction makes, whose address goes to `slot`: who is called with it, and what is written to
/// it, on every way ahead. Who that is, is looked up in `within`. `None` when somebody may look at it before it is called with, when
/// that does not come soon, or it is not seen who is called.
fn filled<'a>(
    (snapshot, within): (&Snapshot, &'a Snapshot),
    pc: u32,
    slot: u32,
) -> Option<(Callee<'a>, Vec<Range>)> {
    let made = snapshot.insts.get(&pc)?;
    let mut ahead = vec![(pc + 1, Done::default())];
    let (mut called, mut all): (Option<&Inst>, Option<Done>) = (None, None);
    for _ in 1..NEAR {
        // What comes first in the program is not reached from anything later.
        let Some(first) = (0..ahead.len()).min_by_key(|index| ahead[*index].0) else { break };
        let (at, mut done) = ahead.swap_remove(first);
        let inst = snapshot.insts.get(&at)?;
        let with = inst.operands[0].mode == Mode::Fp && inst.operands[0].first == slot;
        if matches!(inst.op, Op::Call | Op::Mcall) && with {
            if called.is_some_and(|other| (other.op, other.operands[2]) != (inst.op, inst.operands[2])) {
                return None;
            }
            called = Some(inst);
            all.get_or_insert_with(|| done.clone()).meet(&done);
            continue;
        }
        let stays = match made.op {
            Op::Mframe => leaves_alone(inst, made.operands[0]),
            _ => true,
        };
        if !stays || matches!(inst.op.flow(), Goes::Table | Goes::Stop) || !fills(inst, slot, &done.indexed) {
            return None;
        }
        done.add(inst, slot, snapshot.word);
        for next in successors(inst, at) {
            if next <= at {
                return None;
            }
            match ahead.iter_mut().find(|other| other.0 == next) {
                Some((_, other)) => other.meet(&done),
                None => ahead.push((next, done.clone())),
            }
        }
    }
    let call = called.filter(|_| ahead.is_empty())?;
    Some((callee((snapshot, within), made, call)?, all?.writes))
}

/// Whether the module in a slot stays there, for frames of other modules' functions.
fn leaves_alone(inst: &Inst, module: Operand) -> bool {
    inst.op.flow() != Goes::Call && !uses(inst).iter().any(|each| each.writes && each.at == module.first)
}

/// Whether an instruction does nothing with a frame but write to it: nothing reads its address, or by an address that may be the
/// same. Addresses of elements are not.
fn fills(inst: &Inst, slot: u32, indexed: &[u32]) -> bool {
    inst.op.roles().into_iter().zip(&inst.operands).all(|(role, operand)| {
        let writes = role.access == Access::Write;
        match operand.mode {
            Mode::Fp => operand.first != slot,
            Mode::FpAddress => writes && operand.first == slot || indexed.contains(&operand.first),
            _ => true,
        }
    })
}

/// What an instruction writes to a frame.
fn written(inst: &Inst, slot: u32, word: u32) -> Option<Range> {
    let (role, operand) = (inst.op.roles()[2], inst.operands[2]);
    let writes = role.access == Access::Write && operand.mode == Mode::FpAddress && operand.first == slot;
    let size = size_of(slot_of(role.kind)?, word);
    writes.then(|| (operand.second, operand.second.saturating_add(size)))
}

impl Emitter<'_> {
    /// What a callee needs, found out once.
    fn needs_of(&mut self, callee: Callee<'_>) -> Rc<[Range]> {
        let (word, within) = (self.snapshot.word, self.request.snapshot);
        let callee = match callee {
            Callee::Function(callee) => callee,
            Callee::OfReal => return [(8 * word, 8 * word + 8)].into(),
        };
        Rc::clone(
            self.needs.entry((callee.code, callee.entry)).or_insert_with(|| needs(callee, within).into()),
        )
    }

    /// Fills a new frame, whose address goes to a slot: zeros, and references that are nil, among them where the result goes. In the
    /// four words in front of that, nobody looks.
    pub(crate) fn blank(&mut self, ty: &TypeInfo, size: u32, host: Value, slot: u32) {
        let word = self.snapshot.word;
        let is_nil = |at: u32| at == 4 * word || ty.pointers.contains(&at);
        let filled = filled((self.snapshot, self.request.snapshot), self.pc, slot)
            .map(|(callee, writes)| Filled { needs: self.needs_of(callee), writes });
        for at in (0..size).step_by(8) {
            let (low, high) = (is_nil(at), word == 4 && is_nil(at + 4));
            if !is_wanted(ty, word, at, filled.as_ref()) {
                continue;
            }
            let bits = match word {
                8 if low => u64::MAX,
                8 => 0,
                _ => [(low, 0), (high, 32)]
                    .map(|(nil, shift)| if nil { u64::from(NIL) << shift } else { 0 })
                    .iter()
                    .sum(),
            };
            let value = self.int(bits.cast_signed());
            self.store(value, host, at as i32, self.classes.frames);
        }
    }
}

/// Whether something has to be put into the 8 bytes at an offset.
fn is_wanted(ty: &TypeInfo, word: u32, at: u32, filled: Option<&Filled>) -> bool {
    let end = at + 8;
    if ty.pointers.iter().any(|pointer| *pointer < end && at < pointer + word) {
        return true;
    }
    match filled {
        // From the fifth word on.
        None => end > 4 * word,
        Some(Filled { needs, writes }) => {
            let inside = |range: &&Range| range.0 < end && at < range.1;
            let needed = needs.iter().any(|range| inside(&range)) || at <= 4 * word && 4 * word < end;
            needed && (at..end).any(|byte| writes.iter().all(|range| !(range.0..range.1).contains(&byte)))
        }
    }
}
