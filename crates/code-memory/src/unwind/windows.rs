//! Registering function tables with Windows, one table per piece of code.

use std::ffi::c_void;
use std::ops::Range;

use crate::error::OsError;

/// RUNTIME_FUNCTION: addresses relative to the table's base.
#[repr(C)]
struct RuntimeFunction {
    begin: u32,
    #[cfg(target_arch = "x86_64")]
    end: u32,
    unwind: u32,
}

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    fn RtlAddGrowableFunctionTable(
        table: *mut *mut c_void,
        functions: *const RuntimeFunction,
        count: u32,
        capacity: u32,
        base: usize,
        end: usize,
    ) -> u32;
    fn RtlDeleteGrowableFunctionTable(table: *mut c_void);
}

/// A function table known to Windows until this value is dropped.
pub(crate) struct Registration {
    table: *mut c_void,
    /// On the heap and never moved: Windows keeps the pointer.
    _functions: Box<RuntimeFunction>,
}

// SAFETY: the function is never changed, and Windows locks around its tables.
unsafe impl Send for Registration {}
// SAFETY: as above; nothing is reachable through a shared reference.
unsafe impl Sync for Registration {}

impl Registration {
    pub(super) fn new(_bytes: Vec<u8>, code: Range<usize>) -> Result<Self, OsError> {
        // Publishing put the unwind information behind the code.
        let functions = Box::new(RuntimeFunction {
            begin: 0,
            #[cfg(target_arch = "x86_64")]
            end: code.len() as u32,
            unwind: super::place(code.len()) as u32,
        });
        let mut table = std::ptr::null_mut();
        // SAFETY: the function entry lives as long as the table, and what it points at as long as the code.
        let status =
            unsafe { RtlAddGrowableFunctionTable(&mut table, &*functions, 1, 1, code.start, code.end) };
        match status {
            0 => Ok(Registration { table, _functions: functions }),
            status => {
                let source = std::io::Error::other(format!("NTSTATUS {status:#x}"));
                Err(OsError { call: "RtlAddGrowableFunctionTable", source })
            }
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: the table was made by `new` and is deleted once.
        unsafe { RtlDeleteGrowableFunctionTable(self.table) };
    }
}
