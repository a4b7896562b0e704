//! Statements.

use super::Gen;
use super::control::{Control, Exit};
use super::pattern::Mode;
use crate::scope::{Goal, ScopeKind, address};
use crate::text::text;
use js_bytecode::{DeclaredKind, FunctionKind, Op};
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    /// The statements of a script, module or eval.
    pub(super) fn program(&mut self, program: &'b Program<'a>) {
        self.enter(0);
        self.init_pseudo_of_program();
        if self.an.goal == Goal::Module {
            self.module_header(program);
        } else {
            let result = self.alloc();
            self.f.result = Some(result);
            self.f.completion = Some(result);
        }
        self.f.floor = self.f.top;
        if matches!(self.an.goal, Goal::Eval { .. }) && !self.an.func(0).strict {
            self.declare_outside();
        }
        self.hoist_functions(&program.body);
        // Directives are statements, too, and have values; but not the one put in front of a strict eval's text.
        let last = program.directives.last().filter(|last| self.offsets.map(last.span.end) > 0);
        if let (Some(result), Some(last)) = (self.f.completion, last) {
            self.string_literal(&last.expression, result);
        }
        self.with_disposal(&program.body, |this| this.statements(&program.body));
    }

    fn init_pseudo_of_program(&mut self) {
        let Some(&env) = self.f.env_regs.get(&0) else { return };
        let Some(&index) = self.an.scope(0).names.get("%this") else { return };
        let Some(var) = self.an.scope(0).vars.get(index as usize) else { return };
        if var.captured && self.an.goal != Goal::Module {
            let slot = u32::from(var.slot);
            self.op(Op::SetEnv, 1, env, slot);
        }
    }

    /// Variables that a sloppy eval adds to what it is in.
    fn declare_outside(&mut self) {
        let of = [DeclaredKind::Var, DeclaredKind::BlockFunction];
        let names: Vec<_> = self.an.declared.iter().filter(|d| of.contains(&d.1)).map(|d| d.0).collect();
        for name in names {
            let env = self.outer_env();
            let name = self.f.e.string(text(name));
            self.op(Op::DeclareVar, 0, env, name);
        }
    }

    /// Functions of a block or body, which exist before it runs.
    pub(super) fn hoist_functions(&mut self, statements: &'b [Statement<'a>]) {
        let mut seen = rustc_hash::FxHashSet::default();
        let functions: Vec<_> = statements.iter().filter_map(declared_function).collect();
        // The last one of a name counts.
        let mut kept: Vec<_> = functions
            .into_iter()
            .rev()
            .filter(|f| seen.insert(f.id.as_ref().map_or("*default*", |id| id.name.as_str())))
            .collect();
        kept.reverse();
        for function in kept {
            self.hoist_function(function);
        }
    }

    fn hoist_function(&mut self, function: &'b Function<'a>) {
        let name = function.id.as_ref().map_or("*default*", |id| id.name.as_str());
        let mark = self.f.top;
        self.at(function.span.start);
        let top = self.f.func == 0 && self.f.scope == 0;
        if top && self.an.goal == Goal::Module {
            let index = self.declared_function(function);
            return self.module_function(name, index);
        }
        if top && self.an.declares(name) {
            let value = self.alloc();
            self.declaration_closure(function, value);
            let env = self.outer_env();
            let name = self.f.e.string(text(name));
            self.op(Op::DeclareFunction, value, env, name);
        } else {
            let reg = self.lookup(name, u32::MAX).in_place();
            let value = reg.unwrap_or_else(|| self.alloc());
            self.declaration_closure(function, value);
            self.init_variable(name, value);
        }
        self.f.top = mark;
    }

    pub(super) fn statements(&mut self, statements: &'b [Statement<'a>]) {
        for (index, statement) in statements.iter().enumerate() {
            let completion = self.f.completion;
            if completion.is_some() && self.f.control.is_empty() && !is_last(&statements[index + 1..]) {
                self.f.completion = None;
            }
            self.statement(statement);
            self.f.completion = completion;
        }
    }

    pub(super) fn statement(&mut self, statement: &'b Statement<'a>) {
        let mark = self.f.top;
        self.at(statement.span().start);
        match statement {
            Statement::ExpressionStatement(s) => match self.f.completion {
                Some(result) => self.expr_to(&s.expression, result),
                None => self.expr_effect(&s.expression),
            },
            Statement::VariableDeclaration(d) => self.variable_declaration(d),
            Statement::FunctionDeclaration(f) => self.block_function(f),
            Statement::ClassDeclaration(c) => self.class_declaration(c),
            Statement::BlockStatement(b) => self.block(b),
            Statement::EmptyStatement(_) => {}
            Statement::IfStatement(s) => self.if_statement(s),
            Statement::ForStatement(s) => self.for_statement(s),
            Statement::ForInStatement(s) => self.for_in(s),
            Statement::ForOfStatement(s) => self.for_of(s),
            Statement::WhileStatement(s) => self.while_statement(s),
            Statement::DoWhileStatement(s) => self.do_while(s),
            Statement::ReturnStatement(s) => self.return_statement(s),
            Statement::BreakStatement(s) => {
                let label = s.label.as_ref().map(|l| l.name.as_str());
                match self.target(label, false) {
                    Some(index) => self.exit(Exit::Break(index), None),
                    None => self.fail("Illegal break statement", s.span.start),
                }
            }
            Statement::ContinueStatement(s) => {
                let label = s.label.as_ref().map(|l| l.name.as_str());
                match self.target(label, true) {
                    Some(index) => self.exit(Exit::Continue(index), None),
                    None => self.fail("Illegal continue statement", s.span.start),
                }
            }
            Statement::ThrowStatement(s) => {
                let value = self.expr_any(&s.argument);
                self.at(s.span.start);
                self.op(Op::Throw, value, 0, 0);
            }
            Statement::TryStatement(s) => self.try_statement(s),
            Statement::SwitchStatement(s) => self.switch(s),
            Statement::LabeledStatement(s) => self.labelled(s),
            Statement::WithStatement(s) => self.with(s),
            Statement::DebuggerStatement(_) => self.op(Op::Debugger, 0, 0, 0),
            Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::ExportNamedDeclaration(_)
            | Statement::ExportFromDeclaration(_) => {}
            Statement::ExportDeclaration(e) => match &e.declaration {
                Declaration::VariableDeclaration(d) => self.variable_declaration(d),
                Declaration::ClassDeclaration(c) => self.class_declaration(c),
                _ => {}
            },
            Statement::ExportDefaultDeclaration(e) => self.export_default(e),
            s => self.fail("Unexpected statement", s.span().start),
        }
        self.f.top = mark;
    }

    /// The value of a statement that gives `undefined` unless a part of it gives another one.
    pub(super) fn no_completion(&mut self) {
        if let Some(result) = self.f.completion {
            self.op(Op::LoadUndefined, result, 0, 0);
        }
    }

    pub(super) fn block(&mut self, b: &'b BlockStatement<'a>) {
        let Some((_, saved)) = self.enter_node(address(b)) else { return };
        self.hoist_functions(&b.body);
        self.with_disposal(&b.body, |this| this.statements(&b.body));
        self.leave(saved);
    }

    pub(super) fn variable_declaration(&mut self, d: &'b VariableDeclaration<'a>) {
        let mode = if d.kind.is_lexical() { Mode::Init } else { Mode::Assign };
        for declarator in &d.declarations {
            let mark = self.f.top;
            self.declarator(declarator, mode);
            if d.kind.is_using()
                && let BindingPattern::BindingIdentifier(id) = &declarator.id
            {
                self.add_disposable(id, d.kind.is_await());
            }
            self.f.top = mark;
        }
    }

    fn declarator(&mut self, d: &'b VariableDeclarator<'a>, mode: Mode) {
        let BindingPattern::BindingIdentifier(id) = &d.id else {
            if let Some(init) = &d.init {
                // The pattern may assign the variable that the value is in.
                let value = if mode == Mode::Assign { self.expr_new(init) } else { self.expr_any(init) };
                self.bind_pattern(&d.id, value, mode);
            }
            return;
        };
        let name = id.name.as_str();
        let Some(init) = &d.init else {
            if mode == Mode::Init {
                let reg = self.lookup(name, u32::MAX).in_place();
                let value = reg.unwrap_or_else(|| self.alloc());
                self.op(Op::LoadUndefined, value, 0, 0);
                self.at(id.span.start);
                self.init_variable(name, value);
            }
            return;
        };
        let hint = Some(super::function::NameHint::Text(text(name)));
        let found = self.lookup(name, if mode == Mode::Init { u32::MAX } else { id.span.start });
        if let Some(reg) = found.in_place()
            && (mode == Mode::Init || !found.is_read_only())
        {
            // An uninitialised variable must stay so until it has its value.
            return self.expr_named(init, reg, hint);
        }
        let target = if mode == Mode::Assign { self.var_target(id) } else { None };
        let value = if super::assign::is_anonymous(init) {
            let value = self.alloc();
            self.expr_named(init, value, hint);
            value
        } else {
            self.expr_any(init)
        };
        self.at(id.span.start);
        match target {
            Some(target) => self.store_target(&target, value),
            None if mode == Mode::Init => self.init_variable(name, value),
            None => self.store_name(name, id.span.start, value),
        }
    }

    /// B.3.2: where a function in a block stands, its value goes to the variable.
    fn block_function(&mut self, f: &'b Function<'a>) {
        let Some(id) = &f.id else { return };
        if !self.an.hoisted.contains(&address(f)) {
            return;
        }
        let name = id.name.as_str();
        let value = self.lookup(name, u32::MAX).in_place().unwrap_or_else(|| {
            let value = self.alloc();
            self.load_name(name, u32::MAX, value);
            value
        });
        let mut scope = self.an.scope(self.f.scope).parent.unwrap_or(0);
        while !self.an.scope(scope).is_var_scope() {
            scope = self.an.scope(scope).parent.unwrap_or(0);
        }
        let kind = self.an.scope(scope).kind;
        if kind == ScopeKind::Eval && !self.an.func(0).strict {
            let env = self.outer_env();
            let name = self.f.e.string(text(name));
            return self.op(Op::SetName, value, env, name);
        }
        let found = self.lookup_from(scope, name, u32::MAX);
        self.store_found(found, name, id.span.start, value);
    }

    fn class_declaration(&mut self, c: &'b Class<'a>) {
        let value = self.alloc();
        self.class(c, value, None);
        if let Some(id) = &c.id {
            self.init_variable(id.name.as_str(), value);
        }
    }

    fn if_statement(&mut self, s: &'b IfStatement<'a>) {
        self.no_completion();
        let other = self.f.e.label();
        self.condition(&s.test, other, false);
        self.branch(&s.consequent);
        match &s.alternate {
            Some(alternate) => {
                let end = self.f.e.label();
                self.f.e.jump(Op::Jump, 0, 0, end);
                self.f.e.bind(other);
                self.branch(alternate);
                self.f.e.bind(end);
            }
            None => self.f.e.bind(other),
        }
    }

    fn branch(&mut self, s: &'b Statement<'a>) {
        match s {
            Statement::FunctionDeclaration(f) => {
                let Some((_, saved)) = self.enter_node(address(&**f)) else { return };
                self.hoist_function(f);
                self.block_function(f);
                self.leave(saved);
            }
            s => self.statement(s),
        }
    }

    fn return_statement(&mut self, s: &'b ReturnStatement<'a>) {
        let func = self.an.func(self.f.func);
        let awaits = func.generator && func.is_async;
        let Some(argument) = &s.argument else {
            if self.an.func(self.f.func).kind == FunctionKind::DerivedConstructor
                || !self.f.control.is_empty()
            {
                let value = self.alloc();
                self.op(Op::LoadUndefined, value, 0, 0);
                return self.exit(Exit::Return, Some(value));
            }
            return self.exit(Exit::Return, None);
        };
        let value = if awaits { self.expr_new(argument) } else { self.expr_any(argument) };
        self.at(s.span.start);
        if awaits {
            self.op(Op::Await, value, 0, 0);
        }
        self.exit(Exit::Return, Some(value));
    }

    fn labelled(&mut self, s: &'b LabeledStatement<'a>) {
        self.f.labels.push(s.label.name.to_string());
        let mut body = &s.body;
        while let Statement::LabeledStatement(inner) = body {
            self.f.labels.push(inner.label.name.to_string());
            body = &inner.body;
        }
        if body.is_iteration_statement() {
            return self.statement(body);
        }
        let labels = std::mem::take(&mut self.f.labels);
        let end = self.f.e.label();
        self.f.control.push(Control::Target { labels, end: Some(end), next: None, plain: false });
        self.statement(body);
        self.pop_target();
        self.f.e.bind(end);
    }

    fn with(&mut self, s: &'b WithStatement<'a>) {
        let value = self.expr_any(&s.object);
        self.at(s.object.span().start);
        let Some(&id) = self.an.scope_of.get(&address(s)) else { return };
        let outer = self.env();
        let object = self.alloc();
        self.op(Op::ToObject, object, value, 0);
        let env = self.alloc();
        self.op(Op::WithEnv, env, outer, u32::from(object));
        self.no_completion();
        let saved = self.enter(id);
        self.f.env_regs.insert(id, env);
        self.f.env = Some(env);
        self.statement(&s.body);
        self.leave(saved);
    }
}

/// The function that a statement declares.
fn declared_function<'b, 'a>(s: &'b Statement<'a>) -> Option<&'b Function<'a>> {
    match s {
        Statement::FunctionDeclaration(f) => Some(f),
        Statement::LabeledStatement(l) => declared_function(&l.body),
        Statement::ExportDeclaration(e) => match &e.declaration {
            Declaration::FunctionDeclaration(f) => Some(f),
            _ => None,
        },
        Statement::ExportDefaultDeclaration(e) => match &e.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(f) => Some(f),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the value of a statement may be that of the list, by what follows it.
fn is_last(following: &[Statement<'_>]) -> bool {
    for s in following {
        match s {
            Statement::ExpressionStatement(_)
            | Statement::IfStatement(_)
            | Statement::ForStatement(_)
            | Statement::ForInStatement(_)
            | Statement::ForOfStatement(_)
            | Statement::WhileStatement(_)
            | Statement::DoWhileStatement(_)
            | Statement::SwitchStatement(_)
            | Statement::TryStatement(_)
            | Statement::WithStatement(_) => return false,
            Statement::VariableDeclaration(_)
            | Statement::FunctionDeclaration(_)
            | Statement::ClassDeclaration(_)
            | Statement::EmptyStatement(_) => {}
            _ => return true,
        }
    }
    true
}
