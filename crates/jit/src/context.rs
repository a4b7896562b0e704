//! The VM context: what compiled code reaches through the pinned register.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// `fn(context, cookie of the code, site, frame buffer, results) -> status`.
pub(crate) type DeoptFn = unsafe extern "C" fn(
    context: NonNull<VmContext>,
    cookie: u64,
    site: u32,
    buffer: *const u64,
    results: *mut u64,
) -> u32;
/// `fn(context) -> 0 go on, 1 throw, 2 abort`.
pub(crate) type InterruptFn = unsafe extern "C" fn(context: NonNull<VmContext>) -> u32;
/// `fn(context, size, kind) -> zeroed memory or null`.
pub(crate) type AllocFn = unsafe extern "C" fn(context: NonNull<VmContext>, size: u32, kind: u32) -> *mut u8;

/// Code finds its surroundings here; [`codegen::ContextLayout`] has the offsets. Runtime functions get its address.
#[repr(C)]
#[derive(Debug)]
pub struct VmContext {
    /// The lowest address the stack pointer may have after a prologue.
    pub(crate) stack_limit: usize,
    /// Nonzero when polls are to call `interrupt`: bits of [`STOP`] and [`REQUEST`].
    pub(crate) interrupt_flag: AtomicU32,
    /// Guards still to execute before one fails, in code made with `force_guards`.
    pub(crate) force_guard: u64,
    /// Frame pointer of the innermost bridge.
    pub(crate) entry_sp: usize,
    pub(crate) deopt: Option<DeoptFn>,
    pub(crate) interrupt: Option<InterruptFn>,
    /// Machine code, as are `trap` and `abort`.
    pub(crate) stack_overflow: *const u8,
    pub(crate) trap: *const u8,
    pub(crate) alloc: Option<AllocFn>,
    pub(crate) abort: *const u8,
    /// The guest's data. In the context of an [`Entry`](crate::Entry), the guest that is lent to the innermost call.
    pub(crate) guest: *mut c_void,
    /// What a C function returned that was called so that all registers stayed as they were.
    pub(crate) result: u64,
    /// The instance's [`Store`](crate::instance::Store): not for compiled code.
    pub(crate) store: *mut c_void,
}

/// The call is to end at the next poll.
pub(crate) const STOP: u32 = 1;
/// The guest wants to be asked at the next poll.
pub(crate) const REQUEST: u32 = 2;

const _: () = {
    use codegen::ContextLayout as Layout;
    use std::mem::offset_of;
    assert!(offset_of!(VmContext, stack_limit) == Layout::STACK_LIMIT as usize);
    assert!(offset_of!(VmContext, interrupt_flag) == Layout::INTERRUPT_FLAG as usize);
    assert!(offset_of!(VmContext, force_guard) == Layout::FORCE_GUARD as usize);
    assert!(offset_of!(VmContext, entry_sp) == Layout::ENTRY_SP as usize);
    assert!(offset_of!(VmContext, deopt) == Layout::DEOPT as usize);
    assert!(offset_of!(VmContext, interrupt) == Layout::INTERRUPT as usize);
    assert!(offset_of!(VmContext, stack_overflow) == Layout::STACK_OVERFLOW as usize);
    assert!(offset_of!(VmContext, trap) == Layout::TRAP as usize);
    assert!(offset_of!(VmContext, alloc) == Layout::ALLOC as usize);
    assert!(offset_of!(VmContext, abort) == Layout::ABORT as usize);
    assert!(offset_of!(VmContext, guest) == Layout::GUEST as usize);
    assert!(offset_of!(VmContext, result) == Layout::RESULT as usize);
};

/// A context at an address that never changes.
#[derive(Debug)]
pub(crate) struct ContextBlock(UnsafeCell<VmContext>);

// SAFETY: all fields but one are used only by the thread that runs the instance, which is one at a time because entering
// takes it by `&mut`; `interrupt_flag`, which handles on other threads use, is atomic.
unsafe impl Send for ContextBlock {}
// SAFETY: as above.
unsafe impl Sync for ContextBlock {}

impl ContextBlock {
    pub(crate) fn new(context: VmContext) -> Arc<ContextBlock> {
        Arc::new(ContextBlock(UnsafeCell::new(context)))
    }

    #[inline]
    pub(crate) fn address(&self) -> NonNull<VmContext> {
        NonNull::from(&self.0).cast()
    }

    pub(crate) fn flag(&self) -> &AtomicU32 {
        // SAFETY: the field lives as long as the block, and is never borrowed mutably.
        unsafe { &(*self.0.get()).interrupt_flag }
    }
}

/// Reaches a running instance from any thread.
#[derive(Clone, Debug)]
pub struct InterruptHandle(pub(crate) Arc<ContextBlock>);

impl InterruptHandle {
    /// Ends the call that is running, or else the next one, at its next poll.
    pub fn stop(&self) {
        self.0.flag().fetch_or(STOP, Ordering::Release);
    }

    /// Has [`Guest::interrupt`](crate::Guest::interrupt) called at the next poll.
    pub fn request(&self) {
        self.0.flag().fetch_or(REQUEST, Ordering::Release);
    }

    /// Takes back what was asked and has not been noticed yet.
    pub fn clear(&self) {
        self.0.flag().store(0, Ordering::Release);
    }
}
