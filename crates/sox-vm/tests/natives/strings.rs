//! Strings.

use crate::harness::{each, each_after, lines, run_with};

#[test]
fn case_and_trimming() {
    each(&[
        ("stringUpper(\"abC1 z\")", "ABC1 Z"),
        ("\"ABc1 Z\".lower()", "abc1 z"),
        ("stringLower(\"\\u{c9}\") == \"\\u{c9}\"", "true"),
        ("\"[\" + stringTrim(\" \\t\\n\\x0b\\x0c\\r in side \\n\") + \"]\"", "[in side]"),
        ("\"[\" + \"  \".trim() + \"]\"", "[]"),
        ("stringUpper(1)", "! stringUpper(): parameter must be a string"),
        ("stringLower(nil)", "! stringLower(): parameter must be a string"),
        ("stringTrim({})", "! stringTrim(): parameter must be a string"),
        ("stringUpper()", "! stringUpper(): invalid parameter count"),
        ("\"a\".upper(1)", "! upper(): invalid parameter count"),
    ]);
}

#[test]
fn searches() {
    each(&[
        ("stringIndexOf(\"banana\", \"an\")", "1"),
        ("stringIndexOf(\"banana\", \"\")", "0"),
        ("\"banana\".indexOf(\"nab\")", "-1"),
        ("stringStartsWith(\"banana\", \"ban\")", "true"),
        ("\"ba\".startsWith(\"banana\")", "false"),
        ("stringEndsWith(\"banana\", \"ana\")", "true"),
        ("\"banana\".endsWith(\"ban\")", "false"),
        ("contains(\"banana\", \"nan\")", "true"),
        ("\"banana\".contains(\"x\")", "false"),
        ("\"banana\".contains(1)", "! contains(): parameter must be a string"),
        ("stringIndexOf(\"a\", 1)", "! stringIndexOf(): both parameters must be strings"),
        ("stringIndexOf(\"a\")", "! stringIndexOf(): invalid parameter count"),
        ("stringStartsWith(nil, \"a\")", "! stringStartsWith(): both parameters must be strings"),
        ("stringStartsWith(\"a\")", "! stringStartsWith(): requires 2 parameters"),
        ("stringEndsWith({}, {})", "! stringEndsWith(): both parameters must be strings"),
        ("\"a\".endsWith(1)", "! endsWith(): parameter must be a string"),
        ("\"a\".indexOf()", "! indexOf(): invalid parameter count"),
    ]);
}

#[test]
fn parts() {
    each(&[
        ("stringSubstring(\"hello\", 1, 3)", "el"),
        ("\"hello\".substring(2)", "llo"),
        ("\"hello\".substring(-3, 99)", "hello"),
        ("\"[\" + \"hello\".substring(4, 2) + \"]\"", "[]"),
        ("\"[\" + \"hello\".substring(9) + \"]\"", "[]"),
        ("stringSubstring(\"hello\", 0, \"x\")", "! stringSubstring(): end parameter must be a number"),
        ("stringSubstring(\"hello\", nil)", "! stringSubstring(): invalid parameter types"),
        ("stringSubstring(\"hello\")", "! stringSubstring(): requires 2 or 3 parameters"),
        ("\"hello\".substring()", "! substring(): invalid parameter count"),
        ("\"A\\xff\".byte(1)", "255"),
        ("\"A\".byte(0.9)", "65"),
        ("\"A\".byte(1)", "! byte(): index out of bounds. index=(1) count=(1)"),
        ("\"\".byte(0)", "! byte(): index out of bounds. index=(0) count=(0)"),
        ("\"A\".byte(\"0\")", "! byte(): index must be a number"),
        ("\"abc\".len()", "3"),
    ]);
}

#[test]
fn replacing_and_repeating() {
    each(&[
        ("stringReplace(\"one two one\", \"one\", \"1\")", "1 two one"),
        ("\"abc\".replace(\"x\", \"y\")", "abc"),
        ("\"abc\".replace(\"\", \"y\")", "abc"),
        ("\"abc\".replace(\"b\", \"\")", "ac"),
        ("stringReplace(\"a\", \"b\", 3)", "! stringReplace(): all parameters must be strings"),
        ("stringReplace(\"a\", \"b\")", "! stringReplace(): requires 3 parameters"),
        ("\"a\".replace(\"a\", 1)", "! replace(): both parameters must be strings"),
        ("\"ab\".repeat(3)", "ababab"),
        ("\"[\" + \"ab\".repeat(0) + \"]\"", "[]"),
        ("\"[\" + \"ab\".repeat(-1) + \"]\"", "[]"),
        ("\"ab\".repeat(1.9)", "ab"),
        ("\"\".repeat(1 / 0).len()", "0"),
        ("\"ab\".repeat(5000).len()", "10000"),
        ("\"ab\".repeat(1 / 0)", "! String is too long."),
        ("\"ab\".repeat(\"3\")", "! repeat(): parameter must be a number"),
        ("\"ab\".repeat()", "! repeat(): invalid parameter count"),
    ]);
}

#[test]
fn splitting() {
    each(&[
        ("stringSplit(\"a,b,,c,\", \",\")", "[a,b,,c]"),
        ("\",a\".split(\",\").len()", "2"),
        ("\"abc\".split(\"\")", "[abc]"),
        ("\"abc\".split(\",\")", "[abc]"),
        ("\"\".split(\",\")", "[]"),
        ("\"a--b--c\".split(\"--\")", "[a,b,c]"),
        ("stringSplit(\"a\", 1)", "! stringSplit(): both parameters must be strings"),
        ("stringSplit(\"a\")", "! stringSplit(): requires 2 parameters"),
        ("\"a\".split(1)", "! split(): parameter must be a string"),
        ("\"a\".split()", "! split(): invalid parameter count"),
    ]);
}

#[test]
fn ropes_are_strings() {
    each_after(
        r#"var s = ""; for i in 0..100 { s = s + "abc" + i + ","; }"#,
        &[
            ("s.len()", "590"),
            ("s.upper().startsWith(\"ABC0,ABC1,\")", "true"),
            ("s.split(\",\").len()", "100"),
            ("s.indexOf(\"99,\")", "587"),
            ("s.contains(s)", "true"),
            ("(s + s).substring(0, 590) == s", "true"),
            ("s.substring(0) == s", "true"),
            ("(s + \"!\").replace(s, \"x\")", "x!"),
            ("s.trim() == s", "true"),
            ("s.byte(589)", "44"),
        ],
    );
}

#[test]
fn long_strings_respect_the_limit_of_the_heap() {
    let source = r#"
        try { print "ab".repeat(100000000).len(); } catch e { print e.message; }
        var part = "x".repeat(1000000);
        var parts = [];
        for i in 0..1000 { parts.push(part); }
        try { print parts.join(part).upper().len(); } catch e { print e.message; }
    "#;
    let outcome = run_with(source, |options| options.heap.cap_bytes = 32 << 20);
    assert_eq!(outcome.out, "Out of memory.\nOut of memory.\n");
    assert_eq!(outcome.result, Ok(()));
}

#[test]
fn searching_takes_linear_time() {
    lines(
        r#"
        var text = "a".repeat(200000) + "b";
        print text.indexOf("a".repeat(100000) + "c");
        print text.indexOf("a".repeat(100000) + "b");
        "#,
        &["-1", "100000"],
    );
}
