//! Tests of exotic objects: strings, typed arrays, module namespaces, bound to what own properties they show.

use crate::error::Res;
use crate::testing::{error_of, in_realm};
use crate::vm::Vm;
use js_rt::{Attrs, Class, ElementType, Obj, PropertyDescriptor, PropertyKey, Value};

fn keys(vm: &Vm, o: Obj) -> Res<Vec<String>> {
    Ok(vm.own_property_keys(o)?.iter().map(|key| vm.describe_value(key)).collect())
}

#[test]
fn string_objects() {
    in_realm(|vm| {
        let string = vm.rt.str_from_utf8("ab")?;
        let o = vm.to_object(string.into())?;
        vm.set(o, PropertyKey::index(5), Value::TRUE, true)?;
        assert_eq!(keys(vm, o)?, ["0", "1", "5", "length"]);
        assert!(!vm.set_with(o, PropertyKey::index(0), Value::TRUE, o.into())?);
        assert!(!vm.delete(o, PropertyKey::index(1))?);
        assert!(vm.has_property(o, PropertyKey::index(1))?);
        let b = vm.rt.str_from_utf8("b")?.into();
        let same = PropertyDescriptor { value: Some(b), ..PropertyDescriptor::default() };
        assert!(vm.define_own_property(o, PropertyKey::index(1), &same)?);
        let other = PropertyDescriptor::data(b, Attrs::ALL);
        assert!(!vm.define_own_property(o, PropertyKey::index(1), &other)?);
        let refused = vm.set(o, PropertyKey::index(0), Value::TRUE, true);
        assert_eq!(error_of(vm, refused), "Cannot assign to read only property '0' of object '#<Object>'");
        Ok(())
    });
}

fn typed_array(vm: &Vm, element: ElementType, length: usize) -> Res<Obj> {
    let data = vm.rt.new_array_buffer(length * element.size(), None)?;
    let buffer = vm.rt.new_object_payload(None, Class::ArrayBuffer, Value::from_cell(data))?;
    let view = vm.rt.new_typed_view(buffer, 0, Some(length), element)?;
    Ok(vm.rt.new_object_payload(None, element.class(), Value::from_cell(view))?)
}

#[test]
fn typed_arrays() {
    in_realm(|vm| {
        let o = typed_array(vm, ElementType::Uint8Clamped, 2)?;
        vm.set_element(o.into(), Value::int(0), Value::int(300), true)?;
        vm.set_element(o.into(), Value::int(7), Value::int(1), true)?;
        assert_eq!(vm.get_element(o.into(), Value::int(0))?, Value::int(255));
        assert!(vm.get_element(o.into(), Value::int(7))?.is_undefined());
        let minus = vm.rt.key_from_utf8("-0")?;
        vm.set(o, minus, Value::int(1), true)?;
        assert!(!vm.has_property(o, minus)?);
        vm.set(o, vm.names().value, Value::int(1), true)?;
        assert_eq!(keys(vm, o)?, ["0", "1", "value"]);
        assert!(!vm.delete(o, PropertyKey::index(1))?);
        assert!(vm.delete(o, PropertyKey::index(2))?);
        let frozen = vm.set_integrity_level(o, crate::IntegrityLevel::Frozen);
        assert_eq!(error_of(vm, frozen), "Cannot redefine property: 0");
        Ok(())
    });
}

#[test]
fn typed_arrays_of_bigints() {
    in_realm(|vm| {
        let o = typed_array(vm, ElementType::BigInt64, 1)?;
        let refused = vm.set_element(o.into(), Value::int(0), Value::int(1), true);
        assert_eq!(error_of(vm, refused), "Cannot convert 1 to a BigInt");
        vm.set_element(o.into(), Value::int(0), Value::TRUE, true)?;
        let one = vm.get_element(o.into(), Value::int(0))?;
        assert_eq!(vm.to_string(one)?.to_std(), "1");
        let view = o.payload_as::<js_rt::TypedView>().expect("a view");
        view.data().detach();
        assert!(vm.get_element(o.into(), Value::int(0))?.is_undefined());
        assert!(vm.is_typed_array_out_of_bounds(o));
        Ok(())
    });
}

#[test]
fn module_namespaces() {
    in_realm(|vm| {
        let env = vm.rt.new_env(None, Value::UNDEFINED, 2)?;
        env.set(&vm.rt, 1, Value::int(4));
        let exports = vm.rt.new_list()?;
        for (name, slot) in [("10", 1), ("9", 1), ("later", 0)] {
            exports.push(&vm.rt, vm.rt.str_from_utf8(name)?.into())?;
            exports.push(&vm.rt, Value::from_cell(env))?;
            exports.push(&vm.rt, Value::int(slot))?;
        }
        let o = vm.module_namespace_create(exports, Value::UNDEFINED, false)?;
        assert_eq!(keys(vm, o)?, ["10", "9", "later", "Symbol(Symbol.toStringTag)"]);
        assert_eq!(vm.get(o, PropertyKey::index(10))?, Value::int(4));
        let later = vm.rt.key_from_utf8("later")?;
        assert_eq!(error_of(vm, vm.get(o, later)), "Cannot access 'later' before initialization");
        assert!(vm.has_property(o, later)?);
        assert!(!vm.delete(o, later)?);
        assert!(!vm.set_with(o, later, Value::int(1), o.into())?);
        assert!(vm.get(o, vm.names().value)?.is_undefined());
        assert!(vm.set_prototype_of(o, None)?);
        assert!(!vm.is_extensible(o)?);
        Ok(())
    });
}
