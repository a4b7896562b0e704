//! Telling this system's unwinder how to walk through published code.

use std::ops::Range;

use crate::error::PublishError;
use crate::frame::{FrameError, FrameInfo};

#[cfg(not(windows))]
mod dwarf;
#[cfg(not(windows))]
mod system_v;
#[cfg(windows)]
mod windows;
pub(crate) mod windows_arm64;
pub(crate) mod windows_x64;

#[cfg(test)]
mod round_trip;

#[cfg(not(windows))]
pub(crate) use system_v::Registration;
#[cfg(windows)]
pub(crate) use windows::Registration;

/// Bytes kept behind every piece of code for unwind data that must be near it: Windows finds it by 32-bit offset from the
/// code's own start.
pub(crate) const ROOM: usize = if cfg!(windows) { 128 } else { 0 };

/// Offset of that data behind code of `len` bytes.
#[cfg(windows)]
pub(crate) const fn place(len: usize) -> usize {
    len.next_multiple_of(4)
}

/// This platform's unwind data for code at `code`.
pub(crate) fn encode(frame: &FrameInfo, code: Range<usize>) -> Result<Vec<u8>, FrameError> {
    frame.check(code.len())?;
    #[cfg(not(windows))]
    return dwarf::encode(frame, code);
    #[cfg(windows)]
    {
        #[cfg(target_arch = "x86_64")]
        let bytes = windows_x64::encode(frame)?;
        #[cfg(target_arch = "aarch64")]
        let bytes = windows_arm64::encode(frame, code.len())?;
        if place(code.len()) + bytes.len() > code.len() + ROOM {
            return Err(FrameError {
                index: frame.ops.len() - 1,
                why: "more unwind codes than there is room for",
            });
        }
        Ok(bytes)
    }
}

/// The bytes to write for a piece of code: itself, and unwind data that must be near it.
pub(crate) fn image(code: Vec<u8>, _unwind: &[u8]) -> Vec<u8> {
    #[cfg(windows)]
    if !_unwind.is_empty() {
        let mut image = code;
        image.resize(place(image.len()), crate::arch::TRAP_BYTE);
        image.extend_from_slice(_unwind);
        return image;
    }
    code
}

/// Hands unwind data to the unwinder. Empty data means that the code has none.
pub(crate) fn register(bytes: Vec<u8>, code: Range<usize>) -> Result<Option<Registration>, PublishError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Registration::new(bytes, code).map(Some).map_err(PublishError::Os)
}
