//! Statements.

use super::jumps::Breakable;
use super::regs::Home;
use super::{Bytes, Compiler, bytes};
use crate::inst::Op;
use sox_syntax::ast::{
    Binding, Clause, Expr, ExprKind, Function, Import, Stmt, StmtKind, Target, Var, VarDecl,
};
use std::ops::ControlFlow;

impl Compiler<'_> {
    pub(super) fn stmts(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    pub(super) fn block(&mut self, stmts: &[Stmt]) {
        let scope = self.open_scope();
        self.stmts(stmts);
        self.close_scope(scope);
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        let span = bytes(stmt.span);
        match &stmt.kind {
            StmtKind::Import(imports) => imports.iter().for_each(|import| self.import(import)),
            StmtKind::Fn { target, function, test } => self.function_decl(target, function, *test, span),
            StmtKind::Class(class) => self.class(class),
            StmtKind::Interface { target, methods } => self.interface(target, methods, span),
            StmtKind::Defer(function) => self.defer(function, span),
            StmtKind::Var(decls) => decls.iter().for_each(|decl| self.var(decl)),
            StmtKind::Break => self.break_(span),
            StmtKind::Continue => self.continue_(span),
            StmtKind::Assert { condition, message } => self.assert(condition, message.as_ref(), span),
            StmtKind::Print(value) => self.with_value(value, Op::Print, span),
            StmtKind::If { condition, then, otherwise } => {
                self.if_(condition, then, otherwise.as_deref(), span)
            }
            StmtKind::Switch { value, clauses } => self.switch(value, clauses, span),
            StmtKind::Return(value) => self.return_(value.as_ref(), span),
            StmtKind::Throw(value) => self.with_value(value, Op::Throw, span),
            StmtKind::While { condition, body } => self.while_(Some(condition), None, body, span),
            StmtKind::For { init, condition, step, body } => {
                let scope = self.open_scope();
                init.iter().for_each(|init| self.stmt(init));
                self.while_(condition.as_ref(), step.as_ref(), body, span);
                self.close_scope(scope);
            }
            StmtKind::ForIn { vars, container, body } => self.for_in(vars, container, body, span),
            StmtKind::Block(stmts) => self.block(stmts),
            StmtKind::Try { body, error, handler } => self.try_(body, error.as_ref(), handler, span),
            StmtKind::Expr(expr) => self.effect(expr),
        }
    }

    fn with_value(&mut self, value: &Expr, op: Op, span: Bytes) {
        let mark = self.mark();
        let value = self.expr(value);
        self.emit(op, value, 0, 0, 0, span);
        self.release(mark);
    }

    fn var(&mut self, decl: &VarDecl) {
        let span = decl.value.as_ref().map_or(bytes(decl.target.ident.span), |value| bytes(value.span));
        let Binding::Local(var) = decl.target.binding else {
            return self.bind_with(&decl.target, span, |compiler, to| compiler.initial(decl, None, to, span));
        };
        let captured = self.tree.vars[var.0 as usize].captured;
        let early = captured && decl.value.as_ref().is_some_and(has_function);
        let function = decl.value.as_ref().is_some_and(|value| matches!(value.kind, ExprKind::Function(_)));
        if early && (!function || self.boxed(var)) {
            self.bind_early(var, span, |compiler, to| compiler.initial(decl, None, to, span));
        } else {
            // A function that its variable will always hold is, inside of itself, what is called.
            let own = if early { Some(var) } else { None };
            self.bind_with(&decl.target, span, |compiler, to| compiler.initial(decl, own, to, span));
        }
    }

    /// The first value of a variable; `own` is the variable when the value is a function that it will always hold.
    fn initial(&mut self, decl: &VarDecl, own: Option<Var>, to: u8, span: Bytes) {
        match &decl.value {
            // What looks like an empty table is an empty array here.
            Some(Expr { kind: ExprKind::Table(entries), .. }) if decl.array && entries.is_empty() => {
                self.array(&[], to, span);
            }
            Some(Expr { kind: ExprKind::Function(function), .. }) => self.closure(function, own, to, span),
            Some(value) => self.expr_to(value, to),
            None if decl.array => self.array(&[], to, span),
            None => self.emit(Op::LoadNil, to, 0, 0, 0, span),
        }
    }

    fn import(&mut self, import: &Import) {
        let span = bytes(import.span);
        self.bind_with(&import.target, span, |compiler, to| {
            let path = compiler.state().asm.name(&import.path);
            compiler.emit(Op::Import, to, 0, 0, path as i32, span);
        });
    }

    fn defer(&mut self, function: &Function, span: Bytes) {
        let mark = self.mark();
        let closure = self.temp();
        self.closure(function, None, closure, span);
        // A function with a `defer` has a list from the start.
        if let Some(list) = self.state().defers {
            self.emit(Op::Defer, list, closure, 0, 0, span);
        }
        self.release(mark);
    }

    fn assert(&mut self, condition: &Expr, message: Option<&Expr>, span: Bytes) {
        let mark = self.mark();
        match message {
            Some(message) => {
                let [condition, message] = self.two(condition, message);
                self.emit(Op::Assert, condition, message, 1, 0, span);
            }
            None => {
                let condition = self.expr(condition);
                self.emit(Op::Assert, condition, condition, 0, 0, span);
            }
        }
        self.release(mark);
    }

    fn if_(&mut self, condition: &Expr, then: &Stmt, otherwise: Option<&Stmt>, span: Bytes) {
        let skip = self.state().asm.label();
        self.jump_when(condition, false, skip);
        self.stmt(then);
        let Some(otherwise) = otherwise else {
            return self.state().asm.bind(skip);
        };
        let end = self.state().asm.label();
        self.state().asm.jump(Op::Jump, [0; 3], end, span);
        self.state().asm.bind(skip);
        self.stmt(otherwise);
        self.state().asm.bind(end);
    }

    fn switch(&mut self, value: &Expr, clauses: &[Clause], span: Bytes) {
        let scope = self.open_scope();
        let value = self.expr_temp(value);
        let end = self.state().asm.label();
        let labels: Vec<_> = clauses.iter().map(|_| self.state().asm.label()).collect();
        let mut default = end;
        for (clause, label) in clauses.iter().zip(&labels) {
            match &clause.value {
                Some(case) => {
                    let mark = self.mark();
                    let case = self.expr(case);
                    self.state().asm.jump(Op::JumpEq, [value, case, 0], *label, bytes(clause.span));
                    self.release(mark);
                }
                None => default = *label,
            }
        }
        self.state().asm.jump(Op::Jump, [0; 3], default, span);
        self.state().breakables.push(Breakable { end, again: None });
        for (clause, label) in clauses.iter().zip(labels) {
            self.state().asm.bind(label);
            if let Some(body) = &clause.body {
                self.stmt(body);
                self.state().asm.jump(Op::Jump, [0; 3], end, bytes(clause.span));
            }
        }
        self.state().breakables.pop();
        self.state().asm.bind(end);
        self.close_scope(scope);
    }

    fn return_(&mut self, value: Option<&Expr>, span: Bytes) {
        let Some(value) = value else {
            return self.return_nothing(span);
        };
        let mark = self.mark();
        // Deferred closures may assign to variables: the value is taken before they run.
        let value = if self.state().defers.is_some() { self.expr_temp(value) } else { self.expr(value) };
        self.leave(span, |compiler| compiler.emit(Op::Return, value, 0, 0, 0, span));
        self.release(mark);
    }

    fn try_(&mut self, body: &[Stmt], error: Option<&Target>, handler: &[Stmt], span: Bytes) {
        let scope = self.open_scope();
        let register = self.temp();
        self.open_try(register);
        self.block(body);
        let end = self.state().asm.label();
        let caught = self.close_try();
        self.state().asm.jump(Op::Jump, [0; 3], end, span);
        self.state().asm.bind(caught);
        self.finish_try(caught, register);
        if let Some(Target { ident, binding: Binding::Local(var) }) = error {
            self.declare_at(*var, Home::Near(register));
            if self.boxed(*var) {
                self.emit(Op::NewBox, register, register, 0, 0, bytes(ident.span));
            }
        }
        self.block(handler);
        self.state().asm.bind(end);
        self.close_scope(scope);
    }
}

/// Whether there is a function in an expression.
fn has_function(expr: &Expr) -> bool {
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        if matches!(expr.kind, ExprKind::Function(_)) {
            return true;
        }
        let _ = expr.each_child(&mut |child| {
            pending.push(child);
            ControlFlow::Continue(())
        });
    }
    false
}
