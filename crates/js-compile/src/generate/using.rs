//! `using`: resources that are disposed of when their scope is left.

use super::Gen;
use super::control::{Control, THROWN};
use crate::emit::Reg;
use js_bytecode::Op;
use oxc_ast::ast::*;

impl<'b, 'a> Gen<'b, 'a> {
    /// Runs code whose statements may declare resources.
    pub(super) fn with_disposal(&mut self, statements: &'b [Statement<'a>], run: impl FnOnce(&mut Self)) {
        let kinds = statements.iter().filter_map(|s| match s {
            Statement::VariableDeclaration(d) if d.kind.is_using() => Some(d.kind),
            _ => None,
        });
        let (mut any, mut awaits) = (false, false);
        for kind in kinds {
            any = true;
            awaits |= kind.is_await();
        }
        if any { self.with_stack(awaits, run) } else { run(self) }
    }

    /// Runs code with a stack of resources around it.
    pub(super) fn with_stack(&mut self, awaits: bool, run: impl FnOnce(&mut Self)) {
        // How the code was left, the value or exception, the stack.
        let how = self.alloc_many(3);
        let stack = how + 2;
        self.op(Op::NewDisposeStack, stack, 0, 0);
        let floor = self.pin();
        let (entry, region) = (self.f.e.label(), self.f.e.open());
        let outer = self.f.stack.replace(stack);
        self.f.control.push(Control::Finally { how, entry, exits: Vec::new(), region });
        run(self);
        self.f.stack = outer;
        if let Some((how, exits)) = self.begin_finally() {
            let mark = self.f.top;
            let pending = self.alloc_many(2);
            let clean = self.f.e.label();
            self.op(Op::LoadEmpty, pending, 0, 0);
            self.f.e.jump(Op::JumpStrictNeInt, how, THROWN as u16, clean);
            self.f.e.mov(pending, how + 1);
            self.f.e.bind(clean);
            let inner = self.pin();
            if awaits {
                self.dispose_async(pending, stack);
            } else {
                self.op(Op::Dispose, pending, stack, 0);
            }
            self.f.floor = inner;
            let fine = self.f.e.label();
            self.f.e.jump(Op::JumpIfEmpty, pending, 0, fine);
            self.op(Op::Rethrow, pending, 0, 0);
            self.f.e.bind(fine);
            self.f.top = mark;
            self.end_finally(how, exits);
        }
        self.f.floor = floor;
    }

    /// DisposeResources with awaits in between.
    fn dispose_async(&mut self, pending: Reg, stack: Reg) {
        let (top, done, next) = (self.f.e.label(), self.f.e.label(), self.f.e.label());
        self.f.e.bind(top);
        self.f.e.jump(Op::DisposeNext, pending, stack, done);
        let region = self.f.e.open();
        self.op(Op::Await, pending + 1, 0, 0);
        self.f.e.jump(Op::Jump, 0, 0, next);
        let error = self.alloc();
        if self.f.e.handler(region, error) {
            self.op(Op::JoinError, pending, error, 0);
        }
        self.f.e.bind(next);
        self.f.e.jump(Op::Jump, 0, 0, top);
        self.f.e.bind(done);
    }

    /// AddDisposableResource for a variable that has just got its value.
    pub(super) fn add_disposable(&mut self, id: &BindingIdentifier<'a>, awaits: bool) {
        let Some(stack) = self.f.stack else { return };
        let mark = self.f.top;
        let value = self.lookup(id.name.as_str(), u32::MAX).in_place().unwrap_or_else(|| {
            let value = self.alloc();
            self.load_name(id.name.as_str(), u32::MAX, value);
            value
        });
        self.at(id.span.start);
        self.op(Op::AddDisposable, stack, value, u32::from(awaits));
        self.f.top = mark;
    }
}
