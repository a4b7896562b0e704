//! The flat space: bytes, and numbers in them.

/// A place in the space: an offset from its begin.
pub type Addr = u32;

/// The address that is none: all ones.
pub const NIL: Addr = u32::MAX;

/// The bytes of an instance, with the width of its words.
pub struct Memory {
    bytes: Vec<u8>,
    wide: bool,
}

/// Reached when the machine itself computes an address outside of the space: programs cannot.
#[cold]
fn outside<T: Default>() -> T {
    debug_assert!(false, "an address outside of the space");
    T::default()
}

impl Memory {
    /// An empty space for words of 8 bytes, or of 4.
    pub fn new(wide: bool) -> Memory {
        Memory { bytes: Vec::new(), wide }
    }

    /// Whether words take 8 bytes.
    #[inline]
    pub fn wide(&self) -> bool {
        self.wide
    }

    /// Bytes that there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reserves room for so many bytes, so that growing up to there moves nothing. False when the host has not that much.
    pub fn reserve(&mut self, len: usize) -> bool {
        self.bytes.try_reserve_exact(len.saturating_sub(self.bytes.len())).is_ok()
    }

    /// Where the space is in the host's memory, for compiled code; it stays there as long as it grows within what was reserved.
    pub fn host_address(&mut self) -> u64 {
        self.bytes.as_mut_ptr().expose_provenance() as u64
    }

    /// Bytes up to which it grows without moving.
    pub fn reserved(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn grow(&mut self, len: usize) -> bool {
        if self.bytes.try_reserve_exact(len.saturating_sub(self.bytes.len())).is_err() {
            return false;
        }
        self.bytes.resize(len, 0);
        true
    }

    #[inline]
    fn load<const N: usize>(&self, at: Addr) -> [u8; N] {
        // An offset of 32 bits and a few cannot wrap, so this is one comparison.
        let at = at as usize;
        match self.bytes.get(at..at + N).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => *bytes,
            None => {
                outside::<()>();
                [0; N]
            }
        }
    }

    #[inline]
    fn store<const N: usize>(&mut self, at: Addr, value: [u8; N]) {
        let at = at as usize;
        match self.bytes.get_mut(at..at + N).and_then(|bytes| bytes.first_chunk_mut()) {
            Some(bytes) => *bytes = value,
            None => outside(),
        }
    }

    /// 32 bits.
    #[inline]
    pub fn u32(&self, at: Addr) -> u32 {
        u32::from_le_bytes(self.load(at))
    }

    /// Sets 32 bits.
    #[inline]
    pub fn set_u32(&mut self, at: Addr, value: u32) {
        self.store(at, value.to_le_bytes());
    }

    /// A word, of which 32 bits count.
    #[inline]
    pub fn word(&self, at: Addr) -> i32 {
        i32::from_le_bytes(self.load(at))
    }

    /// Sets a word, extending the sign to its width.
    #[inline]
    pub fn set_word(&mut self, at: Addr, value: i32) {
        match self.wide {
            true => self.store(at, i64::from(value).to_le_bytes()),
            false => self.store(at, value.to_le_bytes()),
        }
    }

    /// A reference or an address, which takes a word.
    #[inline]
    pub fn pointer(&self, at: Addr) -> Addr {
        self.u32(at)
    }

    /// Sets one. Nobody counts here.
    #[inline]
    pub fn set_pointer(&mut self, at: Addr, value: Addr) {
        self.set_word(at, value.cast_signed());
    }

    /// A byte.
    #[inline]
    pub fn byte(&self, at: Addr) -> u8 {
        self.load::<1>(at)[0]
    }

    /// Sets a byte.
    #[inline]
    pub fn set_byte(&mut self, at: Addr, value: u8) {
        self.store(at, [value]);
    }

    /// 16 bits.
    pub fn short(&self, at: Addr) -> i16 {
        i16::from_le_bytes(self.load(at))
    }

    /// Sets 16 bits.
    pub fn set_short(&mut self, at: Addr, value: i16) {
        self.store(at, value.to_le_bytes());
    }

    /// 64 bits.
    #[inline]
    pub fn big(&self, at: Addr) -> i64 {
        i64::from_le_bytes(self.load(at))
    }

    /// Sets 64 bits.
    #[inline]
    pub fn set_big(&mut self, at: Addr, value: i64) {
        self.store(at, value.to_le_bytes());
    }

    /// A real.
    #[inline]
    pub fn real(&self, at: Addr) -> f64 {
        f64::from_le_bytes(self.load(at))
    }

    /// Sets a real.
    #[inline]
    pub fn set_real(&mut self, at: Addr, value: f64) {
        self.store(at, value.to_le_bytes());
    }

    /// Some bytes.
    pub fn bytes(&self, at: Addr, len: usize) -> &[u8] {
        match self.bytes.get(at as usize..).and_then(|bytes| bytes.get(..len)) {
            Some(bytes) => bytes,
            None => {
                outside::<()>();
                &[]
            }
        }
    }

    /// Some bytes, to be changed.
    pub fn bytes_mut(&mut self, at: Addr, len: usize) -> &mut [u8] {
        match self.bytes.get_mut(at as usize..).and_then(|bytes| bytes.get_mut(..len)) {
            Some(bytes) => bytes,
            None => {
                outside::<()>();
                &mut []
            }
        }
    }

    /// Copies bytes, between places that may overlap.
    pub fn copy(&mut self, from: Addr, to: Addr, len: usize) {
        let (from, to) = (from as usize, to as usize);
        let end = self.bytes.len();
        match from.checked_add(len).max(to.checked_add(len)) {
            Some(last) if last <= end => self.bytes.copy_within(from..from + len, to),
            _ => outside(),
        }
    }
}
