//! Sorting: stable, and indifferent to what comparing functions do.

use super::Args;
use super::array::copy_of;
use crate::error::Res;
use heap::Gc;
use sox_rt::{Array, Str, Value};
use std::cmp::Ordering;

/// Sorts an array in place, by a function that says whether one element belongs before another if there is one; the array.
pub(super) fn sort(args: &Args<'_>) -> Res {
    args.between(1, 2)?;
    let array = args.array(0)?;
    if args.len() == 2 {
        by_function(args, array, args.function(1)?)?;
    } else if array.len() > 1 {
        match array.get(0).and_then(Value::as_number) {
            Some(_) => numbers(args, array)?,
            None => strings(args, array)?,
        }
    }
    Ok(array.into())
}

#[cold]
fn not_comparable<T>(args: &Args<'_>, left: Value, right: Value) -> Res<T> {
    args.fail(format!("cannot compare {} and {}", left.type_name(), right.type_name()))
}

fn numbers(args: &Args<'_>, array: Gc<Array>) -> Res<()> {
    let elements = array.elements();
    let mut numbers = Vec::with_capacity(elements.len());
    for element in elements {
        match element.get().as_number() {
            Some(number) => numbers.push(number),
            None => return not_comparable(args, elements[0].get(), element.get()),
        }
    }
    // What is not a number is not less than anything; the order must be one nevertheless. It comes last.
    numbers
        .sort_by(|left, right| left.partial_cmp(right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan())));
    for (element, number) in elements.iter().zip(numbers) {
        element.set(Value::number(number));
    }
    Ok(())
}

fn strings(args: &Args<'_>, array: Gc<Array>) -> Res<()> {
    let (first, second) = (array.get(0).unwrap_or_default(), array.get(1).unwrap_or_default());
    if first.get::<Str>().is_none() {
        return not_comparable(args, first, second);
    }
    for element in array.elements() {
        match element.get().get::<Str>() {
            Some(string) => args.vm.text(args.vm.rt.flatten(string))?,
            None => return not_comparable(args, first, element.get()),
        };
    }
    let bytes_in_order = |left: &Value, right: &Value| match (left.get::<Str>(), right.get::<Str>()) {
        (Some(left), Some(right)) => left.bytes().cmp(&right.bytes()),
        _ => Ordering::Equal,
    };
    // The values may be in a vector because the heap is not used until they are back.
    let mut sorted: Vec<Value> = array.elements().iter().map(std::cell::Cell::get).collect();
    sorted.sort_by(bytes_in_order);
    for (element, value) in array.elements().iter().zip(sorted) {
        element.set(value);
    }
    Ok(())
}

/// Sorts a copy that the function cannot get at, and writes it back when all went well. Whatever the function did to the array
/// meanwhile is overwritten.
fn by_function(args: &Args<'_>, array: Gc<Array>, before: Value) -> Res<()> {
    let (mut from, mut to) = (copy_of(args, array)?, copy_of(args, array)?);
    let (len, mut width) = (from.len(), 1);
    while width < len {
        for start in (0..len).step_by(2 * width) {
            merge(args, before, (from, to), start, width)?;
        }
        (from, to) = (to, from);
        width *= 2;
    }
    args.vm.rt.truncate(array, len);
    for at in 0..len {
        let value = from.get(at).unwrap_or_default();
        if !args.vm.rt.set_element(array, at, value) {
            args.push(array, value)?;
        }
    }
    Ok(())
}

/// Merges two neighbours of a width, which are sorted, into the other array.
fn merge(
    args: &Args<'_>,
    before: Value,
    (from, to): (Gc<Array>, Gc<Array>),
    start: usize,
    width: usize,
) -> Res<()> {
    let middle = (start + width).min(from.len());
    let end = (middle + width).min(from.len());
    let element = |at: usize| from.get(at).unwrap_or_default();
    let is_before =
        |one: usize, other: usize| Ok(args.call(before, &[element(one), element(other)])?.is_truthy());
    // Neighbours that are in order already are done with one comparison.
    if middle == end || !is_before(middle, middle - 1)? {
        for at in start..end {
            args.vm.rt.set_element(to, at, element(at));
        }
        return Ok(());
    }
    let (mut left, mut right) = (start, middle);
    for at in start..end {
        let take_right = left == middle || right < end && is_before(right, left)?;
        let taken = if take_right { &mut right } else { &mut left };
        args.vm.rt.set_element(to, at, element(*taken));
        *taken += 1;
    }
    Ok(())
}
