//! Names of languages with what else is in a tag: UTS #35's Locale Display Name Algorithm.
//!
//! ICU4X's own has the punctuation of English in all languages.

use crate::number_format::symbols::load;
use icu_experimental::displaynames::provider::{
    LocaleNamesLanguageV0, LocaleNamesLocaleV0, LocaleNamesRegionV0, LocaleNamesScriptV0,
    LocaleNamesVariantV0,
};
use icu_experimental::provider::Baked;
use icu_locale::subtags::{Region, Script};
use icu_locale::{LanguageIdentifier, Locale};

/// How a name is looked for.
#[derive(Clone, Copy)]
pub(super) struct Looking<'a> {
    /// The locale whose names these are.
    pub(super) locale: &'a Locale,
    pub(super) short: bool,
    /// Whether there are names for a language as it is written or spoken somewhere.
    pub(super) dialect: bool,
}

/// The name of a language identifier; `None` when the language has no name.
pub(super) fn language_name(looking: Looking<'_>, id: &LanguageIdentifier) -> Option<String> {
    let (name, used) =
        longest_match(looking, id).or_else(|| Some((single_name(looking, id)?, Used::default())))?;
    let mut qualifiers = Vec::new();
    if let Some(script) = id.script.filter(|_| !used.script) {
        qualifiers.push(looking.script(script).unwrap_or_else(|| script.to_string()));
    }
    if let Some(region) = id.region.filter(|_| !used.region) {
        qualifiers.push(looking.region(region).unwrap_or_else(|| region.to_string()));
    }
    let variants = load::<LocaleNamesVariantV0>(&Baked, looking.locale, "");
    for variant in id.variants.iter() {
        let key = variant.to_tinystr().to_unvalidated();
        let name = variants.as_ref().and_then(|names| names.get().names.get(&key));
        qualifiers.push(name.unwrap_or(variant.as_str()).to_owned());
    }
    if qualifiers.is_empty() {
        return Some(name);
    }
    let (before, between, after) = punctuation(looking.locale);
    Some(format!("{name}{before}{}{after}", qualifiers.join(between)))
}

/// What a name says already.
#[derive(Default)]
struct Used {
    script: bool,
    region: bool,
}

/// The name of a language with script, region or both.
fn longest_match(looking: Looking<'_>, id: &LanguageIdentifier) -> Option<(String, Used)> {
    if !looking.dialect {
        return None;
    }
    let names = load::<LocaleNamesLocaleV0>(&Baked, looking.locale, "")?;
    let names = names.get();
    [(true, true), (true, false), (false, true)].into_iter().find_map(|(script, region)| {
        if script && id.script.is_none() || region && id.region.is_none() {
            return None;
        }
        let part = LanguageIdentifier::from((
            id.language,
            id.script.filter(|_| script),
            id.region.filter(|_| region),
        ));
        let short =
            if looking.short { names.short_names.get_by(|tag| part.strict_cmp(tag).reverse()) } else { None };
        let name = short.or_else(|| names.names.get_by(|tag| part.strict_cmp(tag).reverse()))?;
        Some((name.to_owned(), Used { script, region }))
    })
}

/// The name of the language alone.
fn single_name(looking: Looking<'_>, id: &LanguageIdentifier) -> Option<String> {
    let names = load::<LocaleNamesLanguageV0>(&Baked, looking.locale, "")?;
    let names = names.get();
    let key = id.language.to_tinystr().to_unvalidated();
    let short = if looking.short { names.short_names.get(&key) } else { None };
    short.or_else(|| names.names.get(&key)).map(str::to_owned)
}

impl Looking<'_> {
    /// The name of a script.
    pub(super) fn script(self, script: Script) -> Option<String> {
        let names = load::<LocaleNamesScriptV0>(&Baked, self.locale, "")?;
        let names = names.get();
        let key = script.to_tinystr().to_unvalidated();
        let short = if self.short { names.short_names.get(&key) } else { None };
        short.or_else(|| names.names.get(&key)).map(str::to_owned)
    }

    /// The name of a region.
    pub(super) fn region(self, region: Region) -> Option<String> {
        let names = load::<LocaleNamesRegionV0>(&Baked, self.locale, "")?;
        let names = names.get();
        let key = region.to_tinystr().to_unvalidated();
        let short = if self.short { names.short_names.get(&key) } else { None };
        short.or_else(|| names.names.get(&key)).map(str::to_owned)
    }
}

/// What stands in front of qualifiers, between them, and behind: CLDR's `localePattern` and `localeSeparator`.
fn punctuation(locale: &Locale) -> (&'static str, &'static str, &'static str) {
    match locale.id.language.as_str() {
        "am" | "ti" => (" (", "፣ ", ")"),
        "ar" | "ckb" | "fa" | "syr" | "ug" => (" (", "، ", ")"),
        "brx" => (" (", ",", ")"),
        "ja" => (" (", "、", ")"),
        "ko" => ("(", ", ", ")"),
        "my" => (" (", "/ ", ")"),
        "ur" => (" (", "،", ")"),
        "yue" => (" (", "，", ")"),
        "zh" => ("（", "，", "）"),
        _ => (" (", ", ", ")"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Looking, language_name};
    use icu_locale::Locale;

    fn name(locale: &str, dialect: bool, tag: &str) -> Option<String> {
        let (Ok(locale), Ok(tag)) = (locale.parse::<Locale>(), tag.parse::<Locale>()) else {
            panic!("{tag}")
        };
        language_name(Looking { locale: &locale, short: false, dialect }, &tag.id)
    }

    #[test]
    fn names_with_qualifiers() {
        for (locale, dialect, tag, expected) in [
            ("en", true, "en-GB", "British English"),
            ("en", false, "en-GB", "English (United Kingdom)"),
            ("en", true, "sr-Latn-RS", "Serbian (Latin, Serbia)"),
            ("zh", false, "sr-Latn-RS", "塞尔维亚语（拉丁文，塞尔维亚）"),
            ("ko", true, "de-AT", "독일어(오스트리아)"),
            ("en", true, "de-XA-fonipa", "German (Pseudo-Accents, IPA Phonetics)"),
        ] {
            assert_eq!(name(locale, dialect, tag).as_deref(), Some(expected), "{locale} {tag}");
        }
        assert_eq!(name("en", true, "xx-US"), None);
    }
}
