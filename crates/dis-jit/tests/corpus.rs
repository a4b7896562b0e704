//! Every program of `tests/dis/run` for both word sizes, interpreted and compiled, in short and in long turns, with all counts
//! checked: it prints what the file beside it says.

mod common;

use common::programs::{bytes, folder, plant, programs};
use common::{Way, options, run};
use dis_bytecode::WordSize;
use dis_vm::Ended;
use std::path::Path;

#[test]
fn programs_print_what_is_expected_however_they_are_run() {
    let only = std::env::var("DIS_ONLY").ok();
    for word in [WordSize::Four, WordSize::Eight] {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dis-jit-{word}"));
        plant(&root, word);
        for name in programs().iter().filter(|name| !name.starts_with(char::is_uppercase)) {
            if only.as_ref().is_some_and(|only| only != name) {
                continue;
            }
            let expected = std::fs::read_to_string(folder().join(format!("{name}.out"))).expect("text");
            let expected = expected.replace("arguments\n", "x\n");
            for (threshold, quantum, stress) in [
                (1, 2048, false),
                (1, 2048, true),
                (1, 37, true),
                (1, 1, true),
                (3, 2048, false),
                (3, 2048, true),
                (3, 37, true),
                (3, 1, true),
            ] {
                let fuel = if stress { Some(10_000_000) } else { None };
                let way = Way { threshold: Some(threshold), quantum, stress, fuel };
                let ran = run(word, &bytes(name, word), options(Some(&root)), way);
                let (text, ended) = ran.expect("it is loaded");
                assert_eq!(text, expected, "{name}, words of {word}, {way:?}");
                assert_eq!(ended, Ended::Done, "{name}, words of {word}, {way:?}");
            }
        }
    }
}
