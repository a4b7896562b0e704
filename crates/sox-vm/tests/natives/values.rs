//! What concerns all values.

use crate::harness::each;

#[test]
fn lengths() {
    each(&[
        ("len(\"four\")", "4"),
        ("len([1, 2])", "2"),
        ("len({a: 1})", "1"),
        ("len(Table())", "0"),
        ("len(Table(1, 2))", "0"),
        ("len(2..7)", "5"),
        ("(2..7).len()", "5"),
        ("len(5)", "! len(): invalid parameter type"),
        ("len()", "! len(): invalid parameter count"),
        ("[].len(1)", "! len(): invalid parameter count"),
    ]);
}

#[test]
fn membership() {
    each(&[
        ("contains(1..4, 3)", "true"),
        ("contains(1..4, 4)", "false"),
        ("contains(1..4, 1.5)", "false"),
        ("(1..4).contains(\"1\")", "false"),
        ("contains(5, 1)", "! contains(): invalid parameter type"),
        ("contains([])", "! contains(): invalid parameter count"),
    ]);
}

#[test]
fn kinds() {
    each(&[
        ("type(nil)", "<nil>"),
        ("type(true)", "<bool>"),
        ("type(1)", "<number>"),
        ("type(\"\")", "String"),
        ("type([])", "Array"),
        ("type(len)", "Native function"),
        ("type(error(\"x\"))", "Error"),
        ("type(coroutine(len))", "Coroutine"),
        ("type()", "! type(): invalid argument(s)"),
        ("type(1, 2)", "! type(): invalid argument(s)"),
        ("error(\"why\").message", "why"),
        ("error(1)", "! error(): parameter must be a string"),
        ("error()", "! error(): requires 1 parameter"),
    ]);
}

#[test]
fn conversions() {
    each(&[
        ("toString(42) + \"!\"", "42!"),
        ("toString(1 / 3)", "0.333333"),
        ("toString(nil) + true", "niltrue"),
        ("toString([1, \"a\"])", "[1,a]"),
        ("toString(\"same\")", "same"),
        ("toString()", "! toString(): requires 1 parameter"),
        ("toNumber(\" -1.5e3 \")", "-1500"),
        ("toNumber(\"0x1F\")", "31"),
        ("toNumber(\"+7\")", "7"),
        ("toNumber(7)", "7"),
        ("toNumber(\"seven\")", "nil"),
        ("toNumber(\"\")", "nil"),
        ("toNumber(\"1.\")", "nil"),
        ("toNumber(\"inf\")", "nil"),
        ("toNumber(nil)", "nil"),
        ("toNumber()", "! toNumber(): requires 1 parameter"),
    ]);
}
