//! Files, standard input and output.

use crate::harness::{Outcome, each, lines, run_twice, run_with};
use std::path::PathBuf;

/// A directory for one test, which is gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("sox-natives-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Scratch(path)
    }

    /// Lines that a program prints; `@` in it stands for the directory.
    #[track_caller]
    fn lines(&self, source: &str, expected: &[&str]) {
        let dir = self.0.display().to_string();
        let expected: Vec<String> = expected.iter().map(|line| line.replace('@', &dir)).collect();
        lines(&source.replace('@', &dir), &expected.iter().map(|line| &**line).collect::<Vec<_>>());
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn whole_files() {
    Scratch::new("whole").lines(
        r#"
        var p = "@/f.bin";
        print fileExists(p);
        print writeFile(p, "\0\xff\r\n");
        print fileExists(p);
        print readFile(p) == "\0\xff\r\n";
        appendFile(p, "more");
        print len(readFile(p));
        writeFile("@/a", "");
        print readFile("@/a") == "";
        print listFiles("@");
        print removeFile(p);
        print fileExists(p);
        removeFile("@/a");
        print listFiles("@");
        "#,
        &["false", "nil", "true", "true", "8", "true", "[a,f.bin]", "nil", "false", "[]"],
    );
}

#[test]
fn open_files() {
    Scratch::new("open").lines(
        r#"
        var p = "@/f";
        var f = open(p, "w");
        print type(f);
        f.write("first\n\nthird");
        f.write(" line");
        print readFile(p).len();
        f.close();
        f = open(p, "a");
        f.write("\n");
        f.close();
        f.close();
        f = open(p);
        print f.read(3);
        print f.readLine();
        print f.readLine() == "";
        print f.read(0) == "";
        print f.readLine();
        print f.readLine();
        print f.read(1);
        print f.read() == "";
        f.close();
        f = open(p, "r");
        print f.read(99).len();
        f = open(p, "r");
        print f.read().len();
        "#,
        &["File", "17", "fir", "st", "true", "true", "third line", "nil", "nil", "true", "18", "18"],
    );
}

#[test]
fn failures() {
    Scratch::new("failures").lines(
        r#"
        fn why(f) { try { f(); } catch e { return e.message; } return "nothing"; }
        var p = "@/none/f";
        print why(fn() { open(p); });
        print why(fn() { open(p, "w"); });
        print why(fn() { readFile(p); });
        print why(fn() { readFile("@"); });
        print why(fn() { writeFile(p, ""); });
        print why(fn() { appendFile(p, ""); });
        print why(fn() { removeFile(p); });
        print why(fn() { listFiles(p); });
        print why(fn() { open("@/f", "rw"); });
        writeFile("@/f", "x");
        var f = open("@/f");
        print why(fn() { f.write("x"); });
        f.close();
        print why(fn() { f.write("x"); });
        print why(fn() { f.readLine(); });
        print why(fn() { f.read(); });
        "#,
        &[
            "open(): cannot open '@/none/f': No such file or directory",
            "open(): cannot open '@/none/f': No such file or directory",
            "readFile(): cannot read '@/none/f': No such file or directory",
            "readFile(): cannot read '@': Is a directory",
            "writeFile(): cannot write '@/none/f': No such file or directory",
            "appendFile(): cannot write '@/none/f': No such file or directory",
            "removeFile(): cannot remove '@/none/f': No such file or directory",
            "listFiles(): cannot list '@/none/f': No such file or directory",
            "open(): mode must be 'r', 'w' or 'a'",
            "write(): cannot write '@/f': Bad file descriptor",
            "write(): file '@/f' is closed",
            "readLine(): file '@/f' is closed",
            "read(): file '@/f' is closed",
        ],
    );
}

#[test]
fn wrong_arguments() {
    each(&[
        ("open()", "! open(): invalid parameter count"),
        ("open(1)", "! open(): parameter must be a string"),
        ("open(\"f\", 1)", "! open(): parameter must be a string"),
        ("open(\"\\0\")", "! open(): cannot open '\0': file name contained an unexpected NUL byte"),
        ("readFile(1)", "! readFile(): parameter must be a string"),
        ("readFile()", "! readFile(): requires 1 parameter"),
        ("writeFile(\"f\", 1)", "! writeFile(): both parameters must be strings"),
        ("writeFile(\"f\")", "! writeFile(): requires 2 parameters"),
        ("appendFile(1, \"\")", "! appendFile(): both parameters must be strings"),
        ("fileExists(1)", "! fileExists(): parameter must be a string"),
        ("removeFile()", "! removeFile(): requires 1 parameter"),
        ("listFiles(nil)", "! listFiles(): parameter must be a string"),
        ("write(1)", "! write(): parameter must be a string"),
        ("write()", "! write(): requires 1 parameter"),
        ("errWrite(1)", "! errWrite(): parameter must be a string"),
        ("readLine(1)", "! readLine(): takes no parameters"),
        ("readAll(1)", "! readAll(): takes no parameters"),
    ]);
    Scratch::new("arguments").lines(
        r#"
        fn why(f) { try { f(); } catch e { return e.message; } return "nothing"; }
        writeFile("@/f", "x");
        var f = open("@/f");
        print why(fn() { f.read(-1); });
        print why(fn() { f.read("1"); });
        print why(fn() { f.readLine(1); });
        print why(fn() { f.write(); });
        print why(fn() { f.write(1); });
        print why(fn() { f.close(1); });
        print why(fn() { f.nothing(); });
        "#,
        &[
            "read(): count cannot be negative",
            "read(): parameter must be a number",
            "readLine(): invalid parameter count",
            "write(): invalid parameter count",
            "write(): parameter must be a string",
            "close(): invalid parameter count",
            "Undefined property 'nothing'.",
        ],
    );
}

#[test]
fn standard_input() {
    lines(
        r#"
        print readLine();
        print readLine() == "";
        print readLine() == "third line\r";
        print readAll();
        print readLine();
        print readAll() == "";
        "#,
        &["first", "true", "true", "no line feed", "nil", "true"],
    );
}

#[test]
fn writing() {
    let rope = "var s = \"\"; for i in 0..200 { s = s + \"ab\"; }";
    let source = format!(
        "{rope} write(\"a\"); errWrite(\"to err\\n\"); write(\"b\\n\"); write(s); print write(\"\");"
    );
    for Outcome { out, err, result } in run_twice(&source) {
        assert_eq!((out, err), (format!("ab\n{}nil\n", "ab".repeat(200)), "to err\n".to_owned()));
        assert_eq!(result, Ok(()));
    }
}

#[test]
fn long_lines_and_files() {
    Scratch::new("long").lines(
        r#"
        var p = "@/f";
        writeFile(p, "x".repeat(200000) + "\n" + "y".repeat(100) + "\n");
        var f = open(p);
        var long = f.readLine();
        print long == "x".repeat(200000);
        print f.readLine() == "y".repeat(100);
        print f.readLine();
        f = open(p);
        print f.read(200001).endsWith("x\n");
        print f.read().len();
        print readFile(p).len();
        "#,
        &["true", "true", "nil", "true", "101", "200102"],
    );
}

/// Files that nobody refers to are closed, and what is read is limited by the heap.
#[cfg(unix)]
#[test]
fn resources() {
    let outcome = run_with("for i in 0..3000 { open(\"/dev/null\"); } print \"done\";", |_| {});
    assert_eq!((outcome.result, &*outcome.out), (Ok(()), "done\n"));
    let source = "try { readFile(\"/dev/zero\"); } catch e { print e.message; }";
    let outcome = run_with(source, |options| options.heap.cap_bytes = 16 << 20);
    assert_eq!((outcome.result, &*outcome.out), (Ok(()), "Out of memory.\n"));
}
