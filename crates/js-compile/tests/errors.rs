//! Sources that are refused, and what eval code may contain depending on where it is.

use js_bytecode::{DynamicKind, EvalContext};

#[test]
fn early_errors() {
    for source in [
        "let a; let a;",
        "let a; var a;",
        "break;",
        "for (;;) { (() => { break; })(); }",
        "a: a: ;",
        "'use strict'; with (a) {}",
        "'use strict'; 010",
        "'use strict'; delete a",
        "'use strict'; eval = 1",
        "'use strict'; for (eval of []);",
        "'use strict'; for (arguments in {});",
        "function f(a, a) { 'use strict' }",
        "function f(a = 1) { 'use strict' }",
        "class A { constructor() {} constructor() {} }",
        "class A { constructor() { super(); } }",
        "class A { #a; #a; }",
        "class A { m() { this.#b; } }",
        "a.#b",
        "super.x",
        "new.target",
        "await 1",
        "import a from 'b'",
        "return",
        "/(/",
        "/a/gg",
        "/()\\01/u",
        "/[\\c]/v",
        "1 = 2",
        "a?.b = 1",
        "({ a: 1, __proto__: 1, '__proto__': 2 })",
        "`\\u{}`",
        "yield => 1; 'use strict'; function f() { 'use strict'; yield = 1 }",
        "async () => { for await (a in b); }",
        "using x = 1",
    ] {
        assert!(js_compile::script(source).is_err(), "{source}");
    }
    for source in [
        "import a from 'b'; let a;",
        "export { a }",
        "export default 1; export default 2;",
        "await = 1",
        "<!-- a",
    ] {
        assert!(js_compile::module(source).is_err(), "{source}");
    }
    let error = js_compile::script("let abc;\nlet abc;").expect_err("a redeclaration");
    assert!(error.message.contains("abc"), "{}", error.message);
}

#[test]
fn eval_depends_on_its_surroundings() {
    let none = EvalContext { direct: true, ..EvalContext::default() };
    let cases = [
        ("super.x", EvalContext { super_property: true, ..none }),
        ("super()", EvalContext { super_call: true, super_property: true, ..none }),
        ("() => super.x", EvalContext { super_property: true, ..none }),
        ("new.target", EvalContext { new_target: true, ..none }),
    ];
    for (source, context) in cases {
        assert!(js_compile::eval(source, none).is_err(), "{source}");
        assert!(js_compile::eval(source, context).is_ok(), "{source}");
        let indirect = EvalContext { direct: false, ..context };
        assert!(js_compile::eval(source, indirect).is_err(), "{source}");
    }
    let everything = EvalContext { super_call: true, super_property: true, new_target: true, ..none };
    assert!(js_compile::eval("function f() { super.x }", everything).is_err());
    assert!(js_compile::eval("with (a) {}", none).is_ok());
    let strict = EvalContext { strict: true, ..none };
    let error = js_compile::eval("a; with (a) {}", strict).expect_err("with in strict code");
    assert_eq!(error.offset, 3);
    assert!(js_compile::eval("#! comment\n1", strict).is_ok());
    assert!(js_compile::eval("arguments", EvalContext { in_field: true, ..none }).is_err());
    assert!(js_compile::eval("function f() { arguments }", EvalContext { in_field: true, ..none }).is_ok());
    let unit = js_compile::eval("this.#x", none).expect("private names may be those of classes around");
    assert_eq!(unit.private_names.len(), 1);
    assert!(js_compile::eval("this.#x", EvalContext::default()).is_err());
}

#[test]
fn functions_from_strings() {
    use DynamicKind::{Async, AsyncGenerator, Generator, Normal};
    for (parameters, body, kind) in [
        ("", "", Normal),
        ("a, b", "return a + b", Normal),
        ("a = 1 //", "// b", Normal),
        ("", "yield 1", Generator),
        ("", "await 1", Async),
        ("", "yield await 1", AsyncGenerator),
        ("", "'use strict'; return new.target", Normal),
    ] {
        let unit = js_compile::function(parameters, body, kind).expect(body);
        let text = kind.source(parameters, body);
        assert_eq!(unit.functions[1].source, (0, text.len() as u32), "{text}");
    }
    for (parameters, body) in [
        ("/*", "*/){"),
        ("a) {}, function (b", ""),
        ("a) {} function b(", ""),
        ("", "} function a() {"),
        ("", "}); (function () {"),
        ("", "await 1"),
        ("a = super.x", ""),
        ("a = 1", "'use strict'"),
        ("a, a", "'use strict'"),
    ] {
        assert!(
            js_compile::function(parameters, body, DynamicKind::Normal).is_err(),
            "{parameters} | {body}"
        );
    }
}
