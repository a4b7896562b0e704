//! `spandrel test PATH`: functions with `#[test]`, each in a machine of its own, several at a time.

mod board;
mod suite;

use super::{STACK, complain, machine, message, say, search, tiers, told};
use crate::run::MemoryArgs;
use crate::tiers::{TierArgs, Tiers};
use board::{Board, Slot, Stream};
use sox_vm::{Error, Options, Outcome};
use std::io::{BufWriter, empty};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use suite::{Case, Suite};

/// Runs the tests of Sox scripts: functions marked `#[test]`
///
/// Each test gets a machine of its own and a table with the functions Error and Fatal. Exit status: 0 when all tests passed,
/// 1 when one did not.
#[derive(clap::Args)]
pub(crate) struct TestArgs {
    /// A script, or a folder with scripts whose names end in _test.sox
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only tests with this in their names, which are those that are printed
    #[arg(long, value_name = "SUBSTRING")]
    filter: Option<String>,
    /// Tests at a time; default: one for each processor
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Ends each test after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = crate::run::seconds)]
    timeout: Option<f64>,
    #[command(flatten)]
    memory: MemoryArgs,
    #[command(flatten)]
    tiers: TierArgs,
}

impl TestArgs {
    /// All tests of a path.
    pub(super) fn of(path: PathBuf) -> TestArgs {
        let (memory, tiers) = (MemoryArgs::default(), TierArgs::default());
        TestArgs { path, filter: None, jobs: None, timeout: None, memory, tiers }
    }
}

/// Runs what there is.
pub(crate) fn test(args: &TestArgs) -> ExitCode {
    match run_all(args) {
        Ok(passed) => ExitCode::from(u8::from(!passed)),
        Err(status) => ExitCode::from(status),
    }
}

/// Whether everything passed.
fn run_all(args: &TestArgs) -> Result<bool, u8> {
    let files = suite::files(&args.path)?;
    if files.is_empty() {
        say(&format!("No test files found in {}", args.path.display()));
        return Ok(true);
    }
    let suites = files.iter().map(|file| Suite::read(file)).collect::<Result<Vec<_>, u8>>()?;
    let mut cases: Vec<Case<'_>> = suites.iter().flat_map(Suite::cases).collect();
    cases.retain(|case| args.filter.as_ref().is_none_or(|part| case.name.contains(part.as_str())));
    suite::note_first(&mut cases);
    say("Running test suite with seed 0x00000000...");
    if cases.is_empty() {
        say("No tests run, 0 (100%) skipped.");
        return Ok(true);
    }
    let tiers = tiers(&args.tiers)?;
    let passed = run_cases(&cases, args, &tiers)?;
    told(&tiers)?;
    let (count, percent) = (cases.len(), passed as f64 * 100.0 / cases.len() as f64);
    say(&format!("{passed} of {count} ({percent:.0}%) tests successful, 0 (0%) test skipped."));
    Ok(passed == count)
}

/// Runs them on several threads, which take them in order; how many passed.
fn run_cases(cases: &[Case<'_>], args: &TestArgs, tiers: &Tiers) -> Result<usize, u8> {
    let jobs = args.jobs.or(thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let (next, passed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let board = Arc::new(Board::default());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(number) else { return };
            let slot = Arc::new(Slot::new(Arc::clone(&board), number));
            let verdict = run_case(case, &slot, args, tiers);
            passed.fetch_add(usize::from(verdict == Verdict::Passed), Ordering::Relaxed);
            slot.write(Stream::Out, format!("{:<36} {}\n", case.name, verdict.text()).as_bytes());
        }
    };
    code_memory::prepare();
    thread::scope(|scope| {
        for number in 0..jobs.min(cases.len()) {
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            match thread {
                Ok(_) => {}
                // Those that there are do all of it.
                Err(_) if number > 0 => break,
                Err(error) => {
                    complain(&format!("error: cannot start a thread: {error}"));
                    return Err(74);
                }
            }
        }
        Ok(())
    })?;
    Ok(passed.load(Ordering::Relaxed))
}

/// What is printed about a test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    Error,
}

impl Verdict {
    fn text(self) -> &'static str {
        match self {
            Verdict::Passed => "[ OK   ]",
            Verdict::Failed => "[ FAIL ]",
            Verdict::Error => "[ ERROR]",
        }
    }
}

/// Runs a test; what it writes and what is said about it goes to the slot.
fn run_case(case: &Case<'_>, slot: &Arc<Slot>, args: &TestArgs, tiers: &Tiers) -> Verdict {
    let suite = case.suite;
    let path = suite.path.display();
    let say = |text: &[u8]| slot.write(Stream::Err, text);
    let tell = |error: &Error| match error {
        Error::Exit(code) => say(format!("Error: sysExit({code}) was called\n").as_bytes()),
        error => say(&message(error, &suite.source, false)),
    };
    let module = match &suite.module {
        Ok(module) => module.clone(),
        Err(faults) => {
            if case.first {
                say(&[faults.as_slice(), format!("Compile error in {path}\n").as_bytes()].concat());
            }
            return Verdict::Error;
        }
    };
    let options = Options {
        stdout: Box::new(BufWriter::new(slot.stream(Stream::Out))),
        stderr: Box::new(slot.stream(Stream::Err)),
        // Tests that run at the same time cannot share it.
        stdin: Box::new(empty()),
        search: search(),
        heap: args.memory.config(),
        deadline: args.timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds)),
        ..Options::default()
    };
    let vm = machine(options, tiers);
    match vm.test(module, case.test) {
        Outcome::Passed => Verdict::Passed,
        Outcome::Failed => Verdict::Failed,
        Outcome::Error(error) => {
            tell(&error);
            Verdict::Error
        }
        Outcome::Setup(error) => {
            tell(&error);
            say(format!("Runtime error in setup for {path}\n").as_bytes());
            Verdict::Error
        }
    }
}
