//! The coordinator: worker processes run the programs; those that one died of are made smaller.

use crate::worker::Task;
use fuzz_workers::{Report, ending};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The longest that one program may take in a process of its own.
const ONE: Duration = Duration::from_secs(120);
/// The longest that a program which crashes is made smaller.
const REDUCE: Duration = Duration::from_secs(120);

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What seeds stand for, and what becomes of findings.
    pub task: Task,
    /// Which of them, and what runs them.
    pub workers: fuzz_workers::Plan,
}

/// Runs programs as planned.
///
/// # Errors
/// A finding cannot be written, or checked in a process of its own.
pub fn run(plan: &Plan) -> io::Result<Report> {
    fuzz_workers::run(&plan.workers, &mut |found| {
        let file =
            found.said.map_or_else(|| Ok(keep(plan, found.seed)?.display().to_string()), io::Result::Ok)?;
        Ok(format!("seed {}: {file}", found.seed))
    })
}

/// Writes the program that a worker died of to a file, made smaller as long as our engine dies of it alone.
fn keep(plan: &Plan, seed: u64) -> io::Result<PathBuf> {
    let (task, tree) = (&plan.task, plan.task.work.tree(seed));
    let found = "a crash or hang";
    let file = task.write(seed, found, &tree.text())?;
    if !task.minimise || !dies(plan, &file)? {
        return Ok(file);
    }
    let end = Instant::now() + REDUCE;
    let mut attempt = |text: &str| {
        let file = task.write(seed, found, text);
        file.and_then(|file| dies(plan, &file)).unwrap_or(false)
    };
    let text = tree.reduce(&mut attempt, &mut || Instant::now() >= end);
    task.write(seed, found, &text)
}

/// Whether the check of a file does not end with a status of its own.
fn dies(plan: &Plan, file: &Path) -> io::Result<bool> {
    let mut command = Command::new(&plan.workers.program);
    let status = ending(command.arg("check").arg(file), ONE)?;
    Ok(status.and_then(|status| status.code()).is_none_or(|code| code > 1))
}
