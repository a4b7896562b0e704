//! 27.2.4 Properties of the Promise Constructor: functions of several promises.

use js_rt::{Attrs, Class, Gc, Internal, List, Value};
use js_vm::{Args, Intrinsic, IteratorKind, IteratorRecord, NativeFn, PromiseCapability, Res, Vm};

/// What all functions of one call share: values so far, keys (empty for arrays), how many are missing, the capability.
const VALUES: usize = 0;
const KEYS: usize = 1;
const REMAINING: usize = 2;
const PROMISE: usize = 3;
const RESOLVE: usize = 4;
const REJECT: usize = 5;
const SHARED: usize = 6;

/// What the functions for one promise share.
const WHOLE: usize = 0;
const INDEX: usize = 1;
const CALLED: usize = 2;

/// What becomes of each promise's outcome.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variant {
    All,
    AllSettled,
    Any,
    Race,
}

/// 27.2.4.1 Promise.all ( iterable )
pub(super) fn all(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_iterable(vm, args, Variant::All)
}

/// 27.2.4.2 Promise.allSettled ( iterable )
pub(super) fn all_settled(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_iterable(vm, args, Variant::AllSettled)
}

/// 27.2.4.3 Promise.any ( iterable )
pub(super) fn any(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_iterable(vm, args, Variant::Any)
}

/// 27.2.4.5 Promise.race ( iterable )
pub(super) fn race(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_iterable(vm, args, Variant::Race)
}

/// Promise.allKeyed ( promises )
pub(super) fn all_keyed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_object(vm, args, Variant::All)
}

/// Promise.allSettledKeyed ( promises )
pub(super) fn all_settled_keyed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_object(vm, args, Variant::AllSettled)
}

fn settle<T>(vm: &Vm, capability: &PromiseCapability, result: Res<T>) -> Res<Value> {
    Ok(match vm.if_abrupt_reject(capability, result)? {
        Ok(_) => capability.promise,
        Err(promise) => promise,
    })
}

/// 27.2.4.1.1 GetPromiseResolve
fn get_promise_resolve(vm: &Vm, constructor: Value) -> Res<Value> {
    let resolve = vm.get_v(constructor, vm.names().resolve)?;
    if vm.is_callable(resolve) {
        return Ok(resolve);
    }
    Err(vm.type_error("Promise resolve or reject function is not callable"))
}

fn of_iterable(vm: &Vm, args: &Args<'_>, variant: Variant) -> Res<Value> {
    let capability = vm.new_promise_capability(args.this)?;
    let opened = get_promise_resolve(vm, args.this)
        .and_then(|resolve| Ok((resolve, vm.get_iterator(args.get(0), IteratorKind::Sync)?)));
    let (resolve, record) = match vm.if_abrupt_reject(&capability, opened)? {
        Ok(opened) => opened,
        Err(promise) => return Ok(promise),
    };
    let call =
        Call { vm, constructor: args.this, resolve, capability, variant, shared: shared(vm, &capability)? };
    let mut result = call.each_of(&record);
    if result.is_err() && !record.done.get() {
        result = vm.iterator_close(&record, result);
    }
    settle(vm, &capability, result)
}

fn of_object(vm: &Vm, args: &Args<'_>, variant: Variant) -> Res<Value> {
    let capability = vm.new_promise_capability(args.this)?;
    let result = get_promise_resolve(vm, args.this).and_then(|resolve| {
        let Some(promises) = args.get(0).as_object() else {
            let what = vm.describe_value(args.get(0));
            return Err(vm.type_error(format_args!("{what} is not an object")));
        };
        let shared = shared(vm, &capability)?;
        let keys = vm.rt.new_list()?;
        shared.set(&vm.rt, KEYS, Value::from_cell(keys));
        let call = Call { vm, constructor: args.this, resolve, capability, variant, shared };
        let all = vm.own_property_keys(promises)?;
        for name in all.iter() {
            let key = vm.to_property_key(name)?;
            if vm.get_own_property(promises, key)?.is_some_and(|found| found.enumerable == Some(true)) {
                let value = vm.get(promises, key)?;
                keys.push(&vm.rt, name)?;
                call.add(value)?;
            }
        }
        finish_one(vm, shared, false)
    });
    settle(vm, &capability, result)
}

fn shared(vm: &Vm, capability: &PromiseCapability) -> Res<Gc<Internal>> {
    let shared = vm.rt.new_internal(SHARED)?;
    shared.set(&vm.rt, VALUES, Value::from_cell(vm.rt.new_list()?));
    shared.set(&vm.rt, REMAINING, Value::int(1));
    shared.set(&vm.rt, PROMISE, capability.promise);
    shared.set(&vm.rt, RESOLVE, capability.resolve);
    shared.set(&vm.rt, REJECT, capability.reject);
    Ok(shared)
}

struct Call<'a> {
    vm: &'a Vm,
    constructor: Value,
    resolve: Value,
    capability: PromiseCapability,
    variant: Variant,
    shared: Gc<Internal>,
}

impl Call<'_> {
    /// 27.2.4.1.2 PerformPromiseAll and its like
    fn each_of(&self, record: &IteratorRecord) -> Res<()> {
        while let Some(next) = self.vm.iterator_step_value(record)? {
            self.vm.poll()?;
            self.add(next)?;
        }
        match self.variant {
            Variant::Race => Ok(()),
            Variant::Any => finish_one(self.vm, self.shared, true),
            _ => finish_one(self.vm, self.shared, false),
        }
    }

    /// Waits for one more promise.
    fn add(&self, next: Value) -> Res<()> {
        let vm = self.vm;
        if self.variant == Variant::Race {
            let promise = vm.call(self.resolve, self.constructor, &[next])?;
            vm.invoke(promise, vm.names().then, &[self.capability.resolve, self.capability.reject])?;
            return Ok(());
        }
        let Some(values) = self.shared.get(VALUES).cell::<List>() else { return Ok(()) };
        let index = values.len();
        values.push(&vm.rt, Value::UNDEFINED)?;
        let promise = vm.call(self.resolve, self.constructor, &[next])?;
        let one = vm.rt.internal_from(&[
            Value::from_cell(self.shared),
            Value::number(index as f64),
            Value::FALSE,
        ])?;
        let function = |f: NativeFn| vm.native_function_with(f, 1, &[Value::from_cell(one)]).map(Value::from);
        let (on_fulfilled, on_rejected) = match self.variant {
            Variant::All => (function(all_resolved)?, self.capability.reject),
            Variant::AllSettled => (function(settled_resolved)?, function(settled_rejected)?),
            _ => (self.capability.resolve, function(any_rejected)?),
        };
        let remaining = self.shared.get(REMAINING).as_int().unwrap_or(0);
        self.shared.set(&vm.rt, REMAINING, Value::int(remaining + 1));
        vm.invoke(promise, vm.names().then, &[on_fulfilled, on_rejected])?;
        Ok(())
    }
}

/// One promise fewer is missing: when it was the last, the capability is settled with `values`. At the end of the iteration of
/// `any` an AggregateError is thrown instead.
fn finish_one(vm: &Vm, shared: Gc<Internal>, throws: bool) -> Res<()> {
    let remaining = shared.get(REMAINING).as_int().unwrap_or(0) - 1;
    shared.set(&vm.rt, REMAINING, Value::int(remaining));
    if remaining != 0 {
        return Ok(());
    }
    if throws {
        let error = aggregate_error(vm, shared)?;
        return Err(vm.throw(error));
    }
    let result = result_object(vm, shared)?;
    vm.call(shared.get(RESOLVE), Value::UNDEFINED, &[result])?;
    Ok(())
}

fn aggregate_error(vm: &Vm, shared: Gc<Internal>) -> Res<Value> {
    let error = vm.new_error(Intrinsic::AggregateErrorPrototype, "All promises were rejected")?;
    let errors = match shared.get(VALUES).cell::<List>() {
        Some(list) => vm.create_array_from_list(list)?,
        None => vm.new_array(&[])?,
    };
    vm.rt.add(error, vm.names().errors, errors.into(), Attrs::METHOD)?;
    Ok(error.into())
}

/// The values as an array, or as an object with the keys.
fn result_object(vm: &Vm, shared: Gc<Internal>) -> Res<Value> {
    let Some(values) = shared.get(VALUES).cell::<List>() else { return Ok(Value::UNDEFINED) };
    let Some(keys) = shared.get(KEYS).cell::<List>() else {
        return vm.create_array_from_list(values).map(Value::from);
    };
    let o = vm.object_create(None, Class::Object)?;
    for (name, value) in keys.iter().zip(values.iter()) {
        let key = vm.to_property_key(name)?;
        vm.create_data_property_or_throw(o, key, value)?;
    }
    Ok(o.into())
}

/// What the functions of a call share, and the place of this one's value, when it is called for the first time.
fn first_call(vm: &Vm, args: &Args<'_>) -> Option<(Gc<Internal>, usize)> {
    let one = vm.native_slot(args.callee, 0).cell::<Internal>()?;
    if one.get(CALLED) == Value::TRUE {
        return None;
    }
    one.set(&vm.rt, CALLED, Value::TRUE);
    Some((one.get(WHOLE).cell()?, one.get(INDEX).as_number()? as usize))
}

fn record(vm: &Vm, shared: Gc<Internal>, index: usize, value: Value) {
    if let Some(values) = shared.get(VALUES).cell::<List>() {
        values.set(&vm.rt, index, value);
    }
}

/// 27.2.4.1.3 Promise.all Resolve Element Functions
fn all_resolved(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some((shared, index)) = first_call(vm, args) {
        record(vm, shared, index, args.get(0));
        finish_one(vm, shared, false)?;
    }
    Ok(Value::UNDEFINED)
}

fn settled(vm: &Vm, args: &Args<'_>, status: &str, name: &str) -> Res<Value> {
    if let Some((shared, index)) = first_call(vm, args) {
        let o = vm.new_object()?;
        let status = vm.rt.str_from_utf8(status)?;
        vm.create_data_property_or_throw(o, vm.rt.key_from_utf8("status")?, status.into())?;
        vm.create_data_property_or_throw(o, vm.rt.key_from_utf8(name)?, args.get(0))?;
        record(vm, shared, index, o.into());
        finish_one(vm, shared, false)?;
    }
    Ok(Value::UNDEFINED)
}

/// 27.2.4.2.2 Promise.allSettled Resolve Element Functions
fn settled_resolved(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    settled(vm, args, "fulfilled", "value")
}

/// 27.2.4.2.3 Promise.allSettled Reject Element Functions
fn settled_rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    settled(vm, args, "rejected", "reason")
}

/// 27.2.4.3.2 Promise.any Reject Element Functions
fn any_rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some((shared, index)) = first_call(vm, args) else { return Ok(Value::UNDEFINED) };
    record(vm, shared, index, args.get(0));
    match finish_one(vm, shared, true) {
        Ok(()) => Ok(Value::UNDEFINED),
        Err(thrown) => {
            let error = vm.catch(thrown)?;
            vm.call(shared.get(REJECT), Value::UNDEFINED, &[error])
        }
    }
}
