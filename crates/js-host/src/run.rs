//! Running a program to its end.

use crate::Host;
use crate::report;
use crate::state::{State, Stream};
use crate::timers::{self, Turn};
use js_rt::Obj;
use js_vm::{PromiseState, Res, Stop, Throw, Vm};
use std::path::Path;
use std::time::{Duration, Instant};

/// What a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 16.1
    Script,
    /// 16.2
    Module,
}

/// What node takes a file for: by its ending, and for `.js` by `type` of the nearest `package.json`.
pub fn kind_of(path: &Path) -> Kind {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("mjs") => Kind::Module,
        Some("js") if is_module_package(path) => Kind::Module,
        _ => Kind::Script,
    }
}

fn is_module_package(path: &Path) -> bool {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let text = path.ancestors().skip(1).find_map(|folder| std::fs::read(folder.join("package.json")).ok());
    let package = text.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    package.is_some_and(|package| package.get("type").and_then(|kind| kind.as_str()) == Some("module"))
}

/// The longest sleep between two looks at deadline and cancellation.
const SLICE: Duration = Duration::from_millis(20);
/// The exit status for errors that nobody catches.
const FAILED: i32 = 1;
/// Node's exit status for a module whose top-level `await` never ends.
const UNSETTLED: i32 = 13;

impl Host {
    /// Runs a file until nothing is left to do; the exit status.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn run_file(&self, path: &Path) -> std::io::Result<i32> {
        let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
        let name = path.canonicalize()?.to_string_lossy().into_owned();
        Ok(self.run(&name, &text, kind_of(path)))
    }

    /// Runs source text until nothing is left to do; the exit status. Errors that nobody catches are reported.
    pub fn run(&self, name: &str, text: &str, kind: Kind) -> i32 {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let status = self.vm.enter(|| {
            let main = start(&self.vm, name, text, kind);
            main.and_then(|promise| run_loop(&self.vm, promise))
                .unwrap_or_else(|thrown| report_end(&self.vm, thrown))
        });
        if let Some(state) = State::of(&self.vm) {
            state.flush();
        }
        status
    }
}

/// Begins with the program; the promise of a module's evaluation.
fn start(vm: &Vm, name: &str, text: &str, kind: Kind) -> Res<Option<Obj>> {
    if kind == Kind::Script {
        return vm.run_script(name, text).map(|_| None);
    }
    let module = vm.parse_module(name, text)?;
    vm.link_module(module)?;
    let promise = vm.evaluate_module(module)?;
    vm.set_promise_handled(promise);
    Ok(Some(promise))
}

/// Microtasks, rejections that nobody handled, timers, in turns.
fn run_loop(vm: &Vm, promise: Option<Obj>) -> Res<i32> {
    loop {
        vm.run_jobs()?;
        if let Some(promise) = promise.filter(|promise| vm.promise_state(*promise) == PromiseState::Rejected)
        {
            return Err(vm.throw(vm.promise_result(promise)));
        }
        let rejected = vm.take_unhandled_rejections()?;
        if let Some(promise) = rejected.get(0).and_then(|promise| promise.as_object()) {
            report::rejection(vm, vm.promise_result(promise))?;
            return Ok(FAILED);
        }
        match timers::turn(vm)? {
            Turn::Ran => {}
            Turn::Waits(until) => {
                std::thread::sleep(until.saturating_duration_since(Instant::now()).min(SLICE));
                vm.poll_slow()?;
            }
            Turn::Empty if vm.no_jobs() => break,
            Turn::Empty => {}
        }
    }
    match promise {
        Some(promise) if vm.promise_state(promise) == PromiseState::Pending => {
            if let Some(state) = State::of(vm) {
                state.line(Stream::Err, "Warning: Detected unsettled top-level await");
            }
            Ok(UNSETTLED)
        }
        _ => Ok(0),
    }
}

/// The program ended by a throw: the exit status.
fn report_end(vm: &Vm, thrown: Throw) -> i32 {
    let status = match thrown {
        Throw::Stop(Stop::Exit) => Ok(State::of(vm).and_then(|state| state.exit.get()).unwrap_or(0)),
        Throw::Stop(stop) => {
            if let Some(state) = State::of(vm) {
                state.line(Stream::Err, &format!("Ended: {stop}"));
            }
            Ok(FAILED)
        }
        thrown => vm.catch(thrown).and_then(|error| report::uncaught(vm, error)).map(|()| FAILED),
    };
    vm.drop_jobs();
    status.unwrap_or(FAILED)
}
