//! Tests of internal methods.

use crate::call::Args;
use crate::error::Res;
use crate::testing::{error_of, in_realm, in_realm_with};
use crate::vm::Vm;
use crate::{Lookup, PromiseState};
use js_rt::{Attrs, Obj, PropertyDescriptor, PropertyKey, Value};
use std::cell::Cell;

fn key(vm: &Vm, name: &str) -> Res<PropertyKey> {
    Ok(vm.rt.key_from_utf8(name)?)
}

fn method(vm: &Vm, o: Obj, name: &str, f: crate::NativeFn) -> Res<()> {
    let function = vm.native_named(f, 0, name)?;
    let key = key(vm, name)?;
    vm.create_data_property_or_throw(o, key, function.into())
}

#[test]
fn inherited_setters_and_read_only_properties() {
    in_realm(|vm| {
        let proto = vm.new_object()?;
        let o = vm.object_create(Some(proto), js_rt::Class::Object)?;
        let (x, y) = (key(vm, "x")?, key(vm, "y")?);
        vm.define_property_or_throw(proto, x, &PropertyDescriptor::data(Value::int(1), Attrs::NONE))?;
        assert!(!vm.set_with(o, x, Value::int(2), o.into())?);
        let accessor =
            PropertyDescriptor::accessor(Value::UNDEFINED, Value::UNDEFINED, Attrs::accessor(true, true));
        vm.define_property_or_throw(proto, y, &accessor)?;
        let refused = vm.set(o, y, Value::int(2), true);
        assert_eq!(error_of(vm, refused), "Cannot set property y of #<Object> which has only a getter");
        assert_eq!(vm.get(o, x)?, Value::int(1));
        assert!(matches!(vm.lookup(o, x), Lookup::Proto { .. }));
        assert!(matches!(vm.lookup(o, key(vm, "z")?), Lookup::Absent));
        Ok(())
    });
}

#[test]
fn reads_of_nothing() {
    in_realm(|vm| {
        let x = key(vm, "x")?;
        let read = vm.get_value(Value::UNDEFINED, x);
        assert_eq!(error_of(vm, read), "Cannot read properties of undefined (reading 'x')");
        let written = vm.set_element(Value::NULL, Value::int(0), Value::int(1), false);
        assert_eq!(error_of(vm, written), "Cannot set properties of null (setting '0')");
        let string = vm.rt.str_from_utf8("abc")?.into();
        assert_eq!(vm.describe_value(vm.get_element(string, Value::int(1))?), "b");
        assert_eq!(vm.get_value(string, vm.names().length)?, Value::int(3));
        assert!(!vm.delete_value(string, vm.names().length, false)?);
        Ok(())
    });
}

#[test]
fn array_lengths() {
    in_realm(|vm| {
        let a = vm.new_array(&[Value::int(1), Value::int(2), Value::int(3)])?;
        let length = vm.names().length;
        vm.set(a, length, Value::int(1), true)?;
        assert!(vm.get(a, PropertyKey::index(1))?.is_undefined());
        vm.set_element(a.into(), Value::int(1), Value::int(7), true)?;
        assert_eq!(vm.get(a, length)?, Value::int(2));
        vm.set_element(a.into(), Value::int(9), Value::int(9), true)?;
        assert_eq!(vm.get(a, length)?, Value::int(10));
        assert_eq!(error_of(vm, vm.set(a, length, Value::double(1.5), true)), "Invalid array length");
        let read_only = PropertyDescriptor { writable: Some(false), ..PropertyDescriptor::default() };
        assert!(vm.define_own_property(a, length, &read_only)?);
        let refused = vm.set_element(a.into(), Value::int(10), Value::int(1), true);
        assert!(error_of(vm, refused).starts_with("Cannot"));
        assert!(!vm.set_with(a, length, Value::int(0), a.into())?);
        Ok(())
    });
}

#[test]
fn mapped_arguments() {
    in_realm(|vm| {
        let env = vm.rt.new_env(None, Value::UNDEFINED, 2)?;
        env.set(&vm.rt, 1, Value::int(10));
        let given = [Cell::new(Value::int(10)), Cell::new(Value::int(20))];
        let o = vm.create_mapped_arguments(Value::NULL, &given, env, &[1])?;
        let zero = PropertyKey::index(0);
        env.set(&vm.rt, 1, Value::int(11));
        assert_eq!(vm.get(o, zero)?, Value::int(11));
        vm.set(o, zero, Value::int(12), true)?;
        assert_eq!(env.get(1), Value::int(12));
        assert!(vm.delete(o, zero)?);
        vm.set(o, zero, Value::int(13), true)?;
        assert_eq!(env.get(1), Value::int(12));
        assert_eq!(vm.get(o, PropertyKey::index(1))?, Value::int(20));
        assert_eq!(vm.get(o, vm.names().length)?, Value::int(2));
        Ok(())
    });
}

fn keys_trap(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    let names = [vm.rt.str_from_utf8("q")?.into(), vm.rt.str_from_utf8("p")?.into()];
    Ok(vm.new_array(&names)?.into())
}

fn get_trap(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.add(args.get(1), Value::int(1))
}

fn yes(_: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(Value::TRUE)
}

#[test]
fn proxies() {
    in_realm(|vm| {
        let (target, handler) = (vm.new_object()?, vm.new_object()?);
        method(vm, handler, "ownKeys", keys_trap)?;
        method(vm, handler, "get", get_trap)?;
        method(vm, handler, "deleteProperty", yes)?;
        let proxy = vm.proxy_create(target.into(), handler.into())?;
        let p = key(vm, "p")?;
        assert_eq!(vm.describe_value(vm.get(proxy, p)?), "p1");
        let child = vm.object_create(Some(proxy), js_rt::Class::Object)?;
        assert_eq!(vm.describe_value(vm.get(child, p)?), "p1");
        let keys = vm.own_property_keys(proxy)?;
        assert_eq!(keys.iter().map(|key| vm.describe_value(key)).collect::<Vec<_>>(), ["q", "p"]);
        vm.define_property_or_throw(
            target,
            key(vm, "fixed")?,
            &PropertyDescriptor::data(Value::NULL, Attrs::NONE),
        )?;
        assert_eq!(
            error_of(vm, vm.own_property_keys(proxy)),
            "'ownKeys' on proxy: trap result did not include 'fixed'"
        );
        let deleted = vm.delete(proxy, key(vm, "fixed")?);
        assert!(error_of(vm, deleted).starts_with("'deleteProperty' on proxy"));
        vm.proxy_revoke(proxy);
        let read = vm.get(proxy, p);
        assert_eq!(error_of(vm, read), "Cannot perform 'get' on a proxy that has been revoked");
        Ok(())
    });
}

#[test]
fn enumeration() {
    in_realm_with(true, |vm| {
        let proto = vm.new_object()?;
        let o = vm.object_create(Some(proto), js_rt::Class::Object)?;
        for (object, name) in [(proto, "hidden"), (proto, "inherited"), (o, "b"), (o, "a"), (o, "gone")] {
            vm.set(object, key(vm, name)?, Value::int(1), true)?;
        }
        vm.define_property_or_throw(
            o,
            key(vm, "hidden")?,
            &PropertyDescriptor::data(Value::NULL, Attrs::NONE),
        )?;
        vm.set(o, PropertyKey::index(1), Value::int(1), true)?;
        let state = vm.for_in_start(o.into())?;
        let mut seen = String::new();
        while let Some(name) = vm.for_in_next(state)? {
            seen += &vm.describe_value(name);
            seen += " ";
            vm.delete(o, key(vm, "gone")?)?;
        }
        assert_eq!(seen, "1 b a inherited ");
        let state = vm.for_in_start(Value::NULL)?;
        assert!(vm.for_in_next(state)?.is_none());
        Ok(())
    });
}

fn plus_one(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.add(args.get(0), Value::int(1))
}

#[test]
fn promises_settle_in_order() {
    in_realm_with(true, |vm| {
        let first = vm.new_promise()?;
        let second = vm.new_intrinsic_capability()?;
        let handler = vm.native_named(plus_one, 1, "")?;
        vm.perform_promise_then(first, handler.into(), Value::UNDEFINED, Some(second))?;
        let (resolve, reject) = vm.create_resolving_functions(first)?;
        vm.call(resolve, Value::UNDEFINED, &[Value::int(4)])?;
        vm.call(reject, Value::UNDEFINED, &[Value::int(5)])?;
        let promise = second.promise.as_object().expect("a promise");
        assert_eq!(vm.promise_state(promise), PromiseState::Pending);
        vm.run_jobs()?;
        assert_eq!(vm.promise_result(promise), Value::int(5));
        let rejected = vm.new_promise()?;
        vm.reject_promise(rejected, Value::int(1))?;
        assert_eq!(vm.take_unhandled_rejections()?.len(), 1);
        vm.resolve_promise(rejected, rejected.into())?;
        Ok(())
    });
}
