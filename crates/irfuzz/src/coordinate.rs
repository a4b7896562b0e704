//! The coordinator: shares seeds out to worker processes, notices crashes and hangs, reduces what was found.

use crate::case::Case;
use crate::check::Coverage;
use crate::finding::Finding;
use crate::leg::Leg;
use crate::reduce::{reduce, size};
use crate::worker::Share;
use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Longest time a program may take, all legs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(30);
/// Findings after which there is no point in going on.
const ENOUGH: usize = 8;
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
    /// The worker is through, or gone.
    Ended,
}

/// Runs programs as planned.
///
/// # Errors
/// When workers cannot be started.
pub fn run(plan: &Plan, progress: &mut dyn FnMut(&str)) -> io::Result<Report> {
    let start = Instant::now();
    let end = plan.time.map(|time| start + time);
    let (send, news) = mpsc::channel();
    let watchers: Vec<_> = (0..plan.jobs)
        .map(|job| {
            let (plan, send) = (plan.clone(), send.clone());
            std::thread::spawn(move || {
                watch(&plan, job, end, &send);
                let _ = send.send(News::Ended);
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
            News::Ended => {}
        }
        if Instant::now() >= next {
            next += PROGRESS;
            let seconds = start.elapsed().as_secs();
            progress(&format!("{} programs in {seconds} s, {} findings", report.programs, report.findings.len()));
        }
    }
}

/// Keeps one worker running on its share, and starts another behind the program that one died of.
fn watch(plan: &Plan, job: u64, end: Option<Instant>, send: &Sender<News>) {
    let total = plan.count.saturating_sub(job).div_ceil(plan.jobs);
    let (mut done, mut findings) = (0, 0);
    while done < total && findings < ENOUGH {
        let share = Share { from: plan.from + job + done * plan.jobs, step: plan.jobs, count: total - done };
        let Ok(mut worker) = spawn(plan, share) else {
            // Reported as if the first program did it: a machine that starts no process is no clean run.
            let _ = send.send(News::Finding(share.from, None));
            return;
        };
        let lines = lines_of(&mut worker);
        let mut current = None;
        let ended = loop {
            let patience = end.map_or(PATIENCE, |end| PATIENCE.min(end.saturating_duration_since(Instant::now())));
            match lines.recv_timeout(patience) {
                Ok(line) => match line.split_once(' ').unwrap_or((&line, "")) {
                    ("start", seed) => {
                        current = seed.parse().ok();
                        done += 1;
                        let _ = send.send(News::Started);
                    }
                    ("finding", rest) => {
                        findings += 1;
                        let (seed, leg) = rest.split_once(' ').unwrap_or((rest, ""));
                        let _ = send.send(News::Finding(seed.parse().unwrap_or(0), Leg::from_name(leg)));
                    }
                    ("coverage", rest) => {
                        let (count, what) = rest.split_once(' ').unwrap_or((rest, ""));
                        let _ = send.send(News::Covered(what.to_owned(), count.parse().unwrap_or(0)));
                    }
                    _ => break true,
                },
                Err(RecvTimeoutError::Timeout) if end.is_some_and(|end| Instant::now() >= end) => {
                    stop(&mut worker);
                    return;
                }
                Err(_) => break false,
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                stop(&mut worker);
                return;
            }
        };
        stop(&mut worker);
        if !ended {
            findings += 1;
            let _ = send.send(News::Finding(current.unwrap_or(share.from), None));
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

/// Reduces a finding and writes it to a file; finds out the leg of a crash. `None` when it does not come back alone.
fn keep(plan: &Plan, seed: u64, leg: &mut Option<Leg>) -> io::Result<Option<PathBuf>> {
    std::fs::create_dir_all(&plan.keep)?;
    let Ok(case) = Case::generate(seed) else { return Ok(None) };
    let candidates = leg.map_or_else(Leg::all, |leg| vec![leg]);
    let file = plan.keep.join(format!("seed-{seed}.ir"));
    let fails = |case: Case, leg: Leg| -> io::Result<bool> {
        std::fs::write(&file, Finding { case, leg }.text())?;
        check_file(plan, &file)
    };
    let mut found = None;
    for candidate in candidates {
        if fails(Case::generate(seed).map_err(io::Error::other)?, candidate)? {
            found = Some(candidate);
            break;
        }
    }
    let Some(found) = found else {
        std::fs::remove_file(&file)?;
        return Ok(None);
    };
    *leg = Some(found);
    let reduced = reduce(case.module(), &mut |module| {
        Case::new(seed, module.clone()).is_ok_and(|case| fails(case, found).unwrap_or(false))
    });
    let instructions = size(&reduced);
    let case = Case::new(seed, reduced).map_err(io::Error::other)?;
    std::fs::write(&file, Finding { case, leg: found }.text())?;
    eprintln!("seed {seed}, {found}: reduced to {instructions} instructions");
    Ok(Some(file))
}

/// Whether the check of a finding's file fails, crashes or hangs in a process of its own.
fn check_file(plan: &Plan, file: &Path) -> io::Result<bool> {
    let mut command = Command::new(&plan.program);
    command.arg("check").arg(file).args(&plan.arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(is_failure(status));
        }
        if start.elapsed() > PATIENCE / 3 {
            stop(&mut child);
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn is_failure(status: ExitStatus) -> bool {
    !status.success() && status.code() != Some(i32::from(UNFIT))
}
