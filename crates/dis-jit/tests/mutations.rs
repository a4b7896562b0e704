//! Changed programs of the corpus, interpreted and compiled: they print the same, end the same, and no count is wrong.

mod common;
use common::programs;
#[path = "../../dis-vm/tests/mutate/mod.rs"]
mod mutate;

use common::{Way, run};
use dis_vm::{Ended, Options};
use mutate::{changed, corpus, seeds};
use std::time::{Duration, Instant};

#[test]
fn changed_programs_do_the_same_compiled() {
    let programs = corpus();
    let (mut ran, all) = (0, seeds());
    let end =
        all.end.min(all.start + if std::env::var_os("DIS_SEEDS").is_some() { u64::MAX / 2 } else { 400 });
    for seed in all.start..end {
        let (word, bytes) = changed(&programs, seed);
        if let Some(path) = std::env::var_os("DIS_KEEP") {
            std::fs::write(path, &bytes).expect("room");
        }
        let stress = seed % 2 == 0;
        let quantum = if seed % 4 == 0 { 29 } else { 300 };
        let way = |threshold| Way { threshold, quantum, stress, fuel: Some(5_000) };
        // Some sleep for days.
        let deadline = || Instant::now().checked_add(Duration::from_secs(5));
        let options = || Options { memory: 2 << 20, procs: 500, deadline: deadline(), ..Options::default() };
        let done = std::panic::catch_unwind(|| {
            let plain = run(word, &bytes, options(), way(None))?;
            let compiled = run(word, &bytes, options(), way(Some(1)))?;
            assert_eq!(compiled, plain);
            assert!(!matches!(plain.1, Ended::Fault(_)));
            Some(())
        });
        ran += u64::from(done.unwrap_or_else(|_| panic!("seed {seed}, words of {word}")).is_some());
    }
    assert!(ran * 10 >= end - all.start, "only {ran} of the changed programs were run");
}
