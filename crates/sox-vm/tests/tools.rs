//! Sessions, tests and benchmarks as embedders see them, each also with a collection at every allocation.

use heap::Config;
use sox_vm::{Error, Options, Outcome, Session, Vm};

fn options(stress: bool) -> Options {
    Options {
        heap: Config { stress, verify: stress, ..Config::default() },
        stdout: Box::new(std::io::sink()),
        stderr: Box::new(std::io::sink()),
        ..Options::default()
    }
}

fn twice(check: impl Fn(Options)) {
    [false, true].map(options).into_iter().for_each(check);
}

fn run(session: &mut Session, source: &str) -> String {
    match session.run(source.as_bytes()) {
        Ok(value) => value.map_or("nothing".to_owned(), |text| String::from_utf8_lossy(&text).into_owned()),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn sessions_keep_what_was_declared() {
    twice(|options| {
        let mut session = Session::new(options, "input");
        let texts = [
            ("var list = {1, 2}", "nothing"),
            ("fn count() { n = n + 1 return n }", "nothing"),
            ("count()", "error: Undefined variable 'n'."),
            ("var n = 1; var far = \"some string that is longer than others are\"", "nothing"),
            ("count() + count()", "5"),
            ("list", "[1,2]"),
            ("list[5]", "error: Index out of bounds. index=(5) count=(2)"),
            ("far + n", "some string that is longer than others are3"),
            ("throw 4", "error: Uncaught: 4"),
            ("var c = coroutine(fn() { yield(n) yield(later) })", "nothing"),
            ("c.resume()", "3"),
            ("var later = 8 var more = 1 var others = 2", "nothing"),
            ("c.resume()", "8"),
            ("fn deep() { return deep() + 1 } deep()", "error: Stack overflow."),
            ("len(list)", "2"),
            ("", "nothing"),
            ("{ n }", "nothing"),
            (")", "error: [line 1] Error at ')': Expect expression."),
        ];
        for (text, expected) in texts {
            assert_eq!(run(&mut session, text), expected, "{text}");
        }
        assert!(session.names().contains("list") && session.names().contains("len"));
        assert!(!session.names().iter().any(|name| name.contains('.')));
        assert!(session.members(Some("list")).contains("push"));
        assert!(!session.members(Some("list")).contains("upper"));
        assert!(session.members(None).contains("upper"));
        assert_eq!(session.finish(), Ok(()));
    });
}

#[test]
fn sessions_end_when_they_are_told_to() {
    let mut session = Session::new(options(false), "input");
    assert_eq!(session.run(b"sysExit(3)"), Err(Error::Exit(3)));
}

#[test]
fn outcomes_tell_failures_from_errors() {
    let source = b"var n[] push(n, 1)\n
        fn ok(t) { assert(len(n) == 1) }\n
        fn fails(t) { t.Error(\"a\" + n[0]) }\n
        fn stops(t) { t.Fatal() }\n
        fn asserts() { assert(false, \"b\") }\n
        fn assertsInside(t) { coroutine(fn() { assert(false) }).resume() }\n
        fn rethrows(t) { try { assert(false) } catch e { throw e } }\n
        fn looksLike() { throw error(\"Assertion failed.\") }\n
        fn errs(t) { return nothing }\n
        fn exits(t) { sysExit(2) }";
    let outcome = |name: &str, stress| {
        let module = Vm::compile("test.sox", source).expect("a module");
        Vm::new(options(stress)).test(module, name)
    };
    for stress in [false, true] {
        assert_eq!(outcome("ok", stress), Outcome::Passed);
        for name in ["fails", "stops", "asserts", "assertsInside", "rethrows"] {
            assert_eq!(outcome(name, stress), Outcome::Failed, "{name}");
        }
        for name in ["looksLike", "errs", "missing"] {
            assert!(matches!(outcome(name, stress), Outcome::Error(Error::Runtime(_))), "{name}");
        }
        assert_eq!(outcome("exits", stress), Outcome::Error(Error::Exit(2)));
    }
    let wrong = Vm::compile("test.sox", b"nothing()").expect("a module");
    assert!(matches!(Vm::new(options(true)).test(wrong, "x"), Outcome::Setup(Error::Runtime(_))));
}

#[test]
fn benchmarks_are_called_as_often_as_asked() {
    twice(|options| {
        let source = b"var sum = 0\nfn BenchmarkA(b) { sum = sum + b.n }\nfn BenchmarkB() { sum = sum + 1 }\n
            fn BenchmarkC(b) { assert(sum == 12) }\nvar BenchmarkD\nfn other() {}";
        let vm = Vm::new(options);
        let program = vm.start(Vm::compile("bench.sox", source).expect("a module")).expect("it runs");
        assert_eq!(vm.benchmarks(&program), ["BenchmarkA", "BenchmarkB", "BenchmarkC"]);
        for (name, iterations) in [("BenchmarkA", 7), ("BenchmarkB", 5), ("BenchmarkC", 1)] {
            assert!(vm.benchmark(&program, name, iterations).is_ok(), "{name}");
        }
        assert!(matches!(vm.benchmark(&program, "BenchmarkC2", 1), Err(Error::Runtime(_))));
        assert_eq!(vm.finish(), Ok(()));
    });
}
