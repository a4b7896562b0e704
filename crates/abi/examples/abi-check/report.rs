//! Adds up what the runners said and prints it: one line per convention and compiler, then every difference.

use crate::Batch;
use crate::compile::Compiler;
use crate::exceptions::{self, Exception};
use crate::runner::Check;
use abi::{Abi, Signature};
use std::collections::BTreeMap;
use std::fmt;

/// Something a runner or a compiler did with one signature.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) index: u32,
    pub(crate) signature: Signature,
    pub(crate) what: What,
}

/// What was done.
#[derive(Debug)]
pub(crate) enum What {
    /// A check began.
    Tried(Check),
    /// A check differed or crashed.
    Bad(Check, String),
    /// The compiler did not take the source.
    Refused(String),
}

/// The sums for one convention and compiler.
pub(crate) struct Tally {
    abi: Abi,
    plan: Abi,
    compiler: Compiler,
    seed: u64,
    signatures: u32,
    /// Signatures checked once more without what the compiler gets wrong.
    corrected: usize,
    /// Signatures the compiler cannot be asked about, by reason.
    declined: BTreeMap<&'static str, u32>,
    /// How often each of [`Check::ALL`] was tried.
    tried: [u32; Check::ALL.len()],
    mismatches: Vec<Event>,
    /// How often each entry of the table of exceptions applied.
    exceptions: Vec<(&'static Exception, u32)>,
}

impl Tally {
    pub(crate) fn new(abi: Abi, compiler: Compiler) -> Tally {
        Tally {
            abi,
            plan: abi,
            compiler,
            seed: 0,
            signatures: 0,
            corrected: 0,
            declined: BTreeMap::new(),
            tried: [0; Check::ALL.len()],
            mismatches: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    /// Whether this is the tally of the batch's convention and compiler.
    pub(crate) fn covers(&self, batch: &Batch) -> bool {
        (self.abi, self.compiler) == (batch.abi, batch.compiler)
    }

    /// Adds a batch and what happened to it.
    pub(crate) fn add(&mut self, batch: &Batch, events: Vec<Event>) {
        (self.plan, self.seed) = (batch.plan, batch.seed);
        let all = batch.all_signatures().filter(|_| !batch.corrected);
        self.corrected += batch.signatures().filter(|_| batch.corrected).count();
        for (_, signature) in all {
            match self.compiler.declines(self.abi, &signature) {
                Some(reason) => *self.declined.entry(reason).or_default() += 1,
                None => self.signatures += 1,
            }
        }
        for event in events {
            match &event.what {
                What::Tried(check) => self.tried[*check as usize] += 1,
                What::Bad(check, _) => match self.exception(batch, *check, &event.signature) {
                    Some(exception) => self.except(exception),
                    None => self.mismatches.push(event),
                },
                What::Refused(_) => self.mismatches.push(event),
            }
        }
    }

    /// Exceptions are about our plans for this convention; a foreign plan is wrong for its own reasons. Corrected signatures
    /// have none.
    fn exception(&self, batch: &Batch, check: Check, signature: &Signature) -> Option<&'static Exception> {
        let own = self.plan == self.abi && !batch.corrected;
        own.then(|| exceptions::find(self.abi, self.compiler, check, signature)).flatten()
    }

    fn except(&mut self, exception: &'static Exception) {
        match self.exceptions.iter_mut().find(|(known, _)| std::ptr::eq(*known, exception)) {
            Some((_, count)) => *count += 1,
            None => self.exceptions.push((exception, 1)),
        }
    }

    /// How many checks differed for no known reason.
    pub(crate) fn mismatches(&self) -> usize {
        self.mismatches.len()
    }

    /// Prints the sums and at most `show` mismatches.
    pub(crate) fn print(&self, show: usize) {
        println!("{self}");
        for (exception, count) in &self.exceptions {
            println!("  exception, {count} times: {}; rule: {}", exception.reason, exception.rule);
        }
        for (reason, count) in &self.declined {
            println!("  not asked, {count} signatures: {reason}");
        }
        let mut last = None;
        for (number, event) in self.mismatches.iter().enumerate() {
            let begins = last != Some(event.index);
            if begins && number >= show {
                println!("  ... and {} more (--show N prints more)", self.mismatches.len() - number);
                break;
            }
            if begins {
                self.print_signature(event);
            }
            println!("    {}", event.what);
            last = Some(event.index);
        }
    }

    /// Says which signature the following lines are about, and how to run it alone.
    fn print_signature(&self, event: &Event) {
        let Event { index, signature, .. } = event;
        let (seed, abi, compiler) = (self.seed, self.abi, self.compiler.name());
        let plan = if self.plan == abi { String::new() } else { format!("--plan {} ", self.plan) };
        println!("  MISMATCH, signature {index} of seed {seed}; alone:");
        println!("    --seed {seed} --abi {abi} --compiler {compiler} {plan}--signature '{signature}'");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tried = |checks: &[Check]| checks.iter().map(|&c| self.tried[c as usize]).sum::<u32>();
        write!(f, "{:13} {:5}: ", self.abi.name(), self.compiler.name())?;
        if self.plan != self.abi {
            write!(f, "[plans for {}] ", self.plan)?;
        }
        write!(
            f,
            "{} signatures (+ {} corrected), {} layout tables, {} calls to C, {} calls from C, {} mismatches, {} exceptions",
            self.signatures,
            self.corrected,
            tried(&[Check::Layout]),
            tried(&[Check::CallSlow, Check::CallStub]),
            tried(&[Check::Closure, Check::StaticClosure]),
            self.mismatches.len(),
            self.exceptions.iter().map(|(_, count)| count).sum::<u32>(),
        )
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Tried(check) => f.write_str(check.name()),
            What::Bad(check, text) => write!(f, "{}: {text}", check.name()),
            What::Refused(text) => write!(f, "does not compile: {text}"),
        }
    }
}
