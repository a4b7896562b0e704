//! 10 Ordinary and Exotic Objects Behaviours: the internal methods, by kind of object.
//!
//! Each file of exotic objects says what differs from ordinary ones for a key through [`Step`]; the loops along the prototype
//! chain are here and in `ordinary`. Objects without [`Flags::EXOTIC`] never leave the loops.

mod access;
mod arguments;
mod array;
mod descriptor;
mod enumerate;
#[cfg(test)]
mod exotic_tests;
mod lookup;
mod namespace;
mod ordinary;
mod proxy;
mod string;
#[cfg(test)]
mod tests;
mod typed_array;

pub use lookup::Lookup;
pub use namespace::NAMESPACE_FIELDS;

use crate::error::Res;
use crate::vm::Vm;
use js_rt::{Class, Flags, List, Obj, PropertyDescriptor, PropertyKey, Value};

/// What an exotic object makes of an internal method for a key.
pub(crate) enum Step<T> {
    /// The answer.
    Done(T),
    /// As an ordinary object.
    Ordinary,
}

impl Vm {
    /// `[[GetPrototypeOf]]`
    #[inline]
    pub fn get_prototype_of(&self, o: Obj) -> Res<Option<Obj>> {
        if o.class() == Class::Proxy {
            return self.proxy_get_prototype_of(o);
        }
        Ok(o.proto())
    }

    /// `[[SetPrototypeOf]]`
    pub fn set_prototype_of(&self, o: Obj, proto: Option<Obj>) -> Res<bool> {
        match o.class() {
            Class::Proxy => self.proxy_set_prototype_of(o, proto),
            Class::ModuleNamespace => Ok(proto.is_none()),
            _ if o.has_flag(Flags::IMMUTABLE_PROTO) => Ok(o.proto() == proto),
            _ => self.ordinary_set_prototype_of(o, proto),
        }
    }

    /// `[[IsExtensible]]`
    #[inline]
    pub fn is_extensible(&self, o: Obj) -> Res<bool> {
        if o.class() == Class::Proxy {
            return self.proxy_is_extensible(o);
        }
        Ok(o.has_flag(Flags::EXTENSIBLE))
    }

    /// `[[PreventExtensions]]`
    pub fn prevent_extensions(&self, o: Obj) -> Res<bool> {
        match o.class() {
            Class::Proxy => self.proxy_prevent_extensions(o),
            class if class.is_typed_array() => self.typed_array_prevent_extensions(o),
            _ => {
                self.rt.prevent_extensions(o)?;
                Ok(true)
            }
        }
    }

    /// `[[GetOwnProperty]]`
    pub fn get_own_property(&self, o: Obj, key: impl Into<PropertyKey>) -> Res<Option<PropertyDescriptor>> {
        let key = key.into();
        if o.has_flag(Flags::EXOTIC)
            && let Step::Done(found) = self.exotic_get_own_property(o, key)?
        {
            return Ok(found);
        }
        self.ordinary_get_own_property(o, key)
    }

    fn exotic_get_own_property(&self, o: Obj, key: PropertyKey) -> Res<Step<Option<PropertyDescriptor>>> {
        match o.class() {
            Class::Proxy => self.proxy_get_own_property(o, key).map(Step::Done),
            Class::String => self.string_get_own_property(o, key),
            Class::MappedArguments => self.arguments_get_own_property(o, key),
            Class::ModuleNamespace => self.namespace_get_own_property(o, key),
            class if class.is_typed_array() => self.typed_array_get_own_property(o, key),
            _ => Ok(Step::Ordinary),
        }
    }

    /// `[[DefineOwnProperty]]`
    pub fn define_own_property(
        &self,
        o: Obj,
        key: impl Into<PropertyKey>,
        descriptor: &PropertyDescriptor,
    ) -> Res<bool> {
        let key = key.into();
        if o.is_array() {
            return self.array_define_own_property(o, key, descriptor);
        }
        if o.has_flag(Flags::EXOTIC)
            && let Step::Done(done) = self.exotic_define_own_property(o, key, descriptor)?
        {
            return Ok(done);
        }
        self.ordinary_define_own_property(o, key, descriptor)
    }

    fn exotic_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<Step<bool>> {
        match o.class() {
            Class::Proxy => self.proxy_define_own_property(o, key, descriptor).map(Step::Done),
            Class::String => self.string_define_own_property(o, key, descriptor),
            Class::MappedArguments => self.arguments_define_own_property(o, key, descriptor),
            Class::ModuleNamespace => self.namespace_define_own_property(o, key, descriptor),
            class if class.is_typed_array() => self.typed_array_define_own_property(o, key, descriptor),
            _ => Ok(Step::Ordinary),
        }
    }

    /// `[[HasProperty]]`
    pub fn has_property(&self, o: Obj, key: impl Into<PropertyKey>) -> Res<bool> {
        let key = key.into();
        let mut holder = o;
        loop {
            if holder.has_flag(Flags::EXOTIC)
                && let Step::Done(has) = self.exotic_has_property(holder, key)?
            {
                return Ok(has);
            }
            if self.rt.has_own(holder, key) {
                return Ok(true);
            }
            match holder.proto() {
                Some(proto) => holder = proto,
                None => return Ok(false),
            }
        }
    }

    fn exotic_has_property(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        match o.class() {
            Class::Proxy => self.proxy_has_property(o, key).map(Step::Done),
            Class::String if self.string_unit(o, key).is_some() => Ok(Step::Done(true)),
            Class::ModuleNamespace => self.namespace_has_property(o, key),
            class if class.is_typed_array() => self.typed_array_has_property(o, key),
            _ => Ok(Step::Ordinary),
        }
    }

    /// `[[Get]]`
    #[inline]
    pub fn get_with(&self, o: Obj, key: impl Into<PropertyKey>, receiver: Value) -> Res<Value> {
        self.ordinary_get(o, key.into(), receiver)
    }

    pub(crate) fn exotic_get(&self, o: Obj, key: PropertyKey, receiver: Value) -> Res<Step<Value>> {
        match o.class() {
            Class::Proxy => self.proxy_get(o, key, receiver).map(Step::Done),
            Class::String => self.string_get(o, key),
            Class::MappedArguments => Ok(self.arguments_get(o, key)),
            Class::ModuleNamespace => self.namespace_get(o, key),
            class if class.is_typed_array() => self.typed_array_get(o, key),
            _ => Ok(Step::Ordinary),
        }
    }

    /// `[[Set]]`
    #[inline]
    pub fn set_with(&self, o: Obj, key: impl Into<PropertyKey>, value: Value, receiver: Value) -> Res<bool> {
        self.ordinary_set(o, key.into(), value, receiver)
    }

    pub(crate) fn exotic_set(
        &self,
        o: Obj,
        key: PropertyKey,
        value: Value,
        receiver: Value,
    ) -> Res<Step<bool>> {
        match o.class() {
            Class::Proxy => self.proxy_set(o, key, value, receiver).map(Step::Done),
            Class::String if self.string_unit(o, key).is_some() => Ok(Step::Done(false)),
            Class::MappedArguments => self.arguments_set(o, key, value, receiver),
            Class::ModuleNamespace => Ok(Step::Done(false)),
            class if class.is_typed_array() => self.typed_array_set(o, key, value, receiver),
            _ => Ok(Step::Ordinary),
        }
    }

    /// `[[Delete]]`
    pub fn delete(&self, o: Obj, key: impl Into<PropertyKey>) -> Res<bool> {
        let key = key.into();
        if o.has_flag(Flags::EXOTIC)
            && let Step::Done(done) = self.exotic_delete(o, key)?
        {
            return Ok(done);
        }
        Ok(self.rt.delete(o, key)?)
    }

    fn exotic_delete(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        match o.class() {
            Class::Proxy => self.proxy_delete(o, key).map(Step::Done),
            Class::String if self.string_unit(o, key).is_some() => Ok(Step::Done(false)),
            Class::MappedArguments => self.arguments_delete(o, key),
            Class::ModuleNamespace => self.namespace_delete(o, key),
            class if class.is_typed_array() => self.typed_array_delete(o, key),
            _ => Ok(Step::Ordinary),
        }
    }

    /// `[[OwnPropertyKeys]]`: strings and symbols.
    pub fn own_property_keys(&self, o: Obj) -> Res<heap::Gc<List>> {
        if o.has_flag(Flags::EXOTIC) {
            match o.class() {
                Class::Proxy => return self.proxy_own_property_keys(o),
                Class::String => return self.string_own_property_keys(o),
                Class::ModuleNamespace => return self.namespace_own_property_keys(o),
                class if class.is_typed_array() => return self.typed_array_own_property_keys(o),
                _ => {}
            }
        }
        Ok(self.rt.own_keys(o)?)
    }
}
