//! What can be formatted: numbers, and the objects of Temporal that have a date or a time.

use super::calendars::{Moment, system};
use super::compiled::Source;
use super::items::fields_of;
use super::range;
use super::settings::{Settings, Subject};
use super::shape::Shape;
use super::zone::Zone;
use crate::parts::TextPart;
use js_builtins::slots::slot;
use js_rt::Value;
use js_vm::{Res, Throw, Vm};
use temporal_rs::{
    Instant, PlainDate, PlainDateTime, PlainMonthDay, PlainTime, PlainYearMonth, ZonedDateTime,
};

/// The result of ToDateTimeFormattable: a number, or an object of Temporal.
#[derive(Clone, Debug)]
pub(crate) enum Formattable {
    Number(f64),
    Instant(Instant),
    PlainDate(PlainDate),
    PlainYearMonth(PlainYearMonth),
    PlainMonthDay(PlainMonthDay),
    PlainTime(PlainTime),
    PlainDateTime(PlainDateTime),
    /// Its method `toLocaleString` formats it.
    ZonedDateTime,
}

/// ToDateTimeFormattable ( value )
pub(crate) fn to_date_time_formattable(vm: &Vm, value: Value) -> Res<Formattable> {
    match temporal(value) {
        Some(found) => Ok(found),
        None => vm.to_number(value).map(Formattable::Number),
    }
}

fn temporal(value: Value) -> Option<Formattable> {
    value.as_object()?;
    slot::<PlainDate>(value)
        .map(Formattable::PlainDate)
        .or_else(|| slot::<PlainDateTime>(value).map(Formattable::PlainDateTime))
        .or_else(|| slot::<PlainTime>(value).map(Formattable::PlainTime))
        .or_else(|| slot::<Instant>(value).map(Formattable::Instant))
        .or_else(|| slot::<PlainYearMonth>(value).map(Formattable::PlainYearMonth))
        .or_else(|| slot::<PlainMonthDay>(value).map(Formattable::PlainMonthDay))
        .or_else(|| slot::<ZonedDateTime>(value).map(|_| Formattable::ZonedDateTime))
}

/// A Value Format Record: the shape of the format, and the time in the zone that it is shown in.
struct Prepared {
    shape: Shape,
    moment: Moment,
}

#[cold]
fn invalid_time(vm: &Vm) -> Throw {
    vm.range_error("Invalid time value")
}

impl Settings {
    pub(super) fn check_calendar(&self, vm: &Vm, calendar: &str, or_iso: bool) -> Res<()> {
        if calendar == self.calendar || (or_iso && calendar == "iso8601") {
            return Ok(());
        }
        let own = &self.calendar;
        Err(vm.range_error(format_args!("Cannot format a date of calendar {calendar} in calendar {own}")))
    }

    fn prepared(&self, vm: &Vm, subject: Subject, nanoseconds: i128) -> Res<Prepared> {
        let shape = self
            .shape(subject)
            .ok_or_else(|| vm.type_error("Invalid options: the format has no field that the object has"))?;
        let plain = !matches!(subject, Subject::Number | Subject::Instant);
        let moment = if plain { Zone::utc().moment(nanoseconds) } else { self.zone.moment(nanoseconds) };
        Ok(Prepared { shape, moment })
    }

    /// HandleDateTimeValue ( dateTimeFormat, x )
    fn handle(&self, vm: &Vm, x: &Formattable) -> Res<Prepared> {
        match x {
            Formattable::Number(x) => {
                if !x.is_finite() || x.abs() > 8.64e15 {
                    return Err(invalid_time(vm));
                }
                self.prepared(vm, Subject::Number, x.trunc() as i128 * 1_000_000)
            }
            Formattable::Instant(instant) => {
                self.prepared(vm, Subject::Instant, instant.epoch_nanoseconds().as_i128())
            }
            Formattable::PlainDate(date) => {
                self.check_calendar(vm, date.calendar().identifier(), true)?;
                self.prepared(vm, Subject::PlainDate, date.epoch_ns_for_utc().as_i128())
            }
            Formattable::PlainYearMonth(month) => {
                self.check_calendar(vm, month.calendar().identifier(), false)?;
                self.prepared(vm, Subject::PlainYearMonth, month.epoch_ns_for_utc().as_i128())
            }
            Formattable::PlainMonthDay(day) => {
                self.check_calendar(vm, day.calendar().identifier(), false)?;
                self.prepared(vm, Subject::PlainMonthDay, day.epoch_ns_for_utc().as_i128())
            }
            Formattable::PlainTime(time) => {
                self.prepared(vm, Subject::PlainTime, time.epoch_ns_for_utc().as_i128())
            }
            Formattable::PlainDateTime(date_time) => {
                self.check_calendar(vm, date_time.calendar().identifier(), true)?;
                self.prepared(vm, Subject::PlainDateTime, date_time.epoch_ns_for_utc().as_i128())
            }
            Formattable::ZonedDateTime => Err(vm.type_error(
                "Intl.DateTimeFormat does not format Temporal.ZonedDateTime: use its method toLocaleString",
            )),
        }
    }

    /// PartitionDateTimePattern ( dateTimeFormat, x )
    pub(crate) fn parts(&self, vm: &Vm, x: &Formattable) -> Res<Vec<TextPart>> {
        let Prepared { shape, moment } = self.handle(vm, x)?;
        Ok(self.compiled(shape, None).parts(&moment))
    }

    /// FormatDateTime ( dateTimeFormat, x )
    pub(crate) fn text(&self, vm: &Vm, x: &Formattable) -> Res<Value> {
        let text = crate::parts::concat(&self.parts(vm, x)?);
        Ok(vm.rt.str_from_utf8(&text)?.into())
    }

    /// PartitionDateTimeRangePattern ( dateTimeFormat, x, y )
    pub(crate) fn range_parts(&self, vm: &Vm, x: &Formattable, y: &Formattable) -> Res<Vec<TextPart>> {
        if std::mem::discriminant(x) != std::mem::discriminant(y) {
            return Err(vm.type_error("Both ends of a range must be of the same type"));
        }
        let start = self.handle(vm, x)?;
        let end = self.handle(vm, y)?;
        let fields = fields_of(&self.items(start.shape));
        let single = self.compiled(start.shape, None);
        let same_period = || {
            let period = |moment: &Moment| {
                single.parts(moment).into_iter().find(|part| part.kind == "dayPeriod").map(|part| part.text)
            };
            period(&start.moment) == period(&end.moment)
        };
        let system = system(&self.calendar);
        let ends = (&start.moment, &end.moment);
        let difference = range::difference(&*system, ends, &fields, self.cycle, same_period);
        let with_source = |(source, part): (Source, TextPart)| part.with("source", source.name());
        let parts = match difference {
            None => single.parts(&start.moment).into_iter().map(|part| (Source::Shared, part)).collect(),
            Some(_) => self.compiled(start.shape, difference).range_parts(&start.moment, &end.moment),
        };
        Ok(parts.into_iter().map(with_source).collect())
    }
}
