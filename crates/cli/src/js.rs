//! The verbs for JavaScript: running programs, and the worker of the conformance suite.

#[cfg(feature = "jit")]
mod optimized;

use crate::run::{Form, OptArgs, RunArgs};
use crate::tiers::Tiers;
use clap::Args;
use js_host::{CacheTrace, Exit, Host, Limits, Optimizing, Options, TierEvent};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tiering::{Decline, Event, EventKind, FunctionRef};

/// Native stack of the thread that programs run on: what the parser may use, and natives that call back.
const STACK: usize = 64 << 20;
/// The part of it that natives may use.
const NATIVE_STACK: usize = 8 << 20;

/// Runs a script or module until nothing is left to do.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    let tiers = match args.tiers.tiers() {
        Ok(tiers) => tiers,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(64);
        }
    };
    on_large_stack(|| match args.show.emit {
        Some(Form::Bytecode) => emit(args),
        Some(form) if form != Form::Bytecode && !js_host::JIT => {
            eprintln!(
                "error: this build has an interpreter only: there is bytecode to be shown, and nothing else"
            );
            ExitCode::from(64)
        }
        Some(Form::Svg) if args.show.emit_to.is_none() => {
            eprintln!("error: pictures need a folder: say where to with --emit-to");
            ExitCode::from(64)
        }
        _ => execute(args, &tiers),
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

fn execute(args: &RunArgs, tiers: &Tiers) -> ExitCode {
    let mut limits = Limits { heap: args.memory.config(), native_stack: NATIVE_STACK, ..Limits::default() };
    if let Some(threshold) = tiers.threshold {
        // 0 means the same for every guest.
        limits.threshold = threshold.max(1);
    }
    let optimizing = Optimizing { trace: Arc::clone(&tiers.trace), ..optimizing(args) };
    let mut options = Options { limits, jit: tiers.flags.policy.enabled, optimizing, ..Options::default() };
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
    tell(&host, tiers);
    if args.opt.trace_deopt {
        host.vm().watch_exits(Box::new(|Exit { place, pc, reason }| {
            eprintln!("[deopt] {place} instruction {pc}: {reason}");
        }));
    }
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
    if tiers.flags.print_bailouts {
        eprint!("{}", counted(&host));
    }
    if let Err(message) = tiers.finish() {
        eprintln!("error: {message}");
        return ExitCode::from(74);
    }
    // The process is about to end: nobody waits for what is being compiled, and memory is given back faster as a whole.
    std::mem::forget(host);
    match ended {
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(error) => unreadable(args, &error),
    }
}

/// What the switches say about the optimizing tier.
fn optimizing(args: &RunArgs) -> Optimizing {
    let OptArgs { opt, no_opt, opt_threshold, .. } = args.opt;
    let shown = args.show.emit.is_some();
    let chosen = match (opt || shown, opt_threshold) {
        _ if no_opt => Optimizing::off(),
        (false, None) => Optimizing::default(),
        (_, threshold) => Optimizing::on(threshold),
    };
    #[cfg(feature = "jit")]
    let chosen = Optimizing { watch: optimized::watch(&args.show), ..chosen };
    chosen
}

/// Hands on what happens to functions.
fn tell(host: &Host, tiers: &Tiers) {
    let trace = Arc::clone(&tiers.trace);
    let number = AtomicU64::new(0);
    host.vm().watch_tier(Box::new(move |name, place, event| {
        let name = if name.is_empty() { place.to_owned() } else { format!("{name} ({place})") };
        let id = number.fetch_add(1, Ordering::Relaxed);
        let kind = match event {
            TierEvent::Compiled { bytes, nanoseconds, .. } => {
                EventKind::Compiled { time: Duration::from_nanos(nanoseconds), bytes }
            }
            TierEvent::Declined(reason) => EventKind::Declined {
                reason: Decline::from_code(reason).unwrap_or(Decline::Internal),
                detail: "stays in the interpreter".to_owned(),
            },
        };
        trace.event(&Event { function: FunctionRef { name, id, version: 1 }, kind });
    }));
}

/// What compiled code came to, and which instructions it had executed by the interpreter.
fn counted(host: &Host) -> String {
    let tally = host.vm().tier_tally();
    let Some(counters) = host.vm().tier().map(|tier| tier.counters()) else { return String::new() };
    let each = tally.nanoseconds as f64 / 1000.0 / (tally.instructions as f64).max(1.0);
    let mut text = format!(
        "baseline: {} functions, {} instructions, {} bytes, {each:.3} us per instruction; entered {} times\n",
        tally.compiled, tally.instructions, tally.bytes, counters.entered
    );
    let mut steps = counters.steps;
    steps.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if !steps.is_empty() {
        text.push_str("steps by opcode:\n");
    }
    for (op, count) in steps {
        text.push_str(&format!("{count:>10}  {}\n", op.name()));
    }
    let mut steps = host.vm().steps_above();
    steps.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if !steps.is_empty() {
        text.push_str("steps of optimized code by opcode:\n");
    }
    for (op, count) in steps {
        text.push_str(&format!("{count:>10}  {}\n", op.name()));
    }
    if !counters.declined_above.is_empty() {
        text.push_str("not optimized, by reason:\n");
    }
    for (reason, count) in counters.declined_above {
        text.push_str(&format!("{count:>10}  {reason}\n"));
    }
    text
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
    /// Compiles functions after so many calls and rounds of loops; without it, everything is interpreted
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    jit_threshold: Option<u32>,
    /// Compiles functions anew after so many more
    #[arg(long, value_name = "N", requires = "jit_threshold", value_parser = clap::value_parser!(u32).range(1..))]
    opt_threshold: Option<u32>,
}

pub(crate) fn worker(args: WorkerArgs) -> ExitCode {
    let timeout = Duration::from_secs_f64(args.timeout);
    let options = js_host::test262::Options {
        suite: args.suite,
        timeout,
        gc_stress: args.gc_stress,
        threshold: args.jit_threshold,
        optimizing: args.opt_threshold,
    };
    match js_host::test262::worker(&options, std::io::BufReader::new(std::io::stdin()), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
