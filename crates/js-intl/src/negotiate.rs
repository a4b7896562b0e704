//! 9 Locale and Parameter Negotiation: from `locales` and `options` arguments to a locale that there is data for.

use crate::available::is_available;
use crate::canonical::{Tag, canonical_tag, canonical_value};
use crate::locale::LocaleSlot;
use crate::object::slot;
use crate::options::{
    Bag, coerce_options_to_object, get_option_any, get_option_bool, get_option_string, get_options_object,
};
use icu_locale::Locale;
use icu_locale::extensions::unicode::{Key, Value as Keyword};
use js_rt::{PropertyKey, Value};
use js_vm::{Res, Throw, Vm};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What a locale has for a key: values of which the first is the default. `None` is the specification's null.
pub(crate) type KeyData = Cow<'static, [Option<&'static str>]>;

/// An element of a constructor's `[[RelevantExtensionKeys]]` with its field of `[[LocaleData]]`.
#[derive(Clone, Copy)]
pub(crate) struct Extension {
    pub(crate) key: &'static str,
    /// The values for a locale that is available.
    pub(crate) values: fn(&Locale) -> KeyData,
}

/// What an option that is relevant for resolution may be.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Boolean,
    /// Any value that could be one of a key.
    Type,
    /// One of these.
    Values(&'static [&'static str]),
}

/// An element of a constructor's `[[ResolutionOptionDescriptors]]`.
#[derive(Clone, Copy)]
pub(crate) struct Descriptor {
    pub(crate) key: &'static str,
    pub(crate) property: &'static str,
    pub(crate) kind: Kind,
}

/// What the constructors of services have in their internal slots.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// `Intl.` and the name of the constructor.
    pub(crate) name: &'static str,
    pub(crate) descriptors: &'static [Descriptor],
    pub(crate) extensions: &'static [Extension],
}

/// The value of an option in the record that ResolveLocale takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    #[default]
    Undefined,
    Null,
    Value(String),
}

/// The record of options that ResolveLocale takes, by the descriptors' keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choices {
    list: Vec<(&'static str, Choice)>,
}

impl Choices {
    /// The value of a field; undefined when there is none.
    pub(crate) fn get(&self, key: &str) -> Choice {
        let found = self.list.iter().find(|(name, _)| *name == key);
        found.map_or(Choice::Undefined, |(_, choice)| choice.clone())
    }

    /// Sets a field.
    pub(crate) fn set(&mut self, key: &'static str, choice: Choice) {
        match self.list.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = choice,
            None => self.list.push((key, choice)),
        }
    }
}

/// The result of ResolveLocale.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// `[[Locale]]`: with the keywords that are supported and that options do not override.
    pub(crate) locale: Locale,
    /// The locale that was found, without extensions.
    pub(crate) data_locale: Locale,
    keywords: Vec<(&'static str, Option<String>)>,
}

impl Resolved {
    /// The value of a relevant extension key; `None` is null.
    pub(crate) fn keyword(&self, key: &str) -> Option<&str> {
        self.keywords.iter().find(|(name, _)| *name == key)?.1.as_deref()
    }

    /// `data_locale` with keywords set: what formatters are made for.
    pub(crate) fn with(&self, keywords: &[(&str, &str)]) -> Locale {
        let mut locale = self.data_locale.clone();
        for (key, value) in keywords {
            if let (Ok(key), Ok(value)) = (Key::try_from_str(key), Keyword::try_from_str(value)) {
                locale.extensions.unicode.keywords.set(key, value);
            }
        }
        locale
    }
}

/// How a constructor takes its options argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// GetOptionsObject.
    Get,
    /// CoerceOptionsToObject.
    Coerce,
    /// GetOptionsObject, and undefined is a TypeError.
    Require,
}

#[cold]
fn incorrect_locale(vm: &Vm) -> Throw {
    vm.range_error("Incorrect locale information provided")
}

/// IsWellFormedLanguageTag and CanonicalizeUnicodeLocaleId
pub(crate) fn canonicalize_tag(vm: &Vm, tag: &str) -> Res<Tag> {
    canonical_tag(tag).ok_or_else(|| incorrect_locale(vm))
}

/// 9.2.1 CanonicalizeLocaleList ( locales )
pub(crate) fn canonicalize_tag_list(vm: &Vm, locales: Value) -> Res<Vec<Tag>> {
    if locales.is_undefined() {
        return Ok(Vec::new());
    }
    if locales.is_string() || slot::<LocaleSlot>(locales).is_some() {
        return Ok(vec![element_tag(vm, locales)?]);
    }
    let o = vm.to_object(locales)?;
    let length = vm.length_of_array_like(o)? as u64;
    let mut seen = Vec::new();
    for index in 0..length {
        vm.poll()?;
        let key: PropertyKey = vm.rt.key_from_u64(index)?;
        if !vm.has_property(o, key)? {
            continue;
        }
        let element = vm.get(o, key)?;
        let tag = element_tag(vm, element)?;
        if !seen.contains(&tag) {
            seen.push(tag);
        }
    }
    Ok(seen)
}

/// An element of a list of locales.
fn element_tag(vm: &Vm, element: Value) -> Res<Tag> {
    if !element.is_string() && !element.is_object() {
        return Err(vm.type_error("Language ID should be string or object."));
    }
    if let Some(slot) = slot::<LocaleSlot>(element) {
        return Ok(slot.tag);
    }
    let tag = vm.to_string(element)?;
    canonicalize_tag(vm, &tag.to_std())
}

/// 9.2.1 CanonicalizeLocaleList ( locales ), without those that there cannot be data for
pub(crate) fn canonicalize_locale_list(vm: &Vm, locales: Value) -> Res<Vec<Locale>> {
    let tags = canonicalize_tag_list(vm, locales)?;
    Ok(tags.into_iter().filter(|tag| tag.language.is_none()).map(|tag| tag.locale).collect())
}

/// 6.2.3 DefaultLocale ( )
pub(crate) fn default_locale() -> &'static Locale {
    static DEFAULT: OnceLock<Locale> = OnceLock::new();
    DEFAULT.get_or_init(|| {
        let named = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
        let named = named.into_iter().find(|value| !value.is_empty());
        let found = named.and_then(|name| host_locale(&name));
        found.unwrap_or(icu_locale::locale!("en-US"))
    })
}

/// The available locale that a POSIX name such as `de_AT.UTF-8` means.
fn host_locale(name: &str) -> Option<Locale> {
    let name = name.split(['.', '@']).next().unwrap_or_default();
    let tag = canonical_tag(&name.replace('_', "-"))?;
    lookup(&tag.locale)
}

/// LookupMatchingLocaleByPrefix for one locale, as far as it is about `[[locale]]`
pub(crate) fn lookup(requested: &Locale) -> Option<Locale> {
    let tag = requested.id.to_string();
    let mut prefix = tag.as_str();
    loop {
        if is_available(prefix) {
            return prefix.parse().ok();
        }
        prefix = &prefix[..prefix.rfind('-')?];
    }
}

/// ResolveLocale ( availableLocales, requestedLocales, options, relevantExtensionKeys, localeData )
pub(crate) fn resolve_locale(requested: &[Locale], choices: &Choices, extensions: &[Extension]) -> Resolved {
    let found = requested.iter().find_map(|locale| Some((lookup(locale)?, Some(locale))));
    let (data_locale, requested) = found.unwrap_or_else(|| (default_locale().clone(), None));
    let mut locale = data_locale.clone();
    let mut keywords = Vec::with_capacity(extensions.len());
    for extension in extensions {
        let Ok(key) = Key::try_from_str(extension.key) else { continue };
        let asked = requested.and_then(|locale| locale.extensions.unicode.keywords.get(&key));
        let (value, supported) = resolve_keyword(&data_locale, extension, asked, choices.get(extension.key));
        if let Some(keyword) = asked.filter(|_| supported) {
            locale.extensions.unicode.keywords.set(key, keyword.clone());
        }
        keywords.push((extension.key, value));
    }
    Resolved { locale, data_locale, keywords }
}

/// The steps of ResolveLocale for a key: its value, and whether the keyword of the locale that was asked for stays.
fn resolve_keyword(
    locale: &Locale,
    extension: &Extension,
    asked: Option<&Keyword>,
    choice: Choice,
) -> (Option<String>, bool) {
    let data = (extension.values)(locale);
    let mut value = data.first().copied().flatten().map(str::to_owned);
    let mut supported = false;
    // A keyword without value, and an option with an empty one, mean `true`.
    let or_true = |text: String| if text.is_empty() { "true".to_owned() } else { text };
    if let Some(asked) = asked {
        let asked = Some(or_true(asked.to_string()));
        if data.contains(&asked.as_deref()) {
            value = asked;
            supported = true;
        }
    }
    let option = match choice {
        Choice::Undefined => return (value, supported),
        Choice::Null => None,
        Choice::Value(text) => Some(or_true(canonical_value(extension.key, &text))),
    };
    if option != value && data.contains(&option.as_deref()) {
        return (option, false);
    }
    (value, supported)
}

/// Reads the option `localeMatcher`. Both of its values mean the same way to look for locales here.
fn read_matcher(vm: &Vm, options: Bag) -> Res<()> {
    get_option_string(vm, options, "localeMatcher", &["lookup", "best fit"])?;
    Ok(())
}

/// Whether a text is matched by the nonterminal `type` of Unicode locale identifiers.
pub(crate) fn is_type(text: &str) -> bool {
    text.split('-')
        .all(|part| (3..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// ResolveOptions from step 4 on: what is read of an options argument
pub(crate) fn read_choices(vm: &Vm, service: &Service, options: Bag) -> Res<Choices> {
    read_matcher(vm, options)?;
    let mut choices = Choices::default();
    for descriptor in service.descriptors {
        let value = match descriptor.kind {
            Kind::Boolean => {
                get_option_bool(vm, options, descriptor.property)?.map(|value| value.to_string())
            }
            Kind::Values(allowed) => {
                get_option_string(vm, options, descriptor.property, allowed)?.map(str::to_owned)
            }
            Kind::Type => match get_option_any(vm, options, descriptor.property)? {
                Some(value) => {
                    let value = value.to_std();
                    if !is_type(&value) {
                        let property = descriptor.property;
                        return Err(vm.range_error(format_args!("Invalid {property} : {value}")));
                    }
                    Some(value)
                }
                None => None,
            },
        };
        choices.set(descriptor.key, value.map_or(Choice::Undefined, Choice::Value));
    }
    Ok(choices)
}

/// What ResolveOptions gives.
pub(crate) struct Resolution {
    pub(crate) options: Bag,
    pub(crate) resolved: Resolved,
}

/// ResolveOptions ( ctor, localeData, locales, options, specialBehaviours, modifyResolutionOptions )
pub(crate) fn resolve_options(
    vm: &Vm,
    service: &Service,
    (locales, options): (Value, Value),
    reading: Reading,
    modify: impl FnOnce(&mut Choices),
) -> Res<Resolution> {
    let requested = canonicalize_locale_list(vm, locales)?;
    let options = match reading {
        Reading::Coerce => coerce_options_to_object(vm, options, service.name)?,
        Reading::Require if options.is_undefined() => {
            return Err(vm.type_error(format_args!("{} requires an options argument", service.name)));
        }
        Reading::Get | Reading::Require => get_options_object(vm, options, service.name)?,
    };
    let mut choices = read_choices(vm, service, options)?;
    modify(&mut choices);
    let resolved = resolve_locale(&requested, &choices, service.extensions);
    Ok(Resolution { options, resolved })
}

/// `supportedLocalesOf ( locales [ , options ] )` of all constructors: FilterLocales
pub(crate) fn supported_locales_of(vm: &Vm, args: &js_vm::Args<'_>) -> Res<Value> {
    let requested = canonicalize_locale_list(vm, args.get(0))?;
    let options = coerce_options_to_object(vm, args.get(1), "Intl")?;
    read_matcher(vm, options)?;
    let list = vm.rt.new_list()?;
    for locale in requested.iter().filter(|locale| lookup(locale).is_some()) {
        list.push(&vm.rt, vm.rt.str_from_utf8(&locale.to_string())?.into())?;
    }
    Ok(vm.create_array_from_list(list)?.into())
}

#[cfg(test)]
mod tests {
    use super::{Choice, Choices, Extension, KeyData, Resolved, default_locale, host_locale, resolve_locale};
    use crate::canonical::canonical_tag;

    const EXTENSIONS: &[Extension] = &[
        Extension { key: "co", values: |_| KeyData::Borrowed(&[None, Some("emoji"), Some("phonebk")]) },
        Extension { key: "kn", values: |_| KeyData::Borrowed(&[Some("false"), Some("true")]) },
    ];

    fn resolve(tags: &[&str], options: &[(&'static str, Choice)]) -> Resolved {
        let requested: Vec<_> = tags.iter().filter_map(|tag| Some(canonical_tag(tag)?.locale)).collect();
        let mut choices = Choices::default();
        for (key, choice) in options {
            choices.set(key, choice.clone());
        }
        resolve_locale(&requested, &choices, EXTENSIONS)
    }

    fn value(text: &str) -> Choice {
        Choice::Value(text.to_owned())
    }

    #[test]
    fn the_first_available_locale_is_taken() {
        let resolved = resolve(&["zxx", "de-AT-1996-x-private", "fr"], &[]);
        assert_eq!(resolved.locale.to_string(), "de-AT");
        assert_eq!(resolve(&["zh-Hant-US"], &[]).locale.to_string(), "zh-Hant");
        assert_eq!(resolve(&["zxx-u-kn"], &[]).locale, *default_locale());
    }

    #[test]
    fn keywords_stay_when_they_are_supported() {
        let resolved = resolve(&["de-u-ca-gregory-co-phonebk-kn"], &[]);
        assert_eq!(resolved.locale.to_string(), "de-u-co-phonebk-kn");
        assert_eq!((resolved.keyword("co"), resolved.keyword("kn")), (Some("phonebk"), Some("true")));
        let resolved = resolve(&["de-u-co-stroke-kn-maybe"], &[]);
        assert_eq!(resolved.locale.to_string(), "de");
        assert_eq!((resolved.keyword("co"), resolved.keyword("kn")), (None, Some("false")));
    }

    #[test]
    fn options_override_keywords() {
        let resolved = resolve(&["de-u-co-phonebk-kn"], &[("co", value("emoji")), ("kn", value("true"))]);
        assert_eq!(resolved.locale.to_string(), "de-u-kn");
        assert_eq!((resolved.keyword("co"), resolved.keyword("kn")), (Some("emoji"), Some("true")));
        let resolved = resolve(&["de-u-co-phonebk"], &[("co", value("stroke")), ("kn", Choice::Undefined)]);
        assert_eq!(resolved.locale.to_string(), "de-u-co-phonebk");
        let resolved = resolve(&["de-u-co-phonebk"], &[("co", Choice::Null)]);
        assert_eq!((resolved.locale.to_string().as_str(), resolved.keyword("co")), ("de", None));
    }

    #[test]
    fn what_the_host_calls_its_locale() {
        let named = |name| host_locale(name).map(|locale| locale.to_string());
        assert_eq!(named("de_AT.UTF-8").as_deref(), Some("de-AT"));
        assert_eq!(named("sr_RS@latin").as_deref(), Some("sr-RS"));
        assert_eq!(named("C.UTF-8"), None);
        assert_eq!(named("POSIX"), None);
    }
}
