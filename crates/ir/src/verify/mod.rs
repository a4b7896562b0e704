//! The verifier: whether a module keeps the rules that passes and backends rely on.
//!
//! It looks at everything and reports every fault, except where one makes the question of another meaningless: the
//! types of values that do not exist, dominance in a function whose branches lead nowhere.
//!
//! `throw`, and calls of throwing callees that do not catch, need `throws` in the signature of their function: only such
//! functions hand back a status. `alloc` and `poll` may stand anywhere: where they cannot leave by throwing, running out
//! of memory and being stopped end the whole run instead.
//!
//! Unreachable blocks are checked like others, but for dominance: their uses need a definition that is alive, no more.
//! Frame states that no live instruction refers to need indices in range, no more: passes leave them behind.

mod dominance;
mod fault;
mod function;
mod module;
mod needs;
mod ops;
mod states;

pub use fault::{Fault, FaultKind, List};

use crate::function::Function;
use crate::module::Module;
use crate::text::SourceMap;
use fault::Faults;

/// Faults listed for one module; a last one says that there are more.
pub const MAX_FAULTS: usize = 10_000;

/// Checks a module.
///
/// # Errors
/// Every fault, function by function, at most [`MAX_FAULTS`].
pub fn verify(module: &Module) -> Result<(), Vec<Fault>> {
    verify_with(module, None)
}

/// Checks a module that was parsed: faults carry lines and columns.
///
/// # Errors
/// As [`verify`].
pub fn verify_with_map(module: &Module, map: &SourceMap) -> Result<(), Vec<Fault>> {
    verify_with(module, Some(map))
}

/// Checks one function, which need not be (or no longer be) in the module that its calls and accesses refer to.
///
/// # Errors
/// As [`verify`]; the faults name the function in their context only.
pub fn verify_function(module: &Module, function: &Function) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new(None);
    function::check(module, None, function, &mut faults);
    faults.finish()
}

fn verify_with(module: &Module, map: Option<&SourceMap>) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new(map);
    module::check(module, &mut faults);
    for (func, function) in module.functions.iter() {
        function::check(module, Some(func), function, &mut faults);
    }
    faults.finish()
}
