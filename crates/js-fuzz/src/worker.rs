//! What a worker does with a seed: its program is compared, and left in a file when something is wrong with it.

use crate::check::{Checker, Difference, Ways, Work};
use fuzz_workers::Worker;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What seeds stand for, and what becomes of findings.
#[derive(Clone, Debug)]
pub struct Task {
    /// What seeds stand for.
    pub work: Work,
    /// Where findings go.
    pub keep: PathBuf,
    /// Whether they are made small before.
    pub minimise: bool,
}

/// A task and what carries it out. Says the file that a finding was left in.
pub struct Comparer {
    /// What to do.
    pub task: Task,
    /// What compares.
    pub checker: Checker,
}

/// The longest that a finding is made smaller.
const REDUCE: Duration = Duration::from_secs(60);
/// The longest that a program may take meanwhile.
const PATIENCE: Duration = Duration::from_millis(500);

impl Worker for Comparer {
    const REPORT: u64 = 64;

    fn check_seed(&mut self, seed: u64) -> io::Result<Option<String>> {
        let Comparer { task, checker } = self;
        let text = task.work.tree(seed).text();
        let Some(found) = checker.check_seed(task.work, &text, seed)? else { return Ok(None) };
        eprintln!("seed {seed}: {found}");
        let text = if task.minimise { reduce(task.work, seed, &found, checker)? } else { text };
        let file = task.write(seed, &found.to_string(), &text)?;
        Ok(Some(file.display().to_string()))
    }

    fn counts(&mut self) -> impl IntoIterator<Item = (impl Display, u64)> {
        std::mem::take(&mut self.checker.counts)
    }
}

/// The program of a seed without what is not needed for a difference of the same kind.
fn reduce(work: Work, seed: u64, found: &Difference, checker: &mut Checker) -> io::Result<String> {
    let end = Instant::now() + REDUCE;
    checker.set_patience(PATIENCE);
    let mut failed = None;
    let ways = match found {
        Difference::Output { right: crate::Side::Node, .. } => Ways { node: true, ..Ways::NONE },
        _ if work == Work::Guards => Ways { turns: true, ..Ways::NONE },
        _ => Ways { node: false, turns: false, ..Ways::ALL },
    };
    let text = work.tree(seed).reduce(
        &mut |text| match checker.check(text, ways) {
            Ok(again) => again.is_some_and(|again| again.is_like(found)),
            Err(error) => {
                failed = Some(error);
                false
            }
        },
        &mut || Instant::now() >= end,
    );
    checker.set_patience(crate::engine::PATIENCE);
    failed.map_or(Ok(text), Err)
}

impl Task {
    /// Writes a finding to its file: what is wrong as a comment, the program.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&self, seed: u64, found: &str, text: &str) -> io::Result<PathBuf> {
        std::fs::create_dir_all(&self.keep)?;
        let kind = match self.work {
            Work::Programs => "program",
            Work::Regexps => "regexp",
            Work::Guards => "guards",
        };
        let file = self.keep.join(format!("{kind}-{seed}.js"));
        let found = found.replace('\n', "\n// ");
        std::fs::write(&file, format!("// jsfuzz {kind} {seed}: {found}\n{text}"))?;
        Ok(file)
    }
}
