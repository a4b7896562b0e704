//! Small functions inlined where they are called. Their frames and records are those of a call, so that wherever code is left, or
//! somebody looks, nothing is different; calling, going back, and asking for where the result goes are not there.

use super::{Emitter, Goes, Inlined, Known};
use crate::bits::Bits;
use crate::flow::Flow;
use crate::place::Place;
use crate::slots::{Slots, size_of};
use dis_bytecode::{Access, Flow as Leads, Op};
use dis_vm::tier::{Mode, Operand, Slot, Snapshot, shared};
use ir::{IntCond, Op as Ir, Type, Value};
use std::rc::Rc;

/// Instructions of a function that is inlined, at most.
const SHORT: usize = 40;
/// The same of one that calls others.
const SHORTER: usize = 20;
/// IR instructions of a function into which others are inlined, at most.
const LARGE: usize = 4000;

impl<'a> Emitter<'a> {
    /// The function that begins there, if it is one to inline here, and one whose frame goes with it alone. Then it is checked that the
    /// frame says of its result's place what is known of it.
    pub(crate) fn inlinable(
        &mut self,
        begin: (u32, u32),
        filling: &super::Filling,
        slot: usize,
    ) -> Option<&'a Snapshot> {
        let callee = self.snapshot.callees.get(&begin)?;
        if self.inlined.is_some()
            || callee.insts.len() > SHORT
            || !callee.handlers.is_empty()
            || calls(callee) && (callee.insts.len() > SHORTER || hands_on(callee) || !self.reaches(callee))
            || self.refused.contains(&begin)
            || self.body.insts.len() > LARGE
            || !self.can_inline(callee, filling)
        {
            self.refused.insert(begin);
            return None;
        }
        let frame = self.frame_of(filling, slot);
        if filling.here.is_none() {
            let start = self.shared(shared::START, self.classes.shared);
            let apart = self.b().icmp(IntCond::Ne, frame, start);
            self.leave_unless(apart);
        }
        if let (Goes::Here(offset), None) = (filling.result, filling.here) {
            let expected = self.own_address(offset);
            let at = self.b().unary(Ir::IntToPtr, frame);
            let actual = self.word_at(at, 4 * self.snapshot.word as i32, self.classes.frames);
            let same = self.b().icmp(IntCond::Eq, actual, expected);
            self.leave_unless(same);
        }
        Some(callee)
    }

    /// Whether what a function calls is called by this one, too.
    fn reaches(&self, callee: &Snapshot) -> bool {
        let own = self.request.snapshot.calls();
        callee.calls().keys().all(|begin| own.contains_key(begin))
    }

    /// Whether all instructions have code of their own: by trying.
    fn can_inline(&mut self, callee: &'a Snapshot, filling: &super::Filling) -> bool {
        let flow = Flow::new(callee);
        if flow.blocks.iter().any(|block| block.header) {
            return false;
        }
        let kept = (self.body.clone(), self.known.clone(), self.before.clone(), self.block, self.counts);
        let (frame, index) = (self.frame, self.own);
        let done = self.lower_inlined((callee, false), frame, index, filling.result);
        (self.body, self.known, self.before, self.block, self.counts) = kept;
        done
    }

    /// Lowers a function that is called with a frame and has its record there. The quantum is known behind it.
    pub(crate) fn inline(
        &mut self,
        (callee, other): (&'a Snapshot, bool),
        frame: Value,
        index: Value,
        result: Goes,
    ) {
        let done = self.lower_inlined((callee, other), frame, index, result);
        debug_assert!(done, "it was tried before");
        if let Goes::Here(offset) = result {
            let end = offset.saturating_add(result_size(callee));
            for (index, (at, slot)) in self.slots.list.iter().enumerate() {
                if *at < end && offset < at + size_of(*slot, self.snapshot.word) {
                    self.known.values[index] = None;
                }
            }
        }
    }

    fn lower_inlined(
        &mut self,
        (callee, other): (&'a Snapshot, bool),
        frame: Value,
        index: Value,
        result: Goes,
    ) -> bool {
        let place = match result {
            Goes::Here(offset) => self.room_at(offset).map(|(bytes, reference)| (offset, bytes, reference)),
            _ => None,
        };
        let back = self.new_block(&[Type::I64]);
        let quantum = self.left();
        let behind = self.asked_before(callee);
        let inlined = Inlined { back, fp: self.fp, result: place, other, behind, failed: false };
        let outside = self.go_inside(callee, inlined, quantum, (frame, index));
        self.enter_inlined();
        self.all_blocks();
        let failed = self.inlined.is_some_and(|inlined| inlined.failed);
        self.come_outside(outside);
        self.switch_to(back);
        (self.known.quantum, self.known.used) = (self.params(back)[0], 0);
        self.known.age();
        !failed
    }

    /// The callee's state in place of the own one, which is the result.
    fn go_inside(
        &mut self,
        callee: &'a Snapshot,
        inlined: Inlined,
        quantum: Value,
        (frame, index): (Value, Value),
    ) -> Outside<'a> {
        let flow = Flow::new(callee);
        let slots = Slots::new(callee, &flow, self.request.snapshot);
        let count = slots.list.len();
        let known = Known {
            values: vec![None; count],
            dirty: Bits::new(count),
            quantum,
            used: 0,
            pending: Vec::new(),
            top: frame,
            elements: Vec::new(),
        };
        let blocks = (0..flow.blocks.len()).map(|_| self.b().add_block(&[])).collect();
        let entries = vec![None; flow.blocks.len()];
        let fp = self.b().unary(Ir::IntToPtr, frame);
        let outside = Outside {
            snapshot: std::mem::replace(&mut self.snapshot, callee),
            flow: std::mem::replace(&mut self.flow, Rc::new(flow)),
            slots: std::mem::replace(&mut self.slots, Rc::new(slots)),
            blocks: std::mem::replace(&mut self.blocks, blocks),
            entries: std::mem::replace(&mut self.entries, entries),
            outer: self.outer.take(),
            pc: std::mem::replace(&mut self.pc, callee.entry),
            before: std::mem::replace(&mut self.before, known.clone()),
            known: std::mem::replace(&mut self.known, known),
            length: self.length,
            values: [self.frame, self.fp, self.own, self.mp],
            result: self.result.take(),
        };
        (self.frame, self.fp, self.own, self.inlined) = (frame, fp, index, Some(inlined));
        outside
    }

    fn come_outside(&mut self, outside: Outside<'a>) {
        (self.snapshot, self.flow, self.slots) = (outside.snapshot, outside.flow, outside.slots);
        (self.blocks, self.entries, self.outer) = (outside.blocks, outside.entries, outside.outer);
        (self.pc, self.before, self.known) = (outside.pc, outside.before, outside.known);
        (self.length, self.result, self.inlined) = (outside.length, outside.result, None);
        self.slow = None;
        [self.frame, self.fp, self.own, self.mp] = outside.values;
    }

    /// How much of the quantum is needed behind a function that is inlined, if it is asked for where that begins: it takes no more than it
    /// says then. 0 when it calls others.
    pub(crate) fn asked_before(&self, callee: &Snapshot) -> u32 {
        let takes = callee.insts.values().any(|inst| matches!(inst.op, Op::Call | Op::Mcall));
        if takes { 0 } else { self.length }
    }

    /// As where a function is entered.
    fn enter_inlined(&mut self) {
        self.enter();
        self.goto(0);
    }

    /// A place in the result, which is in the caller's frame. `None` when it is not known to be one.
    pub(crate) fn inlined_result(&self, inlined: Inlined, operand: Operand, slot: Slot) -> Option<Place> {
        let (offset, bytes, reference) = inlined.result?;
        let word = self.snapshot.word;
        let own = self.slots.result.is_some() && operand.first == 4 * word;
        let aligned = slot == Slot::Byte || operand.second.is_multiple_of(word);
        let inside = match slot {
            Slot::Reference => reference && operand.second == 0,
            _ => operand.second.checked_add(size_of(slot, word)).is_some_and(|end| end <= bytes),
        };
        let at = i32::try_from(offset.checked_add(operand.second)?).ok()?;
        let place = Place::Memory { at: inlined.fp, offset: at, class: self.classes.frames };
        (own && aligned && inside).then_some(place)
    }
}

/// Whether a function calls others.
fn calls(callee: &Snapshot) -> bool {
    callee.insts.values().any(|inst| inst.op.flow() == Leads::Call)
}

/// Whether a function hands the address of its result on.
fn hands_on(callee: &Snapshot) -> bool {
    callee.insts.values().any(|inst| {
        let pairs = inst.op.roles().into_iter().zip(inst.operands);
        pairs.into_iter().any(|(role, operand)| {
            role.access == Access::Address
                && operand.first == 4 * callee.word
                && operand.mode == Mode::FpAddress
        })
    })
}

/// Bytes of its result that a function accesses, at most.
fn result_size(callee: &Snapshot) -> u32 {
    let operands = callee.insts.values().flat_map(|inst| inst.operands);
    let ends = operands.filter(|operand| operand.mode == Mode::FpAddress && operand.first == 4 * callee.word);
    ends.map(|operand| operand.second.saturating_add(8)).max().unwrap_or(0)
}

/// What belongs to the function that another one is inlined into.
struct Outside<'a> {
    snapshot: &'a Snapshot,
    flow: Rc<Flow>,
    slots: Rc<Slots>,
    blocks: Vec<ir::Block>,
    entries: Vec<Option<Known>>,
    outer: Option<ir::Block>,
    pc: u32,
    before: Known,
    known: Known,
    length: u32,
    values: [Value; 4],
    result: Option<Value>,
}
