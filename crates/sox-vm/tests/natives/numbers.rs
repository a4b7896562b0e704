//! Numbers.

use crate::harness::{each, lines, run_with};

#[test]
fn functions() {
    each(&[
        ("mathSqrt(16)", "4"),
        ("mathPow(2, 10)", "1024"),
        ("mathFloor(-1.5)", "-2"),
        ("mathCeil(-1.5)", "-1"),
        ("mathRound(2.5)", "3"),
        ("mathRound(-2.5)", "-3"),
        ("mathAbs(-3.5)", "3.5"),
        ("mathSin(0)", "0"),
        ("mathCos(0)", "1"),
        ("mathTan(0)", "0"),
        ("mathAtan2(1, 1) * 4 == mathPi()", "true"),
        ("mathLog(mathExp(2))", "2"),
        ("mathLog(0)", "-inf"),
        ("mathMin(2, 1)", "1"),
        ("mathMax(-1, -2)", "-1"),
    ]);
}

#[test]
fn wrong_arguments() {
    let unary = ["Sqrt", "Floor", "Ceil", "Round", "Abs", "Sin", "Cos", "Tan", "Log", "Exp"];
    for name in unary {
        let (wrong, none) = (format!("math{name}(\"1\")"), format!("math{name}()"));
        let must = format!("! math{name}(): parameter must be a number");
        each(&[(&wrong, &must), (&none, &format!("! math{name}(): invalid parameter count"))]);
    }
    for name in ["Pow", "Atan2", "Min", "Max", "RandomInt"] {
        let (wrong, one) = (format!("math{name}(1, nil)"), format!("math{name}(1)"));
        let must = format!("! math{name}(): both parameters must be numbers");
        each(&[(&wrong, &must), (&one, &format!("! math{name}(): requires 2 parameters"))]);
    }
    each(&[
        ("mathSqrt(-4)", "! mathSqrt(): cannot take square root of negative number"),
        ("mathPi(1)", "! mathPi(): takes no parameters"),
        ("mathRandom(1)", "! mathRandom(): takes no parameters"),
        ("mathRandomInt(2, 1)", "! mathRandomInt(): min must be <= max"),
        ("mathRandomInt(0 / 0, 1)", "! mathRandomInt(): min must be <= max"),
        ("mathSrand()", "! mathSrand(): requires 1 parameter"),
        ("mathSrand(nil)", "! mathSrand(): seed must be a number"),
        ("mathSrand(1)", "nil"),
    ]);
}

#[test]
fn random_numbers() {
    lines(
        r#"
        var inside = true;
        var seen = [0, 0, 0];
        for i in 0..300 {
            var r = mathRandom();
            if r < 0 or r >= 1 { inside = false; }
            var n = mathRandomInt(3, 5);
            seen[n - 3] = seen[n - 3] + 1;
        }
        print inside and seen[0] > 50 and seen[1] > 50 and seen[2] > 50;
        print mathRandomInt(7, 7);
        print mathRandomInt(-1 / 0, 1 / 0) != mathRandomInt(-1 / 0, 1 / 0);
        mathSrand(42);
        var first = [mathRandom(), mathRandomInt(1, 1000)];
        mathSrand(42);
        print first[0] == mathRandom() and first[1] == mathRandomInt(1, 1000);
        "#,
        &["true", "7", "true", "true"],
    );
    let once = || run_with("print mathRandomInt(1, 1000000); print mathRandom();", |_| {}).out;
    assert_eq!(once(), once());
}
