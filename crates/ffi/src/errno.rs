//! C's `errno` of the calling thread.

use std::ffi::c_int;

#[cfg(any(target_os = "linux", target_os = "android"))]
unsafe extern "C" {
    #[link_name = "__errno_location"]
    fn location() -> *mut c_int;
}

#[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
unsafe extern "C" {
    #[link_name = "__error"]
    fn location() -> *mut c_int;
}

#[cfg(windows)]
unsafe extern "C" {
    #[link_name = "_errno"]
    fn location() -> *mut c_int;
}

/// The value now.
#[inline]
pub(crate) fn get() -> i32 {
    // SAFETY: the C library gives every thread a valid errno.
    unsafe { *location() }
}

/// Sets the value.
#[inline]
pub(crate) fn set(value: i32) {
    // SAFETY: as in `get`.
    unsafe { *location() = value }
}
