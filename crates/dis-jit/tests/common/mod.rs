//! Programs of `tests/dis/run`, with and without compiled code.
#![allow(dead_code, reason = "each test program uses its part")]

#[path = "../../../dis-vm/tests/expand/mod.rs"]
pub(crate) mod expand;

use dis_bytecode::{WordSize, assemble, write};
use dis_vm::{Ended, Input, Options, Output, Vm};
use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use tiering::{Flags, Policy, Trace};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/dis/run")
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

/// A program's bytes.
pub(crate) fn bytes(name: &str, word: WordSize) -> Vec<u8> {
    let source = std::fs::read_to_string(folder().join(format!("{name}.s"))).expect("text");
    let text = expand::expand(name, &source, word.bytes() as usize);
    write(&assemble(&text).expect("the interpreter's tests say what is wrong").module)
}

/// A tree with all programs, for one word size.
pub(crate) fn tree(word: WordSize) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dis-jit-{word}"));
    std::fs::create_dir_all(&root).expect("a folder");
    for name in programs() {
        std::fs::write(root.join(format!("{name}.dis")), bytes(&name, word)).expect("room");
    }
    std::fs::write(root.join("text"), "one\ntwo\nthree\n").expect("room");
    root
}

#[derive(Clone, Default)]
pub(crate) struct Kept(pub Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A way of running programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// When code is made, if at all.
    pub threshold: Option<u32>,
    pub quantum: u32,
    pub stress: bool,
    pub fuel: Option<u64>,
}

/// What a program printed, how it ended, and the fuel that it used.
pub(crate) fn run(word: WordSize, bytes: &[u8], options: Options, way: Way) -> Option<(String, Ended)> {
    let kept = Kept::default();
    let options = Options {
        output: Output::new(kept.clone()),
        errors: Output::new(kept.clone()),
        stress: way.stress,
        quantum: way.quantum,
        fuel: way.fuel,
        ..options
    };
    let mut vm = Vm::new(word, options);
    if let Some(threshold) = way.threshold {
        let mut config = dis_jit::Config::new(Policy { call_threshold: threshold, ..Policy::default() });
        config.threads = usize::from(threshold > 1);
        let trace = std::env::var_os("DIS_TRACE").is_some();
        let flags = Flags { trace_tiers: trace, ..Flags::default() };
        let trace = Arc::new(Trace::from_flags(&flags).expect("no file"));
        dis_jit::Jit::attach(&mut vm, config, trace).expect("executable memory");
    }
    let args = ["x".to_owned(), "first".to_owned(), "zweites Wört".to_owned()];
    vm.start("x", bytes, &args).ok()?;
    let ended = vm.run();
    drop(vm);
    Some((String::from_utf8_lossy(&kept.0.take()).into_owned(), ended))
}

pub(crate) fn options(root: Option<&Path>) -> Options {
    Options {
        input: Input::new(&b"typed\n"[..]),
        root: root.map(Path::to_owned),
        memory: 8 << 20,
        ..Options::default()
    }
}
