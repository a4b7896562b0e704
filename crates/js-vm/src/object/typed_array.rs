//! 10.4.5 TypedArray Exotic Objects.

use super::Step;
use crate::error::Res;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Attrs, ElementType, List, Obj, Own, PropertyDescriptor, PropertyKey, TypedView, Value};

/// A typed array's view of its buffer.
#[inline]
fn view(o: Obj) -> Option<Gc<TypedView>> {
    o.payload_as::<TypedView>()
}

/// Whether the elements of a typed array cannot be written: its buffer is immutable.
#[inline]
fn is_immutable(o: Obj) -> bool {
    view(o).is_some_and(|view| view.data().is_immutable())
}

impl Vm {
    /// 10.4.5.14 TypedArrayLength, 0 when the array is out of bounds
    #[inline]
    pub fn typed_array_length(&self, o: Obj) -> usize {
        view(o).and_then(|view| view.length()).unwrap_or(0)
    }

    /// 10.4.5.13 IsTypedArrayOutOfBounds: also when its buffer is detached
    pub fn is_typed_array_out_of_bounds(&self, o: Obj) -> bool {
        view(o).is_none_or(|view| view.is_out_of_bounds())
    }

    /// The length that 23.1.5.1 CreateArrayIterator uses.
    pub(crate) fn typed_array_iteration_length(&self, o: Obj) -> Res<f64> {
        match view(o).and_then(|view| view.length()) {
            Some(length) => Ok(length as f64),
            None => {
                Err(self.type_error("Cannot perform %ArrayIteratorPrototype%.next on a detached ArrayBuffer"))
            }
        }
    }

    /// 10.4.5.16 IsValidIntegerIndex: the index then
    #[inline]
    fn valid_index(&self, o: Obj, index: f64) -> Option<usize> {
        let length = self.typed_array_length(o) as f64;
        let is_valid = index >= 0.0 && index < length && index.fract() == 0.0 && !index.is_sign_negative();
        is_valid.then_some(index as usize)
    }

    /// 10.4.5.17 TypedArrayGetElement
    pub fn typed_array_get_element(&self, o: Obj, index: f64) -> Res<Value> {
        match (view(o), self.valid_index(o, index)) {
            (Some(view), Some(index)) => Ok(view.get(&self.rt, index)?.unwrap_or(Value::UNDEFINED)),
            _ => Ok(Value::UNDEFINED),
        }
    }

    /// The bits of `value` as an element of a typed array, which it is converted to.
    #[inline]
    pub fn typed_array_bits(&self, element: ElementType, value: Value) -> Res<u64> {
        if element.is_bigint() {
            let big = self.to_big_int(value)?;
            return Ok(element.encode_bigint(big.value()));
        }
        self.to_number(value).map(|number| element.encode(number))
    }

    /// 10.4.5.18 TypedArraySetElement
    pub fn typed_array_set_element(&self, o: Obj, index: f64, value: Value) -> Res<()> {
        let Some(view) = view(o) else {
            return Ok(());
        };
        let bits = self.typed_array_bits(view.element(), value)?;
        if let Some(index) = self.valid_index(o, index)
            && !view.data().is_immutable()
        {
            view.set_bits(index, bits);
        }
        Ok(())
    }

    /// An element for the interpreter, unless it is a BigInt or not there.
    #[inline]
    pub(crate) fn typed_array_element(&self, o: Obj, index: u32) -> Option<Value> {
        let view = view(o)?;
        if view.element().is_bigint() {
            return None;
        }
        view.get(&self.rt, index as usize).ok()?
    }

    /// Stores a number for the interpreter; whether that was possible without conversions.
    #[inline]
    pub(crate) fn typed_array_store(&self, o: Obj, index: u32, value: Value) -> bool {
        match (view(o), value.as_number()) {
            (Some(view), Some(number)) if !view.element().is_bigint() && !view.data().is_immutable() => {
                // Beyond the end there is nothing to do.
                view.set_bits(index as usize, view.element().encode(number));
                true
            }
            _ => false,
        }
    }

    /// 10.4.5.1 `[[PreventExtensions]]`
    pub(crate) fn typed_array_prevent_extensions(&self, o: Obj) -> Res<bool> {
        // 10.4.5.11 IsTypedArrayFixedLength
        let is_fixed = view(o).is_some_and(|view| {
            view.fixed_length().is_some() && (view.data().is_fixed_length() || view.data().is_shared())
        });
        if !is_fixed {
            return Ok(false);
        }
        self.rt.prevent_extensions(o)?;
        Ok(true)
    }

    /// 10.4.5.2 `[[GetOwnProperty]]`
    pub(crate) fn typed_array_get_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
    ) -> Res<Step<Option<PropertyDescriptor>>> {
        let Some(index) = self.canonical_numeric_index_string(key) else {
            return Ok(Step::Ordinary);
        };
        let value = self.typed_array_get_element(o, index)?;
        let attrs = if is_immutable(o) { Attrs::ENUMERABLE } else { Attrs::ALL };
        let found = (!value.is_undefined()).then(|| Own::Data(value, attrs).descriptor());
        Ok(Step::Done(found))
    }

    /// 10.4.5.3 `[[HasProperty]]`
    pub(crate) fn typed_array_has_property(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        match self.canonical_numeric_index_string(key) {
            Some(index) => Ok(Step::Done(self.valid_index(o, index).is_some())),
            None => Ok(Step::Ordinary),
        }
    }

    /// 10.4.5.4 `[[DefineOwnProperty]]`
    pub(crate) fn typed_array_define_own_property(
        &self,
        o: Obj,
        key: PropertyKey,
        descriptor: &PropertyDescriptor,
    ) -> Res<Step<bool>> {
        let Some(index) = self.canonical_numeric_index_string(key) else {
            return Ok(Step::Ordinary);
        };
        let mutable = !is_immutable(o);
        let refused = self.valid_index(o, index).is_none()
            || descriptor.configurable == Some(!mutable)
            || descriptor.enumerable == Some(false)
            || descriptor.is_accessor()
            || descriptor.writable == Some(!mutable);
        if refused {
            return Ok(Step::Done(false));
        }
        if let Some(value) = descriptor.value {
            if !mutable {
                return Ok(Step::Done(self.typed_array_get_element(o, index)?.same_value(value)));
            }
            self.typed_array_set_element(o, index, value)?;
        }
        Ok(Step::Done(true))
    }

    /// 10.4.5.5 `[[Get]]`
    pub(crate) fn typed_array_get(&self, o: Obj, key: PropertyKey) -> Res<Step<Value>> {
        match self.canonical_numeric_index_string(key) {
            Some(index) => self.typed_array_get_element(o, index).map(Step::Done),
            None => Ok(Step::Ordinary),
        }
    }

    /// 10.4.5.6 `[[Set]]`
    pub(crate) fn typed_array_set(
        &self,
        o: Obj,
        key: PropertyKey,
        value: Value,
        receiver: Value,
    ) -> Res<Step<bool>> {
        let Some(index) = self.canonical_numeric_index_string(key) else {
            return Ok(Step::Ordinary);
        };
        if receiver.as_object() == Some(o) {
            if is_immutable(o) {
                return Ok(Step::Done(false));
            }
            self.typed_array_set_element(o, index, value)?;
            return Ok(Step::Done(true));
        }
        if self.valid_index(o, index).is_none() {
            return Ok(Step::Done(true));
        }
        if is_immutable(o) {
            return Ok(Step::Done(false));
        }
        // An element is a writable data property.
        self.set_on_receiver(key, value, receiver).map(Step::Done)
    }

    /// 10.4.5.7 `[[Delete]]`
    pub(crate) fn typed_array_delete(&self, o: Obj, key: PropertyKey) -> Res<Step<bool>> {
        match self.canonical_numeric_index_string(key) {
            Some(index) => Ok(Step::Done(self.valid_index(o, index).is_none())),
            None => Ok(Step::Ordinary),
        }
    }

    /// 10.4.5.8 `[[OwnPropertyKeys]]`
    pub(crate) fn typed_array_own_property_keys(&self, o: Obj) -> Res<Gc<List>> {
        let length = self.typed_array_length(o);
        let keys = self.rt.list_with_capacity(length)?;
        for index in 0..length {
            keys.push(&self.rt, self.rt.number_to_str(index as f64)?.into())?;
        }
        self.rt.push_string_keys(o, keys)?;
        self.rt.push_symbol_keys(o, keys)?;
        Ok(keys)
    }
}
