//! The eight bytes in front of every object.

use std::cell::Cell;
use std::ptr::NonNull;

/// Allocated since the last collection that reached it: the write barrier ignores it.
pub(crate) const NEW: u8 = 0;
/// Survived a collection, and is not traced again by minor ones.
pub(crate) const OLD: u8 = 1;
/// Old, written to since the last collection, and on the list of what minor collections trace.
pub(crate) const REMEMBERED: u8 = 2;

/// [`Header::listed`]: to be pruned when the cycle ends.
pub(crate) const PRUNABLE: u8 = 1;
/// [`Header::listed`]: has entries with weak keys that the cycle had not reached.
pub(crate) const HOLDER: u8 = 2;

/// What the heap keeps in front of every object.
///
/// As one little-endian word: kind, state, two bytes of the collector, and 32 bits for the object's own use. Compiled code that
/// allocates inline writes `kind | aux << 32`. A cell whose header is zero holds no object.
#[repr(C)]
pub struct Header {
    kind: Cell<u8>,
    pub(crate) state: Cell<u8>,
    /// Marked, but dropped from the mark stack because that was full.
    pub(crate) pending: Cell<bool>,
    /// Which lists of the cycle under way the object is on.
    pub(crate) listed: Cell<u8>,
    aux: Cell<u32>,
}

impl Header {
    /// Offset of the kind byte.
    pub const KIND_OFFSET: usize = 0;
    /// Offset of the state byte: the write barrier calls the heap when it is [`Header::STATE_OLD`].
    pub const STATE_OFFSET: usize = 1;
    /// Offset of the 32 bits for the object's own use.
    pub const AUX_OFFSET: usize = 4;
    /// The one state in which a store of a reference must be reported.
    pub const STATE_OLD: u8 = OLD;

    /// Writes the header of a new object.
    ///
    /// # Safety
    /// `at` is a free cell of the heap.
    #[inline]
    pub(crate) unsafe fn write(at: NonNull<Header>, kind: u8) {
        // SAFETY: cells are aligned to 16 and at least as long.
        unsafe { at.cast::<u64>().write(u64::from(kind).to_le()) };
    }

    /// The object's kind, its type's [`Object::KIND`](crate::Object::KIND).
    #[inline]
    pub fn kind(&self) -> u8 {
        self.kind.get()
    }

    /// 32 bits that the object may use as it likes. Zero at first.
    #[inline]
    pub fn aux(&self) -> u32 {
        self.aux.get()
    }

    /// Sets the 32 bits that the object may use as it likes.
    #[inline]
    pub fn set_aux(&self, aux: u32) {
        self.aux.set(aux);
    }
}

const _: () = assert!(size_of::<Header>() == 8 && align_of::<Header>() == 4);
