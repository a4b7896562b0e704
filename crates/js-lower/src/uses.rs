//! What loaded values are used for, which is checked where they are loaded.
//!
//! Memory may hold that there is no value; an operation on numbers checks that its operands are numbers, an access that there is an object.
//! Where it is the first to look at what was loaded, one check is enough for both.

use crate::compare::{Test, plan};
use crate::emit::Emitter;
use crate::flow::Flow;
use crate::kinds::has_small_operand;
use crate::memory::Place;
use crate::runtime::Reason;
use crate::snapshot::{Note, Snapshot};
use crate::value::Val;
use ir::Type;
use js_bytecode::{Op, Operand};

/// Instructions behind a load among which its use is looked for.
const FAR: usize = 32;

/// What a value is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Int,
    Number,
    /// Something with properties or elements.
    Cell,
}

/// As what an instruction takes a register that it reads; none when it takes other values, too.
fn taken_as(snapshot: &Snapshot, pc: usize, reg: u16) -> Option<Use> {
    let (inst, note) = (snapshot.insts[pc], snapshot.notes[pc]);
    let op = inst.op();
    let base = match op {
        Op::GetProperty | Op::GetMethod | Op::GetElement => Some(inst.b()),
        Op::SetProperty | Op::SetElement => Some(inst.a()),
        _ => None,
    };
    if let Some(base) = base {
        let usual = note.exits == 0 && note.bits & Note::PRIMITIVE == 0;
        return (base == reg && usual).then_some(Use::Cell);
    }
    if note.bits & Note::OTHER != 0 {
        return None;
    }
    let bits = note.bits;
    let kind = if bits & Note::DOUBLE != 0 { Use::Number } else { Use::Int };
    let compared = plan(op).is_some_and(|plan| matches!(plan.test, Test::Order(_)));
    let operands = match op {
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => [inst.b(), inst.cr()],
        Op::AddInt | Op::SubInt | Op::MulInt | Op::RemInt | Op::Inc | Op::Dec | Op::Neg => [inst.b(); 2],
        _ if compared && !op.jumps() => [inst.b(), inst.cr()],
        _ if compared && op.operands()[1] == Operand::Int => [inst.a(); 2],
        _ if compared => [inst.a(), inst.b()],
        _ => return None,
    };
    debug_assert!(!has_small_operand(op) || operands[0] == operands[1]);
    let kind = if op == Op::Div { Use::Number } else { kind };
    operands.contains(&reg).then_some(kind)
}

/// As what the first instruction that reads what `pc` writes to a register takes it, if that is certain to be executed.
fn first_use(snapshot: &Snapshot, flow: &Flow, pc: usize, reg: u16) -> Option<Use> {
    for next in pc + 1..(pc + FAR).min(snapshot.insts.len()) {
        let inst = snapshot.insts[next - 1];
        let goes_on = !inst.op().jumps() && !inst.op().ends_block() && !flow.starts(next);
        if !goes_on || snapshot.is_untaken(next) {
            return None;
        }
        let effect = &flow.effects[next];
        if effect.reads.contains(&reg) {
            return taken_as(snapshot, next, reg);
        }
        if effect.writes.contains(&reg) {
            return None;
        }
    }
    None
}

impl Emitter<'_> {
    /// The value at a place, which the instruction writes to a register; leaves when there is none.
    pub(crate) fn loaded(&mut self, place: Place, reg: u16, reason: Reason) -> Val {
        let word = self.load(Type::I64, place.base, place.offset, place.class);
        // Where that was wrong once, what is left says nothing of the value.
        let used =
            first_use(self.at.snapshot, self.at.flow, self.at.pc, reg).filter(|_| self.note().exits == 0);
        match used {
            Some(Use::Int) => Val::Int(self.int_of(word, reason)),
            Some(Use::Number) => Val::Number(self.unboxed(word, self.at.pc, reason), None),
            Some(Use::Cell) => {
                let holds = self.is_cell(word);
                self.guard(holds, reason);
                Val::Any(word)
            }
            None => {
                self.not_empty(word, None, reason);
                Val::Any(word)
            }
        }
    }
}
