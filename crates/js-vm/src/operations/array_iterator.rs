//! 23.1.5 Array Iterator Objects: what the interpreter does without calling their `next`.
//!
//! Internal slots: the array-like object (undefined at the end), the next index, and the kind.

use crate::error::Res;
use crate::realm::Intrinsic;
use crate::vm::Vm;
use js_rt::{Class, Obj, Own, Value};

const OBJECT: usize = 0;
const INDEX: usize = 1;
const KIND: usize = 2;

/// What an array iterator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum ArrayIteratorKind {
    /// Indices.
    Key,
    /// Values.
    Value,
    /// Arrays of index and value.
    KeyValue,
}

impl Vm {
    /// 23.1.5.1 CreateArrayIterator
    pub fn create_array_iterator(&self, array: Obj, kind: ArrayIteratorKind) -> Res<Obj> {
        let o = self
            .object_create(Some(self.intrinsic(Intrinsic::ArrayIteratorPrototype)), Class::ArrayIterator)?;
        let slots = self.rt.new_internal(3)?;
        o.set_payload(&self.rt, Value::from_cell(slots));
        slots.set(&self.rt, OBJECT, array.into());
        slots.set(&self.rt, INDEX, Value::int(0));
        slots.set(&self.rt, KIND, Value::int(kind as i32));
        Ok(o)
    }

    /// 23.1.5.2.1 %ArrayIteratorPrototype%.next, of an array iterator; `None` at the end
    pub fn array_iterator_step(&self, iterator: Obj) -> Res<Option<Value>> {
        let Some(array) = iterator.internal(OBJECT).as_object() else {
            return Ok(None);
        };
        let index = iterator.internal(INDEX).as_number().unwrap_or(0.0);
        let length = match array.class() {
            class if class.is_typed_array() => self.typed_array_iteration_length(array)?,
            _ => self.length_of_array_like(array)?,
        };
        if index >= length {
            iterator.set_internal(&self.rt, OBJECT, Value::UNDEFINED);
            return Ok(None);
        }
        iterator.set_internal(&self.rt, INDEX, Value::number(index + 1.0));
        let kind = iterator.internal(KIND);
        if kind == Value::int(ArrayIteratorKind::Key as i32) {
            return Ok(Some(Value::number(index)));
        }
        let value = match array.class() {
            class if class.is_typed_array() => self.typed_array_get_element(array, index)?,
            _ => self.get_index(array, index as u64)?,
        };
        if kind == Value::int(ArrayIteratorKind::Value as i32) {
            return Ok(Some(value));
        }
        Ok(Some(self.new_array(&[Value::number(index), value])?.into()))
    }

    /// Whether a step of an iterator is [`Vm::array_iterator_step`].
    #[inline]
    pub fn is_plain_array_iterator(&self, iterator: Obj, next: Value) -> bool {
        iterator.class() == Class::ArrayIterator && self.is_intrinsic(next, Intrinsic::ArrayIteratorNext)
    }

    /// Whether iterating over `o` gives its elements, all of which are there, and runs no code.
    pub fn is_plainly_iterable_array(&self, o: Obj) -> bool {
        if o.class() != Class::Array || o.proto() != Some(self.intrinsic(Intrinsic::ArrayPrototype)) {
            return false;
        }
        let length = o.array_length() as usize;
        let complete =
            o.dense().get(..length).is_some_and(|all| all.iter().all(|element| !element.get().is_empty()));
        complete
            && self.rt.get_own(o, self.symbols().iterator.into()).is_none()
            && self.array_iteration_is_plain()
    }

    /// Whether `Array.prototype[Symbol.iterator]` and the `next` of array iterators are the original ones.
    fn array_iteration_is_plain(&self) -> bool {
        let is = |o: Intrinsic, key: js_rt::PropertyKey, value: Intrinsic| match self
            .rt
            .get_own(self.intrinsic(o), key)
        {
            Some(Own::Data(found, _)) => self.is_intrinsic(found, value),
            _ => false,
        };
        is(Intrinsic::ArrayPrototype, self.symbols().iterator.into(), Intrinsic::ArrayValues)
            && is(Intrinsic::ArrayIteratorPrototype, self.names().next, Intrinsic::ArrayIteratorNext)
    }
}
