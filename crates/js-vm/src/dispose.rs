//! 7.5 Operations on Disposable Objects.
//!
//! A DisposeCapability is a list: first its state while its resources are disposed of, then three values for each resource:
//! value, method, hint.

use crate::error::Res;
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, List, Value};
use std::cell::Cell;

/// Hints of resources.
const ASYNC: i32 = 1;
/// `await using` of something that has a synchronous method only: what it returns is not awaited.
const ASYNC_FROM_SYNC: i32 = 2;

/// Bits of the state: needsAwait, hasAwaited.
const NEEDS_AWAIT: i32 = 1;
const HAS_AWAITED: i32 = 2;

/// Values of the list for a resource.
const FIELDS: usize = 3;

/// A resource.
struct Resource {
    value: Value,
    method: Value,
    hint: i32,
}

impl Vm {
    /// 7.5.2 NewDisposeCapability
    pub fn new_dispose_stack(&self) -> Res<Value> {
        Ok(Value::from_cell(self.rt.list_from(&[Value::int(0)])?))
    }

    /// 7.5.3 AddDisposableResource, without a method; hint 0: sync-dispose, 1: async-dispose
    pub fn add_disposable(&self, stack: Value, value: Value, hint: u32) -> Res<()> {
        let Some(stack) = stack.cell::<List>() else { return Ok(()) };
        let is_async = hint != 0;
        if value.is_nullish() {
            // Nothing to call, but an `await using` awaits all the same.
            return if is_async {
                self.push_resource(stack, Value::UNDEFINED, Value::UNDEFINED, ASYNC)
            } else {
                Ok(())
            };
        }
        if !value.is_object() {
            let text = self.describe_value(value);
            return Err(self.type_error(format_args!("{text} is not an object that can be disposed of")));
        }
        let mut hint = if is_async { ASYNC } else { 0 };
        let mut method = Value::UNDEFINED;
        if is_async {
            method = self.get_method(value, self.symbols().async_dispose)?;
        }
        if method.is_undefined() {
            method = self.get_method(value, self.symbols().dispose)?;
            hint = if is_async { ASYNC_FROM_SYNC } else { 0 };
        }
        if method.is_undefined() {
            let name = if is_async { "Symbol.asyncDispose" } else { "Symbol.dispose" };
            return Err(self.type_error(format_args!("Property [{name}] is not a function")));
        }
        self.push_resource(stack, value, method, hint)
    }

    /// 7.5.3 AddDisposableResource, with a method
    pub fn add_disposable_method(
        &self,
        stack: Value,
        value: Value,
        method: Value,
        is_async: bool,
    ) -> Res<()> {
        match stack.cell::<List>() {
            Some(stack) => self.push_resource(stack, value, method, if is_async { ASYNC } else { 0 }),
            None => Ok(()),
        }
    }

    fn push_resource(&self, stack: Gc<List>, value: Value, method: Value, hint: i32) -> Res<()> {
        stack.push(&self.rt, value)?;
        stack.push(&self.rt, method)?;
        Ok(stack.push(&self.rt, Value::int(hint))?)
    }

    fn pop_resource(&self, stack: Gc<List>) -> Option<Resource> {
        if stack.len() <= FIELDS {
            return None;
        }
        let hint = stack.pop()?.as_int().unwrap_or(0);
        let method = stack.pop()?;
        Some(Resource { method, value: stack.pop()?, hint })
    }

    /// 7.5.6 DisposeResources without asynchronous ones: the pending error afterwards, or empty
    pub fn dispose(&self, error: Value, stack: Value) -> Res<Value> {
        let Some(stack) = stack.cell::<List>() else { return Ok(error) };
        let mut error = error;
        while let Some(resource) = self.pop_resource(stack) {
            if let Err(thrown) = self.call(resource.method, resource.value, &[]) {
                let thrown = self.catch(thrown)?;
                error = self.join_error(error, thrown)?;
            }
        }
        Ok(error)
    }

    /// 7.5.6 DisposeResources up to the next `await`: what is to be awaited, or nothing when none is left. Errors that are there
    /// at once join `error`.
    pub fn dispose_next(&self, error: &Cell<Value>, stack: Value) -> Res<Option<Value>> {
        let Some(stack) = stack.cell::<List>() else { return Ok(None) };
        let state = || stack.get(0).and_then(Value::as_int).unwrap_or(0);
        let set_state = |state| stack.set(&self.rt, 0, Value::int(state));
        loop {
            let is_sync = stack.len() > FIELDS && stack.get(stack.len() - 1) == Some(Value::int(0));
            if state() == NEEDS_AWAIT && (is_sync || stack.len() <= FIELDS) {
                set_state(0);
                return Ok(Some(Value::UNDEFINED));
            }
            let Some(resource) = self.pop_resource(stack) else { return Ok(None) };
            if resource.method.is_undefined() {
                set_state(state() | NEEDS_AWAIT);
                continue;
            }
            match self.call(resource.method, resource.value, &[]) {
                Ok(_) if resource.hint == 0 => {}
                Ok(value) => {
                    set_state(state() | HAS_AWAITED);
                    return Ok(Some(if resource.hint == ASYNC { value } else { Value::UNDEFINED }));
                }
                Err(thrown) if resource.hint == ASYNC_FROM_SYNC => {
                    // The closure of GetDisposeMethod gives a rejected promise.
                    let thrown = self.catch(thrown)?;
                    let promise = self.new_promise()?;
                    self.reject_promise(promise, thrown)?;
                    set_state(state() | HAS_AWAITED);
                    return Ok(Some(promise.into()));
                }
                Err(thrown) => {
                    let thrown = self.catch(thrown)?;
                    error.set(self.join_error(error.get(), thrown)?);
                }
            }
        }
    }

    /// An error after a pending one, which may be empty: a SuppressedError of both.
    pub fn join_error(&self, pending: Value, error: Value) -> Res<Value> {
        if pending.is_empty() {
            return Ok(error);
        }
        let prototype = self.intrinsic(Intrinsic::SuppressedErrorPrototype);
        let joined = self.object_create(Some(prototype), Class::Error)?;
        self.create_non_enumerable_data_property_or_throw(joined, self.names().error, error)?;
        self.create_non_enumerable_data_property_or_throw(joined, self.names().suppressed, pending)?;
        self.capture_stack(joined)?;
        Ok(joined.into())
    }
}
