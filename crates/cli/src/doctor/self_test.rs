//! Tries out what the rest of the program relies on: real calls and callbacks, made by `ffi`.

use super::report::Check;

/// Every test, in the order they ran.
pub(crate) fn run() -> Vec<Check> {
    ffi::self_test().into_iter().map(|check| Check { name: check.name, outcome: check.result }).collect()
}
