//! Patterns of ranges: which fields both ends share follows from the largest field in which they differ.

use super::calendars::{Base, DateParts, Length, Moment, RangeItems, System, Variant, load, unpack_range};
use super::compiled::Source;
use super::fields::{Component, DATE, Fields, TIME, Width};
use super::items::{HourCycle, Item, adjust, fields_of, set_day_period, set_hour_cycle, zone_item};
use super::select::{Selector, time_fields};
use super::shape::{Shape, Style};
use icu_datetime::provider::pattern::GenericPatternItem;
use icu_datetime::provider::range_patterns::{
    DateGreatestDifferenceField as DateField, DatetimePatternsRangeGlueV1, DatetimePatternsRangeTimeV1,
    TimeGreatestDifferenceField as TimeField,
};

/// The largest field in which two times differ, of those that a format may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Difference {
    FractionalSecondDigits,
    Second,
    Minute,
    Hour,
    DayPeriod,
    AmPm,
    Day,
    Month,
    Year,
    Era,
}

impl Difference {
    fn date_field(self) -> Option<DateField> {
        Some(match self {
            Difference::Era => DateField::Era,
            Difference::Year => DateField::Year,
            Difference::Month => DateField::Month,
            Difference::Day => DateField::Day,
            _ => return None,
        })
    }

    fn time_field(self) -> Option<TimeField> {
        Some(match self {
            Difference::AmPm => TimeField::DayPeriodA,
            Difference::DayPeriod => TimeField::DayPeriodB,
            Difference::Hour => TimeField::Hour,
            Difference::Minute => TimeField::Minute,
            _ => return None,
        })
    }
}

/// The largest field in which two times differ. `None`: a format with these fields shows no difference.
/// `same_period` compares what the times of the day are called.
pub(super) fn difference(
    system: &dyn System,
    (start, end): (&Moment, &Moment),
    fields: &Fields,
    cycle: HourCycle,
    same_period: impl FnOnce() -> bool,
) -> Option<Difference> {
    let (a, b): (DateParts, DateParts) = (system.date_parts(start.days), system.date_parts(end.days));
    let has_time = fields.has_any(TIME) || fields.has(Component::TimeZoneName);
    let shows = |components: &[Component]| has_time || fields.has_any(components);
    if a.era != b.era && shows(DATE) {
        return Some(Difference::Era);
    }
    if a.year != b.year && shows(DATE) {
        return Some(Difference::Year);
    }
    if a.month != b.month && shows(&[Component::Month, Component::Day, Component::Weekday]) {
        return Some(Difference::Month);
    }
    if a.day != b.day && shows(&[Component::Day, Component::Weekday]) {
        return Some(Difference::Day);
    }
    time_difference(start, end, fields, cycle, same_period)
}

fn time_difference(
    start: &Moment,
    end: &Moment,
    fields: &Fields,
    cycle: HourCycle,
    same_period: impl FnOnce() -> bool,
) -> Option<Difference> {
    let (a, b) = (start.time, end.time);
    let shows_hour = fields.has(Component::Hour);
    let halves = (a.hour.number() < 12) == (b.hour.number() < 12);
    if shows_hour && !halves && cycle.is_12() {
        return Some(Difference::AmPm);
    }
    if fields.has(Component::DayPeriod) && (cycle.is_12() || !shows_hour) && !same_period() {
        return Some(Difference::DayPeriod);
    }
    if shows_hour && a.hour != b.hour {
        return Some(Difference::Hour);
    }
    let (shows_minute, shows_second) = (fields.has(Component::Minute), fields.has(Component::Second));
    if (a.hour, a.minute) != (b.hour, b.minute) && shows_minute {
        return Some(Difference::Minute);
    }
    if (a.hour, a.minute, a.second) != (b.hour, b.minute, b.second) && shows_second {
        return Some(Difference::Second);
    }
    let Some(Width::Digits(digits)) = fields.get(Component::FractionalSecondDigits) else {
        return None;
    };
    let unit = 10u32.pow(9 - u32::from(digits.min(3)));
    let shown = |time: icu_time::Time| (time.hour, time.minute, time.second, time.subsecond.number() / unit);
    (shown(a) != shown(b)).then_some(Difference::FractionalSecondDigits)
}

/// Says of each item which end it is of: fields that are there twice are of one end each, with what is between them.
fn mark(items: Vec<Item>) -> Vec<(Source, Item)> {
    let component = |index: usize| items.get(index).and_then(|item| item.component());
    let mut sources = vec![Source::Shared; items.len()];
    for (index, source) in sources.iter_mut().enumerate() {
        let Some(own) = component(index) else {
            continue;
        };
        if (index + 1..items.len()).any(|later| component(later) == Some(own)) {
            *source = Source::Start;
        } else if (0..index).any(|earlier| component(earlier) == Some(own)) {
            *source = Source::End;
        }
    }
    for end in [Source::Start, Source::End] {
        let first = sources.iter().position(|source| *source == end);
        let last = sources.iter().rposition(|source| *source == end);
        if let (Some(first), Some(last)) = (first, last)
            && let Some(between) = sources.get_mut(first..=last)
        {
            between.fill(end);
        }
    }
    sources.into_iter().zip(items).collect()
}

/// What a shape shows, as a date and the fields of a time.
struct Split {
    date: DateSide,
    time: Fields,
}

enum DateSide {
    None,
    Fields(Fields),
    Style(Style),
}

fn split(shape: Shape) -> Split {
    match shape {
        Shape::Fields(fields) => {
            let date = fields.only(&[
                Component::Weekday,
                Component::Era,
                Component::Year,
                Component::Month,
                Component::Day,
            ]);
            let mut time = fields.only(TIME);
            time.set(Component::TimeZoneName, fields.get(Component::TimeZoneName));
            let date = if date.is_empty() { DateSide::None } else { DateSide::Fields(date) };
            Split { date, time }
        }
        Shape::Styles { date, time, zone } => Split {
            date: date.map_or(DateSide::None, DateSide::Style),
            time: time.map_or_else(Fields::default, |style| time_fields(style, zone)),
        },
    }
}

impl Selector<'_> {
    /// The pattern of a range.
    pub(super) fn range(&self, shape: Shape, difference: Difference) -> Vec<(Source, Item)> {
        let Split { date, time } = split(shape);
        let found = match (difference.date_field(), time.is_empty()) {
            (Some(field), true) => self.date_range(&date, field),
            (None, false) => self.time_range_with_date(&date, &time, difference),
            _ => None,
        };
        found.unwrap_or_else(|| self.both_ends(&self.items(self.completed(shape, difference))))
    }

    /// The fields of a format with those that it takes to tell the ends apart.
    fn completed(&self, shape: Shape, difference: Difference) -> Shape {
        let mut fields = match shape {
            Shape::Fields(fields) => fields,
            // Styles of dates show everything; those of times do without the date.
            Shape::Styles { date: None, time: Some(style), zone } => time_fields(style, zone),
            Shape::Styles { .. } => return shape,
        };
        let has_time = fields.has_any(TIME) || fields.has(Component::TimeZoneName);
        let mut add = |component| {
            if !fields.has(component) {
                fields.set(component, Some(Width::Numeric));
            }
        };
        if difference < Difference::Day {
            return shape;
        }
        if has_time && !matches!(split(shape).date, DateSide::Fields(_)) {
            for component in [Component::Year, Component::Month, Component::Day] {
                add(component);
            }
            return Shape::Fields(fields);
        }
        if has_time {
            add(Component::Day);
        }
        let weekday_alone = fields.has(Component::Weekday) && !fields.has(Component::Month) && !has_time;
        let has_day = fields.has(Component::Day) && !weekday_alone;
        let mut add = |component| {
            if has_day && !fields.has(component) {
                fields.set(component, Some(Width::Numeric));
            }
        };
        if difference >= Difference::Month {
            add(Component::Month);
        }
        if difference >= Difference::Year {
            add(Component::Year);
        }
        if difference == Difference::Era && fields.has(Component::Year) && !fields.has(Component::Era) {
            fields.set(Component::Era, Some(Width::Short));
        }
        Shape::Fields(fields)
    }

    /// The range of dates without a time.
    fn date_range(&self, date: &DateSide, field: DateField) -> Option<Vec<(Source, Item)>> {
        if self.calendar == "iso8601" {
            return None;
        }
        let (base, fields) = match date {
            DateSide::None => return None,
            DateSide::Style(style) => {
                let name = if *style == Style::Full { "ym0de" } else { "ym0d" };
                let base = Base { name, length: style.length(), variant: Variant::Standard };
                (base, fields_of(&self.date_styled(*style)))
            }
            DateSide::Fields(fields) => (self.date_base(fields)?.0, *fields),
        };
        let range = self.system.range(self.locale, base, field)?;
        let (RangeItems::Each(items) | RangeItems::Both(items)) = &range;
        // Ranges name years of a cycle alone, or number them as no other pattern does.
        if matches!(self.calendar, "chinese" | "dangi")
            && items.iter().any(|item| item.component() == Some(Component::Year))
        {
            return None;
        }
        // Patterns of formats without the field that differs leave it out, or have those of a larger difference.
        let added = fields_of(items);
        let is_same = |component| added.has(component) == fields.has(component);
        let needed = match field {
            DateField::Era | DateField::Year => fields.has(Component::Year) || !fields.has(Component::Day),
            DateField::Month => fields.has(Component::Month) || !fields.has(Component::Day),
            DateField::Day => true,
        };
        if !needed || !is_same(Component::Month) || !is_same(Component::Day) {
            return None;
        }
        let finish = |mut items: Vec<Item>| {
            adjust(&mut items, &fields);
            items
        };
        Some(match range {
            RangeItems::Each(items) => self.both_ends(&finish(items)),
            RangeItems::Both(items) => mark(finish(items)),
        })
    }

    /// The range of times of one day, which is said once.
    fn time_range_with_date(
        &self,
        date: &DateSide,
        time: &Fields,
        difference: Difference,
    ) -> Option<Vec<(Source, Item)>> {
        let range = self.time_range(time, difference).unwrap_or_else(|| self.both_ends(&self.time(time)));
        let date = match date {
            DateSide::None => return Some(range),
            DateSide::Style(style) => self.date_styled(*style),
            DateSide::Fields(fields) => self.select(fields),
        };
        // A place for the range, which no pattern of a date has.
        let place = Item::Fraction(0);
        let joined = self.join(&date, &[place], Length::Medium, false);
        let mut items = Vec::new();
        for item in joined {
            if item == place {
                items.extend_from_slice(&range);
            } else {
                items.push((Source::Shared, item));
            }
        }
        Some(items)
    }

    fn time_range(&self, time: &Fields, difference: Difference) -> Option<Vec<(Source, Item)>> {
        let unknown = [Component::Second, Component::FractionalSecondDigits];
        if !time.has(Component::Hour) || time.has_any(&unknown) {
            return None;
        }
        let field = difference.time_field()?;
        let name = if self.cycle.is_12() { "h" } else { "h0" };
        let variant = if time.has(Component::Minute) { Variant::First } else { Variant::Standard };
        let packed = load::<DatetimePatternsRangeTimeV1>(self.locale, name)?;
        let range =
            unpack_range(packed.get(), Length::Medium, variant, |patterns| patterns.get_time_pattern(field))?;
        let finish = |mut items: Vec<Item>| {
            set_hour_cycle(&mut items, self.cycle);
            adjust(&mut items, time);
            if let Some(width) = time.get(Component::DayPeriod)
                && self.cycle.is_12()
            {
                set_day_period(&mut items, width);
            }
            items
        };
        let items = match range {
            RangeItems::Each(items) => self.both_ends(&finish(items)),
            RangeItems::Both(items) => mark(finish(items)),
        };
        let Some(width) = time.get(Component::TimeZoneName) else {
            return Some(items);
        };
        let place = Item::Fraction(0);
        let with_zone = self.with_zone(&[place], zone_item(width));
        let one = |item: Item| if item == place { items.clone() } else { vec![(Source::Shared, item)] };
        Some(with_zone.into_iter().flat_map(one).collect())
    }

    /// The same pattern for both ends, joined.
    fn both_ends(&self, items: &[Item]) -> Vec<(Source, Item)> {
        let end = |source| items.iter().map(move |item| (source, *item));
        let mut all: Vec<(Source, Item)> = Vec::new();
        let Some(glue) = load::<DatetimePatternsRangeGlueV1>(self.locale, "") else {
            all.extend(end(Source::Start));
            all.extend(" – ".chars().map(|c| (Source::Shared, Item::Literal(c))));
            all.extend(end(Source::End));
            return all;
        };
        for item in glue.get().pattern.items.iter() {
            match item {
                GenericPatternItem::Placeholder(0) => all.extend(end(Source::Start)),
                GenericPatternItem::Placeholder(_) => all.extend(end(Source::End)),
                GenericPatternItem::Literal(c) => all.push((Source::Shared, Item::Literal(c))),
            }
        }
        all
    }
}
