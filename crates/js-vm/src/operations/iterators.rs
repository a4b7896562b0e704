//! 7.4 Operations on Iterator Objects.

use crate::error::{Res, Throw};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Attrs, Class, DEFAULT_INLINE, List, Obj, Value};
use std::cell::Cell;

/// 7.4.1 Iterator Records
#[derive(Clone, Debug)]
pub struct IteratorRecord {
    /// `[[Iterator]]`
    pub iterator: Obj,
    /// `[[NextMethod]]`
    pub next: Value,
    /// `[[Done]]`
    pub done: Cell<bool>,
}

/// The kind of GetIterator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IteratorKind {
    /// `Symbol.iterator`
    Sync,
    /// `Symbol.asyncIterator`, or an adapted sync iterator
    Async,
}

impl Vm {
    /// 7.4.2 GetIteratorDirect
    pub fn get_iterator_direct(&self, iterator: Obj) -> Res<IteratorRecord> {
        let next = self.get(iterator, self.names().next)?;
        Ok(IteratorRecord { iterator, next, done: Cell::new(false) })
    }

    /// 7.4.3 GetIteratorFromMethod
    pub fn get_iterator_from_method(&self, value: Value, method: Value) -> Res<IteratorRecord> {
        let iterator = self.call(method, value, &[])?;
        match iterator.as_object() {
            Some(iterator) => self.get_iterator_direct(iterator),
            None => {
                let text = self.describe_value(iterator);
                Err(self.type_error(format_args!(
                    "Result of the Symbol.iterator method is not an object: {text}"
                )))
            }
        }
    }

    /// 7.4.4 GetIterator
    pub fn get_iterator(&self, value: Value, kind: IteratorKind) -> Res<IteratorRecord> {
        if kind == IteratorKind::Async {
            let method = self.get_method(value, self.symbols().async_iterator)?;
            if !method.is_undefined() {
                return self.get_iterator_from_method(value, method);
            }
            let sync = self.get_sync_iterator(value, "async iterable")?;
            let (iterator, next) = self.create_async_from_sync_iterator(sync.iterator.into(), sync.next)?;
            return match iterator.as_object() {
                Some(iterator) => Ok(IteratorRecord { iterator, next, done: Cell::new(false) }),
                None => Err(self.not_iterable(value, "async iterable")),
            };
        }
        self.get_sync_iterator(value, "iterable")
    }

    fn get_sync_iterator(&self, value: Value, what: &str) -> Res<IteratorRecord> {
        if value.is_nullish() {
            return Err(self.not_iterable(value, what));
        }
        let method = self.get_value(value, self.symbols().iterator)?;
        if !self.is_callable(method) {
            return Err(self.not_iterable(value, what));
        }
        self.get_iterator_from_method(value, method)
    }

    #[cold]
    pub(crate) fn not_iterable(&self, value: Value, what: &str) -> Throw {
        let kind = value.type_of();
        let text = match value.is_null() || value.is_number() || value.is_bool() || value.is_string() {
            true => format!("{kind} {}", self.describe_callee(value)),
            false => kind.into(),
        };
        self.type_error(format_args!("{text} is not {what} (cannot read property Symbol(Symbol.iterator))"))
    }

    /// 27.1.6.1 CreateAsyncFromSyncIterator; internal slots: iterator and `next` of the sync iterator
    pub fn create_async_from_sync_iterator(&self, iterator: Value, next: Value) -> Res<(Value, Value)> {
        let proto = self.intrinsic(Intrinsic::AsyncFromSyncIteratorPrototype);
        let o = self.object_create(Some(proto), Class::AsyncFromSyncIterator)?;
        let slots = self.rt.internal_from(&[iterator, next])?;
        o.set_payload(&self.rt, Value::from_cell(slots));
        let next = self.get(o, self.names().next)?;
        Ok((o.into(), next))
    }

    /// 7.4.5 GetIteratorFlattenable; `strings` says whether primitive strings are iterated
    pub fn get_iterator_flattenable(&self, value: Value, strings: bool) -> Res<IteratorRecord> {
        if !(value.is_object() || strings && value.is_string()) {
            let text = self.describe_value(value);
            return Err(self.type_error(format_args!("{text} is not an object")));
        }
        let method = self.get_method(value, self.symbols().iterator)?;
        let iterator = if method.is_undefined() { value } else { self.call(method, value, &[])? };
        match iterator.as_object() {
            Some(iterator) => self.get_iterator_direct(iterator),
            None => {
                let text = self.describe_value(iterator);
                Err(self.type_error(format_args!("{text} is not an object")))
            }
        }
    }

    /// 7.4.6 IteratorNext
    pub fn iterator_next(&self, record: &IteratorRecord, value: Option<Value>) -> Res<Obj> {
        let result = match value {
            None => self.call(record.next, record.iterator.into(), &[]),
            Some(value) => self.call(record.next, record.iterator.into(), &[value]),
        };
        match result {
            Ok(result) => match result.as_object() {
                Some(result) => Ok(result),
                None => {
                    record.done.set(true);
                    Err(self.not_a_result(result))
                }
            },
            Err(thrown) => {
                record.done.set(true);
                Err(thrown)
            }
        }
    }

    #[cold]
    pub(crate) fn not_a_result(&self, result: Value) -> Throw {
        let text = self.describe_value(result);
        self.type_error(format_args!("Iterator result {text} is not an object"))
    }

    /// 7.4.7 IteratorComplete
    #[inline]
    pub fn iterator_complete(&self, result: Obj) -> Res<bool> {
        Ok(self.get(result, self.names().done)?.to_boolean())
    }

    /// 7.4.8 IteratorValue
    #[inline]
    pub fn iterator_value(&self, result: Obj) -> Res<Value> {
        self.get(result, self.names().value)
    }

    /// 7.4.9 IteratorStep
    pub fn iterator_step(&self, record: &IteratorRecord) -> Res<Option<Obj>> {
        let result = self.iterator_next(record, None)?;
        match self.iterator_complete(result) {
            Ok(false) => Ok(Some(result)),
            Ok(true) => {
                record.done.set(true);
                Ok(None)
            }
            Err(thrown) => {
                record.done.set(true);
                Err(thrown)
            }
        }
    }

    /// 7.4.10 IteratorStepValue
    pub fn iterator_step_value(&self, record: &IteratorRecord) -> Res<Option<Value>> {
        if let Some(step) = self.native_step(record.iterator, record.next) {
            if !matches!(step, Ok(Some(_))) {
                record.done.set(true);
            }
            return step;
        }
        let Some(result) = self.iterator_step(record)? else {
            return Ok(None);
        };
        match self.iterator_value(result) {
            Ok(value) => Ok(Some(value)),
            Err(thrown) => {
                record.done.set(true);
                Err(thrown)
            }
        }
    }

    /// 7.4.11 IteratorClose. Errors that nobody may catch run no code of the iterator.
    pub fn iterator_close<T>(&self, record: &IteratorRecord, completion: Res<T>) -> Res<T> {
        match completion {
            Ok(value) => {
                self.close_iterator(record.iterator)?;
                Ok(value)
            }
            Err(thrown) => {
                // The error may be the only one to hold its value while code runs.
                let error = self.catch(thrown)?;
                if let Err(thrown) = self.close_after_throw(record.iterator) {
                    // Only what ends the program prevails over the first error.
                    self.catch(thrown)?;
                }
                Err(self.throw(error))
            }
        }
    }

    /// 7.4.11 IteratorClose after a normal completion
    pub fn close_iterator(&self, iterator: Obj) -> Res<()> {
        let method = self.get_method(iterator.into(), self.names().return_)?;
        if method.is_undefined() {
            return Ok(());
        }
        let result = self.call(method, iterator.into(), &[])?;
        if result.is_object() { Ok(()) } else { Err(self.not_a_result(result)) }
    }

    /// 7.4.11 IteratorClose after a throw: what it throws itself is to be dropped
    pub(crate) fn close_after_throw(&self, iterator: Obj) -> Res<()> {
        let method = self.get_method(iterator.into(), self.names().return_)?;
        if !method.is_undefined() {
            self.call(method, iterator.into(), &[])?;
        }
        Ok(())
    }

    /// 7.4.12 IteratorCloseAll, the last one first
    pub fn iterator_close_all<T>(&self, records: &[IteratorRecord], completion: Res<T>) -> Res<T> {
        records.iter().rev().fold(completion, |completion, record| self.iterator_close(record, completion))
    }

    /// 7.4.16 CreateIteratorResultObject
    pub fn create_iter_result(&self, value: Value, done: bool) -> Res<Value> {
        let shape = self.kept_shape(&self.ops.result_shape, Intrinsic::ObjectPrototype, |proto| {
            let shape = self.rt.root_shape(Some(proto), Class::Object, DEFAULT_INLINE)?;
            let shape = self.rt.add_transition(shape, self.names().value, Attrs::ALL)?;
            Ok(self.rt.add_transition(shape, self.names().done, Attrs::ALL)?)
        })?;
        let o = self.rt.new_object_with(shape)?;
        o.set_slot(&self.rt, 0, value);
        o.set_slot(&self.rt, 1, done.into());
        Ok(o.into())
    }

    /// 7.4.17 CreateListIteratorRecord is an array's iterator: nobody can tell the difference. 7.4.18 IteratorToList
    pub fn iterator_to_list(&self, record: &IteratorRecord) -> Res<Gc<List>> {
        let list = self.rt.new_list()?;
        while let Some(value) = self.iterator_step_value(record)? {
            list.push(&self.rt, value)?;
            if list.len() & 0xfff == 0 {
                self.poll()?;
            }
        }
        Ok(list)
    }

    /// The values that an iterable has: GetIterator and IteratorToList
    pub fn iterable_to_list(&self, value: Value) -> Res<Gc<List>> {
        if let Some(o) = value.as_object()
            && self.is_plainly_iterable_array(o)
        {
            let list = self.rt.new_list()?;
            for element in o.dense().get(..o.array_length() as usize).unwrap_or(&[]) {
                list.push(&self.rt, element.get())?;
            }
            return Ok(list);
        }
        let record = self.get_iterator(value, IteratorKind::Sync)?;
        self.iterator_to_list(&record)
    }
}
