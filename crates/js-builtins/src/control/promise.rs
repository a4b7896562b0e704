//! 27.2 Promise Objects.

use super::promise_combinators as combinators;
use js_rt::{Obj, Own, PropertyKey, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// 27.2.3.1 Promise ( executor )
fn promise(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error("Promise constructor cannot be invoked without 'new'"));
    };
    let executor = args.get(0);
    if !vm.is_callable(executor) {
        let what = vm.describe_value(executor);
        return Err(vm.type_error(format_args!("Promise resolver {what} is not a function")));
    }
    let proto = vm.get_prototype_from_constructor(target, Intrinsic::PromisePrototype)?;
    let promise = vm.promise_with_prototype(proto)?;
    let (resolve, reject) = vm.create_resolving_functions(promise)?;
    if let Err(thrown) = vm.call(executor, Value::UNDEFINED, &[resolve, reject]) {
        let error = vm.catch(thrown)?;
        vm.call(reject, Value::UNDEFINED, &[error])?;
    }
    Ok(promise.into())
}

fn this_object(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Obj> {
    args.this.as_object().ok_or_else(|| vm.type_error(format_args!("{method} called on non-object")))
}

/// 27.2.4.6 Promise.reject ( r )
fn reject(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_object(vm, args, "PromiseReject")?;
    let capability = vm.new_promise_capability(args.this)?;
    vm.reject_capability(&capability, args.get(0))?;
    Ok(capability.promise)
}

/// 27.2.4.7 Promise.resolve ( x )
fn resolve(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let c = this_object(vm, args, "PromiseResolve")?;
    vm.promise_resolve(c, args.get(0)).map(Value::from)
}

/// 27.2.4.8 Promise.try ( callback, ...args )
fn try_(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_object(vm, args, "Promise.try")?;
    let capability = vm.new_promise_capability(args.this)?;
    match vm.call_list(args.get(0), Value::UNDEFINED, args.rest(1)) {
        Ok(value) => vm.resolve_capability(&capability, value)?,
        Err(thrown) => {
            let error = vm.catch(thrown)?;
            vm.reject_capability(&capability, error)?;
        }
    }
    Ok(capability.promise)
}

/// 27.2.4.9 Promise.withResolvers ( )
fn with_resolvers(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let capability = vm.new_promise_capability(args.this)?;
    let o = vm.new_object()?;
    let names = vm.names();
    vm.create_data_property_or_throw(o, vm.rt.key_from_utf8("promise")?, capability.promise)?;
    vm.create_data_property_or_throw(o, names.resolve, capability.resolve)?;
    vm.create_data_property_or_throw(o, names.reject, capability.reject)?;
    Ok(o.into())
}

/// 27.2.4.10 get Promise [ %Symbol.species% ]
fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

/// 27.2.5.1 Promise.prototype.catch ( onRejected )
fn catch(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.invoke(args.this, vm.names().then, &[Value::UNDEFINED, args.get(0)])
}

/// 27.2.5.3 Promise.prototype.finally ( onFinally )
fn finally(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let promise = this_object(vm, args, "Promise.prototype.finally")?;
    let c = vm.species_constructor(promise, Intrinsic::Promise)?;
    let on_finally = args.get(0);
    let (mut then_finally, mut catch_finally) = (on_finally, on_finally);
    if vm.is_callable(on_finally) {
        let captured = [on_finally, c.into()];
        then_finally = vm.native_function_with(then_finally_function, 1, &captured)?.into();
        catch_finally = vm.native_function_with(catch_finally_function, 1, &captured)?.into();
    }
    vm.invoke(args.this, vm.names().then, &[then_finally, catch_finally])
}

/// Calls the function given to `finally`, and has `after` called when that is settled.
fn run_finally(vm: &Vm, args: &Args<'_>, after: js_vm::NativeFn) -> Res<Value> {
    let result = vm.call(vm.native_slot(args.callee, 0), Value::UNDEFINED, &[])?;
    let Some(c) = vm.native_slot(args.callee, 1).as_object() else { return Ok(Value::UNDEFINED) };
    let promise = vm.promise_resolve(c, result)?;
    let after = vm.native_function_with(after, 0, &[args.get(0)])?;
    vm.invoke(promise.into(), vm.names().then, &[after.into()])
}

/// 27.2.5.3.1 Then Finally Functions
fn then_finally_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    run_finally(vm, args, value_thunk)
}

/// 27.2.5.3.2 Catch Finally Functions
fn catch_finally_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    run_finally(vm, args, thrower)
}

fn value_thunk(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(vm.native_slot(args.callee, 0))
}

fn thrower(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Err(vm.throw(vm.native_slot(args.callee, 0)))
}

/// 27.2.5.4 Promise.prototype.then ( onFulfilled, onRejected )
fn then(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    match vm.is_promise(args.this) {
        Some(promise) => vm.promise_then(promise, args.get(0), args.get(1)),
        None => {
            let what = vm.describe_value(args.this);
            Err(vm.type_error(format_args!(
                "Method Promise.prototype.then called on incompatible receiver {what}"
            )))
        }
    }
}

/// The constructor and the prototype.
pub(super) fn install(vm: &Vm) -> Res<()> {
    let constructor = Build::constructor(vm, Intrinsic::Promise, "Promise", 1, promise)
        .static_method("all", 1, combinators::all)
        .static_method("allKeyed", 1, combinators::all_keyed)
        .static_method("allSettled", 1, combinators::all_settled)
        .static_method("allSettledKeyed", 1, combinators::all_settled_keyed)
        .static_method("any", 1, combinators::any)
        .static_method("race", 1, combinators::race)
        .static_method("reject", 1, reject)
        .static_method("resolve", 1, resolve)
        .static_method("try", 1, try_)
        .static_method("withResolvers", 0, with_resolvers)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .keep_static(Intrinsic::PromiseResolve, "resolve")
        .prototype(Intrinsic::PromisePrototype)
        .method("catch", 1, catch)
        .method("finally", 1, finally)
        .intrinsic_method(Intrinsic::PromiseThen, "then", 2, then)
        .to_string_tag("Promise")
        .global()
        .finish()?;
    let species: PropertyKey = vm.symbols().species.into();
    if let Some(Own::Accessor(get, ..)) = vm.rt.get_own(constructor, species)
        && let Some(get) = get.as_object()
    {
        vm.set_intrinsic(Intrinsic::PromiseSpecies, get);
    }
    Ok(())
}
