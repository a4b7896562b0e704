//! The part of an instance that does not depend on its guest: what helpers note, and bridges find, when code is left.

use crate::context::VmContext;
use crate::entries::Entries;
use crate::outcome::Abort;
use abi::thunk::tail::{DispatchAction, Registers};
use ir::TrapCode;
use std::any::Any;
use std::ptr::NonNull;
use std::sync::Arc;
use std::thread::ThreadId;

/// The guest's part of [`decide`].
pub(crate) type DecideFn = unsafe fn(NonNull<VmContext>, u64, &mut Registers) -> DispatchAction;

/// What a context's `store` begins with, whatever the guest.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) entries: Arc<Entries>,
    /// Why the innermost entry is being left.
    pending: Option<Abort>,
    /// Set once and for all by a fatal error.
    spoilt: Option<Abort>,
    /// Entries into compiled code that have not returned.
    pub(crate) depth: usize,
    /// The thread the stack limit was last computed for.
    pub(crate) thread: Option<(ThreadId, usize)>,
    pub(crate) decide: DecideFn,
}

impl Control {
    pub(crate) fn new(entries: Arc<Entries>, decide: DecideFn) -> Control {
        Control { entries, pending: None, spoilt: None, depth: 0, thread: None, decide }
    }

    /// Notes why to leave.
    pub(crate) fn set_pending(&mut self, abort: Abort) {
        if abort.is_fatal() && self.spoilt.is_none() {
            self.spoilt = Some(abort.clone());
        }
        self.pending = Some(abort);
    }

    /// Why an entry was left. A fatal error wins over whatever happened after it.
    pub(crate) fn take_pending(&mut self) -> Abort {
        let pending = self.pending.take();
        if let Some(fatal) = &self.spoilt {
            return fatal.clone();
        }
        // Compiled code that finds no memory and cannot throw aborts without noting anything.
        pending.unwrap_or(Abort::OutOfMemory)
    }

    pub(crate) fn spoilt(&self) -> Option<&Abort> {
        self.spoilt.as_ref()
    }
}

/// The control of a context.
///
/// # Safety
/// The context must be that of a living instance; the result must not be used while another reference to it is.
pub(crate) unsafe fn control<'a>(context: NonNull<VmContext>) -> &'a mut Control {
    // SAFETY: `store` points to a `Store<G>`, which is `repr(C)` and begins with its control.
    unsafe { &mut *(*context.as_ptr()).store.cast::<Control>() }
}

/// Before `abort`: a trap.
pub(crate) unsafe extern "C" fn note_trap(context: NonNull<VmContext>, code: u32) {
    // SAFETY: called by code of the context's instance, which holds no reference to the control.
    unsafe { control(context) }.set_pending(Abort::Trap(TrapCode(code as u16)));
}

/// Before `abort`: the stack is used up.
pub(crate) unsafe extern "C" fn note_stack_overflow(context: NonNull<VmContext>) {
    // SAFETY: as in `note_trap`.
    unsafe { control(context) }.set_pending(Abort::StackOverflow);
}

/// A function without code was called.
pub(crate) unsafe extern "C" fn decide(
    context: NonNull<VmContext>,
    identity: u64,
    registers: *mut Registers,
) -> DispatchAction {
    // SAFETY: as in `note_trap`; the reference ends here.
    let decide = unsafe { control(context) }.decide;
    // SAFETY: the dispatch entry hands over registers in its own frame, and an identity from one of our thunks.
    unsafe { decide(context, identity, &mut *registers) }
}

/// The text of a panic.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
