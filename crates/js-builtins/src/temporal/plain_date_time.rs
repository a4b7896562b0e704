//! Temporal.PlainDateTime Objects.

use super::convert::{
    calendar_identifier, check_calendar, component, component_or, in_range, partial_object, required_text,
    to_calendar, to_duration, to_time_zone,
};
use super::fields::{bag_fields, prepare_fields, want};
use super::options::{
    check_months, difference_settings, disambiguation, fractional_second_digits, options_object, overflow_of,
    round_options, rounding_mode, seconds_precision, show_calendar, unit,
};
use super::plain_time::time_or_midnight;
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use super::zones::Zones;
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{
    DifferenceSettings, DisplayCalendar, Overflow, RoundingMode, ToStringRoundingOptions,
};
use temporal_rs::parsed_intermediates::ParsedDateTime;
use temporal_rs::partial::PartialDateTime;
use temporal_rs::{Duration, PlainDate, PlainDateTime, TemporalResult, ZonedDateTime};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalPlainDateTime, "PlainDateTime", 3, construct)
        .static_method("from", 1, from)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalPlainDateTimePrototype)
        .to_string_tag("Temporal.PlainDateTime");
    let build = getters! { build, PlainDateTime;
        "calendarId" |time| time.calendar().identifier();
        "era" PlainDateTime::era;
        "eraYear" PlainDateTime::era_year;
        "year" PlainDateTime::year;
        "month" PlainDateTime::month;
        "monthCode" |time| time.month_code().as_tinystr();
        "day" PlainDateTime::day;
        "hour" PlainDateTime::hour;
        "minute" PlainDateTime::minute;
        "second" PlainDateTime::second;
        "millisecond" PlainDateTime::millisecond;
        "microsecond" PlainDateTime::microsecond;
        "nanosecond" PlainDateTime::nanosecond;
        "dayOfWeek" PlainDateTime::day_of_week;
        "dayOfYear" PlainDateTime::day_of_year;
        "weekOfYear" PlainDateTime::week_of_year;
        "yearOfWeek" PlainDateTime::year_of_week;
        "daysInWeek" PlainDateTime::days_in_week;
        "daysInMonth" PlainDateTime::days_in_month;
        "daysInYear" PlainDateTime::days_in_year;
        "monthsInYear" PlainDateTime::months_in_year;
        "inLeapYear" PlainDateTime::in_leap_year;
    };
    build
        .method("with", 1, with)
        .method("withPlainTime", 0, with_plain_time)
        .method("withCalendar", 1, with_calendar)
        .method("add", 1, add)
        .method("subtract", 1, subtract)
        .method("until", 1, until)
        .method("since", 1, since)
        .method("round", 1, round)
        .method("equals", 1, equals)
        .method("toString", 0, to_string)
        .method("toLocaleString", 0, to_json)
        .method("toJSON", 0, to_json)
        .method("valueOf", 0, value_of)
        .method("toZonedDateTime", 1, to_zoned_date_time)
        .method("toPlainDate", 0, to_plain_date)
        .method("toPlainTime", 0, to_plain_time)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// Temporal.PlainDateTime ( isoYear, isoMonth, isoDay [ , hour [ , minute [ , second [ , millisecond [ , microsecond
/// [ , nanosecond [ , calendar ] ] ] ] ] ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<PlainDateTime>(vm, args)?;
    let year = component(vm, args.get(0))?;
    let month = component(vm, args.get(1))?;
    let day = component(vm, args.get(2))?;
    let hour = component_or(vm, args.get(3), 0)?;
    let minute = component_or(vm, args.get(4), 0)?;
    let second = component_or(vm, args.get(5), 0)?;
    let millisecond = component_or(vm, args.get(6), 0)?;
    let microsecond = component_or(vm, args.get(7), 0)?;
    let nanosecond = component_or(vm, args.get(8), 0)?;
    let calendar = calendar_identifier(vm, args.get(9))?;
    let time = PlainDateTime::try_new(
        in_range(vm, year)?,
        in_range(vm, month)?,
        in_range(vm, day)?,
        in_range(vm, hour)?,
        in_range(vm, minute)?,
        in_range(vm, second)?,
        in_range(vm, millisecond)?,
        in_range(vm, microsecond)?,
        in_range(vm, nanosecond)?,
        calendar,
    );
    let time = done(vm, time)?;
    create(vm, time, Some(target))
}

/// ToTemporalDateTime ( item [ , options ] )
fn to_date_time(vm: &Vm, item: Value, options: Value) -> Res<PlainDateTime> {
    if let Some(time) = slot::<PlainDateTime>(item)
        .or_else(|| slot::<ZonedDateTime>(item).map(|time| time.to_plain_date_time()))
    {
        overflow_of(vm, options)?;
        return Ok(time);
    }
    if let Some(date) = slot::<PlainDate>(item) {
        overflow_of(vm, options)?;
        return done(vm, date.to_plain_date_time(None));
    }
    if let Some(bag) = item.as_object() {
        let (calendar, fields) = bag_fields(vm, bag, want::DATE | want::TIME)?;
        let overflow = overflow_of(vm, options)?;
        let partial = PartialDateTime { fields: fields.date_time(vm, overflow)?, calendar };
        return done(vm, PlainDateTime::from_partial(partial, Some(overflow)));
    }
    let source = required_text(vm, item, "Temporal.PlainDateTime")?;
    check_calendar(vm, &source)?;
    let parsed = done(vm, ParsedDateTime::from_utf8(source.as_bytes()))?;
    overflow_of(vm, options)?;
    done(vm, PlainDateTime::from_parsed(parsed))
}

/// Temporal.PlainDateTime.from ( item [ , options ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = to_date_time(vm, args.get(0), args.get(1))?;
    create(vm, time, None)
}

/// Temporal.PlainDateTime.compare ( one, two )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_date_time(vm, args.get(0), Value::UNDEFINED)?;
    let two = to_date_time(vm, args.get(1), Value::UNDEFINED)?;
    Ok(Value::int(one.compare_iso(&two) as i32))
}

/// Temporal.PlainDateTime.prototype.with ( temporalDateTimeLike [ , options ] )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let bag = partial_object(vm, args.get(0))?;
    let fields = prepare_fields(vm, time.calendar(), bag, want::DATE | want::TIME | want::PARTIAL)?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, time.with(fields.date_time(vm, overflow)?, Some(overflow)))
}

/// Temporal.PlainDateTime.prototype.withPlainTime ( [ plainTimeLike ] )
fn with_plain_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date_time = this::<PlainDateTime>(vm, args)?;
    let time = time_or_midnight(vm, args.get(0))?;
    create_done(vm, date_time.with_time(time))
}

/// Temporal.PlainDateTime.prototype.withCalendar ( calendarLike )
fn with_calendar(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let calendar = to_calendar(vm, args.get(0))?;
    create(vm, time.with_calendar(calendar), None)
}

/// AddDurationToDateTime ( operation, dateTime, temporalDurationLike, options )
fn shift(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainDateTime, &Duration, Option<Overflow>) -> TemporalResult<PlainDateTime>,
) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let duration = to_duration(vm, args.get(0))?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, f(&time, &duration, Some(overflow)))
}

/// Temporal.PlainDateTime.prototype.add ( temporalDurationLike [ , options ] )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainDateTime::add)
}

/// Temporal.PlainDateTime.prototype.subtract ( temporalDurationLike [ , options ] )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainDateTime::subtract)
}

/// DifferenceTemporalPlainDateTime ( operation, dateTime, other, options )
fn difference(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainDateTime, &PlainDateTime, DifferenceSettings) -> TemporalResult<Duration>,
) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let other = to_date_time(vm, args.get(0), Value::UNDEFINED)?;
    if time.calendar() != other.calendar() {
        return Err(vm.range_error("Dates have different calendars"));
    }
    let settings = difference_settings(vm, args.get(1))?;
    let years = f64::from(time.year()) - f64::from(other.year());
    check_months(vm, time.calendar(), years, (settings.largest_unit, settings.smallest_unit))?;
    create_done(vm, f(&time, &other, settings))
}

/// Temporal.PlainDateTime.prototype.until ( other [ , options ] )
fn until(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainDateTime::until)
}

/// Temporal.PlainDateTime.prototype.since ( other [ , options ] )
fn since(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainDateTime::since)
}

/// Temporal.PlainDateTime.prototype.round ( roundTo )
fn round(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let rounding = round_options(vm, args.get(0))?;
    create_done(vm, time.round(rounding))
}

/// Temporal.PlainDateTime.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let other = to_date_time(vm, args.get(0), Value::UNDEFINED)?;
    Ok((time.compare_iso(&other).is_eq() && time.calendar() == other.calendar()).into())
}

/// Temporal.PlainDateTime.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let show = show_calendar(vm, options)?;
    let digits = fractional_second_digits(vm, options)?;
    let mode = rounding_mode(vm, options, RoundingMode::Trunc)?;
    let smallest = unit(vm, options, "smallestUnit")?;
    let rounding = seconds_precision(vm, digits, mode, smallest)?;
    let text = done(vm, time.to_ixdtf_string(rounding, show))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.PlainDateTime.prototype.toJSON ( ), Temporal.PlainDateTime.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let text = done(vm, time.to_ixdtf_string(ToStringRoundingOptions::default(), DisplayCalendar::Auto))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.PlainDateTime.prototype.toZonedDateTime ( temporalTimeZoneLike [ , options ] )
fn to_zoned_date_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    let time_zone = to_time_zone(vm, args.get(0))?;
    let options = options_object(vm, args.get(1))?;
    let disambiguation = disambiguation(vm, options)?;
    create_done(vm, time.to_zoned_date_time_with_provider(time_zone, disambiguation, &Zones))
}

/// Temporal.PlainDateTime.prototype.toPlainDate ( )
fn to_plain_date(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    create(vm, time.to_plain_date(), None)
}

/// Temporal.PlainDateTime.prototype.toPlainTime ( )
fn to_plain_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainDateTime>(vm, args)?;
    create(vm, time.to_plain_time(), None)
}
