//! Programs of the corpus with bytes, opcodes, operands and types changed: whatever passes the verifier runs to some end without a panic and without a wrong
//! count, which would be a reference to something that is not its own.

mod mutate;
mod programs;

use dis_bytecode::WordSize;
use dis_vm::{Ended, Options, Vm};
use mutate::{changed, corpus, seeds};
use std::time::{Duration, Instant};

/// Runs a file if it can be loaded. The result is whether it could.
fn run(word: WordSize, bytes: &[u8], stress: bool) -> bool {
    let options = Options {
        memory: 2 << 20,
        fuel: Some(5_000),
        quantum: if stress { 1 } else { 64 },
        stress,
        procs: 500,
        // Some sleep for days.
        deadline: Instant::now().checked_add(Duration::from_secs(1)),
        ..Options::default()
    };
    let mut vm = Vm::new(word, options);
    if vm.start("x", bytes, &["x".to_owned()]).is_err() {
        return false;
    }
    let ended = vm.run();
    assert!(!matches!(ended, Ended::Fault(_)), "{ended:?}");
    true
}

#[test]
fn whatever_passes_the_verifier_runs_to_some_end() {
    let programs = corpus();
    let mut ran = 0;
    for seed in seeds() {
        let (word, bytes) = changed(&programs, seed);
        if let Some(path) = std::env::var_os("DIS_KEEP") {
            std::fs::write(path, &bytes).expect("room");
        }
        let done = std::panic::catch_unwind(|| run(word, &bytes, seed % 2 == 0));
        ran += u64::from(done.unwrap_or_else(|_| panic!("seed {seed}, words of {word}")));
    }
    assert!(ran * 10 >= seeds().end - seeds().start, "only {ran} of the changed programs were run");
}
