//! Zeroed scratch memory of any size and alignment, on the caller's stack when it is small.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

const INLINE: usize = 1024;

#[repr(C, align(64))]
struct Inline([u8; INLINE]);

/// A zeroed buffer. Ends the process when the system has no memory left, as every allocation in Rust does.
pub(super) struct Scratch {
    inline: Inline,
    heap: Option<(*mut u8, Layout)>,
}

impl Scratch {
    /// `size` zeroed bytes at a multiple of `align`, a power of two.
    pub(super) fn new(size: usize, align: usize) -> Scratch {
        let fits = size <= INLINE && align <= align_of::<Inline>();
        // The allocator wants no empty blocks.
        let heap = match Layout::from_size_align(size.max(1), align) {
            Ok(layout) if !fits => Some((allocate(layout), layout)),
            Ok(_) => None,
            Err(_) => unreachable!("plans are limited to {} bytes", crate::classify::MAX_FRAME),
        };
        Scratch { inline: Inline([0; INLINE]), heap }
    }

    /// The first byte. Valid until the buffer is moved or dropped.
    pub(super) fn as_mut_ptr(&mut self) -> *mut u8 {
        match self.heap {
            Some((ptr, _)) => ptr,
            None => self.inline.0.as_mut_ptr(),
        }
    }
}

fn allocate(layout: Layout) -> *mut u8 {
    // SAFETY: the only caller makes layouts of at least one byte.
    let ptr = unsafe { alloc_zeroed(layout) };
    if ptr.is_null() {
        handle_alloc_error(layout)
    }
    ptr
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some((ptr, layout)) = self.heap {
            // SAFETY: allocated in `new` with this very layout, and not freed elsewhere.
            unsafe { dealloc(ptr, layout) }
        }
    }
}
