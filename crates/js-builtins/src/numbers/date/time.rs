//! 21.4.1 Overview of Date Objects and Definitions of Abstract Operations: days, years and times of the proleptic calendar.

pub(super) const MS_PER_MINUTE: f64 = 60_000.0;
pub(super) const MS_PER_DAY: f64 = 86_400_000.0;
const DAY: i64 = 86_400_000;
/// Years that a time value can be in, and some more.
const MOST_YEARS: f64 = 400_000.0;

/// A time value in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) year: i64,
    /// From 0.
    pub(super) month: i64,
    /// Of the month, from 1.
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
    /// From 0, Sunday.
    pub(super) weekday: i64,
}

/// 21.4.1.3 Day to 21.4.1.13 WeekDay: the parts of a finite time value, or of a local time.
pub(super) fn fields(t: f64) -> Fields {
    let t = t as i64;
    let (days, time) = (t.div_euclid(DAY), t.rem_euclid(DAY));
    let (year, month, day) = date_of(days);
    Fields {
        year,
        month,
        day,
        hour: time / 3_600_000,
        minute: time / 60_000 % 60,
        second: time / 1000 % 60,
        millisecond: time % 1000,
        weekday: (days + 4).rem_euclid(7),
    }
}

/// Year, month from 0 and day of the month of a day since the epoch. Years begin in March here, so that leap days come last.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era + i64::from(month >= 10);
    (year, (month + 2) % 12, day)
}

/// The day since the epoch on which a month (from 0) begins.
fn first_of_month(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month < 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 10) % 12) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// 21.4.1.27 MakeTime ( hour, min, sec, ms )
pub(super) fn make_time(hour: f64, min: f64, sec: f64, ms: f64) -> f64 {
    if [hour, min, sec, ms].iter().any(|part| !part.is_finite()) {
        return f64::NAN;
    }
    ((hour.trunc() * 3_600_000.0 + min.trunc() * MS_PER_MINUTE) + sec.trunc() * 1000.0) + ms.trunc()
}

/// 21.4.1.28 MakeDay ( year, month, date )
pub(super) fn make_day(year: f64, month: f64, date: f64) -> f64 {
    if ![year, month, date].iter().all(|part| part.is_finite()) {
        return f64::NAN;
    }
    let (year, month) = (year.trunc(), month.trunc());
    let year = year + (month / 12.0).floor();
    if year.abs() > MOST_YEARS {
        return f64::NAN;
    }
    first_of_month(year as i64, month.rem_euclid(12.0) as i64) as f64 + date.trunc() - 1.0
}

/// 21.4.1.29 MakeDate ( day, time )
pub(super) fn make_date(day: f64, time: f64) -> f64 {
    let tv = day * MS_PER_DAY + time;
    if tv.is_finite() { tv } else { f64::NAN }
}

/// 21.4.1.30 MakeFullYear ( year )
pub(super) fn make_full_year(year: f64) -> f64 {
    let truncated = year.trunc();
    if (0.0..=99.0).contains(&truncated) { 1900.0 + truncated } else { truncated }
}

/// 21.4.1.31 TimeClip ( time )
pub(super) fn time_clip(time: f64) -> f64 {
    // The sum makes -0 positive.
    if time.abs() <= 8.64e15 { time.trunc() + 0.0 } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates() {
        for days in (-100_000_000..=100_000_000).step_by(9_973) {
            let (year, month, day) = date_of(days);
            assert_eq!(make_day(year as f64, month as f64, day as f64), days as f64);
        }
        assert_eq!(date_of(0), (1970, 0, 1));
        assert_eq!(date_of(-1), (1969, 11, 31));
        assert_eq!(date_of(11_016), (2000, 1, 29));
        assert_eq!(fields(8.64e15).year, 275_760);
        assert_eq!(fields(-8.64e15).year, -271_821);
        assert_eq!(fields(-1.0).weekday, 3);
        assert!(time_clip(-0.0).is_sign_positive());
        assert!(time_clip(8.64e15 + 1.0).is_nan());
    }
}
