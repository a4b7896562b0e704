//! Values: 64 bits, NaN-boxed.

use super::{Accessor, Big, JsBigInt, JsObject, JsString, JsSymbol, Obj, Str, Sym};
use heap::{Any, Gc, Heap, Object, Tracer};
use std::fmt;
use std::marker::PhantomData;

/// A JavaScript value, or an internal one.
///
/// | word | value |
/// |---|---|
/// | 0 | [`Value::EMPTY`], never visible to programs |
/// | address of a cell | string, symbol, BigInt, object, or an internal object |
/// | `0x02` `0x06` `0x07` `0x0a` | `null` `false` `true` `undefined` |
/// | `0xfffe_0000_xxxx_xxxx` | int32 |
/// | anything else | bits of a double plus 2^49 |
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value {
    bits: u64,
    /// Values belong to one thread, like the heap they may lead to.
    cell: PhantomData<*const ()>,
}

const _: () = assert!(size_of::<Value>() == 8);

/// All of these bits are set in an int32, some in a double, none in anything else.
const NUMBER_TAG: u64 = 0xfffe_0000_0000_0000;
/// What is added to the bits of doubles.
const DOUBLE_OFFSET: u64 = 1 << 49;
/// Set in `null`, `undefined`, `true` and `false`, never in the address of a cell.
const OTHER_TAG: u64 = 2;

impl Value {
    /// No value: a hole, a binding in its temporal dead zone, a property that is made when it is first looked at.
    pub const EMPTY: Value = Value::raw(0);
    /// `null`.
    pub const NULL: Value = Value::raw(0x02);
    /// `false`.
    pub const FALSE: Value = Value::raw(0x06);
    /// `true`.
    pub const TRUE: Value = Value::raw(0x07);
    /// `undefined`.
    pub const UNDEFINED: Value = Value::raw(0x0a);
    /// `NaN`.
    pub const NAN: Value = Value::raw(0x7ff8_0000_0000_0000 + DOUBLE_OFFSET);
    /// Bits that are all set in an int32 and some of them in every number, for compiled code.
    pub const NUMBER_TAG: u64 = NUMBER_TAG;
    /// What is added to the bits of doubles, for compiled code.
    pub const DOUBLE_OFFSET: u64 = DOUBLE_OFFSET;
    /// None of these bits is set in a cell, nor in `EMPTY`, for compiled code.
    pub const NOT_CELL: u64 = NUMBER_TAG | OTHER_TAG;

    const fn raw(bits: u64) -> Value {
        Value { bits, cell: PhantomData }
    }

    /// The int32 `value`.
    #[inline]
    pub const fn int(value: i32) -> Value {
        Value::raw(NUMBER_TAG | value as u32 as u64)
    }

    /// `value` as a double, also when it is an integer.
    #[inline]
    pub const fn double(value: f64) -> Value {
        // Other NaNs would look like int32s and cells.
        if value.is_nan() { Value::NAN } else { Value::raw(value.to_bits().wrapping_add(DOUBLE_OFFSET)) }
    }

    /// `value`, as an int32 if it is one and not -0.
    #[inline]
    pub const fn number(value: f64) -> Value {
        let int = value as i32;
        if int as f64 == value && (int != 0 || value.is_sign_positive()) {
            Value::int(int)
        } else {
            Value::double(value)
        }
    }

    /// A truth value.
    #[inline]
    pub const fn bool(value: bool) -> Value {
        Value::raw(0x06 | value as u64)
    }

    /// An object, or `null` when there is none.
    #[inline]
    pub fn or_null(object: Option<Obj>) -> Value {
        object.map_or(Value::NULL, Value::from)
    }

    /// An object, or `undefined` when there is none.
    #[inline]
    pub fn or_undefined(object: Option<Obj>) -> Value {
        object.map_or(Value::UNDEFINED, Value::from)
    }

    /// Any object of the heap. What is not a string, symbol, BigInt or JavaScript object is for internal slots only.
    #[inline]
    pub fn from_cell<T: Object>(cell: Gc<T>) -> Value {
        Value::raw(cell.to_bits())
    }

    /// Any object of the heap, or `EMPTY`.
    #[inline]
    pub fn from_cell_opt<T: Object>(cell: Option<Gc<T>>) -> Value {
        cell.map_or(Value::EMPTY, Value::from_cell)
    }

    /// The word.
    #[inline]
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// Whether it is `undefined`.
    #[inline]
    pub const fn is_undefined(self) -> bool {
        self.bits == Value::UNDEFINED.bits
    }

    /// Whether it is `null`.
    #[inline]
    pub const fn is_null(self) -> bool {
        self.bits == Value::NULL.bits
    }

    /// Whether it is `undefined` or `null`.
    #[inline]
    pub const fn is_nullish(self) -> bool {
        self.bits & !8 == Value::NULL.bits
    }

    /// Whether it is no value.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Whether it is `true` or `false`.
    #[inline]
    pub const fn is_bool(self) -> bool {
        self.bits & !1 == Value::FALSE.bits
    }

    /// Whether it is a number kept as int32.
    #[inline]
    pub const fn is_int(self) -> bool {
        self.bits & NUMBER_TAG == NUMBER_TAG
    }

    /// Whether it is a number kept as double.
    #[inline]
    pub const fn is_double(self) -> bool {
        self.is_number() && !self.is_int()
    }

    /// Whether it is a number.
    #[inline]
    pub const fn is_number(self) -> bool {
        self.bits & NUMBER_TAG != 0
    }

    /// Whether it is an object of the heap, be it internal.
    #[inline]
    pub const fn is_cell(self) -> bool {
        self.bits & Value::NOT_CELL == 0 && self.bits != 0
    }

    /// Whether it is a string.
    #[inline]
    pub fn is_string(self) -> bool {
        self.is::<JsString>()
    }

    /// Whether it is a symbol.
    #[inline]
    pub fn is_symbol(self) -> bool {
        self.is::<JsSymbol>()
    }

    /// Whether it is a BigInt.
    #[inline]
    pub fn is_bigint(self) -> bool {
        self.is::<JsBigInt>()
    }

    /// Whether it is an object.
    #[inline]
    pub fn is_object(self) -> bool {
        self.is::<JsObject>()
    }

    /// Whether it is a `T`.
    #[inline]
    pub fn is<T: Object>(self) -> bool {
        self.as_cell().is_some_and(Any::is::<T>)
    }

    /// The value that compiled code says has this word; none if it is the word of no object of the heap.
    pub fn from_word(word: u64, heap: &Heap) -> Option<Value> {
        let value = Value::raw(word);
        let known = !value.is_cell() || heap.object_at(word).is_some();
        known.then_some(value)
    }

    /// The object of the heap it is.
    #[inline]
    pub fn as_cell(self) -> Option<Any> {
        // SAFETY: words with these bits are those of handles, and values are kept where handles may be.
        self.is_cell().then(|| unsafe { Any::from_bits(self.bits) })
    }

    /// The object of the heap it is, if that is a `T`.
    #[inline]
    pub fn cell<T: Object>(self) -> Option<Gc<T>> {
        self.as_cell()?.downcast()
    }

    /// The number, if it is kept as int32.
    #[inline]
    pub const fn as_int(self) -> Option<i32> {
        if self.is_int() { Some(self.bits as u32 as i32) } else { None }
    }

    /// The number, if it is kept as double.
    #[inline]
    pub const fn as_double(self) -> Option<f64> {
        if self.is_double() { Some(f64::from_bits(self.bits.wrapping_sub(DOUBLE_OFFSET))) } else { None }
    }

    /// The number.
    #[inline]
    pub const fn as_number(self) -> Option<f64> {
        match self.as_int() {
            Some(int) => Some(int as f64),
            None => self.as_double(),
        }
    }

    /// The truth value.
    #[inline]
    pub const fn as_bool(self) -> Option<bool> {
        if self.is_bool() { Some(self.bits == Value::TRUE.bits) } else { None }
    }

    /// The string.
    #[inline]
    pub fn as_string(self) -> Option<Str> {
        self.cell()
    }

    /// The symbol.
    #[inline]
    pub fn as_symbol(self) -> Option<Sym> {
        self.cell()
    }

    /// The BigInt.
    #[inline]
    pub fn as_bigint(self) -> Option<Big> {
        self.cell()
    }

    /// The object.
    #[inline]
    pub fn as_object(self) -> Option<Obj> {
        self.cell()
    }

    /// The accessor pair, in a slot that has one.
    #[inline]
    pub fn as_accessor(self) -> Option<Gc<Accessor>> {
        self.cell()
    }

    /// Reports the object it is.
    #[inline]
    pub fn trace(self, tracer: &mut Tracer<'_>) {
        if let Some(cell) = self.as_cell() {
            tracer.edge_any(cell);
        }
    }

    /// 7.1.2 ToBoolean, and what B.3.6.1 makes of it for `document.all`.
    pub fn to_boolean(self) -> bool {
        if let Some(bool) = self.as_bool() {
            return bool;
        }
        if let Some(number) = self.as_number() {
            return number != 0.0 && !number.is_nan();
        }
        let Some(cell) = self.as_cell() else { return false };
        if let Some(string) = cell.downcast::<JsString>() {
            return !string.is_empty();
        }
        if let Some(big) = cell.downcast::<JsBigInt>() {
            return !big.is_zero();
        }
        cell.downcast::<JsObject>().is_none_or(|object| !object.is_html_dda())
    }

    /// 13.5.3 The typeof operator.
    pub fn type_of(self) -> &'static str {
        if self.is_number() {
            return "number";
        }
        if self.is_bool() {
            return "boolean";
        }
        if let Some(object) = self.as_object() {
            return match (object.is_html_dda(), object.is_callable()) {
                (true, _) => "undefined",
                (_, true) => "function",
                _ => "object",
            };
        }
        match self {
            Value::NULL => "object",
            _ if self.is_string() => "string",
            _ if self.is_symbol() => "symbol",
            _ if self.is_bigint() => "bigint",
            _ => "undefined",
        }
    }

    /// 7.2.9 SameValue.
    pub fn same_value(self, other: Value) -> bool {
        match (self.as_number(), other.as_number()) {
            (Some(a), Some(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            _ => self.same_value_non_number(other),
        }
    }

    /// 7.2.10 SameValueZero.
    pub fn same_value_zero(self, other: Value) -> bool {
        match (self.as_number(), other.as_number()) {
            (Some(a), Some(b)) => a == b || a.is_nan() && b.is_nan(),
            _ => self.same_value_non_number(other),
        }
    }

    /// 7.2.14 IsStrictlyEqual.
    #[inline]
    pub fn is_strictly_equal(self, other: Value) -> bool {
        if let (Some(a), Some(b)) = (self.as_int(), other.as_int()) {
            return a == b;
        }
        match (self.as_number(), other.as_number()) {
            (Some(a), Some(b)) => a == b,
            _ => self.same_value_non_number(other),
        }
    }

    /// 7.2.11 SameValueNonNumber, false for different types.
    pub fn same_value_non_number(self, other: Value) -> bool {
        if self.bits == other.bits {
            return true;
        }
        let (Some(a), Some(b)) = (self.as_cell(), other.as_cell()) else { return false };
        if let (Some(a), Some(b)) = (a.downcast::<JsString>(), b.downcast::<JsString>()) {
            return a.equals(&b);
        }
        match (a.downcast::<JsBigInt>(), b.downcast::<JsBigInt>()) {
            (Some(a), Some(b)) => a.value() == b.value(),
            _ => false,
        }
    }
}

/// 7.2.9 SameValue.
pub fn same_value(a: Value, b: Value) -> bool {
    a.same_value(b)
}

/// 7.2.10 SameValueZero.
pub fn same_value_zero(a: Value, b: Value) -> bool {
    a.same_value_zero(b)
}

/// 7.2.14 IsStrictlyEqual.
pub fn is_strictly_equal(a: Value, b: Value) -> bool {
    a.is_strictly_equal(b)
}

/// `EMPTY`.
impl Default for Value {
    fn default() -> Value {
        Value::EMPTY
    }
}

impl From<i32> for Value {
    #[inline]
    fn from(value: i32) -> Value {
        Value::int(value)
    }
}

impl From<u32> for Value {
    #[inline]
    fn from(value: u32) -> Value {
        i32::try_from(value).map_or_else(|_| Value::double(f64::from(value)), Value::int)
    }
}

impl From<f64> for Value {
    #[inline]
    fn from(value: f64) -> Value {
        Value::number(value)
    }
}

impl From<bool> for Value {
    #[inline]
    fn from(value: bool) -> Value {
        Value::bool(value)
    }
}

macro_rules! from_handles {
    ($($object:ident)*) => {$(
        impl From<Gc<$object>> for Value {
            #[inline]
            fn from(object: Gc<$object>) -> Value {
                Value::from_cell(object)
            }
        }
    )*};
}
from_handles! { JsString JsSymbol JsBigInt JsObject }

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.as_number() {
            return write!(f, "{number}");
        }
        match *self {
            Value::EMPTY => f.write_str("empty"),
            Value::NULL => f.write_str("null"),
            Value::UNDEFINED => f.write_str("undefined"),
            Value::TRUE => f.write_str("true"),
            Value::FALSE => f.write_str("false"),
            _ => match self.as_string() {
                Some(string) => write!(f, "{:?}", string.to_std()),
                None => write!(f, "cell({:#x})", self.bits),
            },
        }
    }
}
