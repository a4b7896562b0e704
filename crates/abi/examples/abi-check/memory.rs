//! Buffers at a chosen alignment between guard bytes: frames, results and what C code writes to.

/// Guard bytes on each side of a buffer.
const GUARD: usize = 64;
/// What unwritten bytes hold: random data rarely, zero and sign extension never.
pub(crate) const FILL: u8 = 0xA5;

/// `len` bytes at an address that is a multiple of `align`, with guards that notice a write next to them.
pub(crate) struct Guarded {
    memory: Vec<u8>,
    start: usize,
    len: usize,
}

impl Guarded {
    /// A buffer full of [`FILL`].
    pub(crate) fn new(len: usize, align: usize) -> Guarded {
        let memory = vec![FILL; len + 2 * GUARD + align];
        let base = memory.as_ptr().addr() + GUARD;
        let start = base.next_multiple_of(align) - memory.as_ptr().addr();
        Guarded { memory, start, len }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.len]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.len]
    }

    /// A pointer to byte 0, good for the whole allocation.
    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        let start = self.start;
        self.memory[start..].as_mut_ptr()
    }

    /// The offset, relative to byte 0, of a guard byte that changed.
    pub(crate) fn overwritten(&self) -> Option<isize> {
        let inside = self.start..self.start + self.len;
        let changed = |(i, &b): (usize, &u8)| (!inside.contains(&i) && b != FILL).then_some(i);
        self.memory.iter().enumerate().find_map(changed).map(|i| i as isize - self.start as isize)
    }
}
