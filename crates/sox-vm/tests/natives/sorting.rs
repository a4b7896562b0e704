//! Sorting.

use crate::harness::{each, each_after, lines, run_with};
use std::time::{Duration, Instant};

#[test]
fn natural_order() {
    each(&[
        ("sort([3, -1, 2.5, 10, 0])", "[-1,0,2.5,3,10]"),
        ("sort([\"b\", \"a\", \"B\", \"\", \"ab\", \"1\"])", "[,1,B,a,ab,b]"),
        ("[].sort()", "[]"),
        ("[nil].sort()", "[nil]"),
        ("[3, 0 / 0, 1 / 0, 1].sort()", "[1,3,inf,nan]"),
        ("sort([1, \"a\"])", "! sort(): cannot compare <number> and String"),
        ("sort([\"a\", \"b\", 3])", "! sort(): cannot compare String and <number>"),
        ("sort([nil, nil])", "! sort(): cannot compare <nil> and <nil>"),
        ("sort([[1], {}])", "! sort(): cannot compare Array and Table"),
        ("sort([true, false])", "! sort(): cannot compare <bool> and <bool>"),
        ("sort(5)", "! sort(): parameter must be an array"),
        ("sort()", "! sort(): invalid parameter count"),
        ("sort([1], nil)", "! sort(): parameter must be a function"),
        ("[1].sort(1, 2)", "! sort(): invalid parameter count"),
    ]);
}

#[test]
fn long_strings_are_sorted_by_their_bytes() {
    lines(
        r#"
        var list = [];
        for i in 0..20 { list.push("x".repeat(200) + "y".repeat(100) + (i * 7) % 10); }
        list.sort();
        var order = "";
        for s in list { order = order + s.substring(300); }
        print order;
        "#,
        &["00112233445566778899"],
    );
}

#[test]
fn comparing_functions() {
    lines(
        r#"
        fn down(a, b) { return a > b; }
        print sort([3, 1, 2, 5, 4], down);
        var rows = [];
        for i in 0..23 { rows.push([i % 3, i]); }
        rows.sort(fn(a, b) { return a[0] < b[0]; });
        print rows.map(fn(r) { return r[1]; });
        class By { init(sign) { this.sign = sign; } less(a, b) { return (a - b) * this.sign < 0; } }
        print [2, 3, 1].sort(By(-1).less);
        print [2, 3, 1].sort(mathMin);
        "#,
        &[
            "[5,4,3,2,1]",
            "[0,3,6,9,12,15,18,21,1,4,7,10,13,16,19,22,2,5,8,11,14,17,20]",
            "[3,2,1]",
            "[1,3,2]",
        ],
    );
}

#[test]
fn comparing_functions_that_misbehave() {
    each_after(
        r#"
        var a = [3, 1, 2];
        fn throwing(x, y) { if x == 2 or y == 2 { throw error("no"); } return x < y; }
        fn growing(x, y) { a.push(9); return x < y; }
        fn clearing(x, y) { a.clear(); return x < y; }
        fn inside(x, y) { return sort([x, y])[0] == x; }
        "#,
        &[
            ("sort(a, throwing)", "! no"),
            ("a", "[3,1,2]"),
            ("sort(a, growing)", "[1,2,3]"),
            ("sort(a.reverse(), clearing)", "[1,2,3]"),
            ("[1, 2, 3, 4].sort(fn(x, y) { return true; }).len()", "4"),
            ("[1, 2, 3, 4].sort(fn(x, y) { return false; })", "[1,2,3,4]"),
            ("[2, 1, 3].sort(inside)", "[1,2,3]"),
            ("[2, 1].sort(fn(x) { return x; })", "! Expected 1 arguments but got 2."),
            ("[2, 1].sort(fn(x, y) { return x.z; })", "! Only instances and tables have properties."),
        ],
    );
}

#[test]
fn many_elements() {
    let source = r#"
        var a = [];
        for i in 0..20000 { a.push((i * 7919) % 20011); }
        var b = a.copy().sort();
        var c = a.copy().sort(fn(x, y) { return x < y; });
        var good = true;
        for i in 1..20000 { if b[i - 1] > b[i] or b[i] != c[i] { good = false; } }
        print good;
    "#;
    let outcome = run_with(source, |_| {});
    assert_eq!((outcome.result, &*outcome.out), (Ok(()), "true\n"));
}

#[test]
fn calls_back_can_be_ended() {
    let source = "var a = []; for i in 0..3000 { a.push(i % 7); }
        fn less(x, y) { return x < y; } while true { a.map(toString); a.sort(less); }";
    let deadline = Instant::now() + Duration::from_millis(200);
    let outcome = run_with(source, |options| options.deadline = Some(deadline));
    assert!(matches!(outcome.result, Err(sox_vm::Error::Stopped(_))));
}
