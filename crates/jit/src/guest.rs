//! What a guest does when compiled code needs it, and its way back into compiled code.

use crate::context::VmContext;
use crate::control::Control;
use crate::instance::{Callable, Store, enter};
use crate::outcome::{Abort, CallError, Outcome};
use ir::eval::Const;
use ir::interp::{Deopt, Poll};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// How the guest finished an activation that compiled code left, or that it interpreted.
#[derive(Clone, Debug, PartialEq)]
pub enum Resume {
    /// It returned these values.
    Return(Vec<Const>),
    /// It threw.
    Throw,
    /// Everything down to the innermost entry into compiled code is to be left.
    Abort(Abort),
}

impl From<ir::interp::Outcome> for Resume {
    /// What the reference interpreter answers as a guest.
    fn from(outcome: ir::interp::Outcome) -> Resume {
        use ir::interp::Outcome as Reference;
        match outcome {
            Reference::Return(values) => Resume::Return(values),
            Reference::Throw => Resume::Throw,
            Reference::Trap(code) => Resume::Abort(Abort::Trap(code)),
            Reference::StackOverflow => Resume::Abort(Abort::StackOverflow),
            Reference::OutOfMemory => Resume::Abort(Abort::OutOfMemory),
            Reference::Stopped => Resume::Abort(Abort::Stopped),
            other => Resume::Abort(Abort::Reference(Box::new(other))),
        }
    }
}

impl From<Outcome> for Resume {
    /// Passes on how a nested call of compiled code ended.
    fn from(outcome: Outcome) -> Resume {
        match outcome {
            Outcome::Return(values) => Resume::Return(values),
            Outcome::Throw => Resume::Throw,
            Outcome::Abort(abort) => Resume::Abort(abort),
        }
    }
}

/// What runs compiled code: a guest language's side of an instance.
///
/// Callbacks get the guest by way of a [`Cx`], which also leads back into compiled code; so they can be entered again while
/// they run. A panic in a callback ends the call with [`Abort::Panic`] and spoils the instance, nothing else.
pub trait Guest: Sized + 'static {
    /// A guard left: finishes the guest function whose innermost frame is the first of `exit.frames`, with the frames after
    /// it as the callers it was inlined into, and says how the outermost of them ended. `exit.depth` is always 0.
    fn deopt(cx: &mut Cx<'_, Self>, exit: &Deopt) -> Resume;

    /// A poll found that [`InterruptHandle::request`](crate::InterruptHandle::request) was called.
    fn interrupt(_cx: &mut Cx<'_, Self>) -> Poll {
        Poll::Continue
    }

    /// The address of `size` zeroed bytes aligned to 16; `None` when memory is out.
    fn alloc(cx: &mut Cx<'_, Self>, size: u32, kind: u32) -> Option<NonNull<u8>>;

    /// As [`Guest::alloc`], for objects that a guard's exit makes anew. Nothing but the caller knows of the ones it
    /// made before for the same exit: this must not collect garbage.
    fn alloc_for_exit(cx: &mut Cx<'_, Self>, size: u32, kind: u32) -> Option<NonNull<u8>> {
        Self::alloc(cx, size, kind)
    }

    /// Runs a function of an engine that has no code yet. `None` when this guest does not interpret: such functions are
    /// compiled when they are first called.
    fn interpret(_cx: &mut Cx<'_, Self>, _function: u64, _args: &[Const]) -> Option<Resume> {
        None
    }
}

/// A guest's callback or runtime function, while it runs: the way to the guest's data, and back into compiled code.
pub struct Cx<'a, G> {
    context: NonNull<VmContext>,
    marker: PhantomData<&'a mut G>,
}

impl<G> std::fmt::Debug for Cx<'_, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cx").field("context", &self.context).finish()
    }
}

impl<G: Guest> Cx<'_, G> {
    /// The context a runtime function was called with.
    ///
    /// # Safety
    /// `context` must be the first argument of a runtime function (or of a helper), called by code that an instance of
    /// `G` runs; the value must not outlive that call, and no other one for the same context may be used during its life.
    pub unsafe fn from_raw<'a>(context: NonNull<VmContext>) -> Cx<'a, G> {
        Cx { context, marker: PhantomData }
    }

    /// The guest.
    pub fn guest(&mut self) -> &mut G {
        // SAFETY: the store is alive while code of its instance runs, and is a `Store<G>` by the promise made when this
        // value was created. Whoever else holds a `Cx` is suspended in a call that borrows it mutably.
        unsafe { (*self.store()).guest_mut() }
    }

    /// The context, for runtime functions that call others.
    pub fn context(&self) -> NonNull<VmContext> {
        self.context
    }

    /// Has [`Guest::interrupt`] called at the next poll, too.
    pub fn ask_again(&self) {
        // SAFETY: the context is alive, and the field is only used atomically.
        let flag = unsafe { &(*self.context.as_ptr()).interrupt_flag };
        flag.fetch_or(crate::context::REQUEST, std::sync::atomic::Ordering::Release);
    }

    /// Calls a function. Whoever gets [`Outcome::Abort`] has to hand it on: a runtime function with [`Cx::abort`],
    /// a callback with [`Resume::Abort`].
    ///
    /// # Errors
    /// When the arguments do not fit, or the instance is spoilt. Nothing was called then.
    pub fn call(&mut self, callable: &Callable, args: &[Const]) -> Result<Outcome, CallError> {
        // SAFETY: the context is that of a running instance of `G`, and `&mut self` suspends every borrow of the guest.
        unsafe { enter(self.context, callable, args) }
    }

    /// Notes why to abort. A runtime function that throws then returns the status 2, this value.
    #[must_use = "the runtime function has to return this status"]
    pub fn abort(&mut self, abort: Abort) -> u64 {
        // SAFETY: as in `guest`.
        unsafe { (*self.control()).set_pending(abort) };
        STATUS_ABORT
    }

    pub(crate) fn store(&self) -> *mut Store<G> {
        // SAFETY: the context is alive.
        unsafe { (*self.context.as_ptr()).store.cast() }
    }

    pub(crate) fn control(&self) -> *mut Control {
        // A store begins with its control.
        self.store().cast()
    }
}

/// Status word of a runtime call that returned.
pub const STATUS_RETURNED: u64 = 0;
/// Status word of a runtime call that threw.
pub const STATUS_THREW: u64 = 1;
/// Status word of a runtime call that aborts, see [`Cx::abort`].
pub const STATUS_ABORT: u64 = 2;
