//! The program behind `cargo xtask irfuzz`: coordinator, worker, runner, or the check of one finding.

#![forbid(unsafe_code)]

use clap::{Args, Parser, Subcommand, ValueEnum};
use fuzz_workers::Share;
use irfuzz::coordinate::{self, Plan, UNFIT};
use irfuzz::finding::Finding;
use irfuzz::worker;
use irfuzz::{Checker, Leg, Remote, Sabotage, runner};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Random IR programs through every pass and backend.
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
    /// Run compiled programs from standard input
    Runner,
    /// Run a finding again
    Check(CheckArgs),
}

/// What every process of a run is told.
#[derive(Args)]
struct CommonArgs {
    /// This program built for ARM64
    #[arg(long, value_name = "FILE")]
    arm64: Option<PathBuf>,
    /// What runs it
    #[arg(long, value_name = "FILE")]
    emulator: Option<PathBuf>,
    /// Do something wrong on purpose, for tests of the fuzzer
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
}

#[derive(Args)]
struct RunArgs {
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 0)]
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
    /// Stop after so many findings
    #[arg(long, value_name = "N", default_value_t = 8)]
    findings: usize,
    /// Longest time that a program may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
    /// Longest time that making a finding smaller may take
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    reduce: u64,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Args)]
struct WorkerArgs {
    #[command(flatten)]
    share: Share,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Args)]
struct CheckArgs {
    file: PathBuf,
    /// Run every leg, not only that of the finding
    #[arg(long)]
    every_leg: bool,
    #[command(flatten)]
    common: CommonArgs,
}

impl CommonArgs {
    fn remote(&self) -> Option<Remote> {
        self.arm64.as_ref().map(|program| Remote::new(program, self.emulator.as_deref()))
    }

    fn checker(&self) -> Checker {
        Checker::new(self.remote(), self.sabotage)
    }

    fn arguments(&self) -> Vec<String> {
        let argument = |name: &str, value: &Option<PathBuf>| {
            value.as_ref().map(|value| [name.to_owned(), value.display().to_string()])
        };
        let sabotage = self.sabotage.and_then(|fault| fault.to_possible_value());
        let sabotage = sabotage.map(|value| ["--sabotage".to_owned(), value.get_name().to_owned()]);
        let all = [argument("--arm64", &self.arm64), argument("--emulator", &self.emulator), sabotage];
        all.into_iter().flatten().flatten().collect()
    }
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Run(args) => run(&args),
        Verb::Worker(args) => args.share.work(&mut args.common.checker()).map(|()| ExitCode::SUCCESS),
        Verb::Runner => runner::run().map(|()| ExitCode::SUCCESS),
        Verb::Check(args) => check(&args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(UNFIT)
    })
}

fn run(args: &RunArgs) -> std::io::Result<ExitCode> {
    // Once in front of everything: a runner that cannot be used is no finding.
    args.common.remote().map_or(Ok(()), |mut remote| remote.greet()).map_err(std::io::Error::other)?;
    let workers = fuzz_workers::Plan {
        fuzzer: "irfuzz",
        from: args.from,
        count: args.count,
        time: args.seconds.map(Duration::from_secs),
        jobs: fuzz_workers::jobs(args.jobs),
        program: std::env::current_exe()?,
        arguments: args.common.arguments().into_iter().map(Into::into).collect(),
        enough: args.findings,
        patience: Duration::from_secs(args.patience),
    };
    let plan = Plan { workers, keep: args.keep.clone(), reduce: Duration::from_secs(args.reduce) };
    let report = coordinate::run(&plan)?;
    println!("{report}");
    Ok(report.exit_code())
}

fn check(args: &CheckArgs) -> std::io::Result<ExitCode> {
    let text = std::fs::read_to_string(&args.file)?;
    let finding = Finding::parse(&text).map_err(std::io::Error::other)?;
    let mut checker = args.common.checker();
    let legs = if args.every_leg { Leg::all() } else { vec![finding.leg] };
    match legs.into_iter().try_for_each(|leg| worker::check_leg(&finding.case, leg, &mut checker)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(mismatch) => {
            eprintln!("{mismatch}");
            Ok(ExitCode::FAILURE)
        }
    }
}
