//! Why reserving, allocating or publishing was refused.

use std::{error, fmt, io};

use crate::frame::FrameError;
use crate::reloc::RelocError;

/// A call into the operating system that failed.
#[derive(Debug)]
pub struct OsError {
    /// The call, for example `mmap`.
    pub call: &'static str,
    /// What the system answered.
    pub source: io::Error,
}

impl OsError {
    /// The error the system recorded for this thread's last call, which was `call`.
    pub(crate) fn last(call: &'static str) -> OsError {
        OsError { call, source: io::Error::last_os_error() }
    }

    /// A refusal that did not come from the system itself.
    pub(crate) fn refused(call: &'static str, why: &'static str) -> OsError {
        OsError { call, source: io::Error::other(why) }
    }
}

impl fmt::Display for OsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.source)
    }
}

impl error::Error for OsError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.source)
    }
}

/// A way to get executable memory that this host did not allow.
#[derive(Debug)]
pub struct Attempt {
    /// Name of the backend, as in `spandrel doctor`.
    pub backend: &'static str,
    /// What it ran into.
    pub error: OsError,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.backend, self.error)
    }
}

/// Why [`ExecSpace::reserve`](crate::ExecSpace::reserve) gave no space.
#[derive(Debug)]
pub enum ReserveError {
    /// Zero bytes were asked for.
    Empty,
    /// More bytes than one direct branch can cross on this architecture.
    TooLarge {
        /// Bytes asked for.
        len: usize,
        /// The most one reservation may hold.
        max: usize,
    },
    /// The host allows no executable memory, or has none left. Callers fall back to the interpreter and to `abi::slow`.
    Forbidden {
        /// Every backend that was tried, in order.
        attempts: Vec<Attempt>,
    },
}

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReserveError::Empty => write!(f, "a reservation of zero bytes was asked for"),
            ReserveError::TooLarge { len, max } => {
                write!(f, "a reservation of {len} bytes exceeds the {max} bytes a direct branch reaches")
            }
            ReserveError::Forbidden { attempts } => {
                write!(f, "the host gives no executable memory:")?;
                attempts.iter().try_for_each(|attempt| write!(f, " {attempt};"))
            }
        }
    }
}

impl error::Error for ReserveError {}

/// Why [`ExecSpace::alloc`](crate::ExecSpace::alloc) gave no block.
#[derive(Debug)]
pub enum AllocError {
    /// Zero bytes were asked for.
    Empty,
    /// The alignment is not a power of two, or larger than [`ExecSpace::MAX_ALIGN`](crate::ExecSpace::MAX_ALIGN).
    BadAlign(usize),
    /// No free block is large enough.
    OutOfSpace {
        /// Bytes asked for.
        size: usize,
        /// Alignment asked for.
        align: usize,
        /// Length of the largest free block.
        largest: usize,
    },
    /// The system refused to back the block with memory.
    Os(OsError),
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AllocError::Empty => write!(f, "a block of zero bytes was asked for"),
            AllocError::BadAlign(align) => write!(f, "alignment {align} is not a supported power of two"),
            AllocError::OutOfSpace { size, align, largest } => {
                write!(
                    f,
                    "no room for {size} bytes aligned to {align}: the largest free block has {largest} bytes"
                )
            }
            AllocError::Os(error) => write!(f, "no memory behind the block: {error}"),
        }
    }
}

impl error::Error for AllocError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            AllocError::Os(error) => Some(error),
            _ => None,
        }
    }
}

/// Why [`Staged::publish`](crate::Staged::publish) refused. The block is free again afterwards.
#[derive(Debug)]
pub enum PublishError {
    /// A relocation could not be applied.
    Reloc(RelocError),
    /// The instruction at this offset calls itself or the next instruction and no relocation covers it: a call whose
    /// relocation was lost. Constants between instructions must be declared with [`Staged::mark_data`](crate::Staged::mark_data).
    UnrelocatedCall {
        /// Offset of the instruction.
        offset: usize,
    },
    /// The frame description cannot be expressed in this platform's unwind format.
    Frame(FrameError),
    /// No room for the veneers and unwind data that accompany the code.
    Annex(AllocError),
    /// The system refused to make the bytes executable.
    Os(OsError),
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishError::Reloc(error) => write!(f, "{error}"),
            PublishError::UnrelocatedCall { offset } => {
                write!(f, "the call at offset {offset:#x} was never relocated (displacement 0)")
            }
            PublishError::Frame(error) => write!(f, "{error}"),
            PublishError::Annex(error) => write!(f, "veneers or unwind data: {error}"),
            PublishError::Os(error) => write!(f, "cannot make the code executable: {error}"),
        }
    }
}

impl error::Error for PublishError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            PublishError::Reloc(error) => Some(error),
            PublishError::Frame(error) => Some(error),
            PublishError::Annex(error) => Some(error),
            PublishError::Os(error) => Some(error),
            PublishError::UnrelocatedCall { .. } => None,
        }
    }
}
