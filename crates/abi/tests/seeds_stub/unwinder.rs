//! Return addresses as the system's unwinder finds them.

use std::ffi::c_void;

unsafe extern "C" {
    fn _Unwind_Backtrace(
        step: unsafe extern "C" fn(*mut c_void, *mut c_void) -> i32,
        data: *mut c_void,
    ) -> i32;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

unsafe extern "C" fn step(context: *mut c_void, data: *mut c_void) -> i32 {
    // SAFETY: called by the unwinder with its context and the vector `backtrace` handed over.
    unsafe { (*data.cast::<Vec<usize>>()).push(_Unwind_GetIP(context)) };
    0
}

/// Return addresses of all frames, innermost first.
pub(crate) fn backtrace() -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    // SAFETY: `step` takes the vector it is called with.
    unsafe { _Unwind_Backtrace(step, (&raw mut found).cast()) };
    found
}
