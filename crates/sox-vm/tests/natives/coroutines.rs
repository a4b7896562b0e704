//! Coroutines.

use crate::harness::{each, each_after, lines};

#[test]
fn values_go_in_and_out() {
    lines(
        r#"
        fn echo(a, b) {
            print a + b;
            print yield("first");
            print yield();
            return "end";
        }
        var co = coroutine(echo);
        print co.status;
        print co.resume(1, 2);
        print co.resume("in");
        print co.done;
        print co.resume();
        print co.done;
        print type(co);
        "#,
        &["suspended", "3", "first", "in", "nil", "false", "nil", "end", "true", "Coroutine"],
    );
}

#[test]
fn many_arguments() {
    lines(
        r#"
        fn sum(a, b, c, d, e, f, g) { return a + b + c + d + e + f + g; }
        print coroutine(sum).resume(1, 2, 3, 4, 5, 6, 7);
        print coroutine(len).resume("abc");
        for v in coroutine(fn() { for i in 0..3 { yield([i]); } }) { print v; }
        "#,
        &["28", "3", "[0]", "[1]", "[2]"],
    );
}

#[test]
fn errors() {
    each_after(
        "var done = coroutine(fn() { }); done.resume();
         var across = coroutine(fn() { [1].map(yield); });
         var sorting = coroutine(fn() { sort([2, 1], fn(a, b) { yield(1); return true; }); });
         var self = nil; self = coroutine(fn() { self.resume(); });",
        &[
            ("yield(1)", "! yield(): not in a coroutine"),
            ("done.resume()", "! Cannot resume a finished coroutine."),
            ("self.resume()", "! Cannot resume a running coroutine."),
            ("across.resume()", "! yield(): cannot yield across a native function"),
            ("across.done", "true"),
            ("sorting.resume()", "! yield(): cannot yield across a native function"),
            ("coroutine(1)", "! coroutine(): parameter must be a function"),
            ("coroutine()", "! coroutine(): requires 1 parameter"),
            ("coroutine(fn(x) { return x; }).resume()", "! Expected 1 arguments but got 0."),
            ("coroutine(fn() { yield(1, 2); }).resume()", "! yield(): invalid parameter count"),
            ("coroutine(fn() { }).nothing()", "! Undefined property 'nothing'."),
        ],
    );
}

#[test]
fn natives_and_classes_as_bodies() {
    each(&[
        ("coroutine(mathMax).resume(1, 2)", "2"),
        ("coroutine(yield).resume(5)", "5"),
        ("coroutine(Table).resume()", "<table>{}"),
    ]);
}
