//! Reading and writing variables, wherever they live.

use super::function::Slot;
use super::regs::{FAR, Home};
use super::{Bytes, Compiler};
use crate::inst::Op;
use sox_syntax::ast::{Binding, Name, Var};

impl Compiler<'_> {
    /// The register that holds the value of a variable as it is, when there is one.
    pub(super) fn register_of(&mut self, var: Var) -> Option<u8> {
        match self.local(var)? {
            Slot { home: Home::Near(register), boxed: false } => Some(register),
            _ => None,
        }
    }

    pub(super) fn read_name(&mut self, name: &Name, binding: Binding, to: u8, span: Bytes) {
        match binding {
            Binding::Local(var) => self.read_var(var, to, span),
            Binding::Global => {
                let slot = self.globals.slot(name);
                self.emit(Op::GetGlobal, to, 0, 0, slot, span);
            }
        }
    }

    pub(super) fn read_var(&mut self, var: Var, to: u8, span: Bytes) {
        let boxed = self.boxed(var);
        match self.local(var) {
            None => {
                let up = self.up(var);
                self.emit(if boxed { Op::GetUpBox } else { Op::GetUp }, to, 0, 0, up, span);
            }
            Some(Slot { home: Home::Near(register), boxed: false }) => self.move_to(to, register, span),
            Some(Slot { home: Home::Near(register), boxed: true }) => {
                self.emit(Op::GetBox, to, register, 0, 0, span)
            }
            Some(Slot { home: Home::Far(index), boxed }) => {
                self.emit(Op::LoadFar, to, FAR, 0, index as i32, span);
                if boxed {
                    self.emit(Op::GetBox, to, to, 0, 0, span);
                }
            }
        }
    }

    pub(super) fn write_name(&mut self, name: &Name, binding: Binding, from: u8, span: Bytes) {
        match binding {
            Binding::Local(var) => match self.local(var) {
                Some(slot) => self.write_local(slot, from, span),
                None => {
                    let up = self.up(var);
                    self.emit(Op::SetUpBox, from, 0, 0, up, span);
                }
            },
            Binding::Global => {
                let slot = self.globals.slot(name);
                self.emit(Op::SetGlobal, from, 0, 0, slot, span);
            }
        }
    }

    /// Gives a variable of this function a value.
    pub(super) fn write_local(&mut self, slot: Slot, from: u8, span: Bytes) {
        if !slot.boxed {
            return self.put(slot.home, from, span);
        }
        let mark = self.mark();
        let holder = self.fetch(slot.home, span);
        self.emit(Op::SetBox, holder, from, 0, 0, span);
        self.release(mark);
    }
}
