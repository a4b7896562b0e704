//! Every program of `tests/js` in every tier.

mod corpus;

use corpus::Corpus;
use std::process::ExitCode;

fn main() -> ExitCode {
    corpus::run(Corpus {
        folder: "js",
        endings: &["js", "mjs"],
        tiers: &[
            ("interpreter", &["--no-jit"]),
            ("gc-stress", &["--no-jit", "--gc-stress"]),
            ("default", &[]),
            ("jit-threshold-1", &["--jit-threshold=1"]),
            ("jit-threshold-7", &["--jit-threshold=7"]),
            ("jit-gc-stress", &["--jit-threshold=1", "--gc-stress"]),
        ],
        emulated: "jit-threshold-1",
        // Without the tier the same ways are run: they are to make no difference, and nothing is compiled.
        compiles: if cfg!(feature = "jit") { &["jit-threshold-1", "jit-gc-stress"] } else { &[] },
        least: 100,
    })
}
