//! The one place where executable memory may be written: a nesting-counted, panic-safe scope of one thread.

use std::cell::Cell;

use crate::backend::Backend;
use crate::error::OsError;

thread_local! {
    /// How many write scopes this thread is in, over all spaces: the hardware switch of Apple ARM64 is per thread, too.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// While this value lives, the thread that made it may write to the backend's memory.
pub(crate) struct WriteScope<'a> {
    backend: &'a dyn Backend,
}

impl<'a> WriteScope<'a> {
    /// Opens the backend for writing by this thread.
    pub(crate) fn enter(backend: &'a dyn Backend) -> Result<WriteScope<'a>, OsError> {
        backend.begin_write(depth() == 0)?;
        DEPTH.set(depth() + 1);
        Ok(WriteScope { backend })
    }
}

impl Drop for WriteScope<'_> {
    // Runs when a panic unwinds through the scope as well, so write mode never outlives it.
    fn drop(&mut self) {
        DEPTH.set(depth() - 1);
        self.backend.end_write(depth() == 0);
    }
}

/// How many write scopes the calling thread is in.
pub(crate) fn depth() -> u32 {
    DEPTH.get()
}
