//! Guards that leave: guest frames rebuilt from a frame state.

use crate::entity::{Entity, Inst, State, Virtual};
use crate::eval::{Const, stored};
use crate::function::{FrameValue, Function, Imm, InstData, StateData};
use crate::interp::{Deopt, Flow, GuestFrame, Interp, Materialised, Outcome, Undefined, types_match};
use crate::ops::Op;
use crate::types::Type;
use std::ops::ControlFlow::{Break, Continue};

impl<'m> Interp<'m, '_> {
    /// Leaves through the frame state of a guard.
    pub(super) fn exit(&mut self, inst: &InstData) -> Flow {
        let Imm::Guard { state, reason } = inst.imm else {
            panic!("`{}` without a frame state: the module was not verified", inst.op.name());
        };
        let function = self.function();
        let mut objects = Vec::new();
        for object in mentioned(function, state) {
            let data = &function.virtuals[object];
            let Some(address) = self.host.alloc(data.size, data.kind) else {
                return Break(Outcome::OutOfMemory);
            };
            objects.push(Materialised { object, address, size: data.size, kind: data.kind });
        }
        self.fill(function, &objects)?;
        let frames = self.frames(function, state, &objects);
        let (at, depth) = (self.current(function), self.stack.len() - 1);
        let func = self.top().func;
        let deopt = Deopt { func, inst: at, state, reason, frames, objects, depth };
        match self.host.deopt(&deopt) {
            None => Break(Outcome::Deopt(Box::new(deopt))),
            Some(outcome) => self.finished(outcome),
        }
    }

    /// The host finished the running activation.
    pub(super) fn finished(&mut self, outcome: Outcome) -> Flow {
        let function = self.function();
        match outcome {
            Outcome::Return(values) if types_match(&values, &function.signature.results) => {
                self.leave(&values)
            }
            Outcome::Return(_) => Break(Outcome::Undefined(Undefined::ResumedResults(self.top().func))),
            Outcome::Throw => self.throw(),
            outcome => Break(outcome),
        }
    }

    /// The instruction being executed.
    fn current(&mut self, function: &Function) -> Inst {
        let top = self.top();
        function.blocks[top.block].insts[top.next - 1]
    }

    /// Stores the fields of objects that were made anew; they may refer to one another.
    fn fill(&mut self, function: &'m Function, objects: &[Materialised]) -> Flow {
        for made in objects {
            for (offset, ty, field) in &function.virtuals[made.object].fields {
                let Some(value) = self.frame_value(*field, objects) else { continue };
                let words = stored(Op::Store, value).unwrap_or_default();
                let address = made.address.wrapping_add(u64::from(*offset));
                if let Err(fault) = self.write(address, ty.size(), words) {
                    return Break(Outcome::MemoryFault(fault));
                }
            }
        }
        Continue(())
    }

    fn frames(&mut self, function: &Function, state: State, objects: &[Materialised]) -> Vec<GuestFrame> {
        let mut frames = Vec::new();
        for data in chain(function, state) {
            let slots = data.values.iter().map(|v| self.frame_value(*v, objects)).collect();
            let waiting = data.values.iter().enumerate().filter_map(|(slot, item)| match item {
                FrameValue::Result(number) => Some((slot as u32, *number)),
                _ => None,
            });
            frames.push(GuestFrame {
                code: data.code,
                offset: data.offset,
                slots,
                results: waiting.collect(),
            });
        }
        frames
    }

    fn frame_value(&mut self, value: FrameValue, objects: &[Materialised]) -> Option<Const> {
        match value {
            FrameValue::Value(value) => Some(self.get(value)),
            FrameValue::Const(ty, bits) => Some(Const::new(ty, bits)),
            FrameValue::Virtual(object) => {
                let made = objects.iter().find(|made| made.object == object);
                Some(Const::new(Type::Ptr, made.map_or(0, |made| made.address)))
            }
            FrameValue::Pair(first, second) => Some(Const::pair(first, second)),
            FrameValue::Result(_) | FrameValue::Dead => None,
        }
    }
}

/// The virtual objects a state and its parents need, each once, in order of first mention.
fn mentioned(function: &Function, state: State) -> Vec<Virtual> {
    let mut order: Vec<Virtual> = Vec::new();
    let mut seen = vec![false; function.virtuals.len()];
    let mut note = |order: &mut Vec<Virtual>, value: FrameValue| {
        if let FrameValue::Virtual(object) = value
            && !std::mem::replace(&mut seen[object.index()], true)
        {
            order.push(object);
        }
    };
    for data in chain(function, state) {
        data.values.iter().for_each(|value| note(&mut order, *value));
    }
    let mut next = 0;
    while let Some(object) = order.get(next).copied() {
        next += 1;
        function.virtuals[object].fields.iter().for_each(|(_, _, field)| note(&mut order, *field));
    }
    order
}

/// A frame state and its parents, the innermost first.
pub(super) fn chain(function: &Function, state: State) -> impl Iterator<Item = &StateData> {
    let first = Some(&function.states[state]);
    std::iter::successors(first, |data| data.parent.map(|parent| &function.states[parent]))
}
