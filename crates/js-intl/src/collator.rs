//! 10 Collator Objects.

use crate::negotiate::{
    Choices, Descriptor, Extension, KeyData, Kind as OptionKind, Resolved, Service, canonicalize_locale_list,
    read_choices, resolve_locale, supported_locales_of,
};
use crate::object::{Kind, Record, allocate, bound_function, fill_with_bound, slot, this_slot};
use crate::options::{Bag, coerce_options_to_object, get_option_bool, get_option_string};
use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, MaxVariable, Strength};
use icu_collator::preferences::{CollationCaseFirst, CollationNumericOrdering};
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale::Locale;
use js_rt::{Class, Str, StrView, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

const SERVICE: Service = Service {
    name: "Intl.Collator",
    descriptors: &[
        Descriptor { key: "co", property: "collation", kind: OptionKind::Type },
        Descriptor { key: "kn", property: "numeric", kind: OptionKind::Boolean },
        Descriptor {
            key: "kf",
            property: "caseFirst",
            kind: OptionKind::Values(&["upper", "lower", "false"]),
        },
    ],
    extensions: &[
        Extension { key: "co", values: collation_data },
        Extension { key: "kn", values: |_| KeyData::Borrowed(&[Some("false"), Some("true")]) },
        Extension { key: "kf", values: case_first_data },
    ],
};

/// `[[SortLocaleData]]`'s field `co`, without its first element.
pub(crate) fn collations(locale: &Locale) -> Vec<&'static str> {
    let own: &[&str] = match locale.id.language.as_str() {
        "ar" | "ars" => &["compat"],
        "bn" | "es" | "fi" | "kn" | "sv" | "vi" => &["trad"],
        "de" => &["phonebk"],
        "ja" | "ko" => &["unihan"],
        "si" => &["dict"],
        "yue" | "zh" => &["pinyin", "stroke", "unihan", "zhuyin"],
        _ => &[],
    };
    [&["emoji", "eor"], own].concat()
}

fn collation_data(locale: &Locale) -> KeyData {
    let mut list = vec![None];
    list.extend(collations(locale).into_iter().map(Some));
    KeyData::Owned(list)
}

fn case_first_data(locale: &Locale) -> KeyData {
    let upper_first = matches!(locale.id.language.as_str(), "da" | "mt");
    KeyData::Borrowed(if upper_first {
        &[Some("upper"), Some("lower"), Some("false")]
    } else {
        &[Some("false"), Some("lower"), Some("upper")]
    })
}

/// The internal slots of Intl.Collator objects.
#[derive(Clone)]
struct Collator {
    locale: String,
    usage: &'static str,
    sensitivity: &'static str,
    ignore_punctuation: bool,
    collation: String,
    numeric: bool,
    case_first: String,
    compare: Arc<Compare>,
}

impl Kind for Collator {
    const CLASS: Class = Class::Intl;
    const PROTOTYPE: Intrinsic = Intrinsic::IntlCollatorPrototype;
    const NAME: &'static str = "Intl.Collator";
}

/// CompareStrings with the settings of a collator.
struct Compare {
    /// Without data, strings are in the order of their code units.
    collator: Option<CollatorBorrowed<'static>>,
    /// ASCII texts are in the order of [`ascii_order`].
    plain: bool,
}

impl Compare {
    /// 10.3.3.2 CompareStrings ( collator, x, y )
    fn strings(&self, vm: &Vm, x: Str, y: Str) -> Res<Ordering> {
        let Some(collator) = &self.collator else { return Ok(x.compare(&y)) };
        let (x, y) = (x.flat(&vm.rt)?, y.flat(&vm.rt)?);
        if let (StrView::Latin1(x), StrView::Latin1(y)) = (x, y)
            && let (Some(x), Some(y)) = (ascii(x), ascii(y))
        {
            let order = if self.plain { ascii_order(x.as_bytes(), y.as_bytes()) } else { None };
            return Ok(order.unwrap_or_else(|| collator.compare(x, y)));
        }
        let utf16 = |view| match view {
            StrView::Latin1(units) => Cow::Owned(units.iter().copied().map(u16::from).collect::<Vec<u16>>()),
            StrView::Utf16(units) => Cow::Borrowed(units),
        };
        Ok(collator.compare_utf16(&utf16(x), &utf16(y)))
    }
}

/// Languages in which ASCII characters are in the order of the root collation, each by itself.
const PLAIN: &[&str] =
    &["ca", "de", "en", "es", "fi", "fr", "id", "it", "ms", "nl", "pl", "pt", "ro", "sl", "sv", "sw", "vi"];

/// The order of ASCII texts in the root collation: by primary weights, then by case. `None` when a character is ignored.
fn ascii_order(x: &[u8], y: &[u8]) -> Option<Ordering> {
    let weights = ascii_weights();
    let weight = |unit: u8| weights.get(usize::from(unit)).copied().filter(|weight| *weight != 0);
    let mut case = Ordering::Equal;
    for (a, b) in x.iter().zip(y) {
        let primary = weight(*a)?.cmp(&weight(*b)?);
        if primary.is_ne() {
            return Some(primary);
        }
        // Of two letters with the same weight, the small one comes first.
        case = case.then(b.cmp(a));
    }
    // What is left of the longer one must not be ignored.
    let rest = if x.len() < y.len() { y.get(x.len()..)? } else { x.get(y.len()..)? };
    rest.iter().try_for_each(|unit| weight(*unit).map(|_| ()))?;
    Some(x.len().cmp(&y.len()).then(case))
}

/// The primary weights of the ASCII characters, 0 for those that are ignored.
fn ascii_weights() -> &'static [u8; 128] {
    static WEIGHTS: OnceLock<[u8; 128]> = OnceLock::new();
    WEIGHTS.get_or_init(|| {
        let mut options = CollatorOptions::default();
        options.strength = Some(Strength::Primary);
        let mut weights = [0; 128];
        let Ok(root) = CollatorBorrowed::try_new(CollatorPreferences::default(), options) else {
            return weights;
        };
        let compare = |a: u8, b: u8| {
            let (mut a_text, mut b_text) = ([0; 4], [0; 4]);
            root.compare(char::from(a).encode_utf8(&mut a_text), char::from(b).encode_utf8(&mut b_text))
        };
        let mut sorted: Vec<u8> =
            (0..128).filter(|unit| root.compare(ascii(&[*unit]).unwrap_or_default(), "").is_ne()).collect();
        sorted.sort_by(|a, b| compare(*a, *b));
        let mut weight = 0;
        let mut last = None;
        for unit in sorted {
            if last.is_none_or(|last| compare(last, unit).is_ne()) {
                weight += 1;
            }
            last = Some(unit);
            if let Some(place) = weights.get_mut(usize::from(unit)) {
                *place = weight;
            }
        }
        weights
    })
}

/// A text, if it is ASCII.
fn ascii(units: &[u8]) -> Option<&str> {
    if units.is_ascii() { std::str::from_utf8(units).ok() } else { None }
}

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::IntlCollator, "Collator", 0, construct)
        .static_method("supportedLocalesOf", 1, supported_locales_of)
        .prototype(Intrinsic::IntlCollatorPrototype)
        .to_string_tag("Intl.Collator")
        .getter("compare", compare_getter)
        .method("resolvedOptions", 0, resolved_options)
        .member_of(Intrinsic::Intl)
        .finish()?;
    Ok(())
}

/// 10.1.1 Intl.Collator ( [ locales [ , options ] ] )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = allocate::<Collator>(vm, Some(args.new_target.unwrap_or(args.callee)))?;
    let collator = read(vm, args.get(0), args.get(1))?;
    fill_with_bound(vm, o, collator)
}

/// What the constructor reads of its arguments.
fn read(vm: &Vm, locales: Value, options: Value) -> Res<Collator> {
    let requested = canonicalize_locale_list(vm, locales)?;
    let options = coerce_options_to_object(vm, options, SERVICE.name)?;
    let usage = get_option_string(vm, options, "usage", &["sort", "search"])?.unwrap_or("sort");
    let choices: Choices = read_choices(vm, &SERVICE, options)?;
    let resolved = resolve_locale(&requested, &choices, SERVICE.extensions);
    read_rest(vm, &resolved, usage, options)
}

/// The steps of the constructor after ResolveOptions.
fn read_rest(vm: &Vm, resolved: &Resolved, usage: &'static str, options: Bag) -> Res<Collator> {
    let sensitivities = ["base", "accent", "case", "variant"];
    let sensitivity = get_option_string(vm, options, "sensitivity", &sensitivities)?.unwrap_or("variant");
    let language = resolved.data_locale.id.language;
    let ignore_punctuation =
        get_option_bool(vm, options, "ignorePunctuation")?.unwrap_or(language.as_str() == "th");
    let collation = resolved.keyword("co");
    let numeric = resolved.keyword("kn") == Some("true");
    let case_first = resolved.keyword("kf").unwrap_or("false");
    // The compiled data has no collations for searching; that of German is its order of telephone books.
    let german_search = language.as_str() == "de" && usage == "search";
    let tailoring = collation.or(german_search.then_some("phonebk"));
    let preferences = preferences(resolved, tailoring, numeric, case_first);
    let usual = sensitivity == "variant" && case_first == "false" && !numeric && !ignore_punctuation;
    let compare = Compare {
        collator: CollatorBorrowed::try_new(preferences, strengths(sensitivity, ignore_punctuation)).ok(),
        plain: usual && tailoring.is_none() && PLAIN.contains(&language.as_str()),
    };
    Ok(Collator {
        locale: resolved.locale.to_string(),
        usage,
        sensitivity,
        ignore_punctuation,
        collation: collation.unwrap_or("default").to_owned(),
        numeric,
        case_first: case_first.to_owned(),
        compare: Arc::new(compare),
    })
}

/// What locale and keywords mean for ICU4X.
fn preferences(
    resolved: &Resolved,
    tailoring: Option<&str>,
    numeric: bool,
    case_first: &str,
) -> CollatorPreferences {
    let keywords: Vec<(&str, &str)> = tailoring.map(|name| ("co", name)).into_iter().collect();
    let mut preferences = CollatorPreferences::from(&resolved.with(&keywords));
    preferences.numeric_ordering =
        Some(if numeric { CollationNumericOrdering::True } else { CollationNumericOrdering::False });
    preferences.case_first = Some(match case_first {
        "upper" => CollationCaseFirst::Upper,
        "lower" => CollationCaseFirst::Lower,
        _ => CollationCaseFirst::False,
    });
    preferences
}

/// What the options mean for ICU4X.
fn strengths(sensitivity: &str, ignore_punctuation: bool) -> CollatorOptions {
    let mut options = CollatorOptions::default();
    (options.strength, options.case_level) = match sensitivity {
        "base" => (Some(Strength::Primary), Some(CaseLevel::Off)),
        "accent" => (Some(Strength::Secondary), Some(CaseLevel::Off)),
        "case" => (Some(Strength::Primary), Some(CaseLevel::On)),
        _ => (Some(Strength::Tertiary), None),
    };
    if ignore_punctuation {
        options.alternate_handling = Some(AlternateHandling::Shifted);
        options.max_variable = Some(MaxVariable::Punctuation);
    } else {
        options.alternate_handling = Some(AlternateHandling::NonIgnorable);
    }
    options
}

/// 10.3.2 Intl.Collator.prototype.resolvedOptions ( )
fn resolved_options(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let collator = this_slot::<Collator>(vm, args, "resolvedOptions")?;
    let options = Record::new(vm)?;
    options.text("locale", &collator.locale)?;
    options.text("usage", collator.usage)?;
    options.text("sensitivity", collator.sensitivity)?;
    options.set("ignorePunctuation", collator.ignore_punctuation)?;
    options.text("collation", &collator.collation)?;
    options.set("numeric", collator.numeric)?;
    options.text("caseFirst", &collator.case_first)?;
    Ok(options.finish())
}

/// get Intl.Collator.prototype.compare
fn compare_getter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_slot::<Collator>(vm, args, "compare")?;
    match args.this.as_object() {
        Some(o) => bound_function(vm, o, 2, compare),
        None => Ok(Value::UNDEFINED),
    }
}

/// 10.3.3.1 Collator Compare Functions
fn compare(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let x = vm.to_string(args.get(0))?;
    let y = vm.to_string(args.get(1))?;
    // Nothing but the getter makes these functions.
    let Some(collator) = slot::<Collator>(args.slot(0)) else { return Ok(Value::int(0)) };
    collator.compare.strings(vm, x, y).map(|order| Value::int(order as i32))
}

/// 20.1.2.1 String.prototype.localeCompare ( that [ , locales [ , options ] ] ), from the strings on
pub(crate) fn locale_compare(vm: &Vm, x: Str, y: Str, locales: Value, options: Value) -> Res<Value> {
    let compare = comparison(vm, locales, options)?;
    if x.equals(&y) {
        return Ok(Value::int(0));
    }
    compare.strings(vm, x, y).map(|order| Value::int(order as i32))
}

/// What a collator for these arguments compares with. `sort` asks for the same one many times.
fn comparison(vm: &Vm, locales: Value, options: Value) -> Res<Arc<Compare>> {
    static DEFAULT: OnceLock<Arc<Compare>> = OnceLock::new();
    static LAST: Mutex<Option<(String, Arc<Compare>)>> = Mutex::new(None);
    let make = || Ok(read(vm, locales, options)?.compare);
    if !options.is_undefined() {
        return make();
    }
    if locales.is_undefined() {
        return match DEFAULT.get() {
            Some(compare) => Ok(compare.clone()),
            None => {
                let compare = make()?;
                Ok(DEFAULT.get_or_init(|| compare).clone())
            }
        };
    }
    let Some(tag) = locales.as_string() else { return make() };
    let tag = tag.to_std();
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((name, compare)) = last
        && name == tag
    {
        return Ok(compare);
    }
    let compare = make()?;
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some((tag, compare.clone()));
    Ok(compare)
}

#[cfg(test)]
mod tests {
    use super::{CollatorBorrowed, CollatorOptions, CollatorPreferences, PLAIN, ascii_order};
    use icu_locale::Locale;

    #[test]
    fn ascii_texts_are_in_the_order_of_each_plain_language() {
        let texts: Vec<String> = (0..128_u8)
            .flat_map(|unit| {
                let c = char::from(unit);
                [c.to_string(), format!("a{c}B")]
            })
            .chain(["ch", "LL", "ij", "Aa", "dz", "ss", "co-op", "coop", "co op", ""].map(str::to_owned))
            .collect();
        for language in PLAIN {
            let Ok(locale) = language.parse::<Locale>() else { panic!("{language}") };
            let collator =
                CollatorBorrowed::try_new(CollatorPreferences::from(&locale), CollatorOptions::default());
            let Ok(collator) = collator else { panic!("no data for {language}") };
            for x in &texts {
                for y in &texts {
                    if let Some(order) = ascii_order(x.as_bytes(), y.as_bytes()) {
                        assert_eq!(order, collator.compare(x, y), "{language}: {x:?} {y:?}");
                    }
                }
            }
        }
    }
}
