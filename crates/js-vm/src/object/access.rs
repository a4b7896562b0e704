//! 6.2.5.5 GetValue and 6.2.5.6 PutValue for property references: what the interpreter's property instructions do when their
//! caches do not know better. No wrapper objects are made for primitive bases.

use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use js_rt::{Class, Flags, Obj, Own, PropertyKey, Value};

impl Vm {
    /// Where the properties of a primitive value are looked up; `None` for `undefined` and `null`.
    pub(crate) fn primitive_prototype(&self, base: Value) -> Option<Obj> {
        let intrinsic = if base.is_string() {
            Intrinsic::StringPrototype
        } else if base.is_number() {
            Intrinsic::NumberPrototype
        } else if base.is_bool() {
            Intrinsic::BooleanPrototype
        } else if base.is_symbol() {
            Intrinsic::SymbolPrototype
        } else if base.is_bigint() {
            Intrinsic::BigIntPrototype
        } else {
            return None;
        };
        Some(self.intrinsic(intrinsic))
    }

    /// An own property of a string as it is.
    fn string_own(&self, base: Value, key: PropertyKey) -> Res<Option<Value>> {
        let Some(string) = base.as_string() else {
            return Ok(None);
        };
        if key == self.names().length {
            return Ok(Some(Value::number(string.len() as f64)));
        }
        match key.as_index() {
            Some(index) if (index as usize) < string.len() => {
                Ok(Some(self.rt.str_unit(string.unit_at(index as usize))?.into()))
            }
            _ => Ok(None),
        }
    }

    /// 7.3.3 GetV; property `key` of any value
    #[inline]
    pub fn get_value(&self, base: Value, key: impl Into<PropertyKey>) -> Res<Value> {
        let key = key.into();
        match base.as_object() {
            Some(o) => self.ordinary_get(o, key, base),
            None => self.get_of_primitive(base, key),
        }
    }

    fn get_of_primitive(&self, base: Value, key: PropertyKey) -> Res<Value> {
        if let Some(value) = self.string_own(base, key)? {
            return Ok(value);
        }
        match self.primitive_prototype(base) {
            Some(proto) => self.ordinary_get(proto, key, base),
            None if key == self.symbols().iterator.into() => Err(self.not_iterable(base, "iterable")),
            None => Err(self.cannot_read(base, &self.key_text(key))),
        }
    }

    /// The key of a property is converted later, or not at all.
    #[cold]
    pub(crate) fn cannot_read(&self, base: Value, key: &str) -> Throw {
        let what = if base.is_null() { "null" } else { "undefined" };
        self.type_error(format_args!("Cannot read properties of {what} (reading '{key}')"))
    }

    #[cold]
    pub(crate) fn cannot_set(&self, base: Value, key: &str) -> Throw {
        let what = if base.is_null() { "null" } else { "undefined" };
        self.type_error(format_args!("Cannot set properties of {what} (setting '{key}')"))
    }

    /// `base[key]`
    #[inline]
    pub fn get_element(&self, base: Value, key: Value) -> Res<Value> {
        if let (Some(o), Some(index)) = (base.as_object(), key.as_int())
            && index >= 0
            && let Some(value) = self.fast_element(o, index as u32)
        {
            return Ok(value);
        }
        self.get_element_slow(base, key)
    }

    /// An element that is found without a look at prototypes, getters or keys.
    #[inline]
    fn fast_element(&self, o: Obj, index: u32) -> Option<Value> {
        if o.has_flag(Flags::EXOTIC) {
            return if o.class().is_typed_array() { self.typed_array_element(o, index) } else { None };
        }
        Some(o.element(index)).filter(|value| !value.is_empty())
    }

    fn get_element_slow(&self, base: Value, key: Value) -> Res<Value> {
        // A key that is an object is not converted for a base that has no properties.
        if base.is_nullish() && !key.is_symbol() {
            return Err(self.cannot_read(base, &self.describe_value(key)));
        }
        let key = self.to_property_key(key)?;
        self.get_value(base, key)
    }

    /// `base.key = value`
    #[inline]
    pub fn set_value(&self, base: Value, key: impl Into<PropertyKey>, value: Value, strict: bool) -> Res<()> {
        let key = key.into();
        let done = match base.as_object() {
            Some(o) => self.ordinary_set(o, key, value, base)?,
            None => self.set_of_primitive(base, key, value)?,
        };
        if !done && strict {
            return Err(self.assignment_error(base, key));
        }
        Ok(())
    }

    fn set_of_primitive(&self, base: Value, key: PropertyKey, value: Value) -> Res<bool> {
        let Some(proto) = self.primitive_prototype(base) else {
            return Err(self.cannot_set(base, &self.key_text(key)));
        };
        if self.string_own(base, key)?.is_some() {
            return Ok(false);
        }
        self.ordinary_set(proto, key, value, base)
    }

    /// `base[key] = value`
    #[inline]
    pub fn set_element(&self, base: Value, key: Value, value: Value, strict: bool) -> Res<()> {
        if let (Some(o), Some(index)) = (base.as_object(), key.as_int())
            && index >= 0
            && self.fast_set_element(o, index as u32, value)?
        {
            return Ok(());
        }
        self.set_element_slow(base, key, value, strict)
    }

    /// Writes an element where that needs no look at prototypes, setters or keys.
    #[inline]
    fn fast_set_element(&self, o: Obj, index: u32, value: Value) -> Res<bool> {
        if o.has_flag(Flags::EXOTIC) {
            return Ok(o.class().is_typed_array() && self.typed_array_store(o, index, value));
        }
        if o.store_dense(&self.rt, index, value) {
            return Ok(true);
        }
        // Behind the end of an array: as long as no prototype has elements, nobody else is asked.
        if index != o.array_length()
            || !o.is_extensible()
            || !o.is_length_writable()
            || !self.is_plain_array(o)
        {
            return Ok(false);
        }
        self.rt.array_append(o, value)?;
        Ok(true)
    }

    fn set_element_slow(&self, base: Value, key: Value, value: Value, strict: bool) -> Res<()> {
        if base.is_nullish() {
            return Err(self.cannot_set(base, &self.describe_value(key)));
        }
        let key = self.to_property_key(key)?;
        self.set_value(base, key, value, strict)
    }

    /// Why a property could not be set, in V8's words.
    #[cold]
    pub(crate) fn assignment_error(&self, base: Value, key: PropertyKey) -> Throw {
        let name = self.key_text(key);
        let text = self.describe_value(base);
        let Some(o) = base.as_object() else {
            let kind = base.type_of();
            if matches!(self.string_own(base, key), Ok(Some(_))) {
                return self.type_error(format_args!(
                    "Cannot assign to read only property '{name}' of {kind} '{text}'"
                ));
            }
            return self.type_error(format_args!("Cannot create property '{name}' on {kind} '{text}'"));
        };
        let mut holder = Some(o);
        while let Some(h) = holder {
            if h.class() == Class::Proxy {
                return self
                    .type_error(format_args!("'set' on proxy: trap returned falsish for property '{name}'"));
            }
            match self.rt.get_own(h, key) {
                Some(Own::Accessor(..)) => {
                    return self.type_error(format_args!(
                        "Cannot set property {name} of {text} which has only a getter"
                    ));
                }
                Some(Own::Data(..)) => break,
                None => holder = h.proto(),
            }
        }
        if holder.is_none() && !o.has_flag(Flags::EXOTIC) {
            return self.type_error(format_args!("Cannot add property {name}, object is not extensible"));
        }
        self.type_error(format_args!("Cannot assign to read only property '{name}' of object '{text}'"))
    }

    /// `delete base.key`
    pub fn delete_value(&self, base: Value, key: impl Into<PropertyKey>, strict: bool) -> Res<bool> {
        let key = key.into();
        let deleted = match base.as_object() {
            Some(o) => self.delete(o, key)?,
            None if base.is_nullish() => {
                return Err(self.type_error("Cannot convert undefined or null to object"));
            }
            None => self.string_own(base, key)?.is_none(),
        };
        if !deleted && strict {
            return Err(self.deletion_error(base, key));
        }
        Ok(deleted)
    }

    /// `delete base[key]`
    pub fn delete_element(&self, base: Value, key: Value, strict: bool) -> Res<bool> {
        if base.is_nullish() {
            return Err(self.type_error("Cannot convert undefined or null to object"));
        }
        let key = self.to_property_key(key)?;
        self.delete_value(base, key, strict)
    }

    #[cold]
    pub(crate) fn deletion_error(&self, base: Value, key: PropertyKey) -> Throw {
        let (name, text) = (self.key_text(key), self.describe_value(base));
        self.type_error(format_args!("Cannot delete property '{name}' of {text}"))
    }

    /// 13.10.1 The `in` operator
    pub fn has_element(&self, base: Value, key: Value) -> Res<bool> {
        let Some(o) = base.as_object() else {
            let (key, base) = (self.describe_value(key), self.describe_value(base));
            return Err(
                self.type_error(format_args!("Cannot use 'in' operator to search for '{key}' in {base}"))
            );
        };
        if let Some(index) = key.as_int()
            && index >= 0
            && self.fast_element(o, index as u32).is_some()
        {
            return Ok(true);
        }
        let key = self.to_property_key(key)?;
        self.has_property(o, key)
    }

    /// 13.3.7.3 MakeSuperPropertyReference with GetValue: property `key` of the prototype of `home`, for `this`
    pub fn get_super(&self, home: Value, key: Value, this: Value) -> Res<Value> {
        // The prototype is that before the key is converted.
        let base = self.super_base(home)?;
        let key = self.to_property_key(key)?;
        match base {
            Some(o) => self.ordinary_get(o, key, this),
            None => Err(self.cannot_read(Value::NULL, &self.key_text(key))),
        }
    }

    /// The same with PutValue
    pub fn set_super(&self, home: Value, key: Value, value: Value, this: Value, strict: bool) -> Res<()> {
        let base = self.super_base(home)?;
        let key = self.to_property_key(key)?;
        let Some(o) = base else {
            return Err(self.cannot_set(Value::NULL, &self.key_text(key)));
        };
        if !self.ordinary_set(o, key, value, this)? && strict {
            return Err(self.assignment_error(this, key));
        }
        Ok(())
    }

    fn super_base(&self, home: Value) -> Res<Option<Obj>> {
        match home.as_object() {
            Some(home) => self.get_prototype_of(home),
            None => Ok(None),
        }
    }
}
