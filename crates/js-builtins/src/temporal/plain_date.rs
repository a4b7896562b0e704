//! Temporal.PlainDate Objects.

use super::convert::{
    calendar_identifier, check_calendar, component, in_range, partial_object, required_text, to_calendar,
    to_duration, to_time_zone,
};
use super::fields::{bag_fields, date_from_fields, prepare_fields, want};
use super::options::{
    check_months, difference_settings, options_object, overflow, overflow_of, show_calendar,
};
use super::plain_time::{time_or_midnight, to_time};
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use super::zones::Zones;
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{DifferenceSettings, DisplayCalendar, Overflow};
use temporal_rs::parsed_intermediates::ParsedDate;
use temporal_rs::{Duration, PlainDate, PlainDateTime, TemporalResult, ZonedDateTime};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalPlainDate, "PlainDate", 3, construct)
        .static_method("from", 1, from)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalPlainDatePrototype)
        .to_string_tag("Temporal.PlainDate");
    let build = getters! { build, PlainDate;
        "calendarId" |date| date.calendar().identifier();
        "era" PlainDate::era;
        "eraYear" PlainDate::era_year;
        "year" PlainDate::year;
        "month" PlainDate::month;
        "monthCode" |date| date.month_code().as_tinystr();
        "day" PlainDate::day;
        "dayOfWeek" PlainDate::day_of_week;
        "dayOfYear" PlainDate::day_of_year;
        "weekOfYear" PlainDate::week_of_year;
        "yearOfWeek" PlainDate::year_of_week;
        "daysInWeek" PlainDate::days_in_week;
        "daysInMonth" PlainDate::days_in_month;
        "daysInYear" PlainDate::days_in_year;
        "monthsInYear" PlainDate::months_in_year;
        "inLeapYear" PlainDate::in_leap_year;
    };
    build
        .method("toPlainYearMonth", 0, to_plain_year_month)
        .method("toPlainMonthDay", 0, to_plain_month_day)
        .method("add", 1, add)
        .method("subtract", 1, subtract)
        .method("with", 1, with)
        .method("withCalendar", 1, with_calendar)
        .method("until", 1, until)
        .method("since", 1, since)
        .method("equals", 1, equals)
        .method("toPlainDateTime", 0, to_plain_date_time)
        .method("toZonedDateTime", 1, to_zoned_date_time)
        .method("toString", 0, to_string)
        .method("toLocaleString", 0, to_json)
        .method("toJSON", 0, to_json)
        .method("valueOf", 0, value_of)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// Temporal.PlainDate ( isoYear, isoMonth, isoDay [ , calendar ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<PlainDate>(vm, args)?;
    let year = component(vm, args.get(0))?;
    let month = component(vm, args.get(1))?;
    let day = component(vm, args.get(2))?;
    let calendar = calendar_identifier(vm, args.get(3))?;
    let date = PlainDate::try_new(in_range(vm, year)?, in_range(vm, month)?, in_range(vm, day)?, calendar);
    let date = done(vm, date)?;
    create(vm, date, Some(target))
}

/// ToTemporalDate ( item [ , options ] )
pub(super) fn to_date(vm: &Vm, item: Value, options: Value) -> Res<PlainDate> {
    let known = slot::<PlainDate>(item)
        .or_else(|| slot::<ZonedDateTime>(item).map(|time| time.to_plain_date()))
        .or_else(|| slot::<PlainDateTime>(item).map(|time| time.to_plain_date()));
    if let Some(date) = known {
        overflow_of(vm, options)?;
        return Ok(date);
    }
    if let Some(bag) = item.as_object() {
        let (calendar, fields) = bag_fields(vm, bag, want::DATE)?;
        let overflow = overflow_of(vm, options)?;
        return date_from_fields(vm, calendar, &fields, overflow);
    }
    let source = required_text(vm, item, "Temporal.PlainDate")?;
    check_calendar(vm, &source)?;
    let parsed = done(vm, ParsedDate::from_utf8(source.as_bytes()))?;
    overflow_of(vm, options)?;
    done(vm, PlainDate::from_parsed(parsed))
}

/// Temporal.PlainDate.from ( item [ , options ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = to_date(vm, args.get(0), args.get(1))?;
    create(vm, date, None)
}

/// Temporal.PlainDate.compare ( one, two )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_date(vm, args.get(0), Value::UNDEFINED)?;
    let two = to_date(vm, args.get(1), Value::UNDEFINED)?;
    Ok(Value::int(one.compare_iso(&two) as i32))
}

/// Temporal.PlainDate.prototype.toPlainYearMonth ( )
fn to_plain_year_month(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    create_done(vm, date.to_plain_year_month())
}

/// Temporal.PlainDate.prototype.toPlainMonthDay ( )
fn to_plain_month_day(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    create_done(vm, date.to_plain_month_day())
}

/// AddDurationToDate ( operation, temporalDate, temporalDurationLike, options )
fn shift(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainDate, &Duration, Option<Overflow>) -> TemporalResult<PlainDate>,
) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let duration = to_duration(vm, args.get(0))?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, f(&date, &duration, Some(overflow)))
}

/// Temporal.PlainDate.prototype.add ( temporalDurationLike [ , options ] )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainDate::add)
}

/// Temporal.PlainDate.prototype.subtract ( temporalDurationLike [ , options ] )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainDate::subtract)
}

/// Temporal.PlainDate.prototype.with ( temporalDateLike [ , options ] )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let bag = partial_object(vm, args.get(0))?;
    let fields = prepare_fields(vm, date.calendar(), bag, want::DATE | want::PARTIAL)?;
    let options = options_object(vm, args.get(1))?;
    let overflow = overflow(vm, options)?;
    create_done(vm, date.with(fields.date(vm)?, Some(overflow)))
}

/// Temporal.PlainDate.prototype.withCalendar ( calendarLike )
fn with_calendar(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let calendar = to_calendar(vm, args.get(0))?;
    create(vm, date.with_calendar(calendar), None)
}

/// DifferenceTemporalPlainDate ( operation, temporalDate, other, options )
fn difference(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainDate, &PlainDate, DifferenceSettings) -> TemporalResult<Duration>,
) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let other = to_date(vm, args.get(0), Value::UNDEFINED)?;
    if date.calendar() != other.calendar() {
        return Err(vm.range_error("Dates have different calendars"));
    }
    let settings = difference_settings(vm, args.get(1))?;
    let years = f64::from(date.year()) - f64::from(other.year());
    check_months(vm, date.calendar(), years, (settings.largest_unit, settings.smallest_unit))?;
    create_done(vm, f(&date, &other, settings))
}

/// Temporal.PlainDate.prototype.until ( other [ , options ] )
fn until(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainDate::until)
}

/// Temporal.PlainDate.prototype.since ( other [ , options ] )
fn since(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainDate::since)
}

/// Temporal.PlainDate.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let other = to_date(vm, args.get(0), Value::UNDEFINED)?;
    Ok((date.compare_iso(&other).is_eq() && date.calendar() == other.calendar()).into())
}

/// Temporal.PlainDate.prototype.toPlainDateTime ( [ temporalTime ] )
fn to_plain_date_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let time = time_or_midnight(vm, args.get(0))?;
    create_done(vm, date.to_plain_date_time(time))
}

/// Temporal.PlainDate.prototype.toZonedDateTime ( item )
fn to_zoned_date_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let item = args.get(0);
    let mut time = Value::UNDEFINED;
    let mut zone = item;
    if let Some(o) = item.as_object() {
        let like = vm.get(o, vm.rt.key_from_utf8("timeZone")?)?;
        if !like.is_undefined() {
            zone = like;
        }
    }
    let time_zone = to_time_zone(vm, zone)?;
    if let Some(o) = item.as_object()
        && zone != item
    {
        time = vm.get(o, vm.rt.key_from_utf8("plainTime")?)?;
    }
    let time = if time.is_undefined() { None } else { Some(to_time(vm, time, Value::UNDEFINED)?) };
    create_done(vm, date.to_zoned_date_time_with_provider(time_zone, time, &Zones))
}

/// Temporal.PlainDate.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let show = show_calendar(vm, options)?;
    Ok(vm.rt.str_from_utf8(&date.to_ixdtf_string(show))?.into())
}

/// Temporal.PlainDate.prototype.toJSON ( ), Temporal.PlainDate.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let date = this::<PlainDate>(vm, args)?;
    Ok(vm.rt.str_from_utf8(&date.to_ixdtf_string(DisplayCalendar::Auto))?.into())
}
