//! What holds for every tree that was read without errors, for tests and fuzzing.

use crate::ast::*;

/// The first thing found wrong: nodes lie inside their parents and in order, variables exist, no path is too long.
pub fn check(module: &Module, source_length: usize) -> Result<(), String> {
    let all = Span { start: 0, end: source_length as u32 };
    let mut checker = Checker { vars: module.vars.len(), fault: None };
    checker.stmts(&module.body, all, 1);
    checker.fault.map_or(Ok(()), Err)
}

struct Checker {
    vars: usize,
    fault: Option<String>,
}

impl Checker {
    fn fail(&mut self, what: impl FnOnce() -> String) {
        self.fault.get_or_insert_with(what);
    }

    /// A node inside of another one, as deep as that.
    fn node(&mut self, span: Span, outer: Span, depth: u32) {
        let inside = outer.start <= span.start && span.start <= span.end && span.end <= outer.end;
        if !inside {
            self.fail(|| format!("{span:?} is not inside {outer:?}"));
        }
        if depth > MAX_DEPTH {
            self.fail(|| format!("{span:?} is at depth {depth}"));
        }
    }

    fn order(&mut self, before: Span, behind: Span) {
        if before.end > behind.start {
            self.fail(|| format!("{behind:?} is not behind {before:?}"));
        }
    }

    fn var(&mut self, var: Var) {
        if var.0 as usize >= self.vars {
            self.fail(|| format!("there is no variable {}", var.0));
        }
    }

    fn binding(&mut self, binding: Binding) {
        if let Binding::Local(var) = binding {
            self.var(var);
        }
    }

    fn target(&mut self, target: &Target, outer: Span) {
        self.node(target.ident.span, outer, 0);
        self.binding(target.binding);
    }

    fn stmts(&mut self, stmts: &[Stmt], outer: Span, depth: u32) {
        stmts.windows(2).for_each(|pair| self.order(pair[0].span, pair[1].span));
        stmts.iter().for_each(|stmt| self.stmt(stmt, outer, depth));
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, outer: Span, depth: u32) {
        let mut last = Span { start: outer.start, end: outer.start };
        for expr in exprs {
            self.order(last, expr.span);
            last = expr.span;
            self.expr(expr, outer, depth);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, outer: Span, depth: u32) {
        self.node(stmt.span, outer, depth);
        let (outer, depth) = (stmt.span, depth + 1);
        match &stmt.kind {
            StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Print(value) | StmtKind::Throw(value) | StmtKind::Expr(value) => {
                self.expr(value, outer, depth)
            }
            StmtKind::Return(value) => self.exprs(value, outer, depth),
            StmtKind::Assert { condition, message } => {
                self.exprs(std::iter::once(condition).chain(message), outer, depth)
            }
            StmtKind::Block(body) => self.stmts(body, outer, depth),
            StmtKind::If { condition, then, otherwise } => {
                self.expr(condition, outer, depth);
                self.order(condition.span, then.span);
                self.stmt(then, outer, depth);
                otherwise.iter().for_each(|stmt| self.stmt(stmt, outer, depth));
            }
            StmtKind::Switch { value, clauses } => {
                self.expr(value, outer, depth);
                for clause in clauses {
                    self.order(value.span, clause.span);
                    self.node(clause.span, outer, depth);
                    self.exprs(&clause.value, clause.span, depth + 1);
                    clause.body.iter().for_each(|body| self.stmt(body, clause.span, depth + 1));
                }
            }
            StmtKind::Try { body, error, handler } => {
                self.stmts(body, outer, depth);
                error.iter().for_each(|target| self.target(target, outer));
                self.stmts(handler, outer, depth);
            }
            StmtKind::While { condition, body } => {
                self.expr(condition, outer, depth);
                self.order(condition.span, body.span);
                self.stmt(body, outer, depth);
            }
            StmtKind::For { init, condition, step, body } => {
                init.iter().for_each(|init| self.stmt(init, outer, depth));
                self.exprs(condition.iter().chain(step), outer, depth);
                self.stmt(body, outer, depth);
            }
            StmtKind::ForIn { vars, container, body } => {
                vars.iter().for_each(|target| self.target(target, outer));
                self.expr(container, outer, depth);
                self.order(container.span, body.span);
                self.stmt(body, outer, depth);
            }
            _ => self.declaration(stmt, outer, depth),
        }
    }

    fn declaration(&mut self, stmt: &Stmt, outer: Span, depth: u32) {
        match &stmt.kind {
            StmtKind::Import(imports) => imports.iter().for_each(|import| {
                self.target(&import.target, outer);
                self.node(import.span, outer, depth);
            }),
            StmtKind::Fn { target, function, .. } => {
                self.target(target, outer);
                self.function(function, outer, depth);
            }
            StmtKind::Defer(function) => self.function(function, outer, depth),
            StmtKind::Interface { target, .. } => self.target(target, outer),
            StmtKind::Var(decls) => {
                for decl in decls {
                    self.target(&decl.target, outer);
                    self.exprs(&decl.value, outer, depth);
                }
            }
            StmtKind::Class(class) => {
                self.target(&class.target, outer);
                class.superclass.iter().chain(&class.interfaces).for_each(|used| self.binding(used.1));
                class.super_var.iter().for_each(|var| self.var(*var));
                class.methods.iter().for_each(|method| self.function(method, outer, depth));
            }
            _ => {}
        }
    }

    fn function(&mut self, function: &Function, outer: Span, depth: u32) {
        self.node(function.span, outer, depth);
        function.this.iter().for_each(|var| self.var(*var));
        for param in &function.params {
            self.var(param.var);
            self.node(param.ident.span, function.span, 0);
        }
        let defaults = function.params.iter().filter_map(|param| param.default.as_ref());
        self.exprs(defaults, function.span, depth + 1);
        self.stmts(&function.body, function.span, depth + 1);
    }

    fn expr(&mut self, expr: &Expr, outer: Span, depth: u32) {
        self.node(expr.span, outer, depth);
        let (outer, depth) = (expr.span, depth + 1);
        match &expr.kind {
            ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
            ExprKind::Name(_, binding) => self.binding(*binding),
            ExprKind::This(var) => self.var(*var),
            ExprKind::Super { this, class, .. } => [this, class].iter().for_each(|var| self.var(**var)),
            ExprKind::Unary(_, operand) | ExprKind::Property(operand, _) => self.expr(operand, outer, depth),
            ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Is(left, right)
            | ExprKind::Range(left, right)
            | ExprKind::Index(left, right) => self.exprs([&**left, &**right], outer, depth),
            ExprKind::Call(callee, arguments) => {
                self.exprs(std::iter::once(&**callee).chain(arguments), outer, depth)
            }
            ExprKind::Slice(object, first, last) => {
                let parts = [Some(object), first.as_ref(), last.as_ref()];
                self.exprs(parts.into_iter().flatten().map(|part| &**part), outer, depth);
            }
            ExprKind::Array(values) => self.exprs(values, outer, depth),
            ExprKind::Table(entries) => self.exprs(entries.iter().map(|entry| &entry.1), outer, depth),
            ExprKind::Function(function) => self.function(function, outer, depth),
            ExprKind::Assign(place, value) => {
                match &**place {
                    Place::Name(_, binding) => self.binding(*binding),
                    Place::Property(object, _) => self.expr(object, outer, depth),
                    Place::Index(object, index) => self.exprs([object, index], outer, depth),
                }
                self.expr(value, outer, depth);
            }
        }
    }
}
