//! Every program of `tests/dis/run` for both word sizes, as it is and with a quantum of one instruction while all counts are
//! checked: it prints what the file beside it says. Together they execute every opcode.

mod expand;

use dis_bytecode::{Op, WordSize, assemble, write};
use dis_vm::{Ended, Input, Options, Output, Vm};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/dis/run")
}

/// Names of the programs. Those in capitals are only loaded by others.
fn programs() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("the corpus");
    let paths = files.map(|entry| entry.expect("a file").path());
    let names = paths.filter(|path| path.extension().is_some_and(|extension| extension == "s"));
    let names = names.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A program's bytes.
fn bytes(name: &str, word: WordSize) -> Vec<u8> {
    let source = std::fs::read_to_string(folder().join(format!("{name}.s"))).expect("text");
    let text = expand::expand(name, &source, word.bytes() as usize);
    let assembled = assemble(&text).unwrap_or_else(|findings| {
        let found = &findings[0];
        let line = text.lines().nth(found.line.max(1) as usize - 1).unwrap_or_default();
        panic!("{name}: {}: {line}", found.message);
    });
    if let Err(faults) = dis_bytecode::verify(&assembled.module, word) {
        panic!("{name}, words of {word}: {}", faults[0]);
    }
    write(&assembled.module)
}

/// A tree with all programs, for one word size.
fn tree(word: WordSize) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dis-{word}"));
    std::fs::create_dir_all(&root).expect("a folder");
    for name in programs() {
        std::fs::write(root.join(format!("{name}.dis")), bytes(&name, word)).expect("room");
    }
    std::fs::write(root.join("text"), "one\ntwo\nthree\n").expect("room");
    root
}

#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

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
    let mut text = String::from_utf8(kept.0.take()).expect("UTF-8");
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
        let root = tree(word);
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
