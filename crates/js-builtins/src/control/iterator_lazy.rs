//! 27.1.3.3 Iterator.prototype: methods that make iterators of others.

use super::iterator::this_iterator;
use super::iterator_consume::{refuse, with_function};
use super::iterator_helper::{Kind, OWN, create, inner_record};
use js_rt::{List, Obj, Value};
use js_vm::{Args, IteratorRecord, Res, Vm};

/// Own slots of `flatMap`: the inner iterator and its `next`.
const INNER: usize = OWN;
const INNER_NEXT: usize = OWN + 1;
/// The function, or the number that remains, or the size.
const ARGUMENT: usize = OWN + 2;
/// The number of values so far.
const COUNTER: usize = OWN + 3;
/// Values that are to be given together.
const BUFFER: usize = OWN + 4;

fn make(vm: &Vm, kind: Kind, record: &IteratorRecord, argument: Value, buffer: Value) -> Res<Value> {
    let list = vm.rt.list_from(&[record.iterator.into(), record.next])?;
    create(vm, kind, list, &[Value::UNDEFINED, Value::UNDEFINED, argument, Value::int(0), buffer])
}

fn of_function(vm: &Vm, args: &Args<'_>, kind: Kind, method: &str) -> Res<Value> {
    let (record, f) = with_function(vm, args, method)?;
    make(vm, kind, &record, f, Value::UNDEFINED)
}

/// 27.1.3.3.9 Iterator.prototype.map ( mapper )
pub(super) fn map(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_function(vm, args, Kind::Map, "map")
}

/// 27.1.3.3.5 Iterator.prototype.filter ( predicate )
pub(super) fn filter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_function(vm, args, Kind::Filter, "filter")
}

/// 27.1.3.3.7 Iterator.prototype.flatMap ( mapper )
pub(super) fn flat_map(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_function(vm, args, Kind::FlatMap, "flatMap")
}

fn of_limit(vm: &Vm, args: &Args<'_>, kind: Kind, method: &str) -> Res<Value> {
    let record = this_iterator(vm, args, method)?;
    let limit = match vm.to_number(args.get(0)) {
        Ok(limit) => limit,
        Err(thrown) => return refuse(vm, &record, thrown),
    };
    if limit.is_nan() || limit <= -1.0 || limit.is_finite() && limit > 9_007_199_254_740_991.0 {
        let what = vm.describe_value(args.get(0));
        return refuse(vm, &record, vm.range_error(format_args!("{what} must be a positive integer")));
    }
    let record = vm.get_iterator_direct(record.iterator)?;
    make(vm, kind, &record, Value::number(limit.trunc() + 0.0), Value::UNDEFINED)
}

/// 27.1.3.3.3 Iterator.prototype.drop ( limit )
pub(super) fn drop(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_limit(vm, args, Kind::Drop, "drop")
}

/// 27.1.3.3.12 Iterator.prototype.take ( limit )
pub(super) fn take(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    of_limit(vm, args, Kind::Take, "take")
}

/// The size that chunks or windows are to have.
fn size(vm: &Vm, args: &Args<'_>, record: &IteratorRecord) -> Res<Value> {
    let size = args.get(0);
    match size.as_number() {
        Some(number) if number.trunc() == number && number.is_finite() => {
            if (1.0..=f64::from(u32::MAX)).contains(&number) {
                return Ok(size);
            }
            refuse(vm, record, vm.range_error("The size must be between 1 and 2 ** 32 - 1"))
        }
        _ => refuse(vm, record, vm.type_error("The size must be an integer")),
    }
}

/// Iterator.prototype.chunks ( chunkSize )
pub(super) fn chunks(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let record = this_iterator(vm, args, "chunks")?;
    let size = size(vm, args, &record)?;
    let record = vm.get_iterator_direct(record.iterator)?;
    make(vm, Kind::Chunks, &record, size, Value::UNDEFINED)
}

/// Iterator.prototype.windows ( windowSize [ , undersized ] )
pub(super) fn windows(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let record = this_iterator(vm, args, "windows")?;
    let size = size(vm, args, &record)?;
    let undersized = args.get(1).as_string().map(|text| text.to_std());
    let partial = match undersized.as_deref() {
        None if args.get(1).is_undefined() => false,
        Some("only-full") => false,
        Some("allow-partial") => true,
        _ => {
            let thrown = vm.type_error("undersized must be \"only-full\" or \"allow-partial\"");
            return refuse(vm, &record, thrown);
        }
    };
    let record = vm.get_iterator_direct(record.iterator)?;
    let buffer = vm.rt.new_list()?;
    let helper = make(vm, Kind::Windows, &record, size, Value::from_cell(buffer))?;
    if let Some(helper) = helper.as_object() {
        helper.set_internal(&vm.rt, INNER, Value::bool(partial));
    }
    Ok(helper)
}

/// Runs a helper up to its next `yield`.
pub(super) fn step(vm: &Vm, helper: Obj, kind: Kind, record: &IteratorRecord) -> Res<Option<Value>> {
    match kind {
        Kind::Map => match vm.iterator_step_value(record)? {
            Some(value) => call(vm, helper, record, value).map(Some),
            None => Ok(None),
        },
        Kind::Filter => step_filter(vm, helper, record),
        Kind::Take => step_take(vm, helper, record),
        Kind::Drop => step_drop(vm, helper, record),
        Kind::FlatMap => step_flat_map(vm, helper, record),
        Kind::Chunks => step_chunks(vm, helper, record),
        Kind::Windows => step_windows(vm, helper, record),
        Kind::Concat | Kind::Zip => Ok(None),
    }
}

/// Calls the helper's function for a value and its number.
fn call(vm: &Vm, helper: Obj, record: &IteratorRecord, value: Value) -> Res<Value> {
    let counter = helper.internal(COUNTER);
    let result = vm.call(helper.internal(ARGUMENT), Value::UNDEFINED, &[value, counter]);
    helper.set_internal(&vm.rt, COUNTER, Value::number(counter.as_number().unwrap_or(0.0) + 1.0));
    match result {
        Ok(result) => Ok(result),
        Err(thrown) => vm.iterator_close(record, Err(thrown)),
    }
}

fn step_filter(vm: &Vm, helper: Obj, record: &IteratorRecord) -> Res<Option<Value>> {
    while let Some(value) = vm.iterator_step_value(record)? {
        vm.poll()?;
        if call(vm, helper, record, value)?.to_boolean() {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn step_take(vm: &Vm, helper: Obj, record: &IteratorRecord) -> Res<Option<Value>> {
    let remaining = helper.internal(ARGUMENT).as_number().unwrap_or(0.0);
    if remaining == 0.0 {
        return vm.iterator_close(record, Ok(None));
    }
    helper.set_internal(&vm.rt, ARGUMENT, Value::number(remaining - 1.0));
    vm.iterator_step_value(record)
}

fn step_drop(vm: &Vm, helper: Obj, record: &IteratorRecord) -> Res<Option<Value>> {
    let mut remaining = helper.internal(ARGUMENT).as_number().unwrap_or(0.0);
    while remaining > 0.0 {
        vm.poll()?;
        remaining -= 1.0;
        if vm.iterator_step(record)?.is_none() {
            return Ok(None);
        }
    }
    helper.set_internal(&vm.rt, ARGUMENT, Value::int(0));
    vm.iterator_step_value(record)
}

fn step_flat_map(vm: &Vm, helper: Obj, record: &IteratorRecord) -> Res<Option<Value>> {
    loop {
        vm.poll()?;
        if let Some(inner) = inner_record(helper) {
            match vm.iterator_step_value(&inner) {
                Ok(Some(value)) => return Ok(Some(value)),
                Ok(None) => helper.set_internal(&vm.rt, INNER, Value::UNDEFINED),
                Err(thrown) => return vm.iterator_close(record, Err(thrown)),
            }
        }
        let Some(value) = vm.iterator_step_value(record)? else { return Ok(None) };
        let mapped = call(vm, helper, record, value)?;
        match vm.get_iterator_flattenable(mapped, false) {
            Ok(inner) => {
                helper.set_internal(&vm.rt, INNER, inner.iterator.into());
                helper.set_internal(&vm.rt, INNER_NEXT, inner.next);
            }
            Err(thrown) => return vm.iterator_close(record, Err(thrown)),
        }
    }
}

fn step_chunks(vm: &Vm, helper: Obj, record: &IteratorRecord) -> Res<Option<Value>> {
    let size = helper.internal(ARGUMENT).as_number().unwrap_or(1.0) as usize;
    let buffer = vm.rt.new_list()?;
    while buffer.len() < size {
        vm.poll()?;
        match vm.iterator_step_value(record)? {
            Some(value) => buffer.push(&vm.rt, value)?,
            None if buffer.is_empty() => return Ok(None),
            None => break,
        }
    }
    vm.create_array_from_list(buffer).map(|array| Some(array.into()))
}

fn step_windows(vm: &Vm, helper: Obj, record: &IteratorRecord) -> Res<Option<Value>> {
    let size = helper.internal(ARGUMENT).as_number().unwrap_or(1.0) as usize;
    let Some(buffer) = helper.internal(BUFFER).cell::<List>() else { return Ok(None) };
    let first = buffer.len() < size;
    if !first {
        buffer.remove(&vm.rt, 0);
    }
    while buffer.len() < size {
        vm.poll()?;
        match vm.iterator_step_value(record)? {
            Some(value) => buffer.push(&vm.rt, value)?,
            None if first && !buffer.is_empty() && helper.internal(INNER) == Value::TRUE => {
                // It is the only one.
                helper.set_internal(&vm.rt, BUFFER, Value::UNDEFINED);
                break;
            }
            None => return Ok(None),
        }
    }
    vm.create_array_from_list(buffer).map(|array| Some(array.into()))
}
