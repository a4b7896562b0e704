//! 27.1.3.2 Iterator.concat, Iterator.zip and Iterator.zipKeyed.

use super::iterator_helper::{Kind, OWN, close_all, create, inner_record, record_at};
use js_rt::{Class, Gc, List, Obj, Value};
use js_vm::{Args, IteratorKind, IteratorRecord, Res, Vm};

/// Own slots of `concat`: the open iterator and its `next`, then the iterables with their methods, and which is next.
const ITERABLES: usize = OWN + 2;
const POSITION: usize = OWN + 3;

/// Own slots of `zip`: the mode, the values of iterators that are done, and the keys (undefined for arrays).
const MODE: usize = OWN;
const PADDING: usize = OWN + 1;
const KEYS: usize = OWN + 2;

const SHORTEST: i32 = 0;
const LONGEST: i32 = 1;
const STRICT: i32 = 2;

/// 27.1.3.2.1 Iterator.concat ( ...items )
pub(super) fn concat(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterables = vm.rt.new_list()?;
    for item in args.list {
        let item = item.get();
        if !item.is_object() {
            let what = vm.describe_value(item);
            return Err(vm.type_error(format_args!("{what} is not an object")));
        }
        let method = vm.get_method(item, vm.symbols().iterator)?;
        if method.is_undefined() {
            let what = vm.describe_value(item);
            return Err(vm.type_error(format_args!("{what} is not iterable")));
        }
        iterables.extend(&vm.rt, &[item, method])?;
    }
    let own = [Value::UNDEFINED, Value::UNDEFINED, Value::from_cell(iterables), Value::int(0)];
    create(vm, Kind::Concat, vm.rt.new_list()?, &own)
}

/// Runs `concat` up to its next `yield`.
pub(super) fn step_concat(vm: &Vm, helper: Obj, _: Gc<List>) -> Res<Option<Value>> {
    let Some(iterables) = helper.internal(ITERABLES).cell::<List>() else { return Ok(None) };
    loop {
        vm.poll()?;
        if let Some(inner) = inner_record(helper) {
            if let Some(value) = vm.iterator_step_value(&inner)? {
                return Ok(Some(value));
            }
            helper.set_internal(&vm.rt, OWN, Value::UNDEFINED);
        }
        let at = helper.internal(POSITION).as_int().unwrap_or(0);
        let (Some(item), Some(method)) = (iterables.get(at as usize), iterables.get(at as usize + 1)) else {
            return Ok(None);
        };
        helper.set_internal(&vm.rt, POSITION, Value::int(at + 2));
        let inner = vm.get_iterator_from_method(item, method)?;
        helper.set_internal(&vm.rt, OWN, inner.iterator.into());
        helper.set_internal(&vm.rt, OWN + 1, inner.next);
    }
}

/// GetOptionsObject, the mode, and the padding option
fn options(vm: &Vm, options: Value) -> Res<(i32, Value)> {
    let options = match options.as_object() {
        Some(options) => options,
        None if options.is_undefined() => vm.object_create(None, Class::Object)?,
        None => return Err(vm.type_error("options must be an object")),
    };
    let mode = vm.get(options, vm.rt.key_from_utf8("mode")?)?;
    let name = mode.as_string().map(|mode| mode.to_std());
    let mode = match name.as_deref() {
        None if mode.is_undefined() => SHORTEST,
        Some("shortest") => SHORTEST,
        Some("longest") => LONGEST,
        Some("strict") => STRICT,
        _ => return Err(vm.type_error("mode must be \"shortest\", \"longest\", or \"strict\"")),
    };
    if mode != LONGEST {
        return Ok((mode, Value::UNDEFINED));
    }
    let padding = vm.get(options, vm.rt.key_from_utf8("padding")?)?;
    if !padding.is_undefined() && !padding.is_object() {
        return Err(vm.type_error("padding must be an object"));
    }
    Ok((mode, padding))
}

fn iterables(vm: &Vm, args: &Args<'_>) -> Res<Obj> {
    args.get(0).as_object().ok_or_else(|| {
        let what = vm.describe_value(args.get(0));
        vm.type_error(format_args!("{what} is not an object"))
    })
}

fn push(vm: &Vm, iterators: Gc<List>, record: &IteratorRecord) -> Res<()> {
    Ok(iterators.extend(&vm.rt, &[record.iterator.into(), record.next])?)
}

/// Iterator.zip ( iterables [ , options ] )
pub(super) fn zip(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterables = iterables(vm, args)?;
    let (mode, padding_option) = options(vm, args.get(1))?;
    let iterators = vm.rt.new_list()?;
    let input = vm.get_iterator(iterables.into(), IteratorKind::Sync)?;
    loop {
        let next = match vm.iterator_step_value(&input) {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(thrown) => return close_all(vm, iterators, Err(thrown)),
        };
        match vm.get_iterator_flattenable(next, false) {
            Ok(record) => push(vm, iterators, &record)?,
            Err(thrown) => {
                let closed = close_all(vm, iterators, Err(thrown));
                return vm.iterator_close(&input, closed);
            }
        }
    }
    let padding = vm.rt.new_list()?;
    if mode == LONGEST
        && let Err(thrown) = read_padding(vm, padding_option, padding, iterators.len() / 2)
    {
        return close_all(vm, iterators, Err(thrown));
    }
    create(vm, Kind::Zip, iterators, &[Value::int(mode), Value::from_cell(padding), Value::UNDEFINED])
}

/// The values for iterators that are done, from an iterable.
fn read_padding(vm: &Vm, option: Value, padding: Gc<List>, count: usize) -> Res<()> {
    if option.is_undefined() {
        return Ok(());
    }
    let record = vm.get_iterator(option, IteratorKind::Sync)?;
    while padding.len() < count {
        match vm.iterator_step_value(&record)? {
            Some(value) => padding.push(&vm.rt, value)?,
            None => return Ok(()),
        }
    }
    vm.iterator_close(&record, Ok(()))
}

/// Iterator.zipKeyed ( iterables [ , options ] )
pub(super) fn zip_keyed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterables = iterables(vm, args)?;
    let (mode, padding_option) = options(vm, args.get(1))?;
    let (iterators, keys) = (vm.rt.new_list()?, vm.rt.new_list()?);
    let all = vm.own_property_keys(iterables)?;
    for name in all.iter() {
        if let Err(thrown) = open_keyed(vm, iterables, name, iterators, keys) {
            return close_all(vm, iterators, Err(thrown));
        }
    }
    let padding = vm.rt.new_list()?;
    if mode == LONGEST
        && let Some(option) = padding_option.as_object()
    {
        for name in keys.iter() {
            let value = vm.to_property_key(name).and_then(|key| vm.get(option, key));
            match value {
                Ok(value) => padding.push(&vm.rt, value)?,
                Err(thrown) => return close_all(vm, iterators, Err(thrown)),
            }
        }
    }
    create(vm, Kind::Zip, iterators, &[Value::int(mode), Value::from_cell(padding), Value::from_cell(keys)])
}

fn open_keyed(vm: &Vm, iterables: Obj, name: Value, iterators: Gc<List>, keys: Gc<List>) -> Res<()> {
    let key = vm.to_property_key(name)?;
    let found = vm.get_own_property(iterables, key)?;
    if found.is_none_or(|found| found.enumerable != Some(true)) {
        return Ok(());
    }
    let value = vm.get(iterables, key)?;
    if value.is_undefined() {
        return Ok(());
    }
    keys.push(&vm.rt, name)?;
    let record = vm.get_iterator_flattenable(value, false)?;
    push(vm, iterators, &record)
}

fn forget(vm: &Vm, iterators: Gc<List>, at: usize) {
    iterators.set(&vm.rt, at * 2, Value::NULL);
}

/// IteratorZip, up to its next `yield`
pub(super) fn step_zip(vm: &Vm, helper: Obj, iterators: Gc<List>) -> Res<Option<Value>> {
    let count = iterators.len() / 2;
    if count == 0 {
        return Ok(None);
    }
    let mode = helper.internal(MODE).as_int().unwrap_or(SHORTEST);
    let padding = helper.internal(PADDING).cell::<List>();
    let pad = |at: usize| padding.and_then(|padding| padding.get(at)).unwrap_or(Value::UNDEFINED);
    let results = vm.rt.list_with_capacity(count)?;
    for at in 0..count {
        let Some(record) = record_at(iterators, at) else {
            results.push(&vm.rt, pad(at))?;
            continue;
        };
        let step = vm.iterator_step_value(&record);
        if !matches!(step, Ok(Some(_))) {
            forget(vm, iterators, at);
        }
        let value = match step {
            Ok(Some(value)) => value,
            Err(thrown) => return close_all(vm, iterators, Err(thrown)),
            Ok(None) if mode == SHORTEST => return close_all(vm, iterators, Ok(None)),
            Ok(None) if mode == STRICT => return end_strictly(vm, iterators, at),
            Ok(None) if (0..count).all(|other| record_at(iterators, other).is_none()) => return Ok(None),
            Ok(None) => pad(at),
        };
        results.push(&vm.rt, value)?;
    }
    finish(vm, helper, results).map(Some)
}

/// One iterator is done: all of them must be.
fn end_strictly(vm: &Vm, iterators: Gc<List>, first: usize) -> Res<Option<Value>> {
    let uneven = |vm: &Vm| {
        vm.type_error("Iterators passed to Iterator.zip with mode \"strict\" have different lengths")
    };
    if first != 0 {
        let thrown = uneven(vm);
        return close_all(vm, iterators, Err(thrown));
    }
    for at in 1..iterators.len() / 2 {
        let Some(record) = record_at(iterators, at) else { continue };
        match vm.iterator_step(&record) {
            Err(thrown) => {
                forget(vm, iterators, at);
                return close_all(vm, iterators, Err(thrown));
            }
            Ok(None) => forget(vm, iterators, at),
            Ok(Some(_)) => {
                let thrown = uneven(vm);
                return close_all(vm, iterators, Err(thrown));
            }
        }
    }
    Ok(None)
}

/// The results as an array, or as an object with the keys.
fn finish(vm: &Vm, helper: Obj, results: Gc<List>) -> Res<Value> {
    let Some(keys) = helper.internal(KEYS).cell::<List>() else {
        return vm.create_array_from_list(results).map(Value::from);
    };
    let o = vm.object_create(None, Class::Object)?;
    for (name, value) in keys.iter().zip(results.iter()) {
        let key = vm.to_property_key(name)?;
        vm.create_data_property_or_throw(o, key, value)?;
    }
    Ok(o.into())
}
