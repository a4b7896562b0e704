//! Which passes run on a function, and in which order.

use super::{
    Context, Counts, Options, Pass, bounds, cleanup, convert, dce, fold, gvn, inline, layout, licm, memory,
    range, rotate, scalar, tail, thread, unroll,
};
use crate::entity::Func;
use crate::module::Module;
use crate::verify;
use std::collections::BTreeMap;

/// Every pass, each once.
pub const ALL: &[Pass] = &[
    fold::PASS,
    cleanup::PASS,
    tail::PASS,
    inline::PASS,
    thread::PASS,
    convert::PASS,
    gvn::PASS,
    scalar::PASS,
    range::PASS,
    memory::PASS,
    rotate::PASS,
    licm::PASS,
    unroll::PASS,
    bounds::PASS,
    dce::PASS,
    layout::PASS,
];

/// What [`optimize`] runs on each function, in this order.
pub const PIPELINE: &[Pass] = &[
    fold::PASS,
    cleanup::PASS,
    // Ahead of inlining: a loop with one call in it has far fewer levels to copy than two calls have.
    tail::PASS,
    inline::PASS,
    fold::PASS,
    cleanup::PASS,
    // Functions that call each other call themselves now.
    tail::PASS,
    // Exceptions that became jumps are told from results by a constant.
    thread::PASS,
    cleanup::PASS,
    // Where results of inlined calls meet.
    convert::PASS,
    gvn::PASS,
    scalar::PASS,
    range::PASS,
    // Settled comparisons become settled branches.
    fold::PASS,
    cleanup::PASS,
    memory::PASS,
    // Behind the ranges, which learn most from a test at the start of a loop.
    rotate::PASS,
    // Values that are handed around loops unchanged are seen not to change.
    cleanup::PASS,
    // Tests at the ends of loops whose outcome follows from the way to them.
    thread::PASS,
    cleanup::PASS,
    licm::PASS,
    // What could move in front of a loop has done so.
    unroll::PASS,
    cleanup::PASS,
    fold::PASS,
    // Behind hoisting: lengths have to be known in front of the loop.
    bounds::PASS,
    cleanup::PASS,
    // Forwarded loads and hoisted code make more computations equal.
    gvn::PASS,
    dce::PASS,
    cleanup::PASS,
    layout::PASS,
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
    /// What passes count besides: calls inlined, allocations removed, and the like.
    pub counts: BTreeMap<&'static str, u32>,
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

/// Runs [`PIPELINE`] on every function of a verified module, callees before callers, without the passes that the options disable.
///
/// # Panics
/// With `options.verify`, when a pass leaves a module behind that the verifier rejects: the pass is at fault.
pub fn optimize(module: &mut Module, options: &Options) -> Report {
    let (mut report, counts) = (Report::default(), Counts::default());
    let passes: Vec<&Pass> = PIPELINE.iter().filter(|pass| !options.disabled.contains(pass.name)).collect();
    for func in inline::callees_first(module) {
        for pass in &passes {
            let changed = run_counted(module, func, pass, options, &counts);
            report.count(pass, changed);
        }
    }
    report.counts = counts.0.into_inner();
    report
}

/// Runs one pass on one function, whether the options disable it or not; the answer says whether anything changed.
///
/// # Panics
/// As [`optimize`] does.
pub fn run_pass(module: &mut Module, func: Func, pass: &Pass, options: &Options) -> bool {
    run_counted(module, func, pass, options, &Counts::default())
}

fn run_counted(module: &mut Module, func: Func, pass: &Pass, options: &Options, counts: &Counts) -> bool {
    let mut function = std::mem::take(&mut module.functions[func]);
    // Functions that are only declared have none.
    let has_body = !function.order.is_empty();
    let changed = has_body && (pass.run)(&mut function, &Context { module, func, options, counts });
    module.functions[func] = function;
    if options.verify && has_body {
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
