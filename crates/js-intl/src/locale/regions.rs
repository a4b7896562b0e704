//! What is common in a region: CLDR's `timeData` and `calendarPreferenceData`.

/// The hour cycles in a region, those preferred first; `None` when there is no data about it.
pub(super) fn hour_cycles(language: &str, region: &str) -> Option<&'static [&'static str]> {
    const H12: &[&str] = &["h12", "h23"];
    const H23: &[&str] = &["h23", "h12"];
    match (language, region) {
        ("en" | "ar", "001") => return Some(H12),
        ("fr", "CA") => return Some(H23),
        (_, "JP") => return Some(&["h23", "h11", "h12"]),
        _ => {}
    }
    let within = |list: &[&str]| list.binary_search(&region).is_ok();
    if within(ONLY_24_HOURS) {
        Some(&["h23"])
    } else if within(PREFER_12_HOURS) {
        Some(H12)
    } else if within(PREFER_24_HOURS) {
        Some(H23)
    } else {
        None
    }
}

/// Where hours are counted to 24 only.
const ONLY_24_HOURS: &[&str] =
    &["AX", "BQ", "CP", "CZ", "DK", "FI", "ID", "IS", "ML", "NE", "RU", "SE", "SJ", "SK"];

/// Where they are counted to twelve, as a rule.
const PREFER_12_HOURS: &[&str] = &[
    "419", "AE", "AG", "AL", "AR", "AS", "AU", "BB", "BD", "BH", "BM", "BN", "BO", "BS", "BT", "CA", "CL",
    "CO", "CR", "CU", "CY", "DJ", "DM", "DO", "DZ", "EC", "EG", "EH", "ER", "ET", "FJ", "FM", "GD", "GH",
    "GM", "GR", "GT", "GU", "GY", "HK", "HN", "IN", "IQ", "JM", "JO", "KH", "KI", "KN", "KP", "KR", "KW",
    "KY", "LB", "LC", "LR", "LS", "LY", "MH", "MO", "MP", "MR", "MW", "MX", "MY", "NA", "NI", "NZ", "OM",
    "PA", "PE", "PG", "PH", "PK", "PR", "PS", "PW", "PY", "QA", "SA", "SB", "SD", "SG", "SL", "SO", "SS",
    "SV", "SY", "SZ", "TC", "TD", "TN", "TO", "TT", "TW", "UM", "US", "UY", "VC", "VE", "VG", "VI", "VU",
    "WS", "YE", "ZM",
];

/// Where they are counted to 24, as a rule.
const PREFER_24_HOURS: &[&str] = &[
    "001", "AC", "AD", "AF", "AI", "AM", "AO", "AT", "AW", "AZ", "BA", "BE", "BF", "BG", "BI", "BJ", "BL",
    "BR", "BW", "BY", "BZ", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CM", "CN", "CV", "CW", "CX", "DE",
    "DG", "EA", "EE", "ES", "FK", "FO", "FR", "GA", "GB", "GE", "GF", "GG", "GI", "GL", "GN", "GP", "GQ",
    "GW", "HR", "HU", "IC", "IE", "IL", "IM", "IO", "IR", "IT", "JE", "KE", "KG", "KM", "KZ", "LA", "LI",
    "LK", "LT", "LU", "LV", "MA", "MC", "MD", "ME", "MF", "MG", "MK", "MM", "MN", "MQ", "MS", "MT", "MU",
    "MV", "MZ", "NC", "NF", "NG", "NL", "NO", "NP", "NR", "NU", "PF", "PL", "PM", "PN", "PT", "RE", "RO",
    "RS", "RW", "SC", "SH", "SI", "SM", "SN", "SR", "ST", "SX", "TA", "TF", "TG", "TH", "TJ", "TL", "TM",
    "TR", "TZ", "UA", "UG", "UZ", "VA", "VN", "WF", "XK", "YT", "ZA", "ZW",
];

/// The calendars in use in a region, those preferred first; none when there is no data about it.
pub(super) fn calendars(region: &str) -> &'static [&'static str] {
    match region {
        "AE" | "BH" | "KW" | "QA" => &["gregory", "islamic-umalqura", "islamic-civil", "islamic-tbla"],
        "AF" | "IR" => &["persian", "gregory", "islamic-civil", "islamic-tbla"],
        "CN" | "CX" | "HK" | "MO" | "SG" => &["gregory", "chinese"],
        "DJ" | "DZ" | "EH" | "ER" | "IQ" | "JO" | "KM" | "LB" | "LY" | "MA" | "MR" | "OM" | "PS" | "SD"
        | "SY" | "TD" | "TN" | "YE" => &["gregory", "islamic-civil", "islamic-tbla"],
        "EG" => &["gregory", "coptic", "islamic-civil", "islamic-tbla"],
        "ET" => &["gregory", "ethiopic"],
        "IL" => &["gregory", "hebrew", "islamic-civil", "islamic-tbla"],
        "IN" => &["gregory", "indian"],
        "JP" => &["gregory", "japanese"],
        "KR" => &["gregory", "dangi"],
        "SA" => &["gregory", "islamic-umalqura"],
        "TH" => &["buddhist", "gregory"],
        "TW" => &["gregory", "roc", "chinese"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{ONLY_24_HOURS, PREFER_12_HOURS, PREFER_24_HOURS, hour_cycles};

    #[test]
    fn lists_can_be_searched() {
        for list in [ONLY_24_HOURS, PREFER_12_HOURS, PREFER_24_HOURS] {
            assert!(list.is_sorted());
        }
    }

    #[test]
    fn hours() {
        assert_eq!(hour_cycles("en", "US"), Some(["h12", "h23"].as_slice()));
        assert_eq!(hour_cycles("fr", "CA"), Some(["h23", "h12"].as_slice()));
        assert_eq!(hour_cycles("ja", "JP"), Some(["h23", "h11", "h12"].as_slice()));
        assert_eq!(hour_cycles("cs", "CZ"), Some(["h23"].as_slice()));
        assert_eq!(hour_cycles("en", "AQ"), None);
    }
}
