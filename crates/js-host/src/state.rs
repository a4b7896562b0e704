//! What the host keeps with an isolate.

use crate::console::Console;
use crate::test262::Agents;
use crate::timers::Timers;
use js_vm::Vm;
use std::cell::{Cell, RefCell};
use std::io::Write;
use std::time::Instant;

/// What the host keeps with an isolate.
pub(crate) struct State {
    out: RefCell<Box<dyn Write + Send>>,
    err: RefCell<Box<dyn Write + Send>>,
    pub(crate) timers: RefCell<Timers>,
    pub(crate) console: RefCell<Console>,
    pub(crate) started: Instant,
    /// The other agents of a test.
    pub(crate) agents: Option<Agents>,
    /// The status that the program asked for.
    pub(crate) exit: Cell<Option<i32>>,
}

/// One of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

impl State {
    pub(crate) fn new(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> State {
        State {
            out: RefCell::new(out),
            err: RefCell::new(err),
            timers: RefCell::default(),
            console: RefCell::default(),
            started: Instant::now(),
            agents: None,
            exit: Cell::new(None),
        }
    }

    /// The host's part of an isolate.
    pub(crate) fn of(vm: &Vm) -> Option<&State> {
        vm.host::<State>()
    }

    /// Writes a line. A reader that went away is none of the program's business.
    pub(crate) fn line(&self, stream: Stream, text: &str) {
        let stream = match stream {
            Stream::Out => &self.out,
            Stream::Err => &self.err,
        };
        if let Ok(mut stream) = stream.try_borrow_mut() {
            let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(b"\n"));
        }
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&self) {
        for stream in [&self.out, &self.err] {
            if let Ok(mut stream) = stream.try_borrow_mut() {
                let _ = stream.flush();
            }
        }
    }
}
