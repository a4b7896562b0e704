//! The compiled batch, loaded into the runner.

use crate::SetupError;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;

#[cfg(unix)]
unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

/// `RTLD_NOW`; the number is the same on Linux and macOS.
#[cfg(unix)]
const NOW: c_int = 2;

/// A shared object that stays loaded until the process ends.
pub(crate) struct Library(*mut c_void);

impl Library {
    /// Loads the shared object at `path`.
    #[cfg(unix)]
    pub(crate) fn open(path: &Path) -> Result<Library, SetupError> {
        let text = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|_| SetupError::Load("a path with a zero byte".to_owned()))?;
        // SAFETY: `text` is a terminated string. The object is one this program compiled: it has no initialisers.
        let handle = unsafe { dlopen(text.as_ptr(), NOW) };
        if !handle.is_null() {
            return Ok(Library(handle));
        }
        // SAFETY: dlerror returns null or a terminated string that lives until the next dl call of this thread.
        let message = unsafe { dlerror().as_ref().map(|text| CStr::from_ptr(text)) };
        Err(SetupError::Load(message.map_or(String::new(), |m| m.to_string_lossy().into_owned())))
    }

    /// Objects of every convention are ELF here, so other systems cannot load them.
    #[cfg(not(unix))]
    pub(crate) fn open(path: &Path) -> Result<Library, SetupError> {
        Err(SetupError::Load(format!("{}: only Linux loads these objects", path.display())))
    }

    /// The address of an exported symbol.
    pub(crate) fn symbol(&self, name: &str) -> Result<*const u8, SetupError> {
        let missing = || SetupError::Load(format!("no symbol '{name}' in the compiled batch"));
        let text = CString::new(name).map_err(|_| missing())?;
        #[cfg(unix)]
        // SAFETY: the handle came from dlopen and is never closed; `text` is a terminated string.
        let address = unsafe { dlsym(self.0, text.as_ptr()) };
        #[cfg(not(unix))]
        let address = {
            let _ = (text, self.0);
            std::ptr::null_mut::<c_void>()
        };
        if address.is_null() { Err(missing()) } else { Ok(address.cast_const().cast()) }
    }
}
