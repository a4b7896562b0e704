//! Aligned scratch memory for frames and results: on the stack when small.

/// Bytes that need no allocation.
const INLINE: usize = 128;

/// Memory of a given size and alignment, zeroed.
pub(crate) struct Buffer {
    inline: Inline,
    /// Empty when `inline` is used.
    heap: Vec<u8>,
    align: usize,
}

#[repr(C, align(64))]
struct Inline([u8; INLINE]);

impl Buffer {
    /// `align` is a power of two.
    #[inline(always)]
    pub(crate) fn new(size: usize, align: usize) -> Buffer {
        let small = size <= INLINE && align <= align_of::<Inline>();
        // All of it is cleared, whatever the size: a few vector stores, where a length would need a loop.
        Buffer {
            inline: Inline([0; INLINE]),
            heap: if small { Vec::new() } else { vec![0; size + align] },
            align,
        }
    }

    /// The address, the same as long as the buffer is not moved.
    #[inline(always)]
    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        if self.heap.is_empty() {
            return self.inline.0.as_mut_ptr();
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
        for size in [0usize, 1, 16, 127, 128, 129, 5000] {
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
