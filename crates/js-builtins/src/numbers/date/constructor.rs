//! 21.4.2 The Date Constructor and 21.4.3 its properties.

use super::parse::parse_date;
use super::text::to_date_string;
use super::time::{make_date, make_day, make_full_year, make_time, time_clip};
use super::zone;
use js_rt::{Class, Value};
use js_vm::{Args, Hint, Intrinsic, Res, Vm};
use std::time::{SystemTime, UNIX_EPOCH};

/// What 21.4.2.1 calls the time value of the current time; SystemUTCEpochMilliseconds ( )
#[must_use]
pub fn system_utc_epoch_milliseconds() -> f64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_millis() as f64,
        Err(before) => -(before.duration().as_millis() as f64),
    }
}

/// 21.4.2.1 Date ( ...values )
pub(super) fn date(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(new_target) = args.new_target else {
        return Ok(vm.rt.str_from_utf8(&to_date_string(system_utc_epoch_milliseconds()))?.into());
    };
    let tv = match args.len() {
        0 => system_utc_epoch_milliseconds(),
        1 => time_clip(value_of_one(vm, args.get(0))?),
        _ => time_clip(zone::utc(date_from_components(vm, args)?)),
    };
    let o = vm.ordinary_create_from_constructor(new_target, Intrinsic::DatePrototype, Class::Date)?;
    o.set_payload(&vm.rt, Value::number(tv));
    Ok(o.into())
}

fn value_of_one(vm: &Vm, value: Value) -> Res<f64> {
    if let Some(tv) = vm.primitive_data(value, Class::Date).and_then(Value::as_number) {
        return Ok(tv);
    }
    let primitive = vm.to_primitive(value, Hint::Default)?;
    match primitive.as_string() {
        Some(text) => Ok(parse_date(text.flat(&vm.rt)?)),
        None => vm.to_number(primitive),
    }
}

/// The date that the arguments of Date and Date.UTC are: year, month, day, hours, minutes, seconds, milliseconds
fn date_from_components(vm: &Vm, args: &Args<'_>) -> Res<f64> {
    let mut parts = [f64::NAN, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    for (at, part) in parts.iter_mut().enumerate() {
        if at == 0 || at < args.len() {
            *part = vm.to_number(args.get(at))?;
        }
    }
    let [year, month, day, hours, minutes, seconds, ms] = parts;
    let day = make_day(make_full_year(year), month, day);
    Ok(make_date(day, make_time(hours, minutes, seconds, ms)))
}

/// 21.4.3.1 Date.now ( )
pub(super) fn now(_: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(Value::number(system_utc_epoch_milliseconds()))
}

/// 21.4.3.2 Date.parse ( string )
pub(super) fn parse(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = vm.to_string(args.get(0))?;
    Ok(Value::number(parse_date(text.flat(&vm.rt)?)))
}

/// 21.4.3.4 Date.UTC ( year \[ , month \[ , date \[ , hours \[ , minutes \[ , seconds \[ , ms \] \] \] \] \] \] )
pub(super) fn utc(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(time_clip(date_from_components(vm, args)?)))
}
