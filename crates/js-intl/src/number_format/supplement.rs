//! Facts of CLDR 48 that the data of ICU4X 2.4 does not have (Unicode-3.0), where they differ from the root locale's.

use icu_locale::Locale;

/// Whether a locale is one of some: by its language, by its language and script, or by its language and region.
pub(super) fn is_one_of(locale: &Locale, names: &str) -> bool {
    let id = &locale.id;
    let language = id.language.as_str();
    names.split(' ').any(|name| {
        let Some(rest) = name.strip_prefix(language) else { return false };
        match rest.strip_prefix('-') {
            Some(tag) => {
                id.script.is_some_and(|script| tag == script.as_str())
                    || id.region.is_some_and(|region| tag == region.as_str())
            }
            None => rest.is_empty(),
        }
    })
}

/// The first row that names a locale.
fn find<T: Copy>(rows: &[(&str, T)], locale: &Locale) -> Option<T> {
    rows.iter().find(|(names, _)| is_one_of(locale, names)).map(|(_, value)| *value)
}

/// What stands for a number that is none.
pub(super) fn nan(locale: &Locale) -> &'static str {
    find(NAN, locale).unwrap_or("NaN")
}

/// What is between the digits and the exponent.
pub(super) fn exponent(locale: &Locale, numbering_system: &str) -> &'static str {
    match (numbering_system, locale.id.language.as_str()) {
        ("arab", "ar") => "أس",
        ("arab", _) => "اس",
        ("arabext", _) => "×۱۰^",
        _ => find(EXPONENT, locale).unwrap_or("E"),
    }
}

/// The percent sign of a numbering system.
pub(super) fn percent_sign(numbering_system: &str) -> &'static str {
    match numbering_system {
        "arab" => "٪\u{61c}",
        "arabext" => "٪",
        _ => "%",
    }
}

/// What is between the ends of a range.
pub(super) fn range(locale: &Locale) -> &'static str {
    find(RANGE, locale).unwrap_or("–")
}

/// The separators of groups and decimals in amounts of money.
pub(super) fn currency_separators(locale: &Locale) -> Option<(&'static str, &'static str)> {
    find(CURRENCY_SEPARATORS, locale)
}

/// Patterns with groups of three digits, in a language that has larger numbers in groups of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thousands {
    Percent,
    Currency,
    Accounting,
}

/// Whether a pattern of a locale is such a one.
pub(super) fn has_thousands(locale: &Locale, pattern: Thousands) -> bool {
    find(THOUSANDS, locale).is_some_and(|patterns| patterns.contains(&pattern))
}

/// Whether a locale's symbol, or narrow symbol, for a currency is its code although the root locale has another one.
pub(super) fn is_code_symbol(locale: &Locale, code: &str, narrow: bool) -> bool {
    let rows = if narrow { NARROW_CODES } else { CODES };
    find(rows, locale).is_some_and(|codes| codes.split(' ').any(|one| one == code))
}

/// The digits of a numbering system.
pub(super) fn digits(numbering_system: &str) -> Option<[char; 10]> {
    if numbering_system == "hanidec" {
        return Some(['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九']);
    }
    let (_, zero) = DIGITS.iter().find(|(name, _)| *name == numbering_system)?;
    let mut digits = [*zero; 10];
    for (digit, value) in digits.iter_mut().zip(0..) {
        *digit = char::from_u32(u32::from(*zero) + value)?;
    }
    Some(digits)
}

const CURRENCY_SEPARATORS: &[(&str, (&str, &str))] = &[
    ("de-AT", (".", ",")),
    ("fr-CH", ("\u{202f}", ".")),
    ("en-BE en-DE en-EE en-ES en-FI en-FR en-IT en-LT en-LV en-NL en-PT en-SI en-SK", (",", ".")),
];

const THOUSANDS: &[(&str, &[Thousands])] = &[
    ("as brx en-IN pa sa ta", &[Thousands::Accounting]),
    ("bn kok ne", &[Thousands::Percent]),
    ("kxv te", &[Thousands::Accounting, Thousands::Percent]),
    ("ml mr or", &[Thousands::Currency, Thousands::Accounting, Thousands::Percent]),
];

const CODES: &[(&str, &str)] = &[
    ("af ms", "USD CAD MXN PHP"),
    ("be", "BRL CAD NZD PHP"),
    ("bg", "GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XCD PHP"),
    ("br", "JPY CNY ILS KRW VND BRL TWD XCD PHP"),
    ("bs-Cyrl", ""),
    ("bs", "USD GBP CNY ILS BRL AUD CAD HKD MXN NZD XCD XPF PHP"),
    ("ca", "USD CNY BRL CAD MXN XCD PHP XCG"),
    ("cs", "INR ILS VND PHP"),
    ("cy", "KRW PHP"),
    ("de-CH de-LI", "EUR PHP"),
    ("dsb hsb", "AUD"),
    ("en-AU", "USD EUR GBP JPY CNY INR ILS KRW VND BRL CAD HKD MXN NZD TWD XAF XCD XOF PHP"),
    ("eo", "USD GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF XPF PHP XCG"),
    (
        "es-AR es-CL es-CO es-CU es-DO es-EC es-PR es-SV es-UY",
        "EUR GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF PHP",
    ),
    (
        "es-BO es-BZ es-CR es-GT es-HN es-NI es-PA es-PE es-PY es-VE es-419",
        "USD EUR GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF PHP",
    ),
    ("es-BR", "USD EUR GBP JPY CNY INR ILS KRW VND AUD CAD HKD MXN NZD TWD XAF XCD XOF PHP"),
    ("es-GQ", "GBP JPY CNY INR ILS KRW BRL AUD CAD HKD MXN NZD TWD XCD XOF PHP"),
    ("es-MX", "USD EUR GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD NZD TWD XAF XCD XOF PHP"),
    ("es-PH", "GBP JPY CNY INR ILS KRW BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF"),
    ("es-US", "EUR GBP CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF PHP"),
    ("es", "GBP JPY CNY INR ILS KRW BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF PHP"),
    ("fi", "CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XCD XPF PHP"),
    ("fr-CA", "INR ILS KRW VND MXN TWD XAF XCD XOF XPF PHP"),
    ("fr", "JPY CNY HKD TWD XCD PHP"),
    ("fy", "XPF"),
    ("gl", "XCD PHP"),
    ("hr", "USD GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XCD XPF PHP"),
    ("hu uk", "USD EUR GBP CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XCD PHP"),
    ("is", "USD EUR GBP INR KRW VND BRL AUD CAD MXN NZD TWD PHP XCG"),
    ("it", "USD JPY INR KRW VND BRL HKD MXN TWD"),
    ("ka", "JPY CNY INR ILS KRW VND AUD HKD NZD PHP"),
    ("ky", "USD GBP INR ILS KRW BRL AUD CAD HKD MXN NZD TWD XCD PHP"),
    ("lt", "USD GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF XPF PHP"),
    ("mk", "GBP JPY CNY INR ILS KRW VND AUD HKD NZD TWD PHP"),
    ("nb no", "USD JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XPF PHP"),
    ("nl", "XPF PHP"),
    ("nn", "USD GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XPF PHP"),
    ("pl", "USD GBP JPY CNY INR ILS KRW VND AUD CAD HKD MXN NZD TWD PHP XCG"),
    ("ro", "USD EUR GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XCD PHP"),
    ("sk", "USD GBP JPY CNY INR KRW VND BRL AUD CAD HKD NZD TWD PHP"),
    ("sl", "GBP BRL AUD CAD MXN NZD TWD XCD PHP"),
    ("sq", "BRL PHP"),
    ("sr", "KRW VND AUD NZD PHP"),
    ("sv", "GBP JPY CNY INR KRW VND AUD HKD NZD TWD PHP XCG"),
    ("ti", "JPY CNY"),
    ("tk", "EUR GBP PHP"),
    ("vec", "USD EUR GBP JPY CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XAF XCD XOF XPF PHP"),
];

const NARROW_CODES: &[(&str, &str)] = &[
    ("bg", "CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD PHP"),
    ("bs fy hr nl", "XPF"),
    ("ca is pl sv", "XCG"),
    ("de-CH", "EUR"),
    ("en-AU es", "XAF XOF"),
    ("eo", "XAF XOF XPF XCG"),
    ("fi", "CNY INR ILS KRW VND BRL AUD CAD HKD MXN NZD TWD XCD XPF PHP"),
    ("fr-CA vec", "XAF XOF XPF"),
    ("lt", "INR ILS VND XAF XOF XPF"),
    ("nb nn no", "XAF XPF"),
    ("sq", "USD GBP JPY CNY INR ILS KRW VND BRL AUD CAD MXN NZD TWD XCD PHP"),
];

/// Numbering systems whose digits are in a row, and the zero of each.
const DIGITS: &[(&str, char)] = &[
    ("adlm", '\u{1e950}'),
    ("ahom", '\u{11730}'),
    ("arab", '\u{0660}'),
    ("arabext", '\u{06f0}'),
    ("bali", '\u{1b50}'),
    ("beng", '\u{09e6}'),
    ("bhks", '\u{11c50}'),
    ("brah", '\u{11066}'),
    ("cakm", '\u{11136}'),
    ("cham", '\u{aa50}'),
    ("deva", '\u{0966}'),
    ("diak", '\u{11950}'),
    ("fullwide", '\u{ff10}'),
    ("gara", '\u{10d40}'),
    ("gong", '\u{11da0}'),
    ("gonm", '\u{11d50}'),
    ("gujr", '\u{0ae6}'),
    ("gukh", '\u{16130}'),
    ("guru", '\u{0a66}'),
    ("hmng", '\u{16b50}'),
    ("hmnp", '\u{1e140}'),
    ("java", '\u{a9d0}'),
    ("kali", '\u{a900}'),
    ("kawi", '\u{11f50}'),
    ("khmr", '\u{17e0}'),
    ("knda", '\u{0ce6}'),
    ("krai", '\u{16d70}'),
    ("lana", '\u{1a80}'),
    ("lanatham", '\u{1a90}'),
    ("laoo", '\u{0ed0}'),
    ("latn", '\u{0030}'),
    ("lepc", '\u{1c40}'),
    ("limb", '\u{1946}'),
    ("mathbold", '\u{1d7ce}'),
    ("mathdbl", '\u{1d7d8}'),
    ("mathmono", '\u{1d7f6}'),
    ("mathsanb", '\u{1d7ec}'),
    ("mathsans", '\u{1d7e2}'),
    ("mlym", '\u{0d66}'),
    ("modi", '\u{11650}'),
    ("mong", '\u{1810}'),
    ("mroo", '\u{16a60}'),
    ("mtei", '\u{abf0}'),
    ("mymr", '\u{1040}'),
    ("mymrepka", '\u{116da}'),
    ("mymrpao", '\u{116d0}'),
    ("mymrshan", '\u{1090}'),
    ("mymrtlng", '\u{a9f0}'),
    ("nagm", '\u{1e4f0}'),
    ("newa", '\u{11450}'),
    ("nkoo", '\u{07c0}'),
    ("olck", '\u{1c50}'),
    ("onao", '\u{1e5f1}'),
    ("orya", '\u{0b66}'),
    ("osma", '\u{104a0}'),
    ("outlined", '\u{1ccf0}'),
    ("rohg", '\u{10d30}'),
    ("saur", '\u{a8d0}'),
    ("segment", '\u{1fbf0}'),
    ("shrd", '\u{111d0}'),
    ("sind", '\u{112f0}'),
    ("sinh", '\u{0de6}'),
    ("sora", '\u{110f0}'),
    ("sund", '\u{1bb0}'),
    ("sunu", '\u{11bf0}'),
    ("takr", '\u{116c0}'),
    ("talu", '\u{19d0}'),
    ("tamldec", '\u{0be6}'),
    ("telu", '\u{0c66}'),
    ("thai", '\u{0e50}'),
    ("tibt", '\u{0f20}'),
    ("tirh", '\u{114d0}'),
    ("tnsa", '\u{16ac0}'),
    ("tols", '\u{11de0}'),
    ("vaii", '\u{a620}'),
    ("wara", '\u{118e0}'),
    ("wcho", '\u{1e2f0}'),
];

const NAN: &[(&str, &str)] = &[
    ("am", "በቁጥር\u{a0}ሊገለጽ\u{a0}የማይችል"),
    ("ar", "ليس\u{a0}رقمًا"),
    ("ast", "ND"),
    ("ee", "mnn"),
    ("fa", "ناعدد"),
    ("fi", "epäluku"),
    ("ga", "Nuimh"),
    ("hy", "ՈչԹ"),
    ("ka", "არ\u{a0}არის\u{a0}რიცხვი"),
    ("kk", "сан\u{a0}емес"),
    ("ky", "сан\u{a0}эмес"),
    ("lo", "ບໍ່\u{200b}ແມ່ນ\u{200b}ໂຕ\u{200b}ເລກ"),
    ("lv", "NS"),
    ("my", "ဂဏန်းမဟုတ်သော"),
    ("os", "НН"),
    ("ru", "не\u{a0}число"),
    ("sah", "чыыһыла\u{a0}буотах"),
    ("smn", "epiloho"),
    ("so", "MaL"),
    ("tk", "san\u{a0}däl"),
    ("to", "TF"),
    ("uz-Cyrl", "ҳақиқий\u{a0}сон\u{a0}эмас"),
    ("uz", "son\u{a0}emas"),
    ("yue-Hans yue-CN", "非数值"),
    ("yue zh-Hant zh-TW zh-HK zh-MO", "非數值"),
];

const EXPONENT: &[(&str, &str)] =
    &[("el en-AU sk sl", "e"), ("et ksh lt sv", "×10^"), ("se", "·10^"), ("uk", "Е")];

const RANGE: &[(&str, &str)] = &[
    ("bs-Cyrl", "–"),
    ("bg bs hr jv kea sk", " – "),
    ("mk", "\u{2009}–\u{2009}"),
    ("my pt-AO pt-CH pt-CV pt-FR pt-GQ pt-GW pt-LU pt-MO pt-MZ pt-PT pt-ST pt-TL ro", " - "),
    ("ca da es eu fil fy gu it ka ml nl sq th tt vi yue zh", "-"),
    ("et", "‒"),
    ("ja", "～"),
    ("ko", "~"),
    ("to", "—"),
];
