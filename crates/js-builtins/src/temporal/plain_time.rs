//! Temporal.PlainTime Objects.

use super::convert::{component_or, in_range, required_text, to_duration};
use super::fields::time_record;
use super::options::{
    difference_settings, fractional_second_digits, options_object, overflow_of, round_options, rounding_mode,
    seconds_precision, unit,
};
use super::slots::{create, create_done, done, getters, new_target, slot, this, value_of};
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{DifferenceSettings, RoundingMode, ToStringRoundingOptions};
use temporal_rs::{Duration, PlainDateTime, PlainTime, TemporalResult, ZonedDateTime};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalPlainTime, "PlainTime", 0, construct)
        .static_method("from", 1, from)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalPlainTimePrototype)
        .to_string_tag("Temporal.PlainTime");
    let build = getters! { build, PlainTime;
        "hour" PlainTime::hour;
        "minute" PlainTime::minute;
        "second" PlainTime::second;
        "millisecond" PlainTime::millisecond;
        "microsecond" PlainTime::microsecond;
        "nanosecond" PlainTime::nanosecond;
    };
    build
        .method("add", 1, add)
        .method("subtract", 1, subtract)
        .method("with", 1, with)
        .method("until", 1, until)
        .method("since", 1, since)
        .method("round", 1, round)
        .method("equals", 1, equals)
        .method("toString", 0, to_string)
        .method("toLocaleString", 0, to_json)
        .method("toJSON", 0, to_json)
        .method("valueOf", 0, value_of)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// Temporal.PlainTime ( [ hour [ , minute [ , second [ , millisecond [ , microsecond [ , nanosecond ] ] ] ] ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<PlainTime>(vm, args)?;
    let hour = component_or::<u8>(vm, args.get(0), 0)?;
    let minute = component_or::<u8>(vm, args.get(1), 0)?;
    let second = component_or::<u8>(vm, args.get(2), 0)?;
    let millisecond = component_or::<u16>(vm, args.get(3), 0)?;
    let microsecond = component_or::<u16>(vm, args.get(4), 0)?;
    let nanosecond = component_or::<u16>(vm, args.get(5), 0)?;
    let time = PlainTime::try_new(
        in_range(vm, hour)?,
        in_range(vm, minute)?,
        in_range(vm, second)?,
        in_range(vm, millisecond)?,
        in_range(vm, microsecond)?,
        in_range(vm, nanosecond)?,
    );
    let time = done(vm, time)?;
    create(vm, time, Some(target))
}

/// ToTemporalTime ( item [ , options ] )
pub(super) fn to_time(vm: &Vm, item: Value, options: Value) -> Res<PlainTime> {
    let known = slot::<PlainTime>(item)
        .or_else(|| slot::<PlainDateTime>(item).map(|time| time.to_plain_time()))
        .or_else(|| slot::<ZonedDateTime>(item).map(|time| time.to_plain_time()));
    if let Some(time) = known {
        overflow_of(vm, options)?;
        return Ok(time);
    }
    if let Some(bag) = item.as_object() {
        let time = time_record(vm, bag)?;
        let overflow = overflow_of(vm, options)?;
        return done(vm, PlainTime::from_partial(time.partial(vm, overflow)?, Some(overflow)));
    }
    let source = required_text(vm, item, "Temporal.PlainTime")?;
    let time = done(vm, PlainTime::from_utf8(source.as_bytes()))?;
    overflow_of(vm, options)?;
    Ok(time)
}

/// ToTimeRecordOrMidnight ( item )
pub(super) fn time_or_midnight(vm: &Vm, item: Value) -> Res<Option<PlainTime>> {
    if item.is_undefined() { Ok(None) } else { to_time(vm, item, Value::UNDEFINED).map(Some) }
}

/// Temporal.PlainTime.from ( item [ , options ] )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = to_time(vm, args.get(0), args.get(1))?;
    create(vm, time, None)
}

/// Temporal.PlainTime.compare ( one, two )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_time(vm, args.get(0), Value::UNDEFINED)?;
    let two = to_time(vm, args.get(1), Value::UNDEFINED)?;
    Ok(Value::int(one.cmp(&two) as i32))
}

/// AddDurationToTime ( operation, temporalTime, temporalDurationLike )
fn shift(vm: &Vm, args: &Args<'_>, f: fn(&PlainTime, &Duration) -> TemporalResult<PlainTime>) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let duration = to_duration(vm, args.get(0))?;
    create_done(vm, f(&time, &duration))
}

/// Temporal.PlainTime.prototype.add ( temporalDurationLike )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainTime::add)
}

/// Temporal.PlainTime.prototype.subtract ( temporalDurationLike )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, PlainTime::subtract)
}

/// Temporal.PlainTime.prototype.with ( temporalTimeLike [ , options ] )
fn with(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let bag = super::convert::partial_object(vm, args.get(0))?;
    let fields = time_record(vm, bag)?;
    let overflow = overflow_of(vm, args.get(1))?;
    create_done(vm, time.with(fields.partial(vm, overflow)?, Some(overflow)))
}

/// DifferenceTemporalPlainTime ( operation, temporalTime, other, options )
fn difference(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&PlainTime, &PlainTime, DifferenceSettings) -> TemporalResult<Duration>,
) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let other = to_time(vm, args.get(0), Value::UNDEFINED)?;
    let settings = difference_settings(vm, args.get(1))?;
    create_done(vm, f(&time, &other, settings))
}

/// Temporal.PlainTime.prototype.until ( other [ , options ] )
fn until(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainTime::until)
}

/// Temporal.PlainTime.prototype.since ( other [ , options ] )
fn since(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, PlainTime::since)
}

/// Temporal.PlainTime.prototype.round ( roundTo )
fn round(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let rounding = round_options(vm, args.get(0))?;
    create_done(vm, time.round(rounding))
}

/// Temporal.PlainTime.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let other = to_time(vm, args.get(0), Value::UNDEFINED)?;
    Ok((time == other).into())
}

/// Temporal.PlainTime.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let digits = fractional_second_digits(vm, options)?;
    let mode = rounding_mode(vm, options, RoundingMode::Trunc)?;
    let smallest = unit(vm, options, "smallestUnit")?;
    let rounding = seconds_precision(vm, digits, mode, smallest)?;
    let text = done(vm, time.to_ixdtf_string(rounding))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.PlainTime.prototype.toJSON ( ), Temporal.PlainTime.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = this::<PlainTime>(vm, args)?;
    let text = done(vm, time.to_ixdtf_string(ToStringRoundingOptions::default()))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}
