//! Which kinds of values registers hold where blocks begin.
//!
//! A forward analysis over the bytecode, whose results are assumptions: where a value turns out to be of another kind than
//! assumed, code checks it on the way into the block. So the analysis may hope. It hopes at the heads of loops: a register that
//! comes around with a known kind is taken to come in with it, and is checked once, in front of the loop.

use crate::flow::Flow;
use crate::snapshot::{Held, Note, Snapshot};
use crate::value::{Constant, Kind, number_of};
use js_bytecode::{Inst, Op, Operand};
use js_rt::offsets::{CLASS_TYPED_FIRST, CLASS_TYPED_LAST};
use js_rt::{ElementType, MathOp};

/// The kinds of all registers.
pub(crate) type Kinds = Vec<Kind>;

/// Rounds of the analysis after which it gives up hope.
const ROUNDS: usize = 30;

/// What registers hold at the start of each block. `entry` is what they hold where control comes in.
pub(crate) fn kinds(snapshot: &Snapshot, flow: &Flow, entry: &Kinds) -> Vec<Kinds> {
    let mut analysis = Analysis {
        snapshot,
        flow,
        entry,
        ins: vec![vec![Kind::None; entry.len()]; flow.blocks.len()],
        outs: vec![None; flow.blocks.len()],
        hopeless: vec![vec![false; entry.len()]; flow.blocks.len()],
    };
    for round in 0.. {
        if !analysis.round() {
            break;
        }
        if round == ROUNDS {
            return vec![vec![Kind::Any; entry.len()]; flow.blocks.len()];
        }
    }
    analysis.ins
}

struct Analysis<'a> {
    snapshot: &'a Snapshot,
    flow: &'a Flow,
    entry: &'a Kinds,
    ins: Vec<Kinds>,
    outs: Vec<Option<Kinds>>,
    /// Registers whose loop was found to change their kind after all.
    hopeless: Vec<Vec<bool>>,
}

impl Analysis<'_> {
    /// Goes through all blocks once; whether anything changed.
    fn round(&mut self) -> bool {
        let mut changed = false;
        for block in 0..self.flow.blocks.len() {
            let kinds = self.joined(block);
            if self.outs[block].is_some() && kinds == self.ins[block] {
                continue;
            }
            self.ins[block].clone_from(&kinds);
            let mut kinds = kinds;
            for pc in self.flow.blocks[block].start..self.flow.blocks[block].end {
                if self.snapshot.is_untaken(pc) {
                    // Control does not go on from there.
                    kinds.fill(Kind::None);
                    break;
                }
                transfer(self.snapshot, self.flow, pc, &mut kinds);
            }
            changed |= self.outs[block].as_ref() != Some(&kinds);
            self.outs[block] = Some(kinds);
        }
        changed
    }

    fn joined(&mut self, block: usize) -> Kinds {
        let mut kinds = vec![Kind::None; self.entry.len()];
        let flow = self.flow;
        for reg in flow.live[flow.blocks[block].start].iter() {
            kinds[usize::from(reg)] = self.joined_register(block, usize::from(reg));
        }
        kinds
    }

    fn joined_register(&mut self, block: usize, reg: usize) -> Kind {
        let (mut first, mut around) = (Kind::None, Kind::None);
        if block == 0 {
            first = self.entry[reg];
        }
        let data = &self.flow.blocks[block];
        for from in &data.from {
            let Some(out) = &self.outs[*from] else { continue };
            if self.flow.blocks[*from].start >= data.start {
                around = around.join(out[reg]);
            } else {
                first = first.join(out[reg]);
            }
        }
        let all = first.join(around);
        let wide = self.snapshot.notes[data.start].bits & Note::WIDE != 0;
        if !data.header || wide || self.hopeless[block][reg] || first != Kind::Any {
            return all;
        }
        match around {
            Kind::None => all,
            Kind::Any => {
                // Either nothing is known of it in the loop, or it was hoped for in vain.
                if self.ins[block][reg] != Kind::Any && self.ins[block][reg] != Kind::None {
                    self.hopeless[block][reg] = true;
                }
                Kind::Any
            }
            known => known,
        }
    }
}

/// What is added to or compared with: the right operand where it is a constant of the instruction.
pub(crate) fn has_small_operand(op: Op) -> bool {
    op.operands()[2] == Operand::Int
}

/// The kind of a constant's word.
pub(crate) fn of_constant(bits: u64) -> Kind {
    match number_of(bits) {
        Some(Constant::Int(_)) => Kind::Int,
        Some(Constant::Double(_)) => Kind::Number,
        None => Kind::Any,
    }
}

/// Follows an instruction.
fn transfer(snapshot: &Snapshot, flow: &Flow, pc: usize, kinds: &mut Kinds) {
    let inst = snapshot.insts[pc];
    let bits = snapshot.notes[pc].bits;
    let made = match inst.op() {
        Op::Move | Op::ToNumeric | Op::ToNumber => moved(inst, kinds),
        Op::LoadConst => of_constant(snapshot.constants[inst.c() as usize]),
        Op::LoadInt => Kind::Int,
        Op::LoadTrue | Op::LoadFalse | Op::Not => Kind::Bool,
        Op::StrictEq | Op::StrictNe => Kind::Bool,
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
            operands(bits, kinds, &[inst.b(), inst.cr()]);
            Kind::Bool
        }
        Op::GetElement => typed(element_note(snapshot, pc, inst.b())),
        Op::Call => called(snapshot, pc, inst, kinds),
        op => match arithmetic(op, inst, bits, kinds) {
            Some(kind) => kind,
            None => return other(flow, pc, inst, bits, kinds),
        },
    };
    kinds[usize::from(inst.a())] = made;
}

/// ToNumeric of a number is the number.
fn moved(inst: Inst, kinds: &mut Kinds) -> Kind {
    kinds[usize::from(inst.b())]
}

/// What an operation on numbers comes to; none for other instructions.
fn arithmetic(op: Op, inst: Inst, bits: u8, kinds: &mut Kinds) -> Option<Kind> {
    let small = has_small_operand(op);
    let (b, c) = (inst.b(), inst.cr());
    let regs: &[u16] = if small || op.operands()[2] == Operand::None { &[b] } else { &[b, c] };
    let kind = match op {
        Op::Add | Op::Sub | Op::Mul | Op::Rem | Op::AddInt | Op::SubInt | Op::MulInt | Op::RemInt => {
            if bits & Note::DOUBLE != 0 { Kind::Number } else { Kind::Int }
        }
        Op::Inc | Op::Dec | Op::Neg | Op::Ushr | Op::UshrInt => {
            if bits & Note::DOUBLE != 0 {
                Kind::Number
            } else {
                Kind::Int
            }
        }
        Op::Div => Kind::Number,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::Shl | Op::Shr | Op::BitNot => Kind::Int,
        Op::BitAndInt | Op::BitOrInt | Op::ShlInt | Op::ShrInt => Kind::Int,
        _ => return None,
    };
    let known = match op {
        // Whatever was seen, these take numbers of any kind.
        Op::Div => numbers(bits, kinds, regs, Kind::Number),
        _ => operands(bits, kinds, regs),
    };
    Some(if known { kind } else { Kind::Any })
}

/// Operands that are guarded to be numbers; whether they are.
fn operands(bits: u8, kinds: &mut Kinds, regs: &[u16]) -> bool {
    let kind = if bits & Note::DOUBLE != 0 { Kind::Number } else { Kind::Int };
    numbers(bits, kinds, regs, kind)
}

fn numbers(bits: u8, kinds: &mut Kinds, regs: &[u16], kind: Kind) -> bool {
    let never = |reg: &u16| kinds[usize::from(*reg)] == Kind::Bool;
    if bits & Note::OTHER != 0 || regs.iter().any(never) {
        return false;
    }
    for reg in regs {
        if kinds[usize::from(*reg)] == Kind::Any {
            kinds[usize::from(*reg)] = kind;
        }
    }
    true
}

/// What a call comes to.
fn called(snapshot: &Snapshot, pc: usize, inst: Inst, kinds: &Kinds) -> Kind {
    let Some(op) = snapshot.math_at(pc) else { return Kind::Any };
    let first = usize::from(inst.b()) + 2;
    let given = kinds.get(first..first + op.arguments() as usize).unwrap_or_default();
    match op {
        MathOp::Clz32 | MathOp::Imul => Kind::Int,
        MathOp::Abs | MathOp::Fround | MathOp::Sqrt => Kind::Number,
        _ if given.iter().all(|kind| *kind == Kind::Int) => Kind::Int,
        _ => Kind::Number,
    }
}

/// What an element of the typed array that was seen is.
fn typed(note: Note) -> Kind {
    match element_type(note) {
        Some(ElementType::Float32 | ElementType::Float64 | ElementType::Uint32) => Kind::Number,
        Some(_) => Kind::Int,
        None => Kind::Any,
    }
}

/// What was noted about an access to an element; where nothing was, what the register held that the object is in.
pub(crate) fn element_note(snapshot: &Snapshot, pc: usize, object: u16) -> Note {
    let note = snapshot.notes[pc];
    match snapshot.held.get(usize::from(object)) {
        Some(Held::Object(class)) if note == Note::default() && *class >= CLASS_TYPED_FIRST => {
            if *class <= CLASS_TYPED_LAST { Note { class: *class, ..note } } else { note }
        }
        _ => note,
    }
}

/// The type of the typed arrays whose elements an instruction accesses, if they all have one that is worth code of its own.
pub(crate) fn element_type(note: Note) -> Option<ElementType> {
    use ElementType as E;
    if note.bits & Note::OTHER != 0 || !(CLASS_TYPED_FIRST..=CLASS_TYPED_LAST).contains(&note.class) {
        return None;
    }
    let element = E::ALL.into_iter().find(|element| element.class() as u8 == note.class)?;
    let plain = matches!(
        element,
        E::Int8
            | E::Uint8
            | E::Uint8Clamped
            | E::Int16
            | E::Uint16
            | E::Int32
            | E::Uint32
            | E::Float32
            | E::Float64
    );
    plain.then_some(element)
}

fn other(flow: &Flow, pc: usize, inst: Inst, bits: u8, kinds: &mut Kinds) {
    use crate::compare::{Test, plan};
    if let Some(plan) = plan(inst.op())
        && matches!(plan.test, Test::Order(_) | Test::Loose)
    {
        let regs = [inst.a(), inst.b()];
        let count = if inst.op().operands()[1] == Operand::Int { 1 } else { 2 };
        operands(bits, kinds, &regs[..count]);
    }
    for reg in &flow.effects[pc].writes {
        kinds[usize::from(*reg)] = Kind::Any;
    }
}
