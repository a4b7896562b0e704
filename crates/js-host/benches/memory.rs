//! Pauses and memory of JavaScript programs: `cargo bench -p js-host --bench memory`.
//!
//! The programs of `benches/js/heap` keep about 200 MB alive; each runs in a process of its own, so that what is resident is its
//! own. Then isolates are made and dropped. It fails when 99 % of all pauses are not below [`PAUSE`], when a program takes more
//! than [`RATIO`] times what is alive, when an empty isolate takes more than [`EMPTY`], or when memory grows from isolate to
//! isolate. One program alone: `cargo bench -p js-host --bench memory -- splay`.

use heap::Collection;
use js_host::{Host, Kind, Options};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// What 99 % of all pauses have to keep to.
const PAUSE: Duration = Duration::from_millis(5);
/// The most memory of a program's heap, as a multiple of what is alive.
const RATIO: f64 = 2.5;
/// The most bytes of an empty isolate's heap.
const EMPTY: usize = 2 << 20;
/// Isolates that are made one after the other.
const ISOLATES: usize = 1000;
/// How much more may be resident at the end of them, of what was after the first tenth.
const GROWTH: usize = 4 << 20;
/// Isolates that are alive at the same time.
const TOGETHER: usize = 8;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    // Under `cargo test --benches` there is nothing to measure.
    if args.iter().any(|arg| arg == "--test") {
        return ExitCode::SUCCESS;
    }
    let kept = match args.first().map(String::as_str) {
        Some("isolates") => isolates(),
        Some(name) => program(name),
        None => ["splay", "server", "isolates"].map(alone).into_iter().all(|kept| kept),
    };
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures one thing in a process of its own.
fn alone(name: &str) -> bool {
    let this = std::env::current_exe();
    this.and_then(|this| Command::new(this).arg(name).status()).is_ok_and(|status| status.success())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/js/heap")
}

/// An isolate whose programs write nowhere.
fn host() -> Host {
    let options =
        Options { out: Box::new(std::io::sink()), err: Box::new(std::io::stderr()), ..Options::default() };
    Host::new(options).expect("the limit is high enough for the library")
}

/// Runs a program and prints what its heap says.
fn program(name: &str) -> bool {
    let path = folder().join(format!("{name}.js"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("error: {} cannot be read", path.display());
        return false;
    };
    let host = host();
    let start = Instant::now();
    let status = host.run(name, &text, Kind::Script);
    let took = start.elapsed();
    let statistics = host.heap_statistics();
    let (stats, all) = (&statistics.stats, &statistics.stats.pauses.all);
    let (now, most) = resident();
    println!("{name}: {:.2} s, of it {:.2} s in pauses", took.as_secs_f64(), all.total.as_secs_f64());
    println!("{statistics}");
    let heap = host.vm().rt.heap();
    host.vm().enter(|| heap.collect(Collection::Full));
    let live = heap.stats().live + heap.stats().external;
    let ratio = stats.peak as f64 / live as f64;
    println!(
        "alive {:.1} MiB, heap at most {ratio:.2} times that, resident {:.1} MiB, at most {:.1} MiB\n",
        mib(live),
        mib(now),
        mib(most)
    );
    let mut kept = check(status == 0, "the program failed");
    kept &= check(all.percentile(99.0) < PAUSE, "pauses are too long");
    kept & check(ratio < RATIO, "the heap takes too much")
}

fn check(holds: bool, otherwise: &str) -> bool {
    if !holds {
        eprintln!("error: {otherwise}");
    }
    holds
}

/// Makes isolates, each of which runs a program, and drops them.
fn isolates() -> bool {
    let (before, _) = resident();
    let empty = host();
    let statistics = empty.heap_statistics();
    let first = resident().0.saturating_sub(before);
    println!(
        "an empty isolate: {:.2} MiB of blocks, {:.2} MiB in objects, {:.2} MiB resident with the library's tables",
        mib(statistics.stats.used),
        mib(statistics.bytes()),
        mib(first)
    );
    let used = statistics.stats.used + statistics.stats.external;
    drop(empty);
    let start = Instant::now();
    let mut after_tenth = 0;
    for number in 1..=ISOLATES {
        use_isolate(&host());
        if number == ISOLATES / 10 {
            after_tenth = resident().0;
        }
    }
    let each = start.elapsed() / ISOLATES as u32;
    let (end, _) = resident();
    println!(
        "{ISOLATES} isolates made and dropped: {:.1} MiB resident after {}, {:.1} MiB after all; {each:.2?} each",
        mib(after_tenth),
        ISOLATES / 10,
        mib(end)
    );
    let mut alive: Vec<Host> = Vec::new();
    for number in 0..ISOLATES / 4 {
        let fresh = host();
        use_isolate(&fresh);
        if alive.len() < TOGETHER {
            alive.push(fresh);
        } else {
            alive[number % TOGETHER] = fresh;
        }
    }
    let (together, _) = resident();
    drop(alive);
    let (last, most) = resident();
    println!(
        "{TOGETHER} at a time: {:.1} MiB resident, {:.1} MiB without them, at most {:.1} MiB\n",
        mib(together),
        mib(last),
        mib(most)
    );
    let mut kept = check(used < EMPTY, "an empty isolate takes too much");
    kept &= check(end < after_tenth + GROWTH, "memory grows from isolate to isolate");
    kept & check(last < after_tenth + TOGETHER * EMPTY, "memory of dropped isolates is kept")
}

/// A program that uses some of the library.
fn use_isolate(host: &Host) {
    let text = "const all = new Map(); for (let i = 0; i < 1000; i++) all.set('key ' + i, { i, list: [i, `${i}`] });\n\
                if (JSON.stringify([...all.values()]).length < 1000) throw new Error('short');";
    assert_eq!(host.run("isolate", text, Kind::Script), 0, "the program runs");
}

/// Resident bytes of this process, now and at most, where the system tells.
fn resident() -> (usize, usize) {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) << 10
    };
    (field("VmRSS:"), field("VmHWM:"))
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
