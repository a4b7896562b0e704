//! The coordinator: worker processes run the programs; what they found is reduced.

use crate::case::Case;
use crate::finding::Finding;
use crate::leg::Leg;
use crate::reduce::{reduce, size};
use fuzz_workers::{Report, ending};
use ir::Module;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Exit status of a check of something that is no program.
pub const UNFIT: u8 = 2;

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which programs, and what runs them. A worker's patience is for all legs of a program; one leg may take a third.
    pub workers: fuzz_workers::Plan,
    /// Where findings go.
    pub keep: PathBuf,
    /// Longest time that the reduction of one finding may take.
    pub reduce: Duration,
}

/// Runs programs as planned. The report has the leg of a finding, unless a process died and no leg alone makes it.
///
/// # Errors
/// A finding cannot be written, or checked in a process of its own.
pub fn run(plan: &Plan) -> io::Result<Report> {
    fuzz_workers::run(&plan.workers, &mut |found| {
        let (seed, mut leg) = (found.seed, found.said.as_deref().and_then(Leg::from_name));
        let file = keep(plan, seed, &mut leg)?;
        let leg = leg.map_or_else(|| "a crash or hang".to_owned(), |leg| leg.to_string());
        let file = file.map_or_else(String::new, |file| format!(": {}", file.display()));
        Ok(format!("seed {seed}, {leg}{file}"))
    })
}

/// How a check of a finding's file failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// It saw a difference, or a panic.
    Differs,
    /// It died.
    Died,
    /// It did not end.
    Hung,
}

/// Reduces a finding and writes it to a file; finds out the leg of a crash. `None` when it does not come back alone.
fn keep(plan: &Plan, seed: u64, leg: &mut Option<Leg>) -> io::Result<Option<PathBuf>> {
    std::fs::create_dir_all(&plan.keep)?;
    let Ok(case) = Case::generate(seed) else { return Ok(None) };
    let file = plan.keep.join(format!("seed-{seed}.ir"));
    let attempt = |module: &Module, leg: Leg| -> io::Result<Option<Failure>> {
        let Ok(case) = Case::reduced(seed, module.clone()) else { return Ok(None) };
        std::fs::write(&file, Finding { case, leg }.text())?;
        check_file(plan, &file)
    };
    let mut found = None;
    for candidate in leg.map_or_else(Leg::all, |leg| vec![leg]) {
        if let Some(how) = attempt(case.module(), candidate)? {
            found = Some((candidate, how));
            break;
        }
    }
    let Some((found, how)) = found else {
        std::fs::remove_file(&file)?;
        return Ok(None);
    };
    *leg = Some(found);
    let end = Instant::now() + plan.reduce;
    let reduced = reduce(case.module(), &mut |module| {
        Instant::now() < end && attempt(module, found).is_ok_and(|failure| failure == Some(how))
    });
    let instructions = size(&reduced);
    let case = Case::reduced(seed, reduced).map_err(io::Error::other)?;
    std::fs::write(&file, Finding { case, leg: found }.text())?;
    eprintln!("seed {seed}, {found}: reduced to {instructions} instructions");
    Ok(Some(file))
}

/// How the check of a finding's file fails in a process of its own; not at all when it is no program.
fn check_file(plan: &Plan, file: &Path) -> io::Result<Option<Failure>> {
    let mut command = Command::new(&plan.workers.program);
    command.arg("check").arg(file).args(&plan.workers.arguments);
    Ok(match ending(&mut command, plan.workers.patience / 3)?.map(|status| status.code()) {
        Some(Some(0)) => None,
        Some(Some(code)) if code == i32::from(UNFIT) => None,
        Some(Some(1)) => Some(Failure::Differs),
        Some(_) => Some(Failure::Died),
        None => Some(Failure::Hung),
    })
}
