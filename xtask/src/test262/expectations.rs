//! The list of tests that fail: one path for each line, `FOLDER/**` where all tests of a folder do.

use super::suite::Suite;
use crate::run::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const HEAD: &str =
    "# Tests of test262 that fail. `cargo xtask test262 --write` removes those that pass by now.\n";

/// The tests that are known to fail.
pub(crate) struct Expectations {
    failing: BTreeSet<String>,
    is_new: bool,
}

impl Expectations {
    /// Reads the list; an empty one when there is no file.
    pub(crate) fn read(file: &Path, suite: &Suite) -> Result<Expectations, Failure> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Expectations { failing: BTreeSet::new(), is_new: true });
            }
            Err(error) => return Err(Failure::io(file, error)),
        };
        let mut failing = BTreeSet::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_suffix("**") {
                Some(folder) => {
                    let inside = suite.tests.iter().filter(|test| test.path.starts_with(folder));
                    failing.extend(inside.map(|test| test.path.clone()));
                }
                None => drop(failing.insert(line.to_owned())),
            }
        }
        Ok(Expectations { failing, is_new: false })
    }

    /// Whether there was no list.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    pub(crate) fn len(&self) -> usize {
        self.failing.len()
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.failing.contains(path)
    }

    pub(crate) fn remove(&mut self, path: &str) {
        self.failing.remove(path);
    }

    pub(crate) fn insert(&mut self, path: &str) {
        self.failing.insert(path.to_owned());
    }

    /// Writes the list. Tests that the suite does not have any more are left out.
    pub(crate) fn write(&self, file: &Path, suite: &Suite) -> Result<(), Failure> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|e| Failure::io(folder, e))?;
        }
        fs::write(file, self.text(suite)).map_err(|e| Failure::io(file, e))
    }

    fn text(&self, suite: &Suite) -> String {
        // For each folder, how many of its tests fail, and how many there are.
        let mut folders: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for test in &suite.tests {
            let fails = self.contains(&test.path);
            for folder in folders_of(&test.path) {
                let entry = folders.entry(folder).or_default();
                entry.0 += usize::from(fails);
                entry.1 += 1;
            }
        }
        let mut lines = BTreeSet::new();
        for test in suite.tests.iter().filter(|test| self.contains(&test.path)) {
            let whole = folders_of(&test.path)
                .find(|folder| folders.get(folder).is_some_and(|(failing, all)| failing == all && *all > 1));
            lines.insert(match whole {
                Some(folder) => format!("{folder}/**"),
                None => test.path.clone(),
            });
        }
        lines.iter().fold(HEAD.to_owned(), |text, line| text + line + "\n")
    }
}

/// The folders of a path, outermost first.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Metadata;
    use super::super::suite::{Suite, Test};
    use super::{Expectations, HEAD};
    use std::collections::BTreeSet;

    fn suite() -> Suite {
        let paths = ["a/b/1.js", "a/b/2.js", "a/c/1.js", "d/1.js"];
        let test = |path: &&str| Test { path: (*path).to_owned(), metadata: Metadata::default() };
        Suite { tests: paths.iter().map(test).collect() }
    }

    fn failing(paths: &[&str]) -> Expectations {
        let failing: BTreeSet<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        Expectations { failing, is_new: false }
    }

    #[test]
    fn folders_whose_tests_all_fail_are_one_line() {
        let list = failing(&["a/b/1.js", "a/b/2.js", "d/1.js", "gone.js"]).text(&suite());
        assert_eq!(list, format!("{HEAD}a/b/**\nd/1.js\n"));
        let list = failing(&["a/b/1.js", "a/b/2.js", "a/c/1.js"]).text(&suite());
        assert_eq!(list, format!("{HEAD}a/**\n"));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let file = std::env::temp_dir().join(format!("spandrel-expectations-{}", std::process::id()));
        failing(&["a/b/1.js", "a/b/2.js", "d/1.js"]).write(&file, &suite()).expect("a file");
        let read = Expectations::read(&file, &suite()).expect("a file");
        let _ = std::fs::remove_file(&file);
        assert!(!read.is_new() && read.len() == 3 && read.contains("a/b/2.js"));
    }
}
