//! Which kinds of values registers hold where blocks begin.
//!
//! A forward analysis over the bytecode, whose results are assumptions: where a value turns out to be of another kind than
//! assumed, code checks it on the way into the block. So the analysis may hope. It hopes at the heads of loops: a register that
//! comes around with a known kind is taken to come in with it, and is checked once, in front of the loop.

use crate::flow::Flow;
use crate::value::{Kind, as_int};
use sox_bytecode::feedback::{BIG, Feedback, OTHER, WIDE};
use sox_bytecode::{Inst, Op};
use sox_rt::Tag;

/// The kinds of all registers.
pub(crate) type Kinds = Vec<Kind>;

/// Rounds of the analysis after which it gives up hope.
const ROUNDS: usize = 30;

/// What registers hold at the start of each block. `entry` is what they hold where control comes in.
pub(crate) fn kinds(feedback: &Feedback, flow: &Flow, entry: &Kinds) -> Vec<Kinds> {
    let mut analysis = Analysis {
        feedback,
        flow,
        entry,
        ins: vec![vec![Kind::None; entry.len()]; flow.blocks.len()],
        outs: vec![None; flow.blocks.len()],
        hopeless: vec![vec![false; entry.len()]; flow.blocks.len()],
        counters: counters(feedback, entry.len()),
        no_counters: vec![vec![false; entry.len()]; flow.blocks.len()],
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
    feedback: &'a Feedback,
    flow: &'a Flow,
    entry: &'a Kinds,
    ins: Vec<Kinds>,
    outs: Vec<Option<Kinds>>,
    /// Registers whose loop was found to change their kind after all.
    hopeless: Vec<Vec<bool>>,
    /// Registers that count.
    counters: Vec<bool>,
    /// Those that a loop makes something else of, all the same.
    no_counters: Vec<Vec<bool>>,
}

/// Registers that an integer is added to somewhere, each time with an integer as the sum, as far as was seen.
fn counters(feedback: &Feedback, registers: usize) -> Vec<bool> {
    let mut counters = vec![false; registers];
    for (inst, flags) in feedback.function().code.iter().zip(&feedback.flags) {
        let step = match inst.op() {
            Some(Op::AddK | Op::SubK) if inst.a() == inst.b() => inst.index(),
            Some(Op::LoopAddLt | Op::LoopAddLe) => usize::from(inst.c()),
            _ => continue,
        };
        if flags & (BIG | OTHER) == 0 && constant(feedback, step) == Kind::Int {
            counters[usize::from(inst.a())] = true;
        }
    }
    counters
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
            let range = self.flow.blocks[block].start..self.flow.blocks[block].end;
            for pc in range {
                if crate::calls::is_untaken(self.feedback, pc) {
                    // Control does not go on from there.
                    kinds.fill(Kind::None);
                    break;
                }
                transfer(self.feedback, pc, &mut kinds);
            }
            changed |= self.outs[block].as_ref() != Some(&kinds);
            self.outs[block] = Some(kinds);
        }
        changed
    }

    fn joined(&mut self, block: usize) -> Kinds {
        let live = self.flow.live[self.flow.blocks[block].start];
        let count = self.entry.len();
        let mut kinds = vec![Kind::None; count];
        for reg in live.iter().filter(|reg| usize::from(*reg) < count) {
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
        let wide = self.feedback.flags[data.start] & WIDE != 0;
        if !data.header || wide || self.hopeless[block][reg] || first != Kind::Any {
            return all;
        }
        if self.counters[reg] && !self.no_counters[block][reg] {
            match around {
                // Control came in from outside of the loop, where nothing is known of it: it counts in integers.
                Kind::None | Kind::Int => return Kind::Int,
                _ => self.no_counters[block][reg] = true,
            }
        }
        match around {
            Kind::None | Kind::Nil => all,
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

/// What an arithmetic instruction makes of its operands' kinds.
fn arithmetic(flags: u8, op: Op, x: Kind, y: Kind) -> Kind {
    let ints = x == Kind::Int && y == Kind::Int && flags & BIG == 0;
    match op {
        Op::Add | Op::AddK | Op::Sub | Op::SubK | Op::SubFrom if ints => Kind::Int,
        Op::Rem if flags & BIG == 0 => Kind::Int,
        Op::RemK if flags & BIG == 0 && y == Kind::Int => Kind::Int,
        _ => Kind::Number,
    }
}

/// The kind of a constant.
pub(crate) fn constant(feedback: &Feedback, index: usize) -> Kind {
    match feedback.constants.get(index) {
        Some((tag, bits)) if *tag == Tag::Number as u64 => match as_int(f64::from_bits(*bits)) {
            Some(_) => Kind::Int,
            None => Kind::Number,
        },
        Some((tag, _)) if *tag == Tag::String as u64 => Kind::Object(Tag::String),
        _ => Kind::Any,
    }
}

/// Whether a constant is a positive integer, by which integers can be divided as such.
pub(crate) fn is_divisor(feedback: &Feedback, index: usize) -> bool {
    feedback.constants.get(index).is_some_and(|(tag, bits)| {
        *tag == Tag::Number as u64 && as_int(f64::from_bits(*bits)).is_some_and(|int| int > 0)
    })
}

/// The kind of object that an instruction makes.
pub(crate) fn made(op: Op) -> Option<Tag> {
    Some(match op {
        Op::NewBox => Tag::Box,
        Op::Closure => Tag::Closure,
        Op::NewArray | Op::Slice => Tag::Array,
        Op::NewTable => Tag::Table,
        Op::NewRange => Tag::Range,
        Op::Class => Tag::Class,
        Op::Interface => Tag::Interface,
        _ => return None,
    })
}

/// Follows an instruction.
fn transfer(feedback: &Feedback, pc: usize, kinds: &mut Kinds) {
    let inst = feedback.function().code[pc];
    let Some(op) = inst.op() else { return };
    let (a, b, c) = (usize::from(inst.a()), usize::from(inst.b()), usize::from(inst.c()));
    let flags = feedback.flags[pc];
    match op {
        Op::Move => kinds[a] = kinds[b],
        Op::LoadConst => kinds[a] = constant(feedback, inst.index()),
        Op::LoadInt => kinds[a] = Kind::Int,
        Op::LoadNil => kinds[a] = Kind::Nil,
        Op::LoadTrue | Op::LoadFalse | Op::Not | Op::Eq | Op::Ne | Op::Is => kinds[a] = Kind::Bool,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => {
            let known = numbers(flags, kinds, &[b, c]);
            kinds[a] = if known { arithmetic(flags, op, kinds[b], kinds[c]) } else { Kind::Any };
        }
        Op::AddK | Op::SubK | Op::MulK | Op::DivK | Op::RemK | Op::SubFrom | Op::DivFrom => {
            let known = numbers(flags, kinds, &[b]);
            let other = match op {
                Op::RemK if !is_divisor(feedback, inst.index()) => Kind::Number,
                _ => constant(feedback, inst.index()),
            };
            kinds[a] = if known { arithmetic(flags, op, kinds[b], other) } else { Kind::Any };
        }
        Op::Neg => {
            let known = numbers(flags, kinds, &[b]);
            kinds[a] = if known { Kind::Number } else { Kind::Any };
        }
        Op::Lt | Op::Le => {
            numbers(flags, kinds, &[b, c]);
            kinds[a] = Kind::Bool;
        }
        _ => transfer_other(feedback, pc, inst, op, kinds),
    }
}

fn transfer_other(feedback: &Feedback, pc: usize, inst: Inst, op: Op, kinds: &mut Kinds) {
    let (a, b, c) = (usize::from(inst.a()), usize::from(inst.b()), usize::from(inst.c()));
    let flags = feedback.flags[pc];
    match op {
        Op::JumpLt | Op::JumpNotLt | Op::JumpLe | Op::JumpNotLe | Op::LoopLt | Op::LoopLe => {
            numbers(flags, kinds, &[a, b]);
        }
        Op::JumpLtK
        | Op::JumpNotLtK
        | Op::JumpLeK
        | Op::JumpNotLeK
        | Op::JumpGtK
        | Op::JumpNotGtK
        | Op::JumpGeK
        | Op::JumpNotGeK
        | Op::LoopLtK
        | Op::LoopLeK
        | Op::LoopGtK
        | Op::LoopGeK => {
            numbers(flags, kinds, &[a]);
        }
        Op::LoopAddLt | Op::LoopAddLe => {
            let known = numbers(flags, kinds, &[a, b]);
            let step = constant(feedback, c);
            kinds[a] = if known { arithmetic(flags, Op::AddK, kinds[a], step) } else { Kind::Any };
        }
        Op::GetIndex => {
            if flags & (OTHER | BIG) == 0 {
                refine(kinds, b, Kind::Object(Tag::Array));
                refine(kinds, c, Kind::Number);
            }
            kinds[a] = Kind::Any;
        }
        Op::SetIndex if flags & (OTHER | BIG) == 0 => {
            refine(kinds, a, Kind::Object(Tag::Array));
            refine(kinds, b, Kind::Number);
        }
        Op::GetProperty | Op::SetProperty | Op::Invoke => {
            let object = if op == Op::GetProperty { b } else { a };
            if crate::objects::is_guarded(feedback, pc, inst) {
                refine(kinds, object, Kind::Object(Tag::Instance));
            }
            if op != Op::SetProperty {
                let number = crate::results::hands_back_number(feedback, pc);
                kinds[a] = if number { Kind::Number } else { Kind::Any };
            }
        }
        _ => {
            let effect = crate::operands::effect(&feedback.module, inst, op);
            effect.writes.iter().for_each(|reg| kinds[usize::from(reg)] = Kind::Any);
            if let (Op::Call, Some(kind)) = (op, crate::natives::kind(feedback, pc)) {
                kinds[a] = kind;
            } else if crate::results::hands_back_number(feedback, pc) {
                kinds[a] = Kind::Number;
            }
            if let Some(tag) = made(op) {
                kinds[a] = Kind::Object(tag);
            }
        }
    }
}

/// Operands that are guarded to be numbers; whether they are guarded.
fn numbers(flags: u8, kinds: &mut Kinds, regs: &[usize]) -> bool {
    let never =
        regs.iter().any(|reg| !matches!(kinds[*reg], Kind::Any | Kind::Int | Kind::Number | Kind::None));
    if flags & OTHER != 0 || never {
        return false;
    }
    regs.iter().for_each(|reg| refine(kinds, *reg, Kind::Number));
    true
}

/// A register's value was checked to be of a kind.
fn refine(kinds: &mut Kinds, reg: usize, kind: Kind) {
    if kinds[reg] == Kind::Any {
        kinds[reg] = kind;
    }
}
