//! 23.1.3 Properties of the Array Prototype Object: methods that make arrays of parts of others.

use super::array::{
    MAX_LENGTH, Target, behind_hole, callback, delete_at, element, present, relative_index, set_length,
    this_array,
};
use super::array_elements::{is_movable, may_append, rotate_right};
use js_rt::{Obj, Value};
use js_vm::{Args, Res, Throw, Vm};

fn too_long(vm: &Vm) -> Throw {
    vm.type_error("Invalid array length")
}

/// 23.1.3.2 Array.prototype.concat ( ...items )
pub(super) fn concat(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.this)?;
    let target = Target::of_species(vm, o, 0)?;
    let mut n = concat_item(vm, target, 0, o.into())?;
    for item in args.list {
        n = concat_item(vm, target, n, item.get())?;
    }
    finish(vm, target, n)
}

fn finish(vm: &Vm, target: Target, length: u64) -> Res<Value> {
    set_length(vm, target.object, length)?;
    Ok(target.object.into())
}

/// Appends an item, or its elements; the number of elements then.
fn concat_item(vm: &Vm, target: Target, n: u64, item: Value) -> Res<u64> {
    if !vm.is_concat_spreadable(item)? {
        if n >= MAX_LENGTH {
            return Err(too_long(vm));
        }
        target.define(vm, n, item)?;
        return Ok(n + 1);
    }
    let e = vm.to_object(item)?;
    let length = vm.length_of_array_like(e)? as u64;
    if n + length > MAX_LENGTH {
        return Err(too_long(vm));
    }
    copy(vm, target, n, e, 0, length)?;
    Ok(n + length)
}

/// Defines elements `from` up to `to` of `source`, as far as they are there, from `n` on.
fn copy(vm: &Vm, target: Target, n: u64, source: Obj, from: u64, to: u64) -> Res<()> {
    let mut k = from;
    while k < to {
        vm.poll()?;
        match present(vm, source, k)? {
            Some(value) => {
                target.define(vm, n + (k - from), value)?;
                k += 1;
            }
            None => k = behind_hole(vm, source, k),
        }
    }
    Ok(())
}

/// 23.1.3.28 Array.prototype.slice ( start, end )
pub(super) fn slice(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let from = relative_index(vm, args.get(0), length, 0)?;
    let to = relative_index(vm, args.get(1), length, length)?;
    let count = to.saturating_sub(from);
    let target = Target::of_species(vm, o, count)?;
    copy(vm, target, 0, o, from, to)?;
    finish(vm, target, count)
}

/// Start, number of elements to be skipped, and number of items, of `splice` and `toSpliced`.
fn spliced(vm: &Vm, args: &Args<'_>, length: u64) -> Res<(u64, u64, u64)> {
    let start = relative_index(vm, args.get(0), length, 0)?;
    let skip = match args.len() {
        0 => 0,
        1 => length - start,
        _ => vm.to_integer_or_infinity(args.get(1))?.clamp(0.0, (length - start) as f64) as u64,
    };
    let items = args.rest(2).len() as u64;
    if length + items - skip > MAX_LENGTH {
        return Err(too_long(vm));
    }
    Ok((start, skip, items))
}

/// 23.1.3.31 Array.prototype.splice ( start, deleteCount, ...items )
pub(super) fn splice(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let (start, skip, items) = spliced(vm, args, length)?;
    let target = Target::of_species(vm, o, skip)?;
    copy(vm, target, 0, o, start, start + skip)?;
    set_length(vm, target.object, skip)?;
    if is_movable(o) && may_append(vm, o, items as usize) && u64::from(o.array_length()) == length {
        splice_packed(vm, args, o, start as usize, skip as usize)?;
        return Ok(target.object.into());
    }
    move_rest(vm, o, length, start + skip, start + items)?;
    for (k, item) in (start..).zip(args.rest(2)) {
        vm.set_index(o, k, item.get())?;
    }
    vm.set(o, vm.names().length, Value::number((length - skip + items) as f64), true)?;
    Ok(target.object.into())
}

/// Replaces `skip` elements of an array without holes by the items.
fn splice_packed(vm: &Vm, args: &Args<'_>, o: Obj, start: usize, skip: usize) -> Res<()> {
    let items = args.rest(2);
    let common = items.len().min(skip);
    for (k, item) in (start..).zip(&items[..common]) {
        vm.rt.put_element(o, k as u32, item.get())?;
    }
    let from = start + common;
    for item in &items[common..] {
        vm.rt.array_append(o, item.get())?;
    }
    let elements = o.packed().and_then(|all| all.get(from..)).unwrap_or(&[]);
    if skip > common {
        // The elements behind come to the front of what is to go.
        let gone = skip - common;
        rotate_right(elements, elements.len() - gone);
        o.moved_elements(&vm.rt);
        vm.rt.array_set_length(o, o.array_length() - gone as u32);
    } else {
        rotate_right(elements, items.len() - common);
        o.moved_elements(&vm.rt);
    }
    Ok(())
}

/// Moves the elements from `from` up to `length` to `to`.
fn move_rest(vm: &Vm, o: Obj, length: u64, from: u64, to: u64) -> Res<()> {
    let step = |k: u64| {
        vm.poll()?;
        match present(vm, o, k)? {
            Some(value) => vm.set_index(o, k - from + to, value),
            None => delete_at(vm, o, k - from + to),
        }
    };
    if to < from {
        (from..length).try_for_each(step)?;
        for k in (length - from + to..length).rev() {
            vm.poll()?;
            delete_at(vm, o, k)?;
        }
    } else if to > from {
        (from..length).rev().try_for_each(step)?;
    }
    Ok(())
}

/// 23.1.3.35 Array.prototype.toSpliced ( start, skipCount, ...items )
pub(super) fn to_spliced(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let (start, skip, items) = spliced(vm, args, length)?;
    let new_length = length + items - skip;
    let target = Target::array(vm, new_length)?;
    for k in 0..start {
        vm.poll()?;
        target.define(vm, k, element(vm, o, k)?)?;
    }
    for (k, item) in (start..).zip(args.rest(2)) {
        target.define(vm, k, item.get())?;
    }
    for k in start + items..new_length {
        vm.poll()?;
        target.define(vm, k, element(vm, o, k + skip - items)?)?;
    }
    Ok(target.object.into())
}

/// What FlattenIntoArray does to each element first.
type Mapper = Option<(Value, Value)>;

/// 23.1.3.13 Array.prototype.flat ( [ depth ] )
pub(super) fn flat(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let depth = if args.get(0).is_undefined() { 1.0 } else { vm.to_integer_or_infinity(args.get(0))? };
    let target = Target::of_species(vm, o, 0)?;
    flatten(vm, target, (o, length), 0, depth, None)?;
    Ok(target.object.into())
}

/// 23.1.3.14 Array.prototype.flatMap ( mapper [ , thisArg ] )
pub(super) fn flat_map(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, length) = this_array(vm, args)?;
    let f = callback(vm, args, 0)?;
    let target = Target::of_species(vm, o, 0)?;
    flatten(vm, target, (o, length), 0, 1.0, Some((f, args.get(1))))?;
    Ok(target.object.into())
}

/// 23.1.3.13.1 FlattenIntoArray
fn flatten(vm: &Vm, target: Target, (o, length): (Obj, u64), n: u64, depth: f64, mapper: Mapper) -> Res<u64> {
    vm.check_stack()?;
    let (mut n, mut k) = (n, 0);
    while k < length {
        vm.poll()?;
        let Some(mut value) = present(vm, o, k)? else {
            k = behind_hole(vm, o, k);
            continue;
        };
        if let Some((f, this_arg)) = mapper {
            value = vm.call(f, this_arg, &[value, Value::number(k as f64), o.into()])?;
        }
        k += 1;
        if depth > 0.0
            && let Some(inner) = value.as_object()
            && vm.is_array(value)?
        {
            let inner_length = vm.length_of_array_like(inner)? as u64;
            n = flatten(vm, target, (inner, inner_length), n, depth - 1.0, None)?;
            continue;
        }
        if n >= MAX_LENGTH {
            return Err(too_long(vm));
        }
        target.define(vm, n, value)?;
        n += 1;
    }
    Ok(n)
}
