//! `cargo xtask inferno-check`: programs of an Inferno tree in our machine, each in a folder of its own beside the tree, against what
//! the manual says they print.

mod cases;

use crate::run::{Failure, target_dir};
use cases::{CASES, Case};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Arguments of `inferno-check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The tree: a folder with `dis`, `lib` and so on in it. Nothing in it is changed
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// The `spandrel` to use; otherwise the release build
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Only cases with this in their name
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Seconds that one may take
    #[arg(long, value_name = "N", default_value_t = 30)]
    timeout: u32,
    /// More flags for `spandrel run`, such as `--gc-stress`
    #[arg(last = true)]
    flags: Vec<String>,
}

/// What a case came to.
enum Outcome {
    Agrees,
    /// The tree has no such program.
    Lacks,
    Differs(String),
}

/// Files that every case finds in `/try`.
const FILES: [(&str, &str); 3] = [
    ("fruit", "pear\napple\nfig\napple\n"),
    ("numbers", "10 ten\n9 nine\n100 hundred\n"),
    (
        "hello.b",
        "implement Hello;\ninclude \"sys.m\";\ninclude \"draw.m\";\n\
         Hello: module { init: fn(nil: ref Draw->Context, args: list of string); };\n\
         init(nil: ref Draw->Context, args: list of string)\n\
         {\n\tsys := load Sys Sys->PATH;\n\tsys->print(\"%d words: %s\\n\", len args, hd tl args);\n}\n",
    ),
];

/// A root with everything of the tree, and folders that programs may write to.
fn prepare(tree: &Path, root: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::io(root, error);
    match fs::remove_dir_all(root) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    for folder in ["try/d", "tmp"] {
        fs::create_dir_all(root.join(folder)).map_err(failed)?;
    }
    for entry in fs::read_dir(tree).map_err(|error| Failure::io(tree, error))? {
        let entry = entry.map_err(|error| Failure::io(tree, error))?;
        if !matches!(entry.file_name().to_str(), Some("try" | "tmp")) {
            link(&entry.path(), &root.join(entry.file_name())).map_err(failed)?;
        }
    }
    fs::write(root.join("try/d/one"), "x").map_err(failed)?;
    FILES.iter().try_for_each(|(name, text)| fs::write(root.join("try").join(name), text).map_err(failed))
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(windows)]
fn link(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(to, at)
}

/// Ways of running programs, with their flags.
const WAYS: [(&str, &[&str]); 3] =
    [("interpreter", &["--no-jit"]), ("JIT", &[]), ("all compiled", &["--jit-threshold=1"])];

/// Runs a case and compares.
fn try_case(args: &Args, way: &[&str], program: &Path, root: &Path, case: &Case) -> Result<Outcome, Failure> {
    let missing = |name: &&str| !root.join("dis").join(format!("{name}.dis")).is_file();
    if case.needs.split_whitespace().any(|name| missing(&name)) {
        return Ok(Outcome::Lacks);
    }
    let mut command = Command::new(program);
    command
        .args(["run", "--timeout", &args.timeout.to_string(), "--root"])
        .arg(root)
        .args(way)
        .args(&args.flags);
    command.args(["/dis/sh.dis", "-c", case.script]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Failure::io(program, error))?;
    if let Some(mut input) = child.stdin.take() {
        // Whoever does not read may be gone.
        let _ = input.write_all(case.input.as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| Failure::io(program, error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if text == case.output {
        return Ok(Outcome::Agrees);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Ok(Outcome::Differs(format!(
        "  printed:  {text:?}\n  expected: {:?}\n  errors:   {errors:?}",
        case.output
    )))
}

/// Runs all cases and reports.
///
/// # Errors
/// When something cannot be run, or a program prints something else.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let program = args.program.clone().unwrap_or_else(|| target_dir().join("release/spandrel"));
    let tree = args.root.canonicalize().map_err(|error| Failure::io(&args.root, error))?;
    let root = target_dir().join("inferno-check");
    let wanted = |case: &&Case| args.filter.as_ref().is_none_or(|filter| case.name.contains(filter.as_str()));
    let (mut agree, mut lack, mut differ) = (0, 0, 0);
    for case in CASES.iter().filter(wanted) {
        let mut words = Vec::new();
        for (name, flags) in WAYS {
            prepare(&tree, &root)?;
            words.push(match try_case(args, flags, &program, &root, case)? {
                Outcome::Agrees => {
                    agree += 1;
                    format!("{name}: agrees")
                }
                Outcome::Lacks => {
                    lack += 1;
                    format!("{name}: not in this tree")
                }
                Outcome::Differs(how) => {
                    differ += 1;
                    format!("{name}: DIFFERS\n{how}\n")
                }
            });
        }
        println!("{:<24} {}", case.name, words.join("  "));
    }
    println!("{agree} agree, {differ} differ, {lack} are not in this tree");
    if differ == 0 {
        Ok(())
    } else {
        Err(Failure::new(format!("{differ} of {} programs differ", agree + differ)))
    }
}
