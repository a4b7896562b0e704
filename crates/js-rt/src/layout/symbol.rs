//! Symbols and BigInts.

use super::{Str, kind};
use heap::{Finalizer, Object, Tracer};
use num_bigint::{BigInt, Sign};

/// 6.1.5 The Symbol Type. Private names (6.2.12) are symbols that nobody sees.
#[repr(C)]
pub struct JsSymbol {
    description: Option<Str>,
    flags: u32,
    hash: u32,
}

const PRIVATE: u32 = 1;
const REGISTERED: u32 = 2;

// SAFETY: no other kind has this number; `trace` reports the one handle; nothing belongs to a thread.
unsafe impl Object for JsSymbol {
    const KIND: u8 = kind::SYMBOL;
    const NAME: &'static str = "symbol";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.description);
    }
}

impl JsSymbol {
    pub(crate) fn new(description: Option<Str>) -> JsSymbol {
        JsSymbol { description, flags: 0, hash: 0 }
    }

    pub(crate) fn new_private(description: Str) -> JsSymbol {
        JsSymbol { description: Some(description), flags: PRIVATE, hash: 0 }
    }

    pub(crate) fn new_registered(key: Str) -> JsSymbol {
        JsSymbol { description: Some(key), flags: REGISTERED, hash: key.hash() }
    }

    /// `[[Description]]`.
    pub fn description(&self) -> Option<Str> {
        self.description
    }

    /// Whether it is a private name.
    #[inline]
    pub fn is_private(&self) -> bool {
        self.flags & PRIVATE != 0
    }

    /// 20.4.5.1 KeyForSymbol.
    pub fn registered_key(&self) -> Option<Str> {
        self.description.filter(|_| self.flags & REGISTERED != 0)
    }
}

/// 6.1.6.2 The BigInt Type.
#[repr(C)]
pub struct JsBigInt {
    value: BigInt,
}

// SAFETY: no other kind has this number; there are no handles; nothing belongs to a thread.
unsafe impl Object for JsBigInt {
    const KIND: u8 = kind::BIGINT;
    const NAME: &'static str = "BigInt";
    const LEAF: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(JsBigInt::weight(&self.value));
    }
}

impl JsBigInt {
    pub(crate) fn new(value: BigInt) -> JsBigInt {
        JsBigInt { value }
    }

    /// Bytes that a number's digits take.
    pub(crate) fn weight(value: &BigInt) -> usize {
        usize::try_from(value.bits() / 64 * 8 + 8).unwrap_or(usize::MAX)
    }

    /// The number.
    #[inline]
    pub fn value(&self) -> &BigInt {
        &self.value
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.value.sign() == Sign::NoSign
    }
}
