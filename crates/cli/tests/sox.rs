//! Every program of `tests/sox` in every way of running it: what it writes and how it ends are what the files beside it say.
//!
//! `NAME.out` is what is written to standard output, `NAME.err`, when it is there, what goes to standard error, `NAME.in` what
//! there is to read. Comments at the program's beginning: `// exit: N` its status, `// args: ..` its arguments,
//! `// slow: ..` why it is not run where every allocation collects garbage. Programs run in their own folder.

use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a program may take: ten times what the slowest one does.
const LIMIT: Duration = Duration::from_secs(120);

/// Ways to run a program: their names and flags.
const TIERS: [(&str, &[&str]); 5] = [
    ("interpreter", &["--no-jit"]),
    ("gc-stress", &["--no-jit", "--gc-stress"]),
    ("jit", &[]),
    ("jit-threshold-1", &["--jit-threshold=1"]),
    ("jit-gc-stress", &["--jit-threshold=1", "--gc-stress"]),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sox");
    let mut programs = Vec::new();
    if let Err(error) = find(&folder, &mut programs) {
        eprintln!("error: {}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    programs.sort();
    let count = programs.len();
    let mut trials = vec![Trial::test("the_programs_are_there", move || {
        if count >= 400 { Ok(()) } else { Err(format!("only {count} programs").into()) }
    })];
    trials.extend(programs.into_iter().map(|program| {
        let name = program.strip_prefix(&folder).unwrap_or(&program).with_extension("");
        let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        Trial::test(name, move || check(&program).map_err(Failed::from))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Programs of a folder and those below it, `lib` folders left out: what is in these is imported.
fn find(folder: &Path, programs: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "lib") {
                find(&path, programs)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "sox") {
            programs.push(path);
        }
    }
    Ok(())
}

/// What is expected of a program.
struct Expected {
    status: i32,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    args: Vec<String>,
    slow: bool,
}

fn expected(program: &Path) -> Result<Expected, String> {
    let text = fs::read(program).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&text);
    let directive = |name: &str| {
        let comments = text.lines().map_while(|line| line.strip_prefix("//"));
        comments.filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':')).map(str::trim).next()
    };
    let status =
        directive("exit").map_or(Ok(0), str::parse).map_err(|_| "`// exit:` takes a number".to_owned())?;
    let stdout =
        fs::read(program.with_extension("out")).map_err(|error| format!("expected output: {error}"))?;
    Ok(Expected {
        status,
        stdout,
        stderr: fs::read(program.with_extension("err")).unwrap_or_default(),
        args: directive("args").unwrap_or("").split_whitespace().map(str::to_owned).collect(),
        slow: directive("slow").is_some(),
    })
}

fn check(program: &Path) -> Result<(), String> {
    let expected = expected(program)?;
    let emulated = std::env::var_os("SPANDREL_TEST_RUNNER").is_some();
    for (tier, flags) in TIERS {
        let stressed = tier.ends_with("gc-stress");
        // In an emulator it is one way for each program, since starting takes long there: everything compiled.
        if stressed && expected.slow || emulated && tier != "jit-threshold-1" {
            continue;
        }
        let output = run(program, flags, &expected.args).map_err(|error| format!("{tier}: {error}"))?;
        let mut faults = String::new();
        if output.status.code() != Some(expected.status) {
            let _ = writeln!(faults, "{}, expected exit status {}", output.status, expected.status);
        }
        compare("standard output", &expected.stdout, &output.stdout, &mut faults);
        compare("standard error", &expected.stderr, &output.stderr, &mut faults);
        if !faults.is_empty() {
            return Err(format!("{tier}:\n{faults}"));
        }
    }
    Ok(())
}

fn compare(what: &str, expected: &[u8], found: &[u8], faults: &mut String) {
    if expected == found {
        return;
    }
    let [expected, found] = [expected, found].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let at = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let line = |text: &str| text.lines().nth(at).map_or("nothing".to_owned(), |line| format!("{line:?}"));
    let _ = writeln!(faults, "{what}, line {}: {} expected, {} found", at + 1, line(&expected), line(&found));
}

fn run(program: &Path, flags: &[&str], args: &[String]) -> std::io::Result<Output> {
    let binary = env!("CARGO_BIN_EXE_spandrel");
    // Compiled for another machine, the command runs in the emulator that this test runs in.
    let mut command = match std::env::var_os("SPANDREL_TEST_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(binary);
            command
        }
        None => Command::new(binary),
    };
    let file = program.file_name().unwrap_or_default();
    command.arg("run").args(flags).arg(file).args(args);
    command.current_dir(program.parent().unwrap_or(Path::new("."))).env_remove("SOX_PATH");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it may be gone before all is written.
        let _ = stdin.write_all(&fs::read(program.with_extension("in")).unwrap_or_default());
    }
    let id = child.id();
    let (done, finished) = mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if finished.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            // The program has until now not been waited for: the number is still its own.
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
    });
    let output = child.wait_with_output();
    drop(done);
    let _ = watch.join();
    output
}
