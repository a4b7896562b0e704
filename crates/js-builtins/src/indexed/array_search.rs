//! 23.1.3 Properties of the Array Prototype Object: methods that look for elements.

use super::array::{before_hole, behind_hole, callback, element, present, relative_index, this_array};
use js_rt::{Obj, Value};
use js_vm::{Args, Res, Vm};

/// 23.1.3.1 Array.prototype.at ( index )
pub(super) fn at(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let relative = vm.to_integer_or_infinity(args.get(0))?;
    let k = if relative >= 0.0 { relative } else { length as f64 + relative };
    if k < 0.0 || k >= length as f64 { Ok(Value::UNDEFINED) } else { element(vm, o, k as u64) }
}

/// 23.1.3.12.1 FindViaPredicate
fn find_via(vm: &Vm, args: &Args<'_>, backwards: bool) -> Res<Option<(u64, Value)>> {
    let (o, length) = this_array(vm, args)?;
    let predicate = callback(vm, args, 0)?;
    let this_arg = args.get(1);
    for step in 0..length {
        vm.poll()?;
        let k = if backwards { length - 1 - step } else { step };
        let value = element(vm, o, k)?;
        if vm.call(predicate, this_arg, &[value, Value::number(k as f64), o.into()])?.to_boolean() {
            return Ok(Some((k, value)));
        }
    }
    Ok(None)
}

fn value_of(found: Option<(u64, Value)>) -> Value {
    found.map_or(Value::UNDEFINED, |(_, value)| value)
}

fn index_of_found(found: Option<(u64, Value)>) -> Value {
    found.map_or(Value::int(-1), |(k, _)| Value::number(k as f64))
}

/// 23.1.3.9 Array.prototype.find ( predicate [ , thisArg ] )
pub(super) fn find(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    find_via(vm, args, false).map(value_of)
}

/// 23.1.3.10 Array.prototype.findIndex ( predicate [ , thisArg ] )
pub(super) fn find_index(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    find_via(vm, args, false).map(index_of_found)
}

/// 23.1.3.11 Array.prototype.findLast ( predicate [ , thisArg ] )
pub(super) fn find_last(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    find_via(vm, args, true).map(value_of)
}

/// 23.1.3.12 Array.prototype.findLastIndex ( predicate [ , thisArg ] )
pub(super) fn find_last_index(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    find_via(vm, args, true).map(index_of_found)
}

/// 23.1.3.16 Array.prototype.includes ( searchElement [ , fromIndex ] )
pub(super) fn includes(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    if length == 0 {
        return Ok(Value::FALSE);
    }
    let wanted = args.get(0);
    let from = relative_index(vm, args.get(1), length, 0)?;
    if let Some(found) = packed_position(o, from, length, |value| value.same_value_zero(wanted)) {
        return Ok(Value::bool(found.is_some()));
    }
    for k in from..length {
        vm.poll()?;
        if element(vm, o, k)?.same_value_zero(wanted) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

/// Where the first of the elements from `from` up to `to` is that fits, in an array without holes.
fn packed_position(o: Obj, from: u64, to: u64, fits: impl Fn(Value) -> bool) -> Option<Option<u64>> {
    let elements = o.packed()?;
    let part = elements.get(from as usize..to as usize)?;
    Some(part.iter().position(|slot| fits(slot.get())).map(|at| from + at as u64))
}

/// 23.1.3.17 Array.prototype.indexOf ( searchElement [ , fromIndex ] )
pub(super) fn index_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    if length == 0 {
        return Ok(Value::int(-1));
    }
    let wanted = args.get(0);
    let from = relative_index(vm, args.get(1), length, 0)?;
    if let Some(found) = packed_position(o, from, length, |value| value.is_strictly_equal(wanted)) {
        return Ok(found.map_or(Value::int(-1), |k| Value::number(k as f64)));
    }
    let mut k = from;
    while k < length {
        vm.poll()?;
        match present(vm, o, k)? {
            Some(value) if value.is_strictly_equal(wanted) => return Ok(Value::number(k as f64)),
            Some(_) => k += 1,
            None => k = behind_hole(vm, o, k),
        }
    }
    Ok(Value::int(-1))
}

/// 23.1.3.20 Array.prototype.lastIndexOf ( searchElement [ , fromIndex ] )
pub(super) fn last_index_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    if length == 0 {
        return Ok(Value::int(-1));
    }
    let wanted = args.get(0);
    let last = length as f64 - 1.0;
    let from = match args.given(1) {
        Some(from) => vm.to_integer_or_infinity(from)?,
        None => last,
    };
    let from = if from >= 0.0 { from.min(last) } else { length as f64 + from };
    if from < 0.0 {
        return Ok(Value::int(-1));
    }
    let mut next = Some(from as u64);
    while let Some(k) = next {
        vm.poll()?;
        next = match present(vm, o, k)? {
            Some(value) if value.is_strictly_equal(wanted) => return Ok(Value::number(k as f64)),
            Some(_) => k.checked_sub(1),
            None => before_hole(vm, o, k),
        };
    }
    Ok(Value::int(-1))
}
