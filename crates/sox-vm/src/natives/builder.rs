//! Strings made of many parts.

use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use sox_rt::{Str, Value};

/// Bytes that are gathered outside of the heap, which counts nothing there.
const PART: usize = 64 << 10;
/// Strings from this length on are not copied.
const LARGE: usize = 4 << 10;

/// A string that grows. What is gathered goes to the heap part by part, so that the heap's limit holds however long it gets.
///
/// It has a handle: it is a local variable of natives, and nothing else.
pub(super) struct Builder<'a> {
    vm: &'a Vm,
    whole: Option<Gc<Str>>,
    part: Vec<u8>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(vm: &'a Vm) -> Builder<'a> {
        Builder { vm, whole: None, part: Vec::new() }
    }

    /// Whether nothing was appended.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_none() && self.part.is_empty()
    }

    /// Appends bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Res<()> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART { self.end_part() } else { Ok(()) }
    }

    /// Appends a string.
    pub(super) fn string(&mut self, string: Gc<Str>) -> Res<()> {
        if string.len() >= LARGE {
            self.end_part()?;
            return self.append(string);
        }
        string.each_piece(&mut |piece| self.part.extend_from_slice(piece));
        if self.part.len() >= PART { self.end_part() } else { Ok(()) }
    }

    fn end_part(&mut self) -> Res<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let part = self.vm.text(self.vm.rt.string(&self.part))?;
        self.part.clear();
        self.append(part)
    }

    fn append(&mut self, string: Gc<Str>) -> Res<()> {
        self.whole = Some(match self.whole {
            Some(whole) => self.vm.text(self.vm.rt.concat(whole, string))?,
            None => string,
        });
        Ok(())
    }

    /// The string.
    pub(super) fn finish(mut self) -> Res {
        self.end_part()?;
        match self.whole {
            Some(whole) => Ok(whole.into()),
            None => self.vm.text(self.vm.rt.string(b"")).map(Value::from),
        }
    }
}
