//! Abstract operations that convert arguments.

use super::slots::{done, slot};
use js_rt::{Obj, Value};
use js_vm::{Hint, Res, Throw, Vm};
use temporal_rs::{
    Calendar, Duration, Instant, MonthCode, PlainDate, PlainDateTime, PlainMonthDay, PlainTime,
    PlainYearMonth, TimeZone, UtcOffset, ZonedDateTime,
};

/// ToString, as UTF-8. What is no Unicode is nothing that Temporal's grammars have.
pub(crate) fn text(vm: &Vm, value: Value) -> Res<String> {
    Ok(vm.to_string(value)?.to_std())
}

/// ToIntegerWithTruncation ( argument )
pub(crate) fn integer_with_truncation(vm: &Vm, value: Value) -> Res<f64> {
    let number = vm.to_number(value)?;
    if !number.is_finite() {
        return Err(vm.range_error("Expected a finite number"));
    }
    Ok(number.trunc() + 0.0)
}

/// ToPositiveIntegerWithTruncation ( argument )
pub(crate) fn positive_integer(vm: &Vm, value: Value) -> Res<f64> {
    let integer = integer_with_truncation(vm, value)?;
    if integer <= 0.0 {
        return Err(vm.range_error("Expected a positive integer"));
    }
    Ok(integer)
}

/// ToIntegerIfIntegral ( argument )
pub(crate) fn integer_if_integral(vm: &Vm, value: Value) -> Res<f64> {
    let number = vm.to_number(value)?;
    if !number.is_finite() || number.trunc() != number {
        return Err(vm.range_error("Expected an integer"));
    }
    Ok(number + 0.0)
}

/// Numbers of small integer types.
pub(crate) trait Small: Sized {
    /// The number, if it is one of them.
    fn of(number: f64) -> Option<Self>;
}

macro_rules! small {
    ($($number:ty)*) => {$(
        impl Small for $number {
            fn of(number: f64) -> Option<$number> {
                let small = number as $number;
                (f64::from(small) == number).then_some(small)
            }
        }
    )*};
}
small! { u8 u16 i32 }

/// ToIntegerWithTruncation of a constructor's argument: `None` if it is out of a range that includes all valid ones.
pub(crate) fn component<T: Small>(vm: &Vm, value: Value) -> Res<Option<T>> {
    integer_with_truncation(vm, value).map(T::of)
}

/// The same where undefined has a meaning.
pub(crate) fn component_or<T: Small>(vm: &Vm, value: Value, default: T) -> Res<Option<T>> {
    if value.is_undefined() { Ok(Some(default)) } else { component(vm, value) }
}

/// A component that was in range.
pub(crate) fn in_range<T>(vm: &Vm, component: Option<T>) -> Res<T> {
    component.ok_or_else(|| vm.range_error("Invalid time value"))
}

/// The string that something is; a TypeError for everything else.
pub(crate) fn required_text(vm: &Vm, value: Value, what: &str) -> Res<String> {
    match value.as_string() {
        Some(string) => Ok(string.to_std()),
        None => Err(wrong_type(vm, value, what)),
    }
}

#[cold]
pub(crate) fn wrong_type(vm: &Vm, value: Value, what: &str) -> Throw {
    let value = vm.describe_value(value);
    vm.type_error(format_args!("{value} cannot be converted to a {what}"))
}

/// Calendars that only Intl.DateTimeFormat has: which one of several they mean depends on where somebody is.
const AMBIGUOUS: [&str; 2] = ["islamic", "islamic-rgsa"];

/// CanonicalizeCalendar, as far as it refuses what the library below would take: in an identifier, or in the annotation of a date
pub(crate) fn check_calendar(vm: &Vm, text: &str) -> Res<()> {
    let lower = text.to_ascii_lowercase();
    let annotation = lower.split_once("u-ca=").and_then(|(_, rest)| rest.split_once(']'));
    let id = annotation.map_or(lower.as_str(), |(id, _)| id);
    if AMBIGUOUS.contains(&id) {
        return Err(vm.range_error(format_args!("Invalid calendar: {id}")));
    }
    Ok(())
}

/// CanonicalizeCalendar of a constructor's argument
pub(crate) fn calendar_identifier(vm: &Vm, value: Value) -> Res<Calendar> {
    if value.is_undefined() {
        return Ok(Calendar::ISO);
    }
    let id = required_text(vm, value, "calendar")?;
    check_calendar(vm, &id)?;
    done(vm, Calendar::try_from_utf8(id.as_bytes()))
}

/// The calendar of an object with such an internal slot.
fn calendar_slot(value: Value) -> Option<Calendar> {
    slot::<PlainDate>(value)
        .map(|date| date.calendar().clone())
        .or_else(|| slot::<PlainDateTime>(value).map(|time| time.calendar().clone()))
        .or_else(|| slot::<PlainMonthDay>(value).map(|month| month.calendar().clone()))
        .or_else(|| slot::<PlainYearMonth>(value).map(|month| month.calendar().clone()))
        .or_else(|| slot::<ZonedDateTime>(value).map(|time| time.calendar().clone()))
}

/// ToTemporalCalendarIdentifier ( temporalCalendarLike )
pub(crate) fn to_calendar(vm: &Vm, value: Value) -> Res<Calendar> {
    if let Some(calendar) = calendar_slot(value) {
        return Ok(calendar);
    }
    let id = required_text(vm, value, "calendar")?;
    check_calendar(vm, &id)?;
    done(vm, id.parse())
}

/// GetTemporalCalendarIdentifierWithISODefault ( item )
pub(crate) fn calendar_of(vm: &Vm, item: Obj) -> Res<Calendar> {
    if let Some(calendar) = calendar_slot(item.into()) {
        return Ok(calendar);
    }
    let calendar = vm.get(item, vm.rt.key_from_utf8("calendar")?)?;
    if calendar.is_undefined() { Ok(Calendar::ISO) } else { to_calendar(vm, calendar) }
}

/// ToTemporalTimeZoneIdentifier ( temporalTimeZoneLike )
pub(crate) fn to_time_zone(vm: &Vm, value: Value) -> Res<TimeZone> {
    if let Some(time) = slot::<ZonedDateTime>(value) {
        return Ok(*time.time_zone());
    }
    let id = required_text(vm, value, "time zone")?;
    done(vm, TimeZone::try_from_str(&id))
}

/// ToMonthCode ( argument )
pub(crate) fn to_month_code(vm: &Vm, value: Value) -> Res<MonthCode> {
    let primitive = vm.to_primitive(value, Hint::String)?;
    let code = required_text(vm, primitive, "month code")?;
    done(vm, MonthCode::try_from_utf8(code.as_bytes()))
}

/// ToOffsetString ( argument )
pub(crate) fn to_offset(vm: &Vm, value: Value) -> Res<UtcOffset> {
    let primitive = vm.to_primitive(value, Hint::String)?;
    let offset = required_text(vm, primitive, "UTC offset")?;
    done(vm, UtcOffset::from_utf8(offset.as_bytes()))
}

/// ToTemporalInstant ( item )
pub(crate) fn to_instant(vm: &Vm, item: Value) -> Res<Instant> {
    if let Some(instant) = slot(item) {
        return Ok(instant);
    }
    if let Some(time) = slot::<ZonedDateTime>(item) {
        return Ok(time.to_instant());
    }
    let primitive = vm.to_primitive(item, Hint::String)?;
    let source = required_text(vm, primitive, "Temporal.Instant")?;
    done(vm, Instant::from_utf8(source.as_bytes()))
}

/// IsPartialTemporalObject ( value ), or a TypeError
pub(crate) fn partial_object(vm: &Vm, value: Value) -> Res<Obj> {
    let Some(o) = value.as_object() else {
        return Err(wrong_type(vm, value, "object with fields"));
    };
    let temporal = calendar_slot(value).is_some() || slot::<PlainTime>(value).is_some();
    if temporal {
        return Err(vm.type_error("Fields must not be given as a Temporal object"));
    }
    for name in ["calendar", "timeZone"] {
        if !vm.get(o, vm.rt.key_from_utf8(name)?)?.is_undefined() {
            return Err(vm.type_error(format_args!("Fields must not have the property '{name}'")));
        }
    }
    Ok(o)
}

/// The properties of durations as ToTemporalPartialDurationRecord reads them, and where they are in [`Parts`].
const DURATION_FIELDS: [(&str, usize); 10] = [
    ("days", 3),
    ("hours", 4),
    ("microseconds", 8),
    ("milliseconds", 7),
    ("minutes", 5),
    ("months", 1),
    ("nanoseconds", 9),
    ("seconds", 6),
    ("weeks", 2),
    ("years", 0),
];

/// Years, months, weeks, days, hours, minutes, seconds, and three kinds of fractions.
pub(crate) type Parts = [f64; 10];

/// The parts of a duration.
pub(crate) fn parts_of(duration: &Duration) -> Parts {
    [
        duration.years() as f64,
        duration.months() as f64,
        duration.weeks() as f64,
        duration.days() as f64,
        duration.hours() as f64,
        duration.minutes() as f64,
        duration.seconds() as f64,
        duration.milliseconds() as f64,
        duration.microseconds() as f64,
        duration.nanoseconds() as f64,
    ]
}

/// CreateTemporalDuration: what is too large for the integers here is too large for durations
pub(crate) fn duration_of(vm: &Vm, parts: Parts) -> Res<Duration> {
    let [years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds] =
        parts;
    let duration = Duration::new(
        years as i64,
        months as i64,
        weeks as i64,
        days as i64,
        hours as i64,
        minutes as i64,
        seconds as i64,
        milliseconds as i64,
        microseconds as i128,
        nanoseconds as i128,
    );
    done(vm, duration)
}

/// ToTemporalPartialDurationRecord ( temporalDurationLike ), over the parts given
pub(crate) fn partial_duration(vm: &Vm, like: Value, mut parts: Parts) -> Res<Parts> {
    let Some(o) = like.as_object() else {
        return Err(wrong_type(vm, like, "Temporal.Duration"));
    };
    let mut any = false;
    for (name, place) in DURATION_FIELDS {
        let value = vm.get(o, vm.rt.key_from_utf8(name)?)?;
        if !value.is_undefined() {
            any = true;
            let number = integer_if_integral(vm, value)?;
            if let Some(part) = parts.get_mut(place) {
                *part = number;
            }
        }
    }
    if !any {
        return Err(vm.type_error("Durations need at least one of their properties"));
    }
    Ok(parts)
}

/// ToTemporalDuration ( item )
///
/// # Errors
/// TypeError for what is neither object nor string, RangeError for what is no duration.
pub fn to_duration(vm: &Vm, item: Value) -> Res<Duration> {
    if let Some(duration) = slot(item) {
        return Ok(duration);
    }
    if item.is_object() {
        let parts = partial_duration(vm, item, [0.0; 10])?;
        return duration_of(vm, parts);
    }
    let source = required_text(vm, item, "Temporal.Duration")?;
    done(vm, Duration::from_utf8(source.as_bytes()))
}
