//! The coordinator: shares seeds out to worker processes, notices crashes and hangs.

use crate::process::{lines_of, stop};
use crate::worker::Share;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(30);

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the fuzzer is called in its report.
    pub fuzzer: &'static str,
    /// The first seed.
    pub from: u64,
    /// Programs at most.
    pub count: u64,
    /// How long at most.
    pub time: Option<Duration>,
    /// Workers at a time, at least one.
    pub jobs: u64,
    /// The program to run as worker.
    pub program: PathBuf,
    /// Arguments of every worker besides its share.
    pub arguments: Vec<OsString>,
    /// Findings after which there is no point in going on.
    pub enough: usize,
    /// The longest that a worker may say nothing.
    pub patience: Duration,
}

/// Workers at a time: as many as are wanted, or as there are processors.
pub fn jobs(wanted: Option<u64>) -> u64 {
    let processors = || std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    wanted.unwrap_or_else(processors).max(1)
}

/// A seed whose program shows something wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The seed.
    pub seed: u64,
    /// What the worker says of it; nothing when it died.
    pub said: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the fuzzer is called.
    pub fuzzer: &'static str,
    /// Programs started.
    pub programs: u64,
    /// How often what was done.
    pub counts: BTreeMap<String, u64>,
    /// What was found, a line each.
    pub findings: Vec<String>,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// The fuzzer's exit status: findings are a failure.
    pub fn exit_code(&self) -> ExitCode {
        if self.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.counts {
            writeln!(f, "{count:>12}  {what}")?;
        }
        for finding in &self.findings {
            writeln!(f, "finding: {finding}")?;
        }
        let seconds = self.time.as_secs_f64();
        let rate = self.programs as f64 / seconds.max(0.001);
        let (fuzzer, programs, findings) = (self.fuzzer, self.programs, self.findings.len());
        write!(
            f,
            "{fuzzer}: {programs} programs in {seconds:.0} s ({rate:.0} per second), {findings} findings"
        )
    }
}

/// What a worker's watcher reports.
enum News {
    Started,
    Finding(Finding),
    Counted(String, u64),
}

/// Runs programs as planned, with lines of progress on standard error. Findings are handed to `keep` when the workers are gone,
/// by seed; it answers with their lines in the report.
///
/// # Errors
/// Those of `keep`.
pub fn run(plan: &Plan, keep: &mut dyn FnMut(Finding) -> io::Result<String>) -> io::Result<Report> {
    let start = Instant::now();
    let end = plan.time.map(|time| start + time);
    let found = Arc::new(AtomicUsize::new(0));
    let (send, news) = mpsc::channel();
    let watchers: Vec<_> = (0..plan.jobs)
        .map(|job| {
            let (plan, send, found) = (plan.clone(), send.clone(), Arc::clone(&found));
            std::thread::spawn(move || watch(&plan, job, end, &send, &found))
        })
        .collect();
    drop(send);
    let mut report = Report { fuzzer: plan.fuzzer, ..Report::default() };
    let mut findings = listen(&news, &mut report, start);
    for watcher in watchers {
        let _ = watcher.join();
    }
    report.time = start.elapsed();
    findings.sort();
    report.findings = findings.into_iter().map(keep).collect::<io::Result<_>>()?;
    Ok(report)
}

/// Counts what watchers report until the last of them is gone, and answers what they found.
fn listen(news: &Receiver<News>, report: &mut Report, start: Instant) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut next = start + PROGRESS;
    while let Ok(item) = news.recv() {
        match item {
            News::Started => report.programs += 1,
            News::Finding(finding) => findings.push(finding),
            News::Counted(what, count) => *report.counts.entry(what).or_default() += count,
        }
        if Instant::now() >= next {
            next += PROGRESS;
            let (programs, seconds) = (report.programs, start.elapsed().as_secs());
            eprintln!("{programs} programs in {seconds} s, {} findings", findings.len());
        }
    }
    findings
}

/// Keeps one worker running on its share, and starts another behind the program that one died of.
fn watch(plan: &Plan, job: u64, end: Option<Instant>, send: &Sender<News>, found: &AtomicUsize) {
    let total = plan.count.saturating_sub(job).div_ceil(plan.jobs);
    let mut done = 0;
    while done < total && found.load(Ordering::Relaxed) < plan.enough {
        let first = plan.from + job + done * plan.jobs;
        let finding = |seed, said| {
            found.fetch_add(1, Ordering::Relaxed);
            // Whoever listens does so until the last watcher is gone.
            let _ = send.send(News::Finding(Finding { seed, said }));
        };
        let Ok(mut worker) = spawn(plan, Share::new(first, plan.jobs, total - done)) else {
            // Reported as if the first program did it: a machine that starts no process is no clean run.
            finding(first, None);
            return;
        };
        let mut current = first;
        let ended = follow(plan.patience, end, &lines_of(&mut worker), |line| {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("start", seed) => {
                    current = seed.parse().unwrap_or(current);
                    done += 1;
                    let _ = send.send(News::Started);
                }
                ("finding", rest) => finding(current, rest.split_once(' ').map(|(_, said)| said.to_owned())),
                ("count", rest) => {
                    let (count, what) = rest.split_once(' ').unwrap_or((rest, ""));
                    let _ = send.send(News::Counted(what.to_owned(), count.parse().unwrap_or(0)));
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

fn spawn(plan: &Plan, share: Share) -> io::Result<Child> {
    let mut command = Command::new(&plan.program);
    command.arg("worker").args(share.arguments()).args(&plan.arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
}

/// Why a worker's lines are not read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    patience: Duration,
    end: Option<Instant>,
    lines: &Receiver<String>,
    mut line: impl FnMut(&str) -> bool,
) -> Ended {
    loop {
        let left = end.map_or(patience, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ended::OutOfTime;
        }
        match lines.recv_timeout(left.min(patience)) {
            Ok(text) if line(&text) => {}
            Ok(_) => return Ended::Told,
            Err(RecvTimeoutError::Timeout) if left < patience => return Ended::OutOfTime,
            Err(_) => return Ended::Died,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, Report, follow};
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    #[test]
    fn a_worker_ends_by_its_last_line_by_dying_by_silence_or_with_the_run() {
        let (send, lines) = mpsc::channel();
        let (long, short) = (Duration::from_secs(100), Duration::from_millis(1));
        let more = |line: &str| line != "end";
        for line in ["start 1", "end"] {
            send.send(line.to_owned()).expect("it is read");
        }
        assert_eq!(follow(long, None, &lines, more), Ended::Told);
        assert_eq!(follow(short, None, &lines, more), Ended::Died);
        assert_eq!(follow(long, Some(Instant::now() + short), &lines, more), Ended::OutOfTime);
        drop(send);
        assert_eq!(follow(long, None, &lines, more), Ended::Died);
    }

    #[test]
    fn a_report_lists_what_was_counted_and_found() {
        let report = Report {
            fuzzer: "somefuzz",
            programs: 10,
            counts: [("runs".to_owned(), 20)].into(),
            findings: vec!["seed 3: a file".to_owned()],
            time: Duration::from_secs(2),
        };
        let lines =
            ["          20  runs", "finding: seed 3: a file", "somefuzz: 10 programs in 2 s"].join("\n");
        assert_eq!(report.to_string(), lines + " (5 per second), 1 findings");
    }
}
