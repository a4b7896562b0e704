//! Tiers: ways to execute a module.

use crate::case::{Case, Run};
use crate::compare::{Observed, compare};
use crate::interp::Interpreter;
use crate::jit::Jit;
use crate::linked::Linked;
use ir::interp::ResumePoints;
use ir::passes::{Options, Pass, optimize, run_pass};
use ir::{Module, State};
use std::collections::HashMap;
use std::fmt;

/// What was done to a module before it is executed.
#[derive(Clone, Copy, Debug)]
pub enum Variant {
    /// Nothing.
    Plain,
    /// One pass.
    Pass(&'static Pass),
    /// The whole pipeline.
    Optimized,
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Variant::Plain => f.write_str("as it is"),
            Variant::Pass(pass) => write!(f, "after `{}`", pass.name),
            Variant::Optimized => f.write_str("optimized"),
        }
    }
}

/// A module to execute, and what it came from.
#[derive(Debug)]
pub struct Program<'c> {
    /// The file.
    pub case: &'c Case,
    /// The module as the file has it.
    pub original: &'c Module,
    /// Where the original goes on after a guard left.
    pub points: ResumePoints,
    /// What was done to it.
    pub variant: Variant,
    /// What came of that.
    pub module: Module,
}

impl<'c> Program<'c> {
    /// Makes a variant of a file's module.
    ///
    /// # Errors
    /// When two guards of the module have the same code and offset, or what came of it does not read as it prints.
    pub fn new(case: &'c Case, original: &'c Module, variant: Variant) -> Result<Program<'c>, String> {
        guards_have_names(original)?;
        let mut module = original.clone();
        let options = Options { verify: true, ..Options::default() };
        match variant {
            Variant::Plain => {}
            Variant::Pass(pass) => {
                for func in original.functions.keys() {
                    run_pass(&mut module, func, pass, &options);
                }
            }
            Variant::Optimized => {
                optimize(&mut module, &options);
            }
        }
        crate::passes::reads_as_printed(&module).map_err(|e| format!("{variant}: {e}"))?;
        Ok(Program { case, original, points: ResumePoints::new(original), variant, module })
    }
}

/// Going on after a guard needs to know which guard it was.
fn guards_have_names(module: &Module) -> Result<(), String> {
    let mut names: HashMap<(u32, u32), (String, State)> = HashMap::new();
    for function in module.functions.values() {
        let insts = function.order.iter().flat_map(|block| &function.blocks[*block].insts);
        for state in insts.filter_map(|inst| function.insts[*inst].state()) {
            let data = &function.states[state];
            let here = (function.name.clone(), state);
            if let Some((name, first)) = names.insert((data.code, data.offset), here) {
                return Err(format!(
                    "guards of {first} in @{name} and {state} in @{} are both {}+{}: give each its own",
                    function.name, data.code, data.offset
                ));
            }
        }
    }
    Ok(())
}

/// One way to execute programs.
pub trait Tier: Send + Sync {
    /// Its name, as in the names of tests.
    fn name(&self) -> &'static str;

    /// What to execute.
    fn variants(&self) -> Vec<Variant>;

    /// Gets a program ready.
    ///
    /// # Errors
    /// When that is not possible.
    fn prepare<'p>(&self, program: &'p Program<'p>) -> Result<Box<dyn Prepared + 'p>, String>;
}

/// A program that is ready to run.
pub trait Prepared {
    /// Runs with fresh data and heap. Guards that leave are gone on from in the original. `forced`: the guard, counted
    /// from 0 as they are executed, that leaves whatever its operands are.
    ///
    /// # Errors
    /// When the run cannot be made.
    fn run(&mut self, run: &Run, forced: Option<u64>) -> Result<Observed, String>;
}

/// Every tier that this machine has.
pub fn tiers() -> Vec<Box<dyn Tier>> {
    let mut tiers: Vec<Box<dyn Tier>> = vec![Box::new(Interpreter), Box::new(Jit)];
    for linked in Linked::available() {
        tiers.push(Box::new(linked));
    }
    tiers
}

/// Guards forced to fail per run and variant at most, evenly spread.
const FORCED: u64 = 12;

/// Executes a run once as it is and once for each of its guards.
pub(crate) fn execute(prepared: &mut dyn Prepared, run: &Run) -> Result<(), String> {
    let observed = prepared.run(run, None)?;
    compare(&run.expected, &observed)?;
    let stride = observed.guards.div_ceil(FORCED).max(1);
    for guard in (0..observed.guards).step_by(stride as usize) {
        let forced = prepared.run(run, Some(guard))?;
        compare(&run.expected, &forced)
            .map_err(|e| format!("with guard {guard} of {} forced to fail: {e}", observed.guards))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_that_share_a_name_are_refused() {
        let text = "; Two guards, one name.\n; run: @f(true) -> nothing\nfunc @f(bool) {\nfs0 = state 1+1 [v0]\n\
            fs1 = state 1+1 [v0]\nblock0(v0: bool):\n  guard v0, fs0, reason 1\n  guard v0, fs1, reason 1\n  return\n}\n";
        let case = Case::parse(text).expect("the header is right");
        let module = case.module.as_ref().expect("it is right");
        let error = Program::new(&case, module, Variant::Plain).expect_err("one name");
        assert!(error.contains("both 1+1"), "{error}");
    }
}
