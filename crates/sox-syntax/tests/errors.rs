//! Every message, with the errors that follow it.

use sox_syntax::{Kind, Mode, parse, parse_as};
use std::collections::HashSet;

/// What is wrong with the text, in the compatible form, a line each.
fn errors(source: &str) -> String {
    parse(source.as_bytes()).diagnostics.iter().map(|wrong| format!("{wrong}\n")).collect()
}

/// Texts and their errors. `1 x: y` stands for `[line 1] Error at 'x': y`, `1 end: y` and `1: y` likewise.
const CASES: &[(&str, &[&str])] = &[
    // The lexer.
    ("@", &["1: Unexpected character."]),
    ("print 1;\n$;", &["2: Unexpected character.", "2 ;: Expect expression."]),
    ("var gr\u{fc}n = 1;", &["1: Unexpected character."]),
    ("var s = \"a\nb", &["2: Unterminated string."]),
    ("print \"a\\\"", &["1: Unterminated string."]),
    ("print 1 /* a\n/* b */\n", &["3: Unterminated comment."]),
    ("print \"\\q\";\nprint \"\\\u{e9}\";", &["1: Unknown escape sequence.", "2: Unknown escape sequence."]),
    ("print \"\n\\x1g\";", &["2: Expect two hexadecimal digits after '\\x'."]),
    ("print \"\\u0041\";", &["1: Expect a code point in braces after '\\u'."]),
    ("print \"\\u{d800}\";", &["1: Expect a code point in braces after '\\u'."]),
    ("print \"\\u{1234567}\";", &["1: Expect a code point in braces after '\\u'."]),
    ("print 0x;", &["1: Expect hexadecimal digits after '0x'."]),
    // Expressions.
    ("print", &["1 end: Expect expression."]),
    ("var x = 1;;", &["1 ;: Expect expression."]),
    ("print (\n)", &["2 ): Expect expression."]),
    ("print fn g() {};", &["1 fn: Expect expression."]),
    ("f(1", &["1 end: Expect ')' after arguments."]),
    ("f(1, )", &["1 ): Expect expression."]),
    ("print (1;", &["1 ;: Expect ')' after expression."]),
    ("print a[1;", &["1 ;: Expect ']' after indexing expression."]),
    ("print a[1:2;", &["1 ;: Expect ']' after range."]),
    ("print a.1;", &["1 1: Expect property name after '.'."]),
    ("print {a: 1;", &["1 ;: Expect '}' after table literal."]),
    ("print {a: 1, 2: 3};", &["1 ,: Expect property key (identifier or string) in table literal."]),
    ("print {a: 1, b 3};", &["1 3: Expect ':' after table key."]),
    ("print {1, 2;", &["1 ;: Expect '}' after array values"]),
    ("print [1, 2;", &["1 ;: Expect ']' after array values."]),
    ("1 = 2;", &["1 =: Invalid assignment target."]),
    ("(a) = 2;", &["1 =: Invalid assignment target."]),
    ("a + b = 2;", &["1 =: Invalid assignment target."]),
    ("a[1:2] = 2;", &["1 =: Invalid assignment target."]),
    ("print this;", &["1 this: Can't use 'this' outside of a class."]),
    ("print super.a;", &["1 super: Can't use 'super' outside of a class."]),
    ("class A { m() { super.m(); } }", &["1 super: Can't use 'super' in a class with no superclass."]),
    ("class A < B { m() { super(); } }", &["1 (: Expect '.' after 'super'."]),
    ("class A < B { m() { super.1; } }", &["1 1: Expect superclass method name."]),
    // Statements.
    ("{ print 1;", &["1 end: Expect '}' after block."]),
    ("assert 1;", &["1 1: Expect '(' after 'assert'."]),
    ("assert(1;", &["1 ;: Expect ')' after assert."]),
    ("break;", &["1 break: Can't use break outside of a loop or switch statement."]),
    ("while a { fn f() { break; } }", &["1 break: Can't use break outside of a loop or switch statement."]),
    ("continue;", &["1 continue: Can't use continue outside of a loop statement."]),
    ("switch a { case 1 { continue; } }", &["1 continue: Can't use continue outside of a loop statement."]),
    ("return 1;", &["1 return: Can't return from top-level code."]),
    ("switch a case 1 {}", &["1 case: Expect '{' before switch body."]),
    ("switch a { case 1: {} }", &["1 :: Expect '}' after switch body."]),
    ("switch a { default {} default {} }", &["1 default: Expect '}' after switch body."]),
    ("for var i = 0; i < 3 {}", &["1 {: Expect ';' after loop condition."]),
    ("for (;;i {}", &["1 {: Expect ')' after for clauses."]),
    ("foreach i, v in a {}", &["1 i: Expect 'var' after 'foreach'."]),
    ("foreach var 1, v in a {}", &["1 1: Expect index variable name.", "1 end: Expect '}' after block."]),
    ("foreach var i v in a {}", &["1 v: Expect ',' after index variable."]),
    ("foreach var i, 1 in a {}", &["1 1: Expect value variable name.", "1 end: Expect '}' after block."]),
    (
        "foreach var i, v of a {}",
        &["1 of: Expect 'in' after foreach variables.", "1 end: Expect '}' after block."],
    ),
    (
        "foreach var i, v in a print 1;",
        &["1 print: Expect '{' before foreach body.", "1 end: Expect '}' after block."],
    ),
    ("try {} print 1;", &["1 print: Expect 'catch' after try block."]),
    ("try {} catch (1) {}", &["1 1: Expect error variable name.", "1 end: Expect '}' after block."]),
    ("try {} catch (e {}", &["1 {: Expect ')' after error variable."]),
    (
        "try {} catch e print 1;",
        &["1 print: Expect '{' before catch body.", "1 end: Expect '}' after block."],
    ),
    // Declarations.
    ("var 1 = 2;", &["1 1: Expect variable name."]),
    ("var a[1];", &["1 1: Expect ']' after '['."]),
    ("fn (a) {}", &["1 (: Expect function name."]),
    ("fn f {}", &["1 {: Expect '(' after function name."]),
    ("fn f(1) {}", &["1 1: Expect parameter name.", "1 end: Expect '}' after block."]),
    ("fn f(a,) {}", &["1 ): Expect parameter name."]),
    ("fn f(a {}", &["1 {: Expect ')' after parameters."]),
    ("fn f() print 1;", &["1 print: Expect '{' before function body.", "1 end: Expect '}' after block."]),
    ("fn f(a = 1, b) {}", &["1 b: Can't have a parameter without a default after one with a default."]),
    (
        "fn f() { defer {} }",
        &["1 {: Expect '(' after function declaration.", "1 end: Expect '}' after block."],
    ),
    ("fn f() { defer (a) {} }", &["1 a: Can't have parameters in a defer."]),
    ("class 1 {}", &["1 1: Expect class name.", "1 end: Expect '}' after block."]),
    ("class A < 1 {}", &["1 1: Expect superclass name.", "1 end: Expect '}' after block."]),
    ("class A < A {}", &["1 A: A class can't inherit from itself."]),
    ("class A implements 1 {}", &["1 1: Expect interface name.", "1 end: Expect '}' after block."]),
    ("class A print 1;", &["1 print: Expect '{' before class body.", "1 end: Expect '}' after block."]),
    ("class A { fn m() {} }", &["1 fn: Expect method name.", "1 end: Expect '}' after block."]),
    ("class A { m() {}", &["1 end: Expect '}' after class body."]),
    ("class A { init() { return 1; } }", &["1 return: Can't return a value from an initializer."]),
    ("interface A { m() ", &["1 end: Expect '}' after interface body."]),
    ("interface A { 1 }", &["1 1: Expect method name."]),
    ("import 1;", &["1 1: Expect module path string."]),
    ("import (\"a\" 1)", &["1 1: Expect module path string."]),
    ("import (\"a\"", &["1 end: Expect ')' after import list."]),
    ("# test fn f(t) {}", &["1 test: Expect '[' after '#'."]),
    ("#[1] fn f(t) {}", &["1 1: Expect attribute name after '#['.", "1 end: Expect '}' after block."]),
    ("#[slow] fn f(t) {}", &["1 slow: Unknown attribute."]),
    ("#[test fn f(t) {}", &["1 fn: Expect ']' after attribute."]),
    ("#[test] var a;", &["1 var: Expect 'fn' after attribute.", "1 end: Expect '}' after block."]),
    (
        "fn g() { #[test] fn f(t) {} }",
        &["1 (: Test functions must be declared at top level.", "1 end: Expect '}' after block."],
    ),
    ("fn main() {}\nfn mainly() {}\nfn main() {}", &["3 (: Cannot have more than one main()"]),
    // Names.
    ("{ var a = 1; var a = 2; }", &["1 a: Already a variable with this name in this scope."]),
    ("fn f(a, a) {}", &["1 a: Already a variable with this name in this scope."]),
    ("fn f(a) { var a; }", &["1 a: Already a variable with this name in this scope."]),
    ("for k, k in a {}", &["1 k: Already a variable with this name in this scope."]),
    ("try {} catch e { var e; }", &["1 e: Already a variable with this name in this scope."]),
    ("{ var a = a; }", &["1 a: Can't read local variable in its own initializer."]),
    ("var a; { var a = a + 1; }", &["1 a: Can't read local variable in its own initializer."]),
    ("fn f(a = a) {}", &["1 a: Can't read local variable in its own initializer."]),
];

/// The compatible form of a case's short one.
fn long(short: &str) -> String {
    let (line, rest) = short.split_at(short.find([' ', ':']).expect("a line"));
    let message_at = rest[1..].find(": ").map_or(0, |at| at + 1);
    match rest.strip_prefix(": ") {
        Some(message) => format!("[line {line}] Error: {message}\n"),
        None => match (&rest[1..message_at], &rest[message_at + 2..]) {
            ("end", message) => format!("[line {line}] Error at end: {message}\n"),
            (lexeme, message) => format!("[line {line}] Error at '{lexeme}': {message}\n"),
        },
    }
}

#[test]
fn every_case_has_exactly_these_errors() {
    let mut wrong = String::new();
    for (source, expected) in CASES {
        let expected: String = expected.iter().map(|short| long(short)).collect();
        let found = errors(source);
        if found != expected {
            wrong.push_str(&format!("{source}\nexpected:\n{expected}found:\n{found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn many(head: &str, part: impl Fn(usize) -> String, count: usize, tail: &str) -> String {
    let parts: Vec<String> = (0..count).map(part).collect();
    format!("{head}{}{tail}", parts.join(", "))
}

#[test]
fn calls_and_functions_have_at_most_255_values() {
    let call = |count| many("f(", |index| index.to_string(), count, ");");
    assert_eq!(errors(&call(255)), "");
    assert_eq!(errors(&call(257)), "[line 1] Error at '255': Can't have more than 255 arguments.\n");
    let function = |count| many("fn f(", |index| format!("p{index}"), count, ") {}");
    assert_eq!(errors(&function(255)), "");
    assert_eq!(errors(&function(257)), "[line 1] Error at 'p255': Can't have more than 255 parameters.\n");
    let interface = |count| many("interface I { m(", |index| format!("p{index}"), count, ") }");
    assert_eq!(errors(&interface(255)), "");
    assert_eq!(errors(&interface(256)), "[line 1] Error at 'p255': Can't have more than 255 parameters.\n");
}

#[test]
fn every_kind_occurs_in_a_case() {
    let mut seen: HashSet<Kind> = CASES
        .iter()
        .flat_map(|(source, _)| parse(source.as_bytes()).diagnostics)
        .map(|wrong| wrong.kind)
        .collect();
    // Those whose texts are long have tests of their own.
    seen.extend([Kind::SourceTooLong, Kind::TooMuchNesting, Kind::TooManyArguments, Kind::TooManyParameters]);
    let unseen: Vec<&Kind> = Kind::ALL.iter().filter(|kind| !seen.contains(kind)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn reading_goes_on_at_the_next_statement() {
    let source = "print );\nvar 1 = 2;\nfn f() {\n  print +;\n  if a { }\n}\nprint 3 +;\nclass { }\n";
    let expected = "[line 1] Error at ')': Expect expression.\n\
                    [line 2] Error at '1': Expect variable name.\n\
                    [line 4] Error at '+': Expect expression.\n\
                    [line 7] Error at ';': Expect expression.\n\
                    [line 8] Error at '{': Expect class name.\n";
    assert_eq!(errors(source), expected);
}

#[test]
fn modules_return_and_bytes_stay_as_they_are() {
    assert!(parse_as(b"return {a: 1}", Mode::Module).diagnostics.is_empty());
    let wrong = parse(b"var \"\xff\";").diagnostics.remove(0);
    assert_eq!(wrong.line_form(), b"[line 1] Error at '\"\xff\"': Expect variable name.");
    assert_eq!(wrong.to_string(), "[line 1] Error at '\"\u{fffd}\"': Expect variable name.");
}
