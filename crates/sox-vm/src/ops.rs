//! What other instructions do, beyond numbers.

use crate::code::Code;
use crate::error::{Res, Thrown};
use crate::vm::Vm;
use heap::Gc;
use sox_bytecode::Capture;
use sox_bytecode::feedback::OTHER;
use sox_rt::{Array, Closure, ClosureInfo, Str, Value, Window};
use std::cell::Cell;

/// Bytes that `print` writes at a time.
const PART: usize = 64 << 10;
/// The register of the far array.
const FAR: usize = 255;

impl Vm {
    /// `left + right` of others than two numbers.
    pub(crate) fn add(&self, left: Value, right: Value) -> Res {
        if left.get::<Str>().is_none() && right.get::<Str>().is_none() {
            return self.fail("Operands must be two numbers or involve a string.");
        }
        let (left, right) = (self.to_string(left)?, self.to_string(right)?);
        Ok(self.text(self.rt.concat(left, right))?.into())
    }

    /// The same for an instruction of a program, which notes it.
    pub(crate) fn add_others(&self, code: &Code, pc: usize, left: Value, right: Value) -> Res {
        code.note(pc - 1, OTHER);
        self.add(left, right)
    }

    /// What `+` appends for a value.
    pub(crate) fn to_string(&self, value: Value) -> Res<Gc<Str>> {
        if let Some(string) = value.get::<Str>() {
            return Ok(string);
        }
        let mut bytes = Vec::new();
        value.append_to(&mut bytes);
        self.text(self.rt.string(&bytes))
    }

    #[cold]
    pub(crate) fn not_numbers(&self) -> Thrown {
        self.thrown("Operands must be numbers.")
    }

    #[cold]
    pub(crate) fn not_a_number(&self) -> Thrown {
        self.thrown("Operand must be a number.")
    }

    #[cold]
    pub(crate) fn undefined(&self, code: &Code, global: usize) -> Thrown {
        let name = code.module.globals.get(global).map_or("?", |name| name);
        self.thrown(&format!("Undefined variable '{name}'."))
    }

    #[cold]
    pub(crate) fn no_instruction(&self) -> Thrown {
        self.thrown("There is no such instruction.")
    }

    fn thrown(&self, message: &str) -> Thrown {
        match self.fail::<()>(message) {
            Err(thrown) => thrown,
            Ok(()) => Thrown::Value,
        }
    }

    /// Throws again what a handler got; where it came from stays known.
    #[cold]
    pub(crate) fn rethrow(&self, value: Value) -> Thrown {
        let same = self.state.thrown.get().is_identical(value);
        self.state.thrown.set(value);
        self.state.traced.set(same && !self.state.trace.borrow().inner.is_empty());
        Thrown::Value
    }

    /// A closure of a function of the module, with what it captures.
    pub(crate) fn make_closure(&self, code: &Code, around: Gc<Closure>, regs: &Window, number: usize) -> Res {
        let code_number = code.first + number as u32;
        let function = &code.module.functions[number];
        let info = ClosureInfo {
            code: code_number,
            required: function.required as u8,
            params: function.params as u8,
        };
        let name = self.code(code_number).name;
        let closure =
            self.mem(self.rt.closure(around.module(), name, info, function.captures.len() as u32))?;
        for (slot, capture) in closure.captures().iter().zip(&function.captures) {
            slot.set(match *capture {
                Capture::Register(register) => regs[usize::from(register)].get(),
                Capture::Far(index) => {
                    regs[FAR].get().get::<Array>().and_then(|far| far.get(index as usize)).unwrap_or_default()
                }
                Capture::Up(index) => around.captures()[index as usize].get(),
            });
        }
        self.rt.heap().wrote(closure);
        Ok(closure.into())
    }

    /// Sets an element of the array that holds what has no register.
    pub(crate) fn store_far(&self, array: Value, index: usize, value: Value) -> Res<()> {
        let Some(array) = array.get::<Array>() else { return Ok(()) };
        while array.len() <= index {
            self.mem(self.rt.push(array, Value::NIL))?;
        }
        self.rt.set_element(array, index, value);
        Ok(())
    }

    /// `start..end`.
    pub(crate) fn new_range(&self, start: Value, end: Value) -> Res {
        match (start.as_number(), end.as_number()) {
            (Some(start), Some(end)) => Ok(self.mem(self.rt.range(start, end))?.into()),
            _ => self.fail("Operands must be numbers."),
        }
    }

    /// Adds a closure to those to be called at the function's end; the list.
    pub(crate) fn defer(&self, list: Value, closure: Value) -> Res {
        let list = match list.get::<Array>() {
            Some(list) => list,
            None => self.mem(self.rt.array(1))?,
        };
        self.mem(self.rt.push(list, closure))?;
        Ok(list.into())
    }

    /// Takes the closure off the list that was deferred last. The register of the list is nil when there is none.
    pub(crate) fn next_deferred(&self, list: Value, register: &Cell<Value>) -> Option<Value> {
        let next = list.get::<Array>().and_then(|list| {
            let last = list.get(list.len().checked_sub(1)?)?;
            self.rt.truncate(list, list.len() - 1);
            Some(last)
        });
        if next.is_none() {
            register.set(Value::NIL);
        }
        next
    }

    /// `print value`. What it writes may be longer than memory is: it goes out part by part.
    pub(crate) fn print(&self, value: Value) -> Res<()> {
        let (mut part, mut done) = (Vec::new(), Ok(()));
        value.print_pieces(&mut |piece| {
            part.extend_from_slice(piece);
            if part.len() >= PART {
                done = self.write_out(&part).and_then(|()| self.poll());
                part.clear();
            }
            done.is_ok()
        });
        done?;
        part.push(b'\n');
        self.write_out(&part)
    }

    /// `assert(condition, message)` where the condition does not hold.
    #[cold]
    pub(crate) fn assertion_failed(&self, message: Option<Value>) -> Res<()> {
        let thrown = match message.map(|message| message.get::<Str>()) {
            None => self.fail("Assertion failed."),
            Some(Some(message)) => self.fail([b"Assertion failed: ", &*message.to_vec()].concat()),
            Some(None) => self.fail("Assertion failed: message must be a string."),
        };
        self.state.testing.note_failed(self.state.thrown.get());
        thrown
    }
}
