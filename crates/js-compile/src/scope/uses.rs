//! Uses of `this`, `super`, `arguments`, private names and eval: which functions they concern.

use super::build::Builder;
use super::{FuncId, Goal, ScopeKind, VarKind};
use js_bytecode::FunctionKind;
use oxc_ast::ast::PrivateIdentifier;

impl<'a> Builder<'a> {
    pub(super) fn private(&mut self, name: &PrivateIdentifier<'a>) {
        let text = self.alloc.alloc_str(&format!("#{}", name.name));
        self.reference(text, name.span.start);
    }

    /// A use of `this` or the like: in an arrow function it is a variable of the function around.
    pub(super) fn pseudo(&mut self, name: &'static str, position: u32) {
        if self.declare_pseudo(name) && self.an.func(self.func).kind == FunctionKind::Arrow {
            self.reference(name, position);
        }
    }

    /// Declares it, if there is a function to hold it and arrow functions to use it.
    pub(super) fn declare_pseudo(&mut self, name: &'static str) -> bool {
        let id = self.an.this_func(self.func);
        let func = &mut self.an.funcs[id as usize];
        match name {
            "%this" => func.uses_this = true,
            "%home" => func.uses_super = true,
            _ => {}
        }
        let (kind, scope) = (func.kind, func.params);
        match kind {
            FunctionKind::Eval if self.an.goal == (Goal::Eval { direct: true }) => return true,
            FunctionKind::Module if name != "%this" => return false,
            _ => {}
        }
        let late = name == "%this" && kind == FunctionKind::DerivedConstructor;
        self.declare(scope, name, VarKind::Pseudo, if late { u32::MAX } else { 0 });
        true
    }

    pub(super) fn use_this(&mut self, position: u32) {
        let id = self.an.this_func(self.func);
        self.an.funcs[id as usize].uses_this = true;
        if self.an.func(self.func).kind == FunctionKind::Arrow {
            self.pseudo("%this", position);
        }
    }

    pub(super) fn use_pseudo(&mut self, name: &'static str, position: u32) {
        let id = self.an.this_func(self.func);
        if name == "%home" {
            self.an.funcs[id as usize].uses_super = true;
        }
        if self.an.func(self.func).kind == FunctionKind::Arrow {
            self.pseudo(name, position);
        }
    }

    pub(super) fn error(&mut self, message: &'static str, position: u32) {
        self.an.errors.push((message, position));
    }

    /// What is allowed in eval code depends on what is around it.
    pub(super) fn check_super(&mut self, call: bool, position: u32) {
        use FunctionKind::{BaseConstructor, DerivedConstructor, Eval, Initializer, Method};
        let allowed = match self.an.func(self.an.this_func(self.func)).kind {
            Eval if call => self.context.super_call,
            Eval => self.context.super_property,
            DerivedConstructor => true,
            Method | BaseConstructor | Initializer => !call,
            _ => false,
        };
        if !allowed {
            self.error("'super' keyword unexpected here", position);
        }
    }

    /// Whether the code is that of the eval itself, perhaps in arrow functions.
    pub(super) fn in_eval(&self) -> bool {
        self.an.func(self.an.this_func(self.func)).kind == FunctionKind::Eval
    }

    /// The function whose `arguments` a use means.
    pub(super) fn arguments_func(&self) -> Option<FuncId> {
        let id = self.an.this_func(self.func);
        let own = !matches!(
            self.an.func(id).kind,
            FunctionKind::Script | FunctionKind::Module | FunctionKind::Eval | FunctionKind::Initializer
        );
        own.then_some(id)
    }

    pub(super) fn count_arguments(&mut self, uses: u32, simple: i64) {
        if let Some(id) = self.arguments_func() {
            let counts = &mut self.an.funcs[id as usize].arguments_uses;
            counts.0 += uses;
            counts.1 += simple;
        }
    }

    pub(super) fn direct_eval(&mut self) {
        let mut scope = Some(self.scope);
        while let Some(id) = scope {
            self.an.scopes[id as usize].eval = true;
            scope = self.an.scope(id).parent;
        }
        let mut func = Some(self.func);
        while let Some(id) = func {
            self.an.funcs[id as usize].has_eval = true;
            func = self.an.func(id).parent;
        }
        self.count_arguments(1, 0);
        let holder = self.an.this_func(self.func);
        let kind = self.an.func(holder).kind;
        use FunctionKind::{BaseConstructor, DerivedConstructor, Eval, Initializer, Method, Module, Script};
        self.declare_pseudo("%this");
        if !matches!(kind, Script | Module | Eval) {
            self.declare_pseudo("%new.target");
        }
        if matches!(kind, Method | BaseConstructor | DerivedConstructor | Initializer) {
            self.declare_pseudo("%home");
        }
        if kind == DerivedConstructor {
            self.declare_pseudo("%function");
        }
        if !self.strict {
            self.grow();
        }
    }

    /// Variables that a sloppy eval here declares go to this scope.
    pub(super) fn grow(&mut self) {
        let mut scope = self.scope;
        loop {
            let here = &self.an.scopes[scope as usize];
            if here.kind == ScopeKind::Params {
                scope = here.parent.unwrap_or(scope);
                break;
            }
            match here.parent {
                Some(parent) if !here.is_var_scope() => scope = parent,
                _ => break,
            }
        }
        let here = &mut self.an.scopes[scope as usize];
        here.grows |= matches!(here.kind, ScopeKind::Function | ScopeKind::Outer);
    }
}
