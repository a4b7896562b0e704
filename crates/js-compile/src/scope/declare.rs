//! Declarations: where each kind of them goes.

use super::build::Builder;
use super::{Goal, ScopeId, ScopeKind, Var, VarKind, address};
use js_bytecode::DeclaredKind;
use oxc_ast::ast::Function;

impl<'a> Builder<'a> {
    /// Declares a name in a scope, unless it is there.
    pub(super) fn declare(&mut self, scope: ScopeId, name: &'a str, kind: VarKind, init: u32) {
        let here = &mut self.an.scopes[scope as usize];
        if let Some(&index) = here.names.get(name) {
            let var = &mut here.vars[index as usize];
            // A later parameter of the same name, and a function of the name of a variable, replace it.
            if kind == VarKind::Function && var.kind == VarKind::Var {
                var.kind = kind;
            }
            if kind == VarKind::Param && var.kind == VarKind::Param {
                var.init = init;
            }
            return;
        }
        here.names.insert(name, here.vars.len() as u32);
        here.vars.push(Var { name, kind, init, tdz: false, captured: false, slot: u16::MAX, reg: None });
    }

    fn declare_outside(&mut self, name: &'a str, kind: DeclaredKind) {
        match self.an.declared_names.get(name) {
            Some(&index) => {
                if kind == DeclaredKind::Function {
                    self.an.declared[index].1 = kind;
                }
            }
            None => {
                self.an.declared_names.insert(name, self.an.declared.len());
                self.an.declared.push((name, kind));
            }
        }
    }

    /// Whether variables of the scope are not the source's own.
    fn is_outside(&self, scope: ScopeId) -> bool {
        match self.an.scope(scope).kind {
            ScopeKind::Script => true,
            ScopeKind::Eval => !self.an.func(0).strict,
            _ => false,
        }
    }

    pub(super) fn var_scope(&self) -> ScopeId {
        let mut scope = self.scope;
        while !self.an.scope(scope).is_var_scope() {
            match self.an.scope(scope).parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        scope
    }

    /// `var`.
    pub(super) fn declare_var(&mut self, name: &'a str, position: u32, assigns: bool) {
        let scope = self.var_scope();
        if self.is_outside(scope) {
            self.declare_outside(name, DeclaredKind::Var);
            return;
        }
        if assigns && self.an.scope(scope).names.contains_key(name) {
            self.an.assigned.push((position, name));
        }
        self.declare(scope, name, VarKind::Var, 0);
    }

    /// `let`, `const`, `class`, `using`.
    pub(super) fn declare_lexical(&mut self, name: &'a str, kind: VarKind, init: u32) {
        if matches!(self.an.goal, Goal::Script | Goal::Function) && self.scope == 0 {
            let constant = kind == VarKind::Const;
            self.declare_outside(name, if constant { DeclaredKind::Const } else { DeclaredKind::Let });
            return;
        }
        self.declare(self.scope, name, kind, init);
    }

    pub(super) fn declare_function(&mut self, function: &Function<'a>, name: &'a str) {
        let scope = self.scope;
        if self.is_outside(scope) {
            self.declare_outside(name, DeclaredKind::Function);
            return;
        }
        if self.an.scope(scope).is_var_scope() {
            self.an.assigned.push((function.span.start, name));
        }
        self.declare(scope, name, VarKind::Function, 0);
        if !self.an.scope(scope).is_var_scope() && !self.strict && !function.generator && !function.r#async {
            self.an.block_functions.push((scope, name, address(function)));
        }
    }
}
