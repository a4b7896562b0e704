//! The GDB JIT compilation interface (GDB manual, "JIT Compilation Interface"): a list of object files in memory, and a
//! function that the debugger puts a breakpoint on. LLDB reads the same.

use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::elf;

const JIT_REGISTER: u32 = 1;
const JIT_UNREGISTER: u32 = 2;

/// `struct jit_code_entry`
#[repr(C)]
struct JitCodeEntry {
    next: *mut JitCodeEntry,
    previous: *mut JitCodeEntry,
    file: *const u8,
    file_len: u64,
}

/// `struct jit_descriptor`
#[repr(C)]
struct JitDescriptor {
    version: u32,
    action: u32,
    relevant: *mut JitCodeEntry,
    first: *mut JitCodeEntry,
}

/// Found by the debugger by this name.
#[unsafe(no_mangle)]
static mut __jit_debug_descriptor: JitDescriptor =
    JitDescriptor { version: 1, action: 0, relevant: ptr::null_mut(), first: ptr::null_mut() };

/// The debugger stops here and reads the descriptor.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn __jit_debug_register_code() {
    // SAFETY: no instruction at all; keeps calls from being optimised away.
    unsafe { std::arch::asm!("", options(nostack, preserves_flags)) };
}

/// Held while the descriptor and the list change.
static LIST: Mutex<()> = Mutex::new(());
static ON: AtomicBool = AtomicBool::new(false);

pub(super) fn set(on: bool) {
    ON.store(on, Ordering::Relaxed);
}

pub(super) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// An object file the debugger knows until this value is dropped.
pub(crate) struct Entry {
    entry: *mut JitCodeEntry,
    _file: Box<[u8]>,
}

// SAFETY: the entry is only touched by `new` and `drop`, under the lock.
unsafe impl Send for Entry {}
// SAFETY: as above; nothing is reachable through a shared reference.
unsafe impl Sync for Entry {}

impl Entry {
    pub(super) fn new(name: &str, len: usize, base: usize, unwind: &[u8]) -> Entry {
        let file = elf::object(name, base, len, unwind).into_boxed_slice();
        let (address, file_len) = (file.as_ptr(), file.len() as u64);
        let entry =
            JitCodeEntry { next: ptr::null_mut(), previous: ptr::null_mut(), file: address, file_len };
        let entry = Box::into_raw(Box::new(entry));
        let _list = LIST.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock is held; every entry in the list is alive, since `drop` unlinks it before it frees it.
        unsafe {
            let first = __jit_debug_descriptor.first;
            (*entry).next = first;
            if !first.is_null() {
                (*first).previous = entry;
            }
            __jit_debug_descriptor.first = entry;
            tell(JIT_REGISTER, entry);
        }
        Entry { entry, _file: file }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let _list = LIST.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock is held; this entry and its neighbours are in the list and alive. It was made by `Box`, and
        // nobody refers to it once it is unlinked and the debugger has been told.
        unsafe {
            let JitCodeEntry { next, previous, .. } = *self.entry;
            if !next.is_null() {
                (*next).previous = previous;
            }
            if previous.is_null() {
                __jit_debug_descriptor.first = next;
            } else {
                (*previous).next = next;
            }
            tell(JIT_UNREGISTER, self.entry);
            drop(Box::from_raw(self.entry));
        }
    }
}

/// # Safety
/// The list lock must be held.
unsafe fn tell(action: u32, entry: *mut JitCodeEntry) {
    // SAFETY: the caller holds the lock.
    unsafe {
        __jit_debug_descriptor.action = action;
        __jit_debug_descriptor.relevant = entry;
    }
    __jit_debug_register_code();
}
