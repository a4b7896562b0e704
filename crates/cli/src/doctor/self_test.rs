//! Tries out what the rest of the program relies on.

use super::report::Check;

pub(crate) fn run() -> Vec<Check> {
    Vec::new()
}
