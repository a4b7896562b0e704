//! The tree of every construct, as text. Each was compared with what the grammar says.

use sox_syntax::{dump, parse};

/// Texts and their trees, a line per statement.
const CASES: &[(&str, &str)] = &[
    ("print 1 + 2 * 3 - -4 / 5 % 6", "(print (- (+ 1.0 (* 2.0 3.0)) (% (/ (neg 4.0) 5.0) 6.0)))"),
    (
        "print a or b and c == d != e < f >= g .. h + 1",
        "(print (or a (and b (!= (== c d) (>= (< e f) (.. g (+ h 1.0)))))))",
    ),
    ("a = b = c.d = e[0] = 1", "(= a (= b (= (get c .d) (= (index e 0.0) 1.0))))"),
    ("print !a.b[1](2, 3).c", "(print (! (get (call (index (get a .b) 1.0) 2.0 3.0) .c)))"),
    ("print (a + b).c", "(print (get (+ a b) .c))"),
    (
        r#"print "a\tb\x41\u{e9}\0\"\\" + 0x1F + 1e3 + 1.5e-3"#,
        r#"(print (+ (+ (+ "a\tbA\xc3\xa9\x00\"\\" 31.0) 1000.0) 0.0015))"#,
    ),
    ("print 1..5", "(print (.. 1.0 5.0))"),
    (
        "print a[1:2] + a[:2] + a[1:] + a[:]",
        "(print (+ (+ (+ (slice a 1.0 2.0) (slice a _ 2.0)) (slice a 1.0 _)) (slice a _ _)))",
    ),
    (
        r#"print {1, 2, {3},} + {a: 1, "b c": 2,} + {} + [] + [1, 2,]"#,
        r#"(print (+ (+ (+ (+ (array 1.0 2.0 (array 3.0)) (table "a" 1.0 "b c" 2.0)) (table)) (array)) (array 1.0 2.0)))"#,
    ),
    ("{ a; { b } }", "(block a (block b))"),
    ("{} {}", "(block)\n(block)"),
    (
        "var a, b = 1, c[], d[] = {}, e[] = {1}, f = {}",
        "(var a b (= 1.0) c[] d[] (= (array)) e[] (= (array 1.0)) f (= (table)))",
    ),
    ("print a\n-b", "(print (- a b))"),
    ("print x is C and y\nis = 1", "(print (and (is x C) y))\n(= is 1.0)"),
    ("print is is is", "(print (is is is))"),
    ("throw e", "(throw e)"),
    (
        "throw = 1; throw.a; throw[0]; throw -1; throw(e); throw !e",
        "(= throw 1.0)\n(get throw .a)\n(index throw 0.0)\n(- throw 1.0)\n(throw e)\n(throw (! e))",
    ),
    ("throw is C", "(is throw C)"),
    ("try { a } catch { b }", "(try a (catch b))"),
    (
        "try { a } catch e { print e } try { } catch (e) { throw e }",
        "(try a (catch e#0 (print e#0)))\n(try (catch e#1 (throw e#1)))",
    ),
    ("try = 1", "(= try 1.0)"),
    ("catch = 2", "(= catch 2.0)"),
    ("interface Shape { area() scale(k, l); }", "(interface Shape area/0 scale/2)"),
    ("interface = Shape", "(= interface Shape)"),
    ("implements = 1", "(= implements 1.0)"),
    (
        "if a print 1 else if b { print 2 } else print 3",
        "(if a (print 1.0) (if b (block (print 2.0)) (print 3.0)))",
    ),
    ("while a { if b break; else continue }", "(while a (block (if b (break) (continue))))"),
    (
        "for var i = 0; i < 3; i = i + 1 { print i }",
        "(for (var i#0! (= 0.0)) (< i#0 3.0) (= i#0 (+ i#0 1.0)) (block (print i#0)))",
    ),
    (
        "for (var i = 0, n = 3; i < n;) print i",
        "(for (var i#0 (= 0.0) n#1 (= 3.0)) (< i#0 n#1) _ (print i#0))",
    ),
    ("for ;; { break }", "(for _ _ _ (block (break)))"),
    ("for (;;) { break }", "(for _ _ _ (block (break)))"),
    ("for i = 0; i < 2; { i = i + 1 }", "(for (= i 0.0) (< i 2.0) _ (block (= i (+ i 1.0))))"),
    ("for (i); a; b { }", "(for i a b (block))"),
    ("for (i = 0; a; b) c", "(for (= i 0.0) a b c)"),
    ("for (i).x = 1; a; b { }", "(for (= (get i .x) 1.0) a b (block))"),
    ("for x in xs print x", "(for-in x#0 xs (print x#0))"),
    ("for (k, v in t) { print k }", "(for-in k#0 v#1 t (block (print k#0)))"),
    ("for var x in 1..3 { var x = 2 }", "(for-in x#0 (.. 1.0 3.0) (block (var x#1 (= 2.0))))"),
    ("foreach var _, _ in t { }", "(for-in _#0 _#1 t (block))"),
    ("foreach var i, v in v { }", "(for-in i#0 v#1 v (block))"),
    (
        "switch a { case 1 case 2 { b } default c case 3 { break } }",
        "(switch a (case 1.0) (case 2.0 (block b)) (default c) (case 3.0 (block (break))))",
    ),
    ("switch a { }", "(switch a)"),
    (r#"assert(a) assert(a, "b");"#, "(assert a)\n(assert a \"b\")"),
    (
        r#"import "a/b.sox" import x "c"; import ("d" y "e";)"#,
        "(import b \"a/b.sox\")\n(import x \"c\")\n(import d \"d\" y \"e\")",
    ),
    (
        "fn f(a, b = a, c = fn() { return b }) { return }",
        "(fn f (a#0 b#1^ (= a#0) c#2 (= (fn () (return b#1)))) (return))",
    ),
    ("fn f() { return\n5 }", "(fn f () (return) 5.0)"),
    ("fn f() { if a return else return 1 }", "(fn f () (if a (return) (return 1.0)))"),
    (r#"#[test] fn T(t) { t.Error("x") }"#, r#"(test T (t#0) (call (get t#0 .Error) "x"))"#),
    ("fn main(argc, argv) { }", "(fn main (argc#0 argv#1))"),
    ("var f = fn(n) { return f(n - 1) }", "(var f (= (fn (n#0) (return (call f (- n#0 1.0))))))"),
    (
        "{ var f = fn(n) { return f(n - 1) } }",
        "(block (var f#0^ (= (fn (n#1) (return (call f#0 (- n#1 1.0)))))))",
    ),
    (
        "{ var a = 1; fn g() { a = 2; return fn() { return a } } a = 3 }",
        "(block (var a#0^! (= 1.0)) (fn g#1 () (= a#0 2.0) (return (fn () (return a#0)))) (= a#0 3.0))",
    ),
    (
        "{ var a = 1; { var b = a; var a = b } }",
        "(block (var a#0 (= 1.0)) (block (var b#1 (= a#0)) (var a#2 (= b#1))))",
    ),
    ("fn f(a) { defer () { print a } }", "(fn f (a#0^) (defer () (print a#0)))"),
    (
        "class A { init(x) { this.x = x; return; } get() { return fn() { return this.x } } }",
        "(class A (init init (this#0 x#1) (= (get this#0 .x) x#1) (return)) (method get (this#2^) (return (fn () (return (get this#2 .x))))))",
    ),
    (
        "class B < A implements Shape, Other { init() { super.init(1); defer () { print this } } get() { return super.get } }",
        "(class B < A super#0^ : Shape : Other (init init (this#1^) (call (super this#1 super#0 .init) 1.0) (defer () (print this#1))) (method get (this#2) (return (super this#2 super#0 .get))))",
    ),
    ("{ class C { m() { return C } } }", "(block (class C#0^ (method m (this#1) (return C#0))))"),
    (r#"{ import "m" print m }"#, r#"(block (import m#0 "m") (print m#0))"#),
    ("try { var a = 1 } catch a { print a }", "(try (var a#0 (= 1.0)) (catch a#1 (print a#1)))"),
    (
        "fn f() { for x in x { print fn() { return x } } }",
        "(fn f () (for-in x#0^ x (block (print (fn () (return x#0))))))",
    ),
    ("a /* b /* c */ d */ + // e\nb", "(+ a b)"),
];

#[test]
fn every_construct_has_its_tree() {
    let mut wrong = String::new();
    for (source, expected) in CASES {
        let parsed = parse(source.as_bytes());
        assert!(parsed.diagnostics.is_empty(), "{source}\n{}", parsed.diagnostics[0]);
        let found = dump(&parsed.module);
        if found.trim_end() != *expected {
            wrong.push_str(&format!("{source}\nexpected:\n{expected}\nfound:\n{found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn places_are_from_the_first_to_the_last_byte() {
    use sox_syntax::ast::{ExprKind, StmtKind};
    let source = b"x = (a +\n b)\n * f(\n1);";
    let parsed = parse(source);
    let text = |span: sox_syntax::ast::Span| {
        String::from_utf8_lossy(&source[span.start as usize..span.end as usize]).into_owned()
    };
    let stmt = &parsed.module.body[0];
    assert_eq!(text(stmt.span), String::from_utf8_lossy(source));
    let StmtKind::Expr(assign) = &stmt.kind else { panic!("{stmt:?}") };
    let ExprKind::Assign(_, product) = &assign.kind else { panic!("{assign:?}") };
    assert_eq!(text(product.span), "(a +\n b)\n * f(\n1)");
    assert_eq!(parsed.lines.line_of(product.span), 4);
    let ExprKind::Binary(_, sum, call) = &product.kind else { panic!("{product:?}") };
    assert_eq!((text(sum.span), parsed.lines.line_of(sum.span)), ("a +\n b".into(), 2));
    assert_eq!(text(call.span), "f(\n1)");
}
