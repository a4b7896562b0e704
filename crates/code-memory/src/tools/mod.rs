//! Telling profilers and debuggers about published code.

use std::ops::Range;

/// Held as long as the code exists.
pub(crate) struct Announcement;

/// Announces code to the tools that are switched on.
pub(crate) fn announce(_name: Option<&str>, _code: Range<usize>, _bytes: &[u8], _unwind: &[u8]) -> Announcement {
    Announcement
}
