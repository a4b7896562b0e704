//! Wrapped Function Exotic Objects of the proposal ShadowRealm: functions of one realm that another one may call.

use js_rt::{Attrs, Gc, Obj, Realm, Value};
use js_vm::{Args, Res, Throw, Vm};

/// GetWrappedValue ( callerRealm, value )
pub(super) fn get_wrapped_value(vm: &Vm, caller: Gc<Realm>, value: Value) -> Res<Value> {
    let Some(o) = value.as_object() else {
        return Ok(value);
    };
    if !o.is_callable() {
        return Err(vm.type_error("An object of another realm that is not a function cannot be wrapped"));
    }
    wrapped_function_create(vm, caller, o).map(Value::from)
}

/// What a realm throws when code of another one has: no object passes from one to the other.
#[cold]
pub(super) fn foreign_error(vm: &Vm, thrown: Throw) -> Throw {
    match vm.catch(thrown) {
        Ok(error) => {
            let text = vm.describe_value(error);
            vm.type_error(format_args!("Code of another realm threw: {text}"))
        }
        Err(thrown) => thrown,
    }
}

/// WrappedFunctionCreate ( callerRealm, Target )
fn wrapped_function_create(vm: &Vm, caller: Gc<Realm>, target: Obj) -> Res<Obj> {
    let made = vm.in_realm(caller, || vm.native_function_with(call, 0, &[target.into()]));
    let wrapped = made?;
    match copy_name_and_length(vm, wrapped, target) {
        Ok(()) => Ok(wrapped),
        Err(thrown) => Err(foreign_error(vm, thrown)),
    }
}

/// CopyNameAndLength ( F, Target )
fn copy_name_and_length(vm: &Vm, f: Obj, target: Obj) -> Res<()> {
    let length = crate::fundamental::bound_length(vm, target, 0)?;
    vm.rt.put_own_with(f, vm.names().length, Value::number(length), Attrs::CONFIGURABLE)?;
    let name = vm.get(target, vm.names().name)?.as_string().unwrap_or(vm.rt.empty_str());
    Ok(vm.rt.put_own_with(f, vm.names().name, name.into(), Attrs::CONFIGURABLE)?)
}

/// OrdinaryWrappedFunctionCall ( F, thisArgument, argumentsList )
fn call(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let caller = vm.realm();
    let Some(target) = args.slot(0).as_object() else {
        return Err(vm.type_error("not a function"));
    };
    let realm = vm.get_function_realm(target)?;
    let list = vm.rt.new_list()?;
    for value in args.list {
        let wrapped = get_wrapped_value(vm, realm, value.get())?;
        list.push(&vm.rt, wrapped)?;
    }
    let this = get_wrapped_value(vm, realm, args.this)?;
    match vm.call_list(target.into(), this, list.as_slice()) {
        Ok(value) => get_wrapped_value(vm, caller, value),
        Err(thrown) => Err(foreign_error(vm, thrown)),
    }
}
