//! Runs programs in several implementations, in turns, and times them.

use crate::run::{self, Failure};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// An implementation of a language.
pub(super) struct Engine {
    /// As tables name it.
    pub(super) name: &'static str,
    /// The program and its first arguments.
    pub(super) command: Vec<OsString>,
    pub(super) input: Input,
    /// Whether it is a peer that may be unable to run some program; its time is left out then.
    pub(super) may_fail: bool,
}

/// What an engine is given.
pub(super) enum Input {
    /// The file of the benchmark with this ending, as the last argument.
    File(&'static str),
    /// Nothing: it is the compiled form of this benchmark.
    Is(&'static str),
    /// Nothing: its compiled form is the file of the benchmark with this ending.
    Program(&'static str),
}

/// How long the runs of one program in one engine took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Times {
    pub(super) best: f64,
    pub(super) median: f64,
}

/// One program: a time for every engine that has it.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) times: Vec<Option<Times>>,
}

impl Engine {
    /// The command that runs a benchmark, if the engine has it.
    fn run(&self, folder: &Path, name: &str) -> Option<Command> {
        if let Input::Program(ending) = self.input {
            return Some(Command::new(file(folder, name, ending)));
        }
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        match self.input {
            Input::File(ending) => command.arg(file(folder, name, ending)),
            Input::Is(only) if only == name => &mut command,
            Input::Is(_) | Input::Program(_) => return None,
        };
        Some(command)
    }
}

pub(super) fn file(folder: &Path, name: &str, ending: &str) -> PathBuf {
    folder.join(format!("{name}.{ending}"))
}

/// Names of the benchmarks in a folder, sorted: the files with an ending.
pub(super) fn programs(folder: &Path, wanted: &str, only: Option<&str>) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| Failure::io(folder, e))? {
        let path = entry.map_err(|e| Failure::io(folder, e))?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(stem) = stem.filter(|_| path.extension().is_some_and(|ending| ending == wanted)) {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    match only {
        None => Ok(names),
        Some(only) if names.iter().any(|name| name == only) => Ok(vec![only.to_owned()]),
        Some(only) => {
            Err(Failure::new(format!("no benchmark `{only}`, expected one of: {}", names.join(", "))))
        }
    }
}

/// Whether a program is on the path; it says so when not.
pub(super) fn found(program: &str) -> bool {
    let found = run::on_path(program);
    if !found {
        println!("{program}: not on the path, left out");
    }
    found
}

/// Runs a benchmark in every engine, then again in every engine: what else the machine does meets all of them.
///
/// # Errors
/// When one that must not fails, or does not print what the first one printed.
pub(super) fn row(engines: &[Engine], folder: &Path, name: &str, runs: usize) -> Result<Row, Failure> {
    // None for those that cannot run it.
    let mut times: Vec<Option<Vec<f64>>> = vec![Some(Vec::new()); engines.len()];
    let mut expected: Option<(&str, String)> = None;
    for _ in 0..runs {
        for (engine, slot) in engines.iter().zip(&mut times) {
            let (Some(times), Some(mut command)) = (slot.as_mut(), engine.run(folder, name)) else {
                continue;
            };
            let start = Instant::now();
            let printed = match run::output(&mut command) {
                Err(failure) if engine.may_fail => {
                    println!("{}: cannot run {name}, left out ({failure})", engine.name);
                    *slot = None;
                    continue;
                }
                printed => printed?,
            };
            times.push(start.elapsed().as_secs_f64());
            let (first, wanted) = expected.get_or_insert_with(|| (engine.name, printed.clone()));
            if *wanted != printed {
                let [wanted, printed] = [wanted.trim_end(), printed.trim_end()];
                let message = format!("{name}: {first} prints {wanted:?}, {} {printed:?}", engine.name);
                return Err(Failure::new(message));
            }
        }
    }
    let times = times.into_iter().map(|times| Times::of(times?)).collect();
    Ok(Row { name: name.to_owned(), times })
}

impl Times {
    /// None when there was no run.
    fn of(mut times: Vec<f64>) -> Option<Times> {
        times.sort_by(f64::total_cmp);
        Some(Times { best: *times.first()?, median: times[times.len() / 2] })
    }

    /// How much longer the run in the middle took than the best one, in percent.
    pub(super) fn spread(&self) -> f64 {
        (self.median / self.best - 1.0) * 100.0
    }
}

/// What the machine does besides, where the system tells: processes that want to run, over the last minute.
pub(super) fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Engine, Input, Times, row};
    use std::path::Path;

    fn shell(name: &'static str, script: &str, input: Input) -> Engine {
        Engine { name, command: ["sh", "-c", script].map(Into::into).into(), input, may_fail: false }
    }

    #[test]
    #[cfg(unix)]
    fn a_peer_may_be_unable() {
        let engines = [
            shell("one", "echo 1", Input::File("x")),
            Engine { may_fail: true, ..shell("peer", "exit 1", Input::File("x")) },
        ];
        let times = row(&engines, Path::new(""), "a", 2).unwrap().times;
        assert!(times[0].is_some() && times[1].is_none());
        assert!(row(&[shell("one", "exit 1", Input::File("x"))], Path::new(""), "a", 1).is_err());
    }

    #[test]
    fn the_best_run_and_the_one_in_the_middle_count() {
        let times = Times::of(vec![4.0, 1.0, 2.0]).unwrap();
        assert_eq!((times.best, times.median, times.spread()), (1.0, 2.0, 100.0));
        assert_eq!(Times::of(Vec::new()), None);
    }

    #[test]
    #[cfg(unix)]
    fn engines_must_agree() {
        let [one, same] = [1, 2].map(|_| shell("one", "echo 1", Input::File("x")));
        let other = shell("other", "echo 2", Input::File("x"));
        let only = shell("only", "echo 2", Input::Is("b"));
        let here = Path::new("");
        let agreed = row(&[one, same, only], here, "a", 2).unwrap();
        assert_eq!(agreed.times.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false]);
        let one = shell("one", "echo 1", Input::File("x"));
        let message = row(&[one, other], here, "a", 1).err().unwrap().to_string();
        assert_eq!(message, "a: one prints \"1\", other \"2\"");
    }
}
