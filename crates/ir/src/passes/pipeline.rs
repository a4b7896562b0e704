//! Which passes run on a function, and in which order.

use super::{Context, Options, Pass, cleanup, dce, fold, gvn, memory, range};
use crate::entity::Func;
use crate::module::Module;
use crate::verify;

/// Every pass, each once.
pub const ALL: &[Pass] = &[fold::PASS, cleanup::PASS, gvn::PASS, range::PASS, memory::PASS, dce::PASS];

/// What [`optimize`] runs on each function, in this order.
pub const PIPELINE: &[Pass] = &[
    fold::PASS,
    cleanup::PASS,
    gvn::PASS,
    range::PASS,
    // Settled comparisons become settled branches.
    fold::PASS,
    cleanup::PASS,
    memory::PASS,
    // Forwarded loads make more computations equal.
    gvn::PASS,
    dce::PASS,
    cleanup::PASS,
];

/// The pass with this name.
pub fn by_name(name: &str) -> Option<&'static Pass> {
    ALL.iter().find(|pass| pass.name == name)
}

/// What one pass did in a whole module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassCount {
    /// The pass.
    pub name: &'static str,
    /// How often it ran: once per function and place in the pipeline.
    pub runs: u32,
    /// How many of the runs changed something.
    pub changes: u32,
}

/// What the passes did, in order of their first run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// One entry per pass that ran.
    pub passes: Vec<PassCount>,
}

impl Report {
    fn count(&mut self, pass: &Pass, changed: bool) {
        let known = self.passes.iter().position(|count| count.name == pass.name);
        let index = known.unwrap_or_else(|| {
            self.passes.push(PassCount { name: pass.name, runs: 0, changes: 0 });
            self.passes.len() - 1
        });
        self.passes[index].runs += 1;
        self.passes[index].changes += u32::from(changed);
    }

    /// The entry of a pass, when it ran.
    pub fn of(&self, name: &str) -> Option<&PassCount> {
        self.passes.iter().find(|count| count.name == name)
    }
}

/// Runs [`PIPELINE`] on every function of a verified module, without the passes that the options disable.
///
/// # Panics
/// With `options.verify`, when a pass leaves a module behind that the verifier rejects: the pass is at fault.
pub fn optimize(module: &mut Module, options: &Options) -> Report {
    let mut report = Report::default();
    let passes: Vec<&Pass> = PIPELINE.iter().filter(|pass| !options.disabled.contains(pass.name)).collect();
    for func in module.functions.keys() {
        for pass in &passes {
            let changed = run_pass(module, func, pass, options);
            report.count(pass, changed);
        }
    }
    report
}

/// Runs one pass on one function, whether the options disable it or not; the answer says whether anything changed.
///
/// # Panics
/// As [`optimize`] does.
pub fn run_pass(module: &mut Module, func: Func, pass: &Pass, options: &Options) -> bool {
    let mut function = std::mem::take(&mut module.functions[func]);
    let changed = !function.order.is_empty() && (pass.run)(&mut function, &Context { module, func, options });
    module.functions[func] = function;
    if options.verify {
        check(module, func, pass);
    }
    changed
}

fn check(module: &Module, func: Func, pass: &Pass) {
    let function = &module.functions[func];
    if let Err(faults) = verify::verify_function(module, function) {
        let list: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        let name = &function.name;
        panic!("pass `{}` broke function `@{name}`:\n{}", pass.name, list.join("\n"));
    }
}
