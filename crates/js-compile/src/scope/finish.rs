//! When everything is declared: which variables closures capture, and where each one lives.

use super::{Analysis, ArgumentsKind, FuncId, Goal, ScopeId, ScopeKind, Var, VarKind};
use js_bytecode::{DeclaredKind, FunctionKind};

impl<'a> Analysis<'a> {
    pub(super) fn finish(&mut self) {
        self.assigned.sort_unstable();
        self.hoist_block_functions();
        for id in 0..self.funcs.len() as FuncId {
            self.declare_arguments(id);
        }
        for reference in std::mem::take(&mut self.references) {
            self.resolve(reference.name, reference.scope, reference.position);
        }
        self.export();
        for scope in &mut self.scopes {
            // Dynamic lookups find variables in environments only.
            if scope.eval {
                scope.vars.iter_mut().for_each(|v| v.captured = true);
            }
            assign_slots(scope);
        }
        for id in 0..self.funcs.len() {
            self.map_arguments(id);
        }
    }

    /// B.3.2: functions in blocks are variables, too, where a `var` of the name would be no error.
    fn hoist_block_functions(&mut self) {
        for (scope, name, address) in std::mem::take(&mut self.block_functions) {
            if let Some(target) = self.hoist_target(scope, name) {
                let outside = match self.scope(target).kind {
                    ScopeKind::Script => true,
                    ScopeKind::Eval => !self.func(0).strict,
                    _ => false,
                };
                if outside {
                    match self.declared_names.get(name) {
                        Some(&i) if matches!(self.declared[i].1, DeclaredKind::Let | DeclaredKind::Const) => {
                            continue;
                        }
                        Some(_) => {}
                        None => {
                            self.declared_names.insert(name, self.declared.len());
                            self.declared.push((name, DeclaredKind::BlockFunction));
                        }
                    }
                } else {
                    self.add(target, name, VarKind::Var, 0);
                }
                self.hoisted.insert(address);
            }
        }
    }

    fn add(&mut self, scope: ScopeId, name: &'a str, kind: VarKind, init: u32) {
        let here = &mut self.scopes[scope as usize];
        if here.names.contains_key(name) {
            return;
        }
        here.names.insert(name, here.vars.len() as u32);
        here.vars.push(Var { name, kind, init, tdz: false, captured: false, slot: u16::MAX, reg: None });
    }

    fn hoist_target(&self, from: ScopeId, name: &str) -> Option<ScopeId> {
        let mut scope = self.scope(from).parent?;
        let kind = self.func(self.scope(from).func).kind;
        if name == "arguments" && matches!(kind, FunctionKind::Normal | FunctionKind::Method) {
            return None;
        }
        loop {
            let here = self.scope(scope);
            let var = here.names.get(name).and_then(|&i| here.vars.get(i as usize));
            if here.is_var_scope() {
                return match var.map(|v| v.kind) {
                    None | Some(VarKind::Var | VarKind::Function | VarKind::Arguments) => {
                        self.not_param(scope, name)
                    }
                    _ => None,
                };
            }
            if var.is_some_and(|v| v.kind != VarKind::Catch) {
                return None;
            }
            scope = here.parent?;
        }
    }

    /// The scope, unless the name is a parameter's in a scope of their own.
    fn not_param(&self, scope: ScopeId, name: &str) -> Option<ScopeId> {
        let parent = self.scope(scope).parent.map(|p| self.scope(p));
        let param = parent.is_some_and(|p| {
            p.kind == ScopeKind::Params
                && self.scope(scope).kind == ScopeKind::Function
                && p.names.contains_key(name)
        });
        (!param).then_some(scope)
    }

    fn declare_arguments(&mut self, id: FuncId) {
        let func = self.func(id);
        if func.arguments_uses.0 == 0 || func.kind == FunctionKind::Arrow {
            return;
        }
        let (params, body) = (func.params, func.body);
        let shadowed = |scope: ScopeId, of: &[VarKind]| {
            let here = self.scope(scope);
            here.names.get("arguments").is_some_and(|&i| of.contains(&here.vars[i as usize].kind))
        };
        let lexical = [VarKind::Function, VarKind::Let, VarKind::Const, VarKind::Class, VarKind::Param];
        if shadowed(params, &lexical) || (params == body && shadowed(body, &lexical)) {
            return;
        }
        let scope = &mut self.scopes[params as usize];
        match scope.names.get("arguments") {
            Some(&index) => scope.vars[index as usize].kind = VarKind::Arguments,
            None => self.add(params, "arguments", VarKind::Arguments, 0),
        }
        let func = self.func(id);
        let kind = if func.strict || !func.simple_params {
            ArgumentsKind::Unmapped
        } else if self.maps(id) {
            ArgumentsKind::Mapped
        } else {
            ArgumentsKind::WithCallee
        };
        self.funcs[id as usize].arguments = kind;
    }

    /// Whether a sloppy function's `arguments` and its parameters may be seen to be one.
    fn maps(&self, id: FuncId) -> bool {
        let func = self.func(id);
        if func.params_count == 0 {
            return false;
        }
        let simple = i64::from(func.arguments_uses.0) == func.arguments_uses.1 && !func.has_eval;
        let params = self.scope(func.params).vars.iter().filter(|v| v.kind == VarKind::Param);
        let (start, end) = func.span;
        !simple || params.into_iter().any(|v| self.assigned_in(v.name, start, end))
    }

    fn resolve(&mut self, name: &'a str, from: ScopeId, position: u32) {
        let (mut scope, mut position, mut dynamic) = (from, position, false);
        let func = self.scope(from).func;
        loop {
            let here = &mut self.scopes[scope as usize];
            if let Some(&index) = here.names.get(name) {
                let other = here.func != func;
                let switch = here.kind == ScopeKind::Switch;
                let var = &mut here.vars[index as usize];
                var.captured |= other || dynamic;
                if can_be_empty(var) && (switch || position < var.init || dynamic) {
                    var.tdz = true;
                }
                return;
            }
            dynamic |= here.is_dynamic() && !is_internal(name);
            let Some(parent) = here.parent else { break };
            let inner = here.func;
            if self.scope(parent).func != inner {
                position = self.func(inner).created;
            }
            scope = parent;
        }
        if name.starts_with('#') && !self.free_private.contains(&name) {
            self.free_private.push(name);
        }
    }

    /// What a module exports is in its environment, and so are its functions, which exist before it runs.
    fn export(&mut self) {
        if self.goal != Goal::Module {
            return;
        }
        let Some(scope) = self.scopes.first_mut() else { return };
        for name in std::mem::take(&mut self.exported) {
            if let Some(&index) = scope.names.get(name) {
                let var = &mut scope.vars[index as usize];
                var.captured = true;
                var.tdz |= can_be_empty(var);
            }
        }
        for var in &mut scope.vars {
            var.captured |= var.kind == VarKind::Function;
        }
    }

    fn map_arguments(&mut self, id: usize) {
        let func = &self.funcs[id];
        if func.arguments != ArgumentsKind::Mapped {
            return;
        }
        let scope = &mut self.scopes[func.params as usize];
        for var in &mut scope.vars {
            var.captured |= var.kind == VarKind::Param;
        }
        assign_slots(scope);
    }
}

/// Whether no program can declare the name, so that neither `with` nor eval hides it.
pub(crate) fn is_internal(name: &str) -> bool {
    name.starts_with(['%', '#'])
}

fn can_be_empty(var: &Var<'_>) -> bool {
    use VarKind::{Class, Const, Let, Param};
    matches!(var.kind, Let | Const | Class) || (var.kind == Param && var.init > 0)
}

fn assign_slots(scope: &mut super::Scope<'_>) {
    let mut slot = 0u32;
    for var in &mut scope.vars {
        if var.captured && !matches!(var.kind, VarKind::Import(_)) {
            var.slot = u16::try_from(slot).unwrap_or(u16::MAX);
            slot += 1;
        }
    }
    scope.env = slot > 0 || scope.grows || scope.kind == ScopeKind::With || scope.kind == ScopeKind::Module;
}
