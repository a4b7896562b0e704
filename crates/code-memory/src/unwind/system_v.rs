//! Registering `.eh_frame` data with the unwinder of the C runtime (libgcc or LLVM's libunwind).

use std::ffi::c_void;
use std::ops::Range;

use super::dwarf;
use crate::error::OsError;

unsafe extern "C" {
    fn __register_frame(begin: *const c_void);
    fn __deregister_frame(begin: *const c_void);
}

/// Unwind data known to the unwinder until this value is dropped.
pub(crate) struct Registration {
    /// Where the unwinder was told to look; inside `_section`.
    begin: *const c_void,
    /// On the heap and never moved: the unwinder keeps pointers into it.
    _section: Box<[u8]>,
}

// SAFETY: the section is never changed, and both runtimes lock around their tables.
unsafe impl Send for Registration {}
// SAFETY: as above; nothing is reachable through a shared reference.
unsafe impl Sync for Registration {}

impl Registration {
    pub(super) fn new(section: Vec<u8>, _code: Range<usize>) -> Result<Self, OsError> {
        let section = section.into_boxed_slice();
        // libgcc takes a section that ends with a zero length, libunwind one FDE.
        let skip = if is_libunwind() { dwarf::fde_offset(&section) } else { 0 };
        let begin = section[skip..].as_ptr().cast();
        // SAFETY: `begin` points at well-formed, terminated data that lives until it is deregistered.
        unsafe { __register_frame(begin) };
        Ok(Registration { begin, _section: section })
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: `begin` was registered by `new`, once.
        unsafe { __deregister_frame(self.begin) };
    }
}

/// Whether the process unwinds with LLVM's libunwind. Apple always does, and so do Rust's static musl binaries; elsewhere
/// a function tells that only libunwind has.
fn is_libunwind() -> bool {
    use std::sync::OnceLock;
    static FOUND: OnceLock<bool> = OnceLock::new();
    if cfg!(any(target_vendor = "apple", target_env = "musl")) {
        return true;
    }
    // SAFETY: the name is a C string; the symbol is only compared, never called.
    *FOUND.get_or_init(|| unsafe {
        !libc::dlsym(libc::RTLD_DEFAULT, c"__unw_add_dynamic_fde".as_ptr()).is_null()
    })
}
