//! Arrays.

use crate::harness::{each, each_after, lines};

#[test]
fn ends() {
    each_after(
        "var a = [1];",
        &[
            ("push(a, 2)", "[1,2]"),
            ("a.push(nil).push(3)", "[1,2,nil,3]"),
            ("push(a, a) == a", "true"),
            ("pop(a) == a", "true"),
            ("a.pop()", "3"),
            ("a.len()", "3"),
            ("pop([])", "! pop(): array is empty"),
            ("[].pop()", "! pop(): array is empty"),
            ("push(1, 2)", "! push(): invalid parameter type"),
            ("push(a)", "! push(): invalid parameter count"),
            ("a.push()", "! push(): invalid parameter count"),
            ("pop({})", "! pop(): invalid parameter type"),
            ("pop()", "! pop(): invalid parameter count"),
            ("a.clear()", "nil"),
            ("a", "[]"),
            ("a.clear(1)", "! clear(): invalid parameter count"),
        ],
    );
}

#[test]
fn insert_and_remove() {
    each_after(
        "var a = [1, 2, 3];",
        &[
            ("insert(a, 0, \"x\")", "[x,1,2,3]"),
            ("a.insert(4, \"end\")", "[x,1,2,3,end]"),
            ("a.insert(2.9, a.len())", "[x,1,5,2,3,end]"),
            ("remove(a, 0)", "x"),
            ("a.remove(1)", "5"),
            ("a.remove(-0.5)", "1"),
            ("a.remove(a.len() - 1)", "end"),
            ("a", "[2,3]"),
            ("a.insert(3, 0)", "! insert(): index out of bounds. index=(3) count=(2)"),
            ("a.insert(-1, 0)", "! insert(): index out of bounds. index=(-1) count=(2)"),
            ("a.insert(0 / 0, 0).len()", "! insert(): index out of bounds. index=(nan) count=(2)"),
            ("a.remove(2)", "! remove(): index out of bounds. index=(2) count=(2)"),
            ("[].remove(0)", "! remove(): index out of bounds. index=(0) count=(0)"),
            ("remove(a, \"0\")", "! remove(): index must be a number"),
            ("insert(a, nil, 1)", "! insert(): index must be a number"),
            ("insert(5, 0, 1)", "! insert(): parameter must be an array"),
            ("remove(nil, 0)", "! remove(): parameter must be an array"),
            ("insert(a, 0)", "! insert(): invalid parameter count"),
            ("a.remove()", "! remove(): invalid parameter count"),
            ("a", "[2,3]"),
        ],
    );
}

#[test]
fn slices() {
    each_after(
        "var a = [1, 2, 3, 4];",
        &[
            ("arraySlice(a, 1, 3)", "[2,3]"),
            ("arraySlice(a, 2)", "[3,4]"),
            ("arraySlice(a, -5, 99)", "[1,2,3,4]"),
            ("a.slice(3, 3)", "[]"),
            ("a.slice(3, 1)", "[]"),
            ("a.slice(9)", "[]"),
            ("a.slice(0, -1)", "[]"),
            ("a.slice(1.9, 2.9)", "[2]"),
            ("a.slice(0 / 0, 1 / 0)", "[1,2,3,4]"),
            ("a.slice(0) == a", "false"),
            ("arraySlice(a)", "! arraySlice(): requires 2 or 3 parameters"),
            ("arraySlice(1, 2)", "! arraySlice(): first parameter must be an array"),
            ("arraySlice(a, \"0\")", "! arraySlice(): start index must be a number"),
            ("arraySlice(a, 0, nil)", "! arraySlice(): end index must be a number"),
            ("a.slice()", "! slice(): invalid parameter count"),
        ],
    );
}

#[test]
fn order_and_copies() {
    each_after(
        "var a = [1, \"b\", nil]; var inner = [[1]]; var same = inner.copy();",
        &[
            ("arrayReverse(a)", "[nil,b,1]"),
            ("a", "[1,b,nil]"),
            ("a.reverse() == a", "true"),
            ("a", "[nil,b,1]"),
            ("[].reverse()", "[]"),
            ("[1, 2].reverse()", "[2,1]"),
            ("a.copy() == a", "false"),
            ("same[0] == inner[0]", "true"),
            ("arrayReverse()", "! arrayReverse(): requires 1 parameter"),
            ("arrayReverse({})", "! arrayReverse(): parameter must be an array"),
            ("a.reverse(1)", "! reverse(): invalid parameter count"),
            ("a.copy(1)", "! copy(): invalid parameter count"),
        ],
    );
}

#[test]
fn searches() {
    each_after(
        "var inner = [4]; var a = [1, \"b\", nil, inner, 0 / 0, \"rope\" + \"d\"];",
        &[
            ("arrayIndexOf(a, \"b\")", "1"),
            ("a.indexOf(nil)", "2"),
            ("a.indexOf(inner)", "3"),
            ("a.indexOf([4])", "-1"),
            ("a.indexOf(0 / 0)", "-1"),
            ("a.indexOf(\"roped\")", "5"),
            ("arrayContains(a, 1)", "true"),
            ("a.contains(\"1\")", "false"),
            ("contains(a, nil)", "true"),
            ("contains([], nil)", "false"),
            ("arrayIndexOf(a)", "! arrayIndexOf(): requires 2 parameters"),
            ("arrayIndexOf(1, 1)", "! arrayIndexOf(): first parameter must be an array"),
            ("arrayContains({}, 1)", "! arrayContains(): first parameter must be an array"),
            ("a.indexOf()", "! indexOf(): invalid parameter count"),
            ("a.contains()", "! contains(): invalid parameter count"),
        ],
    );
}

#[test]
fn joins() {
    each(&[
        ("arrayJoin([1, 2.5, 1 / 3, 123456789], \" \")", "1 2.5 0.33333333333333 123456789"),
        ("arrayJoin([true, nil, \"s\", [1], {}, len], \"|\")", "true|nil|s|<object>|<object>|<object>"),
        ("[\"only\"].join(\", \")", "only"),
        ("\"[\" + [].join(\", \") + \"]\"", "[]"),
        ("[\"a\", \"b\"].join(\"\")", "ab"),
        ("arrayJoin([1])", "! arrayJoin(): requires 2 parameters"),
        ("arrayJoin(1, \"\")", "! arrayJoin(): first parameter must be an array"),
        ("arrayJoin([1], 1)", "! arrayJoin(): separator must be a string"),
        ("[1].join()", "! join(): invalid parameter count"),
    ]);
}

#[test]
fn long_joins_are_what_short_ones_are() {
    lines(
        r#"
        var part = "0123456789".repeat(700);
        var parts = [];
        for i in 0..30 { parts.push(part); parts.push(i); }
        var text = parts.join("-");
        print len(text);
        var grown = "";
        for i in 0..30 { if i > 0 { grown = grown + "-"; } grown = grown + part + "-" + i; }
        print text == grown;
        print text.endsWith("-29");
        print text.indexOf("9-29-");
        "#,
        &["210109", "true", "true", "-1"],
    );
}

#[test]
fn callbacks() {
    each_after(
        "var a = [1, 2, 3, 4]; class Box { init(v) { this.v = v; } }
         fn grow(x) { a.push(x); return x; } fn shrink(x) { a.clear(); return x; }",
        &[
            ("a.map(fn(x) { return x * x; })", "[1,4,9,16]"),
            ("a.filter(fn(x) { return x % 2 == 0; })", "[2,4]"),
            ("[nil, false, 0, \"\"].filter(fn(x) { return x; })", "[0,]"),
            ("a.map(toString).join(\"+\")", "1+2+3+4"),
            ("a.map(Box)[3].v", "4"),
            ("a.map(a.push)", "! Only instances and tables have properties."),
            ("a.map(5)", "! map(): parameter must be a function"),
            ("a.filter(nil)", "! filter(): parameter must be a function"),
            ("a.map()", "! map(): invalid parameter count"),
            ("a.map(fn() { return 1; })", "! Expected 0 arguments but got 1."),
            ("a.map(fn(x) { return nil + x; })", "! Operands must be two numbers or involve a string."),
            ("a.map(grow)", "[1,2,3,4]"),
            ("a.len()", "8"),
            ("a.map(shrink)", "[1]"),
            ("a.filter(fn(x) { return true; })", "[]"),
        ],
    );
}
