//! Arbitrary sequences of reserve, alloc, publish, drop and pin against the model of a space.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/code-memory/tests/support/model.rs"]
mod model;

fuzz_target!(|input: &[u8]| model::run(input));
