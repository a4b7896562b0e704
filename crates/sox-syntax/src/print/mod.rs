//! Trees back to source text.

mod expressions;

use crate::ast::*;
use expressions::is_name;
use std::fmt::Write;

/// Text that reads as the same tree, for trees that were read from a text without errors.
pub fn print(module: &Module) -> String {
    let mut printer = Printer { out: String::new(), indent: 0 };
    module.body.iter().for_each(|stmt| printer.line(stmt));
    printer.out
}

struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn newline(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.indent));
    }

    /// A statement where declarations may stand.
    fn line(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(value) => {
                let start = self.out.len();
                self.expr(value, 0);
                // What begins like another statement is put into parentheses; no operand stands before them.
                let text = &self.out[start..];
                if text.starts_with('{') || text.starts_with("fn(") || text.starts_with("throw(") {
                    self.out.insert(start, '(');
                    self.put(")");
                }
                self.put(";");
            }
            _ => self.stmt(stmt),
        }
        self.newline();
    }

    fn block(&mut self, body: &[Stmt]) {
        self.put("{");
        self.indent += 1;
        self.newline();
        body.iter().for_each(|stmt| self.line(stmt));
        self.indent -= 1;
        // The last line of the block was indented as its statements are.
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        self.out.extend(std::iter::repeat_n("    ", self.indent));
        self.put("}");
    }

    /// A statement on a line of its own, so that no word of it is taken for an operator, or a block.
    fn body(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Block(body) => {
                self.put(" ");
                self.block(body);
            }
            _ => {
                self.indent += 1;
                self.newline();
                self.stmt(stmt);
                self.indent -= 1;
            }
        }
    }

    fn ended(&mut self, head: &str, value: &Expr) {
        self.put(head);
        self.expr(value, 0);
        self.put(";");
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Break => self.put("break;"),
            StmtKind::Continue => self.put("continue;"),
            StmtKind::Print(value) => self.ended("print ", value),
            StmtKind::Return(None) => self.put("return;"),
            StmtKind::Return(Some(value)) => self.ended("return ", value),
            StmtKind::Throw(value) => {
                self.ended("throw (", value);
                self.out.insert(self.out.len() - 1, ')');
            }
            StmtKind::Expr(value) => self.ended("", value),
            StmtKind::Block(body) => self.block(body),
            StmtKind::Assert { condition, message } => {
                self.put("assert(");
                self.list(std::iter::once(condition).chain(message));
                self.put(");");
            }
            StmtKind::If { .. } => self.if_chain(stmt),
            StmtKind::Switch { value, clauses } => self.switch(value, clauses),
            StmtKind::Try { body, error, handler } => {
                self.put("try ");
                self.block(body);
                self.put(" catch ");
                if let Some(error) = error {
                    self.put(&error.ident.name);
                    self.put(" ");
                }
                self.block(handler);
            }
            StmtKind::While { condition, body } => {
                self.put("while ");
                self.expr(condition, 0);
                self.body(body);
            }
            StmtKind::For { .. } | StmtKind::ForIn { .. } => self.for_loop(stmt),
            _ => self.declaration(stmt),
        }
    }

    fn if_chain(&mut self, mut stmt: &Stmt) {
        while let StmtKind::If { condition, then, otherwise } = &stmt.kind {
            self.put("if ");
            self.expr(condition, 0);
            self.body(then);
            let Some(otherwise) = otherwise else { return };
            match then.kind {
                StmtKind::Block(_) => self.put(" else"),
                _ => {
                    self.newline();
                    self.put("else");
                }
            }
            if !matches!(otherwise.kind, StmtKind::If { .. }) {
                return self.body(otherwise);
            }
            self.put(" ");
            stmt = otherwise;
        }
    }

    fn switch(&mut self, value: &Expr, clauses: &[Clause]) {
        self.put("switch ");
        self.expr(value, 0);
        self.put(" {");
        for clause in clauses {
            self.newline();
            match &clause.value {
                Some(value) => {
                    self.put("case ");
                    self.expr(value, 0);
                }
                None => self.put("default"),
            }
            clause.body.iter().for_each(|body| self.body(body));
        }
        self.newline();
        self.put("}");
    }

    /// With parentheses around the clauses, so that nothing of the body is taken for a part of them.
    fn for_loop(&mut self, stmt: &Stmt) {
        self.put("for (");
        let body = match &stmt.kind {
            StmtKind::For { init, condition, step, body } => {
                match init {
                    Some(init) => self.stmt(init),
                    None => self.put(";"),
                }
                condition.iter().for_each(|condition| self.expr(condition, 0));
                self.put(";");
                step.iter().for_each(|step| self.expr(step, 0));
                body
            }
            StmtKind::ForIn { vars, container, body } => {
                self.names(vars.iter().map(|target| &target.ident));
                self.put(" in ");
                self.expr(container, 0);
                body
            }
            _ => return,
        };
        self.put(")");
        self.body(body);
    }

    fn names<'a>(&mut self, names: impl Iterator<Item = &'a Ident>) {
        for (index, ident) in names.enumerate() {
            self.put(if index == 0 { "" } else { ", " });
            self.put(&ident.name);
        }
    }

    fn declaration(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Import(imports) => {
                self.put("import (");
                imports.iter().for_each(|import| self.import(import));
                self.put(");");
            }
            StmtKind::Fn { target, function, test } => {
                self.put(if *test { "#[test] fn " } else { "fn " });
                self.put(&target.ident.name);
                self.function(function);
            }
            StmtKind::Defer(function) => {
                self.put("defer ");
                self.function(function);
            }
            StmtKind::Class(class) => self.class(class),
            StmtKind::Interface { target, methods } => {
                self.put("interface ");
                self.put(&target.ident.name);
                self.put(" {");
                for (name, count) in methods {
                    let params: Vec<String> = (0..*count).map(|index| format!("p{index}")).collect();
                    let _ = write!(self.out, " {}({});", name.name, params.join(", "));
                }
                self.put(" }");
            }
            StmtKind::Var(decls) => {
                self.put("var ");
                for (index, decl) in decls.iter().enumerate() {
                    self.put(if index == 0 { "" } else { ", " });
                    self.put(&decl.target.ident.name);
                    self.put(if decl.array { "[]" } else { "" });
                    self.initializer(decl.value.as_ref());
                }
                self.put(";");
            }
            _ => {}
        }
    }

    fn initializer(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.put(" = ");
            self.expr(value, 0);
        }
    }

    fn import(&mut self, import: &Import) {
        let name = &import.target.ident.name;
        if is_name(name.as_bytes()) {
            self.put(name);
            self.put(" ");
        }
        self.string(import.path.as_bytes());
        self.put(";");
    }

    fn class(&mut self, class: &Class) {
        self.put("class ");
        self.put(&class.target.ident.name);
        if let Some((ident, _)) = &class.superclass {
            self.put(" < ");
            self.put(&ident.name);
        }
        if !class.interfaces.is_empty() {
            self.put(" implements ");
            self.names(class.interfaces.iter().map(|(ident, _)| ident));
        }
        self.put(" {");
        self.indent += 1;
        for method in &class.methods {
            self.newline();
            self.put(method.name.as_ref().map_or("", |ident| &ident.name));
            self.function(method);
        }
        self.indent -= 1;
        self.newline();
        self.put("}");
    }

    fn function(&mut self, function: &Function) {
        self.put("(");
        for (index, param) in function.params.iter().enumerate() {
            self.put(if index == 0 { "" } else { ", " });
            self.put(&param.ident.name);
            self.initializer(param.default.as_ref());
        }
        self.put(") ");
        self.block(&function.body);
    }
}
