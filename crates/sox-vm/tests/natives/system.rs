//! The process, time, the end of programs.

use crate::harness::{Outcome, each, lines, run_twice, run_with};
use sox_vm::{Error, Stop};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn surroundings() {
    each(&[
        ("sysArgs()", "[sox,test.sox,one,two]"),
        ("sysGetenv(\"SOX_SURELY_NOT_SET\")", "nil"),
        ("sysGetenv(\"a=b\")", "nil"),
        ("sysGetenv(\"\\0\")", "nil"),
        ("type(sysGetenv(\"PATH\"))", "String"),
        ("[\"linux\", \"darwin\", \"windows\", \"unix\", \"unknown\"].contains(sysPlatform())", "true"),
        ("sysArgs(1)", "! sysArgs(): takes no parameters"),
        ("sysPlatform(1)", "! sysPlatform(): takes no parameters"),
        ("sysGetenv(1)", "! sysGetenv(): parameter must be a string"),
        ("sysGetenv()", "! sysGetenv(): requires 1 parameter"),
    ]);
}

#[test]
fn time() {
    each(&[
        ("clock() >= 0", "true"),
        ("clock(1)", "! clock(): invalid parameter count"),
        ("usleep(1)", "0"),
        ("usleep(\"x\")", "-1"),
        ("usleep(-1)", "-1"),
        ("usleep()", "-1"),
        ("sysSleep(0.001)", "nil"),
        ("sysSleep(0 / 0)", "nil"),
        ("sysSleep(-1)", "! sysSleep(): sleep time cannot be negative"),
        ("sysSleep(\"1\")", "! sysSleep(): parameter must be a number"),
        ("sysSleep()", "! sysSleep(): requires 1 parameter"),
    ]);
    let begun = Instant::now();
    assert_eq!(run_with("sysSleep(0.05); usleep(20000);", |_| {}).result, Ok(()));
    assert!(begun.elapsed() >= Duration::from_millis(70));
}

#[test]
fn clock_counts_work() {
    let source = "var start = clock(); for i in 0..300000 { } print clock() > start;";
    assert_eq!(run_with(source, |_| {}).out, "true\n");
}

#[test]
fn sleep_ends_with_the_program() {
    let deadline = Instant::now() + Duration::from_millis(50);
    let outcome = run_with("sysSleep(1 / 0);", |options| options.deadline = Some(deadline));
    assert_eq!(outcome.result, Err(Error::Stopped(Stop::Deadline)));

    let cancel = Arc::new(AtomicBool::new(false));
    let canceller = std::thread::spawn({
        let cancel = Arc::clone(&cancel);
        move || {
            std::thread::sleep(Duration::from_millis(50));
            cancel.store(true, Ordering::Relaxed);
        }
    });
    let outcome = run_with("usleep(1e15);", |options| options.cancel = cancel);
    assert_eq!(outcome.result, Err(Error::Stopped(Stop::Cancelled)));
    assert!(canceller.join().is_ok());
}

#[track_caller]
fn exits(source: &str, code: i32, out: &str) {
    for outcome in run_twice(source) {
        assert_eq!(outcome.result, Err(Error::Exit(code)), "{}", outcome.out);
        assert_eq!(outcome.out, out);
    }
}

#[test]
fn exit_codes() {
    exits("print 1; sysExit(7); print 2;", 7, "1\n");
    exits("sysExit();", 0, "");
    exits("fn f() { try { sysExit(3.7); } catch { print \"no\"; } } f();", 3, "");
    exits("[1].map(fn(x) { sysExit(x); });", 1, "");
    exits("coroutine(fn() { sysExit(4); }).resume();", 4, "");
    each(&[
        ("sysExit(\"1\")", "! sysExit(): exit code must be a number"),
        ("sysExit(1, 2)", "! sysExit(): takes 0 or 1 parameters"),
    ]);
}

#[test]
fn exit_handlers() {
    exits(
        "fn say(what) { return fn() { print what; }; }
         sysOnExit(say(1)); sysOnExit(say(2)); [3].map(fn(x) { sysOnExit(say(x)); });
         print \"end\"; sysExit(5);",
        5,
        "end\n3\n2\n1\n",
    );
    // Another exit in a handler: its code counts, the other handlers are called once.
    exits("sysOnExit(fn() { print 1; }); sysOnExit(fn() { print 2; sysExit(9); }); sysExit(5);", 9, "2\n1\n");
    // A handler may add another.
    let outcome = run_with("fn again() { sysOnExit(again); } again(); sysExit(0);", |options| {
        options.deadline = Some(Instant::now() + Duration::from_millis(50));
    });
    assert_eq!(outcome.result, Err(Error::Stopped(Stop::Deadline)));
    exits("sysOnExit(fn() { print 1; sysOnExit(fn() { print 2; }); }); sysExit(0);", 0, "1\n2\n");
    // However many exits are handlers, none of them goes deeper than the others.
    exits("sysOnExit(fn() { print 1; }); for i in 0..300 { sysOnExit(sysExit); } sysExit(6);", 0, "1\n");
    each(&[
        ("sysOnExit(1)", "! sysOnExit(): parameter must be a function"),
        ("sysOnExit()", "! sysOnExit(): requires 1 parameter (function)"),
        ("sysOnExit(clock)", "nil"),
    ]);
}

#[test]
fn exit_handlers_at_other_ends() {
    lines(
        "sysOnExit(fn() { print \"handler\"; }); fn main() { print \"main\"; } print 1;",
        &["1", "main", "handler"],
    );
    for outcome in run_twice("sysOnExit(fn() { print \"handler\"; }); print nil.x;") {
        let Err(Error::Runtime(failure)) = outcome.result else { panic!("{:?}", outcome.result) };
        assert_eq!(failure.message, b"Only instances and tables have properties.");
        assert_eq!(outcome.out, "handler\n");
    }
}

#[test]
fn a_handler_that_throws_stops_no_other() {
    let source = "sysOnExit(fn() { print 1; }); sysOnExit(fn() { throw \"second\"; });
        sysOnExit(fn() { throw \"third\"; }); try { sysExit(2); } catch e { print e; }";
    lines(source, &["1", "third"]);
}

/// Isolated programs cannot reach what is outside of them, and do not wait; they can do the rest.
#[test]
fn isolation() {
    let calls = [
        "appendFile(\"f\", \"\")",
        "fileExists(\"f\")",
        "listFiles(\".\")",
        "open(\"f\", \"w\")",
        "readFile(\"f\")",
        "removeFile(\"f\")",
        "sysGetenv(\"PATH\")",
        "sysSleep(1 / 0)",
        "usleep(1 / 0)",
        "writeFile(\"f\", \"\")",
    ];
    for call in calls {
        let source = format!("write(\"a\"); try {{ print {call}; }} catch e {{ print e.message; }}");
        let Outcome { out, result, .. } = run_with(&source, |options| options.isolated = true);
        let name = call.split('(').next().unwrap_or_default();
        assert_eq!((out, result), (format!("a{name}(): not allowed here\n"), Ok(())));
    }
    // A file that is there.
    let source = "try { import \"Cargo.toml\"; } catch e { print e.message; }";
    let outcome = run_with(source, |options| options.isolated = true);
    assert_eq!(outcome.out, "Module not found: 'Cargo.toml'\n");
}
