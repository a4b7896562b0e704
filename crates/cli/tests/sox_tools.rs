//! The tools for Sox from outside: `test`, `bench`, `repl`, `build --bytecode` and its caches, and the `sox` alias.

mod common;

use common::{command, spandrel, stderr, stdout};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is there while its test runs.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sox-tools-{}-{number}", std::process::id());
        let folder = Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        fs::create_dir_all(&folder.0).expect("a folder");
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn write(&self, name: &str, contents: &[u8]) {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().expect("a folder around it")).expect("a folder");
        fs::write(file, contents).expect("a file");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).expect("the file is there")
    }

    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    fn output(&self, mut command: Command, input: &str) -> Output {
        command.current_dir(&self.0).env_remove("SOX_PATH");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        // It may end without having read it.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("it ends")
    }

    /// Runs the command there.
    fn run(&self, args: &[&str]) -> Output {
        self.output(command(args), "")
    }

    /// Compares everything that the command does.
    fn check(&self, args: &[&str], status: i32, out: &str, err: &str) {
        compare(&self.run(args), (status, out, err), &format!("{args:?}"));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left lies in the target folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn compare(output: &Output, (status, out, err): (i32, &str, &str), what: &str) {
    assert_eq!(stdout(output), out, "{what}: {}", stderr(output));
    assert_eq!(stderr(output), err, "{what}");
    assert_eq!(output.status.code(), Some(status), "{what}");
}

const SEED: &str = "Running test suite with seed 0x00000000...\n";

const TESTS: &str = r#"
var count = 0
#[test] fn TestOk(t) { count = count + 1 assert(count == 1) print "printed" }
#[test] fn TestPlain() { count = count + 1 assert(count == 1) }
#[test] fn TestErrors(t) { t.Error("first") t.Error() print "goes on" }
#[test] fn TestFatal(t) { defer () { print "deferred" } t.Fatal("last") print "never" }
#[test] fn TestAssert(t) { assert(1 == 2, "unequal") }
#[test] fn TestBareAssert(t) { assert(false) }
#[test] fn TestCaught(t) { try { assert(false) } catch e { assert(e.message == "Assertion failed.") } }
#[test] fn TestSwallowed(t) { try { t.Fatal("noted") } catch { print "caught" } }
#[test] fn TestRuntime(t) { nothing() }
#[test] fn TestArgument(t) { t.Error(5) }
#[test] fn TestExit(t) { sysExit(3) }
#[test] fn TestTwo(t, u) { }
#[test] fn TestNil(t) { throw nil }
#[test] fn TestEnd(t) { sysOnExit(fn() { t.Error("late") }) }
fn main() { print "not called" }
"#;

const TESTS_OUT: &str = "\
printed
sox/all/TestOk                       [ OK   ]
sox/all/TestPlain                    [ OK   ]
goes on
sox/all/TestErrors                   [ FAIL ]
deferred
sox/all/TestFatal                    [ FAIL ]
sox/all/TestAssert                   [ FAIL ]
sox/all/TestBareAssert               [ FAIL ]
sox/all/TestCaught                   [ OK   ]
caught
sox/all/TestSwallowed                [ FAIL ]
sox/all/TestRuntime                  [ ERROR]
sox/all/TestArgument                 [ ERROR]
sox/all/TestExit                     [ ERROR]
sox/all/TestTwo                      [ ERROR]
sox/all/TestNil                      [ ERROR]
sox/all/TestEnd                      [ ERROR]
3 of 14 (21%) tests successful, 0 (0%) test skipped.
";

const TESTS_ERR: &str = "\
Error: first
Error: test failure
Error: last
Error: Assertion failed: unequal
Error: Assertion failed.
Error: noted
Undefined variable 'nothing'.
[line 11] in script
[line 11] in TestRuntime()
Test helpers expect a single string message.
[line 12] in script
[line 12] in TestArgument()
Error: sysExit(3) was called
Expected 2 arguments but got 1.
Uncaught: nil
[line 15] in script
[line 15] in TestNil()
t.Error used outside of test mode.
[line 16] in script
[line 16] in ()
";

#[test]
fn every_end_of_a_test_is_reported_in_order() {
    let folder = Folder::new(&[("all_test.sox", TESTS)]);
    let out = [SEED, TESTS_OUT].concat();
    for args in
        [&["test"][..], &["test", "--jobs", "1"], &["test", "--jobs=7", "."], &["test", "all_test.sox"]]
    {
        folder.check(args, 1, &out, TESTS_ERR);
    }
}

#[test]
fn tests_are_found_and_chosen() {
    let folder = Folder::new(&[
        ("b_test.sox", "#[test] fn One(t) {}\n#[test] fn Two(t) {}"),
        ("a_test.sox", "#[test] fn One(t) {}\nfn NoTest(t) { t.Fatal() }"),
        ("other.sox", "#[test] fn Three(t) { t.Fatal() }"),
        ("below/c_test.sox", "#[test] fn Four(t) { t.Fatal() }"),
        ("none_test.sox", "print 1"),
        ("empty/readme", ""),
    ]);
    let all = "\
sox/a/One                            [ OK   ]
sox/b/One                            [ OK   ]
sox/b/Two                            [ OK   ]
3 of 3 (100%) tests successful, 0 (0%) test skipped.
";
    folder.check(&["test"], 0, &[SEED, all].concat(), "");
    let some = "\
sox/b/Two                            [ OK   ]
1 of 1 (100%) tests successful, 0 (0%) test skipped.
";
    folder.check(&["test", "--filter", "b/T"], 0, &[SEED, some].concat(), "");
    let one = "\
sox/other/Three                      [ FAIL ]
0 of 1 (0%) tests successful, 0 (0%) test skipped.
";
    folder.check(&["test", "other.sox"], 1, &[SEED, one].concat(), "Error: test failure\n");
    let none = [SEED, "No tests run, 0 (100%) skipped.\n"].concat();
    folder.check(&["test", "--filter=nothing"], 0, &none, "");
    folder.check(&["test", "none_test.sox"], 0, &none, "");
    folder.check(&["test", "empty"], 0, "No test files found in empty\n", "");
    let missing = folder.run(&["test", "missing"]);
    assert!(stderr(&missing).starts_with("error: missing: "), "{}", stderr(&missing));
    assert_eq!(missing.status.code(), Some(74));
}

#[test]
fn files_that_cannot_be_tested_say_why() {
    let folder = Folder::new(&[
        ("compile_test.sox", "#[test] fn A(t) {}\nvar x = )\n#[test] fn B(t) {}"),
        ("empty_test.sox", "fn {"),
        ("setup_test.sox", "print \"begun\"\n#[test] fn C(t) {}\nassert(false)"),
    ]);
    let out = "\
sox/compile/A                        [ ERROR]
sox/compile/B                        [ ERROR]
sox/empty                            [ ERROR]
begun
sox/setup/C                          [ ERROR]
0 of 4 (0%) tests successful, 0 (0%) test skipped.
";
    let err = "\
[line 2] Error at ')': Expect expression.
Compile error in compile_test.sox
[line 1] Error at '{': Expect function name.
Compile error in empty_test.sox
Assertion failed.
[line 3] in script
[line 3] in script
Runtime error in setup for setup_test.sox
";
    folder.check(&["test"], 1, &[SEED, out].concat(), err);
}

#[test]
fn a_test_that_does_not_end_is_ended() {
    let folder = Folder::new(&[("t_test.sox", "#[test] fn Loop() { while true {} }")]);
    let out = "\
sox/t/Loop                           [ ERROR]
0 of 1 (0%) tests successful, 0 (0%) test skipped.
";
    let err = "Stopped: the time is over.\n";
    folder.check(&["test", "--timeout=0.1"], 1, &[SEED, out].concat(), err);
}

#[test]
fn tests_that_write_much_are_not_mixed() {
    let test = |name: &str, text: &str| {
        format!(
            "#[test] fn {name}() {{ for i in 0..40000 {{ print \"{text} 0123456789 0123456789 012345\" }} }}\n"
        )
    };
    let text = ["A", "B", "C", "D"].map(|name| test(name, name)).concat();
    let folder = Folder::new(&[("w_test.sox", &text)]);
    let output = folder.run(&["test", "--jobs=4"]);
    let mut letters: Vec<&str> = stdout(&output).lines().skip(1).map(|line| &line[..1]).collect();
    assert_eq!(letters.len(), 4 * 40001 + 1);
    letters.dedup();
    assert_eq!(letters.concat(), "AsBsCsDs4");
}

/// Columns of a benchmark's line.
fn columns(line: &str) -> (&str, u64, f64) {
    let (name, rest) = line.split_at(24);
    let (iterations, rest) = rest.split_at(13);
    let (time, rest) = rest.split_at(13);
    assert!(rest.starts_with(" ns/op  (") && rest.ends_with(" samples)"), "{line}");
    (name.trim(), iterations.trim().parse().expect("a number"), time.trim().parse().expect("a number"))
}

#[test]
fn benchmarks_are_measured() {
    let folder = Folder::new(&[
        (
            "b.sox",
            "print \"top\"\nfn BenchmarkTable(b) { for i in 0..b.n {} assert(b.n == b.N and b.name == \"BenchmarkTable\") }\n\
             fn BenchmarkPlain() { return 1 }\nfn Other() { nothing() }\nvar BenchmarkNone = 1",
        ),
        ("none.sox", "fn benchmark() {}"),
        ("bad.sox", "fn BenchmarkBad(b) { nothing() }\nfn BenchmarkGood(b) {}"),
        ("top.sox", "fn Benchmark(b) {}\nnothing()"),
        ("wrong.sox", "fn"),
    ]);
    let output = folder.run(&["bench", "b.sox", "--time=0.02"]);
    let lines: Vec<&str> = stdout(&output).lines().collect();
    assert_eq!((lines.len(), lines[0], output.status.code()), (3, "top", Some(0)), "{}", stderr(&output));
    for (line, name) in lines[1..].iter().zip(["BenchmarkTable", "BenchmarkPlain"]) {
        let (found, iterations, time) = columns(line);
        assert!(found == name && iterations >= 3 && time > 0.0, "{line}");
    }
    let output = folder.run(&["bench", "b.sox", "--time=0.01", "--filter=Plain", "--suppress-print"]);
    assert_eq!(stdout(&output).lines().count(), 1, "{}", stdout(&output));
    assert_eq!(columns(stdout(&output).trim_end()).0, "BenchmarkPlain");
    folder.check(&["bench", "none.sox"], 0, "No benchmarks found (functions named Benchmark*)\n", "");
    let output = folder.run(&["bench", "bad.sox", "--time=0.01"]);
    assert_eq!((columns(stdout(&output).trim_end()).0, output.status.code()), ("BenchmarkGood", Some(70)));
    let err = "Undefined variable 'nothing'.\n[line 1] in script\n[line 1] in BenchmarkBad()\nBenchmark BenchmarkBad failed\n";
    assert_eq!(stderr(&output), err);
    let err = "Undefined variable 'nothing'.\n[line 2] in script\n[line 2] in script\n";
    folder.check(&["bench", "top.sox"], 70, "", err);
    folder.check(&["bench", "wrong.sox"], 65, "", "[line 1] Error at end: Expect function name.\n");
    let gone = ("Could not read file: gone.sox\n", "Could not open file \"gone.sox\".\n");
    folder.check(&["bench", "gone.sox"], 74, gone.0, gone.1);
    let zero = folder.run(&["bench", "b.sox", "--time=0"]);
    assert!(stderr(&zero).contains("Benchmark time must be > 0") && zero.status.code() == Some(2));
}

#[test]
fn what_is_piped_into_a_session_is_executed() {
    let folder = Folder::new(&[("m.sox", "return {a: 5}")]);
    let repl = |input: &str, expected: (i32, &str, &str)| {
        let output = folder.output(command(&["repl", "--lang", "sox"]), input);
        compare(&output, expected, input);
    };
    repl("", (0, "", ""));
    // Values of expressions, but not of assignments, and nil only if it is not what a call returned.
    repl("1 + 2\nvar x = 5\nx\nx = 6\nx;\nnil\nprint \"p\" x\n\"s\"", (0, "3\n5\n6\nnil\np\n6\ns\n", ""));
    repl("fn f() {}\nf()\nfn f() { return 2 }\nf()\nf\n", (0, "2\n<fn f>\n", ""));
    repl("var t = {}\nt.x\npush({1}, 2)\n", (0, "nil\n[1,2]\n", ""));
    // Several lines.
    repl("fn add(a,\n b) {\n  return a + b\n}\nadd(1,\n\n2)\nvar s = \"a\nb\"\ns\n", (0, "3\na\nb\n", ""));
    repl("/* a\ncomment */ 7\n// nothing\n\n8", (0, "7\n8\n", ""));
    // Errors end nothing.
    let script = "[line 1] in script\n[line 1] in script\n";
    repl("nope\n3", (0, "3\n", &format!("Undefined variable 'nope'.\n{script}")));
    repl(")\n3", (0, "3\n", "[line 1] Error at ')': Expect expression.\n"));
    repl("3\nfn f() {\n", (0, "3\n", "[line 2] Error at end: Expect '}' after block.\n"));
    let err = "Undefined variable 'later'.\n[line 2] in script\n[line 2] in f()\n[line 1] in script\n";
    repl("fn f() {\nreturn later }\nf()\nvar later = 4\nf()", (0, "4\n", err));
    // Natives can be shadowed, also after they were used.
    repl("len(\"abc\")\nvar len = 3\nlen\n", (0, "3\n3\n", ""));
    // The program and the session read the same input.
    repl("var a = readLine()\nthe line\na", (0, "the line\n", ""));
    repl("import \"m\"\nm.a\nimport \"n\"", (0, "5\n", &format!("Module not found: 'n'\n{script}")));
    repl("sysOnExit(fn() { print \"end\" })\nprint 1", (0, "1\nend\n", ""));
    repl("sysExit(7)\nprint 1", (7, "", ""));
    repl("class A { init(x) { this.x = x } }\nA(1)\nA(2).x", (0, "<instance: A> \n2\n", ""));
}

#[test]
fn caches_are_written_and_used() {
    let folder = Folder::new(&[("s.sox", "print \"text\"\n"), ("sub/m.sox", "print \"module\" return 3")]);
    let build = ["build", "--bytecode", "s.sox"];
    folder.check(&build, 0, "", "");
    let contents = folder.read("s.sbc");
    assert!(sox_bytecode::cache::read(&contents, b"print \"text\"\n").is_ok());
    folder.check(&["run", "s.sox"], 0, "text\n", "");
    folder.check(&["run", "s.sbc"], 0, "text\n", "");
    assert_eq!(folder.read("s.sbc"), contents);
    folder.check(&["build", "--bytecode", "s.sox", "-o", "sub/other.sbc"], 0, "", "");
    assert_eq!(folder.read("sub/other.sbc"), contents);

    // That it is used shows with one that is not what the text says.
    let module =
        sox_vm::Vm::compile("elsewhere.sox", b"fn f() { nope() }\nprint \"cache\" f()").expect("a module");
    folder.write("s.sbc", &sox_bytecode::cache::write(&module, b"print \"text\"\n"));
    let err = "Undefined variable 'nope'.\n[line 1] in script\n[line 1] in f()\n[line 2] in script\n";
    folder.check(&["run", "s.sox"], 70, "cache\n", err);

    // Modules have caches, too, and other ones than scripts have.
    folder.write("i.sox", b"import \"sub/m\" print m");
    folder.check(&["build", "--bytecode", "--module", "sub/m.sox"], 0, "", "");
    folder.check(&["run", "i.sox"], 0, "module\n3\n", "");
    folder.write("n.sox", b"print \"both\"");
    folder.check(&["build", "--bytecode", "n.sox"], 0, "", "");
    let contents = folder.read("n.sbc");
    folder.write("i.sox", b"import \"n\" print n");
    folder.check(&["run", "i.sox"], 0, "both\nnil\n", "");
    assert_eq!(folder.read("n.sbc"), contents);
    assert!(!folder.has("i.sbc"), "caches are made when somebody asks for them");
}

#[test]
fn wrong_caches_are_replaced() {
    let text = "fn f(n) { return n * 2 }\nprint f(21)\n";
    let folder =
        Folder::new(&[("s.sox", text), ("m.sox", "import \"lib\" print lib"), ("lib.sox", "return 6")]);
    folder.check(&["build", "--bytecode", "s.sox"], 0, "", "");
    let contents = folder.read("s.sbc");
    let mut wrong: Vec<Vec<u8>> = vec![Vec::new(), b"something else".to_vec()];
    wrong.extend((1..contents.len()).step_by(37).map(|length| contents[..length].to_vec()));
    wrong.extend((0..contents.len()).step_by(11).map(|at| {
        let mut damaged = contents.clone();
        damaged[at] ^= 0x41;
        damaged
    }));
    wrong.push([&*contents, b"more"].concat());
    // Contents that fit their header, but are no module; or one of another text.
    wrong.push(sox_bytecode::cache::wrap(b"nonsense", text.as_bytes()));
    let other = sox_vm::Vm::compile("s.sox", b"print 1").expect("a module");
    wrong.push(sox_bytecode::cache::write(&other, b"print 1"));
    for each in &wrong {
        folder.write("s.sbc", each);
        folder.check(&["run", "s.sox"], 0, "42\n", "");
        assert_eq!(folder.read("s.sbc"), contents, "{each:?}");
    }
    folder.write("lib.sbc", b"damaged");
    folder.check(&["run", "m.sox"], 0, "6\n", "");
    assert!(sox_bytecode::cache::read(&folder.read("lib.sbc"), b"return 6").is_ok());
    // A text that is wrong now is not hidden by what it was.
    folder.write("s.sox", b")");
    folder.check(&["run", "s.sox"], 65, "", "[line 1] Error at ')': Expect expression.\n");
    assert_eq!(folder.read("s.sbc"), contents);
    // What cannot be replaced is left alone.
    fs::remove_file(folder.0.join("s.sbc")).expect("it was there");
    fs::create_dir(folder.0.join("s.sbc")).expect("a folder");
    folder.write("s.sox", text.as_bytes());
    folder.check(&["run", "s.sox"], 0, "42\n", "");
    let left: Vec<_> =
        fs::read_dir(&folder.0).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 5, "no temporary files: {left:?}");
}

#[test]
fn what_cannot_be_built_says_why() {
    let folder = Folder::new(&[("bad.sox", ")"), ("m.sox", "return 1"), ("s.sox", "")]);
    let err = "error: s.sox: only bytecode can be built in this version; say --bytecode\n";
    folder.check(&["build", "s.sox"], 64, "", err);
    let err = "error: s.txt: only Sox scripts, files that end in .sox, can be built\n";
    folder.check(&["build", "--bytecode", "s.txt"], 64, "", err);
    folder.check(&["build", "--bytecode", "bad.sox"], 65, "", "[line 1] Error at ')': Expect expression.\n");
    let err = "[line 1] Error at 'return': Can't return from top-level code.\n\
               note: a module that others import is built with --module\n";
    folder.check(&["build", "--bytecode", "m.sox"], 65, "", err);
    let gone = ("Could not read file: gone.sox\n", "Could not open file \"gone.sox\".\n");
    folder.check(&["build", "--bytecode", "gone.sox"], 74, gone.0, gone.1);
    let output = folder.run(&["build", "--bytecode", "s.sox", "-o", "no/such/folder.sbc"]);
    assert!(stderr(&output).starts_with("error: cannot write no/such/folder.sbc: "), "{}", stderr(&output));
    assert_eq!((output.status.code(), stdout(&output)), (Some(74), ""));
    folder.write("lone.sbc", b"");
    let err =
        "error: lone.sbc: a bytecode cache is run with its script beside it, and there is no lone.sox\n";
    folder.check(&["run", "lone.sbc"], 74, "", err);
}

#[test]
fn the_alias_takes_the_flags_of_the_original() {
    let folder = Folder::new(&[
        ("s.sox", "print \"run\""),
        ("args.sox", "print argc for var i, a in argv { if i > 0 print a }"),
        ("exit.sox", "print 1 sysExit(4)"),
        ("bad.sox", ")"),
        ("fails.sox", "nope()"),
        ("b.sox", "fn BenchmarkA(b) {}\nfn BenchmarkB(b) {}\nprint 1"),
        ("t_test.sox", "#[test] fn A(t) {}"),
    ]);
    folder.check(&["sox", "s.sox"], 0, "run\nExiting sox ...\n", "");
    folder.check(&["sox", "s.sox", "--suppress-print"], 0, "Exiting sox ...\n", "");
    let out = "5\nargs.sox\na\nb\n--c\nExiting sox ...\n";
    folder.check(&["sox", "args.sox", "a", "b", "--", "--c"], 0, out, "");
    folder.check(&["sox", "exit.sox"], 4, "1\n", "");
    folder.check(&["sox", "bad.sox"], 65, "", "[line 1] Error at ')': Expect expression.\n");
    let err = "Undefined variable 'nope'.\n[line 1] in script\n[line 1] in script\n";
    folder.check(&["sox", "fails.sox"], 70, "", err);
    let gone = ("Could not read file: gone.sox\n", "Could not open file \"gone.sox\".\n");
    folder.check(&["sox", "gone.sox"], 74, gone.0, gone.1);
    folder.check(&["sox", "s.sox", "--serialise"], 0, "run\nExiting sox ...\n", "");
    assert!(folder.has("s.sbc"));
    folder.check(&["sox", "--serialise", "s.sox"], 0, "run\nExiting sox ...\n", "");
    let passed = "sox/t/A                              [ OK   ]\n1 of 1 (100%) tests successful, 0 (0%) test skipped.\n";
    for args in [&["sox", "-t"][..], &["sox", "--test", "t_test.sox"]] {
        folder.check(args, 0, &[SEED, passed].concat(), "");
    }
    let output =
        folder.run(&["sox", "b.sox", "--bench", "--bench-time=0.01", "--bench-filter=B", "--suppress-print"]);
    let names: Vec<&str> = stdout(&output).lines().map(|line| columns(line).0).collect();
    assert_eq!((names, output.status.code()), (vec!["BenchmarkA", "BenchmarkB"], Some(0)));
    let version = concat!("Sox (spandrel ", env!("CARGO_PKG_VERSION"), ")\n");
    compare(&spandrel(&["sox", "--version"]), (0, version, ""), "--version");
    let output = folder.output(command(&["sox", "--suppress-print"]), "print 1\n2\n");
    compare(&output, (0, "2\nExiting sox ...\n", ""), "a session");
}

#[test]
fn the_verbs_explain_themselves() {
    for verb in ["test", "bench", "repl", "build", "sox"] {
        let output = spandrel(&[verb, "--help"]);
        assert!(stdout(&output).contains("Usage: spandrel ") && output.status.code() == Some(0), "{verb}");
        assert_eq!(stderr(&output), "", "{verb}");
    }
}

#[test]
fn the_alias_refuses_what_it_cannot_do() {
    let folder = Folder::new(&[("s.sox", "print argv[2]")]);
    for flag in ["--native", "--native-out=x", "--native-arch=arm64", "--wasm", "--wat", "--custom-linker"] {
        let name = flag.split('=').next().unwrap_or(flag);
        let err = format!(
            "error: {name} is not available in this version: programs are run, not compiled to files\n"
        );
        folder.check(&["sox", "s.sox", flag], 64, "", &err);
        folder.check(&["sox", flag, "s.sox", "--bench"], 64, "", &err);
    }
    folder.check(&["sox", "s.sox", "--", "--wasm"], 0, "--wasm\nExiting sox ...\n", "");
    let err = "error: --bench and --serialise need a script: sox FILE --bench\n";
    folder.check(&["sox", "--bench"], 64, "", err);
    for args in [&["sox", "--nothing-of-the-kind"][..], &["sox", "s.sox", "--bench-time=0"]] {
        let output = folder.run(args);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{args:?}");
        assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
    }
    for args in [&["sox"][..], &["sox", "-h"], &["sox", "--help"]] {
        let output = folder.run(args);
        assert!(stdout(&output).contains("--suppress-print") && output.status.code() == Some(0), "{args:?}");
    }
}

/// Under an emulator the name is the emulator's.
#[cfg(unix)]
#[test]
fn the_program_is_the_alias_when_it_is_called_so() {
    if std::env::var_os("SPANDREL_TEST_RUNNER").is_some() {
        return;
    }
    let folder = Folder::new(&[("s.sox", "print argv")]);
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_spandrel"), folder.0.join("sox")).expect("a link");
    let mut sox = Command::new(folder.0.join("sox"));
    sox.arg("s.sox").arg("x");
    let out = format!("[{},s.sox,x]\nExiting sox ...\n", folder.0.join("sox").display());
    compare(&folder.output(sox, ""), (0, &out, ""), "sox s.sox x");
}

#[test]
fn memory_is_limited_and_collected_alike_by_every_verb() {
    let text = "var a = []\nfn fill() { try { while true { push(a, [len(a)]) } } catch e { a = nil print e.message } }\n";
    let test = format!("{text}#[test] fn TestFill(t) {{ fill() }}\n");
    let files =
        [("fill.sox", &*format!("{text}fill()\n")), ("small.sox", "print [1, 2]"), ("f_test.sox", &test)];
    let folder = Folder::new(&files);
    folder.check(&["run", "--max-memory", "16", "fill.sox"], 0, "Out of memory.\n", "");
    folder.check(&["run", "--gc-stress", "small.sox"], 0, "[1,2]\n", "");
    let passed = "1 of 1 (100%) tests successful, 0 (0%) test skipped.\n";
    let out = format!("{SEED}Out of memory.\nsox/f/TestFill                       [ OK   ]\n{passed}");
    folder.check(&["test", "--max-memory", "16", "f_test.sox"], 0, &out, "");
    let repl = folder.output(command(&["repl", "--lang", "sox", "--gc-stress"]), "var x = [1] + \"\"\nx\n");
    compare(&repl, (0, "<object>\n", ""), "repl");
}
