//! 12.2.x PrepareCalendarFields: property bags.

use super::convert::{
    calendar_of, integer_with_truncation, positive_integer, text, to_month_code, to_offset, to_time_zone,
};
use super::slots::done;
use js_rt::{Obj, Value};
use js_vm::{Res, Vm};
use temporal_rs::fields::{CalendarFields, DateTimeFields, ZonedDateTimeFields};
use temporal_rs::options::Overflow;
use temporal_rs::partial::PartialTime;
use temporal_rs::{Calendar, MonthCode, TimeZone, TinyAsciiStr, UtcOffset};

/// Which fields are looked for.
pub(crate) mod want {
    pub(crate) const YEAR: u32 = 1;
    /// `month` and `monthCode`.
    pub(crate) const MONTH: u32 = 2;
    pub(crate) const DAY: u32 = 4;
    pub(crate) const TIME: u32 = 8;
    pub(crate) const OFFSET: u32 = 16;
    pub(crate) const TIME_ZONE: u32 = 32;
    pub(crate) const DATE: u32 = YEAR | MONTH | DAY;
    /// At least one of them must be there.
    pub(crate) const PARTIAL: u32 = 64;
    /// There must be a time zone.
    pub(crate) const ZONED: u32 = 128;
}

/// Times of the day in the order hour, minute, second, millisecond, microsecond, nanosecond.
#[derive(Clone, Copy, Default)]
pub(crate) struct Time([Option<f64>; 6]);

impl Time {
    fn is_empty(self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// RegulateTime, as far as it is about what small integers cannot say
    pub(crate) fn partial(self, vm: &Vm, overflow: Overflow) -> Res<PartialTime> {
        let Time([hour, minute, second, millisecond, microsecond, nanosecond]) = self;
        let all = [
            (hour, 23.0),
            (minute, 59.0),
            (second, 59.0),
            (millisecond, 999.0),
            (microsecond, 999.0),
            (nanosecond, 999.0),
        ];
        let bad = |(value, max): (Option<f64>, f64)| value.is_some_and(|value| !(0.0..=max).contains(&value));
        if overflow == Overflow::Reject && all.into_iter().any(bad) {
            return Err(vm.range_error("Invalid time value"));
        }
        Ok(PartialTime::new()
            .with_hour(hour.map(|value| value.clamp(0.0, 23.0) as u8))
            .with_minute(minute.map(|value| value.clamp(0.0, 59.0) as u8))
            .with_second(second.map(|value| value.clamp(0.0, 59.0) as u8))
            .with_millisecond(millisecond.map(|value| value.clamp(0.0, 999.0) as u16))
            .with_microsecond(microsecond.map(|value| value.clamp(0.0, 999.0) as u16))
            .with_nanosecond(nanosecond.map(|value| value.clamp(0.0, 999.0) as u16)))
    }
}

/// A Calendar Fields Record
#[derive(Default)]
pub(crate) struct Fields {
    year: Option<f64>,
    month: Option<f64>,
    month_code: Option<MonthCode>,
    day: Option<f64>,
    era: Option<String>,
    era_year: Option<f64>,
    pub(crate) time: Time,
    pub(crate) offset: Option<UtcOffset>,
    pub(crate) time_zone: Option<TimeZone>,
}

impl Fields {
    /// Those of the date. Numbers that are out of range for every calendar stay so.
    pub(crate) fn date(&self, vm: &Vm) -> Res<CalendarFields> {
        let era = match &self.era {
            Some(era) => match TinyAsciiStr::try_from_str(era) {
                Ok(era) => Some(era),
                Err(_) => return Err(vm.range_error("Invalid era")),
            },
            None => None,
        };
        Ok(CalendarFields::new()
            .with_era(era)
            .with_era_year(self.era_year.map(|value| value as i32))
            .with_optional_year(self.year.map(|value| value as i32))
            .with_optional_month(self.month.map(|value| value as u8))
            .with_optional_month_code(self.month_code)
            .with_optional_day(self.day.map(|value| value as u8)))
    }

    /// Those of date and time.
    pub(crate) fn date_time(&self, vm: &Vm, overflow: Overflow) -> Res<DateTimeFields> {
        Ok(DateTimeFields { calendar_fields: self.date(vm)?, time: self.time.partial(vm, overflow)? })
    }

    /// Those of date, time and offset.
    pub(crate) fn zoned(&self, vm: &Vm, overflow: Overflow) -> Res<ZonedDateTimeFields> {
        Ok(ZonedDateTimeFields {
            calendar_fields: self.date(vm)?,
            time: self.time.partial(vm, overflow)?,
            offset: self.offset,
        })
    }

    fn is_empty(&self) -> bool {
        let date = [self.year, self.month, self.day, self.era_year].iter().all(Option::is_none);
        date && self.month_code.is_none()
            && self.era.is_none()
            && self.time.is_empty()
            && self.offset.is_none()
            && self.time_zone.is_none()
    }
}

/// CalendarSupportsEra ( calendar )
fn has_eras(calendar: &Calendar) -> bool {
    !matches!(calendar.identifier(), "iso8601" | "chinese" | "dangi")
}

/// Reads the properties of a bag.
struct Bag<'a> {
    vm: &'a Vm,
    bag: Obj,
    wanted: u32,
}

impl Bag<'_> {
    fn value(&self, group: u32, name: &str) -> Res<Option<Value>> {
        if self.wanted & group == 0 {
            return Ok(None);
        }
        let value = self.vm.get(self.bag, self.vm.rt.key_from_utf8(name)?)?;
        Ok((!value.is_undefined()).then_some(value))
    }

    fn read<T>(&self, group: u32, name: &str, convert: impl FnOnce(&Vm, Value) -> Res<T>) -> Res<Option<T>> {
        match self.value(group, name)? {
            Some(value) => convert(self.vm, value).map(Some),
            None => Ok(None),
        }
    }

    fn integer(&self, group: u32, name: &str) -> Res<Option<f64>> {
        self.read(group, name, integer_with_truncation)
    }

    fn positive(&self, group: u32, name: &str) -> Res<Option<f64>> {
        self.read(group, name, positive_integer)
    }
}

/// PrepareCalendarFields ( calendar, fields, calendarFieldNames, nonCalendarFieldNames, requiredFieldNames )
pub(crate) fn prepare_fields(vm: &Vm, calendar: &Calendar, bag: Obj, wanted: u32) -> Res<Fields> {
    let partial = wanted & want::PARTIAL != 0;
    let eras = if has_eras(calendar) { want::YEAR } else { 0 };
    let bag = Bag { vm, bag, wanted };
    let mut fields = Fields { day: bag.positive(want::DAY, "day")?, ..Fields::default() };
    fields.era = bag.read(eras, "era", text)?;
    fields.era_year = bag.integer(eras, "eraYear")?;
    let hour = bag.integer(want::TIME, "hour")?;
    let microsecond = bag.integer(want::TIME, "microsecond")?;
    let millisecond = bag.integer(want::TIME, "millisecond")?;
    let minute = bag.integer(want::TIME, "minute")?;
    fields.month = bag.positive(want::MONTH, "month")?;
    fields.month_code = bag.read(want::MONTH, "monthCode", to_month_code)?;
    let nanosecond = bag.integer(want::TIME, "nanosecond")?;
    fields.offset = bag.read(want::OFFSET, "offset", to_offset)?;
    let second = bag.integer(want::TIME, "second")?;
    fields.time_zone = bag.read(want::TIME_ZONE, "timeZone", to_time_zone)?;
    if wanted & want::ZONED != 0 && fields.time_zone.is_none() {
        return Err(vm.type_error("The property 'timeZone' is required"));
    }
    fields.year = bag.integer(want::YEAR, "year")?;
    fields.time = Time([hour, minute, second, millisecond, microsecond, nanosecond]);
    if partial && fields.is_empty() {
        return Err(vm.type_error("There must be at least one field"));
    }
    Ok(fields)
}

/// The calendar of a bag and its fields.
pub(crate) fn bag_fields(vm: &Vm, bag: Obj, wanted: u32) -> Res<(Calendar, Fields)> {
    let calendar = calendar_of(vm, bag)?;
    let fields = prepare_fields(vm, &calendar, bag, wanted)?;
    Ok((calendar, fields))
}

/// ToTemporalTimeRecord ( temporalTimeLike, completeness )
pub(crate) fn time_record(vm: &Vm, bag: Obj) -> Res<Time> {
    let bag = Bag { vm, bag, wanted: want::TIME };
    let hour = bag.integer(want::TIME, "hour")?;
    let microsecond = bag.integer(want::TIME, "microsecond")?;
    let millisecond = bag.integer(want::TIME, "millisecond")?;
    let minute = bag.integer(want::TIME, "minute")?;
    let nanosecond = bag.integer(want::TIME, "nanosecond")?;
    let second = bag.integer(want::TIME, "second")?;
    let time = Time([hour, minute, second, millisecond, microsecond, nanosecond]);
    if time.is_empty() {
        return Err(vm.type_error("There must be at least one property of a time"));
    }
    Ok(time)
}

/// A date from fields, all of which are there.
pub(crate) fn date_from_fields(
    vm: &Vm,
    calendar: Calendar,
    fields: &Fields,
    overflow: Overflow,
) -> Res<temporal_rs::PlainDate> {
    done(vm, calendar.date_from_fields(fields.date(vm)?, overflow))
}
