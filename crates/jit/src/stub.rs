//! A function as callers see it before it has code: what a thunk's identity stands for.

use crate::signature::SignatureLayout;
use abi::thunk::EntryPointer;
use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Weak};

/// Whoever finds code for functions.
pub(crate) trait Source: Send + Sync {
    /// A function without code was called.
    fn called(&self, id: u64);

    /// The guest does not interpret: makes code at once and enters it into the function's cell. Whether there is any now.
    fn compile_now(&self, id: u64) -> bool;
}

/// A function that may have no code.
pub(crate) struct Stub {
    /// The engine's number.
    pub(crate) id: u64,
    /// For messages.
    pub(crate) name: String,
    pub(crate) layout: Arc<SignatureLayout>,
    /// Where callers are led.
    pub(crate) cell: Arc<EntryPointer>,
    source: Weak<dyn Source>,
    /// The function's thunk, whose identity is the address of this value and so comes later.
    thunk: AtomicPtr<u8>,
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stub({}, {})", self.id, self.name)
    }
}

impl Stub {
    /// A stub whose cell leads nowhere in particular yet.
    pub(crate) fn new(
        id: u64,
        name: &str,
        layout: Arc<SignatureLayout>,
        cell: Arc<EntryPointer>,
        source: Weak<dyn Source>,
    ) -> Stub {
        let thunk = AtomicPtr::new(std::ptr::null_mut());
        Stub { id, name: name.to_owned(), layout, cell, source, thunk }
    }

    /// What a thunk hands to the dispatch entry.
    pub(crate) fn identity(&self) -> u64 {
        std::ptr::from_ref(self).expose_provenance() as u64
    }

    /// Where callers are led while there is no code.
    pub(crate) fn thunk(&self) -> *const u8 {
        self.thunk.load(Ordering::Relaxed)
    }

    pub(crate) fn set_thunk(&self, thunk: *const u8) {
        self.thunk.store(thunk.cast_mut(), Ordering::Relaxed);
    }

    /// Notes a call through the thunk. Where to go when there is code by now: its caller may have read the entry pointer
    /// a while ago.
    pub(crate) fn called(&self) -> Option<*const u8> {
        if let Some(source) = self.source.upgrade() {
            source.called(self.id);
        }
        self.code()
    }

    /// Code for this function, made on the spot if need be.
    pub(crate) fn compile_now(&self) -> Option<*const u8> {
        let source = self.source.upgrade()?;
        if source.compile_now(self.id) { self.code() } else { None }
    }

    fn code(&self) -> Option<*const u8> {
        let target = self.cell.get();
        (target != self.thunk()).then_some(target)
    }
}
