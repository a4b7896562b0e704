//! The calendars: their patterns, their names, and moments in them, behind one interface.

use super::items::{Item, from_pattern};
use icu_calendar::cal::hijri::{TabularAlgorithm, UmmAlQura};
use icu_calendar::cal::{self, Hijri};
use icu_calendar::types::RataDie;
use icu_calendar::{AsCalendar, Calendar as CalendarSystem, Date};
pub(super) use icu_datetime::DateTimeFormatterPreferences as Preferences;
use icu_datetime::fieldsets::enums::CompositeFieldSet;
use icu_datetime::pattern::{DateTimePattern, FixedCalendarDateTimeNames};
use icu_datetime::provider::Baked;
use icu_datetime::provider::packed_pattern::{GenericPackedPatterns, PackedPatterns};
use icu_datetime::provider::range_patterns::{
    DateGreatestDifferenceField, PackedRangePatterns, RangePatternInfo, RangePatternInfoBorrowed,
};
use icu_datetime::scaffold::CldrCalendar;
use icu_provider::marker::DataMarkerExt;
use icu_provider::prelude::{
    DataIdentifierBorrowed, DataMarker, DataMarkerAttributes, DataPayload, DataProvider, DataRequest,
};
use icu_time::zone::models::AtTime;
use icu_time::{Time, TimeZoneInfo, ZonedDateTime};
use writeable::TryWriteable;

/// The three lengths in which the data have most patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Long,
    Medium,
    Short,
}

/// The three patterns of one length: of dates with the year as in the locale's style, with the whole year, with an era; of times
/// with the hour, with minutes, with seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    Standard,
    First,
    Second,
}

/// A pattern of the data: its name, its length and which variant of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) name: &'static str,
    pub(super) length: Length,
    pub(super) variant: Variant,
}

/// The place of a pattern among those that are packed together; the format is told in `icu_datetime::provider::packed_pattern`.
fn index(header: u32, length: Length, variant: Variant) -> usize {
    let medium = (header & 1) as usize;
    let short = medium + usize::from(header & 2 != 0);
    let standard = match length {
        Length::Long => 0,
        Length::Medium => medium,
        Length::Short => short,
    };
    let row = match length {
        Length::Long => 0,
        Length::Medium => 1,
        Length::Short => 2,
    };
    let cell = match variant {
        Variant::Standard => return standard,
        Variant::First => row,
        Variant::Second => row + 3,
    };
    if header & 4 != 0 {
        return short + 1 + cell;
    }
    match (header >> (3 + 3 * cell)) & 7 {
        0 => standard,
        chunk => chunk as usize - 1,
    }
}

/// A pattern of those that are packed together.
pub(super) fn unpack(packed: &PackedPatterns<'_>, length: Length, variant: Variant) -> Vec<Item> {
    match packed.elements.get(index(packed.header, length, variant)) {
        Some(plural) => from_pattern(plural.get_default().1.iter()),
        None => Vec::new(),
    }
}

/// A pattern of a range.
#[derive(Clone, Debug)]
pub(super) enum RangeItems {
    /// For each end, with what joins ranges in between.
    Each(Vec<Item>),
    /// For both.
    Both(Vec<Item>),
}

/// The pattern of ranges of those that are packed together.
pub(super) fn unpack_range<'a>(
    packed: &'a PackedRangePatterns<'_>,
    length: Length,
    variant: Variant,
    find: impl FnOnce(
        &'a icu_datetime::provider::range_patterns::PatternsByGreatestDifferenceULE,
    ) -> Option<RangePatternInfoBorrowed<'a>>,
) -> Option<RangeItems> {
    let GenericPackedPatterns { header, elements } = packed;
    let found = find(elements.get(index(*header, length, variant))?)?;
    Some(match RangePatternInfo::from(found) {
        RangePatternInfo::Symmetric(pattern) => RangeItems::Each(from_pattern(pattern.items.iter())),
        RangePatternInfo::FullRange(pattern) => RangeItems::Both(from_pattern(pattern.items.iter())),
    })
}

/// Data of a locale, under a name.
pub(super) fn load<M: DataMarker>(locale: Preferences, name: &str) -> Option<DataPayload<M>>
where
    Baked: DataProvider<M>,
{
    let attributes = DataMarkerAttributes::try_from_str(name).ok()?;
    let locale = M::make_locale(locale.locale_preferences);
    let id = DataIdentifierBorrowed::for_marker_attributes_and_locale(attributes, &locale);
    // Locales without data have those of what they inherit from.
    let found = DataProvider::<M>::load(&Baked, DataRequest { id, ..DataRequest::default() });
    found.ok().map(|response| response.payload)
}

/// A time in a time zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Local days since the beginning of 1970.
    pub(super) days: i64,
    pub(super) time: Time,
    pub(super) zone: TimeZoneInfo<AtTime>,
}

/// The parts of a local date that ranges are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateParts {
    pub(super) era: Option<[u8; 16]>,
    pub(super) year: i32,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// A calendar.
pub(super) trait System: Send + Sync {
    /// A pattern of dates.
    fn pattern(&self, locale: Preferences, base: Base) -> Option<Vec<Item>>;

    /// A pattern of ranges of dates.
    fn range(
        &self,
        locale: Preferences,
        base: Base,
        difference: DateGreatestDifferenceField,
    ) -> Option<RangeItems>;

    /// Names for fields, none yet.
    fn names(&self, preferences: Preferences) -> Box<dyn Names>;

    /// A date for comparing.
    fn date_parts(&self, days: i64) -> DateParts;
}

/// Writes a field with the names of a set.
pub(super) type Writer<'a> = dyn Fn(&DateTimePattern, usize) -> String + 'a;

/// Names of a calendar in a locale, those that patterns need.
pub(super) trait Names: Send + Sync {
    /// Loads what a field needs; which set of names has it.
    fn include(&mut self, pattern: &DateTimePattern) -> Option<usize>;

    /// Writes fields, each with its set of names.
    fn write(&self, moment: &Moment, fields: &mut dyn FnMut(&Writer<'_>));
}

/// Days from the epoch of `RataDie` to that of time values.
const EPOCH: i64 = 719_163;

struct Of<C>(C);

impl<C> Of<C>
where
    C: CalendarSystem + AsCalendar<Calendar = C> + Clone,
{
    fn date(&self, days: i64) -> Date<C> {
        Date::from_rata_die(RataDie::new(days + EPOCH), self.0.clone())
    }
}

impl<C> System for Of<C>
where
    C: CalendarSystem + AsCalendar<Calendar = C> + CldrCalendar + Clone + Send + Sync + 'static,
    Baked: DataProvider<C::SkeletaV1>
        + DataProvider<C::RangeSkeletaV1>
        + DataProvider<C::YearNamesV1>
        + DataProvider<C::MonthNamesV1>,
    ZonedDateTime<C, TimeZoneInfo<AtTime>>: icu_datetime::scaffold::AllInputMarkers<CompositeFieldSet>,
{
    fn pattern(&self, locale: Preferences, base: Base) -> Option<Vec<Item>> {
        let found = load::<C::SkeletaV1>(locale, base.name)?;
        Some(unpack(found.get(), base.length, base.variant)).filter(|items| !items.is_empty())
    }

    fn range(
        &self,
        locale: Preferences,
        base: Base,
        difference: DateGreatestDifferenceField,
    ) -> Option<RangeItems> {
        let found = load::<C::RangeSkeletaV1>(locale, base.name)?;
        unpack_range(found.get(), base.length, base.variant, |patterns| patterns.get_date_pattern(difference))
    }

    fn names(&self, preferences: Preferences) -> Box<dyn Names> {
        Box::new(Loaded { system: Of(self.0.clone()), preferences, sets: Vec::new() })
    }

    fn date_parts(&self, days: i64) -> DateParts {
        let date = self.date(days);
        let year = date.year();
        DateParts {
            era: year.era().map(|era| *era.era.all_bytes()),
            year: year.extended_year(),
            month: date.month().ordinal,
            day: date.day_of_month().0,
        }
    }
}

struct Loaded<C: CldrCalendar> {
    system: Of<C>,
    preferences: Preferences,
    sets: Vec<FixedCalendarDateTimeNames<C, CompositeFieldSet>>,
}

impl<C> Names for Loaded<C>
where
    C: CalendarSystem + AsCalendar<Calendar = C> + CldrCalendar + Clone + Send + Sync + 'static,
    Baked: DataProvider<C::YearNamesV1> + DataProvider<C::MonthNamesV1>,
    ZonedDateTime<C, TimeZoneInfo<AtTime>>: icu_datetime::scaffold::AllInputMarkers<CompositeFieldSet>,
{
    fn include(&mut self, pattern: &DateTimePattern) -> Option<usize> {
        // A set has the names of one length only.
        for (index, set) in self.sets.iter_mut().enumerate() {
            if set.include_for_pattern(pattern).is_ok() {
                return Some(index);
            }
        }
        let mut set = FixedCalendarDateTimeNames::try_new(self.preferences).ok()?;
        set.include_for_pattern(pattern).ok()?;
        self.sets.push(set);
        Some(self.sets.len() - 1)
    }

    fn write(&self, moment: &Moment, fields: &mut dyn FnMut(&Writer<'_>)) {
        let date = self.system.date(moment.days);
        let input = ZonedDateTime { date, time: moment.time, zone: moment.zone };
        fields(&|pattern, set| {
            let Some(set) = self.sets.get(set) else {
                return String::new();
            };
            let mut text = String::new();
            // Fields without a name, such as eras of a calendar that has none in the locale, are written as their code.
            let formatted = set.with_pattern_unchecked(pattern).format(&input);
            let _ = formatted.try_write_to(&mut text);
            text
        });
    }
}

/// The calendar that a Unicode calendar identifier stands for.
pub(super) fn system(calendar: &str) -> Box<dyn System> {
    use icu_calendar::cal::hijri::{TabularAlgorithmEpoch, TabularAlgorithmLeapYears};
    let tabular =
        |epoch| Of::<Hijri<TabularAlgorithm>>(Hijri::new_tabular(TabularAlgorithmLeapYears::TypeII, epoch));
    match calendar {
        "buddhist" => Box::new(Of(cal::Buddhist)),
        "chinese" => Box::new(Of(cal::ChineseTraditional::new())),
        "coptic" => Box::new(Of(cal::Coptic)),
        "dangi" => Box::new(Of(cal::KoreanTraditional::new())),
        "ethioaa" => Box::new(Of(cal::Ethiopian::new_with_era_style(cal::EthiopianEraStyle::AmeteAlem))),
        "ethiopic" => Box::new(Of(cal::Ethiopian::new())),
        "hebrew" => Box::new(Of(cal::Hebrew)),
        "indian" => Box::new(Of(cal::Indian)),
        "islamic-civil" => Box::new(tabular(TabularAlgorithmEpoch::Friday)),
        "islamic-tbla" => Box::new(tabular(TabularAlgorithmEpoch::Thursday)),
        "islamic-umalqura" => Box::new(Of::<Hijri<UmmAlQura>>(Hijri::new_umm_al_qura())),
        "japanese" => Box::new(Of(cal::Japanese::new())),
        "persian" => Box::new(Of(cal::Persian)),
        "roc" => Box::new(Of(cal::Roc)),
        // ISO 8601 has the calendar of Gregory, and patterns of its own.
        _ => Box::new(Of(cal::Gregorian)),
    }
}
