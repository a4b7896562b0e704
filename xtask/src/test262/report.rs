//! Totals by folder and by feature, and the list of failures with reasons.

use super::Outcome;
use super::pool::Verdict;
use crate::run::Failure;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Tests of a folder or feature.
#[derive(Clone, Copy, Default)]
struct Total {
    passed: usize,
    all: usize,
    crashes: usize,
    timeouts: usize,
}

impl Total {
    fn add(&mut self, outcome: &Outcome<'_>) {
        self.all += 1;
        match &outcome.failure {
            None => self.passed += 1,
            Some((_, Verdict::Crash(_))) => self.crashes += 1,
            Some((_, Verdict::Timeout)) => self.timeouts += 1,
            Some((_, Verdict::Wrong(_))) => {}
        }
    }

    fn line(&self, name: &str) -> String {
        let percent = 100.0 * self.passed as f64 / self.all.max(1) as f64;
        let mut line = format!("{percent:6.2} %  {:>6} of {:>6}  {name}", self.passed, self.all);
        for (count, what) in [(self.crashes, "crashes"), (self.timeouts, "timeouts")] {
            if count > 0 {
                let _ = write!(line, ", {count} {what}");
            }
        }
        line
    }
}

/// Prints the totals by folder, those of the outermost folders last.
pub(crate) fn folders(outcomes: &[Outcome<'_>], depth: usize) {
    for depth in [depth.max(1), 1] {
        let totals = totals(outcomes, |outcome| vec![folder(&outcome.test.path, depth)]);
        totals.iter().for_each(|(name, total)| println!("{}", total.line(name)));
        println!();
        if depth == 1 {
            break;
        }
    }
    let mut all = Total::default();
    outcomes.iter().for_each(|outcome| all.add(outcome));
    println!("{}", all.line("all"));
}

/// The first folders of a path.
fn folder(path: &str, depth: usize) -> String {
    let parts: Vec<_> = path.split('/').collect();
    parts.get(..depth.min(parts.len().saturating_sub(1))).unwrap_or_default().join("/")
}

fn totals(outcomes: &[Outcome<'_>], groups: impl Fn(&Outcome<'_>) -> Vec<String>) -> BTreeMap<String, Total> {
    let mut totals: BTreeMap<String, Total> = BTreeMap::new();
    for outcome in outcomes {
        groups(outcome).into_iter().for_each(|name| totals.entry(name).or_default().add(outcome));
    }
    totals
}

/// Writes `failures.txt`, `folders.txt`, `features.txt` and `reasons.txt`.
pub(crate) fn write(folder_: &Path, outcomes: &[Outcome<'_>]) -> Result<(), Failure> {
    fs::create_dir_all(folder_).map_err(|e| Failure::io(folder_, e))?;
    let mut failures = String::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        if let Some((mode, verdict)) = &outcome.failure {
            let text = verdict.text();
            let _ = writeln!(failures, "{} ({mode}): {text}", outcome.test.path);
            *reasons.entry(text.chars().take(120).collect()).or_default() += 1;
        }
    }
    let list = |totals: BTreeMap<String, Total>| {
        totals.iter().fold(String::new(), |text, (name, total)| text + &total.line(name) + "\n")
    };
    let mut common: Vec<_> = reasons.into_iter().collect();
    common.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let common =
        common.iter().fold(String::new(), |text, (reason, count)| text + &format!("{count:6}  {reason}\n"));
    let features = totals(outcomes, |outcome| outcome.test.metadata.features.clone());
    let files = [
        ("failures.txt", failures),
        ("reasons.txt", common),
        ("folders.txt", list(totals(outcomes, |outcome| vec![folder(&outcome.test.path, 4)]))),
        ("features.txt", list(features)),
    ];
    for (name, text) in files {
        let path = folder_.join(name);
        fs::write(&path, text).map_err(|e| Failure::io(&path, e))?;
    }
    Ok(())
}
