//! 24.3 WeakMap Objects.

use super::{add_entries, adder, can_be_held_weakly, incompatible, required_target};
use js_rt::{Class, Gc, Value, WeakMapTable};
use js_vm::{Args, Build, Intrinsic, Res, Throw, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::WeakMap, "WeakMap", 0, construct)
        .prototype(Intrinsic::WeakMapPrototype)
        .method("delete", 1, delete)
        .method("get", 1, get)
        .method("getOrInsert", 2, get_or_insert)
        .method("getOrInsertComputed", 2, get_or_insert_computed)
        .method("set", 2, set)
        .method("has", 1, has)
        .to_string_tag("WeakMap")
        .global()
        .finish()?;
    Ok(())
}

/// 24.3.1.1 WeakMap ( [ iterable ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = required_target(vm, args, "WeakMap")?;
    let map = vm.ordinary_create_from_constructor(target, Intrinsic::WeakMapPrototype, Class::WeakMap)?;
    let data = vm.rt.new_weak_map()?;
    map.set_payload(&vm.rt, Value::from_cell(data));
    let iterable = args.get(0);
    if !iterable.is_nullish() {
        let adder = adder(vm, map, "set")?;
        add_entries(vm, iterable, &adder)?;
    }
    Ok(map.into())
}

pub(super) fn table(vm: &Vm, args: &Args<'_>, class: Class, method: &str) -> Res<Gc<WeakMapTable>> {
    match args.this.as_object().filter(|o| o.class() == class).and_then(|o| o.payload_as::<WeakMapTable>()) {
        Some(table) => Ok(table),
        None => Err(incompatible(vm, args.this, method)),
    }
}

fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<WeakMapTable>> {
    table(vm, args, Class::WeakMap, method)
}

#[cold]
fn invalid_key(vm: &Vm) -> Throw {
    vm.type_error("Invalid value used as weak map key")
}

/// 24.3.3.2 WeakMap.prototype.delete ( key )
fn delete(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakMap.prototype.delete")?;
    Ok((can_be_held_weakly(args.get(0)) && data.delete(args.get(0))).into())
}

/// 24.3.3.3 WeakMap.prototype.get ( key )
fn get(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakMap.prototype.get")?;
    Ok(Some(args.get(0))
        .filter(|key| can_be_held_weakly(*key))
        .and_then(|key| data.get(key))
        .unwrap_or(Value::UNDEFINED))
}

/// 24.3.3.4 WeakMap.prototype.has ( key )
fn has(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakMap.prototype.has")?;
    Ok((can_be_held_weakly(args.get(0)) && data.has(args.get(0))).into())
}

/// 24.3.3.5 WeakMap.prototype.set ( key, value )
fn set(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakMap.prototype.set")?;
    if !can_be_held_weakly(args.get(0)) {
        return Err(invalid_key(vm));
    }
    data.set(&vm.rt, args.get(0), args.get(1))?;
    Ok(args.this)
}

/// WeakMap.prototype.getOrInsert ( key, value )
fn get_or_insert(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakMap.prototype.getOrInsert")?;
    let (key, value) = (args.get(0), args.get(1));
    if !can_be_held_weakly(key) {
        return Err(invalid_key(vm));
    }
    if let Some(value) = data.get(key) {
        return Ok(value);
    }
    data.set(&vm.rt, key, value)?;
    Ok(value)
}

/// WeakMap.prototype.getOrInsertComputed ( key, callback )
fn get_or_insert_computed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakMap.prototype.getOrInsertComputed")?;
    let (key, callback) = (args.get(0), args.get(1));
    if !can_be_held_weakly(key) {
        return Err(invalid_key(vm));
    }
    if !vm.is_callable(callback) {
        let what = vm.describe_value(callback);
        return Err(vm.type_error(format_args!("{what} is not a function")));
    }
    if let Some(value) = data.get(key) {
        return Ok(value);
    }
    let value = vm.call(callback, Value::UNDEFINED, &[key])?;
    data.set(&vm.rt, key, value)?;
    Ok(value)
}
