//! 10.5 Proxy Object Internal Methods and Internal Slots.
//!
//! Internal slots of a proxy: target and handler; the handler is null when the proxy is revoked.

use crate::error::{Res, Throw};
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, Flags, List, Obj, PropertyDescriptor, PropertyKey, Value};
use std::cell::Cell;
use std::collections::HashSet;

/// What a proxy with a trap (or `None`: without one) works on.
struct Trapped {
    target: Obj,
    handler: Obj,
    trap: Option<Value>,
}

impl Vm {
    /// 10.5.14 ProxyCreate
    pub fn proxy_create(&self, target: Value, handler: Value) -> Res<Obj> {
        let (Some(target), Some(_)) = (target.as_object(), handler.as_object()) else {
            return Err(self.type_error("Cannot create proxy with a non-object as target or handler"));
        };
        let o = self.rt.new_object(None, Class::Proxy)?;
        let slots = self.rt.internal_from(&[target.into(), handler])?;
        o.set_payload(&self.rt, Value::from_cell(slots));
        o.set_flag(Flags::EXOTIC);
        if target.is_callable() {
            o.set_flag(Flags::CALLABLE);
        }
        if target.is_constructor() {
            o.set_flag(Flags::CONSTRUCTOR);
        }
        Ok(o)
    }

    /// 28.2.2.1.1 Proxy Revocation Functions, what they do to the proxy
    pub fn proxy_revoke(&self, proxy: Obj) {
        proxy.set_internal(&self.rt, 0, Value::NULL);
        proxy.set_internal(&self.rt, 1, Value::NULL);
    }

    /// Target and handler of a proxy; 10.5.15 ValidateNonRevokedProxy for the operation `name`
    pub fn proxy_parts(&self, proxy: Obj, name: &str) -> Res<(Obj, Obj)> {
        match (proxy.internal(0).as_object(), proxy.internal(1).as_object()) {
            (Some(target), Some(handler)) => Ok((target, handler)),
            _ => {
                Err(self.type_error(format_args!("Cannot perform '{name}' on a proxy that has been revoked")))
            }
        }
    }

    /// The beginning of all these methods. Chains of proxies recurse here.
    fn trapped(&self, proxy: Obj, name: PropertyKey) -> Res<Trapped> {
        self.check_stack()?;
        let (target, handler) = match (proxy.internal(0).as_object(), proxy.internal(1).as_object()) {
            (Some(target), Some(handler)) => (target, handler),
            _ => {
                let name = self.key_text(name);
                return Err(
                    self.type_error(format_args!("Cannot perform '{name}' on a proxy that has been revoked"))
                );
            }
        };
        let trap = self.get_method(handler.into(), name)?;
        Ok(Trapped { target, handler, trap: (!trap.is_undefined()).then_some(trap) })
    }

    /// A violated invariant, in V8's words.
    #[cold]
    fn trap_error(&self, name: &str, key: PropertyKey, what: &str) -> Throw {
        let key = self.key_text(key);
        self.type_error(format_args!("'{name}' on proxy: trap {what} property '{key}'"))
    }

    /// 10.5.1 `[[GetPrototypeOf]]`
    pub(crate) fn proxy_get_prototype_of(&self, proxy: Obj) -> Res<Option<Obj>> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().get_prototype_of)?;
        let Some(trap) = trap else {
            return self.get_prototype_of(target);
        };
        let proto = self.call(trap, handler.into(), &[target.into()])?;
        if !proto.is_object() && !proto.is_null() {
            return Err(self.type_error("'getPrototypeOf' on proxy: trap returned neither object nor null"));
        }
        let proto = proto.as_object();
        if !self.is_extensible(target)? && self.get_prototype_of(target)? != proto {
            return Err(self.type_error(
                "'getPrototypeOf' on proxy: proxy target is non-extensible but the trap did not return its actual prototype",
            ));
        }
        Ok(proto)
    }

    /// 10.5.2 `[[SetPrototypeOf]]`
    pub(crate) fn proxy_set_prototype_of(&self, proxy: Obj, proto: Option<Obj>) -> Res<bool> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().set_prototype_of)?;
        let Some(trap) = trap else {
            return self.set_prototype_of(target, proto);
        };
        if !self.call(trap, handler.into(), &[target.into(), Value::or_null(proto)])?.to_boolean() {
            return Ok(false);
        }
        if !self.is_extensible(target)? && self.get_prototype_of(target)? != proto {
            return Err(self.type_error(
                "'setPrototypeOf' on proxy: trap returned truish for setting a new prototype on the non-extensible proxy target",
            ));
        }
        Ok(true)
    }

    /// 10.5.3 `[[IsExtensible]]`
    pub(crate) fn proxy_is_extensible(&self, proxy: Obj) -> Res<bool> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().is_extensible)?;
        let Some(trap) = trap else {
            return self.is_extensible(target);
        };
        let extensible = self.call(trap, handler.into(), &[target.into()])?.to_boolean();
        if extensible != self.is_extensible(target)? {
            return Err(self.type_error(format_args!(
                "'isExtensible' on proxy: trap result does not reflect extensibility of proxy target (which is '{}')",
                !extensible
            )));
        }
        Ok(extensible)
    }

    /// 10.5.4 `[[PreventExtensions]]`
    pub(crate) fn proxy_prevent_extensions(&self, proxy: Obj) -> Res<bool> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().prevent_extensions)?;
        let Some(trap) = trap else {
            return self.prevent_extensions(target);
        };
        let prevented = self.call(trap, handler.into(), &[target.into()])?.to_boolean();
        if prevented && self.is_extensible(target)? {
            return Err(self.type_error("'preventExtensions' on proxy: the proxy target is extensible"));
        }
        Ok(prevented)
    }

    /// 10.5.5 `[[GetOwnProperty]]`
    pub(crate) fn proxy_get_own_property(
        &self,
        proxy: Obj,
        key: PropertyKey,
    ) -> Res<Option<PropertyDescriptor>> {
        const NAME: &str = "getOwnPropertyDescriptor";
        let Trapped { target, handler, trap } =
            self.trapped(proxy, self.names().get_own_property_descriptor)?;
        let Some(trap) = trap else {
            return self.get_own_property(target, key);
        };
        let name = key.to_value(&self.rt)?;
        let answer = self.call(trap, handler.into(), &[target.into(), name])?;
        if !answer.is_object() && !answer.is_undefined() {
            return Err(self.trap_error(NAME, key, "returned neither object nor undefined for"));
        }
        let current = self.get_own_property(target, key)?;
        if answer.is_undefined() {
            let Some(current) = current else {
                return Ok(None);
            };
            if current.configurable == Some(false) {
                return Err(self.trap_error(
                    NAME,
                    key,
                    "returned undefined for property which is non-configurable in the proxy target,",
                ));
            }
            if !self.is_extensible(target)? {
                return Err(self.trap_error(
                    NAME,
                    key,
                    "returned undefined for property which exists in the non-extensible proxy target,",
                ));
            }
            return Ok(None);
        }
        let extensible = self.is_extensible(target)?;
        let found = self.to_property_descriptor(answer)?.complete();
        if !self.is_compatible_property_descriptor(extensible, &found, current.as_ref()) {
            return Err(self.trap_error(
                NAME,
                key,
                "returned descriptor that is incompatible with the existing property in the proxy target,",
            ));
        }
        if found.configurable == Some(false) {
            let hidden = current.is_none_or(|current| {
                current.configurable == Some(true)
                    || (found.writable == Some(false) && current.writable == Some(true))
            });
            if hidden {
                return Err(self.trap_error(
                    NAME,
                    key,
                    "reported non-configurability for a configurable or missing",
                ));
            }
        }
        Ok(Some(found))
    }

    /// 10.5.6 `[[DefineOwnProperty]]`
    pub(crate) fn proxy_define_own_property(
        &self,
        proxy: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<bool> {
        const NAME: &str = "defineProperty";
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().define_property)?;
        let Some(trap) = trap else {
            return self.define_own_property(target, key, descriptor);
        };
        let described = self.from_property_descriptor(Some(descriptor))?;
        let name = key.to_value(&self.rt)?;
        if !self.call(trap, handler.into(), &[target.into(), name, described])?.to_boolean() {
            return Ok(false);
        }
        let current = self.get_own_property(target, key)?;
        let extensible = self.is_extensible(target)?;
        let fixed = descriptor.configurable == Some(false);
        let Some(current) = current else {
            if !extensible {
                return Err(self.trap_error(
                    NAME,
                    key,
                    "returned truish for adding to the non-extensible proxy target",
                ));
            }
            if fixed {
                return Err(self.trap_error(
                    NAME,
                    key,
                    "returned truish for defining non-configurable but missing",
                ));
            }
            return Ok(true);
        };
        if !self.is_compatible_property_descriptor(extensible, descriptor, Some(&current)) {
            return Err(self.trap_error(
                NAME,
                key,
                "returned truish for adding that is incompatible with the existing",
            ));
        }
        if fixed && current.configurable == Some(true) {
            return Err(self.trap_error(
                NAME,
                key,
                "returned truish for defining non-configurable but configurable",
            ));
        }
        if !current.is_accessor()
            && current.configurable == Some(false)
            && current.writable == Some(true)
            && descriptor.writable == Some(false)
        {
            return Err(self.trap_error(NAME, key, "returned truish for defining non-writable but writable"));
        }
        Ok(true)
    }

    /// 10.5.7 `[[HasProperty]]`
    pub(crate) fn proxy_has_property(&self, proxy: Obj, key: PropertyKey) -> Res<bool> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().has)?;
        let Some(trap) = trap else {
            return self.has_property(target, key);
        };
        let name = key.to_value(&self.rt)?;
        let has = self.call(trap, handler.into(), &[target.into(), name])?.to_boolean();
        if !has && let Some(current) = self.get_own_property(target, key)? {
            if current.configurable == Some(false) {
                return Err(self.trap_error("has", key, "returned falsish for non-configurable"));
            }
            if !self.is_extensible(target)? {
                return Err(self.trap_error(
                    "has",
                    key,
                    "returned falsish but the proxy target is not extensible, for",
                ));
            }
        }
        Ok(has)
    }

    /// 10.5.8 `[[Get]]`
    pub(crate) fn proxy_get(&self, proxy: Obj, key: PropertyKey, receiver: Value) -> Res<Value> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().get)?;
        let Some(trap) = trap else {
            return self.get_with(target, key, receiver);
        };
        let name = key.to_value(&self.rt)?;
        let value = self.call(trap, handler.into(), &[target.into(), name, receiver])?;
        if let Some(current) = self.get_own_property(target, key)?
            && current.configurable == Some(false)
        {
            if current.writable == Some(false) && !current.value.is_some_and(|own| own.same_value(value)) {
                return Err(self.trap_error(
                    "get",
                    key,
                    "returned another value than that of the read-only and non-configurable",
                ));
            }
            if current.is_accessor() && current.get.is_none_or(Value::is_undefined) && !value.is_undefined() {
                return Err(self.trap_error(
                    "get",
                    key,
                    "returned a value for the getterless and non-configurable accessor",
                ));
            }
        }
        Ok(value)
    }

    /// 10.5.9 `[[Set]]`
    pub(crate) fn proxy_set(&self, proxy: Obj, key: PropertyKey, value: Value, receiver: Value) -> Res<bool> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().set)?;
        let Some(trap) = trap else {
            return self.set_with(target, key, value, receiver);
        };
        let name = key.to_value(&self.rt)?;
        if !self.call(trap, handler.into(), &[target.into(), name, value, receiver])?.to_boolean() {
            return Ok(false);
        }
        if let Some(current) = self.get_own_property(target, key)?
            && current.configurable == Some(false)
        {
            if current.writable == Some(false) && !current.value.is_some_and(|own| own.same_value(value)) {
                return Err(self.trap_error(
                    "set",
                    key,
                    "returned truish for another value of the read-only and non-configurable",
                ));
            }
            if current.is_accessor() && current.set.is_none_or(Value::is_undefined) {
                return Err(self.trap_error(
                    "set",
                    key,
                    "returned truish for the setterless and non-configurable accessor",
                ));
            }
        }
        Ok(true)
    }

    /// 10.5.10 `[[Delete]]`
    pub(crate) fn proxy_delete(&self, proxy: Obj, key: PropertyKey) -> Res<bool> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().delete_property)?;
        let Some(trap) = trap else {
            return self.delete(target, key);
        };
        let name = key.to_value(&self.rt)?;
        if !self.call(trap, handler.into(), &[target.into(), name])?.to_boolean() {
            return Ok(false);
        }
        if let Some(current) = self.get_own_property(target, key)? {
            if current.configurable == Some(false) {
                return Err(self.trap_error("deleteProperty", key, "returned truish for non-configurable"));
            }
            if !self.is_extensible(target)? {
                return Err(self.trap_error(
                    "deleteProperty",
                    key,
                    "returned truish but the proxy target is non-extensible, for",
                ));
            }
        }
        Ok(true)
    }

    /// 10.5.11 `[[OwnPropertyKeys]]`
    pub(crate) fn proxy_own_property_keys(&self, proxy: Obj) -> Res<Gc<List>> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().own_keys)?;
        let Some(trap) = trap else {
            return self.own_property_keys(target);
        };
        let answer = self.call(trap, handler.into(), &[target.into()])?;
        let keys = self.list_from_array_like(answer, |key| {
            if !key.is_string() && !key.is_symbol() {
                let text = self.describe_value(key);
                return Err(self.type_error(format_args!("{text} is not a valid property name")));
            }
            self.interned(key)
        })?;
        // The list keeps the keys alive that the set only compares; `interned` below does so for strings.
        let mut unchecked = HashSet::with_capacity(keys.len());
        for key in keys.as_slice() {
            if !unchecked.insert(key.get().bits()) {
                return Err(self.type_error("'ownKeys' on proxy: trap returned duplicate entries"));
            }
        }
        let extensible = self.is_extensible(target)?;
        let target_keys = self.own_property_keys(target)?;
        let mut fixed = 0;
        let others = self.rt.new_list()?;
        for key in target_keys.as_slice() {
            let key = self.interned(key.get())?;
            let current = self.get_own_property(target, self.to_property_key(key)?)?;
            if current.is_some_and(|current| current.configurable == Some(false)) {
                fixed += 1;
                if !unchecked.remove(&key.bits()) {
                    return Err(self.missing_key(key));
                }
            } else {
                others.push(&self.rt, key)?;
            }
        }
        if extensible || (fixed == 0 && others.is_empty() && unchecked.is_empty()) {
            return Ok(keys);
        }
        for key in others.as_slice() {
            if !unchecked.remove(&key.get().bits()) {
                return Err(self.missing_key(key.get()));
            }
        }
        if !unchecked.is_empty() {
            return Err(self.type_error(
                "'ownKeys' on proxy: trap returned extra keys but proxy target is non-extensible",
            ));
        }
        Ok(keys)
    }

    #[cold]
    fn missing_key(&self, key: Value) -> Throw {
        let key = self.describe_value(key);
        self.type_error(format_args!("'ownKeys' on proxy: trap result did not include '{key}'"))
    }

    /// A property key's value such that equal keys are equal words: strings, also of indices, are interned.
    fn interned(&self, key: Value) -> Res<Value> {
        match key.as_string() {
            Some(string) => Ok(self.rt.intern(string)?.into()),
            None => Ok(key),
        }
    }

    /// 10.5.12 `[[Call]]`
    pub(crate) fn proxy_call(&self, proxy: Obj, this: Value, arguments: &[Cell<Value>]) -> Res<Value> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().apply)?;
        match trap {
            None => self.call_list(target.into(), this, arguments),
            Some(trap) => {
                let list = self.new_array_of(arguments)?;
                self.call(trap, handler.into(), &[target.into(), this, list.into()])
            }
        }
    }

    /// 10.5.13 `[[Construct]]`
    pub(crate) fn proxy_construct(&self, proxy: Obj, arguments: &[Cell<Value>], new_target: Obj) -> Res<Obj> {
        let Trapped { target, handler, trap } = self.trapped(proxy, self.names().construct)?;
        match trap {
            None => self.construct_list(target, arguments, Some(new_target)),
            Some(trap) => {
                let list = self.new_array_of(arguments)?;
                let made =
                    self.call(trap, handler.into(), &[target.into(), list.into(), new_target.into()])?;
                made.as_object().ok_or_else(|| {
                    let made = self.describe_value(made);
                    self.type_error(format_args!("proxy [[Construct]] must return an object, not {made}"))
                })
            }
        }
    }
}
