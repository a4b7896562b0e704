//! The part of an instance that does not depend on its guest: what helpers note, and bridges find, when code is left.

use crate::context::VmContext;
use crate::entries::Entries;
use crate::outcome::Abort;
use abi::thunk::tail::{DispatchAction, Registers};
use ir::TrapCode;
use std::any::{Any, TypeId};
use std::ptr::NonNull;
use std::sync::Arc;
use std::thread::ThreadId;

/// The guest's part of [`decide`].
pub(crate) type DecideFn = unsafe fn(NonNull<VmContext>, u64, &mut Registers) -> DispatchAction;

/// What a context's `store` begins with, whatever the guest.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) entries: Arc<Entries>,
    /// The type of the instance's guest.
    pub(crate) guest: TypeId,
    /// Why the innermost entry is being left.
    pending: Option<Abort>,
    /// Whether the entries around it are to be left for the same reason.
    halted: bool,
    /// Set once and for all by a fatal error.
    spoilt: Option<Abort>,
    /// Entries into compiled code that have not returned.
    pub(crate) depth: usize,
    /// The thread the stack limit was last computed for.
    pub(crate) thread: Option<(ThreadId, usize)>,
    pub(crate) decide: DecideFn,
}

impl Control {
    pub(crate) fn new(entries: Arc<Entries>, guest: TypeId, decide: DecideFn) -> Control {
        Control { entries, guest, pending: None, halted: false, spoilt: None, depth: 0, thread: None, decide }
    }

    /// Notes why to leave. While everything is being left, the first reason stands.
    pub(crate) fn set_pending(&mut self, abort: Abort) {
        if abort.is_fatal() && self.spoilt.is_none() {
            self.spoilt = Some(abort.clone());
        }
        if !self.halted || self.pending.is_none() {
            self.pending = Some(abort);
        }
    }

    /// Has every entry left for the reason that is noted.
    pub(crate) fn halt(&mut self) {
        self.halted = true;
    }

    /// Whether no guest's answer counts any more, and no call is to be made.
    #[inline]
    pub(crate) fn is_halted(&self) -> bool {
        self.halted || self.spoilt.is_some()
    }

    /// Why everything is being left, if it is.
    #[inline]
    pub(crate) fn halted(&self) -> Option<Abort> {
        if self.is_halted() { self.reason() } else { None }
    }

    #[cold]
    fn reason(&self) -> Option<Abort> {
        self.spoilt.clone().or_else(|| self.pending.clone())
    }

    /// Takes back that everything is to be left; whether what comes now can be called.
    pub(crate) fn recover(&mut self) -> bool {
        self.halted = false;
        self.pending = None;
        self.spoilt.is_none()
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
#[inline]
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
