//! The optimizer: every pass alone and all of them give the same observations as the program itself.
//!
//! `IR_PASSES_SEEDS=FROM..TO` runs the random comparison on other seeds than the few of a plain test run.

#[path = "passes/differential.rs"]
mod differential;
#[path = "passes/expectations.rs"]
mod expectations;
#[path = "passes/reduced.rs"]
mod reduced;
