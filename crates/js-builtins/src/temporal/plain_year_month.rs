//! Temporal.PlainYearMonth Objects.

use super::convert::{
    calendar_identifier, check_calendar, component, component_or, in_range, partial_object, required_text,
    to_duration,
};
use super::fields::{bag_fields, prepare_fields, want};
use super::options::{check_months, difference_settings, options_object, overflow_of, show_calendar};
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{DifferenceSettings, DisplayCalendar, Overflow};
use temporal_rs::parsed_intermediates::ParsedDate;
use temporal_rs::partial::PartialYearMonth;
use temporal_rs::{Duration, PlainYearMonth, TemporalResult};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalPlainYearMonth, "PlainYearMonth", 2, construct)
        .static_method("from", 1, from)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalPlainYearMonthPrototype)
        .to_string_tag("Temporal.PlainYearMonth");
    let build = getters! { build, PlainYearMonth;
        "calendarId" PlainYearMonth::calendar_id;
        "era" PlainYearMonth::era;
        "eraYear" PlainYearMonth::era_year;
        "year" PlainYearMonth::year;
        "month" PlainYearMonth::month;
        "monthCode" |month| month.month_code().as_tinystr();
        "daysInYear" PlainYearMonth::days_in_year;
        "daysInMonth" PlainYearMonth::days_in_month;
        "monthsInYear" PlainYearMonth::months_in_year;
        "inLeapYear" PlainYearMonth::in_leap_year;
    };
    build
        .method("with", 1, with)
        .method("add", 1, add)
        .method("subtract", 1, subtract)
        .method("until", 1, until)
        .method("since", 1, since)
        .method("equals", 1, equals)
        .method("toString", 0, to_string)
        .method("toLocaleString", 0, to_json)
        .method("toJSON", 0, to_json)
        .method("valueOf", 0, value_of)
        .method("toPlainDate", 1, to_plain_date)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// Temporal.PlainYearMonth ( isoYear, isoMonth [ , calendar [ , referenceISODay ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<PlainYearMonth>(vm, args)?;
    let year = component(vm, args.get(0))?;
    let month = component(vm, args.get(1))?;
    let calendar = calendar_identifier(vm, args.get(2))?;
    let day = component_or(vm, args.get(3), 1)?;
    let (year, month, day) = (in_range(vm, year)?, in_range(vm, month)?, in_range(vm, day)?);
    let year_month = done(vm, PlainYearMonth::try_new(year, month, Some(day), calendar))?;
    create(vm, year_month, Some(target))
}

/// ToTemporalYearMonth ( item [ , options ] )
fn to_year_month(vm: &Vm, item: Value, options: Value) -> Res<PlainYearMonth> {
    if let Some(year_month) = slot::<PlainYearMonth>(item) {
        overflow_of(vm, options)?;
        return Ok(year_month);
    }
    if let Some(bag) = item.as_object() {
        let (calendar, fields) = bag_fields(vm, bag, want::YEAR | want::MONTH)?;
        let overflow = overflow_of(vm, options)?;
        let partial = PartialYearMonth { calendar_fields: fields.date(vm)?.into(), calendar };
        return done(vm, PlainYearMonth::from_partial(partial, Some(overflow)));
    }
    let source = required_text(vm, item, "Temporal.PlainYearMonth")?;
    check_calendar(vm, &source)?;
    let parsed = done(vm, ParsedDate::year_month_from_utf8(source.as_bytes()))?;
    overflow_of(vm, options)?;
    done(vm, PlainYearMonth::from_parsed(parsed))
}

/// Temporal.PlainYearMonth.from ( item [ , options ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let year_month = to_year_month(vm, args.get(0), args.get(1))?;
    create(vm, year_month, None)
}

/// Temporal.PlainYearMonth.compare ( one, two )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_year_month(vm, args.get(0), Value::UNDEFINED)?;
    let two = to_year_month(vm, args.get(1), Value::UNDEFINED)?;
    Ok(Value::int(one.compare_iso(&two) as i32))
}

/// Temporal.PlainYearMonth.prototype.with ( temporalYearMonthLike [ , options ] )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    let bag = partial_object(vm, args.get(0))?;
    let fields = prepare_fields(vm, year_month.calendar(), bag, want::YEAR | want::MONTH | want::PARTIAL)?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, year_month.with(fields.date(vm)?.into(), Some(overflow)))
}

/// AddDurationToYearMonth ( operation, yearMonth, temporalDurationLike, options )
fn shift(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainYearMonth, &Duration, Overflow) -> TemporalResult<PlainYearMonth>,
) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    let duration = to_duration(vm, args.get(0))?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, f(&year_month, &duration, overflow))
}

/// Temporal.PlainYearMonth.prototype.add ( temporalDurationLike [ , options ] )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainYearMonth::add)
}

/// Temporal.PlainYearMonth.prototype.subtract ( temporalDurationLike [ , options ] )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainYearMonth::subtract)
}

/// DifferenceTemporalPlainYearMonth ( operation, yearMonth, other, options )
fn difference(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainYearMonth, &PlainYearMonth, DifferenceSettings) -> TemporalResult<Duration>,
) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    let other = to_year_month(vm, args.get(0), Value::UNDEFINED)?;
    if year_month.calendar() != other.calendar() {
        return Err(vm.range_error("Months have different calendars"));
    }
    let settings = difference_settings(vm, args.get(1))?;
    let years = f64::from(year_month.year()) - f64::from(other.year());
    check_months(vm, year_month.calendar(), years, (settings.largest_unit, settings.smallest_unit))?;
    create_done(vm, f(&year_month, &other, settings))
}

/// Temporal.PlainYearMonth.prototype.until ( other [ , options ] )
fn until(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainYearMonth::until)
}

/// Temporal.PlainYearMonth.prototype.since ( other [ , options ] )
fn since(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainYearMonth::since)
}

/// Temporal.PlainYearMonth.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    let other = to_year_month(vm, args.get(0), Value::UNDEFINED)?;
    Ok((year_month.compare_iso(&other).is_eq() && year_month.calendar() == other.calendar()).into())
}

/// Temporal.PlainYearMonth.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let show = show_calendar(vm, options)?;
    Ok(vm.rt.str_from_utf8(&year_month.to_ixdtf_string(show))?.into())
}

/// Temporal.PlainYearMonth.prototype.toJSON ( ), Temporal.PlainYearMonth.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    Ok(vm.rt.str_from_utf8(&year_month.to_ixdtf_string(DisplayCalendar::Auto))?.into())
}

/// Temporal.PlainYearMonth.prototype.toPlainDate ( item )
fn to_plain_date(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let year_month = this::<PlainYearMonth>(vm, args)?;
    let Some(bag) = args.get(0).as_object() else {
        return Err(vm.type_error("Expected an object with a day"));
    };
    let fields = prepare_fields(vm, year_month.calendar(), bag, want::DAY)?;
    create_done(vm, year_month.to_plain_date(Some(fields.date(vm)?)))
}
