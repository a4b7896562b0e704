//! 24.2 Set Objects.

use super::{adder, each, required_target, set_algebra, table};
use js_rt::{Class, Cursor, Gc, OrderedTable, Value};
use js_vm::{Args, Build, EntryKind, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::Set, "Set", 0, construct)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .prototype(Intrinsic::SetPrototype)
        .method("has", 1, has)
        .intrinsic_method(Intrinsic::SetAdd, "add", 1, add)
        .method("delete", 1, delete)
        .method("clear", 0, clear)
        .method("entries", 0, entries)
        .method("forEach", 1, for_each)
        .getter("size", size)
        .intrinsic_method(Intrinsic::SetValues, "values", 0, values)
        .alias("keys", "values")
        .symbol_alias(vm.symbols().iterator, "values")
        .to_string_tag("Set");
    set_algebra::methods(build).global().finish()?;
    Ok(())
}

/// 24.2.3.2 get Set [ %Symbol.species% ]
fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

/// 24.2.2.1 Set ( [ iterable ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = required_target(vm, args, "Set")?;
    let set = vm.ordinary_create_from_constructor(target, Intrinsic::SetPrototype, Class::Set)?;
    let data = vm.rt.new_ordered_table(0)?;
    set.set_payload(&vm.rt, Value::from_cell(data));
    let iterable = args.get(0);
    if iterable.is_nullish() {
        return Ok(set.into());
    }
    let adder = adder(vm, set, "add")?;
    if vm.is_intrinsic(adder.method, Intrinsic::SetAdd) {
        each(vm, iterable, |value| Ok(data.set(&vm.rt, value, Value::TRUE)?))?;
    } else {
        each(vm, iterable, |value| vm.call(adder.method, adder.target.into(), &[value]).map(|_| ()))?;
    }
    Ok(set.into())
}

pub(super) fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<OrderedTable>> {
    table(vm, args, Class::Set, method)
}

/// 24.2.4.8 Set.prototype.has ( value )
fn has(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "Set.prototype.has")?.has(args.get(0)).into())
}

/// 24.2.4.1 Set.prototype.add ( value )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this(vm, args, "Set.prototype.add")?.set(&vm.rt, args.get(0), Value::TRUE)?;
    Ok(args.this)
}

/// 24.2.4.4 Set.prototype.delete ( value )
fn delete(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "Set.prototype.delete")?.delete(&vm.rt, args.get(0)).into())
}

/// 24.2.4.2 Set.prototype.clear ( )
fn clear(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this(vm, args, "Set.prototype.clear")?.clear(&vm.rt);
    Ok(Value::UNDEFINED)
}

/// 24.2.4.14 get Set.prototype.size
fn size(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(this(vm, args, "get Set.prototype.size")?.len() as f64))
}

/// 24.2.4.7 Set.prototype.forEach ( callback [ , thisArg ] )
fn for_each(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.forEach")?;
    let callback = args.get(0);
    if !vm.is_callable(callback) {
        let what = vm.describe_value(callback);
        return Err(vm.type_error(format_args!("{what} is not a function")));
    }
    let mut cursor = Cursor::START;
    while let Some((value, _, next)) = data.next(cursor) {
        cursor = next;
        vm.call(callback, args.get(1), &[value, value, args.this])?;
    }
    Ok(Value::UNDEFINED)
}

/// 24.2.4.6 Set.prototype.entries ( )
fn entries(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.entries")?;
    vm.create_entry_iterator(Class::SetIterator, data, EntryKind::KeyValue)
}

/// 24.2.4.17 Set.prototype.values ( )
fn values(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Set.prototype.values")?;
    vm.create_entry_iterator(Class::SetIterator, data, EntryKind::Value)
}
