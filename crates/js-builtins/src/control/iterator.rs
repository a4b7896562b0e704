//! 27.1.3 Iterator Objects: the constructor, and the properties of the prototype that are no helpers.

use super::{iterator_consume, iterator_lazy, iterator_zip};
use js_rt::{Attrs, Class, Obj, PropertyKey, Value};
use js_vm::{Args, Build, Intrinsic, IteratorRecord, Res, Vm};
use std::cell::Cell;

/// 27.1.3.1.1 Iterator ( )
fn iterator(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error("Constructor Iterator requires 'new'"));
    };
    if target == args.callee {
        return Err(vm.type_error("Abstract class Iterator not directly constructable"));
    }
    vm.ordinary_create_from_constructor(target, Intrinsic::IteratorPrototype, Class::Object).map(Value::from)
}

/// 27.1.3.2.2 Iterator.from ( O )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let record = vm.get_iterator_flattenable(args.get(0), true)?;
    if vm.ordinary_has_instance(vm.intrinsic(Intrinsic::Iterator).into(), record.iterator.into())? {
        return Ok(record.iterator.into());
    }
    let proto = vm.intrinsic(Intrinsic::WrapForValidIteratorPrototype);
    let wrapper = vm.object_create(Some(proto), Class::WrapForValidIterator)?;
    let slots = vm.rt.internal_from(&[record.iterator.into(), record.next])?;
    wrapper.set_payload(&vm.rt, Value::from_cell(slots));
    Ok(wrapper.into())
}

fn wrapped(vm: &Vm, args: &Args<'_>, method: &str) -> Res<(Obj, Value)> {
    let wrapper = args.this.as_object().filter(|o| o.class() == Class::WrapForValidIterator);
    match wrapper.and_then(|wrapper| Some((wrapper.internal(0).as_object()?, wrapper.internal(1)))) {
        Some(parts) => Ok(parts),
        None => {
            let what = vm.describe_value(args.this);
            Err(vm.type_error(format_args!("{method} method called on incompatible receiver {what}")))
        }
    }
}

/// 27.1.3.2.2.1.1 %WrapForValidIteratorPrototype%.next ( )
fn wrapped_next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (iterator, next) = wrapped(vm, args, "next")?;
    vm.call(next, iterator.into(), &[])
}

/// 27.1.3.2.2.1.2 %WrapForValidIteratorPrototype%.return ( )
fn wrapped_return(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (iterator, _) = wrapped(vm, args, "return")?;
    match vm.get_method(iterator.into(), vm.names().return_)? {
        Value::UNDEFINED => vm.create_iter_result(Value::UNDEFINED, true),
        method => vm.call(method, iterator.into(), &[]),
    }
}

/// `this` as an object whose `next` nobody has asked for yet.
pub(super) fn this_iterator(vm: &Vm, args: &Args<'_>, method: &str) -> Res<IteratorRecord> {
    match args.this.as_object() {
        Some(iterator) => Ok(IteratorRecord { iterator, next: Value::UNDEFINED, done: Cell::new(false) }),
        None => {
            let what = vm.describe_value(args.this);
            Err(vm.type_error(format_args!("Iterator.prototype.{method} called on non-object {what}")))
        }
    }
}

/// 27.1.2.1 %Iterator.prototype% [ %Symbol.iterator% ] ( ) and 27.1.5.1 %AsyncIteratorPrototype% [ %Symbol.asyncIterator% ] ( )
pub(super) fn itself(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

/// 27.1.2.2 %IteratorPrototype% [ %Symbol.dispose% ] ( )
fn dispose(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let method = vm.get_method(args.this, vm.names().return_)?;
    if !method.is_undefined() {
        vm.call(method, args.this, &[])?;
    }
    Ok(Value::UNDEFINED)
}

/// 7.3.34 SetterThatIgnoresPrototypeProperties, for %Iterator.prototype%
fn set_ignoring_prototype(vm: &Vm, this: Value, key: PropertyKey, value: Value) -> Res<Value> {
    let Some(o) = this.as_object() else {
        let what = vm.describe_value(this);
        return Err(vm.type_error(format_args!("{what} is not an object")));
    };
    if o == vm.intrinsic(Intrinsic::IteratorPrototype) {
        let name = vm.key_text(key);
        return Err(vm.type_error(format_args!(
            "Cannot assign to read only property '{name}' of object '[object Iterator]'"
        )));
    }
    if vm.get_own_property(o, key)?.is_none() {
        vm.create_data_property_or_throw(o, key, value)?;
    } else {
        vm.set(o, key, value, true)?;
    }
    Ok(Value::UNDEFINED)
}

/// 27.1.3.3.14.1 get Iterator.prototype [ %Symbol.toStringTag% ]
fn get_tag(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(vm.rt.str_from_utf8("Iterator")?.into())
}

/// 27.1.3.3.14.2 set Iterator.prototype [ %Symbol.toStringTag% ]
fn set_tag(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    set_ignoring_prototype(vm, args.this, vm.symbols().to_string_tag.into(), args.get(0))
}

/// 27.1.3.3.1.1 get Iterator.prototype.constructor
fn get_constructor(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(vm.intrinsic(Intrinsic::Iterator).into())
}

/// 27.1.3.3.1.2 set Iterator.prototype.constructor
fn set_constructor(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    set_ignoring_prototype(vm, args.this, vm.names().constructor, args.get(0))
}

/// The constructor and the prototype, and that of wrappers.
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::Iterator, "Iterator", 0, iterator)
        .static_method("concat", 0, iterator_zip::concat)
        .static_method("from", 1, from)
        .static_method("zip", 1, iterator_zip::zip)
        .static_method("zipKeyed", 1, iterator_zip::zip_keyed)
        .prototype(Intrinsic::IteratorPrototype)
        .symbol_method(vm.symbols().iterator, "Symbol.iterator", 0, itself)
        .symbol_method(vm.symbols().dispose, "Symbol.dispose", 0, dispose)
        .method("chunks", 1, iterator_lazy::chunks)
        .method("drop", 1, iterator_lazy::drop)
        .method("every", 1, iterator_consume::every)
        .method("filter", 1, iterator_lazy::filter)
        .method("find", 1, iterator_consume::find)
        .method("flatMap", 1, iterator_lazy::flat_map)
        .method("forEach", 1, iterator_consume::for_each)
        .method("includes", 1, iterator_consume::includes)
        .method("join", 1, iterator_consume::join)
        .method("map", 1, iterator_lazy::map)
        .method("reduce", 1, iterator_consume::reduce)
        .method("some", 1, iterator_consume::some)
        .method("take", 1, iterator_lazy::take)
        .method("toArray", 0, iterator_consume::to_array)
        .method("windows", 1, iterator_lazy::windows)
        .symbol_accessor(vm.symbols().to_string_tag, "Symbol.toStringTag", get_tag, set_tag)
        .global()
        .finish()?;
    let prototype = vm.intrinsic(Intrinsic::IteratorPrototype);
    let get = vm.native_named(get_constructor, 0, "get constructor")?;
    let set = vm.native_named(set_constructor, 1, "set constructor")?;
    let descriptor =
        js_rt::PropertyDescriptor::accessor(get.into(), set.into(), Attrs::accessor(false, true));
    vm.define_property_or_throw(prototype, vm.names().constructor, &descriptor)?;
    Build::object(vm, Intrinsic::WrapForValidIteratorPrototype, "", Intrinsic::IteratorPrototype)
        .method("next", 0, wrapped_next)
        .method("return", 0, wrapped_return)
        .finish()?;
    Ok(())
}
