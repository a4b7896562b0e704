//! Every program of `tests/js` in every tier.

mod corpus;

use corpus::Corpus;
use std::process::ExitCode;

const JIT: bool = cfg!(feature = "jit");

/// The way that a part of the programs is run in.
const SAMPLE: &str = "opt-gc-stress";

fn main() -> ExitCode {
    corpus::run(Corpus {
        folder: "js",
        endings: &["js", "mjs"],
        // What is the interpreter alone does everything else in the build that has the tier, too.
        tiers: if !JIT {
            &[("default", &[]), ("jit-threshold-1", &["--jit-threshold=1"])]
        } else {
            &[
                ("interpreter", &["--no-jit"]),
                ("gc-stress", &["--no-jit", "--gc-stress"]),
                ("default", &[]),
                ("jit-threshold-1", &["--jit-threshold=1"]),
                ("jit-threshold-7", &["--jit-threshold=7"]),
                ("jit-gc-stress", &["--jit-threshold=1", "--gc-stress"]),
                ("opt-threshold-1", &["--jit-threshold=1", "--opt-threshold=1"]),
                ("opt-threshold-20", &["--jit-threshold=3", "--opt-threshold=20"]),
                (SAMPLE, &["--jit-threshold=1", "--opt-threshold=1", "--gc-stress"]),
            ]
        },
        emulated: "jit-threshold-1",
        compiles: if JIT { &["jit-threshold-1", "jit-gc-stress", "opt-threshold-1"] } else { &[] },
        sampled: (SAMPLE, "tiers"),
        least: 100,
    })
}
