//! The coordinator: shares seeds out to worker processes, notices crashes and hangs, reduces what was found.

use crate::case::Case;
use crate::check::Coverage;
use crate::finding::Finding;
use crate::leg::Leg;
use crate::reduce::{reduce, size};
use crate::worker::Share;
use ir::Module;
use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(30);
/// Exit status of a check of something that is no program.
pub const UNFIT: u8 = 2;

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The first seed.
    pub from: u64,
    /// Programs at most.
    pub count: u64,
    /// How long at most.
    pub time: Option<Duration>,
    /// Workers at a time.
    pub jobs: u64,
    /// The program to run as worker.
    pub program: PathBuf,
    /// Arguments about ARM64 for every worker.
    pub arguments: Vec<String>,
    /// Where findings go.
    pub keep: PathBuf,
    /// Findings after which there is no point in going on.
    pub enough: usize,
    /// Longest time a program may take, all legs; one leg may take a third.
    pub patience: Duration,
    /// Longest time that the reduction of one finding may take.
    pub reduce: Duration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Programs started.
    pub programs: u64,
    /// What they covered.
    pub coverage: Coverage,
    /// What was found: seed, leg (none when a process died and no leg alone makes it), file.
    pub findings: Vec<(u64, Option<Leg>, Option<PathBuf>)>,
    /// How long it took.
    pub time: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.coverage.counts {
            writeln!(f, "{count:>12}  {what}")?;
        }
        for (seed, leg, file) in &self.findings {
            let leg = leg.map_or_else(|| "a crash or hang".to_owned(), |leg| leg.to_string());
            let file = file.as_ref().map_or_else(String::new, |file| format!(": {}", file.display()));
            writeln!(f, "finding: seed {seed}, {leg}{file}")?;
        }
        let seconds = self.time.as_secs_f64();
        let rate = self.programs as f64 / seconds.max(0.001);
        let (programs, findings) = (self.programs, self.findings.len());
        write!(f, "irfuzz: {programs} programs in {seconds:.0} s ({rate:.0} per second), {findings} findings")
    }
}

/// What a worker's watcher reports.
enum News {
    Started,
    Finding(u64, Option<Leg>),
    Covered(String, u64),
}

/// Runs programs as planned.
///
/// # Errors
/// When workers cannot be started.
pub fn run(plan: &Plan, progress: &mut dyn FnMut(&str)) -> io::Result<Report> {
    let start = Instant::now();
    let end = plan.time.map(|time| start + time);
    let found = Arc::new(AtomicUsize::new(0));
    let (send, news) = mpsc::channel();
    let watchers: Vec<_> = (0..plan.jobs)
        .map(|job| {
            let (plan, send, found) = (plan.clone(), send.clone(), Arc::clone(&found));
            std::thread::spawn(move || {
                watch(&plan, job, end, &send, &found);
            })
        })
        .collect();
    drop(send);
    let mut report = Report::default();
    listen(&news, &mut report, start, progress);
    for watcher in watchers {
        let _ = watcher.join();
    }
    report.time = start.elapsed();
    report.findings.sort();
    for (seed, leg, file) in &mut report.findings {
        *file = keep(plan, *seed, leg)?;
    }
    Ok(report)
}

fn listen(news: &Receiver<News>, report: &mut Report, start: Instant, progress: &mut dyn FnMut(&str)) {
    let mut next = start + PROGRESS;
    while let Ok(item) = news.recv() {
        match item {
            News::Started => report.programs += 1,
            News::Finding(seed, leg) => report.findings.push((seed, leg, None)),
            News::Covered(what, count) => *report.coverage.counts.entry(what).or_default() += count,
        }
        if Instant::now() >= next {
            next += PROGRESS;
            let seconds = start.elapsed().as_secs();
            progress(&format!(
                "{} programs in {seconds} s, {} findings",
                report.programs,
                report.findings.len()
            ));
        }
    }
}

/// Keeps one worker running on its share, and starts another behind the program that one died of.
fn watch(plan: &Plan, job: u64, end: Option<Instant>, send: &Sender<News>, found: &AtomicUsize) {
    let total = plan.count.saturating_sub(job).div_ceil(plan.jobs);
    let mut done = 0;
    while done < total && found.load(Ordering::Relaxed) < plan.enough {
        let share = Share { from: plan.from + job + done * plan.jobs, step: plan.jobs, count: total - done };
        let finding = |seed, leg| {
            found.fetch_add(1, Ordering::Relaxed);
            // Whoever listens does so until the last watcher is gone.
            let _ = send.send(News::Finding(seed, leg));
        };
        let Ok(mut worker) = spawn(plan, share) else {
            // Reported as if the first program did it: a machine that starts no process is no clean run.
            finding(share.from, None);
            return;
        };
        let mut current = share.from;
        let ended = follow(plan, end, &lines_of(&mut worker), |line| {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("start", seed) => {
                    current = seed.parse().unwrap_or(current);
                    done += 1;
                    let _ = send.send(News::Started);
                }
                ("finding", rest) => {
                    finding(current, rest.split_once(' ').and_then(|(_, leg)| Leg::from_name(leg)))
                }
                ("coverage", rest) => {
                    let (count, what) = rest.split_once(' ').unwrap_or((rest, ""));
                    let _ = send.send(News::Covered(what.to_owned(), count.parse().unwrap_or(0)));
                }
                _ => return false,
            }
            found.load(Ordering::Relaxed) < plan.enough
        });
        stop(&mut worker);
        match ended {
            Ended::Told => {}
            Ended::OutOfTime => return,
            Ended::Died => finding(current, None),
        }
    }
}

/// Why a worker's lines are not read any more.
enum Ended {
    /// One of them was the last.
    Told,
    /// The run is over.
    OutOfTime,
    /// It died, or says nothing for too long.
    Died,
}

/// Hands on a worker's lines until `line` has enough.
fn follow(
    plan: &Plan,
    end: Option<Instant>,
    lines: &Receiver<String>,
    mut line: impl FnMut(&str) -> bool,
) -> Ended {
    loop {
        let now = Instant::now();
        let left = end.map_or(plan.patience, |end| end.saturating_duration_since(now));
        if left.is_zero() {
            return Ended::OutOfTime;
        }
        match lines.recv_timeout(left.min(plan.patience)) {
            Ok(text) if line(&text) => {}
            Ok(_) => return Ended::Told,
            Err(RecvTimeoutError::Timeout) if left < plan.patience => return Ended::OutOfTime,
            Err(_) => return Ended::Died,
        }
    }
}

fn spawn(plan: &Plan, share: Share) -> io::Result<Child> {
    let mut command = Command::new(&plan.program);
    command.arg("worker").args(["--from", &share.from.to_string(), "--step", &share.step.to_string()]);
    command.args(["--count", &share.count.to_string()]).args(&plan.arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
}

/// A child's lines, as they come.
fn lines_of(worker: &mut Child) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(out) = worker.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    receive
}

fn stop(worker: &mut Child) {
    // A worker that is gone cannot be killed, which is what was wanted.
    let _ = worker.kill();
    let _ = worker.wait();
}

/// How a check of a finding's file failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// It saw a difference, or a panic.
    Differs,
    /// It died.
    Died,
    /// It did not end.
    Hung,
}

/// Reduces a finding and writes it to a file; finds out the leg of a crash. `None` when it does not come back alone.
fn keep(plan: &Plan, seed: u64, leg: &mut Option<Leg>) -> io::Result<Option<PathBuf>> {
    std::fs::create_dir_all(&plan.keep)?;
    let Ok(case) = Case::generate(seed) else { return Ok(None) };
    let file = plan.keep.join(format!("seed-{seed}.ir"));
    let attempt = |module: &Module, leg: Leg| -> io::Result<Option<Failure>> {
        let Ok(case) = Case::reduced(seed, module.clone()) else { return Ok(None) };
        std::fs::write(&file, Finding { case, leg }.text())?;
        check_file(plan, &file)
    };
    let mut found = None;
    for candidate in leg.map_or_else(Leg::all, |leg| vec![leg]) {
        if let Some(how) = attempt(case.module(), candidate)? {
            found = Some((candidate, how));
            break;
        }
    }
    let Some((found, how)) = found else {
        std::fs::remove_file(&file)?;
        return Ok(None);
    };
    *leg = Some(found);
    let end = Instant::now() + plan.reduce;
    let reduced = reduce(case.module(), &mut |module| {
        Instant::now() < end && attempt(module, found).is_ok_and(|failure| failure == Some(how))
    });
    let instructions = size(&reduced);
    let case = Case::reduced(seed, reduced).map_err(io::Error::other)?;
    std::fs::write(&file, Finding { case, leg: found }.text())?;
    eprintln!("seed {seed}, {found}: reduced to {instructions} instructions");
    Ok(Some(file))
}

/// How the check of a finding's file fails in a process of its own; not at all when it is no program.
fn check_file(plan: &Plan, file: &Path) -> io::Result<Option<Failure>> {
    let mut command = Command::new(&plan.program);
    command.arg("check").arg(file).args(&plan.arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let end = Instant::now() + plan.patience / 3;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(match status.code() {
                Some(0) => None,
                Some(code) if code == i32::from(UNFIT) => None,
                Some(1) => Some(Failure::Differs),
                _ => Some(Failure::Died),
            });
        }
        if Instant::now() >= end {
            stop(&mut child);
            return Ok(Some(Failure::Hung));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
