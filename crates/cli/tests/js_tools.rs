//! What the command tells about JavaScript programs, and the limits that it sets them.

mod common;

use common::{spandrel, stderr, stdout};
use std::path::{Path, PathBuf};

/// A folder that is there while its test runs.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("{name}-{}", std::process::id());
        let folder = Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        std::fs::create_dir_all(&folder.0).expect("a folder");
        folder
    }

    /// Writes a file; its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A program in a folder of its own, run with flags.
fn run(name: &str, program: &str, flags: &[&str]) -> (Option<i32>, String, String) {
    let folder = Folder::new(&format!("js-{name}"));
    let file = folder.file("program.js", program);
    let args: Vec<_> = ["run"].iter().chain(flags).copied().chain([file.as_str()]).collect();
    let output = spandrel(&args);
    (output.status.code(), stdout(&output).to_owned(), stderr(&output).to_owned())
}

#[test]
fn bytecode_is_listed_with_places_and_not_run() {
    let program = "console.log('run');\nfunction twice(x) {\n  return x.y + x.y;\n}\n";
    let (status, out, err) = run("emit", program, &["--emit", "bytecode"]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("function 0 -: Script"), "{out}");
    assert!(
        out.contains("function 1 twice: Normal, 1 parameters") && out.contains("from 2:1 to line 4"),
        "{out}"
    );
    let read = out.lines().find(|line| line.contains("get_property") && line.contains("\"y\""));
    assert!(read.is_some_and(|line| line.contains(" 3:")), "{out}");
    assert!(!out.lines().any(|line| line == "run"), "{out}");
}

/// A program whose one loop is hot.
const HOT: &str = "function sum(a, n) {\n  let s = 0.5;\n  for (let i = 0; i < n; i++) {\n    s += a[i & 7];\n  }\n  return s;\n}\nlet t = 0;\nfor (let i = 0; i < 60; i++) t += sum([1.5, 2, 3, 4, 5, 6, 7, 8], 200);\nconsole.log(t);\n";

#[test]
#[cfg_attr(not(feature = "jit"), ignore = "there is no optimizing tier")]
fn optimized_functions_are_shown_while_the_program_runs() {
    let eager = ["--jit-threshold=1", "--opt-threshold=1"];
    let (status, plain, _) = run("emit-none", HOT, &eager);
    assert_eq!(status, Some(0));
    for (form, part) in [("ir", "unbox_number"), ("clif", "fadd"), ("asm", "; line 4")] {
        let flags = [&eager[..], &["--emit", form, "--emit-func", "sum"]].concat();
        let (status, out, err) = run(&format!("emit-{form}"), HOT, &flags);
        assert_eq!((status, &out), (Some(0), &plain), "{err}");
        assert!(err.contains("; sum (") && err.contains("from the loop in line 4 on"), "{err}");
        assert!(err.contains(part), "{form}: {err}");
        // Of this name only.
        assert_eq!(err.matches("program.js:").count(), err.matches("; sum (").count(), "{err}");
    }
}

#[test]
#[cfg_attr(not(feature = "jit"), ignore = "there is no optimizing tier")]
fn pictures_of_optimized_functions_go_to_a_folder() {
    let folder = Folder::new("js-emit-svg");
    let to = folder.0.join("made").to_string_lossy().into_owned();
    let flags = ["--jit-threshold=1", "--opt-threshold=1", "--emit", "svg"];
    let (status, ..) = run("emit-svg-nowhere", HOT, &flags);
    assert_eq!(status, Some(64));
    let (status, _, err) = run("emit-svg-there", HOT, &[&flags[..], &["--emit-to", &to]].concat());
    assert_eq!((status, err.as_str()), (Some(0), ""));
    let files: Vec<_> =
        std::fs::read_dir(&to).expect("it was made").map(|file| file.expect("a file").path()).collect();
    let of_sum = |file: &&PathBuf| file.to_string_lossy().contains("-sum");
    let sum = files.iter().find(of_sum).unwrap_or_else(|| panic!("{files:?}"));
    assert!(std::fs::read_to_string(sum).expect("it can be read").starts_with("<svg"));
}

#[test]
fn bytecode_of_a_text_that_is_refused_is_a_report_with_the_line() {
    let (status, out, err) = run("emit-refused", "let fine;\n  let = ;\n", &["--emit", "bytecode"]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("Uncaught SyntaxError: ") && err.contains("\n  let = ;\n"), "{err}");
    assert!(err.contains("program.js:2:"), "{err}");
}

#[test]
fn steps_of_inline_caches_are_told_and_summed_up() {
    let program = "function read(o) {\n  return o.x;\n}\n\
        for (let i = 0; i < 3; i++) read({ x: 1 });\nread({ a: 0, x: 1 });\n\
        for (let i = 0; i < 100; i++) read({ ['p' + i]: 0, x: 1 });\nconsole.log('done');\n";
    let (status, out, err) = run("trace-ic", program, &["--trace-ic"]);
    assert_eq!((status, out.as_str()), (Some(0), "done\n"), "{err}");
    let steps: Vec<_> =
        err.lines().filter(|line| line.starts_with("[ic]") && line.contains("get x at read (")).collect();
    let expected = [
        "[ic] uninitialised -> monomorphic: get x at read (",
        "[ic] monomorphic -> polymorphic: get x at read (",
        "[ic] polymorphic -> megamorphic: get x at read (",
    ];
    assert_eq!(steps.len(), 3, "{err}");
    for (step, expected) in steps.iter().zip(expected) {
        assert!(step.starts_with(expected) && step.contains("program.js:2:"), "{step}");
    }
    let summary = err.lines().position(|line| line.starts_with("inline caches: ")).expect("a summary");
    let most = err.lines().skip(summary + 1).find(|line| line.contains("get x at read ("));
    assert!(most.is_some_and(|line| line.trim_start().starts_with("64  megamorphic")), "{err}");
}

#[test]
fn what_the_heap_holds_is_shown_at_the_end() {
    let program = "globalThis.kept = Array.from({ length: 1000 }, () => ({})); gc(); console.log('done');";
    let (status, out, err) = run("heap-stats", program, &["--heap-stats"]);
    assert_eq!((status, out.as_str()), (Some(0), "done\n"), "{err}");
    for part in ["heap ", "memory ", "allocated ", "pauses ", "objects "] {
        assert!(err.lines().any(|line| line.starts_with(part)), "{part}: {err}");
    }
}

#[test]
fn nothing_is_told_unless_asked_for() {
    let (status, _, err) = run("quiet", "const o = { x: 1 }; o.x;", &[]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
}

#[test]
fn fuel_time_and_memory_end_a_program() {
    let endless = "try { for (;;) ; } finally { console.log('never'); }";
    let (status, out, err) = run("fuel", endless, &["--fuel=1000"]);
    assert_eq!((status, out.as_str(), err.as_str()), (Some(1), "", "Ended: the fuel is used up\n"));
    let (status, out, err) = run("timeout", endless, &["--timeout=0.2"]);
    assert_eq!((status, out.as_str(), err.as_str()), (Some(1), "", "Ended: the time is over\n"));
    let hoard = "const all = []; try { for (;;) all.push(new Array(1000).fill(1)); } catch (e) { all.length = 0; console.log(e.name); }";
    let (status, out, err) = run("memory", hoard, &["--max-memory=16"]);
    assert_eq!((status, out.as_str(), err.as_str()), (Some(0), "RangeError\n", ""));
}

#[test]
fn fuel_that_suffices_changes_nothing() {
    let program = "let n = 0; for (let i = 0; i < 500; i++) n += i; console.log(n);";
    let (status, out, err) = run("fuel-enough", program, &["--fuel=1000"]);
    assert_eq!((status, out.as_str(), err.as_str()), (Some(0), "124750\n", ""));
    let (status, ..) = run("fuel-short", program, &["--fuel=400"]);
    assert_eq!(status, Some(1));
}

#[test]
fn wrong_flags_are_refused() {
    let (status, _, err) = run("emit-what", "1", &["--emit", "nonsense"]);
    assert_eq!(status, Some(2), "{err}");
    let folder = Folder::new("js-sox-flags");
    let file = folder.file("program.sox", "print(1);");
    for flags in [&["--trace-ic"][..], &["--emit", "bytecode"], &["--heap-stats"]] {
        let args: Vec<_> = ["run"].iter().chain(flags).copied().chain([file.as_str()]).collect();
        let output = spandrel(&args);
        assert_eq!(output.status.code(), Some(64), "{flags:?}");
        assert!(stderr(&output).contains("is for JavaScript programs"), "{}", stderr(&output));
    }
    let output = spandrel(&["run", "--emit", "bytecode", "/nowhere/program.js"]);
    assert_eq!(output.status.code(), Some(66));
}
