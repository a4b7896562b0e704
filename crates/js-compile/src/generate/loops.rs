//! Loops. The condition stands at the bottom, so that an iteration takes one jump.

use super::control::Control;
use super::pattern::Mode;
use super::{Entered, Gen};
use crate::emit::{Label, Reg};
use crate::scope::{ScopeId, address, makes_closures};
use crate::text::text;
use js_bytecode::Op;
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    /// Compiles the body of a loop: gives the labels behind it and for its continuation, which is still to be bound.
    fn loop_body(&mut self, body: &'b Statement<'a>, end: Label, next: Label) {
        let labels = std::mem::take(&mut self.f.labels);
        self.f.control.push(Control::Target { labels, end: Some(end), next: Some(next), plain: true });
        self.statement(body);
        self.pop_target();
    }

    pub(super) fn while_statement(&mut self, s: &'b WhileStatement<'a>) {
        self.no_completion();
        let (top, next, end) = (self.f.e.label(), self.f.e.label(), self.f.e.label());
        if matches!(&s.test, Expression::BooleanLiteral(b) if b.value) {
            self.f.e.bind(top);
        } else {
            self.enter_at(next, top);
        }
        self.loop_body(&s.body, end, next);
        self.f.e.bind(next);
        self.at(s.test.span().start);
        self.condition(&s.test, top, true);
        self.f.e.bind(end);
    }

    /// Binds the top of a loop that is entered at the bottom.
    fn enter_at(&mut self, bottom: Label, top: Label) {
        let dead = self.f.e.dead;
        self.f.e.jump(Op::Jump, 0, 0, bottom);
        self.f.e.dead = dead;
        self.f.e.bind(top);
    }

    pub(super) fn do_while(&mut self, s: &'b DoWhileStatement<'a>) {
        self.no_completion();
        let (top, next, end) = (self.f.e.label(), self.f.e.label(), self.f.e.label());
        self.f.e.bind(top);
        self.loop_body(&s.body, end, next);
        self.f.e.bind(next);
        self.condition(&s.test, top, true);
        self.f.e.bind(end);
    }

    pub(super) fn for_statement(&mut self, s: &'b ForStatement<'a>) {
        let Some((id, saved)) = self.enter_node(address(s)) else { return };
        let using = match &s.init {
            Some(ForStatementInit::VariableDeclaration(d)) if d.kind.is_using() => Some(d.kind),
            _ => None,
        };
        match using {
            Some(kind) => self.with_stack(kind.is_await(), |this| this.for_loop(s, id)),
            None => self.for_loop(s, id),
        }
        self.leave(saved);
    }

    fn for_loop(&mut self, s: &'b ForStatement<'a>, id: ScopeId) {
        match &s.init {
            Some(ForStatementInit::VariableDeclaration(d)) => self.declare_for(d),
            Some(init) => {
                if let Some(e) = init.as_expression() {
                    self.expr_effect(e);
                }
            }
            None => {}
        }
        self.no_completion();
        let env = self.an.scope(id).env.then(|| self.f.env_regs.get(&id).copied()).flatten();
        let seen = match &s.init {
            Some(ForStatementInit::VariableDeclaration(d)) => d
                .declarations
                .iter()
                .any(|d| !d.id.is_binding_identifier() || d.init.as_ref().is_some_and(makes_closures)),
            _ => true,
        };
        if let (Some(env), true) = (env, seen) {
            self.op(Op::CopyEnv, env, 0, 0);
        }
        let (top, next, test, end) = (self.f.e.label(), self.f.e.label(), self.f.e.label(), self.f.e.label());
        if s.test.is_some() {
            self.enter_at(test, top);
        } else {
            self.f.e.bind(top);
        }
        self.loop_body(&s.body, end, next);
        self.f.e.bind(next);
        if let Some(env) = env {
            self.op(Op::CopyEnv, env, 0, 0);
        }
        if let Some(update) = &s.update {
            self.at(update.span().start);
            self.expr_effect(update);
        }
        self.f.e.bind(test);
        match &s.test {
            Some(e) => {
                self.at(e.span().start);
                self.condition(e, top, true);
            }
            None => self.f.e.jump(Op::Jump, 0, 0, top),
        }
        self.f.e.bind(end);
    }

    fn declare_for(&mut self, d: &'b VariableDeclaration<'a>) {
        let completion = self.f.completion.take();
        self.variable_declaration(d);
        self.f.completion = completion;
    }

    /// The value of the expression after `in` or `of`, in the scope where the names of the head are uninitialised.
    fn head(&mut self, node: usize, right: &'b Expression<'a>) -> Option<(ScopeId, Entered, Reg)> {
        let id = *self.an.scope_of.get(&node)?;
        // Each iteration makes its environment; one is needed before only if something can see it.
        let seen = self.an.scope(id).vars.iter().any(|v| v.tdz) || makes_closures(right);
        let saved = self.enter_with(id, seen);
        let made = self.f.env;
        if !seen {
            self.f.env = saved.env;
        }
        let value = self.expr_any(right);
        self.f.env = made;
        self.at(right.span().start);
        Some((id, saved, value))
    }

    pub(super) fn for_in(&mut self, s: &'b ForInStatement<'a>) {
        // B.3.5
        if let ForStatementLeft::VariableDeclaration(d) = &s.left
            && d.declarations.iter().any(|d| d.init.is_some())
        {
            self.declare_for(d);
        }
        let iterator = self.alloc();
        let floor = self.pin();
        let Some((id, saved, value)) = self.head(address(s), &s.right) else { return };
        self.op(Op::ForInStart, iterator, value, 0);
        self.f.top = self.f.floor;
        self.no_completion();
        let (top, next, end) = (self.f.e.label(), self.f.e.label(), self.f.e.label());
        self.f.e.bind(top);
        let mark = self.f.top;
        let key = self.item_register(&s.left);
        self.at(s.right.span().start);
        self.f.e.jump(Op::ForInNext, key, iterator, end);
        self.renew(id, saved.env);
        self.bind_item(&s.left, key);
        self.f.top = mark;
        self.loop_body(&s.body, end, next);
        self.f.e.bind(next);
        self.f.e.jump(Op::Jump, 0, 0, top);
        self.f.e.bind(end);
        self.leave(saved);
        self.f.floor = floor;
    }

    /// The register for the next value: that of the variable, where it need not outlive the loop.
    fn item_register(&mut self, left: &ForStatementLeft<'a>) -> Reg {
        if let ForStatementLeft::VariableDeclaration(d) = left
            && d.kind.is_lexical()
            && let Some(BindingPattern::BindingIdentifier(id)) = d.declarations.first().map(|d| &d.id)
            && let found = self.lookup(id.name.as_str(), u32::MAX)
            && let Some(reg) = found.in_place()
            && !self.is_empty_at_first(id.name.as_str())
        {
            return reg;
        }
        self.alloc()
    }

    fn is_empty_at_first(&self, name: &str) -> bool {
        let scope = self.an.scope(self.f.scope);
        scope.names.get(name).and_then(|&i| scope.vars.get(i as usize)).is_none_or(|v| v.tdz)
    }

    fn bind_item(&mut self, left: &'b ForStatementLeft<'a>, value: Reg) {
        match left {
            ForStatementLeft::VariableDeclaration(d) => {
                let mode = if d.kind.is_lexical() { Mode::Init } else { Mode::Assign };
                if let Some(d) = d.declarations.first() {
                    self.bind_pattern(&d.id, value, mode);
                }
            }
            left => {
                if let Some(target) = left.as_assignment_target() {
                    self.assign_pattern(target, value);
                }
            }
        }
    }

    pub(super) fn for_of(&mut self, s: &'b ForOfStatement<'a>) {
        let iterator = self.alloc_many(3);
        let floor = self.pin();
        let Some((id, saved, value)) = self.head(address(s), &s.right) else { return };
        self.op(if s.r#await { Op::GetAsyncIterator } else { Op::GetIterator }, iterator, value, 0);
        self.f.top = self.f.floor;
        self.no_completion();
        let (top, next, end, done) = (self.f.e.label(), self.f.e.label(), self.f.e.label(), self.f.e.label());
        let labels = std::mem::take(&mut self.f.labels);
        self.f.control.push(Control::Target {
            labels: labels.clone(),
            end: Some(end),
            next: None,
            plain: true,
        });
        self.f.e.bind(top);
        let mark = self.f.top;
        let item = self.item_register(&s.left);
        self.at(s.right.span().start);
        if s.r#await {
            self.next_async(iterator, item, done);
        } else {
            self.f.e.jump(Op::IteratorNext, item, iterator, done);
        }
        let region = self.f.e.open();
        self.f.control.push(Control::Iterator { iterator, asynchronous: s.r#await, region });
        self.f.control.push(Control::Target { labels, end: None, next: Some(next), plain: false });
        self.renew(id, saved.env);
        let inner = self.pin();
        match &s.left {
            ForStatementLeft::VariableDeclaration(d) if d.kind.is_using() => {
                self.with_stack(d.kind.is_await(), |this| {
                    this.bind_item(&s.left, item);
                    if let Some(BindingPattern::BindingIdentifier(id)) = d.declarations.first().map(|d| &d.id)
                    {
                        this.add_disposable(id, d.kind.is_await());
                    }
                    this.statement(&s.body);
                });
            }
            left => {
                self.bind_item(left, item);
                self.f.floor = inner;
                self.f.top = mark;
                self.statement(&s.body);
            }
        }
        self.f.floor = inner;
        self.f.top = mark;
        self.pop_target();
        self.flush_returns(self.f.control.len());
        self.f.e.bind(next);
        if let Some(Control::Iterator { region, .. }) = self.f.control.last_mut() {
            self.f.e.suspend(region);
        }
        self.f.e.jump(Op::Jump, 0, 0, top);
        self.iterator_handler();
        self.pop_target();
        self.f.e.bind(done);
        self.f.e.bind(end);
        self.leave(saved);
        self.f.floor = floor;
    }

    /// The next value of an asynchronous iterator, or a jump.
    fn next_async(&mut self, iterator: Reg, item: Reg, done: Label) {
        let mark = self.f.top;
        let base = self.alloc_many(2);
        self.f.e.mov(base, iterator + 1);
        self.f.e.mov(base + 1, iterator);
        self.op(Op::Call, base, base, 0);
        self.op(Op::Await, base, 0, 0);
        self.check_object(base, "The result of an iterator's next() is not an object");
        let cache = self.cache(text("done"));
        self.op(Op::GetProperty, base + 1, base, cache);
        self.f.e.jump(Op::JumpIf, base + 1, 0, done);
        let cache = self.cache(text("value"));
        self.op(Op::GetProperty, item, base, cache);
        self.f.top = mark;
    }
}
