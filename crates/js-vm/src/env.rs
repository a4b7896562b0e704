//! Environments as registers hold them, and bindings by slot.

use crate::error::{Res, Throw};
use crate::names::{name_text, text_of};
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Code, Env, Internal, Value};

impl Vm {
    /// The environment that a register holds; none where it holds undefined: the global one.
    #[inline]
    pub(crate) fn as_env(&self, value: Value) -> Option<Env> {
        value.cell::<js_rt::Environment>()
    }

    /// The environment that a function was made in, for `outer_env`.
    #[inline]
    pub(crate) fn outer_env(&self, callee: Value) -> Value {
        let env =
            callee.as_object().and_then(|callee| self.closure(callee)).and_then(|closure| closure.env());
        env.map_or(Value::UNDEFINED, Value::from_cell)
    }

    /// A new environment as a scope describes it.
    pub(crate) fn new_env(&self, code: Gc<Code>, parent: Value, scope: u32) -> Res<Value> {
        let Some(info) = code.function.scopes.get(scope as usize) else { return Ok(parent) };
        let shared = self.scope_value(code, scope)?;
        let env = self.rt.new_env(self.as_env(parent), shared, info.vars.len())?;
        for (slot, var) in info.vars.iter().enumerate() {
            if !var.lexical {
                env.set(&self.rt, slot, Value::UNDEFINED);
            }
        }
        Ok(Value::from_cell(env))
    }

    /// What environments made from a scope say about themselves: the code and the scope's number.
    fn scope_value(&self, code: Gc<Code>, scope: u32) -> Res<Value> {
        let Some(cell) = code.scopes.get(scope as usize) else { return Ok(Value::EMPTY) };
        if cell.get().is_empty() {
            let info = self.rt.internal_from(&[Value::from_cell(code), Value::int(scope as i32)])?;
            cell.set(Value::from_cell(info));
            self.rt.heap().wrote(code);
        }
        Ok(cell.get())
    }

    /// The description of an environment.
    pub(crate) fn scope_of(env: &Env) -> Option<(Gc<Code>, usize)> {
        let info = env.info().cell::<Internal>()?;
        let code = info.get(0).cell::<Code>()?;
        Some((code, usize::try_from(info.get(1).as_int()?).ok()?))
    }

    pub(crate) fn copy_env(&self, env: Value) -> Res<Value> {
        let Some(old) = self.as_env(env) else { return Ok(env) };
        Ok(Value::from_cell(self.rt.copy_env(old)?))
    }

    pub(crate) fn with_env(&self, parent: Value, object: Value) -> Res<Value> {
        let env = self.rt.new_env(self.as_env(parent), Value::TRUE, 0)?;
        env.set_object(&self.rt, object);
        Ok(Value::from_cell(env))
    }

    /// The value in a slot, hops in the upper byte.
    #[inline]
    pub(crate) fn env_get(env: Value, slot: u32) -> Value {
        match Self::env_at(env, slot) {
            Some(env) => env.get((slot & 0xffff) as usize),
            None => Value::UNDEFINED,
        }
    }

    #[inline]
    fn env_at(env: Value, slot: u32) -> Option<Env> {
        let env = env.cell::<js_rt::Environment>()?;
        match slot >> 16 {
            0 => Some(env),
            hops => env.ancestor(hops as usize),
        }
    }

    #[inline]
    pub(crate) fn env_set(&self, env: Value, slot: u32, value: Value) {
        if let Some(env) = Self::env_at(env, slot) {
            env.set(&self.rt, (slot & 0xffff) as usize, value);
        }
    }

    /// ReferenceError for a slot that is not initialised.
    #[cold]
    pub(crate) fn env_not_initialized(&self, env: Value, slot: u32) -> Throw {
        let name = Self::env_at(env, slot).and_then(|env| {
            let (code, scope) = Self::scope_of(&env)?;
            let var = code.function.scopes.get(scope)?.vars.get((slot & 0xffff) as usize)?;
            Some(text_of(&var.name))
        });
        match name.as_deref() {
            Some("%this") => self.this_not_initialized(),
            name => self.uninitialized(name.unwrap_or("variable")),
        }
    }

    #[cold]
    pub(crate) fn not_initialized(&self, name: Value) -> Throw {
        self.uninitialized(&name_text(name))
    }

    #[cold]
    pub(crate) fn uninitialized(&self, name: &str) -> Throw {
        self.reference_error(format_args!("Cannot access '{name}' before initialization"))
    }

    #[cold]
    pub(crate) fn this_not_initialized(&self) -> Throw {
        self.reference_error(
            "Must call super constructor in derived class before accessing 'this' or returning from derived constructor",
        )
    }

    #[cold]
    pub(crate) fn assigned_constant(&self, _name: Value) -> Throw {
        self.type_error("Assignment to constant variable.")
    }
}
