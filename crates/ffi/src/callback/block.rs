//! The memory behind a C function pointer: what its handler needs, the closure, and who is inside.

use crate::context::{self, Entered};
use crate::error::{CallbackFault, CallbackPanic, ValueError};
use abi::stub::ClosureData;
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The owner of blocks that all threads may enter.
pub(super) const ANY_THREAD: u64 = 0;

/// Set in [`Head::state`] once the callback is dropped; the rest counts the calls inside.
const DROPPED: usize = 1 << (usize::BITS - 1);

/// Runs a closure on a frame.
///
/// # Safety
/// `run` must stay within the frame and result of the plan that the callback is made with.
pub(super) unsafe trait Body {
    /// # Safety
    /// `frame` must hold arguments and `result` have room as the plan says.
    unsafe fn run(&self, frame: *mut u8, result: *mut u8) -> Result<(), ValueError>;
}

/// The part of a block that does not depend on the closure's type.
#[repr(C)]
pub(super) struct Head {
    data: ClosureData,
    /// The thread that may enter, or [`ANY_THREAD`].
    owner: u64,
    state: AtomicUsize,
    result_size: usize,
    fault: Mutex<Option<CallbackFault>>,
    drop_body: unsafe fn(NonNull<Head>),
    free: unsafe fn(NonNull<Head>),
}

/// A block; the body is dropped by hand, when the callback is dropped and nobody is inside.
#[repr(C)]
pub(super) struct Block<B> {
    head: Head,
    body: UnsafeCell<ManuallyDrop<B>>,
}

impl<B: Body> Block<B> {
    /// A new block, to be freed with [`Head::free`].
    pub(super) fn allocate(owner: u64, result_size: usize, body: B) -> NonNull<Head> {
        let head = Head {
            data: ClosureData { handler: enter::<B>, user: std::ptr::null_mut() },
            owner,
            state: AtomicUsize::new(0),
            result_size,
            fault: Mutex::new(None),
            drop_body: Self::drop_body,
            free: Self::free,
        };
        let block = Box::into_raw(Box::new(Block { head, body: UnsafeCell::new(ManuallyDrop::new(body)) }));
        // SAFETY: the box was just made, nobody else knows it.
        unsafe { (*block).head.data.user = block.cast() };
        // SAFETY: a box is not null; `Head` comes first in the block.
        unsafe { NonNull::new_unchecked(block.cast()) }
    }

    /// # Safety
    /// Once per block, with nobody inside.
    unsafe fn drop_body(head: NonNull<Head>) {
        // SAFETY: the head is that of a block of this type, and nobody uses the body.
        unsafe { ManuallyDrop::drop(&mut *(*head.cast::<Block<B>>().as_ptr()).body.get()) };
    }

    /// # Safety
    /// Once per block, when nothing leads to it any more.
    unsafe fn free(head: NonNull<Head>) {
        // SAFETY: the block came from `Box::into_raw`.
        drop(unsafe { Box::from_raw(head.cast::<Block<B>>().as_ptr()) });
    }
}

impl Head {
    /// What the entry is made from.
    pub(super) fn data<'a>(head: NonNull<Head>) -> &'a ClosureData {
        // SAFETY: blocks live until `free`, and entries go before that; the data never changes after allocation.
        unsafe { &(*head.as_ptr()).data }
    }

    /// Frees a block, and its body unless that is gone already.
    ///
    /// # Safety
    /// No entry may lead to the block, and nobody may be inside.
    pub(super) unsafe fn free(head: NonNull<Head>) {
        // SAFETY: the caller's promise: nobody else uses the block.
        unsafe {
            if head.as_ref().state.load(Ordering::Acquire) & DROPPED == 0 {
                (head.as_ref().drop_body)(head);
            }
            (head.as_ref().free)(head);
        }
    }

    /// The block this head is part of.
    fn block(&self) -> NonNull<Head> {
        // SAFETY: set to the block's address when it was allocated.
        unsafe { NonNull::new_unchecked(self.data.user.cast()) }
    }

    /// How many calls are inside.
    pub(super) fn active(&self) -> usize {
        self.state.load(Ordering::Acquire) & !DROPPED
    }

    pub(super) fn take_fault(&self) -> Option<CallbackFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets nobody in any more. The closure is dropped now, or by the last call that is inside.
    pub(super) fn retire(&self) {
        if self.state.fetch_or(DROPPED, Ordering::AcqRel) & !DROPPED == 0 {
            // SAFETY: nobody is inside, and nobody gets in.
            unsafe { (self.drop_body)(self.block()) };
        }
    }

    /// Counts a call in, unless the callback is dropped; the token is for [`Head::end`].
    #[inline(always)]
    fn begin(&self) -> Option<Inside> {
        if self.owner != ANY_THREAD {
            // Only the owner gets here, so nobody else changes the count.
            let before = self.state.load(Ordering::Relaxed);
            if before & DROPPED != 0 {
                return None;
            }
            self.state.store(before + 1, Ordering::Relaxed);
            return Some(Inside { before });
        }
        let before = self.state.fetch_add(1, Ordering::Acquire);
        if before & DROPPED != 0 {
            self.state.fetch_sub(1, Ordering::Release);
            return None;
        }
        Some(Inside { before })
    }

    /// Counts a call out; drops the closure when the callback was dropped and this was the last call inside.
    #[inline(always)]
    fn end(&self, inside: Inside) -> Result<(), CallbackFault> {
        if self.owner != ANY_THREAD {
            if self.state.load(Ordering::Relaxed) == inside.before + 1 {
                // Storing what was there before, and not one less than now, keeps successive calls independent.
                self.state.store(inside.before, Ordering::Relaxed);
                return Ok(());
            }
            let dropped = self.state.fetch_sub(1, Ordering::Relaxed) == DROPPED | 1;
            return if dropped { self.drop_late() } else { Ok(()) };
        }
        if self.state.fetch_sub(1, Ordering::AcqRel) == DROPPED | 1 { self.drop_late() } else { Ok(()) }
    }

    #[cold]
    fn drop_late(&self) -> Result<(), CallbackFault> {
        // SAFETY: the callback was dropped while calls were inside, and the last of them is leaving.
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { (self.drop_body)(self.block()) }));
        dropped.map_err(|payload| CallbackFault::Panicked(CallbackPanic::new(payload)))
    }

    /// Gives C a zero result and the fault to whoever is there to hear of it.
    #[cold]
    fn fail(&self, entered: Entered, fault: CallbackFault, result: *mut u8) {
        // SAFETY: the result has room for its type.
        unsafe { result.write_bytes(0, self.result_size) };
        let Err(fault) = entered.leave_with(fault) else { return };
        if self.state.load(Ordering::Acquire) & DROPPED != 0 {
            // The callback is gone, so nobody can ask it.
            let _ = writeln!(std::io::stderr(), "ffi: {fault}, outside of any call from Rust");
            return;
        }
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
    }
}

/// A call that is counted in.
struct Inside {
    before: usize,
}

/// The handler of all callbacks with this kind of body.
///
/// # Safety
/// Only entries of a [`Block<B>`] may call it, with a frame and result of its plan.
unsafe extern "C" fn enter<B: Body>(user: *mut c_void, frame: *mut u8, result: *mut u8) {
    // SAFETY: `user` is the block the entry was made for; the graveyard keeps it as long as the entry.
    let block = unsafe { &*user.cast::<Block<B>>() };
    let head = &block.head;
    let Some(entered) = Entered::new() else {
        // SAFETY: the result has room for its type.
        return unsafe { result.write_bytes(0, head.result_size) };
    };
    if head.owner != ANY_THREAD && head.owner != context::thread_id() {
        return head.fail(entered, CallbackFault::ForeignThread, result);
    }
    let Some(inside) = head.begin() else {
        return head.fail(entered, CallbackFault::Dropped, result);
    };
    // SAFETY: the frame and the result are those of the block's plan; the body is there because `begin` let us in.
    let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { (*block.body.get()).run(frame, result) }));
    let outcome = match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(CallbackFault::Result(error)),
        Err(payload) => Err(CallbackFault::Panicked(CallbackPanic::new(payload))),
    };
    match outcome.and(head.end(inside)) {
        Ok(()) => entered.leave(),
        Err(fault) => head.fail(entered, fault, result),
    }
}
