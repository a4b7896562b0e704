//! Programs on a host: what they write, in which order, and how they end.

use js_host::{Host, Kind, Limits, Options};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panics").clone()).expect("output is UTF-8")
    }
}

/// Status, standard output, standard error.
fn run_as(name: &str, text: &str, kind: Kind) -> (i32, String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let limits = Limits::default();
    let options =
        Options { limits, out: Box::new(out.clone()), err: Box::new(err.clone()), ..Options::default() };
    let host = Host::new(options).expect("there is memory");
    let status = host.run(name, text, kind);
    (status, out.text(), err.text())
}

fn run(text: &str) -> (i32, String, String) {
    run_as("/test/main.js", text, Kind::Script)
}

#[track_caller]
fn prints(text: &str, expected: &str) {
    let (status, out, err) = run(text);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_eq!(out.trim_end(), expected);
}

#[test]
fn common_values_are_shown_as_node_does() {
    let cases = [
        ("'a', 1, -0, 1n, null, undefined, Symbol('x')", "a 1 -0 1n null undefined Symbol(x)"),
        ("[1, 'a'], {}, [], { a: { b: { c: { d: 1 } } } }", "[ 1, 'a' ] {} [] { a: { b: { c: [Object] } } }"),
        ("[\"it's\", '\"\\'', '\\n']", "[ \"it's\", `\"'`, '\\n' ]"),
        ("new Map([[1, { a: 2 }]]), new Set(['a'])", "Map(1) { 1 => { a: 2 } } Set(1) { 'a' }"),
        (
            "class A {}, class extends Array {}, () => 1, function f() {}",
            "[class A] [class (anonymous) extends Array] [Function (anonymous)] [Function: f]",
        ),
        ("new (class Foo { x = 1 })", "Foo { x: 1 }"),
        ("[1, , 3, , ,]", "[ 1, <1 empty item>, 3, <2 empty items> ]"),
        ("{ get a() { return 1 }, set b(v) {} }", "{ a: [Getter], b: [Setter] }"),
        (
            "Object.create(null), new Number(3), Object('s')",
            "[Object: null prototype] {} [Number: 3] [String: 's']",
        ),
        ("new Uint8Array([1, 2]), new Date(0), /a/g", "Uint8Array(2) [ 1, 2 ] 1970-01-01T00:00:00.000Z /a/g"),
        ("Promise.resolve(4), new Proxy({ a: 1 }, {})", "Promise { 4 } { a: 1 }"),
        ("'%s is %d, %i, %j %%', 'x', 4.5, 4.5, [1], 'more'", "x is 4.5, 4, [1] % more"),
    ];
    let mut text = String::new();
    for (values, _) in cases {
        writeln!(text, "console.log({values});").expect("memory");
    }
    let expected: Vec<_> = cases.iter().map(|(_, expected)| *expected).collect();
    prints(&text, &expected.join("\n"));
}

#[test]
fn circular_objects_have_numbers() {
    prints("const c = { n: 1 }; c.self = c; console.log(c)", "<ref *1> { n: 1, self: [Circular *1] }");
}

#[test]
fn long_objects_break_into_lines_and_long_arrays_into_columns() {
    let wide = "console.log({ a: 'x'.repeat(40), b: 'y'.repeat(40) })";
    let expected = format!("{{\n  a: '{}',\n  b: '{}'\n}}", "x".repeat(40), "y".repeat(40));
    prints(wide, &expected);
    let expected = "[\n  0, 1, 2, 3, 4,\n  5, 6, 7, 8, 9\n]";
    prints("console.log([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])", expected);
}

#[test]
fn microtasks_run_before_timers_and_timers_in_order() {
    let text = "setTimeout(() => print('late'), 400); setTimeout(print, 1, 'timer');
        Promise.resolve().then(() => print('then')); queueMicrotask(() => print('task')); print('sync');
        let n = 0; const id = setInterval(() => { if (++n == 2) { clearInterval(id); print('twice') } }, 1);
        clearTimeout(setTimeout(() => print('never'), 1));";
    prints(text, "sync\nthen\ntask\ntimer\ntwice\nlate");
}

#[test]
fn uncaught_errors_are_reported_with_places() {
    let (status, out, err) = run("print(1);\nfunction f() { null.x }\nf()");
    assert_eq!((status, out.as_str()), (1, "1\n"));
    let expected =
        "Uncaught TypeError: Cannot read properties of null (reading 'x')\n    at f (/test/main.js:2:";
    assert!(err.starts_with(expected), "{err}");
    let (status, _, err) = run("\n let = ;");
    assert_eq!(status, 1);
    assert!(err.starts_with("Uncaught SyntaxError: ") && err.contains("/test/main.js:2:"), "{err}");
}

#[test]
fn rejections_that_nobody_handles_end_the_program() {
    let (status, out, err) = run("Promise.reject(new Error('r')); setTimeout(() => print('never'), 1)");
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.starts_with("Uncaught (in promise) Error: r\n"), "{err}");
    prints("const p = Promise.reject(1); p.catch(() => print('handled'))", "handled");
}

#[test]
fn programs_choose_their_status() {
    assert_eq!(run("setTimeout(() => quit(7)); setTimeout(() => print('never'), 5)").0, 7);
}

#[test]
fn what_the_clone_of_a_structure_is() {
    let text = "const a = { d: new Date(5), m: new Map([[1, [2]]]), u: new Uint8Array([1, 2]) }; a.self = a;
        const b = structuredClone(a); print(b !== a && b.self === b && b.d.getTime() === 5 && b.m.get(1)[0] === 2 && b.u[1] === 2);
        try { structuredClone(() => 1) } catch (e) { print(e.name) }
        const buffer = new ArrayBuffer(4); print(structuredClone(buffer, { transfer: [buffer] }).byteLength, buffer.byteLength)";
    prints(text, "true\nDataCloneError\n4 0");
}

/// A folder of files that is deleted in the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Folder {
        let path = std::env::temp_dir().join(format!("spandrel-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        for (name, text) in files {
            std::fs::write(path.join(name), text).expect("a file");
        }
        Folder(path.canonicalize().expect("it is there"))
    }

    fn run(&self, file: &str) -> (i32, String, String) {
        let path = self.0.join(file);
        let text = std::fs::read_to_string(&path).expect("a file");
        run_as(&path.to_string_lossy(), &text, js_host::kind_of(&path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn modules_come_from_disk() {
    let folder = Folder::new(
        "modules",
        &[
            (
                "main.mjs",
                "import d, { n, inc } from './a.mjs'; import * as ns from './a.mjs'; import j from './j.json' with { type: 'json' };
                inc(); print(d, n, ns.n, j.x, import.meta.filename.endsWith('main.mjs'));
                print(await import('./a.mjs') === ns, Object.keys(ns));
                await import('./none.mjs').catch(e => print(e.message.startsWith('Cannot find module')));",
            ),
            ("a.mjs", "export let n = 1; export default 'def'; export function inc() { n++ } await 0;"),
            ("j.json", "{ \"x\": [1, 2] }"),
        ],
    );
    let (status, out, err) = folder.run("main.mjs");
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(out, "def 2 2 1,2 true\ntrue default,inc,n\ntrue\n");
}

#[test]
fn the_nearest_package_says_what_js_is() {
    let folder = Folder::new(
        "package",
        &[("package.json", "{ \"type\": \"module\" }"), ("main.js", "print(this, import.meta.url !== '')")],
    );
    assert_eq!(folder.run("main.js").1, "undefined true\n");
    let folder = Folder::new("script", &[("main.js", "print(typeof this)")]);
    assert_eq!(folder.run("main.js").1, "object\n");
}

#[test]
fn modules_that_cannot_be_linked_or_do_not_end() {
    let folder = Folder::new(
        "broken",
        &[
            ("link.mjs", "\nimport { nothing } from './end.mjs'"),
            ("end.mjs", "await new Promise(() => {})"),
            ("star.mjs", "import { x } from './two.mjs'"),
            ("two.mjs", "export * from './x1.mjs'; export * from './x2.mjs'"),
            ("x1.mjs", "export const x = 1"),
            ("x2.mjs", "export const x = 2"),
        ],
    );
    let (status, _, err) = folder.run("link.mjs");
    assert_eq!(status, 1);
    assert!(
        err.contains("does not provide an export named 'nothing'") && err.contains("link.mjs:2:"),
        "{err}"
    );
    assert_eq!(folder.run("end.mjs").0, 13);
    assert!(folder.run("star.mjs").2.contains("conflicting star exports"));
}
