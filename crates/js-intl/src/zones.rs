//! 6.5 Use of the IANA Time Zone Database: which time zones there are.

use icu_time::zone::iana::IanaParserExtended;
use std::sync::OnceLock;
use temporal_rs::provider::{COMPILED_TZ_PROVIDER, TimeZoneProvider};

/// The identifier that stands for a zone: `None` for one that the database does not have.
pub(crate) fn primary(name: &str) -> Option<String> {
    let id = COMPILED_TZ_PROVIDER.get(name.as_bytes()).ok()?;
    let id = COMPILED_TZ_PROVIDER.canonicalized(id).ok()?;
    let name = COMPILED_TZ_PROVIDER.identifier(id).ok()?;
    Some(match &*name {
        "Etc/UTC" | "Etc/GMT" | "GMT" => "UTC".to_owned(),
        name => name.to_owned(),
    })
}

/// AvailablePrimaryTimeZoneIdentifiers ( )
pub(crate) fn primary_identifiers() -> &'static [String] {
    static IDENTIFIERS: OnceLock<Vec<String>> = OnceLock::new();
    IDENTIFIERS.get_or_init(|| {
        let mut list: Vec<String> =
            IanaParserExtended::new().iter_all().filter_map(|zone| primary(zone.normalized)).collect();
        list.sort();
        list.dedup();
        list
    })
}

/// The zones of a region, as the identifiers of CLDR tell: of five letters, two name the region.
pub(crate) fn identifiers_of_region(region: &str) -> Vec<String> {
    let mut list = Vec::new();
    for zone in IanaParserExtended::new().iter() {
        let id = zone.time_zone.as_str();
        let of = match id {
            "gazastrp" | "hebron" => "ps",
            "jeruslm" => "il",
            "gldkshvn" => "gl",
            "utc" | "gmt" | "unk" => continue,
            id if id.starts_with("utc") => continue,
            id => id.get(..2).unwrap_or_default(),
        };
        if of.eq_ignore_ascii_case(region)
            && let Some(name) = primary(zone.canonical)
        {
            list.push(name);
        }
    }
    list.sort();
    list.dedup();
    list
}
