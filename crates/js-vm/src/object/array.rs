//! 10.4.2 Array Exotic Objects.

use crate::error::Res;
use crate::vm::Vm;
use js_rt::{Class, Obj, PropertyDescriptor, PropertyKey, Value};

/// The length that an array may have at most, plus one.
const LIMIT: f64 = 4_294_967_296.0;

impl Vm {
    /// 10.4.2.1 `[[DefineOwnProperty]]`
    pub(crate) fn array_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<bool> {
        if key == self.names().length {
            return self.array_set_length(o, descriptor);
        }
        if !self.array_may_grow(o, key) {
            return Ok(false);
        }
        self.ordinary_define_own_property(o, key, descriptor)
    }

    /// False if `o` is an array whose length would have to change for an element `key`, but cannot.
    #[inline]
    pub(crate) fn array_may_grow(&self, o: Obj, key: PropertyKey) -> bool {
        match key.as_index() {
            Some(index) if o.is_array() => index < o.array_length() || o.is_length_writable(),
            _ => true,
        }
    }

    /// 10.4.2.2 ArrayCreate; the intrinsic prototype unless one is given
    pub fn array_create(&self, length: f64, proto: Option<Obj>) -> Res<Obj> {
        if length >= LIMIT {
            return Err(self.range_error("Invalid array length"));
        }
        let proto = match proto {
            Some(proto) => proto,
            None => self.intrinsic(crate::realm::Intrinsic::ArrayPrototype),
        };
        let array = self.rt.new_array(Some(proto), &[])?;
        if length != 0.0 {
            self.rt.array_set_length(array, length as u32);
        }
        Ok(array)
    }

    /// 10.4.2.3 ArraySpeciesCreate
    pub fn array_species_create(&self, original: Obj, length: f64) -> Res<Obj> {
        if !self.is_array(original.into())? {
            return self.array_create(length, None);
        }
        let mut constructor = self.get(original, self.names().constructor)?;
        if let Some(c) = constructor.as_object().filter(|c| c.is_constructor()) {
            let realm = self.get_function_realm(c)?;
            if realm != self.realm() && c == self.intrinsic_of(realm, crate::realm::Intrinsic::Array) {
                constructor = Value::UNDEFINED;
            }
        }
        if let Some(c) = constructor.as_object() {
            constructor = self.get(c, self.symbols().species)?;
            if constructor.is_null() {
                constructor = Value::UNDEFINED;
            }
        }
        if constructor.is_undefined() {
            return self.array_create(length, None);
        }
        match constructor.as_object().filter(|c| c.is_constructor()) {
            Some(c) => self.construct(c, &[Value::number(length)], None),
            None => Err(self.type_error("object.constructor[Symbol.species] is not a constructor")),
        }
    }

    /// 10.4.2.4 ArraySetLength
    fn array_set_length(&self, o: Obj, descriptor: &PropertyDescriptor) -> Res<bool> {
        let Some(value) = descriptor.value else {
            return Ok(self.rt.define_own(o, self.names().length, descriptor)?);
        };
        let length = self.to_uint32(value)?;
        if f64::from(length) != self.to_number(value)? {
            return Err(self.range_error("Invalid array length"));
        }
        let mut descriptor = *descriptor;
        descriptor.value = Some(Value::number(f64::from(length)));
        Ok(self.rt.define_own(o, self.names().length, &descriptor)?)
    }

    /// 23.1.3.2.1 IsConcatSpreadable
    pub fn is_concat_spreadable(&self, value: Value) -> Res<bool> {
        let Some(o) = value.as_object() else {
            return Ok(false);
        };
        let spreadable = self.get(o, self.symbols().is_concat_spreadable)?;
        if !spreadable.is_undefined() {
            return Ok(spreadable.to_boolean());
        }
        self.is_array(value)
    }

    /// Whether `o` is an array whose elements are found without looking at its prototypes or at getters: holes and indices
    /// behind the end are then undefined, as long as no code runs.
    pub fn is_plain_array(&self, o: Obj) -> bool {
        o.class() == Class::Array
            && o.proto() == Some(self.intrinsic(crate::realm::Intrinsic::ArrayPrototype))
            && self.array_prototypes_are_plain()
    }

    /// Whether neither %Array.prototype% nor %Object.prototype% have elements.
    pub fn array_prototypes_are_plain(&self) -> bool {
        let array = self.intrinsic(crate::realm::Intrinsic::ArrayPrototype);
        let object = self.intrinsic(crate::realm::Intrinsic::ObjectPrototype);
        array.proto() == Some(object)
            && self.rt.next_element(array, 0).is_none()
            && self.rt.next_element(object, 0).is_none()
    }
}
