//! Units of measurement: which there are, and how locales write numbers of them.

use super::layout::Around;
use super::symbols::load;
use super::unit_names::{self, Forms};
use crate::parts::TextPart;
use crate::values::UNITS;
use icu_experimental::dimension::provider::units::categorized_display_names as names;
use icu_experimental::dimension::provider::units::display_names::UnitsDisplayNames;
use icu_experimental::dimension::provider::units::essentials::UnitsEssentialsV1;
use icu_experimental::provider::Baked;
use icu_locale::Locale;
use icu_pattern::{PatternItem, SinglePlaceholderPattern};
use icu_plurals::{PluralCategory, PluralOperands, PluralRules};
use icu_provider::marker::ErasedMarker;
use icu_provider::prelude::*;

type Payload = DataPayload<ErasedMarker<UnitsDisplayNames<'static>>>;

/// 6.6.1 IsWellFormedUnitIdentifier ( unitIdentifier )
pub(super) fn is_well_formed_unit_identifier(unit: &str) -> bool {
    UNITS.contains(&unit) || split(unit).is_some()
}

/// The two sides of a compound unit.
fn split(unit: &str) -> Option<(&str, &str)> {
    let (numerator, denominator) = unit.split_once("-per-")?;
    (UNITS.contains(&numerator) && UNITS.contains(&denominator)).then_some((numerator, denominator))
}

/// What is in front of the number, and what behind.
type Sides = (String, String);

/// A number's plural operands and the rules that take them.
type Plural<'a> = Option<(PluralOperands, &'a PluralRules)>;

/// How numbers of a unit are written.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    names: Names,
    /// What a denominator adds in front of what the numerator has, and behind.
    per: Sides,
}

#[derive(Debug, Clone)]
enum Names {
    Data(Payload),
    Supplement(Forms),
}

impl Unit {
    /// The patterns for a unit, by the value of the option `unitDisplay`.
    pub(super) fn load(locale: &Locale, unit: &str, width: &str, rules: Option<&PluralRules>) -> Unit {
        let none = (String::new(), String::new());
        let Some((numerator, denominator)) = split(unit) else {
            return Unit { names: Names::load(locale, unit, width), per: none };
        };
        if let Some(forms) = unit_names::find(locale, unit, width) {
            return Unit { names: Names::Supplement(forms), per: none };
        }
        let names = Names::load(locale, numerator, width);
        if let Some(forms) = unit_names::find(locale, &format!("per-{denominator}"), width) {
            let (prefix, suffix) = forms.sides(PluralCategory::Other);
            return Unit { names, per: (prefix.to_owned(), suffix.to_owned()) };
        }
        let one = rules.map(|rules| (1.into(), rules));
        let ((prefix, suffix), _) = Names::load(locale, denominator, width).sides(one);
        let name = format!("{}{}", prefix.trim(), suffix.trim());
        Unit { names, per: per(locale, &name, width) }
    }

    /// What is around a number, and whether the number is there: in some languages a name says one, or two.
    pub(super) fn around(&self, number: Plural<'_>) -> (Around, bool) {
        let ((prefix, suffix), has_number) = self.names.sides(number);
        let part =
            |text: String| if text.is_empty() { Vec::new() } else { vec![TextPart::new("unit", text)] };
        (
            Around { prefix: part(self.per.0.clone() + &prefix), suffix: part(suffix + &self.per.1) },
            has_number,
        )
    }
}

/// What the pattern for compound units puts around a numerator.
fn per(locale: &Locale, denominator: &str, width: &str) -> Sides {
    let loaded = load::<UnitsEssentialsV1>(&Baked, locale, width);
    let pattern = loaded.as_ref().map_or("{0}/{1}", |essentials| &essentials.get().per);
    let (prefix, suffix) = pattern.split_once("{0}").unwrap_or(("", "/{1}"));
    (prefix.replace("{1}", denominator), suffix.replace("{1}", denominator))
}

/// The patterns of a unit in its category: they are among those of units that locales prefer, of those that others do, or of
/// the rest. The root locale has all of them, so that it is the nearest locale that decides.
macro_rules! category {
    ($locale:expr, $attributes:expr, $($marker:ident)*) => {
        [$(load_unit::<names::$marker>($locale, $attributes),)*]
            .into_iter()
            .flatten()
            .max_by_key(|(near, _)| *near)
            .map(|(_, payload)| payload)
    };
}

/// The patterns under one marker, and how near the locale is that has them.
fn load_unit<M>(locale: &Locale, attributes: &str) -> Option<(usize, Payload)>
where
    M: DataMarker<DataStruct = UnitsDisplayNames<'static>>,
    Baked: DataProvider<M>,
{
    let locale = M::make_locale(locale.into());
    let attributes = DataMarkerAttributes::try_from_str(attributes).ok()?;
    let mut metadata = DataRequestMetadata::default();
    metadata.silent = true;
    let id = DataIdentifierBorrowed::for_marker_attributes_and_locale(attributes, &locale);
    let loaded: DataResponse<M> = Baked.load(DataRequest { id, metadata }).ok()?;
    let near = match loaded.metadata.locale {
        None => usize::MAX,
        Some(found) if found.is_unknown() => 0,
        Some(found) => found.to_string().len(),
    };
    Some((near, loaded.payload.cast()))
}

impl Names {
    #[rustfmt::skip]
    fn load(locale: &Locale, unit: &str, width: &str) -> Names {
        let key = format!("{width}-{unit}");
        let data: Option<Payload> = match unit {
            "acre" | "hectare" => category!(
                locale, &key, UnitsNamesAreaCoreV1 UnitsNamesAreaExtendedV1 UnitsNamesAreaOutlierV1
            ),
            "day" | "hour" | "microsecond" | "millisecond" | "minute" | "month" | "nanosecond" | "second"
            | "week" | "year" => category!(
                locale, &key,
                UnitsNamesDurationCoreV1 UnitsNamesDurationExtendedV1 UnitsNamesDurationOutlierV1
            ),
            "centimeter" | "foot" | "inch" | "kilometer" | "meter" | "mile" | "mile-scandinavian"
            | "millimeter" | "yard" => category!(
                locale, &key, UnitsNamesLengthCoreV1 UnitsNamesLengthExtendedV1 UnitsNamesLengthOutlierV1
            ),
            "gram" | "kilogram" | "ounce" | "pound" | "stone" => category!(
                locale, &key, UnitsNamesMassCoreV1 UnitsNamesMassExtendedV1 UnitsNamesMassOutlierV1
            ),
            "fluid-ounce" | "gallon" | "liter" | "milliliter" => category!(
                locale, &key, UnitsNamesVolumeCoreV1 UnitsNamesVolumeExtendedV1 UnitsNamesVolumeOutlierV1
            ),
            _ => None,
        };
        match data {
            Some(data) => Names::Data(data),
            None => Names::Supplement(unit_names::find(locale, unit, width).unwrap_or(Forms::NONE)),
        }
    }

    /// What is in front of a number, and what behind, and whether the number is there.
    fn sides(&self, number: Plural<'_>) -> (Sides, bool) {
        match self {
            Names::Data(data) => match number {
                Some((operands, rules)) => sides(data.get().get(operands, rules)),
                None => sides(data.get().elements.get_default().1),
            },
            Names::Supplement(forms) => {
                let category =
                    number.map_or(PluralCategory::Other, |(operands, rules)| rules.category_for(operands));
                let (prefix, suffix) = forms.sides(category);
                ((prefix.to_owned(), suffix.to_owned()), true)
            }
        }
    }
}

/// What a pattern has in front of its placeholder, and behind, and whether it has one.
fn sides(pattern: &SinglePlaceholderPattern) -> (Sides, bool) {
    let (mut prefix, mut suffix, mut seen) = (String::new(), String::new(), false);
    for item in pattern.iter() {
        match item {
            PatternItem::Placeholder(_) => seen = true,
            PatternItem::Literal(text) if seen => suffix.push_str(text),
            PatternItem::Literal(text) => prefix.push_str(text),
        }
    }
    ((prefix, suffix), seen)
}
