//! Tests of conversions, comparisons and operators.

use crate::error::Res;
use crate::testing::{error_of, in_realm};
use crate::vm::Vm;
use crate::{IntegrityLevel, PropertyKind};
use js_rt::num_bigint::BigInt;
use js_rt::{Attrs, PropertyDescriptor, PropertyKey, Value};
use std::cmp::Ordering;

fn text(vm: &Vm, text: &str) -> Res<Value> {
    Ok(vm.rt.str_from_utf8(text)?.into())
}

fn big(vm: &Vm, value: i64) -> Res<Value> {
    vm.bigint(BigInt::from(value))
}

fn shown(vm: &Vm, value: Value) -> Res<String> {
    Ok(vm.to_string(value)?.to_std())
}

#[test]
fn numbers_of_values() {
    in_realm(|vm| {
        for (source, number) in
            [("", 0.0), (" 12 ", 12.0), ("0x1f", 31.0), ("1e3", 1000.0), ("-Infinity", f64::NEG_INFINITY)]
        {
            let value = text(vm, source)?;
            assert_eq!(vm.to_number(value)?, number, "{source:?}");
        }
        let value = text(vm, "12px")?;
        assert!(vm.to_number(value)?.is_nan());
        assert_eq!(vm.to_number(Value::NULL)?, 0.0);
        assert!(vm.to_number(Value::UNDEFINED)?.is_nan());
        assert_eq!(vm.to_int32(Value::double(4_294_967_298.5))?, 2);
        assert_eq!(vm.to_uint8_clamp(Value::double(2.5))?, 2);
        assert_eq!(vm.to_length(Value::double(-3.0))?, 0.0);
        assert_eq!(error_of(vm, vm.to_index(Value::int(-1))), "Invalid index");
        let value = big(vm, 1)?;
        assert_eq!(error_of(vm, vm.to_number(value)), "Cannot convert a BigInt value to a number");
        Ok(())
    });
}

#[test]
fn strings_of_values() {
    in_realm(|vm| {
        assert_eq!(shown(vm, Value::double(1e21))?, "1e+21");
        assert_eq!(shown(vm, Value::double(-0.0))?, "0");
        assert_eq!(shown(vm, Value::TRUE)?, "true");
        assert_eq!(shown(vm, big(vm, -12)?)?, "-12");
        let symbol = vm.symbols().iterator.into();
        assert_eq!(error_of(vm, vm.to_string(symbol)), "Cannot convert a Symbol value to a string");
        let o = vm.new_object()?;
        assert_eq!(error_of(vm, vm.to_string(o.into())), "Cannot convert object to primitive value");
        Ok(())
    });
}

#[test]
fn canonical_numeric_strings() {
    in_realm(|vm| {
        for (source, number) in [
            ("1.5", Some(1.5)),
            ("-0", Some(-0.0)),
            ("4294967295", Some(4_294_967_295.0)),
            ("Infinity", Some(f64::INFINITY)),
            ("1.50", None),
            ("+1", None),
            ("length", None),
            ("", None),
        ] {
            let key = vm.rt.key_from_utf8(source)?;
            let found = vm.canonical_numeric_index_string(key);
            assert_eq!(found.map(f64::to_bits), number.map(f64::to_bits), "{source:?}");
        }
        Ok(())
    });
}

#[test]
fn operators() {
    in_realm(|vm| {
        let (one, half) = (Value::int(1), Value::double(0.5));
        assert_eq!(vm.add(one, half)?.as_number(), Some(1.5));
        let sum = vm.add(text(vm, "a")?, one)?;
        assert_eq!(shown(vm, sum)?, "a1");
        assert_eq!(vm.exp(one, Value::double(f64::INFINITY))?.as_number().map(f64::is_nan), Some(true));
        assert_eq!(vm.ushr(Value::int(-1), Value::int(0))?.as_number(), Some(4_294_967_295.0));
        assert_eq!(vm.shl(one, Value::int(33))?, Value::int(2));
        let power = vm.exp(big(vm, 2)?, big(vm, 70)?)?;
        assert_eq!(shown(vm, power)?, "1180591620717411303424");
        let shifted = vm.shr(big(vm, -5)?, big(vm, 1)?)?;
        assert_eq!(shown(vm, shifted)?, "-3");
        let (a, b) = (big(vm, 7)?, big(vm, 0)?);
        assert_eq!(
            error_of(vm, vm.div(a, b)),
            "RangeError: Division by zero".trim_start_matches("RangeError: ")
        );
        assert_eq!(
            error_of(vm, vm.add(a, one)),
            "Cannot mix BigInt and other types, use explicit conversions"
        );
        let (base, exponent) = (big(vm, 3)?, big(vm, i64::MAX)?);
        assert_eq!(error_of(vm, vm.exp(base, exponent)), "Maximum BigInt size exceeded");
        Ok(())
    });
}

#[test]
fn comparisons() {
    in_realm(|vm| {
        let (ten, nine) = (text(vm, "10")?, text(vm, "9")?);
        assert_eq!(vm.compare(ten, nine)?, Some(Ordering::Less));
        assert_eq!(vm.compare(ten, Value::int(9))?, Some(Ordering::Greater));
        assert_eq!(vm.compare(Value::UNDEFINED, Value::int(9))?, None);
        assert_eq!(vm.compare(big(vm, 1)?, Value::double(1.5))?, Some(Ordering::Less));
        assert!(vm.is_loosely_equal(Value::NULL, Value::UNDEFINED)?);
        assert!(!vm.is_loosely_equal(Value::NULL, Value::int(0))?);
        assert!(vm.is_loosely_equal(ten, Value::int(10))?);
        assert!(vm.is_loosely_equal(Value::TRUE, Value::int(1))?);
        assert!(vm.is_loosely_equal(big(vm, 10)?, ten)?);
        assert!(!vm.is_loosely_equal(big(vm, 1)?, text(vm, "x")?)?);
        Ok(())
    });
}

#[test]
fn integrity_and_keys() {
    in_realm(|vm| {
        let o = vm.new_object()?;
        let (b, a) = (vm.rt.key_from_utf8("b")?, vm.rt.key_from_utf8("a")?);
        vm.set(o, b, Value::int(1), true)?;
        vm.set(o, a, Value::int(2), true)?;
        vm.set(o, PropertyKey::index(3), Value::int(3), true)?;
        vm.define_property_or_throw(
            o,
            vm.names().length,
            &PropertyDescriptor::data(Value::NULL, Attrs::METHOD),
        )?;
        let keys = vm.enumerable_own_properties(o, PropertyKind::Key)?;
        let keys: Vec<String> = keys.iter().map(|key| vm.describe_value(key)).collect();
        assert_eq!(keys, ["3", "b", "a"]);
        let copy = vm.new_object()?;
        vm.copy_data_properties(copy, o.into(), &[a])?;
        assert!(vm.get(copy, a)?.is_undefined());
        assert_eq!(vm.get(copy, PropertyKey::index(3))?, Value::int(3));
        assert!(vm.set_integrity_level(o, IntegrityLevel::Frozen)?);
        assert!(vm.test_integrity_level(o, IntegrityLevel::Frozen)?);
        let refused = vm.set(o, a, Value::int(5), true);
        assert_eq!(error_of(vm, refused), "Cannot assign to read only property 'a' of object '#<Object>'");
        let refused = vm.set(o, vm.names().value, Value::int(5), true);
        assert_eq!(error_of(vm, refused), "Cannot add property value, object is not extensible");
        Ok(())
    });
}
