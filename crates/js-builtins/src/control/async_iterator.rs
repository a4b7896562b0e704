//! 27.1.5 The %AsyncIteratorPrototype% Object and 27.1.6 Async-from-Sync Iterator Objects.

use super::iterator::itself;
use js_rt::{Class, Obj, Value};
use js_vm::{Args, Build, Intrinsic, IteratorRecord, PromiseCapability, Res, Vm};
use std::cell::Cell;

/// 27.1.5.2 %AsyncIteratorPrototype% [ %Symbol.asyncDispose% ] ( )
fn async_dispose(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let capability = vm.new_intrinsic_capability()?;
    let closed = (|| {
        let method = vm.get_method(args.this, vm.names().return_)?;
        if method.is_undefined() {
            return vm.resolve_capability(&capability, Value::UNDEFINED);
        }
        let result = vm.call(method, args.this, &[])?;
        let wrapper = vm.promise_resolve(vm.intrinsic(Intrinsic::Promise), result)?;
        let unwrap = vm.native_function_with(nothing, 1, &[])?;
        vm.perform_promise_then(wrapper, unwrap.into(), Value::UNDEFINED, Some(capability))
    })();
    Ok(match vm.if_abrupt_reject(&capability, closed)? {
        Ok(()) => capability.promise,
        Err(promise) => promise,
    })
}

fn nothing(_: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(Value::UNDEFINED)
}

/// The iterator that an async-from-sync iterator has: nobody else can call its methods.
fn sync_iterator(vm: &Vm, args: &Args<'_>) -> Res<IteratorRecord> {
    let adapter = args.this.as_object().filter(|o| o.class() == Class::AsyncFromSyncIterator);
    match adapter.and_then(|adapter| Some((adapter.internal(0).as_object()?, adapter.internal(1)))) {
        Some((iterator, next)) => Ok(IteratorRecord { iterator, next, done: Cell::new(false) }),
        None => Err(vm.type_error("not an async-from-sync iterator")),
    }
}

/// Runs a method: what it throws rejects the promise.
fn method(
    vm: &Vm,
    args: &Args<'_>,
    run: impl FnOnce(&PromiseCapability, &IteratorRecord) -> Res<()>,
) -> Res<Value> {
    let record = sync_iterator(vm, args)?;
    let capability = vm.new_intrinsic_capability()?;
    let result = run(&capability, &record);
    Ok(match vm.if_abrupt_reject(&capability, result)? {
        Ok(()) => capability.promise,
        Err(promise) => promise,
    })
}

/// 27.1.6.2.1 %AsyncFromSyncIteratorPrototype%.next ( [ value ] )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    method(vm, args, |capability, record| {
        let result = vm.iterator_next(record, args.given(0))?;
        continuation(vm, result, capability, record, true)
    })
}

fn call_with(vm: &Vm, f: Value, this: Obj, argument: Option<Value>) -> Res<Obj> {
    let result = match argument {
        Some(argument) => vm.call(f, this.into(), &[argument])?,
        None => vm.call(f, this.into(), &[])?,
    };
    result.as_object().ok_or_else(|| {
        let what = vm.describe_value(result);
        vm.type_error(format_args!("Iterator result {what} is not an object"))
    })
}

/// 27.1.6.2.2 %AsyncFromSyncIteratorPrototype%.return ( [ value ] )
fn return_(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    method(vm, args, |capability, record| {
        let f = vm.get_method(record.iterator.into(), vm.names().return_)?;
        if f.is_undefined() {
            let result = vm.create_iter_result(args.get(0), true)?;
            return vm.resolve_capability(capability, result);
        }
        let result = call_with(vm, f, record.iterator, args.given(0))?;
        continuation(vm, result, capability, record, false)
    })
}

/// 27.1.6.2.3 %AsyncFromSyncIteratorPrototype%.throw ( [ value ] )
fn throw(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    method(vm, args, |capability, record| {
        let f = vm.get_method(record.iterator.into(), vm.names().throw)?;
        if f.is_undefined() {
            vm.iterator_close(record, Ok(()))?;
            return Err(vm.type_error("The iterator does not provide a 'throw' method"));
        }
        let result = call_with(vm, f, record.iterator, args.given(0))?;
        continuation(vm, result, capability, record, true)
    })
}

/// 27.1.6.4 AsyncFromSyncIteratorContinuation
fn continuation(
    vm: &Vm,
    result: Obj,
    capability: &PromiseCapability,
    record: &IteratorRecord,
    close_on_rejection: bool,
) -> Res<()> {
    let done = vm.iterator_complete(result)?;
    let value = vm.iterator_value(result)?;
    let closes = !done && close_on_rejection;
    let wrapper = match vm.promise_resolve(vm.intrinsic(Intrinsic::Promise), value) {
        Err(thrown) if closes => vm.iterator_close(record, Err(thrown)),
        wrapper => wrapper,
    }?;
    let unwrap = vm.native_function_with(unwrap, 1, &[Value::bool(done)])?;
    let on_rejected = match closes {
        true => vm.native_function_with(close_iterator, 1, &[record.iterator.into(), record.next])?.into(),
        false => Value::UNDEFINED,
    };
    vm.perform_promise_then(wrapper, unwrap.into(), on_rejected, Some(*capability))
}

fn unwrap(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.create_iter_result(args.get(0), vm.native_slot(args.callee, 0).to_boolean())
}

fn close_iterator(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let thrown = vm.throw(args.get(0));
    let Some(iterator) = vm.native_slot(args.callee, 0).as_object() else { return Err(thrown) };
    let next = vm.native_slot(args.callee, 1);
    vm.iterator_close(&IteratorRecord { iterator, next, done: Cell::new(false) }, Err(thrown))
}

/// Both prototypes.
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::AsyncIteratorPrototype, "", Intrinsic::ObjectPrototype)
        .symbol_method(vm.symbols().async_iterator, "Symbol.asyncIterator", 0, itself)
        .symbol_method(vm.symbols().async_dispose, "Symbol.asyncDispose", 0, async_dispose)
        .finish()?;
    Build::object(vm, Intrinsic::AsyncFromSyncIteratorPrototype, "", Intrinsic::AsyncIteratorPrototype)
        .method("next", 1, next)
        .method("return", 1, return_)
        .method("throw", 1, throw)
        .finish()?;
    Ok(())
}
