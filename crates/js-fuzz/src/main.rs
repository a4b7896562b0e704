//! The program behind `cargo xtask jsfuzz`: coordinator, worker, or the check of one file.

#![forbid(unsafe_code)]

use clap::{Args, Parser, Subcommand, ValueEnum};
use fuzz_workers::Share;
use js_fuzz::coordinate::{self, Plan};
use js_fuzz::worker::{Comparer, Task};
use js_fuzz::{Checker, Ways, Work, on_large_stack};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The longest that a worker may say nothing: it may be making a finding smaller.
const PATIENCE: Duration = Duration::from_secs(300);

/// Random JavaScript programs through our engine and node.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Share programs out to workers
    Run(RunArgs),
    /// Run programs, and say which
    Worker(WorkerArgs),
    /// Run the program in a file in every way
    Check(CheckArgs),
    /// Print the program of a seed
    Show(ShowArgs),
}

#[derive(Args)]
struct RunArgs {
    /// What to run
    #[arg(long, value_enum, default_value_t = Work::Programs)]
    kind: Work,
    /// The program to run as node; without it, our engine is compared with itself
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
    /// The first seed
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    from: u64,
    /// Programs at most
    #[arg(long, value_name = "N", default_value_t = u64::MAX / 2)]
    count: u64,
    /// How long at most
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Workers at a time
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// Where findings go
    #[arg(long, value_name = "DIR")]
    keep: PathBuf,
    /// Make findings small
    #[arg(long)]
    minimise: bool,
    /// Stop after so many findings
    #[arg(long, value_name = "N", default_value_t = 8)]
    findings: usize,
}

#[derive(Args)]
struct WorkerArgs {
    #[arg(long, value_enum)]
    kind: Work,
    #[arg(long)]
    node: Option<PathBuf>,
    #[command(flatten)]
    share: Share,
    #[arg(long)]
    keep: PathBuf,
    #[arg(long)]
    minimise: bool,
}

#[derive(Args)]
struct CheckArgs {
    file: PathBuf,
    /// The program to run as node
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
}

#[derive(Args)]
struct ShowArgs {
    seed: u64,
    /// What it stands for
    #[arg(long, value_enum, default_value_t = Work::Programs)]
    kind: Work,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Run(args) => run(args),
        Verb::Worker(args) => work(args),
        Verb::Check(args) => check(&args),
        Verb::Show(args) => {
            print!("{}", args.kind.tree(args.seed).text());
            Ok(ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

impl RunArgs {
    /// What every worker is told of them.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["--keep".into(), self.keep.clone().into()];
        let kind = self.kind.to_possible_value();
        arguments.extend(kind.into_iter().flat_map(|kind| ["--kind".into(), kind.get_name().into()]));
        arguments.extend(self.minimise.then(|| "--minimise".into()));
        arguments.extend(self.node.iter().flat_map(|node| ["--node".into(), node.into()]));
        arguments
    }
}

fn run(args: RunArgs) -> io::Result<ExitCode> {
    let workers = fuzz_workers::Plan {
        fuzzer: "jsfuzz",
        from: args.from,
        count: args.count,
        time: args.seconds.map(Duration::from_secs),
        jobs: fuzz_workers::jobs(args.jobs),
        program: std::env::current_exe()?,
        arguments: args.arguments(),
        enough: args.findings,
        patience: PATIENCE,
    };
    let task = Task { work: args.kind, keep: args.keep, minimise: args.minimise };
    let report = coordinate::run(&Plan { task, workers })?;
    println!("{report}");
    Ok(report.exit_code())
}

fn work(args: WorkerArgs) -> io::Result<ExitCode> {
    let task = Task { work: args.kind, keep: args.keep, minimise: args.minimise };
    on_large_stack(|| {
        let checker = Checker::new(args.node.as_deref());
        args.share.work(&mut Comparer { task, checker })
    })??;
    Ok(ExitCode::SUCCESS)
}

fn check(args: &CheckArgs) -> io::Result<ExitCode> {
    let text = std::fs::read_to_string(&args.file)?;
    let ways = Ways { node: args.node.is_some(), ..Ways::ALL };
    match on_large_stack(|| Checker::new(args.node.as_deref()).check(&text, ways))?? {
        None => Ok(ExitCode::SUCCESS),
        Some(found) => {
            eprintln!("{found}");
            Ok(ExitCode::FAILURE)
        }
    }
}
