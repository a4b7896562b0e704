//! One program, one leg: the same as the reference, or not.

use crate::case::Case;
use crate::leg::{Leg, Machine, codegen_options, pass_options};
use crate::native::digest;
use crate::remote::Remote;
use crate::wire::{Request, Seen};
use codegen::{Compiled, Target};
use ir::Module;
use ir::passes::{self, ALL};
use ir::random::Observation;
use std::collections::BTreeMap;
use std::fmt;

/// Guards forced to fail per program and leg, evenly spread.
const FORCED: u64 = 3;

/// What a leg did otherwise than the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The leg.
    pub leg: Leg,
    /// What.
    pub what: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.leg, self.what)
    }
}

/// What was covered so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Per kind of event, how often.
    pub counts: BTreeMap<String, u64>,
}

impl Coverage {
    fn count(&mut self, what: impl Into<String>, number: u64) {
        if number > 0 {
            *self.counts.entry(what.into()).or_default() += number;
        }
    }

    /// Adds another one's counts.
    pub fn add(&mut self, other: &Coverage) {
        for (what, number) in &other.counts {
            self.count(what.clone(), *number);
        }
    }
}

/// Runs legs.
pub struct Checker {
    /// The process that runs ARM64 code.
    arm64: Option<Remote>,
    host: Option<Target>,
    /// What was covered.
    pub coverage: Coverage,
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").field("arm64", &self.arm64.is_some()).finish_non_exhaustive()
    }
}

/// Spread evenly over the guards that a version executes.
fn forced_guards(seed: u64, guards: u64) -> Vec<Option<u64>> {
    let stride = (guards / FORCED).max(1);
    (seed % stride..guards).step_by(stride as usize).map(Some).collect()
}

impl Checker {
    /// With this process for ARM64 code.
    pub fn new(arm64: Option<Remote>) -> Checker {
        Checker { arm64, host: Target::host(), coverage: Coverage::default() }
    }

    /// The machines there are.
    pub fn machines(&self) -> Vec<Machine> {
        let host = self.host.as_ref().map(|_| Machine::Host);
        host.into_iter().chain(self.arm64.as_ref().map(|_| Machine::Arm64)).collect()
    }

    /// Runs every planned leg of a case.
    ///
    /// # Errors
    /// The first leg that differs.
    pub fn check_all(&mut self, case: &Case) -> Result<(), Mismatch> {
        let legs = Leg::plan(case.setup.seed, &self.machines());
        legs.into_iter().try_for_each(|leg| self.check(case, leg))
    }

    /// Runs one leg of a case. Does nothing for a machine there is not.
    ///
    /// # Errors
    /// When it differs from the reference.
    ///
    /// # Panics
    /// When a pass does, for instance because it leaves an invalid function behind.
    pub fn check(&mut self, case: &Case, leg: Leg) -> Result<(), Mismatch> {
        let seed = case.setup.seed;
        let mut module = case.module().clone();
        let result = match leg {
            Leg::Pass(index) => {
                let mut changed = false;
                for func in case.module().functions.keys() {
                    changed |= passes::run_pass(&mut module, func, &ALL[index], &pass_options(seed));
                }
                self.coverage.count(format!("changed by {}", ALL[index].name), u64::from(changed));
                if !changed {
                    return Ok(());
                }
                self.interpret(case, &module)
            }
            Leg::Pipeline | Leg::Twice => {
                for _ in 0..if leg == Leg::Twice { 2 } else { 1 } {
                    passes::optimize(&mut module, &pass_options(seed));
                }
                self.interpret(case, &module)
            }
            Leg::Compiled { machine, optimized, forced } => {
                if optimized {
                    passes::optimize(&mut module, &pass_options(seed));
                }
                self.compiled(case, &module, machine, forced)
            }
        };
        result.map_err(|what| Mismatch { leg, what })
    }

    fn interpret(&mut self, case: &Case, module: &Module) -> Result<(), String> {
        let (seen, guards) = case.setup.interpret(module, None)?;
        same(case, &seen, None)?;
        for forced in forced_guards(case.setup.seed, guards) {
            same(case, &case.setup.interpret(module, forced)?.0, forced)?;
            self.coverage.count("guards forced in the interpreter", 1);
        }
        self.coverage.count("runs in the interpreter", 1);
        Ok(())
    }

    fn compiled(&mut self, case: &Case, module: &Module, machine: Machine, forced: bool) -> Result<(), String> {
        let Some(compiled) = self.compile(case, module, machine, forced)? else {
            return Ok(());
        };
        // Passes remove guards, and rarely add any: those that are not there are not forced.
        let guards = if forced { forced_guards(case.setup.seed, case.guards) } else { vec![None] };
        match machine {
            Machine::Host => {
                let program = case.setup.link(&compiled)?;
                for guard in guards {
                    let (seen, exits) = case.setup.run(&program, guard)?;
                    same(case, &seen, guard)?;
                    self.coverage.count("exits on the host", exits);
                }
                self.coverage.count("programs on the host", 1);
            }
            Machine::Arm64 => self.remote(case, compiled, guards)?,
        }
        Ok(())
    }

    /// Machine code of every function; none for a machine that is not there, or when a function is declined.
    fn compile(
        &mut self,
        case: &Case,
        module: &Module,
        machine: Machine,
        forced: bool,
    ) -> Result<Option<Vec<Compiled>>, String> {
        let target = match (machine, &self.host, &self.arm64) {
            (Machine::Host, Some(host), _) => host.clone(),
            (Machine::Arm64, _, Some(remote)) => remote.target().clone(),
            _ => return Ok(None),
        };
        let options = codegen_options(case.setup.seed, forced);
        let mut compiled = Vec::new();
        for func in module.functions.keys() {
            match codegen::compile(module, func, &target, &options) {
                Ok(code) => compiled.push(code),
                Err(why) => {
                    self.coverage.count(format!("declined: {}", why.code()), 1);
                    return Ok(None);
                }
            }
        }
        Ok(Some(compiled))
    }

    fn remote(&mut self, case: &Case, compiled: Vec<Compiled>, guards: Vec<Option<u64>>) -> Result<(), String> {
        let Some(remote) = &mut self.arm64 else { return Ok(()) };
        let generated = case.is_generated();
        let text = if generated { None } else { Some(ir::text::print(case.module())) };
        let mut request = Request { seed: case.setup.seed, text, compiled, guards, in_full: false };
        let answer = remote.ask(&request)?;
        let expected = digest(&case.expected);
        for (guard, seen) in request.guards.clone().into_iter().zip(answer) {
            match seen {
                Seen::Digest { digest, exits } if digest == expected => self.coverage.count("exits on ARM64", exits),
                Seen::Digest { .. } => {
                    request.in_full = true;
                    request.guards = vec![guard];
                    let again = remote.ask(&request)?;
                    let seen = again.first().map_or_else(String::new, ToString::to_string);
                    return Err(differs(guard, &seen, &case.expected));
                }
                Seen::Full(seen) => return Err(differs(guard, &seen, &case.expected)),
                Seen::Failed(why) => return Err(format!("forced guard {guard:?}: {why}")),
            }
        }
        self.coverage.count("programs on ARM64", 1);
        Ok(())
    }
}

fn same(case: &Case, seen: &Observation, forced: Option<u64>) -> Result<(), String> {
    if *seen == case.expected { Ok(()) } else { Err(differs(forced, &format!("{seen:?}"), &case.expected)) }
}

fn differs(forced: Option<u64>, seen: &str, expected: &Observation) -> String {
    format!("forced guard {forced:?}:\n{seen}\nis not\n{expected:?}")
}
