//! The pool of precompiled entries: function pointers that exist without executable memory being made at run time.
//!
//! Every entry leads through one trampoline to [`dispatch`], which finds out from the entry's address whose it is.

use super::host;
use super::image::Registers;
use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};

/// How many entries there are in the process.
pub const ENTRY_COUNT: usize = 256;

/// A call that came in through an entry, as the trampoline stored it, and the answer it is to return.
#[repr(C, align(16))]
#[derive(Clone, Debug)]
pub struct EntryImage {
    /// Every register as the caller left it; the stack pointer as it was at the call instruction. Not meaningful: x64 r11 and
    /// ARM64 x17 (hold the entry), x18 (not read).
    pub registers: Registers,
    /// Vector result registers to return: x64 uses two, ARM64 four. Initially undefined.
    pub vec_results: [u128; 4],
    /// Integer result registers to return (x64 rax and rdx, ARM64 x0 and x1). Initially undefined.
    pub int_results: [u64; 2],
    /// The caller's stack arguments: the address the stack pointer had at the call instruction.
    pub stack: *mut u8,
    /// Where the call returns to.
    pub return_address: usize,
    /// Bytes of stack arguments to pop on return, for conventions in which the callee does; a multiple of 16, initially 0.
    pub pop: usize,
    _reserved: usize,
}

/// What an entry does when it is called.
pub trait EntryHandler: Send + Sync {
    /// Answers a call by filling in the results.
    ///
    /// # Safety
    /// `image` must describe a call that is in progress, by a caller of the convention and signature the handler is made for.
    unsafe fn enter(&self, image: &mut EntryImage);
}

/// All entries are taken; they are meant for hosts that forbid executable memory, not for mass use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolExhausted;

impl fmt::Display for PoolExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "all {ENTRY_COUNT} precompiled callback entries are in use, drop some callbacks first")
    }
}

impl std::error::Error for PoolExhausted {}

type BoxedHandler = Box<dyn EntryHandler>;

/// Set in `Slot::state` while the entry has an owner; the bits below count the calls inside.
const LIVE: usize = 1 << (usize::BITS - 1);

struct Slot {
    state: AtomicUsize,
    /// A leaked `Box<BoxedHandler>`. Whoever swaps it out after the owner has gone and the last call has left frees it.
    handler: AtomicPtr<BoxedHandler>,
}

static SLOTS: [Slot; ENTRY_COUNT] =
    [const { Slot { state: AtomicUsize::new(0), handler: AtomicPtr::new(std::ptr::null_mut()) } };
        ENTRY_COUNT];

struct FreeList {
    /// Entries from here on have never been used.
    fresh: usize,
    returned: Vec<usize>,
}

static FREE: Mutex<FreeList> = Mutex::new(FreeList { fresh: 0, returned: Vec::new() });

/// One entry of the pool, with a handler that has the raw registers.
///
/// Dropping it is sound while calls are inside: the last one to leave gives the entry back. Calling the function pointer
/// after that ends the process with a message, unless the entry has a new owner by then.
pub struct RawEntry {
    index: usize,
}

impl fmt::Debug for RawEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawEntry").field("index", &self.index).field("entry", &self.entry()).finish()
    }
}

impl RawEntry {
    /// Takes an entry from the pool.
    ///
    /// # Errors
    /// [`PoolExhausted`] when there is none left.
    pub fn new(handler: Box<dyn EntryHandler>) -> Result<RawEntry, PoolExhausted> {
        let index = {
            let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
            match free.returned.pop() {
                Some(index) => index,
                None if free.fresh < ENTRY_COUNT => {
                    free.fresh += 1;
                    free.fresh - 1
                }
                None => return Err(PoolExhausted),
            }
        };
        let slot = &SLOTS[index];
        // LIVE first: a stray call that leaves meanwhile must not mistake the new handler for an abandoned one.
        slot.state.fetch_or(LIVE, SeqCst);
        slot.handler.store(Box::into_raw(Box::new(handler)), SeqCst);
        Ok(RawEntry { index })
    }

    /// The function pointer.
    pub fn entry(&self) -> *const u8 {
        (host::entries as *const u8).wrapping_add(self.index * host::ENTRY_STRIDE)
    }
}

impl Drop for RawEntry {
    fn drop(&mut self) {
        let before = SLOTS[self.index].state.fetch_and(!LIVE, SeqCst);
        if before == LIVE {
            reclaim(self.index);
        }
    }
}

/// Frees the handler of an entry without owner and without calls inside, and makes the entry available again.
/// Several threads may come here for the same entry; one of them finds the handler.
fn reclaim(index: usize) {
    let handler = SLOTS[index].handler.swap(std::ptr::null_mut(), SeqCst);
    if handler.is_null() {
        return;
    }
    // SAFETY: the pointer came from `Box::into_raw` in `new`, and the swap gave it to this thread alone. No call is inside:
    // one that enters now finds LIVE unset or the pointer null.
    drop(unsafe { Box::from_raw(handler) });
    FREE.lock().unwrap_or_else(PoisonError::into_inner).returned.push(index);
}

/// Answers the call described by `image`, which came in through the entry at address `entry`.
fn dispatch_entry(image: &mut EntryImage, entry: usize) {
    let index = entry.wrapping_sub(host::entries as *const u8 as usize) / host::ENTRY_STRIDE;
    image.int_results = [0; 2];
    image.vec_results = [0; 4];
    image.pop = 0;
    let slot = &SLOTS[index];
    let before = slot.state.fetch_add(1, SeqCst);
    let handler = slot.handler.load(SeqCst);
    if before & LIVE == 0 || handler.is_null() {
        stray_call(index);
    }
    // SAFETY: the entry was owned after this call had been counted, so nobody frees the handler until the call has left.
    // The image is the trampoline's own; that its caller follows the convention is the promise of whoever made the call.
    unsafe { (*handler).enter(image) };
    if slot.state.fetch_sub(1, SeqCst) == 1 {
        reclaim(index);
    }
}

/// Ends the process: C code called a callback that has been dropped, and there is no answer it could be given.
#[cold]
fn stray_call(index: usize) -> ! {
    eprintln!(
        "abi: a dropped callback was called through precompiled entry {index}; its owner let go of it too early"
    );
    std::process::abort()
}

/// Called by the trampoline. A panic ends the process here (`extern` functions do not unwind).
///
/// # Safety
/// `image` must be the image the trampoline has just stored, `entry` the address of the entry it came through.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe extern "sysv64" fn dispatch(image: *mut EntryImage, entry: usize) {
    // SAFETY: the contract says that the pointer is the trampoline's live and exclusive image.
    dispatch_entry(unsafe { &mut *image }, entry);
}

/// Called by the trampoline. A panic ends the process here (`extern` functions do not unwind).
///
/// # Safety
/// `image` must be the image the trampoline has just stored, `entry` the address of the entry it came through.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe extern "C" fn dispatch(image: *mut EntryImage, entry: usize) {
    // SAFETY: the contract says that the pointer is the trampoline's live and exclusive image.
    dispatch_entry(unsafe { &mut *image }, entry);
}
