//! What plural rules are asked about a number.

use super::digits::DigitOptions;
use super::format::{Formatter, Grouping, Notation, SignDisplay};
use super::rounding::Rounded;
use super::value::Mathematical;
use fixed_decimal::UnsignedDecimal;
use icu_locale::Locale;
use icu_plurals::PluralOperands;

/// The operands of a number as it is shown, times a power of ten that compact notation shows in words.
pub(crate) fn plural_operands(rounded: &Rounded, exponent: u8) -> PluralOperands {
    let point = if rounded.fraction.is_empty() { "" } else { "." };
    let text = format!("{}{point}{}", last_digits(&rounded.integer), rounded.fraction);
    let number = UnsignedDecimal::try_from_str(&text).unwrap_or_default();
    PluralOperands::from_significand_and_exponent(&number, exponent)
}

/// The last digits of an integer, which are all that rules ask for, behind one that tells that there were others.
fn last_digits(integer: &str) -> String {
    const KEPT: usize = 40;
    match integer.len().checked_sub(KEPT) {
        Some(dropped) if dropped > 0 => format!("1{}", &integer[dropped..]),
        _ => integer.to_owned(),
    }
}

impl Formatter {
    /// What Intl.PluralRules formats numbers with, as far as plural rules see it; `compact` is the value of `compactDisplay`.
    pub(crate) fn for_plural_rules(
        locale: &Locale,
        digits: DigitOptions,
        compact: Option<&str>,
    ) -> Formatter {
        let how = (Grouping::Never, SignDisplay::Auto);
        let mut formatter = Formatter::plain(locale, "latn", digits, how, None);
        if let Some(display) = compact {
            formatter.notation = Notation::compact(locale, "latn", display);
        }
        formatter
    }

    /// The digit options.
    pub(crate) fn digits(&self) -> &DigitOptions {
        &self.digits
    }

    /// What plural rules are asked about a number; nothing when it is not finite.
    pub(crate) fn operands(&self, x: &Mathematical) -> Option<PluralOperands> {
        self.show(x).operands
    }
}
