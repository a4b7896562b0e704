//! Patterns ready for use: each field with the names it needs.

use super::calendars::{Moment, Names, Preferences, Writer};
use super::day_periods::{Periods, periods};
use super::fields::Component;
use super::items::{Item, text};
use crate::parts::{Collector, TextPart};
use fixed_decimal::Decimal;
use icu_datetime::pattern::DateTimePattern;
use icu_datetime::provider::fields::{DayPeriod as DayPeriodSymbol, Field, FieldLength, FieldSymbol};
use icu_datetime::provider::pattern::PatternItem;
use icu_datetime::provider::pattern::runtime::{Pattern, PatternMetadata};
use icu_decimal::options::{DecimalFormatterOptions, GroupingStrategy};
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_time::Time;

/// Which end of a range a part is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Shared,
    Start,
    End,
}

impl Source {
    pub(super) fn name(self) -> &'static str {
        match self {
            Source::Shared => "shared",
            Source::Start => "startRange",
            Source::End => "endRange",
        }
    }
}

enum Piece {
    Literal(String),
    Field { part: &'static str, pattern: DateTimePattern, names: usize },
    DayPeriod(Box<DayPeriod>),
    Hour24(FieldLength),
    Fraction(u8),
}

/// A field that names the time of the day.
struct DayPeriod {
    names: Periods,
    /// Whether the pattern tells minutes, and seconds: it is noon only when these are 0.
    minutes: bool,
    seconds: bool,
}

impl DayPeriod {
    fn name(&self, time: Time) -> &'static str {
        let hour = usize::from(time.hour.number());
        let sharp = (!self.minutes || time.minute.is_zero()) && (!self.seconds || time.second.is_zero());
        let index = match hour {
            12 if sharp => 24,
            0 if sharp => 25,
            hour => hour,
        };
        self.names.get(index).copied().unwrap_or_default()
    }
}

/// A pattern with names.
pub(super) struct Compiled {
    pieces: Vec<(Source, Piece)>,
    names: Box<dyn Names>,
    numbers: Option<DecimalFormatter>,
}

/// The formatter of numbers without grouping.
fn numbers(preferences: Preferences) -> Option<DecimalFormatter> {
    let mut options = DecimalFormatterOptions::default();
    options.grouping_strategy = Some(GroupingStrategy::Never);
    let mut numbers = DecimalFormatterPreferences::default();
    numbers.locale_preferences = preferences.locale_preferences;
    numbers.numbering_system = preferences.numbering_system;
    DecimalFormatter::try_new(numbers, options).ok()
}

/// What is between seconds and their fraction.
pub(super) fn decimal_separator(preferences: Preferences) -> String {
    let Some(numbers) = numbers(preferences) else {
        return ".".into();
    };
    let mut half = Decimal::from(5);
    half.multiply_pow10(-1);
    let written = Collector::collect(&numbers.format(&half));
    let found = written.into_iter().find(|(part, _)| *part == Some(icu_decimal::parts::DECIMAL));
    found.map_or_else(|| ".".into(), |(_, text)| text)
}

/// How fine the times of a pattern are: at noon sharp some languages say so.
fn granularity(items: &[(Source, Item)]) -> PatternMetadata {
    let fields = items.iter().filter_map(|(_, item)| match item {
        Item::Field(field) => Some(PatternItem::Field(*field)),
        _ => None,
    });
    fields.collect::<Pattern<'_>>().metadata
}

impl Compiled {
    pub(super) fn new(
        items: &[(Source, Item)],
        mut names: Box<dyn Names>,
        tag: &str,
        preferences: Preferences,
    ) -> Compiled {
        let metadata = granularity(items);
        let mut pieces: Vec<(Source, Piece)> = Vec::new();
        for (source, item) in items {
            let piece = match item {
                Item::Literal(c) => {
                    // Programs take dates apart, and expect the spaces that there were before CLDR 42; other engines keep these.
                    let c = match c {
                        '\u{2009}' | '\u{202f}' => ' ',
                        c => *c,
                    };
                    if let Some((last, Piece::Literal(text))) = pieces.last_mut()
                        && last == source
                    {
                        text.push(c);
                        continue;
                    }
                    Piece::Literal(c.to_string())
                }
                Item::Hour24(length) => Piece::Hour24(*length),
                Item::Fraction(digits) => Piece::Fraction(*digits),
                Item::Field(Field { symbol: FieldSymbol::DayPeriod(DayPeriodSymbol::Flexible), length })
                    if let Some(names) = periods(tag, text(*length)) =>
                {
                    let shows = |component| items.iter().any(|(_, item)| item.component() == Some(component));
                    let (minutes, seconds) = (shows(Component::Minute), shows(Component::Second));
                    Piece::DayPeriod(Box::new(DayPeriod { names, minutes, seconds }))
                }
                Item::Field(field) => {
                    let mut pattern = Pattern::from(vec![PatternItem::Field(*field)]);
                    pattern.metadata = metadata;
                    let pattern = DateTimePattern::from(pattern);
                    let names = names.include(&pattern).unwrap_or(usize::MAX);
                    Piece::Field { part: item.part(), pattern, names }
                }
            };
            pieces.push((*source, piece));
        }
        Compiled { pieces, names, numbers: numbers(preferences) }
    }

    fn number(&self, value: u32, digits: i16) -> String {
        let mut value = Decimal::from(value);
        value.pad_start(digits);
        match &self.numbers {
            Some(numbers) => numbers.format(&value).to_string(),
            None => value.to_string(),
        }
    }

    fn part(&self, piece: &Piece, moment: &Moment, field: &Writer<'_>) -> TextPart {
        match piece {
            Piece::Literal(text) => TextPart::new("literal", text.as_str()),
            Piece::Field { part, pattern, names } => TextPart::new(part, field(pattern, *names)),
            Piece::DayPeriod(period) => TextPart::new("dayPeriod", period.name(moment.time)),
            Piece::Hour24(length) => {
                let hour = match moment.time.hour.number() {
                    0 => 24,
                    hour => u32::from(hour),
                };
                TextPart::new("hour", self.number(hour, if *length == FieldLength::Two { 2 } else { 1 }))
            }
            Piece::Fraction(digits) => {
                let milliseconds = moment.time.subsecond.number() / 1_000_000;
                let value = milliseconds / 10u32.pow(u32::from(3 - digits.min(&3)));
                TextPart::new("fractionalSecond", self.number(value, i16::from(*digits)))
            }
        }
    }

    /// FormatDateTimePattern ( dateTimeFormat, format, pattern, epochNanoseconds ): the pieces that `wanted` picks.
    fn write(
        &self,
        moment: &Moment,
        wanted: impl Fn(Source) -> bool,
        out: &mut Vec<(usize, Source, TextPart)>,
    ) {
        self.names.write(moment, &mut |field| {
            for (index, (source, piece)) in self.pieces.iter().enumerate() {
                if wanted(*source) {
                    out.push((index, *source, self.part(piece, moment, field)));
                }
            }
        });
    }

    /// The parts for one time.
    pub(super) fn parts(&self, moment: &Moment) -> Vec<TextPart> {
        let mut out = Vec::with_capacity(self.pieces.len());
        self.write(moment, |_| true, &mut out);
        out.into_iter().map(|(.., part)| part).filter(|part| !part.text.is_empty()).collect()
    }

    /// The parts for two times.
    pub(super) fn range_parts(&self, start: &Moment, end: &Moment) -> Vec<(Source, TextPart)> {
        let mut out = Vec::with_capacity(self.pieces.len());
        self.write(start, |source| source != Source::End, &mut out);
        self.write(end, |source| source == Source::End, &mut out);
        out.sort_by_key(|(index, ..)| *index);
        let parts = out.into_iter().map(|(_, source, part)| (source, part));
        parts.filter(|(_, part)| !part.text.is_empty()).collect()
    }
}
