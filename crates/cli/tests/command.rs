//! The `spandrel` command from outside: what it prints and how it exits.

mod common;

use common::{command, spandrel, stderr, stdout};
use std::process::Stdio;

#[test]
fn version_and_help_succeed() {
    let output = spandrel(&["--version"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), concat!("spandrel ", env!("CARGO_PKG_VERSION"), "\n"));
    let output = spandrel(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    for verb in ["ffi", "ir", "doctor"] {
        assert!(
            stdout(&output).lines().any(|l| l.trim_start().starts_with(verb)),
            "{verb} in {}",
            stdout(&output)
        );
        assert_eq!(spandrel(&[verb, "--help"]).status.code(), Some(0), "{verb}");
    }
}

#[test]
fn wrong_command_lines_exit_with_2() {
    for args in
        [&[][..], &["nothing-of-the-kind"], &["doctor", "--nothing-of-the-kind"], &["doctor", "extra"]]
    {
        let output = spandrel(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            stdout(&output).is_empty() && stderr(&output).contains("Usage"),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn doctor_reports_facts_and_a_passing_self_test() {
    let output = spandrel(&["doctor"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    for heading in
        ["spandrel", "executable memory", "tiers", "caches", "control-flow protection", "tools", "self-test"]
    {
        assert!(text.lines().any(|l| l == heading), "{heading} in {text}");
    }
    let convention = abi::Abi::HOST.name();
    assert!(
        text.lines().any(|l| l.trim_start().starts_with("C convention") && l.ends_with(convention)),
        "{text}"
    );
    assert!(text.contains("page size") && text.contains("branch reach"), "{text}");
}

#[test]
fn doctor_json_has_the_facts_of_the_text() {
    let output = spandrel(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["spandrel"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["spandrel"]["C convention"], abi::Abi::HOST.name());
    let checks = json["self-test"].as_array().expect("a list of checks");
    assert!(checks.len() >= 3, "{checks:?}");
    for check in checks {
        assert_eq!(check["ok"], true, "{check}");
        assert!(check["name"].is_string() && check["detail"].is_string(), "{check}");
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = command(&["doctor"]).stdout(Stdio::piped()).spawn().expect("the command starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
