//! Property keys: atoms, symbols, indices, in one word.

use super::{JsString, JsSymbol, Str, Sym};
use heap::{Any, Gc, Tracer};
use std::fmt;
use std::marker::PhantomData;

/// The tag of indices.
const INDEX_TAG: u64 = 0xfffe_0000_0000_0000;
/// Set in the words of symbols.
const SYMBOL_BIT: u64 = 1;

/// 6.1.7 Property key: an interned string that is not an array index, a symbol (private names are symbols, too), or an
/// array index up to 2^32 - 2.
///
/// The word of an atom is its address, that of a symbol its address plus one, so that a comparison of words compares keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct PropertyKey {
    bits: u64,
    cell: PhantomData<*const ()>,
}

impl PropertyKey {
    /// The largest array index.
    pub const MAX_INDEX: u32 = u32::MAX - 1;

    const fn raw(bits: u64) -> PropertyKey {
        PropertyKey { bits, cell: PhantomData }
    }

    /// An array index. `u32::MAX` is none: see [`Rt::key_from_u64`](crate::Rt::key_from_u64) for larger integers.
    #[inline]
    pub const fn index(index: u32) -> PropertyKey {
        debug_assert!(index != u32::MAX);
        PropertyKey::raw(INDEX_TAG | index as u64)
    }

    /// An interned string that is not an array index; `None` for other strings.
    #[inline]
    pub fn atom(string: Str) -> Option<PropertyKey> {
        string.is_atom().then(|| PropertyKey::raw(string.to_bits()))
    }

    /// The word.
    #[inline]
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// Whether it is an array index.
    #[inline]
    pub const fn is_index(self) -> bool {
        self.bits & INDEX_TAG == INDEX_TAG
    }

    /// Whether it is a symbol.
    #[inline]
    pub const fn is_symbol(self) -> bool {
        !self.is_index() && self.bits & SYMBOL_BIT != 0
    }

    /// Whether it is a string, be it an index.
    #[inline]
    pub const fn is_string(self) -> bool {
        !self.is_symbol()
    }

    /// The array index.
    #[inline]
    pub const fn as_index(self) -> Option<u32> {
        if self.is_index() { Some(self.bits as u32) } else { None }
    }

    /// The string, unless it is an array index.
    #[inline]
    pub fn as_atom(self) -> Option<Str> {
        if self.is_index() || self.is_symbol() {
            return None;
        }
        // SAFETY: these words are handles of strings, kept where handles may be.
        Some(unsafe { Any::from_bits(self.bits).downcast_unchecked::<JsString>() })
    }

    /// The symbol.
    #[inline]
    pub fn as_symbol(self) -> Option<Sym> {
        // SAFETY: these words are handles of symbols plus one, kept where handles may be.
        self.is_symbol()
            .then(|| unsafe { Any::from_bits(self.bits - SYMBOL_BIT).downcast_unchecked::<JsSymbol>() })
    }

    /// Whether it is a private name.
    #[inline]
    pub fn is_private(self) -> bool {
        self.as_symbol().is_some_and(|symbol| symbol.is_private())
    }

    /// A hash. Cells do not move, so it needs no look at them.
    #[inline]
    pub fn hash(self) -> u32 {
        hash_bits(self.bits)
    }

    /// Reports the object it is.
    #[inline]
    pub fn trace(self, tracer: &mut Tracer<'_>) {
        if self.is_index() {
            return;
        }
        // SAFETY: words that are not indices are handles, plus one for symbols.
        tracer.edge_any(unsafe { Any::from_bits(self.bits & !SYMBOL_BIT) });
    }

    /// The key whose word this is.
    ///
    /// # Safety
    /// It is the word of a key whose object is alive.
    #[inline]
    pub(crate) unsafe fn from_bits(bits: u64) -> PropertyKey {
        PropertyKey::raw(bits)
    }
}

/// The hash of a key's word.
#[inline]
pub(crate) fn hash_bits(bits: u64) -> u32 {
    ((bits >> 4 ^ bits << 7).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

impl From<Sym> for PropertyKey {
    #[inline]
    fn from(symbol: Gc<JsSymbol>) -> PropertyKey {
        PropertyKey::raw(symbol.to_bits() | SYMBOL_BIT)
    }
}

impl fmt::Debug for PropertyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.as_index() {
            return write!(f, "{index}");
        }
        match (self.as_atom(), self.as_symbol()) {
            (Some(atom), _) => write!(f, "{:?}", atom.to_std()),
            (_, Some(symbol)) => {
                write!(f, "Symbol({})", symbol.description().map_or(String::new(), |text| text.to_std()))
            }
            _ => f.write_str("?"),
        }
    }
}
