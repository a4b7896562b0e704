//! The command line's words about tiers.

use crate::policy::Policy;
use std::fmt;
use std::path::PathBuf;

/// What the command line says about tiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The policy, changed by `--jit-threshold=N` and `--no-jit`.
    pub policy: Policy,
    /// `--trace-tiers`: every step, for people.
    pub trace_tiers: bool,
    /// `--print-bailouts`: a table of reasons at the end.
    pub print_bailouts: bool,
    /// `--tier-log=FILE`: every step, one JSON object per line.
    pub log: Option<PathBuf>,
}

/// A flag with a value that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagError {
    /// The argument as given.
    pub argument: String,
    /// What it should have been.
    pub expected: &'static str,
}

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.argument, self.expected)
    }
}

impl std::error::Error for FlagError {}

impl Flags {
    /// Takes an argument in when it is one of ours, and says whether it was.
    ///
    /// # Errors
    /// When it is, but its value makes no sense.
    pub fn take(&mut self, argument: &str) -> Result<bool, FlagError> {
        let fail = |expected| Err(FlagError { argument: argument.to_owned(), expected });
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        match (name, value) {
            ("--no-jit", None) => self.policy.enabled = false,
            ("--trace-tiers", None) => self.trace_tiers = true,
            ("--print-bailouts", None) => self.print_bailouts = true,
            ("--jit-threshold", Some(value)) => match value.parse() {
                Ok(calls) => self.policy = std::mem::take(&mut self.policy).with_threshold(calls),
                Err(_) => return fail("a number of calls, for example --jit-threshold=100"),
            },
            ("--tier-log", Some(path)) if !path.is_empty() => self.log = Some(path.into()),
            ("--jit-threshold", None) => return fail("takes a number, as in --jit-threshold=100"),
            ("--tier-log", _) => return fail("takes a file, as in --tier-log=tiers.jsonl"),
            ("--no-jit" | "--trace-tiers" | "--print-bailouts", Some(_)) => return fail("takes no value"),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_its_effect() {
        let mut flags = Flags::default();
        for argument in ["--jit-threshold=7", "--trace-tiers", "--print-bailouts", "--tier-log=x.jsonl"] {
            assert_eq!(flags.take(argument), Ok(true), "{argument}");
        }
        assert_eq!(flags.policy.call_threshold, 7);
        assert!(flags.policy.enabled && flags.trace_tiers && flags.print_bailouts);
        assert_eq!(flags.log, Some("x.jsonl".into()));
        assert_eq!(flags.take("--no-jit"), Ok(true));
        assert!(!flags.policy.enabled);
        assert_eq!(flags.policy.call_threshold, 7, "no flag undoes another");
    }

    #[test]
    fn others_are_left_alone_and_nonsense_is_named() {
        let mut flags = Flags::default();
        for argument in ["file.js", "--jit", "--no-jits", "", "="] {
            assert_eq!(flags.take(argument), Ok(false), "{argument}");
        }
        for argument in [
            "--jit-threshold",
            "--jit-threshold=",
            "--jit-threshold=-1",
            "--jit-threshold=x",
            "--no-jit=1",
            "--tier-log",
            "--tier-log=",
        ] {
            let error = flags.take(argument).unwrap_err();
            assert!(error.to_string().contains(argument), "{error}");
        }
        assert_eq!(flags, Flags::default());
    }
}
