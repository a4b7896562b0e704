//! 21.4.4 Properties of the Date Prototype Object: getters, with those of B.2.3.

use super::this_date;
use super::time::{Fields, MS_PER_MINUTE, fields};
use super::zone;
use js_rt::Value;
use js_vm::{Args, Build, Res, Vm};

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident $text:literal $time:expr, |$parts:ident| $value:expr;)*) => {
        $(
            $(#[$doc])*
            fn $name(vm: &Vm, args: &Args<'_>) -> Res<Value> {
                let (_, t) = this_date(vm, args)?;
                if t.is_nan() {
                    return Ok(Value::number(t));
                }
                let $parts: Fields = fields($time(t));
                Ok(Value::number($value as f64))
            }
        )*

        pub(super) fn define(build: Build<'_>) -> Build<'_> {
            build
                $(.method($text, 0, $name))*
                .method("getTime", 0, get_time)
                .method("getTimezoneOffset", 0, get_timezone_offset)
        }
    };
}

fn as_it_is(t: f64) -> f64 {
    t
}

getters! {
    /// 21.4.4.2 Date.prototype.getDate ( )
    get_date "getDate" zone::local_time, |parts| parts.day;
    /// 21.4.4.3 Date.prototype.getDay ( )
    get_day "getDay" zone::local_time, |parts| parts.weekday;
    /// 21.4.4.4 Date.prototype.getFullYear ( )
    get_full_year "getFullYear" zone::local_time, |parts| parts.year;
    /// 21.4.4.5 Date.prototype.getHours ( )
    get_hours "getHours" zone::local_time, |parts| parts.hour;
    /// 21.4.4.6 Date.prototype.getMilliseconds ( )
    get_milliseconds "getMilliseconds" zone::local_time, |parts| parts.millisecond;
    /// 21.4.4.7 Date.prototype.getMinutes ( )
    get_minutes "getMinutes" zone::local_time, |parts| parts.minute;
    /// 21.4.4.8 Date.prototype.getMonth ( )
    get_month "getMonth" zone::local_time, |parts| parts.month;
    /// 21.4.4.9 Date.prototype.getSeconds ( )
    get_seconds "getSeconds" zone::local_time, |parts| parts.second;
    /// 21.4.4.12 Date.prototype.getUTCDate ( )
    get_utc_date "getUTCDate" as_it_is, |parts| parts.day;
    /// 21.4.4.13 Date.prototype.getUTCDay ( )
    get_utc_day "getUTCDay" as_it_is, |parts| parts.weekday;
    /// 21.4.4.14 Date.prototype.getUTCFullYear ( )
    get_utc_full_year "getUTCFullYear" as_it_is, |parts| parts.year;
    /// 21.4.4.15 Date.prototype.getUTCHours ( )
    get_utc_hours "getUTCHours" as_it_is, |parts| parts.hour;
    /// 21.4.4.16 Date.prototype.getUTCMilliseconds ( )
    get_utc_milliseconds "getUTCMilliseconds" as_it_is, |parts| parts.millisecond;
    /// 21.4.4.17 Date.prototype.getUTCMinutes ( )
    get_utc_minutes "getUTCMinutes" as_it_is, |parts| parts.minute;
    /// 21.4.4.18 Date.prototype.getUTCMonth ( )
    get_utc_month "getUTCMonth" as_it_is, |parts| parts.month;
    /// 21.4.4.19 Date.prototype.getUTCSeconds ( )
    get_utc_seconds "getUTCSeconds" as_it_is, |parts| parts.second;
    /// B.2.3.1 Date.prototype.getYear ( )
    get_year "getYear" zone::local_time, |parts| (parts.year - 1900);
}

/// 21.4.4.10 Date.prototype.getTime ( )
fn get_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::number(this_date(vm, args)?.1))
}

/// 21.4.4.11 Date.prototype.getTimezoneOffset ( )
fn get_timezone_offset(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (_, t) = this_date(vm, args)?;
    if t.is_nan() {
        return Ok(Value::number(t));
    }
    // The sum makes -0 positive.
    Ok(Value::number(-zone::offset(t) / MS_PER_MINUTE + 0.0))
}
