//! Every program of `tests/dis/run` for both word sizes, as it is and with a quantum of one instruction while all counts are
//! checked: it prints what the file beside it says. Together they execute every opcode.

mod kept;
mod programs;

use dis_bytecode::{Op, WordSize};
use dis_vm::{Ended, Input, Options, Output, Vm};
use kept::Kept;
use programs::{bytes, folder, plant, programs};
use std::collections::BTreeSet;
use std::path::Path;

struct Ran {
    text: String,
    executed: Vec<Op>,
}

fn run(name: &str, word: WordSize, root: &Path, stress: bool) -> Ran {
    let kept = Kept::default();
    let options = Options {
        output: Output::new(kept.clone()),
        errors: Output::new(kept.clone()),
        input: Input::new(&b"typed\n"[..]),
        root: Some(root.to_owned()),
        stress,
        quantum: if stress { 1 } else { 2048 },
        fuel: Some(10_000_000),
        memory: 8 << 20,
        ..Options::default()
    };
    let mut vm = Vm::new(word, options);
    let args = [name.to_owned(), "first".to_owned(), "zweites Wört".to_owned()];
    vm.start(name, &bytes(name, word), &args).unwrap_or_else(|why| panic!("{name}: {why}"));
    let ended = vm.run();
    let executed = vm.executed().collect();
    let mut text = kept.text();
    if ended != Ended::Done {
        text += &format!("{ended:?}\n");
    }
    Ran { text, executed }
}

fn expected(name: &str, text: &str) -> String {
    let path = folder().join(format!("{name}.out"));
    if std::env::var_os("SPANDREL_BLESS").is_some() {
        std::fs::write(&path, text).expect("room");
    }
    std::fs::read_to_string(&path).unwrap_or_default()
}

#[test]
fn programs_print_what_is_expected_and_execute_every_opcode() {
    let mut seen = BTreeSet::new();
    for word in [WordSize::Four, WordSize::Eight] {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dis-{word}"));
        plant(&root, word);
        for name in programs().iter().filter(|name| !name.starts_with(char::is_uppercase)) {
            for stress in [false, true] {
                let ran = run(name, word, &root, stress);
                assert_eq!(ran.text, expected(name, &ran.text), "{name}, words of {word}, stress: {stress}");
                seen.extend(ran.executed);
            }
        }
    }
    let missing: Vec<&str> = Op::ALL.iter().filter(|op| !seen.contains(op)).map(|op| op.name()).collect();
    assert!(missing.is_empty(), "no program executes {missing:?}");
}
