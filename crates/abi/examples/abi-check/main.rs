//! Differential test of the calling conventions: binding plans against what C compilers do, in both directions.
//!
//! `abi-check --seed S --count N [--abi NAME] [--plan NAME]` makes up N signatures from the seed, lets clang and gcc compile
//! a callee and a caller of each under each convention, and runs them against our calls and callbacks (`--help` has the rest).
//! Objects of all five conventions are ELF, so that one x64 Linux machine runs them: ARM64 ones under qemu-user.

mod args;
mod compile;
mod driver;
mod emit;
mod exceptions;
mod generate;
mod library;
mod memory;
mod parse;
mod report;
mod rng;
mod runner;
mod target;
mod values;

use abi::{Abi, Signature};
use compile::Compiler;
use std::fmt;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match args::parse(std::env::args().skip(1)) {
        Ok(args::Command::Help) => {
            println!("{}", args::USAGE);
            return ExitCode::SUCCESS;
        }
        Ok(args::Command::Drive(options)) => driver::run(&options),
        Ok(args::Command::Run { batch, object, from }) => runner::run(&batch, &object, from).map(|()| true),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("abi-check: {error}");
            ExitCode::from(2)
        }
    }
}

/// Signatures that are compiled, loaded and run together.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// The convention of the objects.
    abi: Abi,
    /// The convention of our plans; another one is the proof that the test can fail.
    plan: Abi,
    compiler: Compiler,
    seed: u64,
    optimise: Optimise,
    source: Source,
    /// Only the signatures with parts that the compiler gets wrong, without those parts.
    corrected: bool,
}

/// Optimisation level: it decides whether a compiler relies on how narrow values were extended, so both are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Optimise {
    O1,
    O2,
}

/// Where the signatures of a batch come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Numbers `first` to `first + count - 1` of the seed.
    Range { first: u32, count: u32 },
    /// One that the user wrote.
    Text(Signature),
}

impl Batch {
    /// The signatures that the compiler can be asked about, each with its number.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = (u32, Signature)> + '_ {
        let asked = self
            .all_signatures()
            .filter(|(_, signature)| self.compiler.declines(self.abi, signature).is_none());
        asked.filter_map(|(index, signature)| match self.corrected {
            false => Some((index, signature)),
            true => Some((index, exceptions::without_culprits(self.abi, self.compiler, &signature)?)),
        })
    }

    /// Every signature, each with its number.
    pub(crate) fn all_signatures(&self) -> impl Iterator<Item = (u32, Signature)> + '_ {
        let (first, count) = match self.source {
            Source::Range { first, count } => (first, count),
            Source::Text(_) => (0, 1),
        };
        (first..first + count).map(|index| match &self.source {
            Source::Range { .. } => (index, generate::signature(self.seed, index)),
            Source::Text(signature) => (index, signature.clone()),
        })
    }

    /// How many signatures there are, declined ones included.
    pub(crate) fn len(&self) -> u32 {
        match self.source {
            Source::Range { count, .. } => count,
            Source::Text(_) => 1,
        }
    }

    /// Both halves, when there is more than one signature.
    pub(crate) fn split(&self) -> Option<[Batch; 2]> {
        let Source::Range { first, count: count @ 2.. } = self.source else { return None };
        let half = count / 2;
        let part = |first, count| Batch { source: Source::Range { first, count }, ..self.clone() };
        Some([part(first, half), part(first + half, count - half)])
    }
}

/// Why nothing could be checked.
#[derive(Debug)]
pub(crate) enum SetupError {
    /// The command line is wrong.
    Usage(String),
    /// A program is not installed.
    MissingProgram { what: &'static str, package: &'static str },
    /// The runner for the other architecture does not build.
    Runner(String),
    /// A compiled batch does not load.
    Load(String),
    /// A file or process could not be used.
    Io { what: String, error: std::io::Error },
}

impl SetupError {
    pub(crate) fn io(what: impl fmt::Display) -> impl FnOnce(std::io::Error) -> SetupError {
        let what = what.to_string();
        move |error| SetupError::Io { what, error }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetupError::Usage(text) => write!(f, "{text}\n{}", args::USAGE),
            SetupError::MissingProgram { what, package } => {
                write!(f, "{what} is not installed; Debian package: {package}")
            }
            SetupError::Runner(text) => write!(f, "the ARM64 runner does not build: {text}"),
            SetupError::Load(text) => write!(f, "a compiled batch cannot be used: {text}"),
            SetupError::Io { what, error } => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for SetupError {}
