//! What all suites have in common: options, our own program, runs in turns, the table and the picture.

use super::chart;
use super::measure::{self, Engine, Input};
use super::table::{self, Comparison, Ratios};
use crate::run::{self, Failure, root, target_dir};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Options of every suite.
#[derive(clap::Args)]
pub(super) struct Options {
    /// How often each program runs in each implementation; the best run counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) runs: u32,
    /// One program only: the name of its file without the ending
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Where to draw the times; a file in `bench` of the target folder otherwise
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What is measured.
pub(super) struct Suite<'a> {
    /// What the picture is called, and its file.
    pub(super) title: &'a str,
    pub(super) picture: &'a str,
    /// Where the programs are.
    pub(super) folder: &'a Path,
    pub(super) programs: &'a [String],
    /// What the results are to be.
    pub(super) bars: &'a [Comparison],
}

impl Options {
    /// The programs of a folder, by name, or the one that is wanted.
    pub(super) fn programs(&self, folder: &Path, ending: &str) -> Result<Vec<String>, Failure> {
        measure::programs(folder, ending, self.only.as_deref())
    }

    /// Measures, prints and draws.
    pub(super) fn measure(&self, suite: &Suite<'_>, engines: &[Engine]) -> Result<(), Failure> {
        let load = measure::load().map_or(String::new(), |load| format!(", load {load} at the start"));
        println!("best of {} runs in turns; + is how much longer the median took{load}", self.runs);
        let row = |program: &String| measure::row(engines, suite.folder, program, self.runs as usize);
        let rows = suite.programs.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        let ratios: Vec<_> = suite.bars.iter().filter_map(|bar| Ratios::new(bar, engines, &rows)).collect();
        println!("{}", table::text(engines, &rows, &ratios));
        let svg = self.svg.clone().unwrap_or_else(|| target_dir().join("bench").join(suite.picture));
        let title = format!("{}: seconds, best of {} runs", suite.title, self.runs);
        fs::write(&svg, chart::svg(&title, engines, &rows, &ratios)).map_err(|e| Failure::io(&svg, e))?;
        println!("drawn: {}", svg.display());
        Ok(())
    }
}

/// A folder for what a suite makes.
pub(super) fn scratch(name: &str) -> Result<PathBuf, Failure> {
    let folder = target_dir().join("bench").join(name);
    fs::create_dir_all(&folder).map_err(|e| Failure::io(&folder, e))?;
    Ok(folder)
}

/// Our own program.
pub(super) struct Spandrel(PathBuf);

impl Spandrel {
    /// As it is in the tree.
    pub(super) fn build() -> Result<Spandrel, Failure> {
        let mut build = Command::new(run::cargo());
        run::check(build.current_dir(root()).args(["build", "--release", "-p", "cli"]))?;
        Ok(Spandrel(target_dir().join("release/spandrel")))
    }

    /// One of its ways to run programs whose files have this ending.
    pub(super) fn engine(&self, name: &'static str, options: &[&str], ending: &'static str) -> Engine {
        let words = ["run"].iter().chain(options).map(OsString::from);
        let command = [self.0.clone().into_os_string()].into_iter().chain(words).collect();
        Engine { name, command, input: Input::File(ending), may_fail: false }
    }
}

/// Whether there is a C compiler, whose version is printed.
pub(super) fn has_gcc(name: &str) -> Result<bool, Failure> {
    if !measure::found("gcc") {
        return Ok(false);
    }
    let version = run::output(Command::new("gcc").arg("--version"))?;
    println!("{name}: {}", version.lines().next().unwrap_or_default());
    Ok(true)
}
