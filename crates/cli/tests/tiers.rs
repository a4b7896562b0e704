//! `spandrel ir run` with functions that change tiers: what each option shows; and what a Sox program is charged in each tier.

mod common;

use common::{spandrel, stderr, stdout};
use std::path::{Path, PathBuf};

/// Sums what `@checked` makes of the numbers below the argument; from a sum of 1000 on its guard leaves. `@unknown` calls
/// what nobody has.
const PROGRAM: &str = "\
runtime @print_i64(i64) writes(all)
runtime @nowhere(i64) writes(all)
func @main(i64) -> i64 {
block0(v0: i64):
  v1 = iconst.i64 0
  jump block1(v1, v1)
block1(v2: i64, v3: i64):
  v4 = icmp.slt.i64 v2, v0
  brif v4, block2, block3
block2:
  v5 = call @checked(v2, v3)
  v6 = iconst.i64 1
  v7 = iadd.i64 v2, v6
  jump block1(v7, v5)
block3:
  call_runtime @print_i64(v3)
  return v3
}
func @checked(i64, i64) -> i64 {
fs0 = state 7+1 [v0, v1]
block0(v0: i64, v1: i64):
  v2 = iadd.i64 v0, v1
  v3 = iconst.i64 1000
  v4 = icmp.slt.i64 v2, v3
  guard v4, fs0, reason 3
  return v2
}
func @unknown(bool) -> i64 {
block0(v0: bool):
  v1 = iconst.i64 5
  brif v0, block1, block2
block1:
  call_runtime @nowhere(v1)
  return v1
block2:
  return v1
}
";

fn file(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tiers_{name}.ir"));
    std::fs::write(&path, PROGRAM).expect("the file can be written");
    path
}

fn run(name: &str, args: &[&str]) -> std::process::Output {
    let path = file(name);
    spandrel(&[&["ir", "run", path.to_str().expect("a plain path")][..], args].concat())
}

/// Whoever makes a function hot waits for its code: every run does the same.
const STEPS: [&str; 2] = ["--jit-threshold=1", "--jit-threads=0"];

/// Lines up to what differs from run to run or from machine to machine: times, sizes, counts.
fn steady(text: &str) -> Vec<String> {
    let changing = [" priority ", " after ", " loop "];
    let cut = |line: &str| {
        let bytes = line.find(" bytes in ").and_then(|at| line[..at].rfind(' '));
        let end = changing.iter().filter_map(|part| line.find(part)).chain(bytes).min();
        line[..end.unwrap_or(line.len())].to_owned()
    };
    text.lines().map(cut).collect()
}

#[test]
fn every_way_of_running_has_the_same_answer_and_output() {
    let ways: [&[&str]; 5] = [
        &[],
        &["--no-jit"],
        &["--tiered"],
        &STEPS,
        &["--tiered", "--jit-threshold", "20", "--jit-threads", "2"],
    ];
    for args in ways {
        let output = run("same", &[&["--func", "main", "40"], args].concat());
        assert_eq!(stdout(&output), "780\ni64 780\n", "{args:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{args:?}");
        let output = run("same", &[&["--func", "main", "60"], args].concat());
        assert_eq!(output.status.code(), Some(1));
        let expected = "left @checked through fs0, reason 3\n  frame 7+1 [i64 45, i64 990]\n";
        assert_eq!((stdout(&output), stderr(&output)), ("", expected), "{args:?}");
    }
}

#[test]
fn trace_tiers_shows_every_step() {
    let output = run("trace", &[&["--func", "main", "40", "--trace-tiers"], &STEPS[..]].concat());
    let expected = [
        "[tier] queued      main v1",
        "[tier] compiled    main v1",
        "[tier] installed   main v1",
        "[tier] queued      checked v1",
        "[tier] compiled    checked v1",
        "[tier] installed   checked v1",
    ];
    assert_eq!(steady(stderr(&output)), expected);
    let off = run("trace", &[&["--func", "main", "40", "--trace-tiers", "--no-jit"], &STEPS[..]].concat());
    assert_eq!(
        (stdout(&off), stderr(&off)),
        ("780\ni64 780\n", ""),
        "nothing happens to functions that stay"
    );
}

#[test]
fn hot_loops_are_entered_in_the_middle() {
    // The function is called once, so nothing but the loop can get hot.
    let args = ["--func", "main", "40", "--trace-tiers", "--jit-threshold=2", "--jit-threads=0"];
    let output = run("osr", &args);
    assert_eq!(stdout(&output), "780\ni64 780\n");
    let lines = steady(stderr(&output));
    assert!(lines.contains(&"[tier] osr-entered main v1".to_owned()), "{}", stderr(&output));
    // A guard that leaves in code for a loop leads back into the original function.
    let left = run("osr", &["--func", "main", "60", "--jit-threshold=2", "--jit-threads=0"]);
    assert!(stderr(&left).starts_with("left @checked through fs0, reason 3\n"), "{}", stderr(&left));
}

#[test]
fn print_bailouts_counts_exits_and_declines_by_reason() {
    let output = run("bailouts", &[&["--func", "main", "60", "--print-bailouts"], &STEPS[..]].concat());
    let table = "exits by reason:\n         1  reason-3\nby function:\n         1  checked  reason-3\n";
    assert!(stderr(&output).starts_with(table), "{}", stderr(&output));
    let output = run("bailouts", &[&["--func", "unknown", "false", "--print-bailouts"], &STEPS[..]].concat());
    assert_eq!(stdout(&output), "i64 5\n", "{}", stderr(&output));
    let table = "declined by reason:\n         1  unbound-symbol\nby function:\n         \
        1  unknown  declined: unbound-symbol\n";
    assert_eq!(stderr(&output), table);
}

#[test]
fn tier_log_has_an_object_per_step() {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tiers.jsonl");
    let flag = format!("--tier-log={}", log.display());
    run("log", &[&["--func", "main", "60", &flag], &STEPS[..]].concat());
    let text = std::fs::read_to_string(&log).expect("it was written");
    let objects: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect();
    let steps: Vec<String> = objects
        .iter()
        .map(|o| format!("{} {} {}", o["event"], o["function"], o["version"]).replace('"', ""))
        .collect();
    let expected = [
        "queued main 1",
        "compiled main 1",
        "installed main 1",
        "queued checked 1",
        "compiled checked 1",
        "installed checked 1",
        "exited checked 1",
    ];
    assert_eq!(steps, expected, "{text}");
    let exit = &objects[6];
    assert_eq!(
        (exit["site"].as_u64(), exit["reason"].as_str(), exit["count"].as_u64()),
        (Some(0), Some("reason-3"), Some(1))
    );
    assert!(objects[1]["bytes"].as_u64() > Some(0) && objects[2]["ns"].as_u64() >= objects[1]["ns"].as_u64());
    let refused = run("log", &["--func", "main", "1", "--tier-log=/no/such/folder/x"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("/no/such/folder/x: "), "{}", stderr(&refused));
}

#[test]
fn words_without_sense_are_refused() {
    for (args, part) in [
        (&["--jit-threshold=x"][..], "`--jit-threshold=x`: a number of calls"),
        (&["--tier-log="], "takes a file"),
        (&["--jit", "--trace-tiers"], "cannot be used with"),
    ] {
        let output = run("wrong", &[&["--func", "main", "1"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(part), "{args:?}: {}", stderr(&output));
    }
}

/// Calls that end at the callee's first test, which compiled code does not make but counts.
const LEAVES: &str = "\
fn leaf(n) { if n < 2 { return n } return leaf(n - 1) }
var rounds = 0
while true {
    leaf(0) leaf(1) leaf(0) leaf(1) leaf(0) leaf(1) leaf(0) leaf(1) leaf(0)
    rounds = rounds + 1
    if rounds % 100 == 0 { print rounds }
}
";

#[test]
fn sox_counts_fuel_alike_in_every_tier() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leaves.sox");
    std::fs::write(&path, LEAVES).expect("the file can be written");
    for tier in ["--no-jit", "--jit-threshold=2", "--jit-threshold=1"] {
        let out = spandrel(&["run", tier, "--fuel=100000", path.to_str().expect("a plain path")]);
        assert!(stderr(&out).contains("the fuel is used up"), "{tier}: {}", stderr(&out));
        let last = stdout(&out).lines().last().and_then(|line| line.parse::<u32>().ok());
        // Ten to a round; it is looked at every few thousand.
        assert!(last.is_some_and(|rounds| (9_900..=10_500).contains(&rounds)), "{tier}: {last:?}");
    }
}
