//! 24.4 WeakSet Objects.

use super::weak_map::table;
use super::{adder, can_be_held_weakly, each, required_target};
use js_rt::{Class, Gc, Value, WeakMapTable};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::WeakSet, "WeakSet", 0, construct)
        .prototype(Intrinsic::WeakSetPrototype)
        .method("delete", 1, delete)
        .method("has", 1, has)
        .method("add", 1, add)
        .to_string_tag("WeakSet")
        .global()
        .finish()?;
    Ok(())
}

/// 24.4.1.1 WeakSet ( [ iterable ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = required_target(vm, args, "WeakSet")?;
    let set = vm.ordinary_create_from_constructor(target, Intrinsic::WeakSetPrototype, Class::WeakSet)?;
    let data = vm.rt.new_weak_map()?;
    set.set_payload(&vm.rt, Value::from_cell(data));
    let iterable = args.get(0);
    if !iterable.is_nullish() {
        let adder = adder(vm, set, "add")?;
        each(vm, iterable, |value| vm.call(adder.method, adder.target.into(), &[value]).map(|_| ()))?;
    }
    Ok(set.into())
}

fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<WeakMapTable>> {
    table(vm, args, Class::WeakSet, method)
}

/// 24.4.3.1 WeakSet.prototype.add ( value )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakSet.prototype.add")?;
    if !can_be_held_weakly(args.get(0)) {
        return Err(vm.type_error("Invalid value used in weak set"));
    }
    data.set(&vm.rt, args.get(0), Value::TRUE)?;
    Ok(args.this)
}

/// 24.4.3.3 WeakSet.prototype.delete ( value )
fn delete(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakSet.prototype.delete")?;
    Ok((can_be_held_weakly(args.get(0)) && data.delete(args.get(0))).into())
}

/// 24.4.3.4 WeakSet.prototype.has ( value )
fn has(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "WeakSet.prototype.has")?;
    Ok((can_be_held_weakly(args.get(0)) && data.has(args.get(0))).into())
}
