//! Names of units that the data of ICU4X 2.4 does not have: those of digital units, temperatures, angles and ratios, those of
//! speeds and the like that a language has words for, and what a unit adds to others as a denominator.
//!
//! The file beside this one has them, from CLDR 48 (Unicode-3.0). A line with `=` begins what some locales have. Other lines are
//! a unit or `per-` and a denominator, the first letter of the width or `*`, and patterns: that for the plural category
//! "other", then those for "one", "two", "few", "many" and "zero", as far as they differ from the first.

use super::supplement::is_one_of;
use icu_locale::Locale;
use icu_plurals::PluralCategory;
use std::sync::OnceLock;

const NAMES: &str = include_str!("unit_names.txt");

/// The patterns of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forms(&'static str);

impl Forms {
    /// For numbers of a unit of which nothing is known.
    pub(super) const NONE: Forms = Forms("{0}");

    /// The pattern for numbers of a plural category, as what it has in front of the number and behind.
    pub(super) fn sides(self, category: PluralCategory) -> (&'static str, &'static str) {
        let at = match category {
            PluralCategory::Other => 0,
            PluralCategory::One => 1,
            PluralCategory::Two => 2,
            PluralCategory::Few => 3,
            PluralCategory::Many => 4,
            PluralCategory::Zero => 5,
        };
        let mut forms = self.0.split('|');
        let other = forms.next().unwrap_or("{0}");
        let own = if at == 0 { None } else { forms.nth(at - 1).filter(|form| !form.is_empty()) };
        let pattern = own.unwrap_or(other);
        pattern.split_once("{0}").unwrap_or(("", pattern))
    }
}

/// What the locales of each section have, in the order of the file.
fn sections() -> &'static [(&'static str, &'static str)] {
    static SECTIONS: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    SECTIONS.get_or_init(|| {
        let sections = NAMES.split("\n=").skip(1).filter_map(|section| section.split_once('\n'));
        sections.map(|(names, lines)| (names.trim(), lines)).collect()
    })
}

/// The patterns that a locale has for a unit, or for a denominator after `per-`.
pub(super) fn find(locale: &Locale, unit: &str, width: &str) -> Option<Forms> {
    let initial = width.get(..1)?;
    let own = sections().iter().filter(|(names, _)| names.is_empty() || is_one_of(locale, names));
    own.flat_map(|(_, lines)| lines.lines()).find_map(|line| {
        let rest = line.strip_prefix(unit)?.strip_prefix(' ')?;
        let forms = rest.strip_prefix(initial).or_else(|| rest.strip_prefix('*'))?;
        Some(Forms(forms.strip_prefix(' ')?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_forms() {
        let forms = Forms("{0} bytes|{0} byte||~{0}");
        assert_eq!(forms.sides(PluralCategory::One), ("", " byte"));
        assert_eq!(forms.sides(PluralCategory::Two), ("", " bytes"));
        assert_eq!(forms.sides(PluralCategory::Few), ("~", ""));
        assert_eq!(forms.sides(PluralCategory::Zero), ("", " bytes"));
    }

    #[test]
    fn every_unit_has_root_patterns() {
        for unit in ["bit", "byte", "celsius", "degree", "fahrenheit", "percent", "terabyte"] {
            for width in ["long", "short", "narrow"] {
                assert!(find(&icu_locale::locale!("mul"), unit, width).is_some(), "{unit} {width}");
            }
        }
    }
}
