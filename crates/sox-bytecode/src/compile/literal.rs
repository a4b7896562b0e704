//! Literals of containers, and slices.

use super::{Bytes, Compiler, bytes};
use crate::inst::Op;
use sox_syntax::ast::{Expr, TableKey};

/// Elements computed before they are put into an array.
const CHUNK: usize = 16;

impl Compiler<'_> {
    pub(super) fn array(&mut self, elements: &[Expr], to: u8, span: Bytes) {
        let room = i32::try_from(elements.len()).unwrap_or(i32::MAX);
        let chunk = if self.state().regs.has_room(CHUNK as u32 + 1) { CHUNK } else { 1 };
        let mark = self.mark();
        let first = elements.len().min(chunk);
        // No element needs no register: there may be none left behind the last.
        let from = if first == 0 { 0 } else { self.elements(&elements[..first]) };
        // Elements may see a variable in `to`; nothing is written there before the last is computed.
        let array = if elements.len() > chunk { self.temp() } else { to };
        self.emit(Op::NewArray, array, from, first as u8, room, span);
        for rest in elements[first..].chunks(chunk) {
            let mark = self.mark();
            let from = self.elements(rest);
            self.emit(Op::Append, array, from, rest.len() as u8, 0, span);
            self.release(mark);
        }
        self.move_to(to, array, span);
        self.release(mark);
    }

    /// Computes values into registers in a row; the first of them.
    fn elements(&mut self, elements: &[Expr]) -> u8 {
        let first = self.state().regs.next() as u8;
        for element in elements {
            self.expr_temp(element);
        }
        first
    }

    pub(super) fn table(&mut self, entries: &[(TableKey, Expr)], to: u8, span: Bytes) {
        let room = i32::try_from(entries.len()).unwrap_or(i32::MAX);
        let table = self.temp();
        self.emit(Op::NewTable, table, 0, 0, room, span);
        for (key, value) in entries {
            let mark = self.mark();
            let value_span = bytes(value.span);
            let value = self.expr(value);
            let key = self.state().asm.string(&key.key);
            self.emit(Op::SetField, table, value, 0, key as i32, value_span);
            self.release(mark);
        }
        self.move_to(to, table, span);
    }

    pub(super) fn slice(
        &mut self,
        object: &Expr,
        from: Option<&Expr>,
        behind: Option<&Expr>,
        to: u8,
        span: Bytes,
    ) {
        let object = self.expr_temp(object);
        let bounds = self.state().regs.take(2);
        for (bound, register) in [from, behind].into_iter().zip(bounds..) {
            match bound {
                Some(bound) => self.expr_to(bound, register),
                None => self.emit(Op::LoadNil, register, 0, 0, 0, span),
            }
        }
        self.emit(Op::Slice, to, object, bounds, 0, span);
    }
}
