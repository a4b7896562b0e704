//! Names that only the running program can resolve.

use crate::error::{Res, Throw};
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::{ScopeKind, ScopeVar, Text};
use js_rt::{Class, Code, Env, Obj, PropertyKey, Value};

/// What a name means in a chain of environments.
enum Found {
    /// Slot of an environment.
    Slot(Env, usize),
    /// Property of a `with` object.
    With(Obj),
    /// Property of the object with the variables that sloppy evals declared.
    Eval(Obj),
    /// An import of a module: the environment and slot that it is bound to, or a namespace object.
    Import(Value, Value),
    /// A global name, or nothing at all.
    Global,
}

impl Vm {
    #[cold]
    pub(crate) fn not_defined(&self, name: &str) -> Throw {
        self.reference_error(format_args!("{name} is not defined"))
    }

    fn name_key(&self, name: Value) -> Res<PropertyKey> {
        match name.as_string() {
            Some(name) => Ok(self.rt.key_from_str(name)?),
            None => self.to_property_key(name),
        }
    }

    /// 9.4.2 ResolveBinding
    fn resolve(&self, env: Value, name: Value, key: PropertyKey) -> Res<Found> {
        let wanted = name.as_string();
        // `%this` and its like, private names: no object of a `with` has them.
        let first = wanted.filter(|wanted| !wanted.is_empty()).map(|wanted| wanted.unit_at(0));
        let internal = matches!(first, Some(0x23 | 0x25));
        let mut env = self.as_env(env);
        while let Some(here) = env {
            if here.info() == Value::TRUE {
                if let Some(object) = here.object().as_object()
                    && !internal
                    && self.with_has(object, key)?
                {
                    return Ok(Found::With(object));
                }
            } else if let Some((code, scope)) = Self::scope_of(&here) {
                let info = code.function.scopes.get(scope);
                if let (Some(info), Some(wanted)) = (info, wanted)
                    && let Some(slot) = info.vars.iter().position(|var| same_text(&var.name, &wanted))
                {
                    return Ok(Found::Slot(here, slot));
                }
                if let (Some(info), Some(wanted)) = (info, wanted)
                    && info.kind == ScopeKind::Module
                    && let Some((place, slot)) = self.import_named(&here, wanted)
                {
                    return Ok(Found::Import(place, slot));
                }
                if let Some(object) = here.object().as_object()
                    && self.rt.has_own(object, key)
                {
                    return Ok(Found::Eval(object));
                }
            }
            env = here.parent();
        }
        Ok(Found::Global)
    }

    /// 9.1.1.2.1 HasBinding of an object environment for `with`
    fn with_has(&self, object: Obj, key: PropertyKey) -> Res<bool> {
        if !self.has_property(object, key)? {
            return Ok(false);
        }
        let unscopables = self.get(object, self.symbols().unscopables)?;
        match unscopables.as_object() {
            Some(unscopables) => Ok(!self.get(unscopables, key)?.to_boolean()),
            None => Ok(true),
        }
    }

    fn scope_var(env: &Env, slot: usize) -> Option<ScopeVar> {
        let (code, scope) = Self::scope_of(env)?;
        code.function.scopes.get(scope)?.vars.get(slot).cloned()
    }

    pub(crate) fn get_name(&self, env: Value, name: Value, typeof_: bool) -> Res<Value> {
        let key = self.name_key(name)?;
        let found = self.resolve(env, name, key)?;
        self.get_found(&found, key, name, typeof_, self.running_strict())
    }

    fn running_strict(&self) -> bool {
        let code = self.state.stack.frame().and_then(|frame| frame.code.get());
        code.is_some_and(|code| code.function.flags.strict)
    }

    fn get_found(
        &self,
        found: &Found,
        key: PropertyKey,
        name: Value,
        typeof_: bool,
        strict: bool,
    ) -> Res<Value> {
        match *found {
            Found::Slot(env, slot) => {
                let value = env.get(slot);
                if value.is_empty() {
                    Err(self.env_not_initialized(Value::from_cell(env), slot as u32))
                } else {
                    Ok(value)
                }
            }
            Found::With(object) => {
                // 9.1.1.2.6 GetBindingValue: the binding may be gone.
                if self.has_property(object, key)? {
                    self.get(object, key)
                } else if strict && !typeof_ {
                    Err(self.not_defined(&name_text(name)))
                } else {
                    Ok(Value::UNDEFINED)
                }
            }
            Found::Eval(object) => self.get(object, key),
            Found::Import(place, slot) => match self.binding_value(place, slot) {
                value if value.is_empty() => Err(self.not_initialized(name)),
                value => Ok(value),
            },
            Found::Global => self.get_global_by_key(key, typeof_),
        }
    }

    pub(crate) fn get_name_method(&self, env: Value, name: Value) -> Res<(Value, Value)> {
        let key = self.name_key(name)?;
        let found = self.resolve(env, name, key)?;
        let this = if let Found::With(object) = found { object.into() } else { Value::UNDEFINED };
        Ok((self.get_found(&found, key, name, false, self.running_strict())?, this))
    }

    pub(crate) fn set_name(&self, env: Value, name: Value, value: Value, strict: bool) -> Res<()> {
        let key = self.name_key(name)?;
        let found = self.resolve(env, name, key)?;
        self.set_found(&found, key, name, value, strict, None)
    }

    fn set_found(
        &self,
        found: &Found,
        key: PropertyKey,
        name: Value,
        value: Value,
        strict: bool,
        resolved: Option<bool>,
    ) -> Res<()> {
        match *found {
            Found::Slot(env, slot) => self.set_slot_checked(env, slot, value, strict),
            Found::With(object) => {
                // 9.1.1.2.5 SetMutableBinding
                if !self.has_property(object, key)? && strict {
                    return Err(self.not_defined(&name_text(name)));
                }
                self.set(object, key, value, strict)
            }
            Found::Eval(object) => {
                if !self.rt.has_own(object, key) && strict {
                    return Err(self.not_defined(&name_text(name)));
                }
                self.set(object, key, value, strict)
            }
            Found::Import(..) => Err(self.assigned_constant(name)),
            Found::Global => self.set_global_by_key(key, value, strict, resolved),
        }
    }

    /// Initialises a binding, once: `this` by `super()` in a direct eval.
    pub(crate) fn init_name(&self, env: Value, name: Value, value: Value) -> Res<()> {
        let key = self.name_key(name)?;
        if let Found::Slot(env, slot) = self.resolve(env, name, key)? {
            if !env.get(slot).is_empty() {
                return Err(self.reference_error("Super constructor may only be called once"));
            }
            env.set(&self.rt, slot, value);
        }
        Ok(())
    }

    /// 9.1.1.1.5 SetMutableBinding of a declarative environment record
    fn set_slot_checked(&self, env: Env, slot: usize, value: Value, strict: bool) -> Res<()> {
        if env.get(slot).is_empty() {
            return Err(self.env_not_initialized(Value::from_cell(env), slot as u32));
        }
        match Self::scope_var(&env, slot) {
            Some(var) if var.constant => {
                if var.silent && !strict {
                    Ok(())
                } else {
                    Err(self.assigned_constant(Value::UNDEFINED))
                }
            }
            _ => {
                env.set(&self.rt, slot, value);
                Ok(())
            }
        }
    }

    /// Resolves a name now for a later access: a pair of values that say what was found. For a slot the environment and its
    /// number, for objects the object and a mark, for global names a mark whether there is such a binding.
    pub(crate) fn bind_name(&self, env: Value, name: Value) -> Res<(Value, Value)> {
        let key = self.name_key(name)?;
        Ok(match self.resolve(env, name, key)? {
            Found::Slot(env, slot) => (Value::from_cell(env), Value::int(slot as i32)),
            Found::With(object) => (object.into(), Value::TRUE),
            Found::Eval(object) => (object.into(), Value::FALSE),
            // A slot that is negative, or none: an import.
            Found::Import(place, slot) => {
                (place, slot.as_int().map_or(Value::NULL, |slot| Value::int(-1 - slot)))
            }
            Found::Global => (Value::UNDEFINED, Value::bool(self.global_resolves(key)?)),
        })
    }

    fn bound(&self, reference: (Value, Value)) -> (Found, Option<bool>) {
        if let (Some(_), Some(slot @ ..=-1)) = (self.as_env(reference.0), reference.1.as_int()) {
            return (Found::Import(reference.0, Value::int(-1 - slot)), None);
        }
        if reference.1.is_null() {
            return (Found::Import(reference.0, Value::EMPTY), None);
        }
        if let (Some(env), Some(slot)) = (self.as_env(reference.0), reference.1.as_int()) {
            return (Found::Slot(env, slot as usize), None);
        }
        match (reference.0.as_object(), reference.1.to_boolean()) {
            (Some(object), true) => (Found::With(object), None),
            (Some(object), false) => (Found::Eval(object), None),
            (None, resolved) => (Found::Global, Some(resolved)),
        }
    }

    pub(crate) fn get_bound(&self, reference: (Value, Value), name: Value, strict: bool) -> Res<Value> {
        let key = self.name_key(name)?;
        self.get_found(&self.bound(reference).0, key, name, false, strict)
    }

    pub(crate) fn set_bound(
        &self,
        reference: (Value, Value),
        name: Value,
        value: Value,
        strict: bool,
    ) -> Res<()> {
        let key = self.name_key(name)?;
        let (found, resolved) = self.bound(reference);
        self.set_found(&found, key, name, value, strict, resolved)
    }

    pub(crate) fn delete_name(&self, env: Value, name: Value) -> Res<Value> {
        let key = self.name_key(name)?;
        let deleted = match self.resolve(env, name, key)? {
            Found::Slot(..) | Found::Import(..) => false,
            Found::With(object) | Found::Eval(object) => self.delete(object, key)?,
            Found::Global => {
                let realm = self.realm();
                if realm.lexicals.borrow().contains_key(&key) {
                    false
                } else {
                    self.delete(self.global(), key)?
                }
            }
        };
        Ok(Value::bool(deleted))
    }

    /// The nearest environment in which a sloppy direct eval declares variables; none: the global one.
    pub(crate) fn variable_env(&self, env: Value) -> Option<Env> {
        let mut env = self.as_env(env);
        while let Some(here) = env {
            if let Some((code, scope)) = Self::scope_of(&here)
                && code
                    .function
                    .scopes
                    .get(scope)
                    .is_some_and(|info| !matches!(info.kind, ScopeKind::Block | ScopeKind::Catch))
            {
                return Some(here);
            }
            env = here.parent();
        }
        None
    }

    /// The object with the variables that sloppy evals declared in an environment.
    fn eval_vars(&self, env: Env) -> Res<Obj> {
        if let Some(object) = env.object().as_object() {
            return Ok(object);
        }
        let object = self.object_create(None, Class::Object)?;
        env.set_object(&self.rt, object.into());
        Ok(object)
    }

    fn slot_named(env: &Env, name: Value) -> Option<usize> {
        let (code, scope) = Self::scope_of(env)?;
        let name = name.as_string()?;
        code.function.scopes.get(scope)?.vars.iter().position(|var| same_text(&var.name, &name))
    }

    /// `var` of a sloppy direct eval (19.2.1.3), or of a script.
    pub(crate) fn declare_var(&self, _code: Gc<Code>, env: Value, name: Value) -> Res<()> {
        let key = self.name_key(name)?;
        match self.variable_env(env) {
            Some(env) => {
                if Self::slot_named(&env, name).is_none() {
                    let object = self.eval_vars(env)?;
                    if !self.rt.has_own(object, key) {
                        self.create_data_property(object, key, Value::UNDEFINED)?;
                    }
                }
                Ok(())
            }
            None => self.create_global_var_binding(key, true),
        }
    }

    /// A function of a sloppy direct eval, or of a script.
    pub(crate) fn declare_function(
        &self,
        code: Gc<Code>,
        env: Value,
        name: Value,
        function: Value,
    ) -> Res<()> {
        let key = self.name_key(name)?;
        match self.variable_env(env) {
            Some(env) => match Self::slot_named(&env, name) {
                Some(slot) => {
                    env.set(&self.rt, slot, function);
                    Ok(())
                }
                None => {
                    let object = self.eval_vars(env)?;
                    self.create_data_property(object, key, function)?;
                    Ok(())
                }
            },
            None => {
                let deletable = code.function.kind == js_bytecode::FunctionKind::Eval;
                self.create_global_function_binding(key, function, deletable)
            }
        }
    }
}

/// The name that a constant holds.
pub(crate) fn name_text(name: Value) -> String {
    name.as_string().map(|name| name.to_std()).unwrap_or_default()
}

/// A compiler's text for messages.
pub(crate) fn text_of(text: &Text) -> String {
    match text {
        Text::Latin1(units) => units.iter().map(|&unit| char::from(unit)).collect(),
        Text::Utf16(units) => String::from_utf16_lossy(units),
    }
}

/// Whether a compiler's text is the same as a string.
pub(crate) fn same_text(text: &Text, string: &js_rt::JsString) -> bool {
    let count = match text {
        Text::Latin1(units) => units.len(),
        Text::Utf16(units) => units.len(),
    };
    count == string.len()
        && match text {
            Text::Latin1(units) => {
                units.iter().enumerate().all(|(at, &unit)| string.unit_at(at) == u16::from(unit))
            }
            Text::Utf16(units) => units.iter().enumerate().all(|(at, &unit)| string.unit_at(at) == unit),
        }
}
