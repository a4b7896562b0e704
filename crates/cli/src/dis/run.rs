//! `spandrel run FILE.dis`: an Inferno program, with a tree of files if there is one.

use crate::run::RunArgs;
use crate::tiers::Tiers;
use dis_bytecode::{WordSize, read, word_size};
use dis_vm::{Ended, Input, Limit, Options, Output, Vm};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

// Exit statuses, as for the other guests: sysexits(3).
const USAGE: u8 = 64;
const MALFORMED: u8 = 65;
const UNREADABLE: u8 = 66;
const BROKEN: u8 = 70;
const UNWRITTEN: u8 = 74;

/// Runs a program until nothing is left to do.
pub(crate) fn run(args: &RunArgs) -> ExitCode {
    match execute(args) {
        Ok(status) | Err(status) => ExitCode::from(status),
    }
}

fn complain(args: &RunArgs, status: u8, why: &str) -> u8 {
    eprintln!("error: {}: {why}", args.file.display());
    status
}

fn execute(args: &RunArgs) -> Result<u8, u8> {
    let tiers = args.tiers.tiers().map_err(|why| complain(args, USAGE, &why))?;
    let bytes = file(args).map_err(|why| complain(args, UNREADABLE, &why))?;
    let word = word(args, &bytes).map_err(|why| complain(args, MALFORMED, &why))?;
    let mut words = vec![args.file.display().to_string()];
    words.extend(args.args.iter().map(|arg| arg.to_string_lossy().into_owned()));
    let mut vm = Vm::new(word, options(args));
    if tiers.flags.policy.enabled && args.inferno.compile != Some(0) && !args.inferno.trace {
        add_tier(&mut vm, args, &tiers);
    }
    vm.start(&words[0], &bytes, &words).map_err(|why| complain(args, MALFORMED, &why.to_string()))?;
    let status = status(args, vm.run());
    if let Some(profile) = vm.profile() {
        eprint!("{}", super::profile::report(profile, args.inferno.root.as_deref()));
    }
    drop(vm);
    tiers.finish().map_err(|why| complain(args, UNWRITTEN, &why))?;
    Ok(status)
}

/// Where no code can be made, everything is interpreted.
#[cfg(feature = "jit")]
fn add_tier(vm: &mut Vm, args: &RunArgs, tiers: &Tiers) {
    let mut policy = tiers.flags.policy.clone();
    policy.call_threshold = tiers.threshold.unwrap_or(dis_jit::THRESHOLD);
    let config = dis_jit::Config::new(policy);
    if let Err(why) = dis_jit::Jit::attach(vm, config, std::sync::Arc::clone(&tiers.trace)) {
        eprintln!("note: {}: nothing is compiled: {why}", args.file.display());
    }
}

#[cfg(not(feature = "jit"))]
fn add_tier(_: &mut Vm, _: &RunArgs, _: &Tiers) {}

/// The program's bytes: from the tree where there is one.
fn file(args: &RunArgs) -> Result<Vec<u8>, String> {
    let path = match &args.inferno.root {
        None => args.file.clone(),
        Some(root) => {
            let inside =
                args.file.components().filter(|part| matches!(part, std::path::Component::Normal(_)));
            root.join(inside.collect::<std::path::PathBuf>())
        }
    };
    std::fs::read(&path).map_err(|error| at(&path, &error))
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("cannot read {}: {error}", path.display())
}

/// Which machine the program is for.
fn word(args: &RunArgs, bytes: &[u8]) -> Result<WordSize, String> {
    let module = read(bytes).map_err(|error| format!("it is no Dis file: {error}"))?;
    let found = word_size::find(&module, args.inferno.word_size);
    match found.sure {
        word_size::Sure::Neither => {
            Err(format!("it does not pass the verifier: {}", found.evidence.join("; ")))
        }
        _ => Ok(found.word),
    }
}

fn options(args: &RunArgs) -> Options {
    let output = |to: Output| if args.suppress_print { Output::new(std::io::sink()) } else { to };
    let deadline = args.timeout.and_then(|time| Instant::now().checked_add(Duration::from_secs_f64(time)));
    let default = Options::default();
    Options {
        memory: args.memory.megabytes().map_or(default.memory, |megabytes| megabytes.saturating_mul(1 << 20)),
        fuel: args.fuel,
        deadline,
        quantum: if args.memory.stress() { 1 } else { default.quantum },
        stress: args.memory.stress(),
        root: args.inferno.root.clone(),
        input: Input::threaded(std::io::stdin()),
        output: output(Output::new(std::io::stdout())),
        errors: Output::new(std::io::stderr()),
        network: true,
        profile: args.inferno.profile,
        trace: args.inferno.trace.then(|| Output::new(std::io::stderr())),
        ..default
    }
}

/// The exit status: what the first proc came to, or why there was no end.
fn status(args: &RunArgs, ended: Ended) -> u8 {
    match ended {
        Ended::Done => 0,
        // The program said why.
        Ended::Failed(_) => 1,
        Ended::Broken(_) => BROKEN,
        Ended::Deadlock(procs) => {
            complain(args, BROKEN, &format!("deadlock: {procs} procs wait, and nobody is left to wake one"))
        }
        Ended::Stopped(Limit::Fuel) => complain(args, BROKEN, "the fuel is used up"),
        Ended::Stopped(Limit::Time) => complain(args, BROKEN, "the time is up"),
        Ended::Stopped(Limit::Cancelled) => complain(args, BROKEN, "it was cancelled"),
        Ended::Fault(what) => complain(args, 101, &format!("a fault of spandrel: {what}")),
    }
}
