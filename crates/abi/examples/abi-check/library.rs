//! The compiled batch, loaded into the runner.

use crate::SetupError;
use std::ffi::{CString, c_void};
use std::path::Path;

/// A shared object that stays loaded until the process ends.
pub(crate) struct Library(*mut c_void);

impl Library {
    /// Loads the shared object at `path`.
    pub(crate) fn open(path: &Path) -> Result<Library, SetupError> {
        let text = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|_| SetupError::Load("a path with a zero byte".to_owned()))?;
        system::open(&text).map(Library).map_err(SetupError::Load)
    }

    /// The address of an exported symbol.
    pub(crate) fn symbol(&self, name: &str) -> Result<*const u8, SetupError> {
        let missing = || SetupError::Load(format!("no symbol '{name}' in the compiled batch"));
        let text = CString::new(name).map_err(|_| missing())?;
        let address = system::symbol(self.0, &text);
        if address.is_null() { Err(missing()) } else { Ok(address.cast_const().cast()) }
    }
}

#[cfg(unix)]
mod system {
    use std::ffi::{CStr, c_char, c_int, c_void};

    unsafe extern "C" {
        fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
        fn dlerror() -> *const c_char;
    }

    /// `RTLD_NOW`; the number is the same on Linux and macOS.
    const NOW: c_int = 2;

    pub(super) fn open(path: &CStr) -> Result<*mut c_void, String> {
        // SAFETY: `path` is a terminated string. The object is one this program compiled: it has no initialisers.
        let handle = unsafe { dlopen(path.as_ptr(), NOW) };
        if !handle.is_null() {
            return Ok(handle);
        }
        // SAFETY: dlerror returns null or a terminated string that lives until the next dl call of this thread.
        let message = unsafe { dlerror().as_ref().map(|text| CStr::from_ptr(text)) };
        Err(message.map_or_else(String::new, |text| text.to_string_lossy().into_owned()))
    }

    pub(super) fn symbol(handle: *mut c_void, name: &CStr) -> *mut c_void {
        // SAFETY: the handle came from dlopen and is never closed; `name` is a terminated string.
        unsafe { dlsym(handle, name.as_ptr()) }
    }
}

/// Objects of every convention are ELF here, so that other systems have nothing to load.
#[cfg(not(unix))]
mod system {
    use std::ffi::{CStr, c_void};

    pub(super) fn open(path: &CStr) -> Result<*mut c_void, String> {
        Err(format!("{}: only Linux loads these objects", path.to_string_lossy()))
    }

    pub(super) fn symbol(_handle: *mut c_void, _name: &CStr) -> *mut c_void {
        std::ptr::null_mut()
    }
}
