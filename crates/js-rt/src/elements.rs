//! Elements: properties by array index, and the `length` of arrays.

use crate::layout::{Slots, Sparse};
use crate::{Attrs, Class, Elements, Flags, JsObject, Obj, Own, Rt, Shp, Value};
use heap::{Gc, OutOfMemory};
use std::cell::Cell;

/// An element so far behind the others is kept in the sparse mode.
const GAP: usize = 1024;
/// Capacity for elements where there was none.
const FIRST_CAPACITY: usize = 4;

impl JsObject {
    /// The `length` of an array; 0 for other objects.
    #[inline]
    pub fn array_length(&self) -> u32 {
        if !self.is_array() {
            return 0;
        }
        match self.payload().as_int() {
            Some(length) => length as u32,
            None => self.payload().as_double().unwrap_or(0.0) as u32,
        }
    }

    /// Sets the `length` of an array, whose elements are below.
    #[inline]
    fn note_length(&self, rt: &Rt, length: u32) {
        self.set_payload(rt, Value::from(length));
    }

    /// Whether `[[Writable]]` of an array's `length` is true.
    #[inline]
    pub fn is_length_writable(&self) -> bool {
        !self.has_flag(Flags::LENGTH_READONLY)
    }

    /// The elements of an array that are certainly values below its length, in a row: none when there may be holes.
    #[inline]
    pub fn packed(&self) -> Option<&[Cell<Value>]> {
        if !self.is_array() || !self.elements_kind().is_packed() {
            return None;
        }
        self.dense().get(..self.array_length() as usize)
    }

    /// Reports that elements were put in another order: a collection may have seen some of the places only.
    #[inline]
    pub fn moved_elements(&self, rt: &Rt) {
        if let Some(slots) = self.elements_cell().downcast::<Slots>() {
            rt.heap().wrote(slots);
        }
    }
}

impl Rt {
    /// An array with these elements.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_array(&self, proto: Option<Obj>, values: &[Value]) -> Result<Obj, OutOfMemory> {
        let shape = self.root_shape(proto, Class::Array, 0)?;
        self.new_array_with(shape, values)
    }

    /// An array of a shape with these elements, `EMPTY` for holes.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_array_with(&self, shape: Shp, values: &[Value]) -> Result<Obj, OutOfMemory> {
        let array = self.new_object_with(shape)?;
        if values.is_empty() {
            return Ok(array);
        }
        let slots = self.new_slots(values.len())?;
        slots.values().iter().zip(values).for_each(|(slot, value)| slot.set(*value));
        self.take_elements(array, slots, values.len());
        Ok(array)
    }

    /// The same with values in cells: registers, a list.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_array_from_cells(&self, shape: Shp, values: &[Cell<Value>]) -> Result<Obj, OutOfMemory> {
        let array = self.new_object_with(shape)?;
        self.set_array_elements(array, values)?;
        Ok(array)
    }

    /// Gives an array without elements these.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn set_array_elements(&self, array: Obj, values: &[Cell<Value>]) -> Result<(), OutOfMemory> {
        if !values.is_empty() {
            let slots = self.new_slots(values.len())?;
            slots.values().iter().zip(values).for_each(|(slot, value)| slot.set(value.get()));
            self.take_elements(array, slots, values.len());
        }
        Ok(())
    }

    /// Gives a new array its elements.
    fn take_elements(&self, array: Obj, slots: Gc<Slots>, length: usize) {
        let kind =
            slots.values().iter().take(length).fold(0, |kind, slot| kind | Elements::needed(slot.get()));
        array.set_aux(array.aux() | kind);
        array.set_elements(self, slots);
        self.heap().wrote(slots);
        array.note_length(self, length as u32);
    }

    /// Has room for so many elements in a row, unless they are sparse.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve_elements(&self, object: Obj, capacity: u32) -> Result<(), OutOfMemory> {
        self.reserve_dense(object, capacity as usize)
    }

    fn reserve_dense(&self, object: Obj, capacity: usize) -> Result<(), OutOfMemory> {
        let old = object.dense();
        if capacity <= old.len() || object.sparse().is_some() {
            return Ok(());
        }
        let slots = self.new_slots(capacity)?;
        slots.values().iter().zip(object.dense()).for_each(|(to, from)| to.set(from.get()));
        self.heap().wrote(slots);
        object.set_elements(self, slots);
        Ok(())
    }

    /// The property by an index, if there is one.
    #[inline]
    pub(crate) fn own_element(&self, object: Obj, index: u32) -> Option<Own> {
        let value = object.element(index);
        if !value.is_empty() {
            return Some(Own::Data(value, Attrs::ALL));
        }
        let (value, attrs) = object.sparse()?.get(index)?;
        Some(Own::of(value, attrs))
    }

    /// Adds an element with all attributes, or overwrites a data property and makes it one with all attributes. An array's
    /// `length` grows along. Nobody asks whether the object is extensible, or its `length` writable.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn put_element(&self, object: Obj, index: u32, value: Value) -> Result<(), OutOfMemory> {
        if object.store_dense(self, index, value) {
            return Ok(());
        }
        self.add_element(object, index, value)
    }

    fn add_element(&self, object: Obj, index: u32, value: Value) -> Result<(), OutOfMemory> {
        if object.sparse().is_some() {
            return self.add_sparse(object, index, value, Attrs::ALL);
        }
        let (at, capacity) = (index as usize, object.dense().len());
        if at >= capacity {
            if at >= capacity + capacity / 2 + GAP {
                self.to_sparse(object)?;
                return self.add_sparse(object, index, value, Attrs::ALL);
            }
            self.reserve_dense(object, (capacity + capacity / 2).max(at + 1).max(FIRST_CAPACITY))?;
        }
        let elements = object.elements_cell().downcast::<Slots>();
        if let (Some(slot), Some(slots)) = (object.dense().get(at), elements) {
            slot.set(value);
            object.note_element(value);
            if value.is_cell() {
                Slots::wrote(slots, self, at);
            }
        }
        self.cover(object, index);
        Ok(())
    }

    /// Has an array's length, and its kind of elements, go with a new element.
    #[inline]
    fn cover(&self, object: Obj, index: u32) {
        if object.has_flag(Flags::PROTO_CACHED) {
            self.bump_proto_epoch();
        }
        if !object.is_array() {
            object.note_element(Value::EMPTY);
            return;
        }
        let length = object.array_length();
        if index >= length {
            if index > length {
                object.note_element(Value::EMPTY);
            }
            object.note_length(self, index + 1);
        }
    }

    fn add_sparse(&self, object: Obj, index: u32, value: Value, attrs: Attrs) -> Result<(), OutOfMemory> {
        let Some(sparse) = object.sparse() else { return Ok(()) };
        sparse.put(self, index, value, attrs)?;
        object.note_element(if attrs.is_accessor() { Value::UNDEFINED } else { value });
        self.cover(object, index);
        let len = sparse.len();
        if len >= 64 && len.is_power_of_two() {
            self.to_dense(object)?;
        }
        Ok(())
    }

    /// Adds or overwrites an element, with attributes. The value of an accessor property is the pair of its functions.
    ///
    /// # Errors
    /// When there is no memory.
    pub(crate) fn define_element(
        &self,
        object: Obj,
        index: u32,
        value: Value,
        attrs: Attrs,
    ) -> Result<(), OutOfMemory> {
        if attrs == Attrs::ALL && object.sparse().is_none() {
            return self.put_element(object, index, value);
        }
        self.to_sparse(object)?;
        self.add_sparse(object, index, value, attrs)
    }

    /// Keeps elements by index from now on.
    pub(crate) fn to_sparse(&self, object: Obj) -> Result<(), OutOfMemory> {
        if object.sparse().is_some() {
            return Ok(());
        }
        let sparse = self.alloc(Sparse::new())?;
        for (index, slot) in object.dense().iter().enumerate() {
            if !slot.get().is_empty() {
                sparse.put(self, index as u32, slot.get(), Attrs::ALL)?;
            }
        }
        object.set_aux(object.aux() | Elements::SPARSE);
        object.set_elements(self, sparse);
        Ok(())
    }

    /// Keeps elements in a row again, when that is worth it and all have the usual attributes.
    fn to_dense(&self, object: Obj) -> Result<(), OutOfMemory> {
        let Some(sparse) = object.sparse() else { return Ok(()) };
        let Some((last, ..)) = sparse.last() else { return Ok(()) };
        let capacity = last as usize + 1;
        if capacity > sparse.len() * 2 {
            return Ok(());
        }
        let slots = self.new_slots(capacity + capacity / 4)?;
        let mut from = 0;
        while let Some((index, value, attrs)) = sparse.next(from) {
            if attrs != Attrs::ALL {
                return Ok(());
            }
            slots.values()[index as usize].set(value);
            from = index + 1;
        }
        self.heap().wrote(slots);
        object.note_element(Value::EMPTY);
        object.set_aux(object.aux() & !Elements::SPARSE);
        object.set_elements(self, slots);
        Ok(())
    }

    /// Deletes an element that is configurable; whether it is gone.
    pub(crate) fn delete_element(&self, object: Obj, index: u32) -> bool {
        if let Some(slot) = object.dense().get(index as usize) {
            slot.set(Value::EMPTY);
            object.note_element(Value::EMPTY);
            return true;
        }
        let Some(sparse) = object.sparse() else { return true };
        match sparse.get(index) {
            Some((_, attrs)) if !attrs.is_configurable() => false,
            _ => {
                sparse.remove(self, index);
                object.note_element(Value::EMPTY);
                true
            }
        }
    }

    /// Appends an element to an array that is extensible, with a writable `length` below 2^32 - 1.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn array_append(&self, array: Obj, value: Value) -> Result<(), OutOfMemory> {
        self.add_element(array, array.array_length(), value)
    }

    /// 10.4.2.4 ArraySetLength from step 7 on, without a look at whether `length` is writable: sets it, deleting elements. True
    /// unless one that is not configurable is left, as the last.
    pub fn array_set_length(&self, array: Obj, length: u32) -> bool {
        let old = array.array_length();
        if length >= old {
            if length > old {
                array.note_element(Value::EMPTY);
            }
            array.note_length(self, length);
            return true;
        }
        if let Some(sparse) = array.sparse() {
            while let Some((index, _, attrs)) = sparse.last().filter(|(index, ..)| *index >= length) {
                if !attrs.is_configurable() {
                    array.note_length(self, index + 1);
                    return false;
                }
                sparse.remove(self, index);
            }
        } else {
            self.truncate_dense(array, length as usize);
        }
        array.note_length(self, length);
        true
    }

    fn truncate_dense(&self, array: Obj, length: usize) {
        let dense = array.dense();
        if length == 0 {
            array.set_elements(self, self.common.slots);
            return;
        }
        if dense.len() > 64
            && length < dense.len() / 4
            && let Ok(slots) = self.new_slots(length + length / 4)
        {
            slots.values().iter().zip(&array.dense()[..length]).for_each(|(to, from)| to.set(from.get()));
            self.heap().wrote(slots);
            array.set_elements(self, slots);
            return;
        }
        dense.iter().skip(length).for_each(|slot| slot.set(Value::EMPTY));
    }

    /// Removes the last element of an array that is packed; `None` when it is empty, or may have holes, or may not shrink.
    #[inline]
    pub fn array_pop(&self, array: Obj) -> Option<Value> {
        let last = array.packed().filter(|_| array.is_length_writable())?.last()?;
        let value = last.replace(Value::EMPTY);
        array.note_length(self, array.array_length() - 1);
        Some(value)
    }

    /// Removes the first element of an array that is packed; `None` when it is empty, or may have holes, or may not shrink.
    pub fn array_shift(&self, array: Obj) -> Option<Value> {
        let first = array.packed().filter(|_| array.is_length_writable())?.first()?.get();
        let (slots, length) = (array.elements_cell().downcast::<Slots>()?, array.array_length());
        slots.copy_within(1, 0, length as usize - 1);
        array.moved_elements(self);
        slots.values().get(length as usize - 1)?.set(Value::EMPTY);
        array.note_length(self, length - 1);
        Some(first)
    }

    /// Puts values in front of the elements of an array that is packed, extensible, and whose `length` is writable and stays below
    /// 2^32; whether it is.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn array_unshift(&self, array: Obj, values: &[Cell<Value>]) -> Result<bool, OutOfMemory> {
        let length = array.array_length() as usize;
        if array.packed().is_none() || !array.is_length_writable() || !array.is_extensible() {
            return Ok(false);
        }
        if length + values.len() >= u32::MAX as usize {
            return Ok(false);
        }
        let capacity = array.dense().len();
        if length + values.len() > capacity {
            self.reserve_dense(array, (capacity + capacity / 2).max(length + values.len()))?;
        }
        let Some(slots) = array.elements_cell().downcast::<Slots>() else { return Ok(false) };
        slots.copy_within(0, values.len(), length);
        for (slot, value) in slots.values().iter().zip(values) {
            slot.set(value.get());
            array.note_element(value.get());
        }
        self.heap().wrote(slots);
        array.note_length(self, (length + values.len()) as u32);
        Ok(true)
    }

    /// The smallest index at `from` or behind it that has an element.
    pub fn next_element(&self, object: Obj, from: u32) -> Option<u32> {
        if let Some(sparse) = object.sparse() {
            return sparse.next(from).map(|(index, ..)| index);
        }
        let rest = object.dense().get(from as usize..)?;
        rest.iter().position(|slot| !slot.get().is_empty()).map(|at| from + at as u32)
    }

    /// Has no element be configurable any more, nor writable if `frozen`.
    pub(crate) fn restrict_elements(&self, object: Obj, frozen: bool) -> Result<(), OutOfMemory> {
        if self.next_element(object, 0).is_none() {
            return Ok(());
        }
        self.to_sparse(object)?;
        if let Some(sparse) = object.sparse() {
            sparse.map_attrs(|attrs| if frozen { attrs.frozen() } else { attrs.sealed() });
        }
        Ok(())
    }
}
