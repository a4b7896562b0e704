//! The Temporal.Now Object.

use super::convert::to_time_zone;
use super::slots::{create, create_done, done};
use crate::numbers::system_time_zone_identifier;
use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use temporal_rs::{Instant, Temporal, TimeZone, ZonedDateTime};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::namespace(vm, Intrinsic::TemporalNow, "Now")
        .to_string_tag("Temporal.Now")
        .method("timeZoneId", 0, time_zone_id)
        .method("instant", 0, instant)
        .method("plainDateTimeISO", 0, plain_date_time_iso)
        .method("zonedDateTimeISO", 0, zoned_date_time_iso)
        .method("plainDateISO", 0, plain_date_iso)
        .method("plainTimeISO", 0, plain_time_iso)
        .member_of(Intrinsic::Temporal)
        .finish()?;
    Ok(())
}

/// SystemTimeZoneIdentifier ( ): UTC where the system has none that is known here
fn system_time_zone() -> TimeZone {
    TimeZone::try_from_identifier_str(system_time_zone_identifier()).unwrap_or_else(|_| TimeZone::utc())
}

/// SystemUTCEpochNanoseconds ( ), as an instant
fn now(vm: &Vm) -> Res<Instant> {
    done(vm, Temporal::utc_now().instant())
}

/// SystemDateTime ( temporalTimeZoneLike )
fn zoned(vm: &Vm, args: &Args<'_>) -> Res<ZonedDateTime> {
    let like = args.get(0);
    let time_zone = if like.is_undefined() { system_time_zone() } else { to_time_zone(vm, like)? };
    let instant = now(vm)?;
    done(vm, instant.to_zoned_date_time_iso(time_zone))
}

/// Temporal.Now.timeZoneId ( )
fn time_zone_id(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    let id = done(vm, system_time_zone().identifier())?;
    Ok(vm.rt.str_from_utf8(&id)?.into())
}

/// Temporal.Now.instant ( )
fn instant(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    create_done(vm, Ok(now(vm)?))
}

/// Temporal.Now.plainDateTimeISO ( [ temporalTimeZoneLike ] )
fn plain_date_time_iso(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = zoned(vm, args)?;
    create(vm, time.to_plain_date_time(), None)
}

/// Temporal.Now.zonedDateTimeISO ( [ temporalTimeZoneLike ] )
fn zoned_date_time_iso(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = zoned(vm, args)?;
    create(vm, time, None)
}

/// Temporal.Now.plainDateISO ( [ temporalTimeZoneLike ] )
fn plain_date_iso(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = zoned(vm, args)?;
    create(vm, time.to_plain_date(), None)
}

/// Temporal.Now.plainTimeISO ( [ temporalTimeZoneLike ] )
fn plain_time_iso(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let time = zoned(vm, args)?;
    create(vm, time.to_plain_time(), None)
}
