//! `spandrel ir run --tiered`: interpret first, compile what gets hot.

use super::{Failure, run};
use clap::Args;
use ir::eval::Const;
use ir::interp::{Limits, Outcome, ResumePoints};
use ir::{Func, Module};
use jit::doubles::{self, Tiered};
use jit::engine::Config;
use std::sync::Arc;
use tiering::{Flags, Trace};

/// Stack for interpreters that call one another by way of compiled code.
const STACK: usize = 256 << 20;

#[derive(Args)]
pub(super) struct TierArgs {
    /// Interpret, compile what gets hot in the background, enter hot loops in the middle, and go back to interpreting where a
    /// guard leaves; the options about tiers imply it
    #[arg(long, conflicts_with_all = ["interp", "jit"])]
    tiered: bool,
    /// Never compile
    #[arg(long, conflicts_with_all = ["interp", "jit"])]
    no_jit: bool,
    /// Calls after which a function is compiled; loops in step with it
    #[arg(long, value_name = "N", conflicts_with_all = ["interp", "jit"])]
    jit_threshold: Option<String>,
    /// Compiler threads; with 0, whoever makes a function hot waits for its code
    #[arg(long, value_name = "N", conflicts_with_all = ["interp", "jit"])]
    jit_threads: Option<usize>,
    /// Show every step of every function on standard error
    #[arg(long, conflicts_with_all = ["interp", "jit"])]
    trace_tiers: bool,
    /// Show at the end how often compiled code was left or not made, and why
    #[arg(long, conflicts_with_all = ["interp", "jit"])]
    print_bailouts: bool,
    /// Write every step into a file, one JSON object per line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["interp", "jit"])]
    tier_log: Option<String>,
}

impl TierArgs {
    /// Whether any of it was given.
    pub(super) fn wanted(&self) -> bool {
        let values = self.jit_threshold.is_some() || self.jit_threads.is_some() || self.tier_log.is_some();
        self.tiered || self.no_jit || self.trace_tiers || self.print_bailouts || values
    }

    /// What the words mean is known to `tiering`.
    fn flags(&self) -> Result<Flags, Failure> {
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
            flags.take(&word).map_err(Failure::usage)?;
        }
        Ok(flags)
    }

    /// Calls a function. `values` makes the arguments, with a way to put bytes into the guest's memory.
    pub(super) fn run(
        &self,
        module: &Module,
        func: Func,
        limits: Limits,
        values: &(impl Fn(&mut dyn FnMut(Vec<u8>) -> u64) -> Result<Vec<Const>, Failure> + Sync),
    ) -> Result<Outcome, Failure> {
        let flags = self.flags()?;
        let log = flags.log.as_ref().map_or(String::new(), |path| format!("{}: ", path.display()));
        let written = |error: std::io::Error| Failure::usage(format!("{log}{error}"));
        let trace = Arc::new(Trace::from_flags(&flags).map_err(written)?);
        let config = Config { policy: flags.policy, ..Config::default() };
        let config = Config { threads: self.jit_threads.unwrap_or(config.threads), ..config };
        let outcome = on_a_large_stack(|| {
            let original = Arc::new((module.clone(), ResumePoints::new(module)));
            let guest = run::guest(&original, limits);
            let mut tiered = Tiered::new(guest, config, Arc::clone(&trace)).map_err(Failure::program)?;
            let memory = &mut tiered.guest().memory;
            let args = values(&mut |bytes| memory.map(&bytes))?;
            let outcome = tiered.call(func, &args).map_err(Failure::program)?;
            doubles::reference(&outcome).map_err(Failure::program)
        })?;
        trace.finish().map_err(written)?;
        if flags.print_bailouts {
            eprint!("{}", trace.totals());
        }
        outcome
    }
}

fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(Failure::program)?;
        thread.join().map_err(|_| Failure::program("internal error: see above"))
    })
}
