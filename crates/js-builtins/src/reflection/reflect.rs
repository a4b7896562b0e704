//! 28.1 The Reflect Object.

use js_rt::{Obj, Value};
use js_vm::{Args, Build, Intrinsic, Res, Throw, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::namespace(vm, Intrinsic::Reflect, "Reflect")
        .method("apply", 3, apply)
        .method("construct", 2, construct)
        .method("defineProperty", 3, define_property)
        .method("deleteProperty", 2, delete_property)
        .method("get", 2, get)
        .method("getOwnPropertyDescriptor", 2, get_own_property_descriptor)
        .method("getPrototypeOf", 1, get_prototype_of)
        .method("has", 2, has)
        .method("isExtensible", 1, is_extensible)
        .method("ownKeys", 1, own_keys)
        .method("preventExtensions", 1, prevent_extensions)
        .method("set", 3, set)
        .method("setPrototypeOf", 2, set_prototype_of)
        .to_string_tag("Reflect")
        .global()
        .finish()
        .map(drop)
}

fn target(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Obj> {
    match args.get(0).as_object() {
        Some(target) => Ok(target),
        None => Err(vm.type_error(format_args!("Reflect.{method} called on non-object"))),
    }
}

#[cold]
fn not_a_constructor(vm: &Vm, value: Value) -> Throw {
    let text = vm.describe_callee(value);
    vm.type_error(format_args!("{text} is not a constructor"))
}

/// 28.1.1 Reflect.apply ( target, thisArgument, argumentsList )
fn apply(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = args.get(0);
    if !vm.is_callable(target) {
        let text = vm.describe_callee(target);
        return Err(vm.type_error(format_args!(
            "Function.prototype.apply was called on {text}, which is not a function"
        )));
    }
    let list = vm.create_list_from_array_like(args.get(2))?;
    vm.call_list(target, args.get(1), list.as_slice())
}

/// 28.1.2 Reflect.construct ( target, argumentsList \[ , newTarget \] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.get(0).as_object().filter(|target| target.is_constructor()) else {
        return Err(not_a_constructor(vm, args.get(0)));
    };
    let new_target = args.given(2).unwrap_or(args.get(0));
    let Some(new_target) = new_target.as_object().filter(|target| target.is_constructor()) else {
        return Err(not_a_constructor(vm, new_target));
    };
    let list = vm.create_list_from_array_like(args.get(1))?;
    Ok(vm.construct_list(target, list.as_slice(), Some(new_target))?.into())
}

/// 28.1.3 Reflect.defineProperty ( target, propertyKey, attributes )
fn define_property(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "defineProperty")?;
    let key = vm.to_property_key(args.get(1))?;
    let descriptor = vm.to_property_descriptor(args.get(2))?;
    vm.define_own_property(target, key, &descriptor).map(Value::bool)
}

/// 28.1.4 Reflect.deleteProperty ( target, propertyKey )
fn delete_property(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "deleteProperty")?;
    let key = vm.to_property_key(args.get(1))?;
    vm.delete(target, key).map(Value::bool)
}

/// 28.1.5 Reflect.get ( target, propertyKey \[ , receiver \] )
fn get(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "get")?;
    let key = vm.to_property_key(args.get(1))?;
    vm.get_with(target, key, args.given(2).unwrap_or(target.into()))
}

/// 28.1.6 Reflect.getOwnPropertyDescriptor ( target, propertyKey )
fn get_own_property_descriptor(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "getOwnPropertyDescriptor")?;
    let key = vm.to_property_key(args.get(1))?;
    let descriptor = vm.get_own_property(target, key)?;
    vm.from_property_descriptor(descriptor.as_ref())
}

/// 28.1.7 Reflect.getPrototypeOf ( target )
fn get_prototype_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "getPrototypeOf")?;
    Ok(Value::or_null(vm.get_prototype_of(target)?))
}

/// 28.1.8 Reflect.has ( target, propertyKey )
fn has(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "has")?;
    let key = vm.to_property_key(args.get(1))?;
    vm.has_property(target, key).map(Value::bool)
}

/// 28.1.9 Reflect.isExtensible ( target )
fn is_extensible(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "isExtensible")?;
    vm.is_extensible(target).map(Value::bool)
}

/// 28.1.10 Reflect.ownKeys ( target )
fn own_keys(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "ownKeys")?;
    let keys = vm.own_property_keys(target)?;
    Ok(vm.create_array_from_list(keys)?.into())
}

/// 28.1.11 Reflect.preventExtensions ( target )
fn prevent_extensions(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "preventExtensions")?;
    vm.prevent_extensions(target).map(Value::bool)
}

/// 28.1.12 Reflect.set ( target, propertyKey, V \[ , receiver \] )
fn set(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "set")?;
    let key = vm.to_property_key(args.get(1))?;
    let receiver = args.given(3).unwrap_or(target.into());
    vm.set_with(target, key, args.get(2), receiver).map(Value::bool)
}

/// 28.1.13 Reflect.setPrototypeOf ( target, proto )
fn set_prototype_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = target(vm, args, "setPrototypeOf")?;
    let proto = args.get(1);
    if !proto.is_object() && !proto.is_null() {
        let text = vm.describe_value(proto);
        return Err(vm.type_error(format_args!("Object prototype may only be an Object or null: {text}")));
    }
    vm.set_prototype_of(target, proto.as_object()).map(Value::bool)
}
