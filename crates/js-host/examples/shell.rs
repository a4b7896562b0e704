//! The engine alone: `shell [--gc-stress] [--heap-stats] [--jit-threshold N] [--opt-threshold N] FILE` runs a program, `shell test262-worker --suite DIR --timeout S [--gc-stress]` tests.

use js_host::{Host, Options, test262};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option =
        |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1)).cloned();
    if args.first().is_some_and(|verb| verb == "test262-worker") {
        let options = test262::Options {
            suite: option("--suite").unwrap_or_default().into(),
            timeout: Duration::from_secs(option("--timeout").and_then(|s| s.parse().ok()).unwrap_or(10)),
            gc_stress: args.iter().any(|arg| arg == "--gc-stress"),
            threshold: option("--jit-threshold").and_then(|n| n.parse().ok()),
            optimizing: option("--opt-threshold").and_then(|n| n.parse().ok()),
        };
        return match test262::worker(&options, std::io::BufReader::new(std::io::stdin()), std::io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let Some(file) = args.last() else {
        eprintln!("usage: shell FILE");
        return ExitCode::from(64);
    };
    let mut options = Options::default();
    options.limits.heap.stress = args.iter().any(|arg| arg == "--gc-stress");
    if let Some(threshold) = option("--jit-threshold").and_then(|n| n.parse().ok()) {
        options.limits.threshold = threshold;
    }
    if let Some(threshold) = option("--opt-threshold").and_then(|n| n.parse().ok()) {
        options.optimizing = js_host::Optimizing::on(Some(threshold));
    }
    let Ok(host) = Host::new(options) else { return ExitCode::from(70) };
    let result = host.run_file(Path::new(file));
    if args.iter().any(|arg| arg == "--heap-stats") {
        eprint!("{}", host.heap_statistics());
    }
    match result {
        Ok(status) => ExitCode::from(status as u8),
        Err(error) => {
            eprintln!("error: {file}: {error}");
            ExitCode::from(66)
        }
    }
}
