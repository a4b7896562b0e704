//! 23.1.3 Properties of the Array Prototype Object: methods that move and set elements.

use super::array::{
    MAX_LENGTH, Target, before_hole, behind_hole, delete_at, element, present, relative_index, this_array,
};
use js_rt::{Obj, Value};
use js_vm::{Args, Res, Vm};
use std::cell::Cell;

/// Whether it is an array without holes that may grow and shrink: moving its elements about runs no code.
pub(super) fn is_movable(o: Obj) -> bool {
    o.packed().is_some() && o.is_extensible() && o.is_length_writable()
}

/// Sets element `to` to what element `from` is, or deletes it when that is not there.
fn move_element(vm: &Vm, o: Obj, from: u64, to: u64) -> Res<()> {
    match present(vm, o, from)? {
        Some(value) => vm.set_index(o, to, value),
        None => delete_at(vm, o, to),
    }
}

/// 23.1.3.4 Array.prototype.copyWithin ( target, start [ , end ] )
pub(super) fn copy_within(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let to = relative_index(vm, args.get(0), length, 0)?;
    let from = relative_index(vm, args.get(1), length, 0)?;
    let end = relative_index(vm, args.get(2), length, length)?;
    let count = end.saturating_sub(from).min(length - to);
    let backwards = from < to && to < from + count;
    for step in 0..count {
        vm.poll()?;
        let at = if backwards { count - 1 - step } else { step };
        move_element(vm, o, from + at, to + at)?;
    }
    Ok(o.into())
}

/// 23.1.3.7 Array.prototype.fill ( value [ , start [ , end ] ] )
pub(super) fn fill(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let value = args.get(0);
    let start = relative_index(vm, args.get(1), length, 0)?;
    let end = relative_index(vm, args.get(2), length, length)?;
    if vm.is_plain_array(o) && o.is_extensible() && o.sparse().is_none() && end <= u64::from(o.array_length())
    {
        // Room for all of them at once; what is a hole becomes an element.
        if end > start && end <= 1 << 25 {
            vm.rt.reserve_elements(o, end as u32)?;
        }
        for k in start..end {
            vm.poll()?;
            vm.rt.put_element(o, k as u32, value)?;
        }
        return Ok(o.into());
    }
    for k in start..end {
        vm.poll()?;
        vm.set_index(o, k, value)?;
    }
    Ok(o.into())
}

/// 23.1.3.22 Array.prototype.pop ( )
pub(super) fn pop(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(array) = args.this.as_object()
        && let Some(last) = vm.rt.array_pop(array)
    {
        return Ok(last);
    }
    let (o, length) = this_array(vm, args)?;
    let Some(last) = length.checked_sub(1) else {
        vm.set(o, vm.names().length, Value::int(0), true)?;
        return Ok(Value::UNDEFINED);
    };
    let value = element(vm, o, last)?;
    delete_at(vm, o, last)?;
    vm.set(o, vm.names().length, Value::number(last as f64), true)?;
    Ok(value)
}

/// 23.1.3.23 Array.prototype.push ( ...items )
pub(super) fn push(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(array) = args.this.as_object()
        && may_append(vm, array, args.len())
    {
        for item in args.list {
            vm.rt.array_append(array, item.get())?;
        }
        return Ok(Value::from(array.array_length()));
    }
    let (o, length) = this_array(vm, args)?;
    if length + args.len() as u64 > MAX_LENGTH {
        return Err(vm.type_error("Pushing elements past the largest length of an array-like object"));
    }
    for (k, item) in (length..).zip(args.list) {
        vm.set_index(o, k, item.get())?;
    }
    let length = Value::number((length + args.len() as u64) as f64);
    vm.set(o, vm.names().length, length, true)?;
    Ok(length)
}

/// Whether setting elements behind the last only adds them.
pub(super) fn may_append(vm: &Vm, array: Obj, count: usize) -> bool {
    vm.is_plain_array(array)
        && array.is_extensible()
        && array.is_length_writable()
        && (array.array_length() as usize) < u32::MAX as usize - count
}

/// 23.1.3.26 Array.prototype.reverse ( )
pub(super) fn reverse(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    if let Some(elements) = o.packed() {
        let (front, back) = elements.split_at(elements.len() / 2);
        front.iter().zip(back.iter().rev()).for_each(|(a, b)| a.swap(b));
        o.moved_elements(&vm.rt);
        return Ok(o.into());
    }
    for lower in 0..length / 2 {
        vm.poll()?;
        let upper = length - 1 - lower;
        let lower_value = present(vm, o, lower)?;
        let upper_value = present(vm, o, upper)?;
        match (lower_value, upper_value) {
            (Some(low), Some(up)) => {
                vm.set_index(o, lower, up)?;
                vm.set_index(o, upper, low)?;
            }
            (None, Some(up)) => {
                vm.set_index(o, lower, up)?;
                delete_at(vm, o, upper)?;
            }
            (Some(low), None) => {
                delete_at(vm, o, lower)?;
                vm.set_index(o, upper, low)?;
            }
            (None, None) if vm.is_plain_array(o) => {
                // Nothing in the rest: nothing to exchange.
                if behind_hole(vm, o, lower) >= upper
                    && before_hole(vm, o, upper).is_none_or(|before| before <= lower)
                {
                    break;
                }
            }
            (None, None) => {}
        }
    }
    Ok(o.into())
}

/// Moves values by one place to the front; the first becomes the last.
fn rotate(elements: &[Cell<Value>]) {
    elements.windows(2).for_each(|pair| pair[0].swap(&pair[1]));
}

/// 23.1.3.27 Array.prototype.shift ( )
pub(super) fn shift(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(array) = args.this.as_object()
        && is_movable(array)
        && let Some(elements) = array.packed()
        && !elements.is_empty()
    {
        rotate(elements);
        array.moved_elements(&vm.rt);
        return Ok(vm.rt.array_pop(array).unwrap_or(Value::UNDEFINED));
    }
    let (o, length) = this_array(vm, args)?;
    let Some(last) = length.checked_sub(1) else {
        vm.set(o, vm.names().length, Value::int(0), true)?;
        return Ok(Value::UNDEFINED);
    };
    let first = element(vm, o, 0)?;
    for k in 1..length {
        vm.poll()?;
        move_element(vm, o, k, k - 1)?;
    }
    delete_at(vm, o, last)?;
    vm.set(o, vm.names().length, Value::number(last as f64), true)?;
    Ok(first)
}

/// 23.1.3.37 Array.prototype.unshift ( ...items )
pub(super) fn unshift(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let count = args.len() as u64;
    if is_movable(o) && may_append(vm, o, args.len()) {
        for item in args.list {
            vm.rt.array_append(o, item.get())?;
        }
        if let Some(elements) = o.packed() {
            rotate_right(elements, args.len());
            o.moved_elements(&vm.rt);
        }
        return Ok(Value::from(o.array_length()));
    }
    if count > 0 {
        if length + count > MAX_LENGTH {
            return Err(vm.type_error("Unshifting elements past the largest length of an array-like object"));
        }
        for k in (0..length).rev() {
            vm.poll()?;
            move_element(vm, o, k, k + count)?;
        }
        for (k, item) in args.list.iter().enumerate() {
            vm.set_index(o, k as u64, item.get())?;
        }
    }
    let length = Value::number((length + count) as f64);
    vm.set(o, vm.names().length, length, true)?;
    Ok(length)
}

/// The last `count` values come to the front.
pub(super) fn rotate_right(elements: &[Cell<Value>], count: usize) {
    let reverse = |part: &[Cell<Value>]| {
        let (front, back) = part.split_at(part.len() / 2);
        front.iter().zip(back.iter().rev()).for_each(|(a, b)| a.swap(b));
    };
    reverse(elements);
    let (front, back) = elements.split_at(count.min(elements.len()));
    reverse(front);
    reverse(back);
}

/// 23.1.3.33 Array.prototype.toReversed ( )
pub(super) fn to_reversed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let target = Target::array(vm, length)?;
    for k in 0..length {
        vm.poll()?;
        target.define(vm, k, element(vm, o, length - 1 - k)?)?;
    }
    Ok(target.object.into())
}

/// 23.1.3.39 Array.prototype.with ( index, value )
pub(super) fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let relative = vm.to_integer_or_infinity(args.get(0))?;
    let index = if relative >= 0.0 { relative } else { length as f64 + relative };
    if !(0.0..length as f64).contains(&index) {
        return Err(vm.range_error(format_args!("Invalid index : {relative}")));
    }
    let target = Target::array(vm, length)?;
    for k in 0..length {
        vm.poll()?;
        let value = if k == index as u64 { args.get(1) } else { element(vm, o, k)? };
        target.define(vm, k, value)?;
    }
    Ok(target.object.into())
}
