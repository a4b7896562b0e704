//! Formats ready for use, kept for the whole process: making one loads names and patterns, which is most of the work of
//! `toLocaleString`.

use super::calendars::{Preferences, system};
use super::compiled::{Compiled, Source, decimal_separator};
use super::items::{HourCycle, Item};
use super::range::Difference;
use super::select::Selector;
use super::settings::Settings;
use super::shape::Shape;
use crate::number_format::symbols::default_numbering_system;
use icu_locale::Locale;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tag: String,
    calendar: String,
    numbering_system: String,
    cycle: HourCycle,
    shape: Shape,
    difference: Option<Difference>,
}

/// How many formats are kept. Programs use few; who asks for more than this many has them made anew.
const KEPT: usize = 200;

static FORMATS: LazyLock<Mutex<HashMap<Key, Arc<Compiled>>>> = LazyLock::new(Mutex::default);

impl Settings {
    /// Calls `f` with what patterns are selected from.
    fn with_selector<R>(&self, f: impl FnOnce(&Selector<'_>) -> R) -> R {
        let system = system(&self.calendar);
        let decimal = self.decimal();
        f(&Selector {
            system: &*system,
            calendar: &self.calendar,
            locale: self.preferences,
            tag: &self.tag,
            cycle: self.cycle,
            decimal: &decimal,
        })
    }

    /// What is between seconds and their fraction. Where the locale has no symbols for a numbering system, those for Latin digits
    /// are taken, but Arabic digits have a sign of their own.
    fn decimal(&self) -> String {
        let locale = |numbers: &str| format!("{}-u-nu-{numbers}", self.tag).parse::<Locale>();
        match (self.numbering_system.as_str(), locale("latn")) {
            ("arab" | "arabext", _) => "٫".into(),
            (own, Ok(latin)) if own != default_numbering_system(&latin) => {
                decimal_separator(Preferences::from(&latin))
            }
            _ => decimal_separator(self.preferences),
        }
    }

    /// The pattern of a format.
    pub(super) fn items(&self, shape: Shape) -> Vec<Item> {
        self.with_selector(|selector| selector.items(shape))
    }

    /// The format, from those that are kept if it is there.
    pub(super) fn compiled(&self, shape: Shape, difference: Option<Difference>) -> Arc<Compiled> {
        let key = Key {
            tag: self.tag.clone(),
            calendar: self.calendar.clone(),
            numbering_system: self.numbering_system.clone(),
            cycle: self.cycle,
            shape,
            difference,
        };
        if let Some(found) = FORMATS.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return found.clone();
        }
        let items = self.with_selector(|selector| match difference {
            Some(difference) => selector.range(shape, difference),
            None => selector.items(shape).into_iter().map(|item| (Source::Shared, item)).collect(),
        });
        let names = system(&self.calendar).names(self.preferences);
        let made = Arc::new(Compiled::new(&items, names, &self.tag, self.preferences));
        let mut formats = FORMATS.lock().unwrap_or_else(PoisonError::into_inner);
        if formats.len() >= KEPT {
            formats.clear();
        }
        formats.insert(key, made.clone());
        made
    }
}
