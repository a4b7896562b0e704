//! Errors, ranges, iterators, coroutines, files.

use super::{Str, Value};
use heap::{Gc, Object, Tracer};
use std::cell::{Cell, RefCell};

/// An error: what `catch` gets for what the runtime objects to.
pub struct ErrorObject {
    /// What went wrong.
    pub message: Gc<Str>,
    /// The lines of its trace, the innermost function first.
    pub trace: RefCell<Vec<Gc<Str>>>,
    /// The line it was thrown in; 0 until then.
    pub line: Cell<u32>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for ErrorObject {
    const KIND: u8 = 14;
    const NAME: &'static str = "error";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.message);
        self.trace.borrow().iter().for_each(|line| tracer.edge(*line));
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

/// A coroutine, by its number among those of whoever executes it, with what must live as long as it.
pub struct Coroutine {
    /// Its number.
    pub number: u32,
    /// Its stack, while it is not running.
    pub stack: RefCell<Vec<Value>>,
}

// SAFETY: no other kind has this number; `trace` reports all values; nothing belongs to a thread.
unsafe impl Object for Coroutine {
    const KIND: u8 = 16;
    const NAME: &'static str = "coroutine";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.stack.borrow().iter().for_each(|value| value.trace(tracer));
    }
}

/// An open file; it is closed when nobody refers to it any more, at the latest.
pub struct File {
    /// The path it was opened with.
    pub path: Gc<Str>,
    /// The file, until it is closed.
    pub file: RefCell<Option<std::fs::File>>,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; files may be closed by any thread.
unsafe impl Object for File {
    const KIND: u8 = 17;
    const NAME: &'static str = "file";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.path);
    }
}
