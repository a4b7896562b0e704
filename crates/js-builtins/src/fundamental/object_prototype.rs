//! 20.1.3 Properties of the Object Prototype Object, with those of B.2.2.

use super::object::prototype_refused;
use js_rt::{Class, Flags, Obj, PropertyDescriptor, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn define(build: Build<'_>) -> Build<'_> {
    build
        .method("__defineGetter__", 2, define_getter)
        .method("__defineSetter__", 2, define_setter)
        .method("hasOwnProperty", 1, has_own_property)
        .method("__lookupGetter__", 1, lookup_getter)
        .method("__lookupSetter__", 1, lookup_setter)
        .method("isPrototypeOf", 1, is_prototype_of)
        .method("propertyIsEnumerable", 1, property_is_enumerable)
        .intrinsic_method(Intrinsic::ObjectToString, "toString", 0, to_string)
        .method("valueOf", 0, value_of)
        .accessor("__proto__", get_proto, set_proto)
        .method("toLocaleString", 0, to_locale_string)
}

/// 10.4.7 Immutable Prototype Exotic Objects: %Object.prototype% is one
pub(crate) fn keep(vm: &Vm) -> Res<()> {
    vm.intrinsic(Intrinsic::ObjectPrototype).set_flag(Flags::IMMUTABLE_PROTO);
    Ok(())
}

/// 20.1.3.2 Object.prototype.hasOwnProperty ( V )
fn has_own_property(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let key = vm.to_property_key(args.get(0))?;
    let o = vm.to_object(args.this)?;
    vm.has_own_property(o, key).map(Value::bool)
}

/// 20.1.3.3 Object.prototype.isPrototypeOf ( V )
fn is_prototype_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(mut v) = args.get(0).as_object() else {
        return Ok(Value::FALSE);
    };
    let o = vm.to_object(args.this)?;
    while let Some(above) = vm.get_prototype_of(v)? {
        if above == o {
            return Ok(Value::TRUE);
        }
        v = above;
        vm.poll()?;
    }
    Ok(Value::FALSE)
}

/// 20.1.3.4 Object.prototype.propertyIsEnumerable ( V )
fn property_is_enumerable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let key = vm.to_property_key(args.get(0))?;
    let o = vm.to_object(args.this)?;
    let found = vm.get_own_property(o, key)?;
    Ok(Value::bool(found.is_some_and(|found| found.enumerable == Some(true))))
}

/// 20.1.3.5 Object.prototype.toLocaleString ( \[ reserved1 \[ , reserved2 \] \] )
fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let key = vm.rt.key_from_utf8("toString")?;
    vm.invoke(args.this, key, &[])
}

/// 20.1.3.6 Object.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.this.is_nullish() {
        let text = if args.this.is_null() { "[object Null]" } else { "[object Undefined]" };
        return Ok(vm.rt.str_from_utf8(text)?.into());
    }
    let o = vm.to_object(args.this)?;
    let builtin = if vm.is_array(o.into())? { "Array" } else { builtin_tag(o) };
    let tag = vm.get(o, vm.symbols().to_string_tag)?;
    let Some(tag) = tag.as_string() else {
        return Ok(vm.rt.str_from_utf8(&format!("[object {builtin}]"))?.into());
    };
    let open = vm.rt.str_from_utf8("[object ")?;
    let close = vm.rt.str_from_utf8("]")?;
    let text = vm.rt.concat(open, tag)?;
    Ok(vm.rt.concat(text, close)?.into())
}

/// Steps 6 to 14 of Object.prototype.toString
fn builtin_tag(o: Obj) -> &'static str {
    match o.class() {
        Class::Arguments | Class::MappedArguments => "Arguments",
        _ if o.is_callable() => "Function",
        Class::Error => "Error",
        Class::Boolean => "Boolean",
        Class::Number => "Number",
        Class::String => "String",
        Class::Date => "Date",
        Class::RegExp => "RegExp",
        _ => "Object",
    }
}

/// 20.1.3.7 Object.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(vm.to_object(args.this)?.into())
}

/// 20.1.3.8.1 get Object.prototype.__proto__
fn get_proto(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.this)?;
    Ok(Value::or_null(vm.get_prototype_of(o)?))
}

/// 20.1.3.8.2 set Object.prototype.__proto__
fn set_proto(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (this, proto) = (args.this, args.get(0));
    if this.is_nullish() {
        return Err(vm.type_error("Object.prototype.__proto__ called on null or undefined"));
    }
    if !proto.is_object() && !proto.is_null() {
        return Ok(Value::UNDEFINED);
    }
    if let Some(o) = this.as_object()
        && !vm.set_prototype_of(o, proto.as_object())?
    {
        return Err(prototype_refused(vm, o, proto.as_object()));
    }
    Ok(Value::UNDEFINED)
}

fn define_accessor(vm: &Vm, args: &Args<'_>, setter: bool, method: &str) -> Res<Value> {
    let o = vm.to_object(args.this)?;
    let function = args.get(1);
    if !vm.is_callable(function) {
        return Err(vm.type_error(format_args!("Object.prototype.{method}: Expecting function")));
    }
    let descriptor = PropertyDescriptor {
        get: (!setter).then_some(function),
        set: setter.then_some(function),
        enumerable: Some(true),
        configurable: Some(true),
        ..PropertyDescriptor::default()
    };
    let key = vm.to_property_key(args.get(0))?;
    vm.define_property_or_throw(o, key, &descriptor)?;
    Ok(Value::UNDEFINED)
}

/// 20.1.3.9.1 Object.prototype.__defineGetter__ ( P, getter )
fn define_getter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    define_accessor(vm, args, false, "__defineGetter__")
}

/// 20.1.3.9.2 Object.prototype.__defineSetter__ ( P, setter )
fn define_setter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    define_accessor(vm, args, true, "__defineSetter__")
}

fn lookup_accessor(vm: &Vm, args: &Args<'_>, setter: bool) -> Res<Value> {
    let mut o = vm.to_object(args.this)?;
    let key = vm.to_property_key(args.get(0))?;
    loop {
        if let Some(found) = vm.get_own_property(o, key)? {
            let function = if setter { found.set } else { found.get };
            return Ok(function.unwrap_or(Value::UNDEFINED));
        }
        match vm.get_prototype_of(o)? {
            Some(above) => o = above,
            None => return Ok(Value::UNDEFINED),
        }
        vm.poll()?;
    }
}

/// 20.1.3.9.3 Object.prototype.__lookupGetter__ ( P )
fn lookup_getter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    lookup_accessor(vm, args, false)
}

/// 20.1.3.9.4 Object.prototype.__lookupSetter__ ( P )
fn lookup_setter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    lookup_accessor(vm, args, true)
}
