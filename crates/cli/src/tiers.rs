//! The switches about tiers: the same for every guest.

use clap::Args;
use std::sync::Arc;
use tiering::{Flags, Trace};

/// When code is compiled, and what is told about it.
#[derive(Args, Clone, Default)]
pub(crate) struct TierArgs {
    /// Never compiles: everything is interpreted
    #[arg(long)]
    no_jit: bool,
    /// Calls or rounds of a loop after which a function is compiled; with 1 everything is, before it runs
    #[arg(long, value_name = "N")]
    jit_threshold: Option<String>,
    /// Shows every step of every function on standard error
    #[arg(long)]
    trace_tiers: bool,
    /// Shows at the end how often compiled code was left or not made, and why
    #[arg(long)]
    print_bailouts: bool,
    /// Writes every step into a file, one JSON object per line
    #[arg(long, value_name = "FILE")]
    tier_log: Option<String>,
}

/// What the switches say.
#[derive(Clone)]
pub(crate) struct Tiers {
    pub(crate) flags: Flags,
    pub(crate) trace: Arc<Trace>,
    /// The threshold, if one was given: each guest has its own otherwise.
    pub(crate) threshold: Option<u32>,
}

impl TierArgs {
    /// What the words mean is known to `tiering`.
    ///
    /// # Errors
    /// A message: a value makes no sense, or the log cannot be written.
    pub(crate) fn tiers(&self) -> Result<Tiers, String> {
        let switch = |given: bool, word: &str| given.then(|| word.to_owned());
        let value =
            |given: &Option<String>, word: &str| given.as_ref().map(|value| format!("{word}={value}"));
        let words = [
            switch(self.no_jit, "--no-jit"),
            value(&self.jit_threshold, "--jit-threshold"),
            switch(self.trace_tiers, "--trace-tiers"),
            switch(self.print_bailouts, "--print-bailouts"),
            value(&self.tier_log, "--tier-log"),
        ];
        let mut flags = Flags::default();
        for word in words.into_iter().flatten() {
            flags.take(&word).map_err(|error| error.to_string())?;
        }
        let log = flags.log.as_ref().map_or(String::new(), |path| format!("{}: ", path.display()));
        let trace = Trace::from_flags(&flags).map_err(|error| format!("{log}{error}"))?;
        let threshold = self.jit_threshold.is_some().then_some(flags.policy.call_threshold);
        Ok(Tiers { flags, trace: Arc::new(trace), threshold })
    }
}

impl Tiers {
    /// Completes what is written about tiers.
    ///
    /// # Errors
    /// A message: the log cannot be written.
    pub(crate) fn finish(&self) -> Result<(), String> {
        if self.flags.print_bailouts {
            eprint!("{}", self.trace.totals());
        }
        self.trace.finish().map_err(|error| error.to_string())
    }
}
