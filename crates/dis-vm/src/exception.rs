//! Exceptions: finding a handler by the exception's name, taking the stack back to it. Dis specification, "raise"; Limbo addendum.

use crate::code::Code;
use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, types};
use std::rc::Rc;

/// Where an exception is handled.
struct Found {
    /// The handler in its module.
    handler: usize,
    pc: u32,
    /// The record of its function.
    record: u32,
}

/// Whether a name in a handler is that of an exception: the same, or the same up to a final `*`.
fn matches(pattern: &str, name: &str) -> bool {
    pattern == name || pattern.strip_suffix('*').is_some_and(|prefix| name.starts_with(prefix))
}

impl Code {
    fn handler(&self, pc: u32, name: &str, typed: bool) -> Option<(usize, u32)> {
        self.handlers.iter().enumerate().find_map(|(index, handler)| {
            if pc < handler.from || pc >= handler.to {
                return None;
            }
            let of_kind = handler.catches.iter().enumerate().filter(|(n, _)| (*n < handler.typed) == typed);
            let by_name = of_kind.map(|(_, catch)| catch).find(|catch| matches(&catch.name, name));
            by_name.map(|catch| catch.pc as u32).or(handler.otherwise).map(|pc| (index, pc))
        })
    }
}

impl Vm {
    /// An exception from a trap: its text, and its value in `exception` if there is one.
    pub(crate) fn raised(&mut self, trap: Trap) -> String {
        if let Some(text) = trap.text() {
            return text.to_owned();
        }
        if trap == Trap::Text {
            return std::mem::take(&mut self.message);
        }
        let mut value = self.exception;
        if value != NIL && self.heap.type_of(value) != types::STRING {
            value = self.name_of(value);
        }
        String::from_utf8_lossy(&self.heap.text(value)).into_owned()
    }

    /// The name of a typed exception, which it begins with; nil if it does not.
    fn name_of(&self, value: Addr) -> Addr {
        let ty = self.heap.type_of(value);
        let begins = ty >= types::FILE && self.heap.types[ty].is_pointer(0);
        let name = if begins { self.heap.memory.pointer(value) } else { NIL };
        if name != NIL && self.heap.type_of(name) == types::STRING { name } else { NIL }
    }

    /// Goes to the handler of an exception. False when nobody handles it.
    pub(crate) fn handle(&mut self, text: &str) -> bool {
        let typed = self.exception != NIL && self.heap.type_of(self.exception) != types::STRING;
        let found = if text.is_empty() { None } else { self.find_handler(text, typed) };
        let Some(found) = found else {
            let value = std::mem::replace(&mut self.exception, NIL);
            self.heap.release(value);
            return false;
        };
        self.unwind(found.record);
        self.catch(&found, text)
    }

    /// Looks through the functions that run, the innermost first. In a caller, an exception with a type is just its name.
    fn find_handler(&mut self, text: &str, mut typed: bool) -> Option<Found> {
        let mut code = Rc::clone(&self.code);
        let (mut pc, mut number) = (self.pc.wrapping_sub(1), self.cur.active);
        loop {
            if let Some((handler, pc)) = code.handler(pc, text, typed) {
                return Some(Found { handler, pc, record: number });
            }
            (code, pc, number) = self.caller(code, number)?;
            if std::mem::take(&mut typed) {
                let name = self.name_of(self.exception);
                self.heap.keep(name);
                let value = std::mem::replace(&mut self.exception, name);
                self.heap.release(value);
            }
        }
    }

    /// Who called the function with this record, whose code this is: its code, the call, its record.
    pub(crate) fn caller(&self, mut code: Rc<Code>, number: u32) -> Option<(Rc<Code>, u32, u32)> {
        let record = *self.cur.records.get(number as usize)?;
        let caller = record.caller(number)?;
        if record.module != NIL {
            let module = self.heap.memory.u32(record.module + dis_rt::module::NUMBER);
            code = Rc::clone(self.loaded.get(module as usize)?.as_ref()?.code()?);
        }
        Some((code, record.pc.wrapping_sub(1), caller))
    }

    /// Takes the stack back until this record's function is the innermost.
    fn unwind(&mut self, to: u32) {
        while let Some(record) = self.cur.records.last().copied()
            && self.cur.records.len() as u32 > to + 1
        {
            self.cur.pop(&mut self.heap);
            if record.pending == 0 && record.module != NIL {
                self.back_to(record.module);
            }
        }
        self.cur.active = to;
        self.fp = self.cur.records.get(to as usize).map_or(NIL, |record| record.fp);
    }

    fn catch(&mut self, found: &Found, text: &str) -> bool {
        let value = std::mem::replace(&mut self.exception, NIL);
        // With no memory for its name, an exception is still caught, as nil.
        let value = match value {
            NIL => self.heap.new_text(text.as_bytes()).unwrap_or(NIL),
            value => value,
        };
        let code = Rc::clone(&self.code);
        let handler = &code.handlers[found.handler];
        if let Some(ty) = handler.release {
            self.heap.release_all(self.fp, ty);
            self.heap.clear(self.fp, ty);
        }
        self.heap.put(self.fp + handler.offset, value);
        self.pc = found.pc;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_as_a_whole_or_up_to_a_star() {
        for (pattern, name, expected) in [
            ("fail:*", "fail:usage", true),
            ("*", "x", true),
            ("x", "x", true),
            ("", "x", false),
            ("x", "xy", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
