//! Trees as text for tests and for looking at: what names mean is shown, places are not.

use crate::ast::*;
use std::fmt::Write;

/// A line per statement of the module, in parentheses, operators first.
///
/// A local variable is shown as `name#index`; where it is declared with `^` if functions capture it and `!` if it is assigned to.
pub fn dump(module: &Module) -> String {
    let mut dumper = Dumper { out: String::new(), vars: &module.vars };
    for stmt in &module.body {
        dumper.stmt(stmt);
        dumper.out.push('\n');
    }
    dumper.out
}

struct Dumper<'m> {
    out: String,
    vars: &'m [VarInfo],
}

impl Dumper<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn list(&mut self, head: &str, parts: impl FnOnce(&mut Self)) {
        self.put("(");
        self.put(head);
        parts(self);
        self.put(")");
    }

    fn var(&mut self, var: Var) {
        let name = self.vars.get(var.0 as usize).map_or("?", |info| &info.name).to_owned();
        let _ = write!(self.out, "{name}#{}", var.0);
    }

    fn declared(&mut self, var: Var) {
        self.var(var);
        let info = self.vars.get(var.0 as usize);
        self.put(if info.is_some_and(|info| info.captured) { "^" } else { "" });
        self.put(if info.is_some_and(|info| info.assigned) { "!" } else { "" });
    }

    fn target(&mut self, target: &Target) {
        self.put(" ");
        match target.binding {
            Binding::Local(var) => self.declared(var),
            Binding::Global => self.put(&target.ident.name),
        }
    }

    fn name(&mut self, name: &str, binding: Binding) {
        match binding {
            Binding::Local(var) => self.var(var),
            Binding::Global => self.put(name),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let _ = write!(self.out, "\"{}\"", bytes.escape_ascii());
    }

    fn part(&mut self, expr: &Expr) {
        self.put(" ");
        self.expr(expr);
    }

    fn optional(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(expr) => self.part(expr),
            None => self.put(" _"),
        }
    }

    fn sub(&mut self, stmt: &Stmt) {
        self.put(" ");
        self.stmt(stmt);
    }

    fn body(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.sub(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Break => self.put("(break)"),
            StmtKind::Continue => self.put("(continue)"),
            StmtKind::Print(value) => self.list("print", |d| d.part(value)),
            StmtKind::Throw(value) => self.list("throw", |d| d.part(value)),
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Block(body) => self.list("block", |d| d.body(body)),
            StmtKind::Return(value) => self.list("return", |d| value.iter().for_each(|value| d.part(value))),
            StmtKind::Assert { condition, message } => self.list("assert", |d| {
                d.part(condition);
                message.iter().for_each(|message| d.part(message));
            }),
            StmtKind::If { condition, then, otherwise } => self.list("if", |d| {
                d.part(condition);
                d.sub(then);
                otherwise.iter().for_each(|stmt| d.sub(stmt));
            }),
            StmtKind::Switch { value, clauses } => self.list("switch", |d| {
                d.part(value);
                clauses.iter().for_each(|clause| d.clause(clause));
            }),
            StmtKind::Try { body, error, handler } => self.list("try", |d| {
                d.body(body);
                d.put(" ");
                d.list("catch", |d| {
                    error.iter().for_each(|target| d.target(target));
                    d.body(handler);
                });
            }),
            StmtKind::While { .. } | StmtKind::For { .. } | StmtKind::ForIn { .. } => self.repeat(stmt),
            _ => self.declaration(stmt),
        }
    }

    fn clause(&mut self, clause: &Clause) {
        let head = if clause.value.is_some() { " (case" } else { " (default" };
        self.put(head);
        clause.value.iter().for_each(|value| self.part(value));
        clause.body.iter().for_each(|body| self.sub(body));
        self.put(")");
    }

    fn repeat(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::While { condition, body } => self.list("while", |d| {
                d.part(condition);
                d.sub(body);
            }),
            StmtKind::For { init, condition, step, body } => self.list("for", |d| {
                match init {
                    Some(init) => d.sub(init),
                    None => d.put(" _"),
                }
                d.optional(condition.as_ref());
                d.optional(step.as_ref());
                d.sub(body);
            }),
            StmtKind::ForIn { vars, container, body } => self.list("for-in", |d| {
                vars.iter().for_each(|target| d.target(target));
                d.part(container);
                d.sub(body);
            }),
            _ => {}
        }
    }

    fn declaration(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Import(imports) => self.list("import", |d| {
                for import in imports {
                    d.target(&import.target);
                    d.put(" ");
                    d.bytes(import.path.as_bytes());
                }
            }),
            StmtKind::Fn { target, function, test } => self.list(if *test { "test" } else { "fn" }, |d| {
                d.target(target);
                d.function(function);
            }),
            StmtKind::Defer(function) => self.list("defer", |d| d.function(function)),
            StmtKind::Class(class) => self.class(class),
            StmtKind::Interface { target, methods } => self.list("interface", |d| {
                d.target(target);
                for (name, count) in methods {
                    let _ = write!(d.out, " {}/{count}", name.name);
                }
            }),
            StmtKind::Var(decls) => self.list("var", |d| {
                for decl in decls {
                    d.target(&decl.target);
                    d.put(if decl.array { "[]" } else { "" });
                    decl.value.iter().for_each(|value| d.default(value));
                }
            }),
            _ => {}
        }
    }

    fn class(&mut self, class: &Class) {
        self.list("class", |d| {
            d.target(&class.target);
            if let Some((ident, binding)) = &class.superclass {
                d.put(" < ");
                d.name(&ident.name, *binding);
            }
            if let Some(var) = class.super_var {
                d.put(" ");
                d.declared(var);
            }
            for (ident, binding) in &class.interfaces {
                d.put(" : ");
                d.name(&ident.name, *binding);
            }
            for method in &class.methods {
                let head = if method.kind == FunctionKind::Initializer { " (init " } else { " (method " };
                d.put(head);
                d.put(method.name.as_ref().map_or("?", |ident| &ident.name));
                d.function(method);
                d.put(")");
            }
        });
    }

    /// Parameters and body.
    fn function(&mut self, function: &Function) {
        self.put(" (");
        if let Some(this) = function.this {
            self.declared(this);
            self.put(if function.params.is_empty() { "" } else { " " });
        }
        for (index, param) in function.params.iter().enumerate() {
            self.put(if index == 0 { "" } else { " " });
            self.declared(param.var);
            param.default.iter().for_each(|value| self.default(value));
        }
        self.put(")");
        self.body(&function.body);
    }

    /// The first value of a variable.
    fn default(&mut self, value: &Expr) {
        self.put(" ");
        self.list("=", |d| d.part(value));
    }

    fn pair(&mut self, head: &str, left: &Expr, right: &Expr) {
        self.list(head, |d| {
            d.part(left);
            d.part(right);
        });
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Nil => self.put("nil"),
            ExprKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            ExprKind::Number(value) => {
                let _ = write!(self.out, "{value:?}");
            }
            ExprKind::String(bytes) => self.bytes(bytes),
            ExprKind::Name(name, binding) => self.name(name, *binding),
            ExprKind::This(var) => self.var(*var),
            ExprKind::Super { this, class, name } => self.list("super ", |d| {
                d.var(*this);
                d.put(" ");
                d.var(*class);
                d.put(" .");
                d.put(&name.name);
            }),
            ExprKind::Unary(UnaryOp::Neg, operand) => self.list("neg", |d| d.part(operand)),
            ExprKind::Unary(UnaryOp::Not, operand) => self.list("!", |d| d.part(operand)),
            ExprKind::Binary(op, left, right) => self.pair(op.text(), left, right),
            ExprKind::And(left, right) => self.pair("and", left, right),
            ExprKind::Or(left, right) => self.pair("or", left, right),
            ExprKind::Is(left, right) => self.pair("is", left, right),
            ExprKind::Range(left, right) => self.pair("..", left, right),
            ExprKind::Function(function) => self.list("fn", |d| d.function(function)),
            _ => self.container(expr),
        }
    }

    /// Expressions about containers and calls.
    fn container(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(callee, arguments) => self.list("call", |d| {
                d.part(callee);
                arguments.iter().for_each(|argument| d.part(argument));
            }),
            ExprKind::Property(object, name) => self.list("get", |d| {
                d.part(object);
                d.put(" .");
                d.put(&name.name);
            }),
            ExprKind::Index(object, index) => self.pair("index", object, index),
            ExprKind::Slice(object, first, last) => self.list("slice", |d| {
                d.part(object);
                d.optional(first.as_deref());
                d.optional(last.as_deref());
            }),
            ExprKind::Assign(place, value) => self.list("=", |d| {
                d.place(place);
                d.part(value);
            }),
            ExprKind::Array(values) => self.list("array", |d| values.iter().for_each(|value| d.part(value))),
            ExprKind::Table(entries) => self.list("table", |d| {
                for (key, value) in entries {
                    d.put(" ");
                    d.bytes(&key.key);
                    d.part(value);
                }
            }),
            _ => {}
        }
    }

    fn place(&mut self, place: &Place) {
        self.put(" ");
        match place {
            Place::Name(ident, binding) => self.name(&ident.name, *binding),
            Place::Property(object, name) => self.list("get", |d| {
                d.part(object);
                d.put(" .");
                d.put(&name.name);
            }),
            Place::Index(object, index) => self.pair("index", object, index),
        }
    }
}
