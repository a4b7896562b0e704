//! `spandrel dump` from outside.

mod common;

use common::{spandrel, stderr, stdout};
use std::fs;
use std::path::{Path, PathBuf};

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

fn hello(name: &str) -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/dis").join(name);
    let text = fs::read_to_string(source).expect("the corpus");
    dis_bytecode::write(&dis_bytecode::assemble(&text).expect("it is right").module)
}

#[test]
fn a_listing_says_what_was_found_out_and_can_be_assembled() {
    let path = file("dump-hello.dis", &hello("hello4.s"));
    let output = spandrel(&["dump", path.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("# word size 4 (proven): the frame of init, type 1, has 44 bytes, less than 64"),
        "{text}"
    );
    assert!(
        text.contains("mframe 8(mp), $0, 40(fp)") && text.contains("use \"print\", 0xac849033"),
        "{text}"
    );
    let back = dis_bytecode::assemble(text).expect("it can be assembled");
    assert_eq!(dis_bytecode::write(&back.module), hello("hello4.s"));
}

#[test]
fn the_word_size_may_be_told() {
    let path = file("dump-told.dis", &hello("hello8.s"));
    let output = spandrel(&["dump", "--word-size", "4", path.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("# word size 4 (as told)"));
    assert!(
        stderr(&output).contains("16 is no pointer slot, and a pointer is needed"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_is_no_dis_file_is_an_error_with_offset_and_reason() {
    let path = file("dump-bad.dis", &hello("hello4.s")[..30]);
    let output = spandrel(&["dump", path.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("is no Dis file: ") && stderr(&output).contains("byte "),
        "{}",
        stderr(&output)
    );
    let missing = spandrel(&["dump", "not-there.dis"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("cannot read not-there.dis"), "{}", stderr(&missing));
}
