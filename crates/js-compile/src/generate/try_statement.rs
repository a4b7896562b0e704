//! `try`.

use super::Gen;
use super::control::Control;
use super::pattern::Mode;
use crate::emit::Reg;
use crate::scope::address;
use js_bytecode::Op;
use oxc_ast::ast::*;

impl<'b, 'a> Gen<'b, 'a> {
    pub(super) fn try_statement(&mut self, s: &'b TryStatement<'a>) {
        self.no_completion();
        let Some(finalizer) = &s.finalizer else { return self.try_catch(s) };
        let how = self.alloc_many(2);
        let floor = self.pin();
        let (entry, region) = (self.f.e.label(), self.f.e.open());
        self.f.control.push(Control::Finally { how, entry, exits: Vec::new(), region });
        self.try_catch(s);
        if let Some((how, exits)) = self.begin_finally() {
            // The value of the statement is that of the block, unless the `finally` is left in another way.
            let completion = self.f.completion.map(|result| (result, self.alloc()));
            if let Some((result, kept)) = completion {
                self.f.e.mov(kept, result);
                self.op(Op::LoadUndefined, result, 0, 0);
            }
            self.f.floor = self.f.top;
            self.block(finalizer);
            if let Some((result, kept)) = completion {
                self.f.e.mov(result, kept);
            }
            self.end_finally(how, exits);
        }
        self.f.floor = floor;
    }

    fn try_catch(&mut self, s: &'b TryStatement<'a>) {
        let Some(clause) = &s.handler else { return self.block(&s.block) };
        let region = self.f.e.open();
        self.f.control.push(Control::Catch { region });
        self.block(&s.block);
        self.flush_returns(self.f.control.len());
        let end = self.f.e.label();
        let popped = self.f.control.pop();
        let Some(Control::Catch { mut region }) = popped else { return };
        self.f.e.suspend(&mut region);
        self.f.e.jump(Op::Jump, 0, 0, end);
        let mark = self.f.top;
        let exception = self.alloc();
        if self.f.e.handler(region, exception) {
            self.no_completion();
            let floor = self.pin();
            self.catch_clause(clause, exception);
            self.f.floor = floor;
        }
        self.f.top = mark;
        self.f.e.bind(end);
    }

    fn catch_clause(&mut self, clause: &'b CatchClause<'a>, exception: Reg) {
        let Some(&id) = self.an.scope_of.get(&address(clause)) else { return };
        if clause.param.as_ref().is_some_and(|p| p.pattern.is_binding_identifier()) {
            // A simple parameter is where the exception is.
            for var in &mut self.an.scopes[id as usize].vars {
                if !var.captured && !var.tdz {
                    var.reg = Some(exception);
                }
            }
        }
        let saved = self.enter(id);
        if let Some(param) = &clause.param {
            self.bind_pattern(&param.pattern, exception, Mode::Init);
        }
        self.block(&clause.body);
        self.leave(saved);
    }
}
