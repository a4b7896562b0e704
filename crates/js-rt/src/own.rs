//! Own properties of ordinary objects and arrays: everything of 10.1 and 10.4.2 that runs no code.

use crate::descriptor::{Own, PropertyDescriptor, Verdict, validate};
use crate::layout::Accessor;
use crate::{Attrs, Flags, Obj, PropertyKey, Rt, Value};
use heap::{Gc, OutOfMemory};

/// More properties than this make an object a dictionary.
const MOST_SHARED: u32 = 128;

impl Rt {
    /// 10.1.5 `[[GetOwnProperty]]` of ordinary objects and arrays.
    #[inline]
    pub fn get_own(&self, object: Obj, key: PropertyKey) -> Option<Own> {
        if let Some(index) = key.as_index() {
            return self.own_element(object, index);
        }
        if let Some((slot, attrs)) = object.shape().lookup(key) {
            return Some(Own::of(object.slot(slot), attrs));
        }
        if key == self.names.length && object.is_array() {
            let attrs = if object.is_length_writable() { Attrs::WRITABLE } else { Attrs::NONE };
            return Some(Own::Data(object.payload(), attrs));
        }
        None
    }

    /// The value of an own data property, `EMPTY` without one (and when it is to be made first).
    #[inline]
    pub fn get_own_data(&self, object: Obj, key: PropertyKey) -> Value {
        match self.get_own(object, key) {
            Some(Own::Data(value, _)) => value,
            _ => Value::EMPTY,
        }
    }

    /// Whether there is an own property.
    #[inline]
    pub fn has_own(&self, object: Obj, key: PropertyKey) -> bool {
        self.get_own(object, key).is_some()
    }

    /// The slot of a lazy property: an own data property whose value is to be made first.
    #[inline]
    pub fn lazy_slot(&self, object: Obj, key: PropertyKey) -> Option<u32> {
        if key.is_index() {
            return None;
        }
        let (slot, attrs) = object.shape().lookup(key)?;
        (!attrs.is_accessor() && object.slot(slot).is_empty()).then_some(slot)
    }

    /// 10.1.6 `[[DefineOwnProperty]]` of ordinary objects, 10.4.2.1 of arrays. For the `length` of an array, `[[Value]]` is a
    /// number already, and a valid length. Lazy properties are made first.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn define_own(
        &self,
        object: Obj,
        key: PropertyKey,
        desc: &PropertyDescriptor,
    ) -> Result<bool, OutOfMemory> {
        if object.is_array() {
            if key == self.names.length {
                return Ok(self.define_array_length(object, desc));
            }
            if let Some(index) = key.as_index()
                && index >= object.array_length()
                && !object.is_length_writable()
            {
                return Ok(false);
            }
        }
        self.define_own_ordinary(object, key, desc)
    }

    /// 10.1.6.1 OrdinaryDefineOwnProperty, for an object that is extensible or not as its flag says.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn define_own_ordinary(
        &self,
        object: Obj,
        key: PropertyKey,
        desc: &PropertyDescriptor,
    ) -> Result<bool, OutOfMemory> {
        let current = self.get_own(object, key);
        let record = current.map(|own| own.descriptor());
        match validate(object.is_extensible(), desc, record.as_ref()) {
            Verdict::Reject => Ok(false),
            Verdict::Nothing => Ok(true),
            Verdict::Apply => {
                let (value, attrs) = self.merged(desc, current)?;
                self.put(object, key, value, attrs, current.is_some())?;
                Ok(true)
            }
        }
    }

    /// What a property's slot and attributes are after a change that is allowed.
    fn merged(&self, desc: &PropertyDescriptor, current: Option<Own>) -> Result<(Value, Attrs), OutOfMemory> {
        let before = current.map_or(Attrs::NONE, |own| own.attrs());
        let attrs = desc.attrs(before);
        let value = match current {
            _ if attrs.is_accessor() => {
                let (get, set) = match current {
                    Some(Own::Accessor(get, set, _)) => (get, set),
                    _ => (Value::UNDEFINED, Value::UNDEFINED),
                };
                self.new_accessor(desc.get.unwrap_or(get), desc.set.unwrap_or(set)).map(Value::from_cell)?
            }
            Some(Own::Data(value, _)) => desc.value.unwrap_or(value),
            _ => desc.value.unwrap_or(Value::UNDEFINED),
        };
        Ok((value, attrs))
    }

    /// Sets slot and attributes of a property, which may be there.
    fn put(
        &self,
        object: Obj,
        key: PropertyKey,
        value: Value,
        attrs: Attrs,
        there: bool,
    ) -> Result<(), OutOfMemory> {
        if let Some(index) = key.as_index() {
            return self.define_element(object, index, value, attrs);
        }
        if !there {
            return self.add(object, key, value, attrs);
        }
        if let Some((slot, before)) = object.shape().lookup(key) {
            if before != attrs {
                self.reconfigure(object, slot, key, attrs)?;
            }
            object.set_slot(self, slot, value);
        }
        Ok(())
    }

    /// 10.4.2.4 ArraySetLength, `[[Value]]` being a valid length.
    fn define_array_length(&self, array: Obj, desc: &PropertyDescriptor) -> bool {
        let Some(current) = self.get_own(array, self.names.length) else { return false };
        match validate(array.is_extensible(), desc, Some(&current.descriptor())) {
            Verdict::Reject => return false,
            Verdict::Nothing => return true,
            Verdict::Apply => {}
        }
        let done = match desc.value.and_then(Value::as_number) {
            Some(length) => self.array_set_length(array, length as u32),
            None => true,
        };
        if desc.writable == Some(false) {
            array.set_flag(Flags::LENGTH_READONLY);
        }
        done
    }

    /// Adds a property that is not there. `EMPTY` makes it lazy; an accessor's value is an [`Accessor`]. Nobody asks whether
    /// the object is extensible. For an array's elements the `length` grows along.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn add(&self, object: Obj, key: PropertyKey, value: Value, attrs: Attrs) -> Result<(), OutOfMemory> {
        if let Some(index) = key.as_index() {
            return self.define_element(object, index, value, attrs);
        }
        let mut shape = object.shape();
        if !shape.is_dictionary() {
            if shape.len() < MOST_SHARED {
                let child = self.add_transition(shape, key, attrs)?;
                return object.add_with_shape(self, child, value);
            }
            shape = self.to_dictionary(object)?;
        }
        self.add_to_dictionary(object, shape, key, value, attrs)
    }

    /// Adds an accessor property that is not there.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn add_accessor(
        &self,
        object: Obj,
        key: PropertyKey,
        pair: Gc<Accessor>,
        attrs: Attrs,
    ) -> Result<(), OutOfMemory> {
        let attrs = attrs.without(Attrs::WRITABLE).with(Attrs::ACCESSOR);
        self.add(object, key, Value::from_cell(pair), attrs)
    }

    /// The same, with the functions.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn add_getter_setter(
        &self,
        object: Obj,
        key: PropertyKey,
        get: Value,
        set: Value,
        attrs: Attrs,
    ) -> Result<(), OutOfMemory> {
        self.add_accessor(object, key, self.new_accessor(get, set)?, attrs)
    }

    /// Makes a data property with all attributes, be it there or not, whatever it was: for objects that nobody else has seen.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn put_own(&self, object: Obj, key: PropertyKey, value: Value) -> Result<(), OutOfMemory> {
        self.put_own_with(object, key, value, Attrs::ALL)
    }

    /// Makes a data property with these attributes, be it there or not, whatever it was.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn put_own_with(
        &self,
        object: Obj,
        key: PropertyKey,
        value: Value,
        attrs: Attrs,
    ) -> Result<(), OutOfMemory> {
        let there = !key.is_index() && object.shape().lookup(key).is_some();
        self.put(object, key, value, attrs, there)
    }

    /// 10.1.10 `[[Delete]]` of ordinary objects and arrays.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn delete(&self, object: Obj, key: PropertyKey) -> Result<bool, OutOfMemory> {
        if let Some(index) = key.as_index() {
            return Ok(self.delete_element(object, index));
        }
        let Some((slot, attrs)) = object.shape().lookup(key) else {
            return Ok(!(key == self.names.length && object.is_array()));
        };
        if !attrs.is_configurable() {
            return Ok(false);
        }
        if let Some(parent) = object.shape().before(key) {
            object.set_slot(self, slot, Value::EMPTY);
            object.set_shape(self, parent);
            return Ok(true);
        }
        let shape = self.to_dictionary(object)?;
        let shape = self.unwatch(object, shape)?;
        shape.table().delete(slot);
        object.set_slot(self, slot, Value::EMPTY);
        if object.has_flag(Flags::PROTO_CACHED) {
            self.bump_proto_epoch();
        }
        Ok(true)
    }
}
