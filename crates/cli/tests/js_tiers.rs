//! The tiers of JavaScript: limits hold in the same places in each, and what the switches tell.

mod common;

use common::{spandrel, stderr, stdout};
use std::path::{Path, PathBuf};

/// A program's file that is there while its test runs.
struct Program(PathBuf);

impl Program {
    fn new(name: &str, text: &str) -> Program {
        let name = format!("js-tiers-{name}-{}.js", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, text).expect("a file");
        Program(path)
    }

    /// Status, standard output, standard error.
    fn run(&self, flags: &[&str]) -> (Option<i32>, String, String) {
        let file = self.0.to_string_lossy();
        let args: Vec<_> = ["run"].iter().chain(flags).copied().chain([&*file]).collect();
        let output = spandrel(&args);
        (output.status.code(), stdout(&output).to_owned(), stderr(&output).to_owned())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Ways to run that are to make no difference.
const WAYS: [&[&str]; 8] = [
    &["--no-jit"],
    &[],
    &["--jit-threshold=1"],
    &["--jit-threshold=7"],
    &["--jit-threshold=150"],
    &["--jit-threshold=1", "--opt-threshold=1"],
    &["--jit-threshold=7", "--opt-threshold=20"],
    &["--opt-threshold=300"],
];

/// Those that there is time for: emulated machines have a sample.
fn ways() -> Vec<&'static [&'static str]> {
    let emulated = std::env::var_os("SPANDREL_TEST_RUNNER").is_some();
    let taken = |number: &usize| !emulated || [0, 2, 5].contains(number);
    (0..WAYS.len()).filter(taken).map(|number| WAYS[number]).collect()
}

/// Loops, calls of every kind, natives that call back, generators, exceptions: says after each round how far it is.
const BUSY: &str = "
function add(a, b) { return a + b; }
class Point { constructor(x) { this.x = x; } get twice() { return this.x * 2; } static make(x) { return new Point(x); } }
function* upTo(n) { for (let i = 0; i < n; i++) yield i; }
function nested(n) { let s = 0; for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) s = add(s, j); return s; }
function failing(x) { if (x % 3 === 0) throw x; return Math.max(x, 2); }
const record = {};
for (let round = 0; ; round++) {
  let s = nested(6);
  for (const x of upTo(4)) s += x;
  for (const x of [1, 2, 3].map((y) => add(y, round))) s += x;
  for (const key in { a: 1, b: 2 }) s += key.length;
  try { s += failing(round); } catch (e) { s += e; }
  s += Point.make(round).twice + 'abc'.replace(/b/, () => 'x').length;
  do { s--; } while (s > 1000000);
  record['k' + round % 5] = s;
  console.log(round, s);
}
";

/// A built-in function's argument is sometimes no number; then hardly anything counts but each line.
const ODD: &str = "
function odd(x) { return Math.abs(x); }
let s = 0;
for (let i = 0; i < 60; i++) s += odd(i % 4 === 0 ? `${i}` : i);
for (;;) console.log(s++);
";

#[test]
fn fuel_ends_programs_at_the_same_place() {
    same_place(&Program::new("fuel", BUSY));
    same_place(&Program::new("fuel-odd", ODD));
}

fn same_place(program: &Program) {
    for fuel in [1, 10, 333, 1_000, 4_321, 12_345, 50_000] {
        let flag = format!("--fuel={fuel}");
        let (status, expected, err) = program.run(&["--no-jit", &flag]);
        assert_eq!((status, err.as_str()), (Some(1), "Ended: the fuel is used up\n"), "{fuel}");
        for way in ways() {
            let (status, out, err) = program.run(&[way, &[&flag]].concat());
            assert_eq!((status, err.as_str()), (Some(1), "Ended: the fuel is used up\n"), "{fuel} {way:?}");
            assert!(
                out == expected,
                "{fuel} {way:?}: {} lines, not {}",
                out.lines().count(),
                expected.lines().count()
            );
        }
    }
}

#[test]
fn the_stack_overflows_at_the_same_depth() {
    let text = "
let depth = 0;
function plain(a) { depth++; return plain(a) + 1; }
function many(a, b, c) { depth++; const [x, y, z] = [a, b, c]; return many(x, y, z, depth) + x; }
const other = (n) => { depth++; return third(n + 1); };
function third(n) { depth++; try { return other(n, n); } finally { depth += 0; } }
class C { constructor() { depth++; this.c = new C(); } }
function* g() { yield 1; }
for (const f of [plain, many, other, () => new C(), plain]) {
  depth = 0;
  try { f(1, 2, 3); } catch (e) { console.log(e.constructor.name, depth); }
}
";
    let program = Program::new("depth", text);
    let (status, expected, _) = program.run(&["--no-jit"]);
    assert_eq!((status, expected.lines().count()), (Some(0), 5), "{expected}");
    for way in ways() {
        let (_, out, err) = program.run(way);
        assert_eq!((out.as_str(), err.as_str()), (expected.as_str(), ""), "{way:?}");
    }
}

#[test]
fn time_ends_loops_and_recursion_of_every_tier() {
    let endless = [
        "for (;;) ;",
        "let x = 0; while (true) { x++; }",
        "function f(n) { return n ? f(n - 1) : 0; } for (;;) f(50);",
        "const o = { get x() { return 1; } }; let s = 0; do { s += o.x; } while (s);",
        "function* g() { for (;;) yield; } for (const x of g()) ;",
        "(function f() { try { f(); } finally { f(); } })();",
    ];
    for (number, text) in endless.iter().enumerate() {
        let program = Program::new(&format!("endless-{number}"), text);
        for way in ways() {
            let (status, out, err) = program.run(&[way, &["--timeout=0.2"]].concat());
            let ended = (status, out.as_str(), err.as_str());
            assert_eq!(ended, (Some(1), "", "Ended: the time is over\n"), "{text} {way:?}");
        }
    }
}

#[test]
fn memory_that_is_out_is_an_error_in_every_tier() {
    let text = "
function hoard(all) { for (;;) all.push({ next: all.at(-1), list: new Array(500).fill(all.length) }); }
const all = [];
try { hoard(all); } catch (e) { all.length = 0; console.log(e.name); }
function join(s) { for (;;) s += s; }
try { join('long'); } catch (e) { console.log(e.name); }
";
    let program = Program::new("memory", text);
    for way in ways() {
        let (status, out, err) = program.run(&[way, &["--max-memory=32"]].concat());
        let ended = (status, out.as_str(), err.as_str());
        assert_eq!(ended, (Some(0), "RangeError\nRangeError\n", ""), "{way:?}");
    }
}

const HOT: &str = "
function square(x) { return x * x; }
let sum = 0;
for (let i = 0; i < 1000; i++) sum += square(i);
console.log(sum);
";

/// Whether the tier is there at all.
const JIT: bool = cfg!(feature = "jit");

#[test]
fn functions_that_are_hot_are_told() {
    let program = Program::new("trace", HOT);
    let (status, out, err) = program.run(&["--trace-tiers"]);
    assert_eq!((status, out.as_str()), (Some(0), "332833500\n"), "{err}");
    assert_eq!(
        err.lines().any(|l| l.starts_with("[tier] compiled    square (") && l.contains(".js:2) v1 ")),
        JIT,
        "{err}"
    );
    let (_, out, err) = program.run(&["--trace-tiers", "--no-jit"]);
    assert_eq!((out.as_str(), err.as_str()), ("332833500\n", ""));
    let (_, _, err) = program.run(&["--trace-tiers", "--jit-threshold=1000000"]);
    assert_eq!(err, "", "nothing is hot");
}

#[test]
fn bailouts_are_counted() {
    let program = Program::new("bailouts", HOT);
    let (status, out, err) = program.run(&["--print-bailouts", "--jit-threshold=1"]);
    assert_eq!((status, out.as_str()), (Some(0), "332833500\n"), "{err}");
    assert_eq!(err.contains("baseline: 2 functions, "), JIT, "{err}");
    let (_, _, err) = program.run(&["--print-bailouts", "--no-jit"]);
    assert_eq!(err, "");
}

#[test]
fn a_function_that_is_too_large_stays_in_the_interpreter() {
    if !JIT {
        return;
    }
    let body: String = (0..60_000).map(|number| format!("s = s + {number} | 0;\n")).collect();
    let text = format!("function large(s) {{ {body} return s; }}\nconsole.log(large(1), large(2));\n");
    let program = Program::new("large", &text);
    let (_, expected, _) = program.run(&["--no-jit"]);
    let (status, out, err) = program.run(&["--print-bailouts", "--jit-threshold=1"]);
    assert_eq!((status, out), (Some(0), expected), "{err}");
    assert!(err.contains("declined by reason:\n") && err.contains("too-large"), "{err}");
}

const LEARNING: &str = "
function sum(list) { let s = 0; for (let i = 0; i < list.length; i++) s += list[i]; return s; }
function* each(list) { for (const x of list) yield x; }
const ints = [1, 2, 3, 4], doubles = [0.5, 1.5];
for (let i = 0; i < 100; i++) sum(ints);
for (let i = 0; i < 100; i++) sum(doubles);
console.log(sum(ints), sum(doubles), [...each(ints)].length);
";

#[test]
fn optimized_functions_and_their_exits_are_told() {
    let program = Program::new("opt-trace", LEARNING);
    let at_once = ["--jit-threshold=1", "--opt-threshold=1"];
    let (status, out, err) = program.run(&[&at_once[..], &["--trace-tiers", "--trace-deopt"]].concat());
    assert_eq!((status, out.as_str()), (Some(0), "10 2 4\n"), "{err}");
    let told = |start: &str, part: &str| err.lines().any(|l| l.starts_with(start) && l.contains(part));
    assert_eq!(told("[tier] installed   sum (", ".js:2) optimized v1 after "), JIT, "{err}");
    assert_eq!(told("[deopt] sum (", ".js:2:"), JIT, "{err}");
    let (_, out, err) =
        program.run(&[&at_once[..], &["--no-opt", "--trace-tiers", "--trace-deopt"]].concat());
    assert_eq!((out.as_str(), err.contains("optimized")), ("10 2 4\n", false), "{err}");
}

#[test]
fn what_is_not_optimized_is_counted() {
    let program = Program::new("opt-bailouts", LEARNING);
    let (status, out, err) = program.run(&["--print-bailouts", "--jit-threshold=1", "--opt-threshold=1"]);
    assert_eq!((status, out.as_str()), (Some(0), "10 2 4\n"), "{err}");
    assert_eq!(err.contains("not optimized, by reason:\n") && err.contains("generator\n"), JIT, "{err}");
    assert_eq!(err.contains("exits by reason:\n"), JIT, "{err}");
}

#[test]
fn functions_that_come_and_go_are_optimized() {
    let text = "
let t = 0;
for (let i = 0; i < 300; i++) {
  const f = new Function('n', `let s = ${i}; for (let i = 0; i < n; i++) s += i; return s;`);
  for (let k = 0; k < 3; k++) t += f(20);
}
console.log(t);
";
    let program = Program::new("opt-many", text);
    for way in [&ways()[..], &[&["--jit-threshold=1", "--opt-threshold=1", "--max-memory=8"]]].concat() {
        let (status, out, err) = program.run(way);
        assert_eq!((status, out.as_str(), err.as_str()), (Some(0), "305550\n", ""), "{way:?}");
    }
}

/// Nearly all that is counted in such a function are rounds, so that it is hardly ever asked about in a call.
#[test]
fn functions_of_which_all_loops_are_hot_are_compiled_whole() {
    if !JIT {
        return;
    }
    let text = |calls: u32| {
        format!(
            "function loops(n) {{
  let s = n;
  for (let i = 0; i < 16; i++) s = (s + i) | 0;
  for (let i = 0; i < 48; i++) s = (s ^ i) | 0;
  for (let i = 0; i < 64; i++) s = (s - i) | 0;
  return s;
}}
let s = 0;
for (let i = 0; i < {calls}; i++) s = (s + loops(i)) | 0;
console.log(s);"
        )
    };
    // Code is made beside the program, which on a busy machine may be over first.
    let whole = [60_000, 600_000, 6_000_000].into_iter().any(|calls| {
        let program = Program::new(&format!("whole-{calls}"), &text(calls));
        let (status, _, err) = program.run(&["--opt-threshold=4000", "--trace-tiers"]);
        assert_eq!(status, Some(0), "{err}");
        let calls_queued = |line: &str| line.contains("queued") && line.ends_with("priority 4000");
        let mut lines = err.lines().filter(|line| line.contains(" loops ("));
        lines.any(calls_queued)
    });
    assert!(whole, "only its loops were");
}
