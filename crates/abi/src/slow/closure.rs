//! Callbacks without executable memory: a precompiled entry plus a plan that is interpreted in reverse.

use super::moves::{self, Boundary};
use super::pool::{EntryHandler, EntryImage, PoolExhausted, RawEntry};
use super::scratch::Scratch;
use crate::convention::Arch;
use crate::plan::Plan;
use crate::stub::Handler;
use std::ffi::c_void;
use std::sync::Arc;

/// A C function pointer that calls a handler with user data, made from one of the [`super::ENTRY_COUNT`] entries compiled
/// into the program. Dropping it gives the entry back, once the calls inside have returned.
#[derive(Debug)]
pub struct StaticClosure {
    entry: RawEntry,
}

impl StaticClosure {
    /// Makes a function pointer of the plan's convention and signature.
    ///
    /// # Errors
    /// [`PoolExhausted`] when all entries are in use.
    ///
    /// # Safety
    /// * `plan` must have come from [`Plan::new`] with an [`crate::Abi`] of [`Arch::HOST`].
    /// * `handler` must be sound to call with `user` and the buffers the plan describes, from every thread on which the function
    ///   pointer is called, until the closure has been dropped and the calls inside have returned. It must not unwind.
    /// * The function pointer may only be called as the plan's signature says.
    pub unsafe fn new(
        plan: Arc<Plan>,
        handler: Handler,
        user: *mut c_void,
    ) -> Result<StaticClosure, PoolExhausted> {
        debug_assert_eq!(plan.abi.arch(), Arch::HOST);
        Ok(StaticClosure { entry: RawEntry::new(Box::new(Closure { plan, handler, user }))? })
    }

    /// The C function pointer.
    pub fn entry(&self) -> *const u8 {
        self.entry.entry()
    }
}

struct Closure {
    plan: Arc<Plan>,
    handler: Handler,
    user: *mut c_void,
}

// SAFETY: plan and handler are shareable; that `user` may be used on the calling threads is what `StaticClosure::new` asks
// its caller to promise.
unsafe impl Send for Closure {}
// SAFETY: as for Send; calls do not change the closure.
unsafe impl Sync for Closure {}

impl EntryHandler for Closure {
    unsafe fn enter(&self, image: &mut EntryImage) {
        let plan = &*self.plan;
        let mut frame = Scratch::new(plan.frame_size as usize, plan.frame_align as usize);
        let (size, align) =
            plan.result_slot.map_or((0, 16), |slot| (slot.size as usize, slot.align.max(16) as usize));
        let mut result = Scratch::new(size.next_multiple_of(16), align);
        let boundary = Boundary { registers: &mut image.registers, stack: image.stack };
        // SAFETY: the image is that of a call with the plan's signature, the frame has the plan's size and alignment, and the
        // handler takes exactly these two buffers.
        let memory = unsafe {
            moves::arguments_in(plan, &boundary, frame.as_mut_ptr());
            let memory = moves::result_pointer(plan, &boundary);
            (self.handler)(self.user, frame.as_mut_ptr(), result.as_mut_ptr());
            memory
        };
        match memory {
            // SAFETY: the caller passed room for a result of this type; the buffer is separate because a handler may write
            // the padding above the type's size, which is not the callee's to write.
            Some(to) => unsafe {
                to.copy_from_nonoverlapping(result.as_mut_ptr(), size);
                image.int_results[0] = to as u64;
            },
            // SAFETY: the result buffer has the plan's size.
            None => unsafe {
                moves::result_out(plan, result.as_mut_ptr(), &mut image.int_results, &mut image.vec_results);
            },
        }
    }
}
