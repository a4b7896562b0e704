//! `yield`.

use super::Gen;
use super::control::Exit;
use crate::emit::{Label, Reg};
use crate::text::text;
use js_bytecode::{ErrorKind, Op};
use oxc_ast::ast::*;

/// How a generator is resumed.
const THROW: i16 = 1;
const RETURN: i16 = 2;

impl<'b, 'a> Gen<'b, 'a> {
    fn is_async_generator(&self) -> bool {
        let func = self.an.func(self.f.func);
        func.generator && func.is_async
    }

    /// 15.5.5 YieldExpression, into a temporary register.
    pub(super) fn yield_expression(&mut self, y: &'b YieldExpression<'a>, dst: Reg) {
        if y.delegate {
            return self.yield_all(y, dst);
        }
        match &y.argument {
            Some(e) => self.expr_to(e, dst),
            None => self.op(Op::LoadUndefined, dst, 0, 0),
        }
        self.at(y.span.start);
        if self.is_async_generator() {
            self.op(Op::Await, dst, 0, 0);
        }
        let returned = self.pending_return(dst);
        self.f.e.jump(Op::Yield, dst, 0, returned);
    }

    /// What happens when return() resumes a `yield`.
    pub(super) fn resumed_by_return(&mut self, value: Reg) {
        if self.is_async_generator() {
            self.op(Op::Await, value, 0, 0);
        }
        self.exit(Exit::Return, Some(value));
    }

    /// `yield*`. The iterator's three registers, how it is resumed, and a window for calls, whose first is the value.
    fn yield_all(&mut self, y: &'b YieldExpression<'a>, dst: Reg) {
        let asynchronous = self.is_async_generator();
        let iterator = self.alloc_many(3);
        if let Some(e) = &y.argument {
            let mark = self.f.top;
            let value = self.expr_any(e);
            self.at(y.span.start);
            match asynchronous {
                true => self.op(Op::GetAsyncIterator, iterator, value, 0),
                false => self.op(Op::GetIterator, iterator, value, 1),
            }
            self.f.top = mark;
        }
        let how = self.alloc();
        self.f.e.load_int(how, 0);
        self.op(Op::LoadUndefined, dst, 0, 0);
        let (top, throws, returns) = (self.f.e.label(), self.f.e.label(), self.f.e.label());
        let (check, give, end) = (self.f.e.label(), self.f.e.label(), self.f.e.label());
        self.f.e.bind(top);
        self.f.e.jump(Op::JumpStrictEqInt, how, THROW as u16, throws);
        self.f.e.jump(Op::JumpStrictEqInt, how, RETURN as u16, returns);
        let base = self.alloc_many(3);
        self.f.e.mov(base, iterator + 1);
        self.delegate(iterator, base, dst, asynchronous);
        self.f.e.jump(Op::Jump, 0, 0, check);
        self.f.e.bind(throws);
        self.delegate_throw(iterator, base, dst, asynchronous);
        self.f.e.jump(Op::Jump, 0, 0, check);
        self.f.e.bind(returns);
        self.delegate_return(iterator, base, dst, asynchronous, give);
        self.f.e.bind(check);
        self.check_object(base, "The iterator's result is not an object");
        self.get_property(base, "done", y.span.start, base + 1);
        self.f.e.jump(Op::JumpIf, base + 1, 0, end);
        self.f.e.bind(give);
        self.at(y.span.start);
        if asynchronous {
            self.get_property(base, "value", y.span.start, dst);
            self.op(Op::YieldRaw, dst, how, 0);
            self.await_return(how, dst);
        } else {
            self.f.e.mov(dst, base);
            self.op(Op::YieldRaw, dst, how, 1);
        }
        self.f.e.jump(Op::Jump, 0, 0, top);
        self.f.e.bind(end);
        self.get_property(base, "value", y.span.start, dst);
    }

    /// Calls the method in the window's first register with the value.
    fn delegate(&mut self, iterator: Reg, base: Reg, value: Reg, asynchronous: bool) {
        self.f.e.mov(base + 1, iterator);
        self.f.e.mov(base + 2, value);
        self.op(Op::Call, base, base, 1);
        if asynchronous {
            self.op(Op::Await, base, 0, 0);
        }
    }

    fn delegate_throw(&mut self, iterator: Reg, base: Reg, value: Reg, asynchronous: bool) {
        let missing = self.f.e.label();
        let there = self.f.e.label();
        let cache = self.cache(text("throw"));
        self.op(Op::GetProperty, base, iterator, cache);
        self.f.e.jump(Op::JumpIfNullish, base, 0, missing);
        self.delegate(iterator, base, value, asynchronous);
        self.f.e.jump(Op::Jump, 0, 0, there);
        self.f.e.bind(missing);
        self.close_iterator(iterator, asynchronous);
        let message = self.f.e.string(text("The iterator does not provide a 'throw' method"));
        self.op(Op::ThrowError, ErrorKind::Type as u16, 0, message);
        self.f.e.bind(there);
    }

    fn delegate_return(&mut self, iterator: Reg, base: Reg, value: Reg, asynchronous: bool, give: Label) {
        let (missing, leave) = (self.f.e.label(), self.f.e.label());
        let cache = self.cache(text("return"));
        self.op(Op::GetProperty, base, iterator, cache);
        self.f.e.jump(Op::JumpIfNullish, base, 0, missing);
        self.delegate(iterator, base, value, asynchronous);
        self.check_object(base, "The iterator's result is not an object");
        let cache = self.cache(text("done"));
        self.op(Op::GetProperty, base + 1, base, cache);
        self.f.e.jump(Op::JumpIfNot, base + 1, 0, give);
        let cache = self.cache(text("value"));
        self.op(Op::GetProperty, value, base, cache);
        self.f.e.jump(Op::Jump, 0, 0, leave);
        self.f.e.bind(missing);
        if asynchronous {
            self.op(Op::Await, value, 0, 0);
        }
        self.f.e.bind(leave);
        self.exit(Exit::Return, Some(value));
    }

    /// 27.6.3.7 AsyncGeneratorUnwrapYieldResumption: a value given to return() is awaited.
    fn await_return(&mut self, how: Reg, value: Reg) {
        let done = self.f.e.label();
        self.f.e.jump(Op::JumpStrictNeInt, how, RETURN as u16, done);
        let region = self.f.e.open();
        self.op(Op::Await, value, 0, 0);
        self.f.e.jump(Op::Jump, 0, 0, done);
        if self.f.e.handler(region, value) {
            self.f.e.load_int(how, i32::from(THROW));
        }
        self.f.e.bind(done);
    }
}
