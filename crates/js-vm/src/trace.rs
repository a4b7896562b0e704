//! Stacks of errors: which functions were running, as text when somebody asks.

use crate::error::Res;
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, Code, Frame, List, Obj, Str, Value};

/// Functions that a stack shows, unless `Error.stackTraceLimit` says something else.
const SHOWN: usize = 10;

impl Vm {
    /// Notes in an error object which functions are running: what the `stack` of its prototype becomes at the first look.
    ///
    /// # Errors
    /// Out of memory.
    pub fn capture_stack(&self, error: Obj) -> Res<()> {
        if error.class() == Class::Error {
            let record = self.stack_record(error, None)?;
            error.set_payload(&self.rt, Value::from_cell(record));
        }
        Ok(())
    }

    /// Which functions are running, those that `below` called left out (and itself), with name and message of an object.
    ///
    /// # Errors
    /// Out of memory.
    pub fn stack_record(&self, o: Obj, below: Option<Obj>) -> Res<Gc<List>> {
        let names = self.names();
        let list = self.rt.new_list()?;
        for key in [names.name, names.message] {
            list.push(&self.rt, self.data_of(o, key).unwrap_or(Value::UNDEFINED))?;
        }
        let frames = self.state.stack.frames();
        let end = match below {
            None => frames.len(),
            Some(below) => frames.iter().rposition(|frame| self.callee_of(frame) == Some(below)).unwrap_or(0),
        };
        for frame in frames.get(..end).unwrap_or(&[]).iter().rev().take(self.stack_limit()) {
            let Some(code) = frame.code.get() else { continue };
            list.push(&self.rt, Value::from_cell(code))?;
            list.push(&self.rt, Value::number(f64::from(frame.pc.get().saturating_sub(1))))?;
        }
        Ok(list)
    }

    fn callee_of(&self, frame: &Frame) -> Option<Obj> {
        self.state.stack.values().get(frame.base.get() as usize)?.get().as_object()
    }

    /// How many functions `Error.stackTraceLimit` wants to be shown.
    fn stack_limit(&self) -> usize {
        if !self.has_intrinsic(Intrinsic::Error) {
            return SHOWN;
        }
        let limit = self.rt.get_own_data(self.intrinsic(Intrinsic::Error), self.names().stack_trace_limit);
        limit.as_number().map_or(0, |limit| limit.clamp(0.0, 1000.0) as usize)
    }

    /// The text of an error's stack, which takes the place of what was noted.
    ///
    /// # Errors
    /// Out of memory.
    pub fn stack_text(&self, error: Obj) -> Res<Str> {
        if let Some(text) = error.payload().as_string() {
            return Ok(text);
        }
        let text = match error.payload_as::<List>() {
            Some(record) => {
                // As in node: name and message are those of the first look, which classes set after `super()`.
                for (at, key) in [self.names().name, self.names().message].into_iter().enumerate() {
                    record.set(&self.rt, at, self.data_of(error, key).unwrap_or(Value::UNDEFINED));
                }
                self.stack_record_text(record)?
            }
            None => self.rt.empty_str(),
        };
        error.set_payload(&self.rt, text.into());
        Ok(text)
    }

    /// The text for what [`Vm::stack_record`] noted.
    ///
    /// # Errors
    /// Out of memory.
    pub fn stack_record_text(&self, list: Gc<List>) -> Res<Str> {
        let text = |at: usize| match list.get(at) {
            Some(value) if value.is_undefined() => None,
            Some(value) => {
                Some(value.as_string().map_or_else(|| self.describe_value(value), |text| text.to_std()))
            }
            None => None,
        };
        let name = text(0).unwrap_or_else(|| "Error".into());
        let message = text(1).unwrap_or_default();
        let mut out = match (name.is_empty(), message.is_empty()) {
            (_, true) => name,
            (true, false) => message,
            (false, false) => format!("{name}: {message}"),
        };
        for at in (2..list.len()).step_by(2) {
            if let Some(place) = list.get(at).and_then(|value| value.as_string()) {
                out.push_str("\n    at ");
                out.push_str(&place.to_std());
            }
            let code = list.get(at).and_then(|value| value.cell::<Code>());
            let pc = list.get(at + 1).and_then(|value| value.as_number()).unwrap_or(0.0) as u32;
            if let Some(code) = code {
                out.push_str("\n    at ");
                out.push_str(&Self::place_text(code, pc));
            }
        }
        Ok(self.rt.str_from_utf8(&out)?)
    }

    /// The expression that the running instruction calls, if it is a call whose window begins at a register, and a plain name.
    pub(crate) fn callee_text(&self, window: usize) -> Option<String> {
        let frame = self.state.stack.frame()?;
        let code = frame.code.get()?;
        let pc = frame.pc.get().checked_sub(1)?;
        let inst = code.function.insts.get(pc as usize)?;
        if frame.base.get() as usize + usize::from(inst.b()) != window {
            return None;
        }
        let callees = &code.function.callees;
        let entry = callees.get(callees.binary_search_by_key(&pc, |callee| callee.inst).ok()?)?;
        let text = code.unit.source.text.get(entry.source.0 as usize..entry.source.1 as usize)?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '#' | '[' | ']' | '?');
        (text.len() <= 80 && !text.starts_with("super") && text.chars().all(plain)).then(|| text.to_owned())
    }

    /// Function and place of an instruction.
    pub(crate) fn place_text(code: Gc<Code>, pc: u32) -> String {
        let positions = &code.function.positions;
        let entry = positions.partition_point(|position| position.inst <= pc);
        let offset =
            positions.get(entry.wrapping_sub(1)).map_or(code.function.source.0, |position| position.offset);
        let source = &code.unit.source;
        let (line, column) = source.place(offset);
        let place = format!("{}:{line}:{column}", source.name);
        match code.name.as_string() {
            Some(name) if !name.is_empty() => format!("{} ({place})", name.to_std()),
            _ => place,
        }
    }
}
