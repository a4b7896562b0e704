//! Temporal.ZonedDateTime Objects.

use super::convert::{
    calendar_identifier, check_calendar, partial_object, required_text, to_calendar, to_duration,
    to_time_zone,
};
use super::fields::{bag_fields, prepare_fields, want};
use super::instant::nanoseconds;
use super::options::{
    Given, check_months, choice, difference_settings, disambiguation, fractional_second_digits, offset,
    options_object, overflow, overflow_of, required_options, round_options, rounding_mode, seconds_precision,
    show_calendar, show_offset, show_time_zone, unit,
};
use super::plain_time::time_or_midnight;
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use super::zones::Zones;
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{
    DifferenceSettings, Disambiguation, DisplayCalendar, DisplayOffset, DisplayTimeZone,
    OffsetDisambiguation, Overflow, RoundingMode, ToStringRoundingOptions,
};
use temporal_rs::parsed_intermediates::ParsedZonedDateTime;
use temporal_rs::partial::PartialZonedDateTime;
use temporal_rs::provider::TransitionDirection;
use temporal_rs::{Duration, TemporalResult, TimeZone, ZonedDateTime};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalZonedDateTime, "ZonedDateTime", 2, construct)
        .static_method("from", 1, from)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalZonedDateTimePrototype)
        .to_string_tag("Temporal.ZonedDateTime");
    let build = getters! { build, ZonedDateTime;
        "calendarId" |time| time.calendar().identifier();
        "timeZoneId" |time| time.time_zone().identifier();
        "era" ZonedDateTime::era;
        "eraYear" ZonedDateTime::era_year;
        "year" ZonedDateTime::year;
        "month" ZonedDateTime::month;
        "monthCode" |time| time.month_code().as_tinystr();
        "day" ZonedDateTime::day;
        "hour" ZonedDateTime::hour;
        "minute" ZonedDateTime::minute;
        "second" ZonedDateTime::second;
        "millisecond" ZonedDateTime::millisecond;
        "microsecond" ZonedDateTime::microsecond;
        "nanosecond" ZonedDateTime::nanosecond;
        "epochMilliseconds" ZonedDateTime::epoch_milliseconds;
        "dayOfWeek" ZonedDateTime::day_of_week;
        "dayOfYear" ZonedDateTime::day_of_year;
        "weekOfYear" ZonedDateTime::week_of_year;
        "yearOfWeek" ZonedDateTime::year_of_week;
        "hoursInDay" |time| time.hours_in_day_with_provider(&Zones);
        "daysInWeek" ZonedDateTime::days_in_week;
        "daysInMonth" ZonedDateTime::days_in_month;
        "daysInYear" ZonedDateTime::days_in_year;
        "monthsInYear" ZonedDateTime::months_in_year;
        "inLeapYear" ZonedDateTime::in_leap_year;
        "offsetNanoseconds" ZonedDateTime::offset_nanoseconds;
        "offset" ZonedDateTime::offset;
    };
    methods(build.getter("epochNanoseconds", epoch_nanoseconds)).member_of(Intrinsic::Temporal).finish()?;
    Ok(())
}

fn methods(build: Build<'_>) -> Build<'_> {
    build
        .method("with", 1, with)
        .method("withPlainTime", 0, with_plain_time)
        .method("withTimeZone", 1, with_time_zone)
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
        .method("startOfDay", 0, start_of_day)
        .method("getTimeZoneTransition", 1, get_time_zone_transition)
        .method("toInstant", 0, to_instant)
        .method("toPlainDate", 0, to_plain_date)
        .method("toPlainTime", 0, to_plain_time)
        .method("toPlainDateTime", 0, to_plain_date_time)
}

/// Temporal.ZonedDateTime ( epochNanoseconds, timeZone [ , calendar ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<ZonedDateTime>(vm, args)?;
    let nanoseconds = nanoseconds(vm, args.get(0))?;
    done(vm, temporal_rs::Instant::try_new(nanoseconds))?;
    let zone = required_text(vm, args.get(1), "time zone")?;
    let zone = done(vm, TimeZone::try_from_identifier_str(&zone))?;
    let calendar = calendar_identifier(vm, args.get(2))?;
    let time = done(vm, ZonedDateTime::try_new(nanoseconds, zone, calendar))?;
    create(vm, time, Some(target))
}

/// The options that ToTemporalZonedDateTime reads.
struct ZonedOptions {
    disambiguation: Disambiguation,
    offset: OffsetDisambiguation,
    overflow: Overflow,
}

fn zoned_options(vm: &Vm, options: Value, fallback: OffsetDisambiguation) -> Res<ZonedOptions> {
    let options = options_object(vm, options)?;
    Ok(ZonedOptions {
        disambiguation: disambiguation(vm, options)?,
        offset: offset(vm, options, fallback)?,
        overflow: overflow(vm, options)?,
    })
}

/// ToTemporalZonedDateTime ( item [ , options ] )
fn to_zoned(vm: &Vm, item: Value, options: Value) -> Res<ZonedDateTime> {
    let fallback = OffsetDisambiguation::Reject;
    if let Some(time) = slot::<ZonedDateTime>(item) {
        zoned_options(vm, options, fallback)?;
        return Ok(time);
    }
    if let Some(bag) = item.as_object() {
        let wanted = want::DATE | want::TIME | want::OFFSET | want::TIME_ZONE | want::ZONED;
        let (calendar, fields) = bag_fields(vm, bag, wanted)?;
        let options = zoned_options(vm, options, fallback)?;
        let partial = PartialZonedDateTime {
            fields: fields.zoned(vm, options.overflow)?,
            timezone: fields.time_zone,
            calendar,
        };
        let time = ZonedDateTime::from_partial_with_provider(
            partial,
            Some(options.overflow),
            Some(options.disambiguation),
            Some(options.offset),
            &Zones,
        );
        return done(vm, time);
    }
    let source = required_text(vm, item, "Temporal.ZonedDateTime")?;
    check_calendar(vm, &source)?;
    let parsed = done(vm, ParsedZonedDateTime::from_utf8(source.as_bytes()))?;
    let options = zoned_options(vm, options, fallback)?;
    done(vm, ZonedDateTime::from_parsed_with_provider(parsed, options.disambiguation, options.offset, &Zones))
}

/// Temporal.ZonedDateTime.from ( item [ , options ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = to_zoned(vm, args.get(0), args.get(1))?;
    create(vm, time, None)
}

/// Temporal.ZonedDateTime.compare ( one, two )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_zoned(vm, args.get(0), Value::UNDEFINED)?;
    let two = to_zoned(vm, args.get(1), Value::UNDEFINED)?;
    Ok(Value::int(one.compare_instant(&two) as i32))
}

/// get Temporal.ZonedDateTime.prototype.epochNanoseconds
fn epoch_nanoseconds(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    Ok(vm.rt.new_bigint(time.epoch_nanoseconds().as_i128())?.into())
}

/// Temporal.ZonedDateTime.prototype.with ( temporalZonedDateTimeLike [ , options ] )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let bag = partial_object(vm, args.get(0))?;
    let wanted = want::DATE | want::TIME | want::OFFSET | want::PARTIAL;
    let fields = prepare_fields(vm, time.calendar(), bag, wanted)?;
    let options = zoned_options(vm, args.get(1), OffsetDisambiguation::Prefer)?;
    let fields = fields.zoned(vm, options.overflow)?;
    create_done(
        vm,
        time.with_with_provider(
            fields,
            Some(options.disambiguation),
            Some(options.offset),
            Some(options.overflow),
            &Zones,
        ),
    )
}

/// Temporal.ZonedDateTime.prototype.withPlainTime ( [ plainTimeLike ] )
fn with_plain_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let zoned = this::<ZonedDateTime>(vm, args)?;
    let time = time_or_midnight(vm, args.get(0))?;
    create_done(vm, zoned.with_plain_time_and_provider(time, &Zones))
}

/// Temporal.ZonedDateTime.prototype.withTimeZone ( timeZoneLike )
fn with_time_zone(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let time_zone = to_time_zone(vm, args.get(0))?;
    create_done(vm, time.with_timezone(time_zone))
}

/// Temporal.ZonedDateTime.prototype.withCalendar ( calendarLike )
fn with_calendar(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let calendar = to_calendar(vm, args.get(0))?;
    create(vm, time.with_calendar(calendar), None)
}

/// AddDurationToZonedDateTime ( operation, zonedDateTime, temporalDurationLike, options )
fn shift(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&ZonedDateTime, &Duration, Option<Overflow>) -> TemporalResult<ZonedDateTime>,
) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let duration = to_duration(vm, args.get(0))?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, f(&time, &duration, Some(overflow)))
}

/// Temporal.ZonedDateTime.prototype.add ( temporalDurationLike [ , options ] )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, |time, duration, overflow| time.add_with_provider(duration, overflow, &Zones))
}

/// Temporal.ZonedDateTime.prototype.subtract ( temporalDurationLike [ , options ] )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, |time, duration, overflow| time.subtract_with_provider(duration, overflow, &Zones))
}

/// DifferenceTemporalZonedDateTime ( operation, zonedDateTime, other, options )
fn difference(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&ZonedDateTime, &ZonedDateTime, DifferenceSettings) -> TemporalResult<Duration>,
) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let other = to_zoned(vm, args.get(0), Value::UNDEFINED)?;
    if time.calendar() != other.calendar() {
        return Err(vm.range_error("Dates have different calendars"));
    }
    let settings = difference_settings(vm, args.get(1))?;
    let years = f64::from(time.year()) - f64::from(other.year());
    check_months(vm, time.calendar(), years, (settings.largest_unit, settings.smallest_unit))?;
    create_done(vm, f(&time, &other, settings))
}

/// Temporal.ZonedDateTime.prototype.until ( other [ , options ] )
fn until(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, |time, other, settings| time.until_with_provider(other, settings, &Zones))
}

/// Temporal.ZonedDateTime.prototype.since ( other [ , options ] )
fn since(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, |time, other, settings| time.since_with_provider(other, settings, &Zones))
}

/// Temporal.ZonedDateTime.prototype.round ( roundTo )
fn round(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let rounding = round_options(vm, args.get(0))?;
    create_done(vm, time.round_with_provider(rounding, &Zones))
}

/// Temporal.ZonedDateTime.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let other = to_zoned(vm, args.get(0), Value::UNDEFINED)?;
    Ok(done(vm, time.equals(&other))?.into())
}

/// Temporal.ZonedDateTime.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let calendar = show_calendar(vm, options)?;
    let digits = fractional_second_digits(vm, options)?;
    let offset = show_offset(vm, options)?;
    let mode = rounding_mode(vm, options, RoundingMode::Trunc)?;
    let smallest = unit(vm, options, "smallestUnit")?;
    let time_zone = show_time_zone(vm, options)?;
    let rounding = seconds_precision(vm, digits, mode, smallest)?;
    let text = done(vm, time.to_ixdtf_string(offset, time_zone, calendar, rounding))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.ZonedDateTime.prototype.toJSON ( ), Temporal.ZonedDateTime.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let text = time.to_ixdtf_string(
        DisplayOffset::Auto,
        DisplayTimeZone::Auto,
        DisplayCalendar::Auto,
        ToStringRoundingOptions::default(),
    );
    Ok(vm.rt.str_from_utf8(&done(vm, text)?)?.into())
}

/// Temporal.ZonedDateTime.prototype.startOfDay ( )
fn start_of_day(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    create_done(vm, time.start_of_day_with_provider(&Zones))
}

/// Temporal.ZonedDateTime.prototype.getTimeZoneTransition ( directionParam )
fn get_time_zone_transition(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    let direction = match required_options(vm, args.get(0), "direction")? {
        Given::Unit(value) => super::convert::text(vm, value)?.parse::<TransitionDirection>().ok(),
        Given::Options(options) => choice(vm, options, "direction")?,
    };
    let Some(direction) = direction else {
        return Err(vm.range_error("direction must be 'next' or 'previous'"));
    };
    match done(vm, time.get_time_zone_transition(direction))? {
        Some(transition) => create(vm, transition, None),
        None => Ok(Value::NULL),
    }
}

/// Temporal.ZonedDateTime.prototype.toInstant ( )
fn to_instant(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    create(vm, time.to_instant(), None)
}

/// Temporal.ZonedDateTime.prototype.toPlainDate ( )
fn to_plain_date(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    create(vm, time.to_plain_date(), None)
}

/// Temporal.ZonedDateTime.prototype.toPlainTime ( )
fn to_plain_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    create(vm, time.to_plain_time(), None)
}

/// Temporal.ZonedDateTime.prototype.toPlainDateTime ( )
fn to_plain_date_time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<ZonedDateTime>(vm, args)?;
    create(vm, time.to_plain_date_time(), None)
}
