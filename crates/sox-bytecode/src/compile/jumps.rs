//! What jumps out of statements: loops and switches, `try` bodies with the places they do not cover.

use super::{Bytes, Compiler};
use crate::assembler::Label;
use crate::function::Handler;
use crate::inst::Op;

/// A loop or `switch` around.
pub(super) struct Breakable {
    pub(super) end: Label,
    /// Where `continue` goes; none in a switch.
    pub(super) again: Option<Label>,
}

/// A `try` body.
pub(super) struct Try {
    /// Parts of the code it covers so far.
    covered: Vec<(u32, u32)>,
    /// Where the part that is going on starts; none in a gap.
    start: Option<u32>,
    /// Its statements are through.
    ended: bool,
    handler: Label,
    register: u8,
}

impl Compiler<'_> {
    pub(super) fn break_(&mut self, span: Bytes) {
        let end = self.state().breakables.last().map(|around| around.end);
        // The parser refuses others.
        if let Some(end) = end {
            self.state().asm.jump(Op::Jump, [0; 3], end, span);
        }
    }

    pub(super) fn continue_(&mut self, span: Bytes) {
        let again = self.state().breakables.iter().rev().find_map(|around| around.again);
        if let Some(again) = again {
            self.state().asm.jump(Op::Jump, [0; 3], again, span);
        }
    }

    /// Starts a body whose errors go to a handler, with the error in `register`.
    pub(super) fn open_try(&mut self, register: u8) {
        let handler = self.state().asm.label();
        let start = Some(self.state().asm.here());
        self.state().tries.push(Try { covered: Vec::new(), start, ended: false, handler, register });
    }

    /// Ends the body; where its handler is to be put.
    pub(super) fn close_try(&mut self) -> Label {
        let here = self.state().asm.here();
        let last = self.state().tries.last_mut().expect("a try is open");
        last.covered.extend(last.start.take().filter(|start| *start < here).map(|start| (start, here)));
        last.ended = true;
        last.handler
    }

    /// Enters the handler into the table: behind those of bodies inside, which come first.
    pub(super) fn finish_try(&mut self, handler: Label, error: u8) {
        let state = self.state();
        let done = state.tries.pop().expect("a try is open");
        debug_assert!(done.handler == handler && done.register == error);
        let target = state.asm.position(handler);
        let parts = done.covered.iter();
        state.handlers.extend(parts.map(|(start, end)| Handler {
            start: *start,
            end: *end,
            target,
            register: error,
        }));
    }

    /// Starts a part that only the handler around the whole function covers: deferred closures before a return.
    pub(super) fn open_gap(&mut self) {
        let here = self.state().asm.here();
        for around in self.state().tries.iter_mut().skip(1) {
            let start = around.start.take();
            around.covered.extend(start.filter(|start| *start < here).map(|start| (start, here)));
        }
    }

    /// Ends it.
    pub(super) fn close_gap(&mut self) {
        let here = self.state().asm.here();
        for around in self.state().tries.iter_mut().skip(1).filter(|around| !around.ended) {
            around.start = Some(here);
        }
    }
}
