//! Errors with excerpts.

use sox_syntax::{parse, render};

#[track_caller]
fn assert_shown(source: &str, expected: &str) {
    let shown = render(&parse(source.as_bytes()).diagnostics, source.as_bytes(), "a.sox", false);
    assert_eq!(shown.trim_end(), expected.trim(), "\n{shown}");
}

#[test]
fn the_place_is_marked() {
    assert_shown(
        "var a = 1;\nvar b = a +;\n",
        "
error: Expect expression.
 --> a.sox:2:12
  |
2 | var b = a +;
  |            ^",
    );
}

#[test]
fn other_places_near_and_far_are_shown() {
    assert_shown(
        "fn f(a) {\r\n  var a = 2;\r\n}\r\n",
        "
error: Already a variable with this name in this scope.
 --> a.sox:2:7
  |
1 | fn f(a) {
  |      - it is declared here
2 |   var a = 2;
  |       ^",
    );
    assert_shown(
        "fn f() {\n\n\n\n\n  f();\n\n\n",
        "
error: Expect '}' after block.
 --> a.sox:6:7
  |
6 |   f();
  |       ^
  |
 ::: a.sox:1:8
  |
1 | fn f() {
  |        - opened here",
    );
}

#[test]
fn notes_are_shown_and_bytes_that_are_no_text() {
    let source = b"print \"\xff\\q\";";
    let shown = render(&parse(source).diagnostics, source, "a.sox", false);
    assert!(shown.contains("a.sox:1:9") && shown.contains("print \"\u{fffd}\\q\";"), "{shown}");
    assert!(shown.contains("help: known are \\n"), "{shown}");
    assert!(render(&parse(source).diagnostics, source, "a.sox", true).contains("\x1b["));
}

#[test]
fn of_long_lines_the_part_around_the_place_is_shown() {
    let source = format!("print \"{}\" + ;{}", "\u{e9}".repeat(5_000), " ".repeat(5_000));
    let shown = render(&parse(source.as_bytes()).diagnostics, source.as_bytes(), "a.sox", false);
    assert!(shown.contains("\u{e9}\" + ;") && shown.contains("^"), "{shown}");
    assert!(shown.len() < 1_000, "{shown}");
}
