//! The locales that all constructors have data for: `[[AvailableLocales]]`.

/// Whether there is data for a locale. Its tag is canonical and without extensions.
pub(crate) fn is_available(tag: &str) -> bool {
    let (language, rest) = tag.split_once('-').unwrap_or((tag, ""));
    let found = AVAILABLE.binary_search_by_key(&language, |(language, _)| language).ok();
    let found = found.and_then(|at| AVAILABLE.get(at));
    found.is_some_and(|(_, tags)| rest.is_empty() || tags.split_ascii_whitespace().any(|tag| tag == rest))
}

/// The languages that the compiled data has, each with what follows it in the tags of CLDR 48's locales.
const AVAILABLE: &[(&str, &str)] = &[
    ("af", "NA ZA"),
    ("ak", "GH"),
    ("am", "ET"),
    ("ar", "001 AE BH DJ DZ EG EH ER IL IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SS SY TD TN YE"),
    ("as", "IN"),
    ("ast", "ES"),
    ("az", "AZ Cyrl Cyrl-AZ Latn Latn-AZ"),
    ("ba", "RU"),
    ("be", "BY"),
    ("bg", "BG"),
    ("bgc", "IN"),
    ("bho", "IN"),
    ("blo", "BJ"),
    ("bn", "BD IN"),
    ("br", "FR"),
    ("brx", "IN"),
    ("bs", "BA Cyrl Cyrl-BA Latn Latn-BA"),
    ("bua", "RU"),
    ("ca", "AD ES FR IT"),
    ("ceb", "PH"),
    ("chr", "US"),
    ("ckb", "IQ IR"),
    ("cs", "CZ"),
    ("csw", "CA"),
    ("cv", "RU"),
    ("cy", "GB"),
    ("da", "DK GL"),
    ("de", "AT BE CH DE IT LI LU"),
    ("doi", "IN"),
    ("dsb", "DE"),
    ("ee", "GH TG"),
    ("el", "CY GR"),
    (
        "en",
        "001 150 AE AG AI AS AT AU BB BE BI BM BS BW BZ CA CC CH CK CM CX CY CZ DE DG DK DM EE ER ES FI FJ \
         FK FM FR GB GD GE GG GH GI GM GS GU GY HK HU ID IE IL IM IN IO IT JE JM JP KE KI KN KY LC LR LS LT \
         LV MG MH MO MP MS MT MU MV MW MY NA NF NG NL NO NR NU NZ PG PH PK PL PN PR PT PW RO RW SB SC SD SE \
         SG SH SI SK SL SS SX SZ TC TK TO TT TV TZ UA UG UM US VC VG VI VU WS ZA ZM ZW",
    ),
    ("eo", "001"),
    ("es", "419 AR BO BR BZ CL CO CR CU DO EA EC ES GQ GT HN IC MX NI PA PE PH PR PY SV US UY VE"),
    ("et", "EE"),
    ("eu", "ES"),
    ("fa", "AF IR"),
    ("fi", "FI"),
    ("fil", "PH"),
    ("fo", "DK FO"),
    (
        "fr",
        "BE BF BI BJ BL CA CD CF CG CH CI CM DJ DZ FR GA GF GN GP GQ HT KM LU MA MC MF MG ML MQ MR MU NC NE \
         PF PM RE RW SC SN SY TD TG TN VU WF YT",
    ),
    ("fy", "NL"),
    ("ga", "GB IE"),
    ("gaa", "GH"),
    ("gd", "GB"),
    ("gl", "ES"),
    ("gu", "IN"),
    ("ha", "GH NE NG"),
    ("he", "IL"),
    ("hi", "IN Latn Latn-IN"),
    ("hr", "BA HR"),
    ("hsb", "DE"),
    ("hu", "HU"),
    ("hy", "AM"),
    ("ia", "001"),
    ("id", "ID"),
    ("ie", "EE"),
    ("ig", "NG"),
    ("ii", "CN"),
    ("is", "IS"),
    ("it", "CH IT SM VA"),
    ("ja", "JP"),
    ("jv", "ID"),
    ("ka", "GE"),
    ("kea", "CV"),
    ("kgp", "BR"),
    ("ki", "KE"),
    ("kk", "Arab Arab-CN CN Cyrl Cyrl-KZ KZ"),
    ("km", "KH"),
    ("kn", "IN"),
    ("ko", "CN KP KR"),
    ("kok", "Deva Deva-IN IN Latn Latn-IN"),
    ("ks", "Arab Arab-IN Deva Deva-IN IN"),
    ("ksh", "DE"),
    ("ku", "IQ Latn Latn-IQ Latn-SY Latn-TR SY TR"),
    ("kxv", "Deva Deva-IN IN Latn Latn-IN Orya Orya-IN Telu Telu-IN"),
    ("ky", "KG"),
    ("lb", "LU"),
    ("lij", "IT"),
    ("lmo", "IT"),
    ("lo", "LA"),
    ("lt", "LT"),
    ("lv", "LV"),
    ("mai", "IN"),
    ("mi", "NZ"),
    ("mk", "MK"),
    ("ml", "IN"),
    ("mn", "MN"),
    ("mni", "Beng Beng-IN IN"),
    ("mr", "IN"),
    ("ms", "BN ID MY SG"),
    ("mt", "MT"),
    ("my", "MM"),
    ("nb", ""),
    ("nds", "DE NL"),
    ("ne", "IN NP"),
    ("nl", "AW BE BQ CW NL SR SX"),
    ("nn", "NO"),
    ("no", "NO"),
    ("nqo", "GN"),
    ("nso", "ZA"),
    ("oc", "ES FR"),
    ("om", "ET KE"),
    ("or", "IN"),
    ("pa", "Arab Arab-PK Guru Guru-IN IN PK"),
    ("pcm", "NG"),
    ("pl", "PL"),
    ("pms", "IT"),
    ("prg", "PL"),
    ("ps", "AF PK"),
    ("pt", "AO BR CH CV GQ GW LU MO MZ PT ST TL"),
    ("qu", "BO EC PE"),
    ("raj", "IN"),
    ("rm", "CH"),
    ("ro", "MD RO"),
    ("ru", "BY KG KZ MD RU UA"),
    ("rw", "RW"),
    ("sa", "IN"),
    ("sah", "RU"),
    ("sat", "IN Olck Olck-IN"),
    ("sc", "IT"),
    ("scn", "IT"),
    ("sd", "Arab Arab-PK Deva Deva-IN IN PK"),
    ("shn", "MM TH"),
    ("si", "LK"),
    ("sk", "SK"),
    ("sl", "SI"),
    ("so", "DJ ET KE SO"),
    ("sq", "AL MK XK"),
    ("sr", "BA Cyrl Cyrl-BA Cyrl-ME Cyrl-RS Cyrl-XK Latn Latn-BA Latn-ME Latn-RS Latn-XK ME RS XK"),
    ("st", "LS ZA"),
    ("su", "ID Latn Latn-ID"),
    ("sv", "AX FI SE"),
    ("sw", "CD KE TZ UG"),
    ("syr", "IQ SY"),
    ("szl", "PL"),
    ("ta", "IN LK MY SG"),
    ("te", "IN"),
    ("tg", "TJ"),
    ("th", "TH"),
    ("ti", "ER ET"),
    ("tk", "TM"),
    ("tn", "BW ZA"),
    ("to", "TO"),
    ("tr", "CY TR"),
    ("tt", "RU"),
    ("tyv", "RU"),
    ("ug", "CN"),
    ("uk", "UA"),
    ("ur", "IN PK"),
    ("uz", "AF Arab Arab-AF Cyrl Cyrl-UZ Latn Latn-UZ UZ"),
    ("vec", "IT"),
    ("vi", "VN"),
    ("vmw", "MZ"),
    ("wo", "SN"),
    ("xh", "ZA"),
    ("xnr", "IN"),
    ("yo", "BJ NG"),
    ("yrl", "BR CO VE"),
    ("yue", "CN HK Hans Hans-CN Hant Hant-CN Hant-HK Hant-MO MO"),
    (
        "zh",
        "CN HK Hans Hans-CN Hans-HK Hans-MO Hans-MY Hans-SG Hant Hant-HK Hant-MO Hant-MY Hant-TW MO MY SG \
         TW",
    ),
    ("zu", "ZA"),
];

#[cfg(test)]
mod tests {
    use super::{AVAILABLE, is_available};

    #[test]
    fn what_is_available() {
        assert!(AVAILABLE.is_sorted_by_key(|(language, _)| language));
        for tag in ["en", "en-US", "de-AT", "zh-Hant-TW", "zh-TW", "sr-Latn", "th", "nb", "ar-001"] {
            assert!(is_available(tag), "{tag}");
        }
        for tag in ["", "zxx", "en-XX", "de-Latn", "tlh"] {
            assert!(!is_available(tag), "{tag}");
        }
    }

    #[test]
    fn each_with_a_script_is_available_without_it() {
        for (language, tags) in AVAILABLE {
            for tag in tags.split_ascii_whitespace() {
                if let Some((_, region)) = tag.split_once('-') {
                    assert!(is_available(&format!("{language}-{region}")), "{language}-{tag}");
                }
            }
        }
    }
}
