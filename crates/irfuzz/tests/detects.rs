//! The fuzzer notices what it is for: with a fault of each kind put in on purpose it must find it, and make it small.

use irfuzz::finding::Finding;
use std::path::PathBuf;
use std::process::Command;

/// A run with a fault; what it prints, and the reduced findings.
fn run(sabotage: &str, count: u64, more: &[&str]) -> (String, Vec<Finding>) {
    let keep = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("irfuzz-{sabotage}"));
    // Left by an earlier run, when there was one.
    let _ = std::fs::remove_dir_all(&keep);
    let mut command = Command::new(env!("CARGO_BIN_EXE_irfuzz"));
    command.args(["run", "--jobs", "1", "--findings", "1", "--sabotage", sabotage]);
    command.args(["--count", &count.to_string(), "--keep"]).arg(&keep).args(more);
    let output = command.output().expect("the fuzzer starts");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{sabotage} was not noticed:\n{text}");
    let files =
        std::fs::read_dir(&keep).expect("findings are kept").map(|file| file.expect("it is listed").path());
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        Finding::parse(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", file.display()))
    };
    (text, files.map(read).collect())
}

/// Under an emulator, the fuzzer's own children do not start: the kernel runs no programs of another machine.
fn emulated() -> bool {
    std::env::var_os("SPANDREL_TEST_RUNNER").is_some()
}

fn check(sabotage: &str, legs: &[&str], most: usize, more: &[&str]) {
    if emulated() {
        return;
    }
    let (text, findings) = run(sabotage, 400, more);
    let [finding] = &findings[..] else { panic!("{} findings were kept:\n{text}", findings.len()) };
    let (leg, size) = (finding.leg.to_string(), irfuzz::size(finding.case.module()));
    assert!(legs.contains(&leg.as_str()), "{leg}\n{text}");
    // Functions that are of no use stay as a constant and a return.
    let most = most.saturating_add(2 * (finding.case.module().functions.len() - 1));
    assert!(size <= most, "{size} instructions are left:\n{}", finding.text());
}

#[test]
fn a_wrong_pass() {
    check("pass", &["passes", "passes-twice"], 8, &[]);
}

#[test]
fn a_wrong_value_in_an_exit() {
    check("exit", &["host-plain-forced", "host-optimized-forced", "host-plain", "host-optimized"], 16, &[]);
}

#[test]
fn code_that_crashes() {
    check("crash", &["host-plain-forced", "host-optimized-forced", "host-plain", "host-optimized"], 16, &[]);
}

#[test]
fn a_compiler_that_hangs() {
    // Making it small takes as many waits as it takes steps; that it becomes small is shown by the others.
    let impatient = ["--patience", "15", "--reduce", "1"];
    check(
        "hang",
        &["host-plain-forced", "host-optimized-forced", "host-plain", "host-optimized"],
        usize::MAX,
        &impatient,
    );
}
