//! Time zones of formats: named ones, and those that are an offset.

use super::calendars::Moment;
use icu_time::zone::{IanaParser, UtcOffset, ZoneNameTimestamp};
use icu_time::{Time, TimeZone};
use std::sync::LazyLock;
use temporal_rs::provider::{COMPILED_TZ_PROVIDER, TimeZoneId, TimeZoneProvider};

/// A time zone.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    /// Its identifier as in the database, and what the libraries call it.
    Named { identifier: String, id: TimeZoneId, names: TimeZone },
    /// Minutes that local time is ahead.
    Offset(i32),
}

static PARSER: LazyLock<IanaParser> = LazyLock::new(|| IanaParser::new().static_to_owned());

const DAY: i128 = 86_400_000_000_000;

fn two_digits(text: &[u8]) -> Option<i32> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
        }
        _ => None,
    }
}

/// The minutes of an offset without seconds.
fn offset_minutes(text: &[u8]) -> Option<i32> {
    let (sign, rest) = text.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [a, b] => (two_digits(&[*a, *b])?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => (two_digits(&[*a, *b])?, two_digits(&[*c, *d])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

impl Zone {
    /// The zone of an identifier. `None`: there is none.
    pub(super) fn parse(text: &str) -> Option<Zone> {
        if text.starts_with(['+', '-']) {
            return offset_minutes(text.as_bytes()).map(Zone::Offset);
        }
        let id = COMPILED_TZ_PROVIDER.get(text.as_bytes()).ok()?;
        let identifier = COMPILED_TZ_PROVIDER.identifier(id).ok()?.into_owned();
        let names = PARSER.as_borrowed().parse(&identifier);
        Some(Zone::Named { identifier, id, names })
    }

    /// UTC, which plain dates and times are taken to be of.
    pub(super) fn utc() -> Zone {
        Zone::Offset(0)
    }

    /// FormatOffsetTimeZoneIdentifier ( offsetMinutes ), or the name.
    pub(super) fn identifier(&self) -> String {
        match self {
            Zone::Named { identifier, .. } => identifier.clone(),
            Zone::Offset(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }

    /// Seconds that local time is ahead.
    fn offset(&self, nanoseconds: i128) -> i64 {
        match self {
            Zone::Offset(minutes) => i64::from(*minutes) * 60,
            Zone::Named { id, .. } => COMPILED_TZ_PROVIDER
                .transition_nanoseconds_for_utc_epoch_nanoseconds(*id, nanoseconds)
                .map_or(0, |seconds| seconds.0),
        }
    }

    /// ToLocalTime ( epochNs, calendar, timeZoneIdentifier )
    pub(super) fn moment(&self, nanoseconds: i128) -> Moment {
        let seconds = self.offset(nanoseconds);
        let local = nanoseconds + i128::from(seconds) * 1_000_000_000;
        let offset =
            i32::try_from(seconds).ok().and_then(|seconds| UtcOffset::try_from_seconds(seconds).ok());
        let stamp = ZoneNameTimestamp::from_epoch_seconds(nanoseconds.div_euclid(1_000_000_000) as i64);
        let names = match self {
            Zone::Named { names, .. } => *names,
            // An offset of nothing is called as the zone without one is.
            Zone::Offset(0) => PARSER.as_borrowed().parse("Etc/GMT"),
            Zone::Offset(_) => TimeZone::UNKNOWN,
        };
        Moment {
            days: local.div_euclid(DAY) as i64,
            time: time_of_day(local.rem_euclid(DAY) as u64),
            zone: names.with_offset(offset).with_zone_name_timestamp(stamp),
        }
    }
}

/// The time of a day, from its nanoseconds.
fn time_of_day(nanoseconds: u64) -> Time {
    let seconds = nanoseconds / 1_000_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let rest = (nanoseconds % 1_000_000_000) as u32;
    Time::try_new(hour as u8, minute as u8, second as u8, rest).unwrap_or(Time::start_of_day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_have_hours_and_minutes() {
        for (text, minutes) in [("+01", 60), ("-0130", -90), ("+23:59", 1439), ("-00:00", 0)] {
            assert_eq!(offset_minutes(text.as_bytes()), Some(minutes), "{text}");
        }
        for text in ["", "+", "1", "+1", "+24", "+01:60", "+01:30:00", "+013", "\u{2212}01"] {
            assert_eq!(offset_minutes(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Zone::Offset(-90).identifier(), "-01:30");
    }

    #[test]
    fn names_keep_what_they_link_to() {
        let identifier = |text| Zone::parse(text).map(|zone| zone.identifier());
        assert_eq!(identifier("asia/CALCUTTA").as_deref(), Some("Asia/Calcutta"));
        assert_eq!(identifier("Mars/Crater"), None);
    }

    #[test]
    fn moments_are_local() {
        let zone = Zone::parse("America/New_York").expect("a zone");
        // The clock goes from 2 to 3 on March 8, 2026, at 7 in UTC.
        let hour = |seconds: i128| zone.moment(seconds * 1_000_000_000).time.hour.number();
        assert_eq!([hour(1_772_953_199), hour(1_772_953_200)], [1, 3]);
        assert_eq!(Zone::utc().moment(-1).days, -1);
    }
}
