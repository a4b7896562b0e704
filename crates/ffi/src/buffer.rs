//! Aligned scratch memory for frames and results: on the stack when small.

use std::mem::MaybeUninit;

/// Bytes that need no allocation.
const INLINE: usize = 256;

/// Memory of a given size and alignment, zeroed.
pub(crate) struct Buffer {
    inline: Inline,
    heap: Vec<u8>,
    align: usize,
}

#[repr(C, align(64))]
struct Inline([MaybeUninit<u8>; INLINE]);

impl Buffer {
    /// `align` is a power of two.
    pub(crate) fn new(size: usize, align: usize) -> Buffer {
        let mut inline = Inline([MaybeUninit::uninit(); INLINE]);
        let mut heap = Vec::new();
        if size <= INLINE && align <= align_of::<Inline>() {
            inline.0[..size].fill(MaybeUninit::new(0));
        } else {
            heap = vec![0; size + align];
        }
        Buffer { inline, heap, align }
    }

    /// The address, the same as long as the buffer is not moved.
    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        if self.heap.is_empty() {
            return self.inline.0.as_mut_ptr().cast();
        }
        let start = self.heap.as_mut_ptr();
        start.wrapping_add(start.align_offset(self.align))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_zeroed() {
        for size in [0usize, 1, 16, 255, 256, 257, 5000] {
            for align in [1usize, 16, 64, 128, 4096] {
                let mut buffer = Buffer::new(size, align);
                let start = buffer.as_mut_ptr();
                assert!(start.addr().is_multiple_of(align), "{size} {align}");
                // SAFETY: the buffer has `size` initialised bytes.
                let bytes = unsafe { std::slice::from_raw_parts(start, size) };
                assert!(bytes.iter().all(|b| *b == 0));
            }
        }
    }
}
