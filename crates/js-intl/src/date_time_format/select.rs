//! Which pattern a format has.
//!
//! The data have patterns for sets of fields in three lengths; formats may ask for any fields, each in its own width. So a pattern
//! for the fields is looked up in the length that shows the month alike, then each field gets its width, as ICU's
//! DateTimePatternGenerator does with the skeletons of CLDR. What no pattern covers is appended.

use super::calendars::{Base, Length, Preferences, System, Variant, load, unpack};
use super::fields::{Component, DATE, Fields, TIME, Width};
use super::items::{
    HourCycle, Item, adjust, fields_of, is_text, set_day_period, set_hour_cycle, text_length, zone_item,
};
use super::numeric;
use super::shape::{Shape, Style};
use icu_datetime::provider::fields::{
    DayPeriod, Field, FieldLength, FieldSymbol, Month, Second, Weekday, Year,
};
use icu_datetime::provider::pattern::GenericPatternItem;
use icu_datetime::provider::semantic_skeletons::{DatetimePatternsGlueV1, DatetimePatternsTimeV1};

/// What patterns are selected from.
#[derive(Clone, Copy)]
pub(super) struct Selector<'a> {
    pub(super) system: &'a dyn System,
    pub(super) calendar: &'a str,
    pub(super) locale: Preferences,
    /// The language tag without extensions.
    pub(super) tag: &'a str,
    pub(super) cycle: HourCycle,
    /// What is between seconds and their fraction.
    pub(super) decimal: &'a str,
}

use Component::{
    Day, Era, FractionalSecondDigits, Hour, Minute, Second as Sec, TimeZoneName, Weekday as Wkd,
};

/// The name of the patterns for a set of fields.
pub(super) fn base_name(fields: &Fields) -> Option<&'static str> {
    let set = [Component::Year, Component::Month, Day, Wkd].map(|component| fields.has(component));
    Some(match set {
        [true, false, false, false] => "y",
        [false, true, false, false] => "m0",
        [false, false, true, false] => "d",
        [false, false, false, true] => "e",
        [true, true, false, false] => "ym0",
        [true, true, true, false] => "ym0d",
        [true, true, true, true] => "ym0de",
        [false, true, true, false] => "m0d",
        [false, true, true, true] => "m0de",
        [false, false, true, true] => "de",
        _ => return None,
    })
}

/// The lengths to try for a set of fields, the best first.
fn lengths(fields: &Fields) -> &'static [Length] {
    use Length::{Long, Medium, Short};
    match (fields.get(Component::Month), fields.get(Wkd)) {
        (Some(month), _) if month.is_numeric() => &[Short],
        (Some(Width::Long), _) | (None, Some(Width::Long)) => &[Long, Medium],
        (Some(_), _) => &[Medium, Long],
        (None, _) => &[Medium],
    }
}

/// Whether a pattern names its month.
fn has_month_name(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Field(Field { symbol: FieldSymbol::Month(_), length }) => {
            is_text(*length) || matches!(length, FieldLength::NumericOverride(_))
        }
        _ => false,
    })
}

/// The name of the patterns without the weekday.
fn without_weekday(name: &str) -> Option<&'static str> {
    match name {
        "ym0de" => Some("ym0d"),
        "m0de" => Some("m0d"),
        _ => None,
    }
}

/// Another date with the weekday of a pattern, at the end where the pattern has it.
fn with_weekday(pattern: &[Item], date: Vec<Item>) -> Option<Vec<Item>> {
    let place = pattern.iter().position(|item| item.component() == Some(Wkd))?;
    let is_field = |item: &Item| item.component().is_some();
    let before = pattern.get(..place)?.iter().rposition(is_field);
    let after = pattern.get(place + 1..)?.iter().position(is_field);
    let (front, back) = match (before, after) {
        (None, Some(after)) => (pattern.get(..=place + after)?, &[][..]),
        (Some(before), None) => (&[][..], pattern.get(before + 1..)?),
        _ => return None,
    };
    Some([front, &date, back].concat())
}

fn literal(text: &str) -> impl Iterator<Item = Item> + '_ {
    text.chars().map(Item::Literal)
}

impl Selector<'_> {
    /// The pattern of a format.
    pub(super) fn items(&self, shape: Shape) -> Vec<Item> {
        match shape {
            Shape::Fields(fields) => self.select(&fields),
            Shape::Styles { date, time, zone } => self.styled(date, time, zone),
        }
    }

    /// The pattern for fields.
    pub(super) fn select(&self, fields: &Fields) -> Vec<Item> {
        let fields = &self.without_unknown(fields);
        let date = self.date(fields);
        let time = self.time(fields);
        match (date.is_empty(), time.is_empty()) {
            (false, false) => match self.weekday_and_time(fields, &time) {
                Some(items) => items,
                None => self.join(&date, &time, glue_length(&date), true),
            },
            (false, true) => date,
            _ => time,
        }
    }

    /// Fields without an era where the calendar has none.
    fn without_unknown(&self, fields: &Fields) -> Fields {
        let mut fields = *fields;
        if matches!(self.calendar, "chinese" | "dangi") {
            fields.set(Era, None);
        }
        fields
    }

    /// The pattern of styles: DateTimeStyleFormat ( dateStyle, timeStyle, styles )
    pub(super) fn styled(
        &self,
        date_style: Option<Style>,
        time_style: Option<Style>,
        zone: bool,
    ) -> Vec<Item> {
        let date = date_style.map(|style| self.date_styled(style));
        let time = time_style.map(|style| self.time(&time_fields(style, zone)));
        match (date, time) {
            (Some(date), Some(time)) => {
                let length = date_style.map_or(Length::Medium, Style::length);
                self.join(&date, &time, length, true)
            }
            (Some(items), None) | (None, Some(items)) => items,
            (None, None) => Vec::new(),
        }
    }

    pub(super) fn date_styled(&self, style: Style) -> Vec<Item> {
        if let Some(items) = numeric::iso_style(self.calendar, style) {
            return items;
        }
        let (length, variant) = (style.length(), Variant::Standard);
        let pattern = |name| self.system.pattern(self.locale, Base { name, length, variant });
        let date = pattern("ym0d").unwrap_or_default();
        if style != Style::Full {
            return date;
        }
        match pattern("ym0de") {
            Some(items) if has_month_name(&items) || !has_month_name(&date) => items,
            Some(items) => with_weekday(&items, date).unwrap_or(items),
            None => date,
        }
    }

    /// Where the pattern for the fields of a date comes from, and the pattern.
    pub(super) fn date_base(&self, fields: &Fields) -> Option<(Base, Vec<Item>)> {
        let name = base_name(fields)?;
        let variant = match (fields.has(Component::Year), fields.has(Era)) {
            (true, true) => Variant::Second,
            (true, false) => Variant::First,
            _ => Variant::Standard,
        };
        let wants_name = fields.get(Component::Month).is_some_and(|width| !width.is_numeric());
        let mut first = None;
        for length in lengths(fields) {
            let base = Base { name, length: *length, variant };
            let Some(items) = self.system.pattern(self.locale, base) else {
                continue;
            };
            let found = (base, items);
            if !wants_name || has_month_name(&found.1) {
                return Some(found);
            }
            // Numbers in long patterns come with the words for what they count.
            if first.is_none() || *length == Length::Long {
                first = Some(found);
            }
        }
        // The language has numbers where names were asked for; some lose the name of the month beside that of the day.
        let (base, items) = first?;
        let without = without_weekday(name).and_then(|name| {
            self.system.pattern(self.locale, Base { name, ..base }).filter(|items| has_month_name(items))
        });
        let items = without.and_then(|date| with_weekday(&items, date)).unwrap_or(items);
        Some((base, items))
    }

    fn date(&self, fields: &Fields) -> Vec<Item> {
        if !fields.has_any(DATE) && !fields.has(Era) {
            return Vec::new();
        }
        if let Some(items) = numeric::iso_date(self.calendar, fields) {
            return items;
        }
        if base_name(fields).is_none() {
            return self.date_in_pieces(fields);
        }
        let mut items = self.date_base(fields).map_or_else(Vec::new, |(_, items)| items);
        if fields.has(Era) && fields.has(Component::Year) && !fields_of(&items).has(Era) {
            append(&mut items, Item::field(FieldSymbol::Era, FieldLength::Three));
        }
        numeric::set_native_widths(self.tag, fields, &mut items);
        adjust(&mut items, fields);
        if fields.has(Era) && !fields.has(Component::Year) {
            let length = fields.get(Era).map_or(FieldLength::Three, text_length);
            append(&mut items, Item::field(FieldSymbol::Era, length));
        }
        items
    }

    /// A pattern for fields that no pattern has together: those of the largest part that there is one for, then the rest.
    fn date_in_pieces(&self, fields: &Fields) -> Vec<Item> {
        let set = [Component::Year, Component::Month, Day, Wkd].map(|component| fields.has(component));
        let last = match set {
            [true, false, true, true] => Component::Year,
            [.., true] => Wkd,
            [true, false, true, false] => Day,
            // An era alone.
            _ => {
                return vec![Item::field(
                    FieldSymbol::Era,
                    fields.get(Era).map_or(FieldLength::Three, text_length),
                )];
            }
        };
        let mut first = *fields;
        first.set(last, None);
        let mut items = self.date(&first);
        let (before, after) = if last == Day { (" (", ")") } else { (" ", "") };
        items.extend(literal(before));
        items.extend(self.date(&fields.only(&[last])));
        items.extend(literal(after));
        items
    }

    /// The pattern of the fields of a time, the name of the zone included.
    pub(super) fn time(&self, fields: &Fields) -> Vec<Item> {
        let mut items = self.clock(fields);
        if let Some(width) = fields.get(TimeZoneName) {
            let zone = zone_item(width);
            items = if items.is_empty() { vec![zone] } else { self.with_zone(&items, zone) };
        }
        items
    }

    pub(super) fn with_zone(&self, time: &[Item], zone: Item) -> Vec<Item> {
        let mut items = Vec::new();
        let glue = load::<DatetimePatternsGlueV1>(self.locale, "mtz");
        let Some(glue) = glue else {
            items.extend_from_slice(time);
            append(&mut items, zone);
            return items;
        };
        for item in glue.get().pattern.items.iter() {
            match item {
                GenericPatternItem::Placeholder(0) => items.extend_from_slice(time),
                GenericPatternItem::Placeholder(_) => items.push(zone),
                GenericPatternItem::Literal(c) => items.push(Item::Literal(c)),
            }
        }
        items
    }

    /// The pattern of the fields of a time without zone.
    fn clock(&self, fields: &Fields) -> Vec<Item> {
        let fraction = fields.get(FractionalSecondDigits);
        // Fractions are of seconds.
        let seconds = fields.has(Sec) || (fraction.is_some() && (fields.has(Hour) || fields.has(Minute)));
        let mut items = if fields.has(Hour) {
            let variant = match (fields.has(Minute), seconds) {
                (_, true) => Variant::Second,
                (true, false) => Variant::First,
                (false, false) => Variant::Standard,
            };
            self.hours(variant, fields)
        } else if fields.has(Minute) && seconds {
            self.minutes_and_seconds()
        } else if fields.has(Minute) {
            vec![Item::field(FieldSymbol::Minute, FieldLength::One)]
        } else if seconds {
            vec![Item::field(FieldSymbol::Second(Second::Second), FieldLength::One)]
        } else if let Some(Width::Digits(digits)) = fraction {
            return vec![Item::Fraction(digits)];
        } else if let Some(width) = fields.get(Component::DayPeriod) {
            return vec![Item::field(FieldSymbol::DayPeriod(DayPeriod::Flexible), text_length(width))];
        } else {
            return Vec::new();
        };
        if let Some(Width::Digits(digits)) = fraction {
            self.insert_fraction(&mut items, digits);
        }
        items
    }

    /// A pattern with hours of the data.
    fn hours(&self, variant: Variant, fields: &Fields) -> Vec<Item> {
        let name = if self.cycle.is_12() { "h" } else { "h0" };
        let found = load::<DatetimePatternsTimeV1>(self.locale, name)
            .or_else(|| load::<DatetimePatternsTimeV1>(self.locale, "j"));
        let mut items = found.map_or_else(Vec::new, |packed| unpack(packed.get(), Length::Medium, variant));
        set_hour_cycle(&mut items, self.cycle);
        if self.cycle.is_12() {
            numeric::set_length(&mut items, Hour, b'1');
        }
        adjust(&mut items, fields);
        if let Some(width) = fields.get(Component::DayPeriod)
            && self.cycle.is_12()
        {
            set_day_period(&mut items, width);
        }
        items
    }

    /// The end of a pattern with hours, minutes and seconds.
    fn minutes_and_seconds(&self) -> Vec<Item> {
        let all = self.hours(Variant::Second, &Fields::default());
        let place = |wanted| all.iter().position(|item| item.component() == Some(wanted));
        match (place(Minute), place(Sec)) {
            (Some(from), Some(to)) if from < to => all.get(from..=to).unwrap_or_default().to_vec(),
            _ => all,
        }
    }

    fn insert_fraction(&self, items: &mut Vec<Item>, digits: u8) {
        if let Some(place) = items.iter().position(|item| item.component() == Some(Sec)) {
            let inserted = literal(self.decimal).chain([Item::Fraction(digits)]);
            items.splice(place + 1..place + 1, inserted);
        }
    }

    /// A weekday with a time: the data have patterns for it, of which the weekday's place is taken.
    fn weekday_and_time(&self, fields: &Fields, time: &[Item]) -> Option<Vec<Item>> {
        let others = [Component::Year, Component::Month, Day, Era];
        if !fields.has(Wkd) || fields.has_any(&others) || !fields.has(Hour) {
            return None;
        }
        let base = Base { name: "ej", length: Length::Medium, variant: Variant::First };
        let mut items = self.system.pattern(self.locale, base)?;
        let is_time = |item: &Item| item.component().is_some_and(|component| TIME.contains(&component));
        let from = items.iter().position(is_time)?;
        let to = items.iter().rposition(is_time)?;
        items.splice(from..=to, time.iter().copied());
        adjust(&mut items, &fields.only(&[Wkd]));
        Some(items)
    }

    /// A date and a time.
    pub(super) fn join(&self, date: &[Item], time: &[Item], length: Length, at: bool) -> Vec<Item> {
        let name = match length {
            Length::Long if at => "ldt",
            Length::Short => "sdt",
            _ => "mdt",
        };
        let mut items = Vec::new();
        let Some(glue) = load::<DatetimePatternsGlueV1>(self.locale, name) else {
            items.extend_from_slice(date);
            items.extend(literal(", "));
            items.extend_from_slice(time);
            return items;
        };
        for item in glue.get().pattern.items.iter() {
            match item {
                GenericPatternItem::Placeholder(0) => items.extend_from_slice(time),
                GenericPatternItem::Placeholder(_) => items.extend_from_slice(date),
                GenericPatternItem::Literal(c) => items.push(Item::Literal(c)),
            }
        }
        items
    }
}

/// The fields of a style of times.
pub(super) fn time_fields(style: Style, zone: bool) -> Fields {
    let mut fields = Fields::default();
    fields.set(Hour, Some(Width::Numeric));
    fields.set(Minute, Some(Width::Numeric));
    if style != Style::Short {
        fields.set(Sec, Some(Width::Numeric));
    }
    match style {
        Style::Full if zone => fields.set(TimeZoneName, Some(Width::Long)),
        Style::Long if zone => fields.set(TimeZoneName, Some(Width::Short)),
        _ => {}
    }
    fields
}

/// The length of what joins a date of this pattern to a time.
pub(super) fn glue_length(date: &[Item]) -> Length {
    match fields_of(date).get(Component::Month) {
        Some(Width::Long) => Length::Long,
        Some(Width::Short | Width::Narrow) => Length::Medium,
        _ => Length::Short,
    }
}

/// Appends a field that a pattern lacks.
fn append(items: &mut Vec<Item>, item: Item) {
    items.push(Item::Literal(' '));
    items.push(item);
}

/// The fields of ISO 8601, which have the same order in each language.
pub(super) mod symbols {
    use super::{FieldSymbol, Month, Weekday, Year};
    use icu_datetime::provider::fields::Day;

    pub(in super::super) const YEAR: FieldSymbol = FieldSymbol::Year(Year::Calendar);
    pub(in super::super) const MONTH: FieldSymbol = FieldSymbol::Month(Month::Format);
    pub(in super::super) const DAY: FieldSymbol = FieldSymbol::Day(Day::DayOfMonth);
    pub(in super::super) const WEEKDAY: FieldSymbol = FieldSymbol::Weekday(Weekday::Format);
}
