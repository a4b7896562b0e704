//! 20.1.2 Properties of the Object Constructor, but those about the properties of an object.

use super::object_properties as properties;
use js_rt::{Class, Obj, Own, PropertyKey, Value};
use js_vm::{Args, Build, IntegrityLevel, Intrinsic, IteratorKind, Res, Throw, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::Object, "Object", 1, object)
        .static_method("assign", 2, assign)
        .static_method("create", 2, properties::create)
        .static_method("defineProperties", 2, properties::define_properties)
        .static_method("defineProperty", 3, properties::define_property)
        .static_method("entries", 1, properties::entries)
        .static_method("freeze", 1, freeze)
        .static_method("fromEntries", 1, from_entries)
        .static_method("getOwnPropertyDescriptor", 2, properties::get_own_property_descriptor)
        .static_method("getOwnPropertyDescriptors", 1, properties::get_own_property_descriptors)
        .static_method("getOwnPropertyNames", 1, properties::get_own_property_names)
        .static_method("getOwnPropertySymbols", 1, properties::get_own_property_symbols)
        .static_method("getPrototypeOf", 1, get_prototype_of)
        .static_method("groupBy", 2, group_by)
        .static_method("hasOwn", 2, properties::has_own)
        .static_method("is", 2, is)
        .static_method("isExtensible", 1, is_extensible)
        .static_method("isFrozen", 1, is_frozen)
        .static_method("isSealed", 1, is_sealed)
        .static_method("keys", 1, properties::keys)
        .static_method("preventExtensions", 1, prevent_extensions)
        .static_method("seal", 1, seal)
        .static_method("setPrototypeOf", 2, set_prototype_of)
        .static_method("values", 1, properties::values)
        .prototype(Intrinsic::ObjectPrototype);
    super::object_prototype::define(build).global().finish()?;
    super::object_prototype::keep(vm)
}

/// 20.1.1.1 Object ( [ value ] )
fn object(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(new_target) = args.new_target.filter(|target| *target != args.callee) {
        let o = vm.ordinary_create_from_constructor(new_target, Intrinsic::ObjectPrototype, Class::Object)?;
        return Ok(o.into());
    }
    let value = args.get(0);
    let o = if value.is_nullish() { vm.new_object()? } else { vm.to_object(value)? };
    Ok(o.into())
}

/// 20.1.2.1 Object.assign ( target, ...sources )
fn assign(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let to = vm.to_object(args.get(0))?;
    for source in args.rest(1) {
        if source.get().is_nullish() {
            continue;
        }
        let from = vm.to_object(source.get())?;
        let keys = vm.own_property_keys(from)?;
        for name in keys.iter() {
            let key = vm.to_property_key(name)?;
            if let Some(value) = enumerable_value(vm, from, key)? {
                vm.set(to, key, value, true)?;
            }
        }
    }
    Ok(to.into())
}

/// The value of an own property, if that is enumerable: `[[GetOwnProperty]]` and `[[Get]]`, one look where no code can run.
fn enumerable_value(vm: &Vm, from: Obj, key: PropertyKey) -> Res<Option<Value>> {
    if is_plain(from)
        && let Some(Own::Data(value, attrs)) = vm.rt.get_own(from, key)
        && !value.is_empty()
    {
        return Ok(attrs.is_enumerable().then_some(value));
    }
    match vm.get_own_property(from, key)? {
        Some(found) if found.enumerable == Some(true) => vm.get(from, key).map(Some),
        _ => Ok(None),
    }
}

/// Whether SetIntegrityLevel and TestIntegrityLevel of an object need no look at each property by its internal methods.
fn is_plain(o: Obj) -> bool {
    o.is_array() || !o.is_exotic()
}

fn set_integrity(vm: &Vm, args: &Args<'_>, level: IntegrityLevel) -> Res<Value> {
    let Some(o) = args.get(0).as_object() else {
        return Ok(args.get(0));
    };
    if is_plain(o) {
        vm.rt.set_integrity(o, level == IntegrityLevel::Frozen)?;
    } else if !vm.set_integrity_level(o, level)? {
        let what = if level == IntegrityLevel::Frozen { "freeze" } else { "seal" };
        return Err(vm.type_error(format_args!("Cannot {what}")));
    }
    Ok(o.into())
}

fn test_integrity(vm: &Vm, args: &Args<'_>, level: IntegrityLevel) -> Res<Value> {
    let Some(o) = args.get(0).as_object() else {
        return Ok(Value::TRUE);
    };
    if is_plain(o) {
        return Ok(Value::bool(vm.rt.test_integrity(o, level == IntegrityLevel::Frozen)));
    }
    vm.test_integrity_level(o, level).map(Value::bool)
}

/// 20.1.2.6 Object.freeze ( O )
fn freeze(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    set_integrity(vm, args, IntegrityLevel::Frozen)
}

/// 20.1.2.22 Object.seal ( O )
fn seal(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    set_integrity(vm, args, IntegrityLevel::Sealed)
}

/// 20.1.2.17 Object.isFrozen ( O )
fn is_frozen(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    test_integrity(vm, args, IntegrityLevel::Frozen)
}

/// 20.1.2.18 Object.isSealed ( O )
fn is_sealed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    test_integrity(vm, args, IntegrityLevel::Sealed)
}

/// 20.1.2.16 Object.isExtensible ( O )
fn is_extensible(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    match args.get(0).as_object() {
        Some(o) => vm.is_extensible(o).map(Value::bool),
        None => Ok(Value::FALSE),
    }
}

/// 20.1.2.20 Object.preventExtensions ( O )
fn prevent_extensions(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(o) = args.get(0).as_object()
        && !vm.prevent_extensions(o)?
    {
        return Err(vm.type_error("Cannot prevent extensions"));
    }
    Ok(args.get(0))
}

/// 20.1.2.12 Object.getPrototypeOf ( O )
fn get_prototype_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.get(0))?;
    Ok(Value::or_null(vm.get_prototype_of(o)?))
}

/// 20.1.2.15 Object.is ( value1, value2 )
fn is(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(args.get(0).same_value(args.get(1))))
}

/// 20.1.2.23 Object.setPrototypeOf ( O, proto )
fn set_prototype_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, proto) = (args.get(0), args.get(1));
    if o.is_nullish() {
        return Err(vm.type_error("Object.setPrototypeOf called on null or undefined"));
    }
    if !proto.is_object() && !proto.is_null() {
        let text = vm.describe_value(proto);
        return Err(vm.type_error(format_args!("Object prototype may only be an Object or null: {text}")));
    }
    if let Some(o) = o.as_object()
        && !vm.set_prototype_of(o, proto.as_object())?
    {
        return Err(prototype_refused(vm, o, proto.as_object()));
    }
    Ok(o)
}

/// Why an object's prototype could not be set, in V8's words.
#[cold]
pub(crate) fn prototype_refused(vm: &Vm, o: Obj, proto: Option<Obj>) -> Throw {
    let text = vm.describe_value(o.into());
    if o.class() == Class::Proxy {
        return vm.type_error("'setPrototypeOf' on proxy: trap returned falsish for property 'undefined'");
    }
    if o == vm.intrinsic(Intrinsic::ObjectPrototype) {
        return vm
            .type_error("Immutable prototype object 'Object.prototype' cannot have their prototype set");
    }
    if !o.is_extensible() {
        return vm.type_error(format_args!("{text} is not extensible"));
    }
    if proto.is_some() {
        vm.type_error("Cyclic __proto__ value")
    } else {
        vm.type_error("Cannot set the prototype")
    }
}

/// 20.1.2.7 Object.fromEntries ( iterable )
fn from_entries(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterable = args.get(0);
    if iterable.is_nullish() {
        let text = vm.describe_value(iterable);
        return Err(vm.type_error(format_args!("{text} is not iterable")));
    }
    let o = vm.new_object()?;
    let record = vm.get_iterator(iterable, IteratorKind::Sync)?;
    while let Some(entry) = vm.iterator_step_value(&record)? {
        if let Err(thrown) = add_entry(vm, o, entry) {
            return vm.iterator_close(&record, Err(thrown));
        }
    }
    Ok(o.into())
}

/// 24.1.1.2 AddEntriesFromIterable, a step of it, with the adder of Object.fromEntries
fn add_entry(vm: &Vm, o: Obj, entry: Value) -> Res<()> {
    let Some(entry) = entry.as_object() else {
        let text = vm.describe_value(entry);
        return Err(vm.type_error(format_args!("Iterator value {text} is not an entry object")));
    };
    let key = vm.get_index(entry, 0)?;
    let value = vm.get_index(entry, 1)?;
    let key = vm.to_property_key(key)?;
    vm.create_data_property_or_throw(o, key, value)
}

/// 20.1.2.13 Object.groupBy ( items, callback )
fn group_by(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (items, callback) = (args.get(0), args.get(1));
    if items.is_nullish() {
        let text = vm.describe_value(items);
        return Err(vm.type_error(format_args!("{text} is not iterable")));
    }
    if !vm.is_callable(callback) {
        let text = vm.describe_callee(callback);
        return Err(vm.type_error(format_args!("{text} is not a function")));
    }
    // The result collects the groups: nobody sees it before the last one is complete.
    let groups = vm.object_create(None, Class::Object)?;
    let record = vm.get_iterator(items, IteratorKind::Sync)?;
    let mut k = 0_u64;
    while let Some(value) = vm.iterator_step_value(&record)? {
        let key = match group_key(vm, callback, value, k) {
            Ok(key) => key,
            Err(thrown) => return vm.iterator_close(&record, Err(thrown)),
        };
        match vm.rt.get_own_data(groups, key).as_object() {
            Some(group) => vm.create_index_or_throw(group, u64::from(group.array_length()), value)?,
            None => {
                let group = vm.new_array(&[value])?;
                vm.create_data_property_or_throw(groups, key, group.into())?;
            }
        }
        k += 1;
    }
    Ok(groups.into())
}

/// 7.3.34 GroupBy, the key of a value
fn group_key(vm: &Vm, callback: Value, value: Value, k: u64) -> Res<PropertyKey> {
    let key = vm.call(callback, Value::UNDEFINED, &[value, Value::number(k as f64)])?;
    vm.to_property_key(key)
}
