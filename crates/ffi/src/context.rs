//! What a thread knows about the calls it is inside of: which faults to report to whom, and which thread it is.
//!
//! A fault in a callback (a panic, a dropped callback) cannot be returned to C. It is kept here, C gets a zero result, and
//! the innermost call of this library that encloses the callback reports it when C returns.
//!
//! Calls only ever store to this state (a counter would be a chain of dependent loads and stores through all calls, and
//! costs as much as the call itself). Callbacks do the bookkeeping: whatever runs inside one finds the thread as if no call
//! were going on, and afterwards the call around the callback is going on again.

use crate::error::{CallError, CallbackFault};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering};

/// Per-thread state that every call touches; free of destructors, so that access is one instruction.
struct Context {
    /// Whether C code that this library called is running, with no callback in between.
    in_call: Cell<bool>,
    /// Whether [`FAULT`] holds something. Only ever set inside a call, which clears it.
    faulted: Cell<bool>,
    /// Unique over the life of the process, unlike the system's thread ids; 0 until asked for.
    id: Cell<u64>,
}

thread_local! {
    static CONTEXT: Context =
        const { Context { in_call: Cell::new(false), faulted: Cell::new(false), id: Cell::new(0) } };
    static FAULT: RefCell<Option<CallbackFault>> = const { RefCell::new(None) };
}

/// This thread's state. A reference and no closure, because closures around whole calls are not always inlined.
#[inline(always)]
fn current<'a>() -> &'a Context {
    let context = CONTEXT.with(std::ptr::from_ref);
    // SAFETY: thread-locals without a destructor live as long as their thread, `Context` is not `Sync`, and nothing in this
    // module keeps the reference.
    unsafe { &*context }
}

/// Makes a call into C: runs `call` and reports the fault of a callback inside it.
#[inline(always)]
pub(crate) fn enclose<T>(call: impl FnOnce() -> T) -> Result<T, CallError> {
    let context = current();
    context.in_call.set(true);
    let result = call();
    context.in_call.set(false);
    if context.faulted.get() { Err(take_fault(context)) } else { Ok(result) }
}

#[cold]
#[inline(never)]
fn take_fault(context: &Context) -> CallError {
    context.faulted.set(false);
    let fault = FAULT.try_with(|slot| slot.take());
    // The slot is gone only while the thread ends; what happened is then not known any more.
    fault.ok().flatten().unwrap_or(CallbackFault::Dropped).into()
}

/// A callback that C has just entered.
pub(crate) struct Entered {
    enclosed: bool,
}

impl Entered {
    /// Sets the enclosing call aside. `None` when a callback has failed inside the same call: then no other may run.
    #[inline(always)]
    pub(crate) fn new() -> Option<Entered> {
        let context = current();
        if context.faulted.get() {
            return None;
        }
        Some(Entered { enclosed: context.in_call.replace(false) })
    }

    /// Back to the enclosing call.
    #[inline(always)]
    pub(crate) fn leave(self) {
        current().in_call.set(self.enclosed);
    }

    /// Back to the enclosing call with a fault to report; gives it back when there is no such call.
    #[cold]
    pub(crate) fn leave_with(self, fault: CallbackFault) -> Result<(), CallbackFault> {
        let enclosed = self.enclosed;
        self.leave();
        if !enclosed {
            return Err(fault);
        }
        current().faulted.set(true);
        let _ = FAULT.try_with(|slot| *slot.borrow_mut() = Some(fault));
        Ok(())
    }
}

/// A number that no other thread of this process has or had; never 0.
#[inline]
pub(crate) fn thread_id() -> u64 {
    let context = current();
    match context.id.get() {
        0 => new_thread_id(context),
        id => id,
    }
}

#[cold]
fn new_thread_id(context: &Context) -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    context.id.set(NEXT.fetch_add(1, Ordering::Relaxed));
    context.id.get()
}
