//! Tables.

use crate::harness::{each_after, lines};

#[test]
fn entries() {
    each_after(
        "var t = {b: 1, a: \"two\", c: nil};",
        &[
            ("keys(t)", "[b,a,c]"),
            ("t.values()", "[1,two,nil]"),
            ("values(Table())", "[]"),
            ("contains(t, \"c\")", "true"),
            ("t.contains(\"x\")", "false"),
            ("t.contains(1)", "false"),
            ("t.contains(\"a\" + \"\")", "true"),
            ("delete(t, \"b\")", "true"),
            ("t.delete(\"b\")", "false"),
            ("t.len()", "2"),
            ("t", "<table>{{\"a\":\"two\"},{\"c\":\"nil\"}}"),
            ("t.copy() == t", "false"),
            ("t.copy()", "<table>{{\"a\":\"two\"},{\"c\":\"nil\"}}"),
            ("t.clear()", "nil"),
            ("t", "<table>{}"),
            ("keys(5)", "! keys(): parameter must be a table"),
            ("values([])", "! values(): parameter must be a table"),
            ("delete(t, 1)", "! delete(): key must be a string"),
            ("delete(1, \"a\")", "! delete(): parameter must be a table"),
            ("keys()", "! keys(): invalid parameter count"),
            ("t.delete()", "! delete(): invalid parameter count"),
            ("t.copy(1)", "! copy(): invalid parameter count"),
            ("t.nothing()", "! Undefined property 'nothing'."),
        ],
    );
}

#[test]
fn own_entries_come_first() {
    lines(
        r#"
        var t = {len: fn() { return "mine"; }};
        print t.len();
        print len(t);
        delete(t, "len");
        print t.len();
        "#,
        &["mine", "1", "0"],
    );
}

#[test]
fn many_deletions() {
    lines(
        r#"
        var t = {};
        for i in 0..60 { t["k" + i] = i; if i % 10 != 0 { t.delete("k" + i); } }
        print t.keys();
        var u = t.copy();
        for k in u.keys() { u.delete(k); }
        u.again = 1;
        print u;
        print t.len();
        "#,
        &["[k0,k10,k20,k30,k40,k50]", "<table>{{\"again\":\"1\"}}", "6"],
    );
}
