//! 21.4.1.19 Time Zone Identifiers to 21.4.1.26 UTC: the zone that local times are of.

use super::zone_name::english_name;
use std::sync::OnceLock;
use timezone_provider::provider::{TimeZoneId, TimeZoneProvider};
use timezone_provider::tzif::CompiledTzdbProvider;

/// The host's time zone. The data are compiled in; the name is that of the environment variable TZ, else of the system.
struct Zone {
    provider: CompiledTzdbProvider,
    id: TimeZoneId,
    name: String,
}

/// The zone as it was when somebody asked first; `None`: UTC.
static LOCAL: OnceLock<Option<Zone>> = OnceLock::new();

/// The host's name for its time zone.
fn host_name() -> String {
    match std::env::var("TZ") {
        Ok(name) if !name.is_empty() => name.trim_start_matches(':').to_owned(),
        _ => iana_time_zone::get_timezone().unwrap_or_default(),
    }
}

fn find() -> Option<Zone> {
    let provider = CompiledTzdbProvider::default();
    let id = provider.get(host_name().as_bytes()).ok()?;
    let name = provider.identifier(id).ok()?.into_owned();
    let primary = provider
        .canonicalized(id)
        .ok()
        .and_then(|id| provider.identifier(id).ok().map(|name| name.into_owned()));
    let is_utc = |name: &str| matches!(name, "UTC" | "Etc/UTC" | "Etc/GMT" | "GMT");
    if is_utc(&name) || primary.as_deref().is_some_and(is_utc) {
        return None;
    }
    Some(Zone { provider, id, name })
}

fn local() -> Option<&'static Zone> {
    LOCAL.get_or_init(find).as_ref()
}

/// 21.4.1.24 SystemTimeZoneIdentifier ( )
#[must_use]
pub fn system_time_zone_identifier() -> &'static str {
    local().map_or("UTC", |zone| &zone.name)
}

/// Milliseconds that local time is ahead of UTC at a finite time value.
pub(super) fn offset(t: f64) -> f64 {
    let Some(zone) = local() else {
        return 0.0;
    };
    let nanoseconds = t as i128 * 1_000_000;
    match zone.provider.transition_nanoseconds_for_utc_epoch_nanoseconds(zone.id, nanoseconds) {
        Ok(seconds) => seconds.0 as f64 * 1000.0,
        Err(_) => 0.0,
    }
}

/// 21.4.1.25 LocalTime ( t )
pub(super) fn local_time(t: f64) -> f64 {
    t + offset(t)
}

/// 21.4.1.26 UTC ( t )
pub(super) fn utc(t: f64) -> f64 {
    const DAY: f64 = 86_400_000.0;
    if local().is_none() {
        return t;
    }
    // Local times that no time value has.
    if !t.is_finite() || t.abs() > 8.65e15 {
        return f64::NAN;
    }
    // The offsets before and after a change nearby. The provider's own search for candidates takes the wrong side of some.
    let (before, after) = (offset(t - DAY), offset(t + DAY));
    // Of two times the earlier one counts; where the clock was put forward, what it was before.
    let earlier = before.max(after);
    let is_valid = |ahead: f64| offset(t - ahead) == ahead;
    if is_valid(earlier) {
        return t - earlier;
    }
    let later = before.min(after);
    if is_valid(later) { t - later } else { t - before }
}

/// What the zone is called at a finite time value, for people: the implementation-defined part of 21.4.4.41.3 TimeZoneString.
pub(super) fn display_name(t: f64) -> String {
    let Some(zone) = local() else {
        return "Coordinated Universal Time".into();
    };
    // Daylight saving time is ahead of what the zone has half a year before and after.
    const HALF_A_YEAR: f64 = 182.0 * 86_400_000.0;
    let here = offset(t);
    let daylight = here > offset(t - HALF_A_YEAR).min(offset(t + HALF_A_YEAR));
    if let Some(name) = english_name(&zone.name, daylight) {
        return name.into();
    }
    let minutes = (here / 60_000.0).trunc() as i64;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("GMT{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
