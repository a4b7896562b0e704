//! 23.2.3: methods of typed arrays that look at each element.

use super::array::callback;
use super::typed_array::{Access, Subject, species_create};
use super::typed_array_prototype::this;
use js_rt::Value;
use js_vm::{Args, Build, Res, Vm};

pub(super) fn methods(build: Build<'_>) -> Build<'_> {
    build
        .method("every", 1, every)
        .method("filter", 1, filter)
        .method("find", 1, find)
        .method("findIndex", 1, find_index)
        .method("findLast", 1, find_last)
        .method("findLastIndex", 1, find_last_index)
        .method("forEach", 1, for_each)
        .method("includes", 1, includes)
        .method("indexOf", 1, index_of)
        .method("lastIndexOf", 1, last_index_of)
        .method("map", 1, map)
        .method("reduce", 1, reduce)
        .method("reduceRight", 1, reduce_right)
        .method("some", 1, some)
}

/// Calls the first argument for element `k`.
fn call(vm: &Vm, args: &Args<'_>, subject: &Subject, value: Value, k: usize) -> Res<Value> {
    vm.poll()?;
    vm.call(args.get(0), args.get(1), &[value, Value::number(k as f64), subject.object.into()])
}

fn subject(vm: &Vm, args: &Args<'_>) -> Res<Subject> {
    let subject = this(vm, args)?;
    callback(vm, args, 0)?;
    Ok(subject)
}

/// The first element for which the callback says what is wanted.
fn first(
    vm: &Vm,
    args: &Args<'_>,
    places: impl Fn(usize) -> Box<dyn Iterator<Item = usize>>,
    wanted: bool,
) -> Res<Option<(usize, Value)>> {
    let subject = subject(vm, args)?;
    for k in places(subject.length) {
        let value = subject.get(vm, k)?;
        if call(vm, args, &subject, value, k)?.to_boolean() == wanted {
            return Ok(Some((k, value)));
        }
    }
    Ok(None)
}

fn forwards(length: usize) -> Box<dyn Iterator<Item = usize>> {
    Box::new(0..length)
}

fn backwards(length: usize) -> Box<dyn Iterator<Item = usize>> {
    Box::new((0..length).rev())
}

fn value_of(found: Option<(usize, Value)>) -> Value {
    found.map_or(Value::UNDEFINED, |(_, value)| value)
}

fn index_of_found(found: Option<(usize, Value)>) -> Value {
    found.map_or(Value::int(-1), |(k, _)| Value::number(k as f64))
}

/// 23.2.3.8 %TypedArray%.prototype.every ( callback [ , thisArg ] )
fn every(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(first(vm, args, forwards, false)?.is_none().into())
}

/// 23.2.3.28 %TypedArray%.prototype.some ( callback [ , thisArg ] )
fn some(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(first(vm, args, forwards, true)?.is_some().into())
}

/// 23.2.3.11 %TypedArray%.prototype.find ( predicate [ , thisArg ] )
fn find(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    first(vm, args, forwards, true).map(value_of)
}

/// 23.2.3.12 %TypedArray%.prototype.findIndex ( predicate [ , thisArg ] )
fn find_index(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    first(vm, args, forwards, true).map(index_of_found)
}

/// 23.2.3.13 %TypedArray%.prototype.findLast ( predicate [ , thisArg ] )
fn find_last(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    first(vm, args, backwards, true).map(value_of)
}

/// 23.2.3.14 %TypedArray%.prototype.findLastIndex ( predicate [ , thisArg ] )
fn find_last_index(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    first(vm, args, backwards, true).map(index_of_found)
}

/// 23.2.3.15 %TypedArray%.prototype.forEach ( callback [ , thisArg ] )
fn for_each(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = subject(vm, args)?;
    for k in 0..subject.length {
        let value = subject.get(vm, k)?;
        call(vm, args, &subject, value, k)?;
    }
    Ok(Value::UNDEFINED)
}

/// 23.2.3.10 %TypedArray%.prototype.filter ( callback [ , thisArg ] )
fn filter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = subject(vm, args)?;
    let kept = vm.rt.new_list()?;
    for k in 0..subject.length {
        let value = subject.get(vm, k)?;
        if call(vm, args, &subject, value, k)?.to_boolean() {
            kept.push(&vm.rt, value)?;
        }
    }
    let arguments = [Value::number(kept.len() as f64)];
    let new = species_create(vm, subject.object, subject.element(), &arguments, Access::Write)?;
    for (n, value) in kept.as_slice().iter().enumerate() {
        new.set(vm, n, value.get())?;
    }
    Ok(new.object.into())
}

/// 23.2.3.22 %TypedArray%.prototype.map ( callback [ , thisArg ] )
fn map(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = subject(vm, args)?;
    let arguments = [Value::number(subject.length as f64)];
    let new = species_create(vm, subject.object, subject.element(), &arguments, Access::Write)?;
    for k in 0..subject.length {
        let value = subject.get(vm, k)?;
        let mapped = call(vm, args, &subject, value, k)?;
        new.set(vm, k, mapped)?;
    }
    Ok(new.object.into())
}

/// Calls the first argument with what has been accumulated, for each element of a range.
fn accumulate(
    vm: &Vm,
    args: &Args<'_>,
    mut places: impl FnMut(usize) -> Box<dyn Iterator<Item = usize>>,
) -> Res<Value> {
    let subject = subject(vm, args)?;
    let mut places = places(subject.length);
    let mut accumulator = match args.given(1) {
        Some(initial) => initial,
        None => match places.next() {
            Some(k) => subject.get(vm, k)?,
            None => return Err(vm.type_error("Reduce of empty array with no initial value")),
        },
    };
    for k in places {
        vm.poll()?;
        let value = subject.get(vm, k)?;
        let arguments = [accumulator, value, Value::number(k as f64), subject.object.into()];
        accumulator = vm.call(args.get(0), Value::UNDEFINED, &arguments)?;
    }
    Ok(accumulator)
}

/// 23.2.3.23 %TypedArray%.prototype.reduce ( callback [ , initialValue ] )
fn reduce(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    accumulate(vm, args, forwards)
}

/// 23.2.3.24 %TypedArray%.prototype.reduceRight ( callback [ , initialValue ] )
fn reduce_right(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    accumulate(vm, args, backwards)
}

/// The first place that `fromIndex` means; beyond the last there is none.
fn from_index(vm: &Vm, value: Value, length: usize) -> Res<usize> {
    let n = vm.to_integer_or_infinity(value)?;
    let place = if n >= 0.0 { n } else { (length as f64 + n).max(0.0) };
    Ok(place.min(length as f64) as usize)
}

/// 23.2.3.16 %TypedArray%.prototype.includes ( searchElement [ , fromIndex ] )
fn includes(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    if subject.length == 0 {
        return Ok(Value::FALSE);
    }
    for k in from_index(vm, args.get(1), subject.length)?..subject.length {
        if subject.get(vm, k)?.same_value_zero(args.get(0)) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

/// 23.2.3.17 %TypedArray%.prototype.indexOf ( searchElement [ , fromIndex ] )
fn index_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    if subject.length == 0 {
        return Ok(Value::int(-1));
    }
    for k in from_index(vm, args.get(1), subject.length)?..subject.length {
        match subject.view.get(&vm.rt, k)? {
            Some(value) if value.is_strictly_equal(args.get(0)) => return Ok(Value::number(k as f64)),
            Some(_) => {}
            None => break,
        }
    }
    Ok(Value::int(-1))
}

/// 23.2.3.20 %TypedArray%.prototype.lastIndexOf ( searchElement [ , fromIndex ] )
fn last_index_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let subject = this(vm, args)?;
    let length = subject.length as f64;
    if subject.length == 0 {
        return Ok(Value::int(-1));
    }
    let n = match args.given(1) {
        Some(from) => vm.to_integer_or_infinity(from)?,
        None => length - 1.0,
    };
    let last = if n >= 0.0 { n.min(length - 1.0) } else { length + n };
    if last < 0.0 {
        return Ok(Value::int(-1));
    }
    for k in (0..=last as usize).rev() {
        if subject.view.get(&vm.rt, k)?.is_some_and(|value| value.is_strictly_equal(args.get(0))) {
            return Ok(Value::number(k as f64));
        }
    }
    Ok(Value::int(-1))
}
