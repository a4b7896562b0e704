//! What times of the day are called: the data of ICU4X have these names in few languages.
//!
//! `day_periods.txt` has them from CLDR (Unicode License v3): in each line the locales that share it; for each hour, for noon
//! and for midnight the number of a name; the names in short, long, and narrow form, where the latter are none if they are as
//! the short ones. A line without names is for locales that say which half of the day it is.

use super::fields::Width;

const PERIODS: &str = include_str!("day_periods.txt");

fn line_of(tag: &str) -> Option<&'static str> {
    let mut tag = tag;
    loop {
        let of =
            |line: &&str| line.split('\t').next().is_some_and(|tags| tags.split(' ').any(|one| one == tag));
        if let Some(line) = PERIODS.lines().find(of) {
            return Some(line);
        }
        tag = tag.get(..tag.rfind('-')?)?;
    }
}

/// The names for the hours, then for noon and for midnight.
pub(super) type Periods = [&'static str; 26];

/// The names in a locale. `None`: it tells the halves of the day only.
pub(super) fn periods(tag: &str, width: Width) -> Option<Periods> {
    let mut columns = line_of(tag)?.split('\t').skip(1);
    let numbers = columns.next()?;
    let (short, long, narrow) = (columns.next()?, columns.next()?, columns.next()?);
    let names = match width {
        Width::Long => long,
        Width::Narrow => narrow,
        _ => short,
    };
    let names: Vec<&str> = (if names.is_empty() { short } else { names }).split('|').collect();
    let mut periods = [""; 26];
    for (period, number) in periods.iter_mut().zip(numbers.chars()) {
        *period = names.get(number.to_digit(36)? as usize)?;
    }
    (!numbers.is_empty()).then_some(periods)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_name_for_each_hour() {
        for line in PERIODS.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 5, "{line}");
            for tag in columns[0].split(' ') {
                for width in [Width::Short, Width::Long, Width::Narrow] {
                    let found = periods(tag, width);
                    assert_eq!(found.is_some(), !columns[1].is_empty(), "{tag}");
                    assert!(found.is_none_or(|names| !names.contains(&"")), "{tag}");
                }
            }
        }
    }

    #[test]
    fn regions_have_what_their_language_has() {
        let names = periods("en-NZ", Width::Long).expect("names");
        assert_eq!([names[9], names[15], names[24]], ["in the morning", "in the afternoon", "noon"]);
        assert!(periods("zz", Width::Long).is_none());
    }
}
