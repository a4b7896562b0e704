//! Programs of `tests/dis/run` in which opcodes, operands, types, data, links, handlers and bytes are others, executed: what the
//! verifier lets through runs to some end, every reference is counted, and compiled code does the same.

#![no_main]

#[path = "../../crates/dis-vm/tests/kept/mod.rs"]
mod kept;
#[path = "dis_patch/mod.rs"]
mod patch;
#[path = "../../crates/dis-vm/tests/programs/mod.rs"]
mod programs;

use dis_bytecode::{Module, WordSize};
use dis_vm::{Ended, Input, Limit, Options, Output, Vm};
use kept::Kept;
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tiering::{Policy, Trace};

/// Programs of the corpus, each for both word sizes.
static PROGRAMS: LazyLock<Vec<(WordSize, Module)>> = LazyLock::new(programs::nameless);

/// Bytes that a program may write; what comes then is an error.
const OUTPUT: usize = 1 << 20;

#[derive(Clone, Copy)]
struct Way {
    quantum: u32,
    stress: bool,
    compiled: bool,
}

/// What a program printed, and how it ended. `None` when it is rejected.
fn run(word: WordSize, bytes: &[u8], way: Way) -> Option<(Vec<u8>, Ended)> {
    let kept = Kept::with_room(OUTPUT);
    let options = Options {
        memory: 2 << 20,
        fuel: Some(2_000),
        deadline: Instant::now().checked_add(Duration::from_secs(10)),
        quantum: way.quantum,
        stress: way.stress,
        procs: 200,
        input: Input::new(&b"typed\n"[..]),
        output: Output::new(kept.clone()),
        errors: Output::new(kept.clone()),
        ..Options::default()
    };
    let mut vm = Vm::new(word, options);
    if way.compiled {
        let config =
            dis_jit::Config { threads: 0, ..dis_jit::Config::new(Policy::default().with_threshold(1)) };
        dis_jit::Jit::attach(&mut vm, config, Arc::new(Trace::new()))
            .expect("the system has memory for code");
    }
    let args = ["x".to_owned(), "first".to_owned()];
    if let Err(why) = vm.start("x", bytes, &args) {
        assert!(!why.0.is_empty(), "rejected without a reason");
        return None;
    }
    let ended = vm.run();
    assert!(!matches!(ended, Ended::Fault(_)), "{ended:?}");
    if let Err(what) = vm.audit() {
        panic!("{what}, after {ended:?}");
    }
    drop(vm);
    Some((kept.take(), ended))
}

fuzz_target!(|bytes: &[u8]| {
    let [which, how, patches @ ..] = bytes else { return };
    let (word, module) = &PROGRAMS[usize::from(*which) % PROGRAMS.len()];
    let file = patch::patched(module, patches);
    let stress = how & 4 != 0;
    // Under stress, turns are what costs time.
    let quantum = [if stress { 17 } else { 1 }, 29, 64, 2048][usize::from(*how % 4)];
    let way = Way { quantum, stress, compiled: false };
    let Some(plain) = run(*word, &file, way) else { return };
    if how & 0x18 != 0 || plain.1 == Ended::Stopped(Limit::Time) {
        return;
    }
    let compiled = run(*word, &file, Way { compiled: true, ..way });
    // Programs that look at the clock or at random numbers do something else each time.
    let same = compiled.as_ref() == Some(&plain)
        || compiled.as_ref().is_none_or(|compiled| compiled.1 == Ended::Stopped(Limit::Time))
        || run(*word, &file, way).is_none_or(|again| again != plain);
    assert!(same, "compiled: {}\ninterpreted: {}", shown(compiled.as_ref()), shown(Some(&plain)));
});

fn shown(ran: Option<&(Vec<u8>, Ended)>) -> String {
    ran.map_or("rejected".to_owned(), |(text, ended)| format!("{}{ended:?}", String::from_utf8_lossy(text)))
}
