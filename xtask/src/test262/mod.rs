//! `cargo xtask test262`: runs the conformance suite of ECMA-262 and compares with the list of tests that are known to fail.
//!
//! The tests themselves run in processes of `spandrel test262-worker`, which are replaced when one dies or does not answer: a
//! crash is the result of one test. Here are the suite's folders and metadata, the processes, and the counting.

mod expectations;
mod metadata;
mod pool;
mod report;
mod suite;

use crate::cross::arm64_program;
use crate::run::{self, Failure, root, target_dir};
use expectations::Expectations;
use pool::{Pool, Verdict};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use suite::{Suite, Test};

/// Arguments of `test262`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The suite: a checkout of tc39/test262
    #[arg(long, value_name = "DIR")]
    suite: PathBuf,
    /// Worker processes; as many as there are processors otherwise
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Only tests whose path contains one of these
    #[arg(long, value_name = "TEXT", num_args = 1..)]
    filter: Vec<String>,
    /// Only tests that need this feature
    #[arg(long, value_name = "NAME")]
    feature: Option<String>,
    /// About so many tests, spread evenly over those selected
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The list of tests that fail
    #[arg(long, value_name = "FILE")]
    expectations: Option<PathBuf>,
    /// Rewrite that list: tests that pass leave it. A list that is not there yet is made
    #[arg(long)]
    write: bool,
    /// Have the list take tests that fail now, too
    #[arg(long, requires = "write")]
    grow: bool,
    /// Collect garbage at every allocation
    #[arg(long)]
    gc_stress: bool,
    /// Compile functions after so many calls and rounds of loops: with 1 all of them; everything is interpreted otherwise
    #[arg(long, value_name = "THRESHOLD", value_parser = clap::value_parser!(u32).range(1..))]
    tier: Option<u32>,
    /// The same for optimized code, above code of templates
    #[arg(long, value_name = "THRESHOLD", requires = "tier", value_parser = clap::value_parser!(u32).range(1..))]
    opt: Option<u32>,
    /// Seconds until a test counts as hanging
    #[arg(long, value_name = "S", default_value_t = 10)]
    timeout: u64,
    /// The program with the worker; built first otherwise
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Build it for ARM64 Linux, as tests are, and run it under qemu
    #[arg(long, conflicts_with = "program")]
    arm64: bool,
    /// Where to write which tests fail and why; `test262` of the target folder otherwise
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// Folders of the totals are so many levels deep
    #[arg(long, value_name = "N", default_value_t = 2)]
    depth: usize,
    /// Print each failure when it happens
    #[arg(long, short)]
    verbose: bool,
}

/// What became of a test: in all of its modes.
pub(crate) struct Outcome<'a> {
    test: &'a Test,
    /// Mode and reason of the first failure.
    failure: Option<(&'static str, Verdict)>,
}

/// Builds, runs, counts and compares.
///
/// # Errors
/// When the suite is not there, or a test fails that is not listed, or one that is listed passes.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let suite = Suite::read(&args.suite)?;
    let file = args.expectations.clone().unwrap_or_else(|| root().join("tests/test262/expectations.txt"));
    let expected = Expectations::read(&file, &suite)?;
    let selected = select(args, &suite);
    if selected.is_empty() {
        return Err(Failure::new("no test has such a path"));
    }
    let (program, runner) = program(args)?;
    let started = Instant::now();
    let pool = Pool {
        program: &program,
        runner,
        suite: &args.suite,
        jobs: args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        timeout: Duration::from_secs(args.timeout),
        gc_stress: args.gc_stress,
        tier: args.tier,
        opt: args.opt,
        verbose: args.verbose,
    };
    let outcomes = pool.run(&selected)?;
    report::folders(&outcomes, args.depth);
    let results = args.results.clone().unwrap_or_else(|| target_dir().join("test262"));
    report::write(&results, &outcomes)?;
    println!(
        "{:.0} s; failures with reasons, totals by feature: {}",
        started.elapsed().as_secs_f64(),
        results.display()
    );
    compare(args, &suite, expected, &outcomes, &file)
}

fn select<'a>(args: &Args, suite: &'a Suite) -> Vec<&'a Test> {
    let mut selected: Vec<_> = suite.tests.iter().filter(|test| wanted(args, test)).collect();
    if let Some(sample) = args.sample.filter(|sample| *sample > 0 && *sample < selected.len()) {
        let step = selected.len() as f64 / sample as f64;
        let places: Vec<_> = (0..sample).map(|number| (number as f64 * step) as usize).collect();
        selected = places.into_iter().filter_map(|place| selected.get(place).copied()).collect();
    }
    selected
}

fn wanted(args: &Args, test: &Test) -> bool {
    let path = args.filter.is_empty() || args.filter.iter().any(|part| test.path.contains(part.as_str()));
    path && args.feature.as_ref().is_none_or(|feature| test.metadata.features.contains(feature))
}

/// The program with the worker, built unless one is given, and what runs it if it is for another machine.
fn program(args: &Args) -> Result<(PathBuf, Option<&'static str>), Failure> {
    if let Some(program) = &args.program {
        return Ok((program.clone(), None));
    }
    if args.arm64 {
        return arm64_program(("cli", "spandrel"), true).map(|(program, runner)| (program, Some(runner)));
    }
    let mut build = Command::new(run::cargo());
    build.current_dir(root()).args(["build", "--release", "-p", "cli", "--bin", "spandrel"]);
    run::check(&mut build)?;
    Ok((target_dir().join("release").join("spandrel"), None))
}

fn compare(
    args: &Args,
    suite: &Suite,
    mut expected: Expectations,
    outcomes: &[Outcome<'_>],
    file: &std::path::Path,
) -> Result<(), Failure> {
    let (mut worse, mut better) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match (outcome.failure.is_some(), expected.contains(&outcome.test.path)) {
            (true, false) => worse.push(outcome.test.path.as_str()),
            (false, true) => better.push(outcome.test.path.as_str()),
            _ => {}
        }
    }
    let (now_fail, now_pass) = (worse.len(), better.len());
    if args.write {
        better.iter().for_each(|path| expected.remove(path));
        if args.grow || expected.is_new() {
            worse.drain(..).for_each(|path| expected.insert(path));
        }
        expected.write(file, suite)?;
        println!("written: {}, with {} tests", file.display(), expected.len());
        better.clear();
    }
    for path in worse.iter().take(40) {
        println!("fails: {path}");
    }
    for path in better.iter().take(10) {
        println!("listed, but passes: {path}");
    }
    if worse.is_empty() && better.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{now_fail} tests fail that are not listed in {}, {now_pass} pass that are (--write removes those)",
        file.display()
    )))
}
