//! Abstract operations that read options.

pub(crate) use crate::options::{Options, option, options_object};

use super::convert::text;
use super::slots::done;
use js_rt::Value;
use js_vm::{Res, Throw, Vm};
use std::str::FromStr;
use temporal_rs::Calendar;
use temporal_rs::options::{
    DifferenceSettings, Disambiguation, DisplayCalendar, DisplayOffset, DisplayTimeZone,
    OffsetDisambiguation, Overflow, RoundingIncrement, RoundingMode, RoundingOptions,
    ToStringRoundingOptions, Unit,
};
use temporal_rs::parsers::Precision;

#[cold]
fn invalid(vm: &Vm, name: &str, value: &str) -> Throw {
    vm.range_error(format_args!("Value {value} out of range for Temporal options property {name}"))
}

/// GetOption ( options, property, string, values, default ): `None` when the option is not given
pub(crate) fn choice<T: FromStr>(vm: &Vm, options: Options, name: &str) -> Res<Option<T>> {
    let value = option(vm, options, name)?;
    if value.is_undefined() {
        return Ok(None);
    }
    let value = text(vm, value)?;
    value.parse().map(Some).map_err(|_| invalid(vm, name, &value))
}

/// GetTemporalOverflowOption ( options )
pub(crate) fn overflow(vm: &Vm, options: Options) -> Res<Overflow> {
    Ok(choice(vm, options, "overflow")?.unwrap_or(Overflow::Constrain))
}

/// The overflow option of an options argument.
pub(crate) fn overflow_of(vm: &Vm, options: Value) -> Res<Overflow> {
    let options = options_object(vm, options)?;
    overflow(vm, options)
}

/// GetTemporalDisambiguationOption ( options )
pub(crate) fn disambiguation(vm: &Vm, options: Options) -> Res<Disambiguation> {
    Ok(choice(vm, options, "disambiguation")?.unwrap_or(Disambiguation::Compatible))
}

/// GetTemporalOffsetOption ( options, fallback )
pub(crate) fn offset(vm: &Vm, options: Options, fallback: OffsetDisambiguation) -> Res<OffsetDisambiguation> {
    Ok(choice(vm, options, "offset")?.unwrap_or(fallback))
}

/// GetTemporalShowCalendarNameOption ( options )
pub(crate) fn show_calendar(vm: &Vm, options: Options) -> Res<DisplayCalendar> {
    Ok(choice(vm, options, "calendarName")?.unwrap_or(DisplayCalendar::Auto))
}

/// GetTemporalShowTimeZoneNameOption ( options )
pub(crate) fn show_time_zone(vm: &Vm, options: Options) -> Res<DisplayTimeZone> {
    Ok(choice(vm, options, "timeZoneName")?.unwrap_or(DisplayTimeZone::Auto))
}

/// GetTemporalShowOffsetOption ( options )
pub(crate) fn show_offset(vm: &Vm, options: Options) -> Res<DisplayOffset> {
    Ok(choice(vm, options, "offset")?.unwrap_or(DisplayOffset::Auto))
}

/// GetTemporalUnitValuedOption ( options, key, default )
pub(crate) fn unit(vm: &Vm, options: Options, name: &str) -> Res<Option<Unit>> {
    choice(vm, options, name)
}

/// GetRoundingModeOption ( options, fallback )
pub(crate) fn rounding_mode(vm: &Vm, options: Options, fallback: RoundingMode) -> Res<RoundingMode> {
    Ok(choice(vm, options, "roundingMode")?.unwrap_or(fallback))
}

/// GetRoundingIncrementOption ( options )
pub(crate) fn rounding_increment(vm: &Vm, options: Options) -> Res<RoundingIncrement> {
    let value = option(vm, options, "roundingIncrement")?;
    if value.is_undefined() {
        return Ok(RoundingIncrement::ONE);
    }
    let number = vm.to_number(value)?;
    done(vm, RoundingIncrement::try_from(number))
}

/// GetTemporalFractionalSecondDigitsOption ( options )
pub(crate) fn fractional_second_digits(vm: &Vm, options: Options) -> Res<Precision> {
    let value = option(vm, options, "fractionalSecondDigits")?;
    if value.is_undefined() {
        return Ok(Precision::Auto);
    }
    let Some(number) = value.as_number() else {
        let value = text(vm, value)?;
        return if value == "auto" {
            Ok(Precision::Auto)
        } else {
            Err(invalid(vm, "fractionalSecondDigits", &value))
        };
    };
    let digits = number.floor();
    if (0.0..=9.0).contains(&digits) {
        return Ok(Precision::Digit(digits as u8));
    }
    Err(invalid(vm, "fractionalSecondDigits", &number.to_string()))
}

/// GetDifferenceSettings, as far as it reads options
pub(crate) fn difference_settings(vm: &Vm, options: Value) -> Res<DifferenceSettings> {
    let options = options_object(vm, options)?;
    let mut settings = DifferenceSettings::default();
    settings.largest_unit = unit(vm, options, "largestUnit")?;
    settings.increment = Some(rounding_increment(vm, options)?);
    settings.rounding_mode = Some(rounding_mode(vm, options, RoundingMode::Trunc)?);
    settings.smallest_unit = unit(vm, options, "smallestUnit")?;
    if settings.smallest_unit == Some(Unit::Auto) {
        return Err(invalid(vm, "smallestUnit", "auto"));
    }
    Ok(settings)
}

/// The most years that are counted in months of a calendar whose months follow the moon as it is seen.
const LUNISOLAR_YEARS: f64 = 20_000.0;

/// Refuses what would take minutes: the library below goes through all of these months one by one.
pub(crate) fn check_months(
    vm: &Vm,
    calendar: &Calendar,
    years: f64,
    (largest, smallest): (Option<Unit>, Option<Unit>),
) -> Res<()> {
    let counted = match largest {
        None | Some(Unit::Auto) => smallest == Some(Unit::Month),
        Some(largest) => largest == Unit::Month,
    };
    if counted && years.abs() > LUNISOLAR_YEARS && matches!(calendar.identifier(), "chinese" | "dangi") {
        return Err(vm.range_error("Dates are too far apart to count the months of this calendar"));
    }
    Ok(())
}

/// Steps 3 and 4 of the functions `round`: what a string means, and that something is required
pub(crate) enum Given {
    /// The unit.
    Unit(Value),
    /// An object with options.
    Options(Options),
}

/// The argument of `round` and `total`.
pub(crate) fn required_options(vm: &Vm, value: Value, what: &str) -> Res<Given> {
    if value.is_undefined() {
        return Err(vm.type_error(format_args!("Must specify a {what} parameter")));
    }
    if value.is_string() {
        return Ok(Given::Unit(value));
    }
    options_object(vm, value).map(Given::Options)
}

/// A unit given in place of options.
pub(crate) fn unit_of_text(vm: &Vm, value: Value, name: &str) -> Res<Unit> {
    let value = text(vm, value)?;
    value.parse().map_err(|_| invalid(vm, name, &value))
}

/// The options of `round` of points in time.
pub(crate) fn round_options(vm: &Vm, round_to: Value) -> Res<RoundingOptions> {
    let mut rounding = RoundingOptions::default();
    rounding.largest_unit = None;
    match required_options(vm, round_to, "roundTo")? {
        Given::Unit(value) => rounding.smallest_unit = Some(unit_of_text(vm, value, "smallestUnit")?),
        Given::Options(options) => {
            rounding.increment = Some(rounding_increment(vm, options)?);
            rounding.rounding_mode = Some(rounding_mode(vm, options, RoundingMode::HalfExpand)?);
            rounding.smallest_unit = unit(vm, options, "smallestUnit")?;
        }
    }
    match rounding.smallest_unit {
        None => Err(vm.range_error("smallestUnit is required")),
        Some(Unit::Auto) => Err(invalid(vm, "smallestUnit", "auto")),
        Some(_) => Ok(rounding),
    }
}

/// ToSecondsStringPrecisionRecord, as far as it is about which units are possible
pub(crate) fn seconds_precision(
    vm: &Vm,
    precision: Precision,
    rounding_mode: RoundingMode,
    smallest_unit: Option<Unit>,
) -> Res<ToStringRoundingOptions> {
    if smallest_unit.is_some_and(|unit| !unit.is_time_unit() || unit == Unit::Hour) {
        return Err(vm.range_error("smallestUnit must be a unit of time smaller than an hour"));
    }
    Ok(ToStringRoundingOptions { precision, smallest_unit, rounding_mode: Some(rounding_mode) })
}
