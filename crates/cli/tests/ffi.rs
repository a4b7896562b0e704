//! `spandrel ffi` from outside: results, messages and exit status.

#![cfg(unix)]

mod common;

use common::{spandrel, stderr, stdout};

/// The mathematics library by the name the system's loader knows.
const LIBM: &str = if cfg!(target_os = "linux") { "libm.so.6" } else { "libm.dylib" };

#[track_caller]
fn assert_prints(args: &[&str], expected: &str) {
    let output = spandrel(&[&["ffi"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), expected, "{args:?}");
}

#[track_caller]
fn assert_fails(args: &[&str], status: i32, part: &str) {
    let output = spandrel(&[&["ffi"], args].concat());
    assert_eq!(output.status.code(), Some(status), "{args:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), "", "{args:?}");
    assert!(stderr(&output).contains(part), "{args:?}: {}", stderr(&output));
}

#[test]
fn the_readme_command_works() {
    assert_prints(&["double cos(double)", "-l", LIBM, "1.0"], &format!("{}\n", 1f64.cos()));
}

#[test]
fn results_of_every_kind_are_printed() {
    assert_prints(&["int abs(int)", "-5"], "5\n");
    assert_prints(&["struct { int quot, rem; } div(int, int)", "17", "5"], "{.quot = 3, .rem = 2}\n");
    assert_prints(&["char *getenv(const char *)", "NO_SUCH_VARIABLE_HERE"], "NULL\n");
    assert_prints(
        &["char *strerror(int)", "0"],
        &format!("{}\n", if cfg!(target_os = "linux") { "Success" } else { "Undefined error: 0" }),
    );
    assert_prints(&["void srand(unsigned)", "1"], "");
}

#[test]
fn variadic_functions_take_what_the_literals_say() {
    assert_prints(
        &["int printf(const char *, ...)", "%d %s %.2f\\n", "5", "hello", "2.5"],
        "5 hello 2.50\n13\n",
    );
}

#[test]
fn the_slow_way_gives_the_same_results() {
    for args in [&["int abs(int)", "-5"][..], &["double ldexp(double, int)", "-l", LIBM, "0.75", "4"]] {
        let fast = spandrel(&[&["ffi"], args].concat());
        let slow = spandrel(&[&["ffi", "--slow"], args].concat());
        assert_eq!((fast.status.code(), slow.status.code()), (Some(0), Some(0)), "{args:?}");
        assert!(!fast.stdout.is_empty() && fast.stdout == slow.stdout, "{args:?}");
    }
}

#[test]
fn wrong_declarations_and_arguments_exit_with_2() {
    assert_fails(&["double cos(double", "1.0"], 2, "1:18");
    assert_fails(&["int f(struct nothing)", "1"], 2, "nothing");
    assert_fails(&["int abs(int)"], 2, "1 argument, 0 given");
    assert_fails(&["int abs(int)", "1", "2"], 2, "1 argument, 2 given");
    assert_fails(&["int abs(int)", "99999999999"], 2, "out of range");
    assert_fails(&["int abs(int)", "x"], 2, "argument 1");
    assert_fails(&["int abs(int)", "1", "--abi", "win64"], 2, "--print-plan");
    assert_fails(&["int abs(int)", "--print-plan", "--abi", "cdecl"], 2, "cdecl");
}

#[test]
fn what_the_system_does_not_have_exits_with_1() {
    assert_fails(
        &["double cos(double)", "-l", "libnothing-of-the-kind.so", "1.0"],
        1,
        "libnothing-of-the-kind.so",
    );
    assert_fails(&["int nothing_of_the_kind(int)", "1"], 1, "nothing_of_the_kind");
}

#[test]
fn plans_are_printed_for_every_convention() {
    for abi in abi::Abi::ALL {
        let output = spandrel(&["ffi", "double ldexp(double, int)", "--print-plan", "--abi", abi.name()]);
        assert_eq!(output.status.code(), Some(0), "{abi}: {}", stderr(&output));
        assert!(stdout(&output).starts_with(&format!("{abi}: f64 (f64, i32)")), "{abi}: {}", stdout(&output));
    }
    let plan = spandrel(&["ffi", "double ldexp(double, int)", "--print-plan", "--abi", "win64"]);
    assert!(stdout(&plan).contains("rdx = #1"), "the second argument, by position: {}", stdout(&plan));
}
