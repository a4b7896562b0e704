//! What fuzzers whose programs come from seeds have in common: worker processes run them, so that a crash or a hang is a
//! finding with a seed.
//!
//! The [coordinator](run()) starts the fuzzer's own program as `PROGRAM worker --from N --step N --count N`, with more
//! [arguments](Plan::arguments) behind. That process hands its [`Share`] to [`Share::work`], which says on standard output what
//! it is at; the coordinator reads that, and starts another process behind the seed that one died of.

#![forbid(unsafe_code)]

mod coordinate;
mod process;
mod worker;

pub use coordinate::{Finding, Plan, Report, jobs, run};
pub use process::ending;
pub use worker::{Share, Worker};
