//! Iterators: closing them, asynchronous ones.

use super::Gen;
use super::control::Control;
use crate::emit::Reg;
use crate::text::text;
use js_bytecode::Op;

impl Gen<'_, '_> {
    pub(super) fn check_object(&mut self, value: Reg, message: &str) {
        let message = self.f.e.string(text(message));
        self.op(Op::CheckObject, value, 0, message);
    }

    /// Closes an iterator on a way out that is no exception.
    pub(super) fn close_iterator(&mut self, iterator: Reg, asynchronous: bool) {
        if !asynchronous {
            return self.op(Op::IteratorClose, iterator, 0, 0);
        }
        let mark = self.f.top;
        let skip = self.f.e.label();
        let result = self.call_return(iterator, skip);
        self.check_object(result, "The result of an iterator's return() is not an object");
        self.f.e.bind(skip);
        self.f.top = mark;
    }

    /// Calls return() of an asynchronous iterator, if it has one.
    fn call_return(&mut self, iterator: Reg, skip: crate::emit::Label) -> Reg {
        let base = self.alloc_many(2);
        let cache = self.cache(text("return"));
        self.op(Op::GetProperty, base, iterator, cache);
        self.f.e.jump(Op::JumpIfNullish, base, 0, skip);
        self.f.e.mov(base + 1, iterator);
        self.op(Op::Call, base, base, 0);
        self.op(Op::Await, base, 0, 0);
        base
    }

    /// Closes an iterator after an exception, which goes on.
    fn close_after_throw(&mut self, iterator: Reg, asynchronous: bool, exception: Reg) {
        if asynchronous {
            let mark = self.f.top;
            let skip = self.f.e.label();
            let region = self.f.e.open();
            self.call_return(iterator, skip);
            self.f.e.jump(Op::Jump, 0, 0, skip);
            let ignored = self.alloc();
            self.f.e.handler(region, ignored);
            self.f.e.bind(skip);
            self.f.top = mark;
        } else {
            self.op(Op::IteratorClose, iterator, 0, 1);
        }
        self.op(Op::Rethrow, exception, 0, 0);
    }

    /// The end of code behind which an iterator is closed: its handler.
    pub(super) fn iterator_handler(&mut self) {
        if let Some(Control::Iterator { iterator, asynchronous, region }) = self.f.control.pop() {
            let mark = self.f.top;
            let exception = self.alloc();
            if self.f.e.handler(region, exception) {
                self.close_after_throw(iterator, asynchronous, exception);
            }
            self.f.top = mark;
        }
    }

    /// The end of a pattern: closes the iterator in any case.
    pub(super) fn end_iterator(&mut self, position: u32) {
        self.flush_returns(self.f.control.len());
        let end = self.f.e.label();
        if let Some(Control::Iterator { iterator, region, .. }) = self.f.control.last_mut() {
            let iterator = *iterator;
            self.f.e.suspend(region);
            self.at(position);
            self.op(Op::IteratorClose, iterator, 0, 0);
            self.f.e.jump(Op::Jump, 0, 0, end);
        }
        self.iterator_handler();
        self.f.e.bind(end);
    }
}
