//! Errors, ranges, iterators, coroutines, files.

use super::{Fiber, Str, Value};
use heap::{Finalizer, Gc, Object, Tracer};
use std::cell::{Cell, RefCell};
use std::io::BufReader;

/// An error: what `catch` gets for what the runtime objects to.
pub struct ErrorObject {
    /// What went wrong.
    pub message: Gc<Str>,
    /// Where it was thrown.
    pub trace: RefCell<Trace>,
}

/// The functions that were being executed, as numbers of code and instruction, of whoever executes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The innermost ones, the very innermost first; none until the error is thrown.
    pub inner: Vec<(u32, u32)>,
    /// How many there were between.
    pub omitted: usize,
    /// The outermost ones.
    pub outer: Vec<(u32, u32)>,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; nothing belongs to a thread.
unsafe impl Object for ErrorObject {
    const KIND: u8 = 14;
    const NAME: &'static str = "error";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.message);
    }
}

/// The numbers from one, in steps of 1, up to another that is not among them.
pub struct Range {
    /// The first.
    pub start: f64,
    /// Behind the last.
    pub end: f64,
}

// SAFETY: no other kind has this number; there are no handles; nothing belongs to a thread.
unsafe impl Object for Range {
    const KIND: u8 = 15;
    const NAME: &'static str = "range";
    const LEAF: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}
}

impl Range {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        let count = (self.end - self.start).ceil();
        if count > 0.0 { count as usize } else { 0 }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A position in a container.
pub struct Iter {
    /// The container.
    pub container: Value,
    /// The place that comes next.
    pub next: Cell<usize>,
}

// SAFETY: no other kind has this number; `trace` reports the one value; nothing belongs to a thread.
unsafe impl Object for Iter {
    const KIND: u8 = 18;
    const NAME: &'static str = "iterator";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.container.trace(tracer);
    }
}

/// What a coroutine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing yet: the function that it will execute is in its first register.
    Fresh,
    /// It waits to be resumed.
    Suspended,
    /// It is executed.
    Running,
    /// It waits for one that it has resumed.
    Normal,
    /// It came to its end.
    Done,
}

/// A coroutine.
///
/// Its registers are written without telling the heap while it runs: whoever executes it reports its fiber as a root then,
/// and the write to the object when it stops.
pub struct Coroutine {
    /// What it is doing.
    pub progress: Cell<Progress>,
    /// Its registers and frames; none when it is done.
    pub fiber: Fiber,
}

// SAFETY: no other kind has this number; `trace` reports what the fiber has; nothing belongs to a thread.
unsafe impl Object for Coroutine {
    const KIND: u8 = 16;
    const NAME: &'static str = "coroutine";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.fiber.trace(tracer);
    }

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(Coroutine::WEIGHT);
    }
}

impl Coroutine {
    /// Registers of a coroutine.
    pub const REGISTERS: usize = 1 << 16;
    /// Functions that it can be executing at a time.
    pub const FRAMES: usize = 10_000;
    /// Bytes that a coroutine counts as: those of a few frames, which most never exceed.
    pub const WEIGHT: usize = 16 << 10;
}

/// An open file; it is closed when nobody refers to it any more, at the latest.
pub struct File {
    /// The path it was opened with.
    pub path: Gc<Str>,
    /// The file, until it is closed.
    pub file: RefCell<Option<BufReader<std::fs::File>>>,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; files may be closed by any thread.
unsafe impl Object for File {
    const KIND: u8 = 17;
    const NAME: &'static str = "file";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.path);
    }
}
