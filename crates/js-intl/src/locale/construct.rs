//! 15.1 The Intl.Locale Constructor.

use super::LocaleSlot;
use crate::canonical::{Tag, canonical_value, canonicalize, long_language};
use crate::negotiate::{canonicalize_tag, is_type};
use crate::object::{allocate, fill, new_target, slot};
use crate::options::{Bag, coerce_options_to_object, get_option_any, get_option_bool, get_option_string};
use icu_locale::Locale;
use icu_locale::extensions::unicode::{Key, Value as Keyword};
use icu_locale::subtags::{Language, Region, Script, Variant, Variants};
use js_rt::Value;
use js_vm::{Args, Res, Throw, Vm};

#[cold]
fn incorrect(vm: &Vm) -> Throw {
    vm.range_error("Incorrect locale information provided")
}

/// 15.1.1 Intl.Locale ( tag [ , options ] )
pub(super) fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let target = new_target::<LocaleSlot>(vm, args)?;
    let o = allocate::<LocaleSlot>(vm, Some(target))?;
    let tag = args.get(0);
    if !tag.is_string() && !tag.is_object() {
        return Err(vm.type_error("First argument to Intl.Locale constructor can't be empty or missing"));
    }
    let text = match slot::<LocaleSlot>(tag) {
        Some(slot) => slot.tag.to_string(),
        None => vm.to_string(tag)?.to_std(),
    };
    let options = coerce_options_to_object(vm, args.get(1), "locale")?;
    let mut tag = canonicalize_tag(vm, &text)?;
    update_language_id(vm, &mut tag, options)?;
    update_keywords(vm, &mut tag.locale, options)?;
    canonicalize(&mut tag.locale);
    fill(vm, o, LocaleSlot { tag })
}

/// An option that is a subtag.
fn subtag<T>(vm: &Vm, options: Bag, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Res<Option<T>> {
    match get_option_any(vm, options, name)? {
        Some(text) => parse(&text.to_std()).map(Some).ok_or_else(|| incorrect(vm)),
        None => Ok(None),
    }
}

/// 15.1.2 UpdateLanguageId ( tag, options )
fn update_language_id(vm: &Vm, tag: &mut Tag, options: Bag) -> Res<()> {
    let parse = |text: &str| match long_language(text) {
        Some(language) => Some((Language::UNKNOWN, Some(language))),
        None => Some((Language::try_from_str(text).ok()?, None)),
    };
    if let Some((short, long)) = subtag(vm, options, "language", parse)? {
        tag.locale.id.language = short;
        tag.language = long;
    }
    let locale = &mut tag.locale;
    if let Some(script) = subtag(vm, options, "script", |text| Script::try_from_str(text).ok())? {
        locale.id.script = Some(script);
    }
    if let Some(region) = subtag(vm, options, "region", |text| Region::try_from_str(text).ok())? {
        locale.id.region = Some(region);
    }
    if let Some(variants) = subtag(vm, options, "variants", parse_variants)? {
        locale.id.variants = variants;
    }
    Ok(())
}

/// Variants with hyphens between them, none twice.
fn parse_variants(text: &str) -> Option<Variants> {
    let mut list = text
        .split('-')
        .map(|part| Variant::try_from_str(&part.to_ascii_lowercase()).ok())
        .collect::<Option<Vec<Variant>>>()?;
    list.sort();
    let all = list.len();
    list.dedup();
    (list.len() == all).then(|| Variants::from_vec_unchecked(list))
}

/// An option whose value may be that of any keyword.
fn any_type(vm: &Vm, options: Bag, name: &str) -> Res<Option<String>> {
    subtag(vm, options, name, |text| is_type(text).then(|| text.to_owned()))
}

/// The option `firstDayOfWeek`, by WeekdayToUValue.
fn first_day(vm: &Vm, options: Bag) -> Res<Option<String>> {
    subtag(vm, options, "firstDayOfWeek", |text| {
        let day = match text {
            "0" | "7" => "sun",
            "1" => "mon",
            "2" => "tue",
            "3" => "wed",
            "4" => "thu",
            "5" => "fri",
            "6" => "sat",
            other => other,
        };
        is_type(day).then(|| day.to_owned())
    })
}

/// The options that are keywords, and MakeLocaleRecord
fn update_keywords(vm: &Vm, locale: &mut Locale, options: Bag) -> Res<()> {
    let chosen = |name: &str, allowed: &[&'static str]| {
        Res::Ok(get_option_string(vm, options, name, allowed)?.map(str::to_owned))
    };
    let values = [
        ("ca", any_type(vm, options, "calendar")?),
        ("co", any_type(vm, options, "collation")?),
        ("fw", first_day(vm, options)?),
        ("hc", chosen("hourCycle", &["h11", "h12", "h23", "h24"])?),
        ("kf", chosen("caseFirst", &["upper", "lower", "false"])?),
        ("kn", get_option_bool(vm, options, "numeric")?.map(|value| value.to_string())),
        ("nu", any_type(vm, options, "numberingSystem")?),
    ];
    for (key, value) in values {
        if let Some(value) = value
            && let Ok(key) = Key::try_from_str(key)
        {
            let value = canonical_value(key.as_str(), &value);
            let value = Keyword::try_from_str(&value).map_err(|_| incorrect(vm))?;
            locale.extensions.unicode.keywords.set(key, value);
        }
    }
    Ok(())
}
