//! The command line.

use crate::compile::Compiler;
use crate::{Batch, Optimise, SetupError, Source, parse};
use abi::{Abi, Signature};
use std::path::PathBuf;
use std::str::FromStr;

/// Printed by `--help` and after a wrong command line.
pub(crate) const USAGE: &str = "\
usage: abi-check [--seed S] [--count N] [options]
  --seed S          names the run; the same seed gives the same signatures everywhere (default 1)
  --count N         signatures per convention (default 100)
  --abi NAME        one convention only: sysv-x64, win64, aapcs64, darwin-arm64, windows-arm64
  --plan NAME       make our plans for this convention instead, to see the check fail
  --compiler NAME   one oracle only: clang, gcc, zig (default: clang and gcc)
  --signature TEXT  check this one signature, in the notation of the report
  --jobs N          compile and run this many batches at once (default: processors)
  --show N          mismatches to print per line of the summary (default 20)
  --keep DIR        leave sources and objects there
exit status: 0 no mismatch, 1 mismatches, 2 could not run";

/// What the command line asks for.
pub(crate) enum Command {
    /// Print the usage.
    Help,
    /// Compile, run and report.
    Drive(Options),
    /// Internal: run one compiled batch in this process.
    Run { batch: Batch, object: PathBuf, from: (usize, usize) },
}

/// A whole run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) count: u32,
    pub(crate) abi: Option<Abi>,
    pub(crate) plan: Option<Abi>,
    pub(crate) compiler: Option<Compiler>,
    pub(crate) signature: Option<Signature>,
    pub(crate) jobs: usize,
    pub(crate) show: usize,
    pub(crate) keep: Option<PathBuf>,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Command, SetupError> {
    let mut options = Options {
        seed: 1,
        count: 100,
        abi: None,
        plan: None,
        compiler: None,
        signature: None,
        jobs: std::thread::available_parallelism().map_or(1, |n| n.get()),
        show: 20,
        keep: None,
    };
    let mut run: Option<PathBuf> = None;
    let (mut first, mut from, mut corrected) = (0u32, (0usize, 0usize), false);
    while let Some(name) = args.next() {
        if name == "--help" || name == "-h" {
            return Ok(Command::Help);
        }
        let value = args.next().ok_or_else(|| SetupError::Usage(format!("{name} needs a value")))?;
        match name.as_str() {
            "--seed" => options.seed = number(&name, &value)?,
            "--count" => options.count = number(&name, &value)?,
            "--abi" => options.abi = Some(abi(&value)?),
            "--plan" => options.plan = Some(abi(&value)?),
            "--compiler" => options.compiler = Some(compiler(&value)?),
            "--signature" => {
                let signature = parse::signature(&value).map_err(|e| SetupError::Usage(e.to_string()))?;
                options.signature = Some(signature);
            }
            "--jobs" => options.jobs = number::<usize>(&name, &value)?.max(1),
            "--show" => options.show = number(&name, &value)?,
            "--keep" => options.keep = Some(value.into()),
            // The rest is what the driver passes to a runner.
            "--run" => run = Some(value.into()),
            "--first" => first = number(&name, &value)?,
            "--corrected" => corrected = value == "true",
            "--from-signature" => from.0 = number(&name, &value)?,
            "--from-check" => from.1 = number(&name, &value)?,
            _ => return Err(SetupError::Usage(format!("unknown option {name}"))),
        }
    }
    match run {
        None => check(options).map(Command::Drive),
        Some(object) => Ok(Command::Run { batch: batch(options, first, corrected)?, object, from }),
    }
}

/// Refuses what would check nothing.
fn check(options: Options) -> Result<Options, SetupError> {
    if options.count == 0 {
        return Err(SetupError::Usage("--count 0 checks nothing".to_owned()));
    }
    if let Some(plan) = options.plan
        && options.abi.is_none_or(|abi| abi.arch() != plan.arch())
    {
        let text = format!("--plan {plan} needs an --abi of the same architecture");
        return Err(SetupError::Usage(text));
    }
    if let (Some(abi), Some(compiler)) = (options.abi, options.compiler)
        && !compiler.targets(abi)
    {
        return Err(SetupError::Usage(format!("{} has no objects of {abi}", compiler.name())));
    }
    Ok(options)
}

fn batch(options: Options, first: u32, corrected: bool) -> Result<Batch, SetupError> {
    let (Some(abi), Some(compiler)) = (options.abi, options.compiler) else {
        return Err(SetupError::Usage("--run needs --abi and --compiler".to_owned()));
    };
    let source = match options.signature {
        Some(signature) => Source::Text(signature),
        None => Source::Range { first, count: options.count },
    };
    let plan = options.plan.unwrap_or(abi);
    // The object is compiled already.
    let optimise = Optimise::O1;
    Ok(Batch { abi, plan, compiler, seed: options.seed, optimise, source, corrected })
}

/// The arguments that make [`parse`] return this run of a batch.
pub(crate) fn runner(batch: &Batch, object: PathBuf, from: (usize, usize)) -> Vec<std::ffi::OsString> {
    let mut args: Vec<std::ffi::OsString> = vec!["--run".into(), object.into()];
    let mut add = |name: &str, value: String| args.extend([name.into(), value.into()]);
    add("--abi", batch.abi.to_string());
    add("--plan", batch.plan.to_string());
    add("--compiler", batch.compiler.name().to_owned());
    add("--seed", batch.seed.to_string());
    match &batch.source {
        Source::Text(signature) => add("--signature", signature.to_string()),
        Source::Range { first, count } => {
            add("--first", first.to_string());
            add("--count", count.to_string());
        }
    }
    add("--corrected", batch.corrected.to_string());
    add("--from-signature", from.0.to_string());
    add("--from-check", from.1.to_string());
    args
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, SetupError> {
    value.parse().map_err(|_| SetupError::Usage(format!("{name} needs a number, not '{value}'")))
}

fn abi(value: &str) -> Result<Abi, SetupError> {
    value.parse().map_err(|e: abi::UnknownAbi| SetupError::Usage(e.to_string()))
}

fn compiler(value: &str) -> Result<Compiler, SetupError> {
    let found = Compiler::ALL.into_iter().find(|c| c.name() == value);
    found.ok_or_else(|| SetupError::Usage(format!("unknown compiler '{value}', expected clang, gcc or zig")))
}
