//! Temporal.Instant Objects.

use super::convert::{to_duration, to_instant, to_time_zone};
use super::options::{
    difference_settings, fractional_second_digits, option, options_object, round_options, rounding_mode,
    seconds_precision, unit,
};
use super::slots::{create, create_done, done, getters, new_target, this, value_of};
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::options::{DifferenceSettings, RoundingMode, ToStringRoundingOptions};
use temporal_rs::{Duration, Instant, TemporalResult};

pub(super) fn install(vm: &Vm) -> Res<()> {
    let build = Build::constructor(vm, Intrinsic::TemporalInstant, "Instant", 1, construct)
        .static_method("from", 1, from)
        .static_method("fromEpochMilliseconds", 1, from_epoch_milliseconds)
        .static_method("fromEpochNanoseconds", 1, from_epoch_nanoseconds)
        .static_method("compare", 2, compare)
        .prototype(Intrinsic::TemporalInstantPrototype)
        .to_string_tag("Temporal.Instant");
    let build = getters! { build, Instant;
        "epochMilliseconds" Instant::epoch_milliseconds;
    };
    build
        .getter("epochNanoseconds", epoch_nanoseconds)
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
        .method("toZonedDateTimeISO", 1, to_zoned_date_time_iso)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// The nanoseconds that a BigInt is; out of range for instants if they are no `i128`.
pub(super) fn nanoseconds(vm: &Vm, value: Value) -> Res<i128> {
    let big = vm.to_big_int(value)?;
    i128::try_from(big.value()).map_err(|_| vm.range_error("Instant is out of range"))
}

/// Temporal.Instant ( epochNanoseconds )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<Instant>(vm, args)?;
    let instant = done(vm, Instant::try_new(nanoseconds(vm, args.get(0))?))?;
    create(vm, instant, Some(target))
}

/// Temporal.Instant.from ( item )
fn from(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = to_instant(vm, args.get(0))?;
    create(vm, instant, None)
}

/// Temporal.Instant.fromEpochMilliseconds ( epochMilliseconds )
fn from_epoch_milliseconds(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let number = vm.to_number(args.get(0))?;
    if !number.is_finite() || number.trunc() != number {
        return Err(vm.range_error("Expected an integer"));
    }
    create_done(vm, Instant::try_new((number as i128).saturating_mul(1_000_000)))
}

/// Temporal.Instant.fromEpochNanoseconds ( epochNanoseconds )
fn from_epoch_nanoseconds(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    create_done(vm, Instant::try_new(nanoseconds(vm, args.get(0))?))
}

/// Temporal.Instant.compare ( one, two )
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let one = to_instant(vm, args.get(0))?;
    let two = to_instant(vm, args.get(1))?;
    Ok(Value::int(one.cmp(&two) as i32))
}

/// get Temporal.Instant.prototype.epochNanoseconds
fn epoch_nanoseconds(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    Ok(vm.rt.new_bigint(instant.as_i128())?.into())
}

/// AddDurationToInstant ( operation, instant, temporalDurationLike )
fn shift(vm: &Vm, args: &Args<'_>, f: fn(&Instant, &Duration) -> TemporalResult<Instant>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let duration = to_duration(vm, args.get(0))?;
    create_done(vm, f(&instant, &duration))
}

/// Temporal.Instant.prototype.add ( temporalDurationLike )
fn add(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, Instant::add)
}

/// Temporal.Instant.prototype.subtract ( temporalDurationLike )
fn subtract(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    shift(vm, args, Instant::subtract)
}

/// DifferenceTemporalInstant ( operation, instant, other, options )
fn difference(
    vm: &Vm,
    args: &Args<'_>,
    f: fn(&Instant, &Instant, DifferenceSettings) -> TemporalResult<Duration>,
) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let other = to_instant(vm, args.get(0))?;
    let settings = difference_settings(vm, args.get(1))?;
    create_done(vm, f(&instant, &other, settings))
}

/// Temporal.Instant.prototype.until ( other [ , options ] )
fn until(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, Instant::until)
}

/// Temporal.Instant.prototype.since ( other [ , options ] )
fn since(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    difference(vm, args, Instant::since)
}

/// Temporal.Instant.prototype.round ( roundTo )
fn round(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let rounding = round_options(vm, args.get(0))?;
    create_done(vm, instant.round(rounding))
}

/// Temporal.Instant.prototype.equals ( other )
fn equals(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let other = to_instant(vm, args.get(0))?;
    Ok((instant == other).into())
}

/// Temporal.Instant.prototype.toString ( [ options ] )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let options = options_object(vm, args.get(0))?;
    let digits = fractional_second_digits(vm, options)?;
    let mode = rounding_mode(vm, options, RoundingMode::Trunc)?;
    let smallest = unit(vm, options, "smallestUnit")?;
    let time_zone = option(vm, options, "timeZone")?;
    let rounding = seconds_precision(vm, digits, mode, smallest)?;
    let time_zone = if time_zone.is_undefined() { None } else { Some(to_time_zone(vm, time_zone)?) };
    let text = done(vm, instant.to_ixdtf_string(time_zone, rounding))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.Instant.prototype.toJSON ( ), Temporal.Instant.prototype.toLocaleString ( [ locales [ , options ] ] )
fn to_json(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let text = done(vm, instant.to_ixdtf_string(None, ToStringRoundingOptions::default()))?;
    Ok(vm.rt.str_from_utf8(&text)?.into())
}

/// Temporal.Instant.prototype.toZonedDateTimeISO ( timeZone )
fn to_zoned_date_time_iso(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let instant = this::<Instant>(vm, args)?;
    let time_zone = to_time_zone(vm, args.get(0))?;
    create_done(vm, instant.to_zoned_date_time_iso(time_zone))
}
