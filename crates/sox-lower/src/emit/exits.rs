//! Guards, frame states, and leaving.

use super::Emitter;
use crate::runtime::{DEAD, Reason, THREW};
use crate::value::Val;
use ir::{FrameValue, Imm, IntCond, Op, State, StateData, Type, Value};
use sox_rt::Tag;

impl Emitter<'_> {
    /// Whether a tag is one.
    pub(crate) fn is_tag(&mut self, tag: Value, wanted: Tag) -> Value {
        let wanted = self.int(wanted as u64);
        self.b().icmp(IntCond::Eq, tag, wanted)
    }

    /// Leaves for the interpreter, which executes this instruction, unless the condition holds.
    pub(crate) fn guard(&mut self, holds: Value, reason: Reason) {
        let state = self.state(self.pc);
        self.b().guard(holds, state, reason.into());
    }

    /// What the interpreter needs to go on at an instruction.
    pub(crate) fn state(&mut self, pc: usize) -> State {
        let dead = FrameValue::Const(Type::I64, DEAD);
        let count = self.count.map_or(FrameValue::Dead, FrameValue::Value);
        let mut values: Vec<FrameValue> =
            [self.frame, self.window, self.closure].map(FrameValue::Value).to_vec();
        values.push(count);
        let live = self.flow.live[pc];
        for (number, value) in self.regs.iter().enumerate() {
            let tag = |tag: Tag| FrameValue::Const(Type::I64, tag as u64);
            let (tag, payload) = match *value {
                _ if !live.contains(number as u8) => (dead, FrameValue::Dead),
                Val::None => (dead, FrameValue::Dead),
                Val::Nil => (tag(Tag::Nil), FrameValue::Dead),
                // Of these the payload's type says what it is.
                Val::Bool(value) | Val::Int(value) | Val::Number(value) => {
                    (tag(Tag::Number), FrameValue::Value(value))
                }
                Val::Object(kind, handle) => (tag(kind), FrameValue::Value(handle)),
                Val::Any(tag, payload) => (FrameValue::Value(tag), FrameValue::Value(payload)),
            };
            values.extend([tag, payload]);
        }
        let data = StateData { code: self.code, offset: pc as u32, values, parent: None };
        self.b().state(data)
    }

    /// Ends the block by leaving for the interpreter.
    pub(crate) fn deopt(&mut self, pc: usize, reason: Reason) {
        let state = self.state(pc);
        self.b().push(Op::Deopt, None, &[], Imm::Guard { state, reason: reason.into() }, &[]);
    }

    /// Whether this function may handle what is thrown here.
    pub(crate) fn handled(&self) -> bool {
        let pc = self.pc as u32;
        self.feedback.function().handlers.iter().any(|each| (each.start..each.end).contains(&pc))
    }

    /// Ends the block: something was thrown.
    pub(crate) fn threw(&mut self) {
        if self.handled() {
            // What is alive here is so in the handler.
            let count = self.count.take();
            self.deopt(self.pc, Reason::Thrown);
            self.count = count;
            return;
        }
        let (tag, none) = (self.int(THREW), self.int(0));
        self.b().ret(&[tag, none]);
    }
}
