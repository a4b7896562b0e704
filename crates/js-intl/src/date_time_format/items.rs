//! Patterns of dates and times as lists of items, and what their fields are.

use super::fields::{Component, Fields, Width};
use icu_datetime::provider::fields::{
    DayPeriod, Field, FieldLength, FieldSymbol, Hour, TimeZone, Weekday, Year,
};
use icu_datetime::provider::pattern::PatternItem;

/// An item of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Literal(char),
    Field(Field),
    /// The hour from 1 to 24, padded or not: no pattern of the data has it.
    Hour24(FieldLength),
    /// Digits of a second's fraction.
    Fraction(u8),
}

/// How hours are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum HourCycle {
    H11,
    H12,
    H23,
    H24,
}

impl HourCycle {
    pub(crate) fn from_name(name: &str) -> Option<HourCycle> {
        Some(match name {
            "h11" => HourCycle::H11,
            "h12" => HourCycle::H12,
            "h23" => HourCycle::H23,
            "h24" => HourCycle::H24,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            HourCycle::H11 => "h11",
            HourCycle::H12 => "h12",
            HourCycle::H23 => "h23",
            HourCycle::H24 => "h24",
        }
    }

    /// Whether half a day is a round.
    pub(crate) fn is_12(self) -> bool {
        matches!(self, HourCycle::H11 | HourCycle::H12)
    }
}

impl Item {
    pub(super) fn field(symbol: FieldSymbol, length: FieldLength) -> Item {
        Item::Field(Field { symbol, length })
    }

    /// The component that an item shows.
    pub(super) fn component(self) -> Option<Component> {
        let field = match self {
            Item::Literal(_) => return None,
            Item::Hour24(_) => return Some(Component::Hour),
            Item::Fraction(_) => return Some(Component::FractionalSecondDigits),
            Item::Field(field) => field,
        };
        Some(match field.symbol {
            FieldSymbol::Era => Component::Era,
            FieldSymbol::Year(_) => Component::Year,
            FieldSymbol::Month(_) => Component::Month,
            FieldSymbol::Week(week) => match week {},
            FieldSymbol::Day(_) => Component::Day,
            FieldSymbol::Weekday(_) => Component::Weekday,
            FieldSymbol::DayPeriod(_) => Component::DayPeriod,
            FieldSymbol::Hour(_) => Component::Hour,
            FieldSymbol::Minute => Component::Minute,
            FieldSymbol::Second(_) | FieldSymbol::DecimalSecond(_) => Component::Second,
            FieldSymbol::TimeZone(_) => Component::TimeZoneName,
        })
    }

    /// The `type` of the part that an item becomes.
    pub(super) fn part(self) -> &'static str {
        match self {
            Item::Fraction(_) => "fractionalSecond",
            Item::Field(Field { symbol: FieldSymbol::Year(Year::Cyclic), .. }) => "yearName",
            Item::Field(Field { symbol: FieldSymbol::Year(Year::RelatedIso), .. }) => "relatedYear",
            _ => self.component().map_or("literal", Component::name),
        }
    }

    /// How wide the field of an item is.
    fn width(self) -> Option<Width> {
        let field = match self {
            Item::Literal(_) => return None,
            Item::Fraction(digits) => return Some(Width::Digits(digits)),
            Item::Hour24(length) => return Some(number(length)),
            Item::Field(field) => field,
        };
        match field.symbol {
            FieldSymbol::Era | FieldSymbol::Weekday(_) => Some(text(field.length)),
            // Without the option, the half of the day is no field of its own.
            FieldSymbol::DayPeriod(DayPeriod::Flexible) => Some(text(field.length)),
            FieldSymbol::DayPeriod(_) => None,
            FieldSymbol::Month(_) if is_text(field.length) => Some(text(field.length)),
            FieldSymbol::TimeZone(zone) => Some(zone_width(zone, field.length)),
            FieldSymbol::Year(Year::Cyclic) => None,
            _ => Some(number(field.length)),
        }
    }
}

pub(super) fn is_text(length: FieldLength) -> bool {
    matches!(length, FieldLength::Three | FieldLength::Four | FieldLength::Five | FieldLength::Six)
}

pub(super) fn text(length: FieldLength) -> Width {
    match length {
        FieldLength::Four => Width::Long,
        FieldLength::Five => Width::Narrow,
        _ => Width::Short,
    }
}

fn number(length: FieldLength) -> Width {
    if length == FieldLength::Two { Width::TwoDigit } else { Width::Numeric }
}

fn zone_width(zone: TimeZone, length: FieldLength) -> Width {
    let long = length == FieldLength::Four;
    match zone {
        TimeZone::SpecificNonLocation if long => Width::Long,
        TimeZone::SpecificNonLocation => Width::Short,
        TimeZone::GenericNonLocation if long => Width::LongGeneric,
        TimeZone::GenericNonLocation => Width::ShortGeneric,
        _ if long => Width::LongOffset,
        _ => Width::ShortOffset,
    }
}

/// The field for the name of a time zone.
pub(super) fn zone_item(width: Width) -> Item {
    let (symbol, length) = match width {
        Width::Long => (TimeZone::SpecificNonLocation, FieldLength::Four),
        Width::ShortOffset => (TimeZone::LocalizedOffset, FieldLength::One),
        Width::LongOffset => (TimeZone::LocalizedOffset, FieldLength::Four),
        Width::ShortGeneric => (TimeZone::GenericNonLocation, FieldLength::One),
        Width::LongGeneric => (TimeZone::GenericNonLocation, FieldLength::Four),
        _ => (TimeZone::SpecificNonLocation, FieldLength::One),
    };
    Item::field(FieldSymbol::TimeZone(symbol), length)
}

/// The length of a name.
pub(super) fn text_length(width: Width) -> FieldLength {
    match width {
        Width::Long => FieldLength::Four,
        Width::Narrow => FieldLength::Five,
        _ => FieldLength::Three,
    }
}

/// The items of a pattern of the data.
pub(super) fn from_pattern(items: impl Iterator<Item = PatternItem>) -> Vec<Item> {
    items
        .map(|item| match item {
            PatternItem::Literal(c) => Item::Literal(c),
            PatternItem::Field(field) => Item::Field(field),
        })
        .collect()
}

/// The fields of a pattern.
pub(super) fn fields_of(items: &[Item]) -> Fields {
    let mut fields = Fields::default();
    for item in items {
        if let (Some(component), Some(width)) = (item.component(), item.width()) {
            fields.set(component, Some(width));
        }
    }
    fields
}

/// Gives fields the widths that were asked for. A number stays one where a name was asked for, and the other way round: the
/// language has no other form there. Numbers of one digit may be padded by the pattern.
pub(super) fn adjust(items: &mut [Item], fields: &Fields) {
    for item in items {
        let Some(wanted) = item.component().and_then(|component| fields.get(component)) else {
            continue;
        };
        match item {
            Item::Field(field) => adjust_field(field, wanted),
            Item::Hour24(length) if wanted == Width::TwoDigit => *length = FieldLength::Two,
            _ => {}
        }
    }
}

fn adjust_field(field: &mut Field, wanted: Width) {
    if matches!(field.length, FieldLength::NumericOverride(_)) {
        return;
    }
    match field.symbol {
        FieldSymbol::Era | FieldSymbol::Weekday(Weekday::Format | Weekday::StandAlone) => {
            field.length = text_length(wanted);
        }
        FieldSymbol::Month(_) if is_text(field.length) && !wanted.is_numeric() => {
            field.length = text_length(wanted);
        }
        FieldSymbol::Month(_) if is_text(field.length) => {}
        FieldSymbol::Month(_) | FieldSymbol::Day(_) | FieldSymbol::Hour(_) if wanted == Width::TwoDigit => {
            field.length = FieldLength::Two;
        }
        FieldSymbol::Year(Year::Calendar) => {
            field.length = if wanted == Width::TwoDigit { FieldLength::Two } else { FieldLength::One };
        }
        FieldSymbol::DayPeriod(DayPeriod::Flexible) => field.length = text_length(wanted),
        _ => {}
    }
}

/// Counts hours as the cycle says.
pub(super) fn set_hour_cycle(items: &mut [Item], cycle: HourCycle) {
    for item in items {
        if let Item::Field(Field { symbol: FieldSymbol::Hour(_), length }) = *item {
            *item = match cycle {
                HourCycle::H11 => Item::field(FieldSymbol::Hour(Hour::H11), length),
                HourCycle::H12 => Item::field(FieldSymbol::Hour(Hour::H12), length),
                HourCycle::H23 => Item::field(FieldSymbol::Hour(Hour::H23), length),
                HourCycle::H24 => Item::Hour24(length),
            };
        }
    }
}

/// Says the time of the day instead of which half it is.
pub(super) fn set_day_period(items: &mut [Item], width: Width) {
    for item in items {
        if let Item::Field(field) = item
            && matches!(field.symbol, FieldSymbol::DayPeriod(_))
        {
            *field =
                Field { symbol: FieldSymbol::DayPeriod(DayPeriod::Flexible), length: text_length(width) };
        }
    }
}
