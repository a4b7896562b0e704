//! Durations as text in parts: PartitionDurationFormatPattern and what it is made of.

use super::options::{HOURS, MINUTES, SECONDS, Slots, Style, UNITS, Unit, UnitOptions};
use crate::list_format::{ListPart, unit_list};
use crate::number_format::digits::DigitOptions;
use crate::number_format::format::{Formatter, Grouping, SignDisplay};
use crate::number_format::value::Mathematical;
use crate::parts::{TextPart, concat};
use icu_list::options::ListLength;
use temporal_rs::Duration;

/// A duration and what of it was written.
struct Progress {
    /// From years to nanoseconds, as [`UNITS`].
    values: [i128; 10],
    negative: bool,
    /// Whether the sign is still to be shown.
    sign: bool,
}

impl Progress {
    fn new(duration: &Duration) -> Progress {
        let values = [
            duration.years().into(),
            duration.months().into(),
            duration.weeks().into(),
            duration.days().into(),
            duration.hours().into(),
            duration.minutes().into(),
            duration.seconds().into(),
            duration.milliseconds().into(),
            duration.microseconds(),
            duration.nanoseconds(),
        ];
        Progress { negative: values.iter().any(|value| *value < 0), values, sign: true }
    }

    fn value(&self, unit: usize) -> i128 {
        self.values.get(unit).copied().unwrap_or(0)
    }

    /// A value with the sign of the duration, if that is to be shown, even when the value is zero.
    fn signed(&self, value: Mathematical) -> Mathematical {
        match value {
            Mathematical::Finite { value, .. } if self.sign && self.negative && value.is_zero() => {
                Mathematical::Finite { negative: true, value }
            }
            other => other,
        }
    }

    fn sign_display(&self) -> SignDisplay {
        if self.sign { SignDisplay::Auto } else { SignDisplay::Never }
    }
}

impl Slots {
    /// PartitionDurationFormatPattern ( durationFormat, duration )
    pub(super) fn partition(&self, duration: &Duration) -> Vec<TextPart> {
        let mut progress = Progress::new(duration);
        let mut result = Vec::new();
        for (at, (unit, own)) in UNITS.iter().zip(&self.units).enumerate() {
            if own.style.is_numeric() {
                let parts = self.numeric_units(&mut progress, at);
                if !parts.is_empty() {
                    result.push(parts);
                }
                break;
            }
            let fraction = self.fractional_units(at);
            result.extend(self.unit(&mut progress, (at, unit), own, fraction));
            if fraction > 0 {
                break;
            }
        }
        self.list_format_parts(result)
    }

    /// A unit with its name, and `fraction` further units as its fraction; `None` when it is not shown.
    fn unit(
        &self,
        progress: &mut Progress,
        (at, unit): (usize, &Unit),
        own: &UnitOptions,
        fraction: usize,
    ) -> Option<Vec<TextPart>> {
        let value = total(progress, at, fraction);
        let is_zero = matches!(&value, Mathematical::Finite { value, .. } if value.is_zero());
        if !own.always && is_zero {
            return None;
        }
        let digits = if fraction > 0 { self.fraction_digits() } else { DigitOptions::with_fraction(0, 3) };
        let formatter = Formatter::plain(
            &self.data_locale,
            &self.numbering_system,
            digits,
            (Grouping::Auto, progress.sign_display()),
            Some((unit.singular, own.style.name())),
        );
        let parts = formatter.partition(&progress.signed(value));
        progress.sign = false;
        Some(parts.into_iter().map(|part| part.with("unit", unit.singular)).collect())
    }

    /// The digits of the last unit that is shown, whose fraction is made of smaller ones.
    fn fraction_digits(&self) -> DigitOptions {
        let (minimum, maximum) =
            self.fractional_digits.map_or((0, 9), |digits| (digits.into(), digits.into()));
        DigitOptions::with_fraction(minimum, maximum).truncating()
    }

    /// NextUnitFractional ( durationFormat, unit ), and how many units there are from the next one on.
    fn fractional_units(&self, at: usize) -> usize {
        if at < SECONDS {
            return 0;
        }
        self.units.iter().skip(at + 1).take_while(|own| own.style == Style::Fractional).count()
    }

    fn always(&self, at: usize) -> bool {
        self.units.get(at).is_some_and(|own| own.always)
    }

    /// FormatNumericUnits ( durationFormat, duration, firstNumericUnit, signDisplayed )
    fn numeric_units(&self, progress: &mut Progress, first: usize) -> Vec<TextPart> {
        let seconds = total(progress, SECONDS, self.fractional_units(SECONDS));
        let has_seconds = !matches!(&seconds, Mathematical::Finite { value, .. } if value.is_zero());
        let show_seconds = has_seconds || self.always(SECONDS);
        let show_hours = first == HOURS && (progress.value(HOURS) != 0 || self.always(HOURS));
        let show_minutes = first <= MINUTES
            && (show_hours && show_seconds || progress.value(MINUTES) != 0 || self.always(MINUTES));
        let mut parts = Vec::new();
        if show_hours {
            let hours = progress.signed(progress.value(HOURS).into());
            self.number(&mut parts, progress, HOURS, &hours);
        }
        if show_minutes {
            if show_hours {
                parts.push(TextPart::new("literal", &self.separator));
            }
            let minutes = progress.signed(progress.value(MINUTES).into());
            self.number(&mut parts, progress, MINUTES, &minutes);
        }
        if show_seconds {
            if show_minutes {
                parts.push(TextPart::new("literal", &self.separator));
            }
            self.number(&mut parts, progress, SECONDS, &seconds);
        }
        parts
    }

    /// FormatNumericHours, FormatNumericMinutes, FormatNumericSeconds: the number
    fn number(&self, parts: &mut Vec<TextPart>, progress: &mut Progress, at: usize, value: &Mathematical) {
        let mut digits =
            if at == SECONDS { self.fraction_digits() } else { DigitOptions::with_fraction(0, 3) };
        if self.units.get(at).is_some_and(|own| own.style == Style::TwoDigit) {
            digits.minimum_integer_digits = 2;
        }
        let formatter = Formatter::plain(
            &self.data_locale,
            &self.numbering_system,
            digits,
            (Grouping::Never, progress.sign_display()),
            None,
        );
        progress.sign = false;
        let unit = UNITS.get(at).map_or("", |unit| unit.singular);
        parts.extend(formatter.partition(value).into_iter().map(|part| part.with("unit", unit)));
    }

    /// ListFormatParts ( durationFormat, partitionedPartsList )
    fn list_format_parts(&self, list: Vec<Vec<TextPart>>) -> Vec<TextPart> {
        let length = match self.base_style {
            Style::Long => ListLength::Wide,
            Style::Narrow => ListLength::Narrow,
            _ => ListLength::Short,
        };
        let texts: Vec<String> = list.iter().map(|parts| concat(parts)).collect();
        let mut flat = Vec::new();
        for part in unit_list(&self.data_locale, length, &texts) {
            match part {
                ListPart::Literal(text) => flat.push(TextPart::new("literal", text)),
                ListPart::Element(at) => flat.extend(list.get(at).into_iter().flatten().cloned()),
            }
        }
        flat
    }
}

/// The value of a unit, with ComputeFractionalDigits of the next `fraction` units.
fn total(progress: &Progress, at: usize, fraction: usize) -> Mathematical {
    // A duration is below 2^53 seconds, which is far from what the integer holds in nanoseconds.
    let sum = (at..=at + fraction).fold(0_i128, |sum, unit| {
        sum.saturating_mul(if unit == at { 1 } else { 1000 }).saturating_add(progress.value(unit))
    });
    match Mathematical::from(sum) {
        Mathematical::Finite { negative, value } => {
            Mathematical::Finite { negative, value: value.scaled(-3 * fraction as i64) }
        }
        other => other,
    }
}
