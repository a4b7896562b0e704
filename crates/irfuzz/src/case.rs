//! A program and what the reference interpreter sees it do.

use crate::native::Setup;
use ir::interp::{Interp, Limits, Outcome, ResumePoints, Resuming};
use ir::random::{self, BUFFER, Config, Observation, Rng};
use ir::{Func, Module};
use std::fmt;
use std::sync::Arc;

/// The function that is run.
pub(crate) const MAIN: Func = Func(0);
/// Activations at a time, in the interpreter.
pub(crate) const DEPTH: usize = 200;
/// Guards that are forced to fail in a reduced program before it is believed.
const FORCED: u64 = 32;

/// A program with its expected behaviour.
#[derive(Debug)]
pub struct Case {
    /// What runs of it need.
    pub setup: Setup,
    /// What every run must do.
    pub expected: Observation,
    /// Guards that the original executes.
    pub guards: u64,
    generated: bool,
}

/// Why a module is no case.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    /// The verifier rejects it.
    Invalid(String),
    /// The reference interpreter gets stuck, or does not end in time.
    Outcome(Outcome),
    /// It took its own memory apart.
    Memory,
    /// The original itself does something else when this guard is forced to fail: its frame states say too little.
    Guard(u64),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Invalid(faults) => write!(f, "the verifier rejects it:\n{faults}"),
            Unfit::Outcome(outcome) => write!(f, "the reference interpreter gives {outcome:?}"),
            Unfit::Memory => f.write_str("its buffer is gone"),
            Unfit::Guard(guard) => write!(f, "the original does something else when its guard {guard} fails"),
        }
    }
}

impl std::error::Error for Unfit {}

/// The configuration of a seed's program. Most are small, which finds as much per program and more per second.
pub(crate) fn config(seed: u64) -> Config {
    let varied = Config::varied(seed);
    // The context of compiled code holds what its process put there.
    let config = Config { context: false, ..varied };
    match seed % 8 {
        0 => Config { context: false, ..Config::default() },
        1 => config,
        2 => {
            let small = Config { statements: 12, loop_depth: 1, calls_foremost: true, ..Config::default() };
            Config { context: false, steps: 5_000, ..small }
        }
        _ => {
            let mut rng = Rng::new(seed ^ 0x0051_7a11);
            let (functions, statements) = (rng.range(1, 3), rng.range(2, 14));
            Config { functions, statements, loop_depth: rng.range(0, 2), steps: 3_000, ..config }
        }
    }
}

impl Case {
    /// The program of a seed.
    ///
    /// # Errors
    /// When the generator has a bug.
    pub fn generate(seed: u64) -> Result<Case, Unfit> {
        let case = Case::new(seed, random::module(seed, &config(seed)))?;
        Ok(Case { generated: true, ..case })
    }

    /// A version of a seed's program, with the same functions and signatures: what reduction makes of it.
    ///
    /// # Errors
    /// When it cannot be run, or when guards cannot be forced to fail in it.
    pub fn reduced(seed: u64, module: Module) -> Result<Case, Unfit> {
        let case = Case::new(seed, module)?;
        let stride = (case.guards / FORCED).max(1);
        for guard in (0..case.guards).step_by(stride as usize) {
            match case.setup.interpret(case.module(), Some(guard)) {
                Ok((seen, _)) if seen == case.expected => {}
                _ => return Err(Unfit::Guard(guard)),
            }
        }
        Ok(case)
    }

    fn new(seed: u64, module: Module) -> Result<Case, Unfit> {
        ir::verify::verify(&module).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Unfit::Invalid(lines.join("\n"))
        })?;
        let config = config(seed);
        let points = ResumePoints::new(&module);
        let setup = Setup { seed, config, original: Arc::new((module, points)) };
        let (module, points) = &*setup.original;
        let mut host = random::host(seed, module);
        // Guards that fail of themselves go on too: a pass may leave at an equal one.
        let limits = Limits { fuel: setup.config.steps, depth: DEPTH };
        let mut resuming = Resuming::new(&mut host, module, points, limits);
        let mut interp = Interp::new(module, &mut resuming);
        let outcome = interp.call(MAIN, &setup.args(BUFFER), limits);
        let guards = interp.guards();
        if !is_comparable(&outcome) {
            return Err(Unfit::Outcome(outcome));
        }
        let expected = random::observe(&outcome, &mut host, BUFFER).map_err(|_| Unfit::Memory)?;
        Ok(Case { setup, expected, guards, generated: false })
    }

    /// Whether it is the seed's program as it was generated.
    pub(crate) fn is_generated(&self) -> bool {
        self.generated
    }

    /// The original.
    pub fn module(&self) -> &Module {
        &self.setup.original.0
    }
}

/// Whether an outcome is one that other ways of running a program have to reach, too.
fn is_comparable(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Return(_) | Outcome::Throw | Outcome::Trap(_) | Outcome::Deopt(_))
}
