//! 22.1.3 Properties of the String Prototype Object: methods that look at units and for other strings.

use super::builder::{find, find_last};
use super::string::this_string;
use js_rt::{Str, Value};
use js_vm::{Args, Res, Vm};

/// The place that an argument means, if there is a unit.
fn place(vm: &Vm, args: &Args<'_>, string: Str) -> Res<Option<usize>> {
    let position = vm.to_integer_or_infinity(args.get(0))?;
    Ok((position >= 0.0 && position < string.len() as f64).then_some(position as usize))
}

/// 22.1.3.1 String.prototype.at ( index )
pub(super) fn at(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "at")?;
    let relative = vm.to_integer_or_infinity(args.get(0))?;
    let length = string.len() as f64;
    let place = if relative >= 0.0 { relative } else { length + relative };
    if place < 0.0 || place >= length {
        return Ok(Value::UNDEFINED);
    }
    Ok(vm.rt.str_unit(string.flat(&vm.rt)?.at(place as usize))?.into())
}

/// 22.1.3.2 String.prototype.charAt ( pos )
pub(super) fn char_at(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "charAt")?;
    match place(vm, args, string)? {
        Some(at) => Ok(vm.rt.str_unit(string.flat(&vm.rt)?.at(at))?.into()),
        None => Ok(vm.rt.empty_str().into()),
    }
}

/// 22.1.3.3 String.prototype.charCodeAt ( pos )
pub(super) fn char_code_at(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "charCodeAt")?;
    match place(vm, args, string)? {
        Some(at) => Ok(Value::int(string.flat(&vm.rt)?.at(at).into())),
        None => Ok(Value::NAN),
    }
}

/// 22.1.3.4 String.prototype.codePointAt ( pos )
pub(super) fn code_point_at(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "codePointAt")?;
    match place(vm, args, string)? {
        Some(at) => {
            vm.rt.flatten(string)?;
            Ok(Value::from(string.code_point_at(at).0))
        }
        None => Ok(Value::UNDEFINED),
    }
}

/// The string that is looked for, which must not be a regular expression.
fn no_reg_exp(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Str> {
    if vm.is_reg_exp(args.get(0))? {
        return Err(vm.type_error(format_args!(
            "First argument to String.prototype.{method} must not be a regular expression"
        )));
    }
    vm.to_string(args.get(0))
}

/// The argument that is a position, between 0 and the length.
fn position(vm: &Vm, value: Value, default: f64, length: usize) -> Res<usize> {
    let position = if value.is_undefined() { default } else { vm.to_integer_or_infinity(value)? };
    Ok(position.clamp(0.0, length as f64) as usize)
}

/// 22.1.3.7 String.prototype.endsWith ( searchString [ , endPosition ] )
pub(super) fn ends_with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "endsWith")?;
    let wanted = no_reg_exp(vm, args, "endsWith")?;
    let end = position(vm, args.get(1), f64::INFINITY, string.len())?;
    let (view, wanted) = (string.flat(&vm.rt)?, wanted.flat(&vm.rt)?);
    let start = end.checked_sub(wanted.len());
    Ok(Value::bool(start.is_some_and(|start| view.slice(start, end).equals(wanted))))
}

/// 22.1.3.8 String.prototype.includes ( searchString [ , position ] )
pub(super) fn includes(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "includes")?;
    let wanted = no_reg_exp(vm, args, "includes")?;
    let start = position(vm, args.get(1), 0.0, string.len())?;
    Ok(Value::bool(find(string.flat(&vm.rt)?, wanted.flat(&vm.rt)?, start).is_some()))
}

/// 22.1.3.9 String.prototype.indexOf ( searchString [ , position ] )
pub(super) fn index_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "indexOf")?;
    let wanted = vm.to_string(args.get(0))?;
    let start = position(vm, args.get(1), 0.0, string.len())?;
    let found = find(string.flat(&vm.rt)?, wanted.flat(&vm.rt)?, start);
    Ok(found.map_or(Value::int(-1), |at| Value::from(at as u32)))
}

/// 22.1.3.11 String.prototype.lastIndexOf ( searchString [ , position ] )
pub(super) fn last_index_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "lastIndexOf")?;
    let wanted = vm.to_string(args.get(0))?;
    let number = vm.to_number(args.get(1))?;
    let start = if number.is_nan() { f64::INFINITY } else { number.trunc() };
    let start = start.clamp(0.0, string.len() as f64) as usize;
    let found = find_last(string.flat(&vm.rt)?, wanted.flat(&vm.rt)?, start);
    Ok(found.map_or(Value::int(-1), |at| Value::from(at as u32)))
}

/// 22.1.3.24 String.prototype.startsWith ( searchString [ , position ] )
pub(super) fn starts_with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let string = this_string(vm, args, "startsWith")?;
    let wanted = no_reg_exp(vm, args, "startsWith")?;
    let start = position(vm, args.get(1), 0.0, string.len())?;
    let (view, wanted) = (string.flat(&vm.rt)?, wanted.flat(&vm.rt)?);
    let fits = start + wanted.len() <= view.len();
    Ok(Value::bool(fits && view.slice(start, start + wanted.len()).equals(wanted)))
}
