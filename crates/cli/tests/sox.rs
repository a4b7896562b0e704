//! Every program of `tests/sox` in every tier.

mod corpus;

use corpus::Corpus;
use std::process::ExitCode;

fn main() -> ExitCode {
    corpus::run(Corpus {
        folder: "sox",
        endings: &["sox"],
        tiers: &[
            ("interpreter", &["--no-jit"]),
            ("gc-stress", &["--no-jit", "--gc-stress"]),
            ("jit", &[]),
            ("jit-threshold-1", &["--jit-threshold=1"]),
            ("jit-gc-stress", &["--jit-threshold=1", "--gc-stress"]),
        ],
        emulated: "jit-threshold-1",
        compiles: &[],
        sampled: ("", ""),
        least: 400,
    })
}
