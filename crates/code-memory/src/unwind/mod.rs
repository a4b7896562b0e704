//! Telling this system's unwinder how to walk through published code.

use std::ops::Range;

use crate::error::PublishError;
use crate::frame::{FrameError, FrameInfo};

#[cfg(any(not(windows), test))]
pub(crate) mod dwarf;
#[cfg(not(windows))]
mod system_v;
#[cfg(any(windows, test))]
mod windows_arm64;
#[cfg(any(windows, test))]
mod windows_x64;
#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
pub(crate) use system_v::Registration;
#[cfg(windows)]
pub(crate) use windows::Registration;

/// Whether unwind data must lie within 4 GB of the code, and so in executable memory.
pub(crate) const NEAR_CODE: bool = cfg!(windows);

/// This platform's unwind data for code at `code`.
pub(crate) fn encode(frame: &FrameInfo, code: Range<usize>) -> Result<Vec<u8>, FrameError> {
    frame.check(code.len())?;
    #[cfg(not(windows))]
    return dwarf::encode(frame, code);
    #[cfg(all(windows, target_arch = "x86_64"))]
    return windows_x64::encode(frame);
    #[cfg(all(windows, target_arch = "aarch64"))]
    return windows_arm64::encode(frame, code.len());
}

/// Hands unwind data to the unwinder. Empty data means that the code has none. `space` is the base of the reservation,
/// `near` the address of the copy of the data in executable memory where [`NEAR_CODE`] asks for one.
pub(crate) fn register(
    bytes: Vec<u8>,
    code: Range<usize>,
    space: usize,
    near: usize,
) -> Result<Option<Registration>, PublishError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Registration::new(bytes, code, space, near).map(Some).map_err(PublishError::Os)
}
