//! The processes that run tests: one line asks for a test, one line answers.

use super::Outcome;
use super::suite::Test;
use crate::run::Failure;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Tests that a process runs before it is replaced, so that what one leaves behind does not pile up.
const TESTS_PER_PROCESS: usize = 2000;
/// What a worker gets beyond the time after which it is to give up by itself.
const GRACE: Duration = Duration::from_secs(3);

/// How a test failed in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It ran, and the result is not what it should be.
    Wrong(String),
    /// The process died.
    Crash(String),
    /// It did not end.
    Timeout,
}

/// The workers to be.
pub(crate) struct Pool<'a> {
    pub(crate) program: &'a Path,
    /// What runs it, if it is for another machine.
    pub(crate) runner: Option<&'static str>,
    pub(crate) suite: &'a Path,
    pub(crate) jobs: usize,
    pub(crate) timeout: Duration,
    pub(crate) gc_stress: bool,
    pub(crate) tier: Option<u32>,
    pub(crate) opt: Option<u32>,
    pub(crate) verbose: bool,
}

/// A process that runs tests.
struct Worker {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
    complaints: JoinHandle<String>,
    left: usize,
}

impl Pool<'_> {
    /// Runs the tests; their outcomes in the same order.
    pub(crate) fn run<'t>(&self, tests: &[&'t Test]) -> Result<Vec<Outcome<'t>>, Failure> {
        let next = AtomicUsize::new(0);
        let outcomes = Mutex::new(Vec::with_capacity(tests.len()));
        let results = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.jobs.max(1)).map(|_| scope.spawn(|| self.work(tests, &next, &outcomes))).collect();
            threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
        });
        for result in results {
            result.map_err(|_| Failure::new("a thread of the pool panicked"))??;
        }
        let mut outcomes =
            outcomes.into_inner().map_err(|_| Failure::new("a thread of the pool panicked"))?;
        outcomes.sort_by_key(|(number, _)| *number);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    fn work<'t>(
        &self,
        tests: &[&'t Test],
        next: &AtomicUsize,
        outcomes: &Mutex<Vec<(usize, Outcome<'t>)>>,
    ) -> Result<(), Failure> {
        let mut worker = None;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = tests.get(number) else {
                worker.map(Worker::end);
                return Ok(());
            };
            let mut failure = None;
            for mode in test.modes() {
                if let Some(verdict) = self.ask(&mut worker, &test.request(mode))? {
                    failure = Some((*mode, verdict));
                    break;
                }
            }
            if let Some((mode, verdict)) = failure.as_ref().filter(|_| self.verbose) {
                println!("{} ({mode}): {}", test.path, verdict.text());
            }
            let done = {
                let mut outcomes =
                    outcomes.lock().map_err(|_| Failure::new("a thread of the pool panicked"))?;
                outcomes.push((number, Outcome { test, failure }));
                outcomes.len()
            };
            if done.is_multiple_of(5000) {
                eprintln!("{done} of {}", tests.len());
            }
        }
    }

    /// Has a worker run one test in one mode: what went wrong.
    fn ask(&self, slot: &mut Option<Worker>, request: &str) -> Result<Option<Verdict>, Failure> {
        if slot.as_ref().is_some_and(|worker| worker.left == 0)
            && let Some(worn) = slot.take()
        {
            worn.end();
        }
        let mut worker = slot.take().map_or_else(|| self.start(), Ok)?;
        worker.left -= 1;
        let sent = worker.input.write_all(request.as_bytes()).and_then(|()| worker.input.flush());
        let answer = match sent {
            Ok(()) => worker.answers.recv_timeout(self.timeout + GRACE),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        };
        match answer {
            Ok(line) => match line.strip_suffix("\tbye") {
                Some(line) => {
                    worker.end();
                    Ok(verdict(line))
                }
                None => {
                    *slot = Some(worker);
                    Ok(verdict(&line))
                }
            },
            Err(RecvTimeoutError::Timeout) => {
                worker.end();
                Ok(Some(Verdict::Timeout))
            }
            Err(RecvTimeoutError::Disconnected) => Ok(Some(Verdict::Crash(worker.end()))),
        }
    }

    fn start(&self) -> Result<Worker, Failure> {
        let mut command = match self.runner {
            Some(runner) => Command::new(runner),
            None => Command::new(self.program),
        };
        command.args(self.runner.map(|_| self.program));
        command.arg("test262-worker").arg("--suite").arg(self.suite);
        command.arg("--timeout").arg(self.timeout.as_secs().to_string());
        if self.gc_stress {
            command.arg("--gc-stress");
        }
        if let Some(threshold) = self.tier {
            command.arg("--jit-threshold").arg(threshold.to_string());
        }
        if let Some(threshold) = self.opt {
            command.arg("--opt-threshold").arg(threshold.to_string());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let cannot = |why: &str| Failure::new(format!("cannot run {}: {why}", self.program.display()));
        let mut child = command.spawn().map_err(|e| cannot(&e.to_string()))?;
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(input), Some(output), Some(errors)) => {
                let answers = answers(output);
                let complaints = std::thread::spawn(move || tail(errors));
                Ok(Worker { child, input, answers, complaints, left: TESTS_PER_PROCESS })
            }
            _ => Err(cannot("no pipes")),
        }
    }
}

/// The lines that a process writes.
fn answers(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            if line.is_err() || line.is_ok_and(|line| sender.send(line).is_err()) {
                break;
            }
        }
    });
    receiver
}

/// The beginning of what a process complains about.
fn tail(errors: ChildStderr) -> String {
    const KEPT: u64 = 4000;
    let mut kept = Vec::new();
    let mut errors = BufReader::new(errors);
    let _ = errors.by_ref().take(KEPT).read_to_end(&mut kept);
    let _ = std::io::copy(&mut errors, &mut std::io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}

impl Worker {
    /// Ends the process, if it still runs; how it ended and what it complained about.
    fn end(mut self) -> String {
        drop(self.input);
        // One that closed its output is about to end by itself.
        std::thread::sleep(Duration::from_millis(20));
        let ended = self.child.try_wait().ok().flatten();
        if ended.is_none() {
            let _ = self.child.kill();
        }
        let status =
            ended.or_else(|| self.child.wait().ok()).map_or(String::new(), |status| status.to_string());
        let complaint = self.complaints.join().unwrap_or_default();
        format!("{status} {}", complaint.trim().replace(['\n', '\t'], " | "))
    }
}

/// What the answer of a worker says.
fn verdict(line: &str) -> Option<Verdict> {
    match line.split_once('\t') {
        None if line == "pass" => None,
        Some(("fail", "timeout")) => Some(Verdict::Timeout),
        Some(("fail", reason)) => Some(Verdict::Wrong(reason.to_owned())),
        Some(("crash", reason)) => Some(Verdict::Crash(reason.to_owned())),
        _ => Some(Verdict::Crash(format!("unknown answer {line:?}"))),
    }
}

impl Verdict {
    /// For reports.
    pub(crate) fn text(&self) -> String {
        match self {
            Verdict::Wrong(reason) => reason.clone(),
            Verdict::Crash(reason) => format!("CRASH {reason}"),
            Verdict::Timeout => "TIMEOUT".to_owned(),
        }
    }
}
