//! Temporal Objects: the clauses that ECMA-262 takes from the Temporal proposal. Dates, arithmetic, calendars and time zones are
//! `temporal_rs`'s; the order in which options and property bags are read, and what is an error of which type, is decided here.

mod convert;
mod duration;
mod fields;
mod instant;
mod now;
mod options;
mod plain_date;
mod plain_date_time;
mod plain_month_day;
mod plain_time;
mod plain_year_month;
mod slots;
mod zoned_date_time;
mod zones;

pub use convert::to_duration;

use slots::create;

use js_rt::Value;
use js_vm::{Build, Intrinsic, Res, Vm};

/// Defines `Temporal` and everything in it.
///
/// # Errors
/// Memory is out.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::namespace(vm, Intrinsic::Temporal, "Temporal").to_string_tag("Temporal").global().finish()?;
    duration::install(vm)?;
    instant::install(vm)?;
    plain_date::install(vm)?;
    plain_date_time::install(vm)?;
    plain_month_day::install(vm)?;
    plain_time::install(vm)?;
    plain_year_month::install(vm)?;
    zoned_date_time::install(vm)?;
    now::install(vm)
}

/// The Temporal.Instant of a time value: Date.prototype.toTemporalInstant.
///
/// # Errors
/// RangeError for a time value that is no integer.
pub(crate) fn instant_of_time_value(vm: &Vm, time: f64) -> Res<Value> {
    if !time.is_finite() {
        return Err(vm.range_error("Invalid time value"));
    }
    let instant = slots::done(vm, temporal_rs::Instant::from_epoch_milliseconds(time as i64))?;
    create(vm, instant, None)
}
