//! Temporal.Duration Objects.

use super::convert::{
    Parts, check_calendar, duration_of, integer_if_integral, partial_duration, parts_of, text, to_duration,
};
use super::fields::{bag_fields, date_from_fields, want};
use super::options::{
    Given, Options, check_months, fractional_second_digits, option, options_object, required_options,
    rounding_increment, rounding_mode, seconds_precision, unit, unit_of_text,
};
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use super::zones::Zones;
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{
    OffsetDisambiguation, Overflow, RelativeTo, RoundingMode, RoundingOptions, ToStringRoundingOptions, Unit,
};
use temporal_rs::partial::PartialZonedDateTime;
use temporal_rs::{Duration, PlainDate, PlainDateTime, TemporalResult, ZonedDateTime};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalDuration, "Duration", 0, construct)
        .static_method("from", 1, from)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalDurationPrototype)
        .to_string_tag("Temporal.Duration");
    let build = getters! { build, Duration;
        "years" Duration::years;
        "months" Duration::months;
        "weeks" Duration::weeks;
        "days" Duration::days;
        "hours" Duration::hours;
        "minutes" Duration::minutes;
        "seconds" Duration::seconds;
        "milliseconds" Duration::milliseconds;
        "microseconds" Duration::microseconds;
        "nanoseconds" Duration::nanoseconds;
        "sign" |duration| duration.sign() as i32;
        "blank" Duration::is_zero;
    };
    build
        .method("with", 1, with)
        .method("negated", 0, negated)
        .method("abs", 0, abs)
        .method("add", 1, add)
        .method("subtract", 1, subtract)
        .method("round", 1, round)
        .method("total", 1, total)
        .method("toString", 0, to_string)
        .method("toJSON", 0, to_json)
        .method("toLocaleString", 0, to_json)
        .method("valueOf", 0, value_of)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// Temporal.Duration ( [ years [ , months [ , weeks [ , days [ , hours [ , minutes [ , seconds [ , milliseconds [ , microseconds
/// [ , nanoseconds ] ] ] ] ] ] ] ] ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<Duration>(vm, args)?;
    let mut parts: Parts = [0.0; 10];
    for (place, part) in parts.iter_mut().enumerate() {
        let value = args.get(place);
        if !value.is_undefined() {
            *part = integer_if_integral(vm, value)?;
        }
    }
    let duration = duration_of(vm, parts)?;
    create(vm, duration, Some(target))
}

/// Temporal.Duration.from ( item )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = to_duration(vm, args.get(0))?;
    create(vm, duration, None)
}

/// Temporal.Duration.compare ( one, two [ , options ] )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_duration(vm, args.get(0))?;
    let two = to_duration(vm, args.get(1))?;
    let options = options_object(vm, args.get(2))?;
    let relative_to = relative_to(vm, options)?;
    if parts_of(&one) == parts_of(&two) {
        return Ok(Value::int(0));
    }
    let order = done(vm, one.compare_with_provider(&two, relative_to, &Zones))?;
    Ok(Value::int(order as i32))
}

/// GetTemporalRelativeToOption ( options )
fn relative_to(vm: &Vm, options: Options) -> Res<Option<RelativeTo>> {
    let value = option(vm, options, "relativeTo")?;
    if value.is_undefined() {
        return Ok(None);
    }
    let Some(o) = value.as_object() else {
        if !value.is_string() {
            return Err(super::convert::wrong_type(vm, value, "point that a duration is relative to"));
        }
        let source = text(vm, value)?;
        check_calendar(vm, &source)?;
        return done(vm, RelativeTo::try_from_str_with_provider(&source, &Zones)).map(Some);
    };
    if let Some(time) = slot::<ZonedDateTime>(value) {
        return Ok(Some(time.into()));
    }
    if let Some(date) = slot::<PlainDate>(value) {
        return Ok(Some(date.into()));
    }
    if let Some(time) = slot::<PlainDateTime>(value) {
        return Ok(Some(time.to_plain_date().into()));
    }
    let (calendar, fields) = bag_fields(vm, o, want::DATE | want::TIME | want::OFFSET | want::TIME_ZONE)?;
    if fields.time_zone.is_none() {
        return date_from_fields(vm, calendar, &fields, Overflow::Constrain).map(|date| Some(date.into()));
    }
    let partial = PartialZonedDateTime {
        fields: fields.zoned(vm, Overflow::Constrain)?,
        timezone: fields.time_zone,
        calendar,
    };
    let offset = Some(OffsetDisambiguation::Reject);
    let time = done(
        vm,
        ZonedDateTime::from_partial_with_provider(partial, Some(Overflow::Constrain), None, offset, &Zones),
    )?;
    Ok(Some(time.into()))
}

/// Temporal.Duration.prototype.with ( temporalDurationLike )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    let parts = partial_duration(vm, args.get(0), parts_of(&duration))?;
    let duration = duration_of(vm, parts)?;
    create(vm, duration, None)
}

/// Temporal.Duration.prototype.negated ( )
fn negated(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    create(vm, duration.negated(), None)
}

/// Temporal.Duration.prototype.abs ( )
fn abs(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    create(vm, duration.abs(), None)
}

/// AddDurations ( operation, duration, other )
fn combine(vm: &Vm, args: &Args<'_>, f: fn(&Duration, &Duration) -> TemporalResult<Duration>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    let other = to_duration(vm, args.get(0))?;
    create_done(vm, f(&duration, &other))
}

/// Temporal.Duration.prototype.add ( other )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    combine(vm, args, Duration::add)
}

/// Temporal.Duration.prototype.subtract ( other )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    combine(vm, args, Duration::subtract)
}

/// Refuses months that would take too long to count.
fn check_relative(
    vm: &Vm,
    duration: &Duration,
    relative: Option<&RelativeTo>,
    units: (Option<Unit>, Option<Unit>),
) -> Res<()> {
    let calendar = match relative {
        Some(RelativeTo::PlainDate(date)) => date.calendar(),
        Some(RelativeTo::ZonedDateTime(time)) => time.calendar(),
        None => return Ok(()),
    };
    let [years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds] =
        parts_of(duration);
    let fractions = milliseconds / 1e3 + microseconds / 1e6 + nanoseconds / 1e9;
    let time = hours * 3600.0 + minutes * 60.0 + seconds + fractions;
    // Without a largest unit, it is that of the duration.
    let largest = match units.0 {
        None | Some(Unit::Auto) if years == 0.0 && months != 0.0 => Some(Unit::Month),
        largest => largest,
    };
    let all = years + months / 12.0 + weeks / 52.0 + days / 365.0 + time / 31_536_000.0;
    check_months(vm, calendar, all, (largest, units.1))
}

/// Temporal.Duration.prototype.round ( roundTo )
fn round(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    let mut rounding = RoundingOptions::default();
    rounding.largest_unit = None;
    let mut relative = None;
    match required_options(vm, args.get(0), "roundTo")? {
        Given::Unit(value) => rounding.smallest_unit = Some(unit_of_text(vm, value, "smallestUnit")?),
        Given::Options(options) => {
            rounding.largest_unit = unit(vm, options, "largestUnit")?;
            relative = relative_to(vm, options)?;
            rounding.increment = Some(rounding_increment(vm, options)?);
            rounding.rounding_mode = Some(rounding_mode(vm, options, RoundingMode::HalfExpand)?);
            rounding.smallest_unit = unit(vm, options, "smallestUnit")?;
        }
    }
    if rounding.smallest_unit == Some(Unit::Auto) {
        return Err(vm.range_error("smallestUnit must not be auto"));
    }
    check_relative(vm, &duration, relative.as_ref(), (rounding.largest_unit, rounding.smallest_unit))?;
    create_done(vm, duration.round_with_provider(rounding, relative, &Zones))
}

/// Temporal.Duration.prototype.total ( totalOf )
fn total(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    let mut relative = None;
    let of = match required_options(vm, args.get(0), "totalOf")? {
        Given::Unit(value) => Some(unit_of_text(vm, value, "unit")?),
        Given::Options(options) => {
            relative = relative_to(vm, options)?;
            unit(vm, options, "unit")?
        }
    };
    match of {
        Some(of) if of != Unit::Auto => {
            check_relative(vm, &duration, relative.as_ref(), (Some(of), None))?;
            let total = done(vm, duration.total_with_provider(of, relative, &Zones))?;
            Ok(Value::number(total.as_inner()))
        }
        _ => Err(vm.range_error("unit is required")),
    }
}

/// Temporal.Duration.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let digits = fractional_second_digits(vm, options)?;
    let mode = rounding_mode(vm, options, RoundingMode::Trunc)?;
    let smallest = unit(vm, options, "smallestUnit")?;
    if smallest == Some(Unit::Minute) {
        return Err(vm.range_error("smallestUnit must be smaller than a minute"));
    }
    let rounding = seconds_precision(vm, digits, mode, smallest)?;
    let text = done(vm, duration.as_temporal_string(rounding))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.Duration.prototype.toJSON ( ), Temporal.Duration.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let duration = this::<Duration>(vm, args)?;
    let text = done(vm, duration.as_temporal_string(ToStringRoundingOptions::default()))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}
