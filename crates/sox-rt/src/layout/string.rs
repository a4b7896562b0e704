//! Strings: bytes in a row, or two strings that are to be one.

use super::{behind, kept};
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// Its bytes are those of two other strings, behind it.
const ROPE: u32 = 1;
/// It was a rope; its bytes are those of one other string.
const FLATTENED: u32 = 2;
/// There is no other interned string with the same bytes.
const INTERNED: u32 = 4;

/// A string: any bytes.
///
/// Short strings are interned: two of them with the same bytes are one object. Long results of concatenation are ropes until
/// somebody looks at their bytes.
#[repr(C)]
pub struct Str {
    len: u32,
    /// FNV-1a with 32 bits; 0 until somebody asks.
    hash: Cell<u32>,
    state: Cell<u32>,
    _room: u32,
}

/// What follows a rope.
type Halves = [Cell<Option<Gc<Str>>>];

// SAFETY: no other kind has this number; `trace` reports the halves of ropes, the only handles; nothing belongs to a thread.
unsafe impl Object for Str {
    const KIND: u8 = 5;
    const NAME: &'static str = "string";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        if let Some(halves) = self.halves() {
            halves.iter().for_each(|half| tracer.edge_opt(half.get()));
        }
    }
}

impl Str {
    /// Offset of the length.
    pub const LEN_OFFSET: usize = std::mem::offset_of!(Str, len);
    /// Offset of the hash, 32 bits, 0 until somebody asks.
    pub const HASH_OFFSET: usize = std::mem::offset_of!(Str, hash);
    /// Offset of the state, 32 bits.
    pub const STATE_OFFSET: usize = std::mem::offset_of!(Str, state);
    /// The bit of the state that says whether it is interned.
    pub const INTERNED: u32 = INTERNED;

    /// Bytes behind a rope.
    pub(crate) const HALVES: usize = 2 * size_of::<Option<Gc<Str>>>();

    /// A string of `len` bytes, which are to be put behind it; or a rope of that length, before it gets its halves.
    pub(crate) fn new(len: u32) -> Str {
        Str { len, hash: Cell::new(0), state: Cell::new(0), _room: 0 }
    }

    /// Number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it has no bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether equal bytes mean the same object among strings of which this is true.
    #[inline]
    pub fn is_interned(&self) -> bool {
        self.state.get() & INTERNED != 0
    }

    pub(crate) fn set_interned(&self) {
        self.state.set(self.state.get() | INTERNED);
    }

    fn halves(&self) -> Option<&Halves> {
        // SAFETY: ropes are made with two halves behind them, and stay so when they are flattened.
        (self.state.get() & (ROPE | FLATTENED) != 0).then(|| unsafe { behind(self, 2) })
    }

    /// Makes a new string, which has room for them behind it, a rope of two halves.
    pub(crate) fn set_halves(&self, left: Gc<Str>, right: Gc<Str>) {
        self.state.set(ROPE);
        if let Some(halves) = self.halves() {
            halves[0].set(Some(left));
            halves[1].set(Some(right));
        }
    }

    /// Has a rope stand for a flat string with its bytes.
    pub(crate) fn forward(&self, flat: Gc<Str>) {
        if let Some(halves) = self.halves() {
            halves[0].set(Some(flat));
            halves[1].set(None);
            self.state.set(self.state.get() & !ROPE | FLATTENED);
        }
    }

    /// The halves of a rope that nobody has flattened.
    pub(crate) fn as_rope(&self) -> Option<[Gc<Str>; 2]> {
        let halves = self.halves().filter(|_| self.state.get() & ROPE != 0)?;
        Some([halves[0].get()?, halves[1].get()?])
    }

    /// What a flattened rope stands for.
    pub(crate) fn forwarded(&self) -> Option<Gc<Str>> {
        self.halves().filter(|_| self.state.get() & FLATTENED != 0)?[0].get()
    }

    /// The bytes, when they lie in a row.
    #[inline]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self.state.get() & (ROPE | FLATTENED) {
            // SAFETY: flat strings are made with this many bytes behind them.
            0 => Some(unsafe { behind(self, self.len()) }),
            ROPE => None,
            // The rope keeps what it stands for alive.
            _ => self.halves().and_then(|halves| flat_bytes(&halves[0])),
        }
    }

    /// The place of the bytes of a new flat string.
    pub(crate) fn cells(&self) -> &[Cell<u8>] {
        // SAFETY: as in `bytes`; cells have the layout of what they hold.
        if self.halves().is_none() { unsafe { behind(self, self.len()) } } else { &[] }
    }

    /// Calls `each` with the bytes, piece by piece from left to right. Needs no memory of the heap, and no stack that grows with
    /// the depth of ropes.
    pub fn each_piece(&self, each: &mut dyn FnMut(&[u8])) {
        self.try_each_piece(&mut |piece| {
            each(piece);
            true
        });
    }

    /// The same, until `each` answers false; whether it never did.
    pub fn try_each_piece(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        if let Some(bytes) = self.bytes() {
            return each(bytes);
        }
        let Some([left, right]) = self.as_rope() else { return true };
        // This string keeps them alive, whatever `each` does.
        let mut pending = vec![right, left];
        while let Some(next) = pending.pop() {
            match (next.bytes(), next.as_rope()) {
                (Some(bytes), _) if !each(bytes) => return false,
                (None, Some([left, right])) => pending.extend([right, left]),
                _ => {}
            }
        }
        true
    }

    /// FNV-1a (32 bits) of the bytes; never 0.
    pub fn hash(&self) -> u32 {
        if self.hash.get() == 0 {
            let mut hash = FNV_OFFSET;
            self.each_piece(&mut |bytes| hash = fnv(hash, bytes));
            self.hash.set(hash.max(1));
        }
        self.hash.get()
    }

    /// Whether both have the same bytes.
    pub fn content_equals(&self, other: &Str) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        if self.len != other.len || self.is_interned() && other.is_interned() {
            return false;
        }
        match (self.bytes(), other.bytes()) {
            (Some(a), Some(b)) => a == b,
            _ if self.hash() != other.hash() => false,
            _ => self.to_vec() == other.to_vec(),
        }
    }

    /// A copy of the bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        self.each_piece(&mut |piece| bytes.extend_from_slice(piece));
        bytes
    }
}

fn flat_bytes(half: &Cell<Option<Gc<Str>>>) -> Option<&[u8]> {
    let flat = half.get()?;
    // SAFETY: the flat string lives as long as the rope that leads to it, which is borrowed as long as `half` is; its bytes
    // never change once a rope stands for it.
    let flat: &Str = unsafe { kept(flat) };
    // SAFETY: ropes stand for flat strings only, which have this many bytes behind them.
    Some(unsafe { behind(flat, flat.len()) })
}

const FNV_OFFSET: u32 = 0x811c_9dc5;

fn fnv(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The hash of bytes that are not a string yet.
pub(crate) fn hash_of(bytes: &[u8]) -> u32 {
    fnv(FNV_OFFSET, bytes).max(1)
}
