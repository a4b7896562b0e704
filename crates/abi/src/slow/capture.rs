//! Functions that record how they were called: the complete register image and a window of the stack.

use super::image::{Registers, ResultImage};
use super::pool::{EntryHandler, EntryImage, PoolExhausted, RawEntry};
use crate::convention::Arch;
use std::sync::{Arc, Mutex, PoisonError};

/// One recorded call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Every register as the caller left it; the stack pointer (x64 `int[4]`) as it was at the call instruction.
    /// Not meaningful: x64 r11 and ARM64 x17 and x18.
    pub registers: Registers,
    /// Address of the stack arguments: the stack pointer at the call instruction.
    pub stack_pointer: usize,
    /// The stack from there upwards.
    pub stack: Vec<u8>,
    /// Where the call returns to.
    pub return_address: usize,
}

/// A function pointer whose calls are recorded and answered with preset result registers.
///
/// Calls may come from several threads; they are recorded in the order in which they arrive.
#[derive(Debug)]
pub struct Capture {
    entry: RawEntry,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    window: usize,
    answer: Mutex<(ResultImage, usize)>,
    calls: Mutex<Vec<Captured>>,
}

impl Capture {
    /// Takes an entry from the pool. Every call stores `window` bytes of the stack above its stack pointer.
    ///
    /// # Errors
    /// [`PoolExhausted`] when there is no entry left.
    ///
    /// # Safety
    /// Wherever the entry is called, `window` bytes of stack above the call's stack pointer must be readable.
    pub unsafe fn new(window: usize) -> Result<Capture, PoolExhausted> {
        let shared = Arc::new(Shared {
            window,
            answer: Mutex::new((ResultImage::default(), 0)),
            calls: Mutex::new(Vec::new()),
        });
        let entry = RawEntry::new(Box::new(Recorder(Arc::clone(&shared))))?;
        Ok(Capture { entry, shared })
    }

    /// Sets what calls from now on return: the host's result registers (x64 rax rdx xmm0 xmm1; ARM64 x0 x1 v0 to v3), and
    /// how many bytes of stack arguments they pop, a multiple of 16 (0 for every convention in [`crate::Abi::ALL`]).
    pub fn set_answer(&self, result: &ResultImage, pop: usize) {
        *self.shared.answer.lock().unwrap_or_else(PoisonError::into_inner) = (result.clone(), pop);
    }

    /// The function pointer.
    pub fn entry(&self) -> *const u8 {
        self.entry.entry()
    }

    /// Removes and returns the calls recorded so far, oldest first.
    pub fn take(&self) -> Vec<Captured> {
        std::mem::take(&mut *self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Recorder(Arc<Shared>);

impl EntryHandler for Recorder {
    unsafe fn enter(&self, image: &mut EntryImage) {
        let mut stack = vec![0; self.0.window];
        // SAFETY: that the window is readable is what `Capture::new` asks its caller to promise.
        unsafe { image.stack.copy_to_nonoverlapping(stack.as_mut_ptr(), stack.len()) };
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).push(Captured {
            registers: image.registers,
            stack_pointer: image.stack as usize,
            stack,
            return_address: image.return_address,
        });
        let (result, pop) = &*self.0.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let int = &result.registers.int;
        image.int_results = match Arch::HOST {
            Arch::X64 => [int[0], int[2]],
            Arch::Arm64 => [int[0], int[1]],
        };
        image.vec_results.copy_from_slice(&result.registers.vec[..4]);
        image.pop = *pop;
    }
}
