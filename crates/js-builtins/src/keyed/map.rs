//! 24.1 Map Objects.

use super::{add_entries, adder, canonical, required_target, table};
use js_rt::{Class, Cursor, Gc, List, OrderedTable, Value};
use js_vm::{Args, Build, EntryKind, Intrinsic, IteratorKind, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::Map, "Map", 0, construct)
        .static_method("groupBy", 2, group_by)
        .static_symbol_getter(vm.symbols().species, "Symbol.species", species)
        .prototype(Intrinsic::MapPrototype)
        .method("get", 1, get)
        .intrinsic_method(Intrinsic::MapSet, "set", 2, set)
        .method("has", 1, has)
        .method("delete", 1, delete)
        .method("clear", 0, clear)
        .intrinsic_method(Intrinsic::MapEntries, "entries", 0, entries)
        .method("forEach", 1, for_each)
        .method("getOrInsert", 2, get_or_insert)
        .method("getOrInsertComputed", 2, get_or_insert_computed)
        .method("keys", 0, keys)
        .getter("size", size)
        .method("values", 0, values)
        .symbol_alias(vm.symbols().iterator, "entries")
        .to_string_tag("Map")
        .global()
        .finish()?;
    Ok(())
}

/// 24.1.2.2 get Map [ %Symbol.species% ]
fn species(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

/// 24.1.1.1 Map ( [ iterable ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = required_target(vm, args, "Map")?;
    let map = vm.ordinary_create_from_constructor(target, Intrinsic::MapPrototype, Class::Map)?;
    let data = vm.rt.new_ordered_table(0)?;
    map.set_payload(&vm.rt, Value::from_cell(data));
    let iterable = args.get(0);
    if !iterable.is_nullish() {
        let adder = adder(vm, map, "set")?;
        add_entries(vm, iterable, &adder)?;
    }
    Ok(map.into())
}

/// 24.1.2.1 Map.groupBy ( items, callback )
fn group_by(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let groups = groups(vm, args.get(0), args.get(1))?;
    let map = vm.object_create(Some(vm.intrinsic(Intrinsic::MapPrototype)), Class::Map)?;
    let mut cursor = Cursor::START;
    while let Some((key, members, next)) = groups.next(cursor) {
        if let Some(list) = members.cell::<List>() {
            let array = vm.create_array_from_list(list)?;
            groups.set(&vm.rt, key, array.into())?;
        }
        cursor = next;
    }
    map.set_payload(&vm.rt, Value::from_cell(groups));
    Ok(map.into())
}

/// 7.3.36 GroupBy ( items, callback, collection ): lists by keys
fn groups(vm: &Vm, items: Value, callback: Value) -> Res<Gc<OrderedTable>> {
    vm.require_object_coercible(items)?;
    if !vm.is_callable(callback) {
        let what = vm.describe_value(callback);
        return Err(vm.type_error(format_args!("{what} is not a function")));
    }
    let groups = vm.rt.new_ordered_table(0)?;
    let record = vm.get_iterator(items, IteratorKind::Sync)?;
    let mut k = 0.0;
    while let Some(value) = vm.iterator_step_value(&record)? {
        let key = match vm.call(callback, Value::UNDEFINED, &[value, Value::number(k)]) {
            Ok(key) => key,
            Err(thrown) => return vm.iterator_close(&record, Err(thrown)),
        };
        k += 1.0;
        match groups.get(key).and_then(|list| list.cell::<List>()) {
            Some(list) => list.push(&vm.rt, value)?,
            None => groups.set(&vm.rt, key, Value::from_cell(vm.rt.list_from(&[value])?))?,
        }
        vm.poll()?;
    }
    Ok(groups)
}

fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<OrderedTable>> {
    table(vm, args, Class::Map, method)
}

/// 24.1.3.6 Map.prototype.get ( key )
fn get(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "Map.prototype.get")?.get(args.get(0)).unwrap_or(Value::UNDEFINED))
}

/// 24.1.3.9 Map.prototype.set ( key, value )
fn set(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this(vm, args, "Map.prototype.set")?.set(&vm.rt, args.get(0), args.get(1))?;
    Ok(args.this)
}

/// 24.1.3.7 Map.prototype.has ( key )
fn has(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "Map.prototype.has")?.has(args.get(0)).into())
}

/// 24.1.3.3 Map.prototype.delete ( key )
fn delete(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(this(vm, args, "Map.prototype.delete")?.delete(&vm.rt, args.get(0)).into())
}

/// 24.1.3.1 Map.prototype.clear ( )
fn clear(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this(vm, args, "Map.prototype.clear")?.clear(&vm.rt);
    Ok(Value::UNDEFINED)
}

/// 24.1.3.10 get Map.prototype.size
fn size(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(this(vm, args, "get Map.prototype.size")?.len() as f64))
}

/// 24.1.3.5 Map.prototype.forEach ( callback [ , thisArg ] )
fn for_each(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Map.prototype.forEach")?;
    let callback = args.get(0);
    if !vm.is_callable(callback) {
        let what = vm.describe_value(callback);
        return Err(vm.type_error(format_args!("{what} is not a function")));
    }
    let mut cursor = Cursor::START;
    while let Some((key, value, next)) = data.next(cursor) {
        cursor = next;
        vm.call(callback, args.get(1), &[value, key, args.this])?;
    }
    Ok(Value::UNDEFINED)
}

/// Map.prototype.getOrInsert ( key, value )
fn get_or_insert(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Map.prototype.getOrInsert")?;
    if let Some(value) = data.get(args.get(0)) {
        return Ok(value);
    }
    data.set(&vm.rt, args.get(0), args.get(1))?;
    Ok(args.get(1))
}

/// Map.prototype.getOrInsertComputed ( key, callback )
fn get_or_insert_computed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Map.prototype.getOrInsertComputed")?;
    let callback = args.get(1);
    if !vm.is_callable(callback) {
        let what = vm.describe_value(callback);
        return Err(vm.type_error(format_args!("{what} is not a function")));
    }
    let key = canonical(args.get(0));
    if let Some(value) = data.get(key) {
        return Ok(value);
    }
    let value = vm.call(callback, Value::UNDEFINED, &[key])?;
    data.set(&vm.rt, key, value)?;
    Ok(value)
}

/// 24.1.3.4 Map.prototype.entries ( )
fn entries(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Map.prototype.entries")?;
    vm.create_entry_iterator(Class::MapIterator, data, EntryKind::KeyValue)
}

/// 24.1.3.8 Map.prototype.keys ( )
fn keys(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Map.prototype.keys")?;
    vm.create_entry_iterator(Class::MapIterator, data, EntryKind::Key)
}

/// 24.1.3.11 Map.prototype.values ( )
fn values(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let data = this(vm, args, "Map.prototype.values")?;
    vm.create_entry_iterator(Class::MapIterator, data, EntryKind::Value)
}
