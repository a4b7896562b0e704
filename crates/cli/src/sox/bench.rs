//! `spandrel bench FILE.sox`: functions named `Benchmark*`, how long they take and how far that varies.

use super::{complain, machine, on_a_large_stack, output, read, report, say, search, tiers, told};
use crate::run::MemoryArgs;
use crate::tiers::TierArgs;
use sox_vm::{Error, Options, Program, Vm};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Calls that are measured, if time permits.
const SAMPLES: u32 = 11;
/// Calls that are measured even if they take longer than they should.
const LEAST: usize = 3;
/// Calls to find out how many iterations fill the time of a sample, at most.
const ROUNDS: u32 = 16;
/// Iterations of one call, at most.
const MOST: u32 = 1_000_000_000;

/// Measures the benchmarks of a Sox script: global functions named Benchmark*
///
/// A benchmark gets a table and does its work `n` times, which is in the table. Printed are all iterations that were measured,
/// the median of the time for one of them, and the quartiles around it.
#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// Only benchmarks with this in their names
    #[arg(long, value_name = "SUBSTRING")]
    pub(super) filter: Option<String>,
    /// How long to measure each
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub(super) time: f64,
    /// Drops what the script prints
    #[arg(long)]
    pub(super) suppress_print: bool,
    #[command(flatten)]
    pub(super) memory: MemoryArgs,
    #[command(flatten)]
    pub(super) tiers: TierArgs,
    /// The script
    pub(super) file: PathBuf,
}

/// A time that something can be measured for.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds < 1e9 => Ok(seconds),
        Ok(seconds) if seconds >= 1e9 => Err("Benchmark time must be < 1000000000".to_owned()),
        _ => Err("Benchmark time must be > 0".to_owned()),
    }
}

/// Measures what there is.
pub(crate) fn bench(args: &BenchArgs) -> ExitCode {
    on_a_large_stack(|| measure_all(args).err().unwrap_or(0))
}

fn measure_all(args: &BenchArgs) -> Result<(), u8> {
    let source = read(&args.file)?;
    let fault = |error: Error| report(&error, &source);
    let module = Vm::compile(&args.file.display().to_string(), &source).map_err(fault)?;
    let tiers = tiers(&args.tiers)?;
    let options = Options {
        heap: args.memory.config(),
        stdout: output(),
        search: search(),
        suppress_print: args.suppress_print,
        ..Options::default()
    };
    let vm = machine(options, &tiers);
    let program = vm.start(module).map_err(fault)?;
    let mut names = vm.benchmarks(&program);
    if names.is_empty() {
        say("No benchmarks found (functions named Benchmark*)");
    }
    let wanted = |name: &String| args.filter.as_ref().is_none_or(|part| name.contains(part.as_str()));
    names.retain(wanted);
    let mut status = Ok(());
    for name in &names {
        match measure(&vm, &program, name, args.time) {
            Ok(line) => say(&line),
            Err(Error::Exit(code)) => return Err(code as u8),
            Err(error) => {
                report(&error, &source);
                complain(&format!("Benchmark {name} failed"));
                status = Err(70);
            }
        }
    }
    status.and(vm.finish().map_err(fault)).and(told(&tiers))
}

/// Measures one; the line about it.
fn measure(vm: &Vm, program: &Program, name: &str, seconds: f64) -> Result<String, Error> {
    let iterations = calibrate(vm, program, name, seconds / f64::from(SAMPLES))?;
    let begun = Instant::now();
    let whole = Duration::from_secs_f64(seconds);
    let mut samples = Vec::new();
    while samples.len() < LEAST || samples.len() < SAMPLES as usize && begun.elapsed() < whole {
        let taken = vm.benchmark(program, name, iterations)?;
        samples.push(taken.as_nanos() as f64 / f64::from(iterations));
    }
    samples.sort_by(f64::total_cmp);
    let [low, median, high] = [0.25, 0.5, 0.75].map(|part| quantile(&samples, part));
    let (all, count) = (u64::from(iterations) * samples.len() as u64, samples.len());
    Ok(format!("{name:<24} {all:>12} {median:>12.2} ns/op  ({low:.2} to {high:.2}, {count} samples)"))
}

/// How many iterations take so long.
fn calibrate(vm: &Vm, program: &Program, name: &str, seconds: f64) -> Result<u32, Error> {
    let mut iterations = 1_u32;
    for _ in 0..ROUNDS {
        let taken = vm.benchmark(program, name, iterations)?.as_secs_f64();
        if taken >= seconds || iterations == MOST {
            break;
        }
        // The first rounds are too short to be relied on.
        let factor = (seconds / taken.max(1e-9)).clamp(1.1, 20.0);
        iterations = ((f64::from(iterations) * factor).ceil() as u32).min(MOST);
    }
    Ok(iterations)
}

/// What so large a part of the sorted numbers is below.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!([0.0, 0.25, 0.5, 1.0].map(|part| quantile(&[1.0, 2.0, 4.0], part)), [1.0, 1.5, 2.0, 4.0]);
        assert_eq!(quantile(&[7.0], 0.75), 7.0);
    }

    #[test]
    fn times_are_positive() {
        assert!(["0", "-1", "nan", "inf", "1e10", "x"].iter().all(|text| seconds(text).is_err()));
        assert_eq!(seconds("0.5"), Ok(0.5));
    }
}
