//! 21.4.4 Properties of the Date Prototype Object: dates as text.

use super::time::{Fields, MS_PER_MINUTE, fields};
use super::{this_date, zone};
use js_rt::Value;
use js_vm::{Args, Build, Hint, Intrinsic, Res, Vm};

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const INVALID: &str = "Invalid Date";

pub(super) fn define(build: Build<'_>) -> Build<'_> {
    build
        .method("toDateString", 0, to_date_string_method)
        .method("toISOString", 0, to_iso_string)
        .method("toJSON", 1, to_json)
        .method("toLocaleDateString", 0, to_locale_date_string)
        .method("toLocaleString", 0, to_locale_string)
        .method("toLocaleTimeString", 0, to_locale_time_string)
        .method("toString", 0, to_string)
        .method("toTimeString", 0, to_time_string)
        .intrinsic_method(Intrinsic::DateToUTCString, "toUTCString", 0, to_utc_string)
        .alias("toGMTString", "toUTCString")
}

fn name(names: &[&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or("")
}

fn year(parts: Fields) -> String {
    let sign = if parts.year < 0 { "-" } else { "" };
    format!("{sign}{:04}", parts.year.abs())
}

/// 21.4.4.41.1 TimeString ( tv )
fn time_string(parts: Fields) -> String {
    format!("{:02}:{:02}:{:02} GMT", parts.hour, parts.minute, parts.second)
}

/// 21.4.4.41.2 DateString ( tv )
fn date_string(parts: Fields) -> String {
    let (weekday, month) = (name(&WEEKDAYS, parts.weekday), name(&MONTHS, parts.month));
    format!("{weekday} {month} {:02} {}", parts.day, year(parts))
}

/// 21.4.4.41.3 TimeZoneString ( tv )
fn time_zone_string(tv: f64) -> String {
    let minutes = (zone::offset(tv) / MS_PER_MINUTE).trunc() as i64;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}{:02} ({})", minutes / 60, minutes % 60, zone::display_name(tv))
}

/// 21.4.4.41.4 ToDateString ( tv )
pub(super) fn to_date_string(tv: f64) -> String {
    if tv.is_nan() {
        return INVALID.into();
    }
    let parts = fields(zone::local_time(tv));
    format!("{} {}{}", date_string(parts), time_string(parts), time_zone_string(tv))
}

/// A method that gives text for the time value, and "Invalid Date" without one.
fn written(vm: &Vm, args: &Args<'_>, text: impl FnOnce(f64) -> String) -> Res<Value> {
    let (_, tv) = this_date(vm, args)?;
    let text = if tv.is_nan() { INVALID.into() } else { text(tv) };
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// 21.4.4.35 Date.prototype.toDateString ( )
fn to_date_string_method(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, |tv| date_string(fields(zone::local_time(tv))))
}

/// 21.4.4.36 Date.prototype.toISOString ( )
fn to_iso_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (_, tv) = this_date(vm, args)?;
    if tv.is_nan() {
        return Err(vm.range_error("Invalid time value"));
    }
    let parts = fields(tv);
    let year = match parts.year {
        year @ 0..=9999 => format!("{year:04}"),
        year => format!("{}{:06}", if year < 0 { '-' } else { '+' }, year.abs()),
    };
    let text = format!(
        "{year}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        parts.month + 1,
        parts.day,
        parts.hour,
        parts.minute,
        parts.second,
        parts.millisecond
    );
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// 21.4.4.37 Date.prototype.toJSON ( key )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = vm.to_object(args.this)?;
    let tv = vm.to_primitive(o.into(), Hint::Number)?;
    if tv.as_number().is_some_and(|number| !number.is_finite()) {
        return Ok(Value::NULL);
    }
    vm.invoke(o.into(), vm.names().to_iso_string, &[])
}

fn locale_date(parts: Fields) -> String {
    let year = if parts.year <= 0 { 1 - parts.year } else { parts.year };
    format!("{}/{}/{year}", parts.month + 1, parts.day)
}

fn locale_time(parts: Fields) -> String {
    let half = if parts.hour < 12 { "AM" } else { "PM" };
    format!("{}:{:02}:{:02} {half}", (parts.hour + 11) % 12 + 1, parts.minute, parts.second)
}

/// 21.4.4.38 Date.prototype.toLocaleDateString ( \[ reserved1 \[ , reserved2 \] \] ), as in the United States
fn to_locale_date_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, |tv| locale_date(fields(zone::local_time(tv))))
}

/// 21.4.4.39 Date.prototype.toLocaleString ( \[ reserved1 \[ , reserved2 \] \] ), as in the United States
fn to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, |tv| {
        let parts = fields(zone::local_time(tv));
        format!("{}, {}", locale_date(parts), locale_time(parts))
    })
}

/// 21.4.4.40 Date.prototype.toLocaleTimeString ( \[ reserved1 \[ , reserved2 \] \] ), as in the United States
fn to_locale_time_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, |tv| locale_time(fields(zone::local_time(tv))))
}

/// 21.4.4.41 Date.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, to_date_string)
}

/// 21.4.4.42 Date.prototype.toTimeString ( )
fn to_time_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, |tv| format!("{}{}", time_string(fields(zone::local_time(tv))), time_zone_string(tv)))
}

/// 21.4.4.43 Date.prototype.toUTCString ( )
fn to_utc_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    written(vm, args, |tv| {
        let parts = fields(tv);
        let (weekday, month) = (name(&WEEKDAYS, parts.weekday), name(&MONTHS, parts.month));
        format!("{weekday}, {:02} {month} {} {}", parts.day, year(parts), time_string(parts))
    })
}
