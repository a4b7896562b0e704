//! Tests of iterators, promises with constructors of their own, and errors on the way.

use crate::call::Args;
use crate::error::Res;
use crate::testing::{error_of, in_realm, in_realm_with};
use crate::vm::Vm;
use crate::{ArrayIteratorKind, Intrinsic, IteratorKind, PromiseState};
use js_rt::{Class, Obj, Value};

fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(o) = args.this.as_object() else {
        return Err(vm.type_error("not an object"));
    };
    let count = vm.add(vm.get(o, vm.names().length)?, Value::int(1))?;
    vm.set(o, vm.names().length, count, true)?;
    vm.create_iter_result(count, count == Value::int(3))
}

fn this(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(args.this)
}

fn failing(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    Err(vm.range_error("return failed"))
}

fn counter(vm: &Vm) -> Res<Obj> {
    let o = vm.new_object()?;
    vm.set(o, vm.names().length, Value::int(0), true)?;
    vm.set(o, vm.names().next, vm.native_named(next, 0, "next")?.into(), true)?;
    vm.set(o, vm.names().return_, vm.native_named(failing, 0, "return")?.into(), true)?;
    vm.set(o, vm.symbols().iterator, vm.native_named(this, 0, "")?.into(), true)?;
    Ok(o)
}

#[test]
fn iterators_by_the_protocol() {
    in_realm_with(true, |vm| {
        let o = counter(vm)?;
        let list = vm.iterable_to_list(o.into())?;
        assert_eq!(list.iter().collect::<Vec<_>>(), [Value::int(1), Value::int(2)]);
        let record = vm.get_iterator(counter(vm)?.into(), IteratorKind::Sync)?;
        let closed: Res<()> = vm.iterator_close(&record, Err(vm.type_error("first")));
        assert_eq!(error_of(vm, closed), "first");
        assert_eq!(error_of(vm, vm.iterator_close(&record, Ok(()))), "return failed");
        assert_eq!(
            error_of(vm, vm.get_iterator(Value::int(3), IteratorKind::Sync)),
            "number 3 is not iterable (cannot read property Symbol(Symbol.iterator))"
        );
        Ok(())
    });
}

#[test]
fn reading_the_method_of_what_has_no_properties_says_that_it_is_not_iterable() {
    in_realm(|vm| {
        let key = vm.symbols().iterator;
        let text = "is not iterable (cannot read property Symbol(Symbol.iterator))";
        assert_eq!(error_of(vm, vm.get_value(Value::UNDEFINED, key)), format!("undefined {text}"));
        assert_eq!(error_of(vm, vm.get_element(Value::NULL, key.into())), format!("object null {text}"));
        let same = vm.rt.str_from_utf8("Symbol(Symbol.iterator)")?;
        assert_eq!(
            error_of(vm, vm.get_element(Value::UNDEFINED, same.into())),
            "Cannot read properties of undefined (reading 'Symbol(Symbol.iterator)')"
        );
        Ok(())
    });
}

#[test]
fn array_iterators_see_changes() {
    in_realm(|vm| {
        let array = vm.new_array(&[Value::int(5)])?;
        let iterator = vm.create_array_iterator(array, ArrayIteratorKind::KeyValue)?;
        let entry = vm.array_iterator_step(iterator)?.and_then(Value::as_object).expect("an entry");
        assert_eq!(vm.get_index(entry, 1)?, Value::int(5));
        vm.set_index(array, 1, Value::int(6))?;
        assert!(vm.array_iterator_step(iterator)?.is_some());
        assert!(vm.array_iterator_step(iterator)?.is_none());
        vm.set_index(array, 2, Value::int(7))?;
        assert!(vm.array_iterator_step(iterator)?.is_none());
        Ok(())
    });
}

fn thenable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.call(args.get(0), Value::UNDEFINED, &[Value::int(8)])?;
    Err(vm.type_error("too late"))
}

fn own_promise(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let resolve = vm.native_named(this, 1, "")?;
    vm.call(args.get(0), Value::UNDEFINED, &[resolve.into(), resolve.into()])?;
    let again = vm.call(args.get(0), Value::UNDEFINED, &[resolve.into(), resolve.into()]);
    assert!(error_of(vm, again).starts_with("Promise executor"));
    Ok(vm.new_object()?.into())
}

#[test]
fn promises_follow_thenables() {
    in_realm(|vm| {
        let promise = vm.new_promise()?;
        let o = vm.new_object()?;
        vm.set(o, vm.names().then, vm.native_named(thenable, 0, "then")?.into(), true)?;
        vm.resolve_promise(promise, o.into())?;
        assert_eq!(vm.promise_state(promise), PromiseState::Pending);
        vm.run_jobs()?;
        assert_eq!(vm.promise_result(promise), Value::int(8));
        let cyclic = vm.new_promise()?;
        vm.resolve_promise(cyclic, cyclic.into())?;
        assert_eq!(vm.promise_state(cyclic), PromiseState::Rejected);
        vm.set_promise_handled(cyclic);
        assert!(vm.take_unhandled_rejections()?.is_empty());
        let constructor = vm.native_constructor(own_promise, 1, "Own")?;
        let capability = vm.new_promise_capability(constructor.into())?;
        assert_eq!(capability.promise.as_object().map(|o| o.class()), Some(Class::Object));
        let refused = vm.new_promise_capability(Value::int(1));
        assert_eq!(error_of(vm, refused), "1 is not a constructor");
        Ok(())
    });
}

#[test]
fn errors_and_memory() {
    in_realm(|vm| {
        let thrown = vm.type_error("x");
        let error = vm.catch(thrown).expect("an error").as_object().expect("an object");
        assert_eq!(error.proto(), Some(vm.intrinsic(Intrinsic::TypeErrorPrototype)));
        for (thrown, text) in [
            (crate::Throw::Memory, "Out of memory"),
            (crate::Throw::StringLength, "Invalid string length"),
            (crate::Throw::BigIntSize, "Maximum BigInt size exceeded"),
        ] {
            assert_eq!(error_of::<()>(vm, Err(thrown)), text);
        }
        assert!(vm.catch(crate::Throw::Stop(crate::Stop::Deadline)).is_err());
        Ok(())
    });
}
