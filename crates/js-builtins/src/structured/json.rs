//! 25.5 The JSON Object: its functions but for `stringify`.

use super::json_parse::{Record, parse_text};
use super::json_stringify::stringify;
use js_rt::{Attrs, Class, Obj, PropertyKey, Value};
use js_vm::{Args, Build, IntegrityLevel, Intrinsic, PropertyKind, Res, Vm};

/// 25.5.2 JSON.parse ( text [ , reviver ] )
fn parse(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = vm.to_string(args.get(0))?;
    let reviver = args.get(1);
    if !vm.is_callable(reviver) {
        return parse_text(vm, text, false).map(|(value, _)| value);
    }
    let (value, record) = parse_text(vm, text, true)?;
    let root = vm.new_object()?;
    let empty = vm.rt.key_from_str(vm.rt.empty_str())?;
    vm.rt.put_own(root, empty, value)?;
    internalize(vm, root, empty, reviver, record)
}

/// 25.5.2.2 InternalizeJSONProperty
fn internalize(vm: &Vm, holder: Obj, key: PropertyKey, reviver: Value, record: Option<Record>) -> Res<Value> {
    vm.check_stack()?;
    let value = vm.get(holder, key)?;
    let context = vm.new_object()?;
    // What was changed meanwhile is not what the text says.
    let record = record.filter(|record| record.value().same_value(value));
    if let Some(o) = value.as_object() {
        internalize_elements(vm, o, reviver, record)?;
    } else if let Some(source) = record.and_then(|record| record.source()) {
        vm.rt.put_own(context, vm.names().source, source.into())?;
    }
    vm.call(reviver, holder.into(), &[key.to_value(&vm.rt)?, value, context.into()])
}

fn internalize_elements(vm: &Vm, o: Obj, reviver: Value, record: Option<Record>) -> Res<()> {
    let revive = |key: PropertyKey, record: Option<Record>| -> Res<()> {
        vm.poll()?;
        let new = internalize(vm, o, key, reviver, record)?;
        if new.is_undefined() {
            vm.delete(o, key)?;
        } else {
            vm.create_data_property(o, key, new)?;
        }
        Ok(())
    };
    if vm.is_array(o.into())? {
        let length = vm.length_of_array_like(o)? as u64;
        for index in 0..length {
            revive(vm.rt.key_from_u64(index)?, record.and_then(|record| record.element(index as usize)))?;
        }
        return Ok(());
    }
    let keys = vm.enumerable_own_properties(o, PropertyKind::Key)?;
    for name in keys.iter() {
        let key = vm.to_property_key(name)?;
        revive(key, record.and_then(|record| record.entry(name)))?;
    }
    Ok(())
}

/// 25.5.3 JSON.rawJSON ( text )
fn raw_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = vm.to_string(args.get(0))?;
    let is_blank = |unit: u16| matches!(unit, 9 | 10 | 13 | 32);
    if text.is_empty() || is_blank(text.unit_at(0)) || is_blank(text.unit_at(text.len() - 1)) {
        return Err(vm.syntax_error("Invalid value for JSON.rawJSON"));
    }
    let (value, _) = parse_text(vm, text, false)?;
    if value.is_object() {
        return Err(vm.syntax_error("Invalid value for JSON.rawJSON"));
    }
    let o = vm.object_create(None, Class::RawJson)?;
    vm.rt.add(o, vm.names().raw_json, text.into(), Attrs::ALL)?;
    vm.set_integrity_level(o, IntegrityLevel::Frozen)?;
    Ok(o.into())
}

/// 25.5.1 JSON.isRawJSON ( O )
fn is_raw_json(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(args.get(0).as_object().is_some_and(|o| o.class() == Class::RawJson)))
}

/// %JSON%
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::namespace(vm, Intrinsic::JSON, "JSON")
        .method("isRawJSON", 1, is_raw_json)
        .method("parse", 2, parse)
        .method("rawJSON", 1, raw_json)
        .method("stringify", 3, stringify)
        .to_string_tag("JSON")
        .global()
        .finish()?;
    Ok(())
}
