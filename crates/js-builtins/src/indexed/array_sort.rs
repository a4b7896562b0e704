//! 23.1.3.30 Array.prototype.sort and toSorted: stable sorts that no comparison function can break.

use super::array::{Target, behind_hole, delete_at, element, present, this_array};
use js_rt::{Gc, List, Obj, Value};
use js_vm::{Args, Res, Vm};

/// So many values are sorted by insertion.
const RUN: usize = 8;

/// The comparison function, undefined for the usual order.
fn comparator(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = args.get(0);
    if f.is_undefined() || vm.is_callable(f) {
        return Ok(f);
    }
    Err(vm.type_error("The comparison function must be either a function or undefined"))
}

/// 23.1.3.30 Array.prototype.sort ( comparator )
pub(super) fn sort(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = comparator(vm, args)?;
    let (o, length) = this_array(vm, args)?;
    let (list, undefined) = collect(vm, o, length)?;
    sort_list(vm, list, |vm, x, y| compare(vm, f, x, y), f.is_undefined())?;
    let mut k = 0;
    while let Some(value) = list.get(k) {
        vm.poll()?;
        vm.set_index(o, k as u64, value)?;
        k += 1;
    }
    let count = k as u64 + undefined;
    for k in k as u64..count {
        vm.poll()?;
        vm.set_index(o, k, Value::UNDEFINED)?;
    }
    delete_rest(vm, o, count, length)?;
    Ok(o.into())
}

/// Deletes as many elements as there were holes.
fn delete_rest(vm: &Vm, o: Obj, from: u64, length: u64) -> Res<()> {
    let mut k = from;
    while k < length {
        vm.poll()?;
        if vm.is_plain_array(o) && present(vm, o, k)?.is_none() {
            k = behind_hole(vm, o, k);
            continue;
        }
        delete_at(vm, o, k)?;
        k += 1;
    }
    Ok(())
}

/// The elements that are there, and how many of them are undefined: these come last in any order.
fn collect(vm: &Vm, o: Obj, length: u64) -> Res<(Gc<List>, u64)> {
    let list = vm.rt.new_list()?;
    let (mut undefined, mut k) = (0, 0);
    while k < length {
        vm.poll()?;
        match present(vm, o, k)? {
            Some(value) => {
                if value.is_undefined() {
                    undefined += 1;
                } else {
                    list.push(&vm.rt, value)?;
                }
                k += 1;
            }
            None => k = behind_hole(vm, o, k),
        }
    }
    Ok((list, undefined))
}

/// 23.1.3.34 Array.prototype.toSorted ( comparator )
pub(super) fn to_sorted(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let f = comparator(vm, args)?;
    let (o, length) = this_array(vm, args)?;
    let target = Target::array(vm, length)?;
    let list = vm.rt.new_list()?;
    let mut undefined = 0;
    for k in 0..length {
        vm.poll()?;
        let value = element(vm, o, k)?;
        if value.is_undefined() {
            undefined += 1;
        } else {
            list.push(&vm.rt, value)?;
        }
    }
    sort_list(vm, list, |vm, x, y| compare(vm, f, x, y), f.is_undefined())?;
    let count = list.len() as u64;
    for (k, value) in list.as_slice().iter().enumerate() {
        target.define(vm, k as u64, value.get())?;
    }
    for k in count..count + undefined {
        target.define(vm, k, Value::UNDEFINED)?;
    }
    Ok(target.object.into())
}

/// 23.1.3.30.2 CompareArrayElements with a function, of values that are not undefined: whether `x` comes behind `y`
fn compare(vm: &Vm, f: Value, x: Value, y: Value) -> Res<bool> {
    let order = vm.call(f, Value::UNDEFINED, &[x, y])?;
    Ok(vm.to_number(order)? > 0.0)
}

/// 23.1.3.30.1 SortIndexedProperties from step 4 on: by `is_behind`, or in the order of the strings that the values convert to.
pub(crate) fn sort_list(
    vm: &Vm,
    list: Gc<List>,
    is_behind: impl Fn(&Vm, Value, Value) -> Res<bool>,
    by_string: bool,
) -> Res<()> {
    if by_string { sort_by_string(vm, list) } else { merge_sort(vm, list, &is_behind) }
}

fn sort_by_string(vm: &Vm, list: Gc<List>) -> Res<()> {
    if list.len() < 2 {
        return Ok(());
    }
    // Each is converted once: how often a sort compares is up to the implementation.
    let keys = vm.rt.list_with_capacity(list.len())?;
    let mut k = 0;
    while let Some(value) = list.get(k) {
        vm.poll()?;
        let text = vm.to_string(value)?;
        text.flat(&vm.rt)?;
        keys.push(&vm.rt, text.into())?;
        k += 1;
    }
    let mut order: Vec<u32> = (0..list.len() as u32).collect();
    let key = |at: u32| keys.get(at as usize).and_then(Value::as_string);
    order.sort_by(|a, b| match (key(*a), key(*b)) {
        (Some(a), Some(b)) => a.compare(&b),
        _ => std::cmp::Ordering::Equal,
    });
    let sorted = vm.rt.list_with_capacity(list.len())?;
    for at in order {
        sorted.push(&vm.rt, list.get(at as usize).unwrap_or_default())?;
    }
    for (k, value) in sorted.as_slice().iter().enumerate() {
        list.set(&vm.rt, k, value.get());
    }
    Ok(())
}

/// Runs sorted by insertion, then merged by twos. `is_behind` may do what it likes: it only ever chooses which value comes next.
fn merge_sort(vm: &Vm, list: Gc<List>, is_behind: &impl Fn(&Vm, Value, Value) -> Res<bool>) -> Res<()> {
    let length = list.len();
    for start in (0..length).step_by(RUN) {
        insertion_sort(vm, list, start, (start + RUN).min(length), is_behind)?;
    }
    if length <= RUN {
        return Ok(());
    }
    let other = vm.rt.list_from_cells(list.as_slice())?;
    let (mut from, mut to) = (list, other);
    let mut width = RUN;
    while width < length {
        for start in (0..length).step_by(width * 2) {
            let middle = (start + width).min(length);
            merge(vm, from, to, (start, middle, (middle + width).min(length)), is_behind)?;
        }
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    if from != list {
        for (k, value) in from.as_slice().iter().enumerate() {
            list.set(&vm.rt, k, value.get());
        }
    }
    Ok(())
}

fn insertion_sort(
    vm: &Vm,
    list: Gc<List>,
    start: usize,
    end: usize,
    is_behind: &impl Fn(&Vm, Value, Value) -> Res<bool>,
) -> Res<()> {
    for at in start + 1..end {
        let value = list.get(at).unwrap_or_default();
        // The place is looked for by halving: behind all that are not behind the value.
        let (mut low, mut high) = (start, at);
        // Often it is in order already.
        if !is_behind(vm, list.get(at - 1).unwrap_or_default(), value)? {
            continue;
        }
        high -= 1;
        while low < high {
            let middle = low + (high - low) / 2;
            if is_behind(vm, list.get(middle).unwrap_or_default(), value)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if let Some(part) = list.as_slice().get(low..=at) {
            (1..part.len()).rev().for_each(|k| part[k].swap(&part[k - 1]));
        }
    }
    Ok(())
}

fn merge(
    vm: &Vm,
    from: Gc<List>,
    to: Gc<List>,
    (start, middle, end): (usize, usize, usize),
    is_behind: &impl Fn(&Vm, Value, Value) -> Res<bool>,
) -> Res<()> {
    let value = |at: usize| from.get(at).unwrap_or_default();
    let (mut left, mut right) = (start, middle);
    // Two runs that are in order already are taken as they are.
    let in_order = middle >= end || !is_behind(vm, value(middle - 1), value(middle))?;
    for at in start..end {
        let take_right = match () {
            () if left >= middle => true,
            () if right >= end || in_order => false,
            () => is_behind(vm, value(left), value(right))?,
        };
        let next = if take_right { &mut right } else { &mut left };
        to.set(&vm.rt, at, value(*next));
        *next += 1;
    }
    Ok(())
}
