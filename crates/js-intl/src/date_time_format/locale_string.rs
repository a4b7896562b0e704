//! 20.4 Properties of the Date Prototype Object that depend on a locale, and `toLocaleString` of Temporal's objects.

use super::fields::{Defaults, Required};
use super::settings::{Purpose, create};
use super::value::Formattable;
use crate::object::Kind;
use js_builtins::slots::this;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::{
    Instant, PlainDate, PlainDateTime, PlainMonthDay, PlainTime, PlainYearMonth, ZonedDateTime,
};

/// Redefines what ECMA-262 has functions without locales for.
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::extend(vm, "Date", vm.intrinsic(Intrinsic::DatePrototype))
        .method("toLocaleDateString", 0, date_to_locale_date_string)
        .method("toLocaleString", 0, date_to_locale_string)
        .method("toLocaleTimeString", 0, date_to_locale_time_string)
        .finish()?;
    let functions: [(Intrinsic, js_vm::NativeFn); 7] = [
        (Intrinsic::TemporalInstantPrototype, instant_to_locale_string),
        (Intrinsic::TemporalPlainDatePrototype, plain_date_to_locale_string),
        (Intrinsic::TemporalPlainDateTimePrototype, plain_date_time_to_locale_string),
        (Intrinsic::TemporalPlainMonthDayPrototype, plain_month_day_to_locale_string),
        (Intrinsic::TemporalPlainTimePrototype, plain_time_to_locale_string),
        (Intrinsic::TemporalPlainYearMonthPrototype, plain_year_month_to_locale_string),
        (Intrinsic::TemporalZonedDateTimePrototype, zoned_date_time_to_locale_string),
    ];
    for (prototype, function) in functions {
        Build::extend(vm, "Temporal", vm.intrinsic(prototype))
            .method("toLocaleString", 0, function)
            .finish()?;
    }
    Ok(())
}

/// The functions of dates.
fn date_string(vm: &Vm, args: &Args<'_>, required: Required, defaults: Defaults) -> Res<Value> {
    let found = args.this.as_object().filter(|o| o.class() == Class::Date);
    let Some(x) = found.and_then(|o| o.payload().as_number()) else {
        return Err(vm.type_error("this is not a Date object."));
    };
    if x.is_nan() {
        return Ok(vm.rt.str_from_utf8("Invalid Date")?.into());
    }
    let format = create(vm, args.get(0), args.get(1), Purpose::new(required, defaults))?;
    format.text(vm, &Formattable::Number(x))
}

/// 20.4.1 Date.prototype.toLocaleString ( [ locales [ , options ] ] )
fn date_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    date_string(vm, args, Required::Any, Defaults::All)
}

/// 20.4.2 Date.prototype.toLocaleDateString ( [ locales [ , options ] ] )
fn date_to_locale_date_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    date_string(vm, args, Required::Date, Defaults::Date)
}

/// 20.4.3 Date.prototype.toLocaleTimeString ( [ locales [ , options ] ] )
fn date_to_locale_time_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    date_string(vm, args, Required::Time, Defaults::Time)
}

/// The functions of Temporal's objects.
fn temporal_string<T: Kind>(
    vm: &Vm,
    args: &Args<'_>,
    (required, defaults): (Required, Defaults),
    formattable: fn(T) -> Formattable,
) -> Res<Value> {
    let value = this::<T>(vm, args)?;
    let format = create(vm, args.get(0), args.get(1), Purpose::new(required, defaults))?;
    format.text(vm, &formattable(value))
}

/// Temporal.Instant.prototype.toLocaleString ( [ locales [ , options ] ] )
fn instant_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    temporal_string::<Instant>(vm, args, (Required::Any, Defaults::All), Formattable::Instant)
}

/// Temporal.PlainDate.prototype.toLocaleString ( [ locales [ , options ] ] )
fn plain_date_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    temporal_string::<PlainDate>(vm, args, (Required::Date, Defaults::Date), Formattable::PlainDate)
}

/// Temporal.PlainDateTime.prototype.toLocaleString ( [ locales [ , options ] ] )
fn plain_date_time_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    temporal_string::<PlainDateTime>(vm, args, (Required::Any, Defaults::All), Formattable::PlainDateTime)
}

/// Temporal.PlainMonthDay.prototype.toLocaleString ( [ locales [ , options ] ] )
fn plain_month_day_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    temporal_string::<PlainMonthDay>(vm, args, (Required::Date, Defaults::Date), Formattable::PlainMonthDay)
}

/// Temporal.PlainTime.prototype.toLocaleString ( [ locales [ , options ] ] )
fn plain_time_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    temporal_string::<PlainTime>(vm, args, (Required::Time, Defaults::Time), Formattable::PlainTime)
}

/// Temporal.PlainYearMonth.prototype.toLocaleString ( [ locales [ , options ] ] )
fn plain_year_month_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    temporal_string::<PlainYearMonth>(vm, args, (Required::Date, Defaults::Date), Formattable::PlainYearMonth)
}

/// Temporal.ZonedDateTime.prototype.toLocaleString ( [ locales [ , options ] ] )
fn zoned_date_time_to_locale_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let zone = time.time_zone().identifier_with_provider(&*temporal_rs::provider::COMPILED_TZ_PROVIDER);
    let Ok(zone) = zone else {
        return Err(vm.range_error("Invalid time zone"));
    };
    let purpose = Purpose { required: Required::Any, defaults: Defaults::All, zone: Some(zone) };
    let format = create(vm, args.get(0), args.get(1), purpose)?;
    format.check_calendar(vm, time.calendar().identifier(), true)?;
    format.text(vm, &Formattable::Instant(time.to_instant()))
}
