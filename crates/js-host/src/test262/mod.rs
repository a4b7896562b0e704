//! The worker of `cargo xtask test262`: a line asks for a test in one mode, a line says how it ended.
//!
//! Requests are `MODE TAB FLAGS TAB NEGATIVE TAB INCLUDES TAB PATH`; answers `pass`, `fail TAB REASON`, `crash TAB REASON`, with
//! `TAB bye` behind when this process ends now.

mod agents;
mod object;
mod outcome;

pub(crate) use agents::Agents;

use crate::compiler::COMPILER;
use crate::modules::Disk;
use crate::state::State;
use crate::tier::Optimizing;
use crate::timers::{self, Turn};
use js_bytecode::Unit;
use js_rt::Source;
use js_vm::{Limits, PromiseState, Res, Vm};
use outcome::{Failed, Phase};
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How a worker runs tests.
#[derive(Clone, Debug)]
pub struct Options {
    /// The checkout of the suite.
    pub suite: PathBuf,
    /// When a test counts as hanging.
    pub timeout: Duration,
    /// Collect at every allocation.
    pub gc_stress: bool,
    /// Calls and rounds of loops after which functions are compiled; none: everything is interpreted.
    pub threshold: Option<u32>,
    /// The same for the optimizing tier above that; none: there is none.
    pub optimizing: Option<u32>,
}

/// Native stack of the thread that runs tests: parsers are not as careful with it as the engine.
const STACK: usize = 256 << 20;
/// What objects of a test may take.
const HEAP: usize = 1 << 30;

/// Runs tests until there are no more requests.
///
/// # Errors
/// The streams failed.
pub fn worker(options: &Options, input: impl BufRead + Send, output: impl Write + Send) -> io::Result<()> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let running = thread.spawn_scoped(scope, || Worker::new(options).serve(input, output))?;
        running.join().unwrap_or_else(|_| Err(io::Error::other("the worker panicked")))
    })
}

/// What a test writes.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut written) = self.0.lock() {
            written.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        self.0.lock().map(|written| String::from_utf8_lossy(&written).into_owned()).unwrap_or_default()
    }
}

/// What is asked for.
struct Request {
    mode: String,
    flags: Vec<String>,
    negative: Option<(String, String)>,
    includes: Vec<String>,
    path: String,
}

impl Request {
    fn parse(line: &str) -> Option<Request> {
        let list = |text: &str| text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut fields = line.trim_end_matches(['\n', '\r']).split('\t');
        let (mode, flags, negative, includes) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        Some(Request {
            mode: mode.to_owned(),
            flags: list(flags),
            negative: negative.split_once(':').map(|(phase, name)| (phase.to_owned(), name.to_owned())),
            includes: list(includes),
            path: fields.next()?.to_owned(),
        })
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }
}

struct Worker<'a> {
    options: &'a Options,
    /// Files of the harness, compiled.
    harness: HashMap<String, (Unit, Arc<Source>)>,
    /// Where the last panic was.
    panicked: Arc<Mutex<String>>,
}

impl<'a> Worker<'a> {
    fn new(options: &'a Options) -> Worker<'a> {
        let panicked = Arc::new(Mutex::new(String::new()));
        let place = panicked.clone();
        std::panic::set_hook(Box::new(move |info| {
            if let Ok(mut place) = place.lock() {
                *place = info.to_string();
            }
        }));
        Worker { options, harness: HashMap::new(), panicked }
    }

    fn serve(&mut self, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
        for line in input.lines() {
            let line = line?;
            let Some(request) = Request::parse(&line) else {
                return Err(io::Error::other(format!("not a request: {line}")));
            };
            let (mut answer, goes_on) = self.answer(&request);
            if !goes_on {
                answer.push_str("\tbye");
            }
            output.write_all(answer.as_bytes())?;
            output.write_all(b"\n")?;
            output.flush()?;
            if !goes_on {
                // What still runs here, agents that nobody ends, is not waited for.
                std::process::exit(0);
            }
        }
        Ok(())
    }

    /// The answer, and whether this process can run further tests.
    fn answer(&mut self, request: &Request) -> (String, bool) {
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| self.run(request)));
        match result {
            Ok((Ok(()), goes_on)) => ("pass".to_owned(), goes_on),
            Ok((Err(reason), goes_on)) => (format!("fail\t{}", one_line(&reason)), goes_on),
            Err(_) => {
                let place = self.panicked.lock().map(|place| place.clone()).unwrap_or_default();
                (format!("crash\t{}", one_line(&place)), false)
            }
        }
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.heap.cap_bytes = HEAP;
        limits.heap.stress = self.options.gc_stress;
        limits.threshold = self.options.threshold.unwrap_or(limits.threshold);
        limits
    }

    fn optimizing(&self) -> Optimizing {
        Optimizing { threshold: self.options.optimizing, ..Optimizing::default() }
    }

    fn run(&mut self, request: &Request) -> (Result<(), String>, bool) {
        let deadline = Instant::now() + self.options.timeout;
        let captured = Captured::default();
        let Ok(vm) = Vm::new(self.limits(), COMPILER) else { return (Err("no memory".into()), false) };
        let mut state = State::new(Box::new(captured.clone()), Box::new(captured.clone()));
        let tier = self.options.threshold.map(|_| self.optimizing());
        let agents = agents::Agents::leader(self.limits(), tier.clone(), deadline);
        state.agents = Some(agents.clone());
        vm.set_host(state);
        if let Some(optimizing) = &tier {
            crate::add_tier(&vm, optimizing);
        }
        vm.set_deadline(Some(deadline));
        vm.set_can_suspend(!request.has("CanBlockIsFalse"));
        let result = vm.enter(|| {
            let result =
                self.prepare(&vm, request).and_then(|()| self.execute(&vm, request, &captured, deadline));
            judge(request, result, &captured.text())
        });
        drop(vm);
        (result, agents.finish())
    }

    /// Realm, host functions, harness.
    fn prepare(&mut self, vm: &Vm, request: &Request) -> Result<(), Failed> {
        let broken = |thrown| Failed::new(vm, Phase::Harness, thrown, "");
        vm.set_module_host(Box::new(object::Suite(Disk::new())));
        vm.new_realm(crate::library).map_err(broken)?;
        object::install(vm).map_err(broken)?;
        if request.has("raw") {
            return Ok(());
        }
        let mut files = vec!["assert.js", "sta.js"];
        if request.has("async") {
            files.push("doneprintHandle.js");
        }
        files.extend(request.includes.iter().map(String::as_str));
        for file in files {
            let (unit, source) = self.harness_file(file)?;
            vm.run_unit(unit, source.clone())
                .map_err(|thrown| Failed::new(vm, Phase::Harness, thrown, file))?;
        }
        Ok(())
    }

    fn harness_file(&mut self, file: &str) -> Result<(Unit, Arc<Source>), Failed> {
        if let Some(known) = self.harness.get(file) {
            return Ok(known.clone());
        }
        let path = self.options.suite.join("harness").join(file);
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failed::other(format!("{file}: {error}")))?;
        let unit =
            js_compile::script(&text).map_err(|error| Failed::other(format!("{file}: {}", error.message)))?;
        let made = (unit, Arc::new(Source::new(path.to_string_lossy(), text)));
        self.harness.insert(file.to_owned(), made.clone());
        Ok(made)
    }

    fn execute(
        &self,
        vm: &Vm,
        request: &Request,
        captured: &Captured,
        deadline: Instant,
    ) -> Result<(), Failed> {
        let path = self.options.suite.join("test").join(&request.path);
        // As the module host names it, so that a module that imports itself is the same.
        let path = path.canonicalize().unwrap_or(path);
        let bytes = std::fs::read(&path).map_err(|error| Failed::other(error.to_string()))?;
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if request.mode == "strict" {
            text.insert_str(0, "\"use strict\";\n");
        }
        let name = path.to_string_lossy().into_owned();
        let failed = |phase| move |thrown| Failed::new(vm, phase, thrown, &request.path);
        let promise = if request.mode == "module" {
            let module = vm.parse_module(&name, &text).map_err(failed(Phase::Parse))?;
            vm.link_module(module).map_err(failed(Phase::Resolution))?;
            Some(vm.evaluate_module(module).map_err(failed(Phase::Runtime))?)
        } else {
            let unit = js_compile::script(&text).map_err(|error| Failed::early(&error))?;
            vm.run_unit(unit, Arc::new(Source::new(name, text))).map_err(failed(Phase::Runtime))?;
            None
        };
        let is_done = || request.has("async") && captured.text().contains("Test262:Async");
        finish(vm, deadline, is_done).map_err(failed(Phase::Runtime))?;
        match promise {
            Some(promise) if vm.promise_state(promise) == PromiseState::Rejected => {
                vm.set_promise_handled(promise);
                Err(failed(Phase::Runtime)(vm.throw(vm.promise_result(promise))))
            }
            Some(promise) if vm.promise_state(promise) == PromiseState::Pending && !request.has("async") => {
                Err(Failed::other("the module's evaluation does not end".into()))
            }
            _ => Ok(()),
        }
    }
}

/// Runs microtasks, then timers, until it is done or nothing is left.
fn finish(vm: &Vm, deadline: Instant, is_done: impl Fn() -> bool) -> Res<()> {
    loop {
        vm.run_jobs()?;
        if is_done() {
            return Ok(());
        }
        let now = Instant::now();
        if now >= deadline {
            return Err(js_vm::Throw::Stop(js_vm::Stop::Deadline));
        }
        match timers::turn(vm)? {
            Turn::Ran => {}
            Turn::Waits(until) => std::thread::sleep(until.min(deadline).saturating_duration_since(now)),
            Turn::Empty => return Ok(()),
        }
    }
}

/// Whether that is what the test was to come to.
fn judge(request: &Request, result: Result<(), Failed>, written: &str) -> Result<(), String> {
    match (&request.negative, result) {
        (None, Err(failed)) => Err(failed.text),
        (Some((phase, name)), Err(failed)) if failed.is(phase, name) => Ok(()),
        (Some((phase, name)), Err(failed)) => {
            Err(format!("expected {name} ({phase}), got {:?}: {}", failed.phase, failed.text))
        }
        (Some((phase, name)), Ok(())) => Err(format!("expected {name} ({phase}), but it ended normally")),
        (None, Ok(())) if request.has("async") => {
            let failure = written.lines().find(|line| line.starts_with("Test262:AsyncTestFailure"));
            match failure {
                Some(failure) => Err(failure.to_owned()),
                None if written.contains("Test262:AsyncTestComplete") => Ok(()),
                None => Err("$DONE was not called".to_owned()),
            }
        }
        (None, Ok(())) => Ok(()),
    }
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(400) {
        Some((at, _)) => text[..at].to_owned(),
        None => text,
    }
}
