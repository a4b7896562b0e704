//! `spandrel run FILE.dis` from outside: the programs of `tests/dis/run`, the tree, limits, exit statuses.

mod common;
#[path = "../../dis-vm/tests/programs/mod.rs"]
mod programs;

use common::{command, spandrel, stderr, stdout};
use dis_bytecode::WordSize;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

fn assembled(text: &str) -> Vec<u8> {
    dis_bytecode::write(&dis_bytecode::assemble(text).unwrap_or_else(|why| panic!("{why:?}\n{text}")).module)
}

/// A tree with the programs of the corpus for these words.
fn tree(name: &str, word: WordSize) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    programs::plant(&root, word);
    root
}

/// Runs a command that reads this; nothing ends its input before it does when `open`.
fn reading(args: &[&str], text: &[u8], open: bool) -> Output {
    let piped = Stdio::piped;
    let started = command(args).stdin(piped()).stdout(piped()).stderr(piped()).spawn();
    let mut child = started.expect("the command starts");
    let mut input = child.stdin.take().expect("a pipe");
    // Whoever does not read may end before.
    let _ = input.write_all(text);
    let kept = open.then_some(input);
    let output = child.wait_with_output().expect("its end");
    drop(kept);
    output
}

/// Runs a small program of these lines, with one word of 8 bytes at 64(fp), and these flags.
fn small(name: &str, lines: &str, flags: &[&str]) -> (Option<i32>, String, String) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let head = "wordsize 8\nmodule \"Small\"\nentry init, main\ntype mp 16 pointers 0, 8\ndata 16\n";
    let strings = "\tstring 0: \"fail:usage\"\n\tstring 8: \"some other\"\n";
    let rest = "type main 96 pointers 80\nexport init, init, main, 1\ninit:\n";
    fs::write(&path, assembled(&format!("{head}{strings}{rest}{lines}"))).expect("room");
    let mut args = vec!["run"];
    args.extend(flags);
    args.push(path.to_str().expect("text"));
    let output = spandrel(&args);
    (output.status.code(), stdout(&output).to_owned(), stderr(&output).to_owned())
}

#[test]
fn programs_of_the_corpus_print_what_is_expected_in_every_way_of_running_them() {
    for word in [WordSize::Four, WordSize::Eight] {
        let root = tree(&format!("dis-run-{word}"), word);
        for stem in programs::programs().iter().filter(|name| !name.starts_with(char::is_uppercase)) {
            let expected = programs::folder().join(format!("{stem}.out"));
            let expected =
                fs::read_to_string(expected).expect("text").replace("arguments\n", "/arguments.dis\n");
            for flags in
                [&["--no-jit"][..], &[], &["--gc-stress"], &["--jit-threshold=1"], &["-c0"], &["-c9"]]
            {
                let file = format!("/{stem}.dis");
                let mut args = vec!["run", "--max-memory", "8", "--root", root.to_str().expect("text")];
                args.extend(flags);
                args.extend([file.as_str(), "first", "zweites Wört"]);
                let output = reading(&args, b"typed\n", false);
                assert_eq!(stdout(&output), expected, "{stem}, {word}, {flags:?}: {}", stderr(&output));
                assert_eq!(output.status.code(), Some(0), "{stem}, {word}, {flags:?}");
            }
        }
    }
}

#[test]
fn exit_statuses_say_how_the_first_proc_ended() {
    assert_eq!(small("done.dis", "\tret\n", &[]).0, Some(0));
    assert_eq!(small("exit.dis", "\texit\n", &[]).0, Some(0));
    let (status, _, errors) = small("failed.dis", "\traise 0(mp)\n", &[]);
    assert_eq!((status, errors.as_str()), (Some(1), ""));
    let (status, _, errors) = small("broken.dis", "\traise 8(mp)\n", &[]);
    assert_eq!((status, errors.as_str()), (Some(70), "[Small] Broken: \"some other\"\n"));
    let (status, _, errors) = small("waits.dis", "\tnewcw 80(fp)\n\trecv 80(fp), 64(fp)\n\tret\n", &[]);
    assert!(status == Some(70) && errors.contains("deadlock: 1 procs wait"), "{errors}");
}

#[test]
fn limits_hold() {
    let forever = "again:\n\tjmp again\n";
    let (status, _, errors) = small("fuel.dis", forever, &["--fuel", "1000"]);
    assert!(status == Some(70) && errors.contains("the fuel is used up"), "{errors}");
    let (status, _, errors) = small("time.dis", forever, &["--timeout", "0.2"]);
    assert!(status == Some(70) && errors.contains("the time is up"), "{errors}");
    let grows = "again:\n\tconsw $1, 80(fp)\n\tjmp again\n";
    let (status, _, errors) = small("memory.dis", grows, &["--max-memory", "4"]);
    assert!(status == Some(70) && errors.contains("out of memory: heap"), "{errors}");
}

#[test]
fn waiting_for_input_ends_with_the_time() {
    let root = tree("dis-run-input", WordSize::Eight);
    let root = root.to_str().expect("text");
    let output = reading(&["run", "--timeout", "0.5", "--root", root, "/input.dis"], b"a\nb\n", true);
    assert_eq!((output.status.code(), stdout(&output)), (Some(70), "a\n\nb\n\n"), "{}", stderr(&output));
    assert!(stderr(&output).contains("the time is up"), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_run_is_an_error_with_its_reason() {
    let file = |name: &str, bytes: &[u8]| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, bytes).expect("room");
        path.to_str().expect("text").to_owned()
    };
    let cases = [
        (file("no.dis", b"nothing of the kind"), 65, "it is no Dis file: "),
        ("/not/there.dis".to_owned(), 66, "cannot read /not/there.dis: "),
        (file("entry.dis", &assembled("wordsize 8\nmodule \"E\"\nentry -, -\n")), 65, "it has no entry"),
    ];
    for (path, status, reason) in cases {
        let output = spandrel(&["run", &path]);
        assert_eq!(output.status.code(), Some(status), "{path}");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
    let output = spandrel(&["run", "--root", "/", "x.js"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(stderr(&output).contains("--root is for Inferno programs"), "{}", stderr(&output));
}

#[test]
fn instructions_are_shown_as_they_are_executed() {
    let (status, out, errors) = small("traced.dis", "\tmovw $5, 64(fp)\n\tret\n", &["--trace"]);
    assert_eq!((status, out.as_str()), (Some(0), ""));
    assert_eq!(errors, "1 Small 0: movw $5, 64(fp)\n1 Small 1: ret\n");
}

#[test]
fn profiles_say_where_the_time_went() {
    let lines = "\tmovw $0, 64(fp)\nagain:\n\taddw $1, 64(fp)\n\tbltw 64(fp), $300000, again\n\tret\n";
    for flags in [&["--profile", "--no-jit"][..], &["--profile"], &["--profile", "--jit-threshold=1"]] {
        let (status, _, errors) = small("profiled.dis", lines, flags);
        assert_eq!(status, Some(0), "{flags:?}: {errors}");
        let rows: Vec<&str> = errors.lines().collect();
        assert!(rows[0].starts_with("profile: ") && rows[0].ends_with(" turns"), "{flags:?}: {errors}");
        assert_eq!(rows[1..], ["   own   total  function", "100.0 %  100.0 %  Small->init"], "{flags:?}");
        // 600,002 instructions, in turns of 2,048 more or less.
        let turns = rows[0].split_whitespace().rev().nth(1).and_then(|turns| turns.parse::<u32>().ok());
        assert!(turns.is_some_and(|turns| (150..600).contains(&turns)), "{flags:?}: {errors}");
    }
    let output = spandrel(&["run", "--profile", "x.js"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(stderr(&output).contains("--profile is for Inferno programs"), "{}", stderr(&output));
}
