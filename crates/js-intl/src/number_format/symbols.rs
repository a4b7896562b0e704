//! What a locale writes numbers with: digits, separators, signs.

use super::supplement::{self, Thousands};
use icu_decimal::provider::{DecimalSymbols, DecimalSymbolsV1};
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::provider::currency::symbols::CurrencyDecimalSymbolsV1;
use icu_experimental::dimension::provider::percent::DecimalPercentV1;
use icu_locale::Locale;
use icu_locale::subtags::Subtag;
use icu_provider::prelude::*;

/// A sign: what stands in front of a number that has it, and what behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Affix {
    pub(super) prefix: String,
    pub(super) suffix: String,
}

impl Affix {
    fn new(prefix: &str, suffix: &str) -> Affix {
        Affix { prefix: prefix.to_owned(), suffix: suffix.to_owned() }
    }
}

/// The symbols of a locale for a numbering system.
#[derive(Debug, Clone)]
pub(super) struct Symbols {
    digits: [char; 10],
    pub(super) minus: Affix,
    pub(super) plus: Affix,
    pub(super) decimal: String,
    pub(super) group: String,
    /// The sizes of the group in front of the decimal separator and of the others, 0 for none.
    pub(super) primary: usize,
    pub(super) secondary: usize,
    /// How many digits there are in front of the first separator at least.
    pub(super) minimum_grouping: usize,
    pub(super) nan: &'static str,
    pub(super) exponent: &'static str,
    pub(super) approximately: String,
    pub(super) range: &'static str,
}

/// The data of a locale under an attribute.
pub(crate) fn load<M: DataMarker>(
    provider: &impl DataProvider<M>,
    locale: &Locale,
    attributes: &str,
) -> Option<DataPayload<M>> {
    let locale = M::make_locale(locale.into());
    let attributes = DataMarkerAttributes::try_from_str(attributes).ok()?;
    let mut metadata = DataRequestMetadata::default();
    metadata.silent = true;
    let id = DataIdentifierBorrowed::for_marker_attributes_and_locale(attributes, &locale);
    Some(provider.load(DataRequest { id, metadata }).ok()?.payload)
}

/// The data of a locale for a numbering system. What has none of its own is written as Latin digits are; the locale's own
/// numbering system has the data that names none.
pub(super) fn load_for_digits<M: DataMarker>(
    provider: &impl DataProvider<M>,
    locale: &Locale,
    numbering_system: &str,
) -> Option<DataPayload<M>> {
    let own = default_numbering_system(locale) == numbering_system;
    let other = if own { "" } else { "latn" };
    [numbering_system, other, ""].iter().find_map(|attributes| load(provider, locale, attributes))
}

/// The numbering system that a locale uses by itself.
pub(crate) fn default_numbering_system(locale: &Locale) -> String {
    let loaded = load::<DecimalSymbolsV1>(&icu_decimal::provider::Baked, locale, "");
    loaded.map_or_else(|| "latn".to_owned(), |symbols| symbols.get().numsys().to_owned())
}

impl Symbols {
    pub(super) fn load(locale: &Locale, numbering_system: &str) -> Symbols {
        let percent =
            load_for_digits::<DecimalPercentV1>(&icu_experimental::provider::Baked, locale, numbering_system);
        let approximately = percent.map(|percent| percent.get().approximately_sign.to_string());
        let latin = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
        let mut symbols = Symbols {
            digits: supplement::digits(numbering_system).unwrap_or(latin),
            minus: Affix::new("-", ""),
            plus: Affix::new("+", ""),
            decimal: ".".to_owned(),
            group: ",".to_owned(),
            primary: 3,
            secondary: 3,
            minimum_grouping: 1,
            nan: supplement::nan(locale),
            exponent: supplement::exponent(locale, numbering_system),
            approximately: approximately.unwrap_or_else(|| "~".to_owned()),
            range: supplement::range(locale),
        };
        let own =
            load_for_digits::<DecimalSymbolsV1>(&icu_decimal::provider::Baked, locale, numbering_system);
        if let Some(own) = own {
            symbols.take(own.get());
        }
        symbols
    }

    fn take(&mut self, data: &DecimalSymbols<'_>) {
        self.minus = Affix::new(data.minus_sign_prefix(), data.minus_sign_suffix());
        self.plus = Affix::new(data.plus_sign_prefix(), data.plus_sign_suffix());
        self.decimal = data.decimal_separator().to_owned();
        self.group = data.grouping_separator().to_owned();
        self.primary = data.grouping_sizes.primary.into();
        self.secondary = data.grouping_sizes.secondary.into();
        if self.secondary == 0 {
            self.secondary = self.primary;
        }
        self.minimum_grouping = data.grouping_sizes.min_grouping.max(1).into();
    }

    /// The separators that a locale uses with one currency only.
    pub(super) fn use_currency(&mut self, locale: &Locale, numbering_system: &str, currency: CurrencyType) {
        if let Some((group, decimal)) = supplement::currency_separators(locale) {
            (self.group, self.decimal) = (group.to_owned(), decimal.to_owned());
        }
        let provider = &icu_experimental::provider::Baked;
        let numbering_system = Subtag::try_from_str(numbering_system).ok();
        for nu in [numbering_system, None] {
            let mut buffer = Default::default();
            let attributes = CurrencyDecimalSymbolsV1::make_attributes(nu, currency, &mut buffer);
            if let Some(own) = load::<CurrencyDecimalSymbolsV1>(provider, locale, attributes.as_str()) {
                self.decimal = own.get().decimal_separator().to_owned();
                self.group = own.get().grouping_separator().to_owned();
                return;
            }
        }
    }

    /// Groups of three digits, in patterns that have them although the language has others.
    pub(super) fn use_thousands(&mut self, locale: &Locale, pattern: Thousands) {
        if supplement::has_thousands(locale, pattern) {
            self.secondary = self.primary;
        }
    }

    /// Digits in ASCII as the numbering system writes them.
    pub(super) fn transliterate(&self, digits: &str) -> String {
        let digit = |c: char| c.to_digit(10).and_then(|d| self.digits.get(d as usize)).copied().unwrap_or(c);
        digits.chars().map(digit).collect()
    }
}
