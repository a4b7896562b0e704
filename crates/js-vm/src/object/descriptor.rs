//! 6.2.6 The Property Descriptor Specification Type.

use crate::error::Res;
use crate::vm::Vm;
use js_rt::{Attrs, Class, Obj, Own, PropertyDescriptor, PropertyKey, Value};

impl Vm {
    /// 6.2.6.4 FromPropertyDescriptor
    pub fn from_property_descriptor(&self, descriptor: Option<&PropertyDescriptor>) -> Res<Value> {
        let Some(descriptor) = descriptor else {
            return Ok(Value::UNDEFINED);
        };
        let o = self.new_object()?;
        let names = self.names();
        let fields = [
            (names.value, descriptor.value),
            (names.writable, descriptor.writable.map(Value::bool)),
            (names.get, descriptor.get),
            (names.set, descriptor.set),
            (names.enumerable, descriptor.enumerable.map(Value::bool)),
            (names.configurable, descriptor.configurable.map(Value::bool)),
        ];
        for (key, value) in fields {
            if let Some(value) = value {
                self.rt.add(o, key, value, Attrs::ALL)?;
            }
        }
        Ok(o.into())
    }

    /// A field of an object that describes a property, if it has it.
    fn descriptor_field(&self, o: Obj, key: PropertyKey) -> Res<Option<Value>> {
        // One look where no code can run, instead of two.
        if o.class() != Class::Proxy
            && let Some(Own::Data(value, _)) = self.own(o, key)?
        {
            return Ok(Some(value));
        }
        if self.has_property(o, key)? { self.get(o, key).map(Some) } else { Ok(None) }
    }

    /// 6.2.6.5 ToPropertyDescriptor
    pub fn to_property_descriptor(&self, value: Value) -> Res<PropertyDescriptor> {
        let Some(o) = value.as_object() else {
            let text = self.describe_value(value);
            return Err(self.type_error(format_args!("Property description must be an object: {text}")));
        };
        let names = self.names();
        let enumerable = self.descriptor_field(o, names.enumerable)?.map(Value::to_boolean);
        let configurable = self.descriptor_field(o, names.configurable)?.map(Value::to_boolean);
        let value = self.descriptor_field(o, names.value)?;
        let writable = self.descriptor_field(o, names.writable)?.map(Value::to_boolean);
        let get = self.descriptor_function(o, names.get, "Getter")?;
        let set = self.descriptor_function(o, names.set, "Setter")?;
        if (get.is_some() || set.is_some()) && (value.is_some() || writable.is_some()) {
            let text = self.describe_value(o.into());
            return Err(self.type_error(format_args!(
                "Invalid property descriptor. Cannot both specify accessors and a value or writable attribute, {text}"
            )));
        }
        Ok(PropertyDescriptor { value, writable, get, set, enumerable, configurable })
    }

    fn descriptor_function(&self, o: Obj, key: PropertyKey, what: &str) -> Res<Option<Value>> {
        let function = self.descriptor_field(o, key)?;
        match function {
            Some(f) if !f.is_undefined() && !self.is_callable(f) => {
                let text = self.describe_value(f);
                Err(self.type_error(format_args!("{what} must be a function: {text}")))
            }
            function => Ok(function),
        }
    }

    /// 10.1.6.2 IsCompatiblePropertyDescriptor: 10.1.6.3 ValidateAndApplyPropertyDescriptor without an object. `current` is
    /// complete.
    pub(crate) fn is_compatible_property_descriptor(
        &self,
        extensible: bool,
        descriptor: &PropertyDescriptor,
        current: Option<&PropertyDescriptor>,
    ) -> bool {
        let Some(current) = current else {
            return extensible;
        };
        if current.configurable == Some(true) {
            return true;
        }
        if descriptor.configurable == Some(true)
            || descriptor.enumerable.is_some_and(|enumerable| Some(enumerable) != current.enumerable)
        {
            return false;
        }
        let is_data = descriptor.value.is_some() || descriptor.writable.is_some();
        if current.is_accessor() {
            return !is_data
                && unchanged(descriptor.get, current.get)
                && unchanged(descriptor.set, current.set);
        }
        if descriptor.is_accessor() {
            return false;
        }
        current.writable == Some(true)
            || (descriptor.writable != Some(true) && unchanged(descriptor.value, current.value))
    }
}

/// Whether a field is absent or has the value it has already.
fn unchanged(new: Option<Value>, old: Option<Value>) -> bool {
    match (new, old) {
        (Some(new), Some(old)) => new.same_value(old),
        _ => true,
    }
}
