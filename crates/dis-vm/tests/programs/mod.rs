//! The programs of `tests/dis/run`.
#![allow(dead_code, reason = "each test program uses its part")]

#[path = "../expand/mod.rs"]
pub(crate) mod expand;

use dis_bytecode::{Module, WordSize, assemble, write};
use std::path::{Path, PathBuf};

/// Where they are, seen from any package of the repository.
pub(crate) fn folder() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("tests/dis/run")).find(|folder| folder.is_dir()).expect("the corpus")
}

/// Names of the programs. Those in capitals are only loaded by others.
pub(crate) fn programs() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("the corpus");
    let paths = files.map(|entry| entry.expect("a file").path());
    let names = paths.filter(|path| path.extension().is_some_and(|extension| extension == "s"));
    let names = names.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A program, as a module that is called so.
pub(crate) fn module(name: &str, called: &str, word: WordSize) -> Module {
    let source = std::fs::read_to_string(folder().join(format!("{name}.s"))).expect("text");
    let text = expand::expand(called, &source, word.bytes() as usize);
    let assembled = assemble(&text).unwrap_or_else(|findings| {
        let found = &findings[0];
        let line = text.lines().nth(found.line.max(1) as usize - 1).unwrap_or_default();
        panic!("{name}: {}: {line}", found.message);
    });
    if let Err(faults) = dis_bytecode::verify(&assembled.module, word) {
        panic!("{name}, words of {word}: {}", faults[0]);
    }
    assembled.module
}

/// A program's bytes.
pub(crate) fn bytes(name: &str, word: WordSize) -> Vec<u8> {
    write(&module(name, name, word))
}

/// All programs for both word sizes, as modules with one name.
pub(crate) fn nameless() -> Vec<(WordSize, Module)> {
    let both = |name: &String| [WordSize::Four, WordSize::Eight].map(|word| (word, module(name, "x", word)));
    programs().iter().flat_map(both).collect()
}

/// Fills a folder with all programs, for one word size.
pub(crate) fn plant(root: &Path, word: WordSize) {
    std::fs::create_dir_all(root).expect("a folder");
    for name in programs() {
        std::fs::write(root.join(format!("{name}.dis")), bytes(&name, word)).expect("room");
    }
    std::fs::write(root.join("text"), "one\ntwo\nthree\n").expect("room");
}
