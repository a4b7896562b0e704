//! Errors: how they are thrown, and what is left of them when nobody catches them.

use crate::vm::Vm;
use heap::OutOfMemory;
use sox_bytecode::Kind;
use sox_rt::{ErrorObject, Fiber, TooLong, Trace, Value};
use std::fmt;

/// About how much is shown of a thrown value.
const LONGEST: usize = 64 << 10;
/// Innermost functions of a trace that are kept.
const INNER: usize = 64;
/// Outermost functions of a trace that are kept.
const OUTER: usize = 16;

/// Why execution was ended from outside. Programs cannot catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The given number of steps is used up.
    Fuel,
    /// The given time is over.
    Deadline,
    /// Somebody asked for it.
    Cancelled,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stop::Fuel => "Stopped: the fuel is used up.",
            Stop::Deadline => "Stopped: the time is over.",
            Stop::Cancelled => "Stopped: cancelled.",
        })
    }
}

/// Execution does not go on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thrown {
    /// A value was thrown; the state has it.
    Value,
    /// The program ends with this code.
    Exit(i32),
    /// It was ended from outside.
    Stop(Stop),
}

/// What an operation of the interpreter comes to.
pub(crate) type Res<T = Value> = Result<T, Thrown>;

/// An uncaught error, for whoever ran the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub message: Vec<u8>,
    /// The line of the innermost function.
    pub line: u32,
    /// The lines of the trace, the innermost function first.
    pub trace: Vec<String>,
}

impl Failure {
    /// What is written about it: message, line, trace; lines end with a line feed.
    pub fn report(&self) -> Vec<u8> {
        let mut out = self.message.clone();
        out.push(b'\n');
        // Nothing was being executed when a function was called from outside with arguments that it does not take.
        if !self.trace.is_empty() {
            out.extend(format!("[line {}] in script\n", self.line).into_bytes());
        }
        for line in &self.trace {
            out.extend(line.as_bytes());
            out.push(b'\n');
        }
        out
    }
}

impl Vm {
    /// Throws an error with a message.
    #[cold]
    pub(crate) fn fail<T>(&self, message: impl AsRef<[u8]>) -> Res<T> {
        let error = self.rt.string(message.as_ref());
        match error.and_then(|message| Ok(self.rt.error(message)?)) {
            Ok(error) => self.throw(error.into()),
            Err(TooLong::Memory) => self.out_of_memory(),
            Err(TooLong::Length) => self.fail("String is too long."),
        }
    }

    /// Throws a value.
    #[cold]
    pub(crate) fn throw<T>(&self, value: Value) -> Res<T> {
        self.state.thrown.set(value);
        self.state.traced.set(false);
        Err(Thrown::Value)
    }

    /// Throws the error that is kept for this case.
    #[cold]
    pub(crate) fn out_of_memory<T>(&self) -> Res<T> {
        if let Some(error) = self.state.no_memory.get() {
            error.trace.replace(Trace::default());
            return self.throw(error.into());
        }
        self.throw(Value::NIL)
    }

    /// What an allocation gave, or the error that it could not.
    #[inline]
    pub(crate) fn mem<T>(&self, made: Result<T, OutOfMemory>) -> Res<T> {
        match made {
            Ok(made) => Ok(made),
            Err(OutOfMemory) => self.out_of_memory(),
        }
    }

    /// The same for strings.
    #[inline]
    pub(crate) fn text<T>(&self, made: Result<T, TooLong>) -> Res<T> {
        match made {
            Ok(made) => Ok(made),
            Err(TooLong::Memory) => self.out_of_memory(),
            Err(TooLong::Length) => self.fail("String is too long."),
        }
    }

    /// Notes where a value was thrown, unless that was noted before. Frames have their places in them.
    #[cold]
    pub(crate) fn note_trace(&self, fiber: &Fiber) {
        if self.state.traced.replace(true) {
            return;
        }
        let mut places = Vec::new();
        frames_of(fiber, &mut places);
        // A coroutine was resumed by the one before, the first one by the main program.
        let running = self.state.running.borrow();
        for coroutine in running.iter().rev().filter(|each| !std::ptr::eq(&each.fiber, fiber)) {
            frames_of(&coroutine.fiber, &mut places);
        }
        if !std::ptr::eq(fiber, &*self.state.main) {
            frames_of(&self.state.main, &mut places);
        }
        let inner = places.len().min(INNER);
        let outer = places.len().saturating_sub(OUTER).max(inner);
        let trace = Trace {
            inner: places[..inner].to_vec(),
            omitted: outer - inner,
            outer: places[outer..].to_vec(),
        };
        if let Some(error) = self.state.thrown.get().get::<ErrorObject>()
            && error.trace.borrow().inner.is_empty()
        {
            error.trace.replace(trace.clone());
        }
        self.state.trace.replace(trace);
    }

    /// The line of the innermost function of a trace; 0 when it is empty.
    pub(crate) fn line_of(&self, trace: &Trace) -> u32 {
        trace.inner.first().map_or(0, |(code, pc)| self.code(*code).line(*pc as usize))
    }

    /// The lines of a trace.
    pub(crate) fn lines_of(&self, trace: &Trace) -> Vec<String> {
        let inner = trace.inner.iter().map(|place| self.trace_line(*place));
        let between = (trace.omitted > 0).then(|| format!("... {} more ...", trace.omitted));
        inner.chain(between).chain(trace.outer.iter().map(|place| self.trace_line(*place))).collect()
    }

    fn trace_line(&self, (code, pc): (u32, u32)) -> String {
        let code = self.code(code);
        let (line, function) = (code.line(pc as usize), code.function());
        match function.kind {
            Kind::Script => format!("[line {line}] in script"),
            _ if code.module.file == self.state.main_file() => {
                format!("[line {line}] in {}()", function.name)
            }
            _ => format!("[line {line}] in {}() ({})", function.name, code.module.file),
        }
    }

    /// What a thrown value is reported as.
    pub(crate) fn failure(&self) -> Failure {
        let thrown = self.state.thrown.replace(Value::NIL);
        let (message, trace) = match thrown.get::<ErrorObject>() {
            Some(error) => (error.message.to_vec(), error.trace.borrow().clone()),
            None => {
                let mut message = b"Uncaught: ".to_vec();
                thrown.print_pieces(&mut |piece| {
                    message.extend_from_slice(&piece[..piece.len().min(LONGEST)]);
                    message.len() < LONGEST
                });
                (message, self.state.trace.borrow().clone())
            }
        };
        Failure { message, line: self.line_of(&trace), trace: self.lines_of(&trace) }
    }
}

/// Appends where the functions of a fiber are, the innermost first.
fn frames_of(fiber: &Fiber, places: &mut Vec<(u32, u32)>) {
    places.extend(fiber.frames().iter().rev().map(|frame| (frame.code(), frame.pc().saturating_sub(1))));
}
