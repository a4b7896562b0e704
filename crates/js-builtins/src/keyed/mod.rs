//! 24 Keyed Collections.

mod iterators;
mod map;
mod set;
mod set_algebra;
mod weak_map;
mod weak_set;

use js_rt::{Class, Gc, Obj, OrderedTable, Value};
use js_vm::{Args, IteratorKind, Res, Throw, Vm};

/// The objects of this clause.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    map::install(vm)?;
    set::install(vm)?;
    iterators::install(vm)?;
    weak_map::install(vm)?;
    weak_set::install(vm)
}

#[cold]
fn incompatible(vm: &Vm, value: Value, method: &str) -> Throw {
    let what = vm.describe_value(value);
    vm.type_error(format_args!("Method {method} called on incompatible receiver {what}"))
}

/// `[[MapData]]` or `[[SetData]]` of the value of `this`.
#[inline]
fn table(vm: &Vm, args: &Args<'_>, class: Class, method: &str) -> Res<Gc<OrderedTable>> {
    match args.this.as_object().filter(|o| o.class() == class).and_then(|o| o.payload_as::<OrderedTable>()) {
        Some(table) => Ok(table),
        None => Err(incompatible(vm, args.this, method)),
    }
}

/// What an entry is to be added to.
struct Adder {
    target: Obj,
    method: Value,
}

/// 24.1.1.2 AddEntriesFromIterable ( target, iterable, adder )
fn add_entries(vm: &Vm, iterable: Value, adder: &Adder) -> Res<()> {
    each(vm, iterable, |entry| {
        let Some(o) = entry.as_object() else {
            let what = vm.describe_value(entry);
            return Err(vm.type_error(format_args!("Iterator value {what} is not an entry object")));
        };
        let key = vm.get_index(o, 0)?;
        let value = vm.get_index(o, 1)?;
        vm.call(adder.method, adder.target.into(), &[key, value]).map(|_| ())
    })
}

/// Calls `f` with each value of an iterable, which is closed when that throws.
fn each(vm: &Vm, iterable: Value, mut f: impl FnMut(Value) -> Res<()>) -> Res<()> {
    let record = vm.get_iterator(iterable, IteratorKind::Sync)?;
    while let Some(value) = vm.iterator_step_value(&record)? {
        if let Err(thrown) = f(value) {
            return vm.iterator_close(&record, Err(thrown));
        }
        vm.poll()?;
    }
    Ok(())
}

/// NewTarget of a constructor.
fn required_target(vm: &Vm, args: &Args<'_>, name: &str) -> Res<Obj> {
    args.new_target.ok_or_else(|| vm.type_error(format_args!("Constructor {name} requires 'new'")))
}

/// The method that a constructor adds with.
fn adder(vm: &Vm, target: Obj, name: &str) -> Res<Adder> {
    let method = vm.get(target, vm.rt.key_from_utf8(name)?)?;
    if !vm.is_callable(method) {
        let what = vm.describe_value(method);
        return Err(vm.type_error(format_args!("'{what}' returned for property '{name}' is not a function")));
    }
    Ok(Adder { target, method })
}

/// 24.5.1 CanonicalizeKeyedCollectionKey ( key )
fn canonical(key: Value) -> Value {
    if key.as_number() == Some(0.0) { Value::int(0) } else { key }
}

/// 9.14 CanBeHeldWeakly ( v )
pub(crate) fn can_be_held_weakly(value: Value) -> bool {
    value.is_object() || value.as_symbol().is_some_and(|symbol| symbol.registered_key().is_none())
}
