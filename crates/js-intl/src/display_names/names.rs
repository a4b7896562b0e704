//! Names of calendars and of the fields of dates and times, which ICU4X's compiled data does not have.
//!
//! A line of `names.txt` has the tags of some locales, long names of fields, those short ones that differ from them, those narrow
//! ones that differ from both, and names of calendars, with tabs between these and `|` between names, in the order of the lists
//! below. A locale without a line has what its language has.

use icu_locale::Locale;

/// The fields that Intl.DisplayNames knows.
const FIELDS: [&str; 12] = [
    "era",
    "year",
    "quarter",
    "month",
    "weekOfYear",
    "weekday",
    "day",
    "dayPeriod",
    "hour",
    "minute",
    "second",
    "timeZoneName",
];

/// The calendars that have names.
const CALENDARS: [&str; 18] = [
    "buddhist",
    "chinese",
    "coptic",
    "dangi",
    "ethioaa",
    "ethiopic",
    "gregory",
    "hebrew",
    "indian",
    "islamic",
    "islamic-civil",
    "islamic-rgsa",
    "islamic-tbla",
    "islamic-umalqura",
    "iso8601",
    "japanese",
    "persian",
    "roc",
];

/// IsValidDateTimeFieldCode ( field )
pub(super) fn is_field(code: &str) -> bool {
    FIELDS.contains(&code)
}

/// The names of a locale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names(&'static str);

impl Names {
    /// Those of the locale, or of the longest beginning of its tag that has a line.
    pub(super) fn of(locale: &Locale) -> Option<Names> {
        let tag = locale.id.to_string();
        let mut prefix = tag.as_str();
        loop {
            let line = include_str!("names.txt").lines().find_map(|line| {
                let (tags, names) = line.split_once('\t')?;
                tags.split(' ').any(|tag| tag == prefix).then_some(Names(names))
            });
            if line.is_some() {
                return line;
            }
            prefix = prefix.get(..prefix.rfind('-')?)?;
        }
    }

    fn get(self, column: usize, at: usize) -> Option<&'static str> {
        self.0.split('\t').nth(column)?.split('|').nth(at).filter(|name| !name.is_empty())
    }

    /// The name of a field in a style.
    pub(super) fn field(self, code: &str, style: &str) -> Option<&'static str> {
        let at = FIELDS.iter().position(|field| *field == code)?;
        let columns: &[usize] = match style {
            "narrow" => &[2, 1, 0],
            "short" => &[1, 0],
            _ => &[0],
        };
        columns.iter().find_map(|column| self.get(*column, at))
    }

    /// The name of a calendar.
    pub(super) fn calendar(self, code: &str) -> Option<&'static str> {
        let at = CALENDARS.iter().position(|calendar| *calendar == code)?;
        self.get(3, at)
    }
}

#[cfg(test)]
mod tests {
    use super::{CALENDARS, FIELDS, Names};
    use icu_locale::locale;

    #[test]
    fn lines_have_all_columns() {
        for line in include_str!("names.txt").lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<usize> =
                line.split('\t').skip(1).map(|names| names.split('|').count()).collect();
            assert_eq!(columns, [FIELDS.len(), FIELDS.len(), FIELDS.len(), CALENDARS.len()], "{line}");
        }
    }

    #[test]
    fn names_in_styles() {
        let field = |locale, code, style| Names::of(&locale).and_then(|names| names.field(code, style));
        assert_eq!(field(locale!("en"), "month", "long"), Some("month"));
        assert_eq!(field(locale!("en"), "month", "short"), Some("mo."));
        assert_eq!(field(locale!("en-US"), "day", "narrow"), Some("day"));
        assert_eq!(field(locale!("de-AT"), "weekOfYear", "long"), Some("Woche"));
        let names = Names::of(&locale!("fr-BE"));
        assert_eq!(names.and_then(|names| names.calendar("gregory")), Some("calendrier grégorien"));
        assert!(Names::of(&locale!("xx")).is_none());
    }
}
