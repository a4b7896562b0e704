//! Handles that an isolate keeps outside of its heap.

use super::{PropertyKey, Value};
use heap::{Gc, Tracer};
use std::cell::Cell;
use std::ops::Deref;

/// What a [`Root`] can hold.
pub trait Held: Copy {
    /// Reports the handles in it.
    fn trace(self, tracer: &mut Tracer<'_>);
}

impl Held for Value {
    fn trace(self, tracer: &mut Tracer<'_>) {
        Value::trace(self, tracer);
    }
}

impl Held for PropertyKey {
    fn trace(self, tracer: &mut Tracer<'_>) {
        PropertyKey::trace(self, tracer);
    }
}

impl<T> Held for Gc<T> {
    fn trace(self, tracer: &mut Tracer<'_>) {
        tracer.edge(self);
    }
}

impl<T: Held> Held for Option<T> {
    fn trace(self, tracer: &mut Tracer<'_>) {
        if let Some(held) = self {
            held.trace(tracer);
        }
    }
}

/// A place for a handle in what belongs to an isolate, and moves from thread to thread with it. It is no root by itself: the
/// isolate's roots report it.
#[derive(Default)]
pub struct Root<T>(Cell<T>);

// SAFETY: handles may be used by whatever thread has their heap, one at a time; that places of this type stay with the heap is
// part of the rule for handles (see `heap` in this module's parent).
unsafe impl<T: Held> Send for Root<T> {}

impl<T: Held> Root<T> {
    /// A place that holds `value`.
    pub fn new(value: T) -> Root<T> {
        Root(Cell::new(value))
    }

    /// What it holds.
    #[inline]
    pub fn get(&self) -> T {
        self.0.get()
    }

    /// Has it hold something else.
    #[inline]
    pub fn set(&self, value: T) {
        self.0.set(value);
    }

    /// Has it hold something else; what it held.
    #[inline]
    pub fn replace(&self, value: T) -> T {
        self.0.replace(value)
    }

    /// Reports what it holds.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        self.0.get().trace(tracer);
    }
}

impl<T> std::fmt::Debug for Root<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root")
    }
}

/// Handles that belong to the same struct as their heap.
#[derive(Debug)]
pub struct Owned<T>(pub(crate) T);

// SAFETY: used in `Rt` only, which owns the heap: they move together.
unsafe impl<T> Send for Owned<T> {}

impl<T> Deref for Owned<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}
