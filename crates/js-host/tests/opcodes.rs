//! The programs of `tests/js` have every opcode: compiled into some function of theirs, and executed.
#![cfg(debug_assertions)]

use js_bytecode::Op;
use js_host::{Host, Limits, Options};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Native stack of the thread that programs run on, and the part that natives may use: as the command has it.
const STACK: usize = 64 << 20;
const NATIVE_STACK: usize = 8 << 20;

/// The programs below a folder; what is in `lib` folders is imported.
fn programs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "lib") {
                programs(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "js" || ending == "mjs") {
            found.push(path);
        }
    }
}

/// The opcodes that a program executes.
fn executed(program: &Path) -> HashSet<Op> {
    let limits = Limits { native_stack: NATIVE_STACK, ..Limits::default() };
    // What compiled code executes is not noted.
    let options = Options {
        limits,
        jit: false,
        out: Box::new(std::io::sink()),
        err: Box::new(std::io::sink()),
        ..Options::default()
    };
    let host = Host::new(options).expect("there is memory");
    host.run_file(program).expect("it can be read");
    Op::ALL.iter().copied().filter(|op| host.vm().has_executed(*op)).collect()
}

#[test]
fn every_opcode_is_executed_by_some_program() {
    // In an emulator the programs are run by the test of the command, once.
    if std::env::var_os("SPANDREL_TEST_RUNNER").is_some() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/js");
    let mut found = Vec::new();
    programs(&folder, &mut found);
    found.sort();
    assert!(found.len() >= 80, "only {} programs", found.len());
    let run = move || found.iter().flat_map(|program| executed(program)).collect::<HashSet<_>>();
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread");
    let executed = thread.join().expect("no panic");
    let missing: Vec<_> = Op::ALL.iter().filter(|op| !executed.contains(op)).map(|op| op.name()).collect();
    assert!(missing.is_empty(), "no program executes {}", missing.join(", "));
}
