//! 20.1.2 Properties of the Object Constructor: what they do with the properties of an object.

use js_rt::{Class, Gc, List, Obj, PropertyDescriptor, Value};
use js_vm::{Args, PropertyKind, Res, Vm};

/// 20.1.2.2 Object.create ( O, Properties )
pub(crate) fn create(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let proto = args.get(0);
    if !proto.is_object() && !proto.is_null() {
        let text = vm.describe_value(proto);
        return Err(vm.type_error(format_args!("Object prototype may only be an Object or null: {text}")));
    }
    let o = vm.object_create(proto.as_object(), Class::Object)?;
    if !args.get(1).is_undefined() {
        object_define_properties(vm, o, args.get(1))?;
    }
    Ok(o.into())
}

/// 20.1.2.3 Object.defineProperties ( O, Properties )
pub(crate) fn define_properties(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(o) = args.get(0).as_object() else {
        return Err(vm.type_error("Object.defineProperties called on non-object"));
    };
    object_define_properties(vm, o, args.get(1))?;
    Ok(o.into())
}

/// A property descriptor as four values of a list: which fields there are and what the flags say, then the values.
fn push_descriptor(vm: &Vm, list: Gc<List>, descriptor: &PropertyDescriptor) -> Res<()> {
    let bit = |value: Option<bool>, at: u32| match value {
        None => 0,
        Some(value) => (1 | i32::from(value) << 1) << at,
    };
    let given = |value: Option<Value>, at: u32| i32::from(value.is_some()) << at;
    let fields = bit(descriptor.writable, 0)
        | bit(descriptor.enumerable, 2)
        | bit(descriptor.configurable, 4)
        | given(descriptor.value, 6)
        | given(descriptor.get, 7)
        | given(descriptor.set, 8);
    list.push(&vm.rt, Value::int(fields))?;
    for value in [descriptor.value, descriptor.get, descriptor.set] {
        list.push(&vm.rt, value.unwrap_or(Value::UNDEFINED))?;
    }
    Ok(())
}

/// The descriptor that [`push_descriptor`] put at a place of a list.
fn descriptor_at(list: Gc<List>, at: usize) -> PropertyDescriptor {
    let fields = list.get(at).and_then(Value::as_int).unwrap_or(0);
    let bit = |at: u32| (fields >> at & 1 != 0).then_some(fields >> at & 2 != 0);
    let given = |bit: u32, place: usize| if fields >> bit & 1 != 0 { list.get(at + place) } else { None };
    PropertyDescriptor {
        value: given(6, 1),
        writable: bit(0),
        get: given(7, 2),
        set: given(8, 3),
        enumerable: bit(2),
        configurable: bit(4),
    }
}

/// 20.1.2.3.1 ObjectDefineProperties ( O, Properties )
fn object_define_properties(vm: &Vm, o: Obj, properties: Value) -> Res<()> {
    let properties = vm.to_object(properties)?;
    let keys = vm.own_property_keys(properties)?;
    // For each property its key and the descriptor: a list, which keeps the values alive.
    let list = vm.rt.new_list()?;
    for name in keys.iter() {
        let key = vm.to_property_key(name)?;
        if vm.get_own_property(properties, key)?.is_some_and(|found| found.enumerable == Some(true)) {
            let described = vm.get(properties, key)?;
            let descriptor = vm.to_property_descriptor(described)?;
            list.push(&vm.rt, name)?;
            push_descriptor(vm, list, &descriptor)?;
        }
    }
    let mut at = 0;
    while let Some(name) = list.get(at) {
        let key = vm.to_property_key(name)?;
        vm.define_property_or_throw(o, key, &descriptor_at(list, at + 1))?;
        at += 5;
    }
    Ok(())
}

/// 20.1.2.4 Object.defineProperty ( O, P, Attributes )
pub(crate) fn define_property(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(o) = args.get(0).as_object() else {
        return Err(vm.type_error("Object.defineProperty called on non-object"));
    };
    let key = vm.to_property_key(args.get(1))?;
    let descriptor = vm.to_property_descriptor(args.get(2))?;
    vm.define_property_or_throw(o, key, &descriptor)?;
    Ok(o.into())
}

fn own_properties(vm: &Vm, args: &Args<'_>, kind: PropertyKind) -> Res<Value> {
    let o = vm.to_object(args.get(0))?;
    let list = vm.enumerable_own_properties(o, kind)?;
    Ok(vm.create_array_from_list(list)?.into())
}

/// 20.1.2.5 Object.entries ( O )
pub(crate) fn entries(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    own_properties(vm, args, PropertyKind::KeyValue)
}

/// 20.1.2.19 Object.keys ( O )
pub(crate) fn keys(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    own_properties(vm, args, PropertyKind::Key)
}

/// 20.1.2.24 Object.values ( O )
pub(crate) fn values(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    own_properties(vm, args, PropertyKind::Value)
}

/// 20.1.2.8 Object.getOwnPropertyDescriptor ( O, P )
pub(crate) fn get_own_property_descriptor(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.get(0))?;
    let key = vm.to_property_key(args.get(1))?;
    let descriptor = vm.get_own_property(o, key)?;
    vm.from_property_descriptor(descriptor.as_ref())
}

/// 20.1.2.9 Object.getOwnPropertyDescriptors ( O )
pub(crate) fn get_own_property_descriptors(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.get(0))?;
    let keys = vm.own_property_keys(o)?;
    let descriptors = vm.new_object()?;
    for name in keys.iter() {
        let key = vm.to_property_key(name)?;
        let descriptor = vm.get_own_property(o, key)?;
        let described = vm.from_property_descriptor(descriptor.as_ref())?;
        if !described.is_undefined() {
            vm.create_data_property_or_throw(descriptors, key, described)?;
        }
    }
    Ok(descriptors.into())
}

/// 20.1.2.11.1 GetOwnPropertyKeys ( O, type )
fn get_own_property_keys(vm: &Vm, args: &Args<'_>, symbols: bool) -> Res<Value> {
    let o = vm.to_object(args.get(0))?;
    let keys = vm.own_property_keys(o)?;
    let list = vm.rt.new_list()?;
    for key in keys.iter().filter(|key| key.is_symbol() == symbols) {
        list.push(&vm.rt, key)?;
    }
    Ok(vm.create_array_from_list(list)?.into())
}

/// 20.1.2.10 Object.getOwnPropertyNames ( O )
pub(crate) fn get_own_property_names(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    get_own_property_keys(vm, args, false)
}

/// 20.1.2.11 Object.getOwnPropertySymbols ( O )
pub(crate) fn get_own_property_symbols(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    get_own_property_keys(vm, args, true)
}

/// 20.1.2.14 Object.hasOwn ( O, P )
pub(crate) fn has_own(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.get(0))?;
    let key = vm.to_property_key(args.get(1))?;
    vm.has_own_property(o, key).map(Value::bool)
}
