//! `spandrel ir` from outside.

mod common;

use common::{spandrel, stderr, stdout};
use std::path::PathBuf;

/// A program in a file of its own; the name keeps tests apart.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.ir"));
    std::fs::write(&path, text).expect("the file can be written");
    path
}

const PROGRAM: &str = "\
class heap
func @half(i32) -> i32 {
fs0 = state 7+1 [v0, v1]
block0(v0: i32):
  v1 = iconst.i32 2
  v2 = srem.i32 v0, v1
  v3 = iconst.i32 0
  v4 = icmp.eq.i32 v2, v3
  brif v4, block1, block2
block1:
  v5 = sdiv.i32 v0, v1
  return v5
block2 cold:
  deopt fs0, reason 3
}
func @kinds(i64, f64, pair, bool) -> i64, f64, pair, bool {
block0(v0: i64, v1: f64, v2: pair, v3: bool):
  return v0, v1, v2, v3
}
func @forever(ptr) {
block0(v0: ptr):
  v1 = iconst.i64 5
  store.i64 heap v1, [v0 + 8]
  jump block1
block1:
  jump block1
}
func @trapped() {
block0:
  trap 9
}
";

#[test]
fn run_prints_results_or_says_how_it_ended() {
    let path = file("run", PROGRAM);
    let path = path.to_str().expect("a plain path");
    let run = |args: &[&str]| spandrel(&[&["ir", "run", path][..], args].concat());
    let output = run(&["--func", "half", "-12"]);
    assert_eq!((stdout(&output), output.status.code()), ("i32 -6\n", Some(0)), "{}", stderr(&output));
    let output = run(&["--func", "@kinds", "-1", "0x1.8p1", "1:0x10", "true"]);
    assert_eq!(stdout(&output), "i64 -1\nf64 3.0\npair 0x1:0x10\nbool true\n", "{}", stderr(&output));
    for (args, part) in [
        (&["--func", "half", "3"][..], "left @half through fs0, reason 3\n  frame 7+1 [i32 3, i32 2]"),
        (&["--func", "forever", "zeros:16", "--fuel", "1000"], "ran out of fuel"),
        (&["--func", "forever", "zeros:8"], "store of 8 bytes"),
        (&["--func", "trapped"], "trapped with code 9"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(
            stdout(&output).is_empty() && stderr(&output).contains(part),
            "{args:?}: {}",
            stderr(&output)
        );
    }
    for (args, part) in [
        (&["--func", "half"][..], "0 arguments, @half takes (i32) -> i32"),
        (&["--func", "half", "x"], "`x`"),
        (&["--func", "none"], "there are: @half, @kinds, @forever, @trapped"),
        (&["3"], "say which function with --func"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(part), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn check_shows_every_error_of_every_file() {
    let good = file("check_good", PROGRAM);
    let wrong = file("check_wrong", "func @f() {\nblock0:\n  v0 = addd.i32 v1, v2\n  jump block7\n}\n");
    let invalid = file("check_invalid", "func @g() -> i32 {\nblock0:\n  return\n}\n");
    let paths = [&good, &wrong, &invalid].map(|path| path.to_str().expect("a plain path"));
    let output = spandrel(&["ir", "check", paths[0]]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    let output = spandrel(&["ir", "check", paths[1], paths[0], paths[2]]);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    for part in [
        "there is no op `addd`",
        "check_wrong.ir:3:8",
        "3 |   v0 = addd.i32 v1, v2",
        "there is no block block7",
        "check_wrong.ir:4:8",
        "error: 2 errors in",
        "0 returned values found, 1 expected",
        "check_invalid.ir:3:3",
        "error: 1 error in",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let output = spandrel(&["ir", "check", "no/such/file.ir"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no/such/file.ir"), "{}", stderr(&output));
}

#[test]
fn opt_runs_the_passes_it_is_told() {
    let path = file(
        "opt",
        "func @f(i32) -> i32 {\nblock0(v0: i32):\n  v1 = iconst.i32 0\n  v2 = iadd.i32 v0, v1\n  return v2\n}\n",
    );
    let path = path.to_str().expect("a plain path");
    let opt = |args: &[&str]| spandrel(&[&["ir", "opt", path][..], args].concat());
    let whole = stdout(&opt(&[])).to_owned();
    assert!(!whole.contains("iadd") && whole.contains("return v0"), "{whole}");
    assert!(stdout(&opt(&["--passes", "dce"])).contains("iadd"));
    assert!(stdout(&opt(&["--disable", "fold,gvn"])).contains("iadd"));
    let folded = opt(&["--passes", "fold"]);
    assert!(
        stdout(&folded).contains("iconst") && stdout(&folded).contains("return v0"),
        "{}",
        stdout(&folded)
    );
    assert_eq!(
        ir::text::print(&ir::text::parse(&whole).expect("it reads")),
        whole,
        "what is printed is input"
    );
    let output = opt(&["--passes", "fold,unknown"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no pass `unknown`; there are: fold"), "{}", stderr(&output));
}

#[test]
fn pictures_have_a_box_per_block_and_a_line_per_edge() {
    let path = file("picture", PROGRAM);
    let out = path.with_extension("svg");
    let (path, target) = (path.to_str().expect("a plain path"), out.to_str().expect("a plain path"));
    let output = spandrel(&["ir", "opt", path, "--passes", "", "--emit", "svg", "-o", target]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let svg = std::fs::read_to_string(&out).expect("it was written");
    assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{svg}");
    assert_eq!(svg.matches("<rect class=\"box").count(), 7, "{svg}");
    assert_eq!(svg.matches("<rect class=\"box cold\"").count(), 1);
    assert_eq!(svg.matches("marker-end=\"url(#true)\"").count(), 1);
    assert_eq!(svg.matches("marker-end=\"url(#false)\"").count(), 1);
    assert_eq!(svg.matches("class=\"back\" stroke=\"#57606a\" marker-end=\"url(#jump)\"").count(), 1);
    assert!(svg.contains("(i32) -&gt; i32") && svg.contains(">block2 cold:<") && !svg.contains("NaN"));
    let opened = svg.matches("<text").count();
    assert_eq!(opened, svg.matches("</text>").count());
    let one = spandrel(&["ir", "opt", path, "--emit", "svg", "--func", "trapped"]);
    assert_eq!(stdout(&one).matches("<rect class=\"box").count(), 1);
}

#[test]
fn compiled_code_answers_as_the_interpreter_does() {
    let path = file("jit", PROGRAM);
    let path = path.to_str().expect("a plain path");
    let run = |args: &[&str]| spandrel(&[&["ir", "run", "--jit", path][..], args].concat());
    let output = run(&["--func", "half", "-12"]);
    assert_eq!((stdout(&output), output.status.code()), ("i32 -6\n", Some(0)), "{}", stderr(&output));
    let output = run(&["--func", "half", "3"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("left @half through fs0, reason 3"), "{}", stderr(&output));
    let output = run(&["--func", "trapped"]);
    assert!(stderr(&output).contains("trapped with code 9"), "{}", stderr(&output));
}

#[test]
fn compile_shows_every_form_for_every_machine() {
    let path = file("compile", PROGRAM);
    let path = path.to_str().expect("a plain path");
    for target in ["x64-linux", "x64-macos", "x64-windows", "arm64-linux", "arm64-macos", "arm64-windows"] {
        let args = ["ir", "compile", path, "--target", target, "--emit"];
        let clif = spandrel(&[&args[..], &["clif"]].concat());
        assert!(stdout(&clif).contains("function u") && stdout(&clif).contains("brif"), "{}", stderr(&clif));
        let asm = spandrel(&[&args[..], &["asm"]].concat());
        let text = stdout(&asm);
        assert!(
            text.contains(&format!("; {target}, ")) && text.contains("; func @half(i32) -> i32"),
            "{text}"
        );
        let obj = spandrel(&[&args[..], &["obj"]].concat());
        let magic: &[&[u8]] = &[b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\x64\x86", b"\x64\xaa"];
        assert!(magic.iter().any(|m| obj.stdout.starts_with(m)), "{target}: {}", stderr(&obj));
        assert!(text.contains("\n     0:  ") && text.contains("ret"), "{text}{}", stderr(&asm));
    }
    let ir = spandrel(&["ir", "compile", path, "--emit", "ir", "--func", "trapped"]);
    assert!(stdout(&ir).starts_with("func @trapped()"), "{}", stdout(&ir));
    let wrong = spandrel(&["ir", "compile", path, "--target", "vax-vms"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("x64-linux, x64-macos"), "{}", stderr(&wrong));
}
