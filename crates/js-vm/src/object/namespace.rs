//! 10.4.6 Module Namespace Exotic Objects.
//!
//! Internal slots of a namespace object: the list of its exports, the module as the module loader knows it, and whether the
//! namespace is deferred. An export is three values of the list: its name, the environment that has the binding (or the
//! namespace object that is exported), and the slot there. Own properties of the underlying object lead from names to exports:
//! their values are the numbers of exports, and programs do not see them.

use super::Step;
use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Attrs, Class, Environment, Flags, List, Obj, Own, PropertyDescriptor, PropertyKey, Value};

/// Number of internal slots of a module namespace object.
pub const NAMESPACE_FIELDS: usize = 3;
/// Values of the list for an export.
const FIELDS: usize = 3;

impl Vm {
    /// 10.4.6.12 ModuleNamespaceCreate: `exports` has three values for each, sorted by name in code unit order.
    pub fn module_namespace_create(&self, exports: Gc<List>, module: Value, deferred: bool) -> Res<Obj> {
        let o = self.rt.new_object(None, Class::ModuleNamespace)?;
        let slots = self.rt.new_internal(NAMESPACE_FIELDS)?;
        o.set_payload(&self.rt, Value::from_cell(slots));
        slots.set(&self.rt, 0, Value::from_cell(exports));
        slots.set(&self.rt, 1, module);
        slots.set(&self.rt, 2, Value::bool(deferred));
        for number in 0..exports.len() / FIELDS {
            if let Some(name) = exports.get(number * FIELDS).and_then(|name| name.as_string()) {
                let key = self.rt.key_from_str(name)?;
                self.rt.add(o, key, Value::number(number as f64), Attrs::ALL)?;
            }
        }
        let tag = if deferred { "Deferred Module" } else { "Module" };
        let tag = self.rt.str_from_utf8(tag)?;
        self.rt.add(o, self.symbols().to_string_tag.into(), tag.into(), Attrs::NONE)?;
        self.rt.prevent_extensions(o)?;
        o.set_flag(Flags::EXOTIC);
        Ok(o)
    }

    /// The module behind a namespace object.
    pub(crate) fn namespace_module(&self, o: Obj) -> Value {
        o.internal(1)
    }

    fn namespace_exports(&self, o: Obj) -> Option<Gc<List>> {
        o.internal(0).cell::<List>()
    }

    /// IsSymbolLikeNamespaceKey: such keys are ordinary.
    fn is_symbol_like(&self, o: Obj, key: PropertyKey) -> bool {
        key.is_symbol() || (o.internal(2) == Value::TRUE && key == self.names().then)
    }

    /// Evaluates the module of a deferred namespace, unless that was done.
    fn namespace_evaluate(&self, o: Obj) -> Res<()> {
        if o.internal(2) == Value::TRUE { self.ensure_deferred_evaluation(o) } else { Ok(()) }
    }

    /// The place of the export `key`.
    fn export(&self, o: Obj, key: PropertyKey) -> Option<(Value, Value)> {
        if self.is_symbol_like(o, key) {
            return None;
        }
        let Some(Own::Data(number, _)) = self.rt.get_own(o, key) else {
            return None;
        };
        let at = number.as_int()? as usize * FIELDS;
        let exports = self.namespace_exports(o)?;
        Some((exports.get(at + 1)?, exports.get(at + 2)?))
    }

    fn export_value(&self, key: PropertyKey, (place, slot): (Value, Value)) -> Res<Value> {
        let Some(env) = place.cell::<Environment>() else {
            return Ok(place);
        };
        let value = env.get(slot.as_int().unwrap_or(0) as usize);
        if value.is_empty() {
            let name = self.key_text(key);
            return Err(self.reference_error(format_args!("Cannot access '{name}' before initialization")));
        }
        Ok(value)
    }

    /// 10.4.6.5 `[[GetOwnProperty]]`
    pub(crate) fn namespace_get_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
    ) -> Res<Step<Option<PropertyDescriptor>>> {
        if key.is_symbol() {
            return Ok(Step::Ordinary);
        }
        if self.is_symbol_like(o, key) {
            return Ok(Step::Done(None));
        }
        self.namespace_evaluate(o)?;
        let Some(export) = self.export(o, key) else {
            return Ok(Step::Done(None));
        };
        let value = self.export_value(key, export)?;
        let attrs = Attrs::WRITABLE.with(Attrs::ENUMERABLE);
        Ok(Step::Done(Some(Own::Data(value, attrs).descriptor())))
    }

    /// 10.4.6.6 `[[DefineOwnProperty]]`
    pub(crate) fn namespace_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<Step<bool>> {
        let current = match self.namespace_get_own_property(o, key)? {
            Step::Ordinary => return Ok(Step::Ordinary),
            Step::Done(None) => return Ok(Step::Done(false)),
            Step::Done(Some(current)) => current,
        };
        let same = descriptor.configurable != Some(true)
            && descriptor.enumerable != Some(false)
            && !descriptor.is_accessor()
            && descriptor.writable != Some(false)
            && match (descriptor.value, current.value) {
                (Some(new), Some(old)) => new.same_value(old),
                _ => true,
            };
        Ok(Step::Done(same))
    }

    /// 10.4.6.7 `[[HasProperty]]`
    pub(crate) fn namespace_has_property(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        if key.is_symbol() {
            return Ok(Step::Ordinary);
        }
        if self.is_symbol_like(o, key) {
            return Ok(Step::Done(false));
        }
        self.namespace_evaluate(o)?;
        Ok(Step::Done(self.export(o, key).is_some()))
    }

    /// 10.4.6.8 `[[Get]]`
    pub(crate) fn namespace_get(&self, o: Obj, key: PropertyKey) -> Res<Step<Value>> {
        if key.is_symbol() {
            return Ok(Step::Ordinary);
        }
        if self.is_symbol_like(o, key) {
            return Ok(Step::Done(Value::UNDEFINED));
        }
        self.namespace_evaluate(o)?;
        match self.export(o, key) {
            Some(export) => self.export_value(key, export).map(Step::Done),
            None => Ok(Step::Done(Value::UNDEFINED)),
        }
    }

    /// 10.4.6.10 `[[Delete]]`
    pub(crate) fn namespace_delete(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        if key.is_symbol() {
            return Ok(Step::Ordinary);
        }
        if self.is_symbol_like(o, key) {
            return Ok(Step::Done(true));
        }
        self.namespace_evaluate(o)?;
        Ok(Step::Done(self.export(o, key).is_none()))
    }

    /// 10.4.6.11 `[[OwnPropertyKeys]]`
    pub(crate) fn namespace_own_property_keys(&self, o: Obj) -> Res<Gc<List>> {
        self.namespace_evaluate(o)?;
        let keys = self.rt.new_list()?;
        let deferred = o.internal(2) == Value::TRUE;
        if let Some(exports) = self.namespace_exports(o) {
            for number in 0..exports.len() / FIELDS {
                if let Some(name) = exports.get(number * FIELDS)
                    && !(deferred && self.is_name_then(name))
                {
                    keys.push(&self.rt, name)?;
                }
            }
        }
        for key in self.rt.own_keys(o)?.as_slice() {
            if key.get().is_symbol() {
                keys.push(&self.rt, key.get())?;
            }
        }
        Ok(keys)
    }

    fn is_name_then(&self, name: Value) -> bool {
        name.same_value(self.rt.name_str(self.names().then).into())
    }
}
