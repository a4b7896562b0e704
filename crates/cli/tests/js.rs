//! Every program of `tests/js` in every tier.

mod corpus;

use corpus::Corpus;
use std::process::ExitCode;

fn main() -> ExitCode {
    corpus::run(Corpus {
        folder: "js",
        endings: &["js", "mjs"],
        tiers: &[("interpreter", &["--no-jit"]), ("gc-stress", &["--no-jit", "--gc-stress"])],
        emulated: "interpreter",
        least: 100,
    })
}
