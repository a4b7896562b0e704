//! The verbs for JavaScript: running programs, and the worker of the conformance suite.

use crate::run::{Form, RunArgs};
use clap::Args;
use js_host::{CacheTrace, Host, Limits, Options};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Native stack of the thread that programs run on: what the parser may use, and natives that call back.
const STACK: usize = 64 << 20;
/// The part of it that natives may use.
const NATIVE_STACK: usize = 8 << 20;

/// Runs a script or module until nothing is left to do.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    // What has no effect yet is not to be misspelt either.
    if let Err(message) = args.tiers.tiers() {
        eprintln!("error: {message}");
        return ExitCode::from(64);
    }
    on_large_stack(|| match args.show.emit {
        Some(Form::Bytecode) => emit(args),
        None => execute(args),
    })
}

/// Writes the listing of a program, or what is wrong with it.
fn emit(args: &RunArgs) -> ExitCode {
    let text = match std::fs::read(&args.file) {
        Ok(text) => text,
        Err(error) => return unreadable(args, &error),
    };
    let name = args.file.display().to_string();
    match js_host::listing(&name, &String::from_utf8_lossy(&text), js_host::kind_of(&args.file)) {
        Ok(listing) => {
            // A closed pipe is no reason to fail: whoever closed it has read enough.
            let _ = std::io::stdout().write_all(listing.as_bytes());
            ExitCode::SUCCESS
        }
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

fn unreadable(args: &RunArgs, error: &std::io::Error) -> ExitCode {
    eprintln!("error: {}: {error}", args.file.display());
    ExitCode::from(66)
}

fn execute(args: &RunArgs) -> ExitCode {
    let limits = Limits { heap: args.memory.config(), native_stack: NATIVE_STACK, ..Limits::default() };
    let mut options = Options { limits, ..Options::default() };
    if args.suppress_print {
        options.out = Box::new(std::io::sink());
    }
    let host = match Host::new(options) {
        Ok(host) => host,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(seconds) = args.timeout {
        host.vm().set_deadline(Instant::now().checked_add(Duration::from_secs_f64(seconds)));
    }
    host.vm().set_fuel(args.fuel);
    if args.show.trace_ic {
        host.vm().trace_caches(CacheTrace::new(Box::new(std::io::stderr())));
    }
    let ended = host.run_file(&args.file);
    if let Some(trace) = host.vm().cache_trace() {
        eprint!("{trace}");
    }
    if args.show.heap_stats {
        eprint!("{}", host.heap_statistics());
    }
    match ended {
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(error) => unreadable(args, &error),
    }
}

/// Runs `f` on a thread with a large stack, or on this one if there is none to be had.
fn on_large_stack(f: impl FnOnce() -> ExitCode + Send) -> ExitCode {
    std::thread::scope(|scope| match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, f) {
        Ok(thread) => thread.join().unwrap_or(ExitCode::FAILURE),
        Err(error) => {
            eprintln!("error: no thread to run on: {error}");
            ExitCode::FAILURE
        }
    })
}

/// Runs tests of the conformance suite that it is told on standard input: `cargo xtask test262` starts it
#[derive(Args)]
pub(crate) struct WorkerArgs {
    /// The checkout of the suite
    #[arg(long)]
    suite: PathBuf,
    /// Seconds after which a test counts as hanging
    #[arg(long, default_value_t = 10.0, value_parser = crate::run::seconds)]
    timeout: f64,
    /// Collects garbage at every allocation
    #[arg(long)]
    gc_stress: bool,
}

pub(crate) fn worker(args: WorkerArgs) -> ExitCode {
    let timeout = Duration::from_secs_f64(args.timeout);
    let options = js_host::test262::Options { suite: args.suite, timeout, gc_stress: args.gc_stress };
    match js_host::test262::worker(&options, std::io::BufReader::new(std::io::stdin()), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
