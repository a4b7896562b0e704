//! How often what happened: the table behind `--print-bailouts`.

use crate::event::{Event, EventKind};
use std::collections::BTreeMap;
use std::fmt;

/// Counts of events, by kind and by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// By kind of event.
    pub events: BTreeMap<&'static str, u64>,
    /// Declined compilations, by reason.
    pub declined: BTreeMap<&'static str, u64>,
    /// Results thrown away, by reason.
    pub discarded: BTreeMap<&'static str, u64>,
    /// Exits of compiled code, by reason.
    pub exits: BTreeMap<String, u64>,
    /// Exits and declines by function and reason.
    pub by_function: BTreeMap<(String, String), u64>,
}

/// Adds events up.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    totals: Totals,
}

impl Tally {
    /// Counts an event.
    pub fn count(&mut self, event: &Event) {
        let totals = &mut self.totals;
        *totals.events.entry(event.kind.name()).or_default() += 1;
        let reason = match &event.kind {
            EventKind::Declined { reason, .. } => {
                *totals.declined.entry(reason.code()).or_default() += 1;
                format!("declined: {reason}")
            }
            EventKind::Discarded(why) => {
                *totals.discarded.entry(why.code()).or_default() += 1;
                return;
            }
            EventKind::Exited { reason, .. } => {
                *totals.exits.entry(reason.clone()).or_default() += 1;
                reason.clone()
            }
            _ => return,
        };
        *totals.by_function.entry((event.function.name.clone(), reason)).or_default() += 1;
    }

    /// What was counted.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table(f, "exits by reason", self.exits.iter().map(|(name, n)| (name.clone(), *n)))?;
        table(f, "declined by reason", self.declined.iter().map(|(name, n)| ((*name).to_owned(), *n)))?;
        table(f, "discarded by reason", self.discarded.iter().map(|(name, n)| ((*name).to_owned(), *n)))?;
        let functions = self.by_function.iter().map(|((name, why), n)| (format!("{name}  {why}"), *n));
        table(f, "by function", functions)
    }
}

/// Prints the most frequent first.
fn table(f: &mut fmt::Formatter<'_>, title: &str, rows: impl Iterator<Item = (String, u64)>) -> fmt::Result {
    let mut rows: Vec<(String, u64)> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    writeln!(f, "{title}:")?;
    rows.iter().try_for_each(|(name, n)| writeln!(f, "{n:>10}  {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::FunctionRef;
    use crate::reason::{Decline, Discard};

    #[test]
    fn reasons_are_counted_and_printed_by_frequency() {
        let mut tally = Tally::default();
        let mut count = |name: &str, kind| {
            tally.count(&Event { function: FunctionRef { name: name.to_owned(), id: 1, version: 1 }, kind });
        };
        let exit = |reason: &str| EventKind::Exited { site: 0, reason: reason.to_owned(), count: 1 };
        count("f", exit("shape"));
        count("f", exit("overflow"));
        count("g", exit("overflow"));
        count("g", EventKind::Declined { reason: Decline::TooLarge, detail: String::new() });
        count("g", EventKind::Discarded(Discard::Superseded));
        count("g", EventKind::Dropped);
        let totals = tally.totals();
        assert_eq!((totals.exits["overflow"], totals.declined["too-large"]), (2, 1));
        assert_eq!((totals.events["exited"], totals.events["dropped"]), (3, 1));
        let text = totals.to_string();
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is missing in {text}"));
        assert!(place("2  overflow") < place("1  shape"));
        assert!(place("1  g  declined: too-large") > place("by function"));
        assert_eq!(Totals::default().to_string(), "");
    }
}
