//! Tests and benchmarks of programs: the tables that their functions get, and what becomes of them.

use crate::error::{Res, Thrown};
use crate::natives::{Args, Native};
use crate::session::Program;
use crate::vm::{Error, Vm};
use heap::{Gc, Tracer};
use sox_bytecode::Module;
use sox_rt::{Closure, Str, Table, Value};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Functions of the table that tests get. Programs cannot name them otherwise: these are no identifiers.
pub(crate) const NATIVES: [Native; 2] = [
    Native { name: "t.Error", run: |args| note(args).map(|_| Value::NIL) },
    Native { name: "t.Fatal", run: fatal },
];

/// What tests have done so far.
pub(crate) struct Testing {
    /// A test is being executed.
    on: Cell<bool>,
    failures: Cell<u32>,
    /// The error of the last assertion that failed, or of the last `Fatal`.
    failed: Cell<Value>,
    /// It was reported already: by `Fatal`.
    reported: Cell<bool>,
}

impl Testing {
    pub(crate) fn new() -> Testing {
        Testing {
            on: Cell::new(false),
            failures: Cell::new(0),
            failed: Cell::new(Value::ABSENT),
            reported: Cell::new(false),
        }
    }

    /// Notes that what is being thrown is the failure of an assertion.
    pub(crate) fn note_failed(&self, thrown: Value) {
        if self.on.get() {
            self.failed.set(thrown);
            self.reported.set(false);
        }
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        self.failed.get().trace(tracer);
    }
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It came to its end without a failure.
    Passed,
    /// An assertion failed, or it called `Error` or `Fatal` of its table.
    Failed,
    /// The top level of its file ended with an error.
    Setup(Error),
    /// It ended with an error.
    Error(Error),
}

/// How a test's function ended, other than with an error.
enum End {
    Returned,
    /// With an assertion that failed: its message.
    Assertion(Vec<u8>),
    /// With `Fatal`, which has said so.
    Fatal,
}

impl Vm {
    /// Executes the top level of a script and then its test with this name. Messages about failures go to standard error.
    pub fn test(&self, module: Module, name: &str) -> Outcome {
        let program = match self.start(module) {
            Ok(program) => program,
            Err(error) => return Outcome::Setup(error),
        };
        let testing = &self.state.testing;
        testing.on.set(true);
        let failures = testing.failures.replace(0);
        let done = self.inside(|| self.call_test(&program, name));
        testing.on.set(false);
        testing.failed.set(Value::ABSENT);
        if let Ok(End::Assertion(message)) = &done {
            self.complain(message);
        }
        let failed = testing.failures.replace(failures) > 0 || matches!(done, Ok(End::Assertion(_)));
        let ended = match done {
            // It wants nothing more to be executed.
            Err(ended @ (Error::Exit(_) | Error::Stopped(_))) => Err(ended),
            done => done.and(self.finish()),
        };
        self.flush();
        match ended {
            Err(error) => Outcome::Error(error),
            Ok(()) if failed => Outcome::Failed,
            Ok(()) => Outcome::Passed,
        }
    }

    fn call_test(&self, program: &Program, name: &str) -> Res<End> {
        let test = self.global(program, name);
        let takes_none = test.get::<Closure>().is_some_and(|closure| closure.info().params == 0);
        let table = self.helpers()?;
        let args = if takes_none { &[][..] } else { &[Value::from(table)] };
        match self.call(&self.state.main, test, args) {
            Ok(_) => Ok(End::Returned),
            Err(Thrown::Value) => {
                let thrown = self.state.thrown.get();
                if !self.state.testing.failed.get().is_identical(thrown) {
                    return Err(Thrown::Value);
                }
                let message = self.failure().message;
                let reported = self.state.testing.reported.get();
                Ok(if reported { End::Fatal } else { End::Assertion(message) })
            }
            Err(ended) => Err(ended),
        }
    }

    /// The table that a test gets.
    fn helpers(&self) -> Res<Gc<Table>> {
        let table = self.mem(self.rt.table(NATIVES.len()))?;
        let first = self.natives.len() - NATIVES.len();
        for (place, native) in NATIVES.iter().enumerate() {
            let key = native.name.trim_start_matches("t.");
            let value = self.state.natives.borrow()[first + place];
            self.set(table, key, value)?;
        }
        Ok(table)
    }

    fn set(&self, table: Gc<Table>, key: &str, value: Value) -> Res<()> {
        let key = self.text(self.rt.string(key.as_bytes()))?;
        self.text(self.rt.set_entry(table, key, value))
    }

    /// Writes what a test found wrong.
    fn complain(&self, message: &[u8]) {
        self.write_err(&[b"Error: ", message, b"\n"].concat());
    }

    /// Names of a program's benchmarks: global functions whose names begin with `Benchmark`.
    pub fn benchmarks(&self, program: &Program) -> Vec<String> {
        let names = program.module().globals.iter().filter(|name| name.starts_with("Benchmark"));
        let is_function = |name: &str| {
            let value = self.global(program, name);
            value.get::<Closure>().is_some() || value.get::<sox_rt::Native>().is_some()
        };
        names.filter(|name| is_function(name)).map(|name| name.to_string()).collect()
    }

    /// Calls a benchmark that is to do something so often, or, if it takes no arguments, calls it so often; how long it took.
    /// What it wrote is flushed, in its own time.
    ///
    /// # Errors
    /// Why it did not come to its end.
    pub fn benchmark(&self, program: &Program, name: &str, iterations: u32) -> Result<Duration, Error> {
        let taken = self.inside(|| {
            let function = self.global(program, name);
            let args = if function.get::<Closure>().is_some_and(|closure| closure.info().params == 0) {
                None
            } else {
                Some(Value::from(self.benchmark_table(name, iterations)?))
            };
            let calls = if args.is_some() { 1 } else { iterations };
            let begun = Instant::now();
            for _ in 0..calls {
                self.call(&self.state.main, function, args.as_slice())?;
            }
            Ok(begun.elapsed())
        });
        self.flush();
        taken
    }

    /// The table that a benchmark gets.
    fn benchmark_table(&self, name: &str, iterations: u32) -> Res<Gc<Table>> {
        let table = self.mem(self.rt.table(3))?;
        let count = Value::number(f64::from(iterations));
        self.set(table, "n", count)?;
        self.set(table, "N", count)?;
        let name = self.text(self.rt.string(name.as_bytes()))?;
        self.set(table, "name", name.into())?;
        Ok(table)
    }
}

/// Notes and reports a failure; its message.
fn note(args: &Args<'_>) -> Res<Gc<Str>> {
    let testing = &args.vm.state.testing;
    if !testing.on.get() {
        return args.vm.fail(format!("{} used outside of test mode.", args.name));
    }
    let message = match args.len() {
        0 => args.vm.text(args.vm.rt.string(b"test failure"))?,
        1 => match args.get(0).get::<Str>() {
            Some(message) => message,
            None => return args.vm.fail("Test helpers expect a single string message."),
        },
        _ => return args.vm.fail("Test helpers expect a single string message."),
    };
    testing.failures.set(testing.failures.get().saturating_add(1));
    args.vm.complain(&message.to_vec());
    Ok(message)
}

/// The same, and ends the test. This is an error like others, so that what the test deferred is executed; a test that catches
/// it goes on, but has failed.
fn fatal(args: &Args<'_>) -> Res {
    let message = note(args)?;
    let error = args.vm.mem(args.vm.rt.error(message))?;
    args.vm.state.testing.note_failed(error.into());
    args.vm.state.testing.reported.set(true);
    args.vm.throw(error.into())
}
