//! 23.1.2.2 Array.fromAsync: an asynchronous algorithm as a state machine, whose registers are internal slots.

use super::array::{MAX_LENGTH, construct_or_array, define_at, element};
use crate::control::awaiting::{Outcome, await_value, state_of};
use js_rt::{Gc, Internal, Obj, Value};
use js_vm::{Args, Res, Vm};

const PROMISE: usize = 0;
const ITERATOR: usize = 1;
const NEXT: usize = 2;
const ARRAY: usize = 3;
const INDEX: usize = 4;
const MAPPER: usize = 5;
const THIS: usize = 6;
const LENGTH: usize = 7;
const WAITS_FOR: usize = 8;
const ERROR: usize = 9;
const FIELDS: usize = 10;

/// What the algorithm waits for.
const RESULT: i32 = 0;
const ELEMENT: i32 = 1;
const MAPPED: i32 = 2;
const CLOSED: i32 = 3;

/// 23.1.2.2 Array.fromAsync ( items [ , mapper [ , thisArg ] ] )
pub(super) fn from_async(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let promise = vm.new_promise()?;
    let state = vm.rt.internal_from(&[Value::UNDEFINED; FIELDS])?;
    state.set(&vm.rt, PROMISE, promise.into());
    state.set(&vm.rt, INDEX, Value::int(0));
    state.set(&vm.rt, MAPPER, args.get(1));
    state.set(&vm.rt, THIS, args.get(2));
    let begun = begin(vm, state, args.this, args.get(0));
    settle(vm, state, begun)?;
    Ok(promise.into())
}

/// What throws rejects the promise.
fn settle(vm: &Vm, state: Gc<Internal>, result: Res<()>) -> Res<()> {
    match (result, state.get(PROMISE).as_object()) {
        (Err(thrown), Some(promise)) => {
            let reason = vm.catch(thrown)?;
            vm.reject_promise(promise, reason)
        }
        _ => Ok(()),
    }
}

fn begin(vm: &Vm, state: Gc<Internal>, c: Value, items: Value) -> Res<()> {
    let mapper = state.get(MAPPER);
    if !mapper.is_undefined() && !vm.is_callable(mapper) {
        let what = vm.describe_callee(mapper);
        return Err(vm.type_error(format_args!("{what} is not a function")));
    }
    let mut method = vm.get_method(items, vm.symbols().async_iterator)?;
    let is_async = !method.is_undefined();
    if !is_async {
        method = vm.get_method(items, vm.symbols().iterator)?;
    }
    if method.is_undefined() {
        let like = vm.to_object(items)?;
        let length = vm.length_of_array_like(like)?;
        let a = construct_or_array(vm, c, Some(length))?;
        state.set(&vm.rt, ITERATOR, like.into());
        state.set(&vm.rt, LENGTH, Value::number(length));
        state.set(&vm.rt, ARRAY, a.into());
        return next_element(vm, state);
    }
    let a = construct_or_array(vm, c, None)?;
    state.set(&vm.rt, ARRAY, a.into());
    let record = vm.get_iterator_from_method(items, method)?;
    let (iterator, next) = match is_async {
        true => (record.iterator.into(), record.next),
        false => vm.create_async_from_sync_iterator(record.iterator.into(), record.next)?,
    };
    state.set(&vm.rt, ITERATOR, iterator);
    state.set(&vm.rt, NEXT, next);
    next_element(vm, state)
}

fn index(state: Gc<Internal>) -> u64 {
    state.get(INDEX).as_number().unwrap_or(0.0) as u64
}

/// Goes on with the element whose number is in the state.
fn next_element(vm: &Vm, state: Gc<Internal>) -> Res<()> {
    vm.poll()?;
    let k = index(state);
    let iterator = state.get(ITERATOR);
    if let Some(length) = state.get(LENGTH).as_number() {
        if k as f64 >= length {
            return finish(vm, state);
        }
        let Some(like) = iterator.as_object() else { return Ok(()) };
        let value = element(vm, like, k)?;
        return wait(vm, state, ELEMENT, value);
    }
    if k >= MAX_LENGTH {
        let thrown = vm.type_error("Invalid array length");
        return close(vm, state, vm.catch(thrown)?);
    }
    let result = vm.call(state.get(NEXT), iterator, &[])?;
    wait(vm, state, RESULT, result)
}

fn wait(vm: &Vm, state: Gc<Internal>, what: i32, value: Value) -> Res<()> {
    state.set(&vm.rt, WAITS_FOR, Value::int(what));
    await_value(vm, value, state, fulfilled, rejected)
}

fn finish(vm: &Vm, state: Gc<Internal>) -> Res<()> {
    let (Some(a), Some(promise)) = (state.get(ARRAY).as_object(), state.get(PROMISE).as_object()) else {
        return Ok(());
    };
    vm.set(a, vm.names().length, state.get(INDEX), true)?;
    vm.resolve_promise(promise, a.into())
}

/// 7.4.13 AsyncIteratorClose with a throw completion
fn close(vm: &Vm, state: Gc<Internal>, error: Value) -> Res<()> {
    let iterator = state.get(ITERATOR);
    if state.get(LENGTH).is_number() {
        return Err(vm.throw(error));
    }
    let closing = vm.get_method(iterator, vm.names().return_).and_then(|method| match method {
        Value::UNDEFINED => Ok(None),
        method => vm.call(method, iterator, &[]).map(Some),
    });
    state.set(&vm.rt, ERROR, error);
    let waiting = match closing {
        Ok(Some(result)) => wait(vm, state, CLOSED, result),
        Ok(None) => return Err(vm.throw(error)),
        Err(thrown) => Err(thrown),
    };
    waiting.or_else(|thrown| {
        vm.catch(thrown)?;
        Err(vm.throw(error))
    })
}

fn fulfilled(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    resume(vm, args, Ok(args.get(0)))
}

fn rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    resume(vm, args, Err(args.get(0)))
}

fn resume(vm: &Vm, args: &Args<'_>, outcome: Outcome) -> Res<Value> {
    if let Some(state) = state_of(vm, args) {
        let result = step(vm, state, outcome);
        settle(vm, state, result)?;
    }
    Ok(Value::UNDEFINED)
}

fn step(vm: &Vm, state: Gc<Internal>, outcome: Outcome) -> Res<()> {
    let waited_for = state.get(WAITS_FOR).as_int().unwrap_or(CLOSED);
    let value = match outcome {
        _ if waited_for == CLOSED => return Err(vm.throw(state.get(ERROR))),
        Ok(value) => value,
        Err(reason) if waited_for == MAPPED => return close(vm, state, reason),
        Err(reason) => return Err(vm.throw(reason)),
    };
    match waited_for {
        RESULT => {
            let Some(result) = value.as_object() else {
                let what = vm.describe_value(value);
                return Err(vm.type_error(format_args!("Iterator result {what} is not an object")));
            };
            if vm.iterator_complete(result)? {
                return finish(vm, state);
            }
            let value = vm.iterator_value(result)?;
            map(vm, state, value)
        }
        ELEMENT => map(vm, state, value),
        _ => define(vm, state, value),
    }
}

/// Has the mapper, if there is one, called for a value.
fn map(vm: &Vm, state: Gc<Internal>, value: Value) -> Res<()> {
    let mapper = state.get(MAPPER);
    if mapper.is_undefined() {
        return define(vm, state, value);
    }
    let mapped = vm.call(mapper, state.get(THIS), &[value, state.get(INDEX)]);
    match mapped.and_then(|mapped| wait(vm, state, MAPPED, mapped)) {
        Ok(()) => Ok(()),
        Err(thrown) => {
            let error = vm.catch(thrown)?;
            close(vm, state, error)
        }
    }
}

fn define(vm: &Vm, state: Gc<Internal>, value: Value) -> Res<()> {
    let k = index(state);
    let Some(a): Option<Obj> = state.get(ARRAY).as_object() else { return Ok(()) };
    if let Err(thrown) = define_at(vm, a, k, value) {
        let error = vm.catch(thrown)?;
        return close(vm, state, error);
    }
    state.set(&vm.rt, INDEX, Value::number((k + 1) as f64));
    next_element(vm, state)
}
