//! Currencies: their digits, and the patterns, symbols and names that locales have for them.

use super::layout::{Around, Piece, Sign, around, is_mark};
use super::supplement::is_code_symbol;
use super::symbols::{Symbols, load, load_for_digits};
use crate::parts::TextPart;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::provider::currency::essentials::CurrencyEssentialsV1;
use icu_experimental::dimension::provider::currency::extended::CurrencyExtendedDataV1;
use icu_experimental::dimension::provider::currency::fractions::CurrencyFractionsV1;
use icu_experimental::dimension::provider::currency::no_currency::CurrencyPatternsNoCurrencyV1;
use icu_experimental::dimension::provider::currency::patterns::CurrencyPatternsDataV1;
use icu_experimental::dimension::provider::currency::symbols::{CurrencySymbolWidth, CurrencySymbolsV1};
use icu_experimental::provider::Baked;
use icu_locale::Locale;
use icu_pattern::{DoublePlaceholderKey, DoublePlaceholderPattern, PatternItem};
use icu_plurals::{PluralOperands, PluralRules};
use icu_provider::prelude::*;

/// CurrencyDigits ( currency )
pub(super) fn currency_digits(currency: &str) -> usize {
    let loaded: Result<DataResponse<CurrencyFractionsV1>, DataError> = Baked.load(DataRequest::default());
    match (loaded, CurrencyType::try_from_str(currency)) {
        (Ok(loaded), Ok(currency)) => loaded.payload.get().resolve(currency).digits.into(),
        _ => 2,
    }
}

/// How amounts of a currency are written.
#[derive(Debug, Clone)]
pub(super) enum Currency {
    /// With a symbol or a code.
    Symbol { patterns: Option<DataPayload<CurrencyEssentialsV1>>, symbol: String, letters: (bool, bool) },
    /// Without either, since the locale's symbol is empty.
    Bare { patterns: DataPayload<CurrencyPatternsNoCurrencyV1> },
    /// With a name, which may depend on the number.
    Name {
        patterns: Option<DataPayload<CurrencyPatternsDataV1>>,
        names: Option<DataPayload<CurrencyExtendedDataV1>>,
        code: String,
    },
}

/// What the pattern for an amount depends on.
pub(super) struct Amount {
    pub(super) minus: bool,
    /// `[[CurrencySign]]` is "accounting".
    pub(super) accounting: bool,
    /// Whether it is written in digits.
    pub(super) digits: bool,
    /// Whether compact notation has it partly in words.
    pub(super) words: bool,
}

impl Currency {
    /// The data for a currency code in upper case, by the value of the option `currencyDisplay`.
    pub(super) fn load(locale: &Locale, numbering_system: &str, code: &str, display: &str) -> Currency {
        if display == "name" {
            return Currency::Name {
                patterns: load::<CurrencyPatternsDataV1>(&Baked, locale, ""),
                names: load::<CurrencyExtendedDataV1>(&Baked, locale, code),
                code: code.to_owned(),
            };
        }
        let width = match display {
            "symbol" => Some(CurrencySymbolWidth::Short),
            "narrowSymbol" => Some(CurrencySymbolWidth::Narrow),
            _ => None,
        };
        let narrow = display == "narrowSymbol";
        let width = width.filter(|_| !is_code_symbol(locale, code, narrow));
        let own = width.zip(CurrencyType::try_from_str(code).ok()).and_then(|(width, currency)| {
            let mut buffer = Default::default();
            let attributes = CurrencySymbolsV1::make_attributes(currency, width, &mut buffer);
            load::<CurrencySymbolsV1>(&Baked, locale, attributes.as_str())
        });
        if own.as_ref().is_some_and(|own| own.get().as_str().is_empty())
            && let Some(patterns) = load_for_digits(&Baked, locale, numbering_system)
        {
            return Currency::Bare { patterns };
        }
        let patterns = load_for_digits(&Baked, locale, numbering_system);
        match own {
            Some(own) => {
                let own = own.get();
                let letters = (own.starts_with_letter(), own.ends_with_letter());
                Currency::Symbol { patterns, symbol: own.as_str().to_owned(), letters }
            }
            None => Currency::Symbol { patterns, symbol: code.to_owned(), letters: (true, true) },
        }
    }

    /// What is around the number by a pattern that has a symbol, and the sign with it; `None` when names are used.
    pub(super) fn around(&self, symbols: &Symbols, sign: &Sign, amount: &Amount) -> Option<Around> {
        let Amount { minus, accounting, digits, words } = *amount;
        // Compact notation has patterns of its own, without any for negative amounts.
        let accounting = accounting && !words;
        let (positive, negative, symbol) = match self {
            Currency::Name { .. } => return None,
            Currency::Symbol { patterns: None, symbol, .. } => {
                let (mut around, _) = around([Piece::Number].into_iter(), "literal");
                around.prefix.push(TextPart::new("currency", format!("{symbol}\u{a0}")));
                return Some(signed(around, sign));
            }
            Currency::Symbol { patterns: Some(patterns), symbol, letters } => {
                let patterns = patterns.get();
                // Letters are kept apart from digits only.
                let (starts, ends) = if digits { *letters } else { (false, false) };
                let (positive, negative) = if accounting {
                    (
                        patterns.get_positive_accounting(starts, ends),
                        patterns.get_negative_accounting(starts, ends),
                    )
                } else {
                    (patterns.get_positive(starts, ends), patterns.get_negative(starts, ends))
                };
                (positive, negative, symbol.as_str())
            }
            Currency::Bare { patterns } => {
                let patterns = patterns.get();
                match accounting {
                    true => (patterns.get_positive_accounting(), patterns.get_negative_accounting(), ""),
                    false => (patterns.get_positive(), patterns.get_negative(), ""),
                }
            }
        };
        let symbol = [TextPart::new("currency", symbol)];
        if let Some(negative) = negative.filter(|_| !sign.is_empty() && !words) {
            let place = SignPlace::find(negative, symbols);
            if minus || place.is_some() {
                return Some(with_sign_inside(negative, &symbol, place.as_ref(), sign));
            }
        }
        let (mut around, _) = around(pieces(positive, &symbol), "literal");
        if digits {
            self.space(&mut around);
        }
        Some(signed(around, sign))
    }

    /// Keeps letters and digits apart where the pattern does not.
    fn space(&self, around: &mut Around) {
        let Currency::Symbol { letters: (starts, ends), .. } = self else { return };
        if *ends && around.prefix.last().is_some_and(|part| part.kind == "currency") {
            around.prefix.push(TextPart::new("literal", "\u{a0}"));
        }
        if *starts && around.suffix.first().is_some_and(|part| part.kind == "currency") {
            around.suffix.insert(0, TextPart::new("literal", "\u{a0}"));
        }
    }

    /// What is around the number with the currency's name.
    pub(super) fn name(&self, number: Option<(PluralOperands, &PluralRules)>) -> Around {
        let Currency::Name { patterns, names, code } = self else { return Around::default() };
        let name = match (names, number) {
            (Some(names), Some((operands, rules))) => names.get().get(operands, rules).to_owned(),
            (Some(names), None) => names.get().elements.get_default().1.to_owned(),
            (None, _) => code.clone(),
        };
        let Some(patterns) = patterns else {
            let suffix = vec![TextPart::new("currency", format!(" {name}"))];
            return Around { prefix: Vec::new(), suffix };
        };
        let pattern = match number {
            Some((operands, rules)) => patterns.get().get(operands, rules),
            None => patterns.get().elements.get_default().1,
        };
        around(pieces(pattern, &[TextPart::new("currency", name)]), "literal").0
    }
}

/// A pattern whose second placeholder stands for `other`.
pub(super) fn pieces<'a>(
    pattern: &'a DoublePlaceholderPattern,
    other: &'a [TextPart],
) -> impl Iterator<Item = Piece<'a>> {
    pattern.iter().map(move |item| match item {
        PatternItem::Placeholder(DoublePlaceholderKey::Place0) => Piece::Number,
        PatternItem::Placeholder(DoublePlaceholderKey::Place1) => Piece::Parts(other),
        PatternItem::Literal(text) => Piece::Literal(text),
    })
}

/// A sign in front of all, and behind.
fn signed(mut around: Around, sign: &Sign) -> Around {
    around.prefix.splice(0..0, sign.prefix.iter().cloned());
    around.suffix.extend_from_slice(&sign.suffix);
    around
}

/// The minus sign that a pattern for negative amounts has.
struct SignPlace(String);

impl SignPlace {
    fn find(pattern: &DoublePlaceholderPattern, symbols: &Symbols) -> Option<SignPlace> {
        let own = symbols.minus.prefix.trim_matches(is_mark);
        let literals = || {
            pattern.iter().filter_map(|item| match item {
                PatternItem::Literal(text) => Some(text),
                PatternItem::Placeholder(_) => None,
            })
        };
        let mut signs = [own, "-"].into_iter().filter(|sign| !sign.is_empty());
        signs.find(|sign| literals().any(|text| text.contains(sign))).map(|sign| SignPlace(sign.to_owned()))
    }
}

/// What is around the number by a pattern for negative amounts; its sign gives way to the one that is shown.
fn with_sign_inside(
    pattern: &DoublePlaceholderPattern,
    symbol: &[TextPart],
    place: Option<&SignPlace>,
    sign: &Sign,
) -> Around {
    let joined: Vec<TextPart> = sign
        .joined()
        .into_iter()
        .map(|part| TextPart::new(part.kind, part.text.trim_matches(is_mark)))
        .collect();
    // Parentheses leave room for what says that the number is about right only.
    let front: Vec<TextPart> = match place {
        Some(_) => Vec::new(),
        None => joined.iter().filter(|part| part.kind == "approximatelySign").cloned().collect(),
    };
    let mut all = vec![Piece::Parts(&front)];
    for piece in pieces(pattern, symbol) {
        match (piece, place) {
            (Piece::Literal(text), Some(SignPlace(minus))) => {
                let mut rest = text;
                while let Some((before, behind)) = rest.split_once(minus.as_str()) {
                    all.push(Piece::Literal(before));
                    all.push(Piece::Parts(&joined));
                    rest = behind;
                }
                all.push(Piece::Literal(rest));
            }
            (piece, _) => all.push(piece),
        }
    }
    around(all.into_iter(), "literal").0
}
