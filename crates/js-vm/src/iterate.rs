//! Iteration as the interpreter's instructions do it, with arrays walked in place.
//!
//! An iterator is two values: the object and its `next` method. Where walking an array cannot be told from walking it by
//! `ArrayIterator.prototype.next`, they are the array and the number of the next element instead.

use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use js_rt::{Class, Obj, Value};
use std::cell::Cell;

impl Vm {
    /// 7.4.4 GetIterator ( obj, sync )
    pub(crate) fn open_iterator(&self, iterable: Value) -> Res<(Value, Value)> {
        if let Some(array) = iterable.as_object()
            && array.class() == Class::Array
            && self.arrays_iterate_plainly(array)
        {
            return Ok((iterable, Value::int(0)));
        }
        self.open_plain_iterator(iterable)
    }

    /// The same, always with the iterator object and its method, which `yield*` calls.
    pub(crate) fn open_plain_iterator(&self, iterable: Value) -> Res<(Value, Value)> {
        let method = match self.get_method(iterable, self.symbols().iterator) {
            Ok(method) if !method.is_undefined() => method,
            Ok(_) => return Err(self.no_iterator(iterable)),
            Err(thrown) if iterable.is_nullish() => {
                let _ = self.catch(thrown)?;
                return Err(self.no_iterator(iterable));
            }
            Err(thrown) => return Err(thrown),
        };
        let iterator = self.call(method, iterable, &[])?;
        self.iterator_of(iterator)
    }

    fn iterator_of(&self, iterator: Value) -> Res<(Value, Value)> {
        let Some(object) = iterator.as_object() else {
            let what = self.describe_value(iterator);
            return Err(self
                .type_error(format_args!("Result of the Symbol.iterator method is not an object: {what}")));
        };
        let next = self.get(object, self.names().next)?;
        Ok((iterator, next))
    }

    #[cold]
    fn no_iterator(&self, value: Value) -> Throw {
        let what = self.describe_callee(value);
        self.type_error(format_args!("{what} is not iterable"))
    }

    /// 7.4.4 GetIterator ( obj, async )
    pub(crate) fn open_async_iterator(&self, iterable: Value) -> Res<(Value, Value)> {
        let method = self.get_method(iterable, self.symbols().async_iterator)?;
        if method.is_undefined() {
            let method = self.get_method(iterable, self.symbols().iterator)?;
            if method.is_undefined() {
                return Err(self.no_iterator(iterable));
            }
            let sync = self.call(method, iterable, &[])?;
            let (object, next) = self.iterator_of(sync)?;
            return self.create_async_from_sync_iterator(object, next);
        }
        let iterator = self.call(method, iterable, &[])?;
        self.iterator_of(iterator)
    }

    /// Whether `array[Symbol.iterator]` is the original method, and that makes original iterators.
    fn arrays_iterate_plainly(&self, array: Obj) -> bool {
        let proto = self.intrinsic(Intrinsic::ArrayPrototype);
        if array.proto() != Some(proto) || array.shape().lookup(self.symbols().iterator.into()).is_some() {
            return false;
        }
        self.plain_methods(proto)
    }

    /// Whether the two methods have their original values.
    fn plain_methods(&self, proto: Obj) -> bool {
        let iterator = self.intrinsic(Intrinsic::ArrayIteratorPrototype);
        let method = |object: Obj, key: js_rt::PropertyKey| {
            object.shape().lookup(key).map_or(Value::EMPTY, |(slot, _)| object.slot(slot))
        };
        method(proto, self.symbols().iterator.into()) == self.intrinsic(Intrinsic::ArrayValues).into()
            && method(iterator, self.names().next) == self.intrinsic(Intrinsic::ArrayIteratorNext).into()
    }

    /// The next value of an iterator in two cells; undefined in the first when it is done or has thrown.
    #[inline]
    pub(crate) fn next_of(&self, object: &Cell<Value>, next: &Cell<Value>) -> Res<Option<Value>> {
        if let (Some(index), Some(array)) = (next.get().as_int(), object.get().as_object()) {
            let element = array.element(index as u32);
            if !element.is_empty() && index < array.payload().as_int().unwrap_or(0) {
                next.set(Value::int(index + 1));
                return Ok(Some(element));
            }
            return self.next_element(array, object, next, index);
        }
        self.next_slow(object, next)
    }

    /// The next element of an array that has a hole there, or ends there.
    #[cold]
    fn next_element(
        &self,
        array: Obj,
        object: &Cell<Value>,
        next: &Cell<Value>,
        index: i32,
    ) -> Res<Option<Value>> {
        let length = array.payload().as_number().unwrap_or(0.0);
        if f64::from(index) >= length {
            object.set(Value::UNDEFINED);
            return Ok(None);
        }
        if index == i32::MAX {
            object.set(Value::UNDEFINED);
            return Err(self.range_error("Invalid array length"));
        }
        next.set(Value::int(index + 1));
        match self.get(array, js_rt::PropertyKey::index(index as u32)) {
            Ok(value) => Ok(Some(value)),
            Err(thrown) => {
                object.set(Value::UNDEFINED);
                Err(thrown)
            }
        }
    }

    fn next_slow(&self, object: &Cell<Value>, next: &Cell<Value>) -> Res<Option<Value>> {
        let iterator = object.get();
        if iterator.is_undefined() {
            return Ok(None);
        }
        let step = self.iterator_step_raw(iterator, next.get());
        if !matches!(step, Ok(Some(_))) {
            object.set(Value::UNDEFINED);
        }
        step
    }

    fn iterator_step_raw(&self, iterator: Value, next: Value) -> Res<Option<Value>> {
        if let Some(step) = iterator.as_object().and_then(|iterator| self.native_step(iterator, next)) {
            return step;
        }
        let result = self.call(next, iterator, &[])?;
        let Some(result) = result.as_object() else {
            let what = self.describe_value(result);
            return Err(self.type_error(format_args!("Iterator result {what} is not an object")));
        };
        if self.get(result, self.names().done)?.to_boolean() {
            return Ok(None);
        }
        self.get(result, self.names().value).map(Some)
    }

    /// 7.4.11 IteratorClose, after a normal completion or a throw.
    pub(crate) fn close_registers(&self, object: Value, next: Value, threw: bool) -> Res<()> {
        // An array's iterator has no `return`, unless somebody added one to its prototypes.
        let Some(iterator) = object.as_object() else { return Ok(()) };
        let iterator =
            if next.is_int() { self.intrinsic(Intrinsic::ArrayIteratorPrototype) } else { iterator };
        let closed = self.close_object(iterator);
        if threw {
            return match closed {
                Err(thrown @ crate::error::Throw::Stop(_)) => Err(thrown),
                Err(thrown) => self.catch(thrown).map(|_| ()),
                Ok(_) => Ok(()),
            };
        }
        match closed? {
            Some(result) if !result.is_object() => {
                let what = self.describe_value(result);
                Err(self.type_error(format_args!("Iterator result {what} is not an object")))
            }
            _ => Ok(()),
        }
    }

    fn close_object(&self, iterator: Obj) -> Res<Option<Value>> {
        let method = self.get_method(iterator.into(), self.names().return_)?;
        if method.is_undefined() { Ok(None) } else { self.call(method, iterator.into(), &[]).map(Some) }
    }
}
