//! 9.2.11 to 9.2.16: how constructors read their options.

use js_builtins::options::{Options, option, options_object};
use js_rt::{Str, Value};
use js_vm::{Res, Throw, Vm};

/// An options argument, and the constructor that reads it, which errors name.
#[derive(Clone, Copy)]
pub(crate) struct Bag {
    pub(crate) object: Options,
    pub(crate) service: &'static str,
}

/// What GetBooleanOrStringNumberFormatOption gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BooleanOrString {
    Boolean(bool),
    String(&'static str),
}

/// GetOptionsObject ( options )
pub(crate) fn get_options_object(vm: &Vm, options: Value, service: &'static str) -> Res<Bag> {
    Ok(Bag { object: options_object(vm, options)?, service })
}

/// 9.2.11 CoerceOptionsToObject ( options )
pub(crate) fn coerce_options_to_object(vm: &Vm, options: Value, service: &'static str) -> Res<Bag> {
    let object = if options.is_undefined() { None } else { Some(vm.to_object(options)?) };
    Ok(Bag { object, service })
}

/// The RangeError for an option with a value that it cannot have.
#[cold]
pub(crate) fn invalid_option(vm: &Vm, options: Bag, name: &str, value: &str) -> Throw {
    let service = options.service;
    vm.range_error(format_args!("Value {value} out of range for {service} options property {name}"))
}

/// The value of an option as it is.
pub(crate) fn get_option(vm: &Vm, options: Bag, name: &str) -> Res<Value> {
    option(vm, options.object, name)
}

/// 9.2.12 GetOption ( options, propertyKey, string, empty, undefined )
pub(crate) fn get_option_any(vm: &Vm, options: Bag, name: &str) -> Res<Option<Str>> {
    let value = get_option(vm, options, name)?;
    if value.is_undefined() { Ok(None) } else { vm.to_string(value).map(Some) }
}

/// 9.2.12 GetOption ( options, propertyKey, string, values, undefined )
pub(crate) fn get_option_string(
    vm: &Vm,
    options: Bag,
    name: &str,
    allowed: &[&'static str],
) -> Res<Option<&'static str>> {
    match get_option_any(vm, options, name)? {
        Some(value) => one_of(vm, options, name, value, allowed).map(Some),
        None => Ok(None),
    }
}

fn one_of(vm: &Vm, options: Bag, name: &str, value: Str, allowed: &[&'static str]) -> Res<&'static str> {
    let value = value.to_std();
    let found = allowed.iter().find(|one| **one == value);
    found.copied().ok_or_else(|| invalid_option(vm, options, name, &value))
}

/// 9.2.12 GetOption ( options, propertyKey, boolean, empty, undefined )
pub(crate) fn get_option_bool(vm: &Vm, options: Bag, name: &str) -> Res<Option<bool>> {
    let value = get_option(vm, options, name)?;
    Ok(if value.is_undefined() { None } else { Some(value.to_boolean()) })
}

/// 9.2.13 GetBooleanOrStringNumberFormatOption ( options, propertyKey, stringValues, undefined )
pub(crate) fn get_boolean_or_string_number_format_option(
    vm: &Vm,
    options: Bag,
    name: &str,
    allowed: &[&'static str],
) -> Res<Option<BooleanOrString>> {
    let value = get_option(vm, options, name)?;
    if value.is_undefined() {
        return Ok(None);
    }
    if value.as_bool() == Some(true) {
        return Ok(Some(BooleanOrString::Boolean(true)));
    }
    if !value.to_boolean() {
        return Ok(Some(BooleanOrString::Boolean(false)));
    }
    let value = vm.to_string(value)?;
    Ok(Some(BooleanOrString::String(one_of(vm, options, name, value, allowed)?)))
}

/// 9.2.14 DefaultNumberOption ( value, minimum, maximum, undefined )
pub(crate) fn default_number_option(
    vm: &Vm,
    value: Value,
    name: &str,
    minimum: i32,
    maximum: i32,
) -> Res<Option<i32>> {
    if value.is_undefined() {
        return Ok(None);
    }
    let number = vm.to_number(value)?;
    if number >= f64::from(minimum) && number <= f64::from(maximum) {
        Ok(Some(number.floor() as i32))
    } else {
        Err(vm.range_error(format_args!("{name} value is out of range.")))
    }
}

/// 9.2.15 GetNumberOption ( options, propertyKey, minimum, maximum, undefined )
pub(crate) fn get_number_option(
    vm: &Vm,
    options: Bag,
    name: &str,
    minimum: i32,
    maximum: i32,
) -> Res<Option<i32>> {
    let value = get_option(vm, options, name)?;
    default_number_option(vm, value, name, minimum, maximum)
}
