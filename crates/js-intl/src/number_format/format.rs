//! Numbers as text in parts: PartitionNumberPattern and what it is made of.

use super::currency::{Amount, Currency, pieces};
use super::decimal::Decimal;
use super::digits::DigitOptions;
use super::layout::{Around, Formatted, Piece, Sign, around, is_ignorable};
use super::plural::plural_operands;
use super::rounding::{Rounded, format_numeric_to_string};
use super::symbols::Symbols;
use super::unit::Unit;
use super::value::Mathematical;
use crate::parts::TextPart;
use icu_decimal::provider::{CompactPatterns, DecimalCompactLongV1, DecimalCompactShortV1};
use icu_experimental::dimension::provider::percent::DecimalPercentV1;
use icu_locale::Locale;
use icu_pattern::{PatternItem, SinglePlaceholder, SinglePlaceholderPattern};
use icu_plurals::{PluralOperands, PluralRules};
use icu_provider::marker::ErasedMarker;
use icu_provider::prelude::*;

/// `[[Notation]]` and `[[CompactDisplay]]`, with the patterns of the latter.
#[derive(Debug, Clone)]
pub(super) enum Notation {
    Standard,
    Scientific,
    Engineering,
    Compact(Option<DataPayload<ErasedMarker<CompactPatterns<'static, SinglePlaceholder>>>>),
}

impl Notation {
    /// Compact notation by the value of the option `compactDisplay`.
    pub(super) fn compact(locale: &Locale, numbering_system: &str, display: &str) -> Notation {
        let provider = &icu_decimal::provider::Baked;
        let load_long = || {
            super::symbols::load_for_digits::<DecimalCompactLongV1>(provider, locale, numbering_system)
                .map(DataPayload::cast)
        };
        let load_short = || {
            super::symbols::load_for_digits::<DecimalCompactShortV1>(provider, locale, numbering_system)
                .map(DataPayload::cast)
        };
        Notation::Compact(if display == "long" { load_long() } else { load_short() })
    }
}

/// `[[UseGrouping]]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouping {
    Never,
    Auto,
    Always,
    Min2,
}

/// `[[SignDisplay]]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignDisplay {
    Auto,
    Always,
    Never,
    ExceptZero,
    Negative,
}

/// `[[Style]]` with the patterns that a locale has for it.
#[derive(Debug, Clone)]
pub(super) enum Style {
    Decimal,
    Percent(Percent),
    Currency { currency: Currency, accounting: bool },
    Unit(Unit),
}

/// How percentages are written.
#[derive(Debug, Clone)]
pub(super) struct Percent {
    pub(super) patterns: Option<DataPayload<DecimalPercentV1>>,
    /// The percent sign.
    pub(super) symbol: &'static str,
    /// The type of its part: it is a unit, too.
    pub(super) kind: &'static str,
}

impl Percent {
    /// The power of ten that numbers are multiplied with.
    fn scale(&self) -> i64 {
        if self.kind == "unit" { 0 } else { 2 }
    }

    /// What is around a number.
    fn around(&self, sign: &Sign) -> Around {
        let Some(patterns) = self.patterns.as_ref().map(DataPayload::get) else {
            let mut around = sign.clone().into_around();
            around.suffix.insert(0, TextPart::new(self.kind, self.symbol));
            return around;
        };
        let mut around = match sign.is_empty() {
            true => around(single(&patterns.unsigned_pattern), self.kind).0,
            false => around(pieces(&patterns.signed_pattern, &sign.joined()), self.kind).0,
        };
        // The patterns are those of one numbering system, and others of the locale may have another sign.
        let own = self.symbol.trim_matches(is_ignorable);
        for part in around.prefix.iter_mut().chain(&mut around.suffix).filter(|part| part.kind == self.kind) {
            let known = part.text.trim_matches(is_ignorable);
            if !known.is_empty() && known != own {
                let spaces = part.text.trim_end_matches(|c| c != '\u{a0}' && c != '\u{202f}' && c != ' ');
                part.text = format!("{spaces}{}", self.symbol);
            }
        }
        around
    }
}

/// What PartitionNumberPattern reads of an Intl.NumberFormat.
#[derive(Debug)]
pub(crate) struct Formatter {
    pub(super) locale: Locale,
    pub(super) symbols: Symbols,
    pub(super) rules: Option<PluralRules>,
    pub(super) digits: DigitOptions,
    pub(super) notation: Notation,
    pub(super) grouping: Grouping,
    pub(super) sign_display: SignDisplay,
    pub(super) style: Style,
}

/// A number as it will be shown.
pub(super) struct Shown {
    negative: bool,
    zero: bool,
    /// What plural rules are asked; infinities and what is no number have none.
    pub(super) operands: Option<PluralOperands>,
    number: Vec<TextPart>,
    inner: Around,
}

impl Formatter {
    /// A formatter that another object makes for itself: `style` is unit, with this unit and width, or else decimal.
    pub(crate) fn plain(
        locale: &Locale,
        numbering_system: &str,
        digits: DigitOptions,
        (grouping, sign_display): (Grouping, SignDisplay),
        unit: Option<(&str, &str)>,
    ) -> Formatter {
        let rules = PluralRules::try_new_cardinal(locale.into()).ok();
        let style = match unit {
            Some((unit, width)) => Style::Unit(Unit::load(locale, unit, width, rules.as_ref())),
            None => Style::Decimal,
        };
        let symbols = Symbols::load(locale, numbering_system);
        let locale = locale.clone();
        Formatter {
            locale,
            symbols,
            rules,
            digits,
            notation: Notation::Standard,
            grouping,
            sign_display,
            style,
        }
    }

    /// PartitionNumberPattern ( numberFormat, x )
    pub(crate) fn partition(&self, x: &Mathematical) -> Vec<TextPart> {
        self.layout(&self.show(x), false).into_parts()
    }

    /// The same, and what plural rules are asked of the number.
    pub(crate) fn partition_with_operands(
        &self,
        x: &Mathematical,
    ) -> (Vec<TextPart>, Option<PluralOperands>) {
        let shown = self.show(x);
        (self.layout(&shown, false).into_parts(), shown.operands)
    }

    /// The rules for plural forms of its language.
    pub(crate) fn rules(&self) -> Option<&PluralRules> {
        self.rules.as_ref()
    }

    /// The number without its sign, and what is known of it: the steps of PartitionNumberPattern until there is a pattern.
    pub(super) fn show(&self, x: &Mathematical) -> Shown {
        let negative = x.is_negative();
        let value = match x {
            Mathematical::NotANumber => {
                let number = vec![TextPart::new("nan", self.symbols.nan)];
                return Shown { negative, zero: true, operands: None, number, inner: Around::default() };
            }
            Mathematical::Infinite { .. } => {
                let number = vec![TextPart::new("infinity", "∞")];
                return Shown { negative, zero: false, operands: None, number, inner: Around::default() };
            }
            Mathematical::Finite { value, .. } => value,
        };
        let scale = if let Style::Percent(percent) = &self.style { percent.scale() } else { 0 };
        let value = value.clone().scaled(scale);
        let (exponent, entry) = self.compute_exponent(&value);
        let rounded = format_numeric_to_string(&self.digits, negative, &value.scaled(-exponent));
        self.finite(negative, &rounded, exponent, entry)
    }

    /// PartitionNotationSubPattern ( numberFormat, x, formattedString, exponent ) for a finite number
    fn finite(&self, negative: bool, rounded: &Rounded, exponent: i64, entry: Option<usize>) -> Shown {
        let mut number = self.group(&rounded.integer);
        if !rounded.fraction.is_empty() {
            number.push(TextPart::new("decimal", &self.symbols.decimal));
            number.push(TextPart::new("fraction", self.symbols.transliterate(&rounded.fraction)));
        }
        let mut inner = Around::default();
        let mut words = 0;
        match &self.notation {
            Notation::Standard => {}
            Notation::Scientific | Notation::Engineering => inner.suffix = self.exponent(exponent),
            Notation::Compact(patterns) => {
                let pattern =
                    entry.zip(patterns.as_ref()).and_then(|(at, patterns)| patterns.get().0.get(at));
                if let Some(entry) = pattern {
                    let pattern = match &self.rules {
                        Some(rules) => entry.variable.get(plural_operands(rounded, 0), rules).1,
                        None => entry.variable.get_default().1,
                    };
                    let (own, has_number) = around(single(pattern), "compact");
                    if !has_number {
                        number.clear();
                    }
                    inner = own;
                    words = u8::try_from(exponent).unwrap_or(0);
                }
            }
        }
        let operands = Some(plural_operands(rounded, words));
        Shown { negative, zero: rounded.number.is_zero(), operands, number, inner }
    }

    /// The exponent of scientific notation.
    fn exponent(&self, exponent: i64) -> Vec<TextPart> {
        let mut parts = vec![TextPart::new("exponentSeparator", self.symbols.exponent)];
        if exponent < 0 {
            let minus = &self.symbols.minus;
            parts.push(TextPart::new("exponentMinusSign", format!("{}{}", minus.prefix, minus.suffix)));
        }
        let digits = self.symbols.transliterate(&exponent.unsigned_abs().to_string());
        parts.push(TextPart::new("exponentInteger", digits));
        parts
    }

    /// ComputeExponent ( numberFormat, x ), and which of the compact patterns has that exponent.
    fn compute_exponent(&self, x: &Decimal) -> (i64, Option<usize>) {
        if x.is_zero() || matches!(self.notation, Notation::Standard) {
            // A zero is shown as numbers of its size are, which have no words.
            return (0, None);
        }
        let magnitude = x.magnitude();
        let found = self.compute_exponent_for_magnitude(magnitude);
        let rounded = format_numeric_to_string(&self.digits, false, &x.clone().scaled(-found.0)).number;
        if rounded.is_zero() || rounded.magnitude() == magnitude - found.0 {
            return found;
        }
        self.compute_exponent_for_magnitude(magnitude + 1)
    }

    /// ComputeExponentForMagnitude ( numberFormat, magnitude )
    fn compute_exponent_for_magnitude(&self, magnitude: i64) -> (i64, Option<usize>) {
        let patterns = match &self.notation {
            Notation::Standard | Notation::Compact(None) => return (0, None),
            Notation::Scientific => return (magnitude, None),
            Notation::Engineering => return (magnitude.div_euclid(3) * 3, None),
            Notation::Compact(Some(patterns)) => patterns,
        };
        let entries = patterns.get().0.iter().enumerate();
        let Some((at, entry)) = entries.take_while(|(_, entry)| i64::from(entry.sized) <= magnitude).last()
        else {
            return (0, None);
        };
        let shift = entry.variable.get_default().0.get();
        (i64::from(entry.sized.saturating_sub(shift)), Some(at))
    }

    /// The digits of an integer in groups.
    fn group(&self, integer: &str) -> Vec<TextPart> {
        let symbols = &self.symbols;
        let minimum = match self.grouping {
            Grouping::Never => usize::MAX,
            Grouping::Auto => symbols.minimum_grouping,
            Grouping::Always => 1,
            Grouping::Min2 => symbols.minimum_grouping.max(2),
        };
        let mut left = integer.len();
        if symbols.primary == 0 || left < symbols.primary.saturating_add(minimum) {
            return vec![TextPart::new("integer", symbols.transliterate(integer))];
        }
        let mut groups = Vec::new();
        let mut size = symbols.primary;
        while left > size {
            groups.push(&integer[left - size..left]);
            left -= size;
            size = symbols.secondary;
        }
        groups.push(&integer[..left]);
        let mut parts = Vec::with_capacity(2 * groups.len());
        for group in groups.into_iter().rev() {
            if !parts.is_empty() {
                parts.push(TextPart::new("group", &symbols.group));
            }
            parts.push(TextPart::new("integer", symbols.transliterate(group)));
        }
        parts
    }

    /// The choice of GetNumberFormatPattern ( numberFormat, x ): whether there is a minus sign, or a plus sign.
    fn signs(&self, shown: &Shown) -> (bool, bool) {
        let (negative, zero) = (shown.negative, shown.zero);
        match self.sign_display {
            SignDisplay::Never => (false, false),
            SignDisplay::Auto => (negative, false),
            SignDisplay::Always => (negative, !negative),
            SignDisplay::ExceptZero => (negative && !zero, !negative && !zero),
            SignDisplay::Negative => (negative && !zero, false),
        }
    }

    fn is_compact(&self) -> bool {
        matches!(self.notation, Notation::Compact(_))
    }

    /// The sign that is shown; with FormatApproximately, when the number stands for others that are near.
    fn sign(&self, minus: bool, plus: bool, approximately: bool) -> Sign {
        let sign = match (minus, plus) {
            (true, _) => Sign::new("minusSign", &self.symbols.minus),
            (_, true) => Sign::new("plusSign", &self.symbols.plus),
            _ => Sign::default(),
        };
        if approximately { sign.approximate(&self.symbols.approximately) } else { sign }
    }

    /// The number with all that is around it.
    pub(super) fn layout(&self, shown: &Shown, approximately: bool) -> Formatted {
        let (minus, plus) = self.signs(shown);
        let sign = self.sign(minus, plus, approximately);
        let number = shown.operands.zip(self.rules.as_ref());
        let mut outer = Around::default();
        let mut digits = shown.number.clone();
        let middle = match &self.style {
            Style::Decimal => sign.into_around(),
            Style::Percent(percent) => percent.around(&sign),
            Style::Unit(unit) => {
                let (mut around, mut has_number) = unit.around(number);
                if !has_number && !sign.is_empty() {
                    // A sign needs its number, even where a name alone would say one or two.
                    (around, has_number) = unit.around(None);
                }
                outer = around;
                if !has_number {
                    digits.clear();
                }
                sign.into_around()
            }
            Style::Currency { currency, accounting } => {
                let words = self.is_compact() && !shown.inner.is_empty();
                let in_digits = shown.operands.is_some();
                let amount = Amount { minus, accounting: *accounting, digits: in_digits, words };
                match currency.around(&self.symbols, &sign, &amount) {
                    Some(around) => around,
                    None => {
                        outer = currency.name(number);
                        sign.into_around()
                    }
                }
            }
        };
        let (mut middle, mut inner) = (middle, shown.inner.clone());
        if self.is_compact() {
            // Its words are in the same patterns as signs are.
            middle.prefix.append(&mut inner.prefix);
            middle.suffix.splice(0..0, inner.suffix.drain(..));
        }
        Formatted { number: digits, inner, middle, outer }
    }
}

/// A pattern with one placeholder.
fn single(pattern: &SinglePlaceholderPattern) -> impl Iterator<Item = Piece<'_>> {
    pattern.iter().map(|item| match item {
        PatternItem::Placeholder(_) => Piece::Number,
        PatternItem::Literal(text) => Piece::Literal(text),
    })
}
