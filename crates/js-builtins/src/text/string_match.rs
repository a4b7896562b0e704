//! 22.1.3 Properties of the String Prototype Object: methods that regular expressions take part in.

use super::builder::{Builder, find};
use super::string::this_coercible;
use super::substitution::{Matched, get_substitution};
use js_rt::{Str, Sym, Value};
use js_vm::{Args, Intrinsic, Res, Vm};

/// Has an object do it by its method with this symbol, if there is one.
fn by_object(vm: &Vm, args: &Args<'_>, symbol: Sym, rest: &[Value]) -> Res<Option<Value>> {
    let object = args.get(0);
    if !object.is_object() {
        return Ok(None);
    }
    let method = vm.get_method(object, symbol)?;
    if method.is_undefined() { Ok(None) } else { vm.call(method, object, rest).map(Some) }
}

/// Has a new regular expression do it.
fn by_reg_exp(vm: &Vm, args: &Args<'_>, symbol: Sym, flags: Value) -> Res<Value> {
    let string = vm.to_string(args.this)?;
    let reg_exp = super::reg_exp::reg_exp_create(vm, args.get(0), flags)?;
    vm.invoke(reg_exp, symbol, &[string.into()])
}

/// 22.1.3.13 String.prototype.match ( regexp )
pub(super) fn match_(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_coercible(vm, args, "match")?;
    match by_object(vm, args, vm.symbols().match_, &[args.this])? {
        Some(result) => Ok(result),
        None => by_reg_exp(vm, args, vm.symbols().match_, Value::UNDEFINED),
    }
}

/// Fails for regular expressions that are not global.
fn check_global(vm: &Vm, args: &Args<'_>, method: &str) -> Res<()> {
    let reg_exp = args.get(0);
    if reg_exp.is_object() && vm.is_reg_exp(reg_exp)? {
        let flags = vm.get_v(reg_exp, vm.names().flags)?;
        vm.require_object_coercible(flags)?;
        if !vm.to_string(flags)?.flat(&vm.rt)?.units().any(|unit| unit == u16::from(b'g')) {
            return Err(vm.type_error(format_args!(
                "String.prototype.{method} called with a non-global RegExp argument"
            )));
        }
    }
    Ok(())
}

/// 22.1.3.14 String.prototype.matchAll ( regexp )
pub(super) fn match_all(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_coercible(vm, args, "matchAll")?;
    check_global(vm, args, "matchAll")?;
    match by_object(vm, args, vm.symbols().match_all, &[args.this])? {
        Some(result) => Ok(result),
        None => by_reg_exp(vm, args, vm.symbols().match_all, vm.rt.str_from_utf8("g")?.into()),
    }
}

/// 22.1.3.21 String.prototype.search ( regexp )
pub(super) fn search(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_coercible(vm, args, "search")?;
    match by_object(vm, args, vm.symbols().search, &[args.this])? {
        Some(result) => Ok(result),
        None => by_reg_exp(vm, args, vm.symbols().search, Value::UNDEFINED),
    }
}

/// The string to be replaced, and what replaces it: a function, or a string.
fn replacement(vm: &Vm, args: &Args<'_>) -> Res<(Str, Str, Value)> {
    let string = vm.to_string(args.this)?;
    let wanted = vm.to_string(args.get(0))?;
    let value = args.get(1);
    let value = if vm.is_callable(value) { value } else { vm.to_string(value)?.into() };
    Ok((string, wanted, value))
}

fn push_replacement(
    vm: &Vm,
    to: &mut Builder,
    string: Str,
    wanted: Str,
    value: Value,
    position: usize,
) -> Res<()> {
    if let Some(template) = value.as_string() {
        let matched = Matched { string, position, text: wanted, captures: None, named: None };
        return get_substitution(vm, to, &matched, template);
    }
    let arguments = [wanted.into(), Value::from(position as u32), string.into()];
    let result = vm.call(value, Value::UNDEFINED, &arguments)?;
    to.push(vm, vm.to_string(result)?)
}

/// 22.1.3.19 String.prototype.replace ( searchValue, replaceValue )
pub(super) fn replace(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_coercible(vm, args, "replace")?;
    if let Some(result) = by_object(vm, args, vm.symbols().replace, &[args.this, args.get(1)])? {
        return Ok(result);
    }
    let (string, wanted, value) = replacement(vm, args)?;
    let Some(position) = find(string.flat(&vm.rt)?, wanted.flat(&vm.rt)?, 0) else {
        return Ok(string.into());
    };
    let mut text = Builder::new();
    text.push_part(vm, string, 0, position)?;
    push_replacement(vm, &mut text, string, wanted, value, position)?;
    text.push_part(vm, string, position + wanted.len(), string.len())?;
    text.finish(vm).map(Value::from)
}

/// 22.1.3.20 String.prototype.replaceAll ( searchValue, replaceValue )
pub(super) fn replace_all(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_coercible(vm, args, "replaceAll")?;
    check_global(vm, args, "replaceAll")?;
    if let Some(result) = by_object(vm, args, vm.symbols().replace, &[args.this, args.get(1)])? {
        return Ok(result);
    }
    let (string, wanted, value) = replacement(vm, args)?;
    let advance = wanted.len().max(1);
    let mut text = Builder::new();
    let mut end = 0;
    let mut next = find(string.flat(&vm.rt)?, wanted.flat(&vm.rt)?, 0);
    while let Some(position) = next {
        vm.poll()?;
        text.push_part(vm, string, end, position)?;
        push_replacement(vm, &mut text, string, wanted, value, position)?;
        end = position + wanted.len();
        next = find(string.flat(&vm.rt)?, wanted.flat(&vm.rt)?, position + advance);
    }
    if end == 0 && text.len() == 0 {
        return Ok(string.into());
    }
    text.push_part(vm, string, end, string.len())?;
    text.finish(vm).map(Value::from)
}

/// 22.1.3.23 String.prototype.split ( separator, limit )
pub(super) fn split(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_coercible(vm, args, "split")?;
    if let Some(result) = by_object(vm, args, vm.symbols().split, &[args.this, args.get(1)])? {
        return Ok(result);
    }
    let string = vm.to_string(args.this)?;
    let limit = match args.get(1) {
        Value::UNDEFINED => u32::MAX,
        limit => vm.to_uint32(limit)?,
    };
    let separator = vm.to_string(args.get(0))?;
    if limit == 0 {
        return vm.new_array(&[]).map(Value::from);
    }
    if args.get(0).is_undefined() || string.is_empty() && !separator.is_empty() {
        return vm.new_array(&[string.into()]).map(Value::from);
    }
    let array = vm.new_array(&[])?;
    vm.rt.flatten(string)?;
    if separator.is_empty() {
        for at in 0..string.len().min(limit as usize) {
            vm.poll()?;
            vm.rt.array_append(array, vm.rt.str_unit(string.unit_at(at))?.into())?;
        }
        return Ok(array.into());
    }
    let mut start = 0;
    while let Some(at) = find(string.flat(&vm.rt)?, separator.flat(&vm.rt)?, start) {
        vm.poll()?;
        vm.rt.array_append(array, vm.rt.substring(string, start, at)?.into())?;
        if array.array_length() >= limit {
            return Ok(array.into());
        }
        start = at + separator.len();
    }
    vm.rt.array_append(array, vm.rt.substring(string, start, string.len())?.into())?;
    Ok(array.into())
}

/// Whether a value is %RegExp.prototype.exec%.
pub(super) fn is_plain_exec(vm: &Vm, exec: Value) -> bool {
    vm.is_intrinsic(exec, Intrinsic::RegExpExec)
}
