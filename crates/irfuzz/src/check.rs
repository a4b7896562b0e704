//! One program, one leg: the same as the reference, or not.

use crate::case::Case;
use crate::leg::{Leg, Machine, codegen_options, pass_options};
use crate::native::{self, digest};
use crate::remote::Remote;
use crate::sabotage::Sabotage;
use crate::wire::{Request, Seen};
use codegen::{Compiled, Target};
use ir::Module;
use ir::interp::ResumePoints;
use ir::passes::{self, ALL};
use ir::random::Observation;
use jit::CodeSpace;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Guards forced to fail per program and leg, evenly spread.
const FORCED: u64 = 3;
/// Passes are asked whether they say the truth about having changed something for one seed in so many: it takes printing.
const TRUTHS: u64 = 8;

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

/// An optimized program.
struct Optimized {
    /// What it was made of.
    original: Arc<(Module, ResumePoints)>,
    module: Module,
    /// Guards that it executes.
    guards: u64,
}

/// Runs legs.
pub struct Checker {
    /// The process that runs ARM64 code.
    arm64: Option<Remote>,
    host: Option<Target>,
    /// Where code for the host goes; made when it is first wanted.
    space: Option<CodeSpace>,
    /// What all passes made of the last program: several legs want it.
    optimized: Option<Optimized>,
    sabotage: Option<Sabotage>,
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
    /// With this process for ARM64 code, and with a fault for tests of the fuzzer itself.
    pub fn new(arm64: Option<Remote>, sabotage: Option<Sabotage>) -> Checker {
        Checker {
            arm64,
            host: Target::host(),
            space: None,
            optimized: None,
            sabotage,
            coverage: Coverage::default(),
        }
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
        self.coverage.count(format!("leg {leg}"), 1);
        let result = match leg {
            Leg::Pass(index) => self.pass(case, index),
            Leg::Pipeline => {
                let optimized = self.optimized(case);
                let result = self.interpret(case, &optimized.module);
                self.optimized = Some(optimized);
                result
            }
            Leg::Twice => {
                let mut optimized = self.optimized(case);
                passes::optimize(&mut optimized.module, &pass_options(case.setup.seed));
                self.interpret(case, &optimized.module)
            }
            Leg::Compiled { machine, optimized: false, forced } => {
                self.compiled(case, case.module(), machine, forced.then_some(case.guards))
            }
            Leg::Compiled { machine, optimized: true, forced } => {
                let optimized = self.optimized(case);
                let guards = forced.then_some(optimized.guards);
                let result = self.compiled(case, &optimized.module, machine, guards);
                self.optimized = Some(optimized);
                result
            }
        };
        result.map_err(|what| Mismatch { leg, what })
    }

    /// What all passes make of a case, from the last leg that wanted it or new.
    fn optimized(&mut self, case: &Case) -> Optimized {
        let known = self.optimized.take();
        if let Some(known) = known.filter(|known| Arc::ptr_eq(&known.original, &case.setup.original)) {
            return known;
        }
        let mut module = case.module().clone();
        passes::optimize(&mut module, &pass_options(case.setup.seed));
        if let Some(sabotage) = self.sabotage {
            sabotage.of_passes(&mut module);
        }
        // One that cannot be run is a finding of the leg that runs it.
        let guards = case.setup.interpret(&module, None).map_or(0, |(_, guards)| guards);
        Optimized { original: Arc::clone(&case.setup.original), module, guards }
    }

    fn pass(&mut self, case: &Case, index: usize) -> Result<(), String> {
        let (seed, mut module, mut changed) = (case.setup.seed, case.module().clone(), false);
        for func in case.module().functions.keys() {
            changed |= passes::run_pass(&mut module, func, &ALL[index], &pass_options(seed));
        }
        self.coverage.count(format!("changed by {}", ALL[index].name), u64::from(changed));
        if seed.is_multiple_of(TRUTHS)
            && changed != (ir::text::print(&module) != ir::text::print(case.module()))
        {
            return Err(format!("the pass says that it changed something: {changed}, which is not so"));
        }
        if changed { self.interpret(case, &module) } else { Ok(()) }
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

    /// Compiles and runs a version; with a number of guards, some of them are forced to fail.
    fn compiled(
        &mut self,
        case: &Case,
        module: &Module,
        machine: Machine,
        forced: Option<u64>,
    ) -> Result<(), String> {
        let Some(compiled) = self.compile(case, module, machine, forced.is_some())? else {
            return Ok(());
        };
        // A program without guards is run all the same: compiled in the other way.
        let mut guards = forced_guards(case.setup.seed, forced.unwrap_or(0));
        if guards.is_empty() {
            guards.push(None);
        }
        match machine {
            Machine::Host => {
                let space = match self.space.take() {
                    Some(space) => space,
                    None => native::space()?,
                };
                let program = case.setup.link(&space, &compiled);
                self.space = Some(space);
                let program = program?;
                for guard in guards {
                    let (seen, exits) = case.setup.run(&program, guard)?;
                    same(case, &seen, guard)?;
                    self.coverage.count("guards forced on the host", u64::from(guard.is_some()));
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
        if let Some(sabotage) = self.sabotage {
            sabotage.of_code(module, &mut compiled);
        }
        Ok(Some(compiled))
    }

    fn remote(
        &mut self,
        case: &Case,
        compiled: Vec<Compiled>,
        guards: Vec<Option<u64>>,
    ) -> Result<(), String> {
        let Some(remote) = &mut self.arm64 else { return Ok(()) };
        let generated = case.is_generated();
        let text = if generated { None } else { Some(ir::text::print(case.module())) };
        let mut request = Request { seed: case.setup.seed, text, compiled, guards, in_full: false };
        let answer = remote.ask(&request)?;
        let expected = digest(&case.expected);
        for (guard, seen) in request.guards.clone().into_iter().zip(answer) {
            match seen {
                Seen::Digest { digest, exits } if digest == expected => {
                    self.coverage.count("guards forced on ARM64", u64::from(guard.is_some()));
                    self.coverage.count("exits on ARM64", exits);
                }
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
