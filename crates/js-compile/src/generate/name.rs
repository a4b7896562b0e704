//! Variables: where a name leads, reading it, assigning to it.

use super::Gen;
use crate::emit::Reg;
use crate::scope::{Goal, ScopeId, ScopeKind, VarKind, is_internal};
use crate::text::text;
use js_bytecode::{FunctionKind, Op};

/// Where a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Reg(Reg),
    /// In the environment in a register: hops and slot.
    Env(Reg, u32),
    Import(u32),
    Global,
    /// To be looked up by name from the environment in a register.
    Dynamic(Reg),
}

/// What is known of a use of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) kind: VarKind,
    /// It may be uninitialised.
    pub(super) check: bool,
}

impl Found {
    /// Whether assignments fail or do nothing.
    pub(super) fn is_read_only(self) -> bool {
        matches!(self.kind, VarKind::Const | VarKind::FunctionName | VarKind::Import(_))
    }

    /// The register of a variable that needs no check.
    pub(super) fn in_place(self) -> Option<Reg> {
        match self.place {
            Place::Reg(reg) if !self.check => Some(reg),
            _ => None,
        }
    }
}

impl Gen<'_, '_> {
    pub(super) fn lookup(&mut self, name: &str, position: u32) -> Found {
        self.lookup_from(self.f.scope, name, position)
    }

    /// Resolves a name from a scope of the current function.
    pub(super) fn lookup_from(&mut self, from: ScopeId, name: &str, position: u32) -> Found {
        let (mut scope, mut at, mut hops, mut dynamic) = (from, position, 0u32, false);
        loop {
            let here = self.an.scope(scope);
            let own = here.func == self.f.func;
            if let Some(&index) = here.names.get(name) {
                let Some(var) = here.vars.get(index as usize) else { break };
                let check = var.tdz && (here.kind == ScopeKind::Switch || at < var.init)
                    || (var.kind == VarKind::Pseudo && var.init > 0);
                let (kind, slot, reg, captured) = (var.kind, var.slot, var.reg, var.captured);
                let place = match (kind, reg) {
                    _ if dynamic => break,
                    (VarKind::Import(index), _) => Place::Import(index),
                    (_, Some(reg)) if !captured => Place::Reg(reg),
                    _ if own => match self.f.env_regs.get(&scope) {
                        Some(&env) => Place::Env(env, u32::from(slot)),
                        None => break,
                    },
                    _ if hops > 255 => break,
                    _ => Place::Env(self.outer_env(), hops << 16 | u32::from(slot)),
                };
                return Found { place, kind, check };
            }
            dynamic |= here.is_dynamic() && !is_internal(name);
            hops += u32::from(here.env && !own);
            let (parent, inner) = (here.parent, here.func);
            let Some(parent) = parent else { break };
            if self.an.scope(parent).func != inner {
                at = self.an.func(inner).created;
            }
            scope = parent;
        }
        let direct = self.an.goal == (Goal::Eval { direct: true });
        let found = self.an.scope(scope).names.contains_key(name);
        let place = if dynamic || direct || found || name.starts_with('%') {
            Place::Dynamic(self.env())
        } else {
            Place::Global
        };
        Found { place, kind: VarKind::Var, check: false }
    }

    fn name_constant(&mut self, name: &str) -> u32 {
        self.f.e.string(text(name))
    }

    /// The register that holds a variable, if one does.
    pub(super) fn name_in_place(&mut self, name: &str, position: u32) -> Option<Reg> {
        let found = self.lookup(name, position);
        let Place::Reg(reg) = found.place else { return None };
        if found.check {
            self.check_register(reg, name, position);
        }
        Some(reg)
    }

    fn check_register(&mut self, reg: Reg, name: &str, position: u32) {
        let name = self.name_constant(name);
        self.at(position);
        self.op(Op::CheckInit, reg, 0, name);
    }

    /// Reads a variable.
    pub(super) fn load_name(&mut self, name: &str, position: u32, dst: Reg) {
        let found = self.lookup(name, position);
        self.at(position);
        match found.place {
            Place::Reg(reg) => {
                if found.check {
                    self.check_register(reg, name, position);
                }
                self.f.e.mov(dst, reg);
            }
            Place::Env(env, slot) => {
                self.op(if found.check { Op::GetEnvChecked } else { Op::GetEnv }, dst, env, slot);
            }
            Place::Import(index) => self.op(Op::GetImport, dst, 0, index),
            Place::Global if name == "undefined" => self.op(Op::LoadUndefined, dst, 0, 0),
            Place::Global => {
                let cache = self.cache(text(name));
                self.op(Op::GetGlobal, dst, 0, cache);
            }
            Place::Dynamic(env) => {
                let name = self.name_constant(name);
                self.op(Op::GetName, dst, env, name);
            }
        }
    }

    /// Whether a name certainly means the global `undefined`.
    pub(super) fn is_global_undefined(&mut self, name: &str, position: u32) -> bool {
        name == "undefined" && self.lookup(name, position).place == Place::Global
    }

    /// Initialises a variable that the current scope, or one around it, declares.
    pub(super) fn init_variable(&mut self, name: &str, value: Reg) {
        let found = self.lookup(name, u32::MAX);
        match found.place {
            Place::Reg(reg) => self.f.e.mov(reg, value),
            Place::Env(env, slot) => self.op(Op::SetEnv, value, env, slot),
            Place::Global => {
                let cache = self.cache(text(name));
                self.op(Op::InitGlobal, value, 0, cache);
            }
            Place::Dynamic(_) | Place::Import(_) => self.store_found(found, name, u32::MAX, value),
        }
    }

    /// Assigns to a variable, with the checks of an assignment.
    pub(super) fn store_name(&mut self, name: &str, position: u32, value: Reg) {
        let found = self.lookup(name, position);
        self.store_found(found, name, position, value);
    }

    pub(super) fn store_found(&mut self, found: Found, name: &str, position: u32, value: Reg) {
        if found.is_read_only() && !matches!(found.place, Place::Global | Place::Dynamic(_)) {
            return self.store_constant(found, name, position);
        }
        match found.place {
            Place::Reg(reg) => {
                if found.check {
                    self.check_register(reg, name, position);
                }
                self.f.e.mov(reg, value);
            }
            Place::Env(env, slot) => {
                self.op(if found.check { Op::SetEnvChecked } else { Op::SetEnv }, value, env, slot);
            }
            Place::Global => {
                let cache = self.cache(text(name));
                self.op(Op::SetGlobal, value, 0, cache);
            }
            Place::Dynamic(env) => {
                let name = self.name_constant(name);
                self.op(Op::SetName, value, env, name);
            }
            Place::Import(_) => {}
        }
    }

    fn store_constant(&mut self, found: Found, name: &str, position: u32) {
        if found.kind == VarKind::FunctionName && !self.an.func(self.f.func).strict {
            return;
        }
        if found.check {
            let mark = self.f.top;
            let temp = self.alloc();
            self.load_name(name, position, temp);
            self.f.top = mark;
        }
        if let VarKind::Import(index) = found.kind {
            // An import of a binding that is not initialised is a ReferenceError first.
            let mark = self.f.top;
            let temp = self.alloc();
            self.op(Op::GetImport, temp, 0, index);
            self.f.top = mark;
        }
        let name = self.name_constant(name);
        let dead = self.f.e.dead;
        self.op(Op::ThrowConst, 0, 0, name);
        self.f.e.dead = dead;
    }

    // `this` and its like.

    /// The register that holds `this`, after the checks that it needs.
    pub(super) fn this_in_place(&mut self, position: u32) -> Option<Reg> {
        let func = self.an.func(self.f.func);
        self.f.e.position = position;
        match func.kind {
            FunctionKind::Arrow => None,
            FunctionKind::Eval if self.an.goal == (Goal::Eval { direct: true }) => None,
            FunctionKind::Module => None,
            FunctionKind::DerivedConstructor if self.this_slot().is_some() => None,
            FunctionKind::DerivedConstructor => {
                self.op(Op::CheckThis, 1, 0, 0);
                Some(1)
            }
            _ => Some(1),
        }
    }

    /// Where a derived constructor keeps `this` for arrow functions.
    pub(super) fn this_slot(&self) -> Option<(Reg, u32)> {
        let func = self.an.func(self.f.func);
        let scope = self.an.scope(func.params);
        let var = scope.vars.get(*scope.names.get("%this")? as usize)?;
        let env = self.f.env_regs.get(&func.params)?;
        var.captured.then_some((*env, u32::from(var.slot)))
    }

    pub(super) fn load_this(&mut self, position: u32, dst: Reg) {
        if let Some(reg) = self.this_in_place(position) {
            return self.f.e.mov(dst, reg);
        }
        let holder = self.an.this_func(self.f.func);
        match self.an.func(holder).kind {
            FunctionKind::Module => self.op(Op::LoadUndefined, dst, 0, 0),
            _ => self.load_name("%this", position, dst),
        }
    }

    /// The function whose `[[HomeObject]]` and the like a use means is the current one.
    fn is_own(&self) -> bool {
        let kind = self.an.func(self.f.func).kind;
        !matches!(kind, FunctionKind::Arrow)
            && (kind != FunctionKind::Eval || self.an.goal == (Goal::Eval { direct: false }))
    }

    pub(super) fn load_pseudo(&mut self, name: &str, position: u32, dst: Reg) {
        if !self.is_own() {
            return self.load_name(name, position, dst);
        }
        match name {
            "%new.target" => self.op(Op::NewTarget, dst, 0, 0),
            "%home" => self.op(Op::HomeObject, dst, 0, 0),
            _ => self.f.e.mov(dst, 0),
        }
    }
}
