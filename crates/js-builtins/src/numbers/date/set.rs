//! 21.4.4 Properties of the Date Prototype Object: setters, with those of B.2.3.

use super::this_date;
use super::time::{fields, make_date, make_day, make_full_year, make_time, time_clip};
use super::zone;
use js_rt::{Obj, Value};
use js_vm::{Args, Build, Res, Vm};

/// Places of the parts of a date.
const YEAR: usize = 0;
const MONTH: usize = 1;
const DAY: usize = 2;
const HOUR: usize = 3;
const MINUTE: usize = 4;
const SECOND: usize = 5;
const MILLISECOND: usize = 6;

/// Which parts the arguments of a setter are: the first of them, and how many there are at most.
#[derive(Clone, Copy)]
struct Setter {
    first: usize,
    count: usize,
    utc: bool,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident $text:literal $first:ident $count:literal $utc:literal;)*) => {
        $(
            $(#[$doc])*
            fn $name(vm: &Vm, args: &Args<'_>) -> Res<Value> {
                set_parts(vm, args, Setter { first: $first, count: $count, utc: $utc })
            }
        )*

        pub(super) fn define(build: Build<'_>) -> Build<'_> {
            build
                $(.method($text, $count, $name))*
                .method("setTime", 1, set_time)
                .method("setYear", 1, set_year)
        }
    };
}

setters! {
    /// 21.4.4.20 Date.prototype.setDate ( date )
    set_date "setDate" DAY 1 false;
    /// 21.4.4.21 Date.prototype.setFullYear ( year \[ , month \[ , date \] \] )
    set_full_year "setFullYear" YEAR 3 false;
    /// 21.4.4.22 Date.prototype.setHours ( hour \[ , min \[ , sec \[ , ms \] \] \] )
    set_hours "setHours" HOUR 4 false;
    /// 21.4.4.23 Date.prototype.setMilliseconds ( ms )
    set_milliseconds "setMilliseconds" MILLISECOND 1 false;
    /// 21.4.4.24 Date.prototype.setMinutes ( min \[ , sec \[ , ms \] \] )
    set_minutes "setMinutes" MINUTE 3 false;
    /// 21.4.4.25 Date.prototype.setMonth ( month \[ , date \] )
    set_month "setMonth" MONTH 2 false;
    /// 21.4.4.26 Date.prototype.setSeconds ( sec \[ , ms \] )
    set_seconds "setSeconds" SECOND 2 false;
    /// 21.4.4.28 Date.prototype.setUTCDate ( date )
    set_utc_date "setUTCDate" DAY 1 true;
    /// 21.4.4.29 Date.prototype.setUTCFullYear ( year \[ , month \[ , date \] \] )
    set_utc_full_year "setUTCFullYear" YEAR 3 true;
    /// 21.4.4.30 Date.prototype.setUTCHours ( hour \[ , min \[ , sec \[ , ms \] \] \] )
    set_utc_hours "setUTCHours" HOUR 4 true;
    /// 21.4.4.31 Date.prototype.setUTCMilliseconds ( ms )
    set_utc_milliseconds "setUTCMilliseconds" MILLISECOND 1 true;
    /// 21.4.4.32 Date.prototype.setUTCMinutes ( min \[ , sec \[ , ms \] \] )
    set_utc_minutes "setUTCMinutes" MINUTE 3 true;
    /// 21.4.4.33 Date.prototype.setUTCMonth ( month \[ , date \] )
    set_utc_month "setUTCMonth" MONTH 2 true;
    /// 21.4.4.34 Date.prototype.setUTCSeconds ( sec \[ , ms \] )
    set_utc_seconds "setUTCSeconds" SECOND 2 true;
}

/// What all of these do: the time value is read, the arguments are converted, then parts are replaced.
fn set_parts(vm: &Vm, args: &Args<'_>, setter: Setter) -> Res<Value> {
    let (o, t) = this_date(vm, args)?;
    let mut given = [None; 4];
    for (at, number) in given.iter_mut().enumerate().take(setter.count) {
        if at == 0 || at < args.len() {
            *number = Some(vm.to_number(args.get(at))?);
        }
    }
    // The year alone can be set where there is no time: that of the epoch is taken then.
    if t.is_nan() && setter.first != YEAR {
        return Ok(Value::number(f64::NAN));
    }
    let mut parts = parts_of(t, setter.utc);
    for (part, number) in parts.iter_mut().skip(setter.first).zip(given) {
        *part = number.unwrap_or(*part);
    }
    Ok(store(vm, o, parts, setter.utc))
}

fn parts_of(t: f64, utc: bool) -> [f64; 7] {
    let t = match utc {
        _ if t.is_nan() => 0.0,
        true => t,
        false => zone::local_time(t),
    };
    let parts = fields(t);
    [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.millisecond]
        .map(|part| part as f64)
}

/// Sets the time value to the one with these parts.
fn store(vm: &Vm, o: Obj, parts: [f64; 7], utc: bool) -> Value {
    let [year, month, day, hour, minute, second, ms] = parts;
    let date = make_date(make_day(year, month, day), make_time(hour, minute, second, ms));
    let value = Value::number(time_clip(if utc { date } else { zone::utc(date) }));
    o.set_payload(&vm.rt, value);
    value
}

/// 21.4.4.27 Date.prototype.setTime ( time )
fn set_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, _) = this_date(vm, args)?;
    let value = Value::number(time_clip(vm.to_number(args.get(0))?));
    o.set_payload(&vm.rt, value);
    Ok(value)
}

/// B.2.3.2 Date.prototype.setYear ( year )
fn set_year(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (o, t) = this_date(vm, args)?;
    let year = vm.to_number(args.get(0))?;
    let mut parts = parts_of(t, false);
    parts[YEAR] = make_full_year(year);
    Ok(store(vm, o, parts, false))
}
