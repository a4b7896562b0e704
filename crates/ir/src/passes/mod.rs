//! The optimizer: passes over one function at a time, each with a name, an off switch and filetests of its own.

pub mod bounds;
pub mod cleanup;
pub mod convert;
pub mod dce;
pub mod duplicate;
pub mod edit;
pub mod fold;
pub mod gvn;
pub mod induction;
pub mod inline;
pub mod layout;
pub mod licm;
pub mod loops;
pub mod memory;
mod pipeline;
pub mod range;
pub mod rotate;
pub mod scalar;
pub mod ssa;
pub mod tail;
pub mod thread;
pub mod unroll;

pub use pipeline::{ALL, PIPELINE, PassCount, Report, by_name, optimize, run_pass};

use crate::entity::Func;
use crate::function::Function;
use crate::module::Module;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a pass may look at besides the function it changes.
///
/// The function itself has been taken out of the module for the time: `module.functions[func]` is empty.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The module, for signatures, effects of runtime calls, alias classes and other functions' bodies.
    pub module: &'a Module,
    /// The function being optimized.
    pub func: Func,
    /// Limits and budgets.
    pub options: &'a Options,
    /// What passes count besides whether they changed something.
    pub counts: &'a Counts,
}

impl Context<'_> {
    /// Adds to a count of the report.
    pub fn count(&self, what: &'static str, number: u32) {
        if number > 0 {
            *self.counts.0.borrow_mut().entry(what).or_default() += number;
        }
    }
}

/// Numbers by what they count: calls inlined, and the like.
#[derive(Clone, Debug, Default)]
pub struct Counts(RefCell<BTreeMap<&'static str, u32>>);

/// One transformation.
#[derive(Clone, Copy)]
pub struct Pass {
    /// Name on the command line and in filetests.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Runs it; the answer says whether anything changed.
    pub run: fn(&mut Function, &Context<'_>) -> bool,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pass").field(&self.name).finish()
    }
}

/// What the optimizer may do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of passes that stay out.
    pub disabled: BTreeSet<String>,
    /// Largest callee that is inlined, in instructions without constants; in a loop, twice as many.
    pub inline_size: u32,
    /// Instructions that inlining may add to one function.
    pub inline_budget: u32,
    /// Deepest chain of inlined calls.
    pub inline_depth: u32,
    /// How often a function may be inlined into itself, directly or through others; more than once only while all such copies
    /// together are no larger than one callee may be.
    pub inline_recursion: u32,
    /// Instructions that unrolling and peeling may add to one function.
    pub unroll_budget: u32,
    /// Whether the verifier runs after every pass.
    pub verify: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            disabled: BTreeSet::new(),
            inline_size: 60,
            inline_budget: 2000,
            inline_depth: 4,
            inline_recursion: 3,
            unroll_budget: 400,
            verify: cfg!(debug_assertions),
        }
    }
}
