//! Compiles batches, runs them in processes of their own, starts over behind crashes, and adds everything up.

use crate::args::{self, Options};
use crate::compile::{BuildError, Compiler, Toolchain};
use crate::report::{Event, Tally, What};
use crate::runner::Check;
use crate::target::Target;
use crate::{Batch, Optimise, SetupError, Source, emit, generate, parse};
use abi::{Abi, Arch, Signature};
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Signatures per source file: few enough that two processors share the work, many enough that starting is cheap.
const BATCH: u32 = 50;
/// How long one check may be silent; the longest takes milliseconds, even emulated.
const PATIENCE: Duration = Duration::from_secs(60);

/// Checks everything the options ask for. `Ok(false)` means mismatches.
pub(crate) fn run(options: &Options) -> Result<bool, SetupError> {
    notation_round_trips(options)?;
    let pairs = pairs(options);
    let tools = Toolchain::find(&pairs)?;
    let work = WorkDir::new(options.keep.as_deref())?;
    let mut targets = Vec::new();
    for arch in [Arch::X64, Arch::Arm64] {
        if pairs.iter().any(|(abi, _)| abi.arch() == arch) {
            targets.push((arch, Target::prepare(arch)?));
        }
    }
    let jobs: Vec<Batch> = pairs.iter().flat_map(|&pair| batches(options, pair)).collect();
    let queue: Mutex<VecDeque<(usize, Batch)>> = Mutex::new(jobs.iter().cloned().enumerate().collect());
    let finished: Mutex<BTreeMap<usize, Result<Vec<Event>, SetupError>>> = Mutex::default();
    let worker = || {
        let next = || queue.lock().unwrap_or_else(|e| e.into_inner()).pop_front();
        while let Some((number, batch)) = next() {
            let target = targets.iter().find(|(arch, _)| *arch == batch.abi.arch()).map(|(_, target)| target);
            let events =
                target.map_or(Ok(Vec::new()), |target| check_batch(&batch, &tools, target, &work.path));
            finished.lock().unwrap_or_else(|e| e.into_inner()).insert(number, events);
        }
    };
    std::thread::scope(|scope| (0..options.jobs.min(jobs.len())).for_each(|_| drop(scope.spawn(worker))));
    let finished = finished.into_inner().unwrap_or_else(|e| e.into_inner());
    let mut tallies: Vec<Tally> = pairs.iter().map(|&(abi, compiler)| Tally::new(abi, compiler)).collect();
    for (number, events) in finished {
        let (batch, events) = (&jobs[number], events?);
        if let Some(tally) = tallies.iter_mut().find(|t| t.covers(batch)) {
            tally.add(batch, events);
        }
    }
    tallies.iter().for_each(|tally| tally.print(options.show));
    Ok(tallies.iter().all(|tally| tally.mismatches() == 0))
}

/// The report's notation must read back as what it was written from, or mismatches could not be run again.
fn notation_round_trips(options: &Options) -> Result<(), SetupError> {
    for index in 0..options.count {
        let signature = generate::signature(options.seed, index);
        let text = signature.to_string();
        if !parse::signature(&text).is_ok_and(|read| read == signature) {
            return Err(SetupError::Load(format!("'{text}' does not read back as itself")));
        }
    }
    Ok(())
}

fn pairs(options: &Options) -> Vec<(Abi, Compiler)> {
    let abis = Abi::ALL.into_iter().filter(|&abi| options.abi.is_none_or(|only| only == abi));
    let compilers = Compiler::ALL.into_iter().filter(|&compiler| match options.compiler {
        Some(only) => compiler == only,
        None => compiler != Compiler::Zig,
    });
    let compilers: Vec<Compiler> = compilers.collect();
    abis.flat_map(|abi| compilers.iter().filter(move |c| c.targets(abi)).map(move |&c| (abi, c))).collect()
}

fn batches(options: &Options, (abi, compiler): (Abi, Compiler)) -> Vec<Batch> {
    let (plan, seed) = (options.plan.unwrap_or(abi), options.seed);
    let sources: Vec<(Source, Optimise)> = match &options.signature {
        Some(signature) => {
            let source = Source::Text(signature.clone());
            vec![(source.clone(), Optimise::O1), (source, Optimise::O2)]
        }
        None => {
            let starts = (0..options.count).step_by(BATCH as usize);
            let ranges = starts.map(|first| Source::Range { first, count: BATCH.min(options.count - first) });
            ranges.zip([Optimise::O1, Optimise::O2].into_iter().cycle()).collect()
        }
    };
    let both = |(source, optimise): (Source, Optimise)| {
        let batch = Batch { abi, plan, compiler, seed, optimise, source, corrected: false };
        [batch.clone(), Batch { corrected: true, ..batch }]
    };
    sources.into_iter().flat_map(both).collect()
}

/// Compiles and runs one batch; what does not compile is divided until it is known which signature is the cause.
fn check_batch(
    batch: &Batch,
    tools: &Toolchain,
    target: &Target,
    work: &Path,
) -> Result<Vec<Event>, SetupError> {
    let signatures: Vec<(u32, Signature)> = batch.signatures().collect();
    if signatures.is_empty() {
        return Ok(Vec::new());
    }
    match compile(batch, &signatures, tools, work)? {
        Ok(object) => {
            let said = run_batch(batch, target, &object)?;
            let placed = said.into_iter().filter_map(|(position, what)| {
                let (index, signature) = signatures.get(position)?.clone();
                Some(Event { index, signature, what })
            });
            Ok(placed.collect())
        }
        Err(BuildError(text)) => match batch.split() {
            Some(halves) => {
                let mut events = check_batch(&halves[0], tools, target, work)?;
                events.extend(check_batch(&halves[1], tools, target, work)?);
                Ok(events)
            }
            None => {
                let (index, signature) = signatures[0].clone();
                Ok(vec![Event { index, signature, what: What::Refused(text) }])
            }
        },
    }
}

fn compile(
    batch: &Batch,
    signatures: &[(u32, Signature)],
    tools: &Toolchain,
    work: &Path,
) -> Result<Result<PathBuf, BuildError>, SetupError> {
    let (first, count) = (signatures[0].0, batch.len());
    let (abi, compiler, level) = (batch.abi, batch.compiler.name(), batch.optimise);
    let kind = if batch.corrected { "-corrected" } else { "" };
    let name = format!("{abi}-{compiler}-{level:?}-{first}-{count}{kind}.c");
    let path = work.join(name);
    let text = emit::source(signatures, batch.compiler, batch.abi)
        .map_err(|e| SetupError::Usage(format!("the signature has no layout: {e}")))?;
    fs::write(&path, text).map_err(SetupError::io(path.display()))?;
    Ok(tools.build(&path, batch))
}

/// Runs a compiled batch to its end, in as many processes as it takes.
fn run_batch(batch: &Batch, target: &Target, object: &Path) -> Result<Vec<(usize, What)>, SetupError> {
    let mut events = Vec::new();
    let mut from = (0, 0);
    loop {
        let mut command = target.command();
        command.args(args::runner(batch, object.to_owned(), from));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(SetupError::io("the runner"))?;
        let run = Run::watch(child)?;
        let (at, finished) = (run.at, run.finished);
        events.extend(run.events);
        if finished {
            return Ok(events);
        }
        let Some((position, check)) = at else {
            return Err(SetupError::Load(format!("the runner did not start: {}", run.end)));
        };
        events.push((position, What::Bad(Check::ALL[check], run.end)));
        from = if check + 1 < Check::ALL.len() { (position, check + 1) } else { (position + 1, 0) };
        if from.0 >= batch.signatures().count() {
            return Ok(events);
        }
    }
}

/// What one runner process said.
struct Run {
    events: Vec<(usize, What)>,
    /// The check that was being tried at the end.
    at: Option<(usize, usize)>,
    finished: bool,
    /// How the process ended.
    end: String,
}

impl Run {
    fn watch(mut child: Child) -> Result<Run, SetupError> {
        let mut run = Run { events: Vec::new(), at: None, finished: false, end: String::new() };
        let (send, lines) = channel();
        let output = child.stdout.take();
        let reader = std::thread::spawn(move || {
            for line in output.into_iter().flat_map(|o| BufReader::new(o).lines()).map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let errors = child.stderr.take();
        let errors = std::thread::spawn(move || {
            // Bytes, not lines: crashing code may write anything.
            let mut text = Vec::new();
            let read = errors.map(|mut pipe| std::io::Read::read_to_end(&mut pipe, &mut text));
            drop(read);
            String::from_utf8_lossy(&text).lines().next_back().unwrap_or("").to_owned()
        });
        let mut hung = false;
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => run.line(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    hung = true;
                    child.kill().map_err(SetupError::io("the hanging runner"))?;
                    break;
                }
            }
        }
        let status = child.wait().map_err(SetupError::io("the runner"))?;
        let _ = reader.join();
        let text = errors.join().unwrap_or_default();
        run.end = match hung {
            true => format!("no answer for {} seconds", PATIENCE.as_secs()),
            false => format!("crashed ({status}) {text}"),
        };
        Ok(run)
    }

    fn line(&mut self, line: &str) {
        let mut words = line.splitn(4, ' ');
        let kind = words.next().unwrap_or("");
        let position = words.next().and_then(|w| w.parse().ok());
        let check = words.next().and_then(|w| w.parse().ok()).filter(|&c| c < Check::ALL.len());
        match (kind, position, check) {
            ("done", ..) => self.finished = true,
            ("at", Some(position), Some(check)) => {
                self.at = Some((position, check));
                self.events.push((position, What::Tried(Check::ALL[check])));
            }
            ("bad", Some(position), Some(check)) => {
                let text = words.next().unwrap_or("").to_owned();
                self.events.push((position, What::Bad(Check::ALL[check], text)));
            }
            _ => {}
        }
    }
}

/// Where sources and objects go: a directory the user named, or one that disappears.
struct WorkDir {
    path: PathBuf,
    temporary: bool,
}

impl WorkDir {
    fn new(keep: Option<&Path>) -> Result<WorkDir, SetupError> {
        let name = format!("abi-check-{}", std::process::id());
        let path = keep.map_or_else(|| std::env::temp_dir().join(name), Path::to_owned);
        fs::create_dir_all(&path).map_err(SetupError::io(path.display()))?;
        Ok(WorkDir { path, temporary: keep.is_none() })
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        if self.temporary {
            // Nothing depends on its going away.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
