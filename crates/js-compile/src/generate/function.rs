//! Functions: closures, and what happens before the body of each.

use super::assign::is_anonymous;
use super::pattern::Mode;
use super::{Entered, Gen, Source, State, Work};
use crate::emit::Reg;
use crate::scope::{ArgumentsKind, FuncId, ScopeId, ScopeKind, VarKind, address};
use crate::text::{prefixed, text};
use js_bytecode::{Flags, FunctionCode, FunctionKind, Inst, Op, Text};
use oxc_ast::ast::*;
use oxc_span::GetSpan;

/// What an anonymous function is called after.
#[derive(Clone)]
pub(super) enum NameHint {
    Text(Text),
    /// A property key in a register.
    Key(Reg),
}

impl<'b, 'a> Gen<'b, 'a> {
    /// NamedEvaluation, if the expression is an anonymous function.
    pub(super) fn expr_named(&mut self, e: &'b Expression<'a>, dst: Reg, name: Option<NameHint>) {
        if name.is_none() || !is_anonymous(e) {
            return self.expr_to(e, dst);
        }
        let mark = self.f.top;
        match e.without_parentheses() {
            Expression::FunctionExpression(f) => self.function_expression(f, dst, name),
            Expression::ArrowFunctionExpression(f) => self.arrow(f, dst, name),
            Expression::ClassExpression(c) => self.through_temp(dst, |this, t| this.class(c, t, name)),
            e => self.expr_to(e, dst),
        }
        self.f.top = mark;
    }

    pub(super) fn closure(&mut self, dst: Reg, index: u32) {
        let env = self.env();
        self.op(Op::Closure, dst, env, index);
    }

    fn func_id(&self, node: usize) -> FuncId {
        self.an.func_of.get(&node).copied().unwrap_or(0)
    }

    pub(super) fn function_expression(&mut self, f: &'b Function<'a>, dst: Reg, name: Option<NameHint>) {
        let (text, key) = match (&f.id, name) {
            (Some(id), _) => (text(id.name.as_str()), None),
            (None, Some(NameHint::Text(name))) => (name, None),
            (None, Some(NameHint::Key(key))) => (text(""), Some(key)),
            (None, None) => (text(""), None),
        };
        let span = (f.span.start, f.span.end);
        let index = self.enqueue(self.func_id(address(f)), Source::Function(f), text, span, false);
        self.closure(dst, index);
        if let Some(key) = key {
            self.op(Op::SetFunctionName, dst, key, 0);
        }
    }

    pub(super) fn arrow(&mut self, f: &'b ArrowFunctionExpression<'a>, dst: Reg, name: Option<NameHint>) {
        let (text, key) = match name {
            Some(NameHint::Text(name)) => (name, None),
            Some(NameHint::Key(key)) => (text(""), Some(key)),
            None => (text(""), None),
        };
        let span = (f.span.start, f.span.end);
        let index = self.enqueue(self.func_id(address(f)), Source::Arrow(f), text, span, false);
        self.closure(dst, index);
        if let Some(key) = key {
            self.op(Op::SetFunctionName, dst, key, 0);
        }
    }

    /// A method; without a name it gets one by `set_function_name`.
    pub(super) fn method(
        &mut self,
        f: &'b Function<'a>,
        name: Option<&Text>,
        prefix: u32,
        span: (u32, u32),
        dst: Reg,
    ) {
        let name = match (name, prefix) {
            (Some(name), 1) => prefixed("get ", name),
            (Some(name), 2) => prefixed("set ", name),
            (Some(name), _) => name.clone(),
            (None, _) => text(""),
        };
        let index = self.enqueue(self.func_id(address(f)), Source::Function(f), name, span, prefix != 0);
        self.closure(dst, index);
    }

    /// A function declaration, as a closure.
    pub(super) fn declaration_closure(&mut self, f: &'b Function<'a>, dst: Reg) {
        let index = self.declared_function(f);
        self.closure(dst, index);
    }

    pub(super) fn declared_function(&mut self, f: &'b Function<'a>) -> u32 {
        let name = f.id.as_ref().map_or("default", |id| id.name.as_str());
        let span = (f.span.start, f.span.end);
        self.enqueue(self.func_id(address(f)), Source::Function(f), text(name), span, false)
    }

    /// Compiles a function.
    pub(super) fn compile(&mut self, work: Work<'b, 'a>) {
        self.f = State { func: work.func, ..State::default() };
        self.f.e.position = work.span.0;
        let params = self.formal_parameters(work.source);
        let setter = matches!(work.source, Source::Accessor { setter: true, .. });
        let count = params.map_or(u32::from(setter), |p| p.items.len() as u32);
        self.f.top = 2;
        self.alloc_many(count);
        self.f.outer = self.alloc();
        self.f.floor = self.f.top;
        match work.source {
            Source::Program(program) => self.program(program),
            Source::Function(f) => {
                self.prologue(Some(&f.params), work.func);
                if let Some(body) = &f.body {
                    self.function_body(&body.statements);
                }
            }
            Source::Arrow(f) => {
                self.prologue(Some(&f.params), work.func);
                match &f.body {
                    ArrowFunctionBody::FunctionBody(body) => self.function_body(&body.statements),
                    body => {
                        if let Some(e) = body.as_expression() {
                            let value = self.expr_any(e);
                            self.at(e.span().start);
                            self.op(Op::Return, value, 0, 0);
                        }
                    }
                }
            }
            Source::Constructor => self.default_constructor(work.func),
            Source::Accessor { index, setter } => {
                self.prologue(None, work.func);
                self.accessor_body(index, setter);
            }
            Source::Elements { class, statics } => {
                self.prologue(None, work.func);
                self.class_elements(class, statics);
            }
        }
        self.flush_returns(0);
        self.finish_function();
        let code = self.finish(&work, params, count);
        if let Some(place) = self.functions.get_mut(work.index as usize) {
            *place = Some(code);
        }
    }

    fn formal_parameters(&self, source: Source<'b, 'a>) -> Option<&'b FormalParameters<'a>> {
        match source {
            Source::Function(f) => Some(&f.params),
            Source::Arrow(f) => Some(&f.params),
            _ => None,
        }
    }

    /// The end of a function that does not return itself.
    fn finish_function(&mut self) {
        if self.f.e.dead {
            return;
        }
        if self.an.func(self.f.func).kind == FunctionKind::DerivedConstructor {
            let value = self.alloc();
            self.op(Op::LoadUndefined, value, 0, 0);
            return self.return_value(value);
        }
        match self.f.result {
            Some(value) => self.op(Op::Return, value, 0, 0),
            None => self.op(Op::ReturnUndefined, 0, 0, 0),
        }
    }

    fn finish(
        &mut self,
        work: &Work<'b, 'a>,
        params: Option<&FormalParameters<'a>>,
        count: u32,
    ) -> FunctionCode {
        let mut state = std::mem::take(&mut self.f);
        let e = &mut state.e;
        if state.uses_outer {
            e.insts.insert(0, Inst::new(Op::OuterEnv, state.outer, 0, 0));
            for handler in &mut e.handlers {
                (handler.start, handler.end, handler.target) =
                    (handler.start + 1, handler.end + 1, handler.target + 1);
            }
            e.positions.iter_mut().for_each(|p| p.inst += 1);
            e.callees.iter_mut().for_each(|c| c.inst += 1);
        }
        if e.too_large {
            self.too_large();
        }
        for position in &mut e.positions {
            position.offset = self.offsets.map(position.offset);
        }
        for callee in &mut e.callees {
            callee.source = (self.offsets.map(callee.source.0), self.offsets.map(callee.source.1));
        }
        let func = self.an.func(work.func);
        let rest = params.is_some_and(|p| p.rest.is_some());
        let default =
            matches!(work.source, Source::Constructor) && func.kind == FunctionKind::DerivedConstructor;
        let (start, end) = work.span;
        FunctionCode {
            kind: func.kind,
            flags: Flags {
                strict: func.strict,
                generator: func.generator,
                is_async: func.is_async || (func.kind == FunctionKind::Module && self.an.has_await),
                all_arguments: rest || default || func.arguments != ArgumentsKind::None,
                accessor: work.accessor,
                has_eval: func.has_eval,
            },
            name: work.name.clone(),
            length: params
                .map_or(count, |p| p.items.iter().take_while(|p| p.initializer.is_none()).count() as u32),
            params: count as u16,
            registers: state.max.max(2),
            insts: std::mem::take(&mut e.insts).into(),
            constants: std::mem::take(&mut e.constants).into(),
            caches: std::mem::take(&mut e.caches).into(),
            scopes: std::mem::take(&mut e.scopes).into(),
            handlers: std::mem::take(&mut e.handlers).into(),
            positions: std::mem::take(&mut e.positions).into(),
            callees: std::mem::take(&mut e.callees).into(),
            source: (self.offset(start), self.offset(end)),
        }
    }

    /// 10.2.11 FunctionDeclarationInstantiation, up to the functions of the body.
    fn prologue(&mut self, params: Option<&'b FormalParameters<'a>>, id: FuncId) {
        let func = self.an.func(id);
        let (kind, strict, uses_this) = (func.kind, func.strict, func.uses_this || func.has_eval);
        let (root, params_scope, body) = (func.root, func.params, func.body);
        if uses_this && !strict && matches!(kind, FunctionKind::Normal | FunctionKind::Method) {
            self.op(Op::CoerceThis, 1, 1, 0);
        }
        if root != params_scope {
            self.preset(root, VarKind::FunctionName, 0);
            self.enter(root);
            self.init_captured(root, VarKind::FunctionName, 0);
        }
        if let Some(params) = params {
            self.place_parameters(params, params_scope);
        }
        self.enter(params_scope);
        self.init_pseudo(params_scope);
        if kind == FunctionKind::BaseConstructor && self.an.func(id).has_fields {
            self.op(Op::InitFields, 1, 0, 0);
        }
        let arguments = self.an.func(id).arguments;
        if arguments != ArgumentsKind::Mapped {
            self.make_arguments(arguments, params_scope);
        }
        if let Some(params) = params {
            self.bind_parameters(params);
        }
        if arguments == ArgumentsKind::Mapped {
            self.make_arguments(arguments, params_scope);
        }
        if body != params_scope {
            self.enter(body);
            self.copy_parameters(params_scope, body);
        }
    }

    /// Gives the variable of a kind a register before its scope is entered.
    fn preset(&mut self, scope: ScopeId, kind: VarKind, reg: Reg) {
        for var in &mut self.an.scopes[scope as usize].vars {
            if var.kind == kind && !var.captured {
                var.reg = Some(reg);
            }
        }
    }

    fn init_captured(&mut self, scope: ScopeId, kind: VarKind, reg: Reg) {
        let Some(&env) = self.f.env_regs.get(&scope) else { return };
        let vars = &self.an.scope(scope).vars;
        let slot = vars.iter().find(|v| v.kind == kind && v.captured).map(|v| v.slot);
        if let Some(slot) = slot {
            self.op(Op::SetEnv, reg, env, u32::from(slot));
        }
    }

    /// Parameters that are plain names live where the arguments are.
    fn place_parameters(&mut self, params: &FormalParameters<'a>, scope: ScopeId) {
        let mapped = self.an.func(self.f.func).arguments == ArgumentsKind::Mapped;
        let mut slots = vec![u16::MAX; if mapped { params.items.len() } else { 0 }];
        let here = &mut self.an.scopes[scope as usize];
        for (index, item) in params.items.iter().enumerate() {
            let BindingPattern::BindingIdentifier(id) = &item.pattern else { continue };
            let Some(&var) = here.names.get(id.name.as_str()) else { continue };
            let Some(var) = here.vars.get_mut(var as usize) else { continue };
            if !var.captured && !var.tdz && var.kind == VarKind::Param {
                var.reg = Some(2 + index as Reg);
            }
            if mapped {
                slots.iter_mut().for_each(|s| {
                    if *s == var.slot {
                        *s = u16::MAX
                    }
                });
                slots[index] = var.slot;
            }
        }
        here.mapped = slots;
    }

    fn init_pseudo(&mut self, scope: ScopeId) {
        let kind = self.an.func(self.f.func).kind;
        let vars = self.an.scope(scope).vars.iter().filter(|v| v.kind == VarKind::Pseudo && v.captured);
        let vars: Vec<_> = vars.map(|v| (v.name, v.slot)).collect();
        let Some(&env) = self.f.env_regs.get(&scope) else { return };
        for (name, slot) in vars {
            let mark = self.f.top;
            let temp = self.alloc();
            let value = match name {
                "%this" if matches!(kind, FunctionKind::DerivedConstructor | FunctionKind::Module) => {
                    continue;
                }
                "%this" => 1,
                "%function" => 0,
                "%home" => {
                    self.op(Op::HomeObject, temp, 0, 0);
                    temp
                }
                _ => {
                    self.op(Op::NewTarget, temp, 0, 0);
                    temp
                }
            };
            self.op(Op::SetEnv, value, env, u32::from(slot));
            self.f.top = mark;
        }
    }

    fn make_arguments(&mut self, kind: ArgumentsKind, scope: ScopeId) {
        if kind == ArgumentsKind::None {
            return;
        }
        let mark = self.f.top;
        let place = self.lookup_from(scope, "arguments", u32::MAX);
        let dst = place.in_place().unwrap_or_else(|| self.alloc());
        match kind {
            ArgumentsKind::Mapped => {
                let env = self.f.env_regs.get(&scope).copied().unwrap_or(0);
                self.op(Op::MappedArguments, dst, env, 0);
            }
            ArgumentsKind::WithCallee => self.op(Op::Arguments, dst, 1, 0),
            _ => self.op(Op::Arguments, dst, 0, 0),
        }
        if place.in_place().is_none() {
            self.init_variable("arguments", dst);
        }
        self.f.top = mark;
    }

    fn bind_parameters(&mut self, params: &'b FormalParameters<'a>) {
        for (index, item) in params.items.iter().enumerate() {
            let arg = 2 + index as Reg;
            let mark = self.f.top;
            if let Some(default) = &item.initializer {
                let given = self.f.e.label();
                let name = match &item.pattern {
                    BindingPattern::BindingIdentifier(id) => Some(NameHint::Text(text(id.name.as_str()))),
                    _ => None,
                };
                self.f.e.jump(Op::JumpIfNotUndefined, arg, 0, given);
                self.expr_named(default, arg, name);
                self.f.e.bind(given);
            }
            if !self.is_hidden(&item.pattern, arg) {
                self.bind_pattern(&item.pattern, arg, Mode::Init);
            }
            self.f.top = mark;
        }
        if let Some(rest) = &params.rest {
            let mark = self.f.top;
            let array = match &rest.rest.argument {
                BindingPattern::BindingIdentifier(id) => self.lookup(id.name.as_str(), u32::MAX).in_place(),
                _ => None,
            };
            let array = array.unwrap_or_else(|| self.alloc());
            self.op(Op::Rest, array, 0, params.items.len() as u32);
            self.bind_pattern(&rest.rest.argument, array, Mode::Init);
            self.f.top = mark;
        }
    }

    /// Whether a later parameter has the same name and is the variable.
    fn is_hidden(&mut self, pattern: &BindingPattern<'a>, arg: Reg) -> bool {
        let BindingPattern::BindingIdentifier(id) = pattern else { return false };
        let place = self.lookup(id.name.as_str(), u32::MAX).in_place();
        place.is_some_and(|reg| reg > arg && reg < self.f.outer)
    }

    /// 10.2.11 step 28: variables of the names of parameters begin with their values.
    fn copy_parameters(&mut self, params: ScopeId, body: ScopeId) {
        let vars = self.an.scope(body).vars.iter().filter(|v| v.kind == VarKind::Var);
        let names: Vec<_> =
            vars.map(|v| v.name).filter(|n| self.an.scope(params).names.contains_key(n)).collect();
        for name in names {
            let mark = self.f.top;
            let value = self.alloc();
            let from = self.lookup_from(params, name, u32::MAX);
            match from.place {
                super::name::Place::Reg(reg) => self.f.e.mov(value, reg),
                super::name::Place::Env(env, slot) => self.op(Op::GetEnv, value, env, slot),
                _ => {}
            }
            self.init_variable(name, value);
            self.f.top = mark;
        }
    }

    fn function_body(&mut self, statements: &'b [Statement<'a>]) {
        self.hoist_functions(statements);
        let func = self.an.func(self.f.func);
        if func.generator {
            self.op(Op::InitialYield, 0, 0, 0);
        }
        self.with_disposal(statements, |this| this.statements(statements));
    }

    /// A constructor that the source does not have (15.7.14 step 14).
    fn default_constructor(&mut self, id: FuncId) {
        self.enter(self.an.func(id).root);
        let has_fields = self.an.func(id).has_fields;
        if self.an.func(id).kind == FunctionKind::DerivedConstructor {
            let base = self.alloc_many(3);
            self.op(Op::SuperConstructor, base, 0, 0);
            self.op(Op::NewTarget, base + 1, 0, 0);
            self.op(Op::Rest, base + 2, 0, 0);
            self.op(Op::NewSpread, 1, base, 0);
        }
        if has_fields {
            self.op(Op::InitFields, 1, 0, 0);
        }
    }

    /// Enters a scope of a node.
    pub(super) fn enter_node(&mut self, node: usize) -> Option<(ScopeId, Entered)> {
        let id = self.an.scope_of.get(&node).copied()?;
        debug_assert!(self.an.scope(id).kind != ScopeKind::Script);
        Some((id, self.enter(id)))
    }
}
