//! 27.1.3.3 Iterator.prototype: methods that go through the whole iterator.

use super::iterator::this_iterator;
use crate::text::Builder;
use js_rt::Value;
use js_vm::{Args, IteratorRecord, Res, Throw, Vm};

/// Closes the iterator because of an error.
pub(super) fn refuse<T>(vm: &Vm, record: &IteratorRecord, thrown: Throw) -> Res<T> {
    vm.iterator_close(record, Err(thrown))
}

/// The iterator that is `this`, and the function that is the first argument.
pub(super) fn with_function(vm: &Vm, args: &Args<'_>, method: &str) -> Res<(IteratorRecord, Value)> {
    let record = this_iterator(vm, args, method)?;
    let f = args.get(0);
    if !vm.is_callable(f) {
        let what = vm.describe_callee(f);
        return refuse(vm, &record, vm.type_error(format_args!("{what} is not a function")));
    }
    Ok((vm.get_iterator_direct(record.iterator)?, f))
}

/// Calls the function for each value, until `visit` gives a result: then the iterator is closed.
fn each(
    vm: &Vm,
    args: &Args<'_>,
    method: &str,
    mut visit: impl FnMut(Value, Value) -> Option<Value>,
) -> Res<Option<Value>> {
    let (record, f) = with_function(vm, args, method)?;
    let mut counter = 0.0;
    while let Some(value) = vm.iterator_step_value(&record)? {
        vm.poll()?;
        let result = match vm.call(f, Value::UNDEFINED, &[value, Value::number(counter)]) {
            Ok(result) => result,
            Err(thrown) => return refuse(vm, &record, thrown),
        };
        if let Some(found) = visit(value, result) {
            return vm.iterator_close(&record, Ok(Some(found)));
        }
        counter += 1.0;
    }
    Ok(None)
}

/// 27.1.3.3.4 Iterator.prototype.every ( predicate )
pub(super) fn every(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let found = each(vm, args, "every", |_, result| (!result.to_boolean()).then_some(Value::FALSE))?;
    Ok(found.unwrap_or(Value::TRUE))
}

/// 27.1.3.3.6 Iterator.prototype.find ( predicate )
pub(super) fn find(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let found = each(vm, args, "find", |value, result| result.to_boolean().then_some(value))?;
    Ok(found.unwrap_or(Value::UNDEFINED))
}

/// 27.1.3.3.8 Iterator.prototype.forEach ( procedure )
pub(super) fn for_each(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    each(vm, args, "forEach", |_, _| None)?;
    Ok(Value::UNDEFINED)
}

/// 27.1.3.3.11 Iterator.prototype.some ( predicate )
pub(super) fn some(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let found = each(vm, args, "some", |_, result| result.to_boolean().then_some(Value::TRUE))?;
    Ok(found.unwrap_or(Value::FALSE))
}

/// 27.1.3.3.10 Iterator.prototype.reduce ( reducer [ , initialValue ] )
pub(super) fn reduce(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (record, f) = with_function(vm, args, "reduce")?;
    let (mut accumulator, mut counter) = match args.given(1) {
        Some(initial) => (initial, 0.0),
        None => match vm.iterator_step_value(&record)? {
            Some(first) => (first, 1.0),
            None => return Err(vm.type_error("Reduce of a done iterator with no initial value")),
        },
    };
    while let Some(value) = vm.iterator_step_value(&record)? {
        vm.poll()?;
        accumulator = match vm.call(f, Value::UNDEFINED, &[accumulator, value, Value::number(counter)]) {
            Ok(result) => result,
            Err(thrown) => return refuse(vm, &record, thrown),
        };
        counter += 1.0;
    }
    Ok(accumulator)
}

/// 27.1.3.3.13 Iterator.prototype.toArray ( )
pub(super) fn to_array(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let record = this_iterator(vm, args, "toArray")?;
    let record = vm.get_iterator_direct(record.iterator)?;
    let list = vm.iterator_to_list(&record)?;
    vm.create_array_from_list(list).map(Value::from)
}

/// Iterator.prototype.includes ( searchElement [ , skippedElements ] )
pub(super) fn includes(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let record = this_iterator(vm, args, "includes")?;
    let skip = match args.get(1) {
        Value::UNDEFINED => 0.0,
        skip => match skip.as_number().filter(|skip| skip.is_infinite() || skip.trunc() == *skip) {
            Some(skip) => skip,
            None => {
                return refuse(
                    vm,
                    &record,
                    vm.type_error("The number of skipped elements must be an integer"),
                );
            }
        },
    };
    if skip < 0.0 || skip.is_finite() && skip > 9_007_199_254_740_991.0 {
        return refuse(vm, &record, vm.range_error("The number of skipped elements is out of range"));
    }
    let record = vm.get_iterator_direct(record.iterator)?;
    let mut skipped = 0.0;
    while let Some(value) = vm.iterator_step_value(&record)? {
        vm.poll()?;
        if skipped < skip {
            skipped += 1.0;
        } else if value.same_value_zero(args.get(0)) {
            return vm.iterator_close(&record, Ok(Value::TRUE));
        }
    }
    Ok(Value::FALSE)
}

/// Iterator.prototype.join ( separator )
pub(super) fn join(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let record = this_iterator(vm, args, "join")?;
    let separator = match args.get(0) {
        Value::UNDEFINED => vm.rt.str_unit(u16::from(b','))?,
        separator => match vm.to_string(separator) {
            Ok(separator) => separator,
            Err(thrown) => return refuse(vm, &record, thrown),
        },
    };
    let record = vm.get_iterator_direct(record.iterator)?;
    let mut all = Builder::new();
    let mut first = true;
    while let Some(value) = vm.iterator_step_value(&record)? {
        vm.poll()?;
        let pushed = (|| {
            if !std::mem::take(&mut first) {
                all.push(vm, separator)?;
            }
            if !value.is_nullish() {
                all.push(vm, vm.to_string(value)?)?;
            }
            Ok(())
        })();
        if let Err(thrown) = pushed {
            return refuse(vm, &record, thrown);
        }
    }
    all.finish(vm).map(Value::from)
}
