//! What locales have of calendars, numbering systems and hour cycles: `[[LocaleData]]`.

use super::calendars::{Length, Preferences, Variant, load, unpack};
use super::items::{HourCycle, Item};
use crate::canonical::expander;
use crate::negotiate::KeyData;
use crate::values::CALENDARS;
use icu_calendar::AnyCalendarKind;
use icu_calendar::preferences::CalendarPreferences;
use icu_datetime::provider::fields::{Field, FieldSymbol, Hour};
use icu_datetime::provider::semantic_skeletons::DatetimePatternsTimeV1;
use icu_locale::Locale;
use icu_locale::subtags::region;
use std::borrow::Cow;

/// Names that stand for one of the calendars, which one depends on the region.
const DEPRECATED: &[&str] = &["islamic", "islamic-rgsa"];

/// The calendars, that of the locale's region first.
pub(crate) fn calendars(locale: &Locale) -> KeyData {
    let preferred = preferred_calendar(locale);
    let others = CALENDARS.iter().chain(DEPRECATED).copied().filter(|calendar| *calendar != preferred);
    Cow::Owned([preferred].into_iter().chain(others).map(Some).collect())
}

/// The calendar that one of their names stands for.
pub(crate) fn fallback_calendar<'a>(calendar: &'a str, locale: &Locale) -> &'a str {
    if !DEPRECATED.contains(&calendar) {
        return calendar;
    }
    let mut id = locale.id.clone();
    expander().maximize(&mut id);
    let region = id.region.map(|region| region.to_string());
    match region.as_deref() {
        Some("AE" | "BH" | "KW" | "QA" | "SA") => "islamic-umalqura",
        _ => "islamic-civil",
    }
}

fn preferred_calendar(locale: &Locale) -> &'static str {
    match AnyCalendarKind::try_new(CalendarPreferences::from(locale)) {
        Ok(AnyCalendarKind::Buddhist) => "buddhist",
        Ok(AnyCalendarKind::Persian) => "persian",
        Ok(AnyCalendarKind::HijriUmmAlQura) => "islamic-umalqura",
        Ok(AnyCalendarKind::HijriTabularTypeIIFriday) => "islamic-civil",
        _ => "gregory",
    }
}

/// None, then the four hour cycles.
pub(crate) fn hour_cycles(_: &Locale) -> KeyData {
    const ALL: &[Option<&str>] = &[None, Some("h11"), Some("h12"), Some("h23"), Some("h24")];
    Cow::Borrowed(ALL)
}

/// `[[hourCycle]]`: how the locale counts hours.
pub(crate) fn hour_cycle(preferences: Preferences, locale: &Locale) -> HourCycle {
    let found = load::<DatetimePatternsTimeV1>(preferences, "j");
    let items = found.map_or_else(Vec::new, |packed| unpack(packed.get(), Length::Medium, Variant::First));
    let is_23 = |item: &Item| matches!(item, Item::Field(Field { symbol: FieldSymbol::Hour(Hour::H23), .. }));
    if items.iter().any(is_23) { HourCycle::H23 } else { hour_cycle_12(locale) }
}

/// `[[hourCycle12]]`: how it counts them when half a day is a round. In Japan the round begins with 0.
pub(crate) fn hour_cycle_12(locale: &Locale) -> HourCycle {
    let mut id = locale.id.clone();
    expander().maximize(&mut id);
    if id.region == Some(region!("JP")) { HourCycle::H11 } else { HourCycle::H12 }
}
