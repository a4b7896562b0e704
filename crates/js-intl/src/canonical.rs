//! Unicode locale identifiers in their canonical form: clause 6.2, and UTS #35's annex C where ICU4X leaves something open.

use icu_locale::extensions::transform;
use icu_locale::extensions::unicode::{Key, Value as Keyword};
use icu_locale::subtags::{language, region, script};
use icu_locale::{LanguageIdentifier, Locale, LocaleCanonicalizer, LocaleExpander};
use std::fmt;
use std::sync::OnceLock;

/// A language tag in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Its language is `und` when `language` is another one.
    pub(crate) locale: Locale,
    /// A language of five letters or more. There are none yet, but the syntax has them; ICU4X has no place for it.
    pub(crate) language: Option<String>,
}

impl From<Locale> for Tag {
    fn from(locale: Locale) -> Tag {
        Tag { locale, language: None }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.locale)
    }
}

impl Tag {
    fn write(&self, f: &mut impl fmt::Write, text: &impl fmt::Display) -> fmt::Result {
        match &self.language {
            Some(language) => {
                let text = text.to_string();
                write!(f, "{language}{}", text.strip_prefix("und").unwrap_or_default())
            }
            None => write!(f, "{text}"),
        }
    }

    /// GetLocaleBaseName ( locale )
    pub(crate) fn base_name(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text, &self.locale.id);
        text
    }

    /// GetLocaleLanguage ( locale )
    pub(crate) fn language(&self) -> String {
        self.language.clone().unwrap_or_else(|| self.locale.id.language.to_string())
    }
}

/// A language of five letters or more.
pub(crate) fn long_language(text: &str) -> Option<String> {
    let is_long = (5..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic());
    is_long.then(|| text.to_ascii_lowercase())
}

/// IsWellFormedLanguageTag, then CanonicalizeUnicodeLocaleId; `None` for a tag that is not well-formed
pub(crate) fn canonical_tag(tag: &str) -> Option<Tag> {
    // The parser takes underscores, too, as identifiers of Unicode are allowed to have.
    if !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    let first = tag.split('-').next().unwrap_or_default();
    let language = long_language(first);
    let mut locale = match &language {
        Some(_) => Locale::try_from_str(&format!("und{}", &tag[first.len()..])).ok()?,
        None => Locale::try_from_str(tag).ok()?,
    };
    canonicalize(&mut locale);
    Some(Tag { locale, language })
}

/// The Add Likely Subtags algorithm: nothing happens to what it signals an error for.
pub(crate) fn maximize(id: &mut LanguageIdentifier) {
    expander().maximize(id);
    if id.language.is_unknown() {
        id.language = language!("en");
        id.script.get_or_insert(script!("Latn"));
        id.region.get_or_insert(region!("US"));
    }
}

/// The Remove Likely Subtags algorithm.
pub(crate) fn minimize(id: &mut LanguageIdentifier) {
    if id.language.is_unknown() {
        maximize(id);
    }
    expander().minimize(id);
}

fn canonicalizer() -> &'static LocaleCanonicalizer<&'static LocaleExpander> {
    static CANONICALIZER: OnceLock<LocaleCanonicalizer<&'static LocaleExpander>> = OnceLock::new();
    CANONICALIZER.get_or_init(|| LocaleCanonicalizer::new_with_expander(expander()))
}

/// Likely subtags.
pub(crate) fn expander() -> &'static LocaleExpander {
    static EXPANDER: OnceLock<LocaleExpander> = OnceLock::new();
    EXPANDER.get_or_init(LocaleExpander::new_extended)
}

/// CanonicalizeUnicodeLocaleId ( locale )
pub(crate) fn canonicalize(locale: &mut Locale) {
    canonicalizer().canonicalize(locale);
    canonicalize_transform(&mut locale.extensions.transform);
    let keywords = &mut locale.extensions.unicode.keywords;
    let aliased: Vec<(Key, &str)> = keywords
        .iter()
        .filter_map(|(key, value)| Some((*key, value_alias(key.as_str(), &value.to_string())?)))
        .collect();
    for (key, name) in aliased {
        keywords.set(key, Keyword::try_from_str(name).unwrap_or_default());
    }
}

/// The language that a transform extension names is canonicalized as any other, and its fields have aliases.
fn canonicalize_transform(transform: &mut transform::Transform) {
    if let Some(id) = &mut transform.lang {
        let mut locale = Locale::from(id.clone());
        canonicalizer().canonicalize(&mut locale);
        *id = locale.id;
    }
    for (key, alias, name) in [("m0", "names", "prprname"), ("d0", "name", "charname")] {
        if let Ok(key) = key.parse::<transform::Key>()
            && transform.fields.get(&key).is_some_and(|value| value.to_string() == alias)
            && let Ok(name) = name.parse()
        {
            transform.fields.set(key, name);
        }
    }
}

/// 9.2.2 CanonicalizeUValue ( ukey, uvalue )
pub(crate) fn canonical_value(key: &str, value: &str) -> String {
    let value = value.to_ascii_lowercase();
    let Ok(tag) = format!("und-u-{key}-{value}").parse::<Locale>() else { return value };
    let mut tag = tag;
    canonicalize(&mut tag);
    let key = Key::try_from_str(key).ok();
    key.and_then(|key| tag.extensions.unicode.keywords.get(&key).map(Keyword::to_string)).unwrap_or(value)
}

/// What a value of a key is an alias of: the data of CLDR's `common/bcp47` that ICU4X does not have.
fn value_alias(key: &str, value: &str) -> Option<&'static str> {
    let found = match (key, value) {
        ("ca", "ethiopic-amete-alem") => "ethioaa",
        ("ca", "islamicc") => "islamic-civil",
        ("ks", "primary") => "level1",
        ("ks", "tertiary") => "level3",
        ("ms", "imperial") => "uksystem",
        ("kb" | "kc" | "kh" | "kk" | "kn", "yes") => "",
        ("tz", zone) => return zone_alias(zone),
        _ => return None,
    };
    Some(found)
}

/// The time zones that have become others.
fn zone_alias(zone: &str) -> Option<&'static str> {
    const ALIASES: &[(&str, &str)] = &[
        ("aqams", "aqmcm"),
        ("aukns", "auhba"),
        ("caffs", "cawnp"),
        ("camtr", "cator"),
        ("canpg", "cator"),
        ("capnt", "caiql"),
        ("cathu", "cator"),
        ("cayzf", "caedm"),
        ("cet", "bebru"),
        ("cnckg", "cnsha"),
        ("cnhrb", "cnsha"),
        ("cnkhg", "cnurc"),
        ("cst6cdt", "uschi"),
        ("cuba", "cuhav"),
        ("eet", "grath"),
        ("egypt", "egcai"),
        ("eire", "iedub"),
        ("est", "papty"),
        ("est5edt", "usnyc"),
        ("factory", "unk"),
        ("gaza", "gazastrp"),
        ("gmt0", "gmt"),
        ("hongkong", "hkhkg"),
        ("hst", "ushnl"),
        ("iceland", "isrey"),
        ("iran", "irthr"),
        ("israel", "jeruslm"),
        ("jamaica", "jmkin"),
        ("japan", "jptyo"),
        ("libya", "lytip"),
        ("met", "bebru"),
        ("mncoq", "mnuln"),
        ("mst", "usphx"),
        ("mst7mdt", "usden"),
        ("mxstis", "mxtij"),
        ("navajo", "usden"),
        ("poland", "plwaw"),
        ("portugal", "ptlis"),
        ("prc", "cnsha"),
        ("pst8pdt", "uslax"),
        ("roc", "twtpe"),
        ("rok", "krsel"),
        ("turkey", "trist"),
        ("uaozh", "uaiev"),
        ("uauzh", "uaiev"),
        ("uct", "utc"),
        ("umjon", "ushnl"),
        ("usnavajo", "usden"),
        ("wet", "ptlis"),
        ("zulu", "utc"),
    ];
    let found = ALIASES.binary_search_by_key(&zone, |(alias, _)| alias).ok()?;
    Some(ALIASES.get(found)?.1)
}

#[cfg(test)]
mod tests {
    use super::{canonical_tag, canonical_value, maximize, minimize};

    #[test]
    fn tags_become_canonical() {
        for (tag, canonical) in [
            ("EN-us", "en-US"),
            ("en-u-kn-true", "en-u-kn"),
            ("en-u-kn-yes", "en-u-kn"),
            ("und-u-tz-zulu", "und-u-tz-utc"),
            ("und-u-ca-ethiopic-amete-alem", "und-u-ca-ethioaa"),
            ("und-t-iw-m0-names", "und-t-he-m0-prprname"),
            ("art-lojban", "jbo"),
            ("POSIX-us-u-KN", "posix-US-u-kn"),
            ("cmn-hans-cn-u-ca-t-ca-x-t-u", "zh-Hans-CN-t-ca-u-ca-x-t-u"),
        ] {
            assert_eq!(canonical_tag(tag).map(|tag| tag.to_string()).as_deref(), Some(canonical), "{tag}");
        }
    }

    #[test]
    fn what_is_not_well_formed() {
        for tag in [
            "",
            "en_US",
            "i-klingon",
            "de-1996-1996",
            "en-u",
            "en-t",
            "en-x",
            "en-a-b",
            "root",
            "en-",
            "abcdefghi",
        ] {
            assert!(canonical_tag(tag).is_none(), "{tag}");
        }
    }

    #[test]
    fn likely_subtags() {
        for (tag, maximal, minimal) in [
            ("und", "en-Latn-US", "en"),
            ("zh", "zh-Hans-CN", "zh"),
            ("und-AT", "de-Latn-AT", "de-AT"),
            ("xx", "xx", "xx"),
        ] {
            let Some(tag) = canonical_tag(tag) else { panic!("{tag} is well-formed") };
            let (mut most, mut least) = (tag.locale.id.clone(), tag.locale.id);
            maximize(&mut most);
            minimize(&mut least);
            assert_eq!((most.to_string().as_str(), least.to_string().as_str()), (maximal, minimal));
        }
    }

    #[test]
    fn values_become_canonical() {
        assert_eq!(canonical_value("kn", "true"), "");
        assert_eq!(canonical_value("ca", "ISLAMICC"), "islamic-civil");
        assert_eq!(canonical_value("nu", "Latn"), "latn");
    }
}
