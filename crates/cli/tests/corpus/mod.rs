//! Every program of a folder in every way of running it: what it writes and how it ends are what the files beside it say.
//!
//! `NAME.out` is what is written to standard output, `NAME.err`, when it is there, what goes to standard error, `NAME.in` what
//! there is to read. Comments at the program's beginning: `// exit: N` its status, `// args: ..` its arguments,
//! `// slow: ..` why it is not run where every allocation collects garbage, `// flags: ..` flags of the command. Programs run in
//! their own folder; what they write names it as little as the files here do.

use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// A guest's programs.
#[derive(Clone, Copy)]
pub(crate) struct Corpus {
    /// The folder below `tests`.
    pub(crate) folder: &'static str,
    /// Endings of programs' names.
    pub(crate) endings: &'static [&'static str],
    /// Ways to run a program: their names and flags. Names that end in `gc-stress` are left out for slow programs.
    pub(crate) tiers: &'static [(&'static str, &'static [&'static str])],
    /// The one way in an emulator, since starting takes long there.
    pub(crate) emulated: &'static str,
    /// Ways in which something of every program that has begun to run has to be compiled: that the tier is there is part of the test.
    pub(crate) compiles: &'static [&'static str],
    /// The one way that only programs of one folder are run in.
    pub(crate) sampled: (&'static str, &'static str),
    /// Programs there are, at least.
    pub(crate) least: usize,
}

/// How long a program may take: ten times what the slowest one does.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs them as tests.
pub(crate) fn run(corpus: Corpus) -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(corpus.folder);
    let mut programs = Vec::new();
    if let Err(error) = find(&folder, corpus.endings, &mut programs) {
        eprintln!("error: {}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    programs.sort();
    let count = programs.len();
    let mut trials = vec![Trial::test("the_programs_are_there", move || {
        if count >= corpus.least { Ok(()) } else { Err(format!("only {count} programs").into()) }
    })];
    trials.extend(programs.into_iter().map(|program| {
        let name = program.strip_prefix(&folder).unwrap_or(&program).with_extension("");
        let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        Trial::test(name, move || check(corpus, &program).map_err(Failed::from))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Programs of a folder and those below it, `lib` folders left out: what is in these is imported.
fn find(folder: &Path, endings: &[&str], programs: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "lib") {
                find(&path, endings, programs)?;
            }
        } else if path.extension().is_some_and(|own| endings.iter().any(|ending| own == *ending)) {
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
    flags: Vec<String>,
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
    let words = |name: &str| directive(name).unwrap_or("").split_whitespace().map(str::to_owned).collect();
    Ok(Expected {
        status,
        stdout,
        stderr: fs::read(program.with_extension("err")).unwrap_or_default(),
        args: words("args"),
        flags: words("flags"),
        slow: directive("slow").is_some(),
    })
}

fn check(corpus: Corpus, program: &Path) -> Result<(), String> {
    let expected = expected(program)?;
    let emulated = std::env::var_os("SPANDREL_TEST_RUNNER").is_some();
    for &(tier, flags) in corpus.tiers {
        let stressed = tier.ends_with("gc-stress");
        let (sampled, folder) = corpus.sampled;
        let left_out = tier == sampled && !program.parent().is_some_and(|parent| parent.ends_with(folder));
        if stressed && expected.slow || emulated && tier != corpus.emulated || left_out {
            continue;
        }
        let own = expected.flags.iter().map(String::as_str);
        let mut flags: Vec<_> = flags.iter().copied().chain(own).collect();
        let log = corpus.compiles.contains(&tier).then(|| Log::new(corpus.folder));
        let told = log.as_ref().map(|log| format!("--tier-log={}", log.0.display()));
        flags.extend(told.as_deref());
        let output = execute(program, &flags, &expected.args).map_err(|error| format!("{tier}: {error}"))?;
        let mut faults = String::new();
        // A program that is refused has nothing to compile.
        let began = expected.status == 0 || !expected.stdout.is_empty();
        if began && log.is_some_and(|log| !log.compiled()) {
            faults.push_str("nothing was compiled\n");
        }
        if output.status.code() != Some(expected.status) {
            let _ = writeln!(faults, "{}, expected exit status {}", output.status, expected.status);
        }
        compare("standard output", &expected.stdout, &relative(program, &output.stdout), &mut faults);
        compare("standard error", &expected.stderr, &relative(program, &output.stderr), &mut faults);
        if !faults.is_empty() {
            return Err(format!("{tier}:\n{faults}"));
        }
    }
    Ok(())
}

/// A file for what happened to functions, which is there while it is looked at.
struct Log(PathBuf);

impl Log {
    fn new(folder: &str) -> Log {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("tier-log-{folder}-{}-{number}", std::process::id());
        Log(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    /// Whether something was compiled.
    fn compiled(&self) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|text| text.contains(r#""event":"compiled""#))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Output with paths below the program's folder as seen from there.
fn relative(program: &Path, output: &[u8]) -> Vec<u8> {
    let folder = program.parent().and_then(|folder| folder.canonicalize().ok());
    let Some(folder) = folder.map(|folder| format!("{}/", folder.display())) else { return output.to_vec() };
    match std::str::from_utf8(output) {
        Ok(text) => text.replace(&folder, "").into_bytes(),
        Err(_) => output.to_vec(),
    }
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

/// What the threads of a process are doing, where the system says so: a program that hangs once is not to be asked twice.
fn threads(id: u32) -> String {
    let all = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let text = |thread: &fs::DirEntry, name: &str| {
        fs::read_to_string(thread.path().join(name)).unwrap_or_default().trim().to_owned()
    };
    let line = |thread: fs::DirEntry| {
        let [name, stat, wait, call] = ["comm", "stat", "wchan", "syscall"].map(|name| text(&thread, name));
        let times: Vec<&str> = stat.split(' ').skip(13).take(2).collect();
        let state = stat.split(") ").nth(1).and_then(|rest| rest.get(..1)).unwrap_or("?").to_owned();
        format!("{name}: {state}, ticks {}, waits in {wait}, system call {call}\n", times.join("+"))
    };
    all.map(line).collect()
}

fn execute(program: &Path, flags: &[&str], args: &[String]) -> std::io::Result<Output> {
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
        let late = finished.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout);
        late.then(|| {
            let found = threads(id);
            // The program has until now not been waited for: the number is still its own.
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
            found
        })
    });
    let mut output = child.wait_with_output()?;
    drop(done);
    if let Ok(Some(found)) = watch.join() {
        output.stderr.extend(format!("not over after {LIMIT:?}; its threads:\n{found}").into_bytes());
    }
    Ok(output)
}
